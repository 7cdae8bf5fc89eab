"""Every stage at 1, 2, 4 and 10 times the songs, each a process of its own, from a folder of so many files:

    python -m benchmarks.all_stages [TIMES ...]

A line has the seconds, the memory at the peak, and the bytes of the files that a stage reads and writes. 10 times the
songs take 12 GB of disk in a temporary folder, which TMPDIR names, while they are measured.
"""

import shlex
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml

from benchmarks.graph import STAND_IN, change, clone_without_results
from benchmarks.process import measure

TIMES = [1, 2, 4, 10]
LIMIT = 1024  # MiB of memory of its own that a stage may map to write to, whether it uses it or not (RLIMIT_DATA)


def rows(sizes: list[int]) -> None:
    print("| songs | stage | seconds | of processors | memory, MiB | read, MB | written, MB |\n" + "|---" * 7 + "|")
    for times in sizes:
        with tempfile.TemporaryDirectory() as folder:
            rows_at(times, Path(folder))


def rows_at(times: int, folder: Path) -> None:
    clone, songs = folder / "clone", folder / "songs"
    songs.mkdir()
    for number in range(times):
        (songs / f"{number:02}").symlink_to(STAND_IN)
    clone_without_results(clone, songs)
    change(clone / "params.yaml", r"(?m)^  train_rows: 463715", f"  train_rows: {times * 463_715}")
    for name, stage in yaml.safe_load((clone / "dvc.yaml").read_text())["stages"].items():
        limited = f"ulimit -d {LIMIT * 1024}; exec {shlex.quote(sys.executable)} -m stages {name}"
        cost = measure(["sh", "-c", limited], clone)
        read, written = (megabytes(clone, stage, kinds) for kinds in (["deps"], ["outs", "metrics", "plots"]))
        cells = [f"{value:.1f}" for value in (cost.seconds, cost.processor, cost.mib, read, written)]
        print(f"| {times}x | {name} | {' | '.join(cells)} |", flush=True)


def megabytes(clone: Path, stage: dict[str, Any], kinds: list[str]) -> float:
    entries = [entry for kind in kinds for entry in stage.get(kind, [])]
    paths = [clone / (entry if isinstance(entry, str) else next(iter(entry))) for entry in entries]
    files = [file for path in paths for file in (path.iterdir() if path.is_dir() else [path])]
    return sum(file.stat().st_size for file in files) / 1e6


if __name__ == "__main__":
    rows([int(argument) for argument in sys.argv[1:]] or TIMES)
