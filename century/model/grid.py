"""Short training runs from zero, one for each learning rate, measured on the validation set on their way.

Shapes: X (n, d), the last column 1, and t (n,) labels, as in logistic.py; w (d,).
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np

from century.arrays import Array, Ints, Sample, Songs
from century.model.descent import descend
from century.model.logistic import loss_and_accuracy

# Models are multiplied in groups of this size, and a smaller group is filled up with models that stay at zero. BLAS
# rounds by the shape of a product, so with one shape for all groups the last digits of a run do not depend on which
# other runs stand beside it. With 16, an epoch of 64 models takes a tenth more time. With 64, an epoch of three models
# takes longer than three epochs of one.
STACK_WIDTH = 32


class CurvePoint(NamedTuple):
    """The loss and the accuracy on the validation set after some steps of training."""

    iteration: int
    songs_seen: int
    validation_loss: float
    validation_accuracy: float

    def measures(self) -> dict[str, float]:
        return {"validation_loss": self.validation_loss, "validation_accuracy": self.validation_accuracy}


def random_stream(batch_size: int, seed: int) -> np.random.Generator:
    return np.random.default_rng([seed, batch_size])


def rows_seen(songs: int, batch_sizes: Sequence[int], iterations: int, seed: int) -> Ints:
    """The rows, ascending, of the songs that runs with these batch sizes see: a sample of a large set."""
    seen = [random_stream(size, seed).permutation(songs)[: iterations * size].astype(np.int32) for size in batch_sizes]
    return np.unique(np.concatenate(seen))


def train_side_by_side(
    train: Sample, batch_size: int, learning_rates: Sequence[float], iterations: int, every: int, seed: int
) -> Iterator[tuple[int, list[Array]]]:
    """Descend from w = 0; after every `every` steps yield the step and the weights of each learning rate.

    All runs see the same songs in the same order, from a random stream that starts from the seed and the batch size.
    """
    k, d = len(learning_rates), train.X.shape[1]
    mu = np.zeros((-(-k // STACK_WIDTH), 1, STACK_WIDTH))
    mu.flat[:k] = learning_rates
    W = np.zeros((len(mu), d, STACK_WIDTH), train.X.dtype)
    steps = descend(train, W, mu, batch_size, random_stream(batch_size, seed))
    for iteration, W in enumerate(islice(steps, iterations), start=1):
        if iteration % every == 0:
            yield iteration, list(W.swapaxes(1, 2).reshape(-1, d)[:k].copy())


def validation_curves(
    train: Sample,
    validation: Songs,
    batch_size: int,
    learning_rates: Sequence[float],
    iterations: int,
    every: int,
    seed: int,
) -> list[list[CurvePoint]]:
    """The curve of each learning rate, in the order of the rates."""
    X, t = validation
    curves: list[list[CurvePoint]] = [[] for _ in learning_rates]
    for iteration, weights in train_side_by_side(train, batch_size, learning_rates, iterations, every, seed):
        for curve, w in zip(curves, weights, strict=True):
            curve.append(CurvePoint(iteration, iteration * batch_size, *loss_and_accuracy(X @ w, t)))
    return curves
