"""`python -m century`, which is the command `century`: what the model says about songs, and why."""

import argparse
import json
import os
import re
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from century import InputError, one_line
from century.files import replacing

if TYPE_CHECKING:
    import pyarrow as pa

    from century.model.saved import Model

# pyarrow and NumPy are imported where they are used: --help then takes no time, and BLAS is told its number of threads
# before it starts any.

__version__ = "1.0.0"  # of the library; pyproject.toml reads it here

FILE_HELP = """the songs: a table of the 90 features as they are published, before any normalization, with the year
before them or without; comma-separated text, plain or compressed with gzip, bzip2, xz or zip, or Parquet; - for
standard input; or a folder of such files"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command. A fault that the user can correct ends it with one line on stderr and exit code 1."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # the products are small: more threads take longer
    if sys.stdin is None or sys.stdout is None:
        sys.exit("century: standard input or output is closed; it must be open, or lead to /dev/null")
    # At these signals Python would leave its unfinished files behind. Windows has no SIGHUP, and nohup has it ignored.
    for number in (signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)):
        if signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)
    options = parser().parse_args(arguments)
    try:
        options.run(options)
        sys.stdout.flush()
    except BrokenPipeError:  # `| head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # where Python flushes the rest of its buffer at exit
        sys.exit(1)
    except (InputError, OSError) as error:
        sys.exit(one_line(f"century {options.command} {options.file}: {error}"))
    except KeyboardInterrupt:
        sys.exit(f"century {options.command}: interrupted")


def parser() -> argparse.ArgumentParser:
    century = argparse.ArgumentParser("century", description="Was this song released after 2000?")
    century.add_argument("--version", action="version", version=f"century {__version__}")
    commands = century.add_subparsers(dest="command", required=True)
    predict = commands.add_parser("predict", help="the probability and the label of every song")
    predict.add_argument("file", nargs="?", default="-", help=FILE_HELP)
    predict.add_argument("--output", type=Path, help="a file, CSV or, where it ends in .parquet, Parquet")
    predict.set_defaults(run=run_predict)
    explain = commands.add_parser("explain", help="what each feature of one song adds to its logit")
    explain.add_argument("file", help=FILE_HELP)
    explain.add_argument("--row", type=at_least_0, required=True, help="the song, counted from 0")
    explain.add_argument("--top", type=at_least_0, default=10, help="how many features are shown (default: 10)")
    explain.add_argument("--json", action="store_true", help="for programs")
    explain.set_defaults(run=run_explain)
    for command in (predict, explain):
        command.add_argument(
            "--model", type=Path, default=Path("data/model.json"), help="the model (default: data/model.json)"
        )
    return century


def at_least_0(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,18}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 0")
    return int(text)


def run_predict(options: argparse.Namespace) -> None:
    from century.answers import Tally, predictions
    from century.songs.forms import read_any

    model, tally = trained_model(options.model), Tally()
    answers = predictions(read_any(options.file), model, tally)
    if options.output is None:
        write(sys.stdout.buffer, answers, is_parquet=False)
    else:
        with output(options.output) as path, path.open("wb") as file:
            write(file, answers, is_parquet=options.output.suffix.lower() == ".parquet")
    if tally.songs:
        print(tally, file=sys.stderr)


def run_explain(options: argparse.Namespace) -> None:
    from century.answers import explanation
    from century.songs.forms import read_any

    answer = explanation(read_any(options.file), trained_model(options.model), options.row)
    top, rest = answer["contributions"][: options.top], answer["contributions"][options.top :]
    answer["contributions"] = top
    answer["others"] = {"features": len(rest), "contribution": sum(feature.contribution for feature in rest)}
    print(as_json(answer) if options.json else as_text(answer))


def trained_model(path: Path) -> "Model":
    from century.model.saved import read_model

    if not path.exists():
        raise InputError(f"{path}: there is no such model; `dvc repro` trains one, --model names another")
    return read_model(path)


@contextmanager
def output(path: Path) -> Iterator[Path]:
    """A path to write to, which takes the place of `path` when it is whole; `path` itself where it is a device."""
    if path.exists() and not path.is_file():
        yield path
    else:
        with replacing(Path(os.path.realpath(path))) as partial:
            yield partial


def write(file: IO[bytes], tables: Iterable["pa.Table"], is_parquet: bool) -> None:
    from pyarrow.csv import CSVWriter, WriteOptions
    from pyarrow.parquet import ParquetWriter

    tables = iter(tables)
    first = next(tables)
    options = {} if is_parquet else {"write_options": WriteOptions(quoting_header="none")}
    with (ParquetWriter if is_parquet else CSVWriter)(file, first.schema, **options) as writer:
        for table in chain([first], tables):
            writer.write_table(table)
            file.flush()


def as_json(answer: dict[str, Any]) -> str:
    contributions = [feature._asdict() for feature in answer["contributions"]]
    return json.dumps({**answer, "contributions": contributions}, indent=2)


def as_text(answer: dict[str, Any]) -> str:
    """A table of the contributions, which ends with their sum."""
    when = "after" if answer["label"] else "up to"
    known = f", in truth {answer['year']}" if "year" in answer else ""
    header = "{:<8}{:<30}{:>14}{:>9}{:>14}".format
    row = "{:<8}{:<30}{:>14.5g}{:>9.2f}{:>+14.4f}".format
    total = "{:<61}{:>+14.4f}".format
    return "\n".join(
        [
            f"row {answer['row']}: released {when} {answer['threshold_year']}{known}; "
            f"probability of a release after {answer['threshold_year']}: {answer['probability']:.4f}",
            "",
            header("feature", "", "value", "z-score", "contribution"),
            *(row(*feature) for feature in answer["contributions"]),
            total(f"the other {answer['others']['features']} features", answer["others"]["contribution"]),
            total("bias", answer["bias"]),
            total("logit", answer["logit"]),
        ]
    )


if __name__ == "__main__":
    main()
