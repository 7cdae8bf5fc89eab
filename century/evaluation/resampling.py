"""How far a figure could be off: intervals by resampling blocks of songs.

The file lists the songs artist by artist, and a model tends to be right or wrong on all songs of an artist together. So
neighbouring rows are not independent, and an interval that takes them as independent is too narrow. The songs are
therefore cut into blocks of neighbours, much longer than an artist, and as many blocks are drawn with replacement. The
same procedure with the songs shuffled before the cut is the other view, of independent rows, for comparison.

Shapes: n songs in k blocks, c components (n,) to be added up over songs, any number of draws.
Source: Kunsch, Annals of Statistics 17 (1989), section 2; Davison and Hinkley, Bootstrap Methods (1997), section 8.2.
"""

from collections.abc import Iterable, Mapping

import numpy as np

from century.arrays import Array, Floats, Ints

MIN_BLOCKS = 20  # fewer blocks say little about their spread, so a small file is cut into shorter ones
SHUFFLED_BLOCKS = 2000  # blocks of shuffled songs; more of them give a steadier interval
BLOCKS_AT_A_TIME = 2**23  # blocks that are drawn at a time: 64 MiB


def neighbour_blocks(row: Ints, length: int) -> Ints:
    """The block (n,) of each song, from 0, by its row in the file: `length` rows each, or less in a small file."""
    block: Ints = (row - row.min()) // max(1, min(length, len(row) // MIN_BLOCKS))
    return block


def shuffled_blocks(n: int, rng: np.random.Generator) -> Ints:
    """The block (n,) of each song, from 0, wherever the song stands: SHUFFLED_BLOCKS, or one block for each song."""
    return rng.permutation(n) * min(n, SHUFFLED_BLOCKS) // n


def resample(
    rows: Mapping[str, Ints], components: Mapping[tuple[str, str], Iterable[Floats]], length: int, draws: int, seed: int
) -> dict[str, dict[tuple[str, str], Floats]]:
    """The sums of components over resampled songs, (draws, c) for each (model, part), in each of the two views.

    `rows` has the rows (n,) of each part in the file, `components` c columns (n,) for each model on a part. All of them
    meet the same draws, so that what two models have in common, an artist or a song, cancels in their difference.
    """
    rng = np.random.default_rng(seed)
    row = np.concatenate(list(rows.values()))
    ends = np.cumsum([len(part) for part in rows.values()])[:-1]
    blocks = {"independent": shuffled_blocks(len(row), rng), "blocks": neighbour_blocks(row, length)}
    in_parts = {view: dict(zip(rows, np.split(block, ends), strict=True)) for view, block in blocks.items()}
    counts = {view: int(block.max()) + 1 for view, block in blocks.items()}
    tables: dict[str, list[Array]] = {view: [] for view in blocks}  # the sums of each component over each block (k,)
    stops = []  # how many components there are up to the end of each key's
    for (_, part), columns in components.items():
        for column in columns:
            for view, table in tables.items():
                table.append(np.bincount(in_parts[view][part], column, minlength=counts[view]))
        stops.append(len(tables["blocks"]))
    sums = {}
    for view, table in tables.items():
        drawn = draw(np.stack(table, axis=1), draws, rng)
        sums[view] = dict(zip(components, np.split(drawn, stops[:-1], axis=1), strict=True))
    return sums


def draw(table: Floats, draws: int, rng: np.random.Generator) -> Floats:
    """The sums (draws, c) of the sums (k, c) over blocks, when k blocks are drawn with replacement.

    A draw is how often each block comes up, so that many draws are one matrix product.
    """
    k = len(table)
    at_a_time = max(1, BLOCKS_AT_A_TIME // k)
    drawn = []
    for first in range(0, draws, at_a_time):
        times = np.empty((min(at_a_time, draws - first), k))
        for row in times:
            row[:] = np.bincount(rng.integers(k, size=k), minlength=k)
        drawn.append(times @ table)
    return np.concatenate(drawn)


def interval(value: float, drawn: Floats, least: float = -np.inf) -> dict[str, float]:
    """The basic 95 % interval: value minus the 97.5 % and the 2.5 % quantile of (drawn - value), or from `least` on.

    A draw without songs, or without one of the labels, is NaN and is left out. Unlike the quantiles of the draws, this
    interval corrects a bias such as that of the calibration error, which is a sum of absolute values.
    Source: Davison and Hinkley (1997), section 5.2.
    """
    low, high = 2 * value - np.nanquantile(drawn, [0.975, 0.025])
    return {"low": max(least, float(low)), "high": float(high)}
