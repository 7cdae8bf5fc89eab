"""The parts of README.md that come from the pipeline: its graph, and the tables of its results.

Run as a program, it writes them between their marks: `python -m report.readme_tables`.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from century.files import read_json, replacing

README = Path("README.md")
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


def current(text: str) -> str:
    """The text of the README with what is between its marks made anew."""
    stages = yaml.safe_load(Path("dvc.yaml").read_text(encoding="utf-8"))["stages"]
    scores = read_json(Path("metrics/evaluate.json"))
    made = {
        "graph": mermaid(stages),
        "results": results(scores),
        "intervals": intervals(scores),
        "gaps": gaps(scores),
        "leaks": leaks(read_json(Path("metrics/producer_effect.json"))),
        "mistakes": mistakes(pd.read_csv("plots/replay_sweep.csv")),
    }
    for mark, part in made.items():
        begin, end = f"<!-- {mark} -->\n", f"\n<!-- end of {mark} -->"
        before, rest = text.split(begin)
        _, after = rest.split(end)
        text = before + begin + part + end + after
    return text


if __name__ == "__main__":
    with replacing(README) as partial:
        partial.write_text(current(README.read_text(encoding="utf-8")), encoding="utf-8")
