"""The way from the zip to tables, against pandas, and under every fault that the tests could think of."""

import io
import re
import struct
import zipfile
import zlib

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_songs import random_text

from century import InputError
from century.songs import archive
from century.songs.archive import COLUMNS, open_member, read_archive
from century.songs.features import FEATURES
from century.songs.published import MEMBER

LINE = b"2001" + b",1.00000" * 90 + b"\n"
TEXT = random_text(30)


def read(path) -> pd.DataFrame:
    return pa.concat_tables(read_archive(path)).to_pandas()


def read_by_pandas(path) -> pd.DataFrame:
    return pd.read_csv(path, names=list(COLUMNS))


def refusal(path) -> str:
    """The one line with which a file is refused, less the path at its start."""
    with pytest.raises(InputError) as refused:
        read(path)
    line = str(refused.value)
    assert "\n" not in line
    assert line.startswith(str(path))
    return line.removeprefix(str(path))


def test_every_decimal_is_read_as_pandas_reads_it(make_zip):
    path = make_zip(random_text(3000))
    pd.testing.assert_frame_equal(read(path), read_by_pandas(path), check_dtype=False, check_exact=True)


def test_the_order_of_the_file_is_kept_over_many_blocks(make_zip):
    text = b"".join(
        b"2001," + b",".join(b"%d.%05d" % (i, i * j % 99991) for j in range(90)) + b"\n" for i in range(9000)
    )
    path = make_zip(text)
    assert len(list(read_archive(path))) > 5
    assert (read(path)["var1"].to_numpy() == np.arange(9000)).all()


@pytest.mark.parametrize(
    "text",
    [
        TEXT.replace(b"\n", b"\r\n"),
        TEXT.rstrip(b"\n"),
        TEXT.replace(b"\n", b"\r\n").rstrip(b"\r\n"),
        LINE,
        LINE[:-1],
        LINE * 3,
    ],
    ids=["CRLF", "no last newline", "CRLF, no last newline", "one row", "one row, no newline", "equal rows"],
)
def test_harmless_differences_are_accepted(make_zip, text):
    path = make_zip(text)
    pd.testing.assert_frame_equal(read(path), read_by_pandas(path), check_dtype=False, check_exact=True)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_another_compression_is_accepted(tmp_path, method):
    with zipfile.ZipFile(tmp_path / "songs.zip", "w", method) as archive:
        archive.writestr("YearPredictionMSD.txt", TEXT)
    pd.testing.assert_frame_equal(
        read(tmp_path / "songs.zip"), read_by_pandas(tmp_path / "songs.zip"), check_dtype=False, check_exact=True
    )


@pytest.mark.parametrize("size", range((1 << 20) - 2, (1 << 20) + 3))
def test_lines_that_end_where_a_block_ends_are_whole(make_zip, size):
    lines = LINE * 1500
    text = lines[: size - size % len(LINE)]
    text = LINE[:-1] + b"0" * (size % len(LINE)) + b"\n" + text[len(LINE) :]
    assert len(text) == size
    path = make_zip(text + random_text(5))
    pd.testing.assert_frame_equal(read(path), read_by_pandas(path), check_dtype=False, check_exact=True)


BAD_ROWS = [
    (LINE * 2 + b"2001,1.00000\n", ": line 3 has 2 columns: it must have 91, a year and 90 numbers"),
    (LINE + LINE[:-1] + b",1.0\n" + LINE, ": line 2 has 92 columns: it must have 91, a year and 90 numbers"),
    (LINE + b"\n" + LINE, ": line 2 has 1 columns: it must have 91, a year and 90 numbers"),
    (LINE * 4 + LINE[:-8] + b"loud\n", ": line 5, column var90: 'loud' is not a finite number"),
    (LINE + LINE.replace(b"1.00000", b"", 1), ": line 2, column var1: '' is not a finite number"),
    (LINE[:-8] + b"\n" + LINE, ": line 1, column var90: '' is not a finite number"),
    (LINE + LINE[:-8] + b"nan\n", ": line 2, column var90: 'nan' is not a finite number"),
    (LINE + LINE[:-8] + b"-inf\n", ": line 2, column var90: '-inf' is not a finite number"),
    (LINE + LINE[:-8] + b"1e999\n", ": line 2, column var90: '1e999' is too large for a number"),
    (LINE + LINE[:-8] + b'"1.0"\n', """: line 2, column var90: '"1.0"' is not a finite number"""),
    (LINE + b"MMI" + LINE[4:], ": line 2, column year: 'MMI' is not a finite number"),
    (LINE + b"2001.5" + LINE[4:], ": line 2, column year: '2001.5' is not a year from 1860 to 2100"),
    (LINE + b"-2001" + LINE[4:], ": line 2, column year: '-2001' is not a year from 1860 to 2100"),
    (LINE + b"20010" + LINE[4:], ": line 2, column year: '20010' is not a year from 1860 to 2100"),
    (LINE + b"99999" + LINE[4:], ": line 2, column year: '99999' is not a year from 1860 to 2100"),
    (LINE + b"0" + LINE[4:], ": line 2, column year: '0' is not a year from 1860 to 2100"),
    (b"", ": YearPredictionMSD.txt is empty: it must have a line for each song"),
    (b"year,a,b\n" + LINE, ": line 1 is 'year,a,b': the file must begin with the first song, without a header"),
    (
        LINE + random_text(30).replace(b"\n", b"") + b"\n",
        ": line 2 is longer than 4096 bytes: it must be a year and 90 numbers",
    ),
    (random_text(1000) + b"1" * 2_000_000, ": line 1001 is longer than 4096 bytes: it must be a year and 90 numbers"),
    (random_text(3000) + b"2001,x\n", ": line 3001 has 2 columns: it must have 91, a year and 90 numbers"),
]


@pytest.mark.parametrize(("text", "line"), BAD_ROWS, ids=[line[2:40] for _, line in BAD_ROWS])
def test_a_bad_row_is_refused_with_line_column_and_value(make_zip, text, line):
    assert refusal(make_zip(text)) == line


def zipped(text: bytes = TEXT, name: str = "YearPredictionMSD.txt") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, text)
    return file.getvalue()


def with_second_member() -> bytes:
    file = io.BytesIO(zipped())
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("more.txt", b"more")
    return file.getvalue()


def with_flag_of_encryption() -> bytes:
    data = bytearray(zipped())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.find(signature) + offset] |= 1
    return bytes(data)


def with_wrong_crc() -> bytes:
    crc = struct.pack("<L", zlib.crc32(TEXT))
    return zipped().replace(crc, struct.pack("<L", zlib.crc32(TEXT) ^ 1))


def with_damaged_stream() -> bytes:
    data = bytearray(zipped())
    data[2000:2100] = b"\xff" * 100
    return bytes(data)


def with_method(number: int) -> bytes:
    data = bytearray(zipped())
    for signature, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        struct.pack_into("<H", data, data.find(signature) + offset, number)
    return bytes(data)


def with_a_smaller_size_than_it_inflates_to() -> bytes:
    return zipped(LINE * 40).replace(struct.pack("<L", len(LINE) * 40), struct.pack("<L", len(LINE) * 3))


def with_a_stream_that_ends_early() -> bytes:
    data = zipped()
    size = zipfile.ZipFile(io.BytesIO(data)).infolist()[0].compress_size
    return data.replace(struct.pack("<L", size), struct.pack("<L", size - 1000))


BAD_ZIPS = {
    "a page": (b"<html>Not found</html>", r" is not a whole zip: it is something else \(File is not a zip file\); get"),
    "an empty file": (b"", r" is not a whole zip: it is something else \(File is not a zip file\); get it again$"),
    "cut short": (zipped()[:-100], r" is not a whole zip: it was cut short or damaged \(File is not a zip file\); get"),
    "another member": (
        zipped(name="songs.txt"),
        r" holds \['songs.txt'\]: it must hold YearPredictionMSD.txt and nothing",
    ),
    "no member": (b"PK\x05\x06" + bytes(18), r" holds \[\]: it must hold YearPredictionMSD.txt and nothing else$"),
    "two members": (with_second_member(), r" holds \['YearPredictionMSD.txt', 'more.txt'\]: it must hold"),
    "encrypted": (with_flag_of_encryption(), r" is encrypted: it must be readable without a password$"),
    "wrong checksum": (with_wrong_crc(), r" is not a whole zip: it was cut short or damaged \(Bad CRC-32 for file"),
    "damaged": (with_damaged_stream(), r"( is not a whole zip: it was cut short or damaged|: line )"),
    "ends early": (
        with_a_stream_that_ends_early(),
        r" is not a whole zip: it was cut short or damaged \(.* ends early\)",
    ),
    "unknown method": (with_method(97), r" is not a whole zip: .* compression .*; get it again$"),
    "a bomb": (
        zipped(b"0" * 10**8),
        r": YearPredictionMSD.txt would inflate from \d+ to 100000000 bytes; songs do not",
    ),
    "a bomb of good rows": (
        zipped(LINE * 10**5),
        r": YearPredictionMSD.txt would inflate from \d+ to \d+ bytes; songs",
    ),
    "a bomb that lies": (
        with_a_smaller_size_than_it_inflates_to(),
        r" is not a whole zip: it was cut short or damaged",
    ),
}


@pytest.mark.parametrize("name", BAD_ZIPS)
def test_a_bad_zip_is_refused_with_the_reason(tmp_path, name):
    content, line = BAD_ZIPS[name]
    (tmp_path / "songs.zip").write_bytes(content)
    assert re.match(line, refusal(tmp_path / "songs.zip"))


def test_a_bomb_that_lies_is_inflated_no_further_than_it_says(tmp_path):
    said = len(LINE) * 1000
    (tmp_path / "songs.zip").write_bytes(
        zipped(LINE * 10**5).replace(struct.pack("<L", len(LINE) * 10**5), struct.pack("<L", said))
    )
    blocks: list[bytes] = []

    def inflate():
        with open_member(tmp_path / "songs.zip") as (text, _):
            blocks.extend(iter(lambda: text.read(10_000), b""))

    with pytest.raises(InputError, match=f"YearPredictionMSD.txt inflates to more than {said} bytes"):
        inflate()
    assert sum(map(len, blocks)) <= said


def read_or_refuse(path) -> pd.DataFrame | None:
    """The table, or nothing where the file is refused with one line."""
    try:
        return read(path)
    except InputError as error:
        line = str(error)
    assert "\n" not in line
    return None


def check_against_pandas(path) -> bool:
    """Whether the file is read, and then as pandas reads it."""
    ours = read_or_refuse(path)
    if ours is not None:
        pd.testing.assert_frame_equal(ours, read_by_pandas(path), check_dtype=False, check_exact=True)
    return ours is not None


bytes_of_text = st.one_of(st.sampled_from(b"0123456789.,-+eE\r\n \t\"'#naif_"), st.integers(0, 255))


@settings(max_examples=3000)
@given(st.lists(st.tuples(st.floats(0, 1, exclude_max=True), bytes_of_text), min_size=1, max_size=4), st.data())
def test_mutated_text_is_read_as_pandas_reads_it_or_refused_in_one_line(tmp_path_factory, edits, data):
    text = bytearray(TEXT[: TEXT.index(b"\n", 4000) + 1])
    for place, byte in edits:
        at = int(place * len(text))
        kind = data.draw(st.sampled_from(["replace", "insert", "delete", "cut", "double"]))
        if kind == "replace":
            text[at] = byte
        elif kind == "insert":
            text.insert(at, byte)
        elif kind == "delete":
            del text[at]
        elif kind == "cut":
            del text[at : at + byte]
        else:
            text[at:at] = text[at : at + byte]
    path = tmp_path_factory.getbasetemp() / "mutated.zip"
    path.write_bytes(zipped(bytes(text)))
    check_against_pandas(path)


fields = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True).map(repr),
    st.integers().map(str),
    st.text(max_size=6),
    st.sampled_from(
        ["", " 1.5", "1.5 ", "+1.5", "1_000", "0x10", ".5", "5.", "1e5", "1E-5", "1,5", "NA", "null", "True"],
    ),
)


@settings(max_examples=2000)
@given(st.integers(0, 90), fields)
def test_a_replaced_field_is_read_as_pandas_reads_it_or_refused_in_one_line(tmp_path_factory, column, field):
    row = LINE.rstrip(b"\n").split(b",")
    row[column] = field.encode("utf-8", "surrogatepass")
    path = tmp_path_factory.getbasetemp() / "field.zip"
    path.write_bytes(zipped(LINE + b",".join(row) + b"\n" + LINE))
    check_against_pandas(path)


@settings(max_examples=2000)
@given(
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=3), st.booleans()
)
def test_a_mutated_zip_is_read_as_it_was_or_refused_in_one_line(tmp_path_factory, edits, cut):
    data = bytearray(zipped())
    for place, byte in edits:
        data[int(place * len(data))] = byte
    if cut:
        del data[int(edits[0][0] * len(data)) :]
    path = tmp_path_factory.getbasetemp() / "bytes.zip"
    path.write_bytes(bytes(data))
    ours = read_or_refuse(path)
    if ours is not None:
        whole = path.with_name("whole.zip")
        whole.write_bytes(zipped())
        pd.testing.assert_frame_equal(ours, read_by_pandas(whole), check_dtype=False, check_exact=True)


def test_the_mutations_reach_both_ends(tmp_path):
    (tmp_path / "good.zip").write_bytes(zipped(LINE.replace(b"1.00000", b"1.50000", 1)))
    (tmp_path / "bad.zip").write_bytes(zipped(LINE.replace(b"1.00000", b"1.5.000", 1)))
    assert check_against_pandas(tmp_path / "good.zip")
    assert not check_against_pandas(tmp_path / "bad.zip")


def test_all_columns_are_there():
    assert list(COLUMNS) == ["year", *FEATURES]


def test_a_text_that_comes_in_the_smallest_pieces_is_read_to_its_end(tmp_path, monkeypatch):
    """Flushed every few bytes, the inflating takes in much that gives no text yet."""
    monkeypatch.setattr(archive, "CHUNK", 100)
    text = random_text(40)
    deflate = zlib.compressobj(1, zlib.DEFLATED, -15)
    packed = b"".join(
        deflate.compress(text[i : i + 1000]) + deflate.flush(zlib.Z_FULL_FLUSH) for i in range(0, len(text), 1000)
    )
    packed += deflate.flush()
    name = MEMBER.encode()
    sizes = struct.pack("<LLL", zlib.crc32(text), len(packed), len(text))
    head = struct.pack("<HHHHH", 20, 0, 8, 0, 33) + sizes + struct.pack("<HH", len(name), 0)
    entry = b"PK\x01\x02" + struct.pack("<H", 20) + head + struct.pack("<HHHLL", 0, 0, 0, 0, 0) + name
    local = b"PK\x03\x04" + head + name + packed
    end = b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, 1, 1, len(entry), len(local), 0)
    (tmp_path / "songs.zip").write_bytes(local + entry + end)
    with open_member(tmp_path / "songs.zip") as (stream, _):
        assert b"".join(iter(lambda: stream.raw.read(1), b"")) == text
