"""The figures of the README and the report, drawn by matplotlib from the tables of the pipeline.

A table is a list of rows, a row a dict of a column's name to its text, as in the CSV. Losses are in nats, accuracies
are shares of songs, steps count minibatches. Colours are those of Okabe and Ito, which the colour-blind can tell apart;
a line's dashes and markers tell as much, so that nothing is lost in grey.
"""

import csv
from itertools import cycle
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from century.files import replacing

Row = dict[str, str]
Style = dict[str, Any]  # what matplotlib is told of a line
Lines = dict[str, tuple[list[float], list[float]]]  # a label's x and y

BLUE, VERMILION, GREEN, PURPLE, BLACK, GREY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#999999"
COLORS, DASHES, MARKERS = (BLUE, VERMILION, GREEN, PURPLE), ("-", "--", ":", "-."), ("o", "s", "^", "D")
STYLES: list[Style] = [
    {"color": color, "linestyle": dashes, "marker": marker}
    for color, dashes, marker in zip(COLORS, DASHES, MARKERS, strict=True)
]
WIDTH = 7.0  # inches, as wide as the text of the report

# The ids in an SVG are random but for the salt. Letters are drawn as paths: the same on every machine.
mpl.rcParams.update(
    {
        "svg.hashsalt": "music-century",
        "svg.fonttype": "path",
        "axes.grid": True,
        "axes.spines.right": False,
        "axes.spines.top": False,
        "grid.alpha": 0.3,
        "lines.markersize": 4,
        "figure.constrained_layout.use": True,
    }
)


def read_rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def save(figure: Figure, path: Path) -> None:
    with replacing(path) as partial:
        figure.savefig(partial, format="svg", metadata={"Date": None, "Creator": None})


def lines(rows: list[Row], name: str, x: str, y: str) -> Lines:
    """One line for each label that `name` makes of the rows, in their order."""
    found: Lines = {}
    for row in rows:
        xs, ys = found.setdefault(name.format(**row), ([], []))
        xs.append(float(row[x]))
        ys.append(float(row[y]))
    return found


def draw(axes: Axes, found: Lines, x_label: str, y_label: str) -> None:
    for (label, (x, y)), style in zip(found.items(), cycle(STYLES), strict=False):
        axes.plot(x, y, label=label, **style)
    axes.set(xlabel=x_label, ylabel=y_label)
    axes.legend(frameon=False, fontsize="small")


def plain_log_axis(axes: Axes) -> None:
    """A logarithmic loss axis with plain numbers, of which there must be some even within one power of ten."""
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(mpl.ticker.FormatStrFormatter("%.3g"))
    axes.yaxis.set_minor_formatter(mpl.ticker.FormatStrFormatter("%.3g"))
    axes.tick_params(axis="y", which="minor", labelsize="small")


def gradient_check(rows: list[Row], source: str) -> Figure:
    """The largest error of a slope against the step h, for forward and central differences; both axes logarithmic."""
    figure = Figure(figsize=(WIDTH, 3.2))
    figure.suptitle(f"Finite differences against the formula ({source})")
    points = list(dict.fromkeys(row["point"] for row in rows))
    for place, axes in zip(points, figure.subplots(1, len(points), sharey=True), strict=True):
        of_place = [row for row in rows if row["point"] == place and float(row["error"]) > 0]
        draw(axes, lines(of_place, "{method}", "step", "error"), "step h", "largest error" * (place == points[0]))
        axes.set(xscale="log", yscale="log", title=place)
    return figure


def learning_rates(rows: list[Row], source: str) -> Figure:
    """The validation loss of each learning rate, on a logarithmic axis."""
    figure = Figure(figsize=(WIDTH, 3.6))
    axes = figure.subplots()
    draw(axes, lines(rows, "rate {learning_rate}", "iteration", "validation_loss"), "step", "validation loss (nats)")
    plain_log_axis(axes)
    axes.set_title(f"A learning rate that is too small, good, too large ({source})")
    return figure


def pair(row: Row) -> tuple[float, int]:
    return float(row["learning_rate"]), int(row["batch_size"])


def sweep(rows: list[Row], source: str) -> Figure:
    """The validation loss of every pair on its way, and at the end: a row for each rate, a column for each size.

    Colour and marker tell the learning rate; dashes and shade the batch size, the larger the darker.
    """
    ends = {pair(row): float(row["validation_loss"]) for row in rows}
    rates, sizes = sorted({rate for rate, _ in ends}), sorted({size for _, size in ends}, reverse=True)
    of_rate = {rate: Style(color=COLORS[i % 4], marker=MARKERS[i % 4]) for i, rate in enumerate(rates)}
    of_size = {size: Style(linestyle=DASHES[i % 4], alpha=1 - 0.6 * i / len(sizes)) for i, size in enumerate(sizes)}
    figure = Figure(figsize=(WIDTH, 3.9))
    figure.suptitle(f"Every learning rate with every batch size ({source})")
    left, right = figure.subplots(1, 2, width_ratios=[1.25, 1])
    for rate, size in ends:
        of_pair = [row for row in rows if pair(row) == (rate, size)]
        for x, y in lines(of_pair, "", "iteration", "validation_loss").values():
            left.plot(x, y, **of_rate[rate], **of_size[size])
    left.set(xlabel="step", ylabel="validation loss (nats)")
    plain_log_axis(left)
    key = [Line2D([], [], label=f"rate {rate}", **of_rate[rate]) for rate in rates]
    key += [Line2D([], [], label=f"batch {size}", color=BLACK, **of_size[size]) for size in reversed(sizes)]
    figure.legend(handles=key, loc="outside lower center", ncols=6, frameon=False, fontsize="small")
    heatmap(right, ends)
    return figure


def heatmap(axes: Axes, losses: dict[tuple[float, int], float]) -> None:
    """The last loss of each pair, written into its cell; the lighter the lower."""
    rates, sizes = sorted({rate for rate, _ in losses}), sorted({size for _, size in losses})
    axes.imshow(
        [[losses[rate, size] for size in sizes] for rate in rates], cmap="cividis_r", origin="lower", aspect="auto"
    )
    middle = (min(losses.values()) + max(losses.values())) / 2
    fontsize = min(8.5, 36 / len(sizes))
    for (rate, size), loss in losses.items():
        color = "white" if loss > middle else "black"
        place = sizes.index(size), rates.index(rate)
        axes.text(*place, f"{loss:.4f}", ha="center", va="center", color=color, fontsize=fontsize)
    axes.set_xticks(range(len(sizes)), [str(size) for size in sizes])
    axes.set_yticks(range(len(rates)), [str(rate) for rate in rates])
    axes.set(xlabel="batch size (songs)", ylabel="learning rate", title="loss at the end (nats)")
    axes.grid(False)


def training(rows: list[Row], scores: dict[str, Any], source: str) -> Figure:
    """The loss after every epoch on both parts, and the loss of scikit-learn's model as a line to reach."""
    figure = Figure(figsize=(WIDTH, 3.2))
    figure.suptitle(f"Our training against scikit-learn's optimum ({source})")
    for axes, part, key in zip(figure.subplots(1, 2), ("training", "validation"), ("train", "validation"), strict=True):
        axes.axhline(scores["sklearn"][key]["loss"], color=BLACK, linestyle="--", label="scikit-learn")
        draw(axes, lines(rows, "our SGD", "epoch", f"{part}_loss"), "epoch", f"{part} loss (nats)")
        axes.ticklabel_format(useOffset=False)
        axes.xaxis.set_major_locator(mpl.ticker.MaxNLocator(integer=True))
    return figure


def accuracy_by_year(rows: list[Row], threshold_year: int, source: str) -> Figure:
    """The share of test songs on the right side of the threshold, year by year, and how many songs a year has."""
    figure = Figure(figsize=(WIDTH, 4.2))
    figure.suptitle(f"Accuracy on the test songs, by year of release ({source})")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=[2, 1])
    draw(above, lines(rows, "{model}", "year", "accuracy"), "", "accuracy")
    years, songs = lines([row for row in rows if row["model"] == rows[0]["model"]], "songs", "year", "songs")["songs"]
    below.bar(years, songs, color=BLUE)
    below.set(xlabel="year of release", ylabel="songs")
    for axes in (above, below):
        axes.axvline(threshold_year + 0.5, color=BLACK, linewidth=1)
    above.annotate(f"after {threshold_year}", (threshold_year + 0.5, 0.02), (4, 0), textcoords="offset points")
    above.set_ylim(0, 1.02)
    above.legend(frameon=False, loc="lower left")
    return figure


def weights(ours: dict[str, Any], theirs: dict[str, Any], source: str) -> Figure:
    """The 90 weights of both models: bars ours, circles scikit-learn's. A pale band marks the 12 averages of timbre."""
    figure = Figure(figsize=(WIDTH, 3.4))
    axes = figure.subplots()
    places = range(1, len(ours["weights"]) + 1)
    axes.axvspan(0.5, 12.5, color="#EEEEEE", label="averages (the others are covariances)")
    axes.bar(places, ours["weights"], color=BLUE, label="our SGD")
    axes.plot(places, theirs["weights"], "o", color=VERMILION, fillstyle="none", label="scikit-learn")
    axes.set(xlabel="feature, var1 to var90", ylabel="weight (of a z-scored feature)", xlim=(0, len(places) + 1))
    axes.set_title(f"What the models listen to ({source})")
    figure.legend(loc="outside lower center", ncols=3, frameon=False, fontsize="small")
    return figure


def replay(rows: list[Row], source: str) -> Figure:
    """The nine runs of the sweep one after another, as published and run right."""
    figure = Figure(figsize=(WIDTH, 3.6))
    axes = figure.subplots()
    for procedure, style in (("as published", STYLES[0]), ("run right", STYLES[1])):
        of_procedure = [row for row in rows if row["procedure"] == procedure]
        ways = lines(of_procedure, "{learning_rate}, {batch_size}", "step_of_sweep", "validation_loss")
        for number, way in enumerate(ways.values()):
            axes.plot(*way, label=procedure if number == 0 else None, **style)
    axes.set(xlabel="steps since the sweep began", ylabel="validation loss (nats)")
    plain_log_axis(axes)
    axes.set_title(f"The published sweep, and the same grid run right ({source})")
    axes.legend(frameon=False)
    return figure


def producer_effect(rows: list[Row], source: str) -> Figure:
    """Both accuracies of each learner and number of songs, and the leak with its interval; the largest leak first."""
    figure = Figure(figsize=(WIDTH, 2.9))
    figure.suptitle(f"What knowing the artist is worth ({source})")
    left, right = figure.subplots(1, 2, sharey=True)
    for split, color, marker in (("by producer", BLUE, "o"), ("shuffled", VERMILION, "s")):
        of_split = sorted((row for row in rows if row["split"] == split), key=lambda row: -float(row["leak"]))
        accuracies = [float(row["accuracy"]) for row in of_split]
        left.scatter(accuracies, range(len(of_split)), 50, color, marker=marker, label=split)
    right.axvline(0, color=GREY)
    for place, row in enumerate(of_split):  # either split's rows know the leak
        leak, low, high = (float(row[column]) for column in ("leak", "leak_low", "leak_high"))
        right.plot([low, high], [place, place], color=BLACK, marker="|", markersize=10)
        right.plot(leak, place, color=BLACK, marker="o")
        text = f"{leak:.4f} ({low:.4f} to {high:.4f})"
        right.annotate(text, (0.08, place), (0, 9), ("axes fraction", "data"), "offset points", fontsize="small")
    left.set_yticks(range(len(of_split)), [f"{row['learner']},\n{int(row['songs']):,} songs" for row in of_split])
    left.set(xlabel="accuracy", ylim=(len(of_split) - 0.5, -0.5))  # from the top
    right.set(xlabel="leak (95 % by blocks)")
    figure.legend(loc="outside lower center", ncols=2, frameon=False, fontsize="small")
    return figure
