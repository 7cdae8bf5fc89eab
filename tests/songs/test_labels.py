"""Songs are numbered in the order of the file, and labelled by the year of their release."""

import pyarrow as pa
from random_songs import random_tables

from century.songs.labels import label_songs
from century.songs.tables import songs_schema


def test_songs_are_numbered_through_and_labelled_after_the_threshold():
    labelled = pa.concat_tables(label_songs(random_tables([5, 1, 7]), 2000))
    assert labelled["row"].to_pylist() == list(range(13))
    assert labelled["label"].to_pylist() == [int(year > 2000) for year in labelled["year"].to_pylist()]
    assert labelled.schema == songs_schema(pa.float64())


def test_the_threshold_year_itself_is_label_0():
    table = next(random_tables([3])).set_column(0, "year", pa.array([1999, 2000, 2001], pa.int16()))
    assert next(label_songs([table], 2000))["label"].to_pylist() == [0, 0, 1]
