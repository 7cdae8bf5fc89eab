"""Reading files, and writing them whole: under a temporary name beside their place, then renamed."""

import csv
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any


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


def link(source: Path, path: Path) -> None:
    """Make `path` a link to the user's own file: nothing is copied, and DVC sees when that file changes."""
    if source.resolve() == path.resolve():  # the user's file stands in this very place, or is linked already
        return
    with replacing(path) as partial:
        partial.symlink_to(source.resolve())


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write `content` with every digit of its floats. NaN and infinity are a ValueError: JSON has neither."""
    with replacing(path) as partial:
        partial.write_text(json.dumps(content, indent=2, allow_nan=False) + "\n", encoding="utf-8")


def write_metrics(path: Path, content: Mapping[str, Any]) -> None:
    """Write `content` with the digits of its floats that mean something."""
    write_json(path, round_floats(content))


def read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with replacing(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def write_plot(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table for a plot, with the digits of its floats that mean something."""
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
