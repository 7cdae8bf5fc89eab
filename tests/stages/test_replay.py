import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from century import InputError
from century.document import replay
from century.files import read_json
from century.params import read_params
from stages import replay as stage_of_replay


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


def test_training_songs_of_one_label_are_refused():
    X, t = np.ones((200, 90)), np.zeros(200)
    with pytest.raises(InputError, match="the 100 training songs of the document's own split have one label only"):
        replay.replay(X, t, 100, 20)


def test_of_a_larger_file_the_replay_has_as_many_songs_as_the_document(clone, monkeypatch):
    monkeypatch.chdir(clone)
    for name, rows in (("TRAIN_ROWS", 1000), ("VALIDATION_ROWS", 200), ("TEST_ROWS", 300)):
        monkeypatch.setattr(replay, name, rows)
    stage_of_replay.stage(read_params(Path("params.yaml")))
    assert read_json(Path("metrics/replay.json"))["songs"] == 1300
