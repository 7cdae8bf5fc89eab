"""The command `century`: what the model says about songs, and why."""

import argparse
import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from century import InputError
from century.files import replacing
from century.version import __version__

if TYPE_CHECKING:
    import pyarrow as pa

# pyarrow and NumPy are imported where they are used: --help takes no time, and a thread of BLAS is set before.

FILE_HELP = """the songs: a table of the 90 features as they are published, before any normalization, with the year
before them or without; comma-separated text, plain or packed by gzip, bzip2, xz or zip, or Parquet; - for standard
input"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command. What the user can put right ends it with one line on stderr and exit code 1."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the products are small: more threads take longer
    options = parser().parse_args(arguments)
    try:
        options.run(options)
        sys.stdout.flush()
    except BrokenPipeError:  # `| head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # where Python flushes the rest of its buffer at exit
        sys.exit(1)
    except (InputError, OSError) as error:
        sys.exit(f"century {options.command}: {error}")
    except KeyboardInterrupt:
        sys.exit(f"century {options.command}: interrupted")


def parser() -> argparse.ArgumentParser:
    whole = argparse.ArgumentParser("century", description="Was this song released after 2000?")
    whole.add_argument("--version", action="version", version=f"century {__version__}")
    commands = whole.add_subparsers(dest="command", required=True)
    predict = commands.add_parser("predict", help="the probability and the label of every song")
    predict.add_argument("file", nargs="?", default="-", help=FILE_HELP)
    predict.add_argument("--output", type=Path, help="a file, CSV or, where it ends in .parquet, Parquet")
    predict.set_defaults(run=run_predict)
    explain = commands.add_parser("explain", help="what each feature of one song adds to its logit")
    explain.add_argument("file", help=FILE_HELP)
    explain.add_argument("--row", type=at_least(0), required=True, help="the song, counted from 0")
    explain.add_argument("--top", type=at_least(0), default=10, help="how many features are shown (default: 10)")
    explain.add_argument("--json", action="store_true", help="for programs")
    explain.set_defaults(run=run_explain)
    for command in (predict, explain):
        command.add_argument(
            "--model", type=Path, default=Path("data/model.json"), help="the model (default: data/model.json)"
        )
    return whole


def at_least(least: int) -> Any:
    def number(text: str) -> int:
        if (value := int(text)) < least:
            raise argparse.ArgumentTypeError(f"{value} is below {least}")
        return value

    return number


def run_predict(options: argparse.Namespace) -> None:
    from century.answers import Tally, predictions
    from century.model.checked import read_checked_model
    from century.songs.forms import read_any

    model, tally = read_checked_model(options.model), Tally()
    with naming(options.file):
        answers = predictions(read_any(options.file), model, tally)
        if options.output is None:
            write_csv(sys.stdout.buffer, answers)
        else:
            with whole_file(options.output) as path:
                write_to(path, options.output.suffix.lower() == ".parquet", answers)
    if tally.songs:
        print(tally, file=sys.stderr)


@contextmanager
def naming(file: str) -> Iterator[None]:
    """What is wrong with the songs is said with the name of their file."""
    try:
        yield
    except InputError as error:
        raise InputError(f"{'standard input' if file == '-' else file}: {error}") from None


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A path to write to, which takes the place of `path` when it is whole; `path` itself where it is a device."""
    if path.exists() and not path.is_file():
        yield path
    else:
        with replacing(path.resolve()) as partial:
            yield partial


def write_to(path: Path, as_parquet: bool, tables: Iterable["pa.Table"]) -> None:
    if not as_parquet:
        with path.open("wb") as file:
            write_csv(file, tables)
        return
    import pyarrow.parquet as pq

    tables = iter(tables)
    first = next(tables)
    with pq.ParquetWriter(path, first.schema) as writer:
        writer.write_table(first)
        for table in tables:
            writer.write_table(table)


def write_csv(file: IO[bytes], tables: Iterable["pa.Table"]) -> None:
    from io import BytesIO

    from pyarrow import csv

    for number, table in enumerate(tables):
        text = BytesIO()
        csv.write_csv(table, text, csv.WriteOptions(include_header=False))
        header = b"" if number else ",".join(table.column_names).encode() + b"\n"
        file.write(header + text.getvalue())
        file.flush()


def run_explain(options: argparse.Namespace) -> None:
    from century.answers import explanation
    from century.model.checked import read_checked_model
    from century.songs.forms import read_any

    model = read_checked_model(options.model)
    with naming(options.file):
        found = explanation(read_any(options.file), model, options.row)
    top, rest = found["contributions"][: options.top], found["contributions"][options.top :]
    found["contributions"] = top
    found["others"] = {"features": len(rest), "contribution": sum(one.contribution for one in rest)}
    print(as_json(found) if options.json else as_text(found))


def as_json(found: dict[str, Any]) -> str:
    return json.dumps({**found, "contributions": [one._asdict() for one in found["contributions"]]}, indent=2)


def as_text(found: dict[str, Any]) -> str:
    """A table of the contributions, which ends with their sum."""
    when = "after" if found["label"] else "up to"
    known = f", in truth {found['year']}" if "year" in found else ""
    form = "{:<8}{:<30}{:>14}{:>9}{:>14}".format
    numbers = "{:<8}{:<30}{:>14.5g}{:>9.2f}{:>+14.4f}".format
    others = f"the other {found['others']['features']} features"
    return "\n".join(
        [
            f"row {found['row']}: released {when} {found['threshold_year']}{known}; "
            f"probability of after {found['threshold_year']}: {found['probability']:.4f}",
            "",
            form("feature", "", "value", "z-score", "contribution"),
            *(numbers(*one) for one in found["contributions"]),
            f"{others:<61}{found['others']['contribution']:>+14.4f}",
            f"{'bias':<61}{found['bias']:>+14.4f}",
            f"{'logit':<61}{found['logit']:>+14.4f}",
        ]
    )
