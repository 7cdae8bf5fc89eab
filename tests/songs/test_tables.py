"""Tables of songs: what is written to Parquet and read back in parts, in blocks, in batches or whole."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from random_songs import random_tables

from century.arrays import CACHE_ROWS
from century.songs.features import FEATURES
from century.songs.labels import label_songs
from century.songs.tables import (
    GROUP,
    merge,
    read_batches,
    read_blocks,
    read_column,
    read_parts,
    read_songs,
    songs_schema,
    write_table,
)


@pytest.mark.parametrize("feature", [np.float32, np.float64])
def test_parquet_and_back_keeps_every_bit_and_the_order(tmp_path, feature):
    songs = list(label_songs(random_tables([70_000, 1, 9_000], feature), 2000))
    write_table(tmp_path / "songs.parquet", songs[0].schema, songs)
    X, t = read_songs(tmp_path / "songs.parquet")
    whole = pa.concat_tables(songs)
    assert X.dtype == feature
    assert X.flags.c_contiguous
    assert (np.stack([whole[name] for name in FEATURES], axis=1) == X).all()
    assert (t == whole["label"]).all()
    assert (read_column(tmp_path / "songs.parquet", "row") == np.arange(79_001)).all()
    for most in (1, 4096, 5000, 79_001, 10**6):
        X_first, t_first = read_songs(tmp_path / "songs.parquet", most)
        assert (X_first == X[:most]).all()
        assert (t_first == t[:most]).all()


def test_batches_are_the_songs_row_by_row_in_memory(tmp_path):
    path = tmp_path / "songs.parquet"
    songs = list(label_songs(random_tables([GROUP + 2 * CACHE_ROWS + 77], np.float32), 2000))
    write_table(path, songs[0].schema, songs)
    sizes = []
    for X, t in read_batches(path):
        assert X.flags.c_contiguous
        assert len(X) == len(t) <= CACHE_ROWS
        sizes.append(len(X))
    assert len(sizes) == 11
    X, t = (np.concatenate(arrays) for arrays in zip(*read_batches(path), strict=True))
    whole, labels = read_songs(path)
    assert (whole == X).all()
    assert (t == labels).all()


def test_row_groups_are_full_but_the_last_whatever_the_tables(tmp_path):
    write_table(
        tmp_path / "songs.parquet", songs_schema(pa.float64()), label_songs(random_tables([1, 90_000, 1, 9_000]), 2000)
    )
    metadata = pq.ParquetFile(tmp_path / "songs.parquet").metadata
    sizes = [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]
    assert sizes == [GROUP, GROUP, GROUP, 99_002 - 3 * GROUP]


def test_tables_are_merged_without_losing_or_moving_a_row():
    whole = pa.concat_tables(random_tables([5, 0, 3, 9, 1]))
    for rows in (1, 4, 18, 100):
        merged = list(merge(random_tables([5, 0, 3, 9, 1]), rows))
        assert pa.concat_tables(merged).equals(whole)
        assert [len(table) for table in merged[:-1]] == [rows] * (len(merged) - 1)


def test_the_rows_of_parts_come_in_order_and_a_group_has_one_part(tmp_path):
    names = ["train"] * 70_000 + ["validation"] + ["test"] * 6000
    row = np.random.default_rng(0).permutation(len(names)).astype(np.int32)
    split = pa.table({"row": row, "part": pa.array(names).dictionary_encode()})
    write_table(tmp_path / "split.parquet", split.schema, [split])
    found = list(read_parts(tmp_path / "split.parquet"))
    assert (np.concatenate([rows for _, rows in found]) == row).all()
    assert [name for part, rows in found for name in [part] * len(rows)] == names
    assert max(len(rows) for _, rows in found) == GROUP


def test_blocks_have_the_first_songs_and_the_columns_asked_for(tmp_path):
    songs = list(label_songs(random_tables([70_000]), 2000))
    write_table(tmp_path / "songs.parquet", songs[0].schema, songs)
    for most in (1, GROUP, 50_000, None):
        blocks = list(read_blocks(tmp_path / "songs.parquet", ["var90", "year"], most))
        for column, name in zip(zip(*blocks, strict=True), ["var90", "year"], strict=True):
            assert (np.concatenate(column) == songs[0][name].to_numpy()[:most]).all()


def test_an_interrupted_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "songs.parquet"
    path.write_bytes(b"old")

    def breaks():
        yield from label_songs(random_tables([10]), 2000)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_table(path, songs_schema(pa.float64()), breaks())
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["songs.parquet"]
