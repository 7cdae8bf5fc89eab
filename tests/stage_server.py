"""A process that has imported what stages import, and forks for every stage, so that the imports are paid for once.

What the child runs is the code of the folder that is asked for, as `python -m stages NAME` runs it there.
"""

import gc
import json
import os
import runpy
import signal
import socket
import sys
from importlib import import_module
from pathlib import Path

IMPORTED_BY_STAGES = [
    "matplotlib.backends.backend_svg",
    "msgspec",
    "pandas",
    "pyarrow.compute",
    "pyarrow.csv",
    "pyarrow.parquet",
    "sklearn.linear_model",
    "sklearn.model_selection",
    "sklearn.neighbors",
    "sklearn.pipeline",
    "sklearn.preprocessing",
    "tqdm",
    "typst",
]


def import_libraries():
    """Import the libraries as a stage does, in an environment that the stage would have set."""
    sys.path.insert(0, str(Path(__file__).parents[1]))
    import_module("stages.__main__").set_up_process("figures")  # the only one that may import pandas
    for name in IMPORTED_BY_STAGES:
        import_module(name)
    del sys.path[0]
    forget("stages", "century")


def forget(*packages):
    for name in [name for name in sys.modules if name.partition(".")[0] in packages]:
        del sys.modules[name]


def answer(name, cwd, environment, descriptors):
    """Run a stage in a child, and let another child wait for it, so that the next stage can begin."""
    if os.fork():
        return
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    *streams, client = descriptors
    child = os.fork()
    if not child:
        run(name, cwd, environment, streams)
    os.write(client, str(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])).encode())
    os._exit(0)


def run(name, cwd, environment, descriptors):
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    for number, descriptor in enumerate(descriptors, start=1):
        os.dup2(descriptor, number)
    sys.path.insert(0, cwd)
    sys.argv = ["stages", name]
    if name != "figures":
        forget("pandas")
    runpy.run_module("stages", run_name="__main__", alter_sys=True)
    sys.exit()


if __name__ == "__main__":
    channel = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # children that have answered are gone
    import_libraries()
    gc.freeze()  # else every child copies the memory of what is imported, when it looks for garbage there
    while True:
        request, descriptors, *_ = socket.recv_fds(channel, 2**20, 3)
        if not request:
            break
        answer(*json.loads(request), descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
