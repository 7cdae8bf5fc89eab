"""The notebook runs in a folder without data, and its outputs are those that are committed."""

import re
import shutil

import nbformat
import pytest
from clones import REPOSITORY, run

from report.notebook import NOTEBOOK
from stages.__main__ import X86_64_V3, processor_flags

pytestmark = pytest.mark.slow
CELLS = nbformat.read(NOTEBOOK, as_version=4).cells
TEXT = "\n".join(cell.source for cell in CELLS if cell.cell_type == "markdown")
OUTPUTS = [output for cell in CELLS if cell.cell_type == "code" for output in cell.outputs]


@pytest.fixture(scope="module")
def rerun(tmp_path_factory):
    """The notebook, without outputs before, after `python -m report.notebook` in a folder of code alone."""
    folder = tmp_path_factory.mktemp("rerun")
    for name in ("century", "notebooks", "report", "stages"):
        shutil.copytree(REPOSITORY / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    notebook = nbformat.read(folder / NOTEBOOK, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    nbformat.write(notebook, folder / NOTEBOOK)
    run("python", "-m", "report.notebook", cwd=folder, PYTHONPATH="", MPLBACKEND="pdf")
    return folder / NOTEBOOK


def test_a_rerun_changes_no_byte(rerun):
    if processor_flags() >= X86_64_V3:
        assert rerun.read_bytes() == NOTEBOOK.read_bytes(), "run `make notebook`"
    else:  # the last digits of a sum are others there
        made = nbformat.read(rerun, as_version=4).cells
        assert [cell.source for cell in made] == [cell.source for cell in CELLS]
        assert all(cell.outputs for cell in made[2:] if cell.cell_type == "code")


def test_nothing_is_left_beside_it(rerun):
    assert [path.name for path in rerun.parent.iterdir()] == [rerun.name]


def test_no_cell_warns_or_fails():
    assert {output.output_type for output in OUTPUTS} <= {"execute_result", "stream"}
    assert {output.name for output in OUTPUTS if output.output_type == "stream"} == {"stdout"}


def test_it_names_no_day_and_no_machine():
    text = NOTEBOOK.read_text(encoding="utf-8")
    assert str(REPOSITORY) not in text
    assert not re.search(r"dc:date|0x[0-9a-f]{8}|/tmp/|site-packages", text)


def test_every_question_of_the_assignment_is_answered():
    for question in [*("1 (a)", "1 (b)", "1 (c)"), *(f"2 ({letter})" for letter in "abcdefghi")]:
        number, letter = question.split()
        assert re.search(rf"\*\*Questions? {number} [^*]*{re.escape(letter)}", TEXT), question
        assert re.search(rf"^\| {number} [^|]*{re.escape(letter)}", TEXT, re.MULTILINE), question


def test_its_links_lead_somewhere():
    links = re.findall(r"\]\(([^)#]+)", TEXT)
    assert links
    assert all((NOTEBOOK.parent / link).is_file() for link in links)


def test_it_is_small():
    assert NOTEBOOK.stat().st_size < 2**20
