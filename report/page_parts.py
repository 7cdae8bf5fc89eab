"""The parts of README.md and of the pages in docs/ that come from the pipeline: its graph, and tables of its results.

A page says where it shows which part, as often as it likes: `<!-- results -->` on a line, the part below it, and then
`<!-- end of results -->` on a line. Run as a program, `python -m report.page_parts`, this module makes every part anew.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from century.files import read_json, replacing

README = Path("README.md")
DOCS = Path("docs")
MARKED = re.compile(r"^<!-- (?P<mark>\w+) -->\n(?:.*\n)*?<!-- end of (?P=mark) -->$", re.MULTILINE)
MODELS = {"sgd": "our SGD", "sklearn": "scikit-learn's `LogisticRegression()`"}
PARTS = ("train", "validation", "test")
MEASURES = {
    "accuracy": "accuracy",
    "loss": "log-loss (nats)",
    "auc": "area under the ROC curve",
    "brier": "Brier score",
    "calibration_error": "expected calibration error",
}
LEARNERS = {
    "nearest_neighbours": "nearest neighbours",
    "logistic_regression": "logistic regression",
    "logistic_regression_more_songs": "logistic regression",
}


def paths(items: list[Any]) -> set[str]:
    """The files of a list in dvc.yaml, whose items are paths, keys of params.yaml, or carry options."""
    return {next(iter(item)) if isinstance(item, dict) else item for item in items}


def edges(stages: dict[str, Any]) -> dict[str, set[str]]:
    """Of each stage, the stages that read what it writes."""
    reads = {name: paths(stage["deps"] + stage.get("params", [])) for name, stage in stages.items()}
    return {
        name: {
            reader
            for kind in ("outs", "metrics", "plots")
            for path in paths(stage.get(kind, []))
            for reader in reads
            if path in reads[reader]
        }
        for name, stage in stages.items()
    }


def reachable(graph: dict[str, set[str]], name: str) -> set[str]:
    return graph[name].union(*(reachable(graph, reader) for reader in graph[name]))


def mermaid(stages: dict[str, Any]) -> str:
    """The stages as a flowchart, with no arrow between two stages that others already connect."""
    graph = edges(stages)
    arrows = [
        f"    {name} --> {reader}"
        for name in stages
        for reader in stages
        if reader in graph[name] and not any(reader in reachable(graph, other) for other in graph[name])
    ]
    return "\n".join(["```mermaid", "flowchart LR", *arrows, "```"])


def markdown(columns: dict[str, list[str]]) -> str:
    """A table with these columns, each a heading and its cells."""
    lines = [list(columns), ["---"] * len(columns), *zip(*columns.values(), strict=True)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def shown(numbers: Iterable[float], form: str) -> list[str]:
    return [format(number, form) for number in numbers]


def between(intervals: Iterable[dict[str, float]], form: str) -> list[str]:
    return [f"{interval['low']:{form}} to {interval['high']:{form}}" for interval in intervals]


def results(scores: dict[str, Any]) -> str:
    accuracies = {part: [scores[model][part]["accuracy"] for model in MODELS] for part in PARTS}
    return markdown({"accuracy": list(MODELS.values()), **{part: shown(accuracies[part], ".5f") for part in PARTS}})


def intervals(scores: dict[str, Any]) -> str:
    """Our SGD on the test part, by every measure."""
    measures, ends = scores["sgd"]["test"], scores["intervals"]["sgd"]["test"]
    return markdown(
        {
            "measure on the test part": list(MEASURES.values()),
            "value": shown((measures[name] for name in MEASURES), ".4f"),
            "rows independent": between((ends[name]["independent"] for name in MEASURES), ".4f"),
            "blocks": between((ends[name]["blocks"] for name in MEASURES), ".4f"),
        }
    )


def gaps(scores: dict[str, Any]) -> str:
    """Differences in accuracy: of our SGD between parts, and on the test part from scikit-learn."""
    found = {
        "train minus test": scores["gaps"]["sgd"]["train_minus_test"]["accuracy"],
        "validation minus test": scores["gaps"]["sgd"]["validation_minus_test"]["accuracy"],
        "SGD minus scikit-learn": scores["difference"]["test"]["accuracy"],
    }
    return markdown(
        {
            "difference in accuracy": list(found),
            "value": shown((gap["value"] for gap in found.values()), "+.4f"),
            "rows independent": between((gap["independent"] for gap in found.values()), "+.4f"),
            "blocks": between((gap["blocks"] for gap in found.values()), "+.4f"),
        }
    )


def leaks(effect: dict[str, Any]) -> str:
    found = [effect[name] for name in LEARNERS]
    return markdown(
        {
            "learner": list(LEARNERS.values()),
            "songs": shown((row["songs"] for row in found), ","),
            "by producer": shown((row["by_producer"] for row in found), ".4f"),
            "shuffled": shown((row["shuffled"] for row in found), ".4f"),
            "leak": shown((row["leak"]["value"] for row in found), ".4f"),
            "blocks": between((row["leak"]["blocks"] for row in found), ".4f"),
        }
    )


def mistakes(sweep: pd.DataFrame) -> str:
    """The sweep as published and run right; the least loss of each in bold."""

    def losses(column: str) -> list[str]:
        least = sweep[column].min()
        return [f"**{loss:.4f}**" if loss == least else f"{loss:.4f}" for loss in sweep[column]]

    return markdown(
        {
            "learning rate": sweep["learning_rate"].astype(str).to_list(),
            "batch size": sweep["batch_size"].astype(str).to_list(),
            "as published: songs a step": sweep["published_batch_size"].astype(str).to_list(),
            "steps before": sweep["published_steps_before"].astype(str).to_list(),
            "loss": losses("published_loss"),
            "run right: loss": losses("right_loss"),
        }
    )


def pages() -> list[Path]:
    return [README, *sorted(DOCS.glob("*.md"))]


def parts() -> dict[str, str]:
    """Every part that a page can show, by its mark."""
    scores = read_json(Path("metrics/evaluate.json"))
    return {
        "graph": mermaid(yaml.safe_load(Path("dvc.yaml").read_text(encoding="utf-8"))["stages"]),
        "results": results(scores),
        "intervals": intervals(scores),
        "gaps": gaps(scores),
        "leaks": leaks(read_json(Path("metrics/producer_effect.json"))),
        "mistakes": mistakes(pd.read_csv("plots/replay_sweep.csv")),
    }


def current(text: str, parts: dict[str, str]) -> str:
    """The text of a page with what is between its marks made anew. Raises ValueError where a mark is wrong."""

    def anew(marked: re.Match[str]) -> str:
        mark = marked["mark"]
        if mark not in parts:
            raise ValueError(f"there is no part {mark!r}; there are {', '.join(parts)}")
        return f"<!-- {mark} -->\n{parts[mark]}\n<!-- end of {mark} -->"

    made, shown = MARKED.subn(anew, text)
    if made.count("<!--") != 2 * shown:
        raise ValueError("a mark stands alone, or not on a line of its own")
    return made


def write_pages() -> None:
    made = parts()
    for page in pages():
        with replacing(page) as partial:
            partial.write_text(current(page.read_text(encoding="utf-8"), made), encoding="utf-8")


if __name__ == "__main__":
    write_pages()
