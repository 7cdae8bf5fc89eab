import numpy as np
import pytest

from century.descent import epoch
from century.logistic import accuracy, loss, predict
from century.runs import run


def parts(n=2000, d=5):
    rng = np.random.default_rng(2)
    X = rng.standard_normal((n, d))
    t = (X @ rng.standard_normal(d) + rng.standard_normal(n) > 0).astype(np.int8)
    return (X[200:], t[200:]), (X[:200], t[:200])


@pytest.mark.parametrize("batch_size", [64, 500])
def test_a_run_is_its_own_steps_from_zero_with_its_own_batch_size(batch_size):
    train, (X, t) = parts()
    rng = np.random.default_rng([7, batch_size])
    steps, w, b = [], np.zeros(5), 0.0
    while len(steps) < 30:
        for w, b in epoch(*train, w, b, 0.4, batch_size, rng):
            steps.append((w, b))
    looks = list(run(*parts(), 0.4, batch_size, iterations=30, every=10, seed=7))
    assert [look.iteration for look in looks] == [10, 20, 30]
    assert [look.songs_seen for look in looks] == [10 * batch_size, 20 * batch_size, 30 * batch_size]
    for look in looks:
        w, b = steps[look.iteration - 1]
        assert look.validation_loss == pytest.approx(loss(X @ w + b, t), rel=1e-14)
        assert look.validation_accuracy == accuracy(predict(w, b, X), t)


def test_a_run_does_not_depend_on_what_ran_before():
    alone = list(run(*parts(), 0.5, 100, iterations=20, every=10, seed=1))
    list(run(*parts(), 5.0, 100, iterations=20, every=10, seed=1))
    list(run(*parts(), 0.5, 64, iterations=20, every=10, seed=1))
    assert list(run(*parts(), 0.5, 100, iterations=20, every=10, seed=1)) == alone
