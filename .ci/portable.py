"""The whole graph on a small stand-in gives the same bytes here as on an emulated Haswell, the oldest AVX2 processor.

Where this processor has AVX-512, a third run without the settings of `set_up_process` must give other bytes: it shows
that the comparison can fail. Needs Debian's package qemu-user, or another qemu-x86_64 on the PATH.
"""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import yaml

sys.path.insert(0, "tests")
from clones import copy_tree, set_params

SMALL = {  # the emulated processor takes some hundred times as long for a product of matrices
    "data.stand_in.songs": 1500,
    "data.stand_in.train_songs": 1300,
    "split.train_rows": 1300,
    "split.validation_rows": 200,
    "gradient_check.songs": 100,
    "gradient_check.directions": 2,
    "learning_rates.iterations": 20,
    "sweep.iterations": 10,
    "train.tolerance": 1e-4,
    "intervals.draws": 100,
    "producer_effect.folds": 2,
}
PYTHON = str(Path(sys.executable).resolve())
ONE_PROCESS = """
import sys
from stages.__main__ import run, set_up_process
if sys.argv[1] == "pinned":
    set_up_process("figures")  # what the figures import is there for all
for stage in sys.argv[2:]:
    run(stage)
"""
HASWELL = "Haswell-noTSX,-pcid,-x2apic,-tsc-deadline,-invpcid"  # less what QEMU does not have, and says in every thread
RUNS = {  # an emulated Python is slow to start, so there it starts once for all stages
    "here": [PYTHON, "-m", "stages"],
    "emulated": ["qemu-x86_64", "-cpu", HASWELL, PYTHON, "-c", ONE_PROCESS, "pinned"],
    "unpinned": [PYTHON, "-c", ONE_PROCESS, "unpinned"],
}


def run_all_stages(name: str, folder: Path) -> dict[str, str]:
    """The sha256 of every file that the stages write, from a run of them all in a clone of this working tree."""
    clone = folder / name
    set_params(copy_tree(clone), SMALL)
    graph = yaml.safe_load((clone / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    written = {path for stage in graph.values() for kind in ("outs", "metrics", "plots") for path in paths(stage, kind)}
    for path in written:
        (clone / path).unlink(missing_ok=True)
    environment = {**os.environ, "PYTHONPATH": sysconfig.get_path("purelib"), "OPENBLAS_NUM_THREADS": "1"}
    environment["MUSIC_CENTURY_CACHE"] = str(clone / "kept")  # each makes its own stand-in
    for stages in [[stage] for stage in graph] if name == "here" else [list(graph)]:
        subprocess.run([*RUNS[name], *stages], cwd=clone, env=environment, check=True)
        print(f"{name}: {', '.join(stages)}", flush=True)
    return {path: hashlib.sha256((clone / path).read_bytes()).hexdigest() for path in sorted(written)}


def paths(stage: dict, kind: str) -> list[str]:
    return [next(iter(item)) if isinstance(item, dict) else item for item in stage.get(kind, [])]


def main() -> None:
    if platform.machine() != "x86_64" or not np._core._multiarray_umath.__cpu_features__["AVX2"]:
        sys.exit("portable: this processor has no AVX2, so its bytes are its own")
    if shutil.which("qemu-x86_64") is None:
        sys.exit("portable: qemu-x86_64 is missing; it is in Debian's package qemu-user")
    has_avx512 = np._core._multiarray_umath.__cpu_features__["AVX512_SKX"]
    names = ["emulated", "here", *["unpinned"] * has_avx512]
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        found = dict(zip(names, pool.map(lambda name: run_all_stages(name, Path(folder)), names), strict=True))
    different = [path for path, digest in found["here"].items() if found["emulated"][path] != digest]
    print(f"{len(found['here'])} outputs, {len(different)} of them different on an emulated Haswell", *different)
    if has_avx512:
        unpinned = sum(found["unpinned"][path] != digest for path, digest in found["here"].items())
        print(f"Without the pins, {unpinned} are different on this processor, which has AVX-512")
        if not unpinned:
            sys.exit("portable: without the pins some output must be different")
    if different:
        sys.exit(1)


if __name__ == "__main__":
    main()
