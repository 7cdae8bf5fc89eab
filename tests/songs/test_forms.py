"""The songs of a file in any form are the same songs, and what holds anything else is refused."""

import io

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from random_songs import random_text

from century import InputError
from century.songs.features import COLUMNS, FEATURES
from century.songs.forms import read_any
from century.songs.tables import GROUP

TEXT = random_text(300)
FRAME = pd.read_csv(io.BytesIO(TEXT), names=COLUMNS)
WITHOUT_YEAR = FRAME[FEATURES]
NUMBERED = WITHOUT_YEAR.rename(columns={f"var{number}": str(number - 1) for number in range(1, 91)})

FORMS = {
    "text": lambda path: path.write_bytes(TEXT),
    "text with a header": lambda path: FRAME.to_csv(path, index=False),
    "gzip": lambda path: FRAME.to_csv(path, index=False, compression="gzip"),
    "Parquet": lambda path: FRAME.to_parquet(path),
    "Parquet in the order of its names": lambda path: FRAME[["var90", "year", *FEATURES[:-1]]].to_parquet(path),
    "Parquet with more columns": lambda path: FRAME.assign(artist="somebody").to_parquet(path),
    "Parquet of decimals": lambda path: (
        FRAME.assign(var1=FRAME["var1"].map(lambda x: f"{x:.5f}"))
        .astype({"var1": pd.ArrowDtype(pa.decimal128(15, 5))})
        .to_parquet(path)
    ),
}
FORMS_WITHOUT_YEAR = {
    "text": lambda path: WITHOUT_YEAR.to_csv(path, index=False, header=False),
    "text with a header": lambda path: WITHOUT_YEAR.to_csv(path, index=False),
    "Parquet": lambda path: WITHOUT_YEAR.to_parquet(path),
    "Parquet with numbers for names": lambda path: NUMBERED.to_parquet(path),
    "Parquet with an index": lambda path: NUMBERED.set_index(pd.Index(range(7, 307))).to_parquet(path, index=True),
}


def read(path):
    return pa.concat_tables(read_any(str(path))).to_pandas()


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_songs(tmp_path, form):
    FORMS[form](tmp_path / "songs")
    songs = read(tmp_path / "songs")
    pd.testing.assert_frame_equal(songs, FRAME.astype({"year": np.int16}), check_exact=True)


@pytest.mark.parametrize("form", FORMS_WITHOUT_YEAR)
def test_songs_may_be_without_their_year(tmp_path, form):
    FORMS_WITHOUT_YEAR[form](tmp_path / "songs")
    pd.testing.assert_frame_equal(read(tmp_path / "songs"), WITHOUT_YEAR, check_exact=True)


def test_many_songs_come_in_tables_of_a_row_group(tmp_path):
    pd.concat([FRAME] * 300).to_parquet(tmp_path / "songs")
    assert [len(table) for table in read_any(str(tmp_path / "songs"))] == [GROUP, GROUP, 90_000 - 2 * GROUP]


def test_the_files_of_a_folder_come_one_after_the_other(tmp_path):
    (tmp_path / "songs/b").mkdir(parents=True)
    FRAME[100:].to_parquet(tmp_path / "songs/b/1")
    FRAME[:100].to_csv(tmp_path / "songs/a.csv.gz", index=False)
    for name in ("_SUCCESS", ".hidden"):
        (tmp_path / "songs" / name).write_bytes(b"no songs")
    pd.testing.assert_frame_equal(read(tmp_path / "songs"), FRAME.astype({"year": np.int16}), check_exact=True)


def test_the_files_of_a_folder_are_refused_by_name(tmp_path):
    FRAME.to_parquet(tmp_path / "1")
    (tmp_path / "2").write_bytes(TEXT + b"2001,loud\n")
    with pytest.raises(InputError, match=r"2: line 301 has 2 columns"):
        read(tmp_path)
    WITHOUT_YEAR.to_parquet(tmp_path / "2")
    with pytest.raises(InputError, match=r"2: some files of the folder have the year and others do not"):
        read(tmp_path)


def fields(count, last=b"1.5"):
    return b",".join([b"1.5"] * (count - 1) + [last]) + b"\n"


BAD_TEXTS = {
    "a line of the wrong length": (b"".join(TEXT.splitlines(True)[:3]) + b"1,2\n", "line 4 has 2 columns"),
    "a word": (TEXT.replace(b",", b",loud", 1), "line 1, column var1: 'loud"),
    "nothing": (b"", "it is empty"),
    "a table of other things": (b"a,b\n1,2\n", "line 1 has 2 columns; it must be a year and 90 numbers"),
    "a short line among songs without a year": (
        fields(90) + fields(89),
        "line 2 has 89 columns; it must be 90 numbers, separated by commas",
    ),
    "a word among songs without a year": (fields(90, b"x"), "line 1, column var90: 'x' is not a finite number"),
    "a year and too few features": (b"2001," + fields(89), "line 1 has 90 columns; it must be a year and 90 numbers"),
    "half a Parquet file": (
        b"PAR1" + b"\0" * 50,
        "it is a Parquet file that is damaged, or holds",
    ),
}


@pytest.mark.parametrize("name", BAD_TEXTS)
def test_a_bad_text_is_refused(tmp_path, name):
    content, words = BAD_TEXTS[name]
    (tmp_path / "songs").write_bytes(content)
    with pytest.raises(InputError) as refused:
        read(tmp_path / "songs")
    assert str(refused.value).startswith(words)


BAD_FRAMES = {
    "missing": (FRAME.assign(var7=FRAME["var7"].where(FRAME.index != 33)), "row 33 (counted from 0), column var7: "),
    "infinite": (FRAME.assign(var7=np.inf), "row 0 (counted from 0), column var7: 'inf' is not a finite number"),
    "no year": (FRAME.assign(year=3), "row 0 (counted from 0), column year: '3' is not a year from 1860 to 2100"),
    "text": (FRAME.assign(var2="a"), "row 0 (counted from 0), column var2: 'a' is not a finite number"),
    "times": (
        FRAME.assign(var2=pd.Timestamp(0)),
        "it is a Parquet file that is damaged, or holds",
    ),
    "few columns": (FRAME[FEATURES[:12]], "it has 12 columns; it must have var1 to var90, and may have year"),
    "another order": (FRAME.rename(columns={f"var{i}": f"x{91 - i}" for i in range(1, 91)}), "it has the column 'x90'"),
    "no songs": (FRAME[:0], "it has no songs"),
}


@pytest.mark.parametrize("name", BAD_FRAMES)
def test_a_bad_parquet_file_is_refused(tmp_path, name):
    frame, words = BAD_FRAMES[name]
    frame.to_parquet(tmp_path / "songs")
    with pytest.raises(InputError) as refused:
        read(tmp_path / "songs")
    assert str(refused.value).startswith(words)


def test_a_parquet_file_with_two_columns_of_one_name_is_refused(tmp_path):
    table = pa.Table.from_pandas(FRAME)
    pq.write_table(table.append_column("var1", table["var1"]), tmp_path / "songs")
    with pytest.raises(InputError, match="it has two columns of the name 'var1'"):
        read(tmp_path / "songs")


def test_a_place_that_holds_no_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="it is not there; it must be a file or a folder of songs"):
        read(tmp_path / "songs")
    with pytest.raises(InputError, match="it is a folder without files; it must hold files of songs"):
        read(tmp_path)
