"""Published figures of the UCI file. README.md beside this file says where each comes from."""

import csv
from pathlib import Path

import numpy as np

from century.arrays import Floats
from century.songs.archive import Fingerprint

MEMBER = "YearPredictionMSD.txt"  # the one file in the zip
TEXT = Fingerprint(448_576_698, 0xCD1E8C43)  # the size and the CRC-32 of that file
SONGS = {"songs": 515_345, "first_year": 1922, "last_year": 2011, "after_2000": 289_115, "duplicate_rows": 214}


def table(name: str) -> dict[str, Floats]:
    """The columns of `name`.csv that hold numbers, each (rows,)."""
    with (Path(__file__).parent / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {key: np.array([float(row[key]) for row in rows]) for key in rows[0] if key != "name"}
