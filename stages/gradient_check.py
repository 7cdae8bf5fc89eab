"""Compare the gradient with finite differences. Where it is wrong, the stage fails, and nothing is trained with it."""

from pathlib import Path

import numpy as np

from century.files import write_metrics, write_plot
from century.model.gradient_check import curve, points_to_check, refuse_wrong_gradient
from century.params import Params
from century.songs.features import FEATURES
from century.songs.tables import read_songs


def stage(params: Params) -> None:
    check = params.gradient_check
    X, t = read_songs(Path("data/train.parquet"), check.songs, constant=True)
    points = points_to_check(X.astype(np.float64), t, FEATURES, check.directions, check.seed)
    errors = {f"error_{name}": refuse_wrong_gradient(point, check.tolerance) for name, point in points.items()}
    rows = [(name, *row) for name, point in points.items() for row in curve(point, check.steps)]
    write_plot(Path("plots/gradient_check.csv"), ["point", "method", "step", "error"], rows)
    write_metrics(Path("metrics/gradient_check.json"), {"passed": True, **errors})
