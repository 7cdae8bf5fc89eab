"""The zip of YearPredictionMSD: its one member, read as a stream of tables, and every way in which it can be wrong."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
from isal import igzip_lib
from pyarrow.csv import ConvertOptions, ParseOptions, ReadOptions, open_csv
from tqdm import tqdm

from century import InputError
from century.songs.features import FEATURES
from century.songs.prefetch import prefetch
from century.songs.published import MEMBER

IsalError: type[Exception] = igzip_lib.IsalError  # type: ignore[assignment]  # its stub takes it for an instance
COLUMNS = {"year": pa.int16(), **dict.fromkeys(FEATURES, pa.float64())}
BLOCK = 1 << 20  # bytes of text parsed at a time: small enough that parsing one and inflating the next overlap
AHEAD = 32  # blocks parsed before they are asked for: enough to go on while a row group is written
CHUNK = 1 << 18  # bytes of the zip inflated at a time
LONGEST_LINE = 4096  # bytes; the file's own lines have fewer than 1000
LARGEST_RATIO = 200  # of the text to its zip; numbers shrink to about a half
YEARS = range(1860, 2101)  # from the oldest recording of a sound
NUMBER = re.compile(rb"-?[0-9]+(\.[0-9]*)?([eE][-+]?[0-9]+)?")


def read_archive(path: Path) -> Iterator[pa.Table]:
    """The columns year (int16) and var1..var90 (float64), in the order of the file, block by block.

    Nothing is unpacked to disk, and memory does not grow with the file. Raises InputError where the file is not a zip
    of the one member, or a line is not a year and 90 finite numbers.
    """
    rows = 0
    try:
        with open_member(path) as (text, size), tqdm(total=size, unit="B", unit_scale=True, disable=None) as bar:
            batches = open_csv(
                text,
                read_options=ReadOptions(column_names=list(COLUMNS), block_size=BLOCK),
                parse_options=ParseOptions(quote_char=False, ignore_empty_lines=False),
                convert_options=ConvertOptions(column_types=COLUMNS, null_values=[]),
            )
            for batch in prefetch(batches, AHEAD):
                if not is_possible(batch):
                    raise pa.ArrowInvalid("a year or a number that cannot be")
                bar.update(text.tell() - bar.n)
                yield pa.Table.from_batches([batch])
                rows += len(batch)
    except pa.ArrowInvalid as error:
        raise first_fault(path, rows, error) from None


@contextmanager
def open_member(path: Path) -> Iterator[tuple[IO[bytes], int]]:
    """The inflated text as a stream, and its size in bytes. Raises InputError where the zip is bad, now or later."""
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.namelist() != [MEMBER]:
                raise InputError(f"{path} holds {archive.namelist()}: it must hold {MEMBER} and nothing else")
            (member,) = archive.infolist()
            if member.flag_bits & 1:
                raise InputError(f"{path} is encrypted: it must be readable without a password")
            if member.file_size > LARGEST_RATIO * member.compress_size:
                raise InputError(
                    f"{path}: {MEMBER} would inflate from {member.compress_size} to {member.file_size} bytes; songs do "
                    f"not shrink {LARGEST_RATIO} times"
                )
            with inflated(archive, member) as text:
                yield text, member.file_size
    except (zipfile.BadZipFile, zlib.error, IsalError, EOFError, NotImplementedError, OSError) as error:
        with path.open("rb") as file:
            hint = "it was cut short or damaged" if file.read(4) == b"PK\x03\x04" else "it is something else"
        raise InputError(f"{path} is not a whole zip: {hint} ({error}); get it again") from None


def inflated(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> IO[bytes]:
    """The text of the member. Deflated, as it is in all but strange zips, it is inflated here, by ISA-L."""
    if member.compress_type != zipfile.ZIP_DEFLATED:
        return archive.open(member)
    packed = copy(member)  # read as a member that is not compressed, so as it stands in the file
    packed.compress_type, packed.file_size = zipfile.ZIP_STORED, member.compress_size
    del packed.CRC  # that of the text
    return io.BufferedReader(Inflated(archive.open(packed), member))


class Inflated(io.RawIOBase):
    """What `zipfile` does with a deflated member, checks included, in half of the time."""

    def __init__(self, packed: IO[bytes], member: zipfile.ZipInfo) -> None:
        self.packed, self.member, self.size = packed, member, 0
        self.isal = igzip_lib.IgzipDecompressor(igzip_lib.DECOMP_GZIP_NO_HDR)  # bare deflate, and a CRC of the text

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self.packed.close()
        super().close()

    def tell(self) -> int:
        return self.size

    def readinto(self, buffer: Any) -> int:  # a memoryview
        text = b""
        while not text and not self.isal.eof:
            hungry = self.isal.needs_input
            packed = self.packed.read(CHUNK) if hungry else b""
            text = self.isal.decompress(packed, len(buffer))
            if hungry and not packed and not text and not self.isal.eof:
                raise EOFError(f"{self.member.filename} ends early")
        self.size += len(text)
        if self.size > self.member.file_size:
            raise zipfile.BadZipFile(f"{self.member.filename} inflates to more than {self.member.file_size} bytes")
        if self.isal.eof and (self.size, self.isal.crc) != (self.member.file_size, self.member.CRC):
            raise zipfile.BadZipFile(f"Bad CRC-32 for file {self.member.filename!r}")
        buffer[: len(text)] = text
        return len(text)


def is_possible(batch: pa.RecordBatch) -> bool:
    """Whether all numbers are finite and all years are years in which music was recorded."""
    year = batch["year"].to_numpy()
    features = batch.select(FEATURES).to_tensor(row_major=False).to_numpy()
    return bool(((year >= YEARS.start) & (year < YEARS.stop)).all() and np.isfinite(features).all())


def first_fault(path: Path, rows: int, error: Exception) -> InputError:
    """What is wrong with the first bad line after so many good rows, found by reading line by line."""
    with open_member(path) as (text, size):
        if size == 0:
            return InputError(f"{path}: {MEMBER} is empty: it must have a line for each song")
        number = 0
        while line := text.readline(LONGEST_LINE + 1):
            number += 1
            if number > rows and (fault := fault_of(line, number)):
                return InputError(f"{path}: line {number}{fault}")
    return InputError(f"{path}: after line {rows}: {' '.join(str(error).split())}")


def fault_of(line: bytes, number: int) -> str:
    """What is wrong with a line, with the column and the value; nothing if it is right."""
    if len(line) > LONGEST_LINE:
        return f" is longer than {LONGEST_LINE} bytes: it must be a year and 90 numbers"
    fields = line.rstrip(b"\r\n").split(b",")
    if number == 1 and not any(NUMBER.fullmatch(field) for field in fields):
        return f" is {shown(line)}: the file must begin with the first song, without a header"
    if len(fields) != len(COLUMNS):
        return f" has {len(fields)} columns: it must have 91, a year and 90 numbers"
    for name, field in zip(COLUMNS, fields, strict=True):
        if not NUMBER.fullmatch(field):
            return f", column {name}: {shown(field)} is not a finite number"
        if not np.isfinite(float(field)):
            return f", column {name}: {shown(field)} is too large for a number"
        if name == "year" and not (field.isdigit() and int(field) in YEARS):
            return f", column year: {shown(field)} is not a year from {YEARS.start} to {YEARS.stop - 1}"
    return ""


def shown(value: bytes) -> str:
    return repr(value.decode("utf-8", "replace").strip()[:40])
