"""Epochs, sweeps and the whole training, on the 413,715 training songs in memory."""

import statistics
from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression, SGDClassifier

from benchmarks.opponents import jax_epoch, vowpal_wabbit, write_for_vowpal_wabbit
from benchmarks.table import compare, timed
from century.arrays import Array, Sample, Songs
from century.cluster import in_order
from century.document import formulas
from century.model.descent import epoch
from century.model.grid import STACK_WIDTH, validation_curves
from century.model.logistic import exact_logits, loss
from century.model.training import train
from century.params import Train

SONGS = 413_715
LEARNING_RATES = 64
BATCH_SIZES = (64, 512, 1024)
LADDER_RUNS = 3
LADDER = (500, 1_000, 3_000, 10_000, 30_000, 100_000, SONGS)


def rows(train: Songs, validation: Songs, p: Train) -> None:
    """`train` and `validation` with the last column of ones; the others are given the same songs without it."""
    X, t = train
    plain = np.ascontiguousarray(X[:, :-1])
    for size in (100, 512):
        ours, other = partial(shuffled_epoch, X, t, size), partial(sgd_classifier, plain, t, max_iter=1, tol=None)
        compare(f"epoch in a new order, batches of {size}, against `SGDClassifier`", ours, other, 1 / 3)
    exact = plain.astype(np.float64)
    for size in (100, 512):
        ours, other = partial(shuffled_epoch, X, t, size), partial(compiled_epoch, jax_epoch(X, t, size))
        compare(f"epoch in a new order, batches of {size}, against JAX (`jit`, `lax.scan`)", ours, other)
    for size in (100, 512):
        ours, other = partial(shuffled_epoch, X, t, size), partial(document_epoch, exact, t, size)
        compare(f"epoch in a new order, batches of {size}, against the assignment's way", ours, other, 1 / 10)
    for size in (100, 512):
        ours, other = partial(epoch_as_they_stand, X, t, size), partial(document_epoch, exact, t, size)
        compare(f"epoch in the order of the file, batches of {size}, against the assignment's way", ours, other, 1 / 10)
    ours, other = partial(np.sum, X), partial(document_epoch, exact, t, 512)
    compare("reading the float32 songs once, in a sum, against the assignment's way", ours, other)
    for size in (100, 512):
        ours, other = partial(wide_epoch, X, t, size), partial(shuffled_epoch, X, t, size)
        compare(f"epoch of {LEARNING_RATES} learning rates, batches of {size}, against one rate", ours, other, 4)
    ours, other = (
        partial(way, Sample(X, t, np.arange(len(t)), len(t)), validation) for way in (side_by_side, one_after_another)
    )
    compare("three batch sizes of 1000 steps side by side, against one after another", ours, other, 1)
    ours, other = partial(our_training, X, t, p), partial(LogisticRegression().fit, plain, t)
    compare("training, against `LogisticRegression().fit`", ours, other, 1)


def shuffled_epoch(X: Array, t: Array, batch_size: int) -> None:
    """As the sweep has them, of one learning rate."""
    order = np.random.default_rng(1).permutation(len(X))
    for _ in epoch(X, t, np.zeros((X.shape[1], 1), X.dtype), np.array(0.1), batch_size, order):
        pass


def compiled_epoch(epoch: Callable[[Array], Array]) -> Array:
    return epoch(np.random.default_rng(1).permutation(SONGS))


def epoch_as_they_stand(X: Array, t: Array, batch_size: int) -> None:
    """As plain descent has them beside training, whose songs have been shuffled before."""
    for _ in epoch(X, t, np.zeros((X.shape[1], 1), X.dtype), np.array(0.1), batch_size):
        pass


def wide_epoch(X: Array, t: Array, batch_size: int) -> None:
    """As shuffled_epoch, of models in stacks of STACK_WIDTH, as the sweep has them."""
    order = np.random.default_rng(1).permutation(len(X))
    mu = np.geomspace(0.01, 1, LEARNING_RATES).reshape(-1, 1, STACK_WIDTH)
    for _ in epoch(X, t, np.zeros((len(mu), X.shape[1], STACK_WIDTH), X.dtype), mu, batch_size, order):
        pass


def sgd_classifier(X: Array, t: Array, **options: object) -> Array:
    fit = SGDClassifier(loss="log_loss", penalty=None, random_state=1, **options).fit(X, t)
    return np.append(fit.coef_[0], fit.intercept_)


def document_epoch(X: Array, t: Array, batch_size: int) -> None:
    """The assignment's way: a shuffled copy of the whole float64 set, then slices of it."""
    w, b = np.zeros(90), 0.0
    order = np.random.permutation(len(X))
    X, t = X[order], t[order]
    for start in range(0, len(X) - batch_size + 1, batch_size):
        rows, labels = X[start : start + batch_size], t[start : start + batch_size]
        dw, db = formulas.gradient(rows, formulas.predict(w, b, rows), labels)
        w -= 0.1 * dw
        b -= 0.1 * db


def side_by_side(train: Sample, validation: Songs) -> None:
    curves = partial(validation_curves, iterations=1000, every=1000, seed=1)
    deque(in_order(curves, (train, validation), [(size, [0.1, 0.5, 1.0]) for size in BATCH_SIZES]))


def one_after_another(train: Sample, validation: Songs) -> None:
    for size in BATCH_SIZES:
        validation_curves(train, validation, size, [0.1, 0.5, 1.0], 1000, 1000, 1)


def our_training(X: Array, t: Array, p: Train) -> Array:
    *_, last = train(lambda: [(X, t)], p.tolerance, p.max_epochs)
    return last.w


def scikit_learn(X: Array, t: Array, **options: object) -> Array:
    fit = LogisticRegression(C=np.inf, **options).fit(X, t)
    return np.append(fit.coef_[0], fit.intercept_)


def ladder(X: Array, t: Array, p: Train, folder: Path) -> None:
    """Seconds and the loss above the optimum of ours, scikit-learn's solvers and Vowpal Wabbit, on the first n songs.

    The optimum is that of newton-cholesky in float64 with a tolerance of 1e-10. Nobody has a penalty, and the solvers
    of scikit-learn have their own defaults in everything else. Vowpal Wabbit passes once over the cache that it has
    made of the songs. saga and SGDClassifier run once, the others three times.
    """
    ours, *others = "ours", "lbfgs", "newton-cholesky", "saga", "`SGDClassifier`", "Vowpal Wabbit"
    print(f"\n| songs | {' | '.join([ours, *others])} |\n|---|---|---|---|---|---|---|")
    for n in LADDER:
        plain, labels, text = np.ascontiguousarray(X[:n, :-1]), t[:n], folder / f"{n}.txt"
        write_for_vowpal_wabbit(text, plain, labels)
        optimum = loss_of(
            scikit_learn(plain.astype(np.float64), labels, solver="newton-cholesky", tol=1e-10), plain, labels
        )
        ways: dict[str, Callable[[], Array]] = {
            "ours": partial(our_training, X[:n], labels, p),
            **{solver: partial(scikit_learn, plain, labels, solver=solver) for solver in others[:3]},
            "SGDClassifier": partial(sgd_classifier, plain, labels),
            "Vowpal Wabbit": partial(vowpal_wabbit, text),
        }
        cells = []
        for name, way in ways.items():
            times = 1 if name in ("saga", "SGDClassifier") else LADDER_RUNS
            runs = [timed(way) for _ in range(times)]
            above = loss_of(runs[-1][1], plain, labels) - optimum
            cells.append(f"{statistics.median(taken for taken, _ in runs):.3f} s, {above:.0e}")
        print(f"| {n:,} | {' | '.join(cells)} |", flush=True)


def loss_of(w: Array, X: Array, t: Array) -> float:
    return loss(exact_logits(w, X), t)
