"""The types of arrays. What an array holds and which shape it has is said where it is used."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

CACHE_ROWS = 4096  # songs worked on at a time: their features fit the processor's cache

Array = NDArray[Any]  # of any type of number
Floats = NDArray[np.float64]
Ints = NDArray[np.signedinteger[Any]]

Songs = tuple[Array, Array]  # the features X (n, d) of n songs, and their labels t (n,)
Chunks = Callable[[], Iterable[Songs]]  # each call gives all songs again, at once or in chunks


class Sample(NamedTuple):
    """Some songs of a set: their features X (n, d), labels t (n,) and ascending rows (n,), and the size of the set."""

    X: Array
    t: Array
    row: Ints
    set_size: int
