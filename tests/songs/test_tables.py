import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from century.songs.chunks import in_chunks
from century.songs.features import FEATURES
from century.songs.labels import label_songs
from century.songs.prefetch import prefetch
from century.songs.repeats import row_hashes, with_hashes
from century.songs.tables import (
    BATCH,
    GROUP,
    count_songs,
    merge,
    read_batches,
    read_blocks,
    read_column,
    read_parts,
    read_songs,
    songs_schema,
    write_table,
)
from stages import normalize


def tables(sizes, feature=np.float64):
    rng = np.random.default_rng(0)
    for size in sizes:
        columns = {name: rng.normal(size=size).astype(feature) for name in FEATURES}
        yield pa.table({"year": rng.integers(1922, 2012, size).astype(np.int16), **columns})


def test_songs_are_numbered_through_and_labelled_after_the_threshold():
    labelled = pa.concat_tables(label_songs(tables([5, 1, 7]), 2000))
    assert labelled["row"].to_pylist() == list(range(13))
    assert labelled["label"].to_pylist() == [int(year > 2000) for year in labelled["year"].to_pylist()]
    assert labelled.schema == songs_schema(pa.float64())


def test_the_threshold_year_itself_is_label_0():
    table = next(tables([3])).set_column(0, "year", pa.array([1999, 2000, 2001], pa.int16()))
    assert next(label_songs([table], 2000))["label"].to_pylist() == [0, 0, 1]


@pytest.mark.parametrize("feature", [np.float32, np.float64])
def test_parquet_and_back_keeps_every_bit_and_the_order(tmp_path, feature):
    songs = list(label_songs(tables([70_000, 1, 9_000], feature), 2000))
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
    songs = list(label_songs(tables([GROUP + 2 * BATCH + 77], np.float32), 2000))
    write_table(path, songs[0].schema, songs)
    sizes = []
    for X, t in read_batches(path):
        assert X.flags.c_contiguous
        assert len(X) == len(t) <= BATCH
        sizes.append(len(X))
    assert len(sizes) == 11
    X, t = (np.concatenate(arrays) for arrays in zip(*read_batches(path), strict=True))
    whole, labels = read_songs(path)
    assert (whole == X).all()
    assert (t == labels).all()


def test_row_groups_are_full_but_the_last_whatever_the_tables(tmp_path):
    write_table(
        tmp_path / "songs.parquet", songs_schema(pa.float64()), label_songs(tables([1, 90_000, 1, 9_000]), 2000)
    )
    metadata = pq.ParquetFile(tmp_path / "songs.parquet").metadata
    sizes = [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]
    assert sizes == [GROUP, GROUP, GROUP, 99_002 - 3 * GROUP]


def test_tables_are_merged_without_losing_or_moving_a_row():
    whole = pa.concat_tables(tables([5, 0, 3, 9, 1]))
    for rows in (1, 4, 18, 100):
        merged = list(merge(tables([5, 0, 3, 9, 1]), rows))
        assert pa.concat_tables(merged).equals(whole)
        assert [len(table) for table in merged[:-1]] == [rows] * (len(merged) - 1)


def wait_until(holds) -> None:
    for _ in range(1000):
        if not holds():
            time.sleep(0.01)


def test_what_is_made_ahead_comes_in_order_with_its_error():
    def breaks():
        yield from range(3)
        raise OSError("disk full")

    assert list(prefetch(range(10), 3)) == list(range(10))
    made = []
    items = prefetch((made.append(item) or item for item in range(100)), 3)
    assert next(items) == 0
    wait_until(lambda: len(made) == 4)  # three ahead of the one that was taken
    items.close()
    assert len(made) == 4
    items = prefetch(breaks(), 2)
    assert [next(items) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(OSError, match="disk full"):
        next(items)


def test_rows_that_repeat_an_earlier_one_are_counted_wherever_they_stand(tmp_path):
    (songs,) = tables([GROUP + 2000])
    other_year = songs.set_column(0, "year", pa.array(songs["year"].to_numpy() + np.int16(1)))
    last = songs.column_names.index("var90")
    other_last = songs.set_column(last, "var90", pa.array(np.nextafter(songs["var90"].to_numpy(), np.inf)))
    zero, minus_zero = (songs[:1].set_column(1, "var1", pa.array([x])) for x in (0.0, -0.0))
    repeated = [songs, other_year, songs[GROUP + 1990 :], zero, other_last, songs[5:6], songs[5:6], minus_zero]
    with tempfile.TemporaryFile() as hashes:
        written = label_songs(with_hashes(repeated, hashes), 2000)
        write_table(tmp_path / "songs.parquet", songs_schema(pa.float64()), written)
        counts = count_songs(tmp_path / "songs.parquet", hashes)
    assert counts["songs"] == 3 * (GROUP + 2000) + 14
    assert counts["duplicate_rows"] == 13


def test_rows_of_whole_numbers_that_differ_have_hashes_that_differ():
    # The last half of the bits of such a float64 are all 0.
    whole = np.indices((30, 30, 30), dtype=np.float64).reshape(3, -1)
    columns = dict.fromkeys(FEATURES, np.zeros(27_000)) | dict(zip(["var1", "var45", "var90"], whole, strict=True))
    hashes = row_hashes(pa.table({"year": np.full(27_000, 2000, np.int16), **columns}))
    assert len(np.unique(hashes)) == 27_000


def test_normalize_puts_every_song_in_its_place_over_many_blocks_and_groups(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (songs,) = label_songs(tables([100_000]), 2000)
    write_table(Path("data/songs.parquet"), songs.schema, [songs])
    order = np.random.default_rng(1).permutation(90_000).astype(np.int32)
    parts = {"train": order[:80_000], "validation": order[80_000:], "test": np.arange(90_000, 100_000, dtype=np.int32)}
    names = [name for name, rows in parts.items() for _ in rows]
    split = pa.table({"row": np.concatenate(list(parts.values())), "part": names})
    write_table(Path("data/split.parquet"), split.schema, [split])
    normalize.stage(None)
    X = np.stack([songs[name].to_numpy() for name in FEATURES], axis=1)
    z = (X - X[:90_000].mean(axis=0)) / X[:90_000].std(axis=0, ddof=1)
    for name, rows in parts.items():
        found = pq.read_table(f"data/{name}.parquet")
        for column in ("row", "year", "label"):
            assert (found[column].to_numpy() == songs[column].to_numpy()[rows]).all()
        np.testing.assert_allclose(np.stack([found[name] for name in FEATURES], axis=1), z[rows], atol=1e-5)


def test_the_rows_of_parts_come_in_order_and_a_group_has_one_part(tmp_path):
    names = ["train"] * 70_000 + ["validation"] + ["test"] * 6000
    row = np.random.default_rng(0).permutation(len(names)).astype(np.int32)
    split = pa.table({"row": row, "part": names})
    write_table(tmp_path / "split.parquet", split.schema, [split])
    found = list(read_parts(tmp_path / "split.parquet"))
    assert (np.concatenate([rows for _, rows in found]) == row).all()
    assert [name for part, rows in found for name in [part] * len(rows)] == names
    assert max(len(rows) for _, rows in found) == GROUP


def test_blocks_have_the_first_songs_and_the_columns_asked_for(tmp_path):
    songs = list(label_songs(tables([70_000]), 2000))
    write_table(tmp_path / "songs.parquet", songs[0].schema, songs)
    for most in (1, GROUP, 50_000, None):
        blocks = list(read_blocks(tmp_path / "songs.parquet", ["var90", "year"], most))
        for column, name in zip(zip(*blocks, strict=True), ["var90", "year"], strict=True):
            assert (np.concatenate(column) == songs[0][name].to_numpy()[:most]).all()


def test_an_interrupted_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "songs.parquet"
    path.write_bytes(b"old")

    def breaks():
        yield from label_songs(tables([10]), 2000)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_table(path, songs_schema(pa.float64()), breaks())
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["songs.parquet"]


SONG = 4 * 91 + 1  # bytes of a song in memory: 90 features, the constant, the label


@pytest.mark.parametrize(
    ("songs_in_memory", "sizes"),
    [(3000, [3000]), (2999, [1000, 1000, 1000]), (4000, [3000]), (2200, [1000, 1000, 1000]), (10, [1000, 1000, 1000])],
)
def test_songs_come_whole_where_they_fit_and_else_in_row_groups_of_half_the_memory(tmp_path, songs_in_memory, sizes):
    (songs,) = label_songs(tables([3000], np.float32), 2000)
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
    (songs,) = label_songs(tables([3000], np.float32), 2000)
    pq.write_table(songs, tmp_path / "songs.parquet", row_group_size=300)
    found = list(in_chunks(tmp_path / "songs.parquet", 2000 * SONG)())
    assert [len(t) for _, t in found] == [900, 900, 900, 300]
