"""Minibatch stochastic gradient descent.

Shapes: X (n, d), t (n,), w (d,), b a scalar; mu is the learning rate. One step: w <- w - mu dL/dw, b <- b - mu dL/db,
where L is the loss over one minibatch of songs.
Source: Robbins and Monro, A stochastic approximation method, Annals of Mathematical Statistics 22 (1951).
"""

from collections.abc import Iterator

import numpy as np

from century.logistic import Array, gradient, predict


def epoch(
    X: Array, t: Array, w: Array, b: float, mu: float, batch_size: int, rng: np.random.Generator
) -> Iterator[tuple[Array, float]]:
    """Pass over the songs once in random order; yield (w, b) after every step.

    Songs left over after the last whole minibatch are skipped. The w given is never written to, nor any w yielded:
    each step makes a new one. Raises ValueError where the songs do not fill one minibatch.
    """
    if batch_size > len(X):
        raise ValueError(f"a minibatch of {batch_size} songs from {len(X)}")
    rows = np.empty((batch_size, X.shape[1]), X.dtype)
    order = rng.permutation(len(X))
    for start in range(0, len(X) - batch_size + 1, batch_size):
        batch = order[start : start + batch_size]
        X.take(batch, axis=0, out=rows, mode="clip")  # "clip" writes straight into rows, "raise" would buffer
        dw, db = gradient(rows, predict(w, b, rows), t[batch])
        w, b = w - mu * dw, b - mu * db
        yield w, b


def descend(
    X: Array, t: Array, w: Array, b: float, mu: float, batch_size: int, rng: np.random.Generator
) -> Iterator[tuple[Array, float]]:
    """Epoch after epoch without end, at one learning rate: the caller stops when it has seen enough."""
    while True:
        for w, b in epoch(X, t, w, b, mu, batch_size, rng):
            yield w, b
