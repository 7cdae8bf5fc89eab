from functools import partial

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold, cross_val_predict
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from century import InputError
from century.evaluation.producer_effect import leak, logistic_regression, nearest_neighbours, predicted_labels, splits


@pytest.fixture(scope="module")
def artists():
    """200 artists of 20 songs: the label is the artist's, the sound mostly the artist's own, a little the label's."""
    rng = np.random.default_rng(1)
    label = rng.integers(0, 2, 200)
    sound = rng.standard_normal((200, 5)) + 0.4 * label[:, None]
    X = np.repeat(sound, 20, axis=0) + 0.1 * rng.standard_normal((4000, 5))
    return X.astype(np.float32), np.repeat(label, 20)


def test_nearest_neighbours_leak_and_a_stiff_model_hardly_does(artists):
    X, t = artists
    found = {
        name: leak(predicted_labels(learner, X, t, 5, 1), t, 200, 500, 1)
        for name, learner in (("stiff", logistic_regression), ("neighbours", partial(nearest_neighbours, k=5)))
    }
    assert found["neighbours"]["leak"]["blocks"]["low"] > 0.2
    assert abs(found["stiff"]["leak"]["value"]) < 0.03
    for row in found.values():
        assert row["songs"] == 4000
        assert row["leak"]["value"] == row["shuffled"] - row["by_producer"]


def test_without_artists_there_is_no_leak(artists):
    X, t = artists
    order = np.random.default_rng(1).permutation(len(t))
    labels = predicted_labels(partial(nearest_neighbours, k=5), X[order], t[order], 5, 1)
    ends = leak(labels, t[order], 200, 500, 1)["leak"]["blocks"]
    assert ends["low"] < 0 < ends["high"]


def test_both_splits_test_every_song_once_in_the_folds_of_scikit_learn():
    found = splits(103, 5, 1)
    for name, split in (("by_producer", KFold(5)), ("shuffled", KFold(5, shuffle=True, random_state=1))):
        for number, (_, test) in enumerate(split.split(np.empty(103))):
            assert np.flatnonzero(found[name] == number).tolist() == test.tolist()


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (logistic_regression, LogisticRegression(tol=1e-9, max_iter=1000)),
        (partial(nearest_neighbours, k=5), KNeighborsClassifier(5)),
        (partial(nearest_neighbours, k=6), KNeighborsClassifier(6)),
    ],
)
def test_the_labels_are_those_of_scikit_learn_normalized_by_the_training_songs_alone(artists, ours, theirs):
    X, t = artists
    X = X * [1e4, 1, 1, 1, 1e-4] + [1e5, 0, 0, 0, 0]  # of the whole: the penalty and the distances depend on scales
    expected = cross_val_predict(make_pipeline(StandardScaler(), theirs), X, t, cv=KFold(5))
    assert (predicted_labels(ours, X, t, 5, 1)["by_producer"] == expected).all()


def test_the_penalty_is_that_of_features_normalized_by_the_training_songs():
    rng = np.random.default_rng(1)
    X = rng.standard_normal((60, 20)) * np.repeat([[1], [30]], 30, axis=0)  # so few that the penalty matters
    t = (X[:, 0] / abs(X).max(axis=1) + rng.standard_normal(60) > 0).astype(int)
    model = make_pipeline(StandardScaler(), LogisticRegression(tol=1e-9, max_iter=10_000))
    expected = cross_val_predict(model, X, t, cv=KFold(2))
    assert (predicted_labels(logistic_regression, X, t, 2, 1)["by_producer"] == expected).all()


def test_a_training_set_of_one_label_or_of_too_few_songs_is_refused():
    X, t = np.zeros((100, 2)), np.arange(100) // 80
    with pytest.raises(InputError, match="a training set of 80 of the first 100 songs has one label only"):
        predicted_labels(logistic_regression, X, t, 5, 1)
    with pytest.raises(InputError, match="a training set of 8 songs has fewer than the 15 that vote"):
        predicted_labels(partial(nearest_neighbours, k=15), X[:10], np.arange(10) % 2, 5, 1)
