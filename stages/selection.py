"""Show what choosing the best run of the sweep by the test songs would have claimed. No other stage depends on it."""

from itertools import product
from pathlib import Path

from century.evaluation.selection import candidates, compare_choices
from century.files import write_metrics
from century.params import Params
from century.songs.tables import read_songs


def stage(params: Params) -> None:
    p = params.sweep
    train, validation, test = (
        read_songs(Path(f"data/{part}.parquet"), constant=True) for part in ("train", "validation", "test")
    )
    runs = {
        (run.learning_rate, run.batch_size): run
        for batch_size in p.batch_sizes
        for run in candidates(train, validation, test, p.learning_rates, batch_size, p.iterations, p.seed)
    }
    in_order = [runs[pair] for pair in product(p.learning_rates, p.batch_sizes)]
    write_metrics(Path("metrics/selection.json"), compare_choices(in_order))
