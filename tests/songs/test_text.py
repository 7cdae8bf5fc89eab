"""The songs of a text: in every packing and form the same table, against pandas; else one line, and nothing is left."""

import contextlib
import csv
import gzip
import io
import os
import random
import re
import subprocess
import sys
import threading
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from packed import PACKINGS, zipped
from random_songs import random_text
from tqdm import tqdm

from century import InputError
from century.songs.archive import Fingerprint
from century.songs.features import COLUMNS
from century.songs.lines import TEXT_BLOCK, fault_of_song
from century.songs.text import read_text, read_texts, to_table

tqdm.monitor_interval = 0  # else its first bar starts a thread for the whole process, in whichever test comes first
LINE = b"2001" + b",1.00000" * 90 + b"\n"
TEXT = random_text(12)
KAGGLE = ["label", *(f"TimbreAvg{i}" for i in range(1, 13)), *(f"TimbreCovariance{i}" for i in range(1, 79))]


def numbers(tables: Iterable[pa.Table]) -> np.ndarray:
    table = pa.concat_tables(tables)
    assert table.column_names == COLUMNS
    return np.column_stack([column.to_numpy() for column in table.columns])


def read(path) -> np.ndarray:
    return numbers(read_texts(path, Fingerprint()))


def read_by_pandas(text: bytes, header: int | None = None) -> np.ndarray:
    return pd.read_csv(io.BytesIO(text), names=COLUMNS, header=header).to_numpy(float)


assert_same = np.testing.assert_array_equal
SONGS = read_by_pandas(TEXT)


def by_numpy(text_format: str, **options) -> bytes:
    file = io.BytesIO()
    np.savetxt(file, SONGS, text_format, **options)
    return file.getvalue()


def by_pandas(names=COLUMNS, year: type = int, **options) -> bytes:
    table = pd.DataFrame(SONGS, columns=names)
    return table.astype({table.columns[0]: year}).to_csv(index=False, **options).encode()


FORMS = {
    "as published": TEXT,
    "CRLF": TEXT.replace(b"\n", b"\r\n"),
    "CR": TEXT.replace(b"\n", b"\r"),
    "no last line end": TEXT.rstrip(b"\n"),
    "empty lines at the end": TEXT + b"\n\n\n",
    "empty lines at the end, CRLF": TEXT.replace(b"\n", b"\r\n") + b"\r\n\r\n",
    "empty lines at the end, CR": TEXT.replace(b"\n", b"\r") + b"\r",
    "a mark of UTF-8": b"\xef\xbb\xbf" + TEXT,
    "NumPy": by_numpy("%.18e", delimiter=","),
    "NumPy, with spaces": by_numpy("%.17g", delimiter=", "),
    "NumPy, with a header": by_numpy("%.17g", delimiter=",", header=",".join(KAGGLE), comments=""),
    "pandas, no names": by_pandas(None, float),
    "pandas, no header": by_pandas(header=False),
    "pandas, years as floats": by_pandas(year=float),
    "pandas, UTF-8 of Excel": by_pandas(KAGGLE, encoding="utf-8-sig"),
    "quoted header": by_pandas(quoting=csv.QUOTE_NONNUMERIC),
}


@pytest.mark.parametrize("packing", PACKINGS)
def test_every_form_in_every_packing_gives_the_same_table(tmp_path, packing):
    for text in FORMS.values():
        (tmp_path / "songs").write_bytes(PACKINGS[packing](text))
        assert_same(read(tmp_path / "songs"), SONGS)


@pytest.mark.parametrize("form", FORMS)
def test_forms_are_read_alike_where_blocks_end_anywhere(tmp_path, form, monkeypatch):
    (tmp_path / "songs").write_bytes(FORMS[form])
    for size in (3000, 5021, 9999):
        monkeypatch.setattr("century.songs.lines.TEXT_BLOCK", size)
        monkeypatch.setattr("century.songs.archive.CHUNK", 97)
        assert_same(read(tmp_path / "songs"), SONGS)


def refusal(path) -> str:
    """The one line with which a file is refused, less the path at its start."""
    with pytest.raises(InputError) as refused:
        read(path)
    return checked(refused.value, path)


def checked(error: InputError, path) -> str:
    line = str(error)
    assert line.isprintable()
    assert len(line) <= 300
    assert line.startswith(f"{path}: ")
    return line.removeprefix(f"{path}: ")


def test_the_order_of_the_file_is_kept_over_many_blocks(tmp_path):
    rows = (b"2001," + b",".join(b"%d.%05d" % (i, i * j % 99991) for j in range(90)) + b"\n" for i in range(9000))
    (tmp_path / "songs").write_bytes(b"".join(rows))
    assert len(list(read_text(tmp_path / "songs", Fingerprint()))) > 5
    assert (read(tmp_path / "songs")[:, 1] == np.arange(9000)).all()


@pytest.mark.parametrize("size", range(TEXT_BLOCK - 2, TEXT_BLOCK + 3))
def test_lines_that_end_where_a_block_ends_are_whole(tmp_path, size):
    lines = LINE * 1500
    text = lines[: size - size % len(LINE)]
    text = LINE[:-1] + b"0" * (size % len(LINE)) + b"\n" + text[len(LINE) :] + random_text(5)
    assert len(text) - len(random_text(5)) == size
    (tmp_path / "songs").write_bytes(text)
    assert_same(read(tmp_path / "songs"), read_by_pandas(text))


BAD_TEXTS = [
    (b"", "it is empty; it must have a line for each song"),
    (",".join(KAGGLE).encode() + b"\n\n", "it has a header and no songs"),
    (b"\n" + TEXT, "line 1 is empty; it must be a year and 90 numbers, separated by commas"),
    (LINE + b"\n" + LINE, "line 2 is empty; it must be a year and 90 numbers"),
    (LINE * 2 + b"\r\n" * 1000 + TEXT, "line 3 is empty; it must be a year and 90 numbers"),
    (LINE * 2 + b"\n" * 3 * TEXT_BLOCK + LINE, "line 3 is empty, though songs follow; remove it"),
    (LINE * 2 + b"2001,1.00000\n", "line 3 has 2 columns; it must be a year and 90 numbers"),
    (LINE + LINE[:-8] + b"loud\r\n", "line 2, column var90: 'loud' is not a finite number"),
    (
        ",".join(KAGGLE).encode() + b"\n" + LINE + LINE[:-8] + b"nan",
        "line 3, column var90: 'nan' is not a finite number",
    ),
    (TEXT + LINE[:-8] + b"1e31\n", "line 13, column var90: '1e31' is too large; at most 1e+30 is accepted"),
    (TEXT * 100 + LINE.replace(b"2001", b"0x7D1"), "line 1201, column year: '0x7D1' is not a finite number"),
    (TEXT + b"2001.5" + LINE[4:], "line 13, column year: '2001.5' is not a year from 1860 to 2100"),
    (
        TEXT * 50 + b"1" * 3 * TEXT_BLOCK,
        f"line 601 is longer than {TEXT_BLOCK} bytes; it must be a year and 90 numbers",
    ),
    (LINE[:-1] + b"0" * 2 * TEXT_BLOCK, f"line 1 is longer than {TEXT_BLOCK} bytes; it must be a year and 90 numbers"),
    (TEXT.replace(b",", b";"), "line 1 is separated by semicolons; it must be separated by commas, and have points"),
    (TEXT.decode().encode("utf-16"), "it is UTF-16 text; save it as UTF-8"),
]


@pytest.mark.parametrize(("text", "line"), BAD_TEXTS, ids=[line[:40] for _, line in BAD_TEXTS])
def test_a_bad_text_is_refused_with_line_column_and_value(tmp_path, text, line):
    (tmp_path / "songs").write_bytes(text)
    assert refusal(tmp_path / "songs").startswith(line)


def test_no_thread_is_left_while_the_error_is_kept(tmp_path):
    """One that the garbage collector would end later could be joined at a moment when it waits for ever."""
    (tmp_path / "songs").write_bytes(LINE * 5000 + b"no song\n" + LINE * 20_000)
    before = set(threading.enumerate())
    with pytest.raises(InputError) as refused:
        read(tmp_path / "songs")
    assert set(threading.enumerate()) <= before
    assert "line 5001" in str(refused.value)


def mutated(data: bytes, rng: random.Random) -> bytes:
    """The data with one to four edits."""
    edited = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at, size = rng.randrange(len(edited) + 1), rng.choice([1, 1, 2, 9, 300])
        byte = rng.choice([rng.randrange(256), *b"0123456789.,-+eExX\r\n \t\"';#naif_"])
        match rng.choice(["replace", "insert", "delete", "repeat", "cut"]):
            case "replace":
                edited[at : at + 1] = bytes([byte])
            case "insert":
                edited[at:at] = bytes([byte])
            case "delete":
                del edited[at : at + size]
            case "repeat":
                edited[at:at] = edited[at : at + size]
            case "cut" if rng.random() < 0.2:
                del edited[at:]
    return bytes(edited)


def with_another_field(text: bytes, rng: random.Random) -> bytes:
    """The text with a field of one of its songs replaced."""
    fields = text.split(b",")
    value = rng.choice([repr(rng.uniform(-1, 1) * 10.0 ** rng.randint(-320, 308)), *ODD_FIELDS])
    fields[rng.randrange(91, len(fields))] = value.encode()
    return b",".join(fields)


ODD_FIELDS = ["", " 1.5", "1.5 ", "+1.5", "1_0", "0x10", ".5", "5.", ".", "1e5", "1E-5", "1e", "nan", "Infinity", "NA"]


@cache
def packed(name: str, text: bytes) -> bytes:
    return PACKINGS[name](text)


def has_header(text: bytes) -> bool:
    try:
        return not 1860 <= float(text.removeprefix(b"\xef\xbb\xbf").split(b",")[0]) <= 2100
    except ValueError:
        return True


@pytest.mark.slow
@pytest.mark.parametrize("first_seed", range(0, 1000, 250))
def test_a_mutated_text_is_read_as_pandas_reads_it_or_refused_in_one_line(tmp_path, first_seed):
    path, texts_read = tmp_path / "songs", 0
    for seed in range(first_seed, first_seed + 250):
        rng = random.Random(seed)
        text = rng.choice([mutated, with_another_field])(rng.choice(list(FORMS.values())), rng)
        path.write_bytes(rng.choice(list(PACKINGS.values()))(text))
        try:
            ours = read_or_none(path)
            if ours is not None:
                texts_read += 1
                header = 0 if has_header(text) else None
                assert_same(ours, read_by_pandas(text, header))
        except Exception as error:
            raise AssertionError(f"seed {seed}") from error
    assert 25 < texts_read < 225


@pytest.mark.slow
@pytest.mark.parametrize("first_seed", range(0, 1000, 250))
def test_a_mutated_file_is_read_as_it_was_or_refused_in_one_line(tmp_path, first_seed):
    path = tmp_path / "songs"
    for seed in range(first_seed, first_seed + 250):
        rng = random.Random(seed)
        name = rng.choice([name for name in PACKINGS if name != "plain"])
        path.write_bytes(mutated(packed(name, rng.choice(list(FORMS.values()))), rng))
        try:
            ours = read_or_none(path)
            if ours is not None:
                part = len(ours) if "streams" in name or "padded" in name else 12  # a whole stream may be cut off
                assert_same(ours, SONGS[:part])
        except Exception as error:
            raise AssertionError(f"seed {seed}") from error


def read_or_none(path) -> np.ndarray | None:
    """The songs, or nothing where the file is refused with one line."""
    try:
        return read(path)
    except InputError as error:
        checked(error, path)
        return None


@pytest.mark.slow
def test_what_arrow_refuses_is_explained_and_what_it_reads_is_not():
    for seed in range(2000):
        rng = random.Random(seed)
        line = rng.choice([mutated, with_another_field])(LINE * 2, rng).splitlines()[-1]
        try:
            to_table(line, 1)
            reason = ""
        except InputError as error:
            reason = str(error)
        assert (reason == "") == (fault_of_song(line) == ""), f"seed {seed}: {reason}"


@pytest.mark.slow
def test_no_thread_and_no_file_is_left_whatever_ends_the_reading(tmp_path):
    before = threading.active_count(), len(os.listdir("/proc/self/fd"))
    for text in (TEXT * 200, b"loud\n" + TEXT * 200, TEXT * 200 + b"loud\n"):
        for name in ("plain", "gzip", "bzip2", "zip, deflated"):
            (tmp_path / "songs").write_bytes(PACKINGS[name](text)[:-1])
            read_or_none(tmp_path / "songs")
            tables = read_text(tmp_path / "songs", Fingerprint())
            with contextlib.suppress(InputError):
                next(tables)
            tables.close()
            assert (threading.active_count(), len(os.listdir("/proc/self/fd"))) == before


@pytest.mark.slow
def test_a_stage_that_refuses_its_file_ends_at_once_however_busy_the_machine_is(tmp_path):
    """While a library's thread still read ahead, the end of the process could abort it, or wait for ever."""
    text = random_text(1000) * 10
    contents = [zipped(b"loud\n" + text), zipped(text + b"loud\n"), zipped(text)[:-9], gzip.compress(b"1" + text, 1)]
    started = []
    for number, content in enumerate(contents * 2):  # all at once, so that the machine is busy
        folder = tmp_path / str(number)
        (folder / "data/raw").mkdir(parents=True)
        (folder / "data/raw/songs").write_bytes(content)
        for name in ("dvc.yaml", "params.yaml"):
            (folder / name).symlink_to(Path(name).resolve())
        command = [sys.executable, "-m", "stages", "binarize"]
        environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
        process = subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True)
        started.append((folder, process))
    for folder, process in started:
        error = process.communicate(timeout=60)[1]
        assert process.returncode == 1, error
        assert re.fullmatch(r"binarize: data/raw/songs: .*\n", error)
        assert [path.name for path in (folder / "data").iterdir()] == ["raw"]


def test_the_files_of_a_folder_are_read_one_after_another_and_a_fault_names_its_file(tmp_path):
    lines = TEXT.splitlines(keepends=True)
    for name, pack, some in (("1", "plain", lines[:5]), ("2", "gzip", lines[5:8]), ("3", "xz", lines[8:])):
        (tmp_path / name).write_bytes(PACKINGS[pack](b"".join(some)))
    fingerprint, whole = Fingerprint(), Fingerprint()
    assert_same(numbers(read_texts(tmp_path, fingerprint)), SONGS)
    whole.update(TEXT)
    assert fingerprint == whole
    (tmp_path / "2").write_bytes(LINE + b"2001,loud\n")
    with pytest.raises(InputError, match=f"{tmp_path}/2: line 2 has 2 columns"):
        list(read_texts(tmp_path, Fingerprint()))
