"""1, 2, 4 and 10 times the songs: the stages from the zip to the three parts, each a process of its own.

The larger zips repeat the text of the first. Nothing is unpacked to disk; at 10 times the songs a temporary folder
takes some 10 GB while it is measured, and up to as much memory, where it is free.
"""

import shlex
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import psutil
import pyarrow.parquet as pq

from benchmarks.graph import STAND_IN, change, clone_without_results
from benchmarks.process import Cost, measure
from benchmarks.table import line, write
from century.files import read_json
from century.songs.published import MEMBER
from century.songs.tables import GROUP

TIMES = [1, 2, 4, 10]
MEMORY = 256  # MiB of training songs, of 1436
LIMIT = 1200  # MiB of address space for the whole process
STAGES = ["download", "binarize", "split", "normalize"]


def rows() -> None:
    """One run at each size. A line has the largest against the smallest; its range covers all but the smallest."""
    costs = {times: costs_at(times) for times in TIMES}
    for stage in STAGES:
        seconds = [(costs[times][stage].seconds, times * costs[1][stage].seconds) for times in TIMES[1:]]
        growth(f"`{stage}` of 10 times the songs, against 10 times its seconds (range: 2, 4, 10)", seconds, "s", 1.2)
    for stage in STAGES:
        mib = [(costs[times][stage].mib, costs[1][stage].mib) for times in TIMES[1:]]
        growth(f"`{stage}` of 10 times the songs, memory, against its own (range: 2, 4, 10)", mib, "MiB")
    peaks = {times: max(cost.mib for cost in costs[times].values()) for times in TIMES}
    mib = [(peaks[times], peaks[1]) for times in TIMES[1:]]
    growth("the largest of these four, against the largest at once (range: 2, 4, 10)", mib, "MiB", 1.1)
    in_pieces, whole, difference = trainings_of_ten_times()
    name = f"training on 10 times the songs, of which {MEMORY} MiB at a time, against all in memory"
    line(name, [(in_pieces.seconds, whole.seconds)], "s")
    line("the same, memory", [(in_pieces.mib, whole.mib)], "MiB", 0.5)
    print(f"Under a limit of {LIMIT} MiB, below the matrix alone; the losses differ by {difference:.1e} (asked 1e-4).")


def growth(name: str, pairs: list[tuple[float, float]], unit: str, at_most: float | None = None) -> None:
    ratios = [ours / other for ours, other in pairs]
    write(name, *pairs[-1], ratios[-1], ratios, unit, at_most)


def costs_at(times: int) -> dict[str, Cost]:
    with tempfile.TemporaryDirectory() as folder:
        repeated, clone = Path(folder) / "repeated.zip", Path(folder) / "clone"
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
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open(MEMBER, "w", force_zip64=True) as text,
    ):
        for _ in range(times):
            with zipfile.ZipFile(STAND_IN) as once, once.open(MEMBER) as again:
                shutil.copyfileobj(again, text, 1 << 20)


if __name__ == "__main__":
    rows()
