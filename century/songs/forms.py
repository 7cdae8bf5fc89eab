"""The songs of a file in any form: a text as `text` reads it, or Parquet; with the year or without; or a stream.

Every table has the columns var1..var90 (float64), and a first one, year (int16), where the file has years.
"""

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
from tqdm import tqdm

from century import InputError
from century.songs.archive import Fingerprint
from century.songs.features import COLUMNS, FEATURES
from century.songs.lines import fault_of_names, is_without_year, quoted
from century.songs.tables import GROUP, merge, open_table
from century.songs.text import checked_songs, first_fault, read_text


def read_any(source: str) -> Iterator[pa.Table]:
    """The songs in a file, in the files of a folder in the order of their names, or in standard input for "-".

    They come in tables of at most GROUP rows. Memory does not grow with a file.
    Raises InputError where a file holds anything but songs, or has other columns than the first one of its folder.
    """
    if not Path(source).is_dir():
        yield from read_file(source)
        return
    columns = None
    for path in files_in(source):
        try:
            for table in read_file(path):
                columns = columns or table.column_names
                if table.column_names != columns:
                    raise InputError("some files of the folder have the year and others do not; all or none must")
                yield table
        except InputError as error:
            raise InputError(f"{Path(path).name}: {error}") from None


def files_in(folder: str) -> list[str]:
    from fsspec.implementations.local import LocalFileSystem  # imported here, because a single file does not need it

    from century.songs.listing import visible_files

    paths = visible_files(LocalFileSystem(), os.path.abspath(folder))
    if not paths:
        raise InputError("it is a folder without files; it must hold files of songs")
    return paths


def read_file(file: str) -> Iterator[pa.Table]:
    with on_disk(file) as path:
        with path.open("rb") as opened:
            is_parquet = opened.read(4) == b"PAR1"
        yield from read_parquet(path) if is_parquet else merge(read_text(path, Fingerprint(), True), GROUP)


@contextmanager
def on_disk(file: str) -> Iterator[Path]:
    """A path to the bytes of a file. Those of a stream are copied to a temporary one, as a zip is read from its end."""
    path = Path(file)
    if file != "-" and not path.exists():
        raise InputError("it is not there; it must be a file or a folder of songs")
    if file != "-" and path.is_file():
        yield path
        return
    with sys.stdin.buffer if file == "-" else path.open("rb") as stream, tempfile.NamedTemporaryFile() as copy:
        shutil.copyfileobj(stream, copy, 1 << 20)
        copy.flush()
        yield Path(copy.name)


def read_parquet(path: Path) -> Iterator[pa.Table]:
    """The songs of a Parquet file, whose columns have the names of ours, or are in the order of a text."""
    try:
        file = open_table(path)
        names = columns_by_name(file.schema_arrow.names)
        start = 0
        with tqdm(total=file.metadata.num_rows, unit=" songs", unit_scale=True, disable=None) as bar:
            for batch in file.iter_batches(GROUP, columns=list(names.values())):
                yield to_songs(pa.table([batch[name] for name in names.values()], list(names)), start)
                start += len(batch)
                bar.update(len(batch))
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:  # the disk's error, not the file's
            raise
        raise InputError(f"it is a Parquet file that is damaged, or holds other things than songs ({error})") from None
    if not start:
        raise InputError("it has no songs")


def columns_by_name(names: list[str]) -> dict[str, str]:
    """For year, where there is one, and each feature: the name of its column in the file."""
    if repeated := [name for name in names if names.count(name) > 1]:
        raise InputError(f"it has two columns of the name {quoted(repeated[0])}; name each column once")
    if set(FEATURES) <= set(names):
        return {name: name for name in COLUMNS if name in names}
    # Without pandas' index, and the row of our own tables.
    names = [name for name in names if not re.fullmatch(r"__index_level_\d+__|row", name)]
    columns = FEATURES if is_without_year(names) else COLUMNS
    if len(names) != len(columns):
        raise InputError(f"it has {len(names)} columns; it must have var1 to var90, and may have year before them")
    if fault := fault_of_names(names):
        raise InputError(f"it {fault}")
    return dict(zip(columns, names, strict=True))


def to_songs(table: pa.Table, start: int) -> pa.Table:
    """The same songs as float64, and years as int16. Raises InputError at the first row that holds no song."""
    # Arrow's cast of decimals to float64 does not round to the nearest; that of their text does.
    columns = [x.cast(pa.string()) if pa.types.is_decimal(x.type) else x for x in table.columns]
    try:
        return checked_songs(pa.table([x.cast(pa.float64(), safe=False) for x in columns], table.column_names))
    except ValueError as error:
        lines = (",".join(map(str, row.values())).encode() for row in table.to_pylist())
        place = "row {} (counted from 0)"
        raise first_fault(lines, table.column_names, place, start) or InputError(str(error)) from None
