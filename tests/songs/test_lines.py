"""Lines: headers that are known, and the reason for which a line is refused."""

import numpy as np
import pytest
from packed import PACKINGS
from random_songs import random_text

from century import InputError
from century.songs.features import COLUMNS
from century.songs.lines import TEXT_BLOCK, beginning, fault_of_song, packing_and_header, whole_lines

SONG = b"2001" + b",1.00000" * 90
KAGGLE = ["label", *(f"TimbreAvg{i}" for i in range(1, 13)), *(f"TimbreCovariance{i}" for i in range(1, 79))]
HEADERS = {
    "Kaggle": KAGGLE,
    "ours": COLUMNS,
    "pandas, no names": list(map(str, range(91))),
    "R, no names": [f"V{i}" for i in range(1, 92)],
    "from 0": ["target", *(f"x{i}" for i in range(90))],
    "quoted": [f'"{name}"' for name in KAGGLE],
    "padded numbers": ["Year", *(f" v{i:02}" for i in range(1, 91))],
    "numbers alone": ["year", *map(str, range(1, 91))],
}
OTHER_HEADERS = {
    "two features exchanged": [*COLUMNS[:5], COLUMNS[6], COLUMNS[5], *COLUMNS[7:]],
    "covariances first": ["label", *KAGGLE[13:], *KAGGLE[1:13]],
    "words": ["year", *(f"{chr(97 + i // 26)}{chr(97 + i % 26)}" for i in range(90))],
    "an index for the year": ["id", *COLUMNS[1:]],
    "no year": ["v", *(f"v{i}" for i in range(90))],
    "the same name": ["year", *["var1"] * 90],
    "the same word": ["year", *["var"] * 90],
}


@pytest.mark.parametrize("name", HEADERS)
def test_a_header_in_the_order_of_the_columns_is_known(name):
    header = ",".join(HEADERS[name]).encode()
    for end in (b"\n", b"\r\n", b"\r"):
        for mark in (b"", b"\xef\xbb\xbf"):
            assert beginning(mark + header + end + SONG + end) == (len(mark + header + end), COLUMNS)
    assert beginning(header) == (len(header), COLUMNS)


@pytest.mark.parametrize("name", OTHER_HEADERS)
def test_a_header_in_another_order_is_refused(name):
    with pytest.raises(InputError, match=r"line 1 has the column '.*' after '.*'; the columns must be the year and"):
        beginning(",".join(OTHER_HEADERS[name]).encode() + b"\n" + SONG)


def test_a_header_with_the_year_last_is_refused():
    with pytest.raises(InputError, match="line 1 has the year in the last column; it must be in the first"):
        beginning(",".join([*KAGGLE[1:], "Year"]).encode() + b"\n" + SONG)


def test_the_line_of_a_song_is_no_header():
    assert beginning(SONG) == (0, COLUMNS)
    assert beginning(b"\xef\xbb\xbf" + SONG) == (3, COLUMNS)
    assert beginning(SONG.replace(b"1.00000", b"loud", 1)) == (0, COLUMNS)  # what is wrong with it is said later


def test_form_says_packing_and_header(tmp_path):
    for name, pack in PACKINGS.items():
        for header in (b"", ",".join(KAGGLE).encode() + b"\n"):
            (tmp_path / "songs").write_bytes(pack(header + SONG))
            packing = name.split(",")[0].split(" ")[0]
            assert packing_and_header(tmp_path / "songs") == {"packing": packing, "header": header != b""}


def joined(fields) -> bytes:
    return b",".join(fields)


FIELDS = SONG.split(b",")
WRONG_LINES = {
    "semicolons": (SONG.replace(b",", b";"), " is separated by semicolons; it must be separated by commas, and have"),
    "decimal commas": (SONG.replace(b",", b";").replace(b".", b","), " is separated by semicolons; it must be sep"),
    "tabs": (SONG.replace(b",", b"\t"), " is separated by tabs; it must be separated by commas"),
    "bars": (SONG.replace(b",", b" | "), " is separated by bars; it must be separated by commas"),
    "spaces": (SONG.replace(b",", b"  "), " is separated by spaces; it must be separated by commas"),
    "LIBSVM": (
        b"2001 " + b" ".join(b"%d:1.5" % i for i in range(1, 91)),
        " is in the form of LIBSVM; it must be",
    ),
    "an index": (b"17," + SONG, " has 92 columns, the first of which is an index; write it without one (in pandas"),
    "an index in a header": (b"," + joined(c.encode() for c in COLUMNS), " has 92 columns, the first of which is an"),
    "12 features": (
        joined(FIELDS[:13]),
        " has 13 columns, a year and 12 averages without the 78",
    ),
    "no year": (joined(FIELDS[1:]), " has 90 columns; it must be a year and 90 numbers, separated by commas"),
    "a comma at the end": (SONG + b",", " ends with a comma; it must be a year and 90 numbers"),
    "too many": (SONG + b",1.0", " has 92 columns; it must be a year and 90 numbers"),
    "nothing": (b"", " is empty; it must be a year and 90 numbers"),
    "no number": (SONG[:-7] + b"loud", ", column var90: 'loud' is not a finite number"),
    "nan": (SONG[:-7] + b"nan", ", column var90: 'nan' is not a finite number"),
    "inf": (SONG[:-7] + b"-inf", ", column var90: '-inf' is not a finite number"),
    "missing": (SONG.replace(b"1.00000", b"", 1), ", column var1: '' is not a finite number"),
    "quoted": (SONG[:-7] + b'"1.0"', """, column var90: '"1.0"' is not a finite number"""),
    "above the limit": (SONG[:-7] + b"-1.1e30", ", column var90: '-1.1e30' is too large; at most 1e+30 is accepted"),
    "above float64": (SONG[:-7] + b"1e999", ", column var90: '1e999' is too large; at most 1e+30 is accepted"),
    "a hexadecimal year": (b"0x7D1" + SONG[4:], ", column year: '0x7D1' is not a finite number"),
    "half a year": (b"2001.5" + SONG[4:], ", column year: '2001.5' is not a year from 1860 to 2100"),
    "a year too early": (b"1859" + SONG[4:], ", column year: '1859' is not a year from 1860 to 2100"),
    "a year too late": (b"2101" + SONG[4:], ", column year: '2101' is not a year from 1860 to 2100"),
    "counted years": (b"79" + SONG[4:], ", column year: '79' is not a year from 1860 to 2100; where years are counted"),
    "the year last": (
        joined([*FIELDS[1:], FIELDS[0]]),
        ", column year: '1.00000' is not a year from 1860 to 2100; the last column has the year, but the first must",
    ),
    "escape codes": (SONG[:-7] + b"\x1b[31m", r", column var90: '\x1b[31m' is not a finite number"),
    "a very long value": (
        SONG[:-7] + b"x" * 5000,
        ", column var90: 'xxxxxxxxxxxxxxxxxxxxxxxxx…xxxxxxxxxxxx' is not a f",
    ),
}


@pytest.mark.parametrize("name", WRONG_LINES)
def test_a_wrong_line_is_refused_with_the_reason(name):
    line, reason = WRONG_LINES[name]
    assert fault_of_song(line).startswith(reason)


@pytest.mark.parametrize(
    "year", [b"1860", b"2100", b"2001.0", b"2001.", b" 2001", b"2.001e3", b"2001.000000000000000000e+00"]
)
def test_a_year_may_be_written_in_any_way_of_a_whole_number(year):
    assert fault_of_song(year + SONG[4:]) == ""


OTHER_FILES = {
    "empty": (b"", "it is empty; it must have a line for each song"),
    "empty lines": (b"\r\n\n", "it is empty"),
    "a page": (b"\n <!DOCTYPE html><p>Not found", "it is a page or other text in tags, not a table"),
    "JSON": (b'{"year": 2001}', "it is JSON; write its table as comma-separated text"),
    "UTF-16": (SONG.decode().encode("utf-16"), "it is UTF-16 text; save it as UTF-8"),
    "UTF-16, no mark": (SONG.decode().encode("utf-16-le"), "it is neither text nor a gzip, bzip2, xz or zip file"),
    "7z": (b"7z\xbc\xaf\x27\x1c\0\4", "it is a 7z archive; unpack it"),
    "NumPy": (b"\x93NUMPY\1\0v\0{'descr'", "it is a NumPy file; write its table as comma-separated text"),
    "HDF5": (b"\x89HDF\r\n\x1a\n", "it is an HDF5 file; write its table"),
    "tar": (b"songs.txt".ljust(257, b"\0") + b"ustar\x0000", "it is a tar archive; unpack it"),
    "a gzip file": (b"\x1f\x8b\x08\0", "it is a gzip file in another one; unpack it once"),
    "random bytes": (np.random.default_rng(0).bytes(500), "it is neither text nor a gzip, bzip2, xz or zip file"),
}


@pytest.mark.parametrize("name", OTHER_FILES)
def test_what_is_no_table_is_called_what_it_is(name):
    content, reason = OTHER_FILES[name]
    with pytest.raises(InputError) as refused:
        beginning(content)
    assert str(refused.value).startswith(reason)


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_lines_are_handed_on_whole_and_in_order(end):
    text = random_text(7000).replace(b"\n", end)
    for size in (1000, 1 << 18):
        blocks = list(whole_lines(text[i : i + size] for i in range(0, len(text), size)))
        assert b"".join(blocks) == text
        assert len(blocks) > 2
        assert all(block.endswith(end) for block in blocks)
        assert max(map(len, blocks)) < TEXT_BLOCK + size
