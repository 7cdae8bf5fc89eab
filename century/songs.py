"""Tables of songs: their columns, from Parquet to NumPy and back.

The columns are row (the song's line in the file, from 0), year, label (0 or 1), and the 90 timbre features var1..var90:
float64 with the file's own decimals, float32 once normalized.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import IO, Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from century.files import replacing

Item = TypeVar("Item")
FEATURES = [f"var{number}" for number in range(1, 91)]
GROUP = 32_768  # rows of a row group: a column of one fits the processor's cache
BATCH = 4096  # rows of which all columns do


def songs_schema(feature: pa.DataType) -> pa.Schema:
    features = [(name, feature) for name in FEATURES]
    return pa.schema([("row", pa.int32()), ("year", pa.int16()), ("label", pa.int8()), *features])


def with_hashes(tables: Iterable[pa.Table], hashes: IO[bytes]) -> Iterator[pa.Table]:
    """The same tables; the hash of each of their rows is appended to a file."""
    for table in tables:
        hashes.write(row_hashes(table).data)
        yield table


def row_hashes(table: pa.Table) -> NDArray[np.uint64]:
    """A number (n,) for each song, the same for equal years and features, and else almost surely not.

    Two of 515,345 different rows would share one of the 2^64 numbers in one file of 10^8.
    """
    h = np.zeros(len(table), np.uint64)
    for name in ["year", *FEATURES]:
        bits = (table[name].to_numpy() + 0.0).view(np.uint64)  # + 0.0 makes -0.0 the same as 0.0
        h = (h ^ bits) * np.uint64(0x9E3779B97F4A7C15)  # Fibonacci hashing: Knuth, TAOCP 3 (1998), section 6.4
        h ^= h >> np.uint64(32)
    return h


def label_songs(tables: Iterable[pa.Table], threshold_year: int) -> Iterator[pa.Table]:
    """Number the songs from 0 and label them: 1 if released after `threshold_year`, else 0."""
    start = 0
    for table in tables:
        row = np.arange(start, start + len(table), dtype=np.int32)
        label = (table["year"].to_numpy() > threshold_year).astype(np.int8)
        yield table.add_column(0, "row", pa.array(row)).add_column(2, "label", pa.array(label))
        start += len(table)


def write_table(path: Path, schema: pa.Schema, tables: Iterable[pa.Table]) -> None:
    """Write the tables, as they come, in row groups of GROUP rows.

    Real numbers hardly repeat, so neither a dictionary nor compression would be worth its time.
    """
    options = {"use_dictionary": ["part"], "compression": "none", "write_statistics": False}
    with replacing(path) as partial, pq.ParquetWriter(partial, schema, **options) as writer:
        for table in merge(tables, GROUP):
            writer.write_table(table, row_group_size=GROUP)


def merge(tables: Iterable[pa.Table], rows: int) -> Iterator[pa.Table]:
    """The same rows in tables of so many rows; the last may have fewer."""
    pending: list[pa.Table] = []
    for table in tables:
        pending.append(table)
        while sum(map(len, pending)) >= rows:
            merged = pa.concat_tables(pending)
            yield merged[:rows]
            pending = [merged[rows:]]
    if sum(map(len, pending)):
        yield pa.concat_tables(pending)


def ahead(items: Iterable[Item], most: int) -> Iterator[Item]:
    """The same items; a thread makes the next ones, so many at the most, while one is used."""
    coming = iter(items)
    with ThreadPoolExecutor(1) as thread:
        made = deque(thread.submit(next, coming, None) for _ in range(most))
        while (item := made.popleft().result()) is not None:
            made.append(thread.submit(next, coming, None))
            yield item


def open_table(path: Path, read_dictionary: Sequence[str] = ()) -> pq.ParquetFile:
    """A table to be read in parts. Pre-buffering would hold each part twice, and take longer."""
    return pq.ParquetFile(path, pre_buffer=False, read_dictionary=list(read_dictionary))


def read_column(path: Path, name: str) -> NDArray[Any]:
    file = open_table(path)
    column = np.empty(file.metadata.num_rows, file.schema_arrow.field(name).type.to_pandas_dtype())
    start = 0
    for batch in file.iter_batches(columns=[name]):
        column[start : start + len(batch)] = batch[name]
        start += len(batch)
    return column


def count_songs(path: Path, hashes: IO[bytes]) -> dict[str, int]:
    """What is in a table of songs: rows, first and last year, songs after 2000, rows that repeat an earlier one."""
    year = read_column(path, "year")
    return {
        "songs": len(year),
        "first_year": int(year.min()),
        "last_year": int(year.max()),
        "after_2000": int((year > 2000).sum()),
        "duplicate_rows": sum(repeats(hashes, first_bits) for first_bits in range(16)),
    }


def repeats(hashes: IO[bytes], first_bits: int) -> int:
    """How many hashes in a file repeat an earlier one, of those with these first four bits: so many fit in memory."""
    hashes.seek(0)
    found = [np.empty(0, np.uint64)]
    while len(some := np.fromfile(hashes, np.uint64, GROUP)):
        found.append(some[some >> 60 == first_bits])
    of_these = np.sort(np.concatenate(found))
    return int((of_these[1:] == of_these[:-1]).sum())


def read_parts(path: Path) -> Iterator[tuple[str, NDArray[np.int32]]]:
    """The rows of the parts, one part after the other, at most GROUP at a time, each with the name of its part."""
    for batch in open_table(path, ["part"]).iter_batches(GROUP, columns=["row", "part"]):
        row, part = batch["row"].to_numpy(), batch["part"].indices.to_numpy()
        ends = np.flatnonzero(np.diff(part, append=-1)) + 1  # equal ones stand together
        for start, end in pairwise([0, *ends]):
            yield batch["part"].dictionary[part[start]].as_py(), row[start:end]


def read_blocks(path: Path, columns: Sequence[str], at_most: int | None = None) -> Iterator[list[NDArray[Any]]]:
    """All songs, or the first so many, in blocks of at most GROUP: an array (n,) for each of the columns."""
    file = open_table(path)
    left = file.metadata.num_rows if at_most is None else at_most
    tables = (file.read_row_group(group, columns=list(columns)) for group in range(file.num_row_groups))
    for table in ahead(tables, 1):
        yield [column.to_numpy() for column in table[:left].columns]
        left -= len(table)
        if left <= 0:
            return


def read_batches(
    path: Path, row_groups: Sequence[int] | None = None
) -> Iterator[tuple[NDArray[Any], NDArray[np.int8]]]:
    """The features X (n, 90), row by row in memory, and the labels t (n,) of at most BATCH songs at a time.

    All songs, or those of some row groups. Columns turn into rows quickly while both fit in the processor's cache.
    """
    file = open_table(path)
    groups = range(file.num_row_groups) if row_groups is None else row_groups
    tables = (file.read_row_group(group, columns=["label", *FEATURES]) for group in groups)
    for table in ahead(tables, 1):
        for batch in table.to_batches(BATCH):
            yield batch.select(FEATURES).to_tensor(row_major=True).to_numpy(), batch["label"].to_numpy()


def read_songs(
    path: Path, at_most: int | None = None, constant: bool = False, row_groups: Sequence[int] | None = None
) -> tuple[NDArray[Any], NDArray[np.int8]]:
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


def pieces(path: Path, memory: int) -> Callable[[], Iterable[tuple[NDArray[Any], NDArray[np.int8]]]]:
    """What gives the songs of a normalized table, with a column of ones, in so many bytes of memory, time after time.

    Where they fit they are read once and given whole. Else they are read from the file each time, row groups at a time,
    in pieces of half the memory: one is still there while the next is read. A piece has at least one row group.
    """
    file = open_table(path)
    song = 4 * (len(FEATURES) + 1) + 1  # bytes
    if file.metadata.num_rows * song <= memory:
        whole = read_songs(path, constant=True)
        return lambda: [whole]
    cuts: list[list[int]] = [[]]
    rows = 0
    for group in range(file.num_row_groups):
        rows += file.metadata.row_group(group).num_rows
        if cuts[-1] and rows * song > memory // 2:
            cuts.append([])
            rows = file.metadata.row_group(group).num_rows
        cuts[-1].append(group)
    return lambda: (read_songs(path, constant=True, row_groups=groups) for groups in cuts)
