"""Logistic regression: the model, its loss, its gradient.

Shapes: X (n, d) songs by features, w (d,) weights, b the bias, t (n,) labels 0 or 1,
z (n,) logits, y (n,) probabilities that the label is 1. What comes out has the precision of what goes in.

    z = X w + b        y = sigmoid(z)        L = mean(log(1 + e^z) - t z)
    dL/dw = X' (y - t) / n                   dL/db = mean(y - t)

L is the mean cross-entropy -t log(y) - (1 - t) log(1 - y), written in z: it needs no epsilon and cannot overflow.
Source: Bishop, Pattern Recognition and Machine Learning (2006), section 4.3.2.
"""

import numpy as np

from century.arrays import Array


def logits(w: Array, b: float, X: Array) -> Array:
    """z (n,)."""
    z: Array = X @ w + b
    return z


def sigmoid(z: Array) -> Array:
    """1 / (1 + e^-z), of shape z. Only e^-|z| is computed: no z overflows, and a small y keeps its digits."""
    e = np.exp(-np.abs(z))
    y: Array = np.where(z >= 0, z.dtype.type(1), e) / (1 + e)
    return y


def predict(w: Array, b: float, X: Array) -> Array:
    """y (n,): the probability that each song was released after the threshold year."""
    return sigmoid(logits(w, b, X))


def losses(z: Array, t: Array) -> Array:
    """log(1 + e^z) - t z (n,), in float64 whatever z is: the loss of each song. It is ln 2 at z = 0.

    log(1 + e^z) is max(z, 0) + log(1 + e^-|z|): np.logaddexp(0, z), in a fifth of its time.
    """
    z = z.astype(np.float64)
    each: Array = np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z))) - t * z
    return each


def loss(z: Array, t: Array) -> float:
    """L, in float64: the mean over the songs."""
    return float(np.mean(losses(z, t)))


def gradient(X: Array, y: Array, t: Array) -> tuple[Array, float]:
    """(dL/dw (d,), dL/db) at the predictions y."""
    error = y - t
    return error @ X / len(t), error.sum() / len(t)


def accuracy(y: Array, t: Array) -> float:
    """The share of songs whose y is on the same side of 1/2 as the label; 1/2 itself counts as label 1."""
    return float(np.mean((y >= 0.5) == (t == 1)))
