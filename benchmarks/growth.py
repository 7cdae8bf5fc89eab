"""The songs, and 10 times the songs: the stages from the text to the three parts, each a process of its own.

The text is packed by gzip once, and the larger file is 10 such streams. Nothing is unpacked to disk; at 10 times the
songs a temporary folder takes some 10 GB while it is measured, and up to as much memory, where it is free.
"""

import gzip
import shlex
import shutil
import subprocess
import sys
import tempfile
import zipfile
from functools import cache
from pathlib import Path

import numpy as np
import psutil
import pyarrow.parquet as pq

from benchmarks.graph import STAND_IN, change, clone_without_results
from benchmarks.process import Cost, measure
from benchmarks.table import line
from century.files import read_json
from century.songs.published import MEMBER
from century.songs.tables import GROUP

MEMORY = 256  # MiB of training songs, of 1436
LIMIT = 1200  # MiB of address space for the whole process
STAGES = ["download", "binarize", "split", "normalize"]


def rows() -> None:
    """One run at each size."""
    once, tenfold = costs_at(1), costs_at(10)
    for stage in STAGES:
        seconds = [(tenfold[stage].seconds, 10 * once[stage].seconds)]
        line(f"`{stage}` of 10 times the songs, against 10 times its seconds", seconds, "s", 1.2)
    for stage in STAGES:
        line(
            f"`{stage}` of 10 times the songs, memory, against its own", [(tenfold[stage].mib, once[stage].mib)], "MiB"
        )
    peaks = tuple(max(cost.mib for cost in costs.values()) for costs in (tenfold, once))
    line("the largest of these four, against the largest at once", [peaks], "MiB", 1.1)
    in_pieces, whole, difference = trainings_of_ten_times()
    name = f"training on 10 times the songs, of which {MEMORY} MiB at a time, against all in memory"
    line(name, [(in_pieces.seconds, whole.seconds)], "s")
    line("the same, memory", [(in_pieces.mib, whole.mib)], "MiB", 0.5)
    print(f"Under a limit of {LIMIT} MiB, below the matrix alone; the losses differ by {difference:.1e} (asked 1e-4).")


def costs_at(times: int) -> dict[str, Cost]:
    with tempfile.TemporaryDirectory() as folder:
        repeated, clone = Path(folder) / "repeated.gz", Path(folder) / "clone"
        repeat(times, repeated)
        clone_without_results(clone, repeated)
        change(clone / "params.yaml", r"(?m)^  train_rows: 463715", f"  train_rows: {times * 463_715}")
        costs = {}
        for stage in STAGES:
            touch_memory(times * 2**30)  # what a stage writes is less
            costs[stage] = measure([sys.executable, "-m", "stages", stage], clone)
        return costs


def touch_memory(size: int) -> None:
    """Use so much memory, or half of what is free. A virtual machine may have given it back to its host, and to get it
    again would take longer than a stage does."""
    np.ones(min(size, psutil.virtual_memory().available // 2), np.uint8)


def trainings_of_ten_times() -> tuple[Cost, Cost, float]:
    """Training that holds MEMORY of the songs at a time, in a process limited to LIMIT; all in memory; the losses."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        clone_without_results(clone, STAND_IN)
        change(clone / "params.yaml", r"(?m)^  memory: \d+", f"  memory: {MEMORY}")
        shutil.copy("metrics/sweep.json", clone / "metrics")
        shutil.copy("data/normalization.json", clone / "data")
        shutil.copy("data/validation.parquet", clone / "data")
        songs = pq.read_table("data/train.parquet")
        with pq.ParquetWriter(clone / "data/train.parquet", songs.schema, compression="none") as writer:
            for _ in range(10):
                writer.write_table(songs, row_group_size=GROUP)
        limited = f"ulimit -v {LIMIT * 1024}; exec {shlex.quote(sys.executable)} -m stages train"
        in_pieces = measure(["sh", "-c", limited], clone)
        first = read_json(clone / "metrics/train.json")["training_loss"]
        change(clone / "params.yaml", r"(?m)^  memory: \d+", "  memory: 8192")
        if b"allocate" not in subprocess.run(["sh", "-c", limited], cwd=clone, capture_output=True).stderr:
            sys.exit(f"all of the songs fit {LIMIT} MiB, or what fails is not memory: the limit shows nothing")
        whole = measure([sys.executable, "-m", "stages", "train"], clone)
        return in_pieces, whole, abs(read_json(clone / "metrics/train.json")["training_loss"] - first)


def repeat(times: int, path: Path) -> None:
    with path.open("wb") as file:
        for _ in range(times):
            file.write(gzip_of_the_text())


@cache
def gzip_of_the_text() -> bytes:
    with zipfile.ZipFile(STAND_IN) as archive:
        return gzip.compress(archive.read(MEMBER), 1)


if __name__ == "__main__":
    rows()
