"""Training to the optimum: minibatch stochastic gradient descent, cured of the two faults that keep it away.

The first fault of plain descent (descent.py) is that the loss is steep in some directions and flat in others, while one
learning rate serves them all. The second is that the gradient of a minibatch is never zero, not even at the optimum, so
that w never comes to rest. Here each epoch begins with a pass over all songs, which measures at w0 the loss L, its
gradient and its Hessian H. Then every minibatch B makes the step

    w <- w - mu H^-1 (dL_B/dw(w) - dL_B/dw(w0) + dL/dw(w0))

H^-1 makes the loss equally steep in all directions (H at w = 0 is a quarter of the features' covariance, so the first
steps are those on decorrelated features). It also sets the scale of the learning rate: mu = 1 is the rate of Newton's
method, so there is none to choose. Near w0 the noise of the two gradients over B is nearly the same and cancels, so the
step goes to zero as the gradient over all songs does. Few songs, or songs far from all others, can still make the
minibatches too different from the whole: an epoch that lowers the loss by too little is undone, and the next one has
half the rate.

With g the gradient, g' H^-1 g / 2 estimates how far the loss is above its minimum. Training ends where that is small.

Sources: on the first fault LeCun, Bottou, Orr and Mueller, Efficient BackProp (1998); on the second Johnson and Zhang,
Accelerating stochastic gradient descent using predictive variance reduction, NeurIPS 26 (2013); on what an epoch has to
gain, and on the estimate, Boyd and Vandenberghe, Convex Optimization (2004), sections 9.2 and 9.5.

Shapes: X (n, d) songs, the last column 1, and t (n,) labels, as in logistic.py; w (d,), float64; H (d, d).
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from century.arrays import CACHE_ROWS, Chunks, Floats
from century.model.logistic import gradient, hessian, losses, sigmoid

# Minibatches of an epoch. With 16 the steps are noisier: 1,000 songs need a fifth more epochs. With 1, a step is one of
# Newton's method.
MINIBATCHES = 8
FLAT = 1e-9  # a direction is flat if the loss curves less in it than this, as a share of the largest curvature


class Fit(NamedTuple):
    """The weights after an epoch, and how far training has come with them."""

    w: Floats
    loss: float  # L over all songs
    above_minimum: float  # the estimate of L minus its minimum
    learning_rate: float  # of the last epoch
    batch_size: int
    songs: int
    separates: bool  # every song gets the right label, so the loss has no minimum: it falls while w grows

    @property
    def lower_bound(self) -> float:
        """The estimate of the loss that no w is below."""
        return 0.0 if self.separates else self.loss - self.above_minimum


class Derivatives(NamedTuple):
    """The loss over all songs at some w, with its first and second derivatives there."""

    songs: int
    loss: float
    gradient: Floats
    hessian: Floats
    separates: bool


def train(chunks: Chunks, tolerance: float, max_epochs: int) -> Iterator[Fit]:
    """The fit at w = 0 and after each epoch, until its loss is within the tolerance or max_epochs are over.

    The songs should be in random order. Where a plane separates the labels, the loss has no minimum: it tends to 0
    while w grows, and training ends where the loss is at most about `tolerance`, with a fit that `separates`.
    """
    d = next(iter(chunks()))[0].shape[1]
    w, mu, last_mu = np.zeros(d), 1.0, 1.0
    at_w = derivatives(chunks, w)
    batch_size = -(-at_w.songs // MINIBATCHES)
    for epoch in range(max_epochs + 1):
        H_inverse = inverse(at_w.hessian)
        above_minimum = float(at_w.gradient @ H_inverse @ at_w.gradient) / 2
        yield Fit(w, at_w.loss, above_minimum, last_mu, batch_size, at_w.songs, at_w.separates)
        if above_minimum <= tolerance or epoch == max_epochs:
            return
        with np.errstate(over="ignore", invalid="ignore"):  # where the rate is far too large; the test below undoes it
            w_new = svrg_epoch(chunks, w, at_w.gradient, H_inverse, mu, batch_size)
            at_w_new = derivatives(chunks, w_new)
        last_mu = mu
        if at_w.loss - at_w_new.loss >= mu * above_minimum / 2:
            w, at_w, mu = w_new, at_w_new, min(1.0, 1.2 * mu)
        else:
            mu /= 2


def svrg_epoch(chunks: Chunks, w0: Floats, gradient0: Floats, H_inverse: Floats, mu: float, batch_size: int) -> Floats:
    """w (d,) after one epoch of variance-reduced steps from w0, where the gradient over all songs is gradient0."""
    w = w0.copy()
    for X, t in chunks():
        for start in range(0, len(t), batch_size):
            batch = X[start : start + batch_size]
            y, y0 = sigmoid(batch @ np.column_stack([w, w0]).astype(X.dtype)).T
            share = len(batch) / batch_size  # below 1 for the songs that are left over
            w -= mu * share * H_inverse @ (gradient(batch, y, y0) + gradient0)  # y - y0 = (y - t) - (y0 - t)
    return w


def derivatives(chunks: Chunks, w: Floats) -> Derivatives:
    """The loss over all songs at w, and its derivatives.

    The logits and the sums over a block have the precision of X; everything else is float64.
    """
    d = len(w)
    songs, loss, g, H, separates = 0, 0.0, np.zeros(d), np.zeros((d, d)), True
    for X, t in chunks():
        for start in range(0, len(t), CACHE_ROWS):
            x, labels = X[start : start + CACHE_ROWS], t[start : start + CACHE_ROWS]
            z = (x @ w.astype(x.dtype)).astype(np.float64)
            y, n = sigmoid(z), len(labels)
            songs += n
            loss += float(losses(z, labels).sum())
            g += n * gradient(x, y, labels)
            H += n * hessian(x, y)
            separates &= bool(np.all(z * (2 * labels - 1) > 0))
    return Derivatives(songs, loss / songs, g / songs, H / songs, separates)


def inverse(H: Floats) -> Floats:
    """H^-1 (d, d), and 0 in flat directions: steps along these would be long, and would not change the loss."""
    scale = np.sqrt(np.diag(H))
    scale[scale == 0] = 1
    curvature, directions = np.linalg.eigh(H / scale / scale[:, None])
    curved = curvature > FLAT * curvature[-1]
    directions = directions[:, curved] / scale[:, None]
    H_inverse: Floats = directions / curvature[curved] @ directions.T
    return H_inverse


def mean_loss(chunks: Chunks, w: Floats) -> float:
    """L over all songs, from logits of the precision of X: the rounding of float32 moves the mean by less than 1e-9."""
    sums = [(float(losses(X @ w.astype(X.dtype), t).sum()), len(t)) for X, t in chunks()]
    total, songs = map(sum, zip(*sums, strict=True))
    return total / songs
