import numpy as np
import pandas as pd


def test_the_parts_are_the_rows_of_numpys_legacy_stream_in_training_order(finished):
    split = pd.read_parquet(finished / "data/split.parquet")
    rows = {part: group["row"].to_numpy() for part, group in split.groupby("part", sort=False)}
    shuffled = np.random.RandomState(1).permutation(2600)
    assert list(rows) == ["train", "validation", "test"]
    assert (rows["validation"] == shuffled[:400]).all()
    assert (rows["train"] == shuffled[400:]).all()
    assert (rows["test"] == np.arange(2600, 3000)).all()
