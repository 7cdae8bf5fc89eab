"""What a command and all that it starts take: seconds, those of processors, and MiB of memory at the peak.

    python -m benchmarks.process COMMAND ...

It runs in a small process of its own, because Linux counts the memory of whoever starts a program as that program's.
"""

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import psutil


class Cost(NamedTuple):
    seconds: float
    mib: float
    processor: float  # seconds that all its threads worked


def measure(command: list[str], folder: Path, **environment: str) -> Cost:
    """Run the command in a folder that has this one's code, with as many BLAS threads as it takes by itself."""
    kept = {key: value for key, value in os.environ.items() if not key.endswith("_NUM_THREADS")}
    here = [sys.executable, "-m", "benchmarks.process", *command]
    done = subprocess.run(here, cwd=folder, env=kept | environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)}: {done.stderr}")
    return Cost(**json.loads(done.stdout))


def is_running(process: psutil.Popen) -> bool:
    """Wait for its end, but no longer than a 20th of a second."""
    try:
        process.wait(0.05)
    except psutil.TimeoutExpired:
        return True
    return False


def memory(process: psutil.Process) -> int:
    """Bytes of RAM of a process and all below it; what two of them share counts twice."""
    try:
        return sum(one.memory_info().rss for one in [process, *process.children(recursive=True)])
    except psutil.NoSuchProcess:  # gone while it was counted
        return 0


def main(command: list[str]) -> None:
    """The peak: the largest sum over the processes, seen 20 times a second, or the largest single process, exactly."""
    begun = time.perf_counter()
    process = psutil.Popen(command, stdout=subprocess.DEVNULL)
    peak = 0
    while is_running(process):
        peak = max(peak, memory(process))
    taken = time.perf_counter() - begun
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    peak = max(peak, used.ru_maxrss * 1024)
    print(json.dumps({"seconds": taken, "mib": peak / 2**20, "processor": used.ru_utime + used.ru_stime}))
    sys.exit(process.returncode)


if __name__ == "__main__":
    main(sys.argv[1:])
