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
from century.params import read_params

README = Path("README.md")
DOCS = Path("docs")
YEARS = [0, 1960, 1970, 1980, 1990, 1995, 2000, 2005, 9999]  # the last of each row of a table, and one before the first
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


def songs(download: dict[str, Any], counts: dict[str, Any], split: dict[str, Any]) -> str:
    """Where the songs are from, and how many each part has."""
    rows = {"all": {"songs": counts["songs"], "label_1": counts["label_1"]}, **split}
    return markdown(
        {
            f"songs ({download['source']})": list(rows),
            "number": shown((row["songs"] for row in rows.values()), ","),
            "of label 1": shown((row["label_1"] / row["songs"] for row in rows.values()), ".4f"),
        }
    )


def parts_compared(scores: dict[str, Any]) -> str:
    """Our SGD on each part, with intervals by blocks."""
    measures, ends = scores["sgd"], scores["intervals"]["sgd"]

    def with_intervals(name: str) -> list[str]:
        low_to_high = between((ends[part][name]["blocks"] for part in PARTS), ".4f")
        values = shown((measures[part][name] for part in PARTS), ".4f")
        return [f"{value} ({interval})" for value, interval in zip(values, low_to_high, strict=True)]

    return markdown(
        {"part": list(PARTS), **{MEASURES[name]: with_intervals(name) for name in ("accuracy", "loss", "auc")}}
    )


def labels(confusion: pd.DataFrame, threshold_year: int) -> str:
    """The test songs by label and prediction."""
    names = {0: f"up to {threshold_year}", 1: f"after {threshold_year}"}
    rows = confusion[confusion["model"] == "sgd"].pivot(index="label", columns="predicted", values="share_of_label")
    return markdown(
        {
            "released": list(names.values()),
            **{f"answered {name}": shown(rows[predicted], ".4f") for predicted, name in names.items()},
        }
    )


def years(by_year: pd.DataFrame) -> str:
    """The test songs by years of release."""
    rows = by_year[by_year["model"] == "sgd"]
    sums = rows.assign(right=rows["accuracy"] * rows["songs"], sure=rows["mean_probability"] * rows["songs"])
    groups = sums.groupby(pd.cut(rows["year"], YEARS), observed=True)
    found = groups.agg({"year": ["min", "max"], "songs": "sum", "right": "sum", "sure": "sum"})
    found.columns = ["first", "last", "songs", "right", "sure"]
    return markdown(
        {
            "years": [f"{first} to {last}" for first, last in zip(found["first"], found["last"], strict=True)],
            "test songs": shown(found["songs"], ",.0f"),
            "accuracy": shown(found["right"] / found["songs"], ".4f"),
            "mean probability of label 1": shown(found["sure"] / found["songs"], ".4f"),
        }
    )


def calibration(bins: pd.DataFrame, number: int) -> str:
    rows = bins[bins["model"] == "sgd"]
    return markdown(
        {
            "probability": [f"{k / number:.2f} to {(k + 1) / number:.2f}" for k in rows["bin"]],
            "test songs": shown(rows["songs"], ","),
            "their mean": shown(rows["mean_probability"], ".4f"),
            "share of label 1": shown(rows["share_after"], ".4f"),
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
    params = read_params(Path("params.yaml"))
    facts = [read_json(Path(f"metrics/{name}.json")) for name in ("download", "binarize", "split")]
    return {
        "graph": mermaid(yaml.load(Path("dvc.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)["stages"]),
        "results": results(scores),
        "intervals": intervals(scores),
        "gaps": gaps(scores),
        "leaks": leaks(read_json(Path("metrics/producer_effect.json"))),
        "mistakes": mistakes(pd.read_csv("plots/replay_sweep.csv")),
        "songs": songs(*facts),
        "parts": parts_compared(scores),
        "labels": labels(pd.read_csv("plots/confusion.csv"), params.binarize.threshold_year),
        "years": years(pd.read_csv("plots/accuracy_by_year.csv")),
        "calibration": calibration(pd.read_csv("plots/calibration.csv"), params.evaluate.bins),
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
