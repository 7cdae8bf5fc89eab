"""The training of training.py as an estimator of scikit-learn.

Shapes: X (n, d) features, y (n,) labels of any two kinds; Z (n, d + 1) z-scores with a last column of ones.
"""

import warnings
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import check_is_fitted, validate_data
from threadpoolctl import threadpool_limits

from century.arrays import CACHE_ROWS, Array, Floats, Ints
from century.model.logistic import sigmoid
from century.model.training import train

DTYPES = [np.float64, np.float32]
FLOAT32 = 1e-8  # the smallest tolerance for which single precision will do
SAMPLE = 16_384  # rows whose means and deviations normalize all: training needs them near 0 and 1, not there exactly


class SGDLogisticRegression(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Logistic regression without a penalty, trained to the optimum by minibatch stochastic gradient descent.

    The learning rate needs no choice, and features of any scale will do: they are normalized for the training.

    Parameters
    ----------
    tol : how far the mean loss may be above its minimum, by the estimate of training.py. Below 1e-8, features in
        double precision are trained on as they are; else single precision will do, and takes half the time.
    max_iter : the largest number of epochs. Where they do not suffice, a ConvergenceWarning says so.
    random_state : the order of the songs in an epoch, as everywhere in scikit-learn.

    Attributes
    ----------
    classes_ (2,), coef_ (1, d), intercept_ (1,), n_iter_, n_features_in_, feature_names_in_ : as in LogisticRegression.
    """

    classes_: Array
    coef_: Floats
    intercept_: Floats
    n_iter_: int

    def __init__(self, *, tol: float = 1e-7, max_iter: int = 100, random_state: Any = None) -> None:
        self.tol = tol
        self.max_iter = max_iter
        self.random_state = random_state

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        return tags

    def fit(self, X: Any, y: Any) -> Self:
        """Train on X and y. Raises ValueError where y has not two classes, or a parameter is out of its range."""
        if not self.tol > 0:
            raise ValueError(f"tol = {self.tol!r}: must be above 0")
        if not self.max_iter >= 1:
            raise ValueError(f"max_iter = {self.max_iter!r}: must be at least 1")
        X, y = validate_data(self, X, y, dtype=DTYPES, order="C")
        self.classes_, t = two_classes(y)
        order = check_random_state(self.random_state).permutation(len(X))
        mean, scale = means_and_scales(X[order[:SAMPLE]])
        precision = np.dtype(np.float32) if self.tol >= FLOAT32 else X.dtype
        songs = normalized(X, mean, scale, order, precision), t[order]
        with threadpool_limits(1, "blas"):  # products this small take longer on several threads, and differ in digits
            fits = list(train(lambda: [songs], self.tol, self.max_iter))
        fit, epochs = fits[-1], len(fits) - 1
        self.n_iter_ = max(epochs, 1)
        self.coef_ = fit.w[None, :-1] * scale
        self.intercept_ = fit.w[-1:] - self.coef_ @ mean
        if fit.separates:
            text = "a plane separates the classes, so the loss has no minimum: it falls while the weights grow"
            warnings.warn(text, ConvergenceWarning, stacklevel=2)
        elif fit.above_minimum > self.tol:
            text = (
                f"max_iter = {self.max_iter} was reached with the loss about {fit.above_minimum:.1e} above its minimum"
            )
            warnings.warn(text, ConvergenceWarning, stacklevel=2)
        return self

    def decision_function(self, X: Any) -> Array:
        """The logits (n,), in the precision of X. Above 0 the second of classes_ is the likelier one."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=DTYPES, reset=False)
        z: Array = X @ self.coef_[0].astype(X.dtype) + self.intercept_[0].astype(X.dtype)
        return z

    def predict_proba(self, X: Any) -> Floats:
        """The probabilities (n, 2) of both classes."""
        z = self.decision_function(X).astype(np.float64)
        return np.column_stack([sigmoid(-z), sigmoid(z)])

    def predict_log_proba(self, X: Any) -> Floats:
        """Their logarithms (n, 2), which are finite even where a probability is rounded to 0."""
        z = self.decision_function(X).astype(np.float64)
        return -np.logaddexp(0, np.column_stack([z, -z]))

    def predict(self, X: Any) -> Array:
        """The likelier class (n,) of each row."""
        z = self.decision_function(X)  # first, because an estimator that is not fitted has no classes_
        labels: Array = self.classes_[(z >= 0).astype(int)]
        return labels


def two_classes(y: Array) -> tuple[Array, Ints]:
    """The two classes in their order, and t (n,): 1 for the second of them."""
    check_classification_targets(y)
    if (kind := type_of_target(y, input_name="y")) != "binary":
        raise ValueError(f"Only binary classification is supported. The type of the target is {kind}.")
    classes, t = np.unique(y, return_inverse=True)
    if len(classes) == 1:
        raise ValueError(f"y must have two classes; it has one class, {classes[0]!r}")
    return classes, t.astype(np.int8)


def means_and_scales(X: Array) -> tuple[Array, Array]:
    """The mean and 1 / standard deviation (d,) of each feature, in the precision of X; 1 for a constant one."""
    precision = np.finfo(X.dtype)
    mean = X.mean(axis=0, dtype=np.float64)
    std = X.std(axis=0, dtype=np.float64)
    std[std <= np.maximum(np.abs(mean) * precision.eps, precision.tiny)] = 1
    return mean.astype(X.dtype), (1 / std).astype(X.dtype)


def normalized(X: Array, mean: Array, scale: Array, order: Ints, precision: np.dtype[Any]) -> Array:
    """Z in the given order of the rows, in the given precision."""
    n, d = X.shape
    Z = np.empty((n, d + 1), precision)
    for start in range(0, n, CACHE_ROWS):
        block, rows = Z[start : start + CACHE_ROWS], X[order[start : start + CACHE_ROWS]]
        rows -= mean
        np.multiply(rows, scale, out=block[:, :d], casting="same_kind")
        block[:, d] = 1
    return Z
