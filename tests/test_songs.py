import subprocess
import sys
import tempfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sklearn.preprocessing import StandardScaler

from century import InputError
from century.normalization import mean_and_std, read_scratch, write_scratch, z_score
from century.songs import FEATURES, label_songs, pieces, read_column, read_runs, read_songs, songs_schema, write_table


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


def test_a_stage_reads_songs_without_pandas_whose_import_would_take_longer(tmp_path):
    write_table(tmp_path / "songs.parquet", songs_schema(pa.float64()), label_songs(tables([10]), 2000))
    program = (
        "import sys, stages; from century.songs import Path, read_column, read_songs; path = Path(sys.argv[1]);"
        "stages.start('train', lambda _: (read_songs(path), read_column(path, 'year')));"
        "print('pandas' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program, tmp_path / "songs.parquet"], capture_output=True, text=True)
    assert done.stdout == "False\n"


def test_z_scores_are_those_of_scikit_learn_up_to_ddof():
    x = np.random.default_rng(0).normal(40, 6, 1000)
    z = z_score(x, *mean_and_std("var1", x))
    assert z.dtype == np.float32
    np.testing.assert_allclose(z, StandardScaler().fit_transform(x[:, None])[:, 0] * np.sqrt(999 / 1000), atol=1e-6)


def test_z_scores_come_back_from_the_scratch_file_by_groups_of_songs():
    rng = np.random.default_rng(0)
    X, row = rng.normal(40, 6, (70_000, len(FEATURES))), rng.permutation(70_000).astype(np.int32)
    with tempfile.TemporaryFile() as scratch:
        for x in X.T:
            write_scratch(scratch, x, row, 40, 6)
        for group in (slice(0, 1), slice(65_000, 67_000), slice(69_999, 70_000)):
            columns = read_scratch(scratch, len(row), group)
            assert (np.stack(columns, axis=1) == z_score(X[row[group]], 40, 6)).all()


def test_runs_of_a_word_are_found_across_row_groups(tmp_path):
    part = pa.table({"part": ["train"] * 70_000 + ["validation"] + ["test"] * 66_000})
    write_table(tmp_path / "split.parquet", part.schema, [part])
    runs = {"train": range(70_000), "validation": range(70_000, 70_001), "test": range(70_001, 136_001)}
    assert read_runs(tmp_path / "split.parquet", "part") == runs


@pytest.mark.parametrize(("value", "rows"), [(2.5, 10), (0.1, 463_715), (49.94357, 463_715)])
def test_a_constant_feature_is_refused_though_its_deviation_may_round_to_more_than_0(value, rows):
    with pytest.raises(InputError, match=f"var7 is {value} in all {rows} training rows"):
        mean_and_std("var7", np.full(rows, value))


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
    again = pieces(tmp_path / "songs.parquet", songs_in_memory * SONG)
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
    found = list(pieces(tmp_path / "songs.parquet", 2000 * SONG)())
    assert [len(t) for _, t in found] == [900, 900, 900, 300]
