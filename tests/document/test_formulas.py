"""The formulas of the document, which differ from those of the model in the last digits and nowhere else."""

from itertools import islice

import numpy as np
import pytest

from century.document import formulas
from century.model import logistic


@pytest.fixture
def songs():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((250, 4))
    return X, (X[:, 0] + rng.standard_normal(250) > 0).astype(np.int8)


def test_predictions_loss_and_gradient_are_those_of_the_model_up_to_their_last_digits(songs):
    X, t = songs
    w, b = np.array([1.0, -2.0, 0.5, 0.1]), 0.3
    with_ones, w_b = np.column_stack([X, np.ones(250)]), np.append(w, b)
    y = formulas.predict(w, b, X)
    np.testing.assert_allclose(y, logistic.predict(w_b, with_ones), rtol=1e-12)
    assert formulas.cost(y, t) == pytest.approx(logistic.loss(with_ones @ w_b, t), rel=1e-12)
    assert formulas.accuracy(y, t) == logistic.accuracy(with_ones @ w_b, t)
    dw, db = formulas.gradient(X, y, t)
    np.testing.assert_allclose(np.append(dw, db), logistic.gradient(with_ones, y, t), rtol=1e-12)


def test_a_certain_and_wrong_prediction_costs_the_logarithm_of_the_epsilon():
    y = formulas.sigmoid(np.array([-1000.0, 1000.0]))
    assert y.tolist() == [0, 1]
    assert formulas.cost(y, np.array([1, 0])) == pytest.approx(-np.log(1e-15), rel=0.01)


def test_a_descent_writes_to_the_weights_of_its_caller_and_not_to_the_bias(songs):
    X, t = songs
    w, b = np.zeros(4), 0.0
    steps = list(islice(formulas.descend(X, t, w, b, 0.1, 100, np.random.RandomState(1)), 3))
    assert b == 0.0
    order = np.random.RandomState(1)
    first, second = order.permutation(250), order.permutation(250)
    expected, bias = np.zeros(4), 0.0
    for batch, step in zip((first[:100], first[100:200], second[:100]), steps, strict=True):  # 50 songs are left over
        dw, db = formulas.gradient(X[batch], formulas.predict(expected, bias, X[batch]), t[batch])
        expected, bias = expected - 0.1 * dw, bias - 0.1 * db
        assert step == pytest.approx(bias, rel=1e-12)
    np.testing.assert_allclose(w, expected, rtol=1e-12)


def test_a_minibatch_of_more_songs_than_there_are_is_all_of_them(songs):
    X, t = songs
    w = np.zeros(4)
    next(formulas.descend(X, t, w, 0.0, 0.1, 1000, np.random.RandomState(1)))
    np.testing.assert_allclose(w, -0.1 * formulas.gradient(X, np.full(250, 0.5), t)[0], rtol=1e-12)
