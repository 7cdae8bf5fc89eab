from itertools import product

import numpy as np

from century.runs import run
from century.selection import Candidate, candidate, claims


def test_a_candidate_is_the_run_of_the_sweep_seen_by_two_parts():
    rng = np.random.default_rng(1)
    X = rng.standard_normal((900, 4)).astype(np.float32)
    t = (X @ rng.standard_normal(4) + rng.logistic(size=900) > 0).astype(np.int8)
    train, validation, test = [(X[rows], t[rows]) for rows in (slice(500), slice(500, 700), slice(700, 900))]
    found = candidate(train, validation, test, 0.5, 50, 20, seed=3)
    *_, seen = run(train, validation, 0.5, 50, 20, 10, seed=3)
    *_, peeked = run(train, test, 0.5, 50, 20, 10, seed=3)
    assert found == Candidate(0.5, 50, *seen[2:], *peeked[2:])


def test_the_test_songs_choose_what_looks_best_on_them():
    rows = [(0.6, 0.70, 0.5, 0.74), (0.5, 0.72, 0.6, 0.71), (0.7, 0.73, 0.7, 0.70)]
    runs = [Candidate(mu, size, *row) for (mu, size), row in zip(product([1.0], [1, 2, 3]), rows, strict=True)]
    found = claims(runs)
    assert found["chosen_by_validation"]["batch_size"] == 2
    assert found["chosen_by_test"]["batch_size"] == 1
    assert found["claimed_more"] == 0.74 - 0.71
    assert found["runs"] == {"rate 1.0, batch 1": 0.74, "rate 1.0, batch 2": 0.71, "rate 1.0, batch 3": 0.70}
