"""Measure both models on the three parts, with intervals, and lay out the plots of how they do."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from century.arrays import Array
from century.evaluation.intervals import Part, difference, measure_parts, own
from century.evaluation.measures import calibration, confusion, roc
from century.evaluation.scores import by_year, exact_logits, sides_changed
from century.evaluation.weights import largest_first
from century.files import write_csv, write_json
from century.model.logistic import sigmoid
from century.model.saved import read_model
from century.params import Params
from century.songs.normalize import by_itself
from century.songs.tables import read_batches, read_column, read_songs

MODELS = {"sgd": Path("data/model.json"), "sklearn": Path("data/baseline.json")}
PARTS = ("train", "validation", "test")


def stage(params: Params) -> None:
    bins = params.evaluate.bins
    p = params.intervals
    models = [read_model(path) for path in MODELS.values()]
    paths = [Path(f"data/{name}.parquet") for name in PARTS]
    train, validation = (with_logits(path, read_batches(path), models) for path in paths[:2])
    X, t = read_songs(paths[2])  # whole: they are also normalized by themselves
    test = with_logits(paths[2], [(X, t)], models)
    w, b = models[0]
    wrongly_normalized = exact_logits(w, b, by_itself(X))
    of_test = test._replace(z=[*test.z, wrongly_normalized])
    measured = [
        *measure_parts([train, validation], bins, p.block_length, p.draws, p.seed),
        *measure_parts([of_test], bins, p.block_length, p.draws, p.seed),
    ]
    by_part = dict(zip(PARTS, measured, strict=True))
    figures = {model: {part: by_part[part][i].figures for part in PARTS} for i, model in enumerate(MODELS)}
    write_json(
        Path("metrics/evaluate.json"),
        {
            **figures,
            "intervals": {model: {part: own(by_part[part][i]) for part in PARTS} for i, model in enumerate(MODELS)},
            "difference": {part: difference(by_part[part][0], by_part[part][1]) for part in PARTS},
            "gaps": {
                model: {
                    f"{part}_minus_test": difference(by_part[part][i], by_part["test"][i])
                    for part in ("train", "validation")
                }
                for i, model in enumerate(MODELS)
            },
            "test_normalized_by_itself": {
                "figures": by_part["test"][2].figures,
                "songs_on_the_other_side": sides_changed(test.z[0], wrongly_normalized),
                "difference": difference(by_part["test"][2], by_part["test"][0]),
            },
        },
    )
    year = read_column(Path("data/test.parquet"), "year")
    scored = list(zip(MODELS, test.z, strict=True))
    write_csv(
        Path("plots/roc.csv"),
        ["model", "threshold", "false_positive_rate", "true_positive_rate", "rates_apart"],
        [(model, *row) for model, z in scored for row in roc(z, test.t)],
    )
    write_csv(
        Path("plots/calibration.csv"),
        ["model", "bin", "songs", "mean_probability", "share_after"],
        [(model, *row) for model, z in scored for row in calibration(sigmoid(z), test.t, bins)],
    )
    write_csv(
        Path("plots/confusion.csv"),
        ["model", "label", "predicted", "songs", "share_of_label"],
        [(model, *row) for model, z in scored for row in confusion(z, test.t)],
    )
    write_csv(
        Path("plots/accuracy_by_year.csv"),
        ["model", "year", "songs", "accuracy", "mean_probability"],
        [(model, *row) for model, z in scored for row in by_year(z, test.t, year)],
    )
    write_csv(
        Path("plots/weights.csv"),
        ["place", "feature", "kind", "name", "sgd", "sklearn"],
        largest_first(*[w for w, _ in models]),
    )


def with_logits(path: Path, songs: Iterable[tuple[Array, Array]], models: list[tuple[Array, float]]) -> Part:
    """A part with the logits that each model gives its songs X, t: all at once, or a batch at a time."""
    batches = [(t, [exact_logits(w, b, X) for w, b in models]) for X, t in songs]
    labels, logits = zip(*batches, strict=True)
    z = [np.concatenate(of_model) for of_model in zip(*logits, strict=True)]
    return Part(read_column(path, "row"), np.concatenate(labels), z)
