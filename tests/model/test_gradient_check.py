import numpy as np
import pytest

from century import InputError
from century.model import gradient_check
from century.model.descent import epoch
from century.model.differences import central, forward
from century.model.gradient_check import curve, points_to_check, refuse_wrong_gradient, slopes_by_formula
from century.model.logistic import gradient

STEPS = [10.0**-k for k in range(13)]
NAMES = [*(f"var{j}" for j in range(1, 91)), "b"]


def all_points():
    rng = np.random.default_rng(0)
    X, t = np.hstack([rng.standard_normal((500, 90)), np.ones((500, 1))]), rng.integers(0, 2, 500)
    return points_to_check(X, t, NAMES[:-1], directions=4, seed=1)


def at_songs():
    return all_points()["songs"]


def test_forward_errors_fall_as_h_and_central_ones_as_its_square():
    x, directions = np.array([0.5, -1.0]), np.eye(2)

    def f(x):
        return float(np.exp(x).sum())

    for differences, order in ((forward, 1), (central, 2)):
        coarse, fine = (np.abs(differences(f, x, h, directions) - np.exp(x)) for h in (1e-2, 1e-3))
        np.testing.assert_allclose(np.log10(coarse / fine), order, atol=0.01)


def test_the_right_gradient_passes_everywhere():
    at = all_points()
    assert list(at) == ["toy", "songs", "directions"]
    for point in at.values():
        assert refuse_wrong_gradient(point, 1e-9) < 1e-9
    np.testing.assert_allclose(np.linalg.norm(at["directions"].directions, axis=1), 1)


def test_the_error_over_the_steps_has_the_shape_of_a_v():
    rows = list(curve(at_songs(), STEPS))
    for method, expected_best in (("forward", 7), ("central", 5)):
        error = np.array([error for name, _, error in rows if name == method])
        assert abs(error.argmin() - expected_best) <= 1
        assert error.min() < 1e-3 * min(error[0], error[-1])


@pytest.mark.parametrize("component", [0, 16, 90])
def test_a_wrong_gradient_is_refused_with_the_worst_component_and_both_values(monkeypatch, component):
    def wrong(X, y, t):
        slopes = gradient(X, y, t)
        slopes[component] += 1e-4
        return slopes

    wrong.__module__, wrong.__name__ = gradient.__module__, gradient.__name__

    monkeypatch.setattr(gradient_check, "gradient", wrong)
    with pytest.raises(InputError) as refusal:
        refuse_wrong_gradient(at_songs(), 1e-7)
    line = str(refusal.value)
    slope = slopes_by_formula(at_songs())[component]
    assert f"along {NAMES[component]} the slope of the loss is {float(slope)} by the formula" in line
    assert line.endswith("Correct century.model.logistic.gradient")
    assert "\n" not in line
    difference = float(line.split("by the formula, ")[1].split(" by central")[0])
    assert slope - difference == pytest.approx(1e-4, rel=1e-3)


def test_a_gradient_that_is_nan_is_refused(monkeypatch):
    monkeypatch.setattr(gradient_check, "gradient", lambda X, y, t: np.full(91, np.nan))
    with pytest.raises(InputError, match="wrong"):
        refuse_wrong_gradient(at_songs(), 1e-7)


def test_a_step_that_does_not_follow_the_gradient_is_refused(monkeypatch):
    def wrong(*arguments):
        for after in epoch(*arguments):
            after[16] -= 1e-4
            yield after

    wrong.__module__, wrong.__name__ = epoch.__module__, epoch.__name__
    monkeypatch.setattr(gradient_check, "epoch", wrong)
    with pytest.raises(InputError, match=r"along var17 the slope .* Correct century\.model\.descent\.epoch$"):
        refuse_wrong_gradient(at_songs(), 1e-7)
