"""The stand-in at its full size, held against the published figures."""

import hashlib
import sys
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from sklearn.linear_model import LogisticRegression

from benchmarks.process import measure
from century.songs import published
from century.songs.archive import Fingerprint
from century.songs.features import FEATURES
from century.songs.stand_in import GRID, artists_and_albums, interpolate, text_blocks, write_stand_in
from century.songs.text import read_text

pytestmark = pytest.mark.slow
SONGS, TRAIN = 515_345, 463_715


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The path, and the MiB that it took to make it, in a process of its own."""
    path = tmp_path_factory.mktemp("stand_in") / "full.zip"
    program = (
        "import sys, pathlib; from century.songs.stand_in import write_stand_in;"
        f"write_stand_in(pathlib.Path(sys.argv[1]), {SONGS}, {TRAIN}, 1)"
    )
    return path, measure([sys.executable, "-c", program, str(path)], Path()).mib


@pytest.fixture(scope="module")
def path(made):
    return made[0]


@pytest.fixture(scope="module")
def file(path):
    """(years (n,), X (n, 90)) of the whole file."""
    years, X, start = np.empty(SONGS, int), np.empty((90, SONGS)).T, 0  # column by column, as it is looked at
    for table in read_text(path, Fingerprint()):
        rows = slice(start, start + len(table))
        years[rows] = table["year"]
        X[rows] = np.stack([table[name] for name in FEATURES], axis=1)
        start = rows.stop
    assert start == SONGS
    return years, X


@pytest.fixture(scope="module")
def artists():
    return artists_and_albums(SONGS, TRAIN, np.random.default_rng(1))


def normalized(X):
    return (X - X[:TRAIN].mean(axis=0)) / X[:TRAIN].std(axis=0, ddof=1)


def test_it_is_made_in_less_than_a_gibibyte(made):
    assert 100 < made[1] < 1024


def test_the_zip_has_the_real_layout(path):
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == ["YearPredictionMSD.txt"]
        assert archive.infolist()[0].compress_type == zipfile.ZIP_STORED  # the one difference; no library chooses bytes
        with archive.open("YearPredictionMSD.txt") as text:
            for line, _ in zip(text, range(1000), strict=False):
                year, *features = line.decode().rstrip("\n").split(",")
                assert 1922 <= int(year) <= 2011
                assert len(features) == 90
                assert all(len(x.split(".")[1]) == 5 for x in features)


def test_numbers_are_written_with_five_decimals():
    year, x = np.array([1922, 2011]), [-0.5, 0.0, 65735.77953, -0.00001, -14861.69535, 12.3]
    timbre = np.resize(x, (90, 2))
    lines = [",".join([str(year[i]), *(f"{number:.5f}" for number in timbre[:, i])]) for i in range(2)]
    assert b"".join(text_blocks(year, timbre)).decode() == "".join(f"{line}\n" for line in lines)


def test_interpolation_is_numpys():
    z = np.concatenate([GRID, np.random.default_rng(1).normal(0, 3, 10_000)])
    np.testing.assert_allclose(interpolate(z, np.exp(GRID)), np.interp(z, GRID, np.exp(GRID)), rtol=1e-13)


def test_the_years_are_the_published_histogram(file):
    histogram = published.table("year_histogram")
    years, counts = np.unique(file[0], return_counts=True)
    assert years.tolist() == histogram["year"].tolist()
    assert counts.tolist() == histogram["count"].tolist()


def test_every_column_has_the_published_mean_deviation_and_range(file):
    column = {key: values[1:] for key, values in published.table("columns").items()}
    X = file[1]
    np.testing.assert_allclose(X.mean(axis=0), column["mean"], rtol=0.02)
    np.testing.assert_allclose(X.std(axis=0, ddof=1), column["std"], rtol=0.02)
    assert (X.min(axis=0) >= column["min"]).all()
    assert (X.max(axis=0) <= column["max"]).all()
    assert (X[:, 12:24] > 0).all()


def test_the_quartiles_are_near_the_published_ones(file):
    column = {key: values[1:] for key, values in published.table("columns").items()}
    quartiles = np.percentile(file[1], [25, 50, 75], axis=0)
    for share, found in zip((25, 50, 75), quartiles, strict=True):
        assert np.abs((found - column[f"{share}%"]) / column["std"]).max() < 0.2


def test_the_spectrum_is_near_the_published_one(file):
    eigenvalues = np.linalg.eigvalsh(np.corrcoef(file[1][:TRAIN].T))[::-1]
    share = np.cumsum(eigenvalues) / 90
    components = [int(np.searchsorted(share, goal)) + 1 for goal in (0.75, 0.80, 0.85, 0.90, 0.95)]
    assert 30 <= components[0] <= 36
    assert 64 <= components[-1] <= 70
    assert np.abs(np.subtract(components, [33, 39, 46, 55, 67])).max() <= 1


def test_songs_of_an_artist_stand_together_and_on_one_side_of_the_split(artists):
    artist, _ = artists
    assert (np.diff(artist) >= 0).all()
    assert artist[TRAIN - 1] < artist[TRAIN]


def test_songs_of_an_artist_are_alike_in_timbre_and_year(file, artists):
    (years, X), (artist, album) = file, artists
    neighbours = (artist[1:] == artist[:-1]) & (years[1:] == years[:-1])
    assert neighbours.mean() > 0.5
    assert (years[1:] == years[:-1])[album[1:] == album[:-1]].mean() > 0.9
    songs = np.bincount(artist)
    several = songs[artist] > 1

    def share_within(x):
        deviation = (x - (np.bincount(artist, x) / songs)[artist])[several]
        return np.mean(deviation**2 * (songs / np.maximum(songs - 1, 1))[artist][several]) / np.var(x)

    assert share_within(years.astype(float)) < 0.5
    assert all(0.4 < share_within(x) < 0.8 for x in normalized(X).T)


def test_the_best_linear_model_is_as_good_as_on_the_real_file(file):
    years, X = file
    X, t = normalized(X).astype(np.float32), years > 2000
    fit = LogisticRegression().fit(X[:TRAIN], t[:TRAIN])
    assert 0.72 <= fit.score(X[TRAIN:], t[TRAIN:]) <= 0.735


def test_the_same_arguments_give_the_same_bytes_and_another_seed_does_not(tmp_path):
    digests = []
    for number, seed in enumerate((1, 1, 2)):
        write_stand_in(tmp_path / f"{number}.zip", 2000, 1800, seed)
        digests.append(hashlib.sha256((tmp_path / f"{number}.zip").read_bytes()).hexdigest())
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize("songs", [100, 1176, 20_000])
def test_a_small_one_has_years_of_all_times_and_columns_that_vary(tmp_path, songs):
    write_stand_in(tmp_path / "small.zip", songs, songs // 2, 1)
    table = pa.concat_tables(read_text(tmp_path / "small.zip", Fingerprint()))
    assert len(table) == songs
    assert all(np.std(table[name]) > 0 for name in FEATURES)
    assert np.mean(table["year"].to_numpy() > 2000) == pytest.approx(0.561, abs=0.01)
