"""A process that has imported DVC and forks for every command, so that the imports are paid for once.

Each line of its standard input asks for a command, and it answers with the exit code. What the child runs is `dvc` as
it is, in the folder and with the environment that are asked for.
"""

import gc
import json
import os
import sys
from importlib import import_module

from dvc.cli import main

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


def run(arguments, cwd, environment, stdout, stderr):
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    for number, (path, flags) in enumerate([(os.devnull, os.O_RDONLY), (stdout, os.O_WRONLY), (stderr, os.O_WRONLY)]):
        os.dup2(os.open(path, flags), number)
    sys.argv = ["dvc", *arguments]
    sys.exit(main(arguments))


if __name__ == "__main__":
    for name in IMPORTED_LATE:
        import_module(name)
    gc.freeze()  # else every child copies the memory of what is imported, when it looks for garbage there
    for line in sys.stdin:
        child = os.fork()
        if not child:
            run(*json.loads(line))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
