import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from clones import run
from scipy.optimize import minimize
from sklearn.calibration import CalibratedClassifierCV
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

from century.model import estimator
from century.model.estimator import SGDLogisticRegression
from century.model.logistic import gradient, loss, sigmoid

CHECKS = """
from sklearn.utils.estimator_checks import check_estimator
from century.model.estimator import SGDLogisticRegression
for one in check_estimator(SGDLogisticRegression(), on_fail=None, on_skip=None):
    print(one["status"], one["check_name"], one["exception"] or "")
"""


def songs(n, d=5, seed=0, scale=1.0, shift=0.0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d))
    t = rng.random(n) < sigmoid(X @ np.linspace(-1, 1, d) + 0.3)
    return X * scale + shift, t.astype(int)


def least_loss(X, t):
    """The minimum of the mean loss, by BFGS on z-scores."""
    Z = np.column_stack([(X - X.mean(axis=0)) / X.std(axis=0), np.ones(len(X))])
    found = minimize(
        lambda w: loss(Z @ w, t), np.zeros(Z.shape[1]), jac=lambda w: gradient(Z, sigmoid(Z @ w), t), tol=1e-9
    )
    return found.fun


@pytest.mark.slow
def test_it_passes_every_check_of_scikit_learn():
    """The checks of the array API are skipped where SciPy was imported without its own: hence a process."""
    result = run(sys.executable, "-c", CHECKS, cwd=Path.cwd(), SCIPY_ARRAY_API="1", PYTHONWARNINGS="ignore")
    print(result.stdout)
    lines = result.stdout.splitlines()
    assert len(lines) > 50
    assert [line for line in lines if not line.startswith("passed ")] == []


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("scale", "shift"), [(1, 0), (1e-6, 0), (np.logspace(-4, 4, 5), 0), (1, 1000)])
def test_it_arrives_at_the_optimum_whatever_the_scale_of_the_features(dtype, scale, shift):
    X, t = songs(20_000, scale=scale, shift=shift)
    X = X.astype(dtype)
    fit = SGDLogisticRegression(random_state=0).fit(X, t)
    z = X.astype(float) @ fit.coef_[0] + fit.intercept_
    assert abs(loss(z, t) - least_loss(X.astype(float), t)) < 1e-6
    assert fit.decision_function(X).dtype == dtype


def test_a_small_tolerance_is_met_in_double_precision():
    X, t = songs(20_000)
    fit = SGDLogisticRegression(tol=1e-18, random_state=0).fit(X, t)
    slopes = gradient(np.column_stack([X, np.ones(len(X))]), sigmoid(X @ fit.coef_[0] + fit.intercept_), t)
    assert np.abs(slopes).max() < 1e-9


def test_labels_that_come_sorted_do_no_harm():
    X, t = songs(5000)
    order = np.argsort(t, kind="stable")
    fit = SGDLogisticRegression(random_state=0).fit(X[order], t[order])
    assert loss(X @ fit.coef_[0] + fit.intercept_, t) - least_loss(X, t) < 1e-6


def test_a_feature_that_is_constant_in_the_sample_that_normalizes(monkeypatch):
    monkeypatch.setattr(estimator, "SAMPLE", 50)
    X, t = songs(3000)
    X[:, 2] = 0
    X[np.random.RandomState(0).permutation(3000)[60], 2] = 3
    fit = SGDLogisticRegression(random_state=0).fit(X, t)
    assert loss(X @ fit.coef_[0] + fit.intercept_, t) - least_loss(X, t) < 1e-6


@pytest.mark.parametrize("labels", [("after", "before"), (0, 1), (-1, 1), (1999, 2001), (False, True)])
def test_any_two_labels(labels):
    X, t = songs(2000)
    labels = np.sort(np.array(labels))
    fit = SGDLogisticRegression(random_state=0).fit(X, labels[t])
    np.testing.assert_array_equal(fit.classes_, labels)
    np.testing.assert_array_equal(fit.predict(X), labels[(fit.decision_function(X) >= 0).astype(int)])
    assert fit.score(X, labels[t]) > 0.6


@pytest.mark.parametrize(("labels", "words"), [([0, 1, 2], "Only binary classification"), ([7], "one class")])
def test_other_than_two_labels_are_refused(labels, words):
    with pytest.raises(ValueError, match=words):
        SGDLogisticRegression().fit(np.eye(6), np.resize(labels, 6))


@pytest.mark.parametrize("parameters", [{"tol": 0}, {"tol": np.nan}, {"max_iter": 0}])
def test_a_parameter_out_of_its_range_is_refused(parameters):
    (name,) = parameters
    with pytest.raises(ValueError, match=f"{name} = .*: must be"):
        SGDLogisticRegression(**parameters).fit(*songs(100))


def test_it_says_that_it_has_not_converged():
    with pytest.warns(ConvergenceWarning, match="max_iter = 1 was reached with the loss about"):
        SGDLogisticRegression(max_iter=1, tol=1e-15).fit(*songs(1000))


def test_it_says_that_a_plane_separates_the_classes():
    X, _ = songs(300)
    with pytest.warns(ConvergenceWarning, match="a plane separates the classes"):
        fit = SGDLogisticRegression(random_state=0).fit(X, X[:, 0] > 0)
    assert fit.score(X, X[:, 0] > 0) == 1


def test_the_logarithms_of_probabilities_that_round_to_one_or_zero():
    X, t = songs(500)
    fit = SGDLogisticRegression(random_state=0).fit(X, t)
    far = X[:1] + 1e4 * fit.coef_
    assert fit.predict_proba(far)[0, 1] == 1
    assert np.isfinite(fit.predict_log_proba(far)).all()
    np.testing.assert_allclose(np.exp(fit.predict_log_proba(X)), fit.predict_proba(X), rtol=1e-12)


@pytest.mark.slow
def test_a_data_frame_in_a_pipeline_searched_by_four_workers_and_calibrated():
    X, t = songs(1200)
    frame = pd.DataFrame(X, columns=[f"var{j}" for j in range(1, 6)])
    y = np.array(["before", "after"])[t]
    pipeline = make_pipeline(StandardScaler(), PolynomialFeatures(), SGDLogisticRegression(random_state=0))
    grid = {"polynomialfeatures__degree": [1, 2], "sgdlogisticregression__tol": [1e-3, 1e-7]}
    search = GridSearchCV(pipeline, grid, n_jobs=4, cv=3, scoring="neg_log_loss").fit(frame, y)
    assert search.best_params_["polynomialfeatures__degree"] == 1  # the truth is linear
    alone = SGDLogisticRegression(random_state=0).fit(frame, y)
    assert list(alone.feature_names_in_) == list(frame.columns)
    calibrated = CalibratedClassifierCV(alone, cv=3).fit(frame, y)
    assert calibrated.predict_proba(frame).shape == (1200, 2)
    assert calibrated.score(frame, y) > 0.6
