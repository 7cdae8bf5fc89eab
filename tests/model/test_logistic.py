import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import check_grad
from scipy.special import expit, log_expit
from sklearn.metrics import accuracy_score, log_loss

from century.model.logistic import (
    AT_A_TIME,
    accuracy,
    doubled_error,
    exact_logits,
    gradient,
    hessian,
    loss,
    loss_and_accuracy,
    predict,
    sigmoid,
)

finite = st.floats(-1e300, 1e300)


@given(arrays(np.float64, st.integers(1, 50), elements=finite))
def test_sigmoid_is_expit_to_the_last_digits_and_never_overflows(z):
    with warnings.catch_warnings(), np.errstate(over="raise", divide="raise", invalid="raise"):
        warnings.simplefilter("error")
        np.testing.assert_allclose(sigmoid(z), expit(z), rtol=1e-15, atol=0)


@given(arrays(np.float32, st.integers(1, 50), elements=st.floats(-1000, 1000, width=32)))
def test_sigmoid_of_float32_is_float32_and_as_exact_as_it_can_be(z):
    y = sigmoid(z)
    assert y.dtype == np.float32
    np.testing.assert_allclose(y, expit(z.astype(np.float64)), rtol=1e-6, atol=1e-37)


@given(arrays(np.float64, 20, elements=st.floats(-30, 30)), arrays(np.int8, 20, elements=st.integers(0, 1)))
def test_loss_is_the_mean_cross_entropy(z, t):
    expected = np.mean(-t * log_expit(z) - (1 - t) * log_expit(-z))
    assert loss(z, t) == pytest.approx(expected, rel=1e-14, abs=1e-14)


def test_loss_at_zero_is_ln_2_and_stays_finite_far_out():
    t = np.array([0, 1])
    assert loss(np.zeros(2), t) == pytest.approx(np.log(2), abs=1e-16)
    assert loss(np.array([1e6, -1e6]), t) == 1e6
    assert loss(np.array([3e38, -3e38], np.float32), t) == pytest.approx(3e38, rel=1e-6)


def songs(dtype=np.float64):
    """200 songs with a last column of ones, and their labels."""
    rng = np.random.default_rng(0)
    X = np.hstack([rng.standard_normal((200, 90)), np.ones((200, 1))]).astype(dtype)
    return X, rng.integers(0, 2, 200)


@pytest.mark.parametrize("scale", [0, 0.1, 1, 5])
def test_gradient_agrees_with_finite_differences_of_scipy(scale):
    X, t = songs()
    w = scale * np.random.default_rng(1).standard_normal(91)
    assert check_grad(lambda w: loss(X @ w, t), lambda w: gradient(X, predict(w, X), t), w, seed=0) < 1e-5


@pytest.mark.parametrize("scale", [0, 0.1, 1])
def test_the_hessian_is_the_derivative_of_the_gradient(scale):
    X, t = songs()
    w, h = scale * np.random.default_rng(1).standard_normal(91), 1e-5
    differences = [
        (gradient(X, predict(w + step, X), t) - gradient(X, predict(w - step, X), t)) / (2 * h)
        for step in h * np.eye(91)
    ]
    np.testing.assert_allclose(hessian(X, predict(w, X)), differences, rtol=0, atol=1e-9)


def test_gradient_at_one_song_by_hand():
    assert gradient(np.array([[2.0, -4.0, 1.0]]), np.array([0.75]), np.array([1])).tolist() == [-0.5, 1.0, -0.25]


@given(arrays(np.float64, 30, elements=st.floats(-700, 700)), arrays(np.int8, 30, elements=st.integers(0, 1)))
def test_the_doubled_error_is_twice_that_of_the_gradient_to_the_last_digits(z, t):
    expected = 2 * (sigmoid(z) - t)
    np.testing.assert_allclose(doubled_error(z, 2 * t - 1), expected, rtol=0, atol=4e-16)


@given(arrays(np.float64, 30, elements=st.floats(-1, 1)), arrays(np.int8, 30, elements=st.integers(0, 1)))
def test_accuracy_is_that_of_scikit_learn_with_a_logit_of_0_as_label_1(z, t):
    assert accuracy(z, t) == accuracy_score(t, [1 if value >= 0 else 0 for value in z])


def test_precision_of_the_data_is_kept():
    X, t = songs(np.float32)
    y = predict(np.zeros(91, np.float32), X)
    assert {y.dtype, gradient(X, y, t).dtype, hessian(X, y).dtype} == {np.dtype(np.float32)}
    assert gradient(X, y.astype(np.float64), t).dtype == np.float32


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
