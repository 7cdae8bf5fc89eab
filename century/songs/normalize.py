"""Z-scores: every feature with mean 0 and standard deviation 1 over the songs that training may learn from.

The songs are read block by block in the order of the file, and written group by group in the order of the parts. In
between their z-scores are in a scratch file, in which the songs of a block that go to one group are neighbours. Memory
holds two bytes for each song, the number of its group.

Shapes: a block is a list of columns x (n,); mean and std (columns,); Z (columns, n) z-scores; X (n, d).
"""

import os
from collections.abc import Iterable, Sequence
from typing import IO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from century import InputError
from century.arrays import Array, Floats, Ints
from century.songs.features import FEATURES

Block = Sequence[Array]
SMALLEST_STD = 1e-30  # a song's numbers are at most 1e30 in size: squares of both stay far inside float64
LARGEST_Z = 1e9  # of a test song; none of a million training songs can be further than 1000 from their mean


class Moments(NamedTuple):
    """The mean of each feature (d,) over n songs, the sum of the squared deviations from it, and the range."""

    n: int
    mean: Floats
    squares: Floats
    low: Floats
    high: Floats


def moments(blocks: Iterable[Block]) -> Moments:
    """The moments of the songs of all blocks, in one pass over them.

    Source: Chan, Golub and LeVeque, Algorithms for computing the sample variance, The American Statistician 37 (1983).
    """
    n, mean, squares, low, high = 0, np.zeros(1), np.zeros(1), np.full(1, np.inf), np.full(1, -np.inf)
    for block in blocks:
        m = len(block[0])
        shift = np.array([x.mean() for x in block]) - mean
        squares = squares + (m * np.array([x.var() for x in block]) + shift**2 * n * m / (n + m))
        mean = mean + shift * m / (n + m)
        low = np.minimum(low, [x.min() for x in block])
        high = np.maximum(high, [x.max() for x in block])
        n += m
    return Moments(n, mean, squares, low, high)


def means_and_stds(blocks: Iterable[Block]) -> tuple[Floats, Floats]:
    """The mean and the standard deviation (ddof 1) of each feature.

    Raises InputError where a feature is constant, or its deviation is so small that its square may be 0.
    """
    n, mean, squares, low, high = moments(blocks)
    std = np.sqrt(squares / (n - 1))
    for name, least, most, deviation in zip(FEATURES, low, high, std, strict=True):
        if least == most:
            raise InputError(f"{name} is {least} in all {n} training rows: a constant feature cannot be normalized")
        if deviation < SMALLEST_STD:
            raise InputError(f"{name} has a standard deviation below {SMALLEST_STD} in the {n} training rows")
    return mean, std


def z_score(x: Array, mean: float, std: float) -> NDArray[np.float32]:
    """(x - mean) / std, computed in float64, kept in float32."""
    return ((x - mean) / std).astype(np.float32)


def scatter(scratch: IO[bytes], blocks: Iterable[Block], mean: Floats, std: Floats, group: Ints) -> Ints:
    """Write the z-scores of all songs, whose groups are given in the order of the file.

    Returns how many songs of each block went to each group: (blocks, groups). Raises InputError where a song is so far
    from the mean that what is computed from it could leave the range of float32.
    """
    sizes: list[Ints] = []
    start, groups = 0, int(group.max()) + 1
    for block in blocks:
        numbers = group[start : start + len(block[0])]
        order = np.argsort(numbers, kind="stable")
        with np.errstate(over="ignore"):  # an infinite z-score is refused below
            Z = np.stack([z_score(x, m, s)[order] for x, m, s in zip(block, mean, std, strict=True)])
        refuse_far_songs(Z, start + order)
        sizes.append(np.bincount(numbers, minlength=groups))
        for songs in np.split(Z, np.cumsum(sizes[-1])[:-1], axis=1):
            scratch.write(np.ascontiguousarray(songs).data)
        start += len(numbers)
    scratch.flush()
    return np.array(sizes)


def refuse_far_songs(Z: Array, row: Ints) -> None:
    """Raise InputError where a song of Z is too far from the mean, with its row (n,) and the feature."""
    if max(Z.max(), -Z.min()) > LARGEST_Z:
        column, song = np.argwhere(np.abs(Z) > LARGEST_Z)[0]
        name = FEATURES[column - len(Z)]  # the features are the last columns
        raise InputError(
            f"row {row[song]} (counted from 0) has {name} at {Z[column, song]:.3g} standard deviations from the mean "
            f"of the training rows; at most {LARGEST_Z:.0e} is accepted"
        )


def gather(scratch: IO[bytes], columns: int, sizes: Ints, number: int, row: Ints) -> list[NDArray[np.float32]]:
    """Each column of the songs of a group, in the order in which their rows (n,) of the file are given."""
    song_bytes = 4 * columns
    ends = np.cumsum(sizes).reshape(sizes.shape)[:, number]
    blocks = []
    for n, end in zip(sizes[:, number], ends, strict=True):
        packed = os.pread(scratch.fileno(), song_bytes * n, song_bytes * (end - n))
        blocks.append(np.frombuffer(packed, np.float32).reshape(columns, -1))
    place = np.empty_like(row)  # among the group's songs in the order of the file
    place[np.argsort(row, kind="stable")] = np.arange(len(row), dtype=row.dtype)
    return [np.concatenate(x)[place] for x in zip(*blocks, strict=True)]


def own_means_and_stds(blocks: Iterable[Block]) -> tuple[Floats, Floats]:
    """The means and deviations (ddof 1) of test songs, to show what happens if they are wrongly normalized by these.

    A song's features then depend on which other songs are tested with it. A constant feature gets the deviation 1.
    """
    n, mean, squares, low, high = moments([x.astype(np.float64) for x in block] for block in blocks)
    return mean, np.where(low == high, 1, np.sqrt(squares / max(1, n - 1)))
