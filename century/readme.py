"""The parts of README.md that come from the pipeline: its graph, and its table of results.

Run as a program it writes them between their marks: `python -m century.readme`.
"""

from pathlib import Path
from typing import Any

import yaml

from century.files import read_json, replacing

README = Path("README.md")
MODELS = {"sgd": "our SGD", "sklearn": "scikit-learn's `LogisticRegression()`"}
PARTS = ("train", "validation", "test")


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


def results(scores: dict[str, Any]) -> str:
    rows = [
        f"| {title} | " + " | ".join(f"{scores[model][part]['accuracy']:.5f}" for part in PARTS) + " |"
        for model, title in MODELS.items()
    ]
    return "\n".join([f"| accuracy | {' | '.join(PARTS)} |", "|---|---|---|---|", *rows])


def current(text: str) -> str:
    """The text of the README with what is between its marks made anew."""
    stages = yaml.safe_load(Path("dvc.yaml").read_text(encoding="utf-8"))["stages"]
    made = {"graph": mermaid(stages), "results": results(read_json(Path("metrics/evaluate.json")))}
    for mark, part in made.items():
        begin, end = f"<!-- {mark} -->\n", f"\n<!-- end of {mark} -->"
        before, rest = text.split(begin)
        _, after = rest.split(end)
        text = before + begin + part + end + after
    return text


if __name__ == "__main__":
    with replacing(README) as partial:
        partial.write_text(current(README.read_text(encoding="utf-8")), encoding="utf-8")
