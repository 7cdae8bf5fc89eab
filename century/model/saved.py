"""The model as plain JSON: enough to predict from the raw features of a song, safe to load, easy to read.

y = sigmoid(sum_j weights_j (x_j - feature_means_j) / feature_stds_j + bias)
"""

from pathlib import Path
from typing import Any

import numpy as np

from century.arrays import Array, Floats
from century.files import read_json, write_json


def write_model(path: Path, w: Array, normalization: dict[str, Any], threshold_year: int) -> None:
    """`normalization` has the names, means and stds of the features, in the order of the weights w (d,), bias last."""
    write_json(
        path,
        {
            "weights": w[:-1].tolist(),
            "bias": float(w[-1]),
            "feature_means": normalization["means"],
            "feature_stds": normalization["stds"],
            "features": normalization["features"],
            "threshold_year": threshold_year,
        },
    )


def read_model(path: Path) -> Floats:
    """w (d,), for normalized features, the bias last."""
    model = read_json(path)
    return np.array([*model["weights"], model["bias"]])
