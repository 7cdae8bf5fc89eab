"""The figures: the same bytes each time, every number in its place."""

import random
import re
from pathlib import Path

import pytest

from century import figures
from century.figures import read_rows, save

SWEEP = read_rows(Path("plots/sweep.csv"))
LEAKS = read_rows(Path("plots/producer_effect.csv"))


@pytest.mark.parametrize(("figure", "rows"), [(figures.sweep, SWEEP), (figures.producer_effect, LEAKS)])
def test_the_same_table_gives_the_same_bytes_without_a_date(tmp_path, figure, rows):
    for name in ("one.svg", "two.svg"):
        save(figure(rows, "stand-in"), tmp_path / name)
    one = (tmp_path / "one.svg").read_bytes()
    assert one == (tmp_path / "two.svg").read_bytes()
    assert b"<dc:date>" not in one
    assert not re.search(rb"20\d\d-\d\d-\d\d", one)


def test_the_heatmap_is_in_the_order_of_the_numbers_whatever_the_order_of_the_runs():
    rows = [{**row, "batch_size": {"512": "2048"}.get(row["batch_size"], row["batch_size"])} for row in SWEEP]
    runs = list(dict.fromkeys((row["learning_rate"], row["batch_size"]) for row in rows))
    random.Random(1).shuffle(runs)
    rows = [row for run in runs for row in rows if (row["learning_rate"], row["batch_size"]) == run]
    _, axes = figures.sweep(rows, "stand-in").axes
    rates = [float(text.get_text()) for text in axes.get_yticklabels()]
    sizes = [int(text.get_text()) for text in axes.get_xticklabels()]
    assert rates == sorted(rates)
    assert sizes == sorted(sizes)
    last = {(float(row["learning_rate"]), int(row["batch_size"])): float(row["validation_loss"]) for row in rows}
    shown = {
        (rates[round(text.get_position()[1])], sizes[round(text.get_position()[0])]): text.get_text()
        for text in axes.texts
    }
    assert shown == {pair: f"{loss:.4f}" for pair, loss in last.items()}


def test_the_lines_of_a_figure_can_be_told_apart_without_colour():
    axes, _ = figures.sweep(SWEEP, "stand-in").axes
    looks = {(line.get_linestyle(), line.get_marker()) for line in axes.get_lines()}
    assert len(looks) == len(axes.get_lines()) == 9
    (axes,) = figures.learning_rates(read_rows(Path("plots/learning_rates.csv")), "stand-in").axes
    assert len({line.get_linestyle() for line in axes.get_lines()}) == 3
    assert axes.get_yscale() == "log"


def test_a_line_of_the_sweep_has_the_colour_of_its_learning_rate_and_the_dashes_and_shade_of_its_batch_size():
    figure = figures.sweep(SWEEP, "stand-in")
    drawn = {tuple(line.get_ydata()): line for line in figure.axes[0].get_lines()}
    key = {line.get_label(): line for line in figure.legends[0].get_lines()}
    pairs = dict.fromkeys(figures.pair(row) for row in SWEEP)
    assert list(key) == [
        *[f"rate {rate}" for rate in sorted({rate for rate, _ in pairs})],
        *[f"batch {size}" for size in sorted({size for _, size in pairs})],
    ]
    for rate, size in pairs:
        line = drawn[tuple(float(row["validation_loss"]) for row in SWEEP if figures.pair(row) == (rate, size))]
        of_rate, of_size = key[f"rate {rate}"], key[f"batch {size}"]
        assert (line.get_color(), line.get_marker()) == (of_rate.get_color(), of_rate.get_marker())
        assert (line.get_linestyle(), line.get_alpha()) == (of_size.get_linestyle(), of_size.get_alpha())


def test_the_producer_effect_is_drawn_with_both_accuracies_and_the_interval_of_each_leak():
    left, right = figures.producer_effect(LEAKS, "stand-in").axes
    by_producer, shuffled = left.collections
    for split, points in (("by producer", by_producer), ("shuffled", shuffled)):
        of_split = sorted((row for row in LEAKS if row["split"] == split), key=lambda row: -float(row["leak"]))
        assert points.get_label() == split
        assert points.get_offsets()[:, 0].tolist() == [float(row["accuracy"]) for row in of_split]
    assert by_producer.get_paths()[0].vertices.shape != shuffled.get_paths()[0].vertices.shape  # to tell them in grey
    assert [text.get_text() for text in left.get_yticklabels()] == [
        f"{row['learner']},\n{int(row['songs']):,} songs" for row in of_split
    ]
    ends = [list(line.get_xdata()) for line in right.get_lines() if line.get_marker() == "|"]
    assert ends == [[float(row["leak_low"]), float(row["leak_high"])] for row in of_split]
    leaks = [line.get_xdata()[0] for line in right.get_lines() if line.get_marker() == "o"]
    assert leaks == [float(row["leak"]) for row in of_split]


@pytest.mark.parametrize("source", ["stand-in", "uci"])
def test_every_figure_names_the_source_of_the_songs(source):
    drawn = figures.learning_rates(read_rows(Path("plots/learning_rates.csv")), source)
    assert f"({source})" in drawn.axes[0].get_title()
