"""Train three times from zero: with a learning rate that is too small, good, and too large."""

from pathlib import Path

from century.files import write_metrics, write_plot
from century.model.grid import rows_seen, validation_curves
from century.params import Params
from century.songs.tables import count_rows, read_sample, read_songs

TRAIN = Path("data/train.parquet")
VALIDATION = Path("data/validation.parquet")


def stage(params: Params) -> None:
    p = params.learning_rates
    row = rows_seen(count_rows(TRAIN), [p.batch_size], p.iterations, p.seed)
    train, validation = read_sample(TRAIN, row), read_songs(VALIDATION, constant=True)
    rates = {"too_small": p.too_small, "good": p.good, "too_large": p.too_large}
    curves = validation_curves(train, validation, p.batch_size, [*rates.values()], p.iterations, p.every, p.seed)
    runs = dict(zip(rates, curves, strict=True))
    write_plot(
        Path("plots/learning_rates.csv"),
        ["learning_rate", "iteration", "songs_seen", "validation_loss", "validation_accuracy"],
        [(rates[name], *point) for name, curve in runs.items() for point in curve],
    )
    ends = {name: {"learning_rate": rates[name], **curve[-1].measures()} for name, curve in runs.items()}
    write_metrics(Path("metrics/learning_rates.json"), ends)
