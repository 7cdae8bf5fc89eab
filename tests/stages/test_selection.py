import json

import pandas as pd
import pytest


def test_the_choice_by_validation_is_the_sweeps_and_the_choice_by_test_is_at_least_as_good_there(finished):
    found = json.loads((finished / "metrics/selection.json").read_text())
    ends = pd.read_csv(finished / "plots/sweep.csv").groupby(["learning_rate", "batch_size"]).last()
    best = ends["validation_loss"].idxmin()
    chosen = found["chosen_by_validation"]
    assert (chosen["learning_rate"], chosen["batch_size"]) == best
    assert chosen["validation_loss"] == pytest.approx(ends.loc[best, "validation_loss"], rel=1e-9)
    assert found["chosen_by_test"]["test_accuracy"] == max(found["runs"].values())
    assert found["claimed_more"] == pytest.approx(max(found["runs"].values()) - chosen["test_accuracy"], abs=1e-9)
    assert len(found["runs"]) == 9
