"""Measures with what they could be off by: of a model on a part, of two models, of two parts.

Shapes: row (n,) of the songs in the file, t (n,), z (n,) logits, draws of any number.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, NamedTuple

from century.arrays import Array, Floats, Ints
from century.evaluation.measures import components, measure, measures_of_sums
from century.evaluation.resampling import interval, resample


class Part(NamedTuple):
    """The songs of a part, with the logits that each model gives them."""

    row: Ints
    t: Array
    z: list[Array]


class Measured(NamedTuple):
    """The measures of one model on one part, and the same (draws,) of resampled songs, by view and measure."""

    figures: dict[str, Any]
    drawn: dict[str, dict[str, Floats]]


def measure_parts(parts: Sequence[Part], bins: int, length: int, draws: int, seed: int) -> list[list[Measured]]:
    """For each part, for each of its models. Parts that share artists belong together: they meet the same draws."""
    with ThreadPoolExecutor() as threads:
        tables = [list(threads.map(partial(components, t=part.t, bins=bins), part.z)) for part in parts]
    sums = resample(list(zip([part.row for part in parts], tables, strict=True)), length, draws, seed)
    return [
        [
            Measured(measure(table), {view: measures_of_sums(drawn[i][j]) for view, drawn in sums.items()})
            for j, table in enumerate(of_part)
        ]
        for i, of_part in enumerate(tables)
    ]


def own(a: Measured) -> dict[str, dict[str, dict[str, float]]]:
    """The interval of each measure, by measure and view. None of the five is below 0, so no interval is either."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for name, value in a.figures.items():
        if name != "songs":
            ends = {view: interval(value, drawn[name]) for view, drawn in a.drawn.items()}
            found[name] = {view: {"low": max(0.0, end["low"]), "high": end["high"]} for view, end in ends.items()}
    return found


def difference(a: Measured, b: Measured) -> dict[str, dict[str, Any]]:
    """a - b in each measure, with its interval under either view; on the same songs it is paired."""
    rows: dict[str, dict[str, Any]] = {}
    for name in a.figures:
        if name != "songs":
            value = a.figures[name] - b.figures[name]
            views = {view: interval(value, a.drawn[view][name] - b.drawn[view][name]) for view in a.drawn}
            rows[name] = {"value": value, **views}
    return rows
