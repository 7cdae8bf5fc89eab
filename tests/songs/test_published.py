"""The published figures agree with one another."""

import numpy as np

from century.songs import published
from century.songs.features import FEATURES


def test_the_histogram_has_the_counts_of_the_file():
    histogram = published.table("year_histogram")
    year, count = histogram["year"], histogram["count"]
    assert published.SONGS["songs"] == count.sum()
    assert published.SONGS["after_2000"] == count[year > 2000].sum()
    assert (published.SONGS["first_year"], published.SONGS["last_year"]) == (year[0], year[-1])


def test_the_first_column_is_the_year_whose_statistics_are_those_of_the_histogram():
    columns = published.table("columns")
    histogram = published.table("year_histogram")
    assert all(len(values) == 1 + len(FEATURES) for values in columns.values())
    years = np.repeat(histogram["year"], histogram["count"].astype(int))
    np.testing.assert_allclose(columns["mean"][0], years.mean(), rtol=1e-6)
    np.testing.assert_allclose(columns["std"][0], years.std(ddof=1), rtol=1e-6)
    quartiles = [columns[f"{percent}%"][0] for percent in (25, 50, 75)]
    assert quartiles == np.percentile(years, [25, 50, 75]).tolist()
