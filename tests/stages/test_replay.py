import itertools

import pandas as pd
import pytest


def test_every_run_of_the_grid_is_there_twice_and_the_table_of_the_sweep_has_their_ends(finished):
    curves = pd.read_csv(finished / "plots/replay.csv")
    sweep = pd.read_csv(finished / "plots/replay_sweep.csv").set_index(["learning_rate", "batch_size"])
    pairs = list(itertools.product([0.1, 0.5, 1.0], [64, 512, 1024]))
    assert list(sweep.index) == pairs
    ends = curves.groupby(["procedure", "learning_rate", "batch_size"]).last()["validation_loss"]
    for pair in pairs:
        assert sweep.loc[pair, "published_loss"] == pytest.approx(ends["as published", *pair], rel=1e-9)
        assert sweep.loc[pair, "right_loss"] == pytest.approx(ends["run right", *pair], rel=1e-9)
    assert (sweep["published_batch_size"] == 100).all()
    assert sweep["published_steps_before"].tolist() == list(range(0, 900, 100))
