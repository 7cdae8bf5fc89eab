import pandas as pd


def test_every_point_is_checked_with_both_differences_at_every_step(finished):
    table = pd.read_csv(finished / "plots/gradient_check.csv")
    assert table.groupby(["point", "method"], sort=False).size().to_dict() == {
        (point, method): 13 for point in ("toy", "songs", "directions") for method in ("forward", "central")
    }


def test_at_its_best_step_a_central_difference_is_far_nearer_than_a_forward_one(finished):
    table = pd.read_csv(finished / "plots/gradient_check.csv")
    least = table.groupby(["point", "method"])["error"].min().unstack()
    assert (least["central"] < 1e-8).all()
    assert (least["forward"] > least["central"]).all()
