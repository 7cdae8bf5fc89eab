"""The songs of a file in any form: a text as `text` reads it, or Parquet; with the year or without; or a stream.

Every table has the columns var1..var90 (float64), and a first one, year (int16), where the file has years.
"""

import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
from tqdm import tqdm

from century import InputError
from century.songs.archive import Fingerprint
from century.songs.features import FEATURES
from century.songs.lines import COLUMNS, LARGEST, YEARS, refuse_other_order
from century.songs.tables import GROUP, merge, open_table
from century.songs.text import read_text


def read_any(file: str) -> Iterator[pa.Table]:
    """The songs in a file, or in standard input for "-", in tables of GROUP rows. Memory does not grow with the file.

    Raises InputError where it holds anything but songs.
    """
    with on_disk(file) as path:
        with path.open("rb") as opened:
            is_parquet = opened.read(4) == b"PAR1"
        try:
            yield from read_parquet(path) if is_parquet else merge(read_text(path, Fingerprint(), True), GROUP)
        except InputError as error:
            raise InputError(str(error).removeprefix(f"{path}: ")) from None


@contextmanager
def on_disk(file: str) -> Iterator[Path]:
    """A path to the bytes of a file. Those of a stream are copied to a temporary one, as a zip is read from its end."""
    path = Path(file)
    if file != "-" and (path.is_file() or path.is_dir() or not path.exists()):
        if not path.is_file():
            raise InputError(f"it is {'a directory' if path.is_dir() else 'not there'}; it must be a file of songs")
        yield path
        return
    with tempfile.NamedTemporaryFile() as copy:
        if file == "-":
            shutil.copyfileobj(sys.stdin.buffer, copy, 1 << 20)
        else:
            with path.open("rb") as stream:
                shutil.copyfileobj(stream, copy, 1 << 20)
        copy.flush()
        yield Path(copy.name)


def read_parquet(path: Path) -> Iterator[pa.Table]:
    """The songs of a Parquet file, whose columns have the names of ours, or stand in the order of a text."""
    try:
        file = open_table(path)
        names = columns_by_name(file.schema_arrow.names)
        start = 0
        with tqdm(total=file.metadata.num_rows, unit=" songs", unit_scale=True, disable=None) as bar:
            for batch in file.iter_batches(GROUP, columns=list(names.values())):
                yield checked(pa.table([batch[name] for name in names.values()], list(names)), start)
                start += len(batch)
                bar.update(len(batch))
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:  # the disk's error, not the file's
            raise
        raise InputError(f"it is a Parquet file that was cut short or damaged ({error}); get it again") from None
    if not start:
        raise InputError("it has no songs")


def columns_by_name(names: list[str]) -> dict[str, str]:
    """For year, where there is one, and each feature: the name of its column in the file."""
    if set(FEATURES) <= set(names):
        if repeated := [name for name in FEATURES if names.count(name) > 1]:
            raise InputError(f"it has two columns of the name {repeated[0]}")
        return {name: name for name in COLUMNS if name in names}
    names = [
        name for name in names if not re.fullmatch(r"__index_level_\d+__|row", name)
    ]  # pandas' index, and the row of our own tables
    expected = COLUMNS if len(names) == len(COLUMNS) else FEATURES
    if len(names) != len(expected):
        raise InputError(
            f"it has {len(names)} columns; it must have {FEATURES[0]} to {FEATURES[-1]}, and may have year"
        )
    try:
        refuse_other_order(names if expected is COLUMNS else ["year", *names])
    except InputError as error:
        raise InputError(str(error).replace("line 1 is a header with", "it has the column")) from None
    return dict(zip(expected, names, strict=True))


def checked(table: pa.Table, start: int) -> pa.Table:
    """The same songs as float64, and years as int16. Raises InputError at a value that can be none."""
    columns = []
    for name, column in zip(table.column_names, table.columns, strict=True):
        kind = column.type
        if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)):
            raise InputError(f"column {name} is of the type {kind}; it must hold numbers")
        if pa.types.is_decimal(kind):
            column = column.cast(pa.string())  # Arrow's cast of decimals to float64 does not round to the nearest
        x = column.cast(pa.float64(), safe=False).to_numpy()  # what is missing becomes NaN
        if name == "year":
            wrong = ~((x >= YEARS[0]) & (x <= YEARS[-1]) & (x == np.floor(x)))
            rule = f"is not a year from {YEARS[0]} to {YEARS[-1]}"
        else:
            wrong = ~(np.abs(x) <= LARGEST)
            rule = f"is not a finite number of at most {LARGEST:.0e}"
        if wrong.any():
            first = int(np.flatnonzero(wrong)[0])
            raise InputError(f"row {start + first} (counted from 0), column {name}: {column[first].as_py()!r} {rule}")
        columns.append(x.astype(np.int16) if name == "year" else x)
    return pa.table(columns, table.column_names)
