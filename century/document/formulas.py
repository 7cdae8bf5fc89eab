"""The formulas and the training loop of the assignment, kept only to reproduce the figures that it prints.

They differ from `model.logistic` in the last digits, because they add an epsilon, take logarithms of y and divide by N
first; and a forward difference divides those digits by 1e-5 or less.

Shapes: X (n, d), t (n,), w (d,), b a scalar, y (n,).
"""

from collections.abc import Iterator

import numpy as np

from century.arrays import Array


def sigmoid(z: Array) -> Array:
    """1 / (1 + e^-z). Far below zero e^-z is infinite, and y is 0, as it should be."""
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-z))


def predict(w: Array, b: float, X: Array) -> Array:
    return sigmoid(np.dot(X, w) + b)


def cost(y: Array, t: Array) -> float:
    """The mean of -t log(y + 1e-15) - (1 - t) log(1 - y + 1e-15), for y and t (n,)."""
    epsilon = 1e-15
    return float(np.mean(-t * np.log(y + epsilon) - (1 - t) * np.log(1 - y + epsilon)))


def accuracy(y: Array, t: Array) -> float:
    """The share of songs whose y is on the same side of 1/2 as the label; 1/2 itself counts as label 1."""
    return float(np.mean((y >= 0.5) == (t == 1)))


def gradient(X: Array, y: Array, t: Array) -> tuple[Array, float]:
    """(dL/dw (d,), dL/db) at the predictions y."""
    error = y - t
    return 1 / len(t) * np.dot(error, X), error.mean()


def descend(
    X: Array, t: Array, w: Array, b: float, mu: float, batch_size: int, rng: np.random.RandomState
) -> Iterator[float]:
    """Descend without end, in a new order of the songs for each pass; write to w, and yield b after every step."""
    batch_size = min(batch_size, len(X))  # otherwise a pass over too few songs would never make a step
    while True:
        order = rng.permutation(len(X))
        for start in range(0, len(X) - batch_size + 1, batch_size):
            batch = order[start : start + batch_size]
            rows = X[batch]
            dw, db = gradient(rows, predict(w, b, rows), t[batch])
            w -= mu * dw
            b = b - mu * db
            yield b
