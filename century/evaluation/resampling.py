"""How far a figure could be off: intervals by resampling blocks of songs.

Songs stand in the file artist by artist, and a model tends to be right or wrong on all songs of an artist together. So
neighbouring rows are not independent, and an interval that takes them as independent is too narrow. The songs are
therefore cut into blocks of neighbours, much longer than an artist, and as many blocks are drawn with replacement. The
same procedure with the songs shuffled before the cut is the other view, of independent rows, for comparison.

Shapes: n songs in k blocks, components (n, c) to be added up over songs, any number of draws.
Source: Kunsch, Annals of Statistics 17 (1989), section 2; Davison and Hinkley, Bootstrap Methods (1997), section 8.2.
"""

from collections.abc import Hashable, Mapping
from typing import TypeVar

import numpy as np

from century.arrays import Floats, Ints

MIN_BLOCKS = 20  # fewer blocks say little about their spread, so a small file is cut into shorter ones
SHUFFLED_BLOCKS = 2000  # blocks of shuffled songs; more of them give a steadier interval

Model = TypeVar("Model", bound=Hashable)


def neighbour_blocks(row: Ints, length: int) -> Ints:
    """The block (n,) of each song, from 0, by its row in the file: `length` rows each, or less in a small file."""
    block: Ints = (row - row.min()) // max(1, min(length, len(row) // MIN_BLOCKS))
    return block


def shuffled_blocks(n: int, rng: np.random.Generator) -> Ints:
    """The block (n,) of each song, from 0, wherever the song stands: SHUFFLED_BLOCKS, or one block for each song."""
    block: Ints = rng.permutation(n) * min(n, SHUFFLED_BLOCKS) // n
    return block


def block_sums(components: Floats, block: Ints, k: int) -> Floats:
    """The sum of the components over each block, (k, c)."""
    return np.stack([np.bincount(block, column, minlength=k) for column in components.T], axis=1)


def resample(
    rows: Mapping[str, Ints], components: Mapping[tuple[Model, str], Floats], length: int, draws: int, seed: int
) -> dict[str, dict[tuple[Model, str], Floats]]:
    """The sums of components over resampled songs, (draws, c) for each (model, part), in each of the two views.

    `rows` has the rows (n,) of each part in the file, `components` a table (n, c) for each model on a part. All of them
    meet the same draws, so that what two tables have in common, an artist or a song, cancels in their difference. A
    draw is how often each block comes up, so all draws of all sums are one matrix product.
    """
    rng = np.random.default_rng(seed)
    row = np.concatenate(list(rows.values()))
    ends = np.cumsum([len(part) for part in rows.values()])[:-1]
    sums = {}
    for view, block in (("independent", shuffled_blocks(len(row), rng)), ("blocks", neighbour_blocks(row, length))):
        k = int(block.max()) + 1
        times = np.empty((draws, k))
        for draw in times:
            draw[:] = np.bincount(rng.integers(k, size=k), minlength=k)
        part_blocks = dict(zip(rows, np.split(block, ends), strict=True))
        tables = [block_sums(table, part_blocks[part], k) for (_, part), table in components.items()]
        drawn = np.split(times @ np.hstack(tables), len(tables), axis=1)
        sums[view] = dict(zip(components, drawn, strict=True))
    return sums


def interval(value: float, drawn: Floats) -> dict[str, float]:
    """The basic 95 % interval: value minus the 97.5 % and the 2.5 % quantile of (drawn - value).

    A draw without songs, or without one of the labels, is NaN and is left out. Unlike the quantiles of the draws, this
    interval corrects a bias such as that of the calibration error, which is a sum of absolute values.
    Source: Davison and Hinkley (1997), section 5.2.
    """
    low, high = 2 * value - np.nanquantile(drawn, [0.975, 0.025])
    return {"low": float(low), "high": float(high)}
