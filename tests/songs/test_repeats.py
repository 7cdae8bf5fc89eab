"""Songs that repeat an earlier one are counted, and songs that differ are not."""

import tempfile

import numpy as np
import pyarrow as pa
from random_songs import random_tables

from century.songs.features import FEATURES
from century.songs.repeats import SLICE, count_repeats, count_songs, row_hashes, with_hashes


def test_rows_that_repeat_an_earlier_one_are_counted_wherever_they_stand():
    (songs,) = random_tables([SLICE + 2000])
    other_year = songs.set_column(0, "year", pa.array(songs["year"].to_numpy() + np.int16(1)))
    last = songs.column_names.index("var90")
    other_last = songs.set_column(last, "var90", pa.array(np.nextafter(songs["var90"].to_numpy(), np.inf)))
    zero, minus_zero = (songs[:1].set_column(1, "var1", pa.array([x])) for x in (0.0, -0.0))
    tables = [songs, other_year, songs[SLICE + 1990 :], zero, other_last, songs[5:6], songs[5:6], minus_zero]
    with tempfile.TemporaryFile() as hashes:
        assert list(with_hashes(tables, hashes)) == tables
        assert count_repeats(hashes) == 10 + 2 + 1


def test_rows_of_whole_numbers_that_differ_have_hashes_that_differ():
    # The last half of the bits of such a float64 are all 0.
    whole = np.indices((30, 30, 30), dtype=np.float64).reshape(3, -1)
    columns = dict.fromkeys(FEATURES, np.zeros(27_000)) | dict(zip(["var1", "var45", "var90"], whole, strict=True))
    hashes = row_hashes(pa.table({"year": np.full(27_000, 2000, np.int16), **columns}))
    assert len(np.unique(hashes)) == 27_000


def test_the_counts_are_those_of_the_years_and_of_the_repeated_rows():
    (songs,) = random_tables([1000])
    with tempfile.TemporaryFile() as hashes:
        whole = pa.concat_tables(with_hashes([songs, songs[:7]], hashes))
        year = whole["year"].to_numpy()
        assert count_songs(year, hashes) == {
            "songs": 1007,
            "first_year": year.min(),
            "last_year": year.max(),
            "after_2000": (year > 2000).sum(),
            "duplicate_rows": 7,
        }
