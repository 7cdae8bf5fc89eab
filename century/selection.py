"""What the best of several runs claims when the songs that choose it are those that judge it.

Source: Cawley and Talbot, On over-fitting in model selection and subsequent selection bias in performance evaluation,
Journal of Machine Learning Research 11 (2010).
"""

from typing import Any, NamedTuple

from century.runs import Part, run


class Candidate(NamedTuple):
    """One run of the sweep at its end, as the validation songs see it, and as the test songs do."""

    learning_rate: float
    batch_size: int
    validation_loss: float
    validation_accuracy: float
    test_loss: float
    test_accuracy: float


def candidate(
    train: Part, validation: Part, test: Part, mu: float, batch_size: int, iterations: int, seed: int
) -> Candidate:
    """The very run that the sweep made: its steps depend on no song that is only looked at."""
    (seen,) = run(train, validation, mu, batch_size, iterations, iterations, seed)
    (peeked,) = run(train, test, mu, batch_size, iterations, iterations, seed)
    return Candidate(
        mu,
        batch_size,
        seen.validation_loss,
        seen.validation_accuracy,
        peeked.validation_loss,
        peeked.validation_accuracy,
    )


def claims(candidates: list[Candidate]) -> dict[str, Any]:
    """The run that the validation loss chooses, that the test accuracy chooses, and what the second claims more."""
    by_validation = min(candidates, key=lambda run: run.validation_loss)
    by_test = max(candidates, key=lambda run: run.test_accuracy)
    return {
        "chosen_by_validation": by_validation._asdict(),
        "chosen_by_test": by_test._asdict(),
        "claimed_more": by_test.test_accuracy - by_validation.test_accuracy,
        "runs": {f"rate {run.learning_rate}, batch {run.batch_size}": run.test_accuracy for run in candidates},
    }
