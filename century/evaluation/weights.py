"""The weights of the models beside each other, the largest first."""

from century.arrays import Array
from century.songs.features import FEATURES, timbre_names


def largest_first(w: Array, other: Array) -> list[tuple[int, str, str, str, float, float]]:
    """(place from 1, feature, kind, name, weight in w, weight in other), by the size of the weight in w (90,)."""
    features = zip(FEATURES, timbre_names(), w.tolist(), other.tolist(), strict=True)
    rows = sorted(features, key=lambda row: -abs(row[2]))
    return [(place, feature, kind, name, a, b) for place, (feature, (kind, name), a, b) in enumerate(rows, start=1)]
