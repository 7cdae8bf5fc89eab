"""What docs/dvc.md tells of a second machine: it gets the results and the model, and only links to the songs."""

import shutil

import pytest
from clones import commit, repro, run, set_params


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


def test_plots_show_needs_no_make(second):
    run("dvc", "pull", cwd=second)
    run("dvc", "plots", "show", "--out", "page", cwd=second)
    assert "vegaEmbed" in (second / "page/index.html").read_text()
