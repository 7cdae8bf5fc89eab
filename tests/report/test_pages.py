"""The links, files, commands and programs that README.md and the pages in docs/ show are there, and run."""

import importlib.util
import re
import shlex
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from clones import run
from dvc.cli import DvcParserError
from dvc.cli.parser import get_main_parser

from century.__main__ import parser as century_parser
from report.page_parts import README, pages

TEXTS = {page: page.read_text(encoding="utf-8") for page in pages()}
GRAPH = yaml.load(Path("dvc.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)["stages"]
PARAMS = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
every_page = pytest.mark.parametrize("page", TEXTS, ids=str)

FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"(?<=\n\n)(?: {4}.*\n)+")
SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")


def prose(page: Path) -> str:
    return INDENTED.sub("", FENCED.sub("", TEXTS[page]))


def anchors(page: Path) -> set[str]:
    """The places in a page that a link can name: its headings, in the form that GitHub gives them."""
    headings = re.findall(r"^#+ (.+)$", FENCED.sub("", TEXTS[page]), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_readme_can_be_read_in_a_few_minutes():
    assert len(TEXTS[README].split()) <= 1800


@every_page
def test_links_lead_to_files_and_headings_that_are_there(page):
    for link in LINK.findall(prose(page)):
        if not link.startswith(("https://", "http://")):
            path, _, anchor = link.partition("#")
            target = (page.parent / path).resolve().relative_to(Path.cwd()) if path else page
            assert target.exists(), link
            assert not anchor or anchor in anchors(target), link


def test_the_readme_links_every_page_once():
    links = [link for link in LINK.findall(TEXTS[README]) if link.startswith("docs/")]
    assert sorted(links) == [str(page) for page in TEXTS if page != README]


def test_the_readme_names_every_stage_in_order():
    cells = re.findall(r"^\| ([a-z_, ]+) \|.*\|.*\|$", TEXTS[README].split("## The graph")[1], re.MULTILINE)
    assert ", ".join(cells).removeprefix("stage, ").split(", ") == list(GRAPH)


def test_the_readme_leads_to_the_training_step():
    path, function, line = re.search(
        "`([^ ]+)`: its function `([^ ]+)` takes every training step, in the line that begins with `(.+?)`",
        " ".join(TEXTS[README].split()),
    ).groups()
    _, code = Path(path).read_text(encoding="utf-8").split(f"\ndef {function}(")
    assert re.search(rf"^ +{re.escape(line)} ", code.split("\ndef ")[0], re.MULTILINE)


def test_the_page_of_results_names_every_file_of_numbers():
    named = re.findall(r"^\| `(metrics/\w+\.json)` \|", TEXTS[Path("docs/results.md")], re.MULTILINE)
    assert sorted(named) == sorted(map(str, Path("metrics").glob("*.json")))


@every_page
def test_what_stands_between_backquotes_is_on_one_line_where_it_is_found(page):
    assert [line for line in prose(page).splitlines() if line.count("`") % 2] == []


# Files.

FILE = re.compile(r"[\w.*-]*(?:/[\w.*-]*)+|[\w.-]+\.(?:py|json|md|yaml|csv|svg|parquet|toml|lock|cff|txt|typ|local)")
MADE = {  # what commands make, in the repository or elsewhere, and names that only explain something
    ".dvc/config.local",
    ".dvc/tmp/lock",
    ".dvc/tmp/rwlock",
    ".venv/bin/python",
    "answers.csv",
    "dvc_plots/index.html",
    "songs/*.gz",
    "stages/NAME.py",
}


def files_of_the_repository() -> set[str]:
    """What git and DVC hold, with the folders."""
    listed = run("git", "ls-files", "--cached", "--others", "--exclude-standard", cwd=".").stdout.splitlines()
    written = [
        next(iter(out)) if isinstance(out, dict) else out for one in GRAPH.values() for out in one.get("outs", [])
    ]
    files = {Path(name) for name in [*listed, *written]}
    return {str(path) for file in files for path in (file, *file.parents)}


FILES = files_of_the_repository()


def is_there(name: str) -> bool:
    return name in MADE or any(
        (folder / name).as_posix() in FILES or ("*" in name and any(Path(file).match(name) for file in FILES))
        for folder in map(Path, (".", "century"))
    )


@every_page
def test_the_files_it_names_are_there(page):
    named = {span for span in SPAN.findall(LINK.sub("", prose(page))) if FILE.fullmatch(span) and "://" not in span}
    assert [name for name in sorted(named) if not is_there(name.rstrip("/"))] == []


# Commands: every line of a block of commands, and what stands between backquotes and begins with a program below.

TARGETS = re.findall(r"^([\w./-]+):", Path("Makefile").read_text(encoding="utf-8"), re.MULTILINE)
DVC = get_main_parser()
OTHERS = {"cd", "mypy", "rm", "ruff", "sed", "source"}  # what they are given is a matter of their own


@pytest.fixture
def said(capsys, caplog):
    """What a parser has said since it was asked last: that of the command prints, DVC's logs."""

    def said():
        text = capsys.readouterr().err + "".join(caplog.messages)
        caplog.clear()
        return text

    return said


def fault_of_make(arguments, whole, said):
    targets = [argument for argument in arguments if "=" not in argument]
    return [target for target in targets if target not in TARGETS]


def fault_of_dvc(arguments, whole, said):
    try:
        DVC.parse_args(arguments)
    except DvcParserError:
        reason = said()
        # In a sentence, `dvc exp run -S` is a name, not a whole command.
        if whole or not re.search("expected (one|at least one) argument|arguments are required", reason):
            return reason
    keys = [value.partition("=")[0].strip("'") for flag, value in pairwise(arguments) if flag == "-S"]
    return [key for key in keys if not has_key(PARAMS, key)]


def has_key(content, key):
    head, _, rest = key.partition(".")
    return isinstance(content, dict) and head in content and (not rest or has_key(content[head], rest))


def fault_of_git(arguments, whole, said):
    known = run("git", "--list-cmds=main", cwd=".").stdout.split()
    command = arguments[2] if arguments[0] == "-C" else arguments[0]
    return [] if command in known else command


def fault_of_pip(arguments, whole, said):
    return [] if arguments[0] == "install" and ("-r" not in arguments or Path(arguments[-1]).is_file()) else arguments


def fault_of_pytest(arguments, whole, said):
    return [path for path in arguments if not Path(path).exists()]


def fault_of_python(arguments, whole, said):
    if arguments[0] != "-m" or importlib.util.find_spec(arguments[1]) is None:
        return arguments
    if arguments[1] == "stages":
        return [name for name in arguments[2:] if name not in GRAPH]
    return fault_of_century(arguments[2:], whole, said) if arguments[1] == "century" else []


def fault_of_century(arguments, whole, said):
    try:
        century_parser().parse_args(arguments)
    except SystemExit:
        reason = said()
        return reason if whole or "arguments are required" not in reason else []
    return []


PROGRAMS = {
    "century": fault_of_century,
    "dvc": fault_of_dvc,
    "git": fault_of_git,
    "make": fault_of_make,
    "pip": fault_of_pip,
    "pytest": fault_of_pytest,
    "python": fault_of_python,
}


def commands(page: Path) -> list[tuple[str, bool]]:
    """Each command of a page, and whether it is a whole one."""
    blocks = [text for kind, text in FENCED.findall(TEXTS[page]) if kind == "sh"]
    others = [text for kind, text in FENCED.findall(TEXTS[page]) if kind == ""]
    others += INDENTED.findall(FENCED.sub("", TEXTS[page]))
    lines = [line.strip() for text in blocks for line in text.splitlines() if line.strip()]
    lines += [line.strip() for text in others for line in text.splitlines() if line.split()[:1] and is_command(line)]
    return [(line, True) for line in lines] + [(span, False) for span in SPAN.findall(prose(page)) if is_command(span)]


def is_command(text: str) -> bool:
    return text.split()[0] in PROGRAMS and (len(text.split()) > 1 or text.strip() == "make")


@every_page
def test_the_commands_it_shows_exist(page, said):
    for command, whole in commands(page):
        program, *arguments = shlex.split(command, comments=True)
        if program not in OTHERS:
            assert program in PROGRAMS, command
            assert not PROGRAMS[program](arguments, whole, said), command


@pytest.mark.parametrize(
    "command",
    [
        "make nothing",
        "dvc nothing",
        "dvc repro --nothing",
        "dvc exp run -S sweep.nothing=1",
        "git nothing",
        "pip install -r nothing.txt",
        "pytest tests/nothing",
        "python -m report.nothing",
        "python -m stages nothing",
        "century predict --nothing",
    ],
)
def test_a_command_that_does_not_exist_is_found(command, said):
    program, *arguments = shlex.split(command)
    assert PROGRAMS[program](arguments, False, said)


def test_a_file_that_does_not_exist_is_found():
    assert not is_there("century/nothing.py")
    assert is_there("century/model/logistic.py")
    assert is_there("data/model.json")
    assert is_there("plots/*.csv")


BLOCKS = [(page, text) for page in TEXTS for kind, text in FENCED.findall(TEXTS[page]) if kind == "python"]


@pytest.mark.parametrize(("page", "program"), BLOCKS, ids=[str(page) for page, _ in BLOCKS])
def test_the_programs_it_shows_run(finished, page, program):
    subprocess.run([sys.executable, "-c", program], cwd=finished, check=True, timeout=100)
