"""Training ends at the optimum, at any size and whatever the songs; where it does not, it says so."""

import warnings

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from century.model.logistic import gradient, hessian, loss, predict
from century.model.training import MINIBATCHES, derivatives, inverse, mean_loss, svrg_epoch, train
from century.songs.stand_in import artists_and_albums, eras, shape_columns, timbres, years

TOLERANCE = 1e-7
SIZES = [500, 1176, 3000, 7000, 15_000, 30_000]


@pytest.fixture(scope="module", params=[1, 2, 3])
def stand_in(request):
    """The stand-in's songs in random order: raw features and labels."""
    rng = np.random.default_rng(request.param)
    artist, album = artists_and_albums(max(SIZES), max(SIZES) // 2, rng)
    era = eras(artist, album, rng)
    X, t = shape_columns(timbres(artist, era, rng)).T, (years(era, album) > 2000).astype(np.int8)
    order = rng.permutation(len(t))
    return X[order], t[order]


def with_ones(X):
    """The features z-scored, in float32, with a last column of ones."""
    spread = np.where(X.std(axis=0) > 0, X.std(axis=0), 1)
    return np.hstack([(X - X.mean(axis=0)) / spread, np.ones((len(X), 1))]).astype(np.float32)


def random_songs(n, d=20, scale=2.0, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, d))
    t = (X @ rng.standard_normal(d) * scale / d**0.5 + rng.logistic(size=n) > 0).astype(np.int8)
    return X, t


def cut(X, t, size=None):
    """What gives the songs whole, or in chunks of so many."""
    size = size or len(t)
    return lambda: ((X[i : i + size], t[i : i + size]) for i in range(0, len(t), size))


def fit(X, t, size=None, max_epochs=300):
    """The last fit. Whatever NumPy warns of is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        *_, last = train(cut(X, t, size), TOLERANCE, max_epochs)
    return last


def optimum(X, t):
    X = X.astype(np.float64)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where features are collinear, it says so
        found = LogisticRegression(
            C=np.inf, solver="newton-cholesky", tol=1e-10, max_iter=1000, fit_intercept=False
        ).fit(X, t)
    return loss(X @ found.coef_[0], t)


@pytest.mark.parametrize("n", SIZES)
def test_training_ends_where_scikit_learns_does(stand_in, n):
    X, t = with_ones(stand_in[0][:n]), stand_in[1][:n]
    least = optimum(X, t)
    for size in (None, n // 3 + 5):
        last = fit(X, t, size)
        reached = loss(X.astype(np.float64) @ last.w, t)
        assert -1e-9 < reached - least < 1e-6
        assert last.loss == pytest.approx(reached, abs=1e-8)
        assert last.above_minimum == pytest.approx(reached - least, rel=0.2, abs=1e-8)
        assert last.above_minimum <= TOLERANCE
        assert not last.separates


def hard_songs():
    rng = np.random.default_rng(4)
    X, t = random_songs(2000)
    outliers = X.copy()
    outliers[:3] *= 1000
    rare = X.copy()
    rare[:, :5] = rng.random((2000, 5)) < 0.002
    order = np.argsort(t, kind="stable")
    return {
        "a duplicate": (np.hstack([X, X[:, :5]]), t),
        "a sum": (np.hstack([X, X[:, :1] + X[:, 1:2]]), t),
        "features correlated to 0.9999": (np.hstack([X, X[:, :5] + 0.01 * rng.standard_normal((2000, 5))]), t),
        "a constant": (np.hstack([X, np.zeros((2000, 1))]), t),
        "heavy tails": (rng.standard_cauchy((2000, 20)), t),
        "outliers": (outliers, t),
        "rare values": (rare, t),
        "strong features": random_songs(2000, scale=30.0),
        "one label in a hundred": (X, (rng.random(2000) < 0.01).astype(np.int8)),
        "no signal": (X, rng.integers(0, 2, 2000)),
        "the labels one after the other": (X[order], t[order]),
    }


@pytest.mark.parametrize("kind", hard_songs())
def test_songs_of_every_kind_are_trained_on_to_the_optimum(kind):
    X, t = hard_songs()[kind]
    X = with_ones(X)
    # Without the column that repeats others: what scikit-learn finds in its rounding to float32 is no feature.
    least = optimum(np.delete(X, 20, axis=1) if kind == "a sum" else X, t)
    for rows in (X, X.astype(np.float64)):
        last = fit(rows, t)
        reached = loss(X.astype(np.float64) @ last.w, t)
        assert reached - least < 1e-6
        assert last.above_minimum <= TOLERANCE


@pytest.mark.parametrize(("n", "d"), [(1, 20), (7, 20), (30, 20), (150, 90), (1000, 20)])
def test_labels_that_can_be_separated_are_recognized(n, d):
    X, t = random_songs(n, d, scale=1e4)
    last = fit(with_ones(X), t)
    assert last.separates
    assert last.above_minimum <= TOLERANCE
    assert last.loss < 1e-6
    assert last.lower_bound == 0


def test_a_fit_that_has_not_converged_yet_says_how_far_it_has_to_go():
    X, t = random_songs(20_000)
    X = with_ones(X)
    least = optimum(X, t)
    early = fit(X, t, max_epochs=1)
    assert early.above_minimum > TOLERANCE
    assert early.above_minimum == pytest.approx(early.loss - least, rel=0.3)
    assert early.lower_bound == pytest.approx(least, abs=0.3 * early.above_minimum)


def test_training_begins_at_zero_and_stops_at_the_last_epoch_allowed():
    X, t = random_songs(1000)
    fits = list(train(cut(with_ones(X), t), 1e-12, 3))
    assert len(fits) == 4
    assert (fits[0].w == 0).all()
    assert fits[0].loss == pytest.approx(np.log(2), abs=1e-12)
    assert [fit.batch_size for fit in fits] == [125] * 4


def test_the_loss_never_rises_and_the_rate_is_halved_where_an_epoch_is_undone():
    rng = np.random.default_rng(5)
    X, t = rng.standard_cauchy((400, 30)), rng.integers(0, 2, 400)
    fits = list(train(cut(with_ones(X), t), TOLERANCE, 300))
    undone = 0
    for before, after, later in zip(fits, fits[1:], fits[2:], strict=False):
        assert after.loss <= before.loss
        if (after.w == before.w).all():
            undone += 1
            assert later.learning_rate == after.learning_rate / 2
        else:
            assert later.learning_rate == min(1, 1.2 * after.learning_rate)
    assert undone > 1


def test_the_same_songs_give_the_same_weights():
    X, t = random_songs(3000)
    assert (fit(with_ones(X), t).w == fit(with_ones(X), t).w).all()


@pytest.mark.parametrize("size", [None, 300])
def test_an_epoch_is_the_plain_loop_over_its_minibatches(size):
    X, t = random_songs(1000, 6)
    X = with_ones(X).astype(np.float64)
    w0 = np.full(7, 0.1)
    all_songs, H_inverse = gradient(X, predict(w0, X), t), np.linalg.inv(hessian(X, predict(w0, X)))
    w = w0.copy()
    for rows, labels in cut(X, t, size)():
        for start in range(0, len(rows), 120):
            batch, of_batch = rows[start : start + 120], labels[start : start + 120]
            y, y0 = 1 / (1 + np.exp(-batch @ w)), 1 / (1 + np.exp(-batch @ w0))
            noise = batch.T @ (y0 - of_batch) / len(batch) - all_songs
            step = H_inverse @ (batch.T @ (y - of_batch) / len(batch) - noise)
            w = w - 0.5 * len(batch) / 120 * step
    found = svrg_epoch(cut(X, t, size), w0, all_songs, H_inverse, 0.5, 120)
    np.testing.assert_allclose(found, w, rtol=0, atol=1e-12)


@pytest.mark.parametrize("size", [None, 4500])
def test_what_is_measured_is_the_mean_over_all_songs(size):
    X, t = random_songs(10_000)
    X = with_ones(X).astype(np.float64)
    w = np.random.default_rng(3).standard_normal(21)
    y, found = predict(w, X), derivatives(cut(X, t, size), w)
    assert found.songs == 10_000
    assert found.loss == pytest.approx(loss(X @ w, t), abs=1e-14)
    np.testing.assert_allclose(found.gradient, gradient(X, y, t), rtol=0, atol=1e-14)
    np.testing.assert_allclose(found.hessian, hessian(X, y), rtol=0, atol=1e-14)
    assert mean_loss(cut(X, t, size), w) == pytest.approx(loss(X @ w, t), abs=1e-14)


def test_songs_are_separated_only_if_every_one_is_on_its_side():
    X, t = np.array([[1.0, 1], [2, 1], [-1, 1]]), np.array([1, 1, 0], np.int8)
    assert derivatives(cut(X, t), np.array([1.0, 0])).separates
    for w in ([1.0, 1], [1, -1], [1, 2], [-1, 0], [0, 0]):
        assert not derivatives(cut(X, t), np.array(w)).separates


def test_the_inverse_leaves_flat_directions_alone():
    rng = np.random.default_rng(1)
    X = rng.standard_normal((100, 4)) * [1e3, 1, 1e-3, 1]
    H = X.T @ X / 100
    np.testing.assert_allclose(inverse(H) @ H, np.eye(4), atol=1e-9)
    X = np.column_stack([X, X[:, 1], np.zeros(100)])
    H = X.T @ X / 100
    np.testing.assert_allclose(H @ inverse(H) @ H, H, rtol=1e-9, atol=1e-12)
    assert inverse(H)[5].tolist() == [0] * 6


def test_a_minibatch_is_never_more_than_its_share_of_the_songs():
    X, t = random_songs(1001)
    first, *_ = train(cut(with_ones(X), t, 400), TOLERANCE, 0)
    assert (first.batch_size, first.songs) == (-(-1001 // MINIBATCHES), 1001)
