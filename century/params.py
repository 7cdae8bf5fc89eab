"""params.yaml: what may stand in it, read once into frozen typed models.

Run as a program it checks the file: `python -m century.params`.
"""

import re
import sys
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from century import InputError

Count = Annotated[int, Field(gt=0)]
Seed = Annotated[int, Field(ge=0, lt=2**32)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
# Above 1e6 the weights of a diverging run could leave the range of float32.
LearningRate = Annotated[float, Field(gt=0, le=1e6)]


class Section(BaseModel):
    """No unknown key, no value of another type (an integer passes as a float), no default: the file says it all."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def require(holds: bool, key: str, value: object, rule: str) -> None:
    if not holds:
        raise ValueError(f"{key} = {value!r}: must be {rule}")


class Uci(Section):
    urls: Annotated[list[str], Field(min_length=1)]
    size: Count
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class StandIn(Section):
    songs: Annotated[int, Field(ge=2)]
    train_songs: Count
    seed: Seed

    @model_validator(mode="after")
    def leaves_test_songs(self) -> Self:
        require(self.train_songs < self.songs, "train_songs", self.train_songs, f"below songs = {self.songs}")
        return self


class Data(Section):
    source: Annotated[str, Field(min_length=1)]
    uci: Uci
    stand_in: StandIn


class Binarize(Section):
    threshold_year: int


class Split(Section):
    train_rows: Count
    validation: Literal["shuffled", "contiguous"]
    validation_rows: Count
    seed: Seed

    @model_validator(mode="after")
    def leaves_training_songs(self) -> Self:
        fits = self.validation_rows < self.train_rows
        require(fits, "validation_rows", self.validation_rows, f"below train_rows = {self.train_rows}")
        return self


class GradientCheck(Section):
    steps: Annotated[list[Positive], Field(min_length=1)]
    songs: Count
    directions: Count
    seed: Seed
    tolerance: Positive


class Run(Section):
    iterations: Count
    every: Count
    seed: Seed

    @model_validator(mode="after")
    def ends_with_a_look(self) -> Self:
        divides = self.iterations % self.every == 0
        require(divides, "every", self.every, f"a divisor of iterations = {self.iterations}")
        return self


class LearningRates(Run):
    too_small: LearningRate
    good: LearningRate
    too_large: LearningRate
    batch_size: Count


class Sweep(Run):
    learning_rates: Annotated[list[LearningRate], Field(min_length=1)]
    batch_sizes: Annotated[list[Count], Field(min_length=1)]


class Train(Section):
    learning_rate: LearningRate | Literal["sweep"]
    batch_size: Count | Literal["sweep"]
    memory: Count
    tolerance: Positive
    max_epochs: Count


class Baseline(Section):
    C: Positive
    max_iter: Count


class Evaluate(Section):
    bins: Annotated[int, Field(ge=2, le=1000)]


class Intervals(Section):
    block_length: Count
    draws: Annotated[int, Field(ge=100, le=100_000)]
    seed: Seed


class ProducerEffect(Section):
    songs: Count
    more_songs: Count
    folds: Annotated[int, Field(ge=2)]
    neighbours: Count
    seed: Seed

    @model_validator(mode="after")
    def has_songs_enough(self) -> Self:
        training = self.songs - -(-self.songs // self.folds)  # the largest fold left out
        require(self.neighbours <= training, "neighbours", self.neighbours, f"at most the {training} training songs")
        require(self.more_songs >= self.songs, "more_songs", self.more_songs, f"at least songs = {self.songs}")
        return self


class Params(Section):
    data: Data
    binarize: Binarize
    split: Split
    gradient_check: GradientCheck
    learning_rates: LearningRates
    sweep: Sweep
    train: Train
    baseline: Baseline
    evaluate: Evaluate
    intervals: Intervals
    producer_effect: ProducerEffect

    @model_validator(mode="after")
    def batches_fit_the_training_set(self) -> Self:
        songs = self.split.train_rows - self.split.validation_rows
        batch_sizes = {
            "learning_rates.batch_size": self.learning_rates.batch_size,
            "sweep.batch_sizes": max(self.sweep.batch_sizes),
            "train.batch_size": self.train.batch_size,
        }
        rule = f"at most the {songs} training songs (split.train_rows - split.validation_rows)"
        for key, size in batch_sizes.items():
            require(size == "sweep" or size <= songs, key, size, rule)
        return self


class Yaml12Loader(yaml.SafeLoader):
    """Scalars of YAML 1.2, as DVC reads them: 1e-3 is a number, yes and 1:30 are strings. PyYAML's own are of 1.1."""


Yaml12Loader.yaml_implicit_resolvers = {}  # the class's own, in place of those that it inherits

for tag, pattern, first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?(0|[1-9][0-9]*)", list("-+0123456789")),
    ("float", r"[-+]?((\.[0-9]+|[0-9]+\.[0-9]*)([eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+)", list("-+.0123456789")),
):
    Yaml12Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^({pattern})$"), first)


def read_params(path: Path) -> Params:
    """The whole file, checked. Raises InputError with one line for each bad key: key, value, rule."""
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Yaml12Loader)
    except yaml.YAMLError as error:
        raise InputError(f"{path} is not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(content, dict):
        raise InputError(f"{path} must hold the sections {', '.join(Params.model_fields)}; it holds {content!r}")
    try:
        return Params.model_validate(content)
    except ValidationError as error:
        raise InputError("\n".join(f"{path}: {line}" for line in complaints(error, content))) from None


def complaints(error: ValidationError, content: Any) -> list[str]:
    """One line a bad key, however many rules its value breaks."""
    rules: dict[str, list[str]] = {}
    for detail in error.errors():
        names: list[str] = []
        value: Any = content
        for name in detail["loc"]:
            try:
                value = value[name]
            except (KeyError, TypeError):  # a missing key; or past the key, the alternatives of its type
                if detail["type"] != "missing":
                    break
            names.append(str(name))
        key = ".".join(names)
        match detail["type"]:
            case "value_error":
                start, rule = f"{key}.".lstrip("."), str(detail["ctx"]["error"])
            case "missing":
                start, rule = key, ": is missing; add it"
            case "extra_forbidden":
                start, rule = f"{key} = {value!r}: ", "is no key of this file; remove it or mend its name"
            case _:
                start, rule = f"{key} = {value!r}: ", detail["msg"].replace("Input should", "must")
        rules.setdefault(start, []).append(rule)
    return [start + " or ".join(rule) for start, rule in rules.items()]


if __name__ == "__main__":
    try:
        read_params(Path("params.yaml"))
    except (InputError, OSError) as error:
        sys.exit(str(error))
