import numpy as np
import pytest

from century.model.differences import central, forward


def cubic(x):
    return float(x[0] ** 3 + 2 * x[1])


@pytest.mark.parametrize(("difference", "expected"), [(forward, 3 + 3 * 0.1 + 0.1**2), (central, 3 + 0.1**2)])
def test_a_difference_is_its_formula_along_every_direction(difference, expected):
    slopes = difference(cubic, np.array([1.0, 5.0]), 0.1, np.eye(2))
    np.testing.assert_allclose(slopes, [expected, 2], rtol=1e-12)


def test_a_direction_adds_up_the_slopes_of_its_axes():
    directions = np.array([[0.6, 0.8]])
    np.testing.assert_allclose(central(cubic, np.array([1.0, 5.0]), 1e-5, directions), [0.6 * 3 + 0.8 * 2], rtol=1e-8)


def test_forward_errors_fall_as_h_and_central_ones_as_its_square():
    x, directions = np.array([0.5, -1.0]), np.eye(2)

    def f(x):
        return float(np.exp(x).sum())

    for difference, order in ((forward, 1), (central, 2)):
        coarse, fine = (np.abs(difference(f, x, h, directions) - np.exp(x)) for h in (1e-2, 1e-3))
        np.testing.assert_allclose(coarse / fine, 10**order, rtol=0.02)
