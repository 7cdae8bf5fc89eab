"""The weights of two models beside each other, by the names of what they weigh."""

from century.arrays import Floats
from century.songs.features import FEATURES, timbre_names


def weights_by_size(w: Floats, other: Floats) -> list[tuple[int, str, str, str, float, float]]:
    """(place from 1, feature, kind, name, weight in w, weight in other), the largest |weight| of w (90,) first."""
    features = zip(FEATURES, timbre_names(), w.tolist(), other.tolist(), strict=True)
    rows = sorted(features, key=lambda row: -abs(row[2]))
    return [(place, feature, kind, name, a, b) for place, (feature, (kind, name), a, b) in enumerate(rows, start=1)]
