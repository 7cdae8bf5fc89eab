"""How good a model is, in float64.

Shapes: X (n, d) normalized features, w (d,), b a scalar, t (n,), y (n,), year (n,).
"""

from typing import Any

import numpy as np

from century.arrays import Array
from century.model.logistic import accuracy, logits, loss, sigmoid

BLOCK = 8192  # songs turned into float64 at a time


def exact_logits(w: Array, b: float, X: Array) -> Array:
    """z (n,) in float64, without a float64 copy of the whole X."""
    return np.concatenate([logits(w, b, X[i : i + BLOCK].astype(np.float64)) for i in range(0, len(X), BLOCK)])


def scores(z: Array, t: Array) -> dict[str, Any]:
    """Accuracy: the share of songs on their label's side of y = 1/2. Loss: the mean cross-entropy, in nats."""
    return {"songs": len(t), "accuracy": accuracy(sigmoid(z), t), "loss": loss(z, t)}


def by_year(z: Array, t: Array, year: Array) -> list[tuple[int, int, float, float]]:
    """(year, number of songs, accuracy, mean of y) for each year that has songs."""
    y = sigmoid(z)
    in_year = {int(a): year == a for a in np.unique(year)}
    return [(a, int(rows.sum()), accuracy(y[rows], t[rows]), float(y[rows].mean())) for a, rows in in_year.items()]


def sides_changed(z: Array, other: Array) -> int:
    """How many songs are on one side of y = 1/2 by z, and on the other by the other logits."""
    return int(np.sum((z >= 0) != (other >= 0)))
