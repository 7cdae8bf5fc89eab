"""How far a figure could be off: intervals by resampling blocks of songs.

Songs stand artist by artist, and an artist's songs are right or wrong together: rows next to each other are not
independent, and an interval that takes them as independent is too narrow. So the songs are cut into blocks of
neighbours, much longer than an artist, and as many blocks are drawn with replacement. The same with the songs shuffled
before the cut is the other view, of independent rows: one procedure, and only the neighbours differ.

Shapes: n songs in k blocks, components (n, c) to be added up, draws of any number.
Source: Kunsch, Annals of Statistics 17 (1989), section 2; Davison and Hinkley, Bootstrap Methods (1997), section 8.2.
"""

from collections.abc import Sequence

import numpy as np

from century.arrays import Floats, Ints

FEWEST = 20  # blocks of neighbours: fewer say little about their spread, so a small file gets shorter ones
SHUFFLED = 2000  # blocks of shuffled songs: any number would do, and a larger one gives a steadier interval


def neighbours(row: Ints, length: int) -> Ints:
    """The block (n,) of each song, from 0, by its row in the file: `length` rows each, or a FEWEST-th of the songs."""
    block: Ints = (row - row.min()) // max(1, min(length, len(row) // FEWEST))
    return block


def shuffled(n: int, rng: np.random.Generator) -> Ints:
    """The block (n,) of each song, from 0, without regard to its place: SHUFFLED blocks, or one for each song."""
    block: Ints = rng.permutation(n) * min(n, SHUFFLED) // n
    return block


def block_sums(components: Floats, block: Ints, k: int) -> Floats:
    """The sum of the components over each block, (k, c)."""
    return np.stack([np.bincount(block, column, minlength=k) for column in components.T], axis=1)


def resample(
    parts: Sequence[tuple[Ints, Sequence[Floats]]], length: int, draws: int, seed: int
) -> dict[str, list[list[Floats]]]:
    """Sums of components over resampled songs, by view: for each part, for each of its tables, (draws, c).

    A part is its rows in the file (n,), and tables of components for them. All parts and tables given together meet the
    same draws: what they have in common, an artist or a song, cancels in a difference. A draw is how often each block
    comes up, so all draws of all sums are one matrix product.
    """
    rng = np.random.default_rng(seed)
    rows = np.concatenate([row for row, _ in parts])
    ends = np.cumsum([len(row) for row, _ in parts])[:-1]
    sums = {}
    for view, block in (("independent", shuffled(len(rows), rng)), ("blocks", neighbours(rows, length))):
        k = int(block.max()) + 1
        times = np.empty((draws, k))
        for row in times:
            row[:] = np.bincount(rng.integers(k, size=k), minlength=k)
        of_blocks = [
            block_sums(table, its_block, k)
            for (_, tables), its_block in zip(parts, np.split(block, ends), strict=True)
            for table in tables
        ]
        drawn = iter(np.split(times @ np.hstack(of_blocks), len(of_blocks), axis=1))
        sums[view] = [[next(drawn) for _ in tables] for _, tables in parts]
    return sums


def interval(value: float, drawn: Floats) -> dict[str, float]:
    """The basic 95 % interval: value less the 97.5 % and the 2.5 % quantile of (drawn - value).

    A draw without songs, or without one of the labels, is NaN and left out. Unlike the quantiles themselves it takes
    back a bias, which a calibration error, a sum of absolute values, has.
    Source: Davison and Hinkley (1997), section 5.2.
    """
    low, high = 2 * value - np.nanquantile(drawn, [0.975, 0.025])
    return {"low": float(low), "high": float(high)}
