"""Z-score every feature by its mean and standard deviation over the train rows, and lay the parts out for training."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from century.files import write_json
from century.normalization import mean_and_std, read_scratch, write_scratch
from century.params import Params
from century.songs import FEATURES, GROUP, read_column, read_runs, songs_schema, write_table
from stages import start

SONGS = Path("data/songs.parquet")
SPLIT = Path("data/split.parquet")
SCHEMA = songs_schema(pa.float32())


def stage(params: Params) -> None:
    parts = read_runs(SPLIT, "part")
    row = read_column(SPLIT, "row")
    means, stds = [], []
    # The features come one by one, the songs of a row group from everywhere in the file: in between they wait on disk.
    with tempfile.TemporaryFile(dir="data") as scratch:
        for feature in FEATURES:
            x = read_column(SONGS, feature)
            mean, std = mean_and_std(feature, x[: parts["test"].start])  # the test rows are the last of the file
            write_scratch(scratch, x, row, mean, std)
            means.append(mean)
            stds.append(std)
        for name, places in parts.items():
            write_table(Path(f"data/{name}.parquet"), SCHEMA, tables(scratch, row, places))
    write_json(Path("data/normalization.json"), {"features": FEATURES, "means": means, "stds": stds})


def tables(scratch: IO[bytes], row: NDArray[np.int32], places: range) -> Iterator[pa.Table]:
    year, label = read_column(SONGS, "year"), read_column(SONGS, "label")
    for first in places[::GROUP]:
        group = slice(first, min(first + GROUP, places.stop))
        rows = row[group]
        yield pa.table([rows, year[rows], label[rows], *read_scratch(scratch, len(row), group)], SCHEMA)


if __name__ == "__main__":
    start("normalize", stage)
