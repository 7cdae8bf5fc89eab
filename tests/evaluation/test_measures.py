import numpy as np
import pytest
from sklearn import metrics
from sklearn.calibration import calibration_curve

from century.evaluation.measures import (
    by_year,
    calibration,
    components,
    confusion,
    measure,
    measures_of_sums,
    predictions_changed,
    roc,
)
from century.model.logistic import sigmoid


def table(z, t, bins):
    """The components (n, c)."""
    return np.stack(list(components(z, t, bins)), axis=1)


@pytest.fixture(scope="module")
def scored():
    """Logits, some of them equal, and labels that lean to them, not calibrated."""
    rng = np.random.default_rng(1)
    z = np.round(rng.normal(0.3, 1.5, 3000), 2)
    t = (rng.random(3000) < sigmoid(0.6 * z)).astype(np.int8)
    return z, t


def test_the_measures_are_scikit_learns(scored):
    z, t = scored
    y = sigmoid(z)
    found = measure(table(z, t, bins=15).sum(axis=0))
    assert found["songs"] == 3000
    assert found["accuracy"] == metrics.accuracy_score(t, y >= 0.5)
    assert found["loss"] == pytest.approx(metrics.log_loss(t, y), abs=1e-12)
    assert found["auc"] == pytest.approx(metrics.roc_auc_score(t, y), abs=1e-12)
    assert found["brier"] == pytest.approx(metrics.brier_score_loss(t, y), abs=1e-12)


def test_the_calibration_error_is_its_definition_song_by_song():
    y = np.array([0.1, 0.15, 0.3, 0.9, 0.95])
    t = np.array([0, 1, 0, 1, 1])
    expected = (2 * abs(0.125 - 0.5) + 1 * abs(0.3 - 0) + 2 * abs(0.925 - 1)) / 5
    assert measure(table(np.log(y / (1 - y)), t, bins=5).sum(axis=0))["calibration_error"] == pytest.approx(
        expected, abs=1e-12
    )


def test_the_calibration_curve_is_scikit_learns(scored):
    z, t = scored
    _, songs, mean, share = zip(*calibration(sigmoid(z), t, 15), strict=True)
    expected_share, expected_mean = calibration_curve(t, sigmoid(z), n_bins=15)
    assert sum(songs) == 3000
    np.testing.assert_allclose(mean, expected_mean, atol=1e-12)
    np.testing.assert_allclose(share, expected_share, atol=1e-12)


def test_sums_over_songs_drawn_again_give_the_measures_of_those_songs(scored):
    z, t = scored
    rng = np.random.default_rng(1)
    columns = table(z, t, 15)
    drawn_auc, exact_auc = [], []
    for _ in range(200):
        songs = rng.integers(0, 3000, 3000)
        drawn, found = (t[songs], sigmoid(z[songs])), measures_of_sums(columns[songs].sum(axis=0))
        expected = {
            "accuracy": metrics.accuracy_score(t[songs], drawn[1] >= 0.5),
            "loss": metrics.log_loss(*drawn),
            "brier": metrics.brier_score_loss(*drawn),
            "calibration_error": sum(abs(n * (p - q)) for _, n, p, q in calibration(*drawn[::-1], 15)) / 3000,
            "auc": metrics.roc_auc_score(*drawn),
        }
        for name in ("accuracy", "loss", "brier", "calibration_error"):
            assert found[name] == pytest.approx(expected[name], abs=1e-12)
        assert found["auc"] == pytest.approx(expected["auc"], abs=2e-3)  # but for terms of the order 1/n
        drawn_auc.append(found["auc"])
        exact_auc.append(expected["auc"])
    assert np.std(drawn_auc) == pytest.approx(np.std(exact_auc), rel=0.02)


def test_a_draw_without_songs_or_without_a_label_is_nan():
    z, t = np.array([-1.0, 0.5, 2.0]), np.array([0, 1, 1])
    columns = table(z, t, 5)
    assert np.isnan(measures_of_sums(columns[1:].sum(axis=0))["auc"])
    assert measures_of_sums(columns[1:].sum(axis=0))["accuracy"] == 1
    assert np.isnan(measures_of_sums(0 * columns[0])["accuracy"])


def test_the_roc_curve_runs_from_corner_to_corner_and_has_nearly_the_area(scored):
    z, t = scored
    threshold, false, true, apart = map(np.array, zip(*roc(z, t), strict=True))
    assert len(false) <= 201
    assert (false[0], true[0], false[-1], true[-1]) == (0, 0, 1, 1)
    assert (np.diff(threshold) < 0).all()
    assert np.trapezoid(true, false) == pytest.approx(metrics.roc_auc_score(t, z), abs=1e-3)
    np.testing.assert_allclose(apart, true - false)
    row = len(false) // 2
    called = sigmoid(z) >= threshold[row]
    assert (false[row], true[row]) == (called[t == 0].mean(), called[t == 1].mean())


def test_the_roc_curve_is_scikit_learns_where_it_has_few_points():
    z, t = np.array([-2.0, -1.0, -1.0, 0.5, 0.5, 3.0]), np.array([0, 0, 1, 0, 1, 1])
    false, true, threshold = metrics.roc_curve(t, sigmoid(z), drop_intermediate=False)
    assert roc(z, t) == [
        (min(a, 1), b, c, pytest.approx(c - b)) for a, b, c in zip(threshold, false, true, strict=True)
    ]


def test_the_confusion_matrix_counts_every_song_once(scored):
    z, t = scored
    rows = confusion(z, t)
    assert [(a, b, n) for a, b, n, _ in rows] == [
        (a, b, int(np.sum((t == a) & ((z >= 0) == b)))) for a in (0, 1) for b in (0, 1)
    ]
    assert rows[0][3] + rows[1][3] == rows[2][3] + rows[3][3] == 1


def test_each_year_has_its_own_songs_accuracy_and_mean_probability():
    z, t, year = np.array([1.0, -1.0, 2.0, 0.0]), np.array([1, 1, 0, 1]), np.array([2001, 2001, 1990, 2001])
    (first, second) = by_year(z, t, year)
    assert first == (1990, 1, 0.0, pytest.approx(sigmoid(np.array([2.0]))[0]))
    assert second == (2001, 3, 2 / 3, pytest.approx(0.5))


def test_songs_change_sides_at_zero():
    assert predictions_changed(np.array([1.0, -1.0, 0.0, 2.0]), np.array([3.0, 0.0, -0.1, 1.0])) == 2
