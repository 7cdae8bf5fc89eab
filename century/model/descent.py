"""Minibatch stochastic gradient descent, for one model or for many side by side.

Shapes: X (n, d) songs, the last column 1, and t (n,) labels 0 or 1, as in logistic.py.
A model is a column of W (d, k), and its learning rate is one of mu (k,). W may also be a stack of m such matrices,
(m, d, k); then mu is (m, 1, k).
One step for each model: w <- w - mu dL/dw, where L is the loss over one minibatch of songs, the same for all models.
Source: Robbins and Monro, A stochastic approximation method, Annals of Mathematical Statistics 22 (1951).
"""

from collections.abc import Iterator

import numpy as np

from century.arrays import Array, Chunks, Floats, Sample
from century.model.logistic import doubled_error


def epoch(X: Array, t: Array, W: Array, mu: Array, batch_size: int, order: Array | None = None) -> Iterator[Array]:
    """Pass over the songs once, as they come or in the given order (n,), writing to W; yield it after every step.

    Songs left over after the last whole minibatch are skipped. The arrays of a step are used again in the next. Raises
    ValueError where the songs do not fill one minibatch.
    """
    n = len(X) if order is None else len(order)
    if batch_size > n:
        raise ValueError(f"a minibatch of {batch_size} songs from {n}")
    sign = (2 * (t if order is None else t[order]) - 1).astype(X.dtype)[:, None]
    step = (mu / (2 * batch_size)).astype(X.dtype)
    gathered = np.empty((batch_size, X.shape[1]), X.dtype)
    z = np.empty((*W.shape[:-2], batch_size, W.shape[-1]), X.dtype)
    for start in range(0, n - batch_size + 1, batch_size):
        batch = slice(start, start + batch_size)
        # With the mode "clip" take writes straight into `gathered`; with the default it would go through a buffer.
        rows = X[batch] if order is None else X.take(order[batch], axis=0, out=gathered, mode="clip")
        np.matmul(rows, W, out=z)
        gradient = rows.T @ doubled_error(z, sign[batch])
        gradient *= step
        W -= gradient
        yield W


def descend(songs: Sample, W: Array, mu: Array, batch_size: int, rng: np.random.Generator) -> Iterator[Array]:
    """Epoch after epoch without end, each in a new random order: the caller stops when it has seen enough.

    The whole set is put in order, not only the sample, which must have the songs of all steps that the caller takes.
    """
    place = np.zeros(songs.set_size, np.int32)  # in the sample
    place[songs.row] = np.arange(len(songs.row))
    while True:
        yield from epoch(songs.X, songs.t, W, mu, batch_size, place[rng.permutation(songs.set_size)])


def plain_epochs(chunks: Chunks, mu: float, batch_size: int) -> Iterator[Floats]:
    """w (d,) after each epoch over the songs as they come, from zero and without end."""
    d = next(iter(chunks()))[0].shape[1]
    W = np.zeros((d, 1), np.float32)
    while True:
        for X, t in chunks():
            for _ in epoch(X, t, W, np.array(mu), batch_size):
                pass
        yield W[:, 0].astype(np.float64)
