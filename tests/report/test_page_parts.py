"""What README.md and the pages in docs/ show is what the pipeline is and what it found."""

import re

import pandas as pd
import pytest

from report.page_parts import README, current, edges, labels, mermaid, pages, parts, write_pages, years

PARTS = parts()
TEXT = README.read_text(encoding="utf-8")


@pytest.mark.parametrize("page", pages(), ids=str)
def test_every_page_is_current(page):
    text = page.read_text(encoding="utf-8")
    assert current(text, PARTS) == text, "run `python -m report.page_parts`"


@pytest.mark.parametrize("page", pages(), ids=str)
def test_the_figures_of_a_page_are_there(page):
    shown = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", page.read_text(encoding="utf-8"))
    assert all((page.parent / path).is_file() for path in shown)


def test_every_part_is_on_a_page():
    shown = "".join(page.read_text(encoding="utf-8") for page in pages())
    assert [mark for mark in PARTS if f"<!-- {mark} -->" not in shown] == []


def test_an_old_number_is_made_anew():
    old = TEXT.replace("| our SGD | 0.", "| our SGD | 9.", 1)
    assert old != TEXT
    assert current(old, PARTS) == TEXT


def test_a_part_stands_on_any_page_as_often_as_its_page_likes():
    page = "Before.\n\n<!-- one -->\nold\n<!-- end of one -->\n\n<!-- one -->\n<!-- end of one -->\n\nAfter.\n"
    made = "<!-- one -->\n1\nI\n<!-- end of one -->"
    assert current(page, {"one": "1\nI"}) == f"Before.\n\n{made}\n\n{made}\n\nAfter.\n"


@pytest.mark.parametrize(
    "page",
    [
        "<!-- unknown -->\n<!-- end of unknown -->\n",
        "<!-- one -->\n<!-- end of two -->\n",
        "<!-- one -->\n",
        "text <!-- one -->\n<!-- end of one -->\n",
    ],
)
def test_a_wrong_mark_is_refused(page):
    with pytest.raises(ValueError, match=r"mark|there is no part 'unknown'"):
        current(page, {"one": "1"})


def test_the_program_writes_every_page(tmp_path, monkeypatch):
    monkeypatch.setattr("report.page_parts.README", tmp_path / "README.md")
    monkeypatch.setattr("report.page_parts.DOCS", tmp_path)
    for name in ("README.md", "card.md"):
        (tmp_path / name).write_text("<!-- gaps -->\n<!-- end of gaps -->\n", encoding="utf-8")
    write_pages()
    for name in ("README.md", "card.md"):
        assert PARTS["gaps"] in (tmp_path / name).read_text(encoding="utf-8")


def test_an_arrow_is_drawn_only_where_no_other_way_leads():
    stages = {
        "a": {"deps": [], "outs": ["one"]},
        "b": {"deps": ["one"], "metrics": [{"two": {"cache": False}}]},
        "c": {"deps": ["one"], "params": ["key", {"two": ["passed"]}]},
    }
    assert edges(stages) == {"a": {"b", "c"}, "b": {"c"}, "c": set()}
    assert mermaid(stages).splitlines()[2:-1] == ["    a --> b", "    b --> c"]


def test_years_of_a_row_are_weighed_by_their_songs():
    rows = [
        ("sgd", 1996, 1, 1.0, 0.1),
        ("sgd", 2000, 3, 0.0, 0.5),
        ("sgd", 2001, 2, 0.5, 0.6),
        ("sklearn", 2000, 9, 1, 1),
    ]
    table = years(pd.DataFrame(rows, columns=["model", "year", "songs", "accuracy", "mean_probability"]))
    assert table.splitlines()[2:] == [
        "| 1996 to 2000 | 4 | 0.2500 | 0.4000 |",
        "| 2001 to 2001 | 2 | 0.5000 | 0.6000 |",
    ]


def test_a_row_of_labels_is_what_was_answered_for_it():
    rows = [("sgd", 0, 0, 0.7), ("sgd", 0, 1, 0.3), ("sgd", 1, 0, 0.2), ("sgd", 1, 1, 0.8), ("sklearn", 0, 0, 0.9)]
    table = labels(pd.DataFrame(rows, columns=["model", "label", "predicted", "share_of_label"]), 1990)
    assert table.splitlines()[2:] == ["| up to 1990 | 0.7000 | 0.3000 |", "| after 1990 | 0.2000 | 0.8000 |"]
