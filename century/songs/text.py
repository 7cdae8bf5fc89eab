"""The songs in a text of comma-separated lines, as tables of Arrow: what is read, and what is refused."""

import re
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow.csv import ConvertOptions, ParseOptions, ReadOptions, read_csv

from century import InputError
from century.songs.archive import Fingerprint, unpack
from century.songs.background import in_background
from century.songs.features import COLUMNS, FEATURES
from century.songs.lines import LARGEST, TEXT_BLOCK, YEARS, beginning, fault_of_song, whole_lines

PARSED = 6  # blocks that are parsed before they are asked for, or that wait to be parsed
PARSERS = 2  # threads that parse, beside one that unpacks and one that writes
LINE_END = re.compile(rb"\r\n|\r|\n")
# A block is parsed at once by the thread that has it. Arrow's own threads would read further blocks in advance, and an
# error could end the program only when they have done so.
READ = {"use_threads": False, "block_size": 2 * TEXT_BLOCK}
PARSE = ParseOptions(quote_char=False, ignore_empty_lines=False)
CONVERT = ConvertOptions(column_types=dict.fromkeys(COLUMNS, pa.float64()), null_values=[])


def read_texts(path: Path, fingerprint: Fingerprint) -> Iterator[pa.Table]:
    """The songs of a file as `read_text` gives them, or those of all files of a folder, in the order of their names.

    What is wrong with a file is said with its name.
    """
    for file in sorted(path.iterdir()) if path.is_dir() else [path]:
        try:
            yield from read_text(file, fingerprint)
        except InputError as error:
            raise InputError(f"{file}: {error}") from None


def read_text(path: Path, fingerprint: Fingerprint, year_is_optional: bool = False) -> Iterator[pa.Table]:
    """The columns year (int16) and var1..var90 (float64), in the order of the file, block by block.

    Where the year is optional, a text may have only the 90 features, and the tables then have no year.
    The file may be packed in any way that `archive` knows, and may have a header. `fingerprint` becomes that of what is
    unpacked. Memory does not grow with the file. Raises InputError where a line is not a year and 90 numbers.
    """
    parsers = ThreadPoolExecutor(PARSERS)
    bodies = without_header_and_end(whole_lines(unpack(path, fingerprint)), year_is_optional)
    parsed = (parsers.submit(to_table, *body) for body in bodies)
    # Both end here, because an error holds on to the generators, and so to their threads, for as long as it lives.
    try:
        with closing(in_background(parsed, PARSED)) as tables:
            for table in tables:
                yield table.result()
    finally:
        parsers.shutdown(cancel_futures=True)


def without_header_and_end(
    blocks: Iterator[bytes], year_is_optional: bool
) -> Iterator[tuple[bytes, int, Sequence[str]]]:
    """The songs' lines in blocks of whole lines, the number of the first of them, and the columns.

    The first line of the text may be a header, and the last ones may be empty.
    """
    lines = first_empty = 0
    has_songs = False
    columns = COLUMNS
    for block in blocks:
        if not lines:
            start, columns = beginning(block, year_is_optional)
            lines, block = count_lines(block[:start]), block[start:]
        body = block.rstrip(b"\r\n")
        if body and first_empty:
            raise InputError(f"line {first_empty} is empty, though songs follow; remove it")
        if body:
            yield body, lines + 1, columns
            has_songs = True
            lines += count_lines(body) + 1
        empty = count_lines(block[len(body) :]) - bool(body)
        if empty > 0:
            first_empty = first_empty or lines + 1
            lines += empty
    if not has_songs:
        raise InputError("it has a header and no songs" if lines else "it is empty; it must have a line for each song")


def count_lines(text: bytes) -> int:
    """How many lines end in a text: by \\n, \\r or both."""
    return text.count(b"\n") + text.count(b"\r") - text.count(b"\r\n")


def to_table(body: bytes, first_line: int, columns: Sequence[str] = COLUMNS) -> pa.Table:
    """The songs of whole lines. Raises InputError on the first line that is not a song, counted from `first_line`."""
    if len(body) >= TEXT_BLOCK and not LINE_END.search(body):  # its end is in another block
        raise InputError(f"line {first_line} is longer than {TEXT_BLOCK} bytes; it must be a year and 90 numbers")
    try:
        return checked_songs(read_csv(pa.BufferReader(body), ReadOptions(column_names=columns, **READ), PARSE, CONVERT))
    except ValueError as error:
        raise first_fault(LINE_END.split(body), columns, "line {}", first_line) or InputError(str(error)) from None


def checked_songs(table: pa.Table) -> pa.Table:
    """The songs of a table of float64, with the years as int16. Raises ValueError at a number that no song has."""
    (batch,) = table.to_batches()
    x = batch.to_tensor(null_to_nan=True, row_major=False).to_numpy()
    year, features = x[:, : -len(FEATURES)], x[:, -len(FEATURES) :]
    if not ((year >= YEARS[0]) & (year <= YEARS[-1]) & (year == np.floor(year))).all():
        raise ValueError("a year that cannot be")
    if not (features.min() >= -LARGEST and features.max() <= LARGEST):  # so it is with NaN
        raise ValueError("a number that cannot be")
    return table.set_column(0, "year", pa.array(year[:, 0].astype(np.int16))) if year.size else table


def first_fault(lines: Iterable[bytes], columns: Sequence[str], place: str, first: int) -> InputError | None:
    """The error that says what is wrong with the first line that is not a song; the place of a line has its number."""
    for number, line in enumerate(lines, first):
        if fault := fault_of_song(line, columns):
            return InputError(place.format(number) + fault)
    return None
