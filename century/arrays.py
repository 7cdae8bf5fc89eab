"""The types of arrays. What an array holds, and its shape, stands where it is used."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]  # of any type of number
Floats = NDArray[np.float64]
Ints = NDArray[np.signedinteger[Any]]

Songs = tuple[Array, Array]  # the features X (n, d) of n songs, and their labels t (n,)
