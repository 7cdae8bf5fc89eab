"""The stage fits scikit-learn, and says on the terminal where that did not converge."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from msgspec.structs import replace

from century import InputError
from century.files import write_json
from century.params import read_params
from century.songs.features import FEATURES
from stages.baseline import stage

PARAMS = read_params(Path("params.yaml"))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(1)
    X = rng.standard_normal((1000, 90)).astype(np.float32)
    t = (X[:, 0] + rng.logistic(size=1000) > -0.5).astype(np.int8)
    Path("data").mkdir()
    pq.write_table(pa.table({name: X[:, j] for j, name in enumerate(FEATURES)} | {"label": t}), "data/train.parquet")
    write_json(Path("data/normalization.json"), {"features": FEATURES, "means": [0.0] * 90, "stds": [1.0] * 90})


def converged(**changes):
    stage(replace(PARAMS, baseline=replace(PARAMS.baseline, **changes)))
    return json.loads(Path("metrics/baseline.json").read_text(encoding="utf-8"))["converged"]


@pytest.mark.parametrize("C", [1e-6, 1e-3, 1.0, 1e6, 1e300])
def test_a_fit_that_converges_says_nothing(folder, capsys, C):
    assert converged(C=C) is True
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("changes", "cure"),
    [
        ({"max_iter": 3}, "set a larger baseline.max_iter than 3"),
        ({"C": 1e-45}, "set a larger baseline.C than 1e-45"),  # L-BFGS itself gives up
        ({"C": 1e-20}, "set a larger baseline.C than 1e-20"),  # L-BFGS reports success, at zero
    ],
)
def test_a_fit_that_does_not_converge_says_so_in_one_line(folder, capsys, changes, cure):
    assert converged(**changes) is False
    line = capsys.readouterr().err
    assert line.startswith("baseline: scikit-learn stopped after ")
    assert line.endswith(f"and has not converged; {cure}\n")
    assert line.count("\n") == 1


def test_of_very_many_songs_scikit_learn_gets_the_first_and_the_metrics_say_how_many(folder):
    converged(songs=600)
    some = Path("data/baseline.json").read_bytes()
    assert json.loads(Path("metrics/baseline.json").read_text(encoding="utf-8"))["songs"] == 600
    pq.write_table(pq.read_table("data/train.parquet")[:600], "data/train.parquet")
    converged(songs=1000)
    assert Path("data/baseline.json").read_bytes() == some


def test_a_sample_of_one_label_is_one_line(folder):
    with pytest.raises(InputError, match=r"baseline.songs = 1: the first 1 training songs have one label only; set a"):
        converged(songs=1)
