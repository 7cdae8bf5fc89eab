"""The document's run, from its first random draw to its last accuracy; and its sweep again without its two mistakes.

One legacy stream of NumPy, seeded with 1, gives in this order: the shuffle of the train rows; w and b for the gradient
check on the first training song; an order of the training songs for each pass of the three runs that compare learning
rates; w and b where the sweep starts; an order for each pass of its nine runs.

The mistakes: a run writes into the very weights that it was given, so every run but the first starts where the last
one ended (with the bias of the first); and the sweep's batch size never reaches the training, which always takes 100.

Shapes: X (n, 90) z-scored in float64, t (n,), w (90,), b a scalar.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from itertools import islice, product
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from tqdm import tqdm

from century.arrays import Array, Floats, Songs
from century.document import formulas
from century.model.differences import forward
from century.model.logistic import accuracy, gradient, logits, loss, predict, sigmoid

LEARNING_RATES = [0.005, 0.1, 5.0]
GRID = list(product([0.1, 0.5, 1.0], [64, 512, 1024]))  # learning rate, batch size
BATCH_SIZE = 100
ITERATIONS = 100
EVERY = 10

Pair = tuple[float, int]  # learning rate, batch size


class Run(NamedTuple):
    """Where a run ended, and what the validation set said every 10 steps: 10 losses, 10 accuracies."""

    w: Array
    b: float
    losses: list[float]
    accuracies: list[float]


Sweep = dict[Pair, Run]


def replay(X: Array, t: Array, train_rows: int, validation_rows: int) -> tuple[dict[str, Any], Sweep, Sweep]:
    """The document's numbers, by their names in printed.json; the sweep as published; the sweep run right."""
    rng = np.random.RandomState(1)
    parts = take_parts(X, t, train_rows, validation_rows, rng)
    train, validation = parts["train"], parts["validation"]
    with ThreadPoolExecutor(2) as pool:  # scikit-learn's fits draw nothing from the stream, so they run beside the rest
        then, today = pool.submit(fit_as_in_2021, *train), pool.submit(LogisticRegression().fit, *train)
        numbers, published, right = every_run(train, validation, rng)
    return numbers | results(published, then.result(), today.result(), parts), published, right


def every_run(train: Songs, validation: Songs, rng: np.random.RandomState) -> tuple[dict[str, Any], Sweep, Sweep]:
    """The numbers of the gradient checks and of all runs; both sweeps."""
    numbers = named("toy", gradient_figures(np.ones((2, 90)), np.ones(2), np.zeros(90), 1.0, 1e-5))
    numbers |= named("song", gradient_figures(train[0][:1], train[1][:1], rng.rand(90), rng.rand(1)[0], 1e-9))
    w, b = np.zeros(90), 0.0
    for mu in LEARNING_RATES:
        numbers |= named(f"learning rate {mu}", looks(run(train, validation, w, b, mu, BATCH_SIZE, rng)))
    w, b = rng.randn(90), rng.randn(1)[0]
    right = sweep(train, validation, w, b, deepcopy(rng), right=True)  # first, while w is still the start
    published = sweep(train, validation, w, b, rng, right=False)
    for (mu, batch_size), done in published.items():
        numbers |= named(f"sweep {mu}, {batch_size}", looks(done))
    return numbers, published, right


def named(of: str, numbers: dict[str, Any]) -> dict[str, Any]:
    return {f"{of}: {name}": number for name, number in numbers.items()}


def take_parts(
    X: Array, t: Array, train_rows: int, validation_rows: int, rng: np.random.RandomState
) -> dict[str, Songs]:
    """The first rows shuffled into validation and train, the others as the test part."""
    shuffled = rng.permutation(train_rows)
    validation, train = shuffled[:validation_rows], shuffled[validation_rows:]
    return {
        "train": (X[train], t[train]),
        "validation": (X[validation], t[validation]),
        "test": (X[train_rows:], t[train_rows:]),
    }


def gradient_figures(X: Array, t: Array, w: Floats, b: float, h: float) -> dict[str, Any]:
    """The gradient by the formula, by forward differences of step h, and the largest distance between the two."""

    def f(x: Floats) -> float:
        return formulas.cost(formulas.predict(x[:-1], x[-1], X), t)

    dw, db = formulas.gradient(X, formulas.predict(w, b, X), t)
    slopes = forward(f, np.append(w, b), h, np.eye(len(w) + 1))
    return {
        "dL/db by differences": float(slopes[-1]),
        "dL/db": float(db),
        "error of dL/db": float(abs(db - slopes[-1])),
        "dL/dw by differences": slopes[:-1].tolist(),
        "dL/dw": dw.tolist(),
        "largest error of dL/dw": float(np.max(np.abs(dw - slopes[:-1]))),
    }


def run(
    train: Songs, validation: Songs, w: Array, b: float, mu: float, batch_size: int, rng: np.random.RandomState
) -> Run:
    """100 steps from w and b, w written in place."""
    X, t = validation
    losses, shares = [], []
    steps = formulas.descend(*train, w, b, mu, batch_size, rng)
    for step, b in enumerate(islice(steps, ITERATIONS), start=1):
        if step % EVERY == 0:
            y = formulas.predict(w, b, X)
            losses.append(formulas.cost(y, t))
            shares.append(accuracy(y, t))
    return Run(w.copy(), b, losses, shares)


def sweep(train: Songs, validation: Songs, w: Array, b: float, rng: np.random.RandomState, right: bool) -> Sweep:
    """A run for each pair of the grid: as published, or right, each from the start given and with its batch size."""
    runs = {}
    for mu, batch_size in tqdm(GRID, desc="sweep, right" if right else "sweep, as published", disable=None):
        start = w.copy() if right else w
        runs[mu, batch_size] = run(train, validation, start, b, mu, batch_size if right else BATCH_SIZE, rng)
    return runs


def best(runs: Sweep) -> Pair:
    """The pair with the lowest validation loss at the end."""
    return min(runs, key=lambda pair: runs[pair].losses[-1])


def looks(run: Run) -> dict[str, list[float]]:
    return {
        "validation loss": run.losses,
        "validation accuracy in percent": [100 * share for share in run.accuracies],
    }


def results(published: Sweep, then: Floats, today: LogisticRegression, parts: dict[str, Songs]) -> dict[str, Any]:
    """The pair that the document chooses, the accuracy of its weights, and of scikit-learn then and today."""
    pair = best(published)
    ours = published[pair]
    models: dict[str, Callable[[Array], Array]] = {
        "our SGD": lambda X: formulas.predict(ours.w, ours.b, X),
        "scikit-learn": lambda X: predict(then[:-1], then[-1], X),
        "scikit-learn today": today.predict,
    }
    numbers: dict[str, Any] = named("best", {"learning rate": pair[0], "batch size": pair[1]})
    for name, model in models.items():
        numbers |= named(name, {f"{part} accuracy": accuracy(model(X), t) for part, (X, t) in parts.items()})
    return numbers


def fit_as_in_2021(X: Array, t: Array) -> Floats:
    """w and b (91,), as scikit-learn's LogisticRegression() found them when the document was written (1.0).

    It gave L-BFGS the sum of the losses, with half the square of w, and SciPy's own rule for stopping: no step that
    helps by more than 2e-9 of the sum. Today it gives the mean, stops by the gradient alone, and stops earlier.
    Source: scikit-learn 1.0, linear_model/_logistic.py.
    """

    def f(x: Floats) -> tuple[float, Floats]:
        z = logits(x[:-1], x[-1], X)
        dw, db = gradient(X, sigmoid(z), t)
        value = len(t) * loss(z, t) + float(x[:-1] @ x[:-1]) / 2
        return value, np.append(len(t) * dw + x[:-1], len(t) * db)

    options = {"gtol": 1e-4, "maxiter": 100}
    x: Floats = minimize(f, np.zeros(X.shape[1] + 1), method="L-BFGS-B", jac=True, options=options).x
    return x


class Point(NamedTuple):
    """One look at the validation set; `step_of_sweep` counts on from run to run."""

    procedure: str
    learning_rate: float
    batch_size: int
    iteration: int
    step_of_sweep: int
    validation_loss: float
    validation_accuracy: float


def curves(procedures: dict[str, Sweep]) -> list[Point]:
    return [
        Point(procedure, *pair, iteration, number * ITERATIONS + iteration, *look)
        for procedure, runs in procedures.items()
        for number, (pair, run) in enumerate(runs.items())
        for iteration, *look in zip(range(EVERY, ITERATIONS + 1, EVERY), run.losses, run.accuracies, strict=True)
    ]


class Ending(NamedTuple):
    """The last look of a pair's two runs, with what the published one really was: batches and steps before it."""

    learning_rate: float
    batch_size: int
    published_batch_size: int
    published_steps_before: int
    published_loss: float
    published_accuracy: float
    right_loss: float
    right_accuracy: float


def endings(published: Sweep, right: Sweep) -> list[Ending]:
    return [
        Ending(*pair, BATCH_SIZE, number * ITERATIONS, *last(published[pair]), *last(right[pair]))
        for number, pair in enumerate(published)
    ]


def last(run: Run) -> tuple[float, float]:
    return run.losses[-1], run.accuracies[-1]


def outcome(runs: Sweep, pair: Pair) -> dict[str, float]:
    names = ("learning_rate", "batch_size", "validation_loss", "validation_accuracy")
    return dict(zip(names, (*pair, *last(runs[pair])), strict=True))
