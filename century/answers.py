"""What a model says about songs, and why.

Shapes: n songs of a table; Z (n, 90) their z-scores; z (n,) logits.
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from century import InputError
from century.arrays import Array
from century.model.logistic import exact_logits, losses, sigmoid
from century.model.saved import Model
from century.songs.features import FEATURES, timbre_names
from century.songs.normalize import refuse_far_songs, z_score


class Tally:
    """How many of the songs whose years are known got the right label, and their summed loss."""

    def __init__(self) -> None:
        self.songs, self.right, self.loss = 0, 0, 0.0

    def add(self, z: Array, t: Array) -> None:
        self.songs += len(t)
        self.right += int(((z >= 0) == t).sum())
        self.loss += float(losses(z, t).sum())

    def __str__(self) -> str:
        accuracy, loss = self.right / self.songs, self.loss / self.songs
        return f"accuracy {accuracy:.10g}, log-loss {loss:.10g} on {self.songs} songs whose years are known"


def predictions(tables: Iterable[pa.Table], model: Model, tally: Tally) -> Iterator[pa.Table]:
    """The columns row, probability (of a release after the threshold year), label, and year where the songs have it."""
    start = 0
    for table in tables:
        z = exact_logits(model.w, z_scores(table, model, start))
        columns = {
            "row": np.arange(start, start + len(table)),
            "probability": sigmoid(z),
            "label": (z >= 0).astype(np.int8),
        }
        if "year" in table.column_names:
            tally.add(z, table["year"].to_numpy() > model.threshold_year)
            columns["year"] = table["year"]
        yield pa.table(columns)
        start += len(table)


def z_scores(table: pa.Table, model: Model, start: int) -> Array:
    """Z of the songs of a table whose first row has the number `start`: the very bits that the pipeline computes.

    Raises InputError where a song is too far from the mean of the training songs.
    """
    columns = zip(FEATURES, model.feature_means, model.feature_stds, strict=True)
    with np.errstate(over="ignore"):  # an infinite z-score is refused below
        Z = np.stack([z_score(table[name].to_numpy(), mean, std) for name, mean, std in columns])
    refuse_far_songs(Z, np.arange(start, start + len(table)))
    return np.ascontiguousarray(Z.T)


class Contribution(NamedTuple):
    """What a feature of a song adds to its logit."""

    feature: str
    name: str
    value: float
    z_score: float
    contribution: float  # weight times z-score


def explanation(tables: Iterable[pa.Table], model: Model, row: int) -> dict[str, Any]:
    """The song's probability, label, logit, bias and year, and the 90 contributions, the largest in size first.

    The logit is the sum of the bias and the contributions. Raises InputError where the tables have no such row.
    """
    start = 0
    for table in tables:
        if row < start + len(table):
            return explain_song(table[row - start : row - start + 1], model, row)
        start += len(table)
    raise InputError(f"there are {start} songs; the row must be from 0 to {start - 1}")


def explain_song(song: pa.Table, model: Model, row: int) -> dict[str, Any]:
    Z = z_scores(song, model, row)[0].astype(np.float64)
    names = [name.replace(" of ", " of timbre ") for _, name in timbre_names()]
    values = [song[feature][0].as_py() for feature in FEATURES]
    features = zip(FEATURES, names, values, Z.tolist(), (Z * model.w[:-1]).tolist(), strict=True)
    contributions = [Contribution(*feature) for feature in features]
    contributions.sort(key=lambda feature: -abs(feature.contribution))
    logit = model.bias + sum(feature.contribution for feature in contributions)
    return {
        "row": row,
        **({"year": song["year"][0].as_py()} if "year" in song.column_names else {}),
        "threshold_year": model.threshold_year,
        "probability": float(sigmoid(np.array(logit))),
        "label": int(logit >= 0),
        "logit": logit,
        "bias": model.bias,
        "contributions": contributions,
    }
