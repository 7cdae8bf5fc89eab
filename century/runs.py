"""Short training runs from zero, looked at through the validation set as they go."""

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

import numpy as np

from century.descent import descend
from century.logistic import Array, accuracy, logits, loss, sigmoid

Part = tuple[Array, Array]  # X (n, d), t (n,)


class Look(NamedTuple):
    """The validation set after so many steps, and so many songs, of training."""

    iteration: int
    songs_seen: int
    validation_loss: float
    validation_accuracy: float


def run(
    train: Part, validation: Part, mu: float, batch_size: int, iterations: int, every: int, seed: int
) -> Iterator[Look]:
    """Descend from w = 0, b = 0 for so many steps and look at the validation set every so often.

    The random stream is the run's own, whatever ran before. It starts from the seed and the batch size: runs that
    differ in the learning rate alone see the same songs in the same order.
    """
    rng = np.random.default_rng([seed, batch_size])
    X, t = train
    X_validation, t_validation = validation
    steps = descend(X, t, np.zeros(X.shape[1], X.dtype), 0.0, mu, batch_size, rng)
    for iteration, (w, b) in enumerate(islice(steps, iterations), start=1):
        if iteration % every == 0:
            z = logits(w, b, X_validation)
            yield Look(iteration, iteration * batch_size, loss(z, t_validation), accuracy(sigmoid(z), t_validation))
