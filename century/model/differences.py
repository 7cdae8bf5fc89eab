"""Finite differences: the gradient of any function, without its formula.

Shapes: x (k,) a point, f(x) a number, h the step. e_j is the j-th unit vector.
Source: Nocedal and Wright, Numerical Optimization (2006), section 8.1.
"""

from collections.abc import Callable

import numpy as np

from century.arrays import Floats


def forward(f: Callable[[Floats], float], x: Floats, h: float, directions: Floats) -> Floats:
    """(f(x + h v) - f(x)) / h for each row v of directions (m, k). The error falls as h, then rises as 1 / h."""
    start = f(x)
    return np.array([(f(x + h * v) - start) / h for v in directions])


def central(f: Callable[[Floats], float], x: Floats, h: float, directions: Floats) -> Floats:
    """(f(x + h v) - f(x - h v)) / 2h for each row v. The error falls as h^2, then rises as 1 / h."""
    return np.array([(f(x + h * v) - f(x - h * v)) / (2 * h) for v in directions])
