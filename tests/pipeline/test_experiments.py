"""What docs/dvc.md tells of experiments: every number that DVC shows is the one in the files of its revision."""

import csv
import io
import json
import re
import shutil

import pytest
from clones import experiment, metrics_of, params_of, run
from dvc.utils.serialize import parse_yaml

TERMINAL = 120  # columns
HEADLINE = {"train", "val", "test", "sk_train", "sk_val", "sk_test", "rate", "batch", "converged"}


def flat(tree: dict, prefix: str = "") -> dict:
    """The leaves of a tree, by their dotted keys."""
    leaves = {}
    for key, value in tree.items():
        leaves |= flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key: value}
    return leaves


def test_the_headline_numbers_fit_a_terminal_and_say_what_the_results_do(clone):
    shown = run("dvc", "metrics", "show", cwd=clone).stdout.splitlines()
    assert set(shown[0].split()[1:]) == HEADLINE
    assert max(map(len, shown)) <= TERMINAL
    headline, evaluate = metrics_of(clone, "HEAD", "headline"), metrics_of(clone, "HEAD", "evaluate")
    for short, part in (("train", "train"), ("val", "validation"), ("test", "test")):
        assert headline[short] == pytest.approx(evaluate["sgd"][part]["accuracy"], abs=5e-6)
        assert headline[f"sk_{short}"] == pytest.approx(evaluate["sklearn"][part]["accuracy"], abs=5e-6)
    best = metrics_of(clone, "HEAD", "sweep")["best"]
    assert (headline["rate"], headline["batch"]) == (best["learning_rate"], best["batch_size"])
    assert headline["converged"] == metrics_of(clone, "HEAD", "train")["converged"]


@pytest.fixture(scope="module")
def with_experiment(finished, tmp_path_factory):
    """A clone with an experiment that changes a list and a number."""
    clone = tmp_path_factory.mktemp("experiment") / "clone"
    shutil.copytree(finished, clone, symlinks=True)
    changes = "-S", "sweep.learning_rates=[0.1,0.3]", "-S", "evaluate.bins=10"
    run("dvc", "exp", "run", "--name", "two", *changes, "evaluate", cwd=clone)
    return clone


def test_every_value_that_exp_show_prints_is_the_one_in_the_files_of_that_revision(with_experiment):
    shown = json.loads(run("dvc", "exp", "show", "--json", "--rev", "HEAD", cwd=with_experiment).stdout)
    commit_of = next(row for row in shown if row["rev"] != "workspace")
    revisions = {row["rev"]: row["data"] for row in (commit_of, commit_of["experiments"][0]["revs"][0])}
    assert len(revisions) == 2
    for revision, data in revisions.items():
        assert data["params"]["params.yaml"]["data"] == params_of(with_experiment, revision)
        assert list(data["metrics"]) == ["metrics/headline.json"]
        assert data["metrics"]["metrics/headline.json"]["data"] == metrics_of(with_experiment, revision, "headline")


def test_no_column_of_exp_show_is_shifted_or_there_twice(with_experiment):
    text = run("dvc", "exp", "show", "--csv", "--rev", "HEAD", cwd=with_experiment).stdout
    header, *rows = csv.reader(io.StringIO(text))
    assert len(set(header)) == len(header)
    tables = {row[0] or row[1]: dict(zip(header, row, strict=True)) for row in rows}  # name, or branch
    branch = run("git", "branch", "--show-current", cwd=with_experiment).stdout.strip()
    for name, revision in ((branch, "HEAD"), ("two", experiment(with_experiment, "two"))):
        expected = flat(params_of(with_experiment, revision)) | metrics_of(with_experiment, revision, "headline")
        for key, value in expected.items():
            found = tables[name][key]
            if isinstance(value, float):
                assert float(found) == value, (name, key)
            elif isinstance(value, list):
                assert parse_yaml(found, key) == value, (name, key)
            else:
                assert found == str(value), (name, key)


def test_experiments_can_be_sorted_and_shown_in_a_terminal(with_experiment):
    options = ["--no-pager", "--drop", "Created|passed|is_uci_text|.*[./]", "--sort-by", "rate"]
    shown = run("dvc", "exp", "show", *options, cwd=with_experiment, COLUMNS=str(TERMINAL)).stdout
    assert "…" not in shown
    assert max(map(len, shown.splitlines())) <= TERMINAL
    assert all(re.search(rf"\b{name}\b", shown) for name in HEADLINE)


def test_an_experiment_is_applied_branched_and_removed(with_experiment, tmp_path):
    clone = tmp_path / "clone"
    shutil.copytree(with_experiment, clone, symlinks=True)
    run("git", "restore", ".", cwd=clone)
    run("dvc", "exp", "apply", "two", cwd=clone)
    assert "bins: 10" in (clone / "params.yaml").read_text()
    run("dvc", "exp", "branch", "two", "two-rates", cwd=clone)
    assert params_of(clone, "two-rates")["sweep"]["learning_rates"] == [0.1, 0.3]
    run("dvc", "exp", "remove", "two", cwd=clone)
    assert run("dvc", "exp", "list", "--name-only", cwd=clone).stdout.strip() == ""


def test_a_present_value_changes_no_byte_of_params_and_another_one_line(clone):
    before = (clone / "params.yaml").read_text()
    values = flat(parse_yaml(before, "params.yaml"))
    present = [word for key, value in values.items() for word in ("-S", f"{key}={json.dumps(value)}")]
    run("dvc", "exp", "run", *present, "download", cwd=clone)
    assert (clone / "params.yaml").read_text() == before
    run("dvc", "exp", "run", "-S", "evaluate.bins=10", "download", cwd=clone)
    after = (clone / "params.yaml").read_text()
    changed = [pair for pair in zip(before.splitlines(), after.splitlines(), strict=True) if pair[0] != pair[1]]
    assert [new.split("#")[0].strip() for _, new in changed] == ["bins: 10"]
