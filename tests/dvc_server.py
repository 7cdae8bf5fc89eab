"""A process that has imported DVC and forks for every command, so that the imports are paid for once.

Each line of its standard input asks for a command, and it answers with the exit code. What the child runs is `dvc` as
it is, in the folder and with the environment that are asked for, but for two things that save most of its time. A stage
is forked as well, by `stage_server`, unless it gets a variable that Python or a library may read when it starts. And
DVC does not parse dvc.lock again after every stage, where the file has the text that it has just written.
"""

import gc
import json
import os
import re
import socket
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import dvc.stage.run
from dvc.cli import main
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


class ForkedStage:
    """What DVC needs of a process that runs a stage."""

    def __init__(self, name, cwd, env):
        request = json.dumps([name, str(cwd), env]).encode()
        socket.send_fds(STAGES, [request], [1, 2])

    def communicate(self):
        self.returncode = int(STAGES.recv(100))


def start(command, **options):
    """In place of the subprocess.Popen of DVC, which would run `python -m stages NAME` by the user's shell."""
    stage = re.fullmatch(r"python -m stages (\w+)", command[-1])
    environment = options["env"]
    other = {name for name, _ in environment.items() ^ STARTED_WITH.items() if not READ_LATE.fullmatch(name)}
    if stage and not other:
        return ForkedStage(stage[1], options["cwd"], environment)
    return subprocess.Popen(command, **options)


def remember_what_is_written():
    parse, dump, written = yaml_files.parse_yaml_for_update, yaml_files._dump, {}

    def parse_unless_written(text, path):
        return written.pop(text, None) or parse(text, path)

    def dump_and_remember(data, stream):
        dump(data, stream)
        stream.seek(0)
        written[stream.read()] = data

    yaml_files.parse_yaml_for_update, yaml_files._dump = parse_unless_written, dump_and_remember


def run(arguments, cwd, environment, stdout, stderr):
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    for number, (path, flags) in enumerate([(os.devnull, os.O_RDONLY), (stdout, os.O_WRONLY), (stderr, os.O_WRONLY)]):
        os.dup2(os.open(path, flags), number)
    sys.argv = ["dvc", *arguments]
    sys.exit(main(arguments))


if __name__ == "__main__":
    STAGES, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    server = [sys.executable, "-P", Path(__file__).with_name("stage_server.py"), str(theirs.fileno())]
    subprocess.Popen(server, pass_fds=[theirs.fileno()])
    theirs.close()
    dvc.stage.run.subprocess = SimpleNamespace(Popen=start)
    remember_what_is_written()
    for name in IMPORTED_LATE:
        import_module(name)
    gc.freeze()  # else every child copies the memory of what is imported, when it looks for garbage there
    for line in sys.stdin:
        child = os.fork()
        if not child:
            run(*json.loads(line))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
