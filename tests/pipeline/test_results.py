"""The committed results keep the promises of the README."""

import json
from pathlib import Path

METRICS = json.loads(Path("metrics/evaluate.json").read_text(encoding="utf-8"))


def test_our_training_ends_where_scikit_learns_does():
    assert METRICS["sgd"]["train"]["loss"] - METRICS["sklearn"]["train"]["loss"] < 1e-6
    for part in ("train", "validation", "test"):
        assert abs(METRICS["sgd"][part]["accuracy"] - METRICS["sklearn"][part]["accuracy"]) < 0.002


def test_the_model_committed_is_the_model_scored():
    train = json.loads(Path("metrics/train.json").read_text(encoding="utf-8"))
    assert abs(train["training_loss"] - METRICS["sgd"]["train"]["loss"]) < 1e-9  # from float32 logits, training's own
    assert abs(train["validation_loss"] - METRICS["sgd"]["validation"]["loss"]) < 1e-12
