"""The opponent: the assignment's document from the zip to its last accuracy, the slow way that it takes.

    python -m benchmarks.notebook PATH_OF_ZIP

What costs the document time or memory is kept: pandas for the zip, float64, every table held to the end as a notebook
holds it, a shuffled copy of the whole training set for each run, accuracy row by row in a Python loop over labels that
are a column (n, 1), weights updated in place, a cost of two logarithms and an epsilon, a batch size that the sweep
never passes on. What it vectorizes is vectorized here. Its plots and the tables that a notebook shows are left out: so
this is a little faster than the document.
Shapes: X (n, 90), t (n, 1), w (90,), b a scalar.
"""

import sys

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

FEATURES = [f"var{number}" for number in range(1, 91)]
TRAIN_ROWS = 463_715
VALIDATION_ROWS = 50_000
STEPS = 100


def predict(w, b, X):
    return 1 / (1 + np.exp(-(np.dot(X, w) + b)))


def cost(y, t):
    return np.mean(-t * np.log(y + 1e-15) - (1 - t) * np.log(1 - y + 1e-15))


def accuracy(y, t):
    right = 0
    for i in range(len(y)):
        if (y[i] >= 0.5 and t[i] == 1) or (y[i] < 0.5 and t[i] == 0):
            right += 1
    return right / len(y)


def gradient(X, y, t):
    return 1 / len(y) * np.dot(y - t, X), np.mean(y - t)


def slopes(w, b, X, t, h):
    """dL/dw and dL/db by forward differences, one weight after the other."""
    start = cost(predict(w, b, X), t)
    dw = np.zeros(len(w))
    for i in range(len(w)):
        moved = w.copy()
        moved[i] += h
        dw[i] = (cost(predict(moved, b, X), t) - start) / h
    return dw, (cost(predict(w, b + h, X), t) - start) / h


def show_gradient(w, b, X, t, h):
    by_formula, by_difference = gradient(X, predict(w, b, X), t), slopes(w, b, X, t, h)
    for name, a, c in zip(("dL/dw", "dL/db"), by_formula, by_difference, strict=True):
        print(name, a, c, np.max(np.abs(a - c)))


def descend(train, validation, w, b, mu, batch_size=100):
    """100 steps; w is the caller's own and is written to. Every tenth step looks at the validation set."""
    X_train, t_train = train
    X_validation, t_validation = validation
    losses = []
    step = 0
    while step < STEPS:
        order = np.random.permutation(len(X_train))
        X_shuffled, t_shuffled = X_train[order], t_train[order]
        for start in range(0, len(X_train), batch_size):
            X, t = X_shuffled[start : start + batch_size], t_shuffled[start : start + batch_size, 0]
            if len(X) < batch_size:
                continue
            dw, db = gradient(X, predict(w, b, X), t)
            w -= mu * dw
            b -= mu * db
            step += 1
            if step % 10 == 0:
                y = predict(w, b, X_validation)
                losses.append(cost(y, t_validation.squeeze()))
                print(f"step {step}: {accuracy(y, t_validation):.2%} right, loss {losses[-1]:.6f}")
            if step == STEPS:
                break
    return w, b, losses


def main(path):
    np.random.seed(1)
    songs = pd.read_csv(path, names=["year", *FEATURES])
    songs["year"] = songs["year"].map(lambda year: int(year > 2000))
    first, last = songs[:TRAIN_ROWS], songs[TRAIN_ROWS:]
    X_train, t_train = first[FEATURES].to_numpy(), first[["year"]].to_numpy()
    X_test, t_test = last[FEATURES].to_numpy(), last[["year"]].to_numpy()
    means, stds = first.mean()[1:].to_numpy(), first.std()[1:].to_numpy()
    Z_train, Z_test = (X_train - means) / stds, (X_test - means) / stds

    order = np.random.permutation(TRAIN_ROWS)
    X_train = X_train[order]
    Z_train = Z_train[order]
    t_train = t_train[order]
    X_train = X_train[VALIDATION_ROWS:]  # never used again, but there
    Z_train, Z_validation = Z_train[VALIDATION_ROWS:], Z_train[:VALIDATION_ROWS]
    t_train, t_validation = t_train[VALIDATION_ROWS:], t_train[:VALIDATION_ROWS]
    train, validation, test = (Z_train, t_train), (Z_validation, t_validation), (Z_test, t_test)

    show_gradient(np.zeros(90), 1, np.ones((2, 90)), np.array([1, 1]), 1e-5)
    show_gradient(np.random.rand(90), np.random.rand(1), Z_train[:1], t_train[:1].squeeze(), 1e-9)

    w, b = np.zeros(90), 0
    for mu in (0.005, 0.1, 5):
        print(f"learning rate {mu}")
        descend(train, validation, w, b, mu)

    w, b = np.random.randn(90), np.random.randn(1)[0]
    best = np.inf
    for mu in (0.1, 0.5, 1):
        for batch_size in (64, 512, 1024):
            print(f"learning rate {mu}, batch size {batch_size}")
            w_end, b_end, losses = descend(train, validation, w, b, mu)
            if losses[-1] < best:
                best, chosen, w_best, b_best = losses[-1], (mu, batch_size), w_end.copy(), b_end
    print("best:", *chosen)

    parts = {"train": train, "validation": validation, "test": test}
    predictions = [predict(w_best, b_best, X) for X, _ in parts.values()]
    print(*(f"{name} {accuracy(y, t)}" for y, (name, (_, t)) in zip(predictions, parts.items(), strict=True)))

    model = LogisticRegression().fit(Z_train, t_train.squeeze())
    predictions = [model.predict(X) for X, _ in parts.values()]
    print(*(f"{name} {accuracy(y, t)}" for y, (name, (_, t)) in zip(predictions, parts.items(), strict=True)))


if __name__ == "__main__":
    main(sys.argv[1])
