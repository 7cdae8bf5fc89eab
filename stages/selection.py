"""See what choosing the sweep's best run by the test songs would have claimed; nothing depends on it."""

from pathlib import Path

from century.evaluation.selection import candidates, claims
from century.files import write_json
from century.params import Params
from century.songs.tables import read_songs


def stage(params: Params) -> None:
    p = params.sweep
    train, validation, test = (
        read_songs(Path(f"data/{part}.parquet"), constant=True) for part in ("train", "validation", "test")
    )
    by_size = [
        candidates(train, validation, test, p.learning_rates, batch_size, p.iterations, p.seed)
        for batch_size in p.batch_sizes
    ]
    write_json(Path("metrics/selection.json"), claims([run for runs in zip(*by_size, strict=True) for run in runs]))
