"""The real thing: `dvc repro` in a temporary clone, on a small stand-in."""

import hashlib
import itertools
import json
import os
import random
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sklearn.metrics
import yaml
from clones import ALL, digests, edit, repro, restore_params, run, set_params
from dvc.utils.serialize import modify_yaml
from random_songs import random_text

from report.page_parts import edges
from stages.__main__ import X86_64_V3, processor_flags


def test_a_second_run_runs_nothing_and_git_is_clean(clone):
    assert repro(clone).ran == []
    assert run("git", "status", "--porcelain", cwd=clone).stdout == ""
    assert "up to date" in run("dvc", "status", cwd=clone).stdout


STAGES = yaml.load(Path("dvc.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)["stages"]
OF_THE_PARTS = [stage for stage in ALL[3:] if stage != "producer_effect"]  # what depends on the split, and how
SHOW_MODELS = {"accuracy_by_year", "training", "weights"}  # figures
SHOW_VALIDATION = {*SHOW_MODELS, "gradient_check", "learning_rates", "sweep"}
EDITS = [  # of what is edited together, no two parts change the same stage or figure
    (
        {"learning_rates.good": 0.2, "gradient_check.tolerance": 1e-6, "evaluate.bins": 10},
        ["gradient_check", "learning_rates", "evaluate", "figures", "report"],
        {"learning_rates"},
    ),
    (
        {"sweep.learning_rates": [0.001, 0.1, 0.5, 1.0], "producer_effect.neighbours": 5},
        ["sweep", "producer_effect", "selection", "figures", "report"],
        {"sweep", "producer_effect"},
    ),
    # Another pair for plain descent, and for the headline of evaluate.
    (
        {"sweep.learning_rates": [0.001]},
        ["sweep", "train", "evaluate", "selection", "figures", "report"],
        {"sweep", "training"},
    ),
    ({"train.max_epochs": 5}, ["train", "evaluate", "figures", "report"], SHOW_MODELS),
    (
        {"baseline.C": 0.001, "intervals.draws": 1000},
        ["baseline", "evaluate", "producer_effect", "figures", "report"],
        {*SHOW_MODELS, "producer_effect"},
    ),
    ({"split.validation_rows": 500}, ["split", *OF_THE_PARTS], {*SHOW_VALIDATION, "replay"}),
]


@pytest.mark.parametrize(("params", "stages", "figures"), EDITS, ids=["-".join(params) for params, *_ in EDITS])
def test_an_edit_reruns_what_depends_on_it_and_redraws_what_shows_it(clone, params, stages, figures):
    before = digests(clone)
    set_params(clone, params)
    assert repro(clone).ran == stages
    after = digests(clone)
    changed = {path for path in before if before[path] != after[path]}
    assert {Path(path).stem for path in changed if path.startswith("figures/")} == figures
    assert ("report/report.pdf" in changed) == ("report" in stages)


def test_the_replay_has_validation_songs_of_its_own(clone):
    set_params(clone, {"split.validation": "contiguous"})
    assert repro(clone, "replay", "train").ran == ["split", "normalize", "gradient_check", "sweep", "train"]


def test_a_value_taken_back_restores_every_result(clone):
    """Every stage looks for a past run with its inputs: its results and its part of dvc.lock are of others, or gone."""
    before = digests(clone)
    set_params(clone, {"binarize.threshold_year": 1990})
    assert repro(clone, "split").ran == ["binarize", "split"]
    with modify_yaml(clone / "dvc.lock") as lock:
        lock["stages"] = {name: lock["stages"][name] for name in ("download", "binarize", "split")}
    for path in before.keys() - {"data/raw/songs", "metrics/download.json", "plots/source.csv"}:  # of download
        (clone / path).unlink()
    restore_params(clone)
    again = repro(clone)
    assert again.ran == []
    assert again.restored == ALL[1:]
    assert digests(clone) == before


def groups_of_strangers():
    """The stages in few groups, none of which has a stage that reads what another of the group writes."""
    readers, groups = edges(STAGES), []
    for stage in ALL:
        group = next((group for group in groups if not any(stage in readers[other] for other in group)), None)
        if group is None:
            groups.append(group := [])
        group.append(stage)
    return groups


@pytest.mark.parametrize("stages", groups_of_strangers(), ids="-".join)
def test_a_comment_in_a_stage_reruns_that_stage_and_nothing_after_it(clone, stages):
    before = digests(clone)
    for stage in stages:
        with (clone / f"stages/{stage}.py").open("a") as file:
            file.write("# a comment\n")
    assert repro(clone).ran == stages
    assert digests(clone) == before


def test_a_second_run_leaves_the_same_bytes_whatever_the_user_has_set(clone, tmp_path):
    before, lock = digests(clone), (clone / "dvc.lock").read_bytes()
    (clone / "dvc.lock").unlink()  # rewritten after every stage: the less the faster
    (tmp_path / "matplotlibrc").write_text("font.size: 20\naxes.facecolor: red\nsvg.fonttype: none\n", encoding="utf-8")
    variables = {
        "OPENBLAS_NUM_THREADS": "2",
        "OMP_NUM_THREADS": "4",
        "MKL_NUM_THREADS": "2",
        "ARROW_USER_SIMD_LEVEL": "NONE",
        "LC_ALL": "C",
        "PYTHONCOERCECLOCALE": "0",  # text is ASCII where nothing is said of its encoding
        "PYTHONUTF8": "0",
        "TZ": "Pacific/Chatham",
        "PYTHONHASHSEED": "3",
        "MALLOC_PERTURB_": "165",  # memory that is not yet written is not zero
        "MATPLOTLIBRC": str(tmp_path / "matplotlibrc"),
        "SOURCE_DATE_EPOCH": "0",
    }
    if processor_flags() >= X86_64_V3:  # others run what they would choose
        variables |= {"OPENBLAS_CORETYPE": "Sandybridge", "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4"}
    mask = os.umask(0o077)
    try:
        assert repro(clone, "--force", **variables).ran == ALL
    finally:
        os.umask(mask)
    assert (digests(clone), (clone / "dvc.lock").read_bytes()) == (before, lock)


@pytest.mark.parametrize(
    ("file", "right", "wrong"),
    [
        ("century/model/logistic.py", "return error @ X / len(t)", "return error @ X / (len(t) - 1)"),
        ("century/model/descent.py", "(mu / (2 * batch_size))", "(mu / (2 * batch_size - 1))"),
    ],
)
def test_a_wrong_gradient_fails_the_check_and_nothing_is_trained(clone, file, right, wrong):
    edit(clone / file, right, wrong)
    result = repro(clone, check=False)
    assert result.returncode != 0
    assert result.ran == ["gradient_check"]
    function = file.removesuffix(".py").replace("/", r"\.") + r"\.\w+"
    line = rf"^gradient_check: the gradient is wrong: along \w+ the slope .* Correct {function}$"
    assert re.search(line, result.stderr, re.MULTILINE)
    assert "Traceback" not in result.stderr


BAD = [  # refused by itself, by another parameter, by the stages as they are, by the disk and by the songs
    ("baseline.C", "strong", "baseline.C = 'strong': Expected `float`, got `str`"),
    ("sweep.batch_sizes", [64, 4096], "sweep.batch_sizes = 4096: must be at most the 2200"),
    ("data.source", "nowhere.zip", "data.source = 'nowhere.zip' is not there"),
    ("split.train_rows", 3000, "split.validation_rows = 400: 3000 training rows of 3000 songs leave none"),
]


def test_a_bad_parameter_gives_one_line_and_loses_nothing(clone):
    before = digests(clone)
    for key, value, line in BAD:
        set_params(clone, {key: value})
        result = repro(clone, check=False)
        assert result.returncode != 0, line
        assert len([text for text in result.stderr.splitlines() if line in text]) == 1, result.stderr
        assert "Traceback" not in result.stderr
        assert not list(clone.rglob("*.partial"))
        restore_params(clone)
    repro(clone)
    assert digests(clone) == before
    assert run("git", "status", "--porcelain", cwd=clone).stdout == ""


def test_another_file_at_a_path_goes_through_and_its_accuracy_can_be_recomputed(clone):
    with zipfile.ZipFile(clone / "mine.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("YearPredictionMSD.txt", random_text(1176))
    set_params(clone, {"data.source": "mine.zip", "split.train_rows": 1100, "split.validation_rows": 50})
    assert repro(clone).ran == ALL

    rows = np.loadtxt(random_text(1176).decode().splitlines(), delimiter=",")
    year, X = rows[:, 0], rows[:, 1:]
    shuffled = np.random.RandomState(1).permutation(1100)
    parts = {"train": shuffled[50:], "validation": shuffled[:50], "test": np.arange(1100, 1176)}
    found = json.loads((clone / "metrics/evaluate.json").read_text())
    for name, file in (("sgd", "model"), ("sklearn", "baseline")):
        model = {key: np.array(value) for key, value in json.loads((clone / f"data/{file}.json").read_text()).items()}
        z = (X - model["feature_means"]) / model["feature_stds"] @ model["weights"] + model["bias"]
        t = year > model["threshold_year"]
        right = (z >= 0) == t
        np.testing.assert_allclose(model["feature_means"], X[:1100].mean(axis=0), rtol=1e-12)
        np.testing.assert_allclose(model["feature_stds"], X[:1100].std(axis=0, ddof=1), rtol=1e-12)
        for part, of_part in parts.items():
            assert found[name][part]["accuracy"] == pytest.approx(right[of_part].mean(), rel=1e-9)
            assert found[name][part]["songs"] == len(of_part)
            expected = np.mean(np.logaddexp(0, z[of_part]) - t[of_part] * z[of_part])
            assert found[name][part]["loss"] == pytest.approx(expected, rel=1e-5)
    assert json.loads((clone / "metrics/download.json").read_text())["source"] == "mine.zip"


def test_a_changed_file_at_a_path_is_noticed_and_nothing_of_it_is_copied(clone):
    for seed in (1, 2):
        with zipfile.ZipFile(clone / "mine.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("YearPredictionMSD.txt", random_text(3000, seed))
        if seed == 1:
            set_params(clone, {"data.source": "mine.zip"})
        assert repro(clone, "binarize").ran == ["download", "binarize"]
        raw = clone / "data/raw/songs"
        assert raw.samefile(clone / "mine.zip")
        digest = hashlib.sha256((clone / "mine.zip").read_bytes()).hexdigest()
        assert json.loads((clone / "metrics/download.json").read_text())["sha256"] == digest
        assert repro(clone, "binarize").ran == []
    set_params(clone, {"data.source": "stand-in"})
    repro(clone, "binarize")
    assert hashlib.sha256((clone / "mine.zip").read_bytes()).hexdigest() == digest


def test_the_uci_text_is_known_by_its_fingerprint_and_held_to_the_published_counts(clone):
    assert json.loads((clone / "metrics/binarize.json").read_text())["is_uci_text"] is False
    text = zipfile.ZipFile(clone / "data/raw/songs").read("YearPredictionMSD.txt")
    published = clone / "century/songs/published/__init__.py"
    edit(published, "(448_576_698, 0xCD1E8C43)", f"({len(text)}, {zlib.crc32(text)})")
    result = repro(clone, check=False)
    assert result.ran == ["download", "binarize"]
    assert result.returncode != 0
    line = r"^binarize: data/raw/songs holds the UCI text, but was read as .*515345"
    assert re.search(line, result.stderr, re.MULTILINE)


@pytest.mark.parametrize(
    ("threshold", "line"),
    [(2011, "all 2200 songs of the train part have label 0"), (1900, "of the train part have label 1")],
)
def test_a_threshold_with_all_songs_on_one_side_is_refused(clone, threshold, line):
    set_params(clone, {"binarize.threshold_year": threshold})
    result = repro(clone, check=False)
    assert result.ran == ["binarize", "split"]
    assert [line in text for text in result.stderr.splitlines()].count(True) == 1


def test_a_constant_feature_is_refused_before_anything_is_written(clone):
    rows = [line.split(b",") for line in random_text(3000).splitlines()]
    text = b"\n".join(b",".join([*row[:7], b"2.50000", *row[8:]]) for row in rows)
    with zipfile.ZipFile(clone / "mine.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("YearPredictionMSD.txt", text)
    set_params(clone, {"data.source": "mine.zip"})
    result = repro(clone, check=False)
    assert result.ran == ["download", "binarize", "split", "normalize"]
    assert "normalize: var7 is 2.5 in all 2600 training rows: a constant feature cannot be normalized" in result.stderr
    assert not (clone / "data/train.parquet").exists()


def test_a_stage_killed_at_any_moment_leaves_a_state_that_repro_brings_to_the_same_bytes(clone):
    before = digests(clone)
    moment = random.Random(1)
    for stage, signal_sent in zip(ALL, itertools.cycle([signal.SIGKILL, signal.SIGINT]), strict=False):
        # The stage's process alone is killed, in a run of its own command, as by the system when memory runs out.
        process = subprocess.Popen(
            [sys.executable, "-m", "stages", stage],
            cwd=clone,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        time.sleep(moment.uniform(0.05, 1.2))
        process.send_signal(signal_sent)
        assert "Traceback" not in process.communicate()[1] or signal_sent == signal.SIGINT
    repro(clone)
    assert digests(clone) == before


def test_dvc_killed_with_its_stage_leaves_a_state_that_repro_brings_to_the_same_bytes(clone):
    """Each run goes on where the last one was killed, and is killed at a moment after its second stage has begun."""
    before = digests(clone)
    moment = random.Random(1)
    set_params(clone, {"binarize.threshold_year": 1990})
    for signal_sent in (signal.SIGKILL, signal.SIGINT) * 3:
        process = subprocess.Popen(
            ["dvc", "repro"], cwd=clone, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
        )
        begun = (line for line in process.stdout if line.startswith(b"Running stage"))
        next(itertools.islice(begun, 1, 2), None)  # none, if the last kill has cut dvc.lock short
        time.sleep(moment.uniform(0, 1))
        os.killpg(process.pid, signal_sent)
        process.communicate()
    restore_params(clone)
    repro_after_a_kill_of_dvc(clone)
    assert digests(clone) == before
    assert run("git", "status", "--porcelain", cwd=clone).stdout == ""


def repro_after_a_kill_of_dvc(clone):
    """DVC writes dvc.lock and its rwlock in place, so a kill can cut them short: it refuses them, or lacks stages.

    Git has the first one whole, and docs/dvc.md says to remove the other.
    """
    result = repro(clone, check=False)
    if "Unable to read RWLock-file '.dvc/tmp/rwlock'" in result.stderr:
        (clone / ".dvc/tmp/rwlock").unlink()
        result = repro(clone, check=False)
    assert result.returncode == 0 or "'./dvc.lock'" in result.stderr
    run("git", "restore", "dvc.lock", cwd=clone)
    repro(clone)


@pytest.mark.parametrize("share", [0, 0.4, 0.9])
def test_a_lock_file_cut_short_by_a_kill_costs_nothing(clone, share):
    before = digests(clone)
    lock = clone / "dvc.lock"
    os.truncate(lock, int(share * lock.stat().st_size))
    repro_after_a_kill_of_dvc(clone)
    assert digests(clone) == before
    assert run("git", "status", "--porcelain", cwd=clone).stdout == ""


def test_a_full_disk_gives_one_line_and_loses_nothing(clone):
    """A limit on the size of a file makes writes fail as a full disk does, for any user on any machine."""
    before = digests(clone)
    for stage, key, value in (("binarize", "binarize.threshold_year", 1990), ("download", "data.stand_in.seed", 2)):
        set_params(clone, {key: value})
        limited = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({100_000}, {100_000}))"
        door = "runpy.run_module('stages', run_name='__main__', alter_sys=True)"
        program = f"{limited}; import runpy, sys; sys.argv[1:] = ['{stage}']; {door}"
        result = run(sys.executable, "-c", program, cwd=clone, check=False)
        assert result.returncode == 1
        assert re.fullmatch(rf"{stage}: .*File too large.*\n", result.stderr)
        assert digests(clone) == before
        restore_params(clone)
    assert not list(clone.rglob("*.partial"))


MOUNT = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-ec"]  # what is mounted is gone when sh ends
TMPFS = (
    shutil.which("unshare")
    and subprocess.run([*MOUNT, "mount -t tmpfs tmpfs /mnt"], capture_output=True, check=False).returncode == 0
)


@pytest.mark.skipif(not TMPFS, reason="this machine lets nobody mount; the test above does without")
@pytest.mark.parametrize(
    ("stage", "key", "value"), [("binarize", "binarize.threshold_year", 1990), ("download", "data.stand_in.seed", 2)]
)
def test_a_disk_that_is_full_gives_one_line_and_loses_nothing(clone, stage, key, value):
    """`data` is moved to a file system of its own, which has 300 kB left."""
    shutil.copytree(clone / "data", clone / "before", symlinks=True)
    before = digests(clone)
    set_params(clone, {key: value})
    size = sum(-(-path.lstat().st_size // 4096) * 4096 for path in (clone / "data").rglob("*")) + 300_000
    script = f"""
        mount -t tmpfs -o size={size} tmpfs data
        cp -a before/. data
        MUSIC_CENTURY_CACHE=data/kept {shlex.quote(sys.executable)} -m stages {stage} || echo "exit code $?"
        rm -f data/kept/*.lock
        cp -a data after"""
    result = run(*MOUNT, script, cwd=clone)
    assert result.stdout == "exit code 1\n"
    assert re.fullmatch(rf"{stage}: .*No space left on device.*\n", result.stderr)
    shutil.rmtree(clone / "data")
    (clone / "after").rename(clone / "data")
    assert digests(clone) == before
    assert not list(clone.rglob("*.partial"))


def test_of_two_runs_at_once_one_works_and_the_other_is_told(clone):
    before = digests(clone)
    commands = [
        subprocess.Popen(
            ["dvc", "repro", "--force", "normalize"],
            cwd=clone,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    errors = [command.communicate()[1] for command in commands]
    codes = [command.returncode for command in commands]
    assert 0 in codes
    for code, error in zip(codes, errors, strict=True):
        assert code == 0 or "lock" in error.lower()
    repro(clone)
    assert digests(clone) == before


def test_the_measures_can_be_recomputed_from_the_models_and_the_parts(finished):
    found = json.loads((finished / "metrics/evaluate.json").read_text())
    for name, file in (("sgd", "model"), ("sklearn", "baseline")):
        model = json.loads((finished / f"data/{file}.json").read_text())
        for part in ("train", "validation", "test"):
            songs = pd.read_parquet(finished / f"data/{part}.parquet")
            z = songs[model["features"]].astype(float) @ model["weights"] + model["bias"]
            y = 1 / (1 + np.exp(-z))
            expected = {
                "accuracy": sklearn.metrics.accuracy_score(songs.label, z >= 0),
                "loss": sklearn.metrics.log_loss(songs.label, y),
                "auc": sklearn.metrics.roc_auc_score(songs.label, y),
                "brier": sklearn.metrics.brier_score_loss(songs.label, y),
            }
            assert {key: found[name][part][key] for key in expected} == pytest.approx(expected, rel=1e-9)


def test_neighbours_are_in_the_intervals_and_in_the_leak_of_a_small_stand_in(finished):
    leaks = json.loads((finished / "metrics/producer_effect.json").read_text())
    assert leaks["nearest_neighbours"]["leak"]["blocks"]["low"] > 0
    assert leaks["nearest_neighbours"]["songs"] == 3000
    for plot in ("roc", "calibration", "confusion", "weights", "producer_effect"):
        assert (finished / f"plots/{plot}.csv").read_text().count("\n") > 4


def test_the_replay_of_other_songs_meets_the_toy_figures_and_compares_nothing_else(finished):
    metrics = json.loads((finished / "metrics/replay.json").read_text())
    assert metrics["toy_figures"] == {"matched": 184, "of": 184, "not_matched": {}}
    assert metrics["song_figures"] == "not the published data"
    table = (finished / "data/replay_comparison.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in table] == ["cell", *["16"] * 3, *["17"] * 181]


def test_the_commands_of_the_readme_work(clone):
    metrics = run("dvc", "metrics", "show", cwd=clone).stdout
    assert "headline.json" in metrics
    assert "0.81955" in metrics
    set_params(clone, {"learning_rates.good": 0.2})
    assert "learning_rates.good" in run("dvc", "params", "diff", cwd=clone).stdout
    assert "sweep" in run("dvc", "dag", cwd=clone).stdout
    run(sys.executable, "-m", "report.plots_page", cwd=clone)
    run("dvc", "plots", "show", "--out", "plots_page", cwd=clone)
    page = (clone / "plots_page/index.html").read_text()
    assert '"source": "stand-in"' in page


def test_an_experiment_changes_what_it_names(clone):
    run("dvc", "exp", "run", "-S", "baseline.C=0.001", "evaluate", cwd=clone)
    assert "C: 0.001" in (clone / "params.yaml").read_text()
    diff = run("dvc", "metrics", "diff", "HEAD", cwd=clone).stdout
    assert {line.split()[1] for line in diff.splitlines()[1:]} <= {"sk_train", "sk_val", "sk_test"}
    assert "sk_train" in diff
