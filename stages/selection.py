"""Show what choosing the best run of the sweep by the test songs would have claimed. No other stage depends on it."""

from functools import partial
from pathlib import Path

from century.cluster import in_order
from century.evaluation.selection import candidates, compare_choices
from century.files import write_metrics
from century.model.grid import rows_seen
from century.params import Params
from century.songs.tables import count_rows, read_sample, read_songs

TRAIN = Path("data/train.parquet")


def stage(params: Params) -> None:
    p = params.sweep
    train = read_sample(TRAIN, rows_seen(count_rows(TRAIN), p.batch_sizes, p.iterations, p.seed))
    others = [read_songs(Path(f"data/{part}.parquet"), constant=True) for part in ("validation", "test")]
    run_all = partial(candidates, learning_rates=p.learning_rates, iterations=p.iterations, seed=p.seed)
    groups = in_order(run_all, [train, *others], [(batch_size,) for batch_size in p.batch_sizes])
    runs = [run for same_rate in zip(*groups, strict=True) for run in same_rate]
    write_metrics(Path("metrics/selection.json"), compare_choices(runs))
