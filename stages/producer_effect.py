"""Measure what it is worth to know the artist of a song, to logistic regression and to nearest neighbours."""

from functools import partial
from pathlib import Path

import numpy as np

from century import InputError
from century.evaluation.producer_effect import Learner, leak, logistic_regression, nearest_neighbours, predicted_labels
from century.files import write_metrics, write_plot
from century.params import Params
from century.songs.tables import read_songs


def stage(params: Params) -> None:
    effect = params.producer_effect
    resampling = params.intervals
    X, t = read_songs(Path("data/songs.parquet"), effect.more_songs)
    X = X.astype(np.float32)
    learners: dict[str, tuple[Learner, int]] = {
        "logistic_regression": (logistic_regression, effect.songs),
        "logistic_regression_more_songs": (logistic_regression, effect.more_songs),
        "nearest_neighbours": (partial(nearest_neighbours, k=effect.neighbours), effect.songs),
    }
    leaks = {}
    for name, (learner, songs) in learners.items():
        try:
            predicted = predicted_labels(learner, X[:songs], t[:songs], effect.folds, effect.seed)
        except InputError as error:
            raise InputError(f"producer_effect.songs = {songs}: {error}; set a larger number") from None
        leaks[name] = leak(predicted, t[:songs], resampling.block_length, resampling.draws, resampling.seed)
    write_metrics(Path("metrics/producer_effect.json"), leaks)
    columns = ["learner", "songs", "split", "accuracy", "leak", "leak_low", "leak_high"]
    rows = []
    for name, row in leaks.items():
        learner_name, gain = name.removesuffix("_more_songs").replace("_", " "), row["leak"]
        for split in ("by_producer", "shuffled"):
            interval = gain["blocks"].values()
            rows.append((learner_name, row["songs"], split.replace("_", " "), row[split], gain["value"], *interval))
    write_plot(Path("plots/producer_effect.csv"), columns, rows)
