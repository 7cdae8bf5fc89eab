"""The 95 % intervals of measures: of a model on a part, of the difference of two models or of two parts.

Which measures there are is said in `measures.py`; nothing here depends on it. How songs are resampled is said in
`resampling.py`.

Shapes: row (n,) of the songs in the file, t (n,) labels, z (n,) logits.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from century.arrays import Array, Floats, Ints
from century.evaluation.measures import components, measure, measures_of_sums
from century.evaluation.resampling import interval, resample


class ScoredPart(NamedTuple):
    """The songs of a part, with the logits that each model, by its name, gives them."""

    row: Ints
    t: Array
    z: dict[str, Array]


class Measured(NamedTuple):
    """The measures of a model on a part, and the same measures (draws,) of resampled songs, by view and measure."""

    measures: dict[str, Any]
    resampled: dict[str, dict[str, Floats]]


def measure_parts(
    parts: Mapping[str, ScoredPart], bins: int, block_length: int, draws: int, seed: int
) -> dict[tuple[str, str], Measured]:
    """The measures of every model on every part, by (model, part).

    Parts that share artists have to be measured together: then the same artists are drawn in each of them.
    """
    totals: dict[tuple[str, str], list[float]] = {(model, part): [] for part in parts for model in parts[part].z}

    def columns(model: str, part: str) -> Iterator[Floats]:
        """The components, one at a time, because all together would fill the memory. Only their sums are kept."""
        for column in components(parts[part].z[model], parts[part].t, bins):
            totals[model, part].append(column.sum())
            yield column

    rows = {name: part.row for name, part in parts.items()}
    drawn = resample(rows, {pair: columns(*pair) for pair in totals}, block_length, draws, seed)
    return {
        pair: Measured(measure(np.array(total)), {view: measures_of_sums(sums[pair]) for view, sums in drawn.items()})
        for pair, total in totals.items()
    }


def confidence_intervals(measured: Measured) -> dict[str, dict[str, dict[str, float]]]:
    """The interval of each measure, by measure and view. No measure is ever negative, so no interval is either."""
    value, views = measured.measures, measured.resampled
    return {
        name: {view: interval(value[name], drawn[name], least=0.0) for view, drawn in views.items()}
        for name in views["blocks"]
    }


def difference(a: Measured, b: Measured) -> dict[str, dict[str, Any]]:
    """a - b in each measure, with its interval in each view; on the same songs the difference is a paired one."""
    differences: dict[str, dict[str, Any]] = {}
    for name in a.resampled["blocks"]:
        value = a.measures[name] - b.measures[name]
        views = {view: interval(value, a.resampled[view][name] - b.resampled[view][name]) for view in a.resampled}
        differences[name] = {"value": value, **views}
    return differences
