import json

import numpy as np
import pandas as pd
import pytest

FEATURES = [f"var{number}" for number in range(1, 91)]


@pytest.mark.parametrize("part", ["train", "validation", "test"])
def test_a_part_is_its_songs_in_their_order_z_scored_by_all_train_rows(finished, part):
    songs = pd.read_parquet(finished / "data/songs.parquet")
    split = pd.read_parquet(finished / "data/split.parquet")
    found = pd.read_parquet(finished / f"data/{part}.parquet")
    expected = songs.iloc[split.loc[split["part"] == part, "row"]].reset_index(drop=True)
    pd.testing.assert_frame_equal(found[["row", "year", "label"]], expected[["row", "year", "label"]])
    first_rows = songs.iloc[:2600][FEATURES]
    z = (expected[FEATURES] - first_rows.mean()) / first_rows.std()
    assert (found[FEATURES].dtypes == np.float32).all()
    np.testing.assert_allclose(found[FEATURES], z, rtol=1e-6, atol=1e-6)


def test_the_normalization_has_the_numbers_that_raw_features_need(finished):
    first_rows = pd.read_parquet(finished / "data/songs.parquet").iloc[:2600][FEATURES]
    found = json.loads((finished / "data/normalization.json").read_text())
    assert found["features"] == FEATURES
    np.testing.assert_allclose(found["means"], first_rows.mean(), rtol=1e-11)
    np.testing.assert_allclose(found["stds"], first_rows.std(ddof=1), rtol=1e-11)
