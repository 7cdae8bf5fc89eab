import numpy as np
import pandas as pd


def test_each_run_is_plain_descent_in_float32_over_the_same_songs(finished):
    """The three runs again, by the formulas of the assignment alone."""
    table = pd.read_csv(finished / "plots/learning_rates.csv")
    train, validation = (pd.read_parquet(finished / f"data/{part}.parquet") for part in ("train", "validation"))
    for rate, rows in table.groupby("learning_rate"):
        rng = np.random.default_rng([1, 100])
        X, t = train.iloc[:, 3:].to_numpy(np.float64), train["label"].to_numpy()
        w, b, order = np.zeros(90), 0.0, np.empty(0, int)
        for step in range(1, 101):
            if len(order) < 100:
                order = rng.permutation(len(X))
            batch, order = order[:100], order[100:]
            error = 1 / (1 + np.exp(-(X[batch] @ w + b))) - t[batch]
            w, b = w - rate * error @ X[batch] / 100, b - rate * error.mean()
            if step % 10 == 0:
                z = validation.iloc[:, 3:].to_numpy(np.float64) @ w + b
                loss = np.mean(np.logaddexp(0, z) - validation["label"] * z)
                (row,) = rows[rows["iteration"] == step].itertuples()
                assert row.songs_seen == 100 * step
                np.testing.assert_allclose(row.validation_loss, loss, rtol=1e-3 if rate > 1 else 1e-5)


def test_too_small_is_still_high_good_is_low_and_too_large_jumps(finished):
    loss = pd.read_csv(finished / "plots/learning_rates.csv").pivot(
        index="iteration", columns="learning_rate", values="validation_loss"
    )
    assert loss[0.1].iloc[-1] < loss[0.005].iloc[-1] < np.log(2)
    assert loss[5.0].iloc[-1] > np.log(2)
