"""Measure what it is worth to know the artist of a song, to logistic regression and to nearest neighbours."""

from functools import partial
from pathlib import Path

import numpy as np

from century import InputError
from century.evaluation.producer_effect import Learner, leak, logistic_regression, nearest_neighbours, predictions
from century.files import write_metrics, write_plot
from century.params import Params
from century.songs.tables import read_songs


def stage(params: Params) -> None:
    p = params.producer_effect
    q = params.intervals
    X, t = read_songs(Path("data/songs.parquet"), p.more_songs)
    X = X.astype(np.float32)
    learners: dict[str, tuple[Learner, int]] = {
        "logistic_regression": (logistic_regression, p.songs),
        "logistic_regression_more_songs": (logistic_regression, p.more_songs),
        "nearest_neighbours": (partial(nearest_neighbours, k=p.neighbours), p.songs),
    }
    leaks = {}
    for name, (learner, songs) in learners.items():
        try:
            predicted = predictions(learner, X[:songs], t[:songs], p.folds, p.seed)
        except InputError as error:
            raise InputError(f"producer_effect.songs = {songs}: {error}; set a larger number") from None
        leaks[name] = leak(predicted, t[:songs], q.block_length, q.draws, q.seed)
    write_metrics(Path("metrics/producer_effect.json"), leaks)
    write_plot(
        Path("plots/producer_effect.csv"),
        ["learner", "songs", "split", "accuracy", "leak", "leak_low", "leak_high"],
        [
            (
                name.removesuffix("_more_songs").replace("_", " "),
                row["songs"],
                split.replace("_", " "),
                row[split],
                row["leak"]["value"],
                row["leak"]["blocks"]["low"],
                row["leak"]["blocks"]["high"],
            )
            for name, row in leaks.items()
            for split in ("by_producer", "shuffled")
        ],
    )
