"""Train the model until another epoch hardly lowers the training loss."""

from pathlib import Path

from tqdm import tqdm

from century.evaluation.scores import exact_logits, scores
from century.files import read_json, write_csv, write_json
from century.model.saved import write_model
from century.model.training import train
from century.params import Params
from century.songs.chunks import pieces
from century.songs.tables import read_songs


def stage(params: Params) -> None:
    p = params.train
    best = read_json(Path("metrics/sweep.json"))["best"]
    mu = best["learning_rate"] if isinstance(p.learning_rate, str) else p.learning_rate
    batch_size = best["batch_size"] if isinstance(p.batch_size, str) else p.batch_size
    training = pieces(Path("data/train.parquet"), p.memory * 2**20)
    X_validation, t_validation = read_songs(Path("data/validation.parquet"))
    curve = []
    epochs = train(training, mu, batch_size, p.tolerance, p.max_epochs)
    for k, (w, steps, training_loss) in enumerate(tqdm(epochs, desc="train", unit="epoch", disable=None), start=1):
        validation = scores(exact_logits(w[:-1], w[-1], X_validation), t_validation)
        curve.append((k, k * steps * batch_size, training_loss, validation["loss"], validation["accuracy"]))
    normalization = read_json(Path("data/normalization.json"))
    write_model(Path("data/model.json"), w[:-1], w[-1], normalization, params.binarize.threshold_year)
    columns = ["epoch", "songs_seen", "training_loss", "validation_loss", "validation_accuracy"]
    write_csv(Path("plots/train.csv"), columns, curve)
    write_json(
        Path("metrics/train.json"),
        {"learning_rate": mu, "batch_size": batch_size, **dict(zip(columns, curve[-1], strict=True))},
    )
