"""Break the code in one place after the other, and show that the test which must notice it does: make breakages

Each breakage is made in a copy of this working tree, in which the named test then has to fail. Unbroken, all of them
have to pass.
"""

import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, "tests")
from clones import copy_tree, edit

BREAKAGES = [  # file, what is right, what is wrong, the test
    ("century/model/logistic.py", "error @ X / len(t)", "error @ X / (len(t) - 1)", "tests/model/test_logistic.py"),
    ("century/model/logistic.py", "(z >= 0) == (t == 1)", "(z > 0) == (t == 1)", "tests/model/test_logistic.py"),
    ("century/model/descent.py", "(mu / (2 * batch_size))", "(mu / batch_size)", "tests/model/test_descent.py"),
    ("century/model/grid.py", "iteration % every == 0", "iteration % every == 1", "tests/model/test_grid.py"),
    (
        "century/model/training.py",
        "if at_w.loss - at_w_new.loss >= mu * above_minimum / 2:",
        "if True:",
        "tests/model/test_training.py",
    ),
    (
        "century/evaluation/measures.py",
        "(below + up_to) / (2 * len(others))",
        "below / len(others)",
        "tests/evaluation/test_measures.py",
    ),
    (
        "century/evaluation/producer_effect.py",
        'make_pipeline(StandardScaler(), KNeighborsClassifier(k, algorithm="brute"))',
        'KNeighborsClassifier(k, algorithm="brute")',
        "tests/evaluation/test_producer_effect.py",
    ),
    (
        "century/document/replay.py",
        "start = w.copy() if corrected else w",
        "start = w.copy()",
        "tests/document/test_replay.py",
    ),
    (
        "century/songs/split.py",
        "order[validation_rows:], order[:validation_rows]",
        "order[:-validation_rows], order[-validation_rows:]",
        "tests/songs/test_split.py",
    ),
    ("century/songs/normalize.py", "squares / (n - 1)", "squares / n", "tests/songs/test_normalize.py"),
    ("century/songs/labels.py", "> threshold_year)", ">= threshold_year)", "tests/songs/test_labels.py"),
    ("century/songs/kept.py", 'if path.name == f"{name}-{digest}":', "if True:", "tests/songs/test_kept.py"),
    ("century/songs/fetch.py", "if sha256(partial) != expected:", "if False:", "tests/songs/test_fetch.py"),
    ("century/params.py", "self.train_songs < self.songs", "True", "tests/test_params.py"),
    ("century/files.py", "content:.10g", "content:.12g", "tests/test_files.py"),
    ("century/figures.py", '"Date": None', '"Date": "2001-01-01"', "tests/stages/test_figures.py"),
    ("stages/__main__.py", '("OPENBLAS_NUM_THREADS", ', "(", "tests/stages/test_main.py"),
    ("dvc.yaml", "    - century/songs/labels.py\n", "", "tests/pipeline/test_declarations.py"),
    (  # the run cache cannot bring the results of the stage back
        "dvc.yaml",
        "    - data/replay_comparison.csv\n",
        "    - data/replay_comparison.csv:\n        cache: false\n",
        "tests/pipeline/test_pipeline.py::test_a_value_taken_back_restores_every_result",
    ),
    (  # a stage that runs again writes something else
        "stages/binarize.py",
        '{"is_uci_text": is_uci_text, ',
        '{"time": __import__("time").time(), "is_uci_text": is_uci_text, ',
        "tests/pipeline/test_pipeline.py::test_a_comment_in_a_stage_reruns_that_stage_and_nothing_after_it",
    ),
    (  # the worst run of the sweep for the best
        "stages/sweep.py",
        "mu, batch_size = min(",
        "mu, batch_size = max(",
        "tests/pipeline/test_pipeline.py::test_an_edit_reruns_what_depends_on_it_and_redraws_what_shows_it",
    ),
]


def run_tests(folder: Path, *tests: str) -> subprocess.CompletedProcess[str]:
    """What becomes of the tests in a copy of the working tree. Exits where they cannot be run at all."""
    command = [sys.executable, "-m", "pytest", "-x", "--no-header", *tests]
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, "PYTHONPATH": str(folder)}, capture_output=True, text=True
    )
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    return done


def is_caught(breakage: tuple[str, str, str, str]) -> bool:
    file, right, wrong, test = breakage
    with tempfile.TemporaryDirectory() as folder:
        broken = copy_tree(Path(folder) / "clone")
        edit(broken / file, right, wrong)
        caught = run_tests(broken, test).returncode == 1
    print(f"{'caught' if caught else 'MISSED'}: {file}: {wrong.strip() or 'without ' + right.strip()}", flush=True)
    return caught


def main() -> None:
    unbroken = run_tests(Path.cwd(), *sorted({test for *_, test in BREAKAGES}))
    if unbroken.returncode:
        sys.exit(f"{unbroken.stdout}\nOf the tests that are to catch breakages, some fail where nothing is broken")
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(is_caught, BREAKAGES))
    print(f"{sum(found)} of {len(found)} breakages are caught")
    if not all(found):
        sys.exit(1)


if __name__ == "__main__":
    main()
