"""Z-scores: every feature with mean 0 and standard deviation 1 over the songs that training may learn from.

Shapes: x (n,) one feature of all songs, X (n, d).
"""

import os
from typing import IO

import numpy as np
from numpy.typing import NDArray

from century import InputError
from century.songs import FEATURES, GROUP

Floats = NDArray[np.float64]
Rows = NDArray[np.int32]


def mean_and_std(name: str, x: Floats) -> tuple[float, float]:
    """The mean and the standard deviation (ddof 1). Raises InputError where all of x is the same."""
    if x.min() == x.max():
        raise InputError(f"{name} is {x[0]} in all {len(x)} training rows: a constant feature cannot be normalized")
    return float(np.mean(x)), float(np.std(x, ddof=1))


def z_score(x: Floats, mean: float, std: float) -> NDArray[np.float32]:
    """(x - mean) / std, computed in float64, kept in float32."""
    return ((x - mean) / std).astype(np.float32)


def write_scratch(scratch: IO[bytes], x: Floats, row: Rows, mean: float, std: float) -> None:
    """Append the z-scores of one feature, in the order of `row` (n,): a line of the matrix (d, n) in the file."""
    z = np.empty(len(x), np.float32)
    for start in range(0, len(x), GROUP):
        z[start : start + GROUP] = z_score(x[start : start + GROUP], mean, std)
    for start in range(0, len(row), GROUP):
        scratch.write(z[row[start : start + GROUP]].data)


def read_scratch(scratch: IO[bytes], n: int, group: slice) -> list[NDArray[np.float32]]:
    """A group of columns of that matrix: of every feature the z-scores of these songs."""
    scratch.flush()
    places = range(0, n * len(FEATURES), n)
    size = group.stop - group.start
    return [np.frombuffer(os.pread(scratch.fileno(), 4 * size, 4 * (i + group.start)), np.float32) for i in places]


def by_itself(X: NDArray[np.float32]) -> Floats:
    """X by its own means and deviations (ddof 1): what must not be done to test songs, done to see what it does.

    A song's features then depend on which other songs are tested with it. One song alone has no deviation: 0 / 0.
    """
    exact = X.astype(np.float64)
    centred: Floats = exact - exact.mean(axis=0)
    std = centred.std(axis=0, ddof=1)
    std[std == 0] = 1  # constant in a small part: it is 0 once centred, whatever it is divided by
    centred /= std
    return centred
