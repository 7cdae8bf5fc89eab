"""Draw the figures of the README and the report."""

from pathlib import Path

import pandas as pd

from century import figures
from century.figures import save
from century.files import read_json
from century.params import Params


def stage(params: Params) -> None:
    # A path is shown by its last part, in which a dollar would begin a formula.
    source = Path(params.data.source).name.replace("$", r"\$")
    scores = read_json(Path("metrics/evaluate.json"))
    ours, theirs = read_json(Path("data/model.json")), read_json(Path("data/baseline.json"))
    years, threshold_year = pd.read_csv("plots/accuracy_by_year.csv"), params.binarize.threshold_year
    save(figures.gradient_check(pd.read_csv("plots/gradient_check.csv"), source), Path("figures/gradient_check.svg"))
    save(figures.learning_rates(pd.read_csv("plots/learning_rates.csv"), source), Path("figures/learning_rates.svg"))
    save(figures.sweep(pd.read_csv("plots/sweep.csv"), source), Path("figures/sweep.svg"))
    save(figures.training(pd.read_csv("plots/train.csv"), scores, source), Path("figures/training.svg"))
    save(figures.accuracy_by_year(years, threshold_year, source), Path("figures/accuracy_by_year.svg"))
    save(figures.weights(ours, theirs, source), Path("figures/weights.svg"))
    save(figures.producer_effect(pd.read_csv("plots/producer_effect.csv"), source), Path("figures/producer_effect.svg"))
    save(figures.replay(pd.read_csv("plots/replay.csv"), source), Path("figures/replay.svg"))
