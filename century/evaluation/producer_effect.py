"""What a learner gains by knowing other songs of an artist: the producer effect, as a difference of two accuracies.

Every song is tested once under each of two splits into folds of the same sizes. In the split by producer a fold is a
run of neighbours, and neighbours stand artist by artist. In the shuffled split most other songs of the artist are in
the training set. (The first and the last artist of a fold can be in two folds: a few songs of thousands.) The leak is
the accuracy of the shuffled split minus the accuracy of the split by producer, on the same songs. Its interval says how
much the leak depends on the songs that were tested; it says nothing about other shuffles.

Shapes: X (n, d) raw features, t (n,).
Source: the data set's page (DOI 10.24432/C50K61) names the effect; Flexer and Schnitzer, Effects of album and artist
filters in audio similarity, Computer Music Journal 34 (2010), measure it.
"""

from itertools import islice, product
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import KFold
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from century import InputError
from century.arrays import Array, Ints
from century.cluster import in_order
from century.evaluation.resampling import interval, resample

Predictions = dict[str, Array]  # by split


def splits(folds: int, seed: int) -> dict[str, KFold]:
    return {"by_producer": KFold(folds), "shuffled": KFold(folds, shuffle=True, random_state=seed)}


def logistic_regression() -> Any:
    """A model of 91 numbers, too few to remember many artists."""
    return LogisticRegression()


def nearest_neighbours(k: int) -> Any:
    """The majority vote of the k nearest training songs, all of which the model remembers; by brute force."""
    return KNeighborsClassifier(k, algorithm="brute")


def predictions(learner: Any, X: Array, t: Array, folds: int, seed: int) -> Predictions:
    """The label that the learner gives each song (n,), by split. Every training set is normalized by its own songs.

    Raises InputError where there are fewer songs than folds, or where a training set has songs of one label only or
    fewer songs than the neighbours that vote.
    """
    if folds > len(X):
        raise InputError(f"{len(X)} songs cannot be divided into {folds} folds")
    by_name = splits(folds, seed)
    voters = getattr(learner, "n_neighbors", 1)
    for split in by_name.values():
        for train, _ in split.split(X):
            if t[train].min() == t[train].max():
                raise InputError(f"a training set of {len(train)} of the first {len(X)} songs has one label only")
            if len(train) < voters:
                raise InputError(f"a training set of {len(train)} songs has fewer than the {voters} that vote")
    model = make_pipeline(StandardScaler(), learner)
    items = list(product([model], by_name.values(), range(folds)))
    predicted = {name: np.empty_like(t) for name in by_name}
    for name, (test, labels) in zip(
        np.repeat(list(by_name), folds), in_order(predict_fold, (X, t), items), strict=True
    ):
        predicted[name][test] = labels
    return predicted


def predict_fold(X: Array, t: Array, model: Any, split: KFold, number: int) -> tuple[Ints, Array]:
    """The songs (n,) of a fold, and the labels (n,) that the model gives them when it is fitted to the others."""
    train, test = next(islice(split.split(X), number, None))
    return test, clone(model).fit(X[train], t[train]).predict(X[test])


def leak(predicted: Predictions, t: Array, block_length: int, draws: int, seed: int) -> dict[str, Any]:
    """Both accuracies, and the leak with its interval in each view."""
    accuracies = {name: float(accuracy_score(t, labels)) for name, labels in predicted.items()}
    value = accuracies["shuffled"] - accuracies["by_producer"]
    right = {name: labels == t for name, labels in predicted.items()}
    columns = [np.ones(len(t)), right["shuffled"].astype(np.float64) - right["by_producer"]]
    key = "leak", "songs"
    drawn = resample({"songs": np.arange(len(t))}, {key: columns}, block_length, draws, seed)
    views = {view: interval(value, sums[key][:, 1] / sums[key][:, 0]) for view, sums in drawn.items()}
    return {"songs": len(t), **accuracies, "leak": {"value": value, **views}}
