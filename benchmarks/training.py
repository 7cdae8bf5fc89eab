"""Epochs, sweeps and the whole training, on the 413,715 training songs in memory."""

import statistics
from collections.abc import Callable
from functools import partial
from itertools import islice

import numpy as np
from joblib import Parallel, delayed
from sklearn.linear_model import LogisticRegression, SGDClassifier

from benchmarks.table import PAIRS, compare, seconds
from century.arrays import Array, Songs
from century.document import formulas
from century.evaluation.scores import exact_logits
from century.model.descent import epoch
from century.model.grid import WIDTH, validation_curves
from century.model.logistic import loss
from century.model.training import train
from century.params import Train

LEARNING_RATES = 64
BATCH_SIZES = (64, 512, 1024)


def rows(train: Songs, validation: Songs, p: Train, mu: float, batch_size: int) -> None:
    """`train` and `validation` with the last column of ones; the others are given the same songs without it."""
    X, t = train
    plain = np.ascontiguousarray(X[:, :-1])
    for size in (100, 512):
        ours, other = partial(shuffled_epoch, X, t, size), partial(sgd_classifier, plain, t, 1)
        compare(f"epoch in a new order, batches of {size}, against `SGDClassifier`", ours, other, 1 / 3)
    exact = plain.astype(np.float64)
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
    ours, other = partial(side_by_side, train, validation), partial(one_after_another, train, validation)
    compare("three batch sizes of 1000 steps side by side, against one after another", ours, other, 1)
    ours, other = partial(our_training, X, t, p, mu, batch_size), partial(LogisticRegression().fit, plain, t)
    compare("training, against `LogisticRegression().fit`", ours, other, 1)


def shuffled_epoch(X: Array, t: Array, batch_size: int) -> None:
    """As the sweep has them, of one learning rate."""
    order = np.random.default_rng(1).permutation(len(X))
    for _ in epoch(X, t, np.zeros((X.shape[1], 1), X.dtype), np.array(0.1), batch_size, order):
        pass


def epoch_as_they_stand(X: Array, t: Array, batch_size: int) -> None:
    """As `train` has them, whose songs have been shuffled before; it also adds up w after every step."""
    for _ in epoch(X, t, np.zeros((X.shape[1], 1), X.dtype), np.array(0.1), batch_size):
        pass


def wide_epoch(X: Array, t: Array, batch_size: int) -> None:
    """As shuffled_epoch, of models in stacks of WIDTH, as the sweep has them."""
    order = np.random.default_rng(1).permutation(len(X))
    mu = np.geomspace(0.01, 1, LEARNING_RATES).reshape(-1, 1, WIDTH)
    for _ in epoch(X, t, np.zeros((len(mu), X.shape[1], WIDTH), X.dtype), mu, batch_size, order):
        pass


def sgd_classifier(X: Array, t: Array, epochs: int) -> tuple[Array, float]:
    fit = SGDClassifier(loss="log_loss", penalty=None, max_iter=epochs, tol=None, random_state=1).fit(X, t)
    return fit.coef_[0], fit.intercept_[0]


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


def side_by_side(train: Songs, validation: Songs) -> None:
    Parallel(n_jobs=-1, prefer="threads")(
        delayed(validation_curves)(train, validation, [0.1, 0.5, 1.0], size, 1000, 1000, 1) for size in BATCH_SIZES
    )


def one_after_another(train: Songs, validation: Songs) -> None:
    for size in BATCH_SIZES:
        validation_curves(train, validation, [0.1, 0.5, 1.0], size, 1000, 1000, 1)


def our_training(
    X: Array, t: Array, p: Train, mu: float, batch_size: int, epochs: int | None = None
) -> tuple[Array, float]:
    *_, (w, _, _) = islice(train(lambda: [(X, t)], mu, batch_size, p.tolerance, p.max_epochs), epochs)
    return w[:-1], w[-1]


def scikit_learn(X: Array, t: Array, **options: object) -> tuple[Array, float]:
    fit = LogisticRegression(**options).fit(X, t)
    return fit.coef_[0], fit.intercept_[0]


def gaps(X: Array, t: Array, p: Train, mu: float, batch_size: int) -> None:
    """How far above the least training loss each is after so many seconds: ours, and what one would use instead."""
    plain = np.ascontiguousarray(X[:, :-1])
    exact = plain.astype(np.float64)
    ways: dict[str, Callable[[], tuple[Array, float]]] = {
        "newton-cholesky, tolerance 1e-10, in float64: the optimum": partial(
            scikit_learn, exact, t, C=np.inf, solver="newton-cholesky", tol=1e-10
        ),
        **{f"ours, {k} epochs": partial(our_training, X, t, p, mu, batch_size, k) for k in (1, 2, 4)},
        "ours, to its end": partial(our_training, X, t, p, mu, batch_size),
        **{f"`SGDClassifier`, {k} epochs": partial(sgd_classifier, plain, t, k) for k in (1, 5, 20)},
        **{f"lbfgs, {k} steps": partial(scikit_learn, plain, t, max_iter=k) for k in (4, 8)},
        "lbfgs, the default": partial(scikit_learn, plain, t),
        "newton-cholesky, default tolerance": partial(scikit_learn, plain, t, solver="newton-cholesky"),
    }
    optimum = None
    print("\n| training | seconds | loss above the optimum |\n|---|---|---|")
    for name, way in ways.items():
        w, b = way()
        reached = loss(exact_logits(w, b, plain), t)
        optimum = reached if optimum is None else optimum
        taken = statistics.median(seconds(way) for _ in range(PAIRS))
        print(f"| {name} | {taken:.3f} | {reached - optimum:.1e} |", flush=True)
