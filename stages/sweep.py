"""Train from zero with every learning rate and batch size; the best has the lowest validation loss at the end."""

from pathlib import Path

from joblib import Parallel, delayed
from tqdm import tqdm

from century.files import write_csv, write_json
from century.model.grid import looks
from century.params import Params
from century.songs.tables import read_songs


def stage(params: Params) -> None:
    p = params.sweep
    train, validation = (read_songs(Path(f"data/{part}.parquet"), constant=True) for part in ("train", "validation"))
    of_sizes = Parallel(n_jobs=-1, prefer="threads", return_as="generator")(
        delayed(looks)(train, validation, p.learning_rates, batch_size, p.iterations, p.every, p.seed)
        for batch_size in p.batch_sizes
    )
    by_size = list(tqdm(of_sizes, total=len(p.batch_sizes), desc="sweep", disable=None))
    runs = {
        (mu, batch_size): seen[number]
        for number, mu in enumerate(p.learning_rates)
        for batch_size, seen in zip(p.batch_sizes, by_size, strict=True)
    }
    write_csv(
        Path("plots/sweep.csv"),
        ["learning_rate", "batch_size", "iteration", "songs_seen", "validation_loss", "validation_accuracy"],
        [(*pair, *look) for pair, seen in runs.items() for look in seen],
    )
    (mu, batch_size), seen = min(runs.items(), key=lambda item: item[1][-1].validation_loss)
    write_json(
        Path("metrics/sweep.json"),
        {
            "best": {
                "learning_rate": mu,
                "batch_size": batch_size,
                "validation_loss": seen[-1].validation_loss,
                "validation_accuracy": seen[-1].validation_accuracy,
            }
        },
    )
