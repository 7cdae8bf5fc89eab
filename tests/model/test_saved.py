"""A model that comes back from its file is the one that was written; what is not a model is refused."""

import json

import numpy as np
import pytest

from century import InputError
from century.model.saved import read_model, write_model
from century.songs.features import FEATURES

MODEL = {
    "weights": [0.5] * 90,
    "bias": -0.5,
    "feature_means": [2.0] * 90,
    "feature_stds": [3.0] * 90,
    "features": FEATURES,
    "threshold_year": 2000,
}


def test_a_model_comes_back_to_the_last_bit_and_is_enough_to_predict_from_raw_features(tmp_path):
    rng = np.random.default_rng(1)
    w = np.array([*rng.standard_normal(90), 0.1 + 0.2])
    X = rng.normal(5, 3, (20, 90))
    normalization = {"features": FEATURES, "means": X.mean(axis=0).tolist(), "stds": X.std(axis=0).tolist()}
    write_model(tmp_path / "model.json", w, normalization, 2000)
    found = read_model(tmp_path / "model.json")
    assert (found.w == w).all()
    assert found.threshold_year == 2000
    model = json.loads((tmp_path / "model.json").read_text())
    z = (X - model["feature_means"]) / model["feature_stds"] @ np.array(model["weights"]) + model["bias"]
    np.testing.assert_allclose(z, (X - X.mean(axis=0)) / X.std(axis=0) @ w[:-1] + w[-1], rtol=1e-12)


@pytest.mark.parametrize("name", ["model.json", "baseline.json"])
def test_the_models_of_the_pipeline_are_models(finished, name):
    assert read_model(finished / "data" / name).w.shape == (91,)


REFUSED = {
    "too few weights": ({"weights": [1.0] * 89}, "weights = [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, ...]: Expected `array` of"),
    "no list": ({"feature_means": 3}, "feature_means = 3: Expected `array`, got `int`"),
    "NaN": ({"feature_means": [0.0] * 89 + [float("nan")]}, "feature_means.89 = nan: Expected `float` >= -1e+300"),
    "a word": ({"weights": ["x"] + [1.0] * 89}, "weights.0 = 'x': Expected `float`, got `str`"),
    "an endless bias": ({"bias": float("inf")}, "bias = inf: Expected `float` <= 1e+300"),
    "an integer beyond every float": ({"bias": 10**400}, "bias = 1000000000"),
    "a truth value": ({"bias": True}, "bias = True: Expected `float`, got `bool`"),
    "a deviation of 0": ({"feature_stds": [1.0, 0.0] + [1.0] * 88}, "feature_stds.1 = 0.0: Expected `float` > 0.0"),
    "another order": ({"features": FEATURES[::-1]}, "features: must be var1 to var90 in their order"),
    "half a year": ({"threshold_year": 2000.5}, "threshold_year = 2000.5: Expected `int`, got `float`"),
    "a key of another version": ({"hidden_layer": []}, "Object contains unknown field `hidden_layer`"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_model_with_a_wrong_value_is_refused_with_key_value_and_rule(tmp_path, name):
    change, words = REFUSED[name]
    path = tmp_path / "model.json"
    path.write_text(json.dumps({**MODEL, **change}))
    with pytest.raises(InputError) as refused:
        read_model(path)
    assert str(refused.value).startswith(f"{path}: is not a model of this version of century: {words}")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "it does not hold JSON"),
        (b"\xff\xfe{", "it does not hold JSON"),
        (b"[" * 100_000, "it does not hold JSON"),
        (b"[]", "Expected `object`, got `array`"),
        (b"{}", "Object missing required field `weights`"),
    ],
)
def test_a_file_that_holds_something_else_is_refused(tmp_path, content, words):
    path = tmp_path / "model.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match=words):
        read_model(path)
