"""A process that has imported DVC and forks for every command, so that the imports are paid for once.

All processes of a run of the tests are its clients, and it ends when they have ended. A packet from a client asks for a
command, and is answered with the exit code. What the child runs is `dvc` as it is, in the folder and with the
environment that are asked for, but for two things that save most of its time. A stage is forked as well, by
`stage_server`, unless it gets a variable that Python or a library may read when it starts. And of dvc.yaml and dvc.lock
DVC neither parses again what it has just written, or what earlier commands had as well, nor makes the same text again.
"""

import gc
import io
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import dvc.stage.run
from dvc.cli import main
from dvc.utils import strictyaml
from dvc.utils.serialize import _yaml as yaml_files

IMPORTED_LATE = [  # by the commands, of which every one would import them again
    "dulwich.porcelain",
    "dvc.repo.experiments.queue.celery",
    "dvc.repo.experiments.queue.workspace",
    "dvc.repo.graph",
    "dvc.repo.index",
    "dvc.utils.hydra",
    "dvc_data.index.checkout",
    "networkx",
    "pygit2",
    "rich.console",
    "ruamel.yaml",
]

# Variables that only DVC, git, pytest and our own code read, which look at them again in every process.
READ_LATE = re.compile("(DVC|GIT|MUSIC_CENTURY|PYTEST)_.*|PWD|OLDPWD")
STARTED_WITH = dict(os.environ)


PARSED_IN_A_COMMAND = {"dvc.yaml": ["safe", "safe"], "dvc.lock": ["safe", "safe", "rt"]}  # by which parsers
KEPT = {}  # what texts hold, by text and parser: each is used once, since DVC may change it
PARTS = {}  # the texts of what dvc.lock has of a stage, by what it is in JSON
SEEN = set()  # texts of earlier commands

parse, dump = yaml_files.parse_yaml, yaml_files._dump


class ForkedStage:
    """What DVC needs of a process that runs a stage."""

    def __init__(self, name, cwd, env):
        self.answer, theirs = socket.socketpair()
        request = json.dumps([name, str(cwd), env]).encode()
        socket.send_fds(STAGES, [request], [1, 2, theirs.fileno()])
        theirs.close()

    def communicate(self):
        self.returncode = int(self.answer.recv(100))


def start(command, **options):
    """In place of the subprocess.Popen of DVC, which would run `python -m stages NAME` by the user's shell."""
    stage = re.fullmatch(r"python -m stages (\w+)", command[-1])
    environment = options["env"]
    other = {name for name, _ in environment.items() ^ STARTED_WITH.items() if not READ_LATE.fullmatch(name)}
    if stage and not other:
        return ForkedStage(stage[1], options["cwd"], environment)
    return subprocess.Popen(command, **options)


def keep_what_comes_again(folder):
    """Parse the files of a command for its child, where an earlier command had the same."""
    for name, parsers in PARSED_IN_A_COMMAND.items():
        with suppress(OSError, ValueError, yaml_files.YAMLFileCorruptedError):
            text = (folder / name).read_text(encoding="utf-8")
            if text in SEEN and text not in KEPT:
                KEPT[text] = [(parser, parse(text, name, parser)) for parser in parsers]
                keep_parts(text, KEPT[text][-1][1])
            SEEN.add(text)
    gc.freeze()  # else every child copies the memory of what is kept, when it looks for garbage there


def take_or_parse(text, path, typ="safe"):
    kept = KEPT.get(text, [])
    place = next((place for place, (parser, _) in enumerate(kept) if parser == typ), None)
    return parse(text, path, typ) if place is None else kept.pop(place)[1]


def keep_parts(text, content):
    """Keep what a dvc.lock has of each stage."""
    if list(content) == ["schema", "stages"]:
        _, *parts = re.split(r"(?m)^(?=  \w+:$)", text)
        PARTS.update(zip(map(json.dumps, content["stages"].items()), parts, strict=True))


def dump_parts(content, stream):
    """What DVC writes, of which the parts that are known are not made again: those of all stages but one."""
    if list(content) != ["schema", "stages"]:
        dump(content, stream)
        return
    dump({"schema": content["schema"]}, stream)
    stream.write("stages:\n")
    for stage in content["stages"].items():
        part = json.dumps(stage)
        if part not in PARTS:
            dump({"stages": dict([stage])}, made := io.StringIO())
            PARTS[part] = made.getvalue().removeprefix("stages:\n")
        stream.write(PARTS[part])
    stream.seek(0)
    KEPT.setdefault(stream.read(), []).append(("rt", content))


def answer(client, arguments, cwd, environment, stdout, stderr):
    """Run a command in a child, and let another child wait for it, so that the next command can begin."""
    keep_what_comes_again(Path(cwd))
    if os.fork():
        return
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    child = os.fork()
    if not child:
        run(arguments, cwd, environment, stdout, stderr)
    client.send(str(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])).encode())
    os._exit(0)


def run(arguments, cwd, environment, stdout, stderr):
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    for number, (path, flags) in enumerate([(os.devnull, os.O_RDONLY), (stdout, os.O_WRONLY), (stderr, os.O_WRONLY)]):
        os.dup2(os.open(path, flags), number)
    sys.argv = ["dvc", *arguments]
    sys.exit(main(arguments))


if __name__ == "__main__":
    listener, clients = socket.socket(fileno=int(sys.argv[1])), []
    STAGES, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    server = [sys.executable, "-P", Path(__file__).with_name("stage_server.py"), str(theirs.fileno())]
    subprocess.Popen(server, pass_fds=[theirs.fileno()])
    theirs.close()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # children that have answered are gone
    dvc.stage.run.subprocess = SimpleNamespace(Popen=start)
    yaml_files.parse_yaml = strictyaml.parse_yaml = take_or_parse
    yaml_files._dump = dump_parts
    for name in IMPORTED_LATE:
        import_module(name)
    while True:
        for one in select.select([listener, *clients], [], [])[0]:
            if one is listener:
                clients.append(listener.accept()[0])
            elif request := one.recv(2**20):
                answer(one, *json.loads(request))
            else:
                clients.remove(one)
        if not clients:
            break
