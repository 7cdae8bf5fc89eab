import numpy as np

from century.evaluation.weights import weights_by_size


def test_the_largest_weight_comes_first_whatever_its_sign():
    w = np.zeros(90)
    w[[3, 12, 89]] = -0.5, 0.2, 0.3
    rows = weights_by_size(w, 2 * w)
    assert [row[:4] for row in rows[:3]] == [
        (1, "var4", "average", "average of 4"),
        (2, "var90", "covariance", "covariance of 1 and 12"),
        (3, "var13", "variance", "variance of 1"),
    ]
    assert rows[0][4:] == (-0.5, -1.0)
    assert len(rows) == 90
