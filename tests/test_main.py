"""The command `century`, run as a process; what it answers is held against a dozen lines of NumPy."""

import gzip
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from random_songs import random_text

from century.model.logistic import loss, sigmoid
from century.songs.features import COLUMNS, FEATURES

SONGS = 500
TEXT = random_text(SONGS)
FRAME = pd.read_csv(io.BytesIO(TEXT), names=COLUMNS)
WITHOUT_YEAR = FRAME[FEATURES]


@pytest.fixture(scope="module")
def model():
    """A model of random weights, as the pipeline saves one."""
    rng = np.random.default_rng(1)
    return {
        "weights": rng.normal(0, 0.1, 90).tolist(),
        "bias": 0.2,
        "feature_means": WITHOUT_YEAR.mean().tolist(),
        "feature_stds": WITHOUT_YEAR.std().tolist(),
        "features": FEATURES,
        "threshold_year": 2000,
    }


@pytest.fixture
def folder(tmp_path, model):
    """Where a user works: the repository is not there, a model is."""
    (tmp_path / "model.json").write_text(json.dumps(model))
    return tmp_path


def century(folder, *arguments, check=True, **options):
    command = [sys.executable, "-W", "error", "-m", "century", arguments[0], "--model", "model.json", *arguments[1:]]
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    found = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, timeout=60, check=False, **options
    )
    if check:
        assert found.returncode == 0, found.stderr.decode()
    return found


def refused(folder, *arguments, **options):
    """The one line of a refusal."""
    found = century(folder, *arguments, check=False, **options)
    assert (found.returncode, found.stderr.count(b"\n")) == (1, 1), found.stderr.decode()
    return found.stderr.decode()


def logits(model):
    """In float64, which the command's own are near: its normalized features are float32, as those of the pipeline."""
    x = WITHOUT_YEAR.to_numpy()
    return (x - model["feature_means"]) / model["feature_stds"] @ np.array(model["weights"]) + model["bias"]


def write(path: Path) -> None:
    """The songs in the form that the name of the path says."""
    songs = WITHOUT_YEAR if "no_year" in path.name else FRAME
    if path.suffix == ".parquet":
        songs = songs if "no_year" in path.name else songs[["var90", "year", *FEATURES[:-1]]]  # names make the order
        songs.to_parquet(path)
    else:
        songs.to_csv(path, index=False, header="header" in path.name)


@pytest.mark.parametrize("form", ["songs.csv", "header.csv.zip", "songs.parquet", "no_year_header.csv.bz2"])
def test_every_form_gets_the_same_answers(folder, model, form):
    write(folder / form)
    found = century(folder, "predict", form)
    answers = pd.read_csv(io.BytesIO(found.stdout))
    z, t = logits(model), FRAME["year"] > 2000
    np.testing.assert_array_equal(answers["row"], np.arange(SONGS))
    np.testing.assert_allclose(answers["probability"], sigmoid(z), atol=1e-6)
    np.testing.assert_array_equal(answers["label"], answers["probability"] >= 0.5)
    if form.startswith("no_year"):
        assert list(answers) == ["row", "probability", "label"]
        assert found.stderr == b""
    else:
        np.testing.assert_array_equal(answers["year"], FRAME["year"])
        words = found.stderr.decode().replace(",", "").split()
        assert words[:2] == ["accuracy", f"{np.mean((z >= 0) == t):.10g}"]
        assert words[-7:] == f"on {SONGS} songs whose years are known".split()
        assert float(words[3]) == pytest.approx(loss(z, t.to_numpy()), abs=1e-6)


@pytest.mark.parametrize("packed", [lambda text: text, gzip.compress], ids=["plain", "gzip"])
def test_standard_input_is_read_with_and_without_its_name(folder, packed):
    write(folder / "songs.csv")
    expected = century(folder, "predict", "songs.csv").stdout
    assert century(folder, "predict", "-", input=packed(TEXT)).stdout == expected
    assert century(folder, "predict", input=packed(TEXT)).stdout == expected


def test_the_output_is_csv_or_parquet_by_its_name(folder):
    write(folder / "songs.csv")
    printed = century(folder, "predict", "songs.csv").stdout
    for name in ("answers.csv", "answers.parquet"):
        assert century(folder, "predict", "songs.csv", "--output", name).stdout == b""
    assert (folder / "answers.csv").read_bytes() == printed
    answers = pd.read_parquet(folder / "answers.parquet")
    pd.testing.assert_frame_equal(answers, pd.read_csv(io.BytesIO(printed)), check_dtype=False)


def test_an_output_is_whole_or_stays_as_it_was(folder):
    (folder / "songs.csv").write_bytes(TEXT + b"2001,loud\n")
    (folder / "answers.csv").write_text("old")
    assert f"line {SONGS + 1} has 2 columns" in refused(folder, "predict", "songs.csv", "--output", "answers.csv")
    assert (folder / "answers.csv").read_text() == "old"
    assert sorted(path.name for path in folder.iterdir()) == ["answers.csv", "model.json", "songs.csv"]


def test_an_output_that_is_a_device_stays_one(folder):
    write(folder / "songs.csv")
    os.mkfifo(folder / "pipe")
    with subprocess.Popen(["cat", "pipe"], cwd=folder, stdout=subprocess.PIPE) as reader:
        century(folder, "predict", "songs.csv", "--output", "pipe")
        assert reader.stdout.read() == century(folder, "predict", "songs.csv").stdout
    assert (folder / "pipe").is_fifo()


def test_a_closed_pipe_ends_the_command_quietly(folder):
    (folder / "songs.csv").write_bytes(TEXT * 100)
    command = [sys.executable, "-m", "century", "predict", "--model", "model.json", "songs.csv"]
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    options = {"cwd": folder, "env": environment, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, **options) as process:
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 1


def test_a_bad_table_is_refused_in_one_line_with_the_name_of_its_file(folder):
    """What is refused: tests/songs/test_forms.py."""
    (folder / "songs").write_bytes(TEXT.replace(b",", b",loud", 1))
    assert refused(folder, "predict", "songs").startswith("century predict songs: line 1, column var1: 'loud")
    from_stream = refused(folder, "predict", "--output", "answers.parquet", input=b"")
    assert from_stream.startswith("century predict -: it is empty")
    assert not (folder / "answers.parquet").exists()


@pytest.mark.parametrize("command", [["predict"], ["explain", "--row", "0"]])
def test_a_model_that_is_bad_or_not_there_is_refused_by_name(folder, model, command):
    write(folder / "songs.csv")
    (folder / "model.json").write_text(json.dumps({**model, "bias": "x"}))
    expected = f"century {command[0]} songs.csv: model.json: is not a model of this version of century: bias = 'x': "
    assert refused(folder, *command, "songs.csv").startswith(expected)
    (folder / "model.json").unlink()
    assert "model.json: there is no such model; `dvc repro` trains one" in refused(folder, *command, "songs.csv")


def test_an_explanation_shows_the_largest_contributions_and_the_sum_of_the_others(folder, model):
    write(folder / "songs.csv")
    every, three = (
        json.loads(century(folder, "explain", "songs.csv", "--row", "123", "--top", top, "--json").stdout)
        for top in ("90", "3")
    )
    assert every["logit"] == pytest.approx(logits(model)[123], abs=1e-5)
    assert three["contributions"] == every["contributions"][:3]
    assert three["others"]["features"] == 87
    shown = sum(feature["contribution"] for feature in three["contributions"])
    assert three["bias"] + shown + three["others"]["contribution"] == pytest.approx(every["logit"])


def test_an_explanation_for_people_has_the_same_numbers(folder):
    write(folder / "songs.csv")
    found = json.loads(century(folder, "explain", "songs.csv", "--row", "4", "--top", "2", "--json").stdout)
    lines = century(folder, "explain", "songs.csv", "--row", "4", "--top", "2").stdout.decode().splitlines()
    sums = [float(line.split()[-1]) for line in lines[3:]]
    contributions = [one["contribution"] for one in found["contributions"]]
    numbers = [*contributions, found["others"]["contribution"], found["bias"], found["logit"]]
    assert sums == pytest.approx(numbers, abs=1e-4)
    assert f"in truth {found['year']}" in lines[0]


def test_a_row_that_is_no_number(folder):
    found = century(folder, "explain", "songs.csv", "--row", "1e3", check=False)
    rule = b"century explain: error: argument --row: '1e3' is not a whole number of at least 0"
    assert (found.returncode, found.stderr.splitlines()[-1]) == (2, rule)


@pytest.mark.parametrize("closed", ["<&-", ">&-"])
def test_standard_input_and_output_must_be_open(folder, closed):
    write(folder / "songs.csv")
    command = f"{sys.executable} -m century predict --model model.json songs.csv {closed}"
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    found = subprocess.run(["bash", "-c", command], cwd=folder, env=environment, capture_output=True, check=False)
    assert found.returncode == 1
    assert found.stderr == b"century: standard input or output is closed; it must be open, or lead to /dev/null\n"


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_command_that_is_ended_leaves_no_unfinished_file(folder, name):
    (folder / "temporary").mkdir()
    command = [sys.executable, "-m", "century", "predict", "--model", "model.json", "--output", "answers.csv"]
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd()), "TMPDIR": str(folder / "temporary")}
    options = {"cwd": folder, "env": environment, "stdin": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, **options) as process:
        while not (any((folder / "temporary").iterdir()) and (folder / "answers.csv.partial").exists()):
            assert process.poll() is None
            time.sleep(0.05)
        while Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] != "S":
            time.sleep(0.05)  # until it waits for its input: Python hears of a signal only where a wait ends by it
        process.send_signal(getattr(signal, name))
        assert process.stderr.read() == b"century predict: interrupted\n"
        assert process.wait(60) == 1
    assert sorted(path.name for path in folder.iterdir()) == ["model.json", "temporary"]
    assert not any((folder / "temporary").iterdir())


def test_a_command_under_nohup_goes_on_when_its_terminal_is_closed(folder):
    command = ["nohup", sys.executable, "-m", "century", "predict", "--model", "model.json", "--output", "answers.csv"]
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    with subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.PIPE) as process:
        while not (folder / "answers.csv.partial").exists():
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGHUP)
        process.communicate(TEXT)
        assert process.returncode == 0
    assert len((folder / "answers.csv").read_text().splitlines()) == SONGS + 1


def test_an_output_that_is_a_loop_of_links_is_replaced(folder):
    write(folder / "songs.csv")
    (folder / "loop").symlink_to("loop")
    century(folder, "predict", "songs.csv", "--output", "loop")
    assert (folder / "loop").read_bytes().startswith(b"row,probability")


def test_a_name_with_a_line_break_is_told_in_one_line(folder):
    assert refused(folder, "predict", "a\nb").startswith("century predict a b: it is not there")


def test_a_row_that_is_not_there(folder):
    write(folder / "songs.csv")
    line = refused(folder, "explain", "songs.csv", "--row", str(SONGS))
    assert line == f"century explain songs.csv: there are {SONGS} songs; the row must be from 0 to {SONGS - 1}\n"
