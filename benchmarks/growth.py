"""Every stage at 1, 2, 4 and 10 times the songs, and training on more songs than memory may hold: make growth

    python -m benchmarks.growth [TIMES ...]

A stage is a process of its own. A line has its seconds, its memory at the peak, and the bytes of the files that it
reads and writes. The songs are a folder of so many links to one file. 10 times the songs take 12 GB of disk in a
temporary folder, which TMPDIR names, while they are measured.
"""

import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pyarrow.parquet as pq
import yaml

from benchmarks.graph import STAND_IN, change, clone_without_results
from benchmarks.process import Cost, measure
from benchmarks.table import HEAD, line
from century.files import read_json
from century.songs.tables import GROUP

TIMES = [1, 2, 4, 10]
LIMIT = 1024  # MiB of memory of its own that a stage may map to write to, whether it uses it or not (RLIMIT_DATA)
FROM_THE_TEXT = ["download", "binarize", "split", "normalize"]
TRAINING_MEMORY = 256  # MiB of training songs, of 1436
TRAINING_LIMIT = 1200  # MiB of address space for the whole process


def main(sizes: list[int]) -> None:
    print("| songs | stage | seconds | of processors | memory, MiB | read, MB | written, MB |\n" + "|---" * 7 + "|")
    costs = {times: costs_at(times) for times in sizes}
    print(f"\n{HEAD}")
    least, most = min(sizes), max(sizes)
    for stage in FROM_THE_TEXT:
        seconds = costs[most][stage].seconds, most / least * costs[least][stage].seconds
        line(f"`{stage}` of {most} times the songs, against as many times its seconds", [seconds], "s", 1.2)
    peaks = tuple(max(costs[times][stage].mib for stage in FROM_THE_TEXT) for times in (most, least))
    line("the largest memory of these four, against the largest at once", [peaks], "MiB", 1.1)
    in_pieces, whole, difference = trainings_of_ten_times()
    name = f"training on 10 times the songs, of which {TRAINING_MEMORY} MiB at a time, against all in memory"
    line(name, [(in_pieces.seconds, whole.seconds)], "s")
    line("the same, memory", [(in_pieces.mib, whole.mib)], "MiB", 0.5)
    print(f"Under a limit of {TRAINING_LIMIT} MiB, below the matrix alone; the losses differ by {difference:.1e}.")


def costs_at(times: int) -> dict[str, Cost]:
    """What every stage takes at so many times the songs, each of which is printed in a line of the table."""
    with tempfile.TemporaryDirectory() as folder:
        clone, songs = Path(folder) / "clone", Path(folder) / "songs"
        songs.mkdir()
        for number in range(times):
            (songs / f"{number:02}").symlink_to(STAND_IN)
        clone_without_results(clone, songs)
        change(clone / "params.yaml", r"(?m)^  train_rows: 463715", f"  train_rows: {times * 463_715}")
        costs = {}
        for name, stage in yaml.safe_load((clone / "dvc.yaml").read_text())["stages"].items():
            limited = f"ulimit -d {LIMIT * 1024}; exec {shlex.quote(sys.executable)} -m stages {name}"
            if name in FROM_THE_TEXT:
                touch_memory(times * 2**30)  # what a stage writes is less
            costs[name] = cost = measure(["sh", "-c", limited], clone)
            read, written = (megabytes(clone, stage, kinds) for kinds in (["deps"], ["outs", "metrics", "plots"]))
            cells = [f"{value:.1f}" for value in (cost.seconds, cost.processor, cost.mib, read, written)]
            print(f"| {times}x | {name} | {' | '.join(cells)} |", flush=True)
        return costs


def touch_memory(size: int) -> None:
    """Use so much memory, or half of what is free. A virtual machine may have given it back to its host, and to get it
    again would take longer than a stage does."""
    np.ones(min(size, psutil.virtual_memory().available // 2), np.uint8)


def megabytes(clone: Path, stage: dict[str, Any], kinds: list[str]) -> float:
    entries = [entry for kind in kinds for entry in stage.get(kind, [])]
    paths = [clone / (entry if isinstance(entry, str) else next(iter(entry))) for entry in entries]
    files = [file for path in paths for file in (path.iterdir() if path.is_dir() else [path])]
    return sum(file.stat().st_size for file in files) / 1e6


def trainings_of_ten_times() -> tuple[Cost, Cost, float]:
    """Training that holds TRAINING_MEMORY of the songs at a time, in a process limited to TRAINING_LIMIT; all in
    memory; and how far apart their losses are."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        clone_without_results(clone, STAND_IN)
        change(clone / "params.yaml", r"(?m)^  memory: \d+", f"  memory: {TRAINING_MEMORY}")
        shutil.copy("metrics/sweep.json", clone / "metrics")
        shutil.copy("data/normalization.json", clone / "data")
        shutil.copy("data/validation.parquet", clone / "data")
        songs = pq.read_table("data/train.parquet")
        with pq.ParquetWriter(clone / "data/train.parquet", songs.schema, compression="none") as writer:
            for _ in range(10):
                writer.write_table(songs, row_group_size=GROUP)
        limited = f"ulimit -v {TRAINING_LIMIT * 1024}; exec {shlex.quote(sys.executable)} -m stages train"
        in_pieces = measure(["sh", "-c", limited], clone)
        first = read_json(clone / "metrics/train.json")["training_loss"]
        change(clone / "params.yaml", r"(?m)^  memory: \d+", "  memory: 8192")
        if b"allocate" not in subprocess.run(["sh", "-c", limited], cwd=clone, capture_output=True).stderr:
            sys.exit(f"all of the songs fit {TRAINING_LIMIT} MiB, or what fails is not memory: the limit shows nothing")
        whole = measure([sys.executable, "-m", "stages", "train"], clone)
        return in_pieces, whole, abs(read_json(clone / "metrics/train.json")["training_loss"] - first)


if __name__ == "__main__":
    main([int(argument) for argument in sys.argv[1:]] or TIMES)
