"""Train the model to the optimum; beside it, for comparison, by plain descent with the sweep's best pair."""

import sys
from itertools import islice
from pathlib import Path

from tqdm import tqdm

from century import InputError
from century.arrays import Floats
from century.files import read_json, write_metrics, write_plot
from century.model.descent import plain_epochs
from century.model.logistic import exact_logits, loss_and_accuracy
from century.model.saved import write_model
from century.model.training import Fit, mean_loss, train
from century.params import Params
from century.songs.chunks import in_chunks
from century.songs.tables import read_songs

LOSSES = ["training_loss", "loss_above_minimum", "validation_loss"]
COLUMNS = ["descent", "epoch", "songs_seen", *LOSSES, "validation_accuracy"]


def stage(params: Params) -> None:
    p = params.train
    best = read_json(Path("metrics/sweep.json"))["best"]
    pair = best["learning_rate"], best["batch_size"]
    songs = in_chunks(Path("data/train.parquet"), p.memory * 2**20)
    X, t = read_songs(Path("data/validation.parquet"))

    def on_validation(w: Floats) -> tuple[float, float]:
        return loss_and_accuracy(exact_logits(w, X), t)

    fits = list(tqdm(train(songs, p.tolerance, p.max_epochs), desc="train", unit="epoch", disable=None))
    try:
        # One epoch of training sees every song twice: for the derivatives at its start, and in its steps.
        plain_every_second_epoch = islice(plain_epochs(songs, *pair), 1, 2 * len(fits) - 2, 2)
        plain = [(w, mean_loss(songs, w)) for w in plain_every_second_epoch]
    except ValueError as error:
        raise InputError(f"train.memory = {p.memory}: holds too few songs for {error}; set a larger one") from None
    last = fits[-1]
    fitted = [(fit.w, fit.loss) for fit in fits]
    rows = [
        (descent, epochs * k, 2 * k * last.songs, loss, loss - last.lower_bound, *on_validation(w))
        for descent, epochs, measured in (("plain", 2, fitted[:1] + plain), ("to the optimum", 1, fitted))
        for k, (w, loss) in enumerate(measured)
    ]
    write_plot(Path("plots/train.csv"), COLUMNS, rows)
    normalization = read_json(Path("data/normalization.json"))
    write_model(Path("data/model.json"), last.w, normalization, params.binarize.threshold_year)
    converged = last.above_minimum <= p.tolerance and not last.separates
    how = {"learning_rate": last.learning_rate, "batch_size": last.batch_size}
    end = dict(zip(COLUMNS[1:], rows[-1][1:], strict=True))
    write_metrics(Path("metrics/train.json"), {"converged": converged, "separable": last.separates, **how, **end})
    if not converged:
        print(f"train: {what_is_missing(last, len(fits) - 1, p.max_epochs)}", file=sys.stderr)


def what_is_missing(last: Fit, epochs: int, max_epochs: int) -> str:
    ended = f"{epochs} epoch{'s' if epochs > 1 else ''}"
    if last.separates:
        return (
            f"the labels of the {last.songs} training songs can be separated without an error, so the loss has no "
            f"minimum: it falls while the weights grow. Training stopped after {ended}, at a loss of {last.loss:.1e}; "
            "use more songs (split.train_rows)"
        )
    return (
        f"stopped after {ended}, with the loss about {last.above_minimum:.1e} above its minimum; set a larger "
        f"train.max_epochs than {max_epochs}"
    )
