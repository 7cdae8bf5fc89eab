"""What the best of several runs seems to be worth when the songs that choose it are the songs that judge it.

Source: Cawley and Talbot, On over-fitting in model selection and subsequent selection bias in performance evaluation,
Journal of Machine Learning Research 11 (2010).
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from century.arrays import Sample, Songs
from century.model.grid import train_side_by_side
from century.model.logistic import loss_and_accuracy


class Candidate(NamedTuple):
    """A run of the sweep at its end, with its loss and accuracy on the validation songs and on the test songs."""

    learning_rate: float
    batch_size: int
    validation_loss: float
    validation_accuracy: float
    test_loss: float
    test_accuracy: float


def candidates(
    train: Sample,
    validation: Songs,
    test: Songs,
    batch_size: int,
    learning_rates: Sequence[float],
    iterations: int,
    seed: int,
) -> list[Candidate]:
    """The runs that the sweep made with this batch size, made again: validation and test songs change no step."""
    ((_, weights),) = train_side_by_side(train, batch_size, learning_rates, iterations, iterations, seed)
    return [
        Candidate(mu, batch_size, *(measure for X, t in (validation, test) for measure in loss_and_accuracy(X @ w, t)))
        for mu, w in zip(learning_rates, weights, strict=True)
    ]


def compare_choices(candidates: list[Candidate]) -> dict[str, Any]:
    """The run with the lowest validation loss, the run with the highest test accuracy, and what the second claims."""
    by_validation = min(candidates, key=lambda candidate: candidate.validation_loss)
    by_test = max(candidates, key=lambda candidate: candidate.test_accuracy)
    return {
        "chosen_by_validation": by_validation._asdict(),
        "chosen_by_test": by_test._asdict(),
        "claimed_more": by_test.test_accuracy - by_validation.test_accuracy,
        "runs": {f"rate {run.learning_rate}, batch {run.batch_size}": run.test_accuracy for run in candidates},
    }
