"""Every number that the document prints beside the number of the replay."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from century.files import read_json

PRINTED = Path(__file__).parent / "printed.json"
TOY_CELLS = (16, 17)  # cells of the document whose numbers come from a toy example, so that they hold for any songs


class PrintedNumber(NamedTuple):
    """A printed number beside that of the replay; `place` counts from 0 where a name has several numbers."""

    cell: int
    name: str
    place: int
    printed: float
    replayed: float
    matched: bool


def compare(numbers: dict[str, Any]) -> list[PrintedNumber]:
    """Each printed number beside that of its name. They match if they are the same text in the document's format."""
    compared = []
    for name, entry in read_json(PRINTED).items():
        replayed = np.ravel(numbers[name]).tolist()
        printed = np.broadcast_to(entry["printed"], len(replayed)).tolist()  # the toy vectors are one number 90 times
        for place, (a, b) in enumerate(zip(printed, replayed, strict=True)):
            matched = entry["format"] % a == entry["format"] % b
            compared.append(PrintedNumber(entry["cell"], name, place, a, b, matched))
    return compared


def summary(compared: list[PrintedNumber]) -> dict[str, Any]:
    """How many numbers match, of how many, and which do not."""
    missed = {
        f"{f.name} [{f.place}]": f"printed {f.printed!r}, replayed {f.replayed!r}" for f in compared if not f.matched
    }
    return {"matched": len(compared) - len(missed), "of": len(compared), "not_matched": missed}
