"""Train three times from zero: with a learning rate that is too small, good, and too large."""

from pathlib import Path

from century.files import write_csv, write_json
from century.model.grid import looks
from century.params import Params
from century.songs.tables import read_songs


def stage(params: Params) -> None:
    p = params.learning_rates
    train, validation = (read_songs(Path(f"data/{part}.parquet"), constant=True) for part in ("train", "validation"))
    rates = {"too_small": p.too_small, "good": p.good, "too_large": p.too_large}
    runs = dict(
        zip(
            rates, looks(train, validation, [*rates.values()], p.batch_size, p.iterations, p.every, p.seed), strict=True
        )
    )
    write_csv(
        Path("plots/learning_rates.csv"),
        ["learning_rate", "iteration", "songs_seen", "validation_loss", "validation_accuracy"],
        [(rates[name], *look) for name, seen in runs.items() for look in seen],
    )
    write_json(
        Path("metrics/learning_rates.json"),
        {
            name: {
                "learning_rate": rates[name],
                "validation_loss": seen[-1].validation_loss,
                "validation_accuracy": seen[-1].validation_accuracy,
            }
            for name, seen in runs.items()
        },
    )
