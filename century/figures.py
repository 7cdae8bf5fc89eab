"""The figures of the README and the report, drawn by matplotlib from the tables of the pipeline.

Losses are in nats, accuracies are shares of songs, a step is a minibatch. Colours are those of Okabe and Ito, which
colour-blind readers can tell apart; dashes and markers differ too, so that nothing is lost in grey. `source` is the
source of the songs, which every title names.
"""

from itertools import cycle
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import EngFormatter, FixedLocator, FormatStrFormatter, LogLocator, MaxNLocator, NullLocator

from century.files import replacing

Style = dict[str, Any]  # keyword arguments for matplotlib's plot

BLUE, VERMILION, GREEN, PURPLE, BLACK, GREY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#999999"
COLORS, DASHES, MARKERS = (BLUE, VERMILION, GREEN, PURPLE), ("-", "--", ":", "-."), ("o", "s", "^", "D")
STYLES: list[Style] = [
    {"color": color, "linestyle": dashes, "marker": marker}
    for color, dashes, marker in zip(COLORS, DASHES, MARKERS, strict=True)
]
WIDTH = 7.0  # inches, as wide as the text of the report

# The ids in an SVG are random but for the salt. Letters are drawn as paths: the same on every machine.
mpl.rcdefaults()  # a user's own matplotlibrc would draw other figures
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


def save(figure: Figure, path: Path) -> None:
    """Write a figure as SVG. Figure.savefig would draw it one time more, to nowhere, and write the same bytes."""
    with replacing(path) as partial:
        canvas = FigureCanvasSVG(figure)
        canvas.print_svg(partial, metadata={"Date": None, "Creator": None})  # type: ignore[no-untyped-call]


def draw_lines(axes: Axes, table: pd.DataFrame, by: str, x: str, y: str, label: str = "{}") -> None:
    """A line for each value of the column `by`, in the order of the table."""
    for (value, rows), style in zip(table.groupby(by, sort=False), cycle(STYLES), strict=False):
        axes.plot(rows[x], rows[y], label=label.format(value), **style)
    axes.legend(frameon=False, fontsize="small")


def plain_log_axis(axes: Axes) -> None:
    """A logarithmic loss axis with plain numbers along all of it, be it half a power of ten long or many."""
    axes.set_yscale("log")
    low, high = axes.get_ylim()
    locators = {
        4: MaxNLocator(8, steps=[1, 2, 5, 10]),
        12: LogLocator(subs=[1, 1.5, 2, 3, 4, 6, 8]),
        1000: LogLocator(subs=[1, 2, 5]),
        float("inf"): LogLocator(),
    }
    locator = next(locator for ratio, locator in locators.items() if high / low < ratio)
    ticks = [tick for tick in locator.tick_values(low, high) if low <= tick <= high]
    axes.yaxis.set_major_locator(FixedLocator(ticks))
    axes.yaxis.set_major_formatter(FormatStrFormatter("%g"))
    axes.yaxis.set_minor_locator(NullLocator())


def gradient_check(table: pd.DataFrame, source: str) -> Figure:
    """The largest error of a slope against the step h, for forward and central differences; both axes logarithmic."""
    figure = Figure(figsize=(WIDTH, 3.2))
    figure.suptitle(f"Finite differences against the formula ({source})")
    points = table["point"].unique()
    for point, axes in zip(points, figure.subplots(1, len(points), sharey=True), strict=True):
        rows = table[(table["point"] == point) & (table["error"] > 0)]
        draw_lines(axes, rows, "method", "step", "error")
        axes.set(xlabel="step h", ylabel="largest error" * (point == points[0]))
        axes.set(xscale="log", yscale="log", title=point)
    return figure


def learning_rates(table: pd.DataFrame, source: str) -> Figure:
    """The validation loss of each learning rate, on a logarithmic axis."""
    figure = Figure(figsize=(WIDTH, 3.6))
    axes = figure.subplots()
    draw_lines(axes, table, "learning_rate", "iteration", "validation_loss", "rate {}")
    axes.set(xlabel="step", ylabel="validation loss (nats)")
    plain_log_axis(axes)
    axes.set_title(f"A learning rate that is too small, good, too large ({source})")
    return figure


def sweep(table: pd.DataFrame, source: str) -> Figure:
    """The validation loss of every pair at each step, and at the end: a row for each rate, a column for each size.

    Colour and marker tell the learning rate; dashes and shade tell the batch size, the larger the darker.
    """
    runs = table.groupby(["learning_rate", "batch_size"], sort=False)
    rates, sizes = sorted(table["learning_rate"].unique()), sorted(table["batch_size"].unique(), reverse=True)
    rate_styles = {rate: Style(color=COLORS[i % 4], marker=MARKERS[i % 4]) for i, rate in enumerate(rates)}
    size_styles = {size: Style(linestyle=DASHES[i % 4], alpha=1 - 0.6 * i / len(sizes)) for i, size in enumerate(sizes)}
    figure = Figure(figsize=(WIDTH, 3.9))
    figure.suptitle(f"Every learning rate with every batch size ({source})")
    left, right = figure.subplots(1, 2, width_ratios=[1.25, 1])
    for (rate, size), rows in runs:
        left.plot(rows["iteration"], rows["validation_loss"], **rate_styles[rate], **size_styles[size])
    left.set(xlabel="step", ylabel="validation loss (nats)")
    plain_log_axis(left)
    key = [Line2D([], [], label=f"rate {rate}", **rate_styles[rate]) for rate in rates]
    key += [Line2D([], [], label=f"batch {size}", color=BLACK, **size_styles[size]) for size in reversed(sizes)]
    figure.legend(handles=key, loc="outside lower center", ncols=6, frameon=False, fontsize="small")
    heatmap(right, runs["validation_loss"].last().unstack().sort_index().sort_index(axis=1))
    return figure


def heatmap(axes: Axes, losses: pd.DataFrame) -> None:
    """The last loss of each pair, learning rates by batch sizes, written into its cell; the lighter the lower.

    The scale of the colours is nearly linear up to the median and logarithmic above it, so that one bad pair leaves
    colours to tell the others apart.
    """
    above_best = losses - losses.min(axis=None)
    scale = mpl.colors.AsinhNorm(above_best.stack().median() or 1.0, vmin=0, vmax=above_best.max(axis=None))
    axes.imshow(above_best, norm=scale, cmap="cividis_r", origin="lower", aspect="auto")
    fontsize = min(8.5, 36 / len(losses.columns))
    for row, rate in enumerate(losses.index):
        for column, size in enumerate(losses.columns):
            loss = losses.loc[rate, size]
            color = "white" if scale(above_best.loc[rate, size]) > 0.5 else "black"
            axes.text(column, row, f"{loss:.4f}", ha="center", va="center", color=color, fontsize=fontsize)
    axes.set_xticks(range(len(losses.columns)), losses.columns.astype(str))
    axes.set_yticks(range(len(losses.index)), losses.index.astype(str))
    axes.set(xlabel="batch size (songs)", ylabel="learning rate", title="loss at the end (nats)")
    axes.grid(False)


def training(table: pd.DataFrame, scores: dict[str, Any], source: str) -> Figure:
    """Training and plain descent: how far the training loss is above its minimum, and the validation loss.

    Dotted lines are scikit-learn's model. Its training loss is left out where it is not above the estimated minimum.
    """
    figure = Figure(figsize=(WIDTH, 3.4))
    figure.suptitle(f"Training and plain descent ({source})")
    left, right = figure.subplots(1, 2)
    minimum = table["training_loss"].iloc[-1] - table["loss_above_minimum"].iloc[-1]
    above = scores["sklearn"]["train"]["loss"] - minimum
    if above > 0:
        left.axhline(above, color=BLACK, linestyle=":", label="scikit-learn")
    right.axhline(scores["sklearn"]["validation"]["loss"], color=BLACK, linestyle=":", label="scikit-learn")
    draw_lines(left, table[table["loss_above_minimum"] > 0], "descent", "songs_seen", "loss_above_minimum")
    draw_lines(right, table[table["songs_seen"] > 0], "descent", "songs_seen", "validation_loss")
    left.set(xlabel="training songs seen", ylabel="training loss above its minimum (nats)", yscale="log")
    right.set(xlabel="training songs seen", ylabel="validation loss (nats)")
    right.ticklabel_format(axis="y", useOffset=False)
    for axes in (left, right):
        axes.xaxis.set_major_formatter(EngFormatter(sep=""))
    return figure


def accuracy_by_year(table: pd.DataFrame, threshold_year: int, source: str) -> Figure:
    """For each year: our accuracy on its test songs, what scikit-learn's differs by, and how many songs there are."""
    figure = Figure(figsize=(WIDTH, 4.2))
    figure.suptitle(f"Accuracy on the test songs, by year of release ({source})")
    above, between, below = figure.subplots(3, 1, sharex=True, height_ratios=[2, 1, 1])
    accuracy = table.pivot(index="year", columns="model", values="accuracy")
    songs = table.groupby("year")["songs"].first()
    above.plot(accuracy.index, accuracy["sgd"], **STYLES[0])
    above.set(ylabel="our accuracy", ylim=(0, 1.05))
    difference_bars(between, accuracy["sgd"] - accuracy["sklearn"])
    below.bar(songs.index, songs, color=GREY)
    below.set(xlabel="year of release", ylabel="songs")
    for axes in (above, between, below):
        axes.axvline(threshold_year + 0.5, color=BLACK, linewidth=1)
    above.annotate(f"after {threshold_year}", (threshold_year + 0.5, 0.04), (4, 0), textcoords="offset points")
    figure.align_ylabels()
    return figure


def difference_bars(axes: Axes, difference: pd.Series) -> None:
    """Our model minus scikit-learn's: two lines would hide one another where the models agree."""
    axes.axhline(0, color=BLACK, linewidth=0.8)
    axes.bar(difference.index, difference, color=PURPLE)
    axes.set_ylabel("ours minus\nscikit-learn's")
    limit = difference.abs().max() or 0.01
    axes.set_ylim(-1.1 * limit, 1.1 * limit)
    axes.yaxis.set_major_locator(MaxNLocator(4, symmetric=True))
    axes.yaxis.set_major_formatter(FormatStrFormatter("%g"))


def weights(ours: dict[str, Any], theirs: dict[str, Any], source: str) -> Figure:
    """The 90 weights of our model, and what scikit-learn's differ by. A pale band marks the 12 averages of timbre."""
    figure = Figure(figsize=(WIDTH, 3.7))
    figure.suptitle(f"What the model listens to ({source})")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=[2, 1])
    places = range(1, len(ours["weights"]) + 1)
    for axes in (above, below):
        axes.axvspan(0.5, 12.5, color="#EEEEEE")
    for kind, middle in (("averages", 6.5), ("variances and covariances", 51.5)):
        above.annotate(kind, (middle, 1), (0, 2), ("data", "axes fraction"), "offset points", ha="center")
    above.bar(places, ours["weights"], color=BLUE)
    above.set(ylabel="our weight\n(of a z-scored feature)", xlim=(0, len(places) + 1))
    difference_bars(below, pd.Series(ours["weights"], places) - pd.Series(theirs["weights"], places))
    below.set(xlabel="feature, var1 to var90")
    figure.align_ylabels()
    return figure


def replay(table: pd.DataFrame, source: str) -> Figure:
    """The nine runs of the sweep one after another, as published and run right."""
    figure = Figure(figsize=(WIDTH, 3.6))
    axes = figure.subplots()
    for (procedure, rows), style in zip(table.groupby("procedure", sort=False), STYLES, strict=False):
        for number, (_, run) in enumerate(rows.groupby(["learning_rate", "batch_size"], sort=False)):
            label = procedure if number == 0 else None
            axes.plot(run["step_of_sweep"], run["validation_loss"], label=label, **style)
    axes.set(xlabel="steps since the sweep began", ylabel="validation loss (nats)")
    plain_log_axis(axes)
    axes.set_title(f"The published sweep, and the same grid run right ({source})")
    axes.legend(frameon=False)
    return figure


def producer_effect(table: pd.DataFrame, source: str) -> Figure:
    """Both accuracies of each learner and number of songs, and the leak with its interval; the largest leak first."""
    figure = Figure(figsize=(WIDTH, 2.9))
    figure.suptitle(f"What knowing the artist is worth ({source})")
    left, right = figure.subplots(1, 2, sharey=True)
    rows = table.drop_duplicates(["learner", "songs", "split"]).sort_values("leak", ascending=False, kind="stable")
    splits = dict(list(rows.groupby("split")))
    for split, color, marker in (("by producer", BLUE, "o"), ("shuffled", VERMILION, "s")):
        left.scatter(splits[split]["accuracy"], range(len(splits[split])), 50, color, marker=marker, label=split)
    right.axvline(0, color=GREY)
    learners = splits["shuffled"]  # the rows of either split have the leak
    for place, row in enumerate(learners.itertuples()):
        right.plot([row.leak_low, row.leak_high], [place, place], color=BLACK, marker="|", markersize=10)
        right.plot(row.leak, place, color=BLACK, marker="o")
        text = f"{row.leak:.4f} ({row.leak_low:.4f} to {row.leak_high:.4f})"
        right.annotate(text, (0.08, place), (0, 9), ("axes fraction", "data"), "offset points", fontsize="small")
    left.set_yticks(range(len(learners)), [f"{row.learner},\n{row.songs:,} songs" for row in learners.itertuples()])
    left.set(xlabel="accuracy", ylim=(len(learners) - 0.5, -0.5))  # from the top
    right.set(xlabel="leak (95 % by blocks)")
    figure.legend(loc="outside lower center", ncols=2, frameon=False, fontsize="small")
    return figure
