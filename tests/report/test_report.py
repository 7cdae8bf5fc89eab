"""The report: its numbers are those of the files, its first page says whose songs they are, its bytes are the same."""

import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import chdir
from pathlib import Path

import numpy as np
import pytest

from century.model.saved import write_model
from century.params import read_params
from century.songs.features import FEATURES
from stages.report import stage

PDFTOTEXT = shutil.which("pdftotext")
needs_pdftotext = pytest.mark.skipif(PDFTOTEXT is None and "CI" not in os.environ, reason="there is no pdftotext")


@pytest.fixture
def project(tmp_path):
    """All that the stage reads, and no more, to be edited."""
    for folder in ("century", "stages", "metrics", "plots", "figures", "report"):
        shutil.copytree(folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("dvc.yaml", "params.yaml"):
        shutil.copyfile(name, tmp_path / name)
    rng = np.random.default_rng(0)
    normalization = {"features": FEATURES, "means": rng.normal(size=90).tolist(), "stds": [1.0] * 90}
    for name in ("model", "baseline"):  # DVC keeps the real ones, and a fresh clone has none yet
        write_model(tmp_path / f"data/{name}.json", rng.normal(size=91), normalization, 2000)
    return tmp_path


def typeset(project: Path) -> bytes:
    with chdir(project):
        stage(read_params(Path("params.yaml")))
    return (project / "report/report.pdf").read_bytes()


def text(project: Path) -> list[str]:
    """The words of each page, with single spaces, and whole where a line breaks them."""
    typeset(project)
    assert PDFTOTEXT, "CI needs pdftotext: .ci/run installs it"
    command = [PDFTOTEXT, "-layout", str(project / "report/report.pdf"), "-"]
    pages = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\f")
    return [re.sub(r"\s+", " ", re.sub(r"\N{SOFT HYPHEN}\s+", "", page)) for page in pages[:-1]]


def change(path: Path, **keys: object) -> None:
    """Set keys of a JSON file, `a__b` for b within a."""
    content = json.loads(path.read_text(encoding="utf-8"))
    for key, value in keys.items():
        *sections, last = key.split("__")
        place = content
        for section in sections:
            place = place[section]
        place[last] = value
    path.write_text(json.dumps(content), encoding="utf-8")


def test_the_same_files_give_the_same_bytes_without_a_date(project):
    subprocess.run([sys.executable, "-m", "stages", "report"], cwd=project, check=True, timeout=100)
    one = (project / "report/report.pdf").read_bytes()
    assert one == typeset(project)
    assert b"CreationDate" not in one


@needs_pdftotext
def test_it_is_a_tagged_pdf_without_a_fault(project):
    assert b"pdfuaid:part" in typeset(project)
    info = subprocess.run(["pdfinfo", project / "report/report.pdf"], capture_output=True, text=True, check=True)
    assert info.stderr == ""
    assert re.search(r"Tagged: +yes", info.stdout)


def filled(project: Path) -> list[float]:
    """The share of each page's height, header and number left out, in which something stands within 5 % of it."""
    command = ["pdftoppm", "-r", "36", "-gray", project / "report/report.pdf", project / "page"]
    subprocess.run(command, check=True)
    shares = []
    for path in sorted(project.glob("page-*.pgm")):
        _, size, _, pixels = path.read_bytes().split(b"\n", 3)
        width, height = map(int, size.split())
        page = np.frombuffer(pixels, np.uint8).reshape(height, width)[height // 12 : height * 11 // 12]
        near = max(1, len(page) // 20)
        rows = np.convolve((page < 200).any(axis=1), np.ones(2 * near + 1), "same") > 0
        shares.append(rows.mean())
    return shares


@needs_pdftotext
@pytest.mark.parametrize("epochs", [0, 1, 9, 40])
def test_no_page_but_the_last_is_more_than_a_third_empty(project, epochs):
    table = (project / "plots/train.csv").read_text(encoding="utf-8").splitlines()
    rows = [f"to the optimum,{i},{i},0.6,0.1,0.6,0.7" for i in range(epochs)]
    (project / "plots/train.csv").write_text("\n".join(table + rows) + "\n", encoding="utf-8")
    typeset(project)
    assert min(filled(project)[:-1]) > 2 / 3


@needs_pdftotext
def test_every_question_is_asked_in_its_order_and_every_source_is_listed(project):
    words = " ".join(text(project))
    asked = re.findall(r"Questions? (1 \(\w\)|2 \(\w\)(?: and 2 \(\w\))?)\.", words)
    assert asked == [f"1 ({x})" for x in "abc"] + ["2 (a)", "2 (b)", "2 (c) and 2 (d)"] + [f"2 ({x})" for x in "efghi"]
    listed = words[words.rindex("References") :]
    titles = re.findall(r" title = {(.*?)}, \w+ =", (project / "report/references.bib").read_text(encoding="utf-8"))
    assert len(titles) >= 10
    for title in titles:
        assert re.sub("[{}]", "", title) in listed


@needs_pdftotext
def test_the_numbers_are_those_of_the_metrics(project):
    pages = text(project)
    assert 13 <= len(pages) <= 16
    scores = json.loads((project / "metrics/evaluate.json").read_text(encoding="utf-8"))
    for model in ("sgd", "sklearn"):
        for part in scores[model].values():
            assert f"{part['accuracy']:.5f}" in " ".join(pages)
    change(project / "metrics/evaluate.json", sgd__test__accuracy=0.12345, sgd__train__loss=0.9876543)
    again = " ".join(text(project))
    assert "0.12345" in again
    assert "12.35 of 100" in again or "12.34 of 100" in again
    assert "0.9876543" in again
    assert f"{scores['sgd']['test']['accuracy']:.5f}" not in again


def measured(value: float, independent: tuple[float, float], blocks: tuple[float, float]) -> dict[str, object]:
    views = {"independent": independent, "blocks": blocks}
    return {"value": value, **{view: {"low": low, "high": high} for view, (low, high) in views.items()}}


@needs_pdftotext
def test_the_gaps_and_the_producer_effect_come_with_both_intervals(project):
    words = " ".join(text(project))
    scores, leaks = (
        json.loads((project / f"metrics/{name}.json").read_text(encoding="utf-8"))
        for name in ("evaluate", "producer_effect")
    )
    shown = [(gap, 4) for gaps in scores["gaps"]["sgd"].values() for gap in gaps.values()]
    shown += [(gap, 4) for gap in scores["test_normalized_by_itself"]["difference"].values()]
    shown += [(gap, 6) for gap in scores["difference"]["test"].values()]
    shown += [(learner["leak"], 4) for learner in leaks.values()]
    for gap, digits in shown:
        ends = [f"{abs(gap[view][end]):.{digits}f}" for view in ("independent", "blocks") for end in ("low", "high")]
        low, high, block_low, block_high = ends
        sign = "[+\N{MINUS SIGN}]?"
        assert re.search(f"{sign}{low} to {sign}{high} {sign}{block_low} to {sign}{block_high}", words), gap


@needs_pdftotext
@pytest.mark.parametrize(
    ("independent", "blocks", "said"),
    [
        ((0.01, 0.05), (-0.02, 0.08), "more than noise if songs were independent, but within noise by blocks"),
        ((0.01, 0.05), (0.02, 0.04), "more than noise under either view"),
        ((-0.05, -0.01), (-0.04, -0.02), "more than noise under either view"),
        ((-0.01, 0.05), (0.02, 0.04), "more than noise by blocks, though not by single songs"),
        ((-0.01, 0.05), (-0.02, 0.04), "within noise under either view"),
    ],
)
def test_what_is_called_noise_is_what_the_intervals_say(project, independent, blocks, said):
    gap = measured(0.0321, independent, blocks)
    change(
        project / "metrics/evaluate.json",
        gaps__sgd__train_minus_test__accuracy=gap,
        gaps__sgd__validation_minus_test__accuracy={**gap, "value": -0.0432},
        test_normalized_by_itself__difference__accuracy=gap,
    )
    change(project / "metrics/producer_effect.json", nearest_neighbours__leak=gap)
    words = " ".join(text(project))
    assert f"From training to test, accuracy falls by 3.21 percentage points: {said}" in words
    assert f"From validation to test, it rises by 4.32 points: {said}" in words
    assert f"The leak of nearest neighbours, 3.21 percentage points, is {said}" in words
    assert words.count(said) >= 4


@needs_pdftotext
def test_the_other_answers_follow_their_numbers(project):
    change(project / "metrics/evaluate.json", test_normalized_by_itself__songs_on_the_other_side=777)
    change(project / "metrics/selection.json", claimed_more=0.0123)
    change(
        project / "metrics/producer_effect.json", nearest_neighbours__by_producer=0.9, nearest_neighbours__shuffled=1.0
    )
    words = " ".join(text(project))
    assert "Then 777 of" in words
    assert "claimed 1.23 percentage points more than the choice by validation loss" in words
    assert "the wrong learner" not in words
    change(project / "metrics/selection.json", claimed_more=0.0)
    change(project / "metrics/producer_effect.json", nearest_neighbours__by_producer=0.1)
    words = " ".join(text(project))
    assert "claimed exactly as much as the choice by validation loss" in words
    assert "the wrong learner" in words


@needs_pdftotext
def test_it_says_how_the_validation_songs_were_chosen(project):
    assert "songs are taken at random out of the training rows" in " ".join(text(project))
    params = project / "params.yaml"
    params.write_text(params.read_text(encoding="utf-8").replace("validation: shuffled", "validation: contiguous"))
    words = " ".join(text(project))
    assert "songs are taken from the end of the training rows" in words
    assert "at random out of" not in words


@needs_pdftotext
def test_the_first_page_says_whose_songs_they_are(project):
    path = project / "metrics/download.json"
    songs = project / "metrics/binarize.json"
    change(path, source="stand-in")
    change(songs, is_uci_text=False)
    assert "THESE SONGS ARE A STAND-IN" in text(project)[0]
    change(path, source="my/songs_$#.zip")
    assert "USER\u2019S OWN" in text(project)[0]
    assert "my/songs_$#.zip" in text(project)[1]
    change(path, source="uci")
    change(songs, is_uci_text=True)
    first = text(project)[0]
    assert "YearPredictionMSD, UCI" in first
    assert "STAND-IN" not in first


@needs_pdftotext
def test_it_says_of_each_model_whether_it_has_converged(project):
    ours, theirs = project / "metrics/train.json", project / "metrics/baseline.json"
    limit, separable = "Our training stopped at its limit", "no final size"
    change(ours, converged=True, separable=False, epoch=3, loss_above_minimum=1.5e-8)
    change(theirs, converged=True, iterations=17)
    words = " ".join(text(project))
    assert "It takes 3 epochs" in words
    assert "It converged in 17 iterations" in words
    assert limit not in words
    assert separable not in words
    change(ours, converged=False, epoch=5, loss_above_minimum=0.021)
    change(theirs, converged=False, iterations=3)
    words = " ".join(text(project))
    assert limit in words
    assert "Training stopped at its limit, after 5 epochs of" in words
    assert "is an estimated 2.1" in words
    assert "Scikit-learn\u2019s model has not converged." in words
    assert "had not converged when it stopped after 3 iterations" in words
    assert "training to the optimum by" not in words
    change(ours, separable=True)
    words = " ".join(text(project))
    assert separable in words
    assert "There is no optimum to reach." in words
    assert limit not in words


@needs_pdftotext
def test_what_it_says_of_a_learning_rate_is_how_that_ended(project):
    too_short, overshoots = "the steps go in the right direction and are too short", "a step overshoots"
    words = " ".join(text(project))
    assert too_short in words
    assert overshoots in words
    path = project / "metrics/learning_rates.json"
    change(path, too_small__validation_loss=0.51, good__validation_loss=0.52, too_large__validation_loss=0.5)
    words = " ".join(text(project))
    assert too_short not in words
    assert overshoots not in words
    assert "this rate is not too small" in words
    assert "this rate is not too large" in words


@needs_pdftotext
def test_of_a_file_of_the_users_own_it_claims_no_order(project):
    known = "so that an artist\u2019s songs are tested together. Shuffled"
    assert known in " ".join(text(project))
    change(project / "metrics/download.json", source="songs.zip")
    words = " ".join(text(project))
    assert known not in words
    assert "Whether the rows of this file stand artist by artist is not known" in words
    assert "the stand-in" not in words


@needs_pdftotext
def test_extreme_numbers_do_not_stop_it(project):
    perfect = {"accuracy": 1.0, "loss": 0.0, "auc": 1.0, "brier": 0.0, "calibration_error": 0.0, "songs": 50}
    of_parts = dict.fromkeys(("train", "validation", "test"), perfect)
    change(project / "metrics/evaluate.json", sgd=of_parts, sklearn=of_parts)
    change(
        project / "metrics/evaluate.json",
        intervals__sgd__test__accuracy={view: {"low": 1.0, "high": 1.0} for view in ("independent", "blocks")},
    )
    change(project / "metrics/selection.json", runs={"rate 0.1, batch 64": 1.0})
    change(project / "metrics/gradient_check.json", error_toy=0.0, error_songs=1e-300, error_directions=12.0)
    change(project / "metrics/replay.json", song_figures={"matched": 3, "of": 432, "not_matched": {}})
    assert "3 of 432" in " ".join(text(project))
