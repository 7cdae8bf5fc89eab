"""The lines of a text of songs: which of them is a header, and what is wrong with one that is no song."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from century import InputError, one_line
from century.songs.archive import Fingerprint, packing, unpack
from century.songs.features import FEATURES

COLUMNS = ["year", *FEATURES]
BLOCK = 1 << 20  # bytes of lines that are handed on at a time: small enough that unpacking and parsing overlap
YEARS = range(1860, 2101)  # from the oldest recording of a sound
LARGEST = 1e30  # its square, and sums of such squares, are far from the largest float64
NUMBER = re.compile(rb"[ \t]*[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?[ \t]*")
LIBSVM = re.compile(rb"\S+( [0-9]+:\S+)+")
YEAR_NAMES = ("year", "label", "target", "class", "y")
YEAR_FIELDS = [name.encode() for name in YEAR_NAMES]
SEPARATORS = {b";": "semicolons", b"\t": "tabs", b"|": "bars"}

AS_TEXT = "write its table as comma-separated text"
OTHER_FILES = {  # by their first bytes
    b"\xff\xfe": "UTF-16 text; save it as UTF-8",
    b"\xfe\xff": "UTF-16 text; save it as UTF-8",
    b"\x1f\x8b": "a gzip file in another one; unpack it once",
    b"BZh": "a bzip2 file in another one; unpack it once",
    b"\xfd7zXZ\0": "an xz file in another one; unpack it once",
    b"PK\x03\x04": "a zip in another file; unpack it once",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive; unpack it",
    b"Rar!": "a RAR archive; unpack it",
    b"\x28\xb5\x2f\xfd": "a Zstandard file; unpack it",
    b"\x89HDF": f"an HDF5 file; {AS_TEXT}",
    b"PAR1": f"a Parquet file; {AS_TEXT}",
    b"\x93NUMPY": f"a NumPy file; {AS_TEXT}",
    b"MATLAB": f"a MATLAB file; {AS_TEXT}",
    b"%PDF": f"a PDF file; {AS_TEXT}",
    b"<": "a page or other text in tags, not a table",
    b"{": f"JSON; {AS_TEXT}",
    b"[": f"JSON; {AS_TEXT}",
}


def form_of(path: Path) -> dict[str, str | bool]:
    """How a file is packed, and whether it has a header. Raises InputError where its beginning shows another form."""
    try:
        block = next(whole_lines(unpack(path, Fingerprint())), b"")
        return {"packing": packing(path), "header": header_size(block) > 0}
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


def header_size(block: bytes, columns: Sequence[str] = COLUMNS) -> int:
    """The bytes of the header at the beginning of a text, 0 where the first line is that of a song.

    Raises InputError where it is neither.
    """
    refuse_other_files(block)
    mark, line, end = first_line(block)
    if not is_header(line, columns):
        return len(mark)
    return len(mark + line + end)


def first_line(block: bytes) -> tuple[bytes, bytes, bytes]:
    """The mark of UTF-8 before the first line, that line, and its end; each may be empty."""
    found = re.match(rb"(\xef\xbb\xbf)?([^\r\n]*)(\r\n|\r|\n)?", block)
    assert found
    return found[1] or b"", found[2], found[3] or b""


def columns_of(block: bytes) -> list[str]:
    """The columns of a text that may have the year or not: FEATURES where its first line has 90 fields and no year."""
    fields = first_line(block)[1].split(b",")
    has_no_year = len(fields) == len(FEATURES) and not is_year(fields[0]) and fields[0].lower() not in YEAR_FIELDS
    return FEATURES if has_no_year else COLUMNS


def refuse_other_files(block: bytes) -> None:
    """Raise InputError where a text that begins with these bytes is no table."""
    start = block[:4096]
    if not start.strip():
        raise InputError("it is empty; it must have a line for each song")
    for signature, what in OTHER_FILES.items():
        if start.lstrip().startswith(signature):
            raise InputError(f"it is {what}")
    if start[257:262] == b"ustar":
        raise InputError("it is a tar archive; unpack it")
    if re.search(rb"[\0-\x08\x0e-\x1f]", start):
        raise InputError("it is neither text nor a gzip, bzip2, xz or zip file")


def is_header(line: bytes, columns: Sequence[str]) -> bool:
    """Whether the first line names the columns. Raises InputError where it is neither that nor the line of a song."""
    if fault := fault_of_form(line, columns):
        raise InputError(f"line 1 {fault}")
    fields = [field.strip(b" \t\"'") for field in line.split(b",")]
    fields = fields if columns[0] == "year" else [b"year", *fields]
    counted = [b"%d" % number for number in range(91)]  # how pandas names columns that have no names
    is_counted = fields[1:] in (counted[1:], counted[:90]) and not is_year(fields[0])
    if not is_counted and sum(bool(NUMBER.fullmatch(field)) for field in fields) > 45:
        return False
    refuse_other_order([field.decode("utf-8", "replace") for field in fields])
    return True


def refuse_other_order(names: list[str]) -> None:
    """Raise InputError where a header does not name the year and then the 90 features in their order.

    Features may have any names that end in numbers which count up, from the thirteenth on anew or not.
    """
    if names[-1].lower() in YEAR_NAMES:
        raise InputError("line 1 is a header with the year in the last column; it must be in the first")
    found = [re.fullmatch(r"(.*?)([0-9]+)", name) for name in names]
    numbered = [(match[1], int(match[2])) if match else (name, -1) for match, name in zip(found, names, strict=True)]
    for column, ((stem, number), (next_stem, next_number)) in enumerate(pairwise(numbered), start=2):
        counts_up = (next_stem, next_number) == (stem, number + 1) and number >= 0
        begins = next_number in (0, 1) and (column == 14 or (column == 2 and names[0].lower() in YEAR_NAMES))
        if not (counts_up or begins):
            raise InputError(
                f"line 1 is a header with {quoted(names[column - 1])} after {quoted(names[column - 2])}; the columns "
                "must be the year and the 90 features in their order"
            )


def fault_of_form(line: bytes, columns: Sequence[str] = COLUMNS) -> str:
    """What is wrong with the columns of a line; nothing where there is one for each of the columns."""
    if LIBSVM.match(line):
        return "is in the form of LIBSVM; it must be a year and 90 numbers, separated by commas"
    for separator, name in SEPARATORS.items():
        if line.count(separator) >= 12:
            return f"is separated by {name}; it must be separated by commas, and have points in its decimals"
    fields = line.split(b",")
    if columns[0] != "year":
        ok = len(fields) == len(columns)
        return "" if ok else f"has {len(fields)} columns; it must have the 90 features, as the first line has"
    match len(fields):
        case 91:
            return ""
        case 1 if not line:
            return "is empty; it must be a year and 90 numbers"
        case 1 if len(line.split()) >= 13:
            return "is separated by spaces; it must be separated by commas"
        case 92 if not fields[-1].strip():
            return "ends with a comma; it must end with the 90th number"
        case 92 if is_year(fields[1]) or not NUMBER.fullmatch(fields[1]):
            return "has 92 columns, the first of which is an index; write it without one (in pandas: index=False)"
        case 90:
            return "has 90 columns; it must have 91, of which the first is the year"
        case 13:
            return "has 13 columns, a year and 12 averages; it must have the 78 covariances as well"
    return f"has {len(fields)} columns; it must have 91, a year and 90 numbers"


def fault_of_song(line: bytes, columns: Sequence[str] = COLUMNS) -> str:
    """What is wrong with the line of a song, with the column and the value; nothing where it is right."""
    if fault := fault_of_form(line, columns):
        return f" {fault}"
    fields = line.split(b",")
    for name, field in zip(columns, fields, strict=True):
        if not NUMBER.fullmatch(field):
            return f", column {name}: {quoted(field)} is not a finite number"
        if abs(float(field)) > LARGEST:
            return f", column {name}: {quoted(field)} is too large; at most {LARGEST:.0e} is accepted"
    if columns[0] != "year" or is_year(fields[0]):
        return ""
    fault = f", column year: {quoted(fields[0])} is not a year from {YEARS[0]} to {YEARS[-1]}"
    if is_year(fields[-1]):
        return f"{fault}; the last column has the year, but the first must have it"
    if 0 <= float(fields[0]) < 200:
        return f"{fault}; where years are counted from a first one, such as 1922, add that"
    return fault


def is_year(field: bytes) -> bool:
    return bool(NUMBER.fullmatch(field)) and float(field) in YEARS


def quoted(value: bytes | str) -> str:
    """A value of the file in quotes, in at most 40 printable characters."""
    text = value if isinstance(value, str) else value.decode("utf-8", "replace")
    return one_line(repr(text), 40)
