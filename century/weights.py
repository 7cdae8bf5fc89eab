"""The 90 weights by the name of what they weigh.

A song is a series of segments with 12 timbre numbers each. Its features are their 12 averages, then their 12 x 12
covariance matrix along its diagonals: 12 variances, the 11 covariances of neighbours 1 and 2, 2 and 3, ..., and so on
to that of 1 and 12.
Source: create_vw_dataset.py of the data set's author (github.com/tbertinmahieux/MSongsDB, Tasks_Demos/YearPrediction);
in the UCI file var13..var24 alone are never negative, as variances are.
"""

from century.logistic import Array
from century.songs import FEATURES


def timbre_names() -> list[tuple[str, str]]:
    """(kind, name) of var1..var90."""
    averages = [("average", f"average of {i}") for i in range(1, 13)]
    variances = [("variance", f"variance of {i}") for i in range(1, 13)]
    pairs = [(i, i + apart) for apart in range(1, 12) for i in range(1, 13 - apart)]
    return averages + variances + [("covariance", f"covariance of {i} and {j}") for i, j in pairs]


def largest_first(w: Array, other: Array) -> list[tuple[int, str, str, str, float, float]]:
    """(place from 1, feature, kind, name, weight in w, weight in other), by the size of the weight in w (90,)."""
    features = zip(FEATURES, timbre_names(), w.tolist(), other.tolist(), strict=True)
    rows = sorted(features, key=lambda row: -abs(row[2]))
    return [(place, feature, kind, name, a, b) for place, (feature, (kind, name), a, b) in enumerate(rows, start=1)]
