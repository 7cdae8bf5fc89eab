"""The run of the document, from its first random draw to its last accuracy, and its sweep without its two mistakes.

The document draws all its random numbers from one legacy stream of NumPy, seeded with 1, in this order: the shuffle of
the train rows; w and b for the gradient check on the first training song; an order of the training songs for each pass
of the three runs that compare learning rates; w and b where the sweep starts; an order for each pass of its nine runs.

Its two mistakes: A run writes into the array of weights that it is given, so every run but the first starts where the
last one ended (with the bias of the first). And the batch size of the sweep never reaches the training, which always
takes 100 songs.

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

from century import InputError
from century.arrays import Array, Floats, Songs
from century.document import formulas
from century.model.differences import forward

LEARNING_RATES = [0.005, 0.1, 5.0]
THRESHOLD_YEAR, TRAIN_ROWS, VALIDATION_ROWS, TEST_ROWS = 2000, 463_715, 50_000, 51_630
GRID = list(product([0.1, 0.5, 1.0], [64, 512, 1024]))  # learning rate, batch size
BATCH_SIZE = 100
ITERATIONS = 100
EVERY = 10

Pair = tuple[float, int]  # learning rate, batch size


class Run(NamedTuple):
    """Where a run ended, with the loss and the accuracy on the validation set after every 10 of its 100 steps."""

    w: Array
    b: float
    losses: list[float]
    accuracies: list[float]


Sweep = dict[Pair, Run]


def is_published_task(is_uci_text: bool, threshold_year: int, train_rows: int, validation_rows: int) -> bool:
    """Whether the text, the labels and the parts are those of the document: no others can give its numbers."""
    task = threshold_year, train_rows, validation_rows
    return is_uci_text and task == (THRESHOLD_YEAR, TRAIN_ROWS, VALIDATION_ROWS)


def replay(X: Array, t: Array, train_rows: int, validation_rows: int) -> tuple[dict[str, Any], Sweep, Sweep]:
    """The numbers of the document, by their names in printed.json; the sweep as published; the sweep corrected.

    Raises InputError where the training songs have one label only.
    """
    rng = np.random.RandomState(1)
    parts = take_parts(X, t, train_rows, validation_rows, rng)
    train, validation = parts["train"], parts["validation"]
    if train[1].min() == train[1].max():
        what = f"the {train_rows} training songs of the document's own split have one label only"
        raise InputError(f"{what}; set a larger split.train_rows, or another binarize.threshold_year")
    with ThreadPoolExecutor(2) as pool:  # scikit-learn's fits draw nothing from the stream, so they run beside the rest
        fit_2021, fit_today = pool.submit(fit_as_in_2021, *train), pool.submit(LogisticRegression().fit, *train)
        numbers, published, corrected = all_runs(train, validation, rng)
    return numbers | final_numbers(published, fit_2021.result(), fit_today.result(), parts), published, corrected


def all_runs(train: Songs, validation: Songs, rng: np.random.RandomState) -> tuple[dict[str, Any], Sweep, Sweep]:
    """The numbers of the gradient checks and of all runs; the sweep as published; the sweep corrected."""
    numbers = prefix_names("toy", gradient_numbers(np.ones((2, 90)), np.ones(2), np.zeros(90), 1.0, 1e-5))
    numbers |= prefix_names("song", gradient_numbers(train[0][:1], train[1][:1], rng.rand(90), rng.rand(1)[0], 1e-9))
    w, b = np.zeros(90), 0.0
    for mu in LEARNING_RATES:
        run = run_once(train, validation, w, b, mu, BATCH_SIZE, rng)
        numbers |= prefix_names(f"learning rate {mu}", printed_curves(run))
    w, b = rng.randn(90), rng.randn(1)[0]
    # The corrected one is run first, as the published one writes to w.
    corrected = run_sweep(train, validation, w, b, deepcopy(rng), corrected=True)
    published = run_sweep(train, validation, w, b, rng, corrected=False)
    for (mu, batch_size), run in published.items():
        numbers |= prefix_names(f"sweep {mu}, {batch_size}", printed_curves(run))
    return numbers, published, corrected


def prefix_names(prefix: str, numbers: dict[str, Any]) -> dict[str, Any]:
    return {f"{prefix}: {name}": number for name, number in numbers.items()}


def take_parts(
    X: Array, t: Array, train_rows: int, validation_rows: int, rng: np.random.RandomState
) -> dict[str, Songs]:
    """The first rows shuffled into validation and train, the others as the test part: views of X and t, reordered.

    A copy of each part would double the memory for as long as the runs last.
    """
    shuffled = rng.permutation(train_rows)
    X[:train_rows], t[:train_rows] = X[shuffled], t[shuffled]
    ends = {"train": (validation_rows, train_rows), "validation": (0, validation_rows), "test": (train_rows, len(t))}
    return {part: (X[start:end], t[start:end]) for part, (start, end) in ends.items()}


def gradient_numbers(X: Array, t: Array, w: Floats, b: float, h: float) -> dict[str, Any]:
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


def run_once(
    train: Songs, validation: Songs, w: Array, b: float, mu: float, batch_size: int, rng: np.random.RandomState
) -> Run:
    """100 steps from w and b. As in the document, w is written in place."""
    X, t = validation
    losses, shares = [], []
    steps = formulas.descend(*train, w, b, mu, batch_size, rng)
    for step, b in enumerate(islice(steps, ITERATIONS), start=1):
        if step % EVERY == 0:
            y = formulas.predict(w, b, X)
            losses.append(formulas.cost(y, t))
            shares.append(formulas.accuracy(y, t))
    return Run(w.copy(), b, losses, shares)


def run_sweep(
    train: Songs, validation: Songs, w: Array, b: float, rng: np.random.RandomState, corrected: bool
) -> Sweep:
    """A run for each pair of the grid, with both mistakes or without: from the given start, with its own batch size."""
    runs = {}
    for mu, batch_size in tqdm(GRID, desc="sweep, corrected" if corrected else "sweep, as published", disable=None):
        start = w.copy() if corrected else w
        runs[mu, batch_size] = run_once(train, validation, start, b, mu, batch_size if corrected else BATCH_SIZE, rng)
    return runs


def best(runs: Sweep) -> Pair:
    """The pair with the lowest validation loss at the end."""
    return min(runs, key=lambda pair: runs[pair].losses[-1])


def printed_curves(run: Run) -> dict[str, list[float]]:
    return {"validation loss": run.losses, "validation accuracy in percent": [100 * share for share in run.accuracies]}


def final_numbers(
    published: Sweep, fit_2021: Floats, fit_today: LogisticRegression, parts: dict[str, Songs]
) -> dict[str, Any]:
    """The pair that the document chooses, the accuracies of its weights, and those of both fits of scikit-learn."""
    pair = best(published)
    ours = published[pair]
    models: dict[str, Callable[[Array], Array]] = {
        "our SGD": lambda X: formulas.predict(ours.w, ours.b, X),
        "scikit-learn": lambda X: formulas.sigmoid(X @ fit_2021[:-1] + fit_2021[-1]),
        "scikit-learn today": fit_today.predict,
    }
    numbers: dict[str, Any] = prefix_names("best", {"learning rate": pair[0], "batch size": pair[1]})
    for name, model in models.items():
        accuracies = {f"{part} accuracy": formulas.accuracy(model(X), t) for part, (X, t) in parts.items()}
        numbers |= prefix_names(name, accuracies)
    return numbers


def fit_as_in_2021(X: Array, t: Array) -> Floats:
    """w and b (91,), as scikit-learn's LogisticRegression() found them when the document was written (1.0).

    It gave L-BFGS the sum of the losses plus half the square of w, and SciPy's own rule for stopping, which is that a
    step lowers the sum by less than 2e-9 of it. Today it gives the mean, and stops by the gradient only and so earlier.
    Source: scikit-learn 1.0, linear_model/_logistic.py.
    """

    def f(x: Floats) -> tuple[float, Floats]:
        z = X @ x[:-1] + x[-1]
        error = formulas.sigmoid(z) - t
        value = np.sum(np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z))) - t * z) + x[:-1] @ x[:-1] / 2
        return float(value), np.append(error @ X + x[:-1], error.sum())

    options = {"gtol": 1e-4, "maxiter": 100}
    x: Floats = minimize(f, np.zeros(X.shape[1] + 1), method="L-BFGS-B", jac=True, options=options).x
    return x


class CurveRow(NamedTuple):
    """The loss and the accuracy on the validation set after some steps; `step_of_sweep` counts on from run to run."""

    procedure: str
    learning_rate: float
    batch_size: int
    iteration: int
    step_of_sweep: int
    validation_loss: float
    validation_accuracy: float


def curve_rows(procedures: dict[str, Sweep]) -> list[CurveRow]:
    return [
        CurveRow(procedure, *pair, iteration, number * ITERATIONS + iteration, *measured)
        for procedure, runs in procedures.items()
        for number, (pair, run) in enumerate(runs.items())
        for iteration, *measured in zip(range(EVERY, ITERATIONS + 1, EVERY), run.losses, run.accuracies, strict=True)
    ]


class SweepRow(NamedTuple):
    """The ends of the two runs of a pair, with the batch size of the published one and the steps taken before it."""

    learning_rate: float
    batch_size: int
    published_batch_size: int
    published_steps_before: int
    published_loss: float
    published_accuracy: float
    right_loss: float
    right_accuracy: float


def sweep_rows(published: Sweep, corrected: Sweep) -> list[SweepRow]:
    return [
        SweepRow(*pair, BATCH_SIZE, number * ITERATIONS, *end_of(published[pair]), *end_of(corrected[pair]))
        for number, pair in enumerate(published)
    ]


def end_of(run: Run) -> tuple[float, float]:
    return run.losses[-1], run.accuracies[-1]


def outcome(runs: Sweep, pair: Pair) -> dict[str, float]:
    names = ("learning_rate", "batch_size", "validation_loss", "validation_accuracy")
    return dict(zip(names, (*pair, *end_of(runs[pair])), strict=True))
