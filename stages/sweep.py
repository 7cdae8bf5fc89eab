"""Train from zero with every learning rate and batch size; the best has the lowest validation loss at the end."""

from pathlib import Path

from tqdm import tqdm

from century.files import write_csv, write_json
from century.params import Params
from century.runs import run
from century.songs import read_songs
from stages.entry import start


def stage(params: Params) -> None:
    p = params.sweep
    train, validation = read_songs(Path("data/train.parquet")), read_songs(Path("data/validation.parquet"))
    grid = [(mu, batch_size) for mu in p.learning_rates for batch_size in p.batch_sizes]
    runs = {
        (mu, batch_size): list(run(train, validation, mu, batch_size, p.iterations, p.every, p.seed))
        for mu, batch_size in tqdm(grid, desc="sweep", disable=None)
    }
    write_csv(
        Path("plots/sweep.csv"),
        ["learning_rate", "batch_size", "iteration", "songs_seen", "validation_loss", "validation_accuracy"],
        [(*pair, *look) for pair, looks in runs.items() for look in looks],
    )
    (mu, batch_size), looks = min(runs.items(), key=lambda item: item[1][-1].validation_loss)
    write_json(
        Path("metrics/sweep.json"),
        {
            "best": {
                "learning_rate": mu,
                "batch_size": batch_size,
                "validation_loss": looks[-1].validation_loss,
                "validation_accuracy": looks[-1].validation_accuracy,
            }
        },
    )


if __name__ == "__main__":
    start("sweep", stage)
