"""`make` with a Python that will not do: one line, and nothing is left behind."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest


@pytest.fixture
def folder(tmp_path):
    shutil.copy("Makefile", tmp_path)
    shutil.copy("requirements.txt", tmp_path)
    return tmp_path


def python(path: Path, version: str) -> None:
    """A stand-in for an interpreter of that version: real Python, with another sys.version_info."""
    major, minor = version.split(".")
    set_version = f"import sys; sys.version_info = ({major}, {minor}, 0, 'final', 0); exec(sys.argv[1])"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'#!/bin/sh\n[ "$1" = -c ] && exec {shutil.which("python3")} -c "{set_version}" "$2"\nexit 9\n')
    path.chmod(0o755)


def make(folder, *arguments, **variables):
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHON", "MAKEFLAGS")}
    environment = {**kept, **variables}
    command = ["make", ".venv/installed", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("version", ["2.7", "3.9", "3.10"])
def test_a_python_that_is_too_old_is_refused_before_anything_is_made(folder, version):
    python(folder / "old", version)
    found = make(folder, "PYTHON=./old")
    assert found.returncode != 0
    assert found.stderr.splitlines()[0] == (
        f"Python 3.11 or later is needed, and ./old is {version}; name another, as in: make PYTHON=python3.12"
    )
    assert not (folder / ".venv").exists()


@pytest.mark.parametrize("version", ["3.11", "3.14"])
def test_later_ones_are_not(folder, version):
    python(folder / "new", version)
    assert "is needed" not in make(folder, "PYTHON=./new").stderr  # what stands in for it cannot make a .venv


def test_a_venv_of_another_python_is_noticed(folder):
    python(folder / "new", "3.14")
    python(folder / ".venv/bin/python", "3.12")
    (folder / ".venv/installed").touch()
    found = make(folder, "PYTHON=./new")
    assert found.returncode != 0
    assert ".venv has Python 3.12, but PYTHON=./new is 3.14; remove .venv and run make again" in found.stderr
    python(folder / "new", "3.12")
    assert make(folder, "PYTHON=./new").returncode == 0
    assert make(folder).returncode == 0


def command(path: Path, lines: str) -> None:
    path.write_text(f"#!/bin/sh\n{lines}\n")
    path.chmod(0o755)


INDEX = "https://index.localhost/simple"


@pytest.mark.parametrize("index", [None, INDEX])
@pytest.mark.parametrize(
    ("uv", "brought", "installers"),
    [
        (0, None, ["uv"]),
        (1, None, ["uv", "pip"]),
        (None, 0, ["pip uv", "uv"]),
        (None, 1, ["pip uv", "uv", "pip"]),
        (None, None, ["pip uv", "pip"]),
    ],
    ids=["uv", "a uv that fails", "pip brings uv", "pip brings a uv that fails", "pip cannot bring uv"],
)
def test_uv_installs_and_pip_where_uv_fails_or_cannot_be_had(folder, uv, brought, installers, index):
    tools = folder / "tools"
    tools.mkdir()
    for name in ("make", "mkdir", "cp", "touch", "grep", "sed", "tail", "env"):
        (tools / name).symlink_to(shutil.which(name))
    command(tools / "python3", "[ $1 = -m ] || exit 0; mkdir -p .venv/bin && cp pip .venv/bin")
    config = f"echo \":env:.index-url='{index}'\"" if index else "true"
    bring = "false" if brought is None else "cp uv .venv/bin"
    pip = [
        f'[ "$1" = config ] && {{ {config}; exit; }}',
        f"case $3 in uv==*) echo pip uv >> installers; {bring}; exit;; esac",
        "echo pip $3 $4 >> installers",
    ]
    command(folder / "pip", "\n".join(pip))
    command(folder / "uv", f"echo uv $6 $7 $UV_DEFAULT_INDEX >> installers; exit {brought if uv is None else uv}")
    if uv is not None:
        shutil.copy(folder / "uv", tools)
    found = make(folder, PATH=str(tools))
    assert found.returncode == 0, found.stderr
    assert (folder / ".venv/installed").exists()
    told = {
        "uv": f"uv --requirement requirements.txt {index or ''}".strip(),
        "pip": "pip --requirement requirements.txt",
    }
    assert (folder / "installers").read_text().splitlines() == [told.get(name, name) for name in installers]


def test_a_venv_whose_python_is_gone_is_noticed(folder):
    (folder / ".venv").mkdir()
    (folder / ".venv/installed").touch()
    found = make(folder)
    assert found.returncode != 0
    assert "the Python of .venv does not run any more; remove .venv and run make again" in found.stderr
