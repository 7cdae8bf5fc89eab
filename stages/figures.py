"""Draw the figures of the README and the report."""

from pathlib import Path

from century import figures
from century.figures import read_rows, save
from century.files import read_json
from century.params import Params


def stage(params: Params) -> None:
    source = Path(params.data.source).name.replace("$", r"\$")  # of a path its end; a dollar would begin a formula
    threshold_year = params.binarize.threshold_year
    scores = read_json(Path("metrics/evaluate.json"))
    ours, theirs = read_json(Path("data/model.json")), read_json(Path("data/baseline.json"))
    by_year = read_rows(Path("plots/accuracy_by_year.csv"))
    leaks = read_rows(Path("plots/producer_effect.csv"))
    save(
        figures.gradient_check(read_rows(Path("plots/gradient_check.csv")), source), Path("figures/gradient_check.svg")
    )
    save(
        figures.learning_rates(read_rows(Path("plots/learning_rates.csv")), source), Path("figures/learning_rates.svg")
    )
    save(figures.sweep(read_rows(Path("plots/sweep.csv")), source), Path("figures/sweep.svg"))
    save(figures.training(read_rows(Path("plots/train.csv")), scores, source), Path("figures/training.svg"))
    save(figures.accuracy_by_year(by_year, threshold_year, source), Path("figures/accuracy_by_year.svg"))
    save(figures.weights(ours, theirs, source), Path("figures/weights.svg"))
    save(figures.producer_effect(leaks, source), Path("figures/producer_effect.svg"))
    save(figures.replay(read_rows(Path("plots/replay.csv")), source), Path("figures/replay.svg"))
