"""The figures: the same bytes each time, every number in its place."""

import re
from itertools import product

import numpy as np
import pandas as pd
import pytest

from century import figures
from century.figures import save


@pytest.fixture(scope="module")
def sweep():
    """Three looks at each of nine runs."""
    runs = pd.DataFrame(product([0.1, 0.5, 1.0], [64, 512, 2048], [10, 20, 30]))
    runs.columns = ["learning_rate", "batch_size", "iteration"]
    losses = np.random.default_rng(1).uniform(0.55, 0.7, len(runs))
    return runs.assign(songs_seen=0, validation_loss=losses, validation_accuracy=0.7)


@pytest.fixture(scope="module")
def rates():
    runs = pd.DataFrame(product([0.005, 0.1, 5.0], [10, 20, 30]), columns=["learning_rate", "iteration"])
    return runs.assign(validation_loss=np.linspace(0.5, 3.5, 9), validation_accuracy=0.7)


@pytest.fixture(scope="module")
def leaks():
    """Two learners, of which the second leaks more, each in both splits."""
    columns = ["learner", "songs", "split", "accuracy", "leak", "leak_low", "leak_high"]
    rows = [
        ("logistic regression", 20_000, "by producer", 0.72, 0.01, -0.01, 0.03),
        ("logistic regression", 20_000, "shuffled", 0.73, 0.01, -0.01, 0.03),
        ("nearest neighbours", 1_000, "by producer", 0.68, 0.07, 0.05, 0.09),
        ("nearest neighbours", 1_000, "shuffled", 0.75, 0.07, 0.05, 0.09),
    ]
    return pd.DataFrame(rows, columns=columns)


def test_a_table_is_read_to_the_last_digit(tmp_path):
    numbers = np.random.default_rng(1).standard_normal(1000) * 10.0 ** np.arange(-20, 20).repeat(25)
    (tmp_path / "table.csv").write_text("number\n" + "\n".join(map(repr, numbers.tolist())) + "\n")
    assert (pd.read_csv(tmp_path / "table.csv")["number"] == numbers).all()


@pytest.mark.parametrize("name", ["sweep", "producer_effect"])
def test_the_same_table_gives_the_same_bytes_without_a_date(tmp_path, sweep, leaks, name):
    for path in (tmp_path / "one.svg", tmp_path / "two.svg"):
        save(getattr(figures, name)(sweep if name == "sweep" else leaks, "stand-in"), path)
    one = (tmp_path / "one.svg").read_bytes()
    assert one == (tmp_path / "two.svg").read_bytes()
    assert b"<dc:date>" not in one
    assert not re.search(rb"20\d\d-\d\d-\d\d", one)


def test_the_heatmap_is_in_the_order_of_the_numbers_whatever_the_order_of_the_runs(sweep):
    pairs = list(dict.fromkeys(zip(sweep["learning_rate"], sweep["batch_size"], strict=True)))
    shuffled = [pairs[i] for i in np.random.default_rng(1).permutation(len(pairs))]
    runs = sweep.set_index(["learning_rate", "batch_size"])
    _, axes = figures.sweep(pd.concat([runs.loc[[pair]] for pair in shuffled]).reset_index(), "stand-in").axes
    rates = [float(text.get_text()) for text in axes.get_yticklabels()]
    sizes = [int(text.get_text()) for text in axes.get_xticklabels()]
    assert (rates, sizes) == ([0.1, 0.5, 1.0], [64, 512, 2048])
    places = [[round(place) for place in text.get_position()] for text in axes.texts]
    shown = {(rates[y], sizes[x]): text.get_text() for (x, y), text in zip(places, axes.texts, strict=True)}
    assert shown == {pair: f"{runs.loc[pair, 'validation_loss'].iloc[-1]:.4f}" for pair in pairs}


def test_the_lines_of_a_figure_can_be_told_apart_without_colour(sweep, rates):
    axes, _ = figures.sweep(sweep, "stand-in").axes
    looks = {(line.get_linestyle(), line.get_marker()) for line in axes.get_lines()}
    assert len(looks) == len(axes.get_lines()) == 9
    (axes,) = figures.learning_rates(rates, "stand-in").axes
    assert len({line.get_linestyle() for line in axes.get_lines()}) == 3
    assert [line.get_label() for line in axes.get_lines()] == ["rate 0.005", "rate 0.1", "rate 5.0"]
    assert axes.get_yscale() == "log"


@pytest.mark.parametrize(
    ("low", "high"), [(0.534, 0.561), (0.53, 0.67), (0.55, 1.42), (0.54, 3.1), (0.6, 9.0), (0.2, 80.0), (0.1, 5e4)]
)
def test_a_loss_axis_has_labels_along_all_of_it(low, high):
    rates = pd.DataFrame({"learning_rate": 0.1, "iteration": [10, 20], "validation_loss": [low, high]})
    (axes,) = figures.learning_rates(rates, "stand-in").axes
    axes.figure.draw_without_rendering()
    bottom, top = np.log(axes.get_ylim())
    ticks = zip(axes.get_yticks(), axes.get_yticklabels(), strict=True)
    assert all(float(label.get_text()) == pytest.approx(tick) for tick, label in ticks)
    places = (np.log(axes.get_yticks()) - bottom) / (top - bottom)
    assert 3 <= len(places) <= 12
    assert np.diff([0, *places, 1]).max() < 0.45


def test_one_bad_pair_leaves_colours_for_the_others(sweep):
    last = {pair: 0.54 + 0.005 * i for i, pair in enumerate(product([0.1, 0.5, 1.0], [64, 512, 2048]))}
    last[1.0, 2048] = 2.5
    losses = [last[pair] for pair in zip(sweep["learning_rate"], sweep["batch_size"], strict=True)]
    image = figures.sweep(sweep.assign(validation_loss=losses), "stand-in").axes[1].images[0]
    shades = np.sort(np.asarray(image.norm(image.get_array())).ravel())
    assert (shades[0], shades[-1]) == (0, 1)
    assert 0.15 < shades[-2] < 0.7
    assert np.diff(shades).min() > 0.01


def test_pairs_that_end_alike_have_one_colour(sweep):
    image = figures.sweep(sweep.assign(validation_loss=0.6), "stand-in").axes[1].images[0]
    assert len(np.unique(np.asarray(image.norm(image.get_array())))) == 1


def test_where_two_models_agree_the_difference_is_drawn():
    years = pd.DataFrame(
        {"model": ["sgd"] * 3 + ["sklearn"] * 3, "year": [1999, 2001, 2004] * 2, "songs": [5, 7, 8] * 2}
    )
    years["accuracy"] = [0.5, 0.6, 0.9, 0.4999, 0.6, 0.9003]
    ours, difference, songs = figures.accuracy_by_year(years, 2000, "stand-in").axes
    assert list(ours.get_lines()[0].get_ydata()) == [0.5, 0.6, 0.9]
    assert [bar.get_height() for bar in difference.patches] == pytest.approx([0.0001, 0, -0.0003])
    assert [bar.get_height() for bar in songs.patches] == [5, 7, 8]
    weights, difference = figures.weights({"weights": [0.5, -0.2]}, {"weights": [0.4, -0.2]}, "stand-in").axes
    assert [bar.get_height() for bar in weights.containers[0]] == [0.5, -0.2]
    assert [bar.get_height() for bar in difference.containers[0]] == pytest.approx([0.1, 0])
    assert "minus" in difference.get_ylabel()


def test_a_line_of_the_sweep_has_the_colour_of_its_learning_rate_and_the_dashes_and_shade_of_its_batch_size(sweep):
    figure = figures.sweep(sweep, "stand-in")
    drawn = {tuple(line.get_ydata()): line for line in figure.axes[0].get_lines()}
    key = {line.get_label(): line for line in figure.legends[0].get_lines()}
    assert list(key) == ["rate 0.1", "rate 0.5", "rate 1.0", "batch 64", "batch 512", "batch 2048"]
    for (rate, size), run in sweep.groupby(["learning_rate", "batch_size"]):
        line, like_rate, like_size = drawn[tuple(run["validation_loss"])], key[f"rate {rate}"], key[f"batch {size}"]
        assert (line.get_color(), line.get_marker()) == (like_rate.get_color(), like_rate.get_marker())
        assert (line.get_linestyle(), line.get_alpha()) == (like_size.get_linestyle(), like_size.get_alpha())


def test_the_producer_effect_is_drawn_with_both_accuracies_and_the_interval_of_each_leak(leaks):
    left, right = figures.producer_effect(leaks, "stand-in").axes
    by_producer, shuffled = left.collections
    assert (by_producer.get_label(), shuffled.get_label()) == ("by producer", "shuffled")
    assert by_producer.get_offsets()[:, 0].tolist() == [0.68, 0.72]  # the largest leak first
    assert shuffled.get_offsets()[:, 0].tolist() == [0.75, 0.73]
    assert by_producer.get_paths()[0].vertices.shape != shuffled.get_paths()[0].vertices.shape  # to tell them in grey
    labels = [text.get_text() for text in left.get_yticklabels()]
    assert labels == ["nearest neighbours,\n1,000 songs", "logistic regression,\n20,000 songs"]
    ends = [list(line.get_xdata()) for line in right.get_lines() if line.get_marker() == "|"]
    assert ends == [[0.05, 0.09], [-0.01, 0.03]]
    assert [line.get_xdata()[0] for line in right.get_lines() if line.get_marker() == "o"] == [0.07, 0.01]


@pytest.mark.parametrize("source", ["stand-in", "uci"])
def test_every_figure_names_the_source_of_the_songs(rates, source):
    assert f"({source})" in figures.learning_rates(rates, source).axes[0].get_title()


@pytest.mark.parametrize("theirs", [0.5001, 0.4999])
def test_training_is_drawn_above_its_minimum_with_scikit_learn_where_that_is_above_it(theirs):
    columns = ["descent", "songs_seen", "training_loss", "loss_above_minimum", "validation_loss"]
    rows = [
        (name, seen, 0.5 + gap, gap, 0.6) for name, gap in (("plain", 1e-2), ("ours", 1e-8)) for seen in (0, 10, 20)
    ]
    scores = {"sklearn": {"train": {"loss": theirs}, "validation": {"loss": 0.61}}}
    left, right = figures.training(pd.DataFrame(rows, columns=columns), scores, "stand-in").axes
    assert (left.get_yscale(), right.get_yscale()) == ("log", "linear")
    found = {line.get_label(): list(line.get_ydata()) for line in left.get_lines()}
    assert found.pop("plain") == [1e-2] * 3
    assert found.pop("ours") == [1e-8] * 3
    assert found == ({"scikit-learn": pytest.approx([theirs - 0.5] * 2)} if theirs > 0.5 else {})
    assert [len(line.get_xdata()) for line in right.get_lines()[1:]] == [2, 2]
    assert list(right.get_lines()[0].get_ydata()) == [0.61] * 2
