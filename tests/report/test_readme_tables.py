"""What README.md shows is what the pipeline is and what it found."""

import re
from pathlib import Path

from report.readme_tables import README, current, edges, mermaid

TEXT = README.read_text(encoding="utf-8")


def test_the_graph_and_the_results_are_current():
    assert current(TEXT) == TEXT, "run `python -m report.readme_tables`"


def test_an_old_number_is_made_anew():
    old = TEXT.replace("| our SGD | 0.", "| our SGD | 9.", 1)
    assert old != TEXT
    assert current(old) == TEXT


def test_the_figures_it_shows_are_there():
    shown = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", TEXT)
    assert len(shown) >= 2
    assert all(Path(path).is_file() for path in shown)


def test_an_arrow_is_drawn_only_where_no_other_way_leads():
    stages = {
        "a": {"deps": [], "outs": ["one"]},
        "b": {"deps": ["one"], "metrics": [{"two": {"cache": False}}]},
        "c": {"deps": ["one"], "params": ["key", {"two": ["passed"]}]},
    }
    assert edges(stages) == {"a": {"b", "c"}, "b": {"c"}, "c": set()}
    assert mermaid(stages).splitlines()[2:-1] == ["    a --> b", "    b --> c"]
