import numpy as np
import pytest

from century.arrays import Sample
from century.model.descent import descend
from century.model.grid import rows_seen, train_side_by_side, validation_curves
from century.model.logistic import accuracy, loss


def parts(n=2000, d=6):
    rng = np.random.default_rng(2)
    X = np.hstack([rng.standard_normal((n, d - 1)), np.ones((n, 1))]).astype(np.float32)
    t = (X @ rng.standard_normal(d) + rng.standard_normal(n) > 0).astype(np.int8)
    return Sample(X[200:], t[200:], np.arange(n - 200), n - 200), (X[:200], t[:200])


@pytest.mark.parametrize("batch_size", [64, 500])
def test_a_run_is_its_own_steps_from_zero_with_its_own_batch_size(batch_size):
    train, (X, t) = parts()
    steps = descend(
        train, np.zeros((6, 1), np.float32), np.array(0.4), batch_size, np.random.default_rng([7, batch_size])
    )
    ws = [next(steps)[:, 0].copy() for _ in range(30)]
    (curve,) = validation_curves(*parts(), batch_size, [0.4], iterations=30, every=10, seed=7)
    assert [point.iteration for point in curve] == [10, 20, 30]
    assert [point.songs_seen for point in curve] == [10 * batch_size, 20 * batch_size, 30 * batch_size]
    for point in curve:
        w = ws[point.iteration - 1]
        assert point.validation_loss == pytest.approx(loss(X @ w, t), rel=1e-5)
        assert point.validation_accuracy == pytest.approx(accuracy(X @ w, t), abs=0.01)


def test_a_run_is_the_same_to_the_last_digit_whichever_way_the_grid_is_cut():
    rates = np.geomspace(0.01, 5, 40).tolist()
    for batch_size in (7, 64, 333, 1024):
        together = validation_curves(*parts(), batch_size, rates, iterations=20, every=10, seed=1)
        for some in ([0], [39], [3, 20, 38], list(range(39, -1, -1)), list(range(11, 28))):
            cut = validation_curves(
                *parts(), batch_size, [rates[number] for number in some], iterations=20, every=10, seed=1
            )
            assert cut == [together[number] for number in some]


def test_the_models_of_a_run_are_its_own_to_keep():
    kept = [ws for _, ws in train_side_by_side(parts()[0], 100, [0.1, 0.5], iterations=30, every=10, seed=1)]
    assert len({w.tobytes() for ws in kept for w in ws}) == 6


@pytest.mark.parametrize("iterations", [1, 7, 30])
def test_the_songs_that_are_drawn_are_all_that_a_run_needs(iterations):
    train, validation = parts()
    row = rows_seen(1800, [50, 64], iterations, seed=7)
    assert (np.diff(row) > 0).all()
    assert len(row) <= min(1800, iterations * 114)
    for batch_size in (50, 64):
        whole, some = (
            validation_curves(songs, validation, batch_size, [0.4], iterations, every=1, seed=7)
            for songs in (train, Sample(train.X[row], train.t[row], row, 1800))
        )
        assert some == whole
