"""Training that finishes the job: stochastic gradient descent with a decaying step and averaged weights.

In epoch k the learning rate is mu / k. The last w of an epoch still jumps about with every minibatch; the mean of
all of an epoch's does not. The model after epoch k is the mean of the epochs' means with weights 1, 2, ..., k, which
forgets the way from zero and averages the rest.
Source: Polyak and Juditsky, Acceleration of stochastic approximation by averaging, SIAM J. Control Optim. 30 (1992);
the growing weights: Lacoste-Julien, Schmidt and Bach, arXiv 1212.2002 (2012).
"""

from collections.abc import Iterator
from itertools import count

import numpy as np

from century.descent import epoch
from century.evaluation import exact_logits
from century.logistic import Array, loss


def averaged_epochs(X: Array, t: Array, mu: float, batch_size: int, seed: int) -> Iterator[tuple[Array, float]]:
    """The averaged (w (d,), b), float64, after each epoch over X (n, d), t (n,), from zero and without end."""
    rng = np.random.default_rng([seed, batch_size])
    w, b = np.zeros(X.shape[1], X.dtype), 0.0
    w_mean, b_mean = np.zeros(X.shape[1]), 0.0
    for k in count(1):
        w_sum, b_sum = np.zeros(X.shape[1]), 0.0
        for w, b in epoch(X, t, w, b, mu / k, batch_size, rng):
            w_sum += w
            b_sum += float(b)
        steps = len(X) // batch_size
        w_mean = w_mean + (w_sum / steps - w_mean) * 2 / (k + 1)
        b_mean = b_mean + (b_sum / steps - b_mean) * 2 / (k + 1)
        yield w_mean, b_mean


def train(
    X: Array, t: Array, mu: float, batch_size: int, seed: int, tolerance: float, max_epochs: int
) -> Iterator[tuple[Array, float, float]]:
    """(w, b, training loss) after each epoch, until one lowers the loss by less than the tolerance."""
    before = np.inf
    for k, (w, b) in enumerate(averaged_epochs(X, t, mu, batch_size, seed), start=1):
        after = loss(exact_logits(w, b, X), t)
        yield w, b, after
        if before - after < tolerance or k == max_epochs:
            return
        before = after
