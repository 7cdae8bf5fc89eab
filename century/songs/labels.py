"""The label of each song: was it released after the threshold year?"""

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa


def label_songs(tables: Iterable[pa.Table], threshold_year: int) -> Iterator[pa.Table]:
    """Number the songs from 0 and label them: 1 if released after `threshold_year`, else 0."""
    start = 0
    for table in tables:
        row = np.arange(start, start + len(table), dtype=np.int32)
        label = (table["year"].to_numpy() > threshold_year).astype(np.int8)
        yield table.add_column(0, "row", pa.array(row)).add_column(2, "label", pa.array(label))
        start += len(table)
