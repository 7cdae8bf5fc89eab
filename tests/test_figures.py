"""The figures: the same bytes each time, every number in its place."""

import random
import re
from pathlib import Path

import pytest

from century import figures
from century.figures import read_rows, save

SWEEP = read_rows(Path("plots/sweep.csv"))


def test_the_same_table_gives_the_same_bytes_without_a_date(tmp_path):
    for name in ("one.svg", "two.svg"):
        save(figures.sweep(SWEEP, "stand-in"), tmp_path / name)
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
    looks = {(line.get_color(), line.get_linestyle(), line.get_marker()) for line in axes.get_lines()}
    assert len(looks) == len(axes.get_lines()) == 9
    (axes,) = figures.learning_rates(read_rows(Path("plots/learning_rates.csv")), "stand-in").axes
    assert len({line.get_linestyle() for line in axes.get_lines()}) == 3
    assert axes.get_yscale() == "log"


@pytest.mark.parametrize("source", ["stand-in", "uci"])
def test_every_figure_names_the_source_of_the_songs(source):
    drawn = figures.learning_rates(read_rows(Path("plots/learning_rates.csv")), source)
    assert f"({source})" in drawn.axes[0].get_title()
