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


@pytest.mark.parametrize(
    ("uv", "installers"), [(None, ["pip"]), (0, ["uv"]), (1, ["uv", "pip"])], ids=["no uv", "uv", "a uv that fails"]
)
def test_uv_installs_where_there_is_one_and_pip_where_there_is_none_or_it_fails(folder, uv, installers):
    tools = folder / "tools"
    tools.mkdir()
    for name in ("make", "mkdir", "cp", "touch"):
        (tools / name).symlink_to(shutil.which(name))
    command(tools / "python3", "[ $1 = -m ] || exit 0; mkdir -p .venv/bin && cp pip .venv/bin")
    command(folder / "pip", "echo pip $3 $4 >> installers")
    if uv is not None:
        command(tools / "uv", f"echo uv $6 $7 >> installers; exit {uv}")
    found = make(folder, PATH=str(tools))
    assert found.returncode == 0, found.stderr
    assert (folder / ".venv/installed").exists()
    lines = (folder / "installers").read_text().splitlines()
    assert lines == [f"{name} --requirement requirements.txt" for name in installers]


def test_a_venv_whose_python_is_gone_is_noticed(folder):
    (folder / ".venv").mkdir()
    (folder / ".venv/installed").touch()
    found = make(folder)
    assert found.returncode != 0
    assert "the Python of .venv does not run any more; remove .venv and run make again" in found.stderr
