"""Is the gradient right? The formula held against finite differences of the loss, in float64.

Shapes: X (n, d), the last column 1, and t (n,), as in logistic.py; w (d,), its last entry the bias; directions (m, d).
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from century import InputError
from century.arrays import Array, Floats
from century.model.descent import epoch
from century.model.differences import central, forward
from century.model.logistic import gradient, loss, predict

STEP = 1e-5  # near the cube root of the machine epsilon, where central differences are most exact


class Point(NamedTuple):
    """Songs X, t and weights w at which the gradient is checked, along directions that have names."""

    X: Array
    t: Array
    w: Floats
    directions: Floats
    names: list[str]

    def loss(self, w: Floats) -> float:
        return loss(self.X @ w, self.t)


def points_to_check(X: Array, t: Array, features: list[str], directions: int, seed: int) -> dict[str, Point]:
    """The toy example of the assignment; the songs X, t at random weights w; and the same along random directions."""
    d = X.shape[1]
    rng = np.random.RandomState(seed)
    w = rng.standard_normal(size=(d,))
    random = rng.standard_normal((directions, d))
    random /= np.linalg.norm(random, axis=1, keepdims=True)
    axes, names = np.eye(d), [*features, "b"]
    return {
        "toy": Point(np.ones((2, d)), np.ones(2), axes[-1], axes, names),  # w = 0, b = 1
        "songs": Point(X, t, w, axes, names),
        "directions": Point(X, t, w, random, [f"random direction {k}" for k in range(1, directions + 1)]),
    }


def slopes_by_formula(point: Point) -> Floats:
    """The slope of the loss along each direction (m,)."""
    return point.directions @ gradient(point.X, predict(point.w, point.X), point.t)


def slopes_of_a_step(point: Point) -> Floats:
    """The same from the code that trains: a step of descent over all songs, at the learning rate 1."""
    (after,) = epoch(point.X, point.t, point.w[:, None].copy(), np.array(1.0), len(point.X))
    return point.directions @ (point.w - after[:, 0])


def errors(slopes: Floats, differences: Floats) -> Floats:
    """|slope - difference| / max(1, |difference|), (m,)."""
    return np.abs(slopes - differences) / np.maximum(1, np.abs(differences))


def curve(point: Point, steps: list[float]) -> Iterator[tuple[str, float, float]]:
    """The kind of difference, the step, and the largest error over the directions: a V on logarithmic axes."""
    slopes = slopes_by_formula(point)
    for name, difference in (("forward", forward), ("central", central)):
        for h in steps:
            yield name, h, float(errors(slopes, difference(point.loss, point.w, h, point.directions)).max())


def refuse_wrong_gradient(point: Point, tolerance: float) -> float:
    """The largest error over the directions, of the formula and of a step of descent, against central differences.

    Raises InputError, naming the slope that is furthest off, where it is above the tolerance.
    """
    differences = central(point.loss, point.w, STEP, point.directions)
    largest = 0.0
    for slopes, function in ((slopes_by_formula(point), gradient), (slopes_of_a_step(point), epoch)):
        error = errors(slopes, differences)
        worst = int(error.argmax())
        if not error[worst] <= tolerance:
            raise InputError(
                f"the gradient is wrong: along {point.names[worst]} the slope of the loss is {float(slopes[worst])} by "
                f"the formula, {float(differences[worst])} by central differences (h = {STEP}), above the error of "
                f"{tolerance} that is allowed. Correct {function.__module__}.{function.__name__}"
            )
        largest = max(largest, float(error[worst]))
    return largest
