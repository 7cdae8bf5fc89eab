import numpy as np
import pytest

from century.evaluation import resampling
from century.evaluation.resampling import (
    MIN_BLOCKS,
    SHUFFLED_BLOCKS,
    draw,
    interval,
    neighbour_blocks,
    resample,
    shuffled_blocks,
)


def means(right, row, **options):
    """The mean of a column, and its resampled means by view."""
    table = np.column_stack([np.ones(len(right)), right])
    drawn = resample({"part": row}, {("model", "part"): table.T}, **options)
    return right.mean(), {view: means_of(sums["model", "part"]) for view, sums in drawn.items()}


def means_of(sums):
    return sums[:, 1] / sums[:, 0]


def test_neighbours_are_runs_of_the_file_whatever_the_order_of_the_rows():
    row = np.random.default_rng(1).permutation(np.arange(5000, 9000))
    assert (neighbour_blocks(row, 150) == (row - 5000) // 150).all()


@pytest.mark.parametrize("songs", [1, 7, 19, 76, 400])
def test_a_small_part_has_shorter_blocks_and_so_at_least_twenty(songs):
    assert neighbour_blocks(np.arange(songs), 200).max() + 1 >= min(songs, MIN_BLOCKS)


@pytest.mark.parametrize("songs", [1, 76, 2000, 5001])
def test_shuffled_blocks_are_of_even_sizes(songs):
    sizes = np.bincount(shuffled_blocks(songs, np.random.default_rng(1)))
    assert len(sizes) == min(songs, SHUFFLED_BLOCKS)
    assert sizes.max() - sizes.min() <= 1


def test_independent_rows_have_the_textbook_deviation_and_twenty_equal_neighbours_that_of_their_clusters():
    right = np.repeat(np.random.default_rng(1).random(2000) < 0.7, 20).astype(float)
    value, drawn = means(right, np.arange(40_000), length=200, draws=4000, seed=1)
    one_by_one = np.sqrt(value * (1 - value) / 40_000)
    assert drawn["independent"].std() == pytest.approx(one_by_one, rel=0.06)
    assert drawn["blocks"].std() == pytest.approx(one_by_one * 20**0.5, rel=0.2)


@pytest.mark.slow
def test_the_interval_by_blocks_covers_the_truth_95_times_in_100_where_the_independent_one_fails():
    # 4000 songs of 400 artists; an artist's own share of songs right is spread about the true mean, 0.7.
    rng = np.random.default_rng(1)
    inside = {"independent": 0, "blocks": 0}
    for trial in range(300):
        of_artist = rng.beta(2.1, 0.9, size=400)
        right = (rng.random(4000) < np.repeat(of_artist, 10)).astype(float)
        value, drawn = means(right, np.arange(4000), length=80, draws=500, seed=trial)
        for view, draws in drawn.items():
            found = interval(value, draws)
            inside[view] += found["low"] <= 0.7 <= found["high"]
    assert 0.90 * 300 <= inside["blocks"] <= 0.98 * 300
    assert inside["independent"] < 0.80 * 300


def test_what_two_tables_and_two_parts_of_one_side_share_cancels():
    rng = np.random.default_rng(1)
    row = rng.permutation(4000)
    artist = rng.random(200)[row // 20]
    tables = {model: np.column_stack([np.ones(4000), artist + more]) for model, more in (("a", 0), ("b", 0.5))}
    parts = {"first": slice(3000), "second": slice(3000, None)}
    rows = {part: row[songs] for part, songs in parts.items()}
    components = {(model, part): tables[model][songs].T for part, songs in parts.items() for model in tables}
    drawn = resample(rows, components, length=80, draws=500, seed=1)["blocks"]
    a, b, c = (means_of(drawn[key]) for key in (("a", "first"), ("b", "first"), ("a", "second")))
    np.testing.assert_allclose(b - a, 0.5)  # the same songs
    assert (a - c).std() < 0.7 * np.hypot(a.std(), c.std())  # other songs of the same artists


def test_draws_are_those_of_the_seed():
    def draw(seed):
        return means(np.arange(500) % 3 / 2, np.arange(500), length=10, draws=100, seed=seed)[1]

    first, again, other = draw(1), draw(1), draw(2)
    for view in ("independent", "blocks"):
        assert (first[view] == again[view]).all()
        assert (first[view] != other[view]).any()


def test_an_interval_takes_a_bias_back_and_leaves_nan_out():
    found = interval(1.0, np.append(np.linspace(1.1, 2.1, 1001), np.nan))
    assert found == {"low": pytest.approx(2 - 2.075), "high": pytest.approx(2 - 1.125)}


def test_draws_that_are_made_some_at_a_time_are_the_same(monkeypatch):
    table = np.random.default_rng(1).integers(0, 9, (50, 3)).astype(float)
    at_once = draw(table, 100, np.random.default_rng(2))
    monkeypatch.setattr(resampling, "BLOCKS_AT_A_TIME", 350)
    assert (draw(table, 100, np.random.default_rng(2)) == at_once).all()
