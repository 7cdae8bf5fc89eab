import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

from century import InputError
from century.evaluation.producer_effect import leak, logistic_regression, nearest_neighbours, predictions, splits


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
        name: leak(predictions(learner, X, t, 5, 1), t, 200, 500, 1)
        for name, learner in (("stiff", logistic_regression()), ("neighbours", nearest_neighbours(5)))
    }
    assert found["neighbours"]["leak"]["blocks"]["low"] > 0.2
    assert abs(found["stiff"]["leak"]["value"]) < 0.03
    for row in found.values():
        assert row["songs"] == 4000
        assert row["leak"]["value"] == row["shuffled"] - row["by_producer"]


def test_without_artists_there_is_no_leak(artists):
    X, t = artists
    order = np.random.default_rng(1).permutation(len(t))
    found = leak(predictions(nearest_neighbours(5), X[order], t[order], 5, 1), t[order], 200, 500, 1)["leak"]
    assert found["blocks"]["low"] < 0 < found["blocks"]["high"]


def test_both_splits_test_every_song_once_in_folds_of_the_same_sizes():
    X = np.zeros((103, 2))
    sizes = {}
    for name, split in splits(5, 1).items():
        tested = [test for _, test in split.split(X)]
        assert sorted(np.concatenate(tested).tolist()) == list(range(103))
        sizes[name] = [len(test) for test in tested]
    assert sizes["by_producer"] == sizes["shuffled"]
    assert all(np.ptp(test) == len(test) - 1 for _, test in splits(5, 1)["by_producer"].split(X))


def test_a_fold_is_normalized_by_its_training_songs_alone(artists):
    X, t = artists
    first, rest = slice(0, 800), slice(800, None)
    scaler = StandardScaler().fit(X[rest])
    fit = KNeighborsClassifier(5).fit(scaler.transform(X[rest]), t[rest])
    found = predictions(nearest_neighbours(5), X, t, 5, 1)["by_producer"][first]
    assert (found == fit.predict(scaler.transform(X[first]))).all()


def test_a_training_set_of_one_label_or_of_too_few_songs_is_refused():
    X, t = np.zeros((100, 2)), np.arange(100) // 80
    with pytest.raises(InputError, match="a training set of 80 of the first 100 songs has one label only"):
        predictions(logistic_regression(), X, t, 5, 1)
    with pytest.raises(InputError, match="a training set of 8 songs has fewer than the 15 that vote"):
        predictions(nearest_neighbours(15), X[:10], np.arange(10) % 2, 5, 1)
