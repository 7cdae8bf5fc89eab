import numpy as np
import pytest

from century.evaluation.intervals import ScoredPart, difference, measure_parts
from century.evaluation.measures import components, measure


@pytest.fixture(scope="module")
def found():
    rng = np.random.default_rng(1)
    parts = {}
    for part, row in {"train": np.arange(0, 3000), "validation": np.arange(3000, 4000)}.items():
        truth = rng.logistic(size=len(row))
        z = {"good": 2 * truth + rng.normal(size=len(row)), "same": truth, "guess": rng.normal(size=len(row))}
        parts[part] = ScoredPart(row, (truth > 0).astype(np.int8), z)
    return parts, measure_parts(parts, bins=10, block_length=50, draws=200, seed=1)


def test_every_model_is_measured_on_every_part_under_its_own_name(found):
    parts, measured = found
    assert set(measured) == {(model, part) for model in ("good", "same", "guess") for part in ("train", "validation")}
    for (model, part), result in measured.items():
        assert result.measures == measure(
            np.array([column.sum() for column in components(parts[part].z[model], parts[part].t, 10)])
        )
        assert {len(draws) for view in result.resampled.values() for draws in view.values()} == {200}


def test_a_model_differs_from_itself_by_nothing_and_from_a_guess_for_certain(found):
    measured = found[1]
    for row in difference(measured["same", "train"], measured["same", "train"]).values():
        assert row["value"] == row["blocks"]["low"] == row["blocks"]["high"] == 0
    better = difference(measured["same", "train"], measured["guess", "train"])["accuracy"]
    assert (
        better["value"]
        == measured["same", "train"].measures["accuracy"] - measured["guess", "train"].measures["accuracy"]
    )
    assert better["blocks"]["low"] > 0.4
