import itertools

import pandas as pd
from clones import run, set_params


def test_every_pair_has_a_run_with_a_row_for_every_tenth_step(finished):
    table = pd.read_csv(finished / "plots/sweep.csv")
    runs = table.groupby(["learning_rate", "batch_size"], sort=False)
    assert list(runs.groups) == list(itertools.product([0.1, 0.5, 1.0], [64, 512, 1024]))
    for (_, batch_size), rows in runs:
        assert rows["iteration"].tolist() == list(range(10, 101, 10))
        assert (rows["songs_seen"] == rows["iteration"] * batch_size).all()


def test_a_run_has_the_same_digits_whatever_runs_stand_beside_it(clone):
    before = pd.read_csv(clone / "plots/sweep.csv").set_index(["learning_rate", "batch_size", "iteration"])
    set_params(clone, {"sweep.learning_rates": [1.0, 0.2, 0.1]})
    run("python", "-m", "stages", "sweep", cwd=clone)
    after = pd.read_csv(clone / "plots/sweep.csv").set_index(["learning_rate", "batch_size", "iteration"])
    for rate in (0.1, 1.0):
        pd.testing.assert_frame_equal(before.loc[rate], after.loc[rate], check_exact=True)
