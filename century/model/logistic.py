"""Logistic regression: the model, its loss, and the loss's first and second derivatives.

Shapes: X (n, d) songs by features, the last column 1, so that the last of the weights w (d,) is the bias; t (n,) labels
0 or 1; z (n,) logits; y (n,) probabilities that the label is 1. What comes out has the precision of what goes in.

    z = X w        y = sigmoid(z)        L = mean(log(1 + e^z) - t z)
    gradient  dL/dw = X' (y - t) / n     Hessian  d2L/dw2 = X' diag(y (1 - y)) X / n

L is the mean cross-entropy -t log(y) - (1 - t) log(1 - y), written in z: it needs no epsilon and cannot overflow.
Another loss changes more than this module: training.py relies on a convex L, on its infimum 0 where a plane separates
the labels, and on a gradient that is linear in y - t; descent.py on `doubled_error`; producer_effect.py on a Hessian of
at most X'X / 4n. The measures, and scikit-learn's model beside ours, have this loss too.
Source: Bishop, Pattern Recognition and Machine Learning (2006), sections 4.3.2 and 4.3.3.
"""

import numpy as np

from century.arrays import Array

AT_A_TIME = 8192  # songs turned into float64 at a time


def sigmoid(z: Array) -> Array:
    """1 / (1 + e^-z), of shape z. Only e^-|z| is computed: no z overflows, and a small y keeps its digits."""
    e = np.exp(-np.abs(z))
    y: Array = np.where(z >= 0, z.dtype.type(1), e) / (1 + e)
    return y


def predict(w: Array, X: Array) -> Array:
    """y (n,): the probability that each song was released after the threshold year."""
    return sigmoid(X @ w)


def losses(z: Array, t: Array) -> Array:
    """log(1 + e^z) - t z (n,), in float64 whatever z is: the loss of each song. It is ln 2 at z = 0.

    log(1 + e^z) is computed as max(z, 0) + log(1 + e^-|z|), which takes a fifth of the time of np.logaddexp(0, z).
    """
    z = z.astype(np.float64)
    each: Array = np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z))) - t * z
    return each


def loss(z: Array, t: Array) -> float:
    """L, in float64: the mean over the songs."""
    return float(np.mean(losses(z, t)))


def gradient(X: Array, y: Array, t: Array) -> Array:
    """dL/dw (d,) at the predictions y."""
    error = (y - t).astype(X.dtype)
    return error @ X / len(t)


def doubled_error(z: Array, sign: Array) -> Array:
    """2 (y - t) = tanh(z / 2) - (2 t - 1), for sign = 2 t - 1; z is overwritten with it.

    The small minibatches of descent.py are trained with this form of the error: it makes no new array, and takes a
    third of the time of sigmoid(z) - t.
    """
    z *= 0.5
    np.tanh(z, out=z)
    z -= sign
    return z


def hessian(X: Array, y: Array) -> Array:
    """d2L/dw2 (d, d) at the predictions y."""
    S = X * np.sqrt(y * (1 - y)).astype(X.dtype)[:, None]
    H: Array = S.T @ S / len(X)
    return H


def accuracy(z: Array, t: Array) -> float:
    """The share of songs that get the right label, which is 1 where z >= 0, that is y >= 1/2, and 0 elsewhere."""
    return float(np.mean((z >= 0) == (t == 1)))


def loss_and_accuracy(z: Array, t: Array) -> tuple[float, float]:
    """L and the accuracy: how good a model is on some songs."""
    return loss(z, t), accuracy(z, t)


def exact_logits(w: Array, X: Array) -> Array:
    """z in float64, without a float64 copy of the whole X, which here has no column of ones."""
    starts = range(0, len(X), AT_A_TIME)
    return np.concatenate([X[i : i + AT_A_TIME].astype(np.float64) @ w[:-1] + w[-1] for i in starts])
