"""What was tried for the training stage, and what each gave: python -m benchmarks.schedules

Every row starts from w = 0 with the sweep's best learning rate and batch size, and changes one thing at a time. It
gives how far the training loss is above the optimum (newton-cholesky, tolerance 1e-10) after so many epochs.
"""

from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from century.arrays import Array
from century.files import read_json
from century.model.descent import epoch
from century.model.logistic import loss
from century.songs.tables import read_songs

EPOCHS = 8
RATES = {"mu": 0.0, "mu / sqrt(k)": 0.5, "mu / k": 1.0}  # the power of k in the learning rate of epoch k
MEANS = {"none, the last w": None, "1": 0, "k": 1, "k^2": 2}  # the power of k in the weight of epoch k's mean


def walk(X: Array, t: Array, mu: float, batch_size: int, growth: int, same_order: bool) -> tuple[Array, Array]:
    """The mean w of each epoch, and the last: both (epochs, d, rates), one column for each of RATES."""
    powers = np.array(list(RATES.values()))
    W = np.zeros((X.shape[1], len(RATES)), X.dtype)
    rng = np.random.default_rng(1)
    means, lasts = [], []
    for k in range(1, EPOCHS + 1):
        total, steps = np.zeros(W.shape), 0
        size = batch_size * growth ** (k - 1)
        first = len(X) % size if same_order and k % 2 == 0 else 0
        order = None if same_order else rng.permutation(len(X))
        for _ in epoch(X[first:], t[first:], W, mu / k**powers, size, order):
            total += W
            steps += 1
        means.append(total / steps)
        lasts.append(W.astype(np.float64))
    return np.array(means), np.array(lasts)


def model_after(means: Array, lasts: Array, k: int, power: int | None) -> Array:
    """The w (d,) after epoch k: the last, or the mean of the epochs' means with weights 1, 2^power, ..., k^power."""
    return lasts[k - 1] if power is None else np.average(means[:k], 0, np.arange(1, k + 1.0) ** power)


def main() -> None:
    X, t = read_songs(Path("data/train.parquet"), constant=True)
    best = read_json(Path("metrics/sweep.json"))["best"]
    mu, batch_size = best["learning_rate"], best["batch_size"]
    exact = X.astype(np.float64)
    fit = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-10, fit_intercept=False).fit(exact, t)
    optimum = loss(exact @ fit.coef_[0], t)
    print(f"Learning rate {mu}, batches of {batch_size}, optimum {optimum:.9f}\n")
    print("| order of the songs | learning rate of epoch k | batch | weights of the mean | 1 | 2 | 4 | 6 | 8 epochs |")
    print("|---|---|---|---|---|---|---|---|---|")
    for order, growth in (("new every epoch", 1), ("the same", 1), ("the same", 2)):
        means, lasts = walk(X, t, mu, batch_size, growth, order == "the same")
        for column, rate in enumerate(RATES):
            for name, power in MEANS.items():
                at = [model_after(means[..., column], lasts[..., column], k, power) for k in (1, 2, 4, 6, 8)]
                gaps = " | ".join(f"{loss(exact @ w, t) - optimum:.1e}" for w in at)
                print(f"| {order} | {rate} | {'doubles' if growth == 2 else 'constant'} | {name} | {gaps} |")


if __name__ == "__main__":
    main()
