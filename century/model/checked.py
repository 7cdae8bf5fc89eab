"""A saved model, checked before it answers anybody."""

import json
import math
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from century import InputError, one_line
from century.arrays import Floats
from century.songs.features import FEATURES

KEYS = ("weights", "bias", "feature_means", "feature_stds", "features", "threshold_year")


class Model(NamedTuple):
    w: Floats  # (91,), for normalized features, the bias last
    means: Floats  # (90,)
    stds: Floats  # (90,)
    threshold_year: int


def read_checked_model(path: Path) -> Model:
    """The model in a file. Raises InputError, which names the file and what is wrong in it."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such model; `dvc repro` trains one, --model names another") from None
    except (ValueError, RecursionError):
        raise InputError(f"{path}: is no model: it does not hold JSON") from None
    try:
        return checked(content)
    except InputError as error:
        raise InputError(f"{path}: is no model that can be used: {error}") from None


def checked(content: Any) -> Model:
    if not isinstance(content, dict):
        raise InputError("it must hold the keys " + ", ".join(KEYS))
    if missing := [key for key in KEYS if key not in content]:
        raise InputError(f"it has no {missing[0]}")
    if unknown := [key for key in content if key not in KEYS]:
        raise InputError(
            f"it has {one_line(repr(unknown[0]), 40)}, as a newer version of century may write; update this"
        )
    if content["features"] != FEATURES:
        raise InputError("its features are not var1 to var90 in their order")
    weights, means, stds = (numbers(content, key) for key in ("weights", "feature_means", "feature_stds"))
    if not (stds > 0).all():
        raise InputError(f"feature_stds has {stds.min()} for {FEATURES[int(stds.argmin())]}; it must be above 0")
    if not is_number(content["bias"]):
        raise InputError(f"bias = {one_line(repr(content['bias']), 40)}; it must be a finite number")
    year = content["threshold_year"]
    if type(year) is not int:
        raise InputError(f"threshold_year = {one_line(repr(year), 40)}; it must be a whole number")
    return Model(np.append(weights, content["bias"]), means, stds, year)


def numbers(content: dict[str, Any], key: str) -> Floats:
    """The 90 finite numbers of a key."""
    values = content[key]
    if not isinstance(values, list) or len(values) != len(FEATURES):
        found = f"{len(values)} values" if isinstance(values, list) else one_line(repr(values), 40)
        raise InputError(f"{key} has {found}; it must have {len(FEATURES)} numbers")
    for name, value in zip(FEATURES, values, strict=True):
        if not is_number(value):
            raise InputError(f"{key} has {one_line(repr(value), 40)} for {name}; it must be a finite number")
    return np.array(values, np.float64)


def is_number(value: object) -> bool:
    return type(value) in (int, float) and math.isfinite(value) and abs(value) <= 1e300  # type: ignore[arg-type]
