"""Clones of the repository with a small stand-in, for tests through real `dvc` commands."""

import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from dvc.utils.serialize import modify_yaml, parse_yaml
from filelock import FileLock

REPOSITORY = Path(__file__).parents[1]
ALL = [
    "download",
    "binarize",
    "split",
    "normalize",
    "gradient_check",
    "learning_rates",
    "sweep",
    "train",
    "baseline",
    "evaluate",
    "producer_effect",
    "selection",
    "replay",
    "figures",
    "report",
]
SMALL = {
    "data.stand_in.songs": 3000,
    "data.stand_in.train_songs": 2600,
    "split.train_rows": 2600,
    "split.validation_rows": 400,
}


def run(*command, cwd, check=True, **environment):
    """What a command has printed. `dvc` runs in a child of `dvc_server`, unless Python is to start in another way."""
    variables = {**os.environ, **environment}
    if command[0] == "dvc" and not any(name.startswith("PYTHON") for name in environment):
        result = run_on_server(*command[1:], cwd=cwd, variables=variables)
    else:
        options = {"capture_output": True, "text": True, "timeout": 900, "check": False}
        result = subprocess.run(command, cwd=cwd, env=variables, **options)
    if check:
        assert result.returncode == 0, result.stdout + result.stderr
    return result


@cache
def dvc_server():
    """A connection to the server of this run of the tests, which the first process that asks for it starts."""
    name, kind = os.environ["PYTEST_DVC_SERVER"], (socket.AF_UNIX, socket.SOCK_SEQPACKET)
    address = "\0" + hashlib.sha256(name.encode()).hexdigest()  # no file, whose path could be too long
    connection = socket.socket(*kind)
    with FileLock(f"{name}.lock"):
        try:
            connection.connect(address)
        except ConnectionRefusedError:
            with socket.socket(*kind) as listener:
                listener.bind(address)
                listener.listen()
                command = [sys.executable, "-P", Path(__file__).with_name("dvc_server.py"), str(listener.fileno())]
                streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
                subprocess.Popen(command, pass_fds=[listener.fileno()], start_new_session=True, **streams)
            connection.connect(address)
    return connection


def run_on_server(*arguments, cwd, variables):
    with tempfile.NamedTemporaryFile("r+") as stdout, tempfile.NamedTemporaryFile("r+") as stderr:
        dvc_server().send(json.dumps([arguments, str(cwd), variables, stdout.name, stderr.name]).encode())
        code = int(dvc_server().recv(100))
        return subprocess.CompletedProcess(("dvc", *arguments), code, stdout.read(), stderr.read())


def repro(clone, *options, check=True, **environment):
    """The result of `dvc repro`, with the stages that it ran, and those that it restored from the run cache."""
    result = run("dvc", "repro", *options, cwd=clone, check=check, **environment)
    result.ran = re.findall(r"^Running stage '(\w+)'", result.stdout, re.MULTILINE)
    result.restored = re.findall(r"^Stage '(\w+)' is cached", result.stdout, re.MULTILINE)
    return result


def copy_tree(clone):
    """A new repository with the files of this working tree, to be committed there; returns its path."""
    listed = run("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", cwd=REPOSITORY).stdout
    for name in filter(None, listed.split("\0")):
        if (REPOSITORY / name).is_file():
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(REPOSITORY / name, clone / name)
    run("git", "init", "--quiet", cwd=clone)
    return clone


def edit(path, old, new):
    """Replace what stands in a file exactly once."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} is in {path} {text.count(old)} times"
    path.write_text(text.replace(old, new), encoding="utf-8")


def set_params(clone, params):
    """Set values of params.yaml by their dotted keys, in the form in which DVC writes them."""
    with modify_yaml(clone / "params.yaml") as content:
        for key, value in params.items():
            *sections, name = key.split(".")
            section = content
            for one in sections:
                section = section[one]
            section[name] = value


def restore_params(clone):
    run("git", "checkout", "--quiet", "--", "params.yaml", cwd=clone)


def digests(clone):
    """The sha256 of every file that the stages write."""
    folders = ("data", "metrics", "plots", "figures")
    files = [path for folder in folders for path in (clone / folder).rglob("*") if path.is_file()]
    return {
        str(path.relative_to(clone)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in [*files, clone / "report/report.pdf"]
        if path.name != ".gitignore"
    }


def metrics_of(folder: Path, revision: str, name: str) -> dict:
    return json.loads(run("git", "show", f"{revision}:metrics/{name}.json", cwd=folder).stdout)


def params_of(folder: Path, revision: str) -> dict:
    return parse_yaml(run("git", "show", f"{revision}:params.yaml", cwd=folder).stdout, "params.yaml")


def experiment(folder: Path, name: str) -> str:
    """The git revision of an experiment."""
    references = run("git", "for-each-ref", "--format=%(refname)", "refs/exps", cwd=folder).stdout.split()
    return next(reference for reference in references if reference.endswith(f"/{name}"))


def commit(clone, message):
    run("git", "add", "--all", cwd=clone)
    run("git", "-c", "user.name=test", "-c", "user.email=test@localhost", "commit", "--quiet", "-m", message, cwd=clone)
