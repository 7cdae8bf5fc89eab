"""Assign every song to the train, the validation or the test part."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from century import InputError
from century.arrays import Ints
from century.files import write_metrics
from century.params import Params
from century.songs.split import refuse_single_class, split_rows
from century.songs.tables import GROUP, read_column, write_table

SONGS = Path("data/songs.parquet")
SCHEMA = pa.schema([("row", pa.int32()), ("part", pa.string())])


def stage(params: Params) -> None:
    split = params.split
    label = read_column(SONGS, "label")
    year = read_column(SONGS, "year")
    try:
        parts = split_rows(year, split.train_rows, split.validation, split.validation_rows, split.seed)
    except InputError as error:
        sizes = f"split.train_rows = {split.train_rows}, split.validation_rows = {split.validation_rows}"
        raise InputError(f"{sizes}: {error}; set others that fit the file") from None
    try:
        refuse_single_class(parts, label)
    except InputError as error:
        threshold = f"binarize.threshold_year = {params.binarize.threshold_year}"
        raise InputError(f"{threshold}: {error}; set another year, or other sizes under split") from None
    write_table(Path("data/split.parquet"), SCHEMA, split_tables(parts))
    write_metrics(
        Path("metrics/split.json"),
        {part: {"songs": len(rows), "label_1": int(label[rows].sum())} for part, rows in parts.items()},
    )


def split_tables(parts: dict[str, Ints]) -> Iterator[pa.Table]:
    """The parts one after another, a row group at a time, as the name of a part takes more memory than its number."""
    row = np.concatenate(list(parts.values()))
    number = np.repeat(np.arange(len(parts), dtype=np.int8), [len(rows) for rows in parts.values()])
    for first in range(0, len(row), GROUP):
        group = slice(first, first + GROUP)
        yield pa.table([row[group], np.array(list(parts))[number[group]]], SCHEMA)
