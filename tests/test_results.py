"""The committed results keep the promises of the README, and the threads that every stage works with are one."""

import json
import os
import subprocess
import sys
from pathlib import Path

METRICS = json.loads(Path("metrics/evaluate.json").read_text(encoding="utf-8"))


def test_our_training_ends_where_scikit_learns_does():
    assert abs(METRICS["sgd"]["train"]["loss"] - METRICS["sklearn"]["train"]["loss"]) < 1e-4
    for part in ("train", "validation", "test"):
        assert abs(METRICS["sgd"][part]["accuracy"] - METRICS["sklearn"][part]["accuracy"]) < 0.001


def test_the_model_committed_is_the_model_scored():
    train = json.loads(Path("metrics/train.json").read_text(encoding="utf-8"))
    assert abs(train["training_loss"] - METRICS["sgd"]["train"]["loss"]) < 1e-9  # from float32 logits, training's own
    assert abs(train["validation_loss"] - METRICS["sgd"]["validation"]["loss"]) < 1e-12


def test_stages_hold_blas_to_one_thread_before_numpy_is_there():
    program = (
        "import sys, stages, os\n"
        "assert 'numpy' not in sys.modules\n"
        "import numpy, threadpoolctl\n"
        "print([pool['num_threads'] for pool in threadpoolctl.threadpool_info()])"
    )
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "2", "OMP_NUM_THREADS": "2"}
    result = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert set(json.loads(result.stdout)) == {1}
