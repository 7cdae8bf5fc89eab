"""Songs that repeat an earlier row of the file, found by a hash of each row, without holding the rows in memory."""

from collections.abc import Iterable, Iterator
from typing import IO

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from century.songs.features import FEATURES

SLICE = 32_768  # hashes read at a time


def with_hashes(tables: Iterable[pa.Table], hashes: IO[bytes]) -> Iterator[pa.Table]:
    """The same tables; the hash of each of their rows is appended to a file."""
    for table in tables:
        hashes.write(row_hashes(table).data)
        yield table


def row_hashes(table: pa.Table) -> NDArray[np.uint64]:
    """A 64-bit number (n,) for each song, the same for songs whose year and features are equal.

    Songs that differ almost surely have different numbers: of 10^8 files of 515,345 songs, one would have two alike.
    """
    h = np.zeros(len(table), np.uint64)
    for name in ["year", *FEATURES]:
        bits = (table[name].to_numpy() + 0.0).view(np.uint64)  # + 0.0 makes -0.0 the same as 0.0
        h = (h ^ bits) * np.uint64(0x9E3779B97F4A7C15)  # Fibonacci hashing: Knuth, TAOCP 3 (1998), section 6.4
        h ^= h >> np.uint64(32)
    return h


def repeats(hashes: IO[bytes], first_bits: int) -> int:
    """How many of the hashes with these first four bits repeat an earlier one: a sixteenth of all fits in memory."""
    hashes.seek(0)
    found = [np.empty(0, np.uint64)]
    while len(h := np.fromfile(hashes, np.uint64, SLICE)):
        found.append(h[h >> 60 == first_bits])
    ordered = np.sort(np.concatenate(found))
    return int((ordered[1:] == ordered[:-1]).sum())
