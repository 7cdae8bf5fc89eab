"""The logits of a model in float64, and what they get right year by year.

Shapes: X (n, d) normalized features, w (d + 1,), its last entry the bias; z (n,), t (n,), y (n,), year (n,).
"""

import numpy as np

from century.arrays import Array
from century.model.logistic import accuracy, sigmoid

AT_A_TIME = 8192  # songs turned into float64 at a time


def exact_logits(w: Array, X: Array) -> Array:
    """z (n,) in float64, without a float64 copy of the whole X, which has no column of ones."""
    starts = range(0, len(X), AT_A_TIME)
    return np.concatenate([X[i : i + AT_A_TIME].astype(np.float64) @ w[:-1] + w[-1] for i in starts])


def by_year(z: Array, t: Array, year: Array) -> list[tuple[int, int, float, float]]:
    """(year, number of songs, accuracy, mean of y) for each year that has songs."""
    y = sigmoid(z)
    rows = []
    for value in np.unique(year):
        songs = year == value
        rows.append((int(value), int(songs.sum()), accuracy(y[songs], t[songs]), float(y[songs].mean())))
    return rows


def predictions_changed(z: Array, other: Array) -> int:
    """The number of songs to which the two sets of logits (n,) give different labels."""
    return int(np.sum((z >= 0) != (other >= 0)))
