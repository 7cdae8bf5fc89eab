"""How good a model's probabilities are: its measures, and the curves behind them.

A measure is added in this module only: `components` yields what each song adds to its sums, `measures_of_sums` makes
the measure of them, and gives it its name. The metrics, the intervals and the differences then have it by themselves.

Shapes: z (n,) logits, y = sigmoid(z) (n,), t (n,) labels 0 or 1; c components.

accuracy           mean((z >= 0) = (t = 1))
loss               mean(-t log y - (1 - t) log(1 - y)), in nats; or log-loss: Good, Rational decisions (1952)
auc                P(y_i > y_j) + P(y_i = y_j) / 2 for i of label 1, j of label 0: Hanley and McNeil (1982)
brier              mean((y - t)^2): Brier, Verification of forecasts expressed in terms of probability (1950)
calibration_error  sum over bins of (songs in it / n) |mean y - mean t|, bins of equal width: Naeini et al. (2015)
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from century.arrays import Array, Floats, Ints
from century.model.logistic import accuracy, losses, sigmoid


def bin_numbers(y: Array, bins: int) -> Ints:
    """The bin (n,) of each y, counted from 0, with the same edges as in scikit-learn's calibration_curve."""
    return np.searchsorted(np.linspace(0, 1, bins + 1)[1:-1], y)


def calibration(y: Array, t: Array, bins: int) -> list[tuple[int, int, float, float]]:
    """(bin, songs, mean y, share of label 1) for each bin that has songs."""
    numbers = bin_numbers(y, bins)
    songs = np.bincount(numbers, minlength=bins)
    means = [np.bincount(numbers, x, minlength=bins) / np.maximum(songs, 1) for x in (y, t)]
    return [(m, int(songs[m]), float(means[0][m]), float(means[1][m])) for m in range(bins) if songs[m]]


def placements(z: Array, t: Array) -> Floats:
    """For each song, the share (n,) of the songs of the other label that its z is on the right side of.

    That is the share below the z of a song of label 1, and above the z of a song of label 0. Equal z count half. The
    mean over the songs of either label is the AUC.
    """
    order = np.argsort(z, kind="stable")
    ones, zeros = order[t[order] == 1], order[t[order] == 0]
    placement = np.empty(len(z))
    for songs, others in ((ones, zeros), (zeros, ones)):
        below, up_to = np.searchsorted(z[others], z[songs]), np.searchsorted(z[others], z[songs], "right")
        placement[songs] = (below + up_to) / (2 * len(others))
    placement[zeros] = 1 - placement[zeros]
    return placement


def components(z: Array, t: Array, bins: int) -> Iterator[Floats]:
    """What each song adds (n,) to each of the c sums from which the measures are computed, one after another.

    To the AUC a song of label 1 adds its placement, and a song of label 0 its placement minus the AUC. The mean over
    the first plus the mean over the second is the AUC; where songs have weights, it is their AUC up to terms of the
    order 1/n.
    Source: DeLong, DeLong and Clarke-Pearson, Biometrics 44 (1988).
    """
    y, is_one = sigmoid(z), t == 1
    placement = placements(z, t)
    auc = placement[is_one].mean()
    yield np.ones(len(z))
    yield ((z >= 0) == is_one).astype(np.float64)
    yield losses(z, t)
    yield (y - t) ** 2
    yield is_one.astype(np.float64)
    yield placement * is_one
    yield (~is_one).astype(np.float64)
    yield (placement - auc) * ~is_one
    bin_of_song = bin_numbers(y, bins)
    for number in range(bins):
        yield np.where(bin_of_song == number, y - t, 0)


def measures_of_sums(sums: Floats) -> dict[str, Floats]:
    """The measures (...) from sums (..., c) of components; NaN where there is no song, or none of a label."""
    songs, right, loss, square, ones, above, zeros, below, *bins = np.moveaxis(sums, -1, 0)
    with np.errstate(invalid="ignore"):
        return {
            "accuracy": right / songs,
            "loss": loss / songs,
            "auc": above / ones + below / zeros,
            "brier": square / songs,
            "calibration_error": np.abs(bins).sum(axis=0) / songs,
        }


def measure(sums: Floats) -> dict[str, Any]:
    """The number of songs and the measures, from the sums (c,) of the components of all songs."""
    return {"songs": int(sums[0]), **{name: float(value) for name, value in measures_of_sums(sums).items()}}


def roc(z: Array, t: Array) -> list[tuple[float, float, float, float]]:
    """About 200 points of the ROC curve, at even distances along it.

    Each is (threshold on y, false positive rate, true positive rate, the difference of the rates: Youden's J, 1950).
    """
    y = sigmoid(z)
    threshold = np.append(np.inf, np.unique(y)[::-1])
    # For each label, the share of its songs whose y is at least the threshold.
    scores = [np.sort(y[t == label]) for label in (0, 1)]
    false, true = ((len(x) - np.searchsorted(x, threshold)) / len(x) for x in scores)
    points = np.unique(np.searchsorted(false + true, np.linspace(0, 2, 201)).clip(max=len(true) - 1))
    # The first threshold is infinite. 1 is above every y as well, and it can be drawn.
    rows = zip(np.minimum(threshold, 1)[points], false[points], true[points], strict=True)
    return [(float(a), float(b), float(c), float(c - b)) for a, b, c in rows]


def confusion(z: Array, t: Array) -> list[tuple[int, int, int, float]]:
    """(label, predicted label, songs, their share of the songs of that label), four rows."""
    counts = np.bincount(2 * t + (z >= 0), minlength=4).reshape(2, 2)
    return [(a, b, int(counts[a, b]), float(counts[a, b] / counts[a].sum())) for a in (0, 1) for b in (0, 1)]


def by_year(z: Array, t: Array, year: Array) -> list[tuple[int, int, float, float]]:
    """(year, number of songs, accuracy, mean of y) for each year (n,) that has songs."""
    y, songs_of = sigmoid(z), {int(value): year == value for value in np.unique(year)}
    return [
        (value, int(songs.sum()), accuracy(z[songs], t[songs]), float(y[songs].mean()))
        for value, songs in songs_of.items()
    ]


def predictions_changed(z: Array, other: Array) -> int:
    """The number of songs to which the two sets of logits (n,) give different labels."""
    return int(np.sum((z >= 0) != (other >= 0)))
