import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

from century.published import MEMBER

# The same examples in every run, and no deadline: a slow machine is not a fault.
settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")


@pytest.fixture
def make_zip(tmp_path):
    """Write text as the member of a zip of the real layout; return its path."""

    def make(text: bytes, name: str = "songs.zip") -> Path:
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(MEMBER, text)
        return path

    return make


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
