"""What docs/dvc.md tells: the commands that DVC's users type every day, in clones, worktrees, queues and remotes."""

import csv
import http.server
import io
import json
import re
import shutil
import threading
from hashlib import sha256
from pathlib import Path

import pytest
from clones import ALL, commit, digests, repro, run, set_params
from dvc.utils.serialize import modify_yaml, parse_yaml

TERMINAL = 120  # columns
HEADLINE = {"train", "val", "test", "sk_train", "sk_val", "sk_test", "rate", "batch", "converged"}


def metrics_of(folder: Path, revision: str, name: str) -> dict:
    return json.loads(run("git", "show", f"{revision}:metrics/{name}.json", cwd=folder).stdout)


def params_of(folder: Path, revision: str) -> dict:
    return parse_yaml(run("git", "show", f"{revision}:params.yaml", cwd=folder).stdout, "params.yaml")


def experiment(folder: Path, name: str) -> str:
    """The git revision of an experiment."""
    references = run("git", "for-each-ref", "--format=%(refname)", "refs/exps", cwd=folder).stdout.split()
    return next(reference for reference in references if reference.endswith(f"/{name}"))


def flat(tree: dict, prefix: str = "") -> dict:
    """The leaves of a tree, by their dotted keys."""
    leaves = {}
    for key, value in tree.items():
        leaves |= flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key: value}
    return leaves


def add_worktree(repository: Path, folder: Path, *options: str) -> Path:
    run("git", "worktree", "add", "--quiet", *options, str(folder), cwd=repository)
    run("dvc", "cache", "dir", "--local", str(repository / ".dvc/cache"), cwd=folder)
    return folder


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


def test_every_stage_can_be_frozen_and_unfrozen(clone):
    before = (clone / "dvc.yaml").read_text()
    run("dvc", "freeze", "replay", cwd=clone)
    one = (clone / "dvc.yaml").read_text()
    assert one != before
    with modify_yaml(clone / "dvc.yaml") as graph:  # as `dvc freeze` does, which would take as long for every stage
        for stage in graph["stages"].values():
            stage["frozen"] = True
    frozen = (clone / "dvc.yaml").read_text().splitlines()
    assert set(one.splitlines()) == set(frozen)
    assert len(frozen) == len(before.splitlines()) + len(ALL)
    assert [line for line in frozen if line.strip() != "frozen: true"] == before.splitlines()
    (clone / "dvc.yaml").write_text(one)
    run("dvc", "unfreeze", "replay", cwd=clone)
    assert (clone / "dvc.yaml").read_text() == before


class Zips(http.server.BaseHTTPRequestHandler):
    """Answers every request with the same zip, and counts them."""

    content = b""
    requests = 0

    def do_GET(self):
        type(self).requests += 1
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.content)))
        self.end_headers()
        self.wfile.write(self.content)

    def log_message(self, *_):
        pass


def test_queued_experiments_worktrees_and_clones_share_one_download(clone, tmp_path, monkeypatch):
    monkeypatch.setenv("MUSIC_CENTURY_CACHE", str(tmp_path / "kept"))
    source = (clone / "data/raw/songs").resolve()
    shutil.copyfile(source, tmp_path / "zip")
    Zips.content, Zips.requests = (tmp_path / "zip").read_bytes(), 0
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Zips)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        uci = {
            "urls": [f"http://127.0.0.1:{server.server_port}/songs.zip"],
            "size": len(Zips.content),
            "sha256": sha256(Zips.content).hexdigest(),
        }
        set_params(clone, {"data.source": "uci", **{f"data.uci.{key}": value for key, value in uci.items()}})
        commit(clone, "from a server")
        for bins in (10, 11):
            change = "--name", f"bins{bins}", "-S", f"evaluate.bins={bins}"
            run("dvc", "exp", "run", "--queue", *change, "evaluate", cwd=clone)
        run("dvc", "exp", "run", "--run-all", "--jobs", "2", cwd=clone)
        assert sorted(run("dvc", "exp", "list", "--name-only", cwd=clone).stdout.split()) == ["bins10", "bins11"]
        worktree = add_worktree(clone, tmp_path / "worktree")
        repro(worktree, "download")
        run("git", "clone", "--quiet", str(clone), "second", cwd=tmp_path)
        repro(tmp_path / "second", "download")
        assert Zips.requests == 1
        files = {(folder / "data/raw/songs").resolve() for folder in (worktree, tmp_path / "second")}
        assert [path.read_bytes() for path in files] == [Zips.content]
        damaged = files.pop()
        damaged.chmod(0o644)
        damaged.write_bytes(Zips.content[:-1])
        repro(worktree, "--force", "download")
        assert Zips.requests == 2
        assert (worktree / "data/raw/songs").read_bytes() == Zips.content
    finally:
        server.shutdown()
        server.server_close()


def test_a_stand_in_is_made_once(clone, tmp_path):
    kept = (clone / "data/raw/songs").resolve()
    made = kept.stat().st_mtime_ns
    worktree = add_worktree(clone, tmp_path / "worktree")
    assert repro(worktree, "--force", "download").ran == ["download"]
    assert (worktree / "data/raw/songs").resolve() == kept
    assert kept.stat().st_mtime_ns == made


def test_a_worktree_with_the_shared_cache_only_links_to_the_songs(clone, tmp_path):
    worktree = add_worktree(clone, tmp_path / "worktree")
    run("dvc", "checkout", "--allow-missing", cwd=worktree)
    assert set(repro(worktree).ran) <= {"download"}  # which links to the songs
    assert digests(worktree) == digests(clone)
    assert run("git", "status", "--porcelain", cwd=worktree).stdout == ""


def test_a_file_of_the_users_own_in_the_place_of_the_songs_is_not_replaced(clone):
    songs = clone / "data/raw/songs"
    songs.unlink()
    songs.write_text("2001,1\n")
    result = repro(clone, check=False)
    assert result.returncode != 0
    assert len(re.findall("^download: .* is a file of your own", result.stderr, re.MULTILINE)) == 1
    assert songs.read_text() == "2001,1\n"


@pytest.mark.parametrize("name", ["songs.zip", "songs (1).zip", "with space, comma=and 'quote'.zip"])
def test_a_path_under_the_home_folder_may_have_any_name(clone, tmp_path, name):
    (tmp_path / name).symlink_to((clone / "data/raw/songs").resolve())
    value = "'~/" + name.replace("'", r"\'") + "'"
    run("dvc", "exp", "run", "-S", f"data.source={value}", "download", cwd=clone, HOME=str(tmp_path))
    assert json.loads((clone / "metrics/download.json").read_text())["source"] == f"~/{name}"


def test_a_queued_experiment_finds_a_relative_path(clone):
    shutil.copyfile((clone / "data/raw/songs").resolve(), clone / "mine.zip")
    (clone / ".git/info/exclude").write_text("mine.zip\n")
    run("dvc", "exp", "run", "--queue", "--name", "mine", "-S", "data.source=mine.zip", "evaluate", cwd=clone)
    run("dvc", "exp", "run", "--run-all", cwd=clone)
    mine = experiment(clone, "mine")
    assert metrics_of(clone, mine, "download")["source"] == "mine.zip"
    assert metrics_of(clone, mine, "headline") == metrics_of(clone, "HEAD", "headline")


@pytest.fixture(scope="module")
def published(finished, tmp_path_factory):
    """A bare git repository and a DVC remote with everything that another person's clone needs."""
    folder = tmp_path_factory.mktemp("published")
    shutil.copytree(finished, folder / "first", symlinks=True)
    run("dvc", "remote", "add", "--default", "store", str(folder / "store"), cwd=folder / "first")
    commit(folder / "first", "remote")
    run("dvc", "push", cwd=folder / "first")
    tag = ["tag", "--annotate", "model@v1.0.0", "--message", "first model"]
    run("git", "-c", "user.name=test", "-c", "user.email=test@localhost", *tag, cwd=folder / "first")
    run("git", "clone", "--quiet", "--bare", "first", "songs.git", cwd=folder)
    return folder


@pytest.fixture
def second(published, tmp_path):
    run("git", "clone", "--quiet", str(published / "songs.git"), "second", cwd=tmp_path)
    return tmp_path / "second"


def test_after_pull_on_a_second_machine_only_the_songs_are_linked(second):
    run("dvc", "pull", cwd=second)
    assert "data/raw/songs" in run("dvc", "status", cwd=second).stdout
    result = repro(second, "--pull", "--allow-missing")
    assert set(result.ran) <= {"download"}
    assert run("git", "status", "--porcelain", cwd=second).stdout == ""
    repro(second)
    assert "up to date" in run("dvc", "status", cwd=second).stdout


def test_somebodys_private_path_does_not_stand_in_the_way_on_another_machine(published, tmp_path):
    """The songs of the first machine are at a path that the second does not have."""
    first = shutil.copytree(published / "first", tmp_path / "first", symlinks=True)
    shutil.copyfile((published / "first/data/raw/songs").resolve(), tmp_path / "private.zip")
    set_params(first, {"data.source": str(tmp_path / "private.zip")})
    repro(first)
    commit(first, "private")
    run("dvc", "push", cwd=first)
    run("git", "clone", "--quiet", str(first), "second", cwd=tmp_path)
    second = tmp_path / "second"
    (tmp_path / "private.zip").unlink()
    run("dvc", "pull", cwd=second)
    assert repro(second, "--allow-missing").ran == []
    set_params(second, {"evaluate.bins": 10})
    assert repro(second, "--allow-missing", "evaluate").ran == ["evaluate"]
    set_params(second, {"binarize.threshold_year": 1990})
    result = repro(second, check=False)
    assert "dvc repro --allow-missing" in result.stderr


def test_the_model_can_be_had_by_its_path_and_by_its_name(published, tmp_path):
    repository, model = str(published / "songs.git"), published / "first/data/model.json"
    run("dvc", "get", repository, "data/model.json", "--out", "got.json", cwd=tmp_path)
    run("dvc", "artifacts", "get", repository, "model", "--out", "artifact.json", cwd=tmp_path)
    run("git", "init", "--quiet", "other", cwd=tmp_path)
    run("dvc", "init", "--quiet", cwd=tmp_path / "other")
    run("dvc", "import", repository, "data/model.json", cwd=tmp_path / "other")
    for copy in ("got.json", "artifact.json", "other/model.json"):
        assert (tmp_path / copy).read_bytes() == model.read_bytes()


def test_a_conflict_of_two_branches_is_settled_as_the_page_says(clone):
    author = ["git", "-c", "user.name=test", "-c", "user.email=test@localhost"]
    run("git", "checkout", "--quiet", "-b", "other", cwd=clone)
    set_params(clone, {"evaluate.bins": 10})
    repro(clone, "evaluate")
    commit(clone, "ten bins")
    run("git", "checkout", "--quiet", "-", cwd=clone)
    set_params(clone, {"baseline.C": 0.001})
    repro(clone, "evaluate")
    commit(clone, "strong penalty")
    assert run(*author, "merge", "other", cwd=clone, check=False).returncode != 0
    run("git", "checkout", "--ours", "--", "dvc.lock", "metrics", "plots", "figures", cwd=clone)
    repro(clone)
    run("git", "add", "--all", cwd=clone)
    run(*author, "commit", "--quiet", "--no-edit", cwd=clone)
    assert (params_of(clone, "HEAD")["evaluate"]["bins"], params_of(clone, "HEAD")["baseline"]["C"]) == (10, 0.001)
    assert "up to date" in run("dvc", "status", cwd=clone).stdout


def test_a_kill_that_leaves_dvcs_rwlock_empty_is_repaired_as_the_page_says(clone):
    lock = clone / ".dvc/tmp/rwlock"
    lock.write_text("")
    set_params(clone, {"evaluate.bins": 10})
    assert "rwlock" in repro(clone, check=False).stderr
    lock.unlink()
    assert repro(clone, "evaluate").ran == ["evaluate"]


def test_after_a_bad_value_of_an_experiment_git_has_everything(clone):
    before = digests(clone)
    result = run("dvc", "exp", "run", "-S", "evaluate.bins=1", cwd=clone, check=False)
    assert result.returncode != 0
    assert len(re.findall("evaluate.bins = 1", result.stderr)) == 1
    run("git", "restore", "params.yaml", "metrics", "plots", "figures", "dvc.lock", cwd=clone)
    assert repro(clone).ran == []
    assert digests(clone) == before


def test_plots_show_needs_no_make(second):
    run("dvc", "pull", cwd=second)
    run("dvc", "plots", "show", "--out", "page", cwd=second)
    assert "vegaEmbed" in (second / "page/index.html").read_text()
