"""Reading files, and writing them whole: under a temporary name beside their place, then renamed."""

import csv
import hashlib
import json
import os
import re
import reprlib
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from msgspec import ValidationError, convert

from century import InputError

Checked = TypeVar("Checked")


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path to write to, in the same folder. At the end, what was written takes the place of `path`.

    After a failure it is removed, and after a kill it keeps its own name: `path` is the old file or the new one, never
    half a file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    partial.unlink(missing_ok=True)  # a kill can have left one; if it is a link, writing would follow it
    try:
        yield partial
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def link(sources: Sequence[Path], path: Path) -> None:
    """Make `path` a link to the user's own file or, of several, a folder of links, numbered in their order.

    Nothing is copied, and DVC sees when a file changes. If the process is killed in between, neither
    the old links nor the new ones may be left.
    """
    if [path.resolve()] == [source.resolve() for source in sources]:  # the file is in this very place, or is linked
        return
    partial = path.with_name(path.name + ".partial")
    remove_links(partial)
    path.parent.mkdir(parents=True, exist_ok=True)
    if len(sources) == 1:
        partial.symlink_to(sources[0].resolve())
    else:
        partial.mkdir()
        for number, source in enumerate(sources):
            name = source.name.encode("utf-8", "replace").decode()  # DVC fails at other names
            (partial / f"{number:06}-{name}").symlink_to(source.resolve())
    remove_links(path)
    os.replace(partial, path)


def remove_links(path: Path) -> None:
    """Remove a link, or a folder of links: nothing that they lead to."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def expanded(path: str) -> Path:
    """The path with the user's home folder in place of ~. Raises InputError where there is no such user."""
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise InputError(f"{path}: {error}") from None


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write `content` with every digit of its floats. NaN and infinity are a ValueError: JSON has neither."""
    with replacing(path) as partial:
        partial.write_text(json.dumps(content, indent=2, allow_nan=False) + "\n", encoding="utf-8")


def write_metrics(path: Path, content: Mapping[str, Any]) -> None:
    """Write `content` with the significant digits of its floats."""
    write_json(path, round_floats(content))


def read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def checked(content: Any, type_: type[Checked]) -> Checked:
    """What a file holds, as a type of msgspec. Raises InputError with the first bad key, its value and the rule."""
    try:
        return convert(content, type_)
    except ValidationError as error:
        raise InputError(complaint(error, content)) from None


def complaint(error: ValidationError, content: Any) -> str:
    """The key, its value and the rule, from msgspec's message: the rule, ` - at ` and a place like `$.sweep.every`."""
    rule, _, place = str(error).rpartition(" - at `$")
    keys = re.findall(r"\w+", place)
    if not rule:  # the fault is at the top of the file
        return str(error)
    if error.__cause__:  # the message of a type's own rule, which begins with the last key and its value
        return ".".join([*keys, rule])
    value = content
    for key in keys:
        value = value[int(key) if isinstance(value, list) else key]
    return f"{'.'.join(keys)} = {reprlib.repr(value)}: {rule}"


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with replacing(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def write_plot(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table for a plot, with the significant digits of its floats."""
    write_csv(path, columns, (round_floats(row) for row in rows))


def round_floats(content: Any) -> Any:
    """The same content with floats of at most ten significant digits.

    Further digits are the rounding of sums, which other processors make in another order: a comparison with results
    from another kind of machine shows what differs, not that.
    """
    if isinstance(content, float):
        return float(f"{content:.10g}")
    if isinstance(content, Mapping):
        return {key: round_floats(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [round_floats(value) for value in content]
    return content
