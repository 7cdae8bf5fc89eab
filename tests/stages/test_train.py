"""The stage trains, draws both descents, and says on the terminal where it did not get to the optimum."""

import csv
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from msgspec.structs import replace

from century import InputError
from century.files import write_json
from century.model.logistic import loss
from century.params import read_params
from century.songs.features import FEATURES
from stages.train import stage

PARAMS = read_params(Path("params.yaml"))


def songs(n, seed):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, 90)).astype(np.float32)
    t = (X[:, :10].sum(axis=1) / 3 + rng.logistic(size=n) > 0).astype(np.int8)
    return X, t


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """What the stage reads, with 2,000 training songs in four row groups and 500 validation songs."""
    monkeypatch.chdir(tmp_path)
    Path("data").mkdir()
    write_songs("train", *songs(2000, 1))
    write_songs("validation", *songs(500, 2))
    write_pair(0.5, 64)
    write_json(Path("data/normalization.json"), {"features": FEATURES, "means": [0.0] * 90, "stds": [1.0] * 90})
    return tmp_path


def write_songs(part, X, t):
    table = pa.table({name: X[:, j] for j, name in enumerate(FEATURES)} | {"label": t})
    pq.write_table(table, f"data/{part}.parquet", row_group_size=500)


def write_pair(learning_rate, batch_size):
    write_json(Path("metrics/sweep.json"), {"best": {"learning_rate": learning_rate, "batch_size": batch_size}})


def results(**changes):
    stage(replace(PARAMS, train=replace(PARAMS.train, **changes)))
    with Path("plots/train.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return json.loads(Path("metrics/train.json").read_text(encoding="utf-8")), rows


def test_both_descents_are_drawn_from_zero_over_the_same_songs_and_ours_alone_arrives(folder, capsys):
    found, rows = results()
    assert capsys.readouterr().err == ""
    assert (found["converged"], found["separable"], found["batch_size"]) == (True, False, 250)
    assert found["loss_above_minimum"] <= PARAMS.train.tolerance
    plain, ours = ([row for row in rows if row["descent"] == name] for name in ("plain", "to the optimum"))
    assert [row["songs_seen"] for row in plain] == [row["songs_seen"] for row in ours]
    assert [int(row["songs_seen"]) for row in ours] == [4000 * k for k in range(found["epoch"] + 1)]
    assert [int(row["epoch"]) for row in plain] == [2 * int(row["epoch"]) for row in ours]
    assert float(plain[0]["training_loss"]) == float(ours[0]["training_loss"]) == pytest.approx(np.log(2))
    assert float(plain[-1]["loss_above_minimum"]) > 1e-4
    assert float(ours[-1]["training_loss"]) == found["training_loss"]
    model = json.loads(Path("data/model.json").read_text(encoding="utf-8"))
    for part, seed, n in (("training", 1, 2000), ("validation", 2, 500)):
        X, t = songs(n, seed)
        assert found[f"{part}_loss"] == pytest.approx(loss(X @ model["weights"] + model["bias"], t), abs=1e-8)


@pytest.mark.slow
def test_songs_that_do_not_fit_the_memory_give_the_same_model(folder):
    whole = results()[0]["training_loss"]
    weights = json.loads(Path("data/model.json").read_text(encoding="utf-8"))["weights"]
    write_songs("train", *(np.tile(part, (2, *[1] * (part.ndim - 1))) for part in songs(2000, 1)))  # 1.4 MiB
    assert results(memory=1)[0]["training_loss"] == pytest.approx(whole, abs=2e-7)
    assert json.loads(Path("data/model.json").read_text(encoding="utf-8"))["weights"] == pytest.approx(
        weights, abs=1e-2
    )


def test_a_run_that_stops_at_its_limit_says_so_in_one_line(folder, capsys):
    found, _ = results(max_epochs=1)
    assert (found["converged"], found["separable"], found["epoch"]) == (False, False, 1)
    line = capsys.readouterr().err
    assert line.startswith("train: stopped after 1 epoch, with the loss about ")
    assert line.endswith("above its minimum; set a larger train.max_epochs than 1\n")
    assert line.count("\n") == 1


def test_songs_whose_labels_can_be_separated_are_said_to_be_so_in_one_line(folder, capsys):
    write_songs("train", *songs(100, 1))
    found, rows = results()
    assert (found["converged"], found["separable"]) == (False, True)
    assert found["training_loss"] == found["loss_above_minimum"] < 1e-6
    assert min(float(row["loss_above_minimum"]) for row in rows) > 0
    line = capsys.readouterr().err
    assert line.startswith("train: the labels of the 100 training songs can be separated without an error")
    assert line.count("\n") == 1


@pytest.mark.slow
def test_a_memory_that_holds_no_minibatch_of_the_sweep_is_one_line_and_no_model(folder):
    write_songs("train", *songs(4000, 1))
    write_pair(0.5, 2000)
    with pytest.raises(
        InputError, match=r"^train.memory = 1: holds too few songs for a minibatch of 2000 .*; set a la"
    ):
        results(memory=1)
    assert not Path("data/model.json").exists()
