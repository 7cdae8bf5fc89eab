"""The parts of README.md that come from the pipeline: its graph, and the tables of its results.

Run as a program it writes them between their marks: `python -m century.readme`.
"""

import csv
from pathlib import Path
from typing import Any

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
VIEWS = ("independent", "blocks")
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


def table(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def results(scores: dict[str, Any]) -> str:
    return table(
        ["accuracy", *PARTS],
        [[title, *(f"{scores[model][part]['accuracy']:.5f}" for part in PARTS)] for model, title in MODELS.items()],
    )


def between(interval: dict[str, float], form: str) -> str:
    return f"{interval['low']:{form}} to {interval['high']:{form}}"


def intervals(scores: dict[str, Any]) -> str:
    """Our SGD on the test part, by every measure."""
    found = scores["intervals"]["sgd"]["test"]
    return table(
        ["test", "", "rows independent", "blocks"],
        [
            [title, f"{scores['sgd']['test'][name]:.4f}", *(between(found[name][how], ".4f") for how in VIEWS)]
            for name, title in MEASURES.items()
        ],
    )


def gaps(scores: dict[str, Any]) -> str:
    """Differences in accuracy: of our SGD between parts, and on the test part from scikit-learn."""
    found = {
        "train minus test": scores["gaps"]["sgd"]["train_minus_test"],
        "validation minus test": scores["gaps"]["sgd"]["validation_minus_test"],
        "SGD minus scikit-learn": scores["difference"]["test"],
    }
    return table(
        ["", "", "rows independent", "blocks"],
        [
            [title, f"{gap['accuracy']['value']:+.4f}", *(between(gap["accuracy"][how], "+.4f") for how in VIEWS)]
            for title, gap in found.items()
        ],
    )


def leaks(effect: dict[str, Any]) -> str:
    return table(
        ["learner", "songs", "by producer", "shuffled", "leak", "blocks"],
        [
            [
                title,
                f"{effect[name]['songs']:,}",
                *(f"{effect[name][key]:.4f}" for key in ("by_producer", "shuffled")),
                f"{effect[name]['leak']['value']:.4f}",
                between(effect[name]["leak"]["blocks"], ".4f"),
            ]
            for name, title in LEARNERS.items()
        ],
    )


def mistakes(sweep: list[dict[str, str]]) -> str:
    """The sweep as published and run right; the least loss of each in bold."""
    least = {key: min(float(run[key]) for run in sweep) for key in ("published_loss", "right_loss")}

    def loss(run: dict[str, str], key: str) -> str:
        text = f"{float(run[key]):.4f}"
        return f"**{text}**" if float(run[key]) == least[key] else text

    return table(
        ["learning rate", "batch size", "as published: songs a step", "steps before", "loss", "run right: loss"],
        [
            [
                *(
                    run[key]
                    for key in ("learning_rate", "batch_size", "published_batch_size", "published_steps_before")
                ),
                *(loss(run, key) for key in least),
            ]
            for run in sweep
        ],
    )


def current(text: str) -> str:
    """The text of the README with what is between its marks made anew."""
    stages = yaml.safe_load(Path("dvc.yaml").read_text(encoding="utf-8"))["stages"]
    scores = read_json(Path("metrics/evaluate.json"))
    with Path("plots/replay_sweep.csv").open(encoding="utf-8") as file:
        sweep = list(csv.DictReader(file))
    made = {
        "graph": mermaid(stages),
        "results": results(scores),
        "intervals": intervals(scores),
        "gaps": gaps(scores),
        "leaks": leaks(read_json(Path("metrics/producer_effect.json"))),
        "mistakes": mistakes(sweep),
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
