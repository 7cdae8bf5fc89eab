"""Train from zero with every learning rate and batch size; the best run ends with the lowest validation loss."""

from functools import partial
from itertools import product
from pathlib import Path

from tqdm import tqdm

from century.cluster import in_order
from century.files import write_metrics, write_plot
from century.model.grid import STACK_WIDTH, rows_seen, validation_curves
from century.params import Params
from century.songs.tables import count_rows, read_sample, read_songs

TRAIN = Path("data/train.parquet")
VALIDATION = Path("data/validation.parquet")


def stage(params: Params) -> None:
    p = params.sweep
    row = rows_seen(count_rows(TRAIN), p.batch_sizes, p.iterations, p.seed)
    songs = read_sample(TRAIN, row), read_songs(VALIDATION, constant=True)
    rates = [p.learning_rates[first : first + STACK_WIDTH] for first in range(0, len(p.learning_rates), STACK_WIDTH)]
    groups = list(product(p.batch_sizes, rates))
    curves = in_order(partial(validation_curves, iterations=p.iterations, every=p.every, seed=p.seed), songs, groups)
    by_pair = {
        (mu, batch_size): curve
        for (batch_size, mus), group in zip(groups, tqdm(curves, "sweep", len(groups), disable=None), strict=True)
        for mu, curve in zip(mus, group, strict=True)
    }
    runs = {pair: by_pair[pair] for pair in product(p.learning_rates, p.batch_sizes)}
    write_plot(
        Path("plots/sweep.csv"),
        ["learning_rate", "batch_size", "iteration", "songs_seen", "validation_loss", "validation_accuracy"],
        [(*pair, *point) for pair, curve in runs.items() for point in curve],
    )
    mu, batch_size = min(runs, key=lambda pair: runs[pair][-1].validation_loss)
    best = {"learning_rate": mu, "batch_size": batch_size, **runs[mu, batch_size][-1].measures()}
    write_metrics(Path("metrics/sweep.json"), {"best": best})
