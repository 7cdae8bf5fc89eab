import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from century.logistic import logits, loss
from century.training import averaged_epochs, train


@pytest.fixture(scope="module")
def songs():
    rng = np.random.default_rng(1)
    X = rng.standard_t(5, (40_000, 20)).astype(np.float32)
    X[:, 1:] += 0.7 * X[:, :-1]
    X /= X.std(axis=0)
    t = (X @ rng.standard_normal(20) * 0.3 + rng.logistic(size=len(X)) > 0).astype(np.int8)
    return X, t


@pytest.fixture(scope="module")
def optimum(songs):
    X, t = songs
    fit = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(X.astype(np.float64), t)
    return loss(logits(fit.coef_[0], fit.intercept_[0], X), t)


@pytest.mark.parametrize(("mu", "batch_size"), [(0.1, 64), (0.5, 512), (1.0, 1024), (0.5, 64)])
def test_training_ends_within_1e_4_of_the_optimum(songs, optimum, mu, batch_size):
    *_, (w, b, training_loss) = train(*songs, mu, batch_size, seed=1, tolerance=1e-6, max_epochs=100)
    assert 0 < training_loss - optimum < 1e-4
    assert training_loss == pytest.approx(loss(logits(w, b, songs[0].astype(np.float64)), songs[1]), abs=1e-14)


def test_training_stops_at_the_last_epoch_allowed(songs):
    assert len(list(train(*songs, 0.5, 512, seed=1, tolerance=1e-12, max_epochs=3))) == 3


def test_training_stops_after_the_first_epoch_that_hardly_helps(songs):
    losses = [after for _, _, after in train(*songs, 0.5, 512, seed=1, tolerance=1e-5, max_epochs=100)]
    gains = -np.diff(losses)
    assert (gains[:-1] >= 1e-5).all()
    assert gains[-1] < 1e-5


def test_the_average_has_weights_1_2_3(songs):
    X, t = songs[0][:1000], songs[1][:1000]
    from century.descent import epoch

    rng = np.random.default_rng([4, 250])
    w, b, means = np.zeros(20, np.float32), 0.0, []
    for k in (1, 2, 3):
        steps = list(epoch(X, t, w, b, 0.5 / k, 250, rng))
        w, b = steps[-1]
        means.append(np.mean([np.append(w, b) for w, b in steps], axis=0, dtype=np.float64))
    expected = (means[0] + 2 * means[1] + 3 * means[2]) / 6
    epochs = averaged_epochs(X, t, 0.5, 250, seed=4)
    for _ in range(3):
        w, b = next(epochs)
    np.testing.assert_allclose(np.append(w, b), expected, rtol=1e-12, atol=1e-12)
