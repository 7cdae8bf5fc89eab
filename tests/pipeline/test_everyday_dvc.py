"""What docs/dvc.md tells: the commands that DVC's users type every day, in clones, worktrees and queues."""

import http.server
import json
import re
import shutil
import threading
from hashlib import sha256
from pathlib import Path

import pytest
from clones import ALL, commit, digests, experiment, metrics_of, params_of, repro, run, set_params
from dvc.utils.serialize import modify_yaml


def add_worktree(repository: Path, folder: Path, *options: str) -> Path:
    run("git", "worktree", "add", "--quiet", *options, str(folder), cwd=repository)
    run("dvc", "cache", "dir", "--local", str(repository / ".dvc/cache"), cwd=folder)
    return folder


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
