from itertools import product

import numpy as np

from century.arrays import Sample
from century.evaluation.selection import Candidate, candidates, compare_choices
from century.model.grid import validation_curves


def test_the_candidates_are_the_runs_of_the_sweep_measured_on_two_parts():
    rng = np.random.default_rng(1)
    X = np.hstack([rng.standard_normal((900, 4)), np.ones((900, 1))]).astype(np.float32)
    t = (X @ rng.standard_normal(5) + rng.logistic(size=900) > 0).astype(np.int8)
    train, validation, test = [(X[rows], t[rows]) for rows in (slice(500), slice(500, 700), slice(700, 900))]
    train = Sample(*train, np.arange(500), 500)
    found = candidates(train, validation, test, 50, [0.5, 1.0], 20, seed=3)
    seen, peeked = (validation_curves(train, part, 50, [0.5, 1.0], 20, 10, seed=3) for part in (validation, test))
    assert found == [
        Candidate(mu, 50, *a[-1][2:], *b[-1][2:]) for mu, a, b in zip([0.5, 1.0], seen, peeked, strict=True)
    ]


def test_the_test_songs_choose_what_looks_best_on_them():
    rows = [(0.6, 0.70, 0.5, 0.74), (0.5, 0.72, 0.6, 0.71), (0.7, 0.73, 0.7, 0.70)]
    runs = [Candidate(mu, size, *row) for (mu, size), row in zip(product([1.0], [1, 2, 3]), rows, strict=True)]
    found = compare_choices(runs)
    assert found["chosen_by_validation"]["batch_size"] == 2
    assert found["chosen_by_test"]["batch_size"] == 1
    assert found["claimed_more"] == 0.74 - 0.71
    assert found["runs"] == {"rate 1.0, batch 1": 0.74, "rate 1.0, batch 2": 0.71, "rate 1.0, batch 3": 0.70}
