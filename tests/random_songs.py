"""Songs for tests that need some."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from century.songs.features import FEATURES


def random_text(songs: int, seed: int = 0) -> bytes:
    """Lines of the real layout: a year and 90 numbers with five decimals; later years lean to larger numbers."""
    rng = np.random.default_rng(seed)
    years = rng.integers(1922, 2012, songs)
    features = rng.normal(size=(songs, 90)) * np.geomspace(1, 1000, 90) + 0.02 * (years[:, None] - 1990)
    lines = [
        f"{year}," + ",".join(f"{x:.5f}" for x in row)
        for year, row in zip(years.tolist(), features.tolist(), strict=True)
    ]
    return ("\n".join(lines) + "\n").encode()


def random_tables(sizes: list[int], feature: type = np.float64) -> Iterator[pa.Table]:
    """Tables of so many songs: year, and features of the given type of number."""
    rng = np.random.default_rng(0)
    for size in sizes:
        columns = {name: rng.normal(size=size).astype(feature) for name in FEATURES}
        yield pa.table({"year": rng.integers(1922, 2012, size).astype(np.int16), **columns})
