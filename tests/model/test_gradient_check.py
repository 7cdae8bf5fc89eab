import numpy as np
import pytest

from century import InputError
from century.model import gradient_check
from century.model.descent import epoch
from century.model.differences import central, forward
from century.model.gradient_check import curve, points, refuse_wrong_gradient, slopes_by_formula
from century.model.logistic import gradient

STEPS = [10.0**-k for k in range(13)]
NAMES = [*(f"var{j}" for j in range(1, 91)), "b"]


def at_songs():
    rng = np.random.default_rng(0)
    return points(rng.standard_normal((500, 90)), rng.integers(0, 2, 500), NAMES[:-1], directions=4, seed=1)["songs"]


def test_forward_errors_fall_as_h_and_central_ones_as_its_square():
    x, directions = np.array([0.5, -1.0]), np.eye(2)

    def f(x):
        return float(np.exp(x).sum())

    for differences, order in ((forward, 1), (central, 2)):
        coarse, fine = (np.abs(differences(f, x, h, directions) - np.exp(x)) for h in (1e-2, 1e-3))
        np.testing.assert_allclose(np.log10(coarse / fine), order, atol=0.01)


def test_the_right_gradient_passes_everywhere():
    rng = np.random.default_rng(0)
    at = points(rng.standard_normal((500, 90)), rng.integers(0, 2, 500), NAMES[:-1], directions=4, seed=1)
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
        slopes = np.append(*gradient(X, y, t))
        slopes[component] += 1e-4
        return slopes[:-1], slopes[-1]

    monkeypatch.setattr(gradient_check, "gradient", wrong)
    with pytest.raises(InputError) as refusal:
        refuse_wrong_gradient(at_songs(), 1e-7)
    line = str(refusal.value)
    slope = slopes_by_formula(at_songs())[component]
    assert f"along {NAMES[component]} the slope of the loss is {float(slope)} by the formula" in line
    assert "\n" not in line
    difference = float(line.split("by the formula, ")[1].split(" by central")[0])
    assert slope - difference == pytest.approx(1e-4, rel=1e-3)


def test_a_gradient_that_is_nan_is_refused(monkeypatch):
    monkeypatch.setattr(gradient_check, "gradient", lambda X, y, t: (np.full(90, np.nan), np.nan))
    with pytest.raises(InputError, match="wrong"):
        refuse_wrong_gradient(at_songs(), 1e-7)


def test_a_step_that_does_not_follow_the_gradient_is_refused(monkeypatch):
    def wrong(*arguments):
        for after in epoch(*arguments):
            after[16] -= 1e-4
            yield after

    monkeypatch.setattr(gradient_check, "epoch", wrong)
    with pytest.raises(InputError, match=r"along var17 the slope .* Mend epoch\(\) in century/model/descent.py"):
        refuse_wrong_gradient(at_songs(), 1e-7)
