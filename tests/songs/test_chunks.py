"""The songs come in chunks that fit the memory, in the order of the file and as often as they are asked for."""

import numpy as np
import pyarrow.parquet as pq
import pytest
from random_songs import random_tables

from century.songs.chunks import in_chunks
from century.songs.labels import label_songs
from century.songs.tables import read_songs

SONG = 4 * 91 + 1  # bytes of a song in memory: 90 features, the constant, the label


@pytest.mark.parametrize(
    ("songs_in_memory", "sizes"),
    [(3000, [3000]), (2999, [1000, 1000, 1000]), (4000, [3000]), (2200, [1000, 1000, 1000]), (10, [1000, 1000, 1000])],
)
def test_songs_come_whole_where_they_fit_and_else_in_row_groups_of_half_the_memory(tmp_path, songs_in_memory, sizes):
    (songs,) = label_songs(random_tables([3000], np.float32), 2000)
    pq.write_table(songs, tmp_path / "songs.parquet", row_group_size=1000)
    again = in_chunks(tmp_path / "songs.parquet", songs_in_memory * SONG)
    X, t = read_songs(tmp_path / "songs.parquet", constant=True)
    assert (X[:, -1] == 1).all()
    for _ in range(2):
        found = list(again())
        assert [len(t) for _, t in found] == sizes
        assert (np.concatenate([X for X, _ in found]) == X).all()
        assert (np.concatenate([t for _, t in found]) == t).all()


def test_row_groups_that_fit_together_make_one_piece(tmp_path):
    (songs,) = label_songs(random_tables([3000], np.float32), 2000)
    pq.write_table(songs, tmp_path / "songs.parquet", row_group_size=300)
    found = list(in_chunks(tmp_path / "songs.parquet", 2000 * SONG)())
    assert [len(t) for _, t in found] == [900, 900, 900, 300]
