"""Z-score every feature by its mean and standard deviation over the train rows, and write the three parts."""

import tempfile
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import IO

import numpy as np
import pyarrow as pa

from century.arrays import Ints
from century.files import write_json
from century.params import Params
from century.songs.background import in_background
from century.songs.features import FEATURES
from century.songs.normalize import gather, means_and_stds, scatter
from century.songs.tables import count_rows, read_blocks, read_parts, songs_schema, write_table

SONGS = Path("data/songs.parquet")
SPLIT = Path("data/split.parquet")
SCHEMA = songs_schema(pa.float32())
WHOLE_NUMBERS = ["year", "label"]  # treated as features of mean 0 and deviation 1: float32 holds them exactly


def stage(params: Params) -> None:
    group_of = np.empty(count_rows(SONGS), np.int16)
    train_rows = len(group_of)
    for number, (part, rows) in enumerate(read_parts(SPLIT)):
        group_of[rows] = number
        train_rows -= len(rows) if part == "test" else 0  # test rows are the last of the file
    mean, std = means_and_stds(read_blocks(SONGS, FEATURES, train_rows))
    with tempfile.TemporaryFile(dir="data") as scratch:
        songs = read_blocks(SONGS, [*WHOLE_NUMBERS, *FEATURES])
        sizes = scatter(scratch, songs, np.array([0, 0, *mean]), np.array([1, 1, *std]), group_of)
        for part, groups in groupby(enumerate(read_parts(SPLIT)), key=lambda group: group[1][0]):
            write_table(Path(f"data/{part}.parquet"), SCHEMA, in_background(part_tables(groups, scratch, sizes), 1))
    write_json(Path("data/normalization.json"), {"features": FEATURES, "means": mean.tolist(), "stds": std.tolist()})


def part_tables(groups: Iterable[tuple[int, tuple[str, Ints]]], scratch: IO[bytes], sizes: Ints) -> Iterator[pa.Table]:
    for number, (_, rows) in groups:
        year, label, *features = gather(scratch, len(SCHEMA) - 1, sizes, number, rows)
        yield pa.table([rows, year.astype(np.int16), label.astype(np.int8), *features], SCHEMA)
