from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from msgspec.structs import replace
from sklearn.linear_model import LogisticRegression

from century import InputError
from century.files import write_json
from century.model.descent import epoch
from century.model.logistic import logits, loss
from century.model.training import averaged_epochs, mean_loss, train
from century.params import read_params
from century.songs.features import FEATURES
from stages.train import stage

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def songs():
    rng = np.random.default_rng(1)
    X = rng.standard_t(5, (40_000, 20)).astype(np.float32)
    X[:, 1:] += 0.7 * X[:, :-1]
    X /= X.std(axis=0)
    t = (X @ rng.standard_normal(20) * 0.3 + rng.logistic(size=len(X)) > 0).astype(np.int8)
    return np.hstack([X, np.ones((len(X), 1), np.float32)]), t


@pytest.fixture(scope="module")
def optimum(songs):
    X, t = songs
    fit = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(X[:, :-1].astype(np.float64), t)
    return loss(logits(fit.coef_[0], fit.intercept_[0], X[:, :-1]), t)


def whole(songs):
    return lambda: [songs]


def in_pieces(songs, size):
    X, t = songs
    return lambda: ((X[i : i + size], t[i : i + size]) for i in range(0, len(t), size))


@pytest.mark.parametrize(("mu", "batch_size"), [(0.1, 64), (0.5, 512), (1.0, 1024), (0.5, 64)])
def test_training_ends_within_1e_4_of_the_optimum(songs, optimum, mu, batch_size):
    *_, (w, _, training_loss) = train(whole(songs), mu, batch_size, tolerance=1e-6, max_epochs=100)
    assert 0 < training_loss - optimum < 1e-4
    assert training_loss == pytest.approx(loss(logits(w, 0.0, songs[0].astype(np.float64)), songs[1]), abs=1e-8)


@pytest.mark.parametrize("size", [4000, 9000])
def test_training_in_pieces_reaches_the_same_loss(songs, optimum, size):
    *_, (_, _, training_loss) = train(in_pieces(songs, size), 0.5, 512, tolerance=1e-6, max_epochs=100)
    assert 0 < training_loss - optimum < 1e-4


def test_the_mean_loss_counts_every_song_once(songs):
    w = np.random.default_rng(3).standard_normal(21)
    assert mean_loss(w, in_pieces(songs, 9000)) == pytest.approx(mean_loss(w, whole(songs)), abs=1e-14)


def test_training_stops_at_the_last_epoch_allowed(songs):
    assert len(list(train(whole(songs), 0.5, 512, tolerance=1e-12, max_epochs=3))) == 3


def test_training_stops_after_the_first_epoch_that_hardly_helps(songs):
    losses = [after for _, _, after in train(whole(songs), 0.5, 512, tolerance=1e-5, max_epochs=100)]
    gains = -np.diff(losses)
    assert (gains[:-1] >= 1e-5).all()
    assert gains[-1] < 1e-5


def test_the_average_has_weights_1_4_9(songs):
    X, t = songs[0][:1000], songs[1][:1000]
    W, means = np.zeros((21, 1), np.float32), []
    for k in (1, 2, 3):
        songs_of_epoch = slice(100, 1000) if k == 2 else slice(0, 900)  # of 1000, 100 are left over
        steps = epoch(X[songs_of_epoch], t[songs_of_epoch], W, np.array(0.5 / k), 300)
        means.append(np.mean([W[:, 0].copy() for W in steps], 0, np.float64))
    expected = (means[0] + 4 * means[1] + 9 * means[2]) / 14
    epochs = averaged_epochs(whole((X, t)), 0.5, 300)
    for _ in range(3):
        w, steps = next(epochs)
    assert steps == 3
    np.testing.assert_allclose(w, expected, rtol=1e-12, atol=1e-12)


def test_a_memory_that_holds_no_minibatch_is_one_line_and_no_training(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_json(Path("metrics/sweep.json"), {"best": {"learning_rate": 0.5, "batch_size": 2000}})
    table = pa.table({name: np.ones(4000, np.float32) for name in FEATURES} | {"label": np.ones(4000, np.int8)})
    Path("data").mkdir()
    for part in ("train", "validation"):
        pq.write_table(table, f"data/{part}.parquet", row_group_size=500)
    params = read_params(REPOSITORY / "params.yaml")
    params = replace(params, train=replace(params.train, memory=1))
    with pytest.raises(InputError, match=r"train.memory: it holds 1000 songs, no minibatch of 2000; set a larger one"):
        stage(params)


def test_every_song_is_trained_on_though_a_few_are_left_over_in_each_epoch():
    X, t = np.eye(20, dtype=np.float32), np.ones(20, np.int8)  # a song moves its own weight alone
    epochs = averaged_epochs(whole((X, t)), 0.5, 13)
    assert (next(epochs)[0] != 0).sum() == 13
    for _ in range(2):
        w, _ = next(epochs)
    assert (w != 0).all()
