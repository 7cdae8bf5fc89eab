"""See what choosing the sweep's best run by the test songs would have claimed; nothing depends on it."""

from pathlib import Path

from century.files import write_json
from century.params import Params
from century.selection import candidate, claims
from century.songs import read_songs
from stages.entry import start


def stage(params: Params) -> None:
    p = params.sweep
    train, validation, test = (read_songs(Path(f"data/{part}.parquet")) for part in ("train", "validation", "test"))
    candidates = [
        candidate(train, validation, test, mu, batch_size, p.iterations, p.seed)
        for mu in p.learning_rates
        for batch_size in p.batch_sizes
    ]
    write_json(Path("metrics/selection.json"), claims(candidates))


if __name__ == "__main__":
    start("selection", stage)
