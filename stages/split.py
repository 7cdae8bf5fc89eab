"""Say of every song which part it belongs to."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from century.files import write_json
from century.params import Params
from century.songs import read_column, write_table
from century.split import refuse_single_class, split_rows
from stages.entry import start

SONGS = Path("data/songs.parquet")


def stage(params: Params) -> None:
    split = params.split
    label = read_column(SONGS, "label")
    year = read_column(SONGS, "year")
    parts = split_rows(year, split.train_rows, split.validation, split.validation_rows, split.seed)
    refuse_single_class(parts, label, params.binarize.threshold_year)
    row = np.concatenate(list(parts.values())).astype(np.int32)
    part = np.repeat(list(parts), [len(rows) for rows in parts.values()])
    table = pa.table({"row": row, "part": part})
    write_table(Path("data/split.parquet"), table.schema, [table])
    write_json(
        Path("metrics/split.json"),
        {part: {"songs": len(rows), "label_1": int(label[rows].sum())} for part, rows in parts.items()},
    )


if __name__ == "__main__":
    start("split", stage)
