"""Train from zero with every learning rate and batch size; the best run ends with the lowest validation loss."""

from itertools import product
from pathlib import Path

from joblib import Parallel, delayed
from tqdm import tqdm

from century.files import write_metrics, write_plot
from century.model.grid import validation_curves
from century.params import Params
from century.songs.tables import read_songs


def stage(params: Params) -> None:
    p = params.sweep
    train, validation = (read_songs(Path(f"data/{part}.parquet"), constant=True) for part in ("train", "validation"))
    curves = Parallel(n_jobs=-1, prefer="threads", return_as="generator")(
        delayed(validation_curves)(train, validation, p.learning_rates, batch_size, p.iterations, p.every, p.seed)
        for batch_size in p.batch_sizes
    )
    bar = tqdm(curves, total=len(p.batch_sizes), desc="sweep", disable=None)
    found = {
        (mu, batch_size): curve
        for batch_size, rate_curves in zip(p.batch_sizes, bar, strict=True)
        for mu, curve in zip(p.learning_rates, rate_curves, strict=True)
    }
    runs = {pair: found[pair] for pair in product(p.learning_rates, p.batch_sizes)}
    write_plot(
        Path("plots/sweep.csv"),
        ["learning_rate", "batch_size", "iteration", "songs_seen", "validation_loss", "validation_accuracy"],
        [(*pair, *point) for pair, curve in runs.items() for point in curve],
    )
    mu, batch_size = min(runs, key=lambda pair: runs[pair][-1].validation_loss)
    last = runs[mu, batch_size][-1]
    write_metrics(
        Path("metrics/sweep.json"),
        {
            "best": {
                "learning_rate": mu,
                "batch_size": batch_size,
                "validation_loss": last.validation_loss,
                "validation_accuracy": last.validation_accuracy,
            }
        },
    )
