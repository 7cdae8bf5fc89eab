import numpy as np
import pytest

from century.arrays import Sample
from century.model.descent import descend, epoch, plain_epochs
from century.model.logistic import gradient, predict


def data(n=1000, d=7, dtype=np.float64):
    """Songs with a last column of ones, and their labels."""
    rng = np.random.default_rng(3)
    X = np.hstack([rng.standard_normal((n, d - 1)), np.ones((n, 1))]).astype(dtype)
    t = (X @ rng.standard_normal(d) + rng.standard_normal(n) > 0).astype(np.int8)
    return X, t


def whole(X, t):
    return Sample(X, t, np.arange(len(t)), len(t))


def column(d=7, value=0.0, dtype=np.float64):
    return np.full((d, 1), value, dtype)


def test_an_epoch_is_the_plain_loop_over_shuffled_minibatches():
    X, t = data()
    w, b = np.full(6, 0.25), 0.25
    order = np.random.default_rng(5).permutation(1000)
    expected = []
    for start in range(0, 961, 96):
        if start + 96 <= 1000:
            batch = order[start : start + 96]
            y = 1 / (1 + np.exp(-(X[batch, :6] @ w + b)))
            w = w - 0.3 * X[batch, :6].T @ (y - t[batch]) / 96
            b = b - 0.3 * np.mean(y - t[batch])
            expected.append(np.append(w, b))
    steps = [W[:, 0].copy() for W in epoch(X, t, column(value=0.25), np.array(0.3), 96, order)]
    assert len(steps) == 10
    np.testing.assert_allclose(steps, expected, rtol=0, atol=1e-12)


def test_songs_in_an_order_are_those_songs_as_they_stand():
    X, t = data(dtype=np.float32)
    order = np.random.default_rng(5).permutation(1000)
    steps = zip(
        epoch(X, t, column(dtype=np.float32), np.array(0.3), 96, order),
        epoch(X[order], t[order], column(dtype=np.float32), np.array(0.3), 96),
        strict=True,
    )
    for gathered, standing in steps:
        assert (gathered == standing).all()


def test_a_step_is_the_gradient_of_the_model():
    X, t = data()
    W = np.random.default_rng(2).standard_normal((7, 1))
    expected = W[:, 0] - 0.7 * gradient(X, predict(W[:, 0], X), t)
    next(epoch(X, t, W, np.array(0.7), 1000))
    np.testing.assert_allclose(W[:, 0], expected, rtol=0, atol=1e-14)


def test_an_epoch_sees_every_song_of_its_whole_minibatches_once():
    X = np.eye(12)
    order = np.random.default_rng(0).permutation(12)
    # y is 1/2 for every song until its own weight moves, so an epoch moves each weight by mu / 2 / 4, once.
    *_, W = epoch(X, np.ones(12, np.int8), column(12), np.array(1e-9), 4, order)
    np.testing.assert_allclose(W, 1e-9 / 8, rtol=1e-6)


@pytest.mark.parametrize("shape", [(7, 3), (2, 7, 3)])
def test_models_side_by_side_are_the_models_alone(shape):
    X, t = data()
    order = np.random.default_rng(5).permutation(1000)
    rng = np.random.default_rng(6)
    W, mu = rng.standard_normal(shape), rng.uniform(0.1, 2, (*shape[:-2], 1, 3))
    alone = [
        [
            *epoch(
                X,
                t,
                W[(*at[:-1], slice(None), slice(at[-1], at[-1] + 1))].copy(),
                np.array(mu[(*at[:-1], 0, at[-1])]),
                64,
                order,
            )
        ][-1]
        for at in np.ndindex(*shape[:-2], 3)
    ]
    *_, W = epoch(X, t, W, mu, 64, order)
    together = W.swapaxes(-1, -2).reshape(-1, 7)
    np.testing.assert_allclose(together, np.hstack(alone).T, rtol=0, atol=1e-12)


def test_huge_logits_neither_overflow_nor_turn_into_nan():
    X, t = data(dtype=np.float32)
    W = column(value=1e30, dtype=np.float32)
    with np.errstate(all="raise"):
        next(epoch(X, t, W, np.array(0.1), 100))
    assert np.isfinite(W).all()


def test_songs_that_do_not_fill_a_minibatch_are_an_error_and_no_endless_loop():
    X, t = data(n=50)
    with pytest.raises(ValueError, match="a minibatch of 100 songs from 50"):
        next(descend(whole(X, t), column(), np.array(0.5), 100, np.random.default_rng(0)))


def test_descend_goes_on_from_epoch_to_epoch_in_new_orders():
    X, t = data(n=100)
    rng = np.random.default_rng(0)
    W = column()
    expected = [W[:, 0].copy() for _ in range(2) for _ in epoch(X, t, W, np.array(0.5), 50, rng.permutation(100))]
    steps = descend(whole(X, t), column(), np.array(0.5), 50, np.random.default_rng(0))
    for w in expected:
        assert (next(steps)[:, 0] == w).all()


def test_full_batches_at_a_small_rate_walk_to_where_the_gradient_is_zero():
    X, t = data(n=300)
    steps = descend(whole(X, t), column(), np.array(1.0), 300, np.random.default_rng(0))
    for _ in range(3000):
        W = next(steps)
    assert np.abs(gradient(X, predict(W[:, 0], X), t)).max() < 1e-9


def test_float32_songs_are_trained_on_in_float32():
    X, t = data(dtype=np.float32)
    W = next(epoch(X, t, column(dtype=np.float32), np.array(0.1), 100))
    assert W.dtype == np.float32


@pytest.mark.parametrize("size", [1000, 300])
def test_plain_epochs_pass_over_the_chunks_as_they_stand_from_zero(size):
    X, t = data(dtype=np.float32)
    chunks = [(X[i : i + size], t[i : i + size]) for i in range(0, 1000, size)]
    W, expected = column(dtype=np.float32), []
    for _ in range(3):
        for chunk in chunks:
            for _ in epoch(*chunk, W, np.array(0.4), 80):
                pass
        expected.append(W[:, 0].copy())
    epochs = plain_epochs(lambda: chunks, 0.4, 80)
    for w in expected:
        assert (next(epochs) == w).all()


def test_chunks_that_do_not_fill_a_minibatch_are_an_error():
    X, t = data(n=50)
    with pytest.raises(ValueError, match="a minibatch of 100 songs from 50"):
        next(plain_epochs(lambda: [(X, t)], 0.5, 100))
