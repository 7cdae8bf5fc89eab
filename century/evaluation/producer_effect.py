"""What a learner gains by knowing a song's artist: the producer effect, as a difference of two accuracies.

Every song is tested once under each of two splits into folds of the same sizes: by producer, where a fold is a run of
neighbours, who stand artist by artist, and shuffled, where the other songs of its artist are mostly in training. A
fold's first and last artist may be in two folds; that is a few songs of thousands. The leak is the accuracy shuffled
minus that by producer, on the same songs. Its interval is about which songs were tested, not about the one shuffle.

Shapes: X (n, d) raw features, t (n,).
Source: the data set's page (DOI 10.24432/C50K61) names the effect; Flexer and Schnitzer, Effects of album and artist
filters in audio similarity, Computer Music Journal 34 (2010), measure it.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import KFold, cross_val_predict
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from century import InputError
from century.arrays import Array
from century.evaluation.resampling import interval, resample

Predictions = dict[str, Array]  # by split


def splits(folds: int, seed: int) -> dict[str, KFold]:
    return {"by_producer": KFold(folds), "shuffled": KFold(folds, shuffle=True, random_state=seed)}


def logistic_regression() -> Any:
    """91 numbers, too few to remember many artists by."""
    return LogisticRegression()


def nearest_neighbours(k: int) -> Any:
    """The majority of the k nearest training songs, which are remembered one and all; by brute force."""
    return KNeighborsClassifier(k, algorithm="brute")


def predictions(learner: Any, X: Array, t: Array, folds: int, seed: int) -> Predictions:
    """The label that the learner gives each song (n,), by split; features are normalized by each training set's own.

    Raises InputError where a training set has one label only, or fewer songs than the neighbours that are to vote.
    """
    by_name = splits(folds, seed)
    for split in by_name.values():
        for train, _ in split.split(X):
            if t[train].min() == t[train].max() or len(train) < getattr(learner, "n_neighbors", 1):
                raise InputError(
                    f"producer_effect.songs = {len(X)}: a training set of {len(train)} of the first songs has one "
                    "label only, or fewer songs than producer_effect.neighbours; set another number"
                )
    model = make_pipeline(StandardScaler(), learner)
    with ThreadPoolExecutor(2) as pool:  # the two splits side by side
        predicted = pool.map(lambda split: cross_val_predict(model, X, t, cv=split), by_name.values())
        return dict(zip(by_name, predicted, strict=True))


def leak(predicted: Predictions, t: Array, length: int, draws: int, seed: int) -> dict[str, Any]:
    """Both accuracies, and the leak with its interval under either view."""
    accuracies = {name: float(accuracy_score(t, labels)) for name, labels in predicted.items()}
    value = accuracies["shuffled"] - accuracies["by_producer"]
    right = {name: labels == t for name, labels in predicted.items()}
    table = np.column_stack([np.ones(len(t)), right["shuffled"].astype(np.float64) - right["by_producer"]])
    sums = resample([(np.arange(len(t)), [table])], length, draws, seed)
    views = {view: interval(value, drawn[:, 1] / drawn[:, 0]) for view, ((drawn,),) in sums.items()}
    return {"songs": len(t), **accuracies, "leak": {"value": value, **views}}
