"""The lines of a text of songs: whether the first one is a header, and what is wrong with one that is not a song.

The columns of a text are the year and the 90 features or, where songs may be without it, only the features.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from century import InputError, one_line
from century.songs.archive import Fingerprint, packing, unpack
from century.songs.features import COLUMNS, FEATURES

TEXT_BLOCK = 1 << 20  # bytes of lines that are handed on at a time: small enough that unpacking and parsing overlap
YEARS = range(1860, 2101)  # from the oldest recording of a sound
LARGEST = 1e30  # its square, and sums of such squares, are far from the largest float64
NUMBER = re.compile(rb"[ \t]*[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?[ \t]*")
LIBSVM = re.compile(rb"\S+( [0-9]+:\S+)+")
SEPARATORS = {b";": "semicolons", b"\t": "tabs", b"|": "bars", b" ": "spaces"}
YEAR_NAMES = ("year", "label", "target", "class", "y")
COUNTED = [str(number) for number in range(91)]  # how pandas names columns that have no names

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


def packing_and_header(path: Path) -> dict[str, str | bool]:
    """How a file is packed, and whether it has a header. Raises InputError where its beginning shows another form."""
    try:
        size, _ = beginning(next(whole_lines(unpack(path, Fingerprint())), b""))
        return {"packing": packing(path), "header": size > 0}
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def whole_lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes in blocks of whole lines, about TEXT_BLOCK bytes each. A line that is longer is cut."""
    parts, size = [], 0
    for chunk in chunks:
        parts.append(chunk)
        size += len(chunk)
        if size >= TEXT_BLOCK:
            text = b"".join(parts)
            end = text.rfind(b"\n") + 1 or text.rfind(b"\r", 0, -1) + 1 or size
            yield text[:end]
            parts, size = [text[end:]], size - end
    if size:
        yield b"".join(parts)


def beginning(block: bytes, year_is_optional: bool = False) -> tuple[int, list[str]]:
    """How many bytes of the first block of a text come before its first song, and its columns.

    Raises InputError where the first line is neither that of a song nor a header.
    """
    refuse_other_files(block[:4096])
    # The mark of UTF-8, the first line, and its end.
    first_line = re.match(rb"(\xef\xbb\xbf)?([^\r\n]*)(\r\n|\r|\n)?", block)
    assert first_line
    names = [name.strip(" \t\"'") for name in first_line[2].decode("utf-8", "replace").split(",")]
    columns = FEATURES if year_is_optional and is_without_year(names) else COLUMNS
    fault = fault_of_layout(first_line[2], columns)
    if not fault and not is_header(names):
        return len(first_line[1] or b""), columns
    if fault := fault or fault_of_names(names):
        raise InputError(f"line 1 {fault}")
    return first_line.end(), columns


def refuse_other_files(start: bytes) -> None:
    """Raise InputError where a text that begins with these bytes is not a table."""
    if not start.strip():
        raise InputError("it is empty; it must have a line for each song")
    for signature, what in OTHER_FILES.items():
        if start.lstrip().startswith(signature):
            raise InputError(f"it is {what}")
    if start[257:262] == b"ustar":
        raise InputError("it is a tar archive; unpack it")
    if re.search(rb"[\0-\x08\x0e-\x1f]", start):
        raise InputError("it is neither text nor a gzip, bzip2, xz or zip file")


def is_without_year(names: Sequence[str]) -> bool:
    return len(names) == len(FEATURES) and not is_year(names[0].encode()) and names[0].lower() not in YEAR_NAMES


def is_header(names: Sequence[str]) -> bool:
    is_counted = names[-90:] in (COUNTED[:90], COUNTED[1:]) and not is_year(names[0].encode())
    return is_counted or sum(bool(NUMBER.fullmatch(name.encode())) for name in names) <= 45


def fault_of_names(names: Sequence[str]) -> str:
    """What is wrong with the names of columns; nothing where they name the year, if it is there, and the features.

    Features may have any names that end in numbers which count up, from the thirteenth on anew or not.
    """
    if names[-1].lower() in YEAR_NAMES:
        return "has the year in the last column; it must be in the first"
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


def fault_of_layout(line: bytes, columns: Sequence[str]) -> str:
    """What is wrong with the layout of a line; nothing where it has as many columns as there must be."""
    fields = line.split(b",")
    if len(fields) == len(columns) and line.count(b";") < 12:  # decimal commas may give as many fields
        return ""
    if not LIBSVM.match(line):
        for separator, name in SEPARATORS.items():
            if line.count(separator) >= 12:
                return f"is separated by {name}; it must be separated by commas, and have points in its decimals"
    if len(fields) == len(columns) + 1 and (is_year(fields[1]) or not NUMBER.fullmatch(fields[1])):
        return (
            f"has {len(fields)} columns, the first of which is an index; write it without one (in pandas: index=False)"
        )
    rule = f"it must be {'a year and ' if columns[0] == 'year' else ''}90 numbers, separated by commas"
    return f"{other_layout(line, fields)}; {rule}"


def other_layout(line: bytes, fields: Sequence[bytes]) -> str:
    """The layout of a line that has another number of fields than a song has."""
    if not line:
        return "is empty"
    if LIBSVM.match(line):
        return "is in the form of LIBSVM"
    if len(fields) > 90 and not fields[-1].strip():
        return "ends with a comma"
    if len(fields) == 13:
        return "has 13 columns, a year and 12 averages without the 78 covariances"
    return f"has {len(fields)} columns"


def fault_of_song(line: bytes, columns: Sequence[str] = COLUMNS) -> str:
    """What is wrong with the line of a song, with the column and the value; nothing where it is right."""
    if fault := fault_of_layout(line, columns):
        return f" {fault}"
    fields = line.split(b",")
    for name, field in zip(columns, fields, strict=True):
        if not NUMBER.fullmatch(field):
            return f", column {name}: {quoted(field)} is not a finite number"
        if name == "year" and not is_year(field):
            advice = advice_on_years(float(field), fields[-1])
            return f", column year: {quoted(field)} is not a year from {YEARS[0]} to {YEARS[-1]}{advice}"
        if abs(float(field)) > LARGEST:
            return f", column {name}: {quoted(field)} is too large; at most {LARGEST:.0e} is accepted"
    return ""


def advice_on_years(first: float, last: bytes) -> str:
    """What may have happened to the years of a file in which a line begins with `first`, which is not a year."""
    if is_year(last):
        return "; the last column has the year, but the first must have it"
    return "; where years are counted from a first one, such as 1922, add that" if 0 <= first < 200 else ""


def is_year(field: bytes) -> bool:
    return bool(NUMBER.fullmatch(field)) and float(field) in YEARS


def quoted(value: bytes | str) -> str:
    """A value of the file in quotes, in at most 40 printable characters."""
    text = value if isinstance(value, str) else value.decode("utf-8", "replace")
    return one_line(repr(text), 40)
