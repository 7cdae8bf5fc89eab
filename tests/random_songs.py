"""Songs that look like those of the file, for tests that need some."""

import numpy as np


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
