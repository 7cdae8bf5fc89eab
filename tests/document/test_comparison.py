"""Printed numbers are held against those of the replay in the format in which they are printed."""

import copy
from collections import Counter

import numpy as np
import pytest

from century.document import comparison
from century.document.comparison import compare, summary
from century.files import read_json

PRINTED = read_json(comparison.PRINTED)


def test_printed_json_holds_every_number_of_every_cell():
    numbers = Counter()
    for entry in PRINTED.values():
        numbers[entry["cell"]] += np.size(entry["printed"])
    assert numbers == {16: 3, 17: 3, 18: 184, 20: 3 * 20, 21: 9 * 20 + 2, 22: 3, 23: 3}


def as_printed():
    return {name: copy.deepcopy(entry["printed"]) for name, entry in PRINTED.items()}


def test_printed_numbers_match_themselves_and_numbers_that_print_the_same():
    numbers = as_printed()
    assert summary(compare(numbers)) == {"matched": 438, "of": 438, "not_matched": {}}
    numbers["sweep 0.5, 1024: validation loss"][9] += 4e-7
    numbers["sweep 0.5, 1024: validation accuracy in percent"][9] += 0.4
    assert summary(compare(numbers))["matched"] == 438


@pytest.mark.parametrize(
    ("name", "place", "change"),
    [
        ("sweep 0.5, 1024: validation loss", 9, 6e-7),
        ("sweep 0.5, 1024: validation accuracy in percent", 9, 0.6),
        ("song: dL/dw", 89, 6e-9),
        ("scikit-learn: train accuracy", None, 1e-15),
    ],
)
def test_a_number_that_prints_otherwise_is_listed(name, place, change):
    numbers = as_printed()
    if place is None:
        numbers[name] += change
    else:
        numbers[name][place] += change
    found = summary(compare(numbers))
    assert found["matched"] == 437
    assert len(found["not_matched"]) == 1
    assert next(iter(found["not_matched"].items()))[0] == f"{name} [{place or 0}]"
