"""Measure both models on the three parts, with intervals, and write the tables of the plots that show how they do."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from century.arrays import Array
from century.evaluation.intervals import Measured, ScoredPart, confidence_intervals, difference, measure_parts
from century.evaluation.measures import by_year, calibration, confusion, predictions_changed, roc
from century.evaluation.weights import weights_by_size
from century.files import read_json, write_metrics, write_plot
from century.model.logistic import exact_logits, sigmoid
from century.model.saved import read_model
from century.params import Params
from century.songs.features import FEATURES
from century.songs.normalize import own_means_and_stds
from century.songs.tables import read_batches, read_blocks, read_column

MODELS = {"sgd": Path("data/model.json"), "sklearn": Path("data/baseline.json")}
PARTS = {name: Path(f"data/{name}.parquet") for name in ("train", "validation", "test")}
ByModelAndPart = Mapping[tuple[str, str], Measured]


def stage(params: Params) -> None:
    bins = params.evaluate.bins
    resampling = params.intervals
    models = {name: read_model(path).w for name, path in MODELS.items()}
    logits = {name: partial(exact_logits, w) for name, w in models.items()}
    mean, std = own_means_and_stds(read_blocks(PARTS["test"], FEATURES))
    wrongly = {"wrongly_normalized": lambda X: exact_logits(models["sgd"], (X.astype(np.float64) - mean) / std)}
    scored = {part: score(PARTS[part], logits) for part in ("train", "validation")}
    test = score(PARTS["test"], logits | wrongly)
    settings = (bins, resampling.block_length, resampling.draws, resampling.seed)
    measured = measure_parts(scored, *settings) | measure_parts({"test": test}, *settings)
    changed = predictions_changed(test.z["sgd"], test.z["wrongly_normalized"])
    write_metrics(Path("metrics/evaluate.json"), measures_and_intervals(measured, changed))
    best, training = read_json(Path("metrics/sweep.json"))["best"], read_json(Path("metrics/train.json"))
    write_metrics(Path("metrics/headline.json"), headline(measured, best, training["converged"]))
    write_test_plots(test, read_column(PARTS["test"], "year"), bins)
    weights = weights_by_size(*[w[:-1] for w in models.values()])
    write_plot(Path("plots/weights.csv"), ["place", "feature", "kind", "name", *MODELS], weights)


def score(path: Path, logits: Mapping[str, Callable[[Array], Array]]) -> ScoredPart:
    """The songs of a part with the logits that each model gives them."""
    labels, given = zip(*((t, [give(X) for give in logits.values()]) for X, t in read_batches(path)), strict=True)
    z = map(np.concatenate, zip(*given, strict=True))
    return ScoredPart(read_column(path, "row"), np.concatenate(labels), dict(zip(logits, z, strict=True)))


def measures_and_intervals(measured: ByModelAndPart, changed: int) -> dict[str, Any]:
    """Both models on every part, then what sets models and parts apart.

    `changed` is the number of test songs that get another label when they are normalized by themselves.
    """
    test = measured["sgd", "test"]
    wrong = measured["wrongly_normalized", "test"]
    return {
        **{model: {part: measured[model, part].measures for part in PARTS} for model in MODELS},
        "intervals": {model: {part: confidence_intervals(measured[model, part]) for part in PARTS} for model in MODELS},
        "difference": {part: difference(measured["sgd", part], measured["sklearn", part]) for part in PARTS},
        "gaps": {
            model: {
                f"{part}_minus_test": difference(measured[model, part], measured[model, "test"])
                for part in ("train", "validation")
            }
            for model in MODELS
        },
        "test_normalized_by_itself": {
            "measures": wrong.measures,
            "songs_on_the_other_side": changed,
            "difference": difference(wrong, test),
        },
    }


def write_test_plots(test: ScoredPart, year: Array, bins: int) -> None:
    """The curves of both models on the test songs, each made from a model's logits."""
    plots: dict[str, tuple[list[str], Callable[[Array], Iterable[tuple[object, ...]]]]] = {
        "roc": (["threshold", "false_positive_rate", "true_positive_rate", "rates_apart"], lambda z: roc(z, test.t)),
        "calibration": (
            ["bin", "songs", "mean_probability", "share_after"],
            lambda z: calibration(sigmoid(z), test.t, bins),
        ),
        "confusion": (["label", "predicted", "songs", "share_of_label"], lambda z: confusion(z, test.t)),
        "accuracy_by_year": (["year", "songs", "accuracy", "mean_probability"], lambda z: by_year(z, test.t, year)),
    }
    for name, (columns, rows) in plots.items():
        both = ((model, *row) for model in MODELS for row in rows(test.z[model]))
        write_plot(Path(f"plots/{name}.csv"), ["model", *columns], both)


def headline(measured: ByModelAndPart, best: dict[str, Any], converged: bool) -> dict[str, Any]:
    """The accuracies of both models, the choice of the sweep and the end of training, in names that fit a terminal."""
    names = {"train": "train", "validation": "val", "test": "test"}
    return {
        **{name: measured["sgd", part].measures["accuracy"] for part, name in names.items()},
        **{f"sk_{name}": measured["sklearn", part].measures["accuracy"] for part, name in names.items()},
        "rate": best["learning_rate"],
        "batch": best["batch_size"],
        "converged": converged,
    }
