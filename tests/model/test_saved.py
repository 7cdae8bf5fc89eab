import json

import numpy as np

from century.model.saved import read_model, write_model


def test_a_model_comes_back_to_the_last_bit_and_is_enough_to_predict_from_raw_features(tmp_path):
    rng = np.random.default_rng(1)
    w = np.array([*rng.standard_normal(3), 0.1 + 0.2])
    X = rng.normal(5, 3, (20, 3))
    normalization = {"features": ["a", "b", "c"], "means": X.mean(axis=0).tolist(), "stds": X.std(axis=0).tolist()}
    write_model(tmp_path / "model.json", w, normalization, 2000)
    assert (read_model(tmp_path / "model.json") == w).all()
    model = json.loads((tmp_path / "model.json").read_text())
    assert (model["features"], model["threshold_year"]) == (["a", "b", "c"], 2000)
    z = (X - model["feature_means"]) / model["feature_stds"] @ np.array(model["weights"]) + model["bias"]
    np.testing.assert_allclose(z, (X - X.mean(axis=0)) / X.std(axis=0) @ w[:-1] + w[-1], rtol=1e-12)
