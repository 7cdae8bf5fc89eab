"""Measure both models on the three parts, with intervals, and write the tables of the plots that show how they do."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from century.arrays import Array
from century.evaluation.intervals import Measured, ScoredPart, confidence_intervals, difference, measure_parts
from century.evaluation.measures import calibration, confusion, roc
from century.evaluation.scores import by_year, exact_logits, predictions_changed
from century.evaluation.weights import weights_by_size
from century.files import read_json, write_metrics, write_plot
from century.model.logistic import sigmoid
from century.model.saved import read_model
from century.params import Params
from century.songs.features import FEATURES
from century.songs.normalize import own_means_and_stds
from century.songs.tables import read_batches, read_blocks, read_column

MODELS = {"sgd": Path("data/model.json"), "sklearn": Path("data/baseline.json")}
PARTS = {name: Path(f"data/{name}.parquet") for name in ("train", "validation", "test")}


def stage(params: Params) -> None:
    bins = params.evaluate.bins
    resampling = params.intervals
    models = {name: read_model(path).w for name, path in MODELS.items()}
    logits = {name: partial(exact_logits, w) for name, w in models.items()}
    scored = {part: score(PARTS[part], logits) for part in ("train", "validation")}
    mean, std = own_means_and_stds(read_blocks(PARTS["test"], FEATURES))
    wrongly = {"wrongly_normalized": lambda X: exact_logits(models["sgd"], (X.astype(np.float64) - mean) / std)}
    test = score(PARTS["test"], logits | wrongly)
    settings = (bins, resampling.block_length, resampling.draws, resampling.seed)
    found = measure_parts(scored, *settings) | measure_parts({"test": test}, *settings)
    write_metrics(
        Path("metrics/evaluate.json"),
        {
            **{model: {part: found[model, part].measures for part in PARTS} for model in MODELS},
            "intervals": {
                model: {part: confidence_intervals(found[model, part]) for part in PARTS} for model in MODELS
            },
            "difference": {part: difference(found["sgd", part], found["sklearn", part]) for part in PARTS},
            "gaps": {
                model: {f"{part}_minus_test": difference(found[model, part], found[model, "test"]) for part in scored}
                for model in MODELS
            },
            "test_normalized_by_itself": {
                "figures": found["wrongly_normalized", "test"].measures,
                "songs_on_the_other_side": predictions_changed(test.z["sgd"], test.z["wrongly_normalized"]),
                "difference": difference(found["wrongly_normalized", "test"], found["sgd", "test"]),
            },
        },
    )
    best, training = read_json(Path("metrics/sweep.json"))["best"], read_json(Path("metrics/train.json"))
    write_metrics(Path("metrics/headline.json"), headline(found, best, training["converged"]))

    def write_test_plot(path: Path, columns: list[str], rows: Callable[[Array], Iterable[tuple[object, ...]]]) -> None:
        """The rows of both models, made from the logits of the test songs."""
        write_plot(path, ["model", *columns], [(model, *row) for model in MODELS for row in rows(test.z[model])])

    year = read_column(PARTS["test"], "year")
    rates = ["threshold", "false_positive_rate", "true_positive_rate", "rates_apart"]
    write_test_plot(Path("plots/roc.csv"), rates, lambda z: roc(z, test.t))
    in_bins = ["bin", "songs", "mean_probability", "share_after"]
    write_test_plot(Path("plots/calibration.csv"), in_bins, lambda z: calibration(sigmoid(z), test.t, bins))
    counts = ["label", "predicted", "songs", "share_of_label"]
    write_test_plot(Path("plots/confusion.csv"), counts, lambda z: confusion(z, test.t))
    in_years = ["year", "songs", "accuracy", "mean_probability"]
    write_test_plot(Path("plots/accuracy_by_year.csv"), in_years, lambda z: by_year(z, test.t, year))
    weights = weights_by_size(*[w[:-1] for w in models.values()])
    write_plot(Path("plots/weights.csv"), ["place", "feature", "kind", "name", *MODELS], weights)


def headline(found: dict[tuple[str, str], Measured], best: dict[str, Any], converged: bool) -> dict[str, Any]:
    """The accuracies of both models, the choice of the sweep and the end of training, in names that fit a terminal."""
    names = {"train": "train", "validation": "val", "test": "test"}
    return {
        **{name: found["sgd", part].measures["accuracy"] for part, name in names.items()},
        **{f"sk_{name}": found["sklearn", part].measures["accuracy"] for part, name in names.items()},
        "rate": best["learning_rate"],
        "batch": best["batch_size"],
        "converged": converged,
    }


def score(path: Path, logits: Mapping[str, Callable[[Array], Array]]) -> ScoredPart:
    """The songs of a part with the logits that each model gives them."""
    labels, found = zip(*((t, [give(X) for give in logits.values()]) for X, t in read_batches(path)), strict=True)
    z = map(np.concatenate, zip(*found, strict=True))
    return ScoredPart(read_column(path, "row"), np.concatenate(labels), dict(zip(logits, z, strict=True)))
