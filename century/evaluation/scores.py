"""How good the answers of a model are, in float64.

Shapes: X (n, d) normalized features, w (d + 1,), its last entry the bias; z (n,), t (n,), y (n,), year (n,).
"""

import numpy as np

from century.arrays import Array
from century.model.logistic import accuracy, sigmoid

BLOCK = 8192  # songs turned into float64 at a time


def exact_logits(w: Array, X: Array) -> Array:
    """z (n,) in float64, without a float64 copy of the whole X. X is as it is stored, without a column of ones."""
    return np.concatenate([X[i : i + BLOCK].astype(np.float64) @ w[:-1] + w[-1] for i in range(0, len(X), BLOCK)])


def by_year(z: Array, t: Array, year: Array) -> list[tuple[int, int, float, float]]:
    """(year, number of songs, accuracy, mean of y) for each year that has songs."""
    y = sigmoid(z)
    songs = {int(one): year == one for one in np.unique(year)}
    return [(one, int(of.sum()), accuracy(y[of], t[of]), float(y[of].mean())) for one, of in songs.items()]


def predictions_changed(z: Array, other: Array) -> int:
    """The number of songs to which the two sets of logits (n,) give different labels."""
    return int(np.sum((z >= 0) != (other >= 0)))
