"""What a learner gains by knowing other songs of an artist: the producer effect, as a difference of two accuracies.

Every song is tested once under each of two splits into folds of the same sizes. In the split by producer a fold is a
run of neighbours, and neighbours come artist by artist. In the shuffled split most other songs of the artist are in
the training set. (The first and the last artist of a fold can be in two folds: a few songs of thousands.) The leak is
the accuracy of the shuffled split minus the accuracy of the split by producer, on the same songs. Its interval says how
much the leak depends on the songs that were tested; it says nothing about other shuffles.

Shapes: X (n, d) raw features, t (n,) labels 0 or 1, fold (n,) the fold in which each song is tested, from 0.
Source: the data set's page (DOI 10.24432/C50K61) names the effect; Flexer and Schnitzer, Effects of album and artist
filters in audio similarity, Computer Music Journal 34 (2010), measure it.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from century import InputError
from century.arrays import Array, Ints
from century.cluster import in_order
from century.evaluation.resampling import interval, resample
from century.model.logistic import doubled_error

Learner = Callable[[Array, Array, Ints], Array]  # from X, t and fold to the label (n,) that it gives each song

TOLERANCE = 1e-9  # of the mean loss: the fits end where no step lowers it by more
MOST_STEPS = 1000


def splits(songs: int, folds: int, seed: int) -> dict[str, Ints]:
    """The fold (n,) of each song in both splits."""
    by_producer = np.concatenate([np.full(len(x), k) for k, x in enumerate(np.array_split(np.arange(songs), folds))])
    shuffled = np.empty_like(by_producer)
    shuffled[np.random.RandomState(seed).permutation(songs)] = by_producer
    return {"by_producer": by_producer, "shuffled": shuffled}


def logistic_regression(X: Array, t: Array, fold: Ints) -> Array:
    """The labels by models of 91 numbers, too few to remember many artists. Those of all folds are fitted together.

    A model minimizes what scikit-learn's LogisticRegression() minimizes: the sum of the losses of its training songs,
    plus half the square of its weights for features that have variance 1 in these songs. A step is one of Newton's
    method with X'X / 4 in place of the Hessian, which is never larger: so no step goes too far, and one inverse serves
    all steps.
    Source: Bohning and Lindsay, Annals of the Institute of Statistical Mathematics 40 (1988).
    """
    X = np.column_stack([StandardScaler().fit_transform(X), np.ones(len(X), np.float32)])
    d, folds = X.shape[1], range(fold.max() + 1)
    products = np.stack([tested.T @ tested for tested in (X[fold == k] for k in folds)])
    products = products.sum(axis=0) - products  # X'X (folds, d, d) of the training songs
    n = products[:, -1:, -1]
    variance = products.diagonal(axis1=1, axis2=2) / n - (products[:, -1] / n) ** 2  # that of the constant is 0
    inverse = np.linalg.inv(products / 4 + variance[:, None] * np.eye(d, dtype=np.float32))
    sign = (2 * t - 1).astype(np.float32)[:, None]
    W = np.zeros((d, len(folds)), np.float32)
    for _ in range(MOST_STEPS):
        error = doubled_error(X @ W, sign) / 2
        error[np.arange(len(X)), fold] = 0
        gradient = X.T @ error + variance.T * W
        step = np.einsum("kij,jk->ik", inverse, gradient)
        W -= step
        if (step * gradient).sum(axis=0).max() <= TOLERANCE * len(X):
            break
    return (X @ W)[np.arange(len(X)), fold] > 0


def nearest_neighbours(X: Array, t: Array, fold: Ints, k: int) -> Array:
    """The labels by the majority vote of the k nearest training songs, all of which are remembered.

    Raises InputError where a training set has fewer than k songs.
    """
    model = make_pipeline(StandardScaler(), KNeighborsClassifier(k, algorithm="brute"))
    label = np.empty_like(t)
    for number in range(fold.max() + 1):
        is_tested = fold == number
        train = X[~is_tested]
        if len(train) < k:
            raise InputError(f"a training set of {len(train)} songs has fewer than the {k} that vote")
        label[is_tested] = model.fit(train, t[~is_tested]).predict(X[is_tested])
    return label


def predicted_labels(learner: Learner, X: Array, t: Array, folds: int, seed: int) -> dict[str, Array]:
    """The label that the learner gives each song (n,), by split. Every training set is normalized by its own songs.

    Raises InputError where there are fewer songs than folds, or where a training set has songs of one label only.
    """
    if folds > len(X):
        raise InputError(f"{len(X)} songs cannot be divided into {folds} folds")
    by_name = splits(len(X), folds, seed)
    for fold in by_name.values():
        for number in range(folds):
            train = t[fold != number]
            if train.min() == train.max():
                raise InputError(f"a training set of {len(train)} of the first {len(X)} songs has one label only")
    return dict(zip(by_name, in_order(learner, (X, t), [(fold,) for fold in by_name.values()]), strict=True))


def leak(predicted: dict[str, Array], t: Array, block_length: int, draws: int, seed: int) -> dict[str, Any]:
    """Both accuracies, and the leak with its interval in each view."""
    right = {name: labels == t for name, labels in predicted.items()}
    accuracies = {name: float(np.mean(is_right)) for name, is_right in right.items()}
    value = accuracies["shuffled"] - accuracies["by_producer"]
    columns = [np.ones(len(t)), right["shuffled"].astype(np.float64) - right["by_producer"]]
    key = "leak", "songs"
    drawn = resample({"songs": np.arange(len(t))}, {key: columns}, block_length, draws, seed)
    views = {view: interval(value, sums[key][:, 1] / sums[key][:, 0]) for view, sums in drawn.items()}
    return {"songs": len(t), **accuracies, "leak": {"value": value, **views}}
