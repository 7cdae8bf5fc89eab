"""What a model says about songs, held against a few lines of NumPy."""

import json

import numpy as np
import pyarrow as pa
import pytest
from random_songs import random_tables

from century import InputError
from century.answers import Tally, explanation, predictions
from century.model.logistic import loss, sigmoid
from century.model.saved import read_model
from century.songs.features import FEATURES

SIZES = [300, 1, 199]
SONGS = pa.concat_tables(random_tables(SIZES))
X = np.stack([SONGS[name] for name in FEATURES], axis=1)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A model of random weights, with a threshold year that is not the usual one."""
    path = tmp_path_factory.mktemp("model") / "model.json"
    rng = np.random.default_rng(1)
    content = {
        "weights": rng.normal(0, 0.3, 90).tolist(),
        "bias": 0.2,
        "feature_means": rng.normal(size=90).tolist(),
        "feature_stds": rng.uniform(0.5, 2, 90).tolist(),
        "features": FEATURES,
        "threshold_year": 1980,
    }
    path.write_text(json.dumps(content))
    return read_model(path)


@pytest.fixture(scope="module")
def logits(model):
    """In float64, which those of the answers are near: their z-scores are float32, as those of the pipeline."""
    return (X - model.feature_means) / model.feature_stds @ np.array(model.weights) + model.bias


def test_songs_are_numbered_through_and_get_their_probability_and_label(model, logits):
    answers = pa.concat_tables(predictions(random_tables(SIZES), model, Tally()))
    assert answers.column_names == ["row", "probability", "label", "year"]
    assert answers["row"].to_pylist() == list(range(500))
    np.testing.assert_allclose(answers["probability"], sigmoid(logits), atol=1e-6)
    assert (answers["label"].to_numpy() == (logits >= 0)).all()
    assert answers["year"].equals(SONGS["year"])


def test_the_answers_are_tallied_where_the_years_are_known(model, logits):
    tally = Tally()
    list(predictions(random_tables(SIZES), model, tally))
    t = SONGS["year"].to_numpy() > 1980
    assert (tally.songs, tally.right) == (500, ((logits >= 0) == t).sum())
    assert tally.loss / 500 == pytest.approx(loss(logits, t), abs=1e-6)
    assert str(tally).startswith(f"accuracy {tally.right / 500:.10g}, log-loss {tally.loss / 500:.10g} on 500 songs")
    unknown = Tally()
    (answers,) = predictions([SONGS.drop_columns("year")], model, unknown)
    assert answers.column_names == ["row", "probability", "label"]
    assert unknown.songs == 0


def test_a_song_far_from_all_others_is_refused_with_its_row_in_the_file(model):
    far = SONGS.set_column(7, "var7", pa.array([1e12 if row == 400 else 0.0 for row in range(500)]))
    with pytest.raises(InputError, match=r"^row 700 \(counted from 0\) has var7 at "):
        list(predictions([SONGS[:300], far], model, Tally()))


@pytest.mark.parametrize("row", [0, 299, 300, 301, 499])
def test_an_explanation_adds_up_to_the_logit_of_its_row(model, logits, row):
    found = explanation(random_tables(SIZES), model, row)
    assert (found["row"], found["threshold_year"]) == (row, 1980)
    assert found["year"] == SONGS["year"][row].as_py()
    assert found["logit"] == pytest.approx(logits[row], abs=1e-5)
    assert found["bias"] + sum(feature.contribution for feature in found["contributions"]) == found["logit"]
    assert found["probability"] == pytest.approx(sigmoid(logits[row]), abs=1e-6)
    assert found["label"] == (logits[row] >= 0)
    sizes = [abs(feature.contribution) for feature in found["contributions"]]
    assert sizes == sorted(sizes, reverse=True)
    by_name = {feature.feature: feature for feature in found["contributions"]}
    assert by_name.keys() == set(FEATURES)
    var86 = by_name["var86"]
    assert (var86.name, var86.value) == ("covariance of timbre 2 and 11", X[row, 85])
    assert var86.z_score == pytest.approx((X[row, 85] - model.feature_means[85]) / model.feature_stds[85], rel=1e-6)
    assert var86.contribution == var86.z_score * model.weights[85]


def test_a_row_that_is_not_there_is_refused(model):
    with pytest.raises(InputError, match="there are 500 songs; the row must be from 0 to 499"):
        explanation(random_tables(SIZES), model, 500)
