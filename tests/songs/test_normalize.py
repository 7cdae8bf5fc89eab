"""Z-scores, and the songs that cannot have any."""

import tempfile

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

from century import InputError
from century.songs.features import FEATURES
from century.songs.normalize import gather, means_and_stds, own_means_and_stds, scatter, z_score


def test_means_and_deviations_by_blocks_are_those_of_the_whole():
    X = np.random.default_rng(0).normal(40, 6, (5000, len(FEATURES))) * np.geomspace(1e-3, 1e3, len(FEATURES))
    for cuts in ([], [1], [1, 2, 4000], [2500]):
        mean, std = means_and_stds([block.T for block in np.split(X, cuts)])
        np.testing.assert_allclose(mean, X.mean(axis=0), rtol=1e-14)
        np.testing.assert_allclose(std, X.std(axis=0, ddof=1), rtol=1e-13)


def test_z_scores_are_those_of_scikit_learn_up_to_ddof():
    X = np.random.default_rng(0).normal(40, 6, (1000, len(FEATURES)))
    z = np.stack([z_score(*of_x) for of_x in zip(X.T, *means_and_stds([X.T]), strict=True)], axis=1)
    assert z.dtype == np.float32
    np.testing.assert_allclose(z, StandardScaler().fit_transform(X) * np.sqrt(999 / 1000), atol=1e-6)


def test_z_scores_come_back_from_the_scratch_file_group_by_group():
    rng = np.random.default_rng(0)
    X, row = rng.normal(40, 6, (7000, 3)), rng.permutation(7000)
    groups = np.split(row, [1, 1000, 5000])
    group_of = np.empty(7000, np.int16)
    for number, rows in enumerate(groups):
        group_of[rows] = number
    with tempfile.TemporaryFile() as scratch:
        blocks = [block.T for block in np.split(X, [1, 2048, 4096])]
        sizes = scatter(scratch, blocks, np.array([0, 40, 40]), np.array([1, 6, 6]), group_of)
        for number, rows in enumerate(groups):
            first, *others = gather(scratch, 3, sizes, number, rows)
            assert (first == X[rows, 0].astype(np.float32)).all()
            assert (np.stack(others, axis=1) == z_score(X[rows, 1:], 40, 6)).all()


@pytest.mark.parametrize(("value", "rows"), [(2.5, 10), (0.1, 463_715), (49.94357, 463_715)])
def test_a_constant_feature_is_refused_though_its_deviation_may_round_to_more_than_0(value, rows):
    x = np.arange(rows, dtype=np.float64)
    blocks = [[np.full(len(part), value) if name == "var7" else part for name in FEATURES] for part in np.split(x, [7])]
    with pytest.raises(InputError, match=f"var7 is {value} in all {rows} training rows"):
        means_and_stds(blocks)


def test_a_feature_of_tiny_deviation_is_refused():
    x = np.random.default_rng(0).normal(size=(90, 500))
    x[6] *= 1e-300
    with pytest.raises(InputError, match="var7 has a standard deviation below 1e-30 in the 500 training rows"):
        means_and_stds([x])


@pytest.mark.parametrize("value", [1e30, 1e40, -1e12])
def test_a_song_far_from_the_mean_is_refused_with_row_and_feature(value):
    x = np.random.default_rng(0).normal(size=(90, 500))
    x[6, 321] = value
    blocks, group = [x[:, :300], x[:, 300:]], np.arange(500, dtype=np.int16) % 3
    with tempfile.TemporaryFile() as scratch, pytest.raises(InputError) as refused:
        scatter(scratch, blocks, np.zeros(90), np.ones(90), group)
    sign = "-" if value < 0 else ""
    assert str(refused.value).startswith(f"row 321 (counted from 0) has var7 at {sign}")


def test_by_its_own_statistics_a_part_has_mean_0_and_deviation_1_and_its_constant_features_are_0():
    X = np.random.default_rng(1).normal(3, 2, (50, 4)).astype(np.float32)
    X[:, 2] = 7
    mean, std = own_means_and_stds(list(block.T) for block in (X[:20], X[20:]))
    found = (X.astype(np.float64) - mean) / std
    np.testing.assert_allclose(found.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(found.std(axis=0, ddof=1), [1, 1, 0, 1])
    mean, std = own_means_and_stds([list(X[:1].T)])
    assert ((X[0] - mean) / std == 0).all()
