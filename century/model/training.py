"""Training that finishes the job: stochastic gradient descent with a decaying step and averaged weights.

The songs are taken as they stand in the training set, which has been shuffled once, so nothing has to be gathered. In
epoch k the learning rate is mu / k. The last w of an epoch still jumps about with every minibatch; the mean over the
epoch does not. The model after epoch k is the mean of the epochs' means with weights 1, 4, 9, ..., k^2, which forgets
the way from zero and averages the rest.
Source: Polyak and Juditsky, Acceleration of stochastic approximation by averaging, SIAM J. Control Optim. 30 (1992);
growing weights: Lacoste-Julien, Schmidt and Bach, arXiv 1212.2002 (2012); one order: Mishchenko, Khaled and Richtarik,
Random reshuffling, NeurIPS 33 (2020).

Shapes: X (n, d), the last column 1, and t (n,) as in descent.py; w (d,), float64, its last entry the bias.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import count

import numpy as np

from century import InputError
from century.arrays import Array
from century.model.descent import epoch
from century.model.logistic import loss

Pieces = Callable[[], Iterable[tuple[Array, Array]]]  # gives the training set again and again, as one X, t or several


def averaged_epochs(pieces: Pieces, mu: float, batch_size: int) -> Iterator[tuple[Array, int]]:
    """The averaged w after each epoch, and its steps, from zero and without end.

    Raises InputError where a piece does not fill a minibatch.
    """
    d = next(iter(pieces()))[0].shape[1]
    W, w_mean = np.zeros((d, 1), np.float32), np.zeros(d)
    for k in count(1):
        w_sum, steps = np.zeros(d), 0
        for X, t in pieces():
            if len(X) < batch_size:
                raise InputError(
                    f"train.memory: it holds {len(X)} songs, no minibatch of {batch_size}; set a larger one"
                )
            first = len(X) % batch_size if k % 2 == 0 else 0  # else every epoch would leave over the same songs
            for _ in epoch(X[first:], t[first:], W, np.array(mu / k), batch_size):
                w_sum += W[:, 0]
                steps += 1
        w_mean = w_mean + (w_sum / steps - w_mean) * 6 * k / ((k + 1) * (2 * k + 1))  # k^2 / (1 + 4 + ... + k^2)
        yield w_mean, steps


def mean_loss(w: Array, pieces: Pieces) -> float:
    """L over all songs, from float32 logits: their rounding moves the mean by less than 1e-9."""
    sums = [(len(t) * loss(X @ w.astype(X.dtype), t), len(t)) for X, t in pieces()]
    total, songs = map(sum, zip(*sums, strict=True))
    return total / songs


def train(
    pieces: Pieces, mu: float, batch_size: int, tolerance: float, max_epochs: int
) -> Iterator[tuple[Array, int, float]]:
    """(w, steps, training loss) after each epoch, until one lowers the loss by less than the tolerance."""
    before = np.inf
    for k, (w, steps) in enumerate(averaged_epochs(pieces, mu, batch_size), start=1):
        after = mean_loss(w, pieces)
        yield w, steps, after
        if before - after < tolerance or k == max_epochs:
            return
        before = after
