"""Train three times from zero: with a learning rate that is too small, good, and too large."""

from pathlib import Path

from century.files import write_csv, write_json
from century.params import Params
from century.runs import run
from century.songs import read_songs
from stages.entry import start


def stage(params: Params) -> None:
    p = params.learning_rates
    train, validation = read_songs(Path("data/train.parquet")), read_songs(Path("data/validation.parquet"))
    rates = {"too_small": p.too_small, "good": p.good, "too_large": p.too_large}
    runs = {
        name: list(run(train, validation, mu, p.batch_size, p.iterations, p.every, p.seed))
        for name, mu in rates.items()
    }
    write_csv(
        Path("plots/learning_rates.csv"),
        ["learning_rate", "iteration", "songs_seen", "validation_loss", "validation_accuracy"],
        [(rates[name], *look) for name, looks in runs.items() for look in looks],
    )
    write_json(
        Path("metrics/learning_rates.json"),
        {
            name: {
                "learning_rate": rates[name],
                "validation_loss": looks[-1].validation_loss,
                "validation_accuracy": looks[-1].validation_accuracy,
            }
            for name, looks in runs.items()
        },
    )


if __name__ == "__main__":
    start("learning_rates", stage)
