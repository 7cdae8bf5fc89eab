import numpy as np
import pytest

from century.descent import descend, epoch
from century.logistic import gradient, predict


def data(n=1000, d=7, dtype=np.float64):
    rng = np.random.default_rng(3)
    X = rng.standard_normal((n, d)).astype(dtype)
    t = (X @ rng.standard_normal(d) + rng.standard_normal(n) > 0).astype(np.int8)
    return X, t


def test_an_epoch_is_the_plain_loop_over_shuffled_minibatches():
    X, t = data()
    w, b = np.full(7, 0.25), -0.5
    order = np.random.default_rng(5).permutation(1000)
    expected = []
    for start in range(0, 961, 96):
        if start + 96 <= 1000:
            batch = order[start : start + 96]
            y = 1 / (1 + np.exp(-(X[batch] @ w + b)))
            w = w - 0.3 * X[batch].T @ (y - t[batch]) / 96
            b = b - 0.3 * np.mean(y - t[batch])
            expected.append((w, b))
    steps = list(epoch(X, t, np.full(7, 0.25), -0.5, 0.3, 96, np.random.default_rng(5)))
    assert len(steps) == len(expected) == 10
    for (w, b), (w_expected, b_expected) in zip(steps, expected, strict=True):
        np.testing.assert_allclose(w, w_expected, rtol=0, atol=1e-12)
        assert b == pytest.approx(b_expected, abs=1e-12)


def test_an_epoch_sees_every_song_of_its_whole_minibatches_once():
    X = np.eye(12)
    # y is 1/2 for every song until its own weight moves, so an epoch moves each weight by mu / 2 / 4, once.
    *_, (w, _) = epoch(X, np.ones(12, np.int8), np.zeros(12), 0.0, 1e-9, 4, np.random.default_rng(0))
    np.testing.assert_allclose(w, 1e-9 / 8, rtol=1e-6)


def test_what_is_given_and_what_was_yielded_is_never_written_to():
    X, t = data()
    w0 = np.zeros(7)
    steps = [(w, w.copy()) for w, _ in epoch(X, t, w0, 0.0, 0.5, 100, np.random.default_rng(0))]
    assert not w0.any()
    assert all((w == copy).all() for w, copy in steps)


def test_songs_that_do_not_fill_a_minibatch_are_an_error_and_no_endless_loop():
    X, t = data(n=50)
    with pytest.raises(ValueError, match="a minibatch of 100 songs from 50"):
        next(descend(X, t, np.zeros(7), 0.0, 0.5, 100, np.random.default_rng(0)))


def test_descend_goes_on_from_epoch_to_epoch():
    X, t = data(n=100)
    rng = np.random.default_rng(0)
    once = list(epoch(X, t, np.zeros(7), 0.0, 0.5, 50, rng))
    twice = list(epoch(X, t, *once[-1], 0.5, 50, rng))
    steps = descend(X, t, np.zeros(7), 0.0, 0.5, 50, np.random.default_rng(0))
    for w, b in once + twice:
        w_next, b_next = next(steps)
        assert (w_next == w).all()
        assert b_next == b


def test_full_batches_at_a_small_rate_walk_to_where_the_gradient_is_zero():
    X, t = data(n=300)
    steps = descend(X, t, np.zeros(7), 0.0, 1.0, 300, np.random.default_rng(0))
    for _ in range(3000):
        w, b = next(steps)
    dw, db = gradient(X, predict(w, b, X), t)
    assert max(np.abs(dw).max(), abs(db)) < 1e-9


def test_float32_songs_are_trained_on_in_float32():
    X, t = data(dtype=np.float32)
    w, b = next(epoch(X, t, np.zeros(7, np.float32), 0.0, 0.1, 100, np.random.default_rng(0)))
    assert w.dtype == np.float32
    assert np.asarray(b).dtype == np.float32
