"""Draw the figures of the README and the report."""

from pathlib import Path

from century import figures
from century.figures import read_table, save
from century.files import read_json
from century.params import Params


def stage(params: Params) -> None:
    source = Path(params.data.source).name.replace(
        "$", r"\$"
    )  # a path is shown by its last part; a dollar would begin a formula
    scores = read_json(Path("metrics/evaluate.json"))
    ours, theirs = read_json(Path("data/model.json")), read_json(Path("data/baseline.json"))
    checks = read_table(Path("plots/gradient_check.csv"))
    rates = read_table(Path("plots/learning_rates.csv"))
    runs = read_table(Path("plots/sweep.csv"))
    epochs = read_table(Path("plots/train.csv"))
    years = read_table(Path("plots/accuracy_by_year.csv"))
    leaks = read_table(Path("plots/producer_effect.csv"))
    replayed = read_table(Path("plots/replay.csv"))
    save(figures.gradient_check(checks, source), Path("figures/gradient_check.svg"))
    save(figures.learning_rates(rates, source), Path("figures/learning_rates.svg"))
    save(figures.sweep(runs, source), Path("figures/sweep.svg"))
    save(figures.training(epochs, scores, source), Path("figures/training.svg"))
    save(figures.accuracy_by_year(years, params.binarize.threshold_year, source), Path("figures/accuracy_by_year.svg"))
    save(figures.weights(ours, theirs, source), Path("figures/weights.svg"))
    save(figures.producer_effect(leaks, source), Path("figures/producer_effect.svg"))
    save(figures.replay(replayed, source), Path("figures/replay.svg"))
