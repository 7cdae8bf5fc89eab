"""Assign every song to the train, the validation or the test part."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from century import InputError
from century.files import write_metrics
from century.params import Params
from century.songs.split import refuse_single_class, split_rows
from century.songs.tables import read_column, write_table

SONGS = Path("data/songs.parquet")
SCHEMA = pa.schema([("row", pa.int32()), ("part", pa.dictionary(pa.int8(), pa.string()))])


def stage(params: Params) -> None:
    split = params.split
    year, label = read_column(SONGS, "year"), read_column(SONGS, "label")
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
    number = np.repeat(np.arange(len(parts), dtype=np.int8), [len(rows) for rows in parts.values()])
    columns = [np.concatenate(list(parts.values())), pa.DictionaryArray.from_arrays(number, list(parts))]
    write_table(Path("data/split.parquet"), SCHEMA, [pa.table(columns, SCHEMA)])
    counts = {part: {"songs": len(rows), "label_1": int(label[rows].sum())} for part, rows in parts.items()}
    write_metrics(Path("metrics/split.json"), counts)
