"""Short training runs from zero, one for each learning rate, looked at through the validation set as they go.

Shapes: X (n, d), the last column 1, and t (n,) as in descent.py; w (d,).
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np

from century.arrays import Array, Songs
from century.model.descent import descend
from century.model.logistic import accuracy, loss, sigmoid

# Models that are multiplied together. BLAS rounds by the shape of a product: with one shape for all, a run's last
# digits do not depend on which other runs stand beside it. Half of it takes a tenth more for 64 models, twice as much
# makes three models slower than three runs.
WIDTH = 32


class Look(NamedTuple):
    """The validation set after so many steps, and so many songs, of training."""

    iteration: int
    songs_seen: int
    validation_loss: float
    validation_accuracy: float


def run(
    train: Songs, learning_rates: Sequence[float], batch_size: int, iterations: int, every: int, seed: int
) -> Iterator[tuple[int, list[Array]]]:
    """Descend from w = 0 for so many steps; every so often yield the step and the w of each learning rate.

    The runs see the same songs in the same order, from a random stream that starts from the seed and the batch size,
    whatever ran before.
    """
    X, t = train
    k = len(learning_rates)
    rng = np.random.default_rng([seed, batch_size])
    mu = np.zeros((-(-k // WIDTH), 1, WIDTH))
    mu.flat[:k] = learning_rates
    steps = descend(X, t, np.zeros((len(mu), X.shape[1], WIDTH), X.dtype), mu, batch_size, rng)
    for iteration, W in enumerate(islice(steps, iterations), start=1):
        if iteration % every == 0:
            yield iteration, list(W.swapaxes(1, 2).reshape(-1, X.shape[1])[:k].copy())


def seen_by(w: Array, part: Songs) -> tuple[float, float]:
    """(loss, accuracy) of w on some songs."""
    X, t = part
    z = X @ w
    return loss(z, t), accuracy(sigmoid(z), t)


def looks(
    train: Songs,
    validation: Songs,
    learning_rates: Sequence[float],
    batch_size: int,
    iterations: int,
    every: int,
    seed: int,
) -> list[list[Look]]:
    """The looks of each learning rate's run, in the order of the rates."""
    at_each_step = [
        [Look(iteration, iteration * batch_size, *seen_by(w, validation)) for w in ws]
        for iteration, ws in run(train, learning_rates, batch_size, iterations, every, seed)
    ]
    return [list(of_one_run) for of_one_run in zip(*at_each_step, strict=True)]
