"""The training set in chunks that fit into a given amount of memory."""

from pathlib import Path

from century.arrays import Chunks
from century.songs.features import FEATURES
from century.songs.tables import open_table, read_songs


def in_chunks(path: Path, memory: int) -> Chunks:
    """All songs of a normalized table, with a column of ones.

    If they fit into `memory` bytes, they are read once and given in one chunk. Otherwise every call reads the file in
    chunks of half the memory, because one is still held while the next is read. A chunk is one row group or several.
    """
    file = open_table(path)
    song_bytes = 4 * (len(FEATURES) + 1) + 1
    if file.metadata.num_rows * song_bytes <= memory:
        songs = read_songs(path, constant=True)
        return lambda: [songs]
    groups = range(file.num_row_groups)
    step = max(1, memory // 2 // (file.metadata.row_group(0).num_rows * song_bytes))
    return lambda: (read_songs(path, constant=True, row_groups=groups[i : i + step]) for i in groups[::step])
