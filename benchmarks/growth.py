"""1, 2, 4 and 10 times the songs: the stages from the zip to the three parts, each a process of its own.

The larger zips repeat the text of the first. Nothing is unpacked to disk; at 10 times the songs a temporary folder
takes some 10 GB while it is measured.
"""

import shutil
import sys
import tempfile
import zipfile
from pathlib import Path

from benchmarks.graph import ZIP, change, clone_without_results
from benchmarks.process import Cost, measure
from benchmarks.table import write
from century.published import MEMBER

TIMES = [1, 2, 4, 10]
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


def growth(name: str, pairs: list[tuple[float, float]], unit: str, at_most: float | None = None) -> None:
    ratios = [ours / other for ours, other in pairs]
    write(name, *pairs[-1], ratios[-1], ratios, unit, at_most)


def costs_at(times: int) -> dict[str, Cost]:
    with tempfile.TemporaryDirectory() as folder:
        repeated, clone = Path(folder) / "repeated.zip", Path(folder) / "clone"
        repeat(times, repeated)
        clone_without_results(clone, repeated)
        change(clone / "params.yaml", r"(?m)^  train_rows: 463715", f"  train_rows: {times * 463_715}")
        return {stage: measure([sys.executable, "-m", f"stages.{stage}"], clone) for stage in STAGES}


def repeat(times: int, path: Path) -> None:
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open(MEMBER, "w", force_zip64=True) as text,
    ):
        for _ in range(times):
            with zipfile.ZipFile(ZIP) as once, once.open(MEMBER) as again:
                shutil.copyfileobj(again, text, 1 << 20)


if __name__ == "__main__":
    rows()
