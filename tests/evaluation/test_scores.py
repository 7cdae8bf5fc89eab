import numpy as np
import pytest
from sklearn.metrics import accuracy_score, log_loss

from century.evaluation.scores import AT_A_TIME, by_year, exact_logits, predictions_changed
from century.model.logistic import loss_and_accuracy, sigmoid


def test_logits_and_scores_are_those_of_float64_and_scikit_learn_over_all_blocks():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((2 * AT_A_TIME + 77, 6)).astype(np.float32)
    w, b = rng.standard_normal(6), 0.1
    t = (X @ w + b + rng.standard_normal(len(X)) > 0).astype(np.int8)
    z = exact_logits(np.append(w, b), X)
    np.testing.assert_allclose(z, X.astype(np.float64) @ w + b, rtol=1e-13, atol=1e-13)
    loss, accuracy = loss_and_accuracy(z, t)
    assert accuracy == accuracy_score(t, z >= 0)
    assert loss == pytest.approx(log_loss(t, sigmoid(z)), rel=1e-12)


def test_each_year_has_its_own_songs_accuracy_and_mean_probability():
    z, t, year = np.array([1.0, -1.0, 2.0, 0.0]), np.array([1, 1, 0, 1]), np.array([2001, 2001, 1990, 2001])
    (first, second) = by_year(z, t, year)
    assert first == (1990, 1, 0.0, pytest.approx(sigmoid(np.array([2.0]))[0]))
    assert second == (2001, 3, 2 / 3, pytest.approx(0.5))


def test_songs_change_sides_at_zero():
    assert predictions_changed(np.array([1.0, -1.0, 0.0, 2.0]), np.array([3.0, 0.0, -0.1, 1.0])) == 2
