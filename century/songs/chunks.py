"""The training set in chunks that fit a given amount of memory."""

from collections.abc import Callable, Iterable
from pathlib import Path

from century.arrays import Array, Ints
from century.songs.features import FEATURES
from century.songs.tables import open_table, read_songs


def in_chunks(path: Path, memory: int) -> Callable[[], Iterable[tuple[Array, Ints]]]:
    """What gives the songs of a normalized table, with a column of ones, in so many bytes of memory, time after time.

    Where they fit they are read once and given whole. Else they are read from the file each time, row groups at a time,
    in chunks of half the memory: one is still there while the next is read. A chunk has at least one row group.
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
