"""Published figures of the UCI file; where each comes from: README.md beside this file."""

import csv
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from century.songs.archive import Fingerprint

MEMBER = "YearPredictionMSD.txt"  # the one file in the zip
TEXT = Fingerprint(448_576_698, 0xCD1E8C43)  # of that file
SONGS = {"songs": 515_345, "first_year": 1922, "last_year": 2011, "after_2000": 289_115, "duplicate_rows": 214}


def table(name: str) -> dict[str, NDArray[np.float64]]:
    """The columns of `name`.csv that hold numbers, each (rows,)."""
    with (Path(__file__).parent / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {key: np.array([float(row[key]) for row in rows]) for key in rows[0] if key != "name"}
