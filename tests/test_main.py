"""The command `century`, run as a process; what it answers is held against a dozen lines of NumPy."""

import gzip
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from random_songs import random_text

from century.model.logistic import loss, sigmoid
from century.songs.features import FEATURES
from century.songs.lines import COLUMNS

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


FORMS = ["songs.csv", "header.csv", "songs.csv.gz", "songs.csv.xz", "songs.csv.zip", "songs.parquet"]
FORMS += ["no_year.csv", "no_year_header.csv.bz2", "no_year.parquet"]


@pytest.mark.parametrize("form", FORMS)
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


BAD_TABLES = {
    "a line of the wrong length": (b"".join(TEXT.splitlines(True)[:3]) + b"1,2\n", "line 4 has 2 columns"),
    "a word": (TEXT.replace(b",", b",loud", 1), "line 1, column var1: 'loud"),
    "nothing": (b"", "it is empty"),
    "a table of other things": (b"a,b\n1,2\n", "line 1 has 2 columns; it must have 91"),
    "a short line among songs without a year": (
        b",".join([b"1.5"] * 90) + b"\n" + b",".join([b"1.5"] * 89) + b"\n",
        "line 2 has 89 columns; it must have the 90 features",
    ),
    "a word among songs without a year": (b",".join([b"1.5"] * 89 + [b"x"]) + b"\n", "column var90: 'x' is not"),
    "a year and too few features": (b"2001," + b",".join([b"1.5"] * 89) + b"\n", "has 90 columns; it must have 91"),
    "a song far from all others": (b",".join([b"1.5"] * 89 + [b"1e29"]) + b"\n", "row 0 (counted from 0) has var90"),
    "half a Parquet file": (b"PAR1" + b"\0" * 50, "it is a Parquet file that was cut short or damaged"),
}


@pytest.mark.parametrize("name", BAD_TABLES)
def test_a_bad_table_is_refused_in_one_line(folder, name):
    content, words = BAD_TABLES[name]
    (folder / "songs").write_bytes(content)
    line = refused(folder, "predict", "songs")
    assert line.startswith("century predict: songs: ")
    assert words in line
    assert refused(folder, "predict", input=content).startswith("century predict: standard input: ")


def with_value(column, value):
    return FRAME.astype({column: object}).assign(**{column: [value, *FRAME[column][1:]]})


BAD_FRAMES = {
    "missing": (FRAME.assign(var7=FRAME["var7"].where(FRAME.index != 33)), "row 33 (counted from 0), column var7: "),
    "infinite": (FRAME.assign(var7=np.inf), "row 0 (counted from 0), column var7: inf is not a finite number"),
    "no year": (FRAME.assign(year=3), "column year: 3 is not a year from 1860 to 2100"),
    "text": (FRAME.assign(var2="a"), "column var2 is of the type"),
    "few columns": (FRAME[FEATURES[:12]], "it has 12 columns; it must have var1 to var90, and may have year"),
    "another order": (FRAME.rename(columns={f"var{i}": f"x{91 - i}" for i in range(1, 91)}), "it has the column 'x90'"),
    "no songs": (FRAME[:0], "it has no songs"),
}


@pytest.mark.parametrize("name", BAD_FRAMES)
def test_a_bad_parquet_file_is_refused_in_one_line(folder, name):
    frame, words = BAD_FRAMES[name]
    frame.to_parquet(folder / "songs.parquet")
    assert words in refused(folder, "predict", "songs.parquet", "--output", "answers.parquet")
    assert not (folder / "answers.parquet").exists()


BAD_MODELS = {
    "too few weights": ({"weights": [1.0] * 89}, "weights has 89 values; it must have 90 numbers"),
    "no list": ({"feature_means": 3}, "feature_means has 3; it must have 90 numbers"),
    "NaN": ({"feature_means": [0.0] * 89 + [float("nan")]}, "feature_means has nan for var90"),
    "a word": ({"weights": ["x"] + [1.0] * 89}, "weights has 'x' for var1"),
    "an endless bias": ({"bias": float("inf")}, "bias = inf; it must be a finite number"),
    "a deviation of 0": ({"feature_stds": [1.0, 0.0] + [1.0] * 88}, "feature_stds has 0.0 for var2"),
    "another order": ({"features": FEATURES[::-1]}, "its features are not var1 to var90 in their order"),
    "half a year": ({"threshold_year": 2000.5}, "threshold_year = 2000.5; it must be a whole number"),
    "a newer version": ({"hidden_layer": []}, "it has 'hidden_layer', as a newer version of century may write"),
}


@pytest.mark.parametrize("name", BAD_MODELS)
@pytest.mark.parametrize("command", [["predict"], ["explain", "--row", "0"]])
def test_a_bad_model_is_refused_by_name(folder, model, name, command):
    change, words = BAD_MODELS[name]
    (folder / "model.json").write_text(json.dumps({**model, **change}))
    write(folder / "songs.csv")
    line = refused(folder, *command, "songs.csv")
    assert line.startswith(f"century {command[0]}: model.json: is no model that can be used: ")
    assert words in line


@pytest.mark.parametrize(("content", "words"), [("{", "does not hold JSON"), ("[]", "keys"), ("{}", "no weights")])
def test_a_file_that_is_no_model_is_refused(folder, content, words):
    (folder / "model.json").write_text(content)
    write(folder / "songs.csv")
    assert words in refused(folder, "predict", "songs.csv")
    (folder / "model.json").unlink()
    assert "there is no such model" in refused(folder, "predict", "songs.csv")


@pytest.mark.parametrize("form", ["songs.csv", "no_year.parquet"])
def test_an_explanation_adds_up_to_the_logit(folder, model, form):
    write(folder / form)
    found = json.loads(century(folder, "explain", form, "--row", "123", "--top", "90", "--json").stdout)
    sizes = [abs(one["contribution"]) for one in found["contributions"]]
    assert sizes == sorted(sizes, reverse=True)
    assert found["logit"] == pytest.approx(logits(model)[123], abs=1e-5)
    assert found["bias"] + sum(one["contribution"] for one in found["contributions"]) == pytest.approx(found["logit"])
    assert found["probability"] == pytest.approx(float(sigmoid(np.array(found["logit"]))))
    assert found.get("year") == (None if form.startswith("no_year") else FRAME["year"][123])
    by_name = {one["feature"]: one for one in found["contributions"]}
    assert by_name.keys() == set(FEATURES)
    assert by_name["var86"]["name"] == "covariance of timbre 2 and 11"
    assert by_name["var86"]["value"] == FRAME["var86"][123]
    first = json.loads(century(folder, "explain", form, "--row", "123", "--top", "3", "--json").stdout)
    assert first["contributions"] == found["contributions"][:3]
    assert first["others"]["features"] == 87
    shown = sum(one["contribution"] for one in first["contributions"])
    assert first["bias"] + shown + first["others"]["contribution"] == pytest.approx(found["logit"])


def test_an_explanation_for_people_has_the_same_numbers(folder):
    write(folder / "songs.csv")
    found = json.loads(century(folder, "explain", "songs.csv", "--row", "4", "--top", "2", "--json").stdout)
    lines = century(folder, "explain", "songs.csv", "--row", "4", "--top", "2").stdout.decode().splitlines()
    sums = [float(line.split()[-1]) for line in lines[3:]]
    contributions = [one["contribution"] for one in found["contributions"]]
    numbers = [*contributions, found["others"]["contribution"], found["bias"], found["logit"]]
    assert sums == pytest.approx(numbers, abs=1e-4)
    assert f"in truth {found['year']}" in lines[0]


def test_a_row_that_is_not_there(folder):
    write(folder / "songs.csv")
    line = refused(folder, "explain", "songs.csv", "--row", str(SONGS))
    assert line == f"century explain: songs.csv: there are {SONGS} songs; the row must be from 0 to {SONGS - 1}\n"


def test_a_place_that_holds_no_file(folder):
    assert "is not there" in refused(folder, "predict", "nowhere.csv")
    assert "is a directory" in refused(folder, "predict", ".")
