"""Every number that the document prints, and whether the replay meets it."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from century.files import read_json

PRINTED = Path(__file__).parent / "printed.json"
NO_SONGS = (16, 17)  # the cells whose numbers come from no song, and so hold on any data


class Figure(NamedTuple):
    """One printed number beside the replay's; `place` counts from 0 where a name has several."""

    cell: int
    name: str
    place: int
    printed: float
    replayed: float
    matched: bool


def is_published_task(is_uci_file: bool, threshold_year: int, train_rows: int, validation_rows: int) -> bool:
    """The document's file, labels and parts: nothing else can give its numbers."""
    return is_uci_file and (threshold_year, train_rows, validation_rows) == (2000, 463_715, 50_000)


def compare(numbers: dict[str, Any]) -> list[Figure]:
    """Each printed number beside that of its name; they match if they are the same text in the document's format."""
    figures = []
    for name, entry in read_json(PRINTED).items():
        replayed = np.ravel(numbers[name]).tolist()
        printed = np.broadcast_to(entry["printed"], len(replayed)).tolist()  # the toy vectors are one number 90 times
        for place, (a, b) in enumerate(zip(printed, replayed, strict=True)):
            matched = entry["format"] % a == entry["format"] % b
            figures.append(Figure(entry["cell"], name, place, a, b, matched))
    return figures


def summary(figures: list[Figure]) -> dict[str, Any]:
    """How many match, of how many, and which do not."""
    missed = [f"{f.name} [{f.place}]: printed {f.printed!r}, replayed {f.replayed!r}" for f in figures if not f.matched]
    return {"matched": len(figures) - len(missed), "of": len(figures), "not_matched": missed}
