"""The whole graph from the zip to both models' accuracy, against the document's notebook; runs with little to do."""

import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from functools import cache, partial
from pathlib import Path

import yaml

from benchmarks.process import Cost, measure
from benchmarks.table import compare, line
from century.files import read_json
from century.songs.kept import VARIABLE
from century.songs.published import MEMBER

STAND_IN = Path("data/raw/songs").resolve()
RUNS = 2  # of each side; one of the whole graph
TEN_STAGES = ["dvc", "repro", "evaluate", "learning_rates"]  # with all before them: what the document does, and more


def rows() -> None:
    costs = [(*costs_of_ten_stages(), cost_of_the_notebook()) for _ in range(RUNS)]
    times = [(ours.seconds, notebook.seconds) for ours, _, notebook in costs]
    peaks = [(ours.mib, notebook.mib) for ours, _, notebook in costs]
    changes = [(changed.seconds, ours.seconds) for ours, changed, _ in costs]
    everything = [(cost_of_everything().seconds, costs[-1][-1].seconds)]
    line("cold `dvc repro` of ten stages from a zip, against the document's notebook", times, "s", 0.5)
    line("the same, memory at the peak", peaks, "MiB", 0.5)
    line("cold `dvc repro` of the whole graph, which makes the stand-in, against the same", everything, "s", 0.9)
    line("`dvc repro` after a change of the sweep that keeps its best, against the cold one", changes, "s", 0.2)
    stages = len(yaml.safe_load(Path("dvc.yaml").read_text())["stages"])
    with tempfile.TemporaryDirectory() as folder:
        empty_pipeline(Path(folder), stages)
        ours, other = partial(repro, Path()), partial(repro, Path(folder))
        compare(f"`dvc repro` with nothing to do, against {stages} empty stages", ours, other, 1.2)


@cache
def deflated_zip() -> Path:
    """A zip of the stand-in's songs that is deflated, as the real one is: the stand-in is only stored."""
    path = Path(".dvc/tmp/deflated.zip").resolve()
    with (
        zipfile.ZipFile(STAND_IN) as stored,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as deflated,
        stored.open(MEMBER) as text,
        deflated.open(MEMBER, "w") as again,
    ):
        shutil.copyfileobj(text, again, 1 << 20)
    return path


def costs_of_ten_stages() -> tuple[Cost, Cost]:
    """A cold run in a fresh clone, and the run after a change of its sweep."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        clone_without_results(clone, deflated_zip())
        site = {"DVC_SITE_CACHE_DIR": str(Path(folder) / "site")}  # DVC's own notes go with the folder
        cold = measure(TEN_STAGES, clone, **site)
        before = best_pair(clone)
        change(clone / "params.yaml", r"(?m)^  learning_rates:\n  - [^\n]+", "  learning_rates:\n  - 0.11")
        changed = measure(TEN_STAGES, clone, **site)
        if best_pair(clone) != before:
            sys.exit("another pair became the best of the sweep: the models were trained again")
    return cold, changed


def cost_of_everything() -> Cost:
    """A cold run of all stages in a fresh clone, for a user who has no stand-in yet."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        clone_without_results(clone, "stand-in")
        site = {"DVC_SITE_CACHE_DIR": str(Path(folder) / "site"), VARIABLE: str(Path(folder) / "kept")}
        return measure(["dvc", "repro"], clone, **site)


def cost_of_the_notebook() -> Cost:
    return measure([sys.executable, "-m", "benchmarks.notebook", str(deflated_zip())], Path())


def clone_without_results(clone: Path, source: Path | str) -> None:
    """The last commit, with this source of its data; no cache, no lock and no results, so that every stage runs."""
    subprocess.run(["git", "clone", "--quiet", ".", str(clone)], check=True)
    change(clone / "params.yaml", r"(?m)^  source: .*", f"  source: {source}")
    for path in [clone / "dvc.lock", *clone.glob("metrics/*"), *clone.glob("plots/*")]:
        path.unlink()


def change(path: Path, pattern: str, replacement: str) -> None:
    text, times = re.subn(pattern, replacement, path.read_text())
    if times != 1:
        sys.exit(f"{path}: {pattern} is there {times} times")
    path.write_text(text)


def best_pair(folder: Path) -> tuple[float, int]:
    best = read_json(folder / "metrics/sweep.json")["best"]
    return best["learning_rate"], best["batch_size"]


def repro(folder: Path) -> None:
    subprocess.run(["dvc", "repro"], cwd=folder, check=True, capture_output=True)


def empty_pipeline(folder: Path, stages: int) -> None:
    """A pipeline of so many stages that do nothing, each after the other."""
    text = "stages:\n"
    for number in range(stages):
        deps = f"    deps:\n      - {number - 1}.txt\n" if number else ""
        text += f"  empty{number}:\n    cmd: echo > {number}.txt\n{deps}    outs:\n      - {number}.txt\n"
    (folder / "dvc.yaml").write_text(text)
    for command in (["git", "init", "--quiet"], ["dvc", "init", "--quiet"], ["dvc", "repro", "--quiet"]):
        subprocess.run(command, cwd=folder, check=True, capture_output=True)


if __name__ == "__main__":
    rows()
