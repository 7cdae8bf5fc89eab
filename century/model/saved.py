"""The model as plain JSON: enough to predict from the raw features of a song, safe to load, easy to read.

y = sigmoid(sum_j weights_j (x_j - feature_means_j) / feature_stds_j + bias)
"""

from pathlib import Path
from typing import Annotated, Any

import numpy as np
from msgspec import Meta, Struct
from msgspec.structs import asdict

from century import InputError
from century.arrays import Array, Floats
from century.files import checked, read_json, write_json
from century.songs.features import FEATURES

Number = Annotated[float, Meta(ge=-1e300, le=1e300)]  # so neither infinite nor NaN
Positive = Annotated[float, Meta(gt=0, le=1e300)]
OneForEachFeature = Meta(min_length=len(FEATURES), max_length=len(FEATURES))


class Model(Struct, frozen=True, forbid_unknown_fields=True):
    """The content of the file."""

    weights: Annotated[list[Number], OneForEachFeature]
    bias: Number
    feature_means: Annotated[list[Number], OneForEachFeature]
    feature_stds: Annotated[list[Positive], OneForEachFeature]
    features: list[str]
    threshold_year: int

    def __post_init__(self) -> None:
        if self.features != FEATURES:
            raise ValueError("features: must be var1 to var90 in their order")

    @property
    def w(self) -> Floats:
        """(91,), for normalized features, the bias last."""
        return np.array([*self.weights, self.bias])


def write_model(path: Path, w: Array, normalization: dict[str, Any], threshold_year: int) -> None:
    """`normalization` has the names, means and stds of the features, in the order of the weights w (91,), bias last."""
    means, stds, features = (normalization[key] for key in ("means", "stds", "features"))
    write_json(path, asdict(Model(w[:-1].tolist(), float(w[-1]), means, stds, features, threshold_year)))


def read_model(path: Path) -> Model:
    """The model in a file. Raises InputError with the first key whose value no model can have."""
    try:
        return checked(read_json(path), Model)
    except (ValueError, RecursionError):
        raise InputError(f"{path}: is not a model: it does not hold JSON") from None
    except InputError as error:
        raise InputError(f"{path}: is not a model of this version of century: {error}") from None
