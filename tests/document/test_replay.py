"""The document's run: its numbers where they need no song, and its procedure on a few songs, written a second way."""

import math

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from century.document import comparison, formulas
from century.document.comparison import TOY_CELLS, compare, summary
from century.document.replay import (
    BATCH_SIZE,
    GRID,
    best,
    curve_rows,
    fit_as_in_2021,
    gradient_numbers,
    is_published_task,
    replay,
    sweep_rows,
)
from century.files import read_json

PRINTED = read_json(comparison.PRINTED)
SONGS, TRAIN_ROWS, VALIDATION_ROWS = 1300, 1150, 130  # 1020 to train on: ten minibatches of 100, and 20 left over


def printed(name):
    return np.array(PRINTED[name]["printed"])


def songs():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((SONGS, 90))
    t = (X[:, :5].sum(axis=1) + rng.standard_normal(SONGS) > 0).astype(np.int8)
    return X, t


@pytest.fixture(scope="module")
def replayed():
    return replay(*songs(), TRAIN_ROWS, VALIDATION_ROWS)


def test_the_printed_gradient_and_the_random_stream_give_the_printed_error_without_the_data():
    """dL/dw of one song is dL/db times its features, so the song can be read out of what cell 18 prints."""
    db = float(printed("song: dL/db"))
    x = printed("song: dL/dw") / db
    rng = np.random.RandomState(1)
    row = rng.permutation(463_715)[50_000]
    w, b = rng.rand(90), rng.rand(1)[0]
    assert row == 286_829
    y = formulas.predict(w, b, x[None])
    assert y[0] - 1 == pytest.approx(db, abs=2e-9)

    figures = gradient_numbers(x[None], np.ones(1), w, b, 1e-9)
    np.testing.assert_allclose(figures["dL/dw"], printed("song: dL/dw"), rtol=0, atol=2e-8)
    # the step is so small that differences are good to six digits, in the document as here
    np.testing.assert_allclose(
        figures["dL/dw by differences"], printed("song: dL/dw by differences"), rtol=0, atol=2e-6
    )
    assert figures["dL/db by differences"] == pytest.approx(printed("song: dL/db by differences"), abs=2e-6)


def test_the_printed_errors_of_the_song_are_those_of_its_printed_gradients():
    gap = np.abs(printed("song: dL/dw") - printed("song: dL/dw by differences")).max()
    assert gap == pytest.approx(printed("song: largest error of dL/dw"), abs=1e-8)
    gap = abs(printed("song: dL/db") - printed("song: dL/db by differences"))
    assert gap == printed("song: error of dL/db")


def test_the_printed_choice_is_the_lowest_printed_loss():
    losses = {(mu, size): printed(f"sweep {mu}, {size}: validation loss")[-1] for mu, size in GRID}
    assert min(losses, key=losses.get) == (printed("best: learning rate"), printed("best: batch size"))


def naive_run(X, t, X_validation, t_validation, w, b, mu, batch_size):
    """One song at a time, from NumPy's one global stream; w is the caller's own list and is written to."""
    losses, percents, done = [], [], 0
    while done < 100:
        order = np.random.permutation(len(t))
        for number in range(len(t) // batch_size):
            dw, db = np.zeros(90), 0.0
            for song in order[number * batch_size : (number + 1) * batch_size]:
                error = 1 / (1 + math.exp(-(float(X[song] @ w) + b))) - int(t[song])
                dw += error * X[song]
                db += error
            for j in range(90):
                w[j] -= mu * dw[j] / batch_size
            b = b - mu * db / batch_size
            done += 1
            if done % 10 == 0:
                total, right = 0.0, 0
                for x, label in zip(X_validation, t_validation.tolist(), strict=True):
                    y = 1 / (1 + math.exp(-(float(x @ w) + b)))
                    total -= math.log((y if label == 1 else 1 - y) + 1e-15)
                    right += (y >= 0.5) == (label == 1)
                losses.append(total / len(t_validation))
                percents.append(100 * (right / len(t_validation)))
            if done == 100:
                break
    return list(w), b, losses, percents


@pytest.fixture(scope="module")
def naive():
    """The document's procedure from the first draw on: rates, the sweep as published, the sweep run right."""
    X, t = songs()
    np.random.seed(1)
    shuffled = np.random.permutation(TRAIN_ROWS)
    X_part, t_part = X[shuffled], t[shuffled]
    parts = (X_part[130:], t_part[130:], X_part[:130], t_part[:130])
    np.random.rand(90)
    np.random.rand(1)
    w = [0.0] * 90
    rates = {mu: naive_run(*parts, w, 0.0, mu, 100) for mu in (0.005, 0.1, 5.0)}
    w, b = np.random.randn(90).tolist(), float(np.random.randn(1)[0])
    start, stream = list(w), np.random.get_state()
    published = {pair: naive_run(*parts, w, b, pair[0], 100) for pair in GRID}
    np.random.set_state(stream)
    right = {pair: naive_run(*parts, list(start), b, pair[0], min(pair[1], 1020)) for pair in GRID}
    return rates, published, right


def test_the_runs_are_those_of_the_naive_procedure(replayed, naive):
    numbers = replayed[0]
    rates, published, _ = naive
    runs = {f"learning rate {mu}": run for mu, run in rates.items()}
    runs |= {f"sweep {mu}, {batch_size}": run for (mu, batch_size), run in published.items()}
    for name, (_, _, losses, percents) in runs.items():
        np.testing.assert_allclose(numbers[f"{name}: validation loss"], losses, rtol=1e-12, atol=1e-12)
        assert numbers[f"{name}: validation accuracy in percent"] == percents


@pytest.mark.parametrize("sweep", [1, 2], ids=["as published", "run right"])
def test_both_sweeps_are_those_of_the_naive_procedure(replayed, naive, sweep):
    assert list(replayed[sweep]) == list(naive[sweep])
    for run, (w, b, losses, percents) in zip(replayed[sweep].values(), naive[sweep].values(), strict=True):
        np.testing.assert_allclose(run.w, w, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(run.b, b, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(run.losses, losses, rtol=1e-12, atol=1e-12)
        assert [100 * share for share in run.accuracies] == percents


def test_the_accuracies_are_those_of_the_chosen_weights(replayed, naive):
    numbers, published, _ = replayed
    pair = min(naive[1], key=lambda pair: naive[1][pair][2][-1])
    assert best(published) == pair == (numbers["best: learning rate"], numbers["best: batch size"])
    X, t = songs()
    shuffled = np.random.RandomState(1).permutation(TRAIN_ROWS)
    parts = {"validation": shuffled[:130], "train": shuffled[130:], "test": np.arange(TRAIN_ROWS, SONGS)}
    w, b, _, _ = naive[1][pair]
    fit = LogisticRegression().fit(X[parts["train"]], t[parts["train"]])
    for part, rows in parts.items():
        assert numbers[f"our SGD: {part} accuracy"] == np.mean((X[rows] @ w + b >= 0) == t[rows])
        assert numbers[f"scikit-learn today: {part} accuracy"] == fit.score(X[rows], t[rows])


def test_the_fit_of_2021_ends_at_the_same_optimum():
    X, t = songs()
    x = fit_as_in_2021(X, t)
    fit = LogisticRegression(tol=1e-10, max_iter=1000).fit(X, t)
    np.testing.assert_allclose(x, np.append(fit.coef_, fit.intercept_), rtol=0, atol=1e-2)
    assert np.mean((X @ x[:-1] + x[-1] >= 0) == t) == pytest.approx(fit.score(X, t), abs=2e-3)


def test_a_published_run_goes_on_from_the_weights_of_the_last_and_takes_100_songs_whatever_its_label(replayed):
    _, published, right = replayed
    rows = sweep_rows(published, right)
    assert [row.published_batch_size for row in rows] == [BATCH_SIZE] * 9
    assert [row.published_steps_before for row in rows] == list(range(0, 900, 100))
    assert [(row.published_loss, row.right_loss) for row in rows] == [
        (published[pair].losses[-1], right[pair].losses[-1]) for pair in GRID
    ]
    points = curve_rows({"as published": published})
    assert [point.step_of_sweep for point in points] == list(range(10, 901, 10))
    assert [point.validation_loss for point in points] == [loss for run in published.values() for loss in run.losses]


def test_the_toy_figures_are_met_on_any_data(replayed):
    numbers = replayed[0]
    assert numbers["toy: dL/db by differences"] == -0.26894043830827385
    assert numbers["toy: error of dL/db"] == 9.830617212491788e-07
    assert numbers["toy: largest error of dL/dw"] == 9.830617212491788e-07
    toy = summary([figure for figure in compare(numbers) if figure.cell in TOY_CELLS])
    assert toy == {"matched": 184, "of": 184, "not_matched": {}}


def test_only_the_published_file_labels_and_parts_are_the_published_task():
    assert is_published_task(True, 2000, 463_715, 50_000)
    assert not is_published_task(False, 2000, 463_715, 50_000)
    assert not is_published_task(True, 1990, 463_715, 50_000)
    assert not is_published_task(True, 2000, 463_714, 50_000)
    assert not is_published_task(True, 2000, 463_715, 40_000)
