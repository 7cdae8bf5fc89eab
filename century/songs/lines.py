"""The lines of a text of songs: whether the first one is a header, and what is wrong with one that is no song.

The columns of a text are the year and the 90 features or, where songs may be without it, the features alone.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from century import InputError, one_line
from century.songs.archive import Fingerprint, packing, unpack
from century.songs.features import FEATURES

COLUMNS = ["year", *FEATURES]
BLOCK = 1 << 20  # bytes of lines that are handed on at a time: small enough that unpacking and parsing overlap
YEARS = range(1860, 2101)  # from the oldest recording of a sound
LARGEST = 1e30  # its square, and sums of such squares, are far from the largest float64
NUMBER = re.compile(rb"[ \t]*[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?[ \t]*")
YEAR_NAMES = ("year", "label", "target", "class", "y")
COUNTED = [str(number) for number in range(91)]  # how pandas names columns that have no names


def form_of(path: Path) -> dict[str, str | bool]:
    """How a file is packed, and whether it has a header. Raises InputError where its beginning shows another form."""
    try:
        size, _ = beginning(next(whole_lines(unpack(path, Fingerprint())), b""))
        return {"packing": packing(path), "header": size > 0}
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def whole_lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes in blocks of whole lines, about BLOCK bytes each. A line that is longer is cut."""
    parts, size = [], 0
    for chunk in chunks:
        parts.append(chunk)
        size += len(chunk)
        if size >= BLOCK:
            text = b"".join(parts)
            end = text.rfind(b"\n") + 1 or text.rfind(b"\r", 0, -1) + 1 or size
            yield text[:end]
            parts, size = [text[end:]], size - end
    if size:
        yield b"".join(parts)


def beginning(block: bytes, year_is_optional: bool = False) -> tuple[int, list[str]]:
    """How many bytes of the first block of a text stand before its first song, and its columns.

    Raises InputError where the first line is neither that of a song nor a header.
    """
    if re.search(rb"[\0-\x08\x0e-\x1f]", block[:4096]):
        raise InputError("it is no text in UTF-8; it must be one, plain or packed once by gzip, bzip2, xz or zip")
    if not block[:4096].strip():
        raise InputError("it is empty; it must have a line for each song")
    found = re.match(rb"(\xef\xbb\xbf)?([^\r\n]*)(\r\n|\r|\n)?", block)  # the mark of UTF-8, the first line, its end
    assert found
    names = [name.strip(" \t\"'") for name in found[2].decode("utf-8", "replace").split(",")]
    columns = FEATURES if year_is_optional and is_without_year(names) else COLUMNS
    fault = fault_of_form(found[2], columns)
    if not fault and not is_header(names):
        return len(found[1] or b""), columns
    if fault := fault or fault_of_names(names):
        raise InputError(f"line 1 {fault}")
    return found.end(), columns


def is_without_year(names: Sequence[str]) -> bool:
    return len(names) == len(FEATURES) and not is_year(names[0].encode()) and names[0].lower() not in YEAR_NAMES


def is_header(names: Sequence[str]) -> bool:
    is_counted = names[-90:] in (COUNTED[:90], COUNTED[1:]) and not is_year(names[0].encode())
    return is_counted or sum(bool(NUMBER.fullmatch(name.encode())) for name in names) <= 45


def fault_of_names(names: Sequence[str]) -> str:
    """What is wrong with the names of columns; nothing where they name the year, if it is there, and the features.

    Features may have any names that end in numbers which count up, from the thirteenth on anew or not.
    """
    names = names if len(names) == len(COLUMNS) else ["year", *names]
    begins = (1, 13) if names[0].lower() in YEAR_NAMES else (13,)
    for column in range(1, len(names)):
        name, before = names[column], names[column - 1]
        if name == successor(before) != before:
            continue
        if column not in begins or not re.search(r"(?<!\d)0*[01]$", name):
            rule = "the columns must be the year and the 90 features in their order"
            return f"has the column {quoted(name)} after {quoted(before)}; {rule}"
    return ""


def successor(name: str) -> str:
    """The same name with the next number at its end."""
    return re.sub(r"[0-9]+$", lambda number: f"{int(number[0]) + 1:0{len(number[0])}}", name)


def fault_of_form(line: bytes, columns: Sequence[str] = COLUMNS) -> str:
    """What is wrong with the form of a line; nothing where it has as many columns as there must be."""
    if b";" in line:
        return "is separated by semicolons; it must be separated by commas, and have points in its decimals"
    count = line.count(b",") + 1
    if count == len(columns):
        return ""
    what = f"has {count} columns, {quoted(line)}" if line else "is empty"
    return f"{what}; it must be {'a year and ' if columns[0] == 'year' else ''}90 numbers, separated by commas"


def fault_of_song(line: bytes, columns: Sequence[str] = COLUMNS) -> str:
    """What is wrong with the line of a song, with the column and the value; nothing where it is right."""
    if fault := fault_of_form(line, columns):
        return f" {fault}"
    for name, field in zip(columns, line.split(b","), strict=True):
        if not NUMBER.fullmatch(field):
            return f", column {name}: {quoted(field)} is not a finite number"
        if name == "year" and not is_year(field):
            return f", column year: {quoted(field)} is not a year from {YEARS[0]} to {YEARS[-1]}"
        if abs(float(field)) > LARGEST:
            return f", column {name}: {quoted(field)} is too large; at most {LARGEST:.0e} is accepted"
    return ""


def is_year(field: bytes) -> bool:
    return bool(NUMBER.fullmatch(field)) and float(field) in YEARS


def quoted(value: bytes | str) -> str:
    """A value of the file in quotes, in at most 40 printable characters."""
    text = value if isinstance(value, str) else value.decode("utf-8", "replace")
    return one_line(repr(text), 40)
