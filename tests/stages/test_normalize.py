"""The three parts, z-scored: through the pipeline, and on more songs than a row group holds."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from random_songs import random_tables

from century.songs.features import FEATURES
from century.songs.labels import label_songs
from century.songs.tables import write_table
from stages import normalize


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


def test_normalize_puts_every_song_in_its_place_over_many_blocks_and_groups(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (songs,) = label_songs(random_tables([100_000]), 2000)
    write_table(Path("data/songs.parquet"), songs.schema, [songs])
    order = np.random.default_rng(1).permutation(90_000).astype(np.int32)
    parts = {"train": order[:80_000], "validation": order[80_000:], "test": np.arange(90_000, 100_000, dtype=np.int32)}
    names = [name for name, rows in parts.items() for _ in rows]
    split = pa.table({"row": np.concatenate(list(parts.values())), "part": pa.array(names).dictionary_encode()})
    write_table(Path("data/split.parquet"), split.schema, [split])
    normalize.stage(None)
    X = np.stack([songs[name].to_numpy() for name in FEATURES], axis=1)
    z = (X - X[:90_000].mean(axis=0)) / X[:90_000].std(axis=0, ddof=1)
    for name, rows in parts.items():
        found = pq.read_table(f"data/{name}.parquet")
        for column in ("row", "year", "label"):
            assert (found[column].to_numpy() == songs[column].to_numpy()[rows]).all()
        np.testing.assert_allclose(np.stack([found[name] for name in FEATURES], axis=1), z[rows], atol=1e-5)
