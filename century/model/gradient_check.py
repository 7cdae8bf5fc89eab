"""Is the gradient right? The formula held against finite differences of the loss, in float64.

Shapes: X (n, d), t (n,), w (d,), b a scalar, x (d + 1,) = w and b together, directions (m, d + 1).
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from century import InputError
from century.arrays import Array, Floats
from century.model.descent import epoch
from century.model.differences import central, forward
from century.model.logistic import gradient, logits, loss, predict

STEP = 1e-5  # near the cube root of the machine epsilon, where central differences are most exact


class Point(NamedTuple):
    """Where to check: songs, a point (w, b), and directions, each of them named."""

    X: Array
    t: Array
    w: Floats
    b: float
    directions: Floats
    names: list[str]

    def loss(self, x: Floats) -> float:
        return loss(logits(x[:-1], x[-1], self.X), self.t)


def points(X: Array, t: Array, features: list[str], directions: int, seed: int) -> dict[str, Point]:
    """The assignment's toy; the songs X (n, d), t (n,) at a random w and b; and there, random unit directions."""
    d = X.shape[1]
    rng = np.random.RandomState(seed)
    w: Floats = rng.standard_normal(size=(d,))
    b = float(rng.standard_normal())
    random = rng.standard_normal((directions, d + 1))
    random /= np.linalg.norm(random, axis=1, keepdims=True)
    axes, slopes = np.eye(d + 1), [*features, "b"]
    return {
        "toy": Point(np.ones((2, d)), np.ones(2), np.zeros(d), 1.0, axes, slopes),
        "songs": Point(X, t, w, b, axes, slopes),
        "directions": Point(X, t, w, b, random, [f"random direction {k}" for k in range(1, directions + 1)]),
    }


def slopes_by_formula(point: Point) -> Floats:
    """The slope of the loss along each direction (m,)."""
    dw, db = gradient(point.X, predict(point.w, point.b, point.X), point.t)
    slopes: Floats = point.directions @ np.append(dw, db)
    return slopes


def slopes_of_a_step(point: Point) -> Floats:
    """The same by what training really follows: a step of the descent over all songs, at the learning rate 1."""
    X, x = np.column_stack([point.X, np.ones(len(point.X))]), np.append(point.w, point.b)
    (after,) = epoch(X, point.t, x[:, None].copy(), np.array(1.0), len(X))
    slopes: Floats = point.directions @ (x - after[:, 0])
    return slopes


def errors(slopes: Floats, differences: Floats) -> Floats:
    """|slope - difference| / max(1, |difference|), (m,)."""
    return np.abs(slopes - differences) / np.maximum(1, np.abs(differences))


def curve(point: Point, steps: list[float]) -> Iterator[tuple[str, float, float]]:
    """The kind of difference, the step, and the largest error over the directions: a V on logarithmic axes."""
    slopes, x = slopes_by_formula(point), np.append(point.w, point.b)
    for name, difference in (("forward", forward), ("central", central)):
        for h in steps:
            yield name, h, float(errors(slopes, difference(point.loss, x, h, point.directions)).max())


def refuse_wrong_gradient(point: Point, tolerance: float) -> float:
    """The largest error over the directions, of the formula and of a step, against central differences of the best h.

    Raises InputError, naming the slope that is furthest off, where it is above the tolerance.
    """
    differences = central(point.loss, np.append(point.w, point.b), STEP, point.directions)
    largest = 0.0
    for slopes, where in (
        (slopes_by_formula(point), "gradient() in century/model/logistic.py"),
        (slopes_of_a_step(point), "epoch() in century/model/descent.py"),
    ):
        error = errors(slopes, differences)
        worst = int(error.argmax())
        if not error[worst] <= tolerance:
            raise InputError(
                f"the gradient is wrong: along {point.names[worst]} the slope of the loss is {float(slopes[worst])} by "
                f"the formula, {float(differences[worst])} by central differences (h = {STEP}), above the error of "
                f"{tolerance} that is allowed. Mend {where}"
            )
        largest = max(largest, float(error[worst]))
    return largest
