"""Tables of songs: Parquet from and to tables of Arrow, and matrices of NumPy.

Shapes: n songs, of which a row group of a file holds GROUP; X (n, 90) features, t (n,) labels.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from century.arrays import CACHE_ROWS, Array, Ints, Sample
from century.files import replacing
from century.songs.background import in_background
from century.songs.features import FEATURES

GROUP = 32_768  # songs in a row group: one column of them fits the processor's cache


def songs_schema(feature: pa.DataType) -> pa.Schema:
    """The columns row (the song's line in the file, counted from 0), year, label (0 or 1), and the timbre features.

    The features are float64 with the decimals of the file, and float32 once they are normalized.
    """
    features = [(name, feature) for name in FEATURES]
    return pa.schema([("row", pa.int32()), ("year", pa.int16()), ("label", pa.int8()), *features])


def write_table(path: Path, schema: pa.Schema, tables: Iterable[pa.Table]) -> None:
    """Write the tables, as they come, in row groups of GROUP rows.

    Real numbers hardly repeat, so neither a dictionary nor compression would be worth its time.
    """
    options = {"use_dictionary": ["part"], "compression": "none", "write_statistics": False}
    with replacing(path) as partial, pq.ParquetWriter(partial, schema, **options) as writer:
        for table in merge(tables, GROUP):
            writer.write_table(table, row_group_size=GROUP)


def merge(tables: Iterable[pa.Table], rows: int) -> Iterator[pa.Table]:
    """The same rows in tables of `rows` rows; the last table may have fewer."""
    pending: list[pa.Table] = []
    for table in tables:
        pending.append(table)
        while sum(map(len, pending)) >= rows:
            merged = pa.concat_tables(pending)
            yield merged[:rows]
            pending = [merged[rows:]]
    if sum(map(len, pending)):
        yield pa.concat_tables(pending)


def open_table(path: Path) -> pq.ParquetFile:
    """A table to be read in parts. Pre-buffering would hold each part twice, and take longer."""
    return pq.ParquetFile(path, pre_buffer=False)


def count_rows(path: Path) -> int:
    rows: int = open_table(path).metadata.num_rows
    return rows


def read_column(path: Path, name: str) -> Array:
    column: Array = open_table(path).read([name])[name].to_numpy()
    return column


def read_parts(path: Path) -> Iterator[tuple[str, Ints]]:
    """The rows of the parts, one part after the other, at most GROUP at a time, each with the name of its part."""
    for batch in open_table(path).iter_batches(GROUP, columns=["row", "part"]):
        row, part = batch["row"].to_numpy(), batch["part"].indices.to_numpy()
        ends = np.flatnonzero(np.diff(part, append=-1)) + 1  # the songs of a part come one after another
        for start, end in pairwise([0, *ends]):
            yield batch["part"].dictionary[part[start]].as_py(), row[start:end]


def read_blocks(path: Path, columns: Sequence[str], at_most: int | None = None) -> Iterator[list[Array]]:
    """All songs, or the first `at_most`, in blocks of at most GROUP: an array (n,) for each of the columns."""
    file = open_table(path)
    left = file.metadata.num_rows if at_most is None else at_most
    tables = (file.read_row_group(group, columns=list(columns)) for group in range(file.num_row_groups))
    for table in in_background(tables, 1):
        yield [column.to_numpy() for column in table[:left].columns]
        left -= len(table)
        if left <= 0:
            return


def read_batches(path: Path, row_groups: Sequence[int] | None = None) -> Iterator[tuple[Array, Ints]]:
    """The features X (n, 90), row by row in memory, and the labels t (n,) of at most CACHE_ROWS songs at a time.

    All songs, or those of some row groups.
    """
    file = open_table(path)
    groups = range(file.num_row_groups) if row_groups is None else row_groups
    tables = (file.read_row_group(group, columns=["label", *FEATURES]) for group in groups)
    for table in in_background(tables, 1):
        for batch in table.to_batches(CACHE_ROWS):
            yield batch.select(FEATURES).to_tensor(row_major=True).to_numpy(), batch["label"].to_numpy()


def read_songs(
    path: Path, at_most: int | None = None, constant: bool = False, row_groups: Sequence[int] | None = None
) -> tuple[Array, Ints]:
    """The features X (n, 90), row by row in memory, and the labels t (n,), in file order.

    All songs, or those of some row groups, or the first `at_most` of them. `constant` adds a last column of ones.
    """
    file = open_table(path)
    groups = range(file.num_row_groups) if row_groups is None else row_groups
    n = sum(file.metadata.row_group(group).num_rows for group in groups)
    n = n if at_most is None else min(at_most, n)
    d = len(FEATURES)
    X = np.empty((n, d + constant), file.schema_arrow.field(FEATURES[0]).type.to_pandas_dtype())
    X[:, d:] = 1
    t = np.empty(n, np.int8)
    start = 0
    for x, label in read_batches(path, groups):
        stop = min(start + len(x), n)
        X[start:stop, :d], t[start:stop] = x[: stop - start], label[: stop - start]
        start = stop
        if start == n:
            break
    return X, t


def read_sample(path: Path, row: Ints) -> Sample:
    """The songs in these ascending rows (n,) of a normalized table, with a last column of ones."""
    d = len(FEATURES)
    X, t = np.ones((len(row), d + 1), np.float32), np.empty(len(row), np.int8)
    start = 0
    for x, label in read_batches(path):
        wanted = slice(*np.searchsorted(row, [start, start + len(x)]))
        X[wanted, :d], t[wanted] = x[row[wanted] - start], label[row[wanted] - start]
        start += len(x)
    return Sample(X, t, row, start)
