"""How good a model's probabilities are: five measures.

Shapes: z (n,) logits, y = sigmoid(z) (n,), t (n,) labels 0 or 1; c = 8 + bins columns.

accuracy           mean((y >= 1/2) = (t = 1))
loss               mean(-t log y - (1 - t) log(1 - y)), in nats; or log-loss: Good, Rational decisions (1952)
auc                P(y_i > y_j) + P(y_i = y_j) / 2 for i of label 1, j of label 0: Hanley and McNeil (1982)
brier              mean((y - t)^2): Brier, Verification of forecasts expressed in terms of probability (1950)
calibration_error  sum over bins of (songs in it / n) |mean y - mean t|, bins of equal width: Naeini et al. (2015)
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata
from sklearn.metrics import brier_score_loss, confusion_matrix, roc_auc_score, roc_curve

from century.evaluation import scores
from century.logistic import Array, sigmoid

Floats = NDArray[np.float64]


def measure(z: Array, t: Array, bins: int) -> dict[str, Any]:
    """The number of songs, and the five."""
    y = sigmoid(z)
    return {
        **scores(z, t),
        "auc": float(roc_auc_score(t, z)),
        "brier": float(brier_score_loss(t, y)),
        "calibration_error": float(sum(abs(n * (p - share)) for _, n, p, share in calibration(y, t, bins)) / len(t)),
    }


def bin_of(y: Array, bins: int) -> NDArray[np.int64]:
    """The bin (n,) of each y, from 0, with the edges that scikit-learn's calibration_curve has."""
    found: NDArray[np.int64] = np.searchsorted(np.linspace(0, 1, bins + 1)[1:-1], y)
    return found


def calibration(y: Array, t: Array, bins: int) -> list[tuple[int, int, float, float]]:
    """(bin, songs, mean y, share of label 1) for each bin that has songs."""
    found = bin_of(y, bins)
    songs = np.bincount(found, minlength=bins)
    means = [np.bincount(found, x, minlength=bins) / np.maximum(songs, 1) for x in (y, t)]
    return [(m, int(songs[m]), float(means[0][m]), float(means[1][m])) for m in range(bins) if songs[m]]


def components(z: Array, t: Array, bins: int) -> Floats:
    """What each song adds to the sums of which the five are made, (n, c).

    The AUC is a mean over pairs. Its share of a song is the placement: of one with label 1, the part of the songs of
    label 0 that it is above; of one with label 0, the part of label 1 that is above it, less the AUC. A weighted mean
    of placements is the weighted AUC but for terms of the order 1/n.
    Source: DeLong, DeLong and Clarke-Pearson, Biometrics 44 (1988); by ranks: Sun and Xu, IEEE Signal Processing
    Letters 21 (2014).
    """
    y, one = sigmoid(z), t == 1
    rank = rankdata(z)
    placement = np.zeros(len(z))
    placement[one] = (rank[one] - rankdata(z[one])) / np.sum(~one)
    placement[~one] = 1 - (rank[~one] - rankdata(z[~one])) / np.sum(one)
    auc = placement[one].mean()
    in_bin = bin_of(y, bins) == np.arange(bins)[:, None]
    rows = np.vstack(
        [
            np.ones(len(z)),
            (y >= 0.5) == one,
            np.logaddexp(0, z) - t * z,
            (y - t) ** 2,
            one,
            placement * one,
            ~one,
            (placement - auc) * ~one,
            in_bin * (y - t),
        ]
    )
    return rows.T  # each column in one piece, as it will be added up


def measures_of_sums(sums: Floats) -> dict[str, Floats]:
    """The five (...) of sums (..., c) of components; NaN where no song, or none of a label, is among them."""
    songs, right, loss, square, ones, above, zeros, below, *_ = np.moveaxis(sums, -1, 0)
    with np.errstate(invalid="ignore"):
        return {
            "accuracy": right / songs,
            "loss": loss / songs,
            "auc": above / ones + below / zeros,
            "brier": square / songs,
            "calibration_error": np.abs(sums[..., 8:]).sum(axis=-1) / songs,
        }


def roc(z: Array, t: Array) -> list[tuple[float, float, float, float]]:
    """About 200 points of scikit-learn's ROC curve, evenly along it.

    Each is (threshold on y, false positive rate, true positive rate, the difference of the rates: Youden's J, 1950).
    """
    false, true, threshold = roc_curve(t, sigmoid(z))
    points = np.unique(np.searchsorted(false + true, np.linspace(0, 2, 201)).clip(max=len(true) - 1))
    # The first threshold is infinite: above every y. So is 1, and a plot has room for it.
    rows = zip(np.minimum(threshold, 1)[points], false[points], true[points], strict=True)
    return [(float(a), float(b), float(c), float(c - b)) for a, b, c in rows]


def confusion(z: Array, t: Array) -> list[tuple[int, int, int, float]]:
    """(label, label predicted, songs, their share of the songs of that label), four rows."""
    counts = confusion_matrix(t, z >= 0, labels=[0, 1])
    return [(a, b, int(counts[a, b]), float(counts[a, b] / counts[a].sum())) for a in (0, 1) for b in (0, 1)]
