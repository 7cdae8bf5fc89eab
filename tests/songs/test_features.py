import numpy as np

from century.songs import published
from century.songs.features import timbre_names


def test_the_names_are_the_averages_and_every_pair_once():
    kinds, names = zip(*timbre_names(), strict=True)
    assert kinds == ("average",) * 12 + ("variance",) * 12 + ("covariance",) * 66
    assert len(set(names)) == 90
    assert (names[11], names[12], names[24], names[35], names[89]) == (
        "average of 12",
        "variance of 1",
        "covariance of 1 and 2",
        "covariance of 1 and 3",
        "covariance of 1 and 12",
    )


def test_the_variances_are_the_features_that_are_never_negative_in_the_real_file():
    smallest = published.table("columns")["min"][1:]
    kinds = np.array([kind for kind, _ in timbre_names()])
    assert (smallest[kinds == "variance"] > 0).all()
    assert (smallest[kinds == "covariance"] < 0).all()
