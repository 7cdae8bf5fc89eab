"""The parameters, with the type and the range of each: their file is read once into frozen typed models.

Run as a program, it checks params.yaml: `python -m century.params`.
"""

import json
import re
import sys
from pathlib import Path
from typing import Annotated, Any, dataclass_transform

import yaml
from msgspec import Meta, Struct

from century import InputError
from century.files import checked

Count = Annotated[int, Meta(gt=0, le=10**12)]  # no data is larger, and everything that is computed from it is finite
Seed = Annotated[int, Meta(ge=0, lt=2**32)]
Positive = Annotated[float, Meta(gt=0, le=1e300)]  # infinity is above the limit
# Above 1e6 the weights of a diverging run could leave the range of float32.
LearningRate = Annotated[float, Meta(gt=0, le=1e6)]


@dataclass_transform(frozen_default=True)  # for mypy, which does not see that subclasses are frozen as well
class Section(Struct, frozen=True, forbid_unknown_fields=True):
    """No unknown key, no value of another type (an integer passes as a float), no default: the file says it all."""


def require(holds: bool, key: str, value: object, rule: str) -> None:
    if not holds:
        raise ValueError(f"{key} = {value!r}: must be {rule}")


class Uci(Section):
    urls: Annotated[list[str], Meta(min_length=1)]
    size: Count
    sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]


class StandIn(Section):
    songs: Annotated[int, Meta(ge=2, le=10_000_000)]  # twenty times the real file: 15 GB of memory
    train_songs: Count
    seed: Seed

    def __post_init__(self) -> None:
        require(self.train_songs < self.songs, "train_songs", self.train_songs, f"below songs = {self.songs}")


class Data(Section):
    source: Annotated[str, Meta(min_length=1)]
    uci: Uci
    stand_in: StandIn


class Binarize(Section):
    threshold_year: Annotated[int, Meta(ge=0, le=9999)]


class Split(Section):
    train_rows: Count
    validation: str
    validation_rows: Count
    seed: Seed

    def __post_init__(self) -> None:
        is_known = self.validation in ("shuffled", "contiguous")
        require(is_known, "validation", self.validation, "'shuffled' or 'contiguous'")
        fits = self.validation_rows < self.train_rows
        require(fits, "validation_rows", self.validation_rows, f"below train_rows = {self.train_rows}")


class GradientCheck(Section):
    steps: Annotated[list[Positive], Meta(min_length=1)]
    songs: Count
    directions: Annotated[int, Meta(gt=0, le=1000)]
    seed: Seed
    tolerance: Annotated[float, Meta(ge=1e-9, le=1)]  # central differences themselves are wrong by up to 1e-10


class Schedule(Section):
    iterations: Annotated[int, Meta(gt=0, le=1_000_000)]
    every: Count
    seed: Seed

    def __post_init__(self) -> None:
        divides = self.iterations % self.every == 0
        require(divides, "every", self.every, f"a divisor of iterations = {self.iterations}")


class LearningRates(Schedule):
    too_small: LearningRate
    good: LearningRate
    too_large: LearningRate
    batch_size: Count


class Sweep(Schedule):
    learning_rates: Annotated[list[LearningRate], Meta(min_length=1)]
    batch_sizes: Annotated[list[Count], Meta(min_length=1)]


class Train(Section):
    tolerance: Annotated[float, Meta(ge=1e-8, le=1)]  # a smaller difference is below the rounding of float32
    max_epochs: Count
    memory: Count


class Baseline(Section):
    songs: Count
    C: Positive
    max_iter: Count


class Evaluate(Section):
    bins: Annotated[int, Meta(ge=2, le=1000)]


class Intervals(Section):
    block_length: Count
    draws: Annotated[int, Meta(ge=100, le=100_000)]
    seed: Seed


class ProducerEffect(Section):
    songs: Count
    more_songs: Count
    folds: Annotated[int, Meta(ge=2, le=100)]
    neighbours: Count
    seed: Seed

    def __post_init__(self) -> None:
        training = self.songs - -(-self.songs // self.folds)  # with the largest fold left out
        require(self.neighbours <= training, "neighbours", self.neighbours, f"at most the {training} training songs")
        require(self.more_songs >= self.songs, "more_songs", self.more_songs, f"at least songs = {self.songs}")


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

    def __post_init__(self) -> None:
        songs = self.split.train_rows - self.split.validation_rows
        batch_sizes = {
            "learning_rates.batch_size": self.learning_rates.batch_size,
            "sweep.batch_sizes": max(self.sweep.batch_sizes),
        }
        rule = f"at most the {songs} training songs (split.train_rows - split.validation_rows)"
        for key, size in batch_sizes.items():
            require(size <= songs, key, size, rule)


NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")  # as in JSON, and so in YAML 1.2
# Numbers, and whatever some reader of YAML takes for no text: nothing, true, 010, 0x1F, 1_000, .inf, 2001-01-01, <<.
NO_TEXT = re.compile(
    r"|~|null|true|false|<<|=|[-+]?(0[xob][0-9a-f_]*|[0-9._][-+0-9._e:tz ]*|\.inf|\.nan)", re.IGNORECASE
)
NOT_PLAIN = (yaml.TagToken, yaml.AnchorToken, yaml.AliasToken, yaml.DirectiveToken)


class PlainLoader(yaml.CSafeLoader):
    """PyYAML without its rules of what a scalar is: they are those of YAML 1.1, while DVC reads YAML 1.2."""


PlainLoader.yaml_implicit_resolvers = {}  # a dictionary of its own: the one that it inherits is PyYAML's


def scalar(_: PlainLoader, node: yaml.ScalarNode) -> Any:
    text: str = node.value
    if node.style or not NO_TEXT.fullmatch(text):  # a style is that of quotes
        return text
    if NUMBER.fullmatch(text):
        return json.loads(text)
    line = node.start_mark.line + 1
    raise InputError(
        f"line {line}: {text!r} is neither a number like 10 or 1.0e-3 nor plain text; write text in quotes"
    )


def section(loader: PlainLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    content = loader.construct_mapping(node, deep=True)
    if len(content) < len(node.value):
        keys = [key.value for key, _ in node.value]
        line, key = node.start_mark.line + 1, max(keys, key=keys.count)
        raise InputError(f"the section that begins at line {line} has the key {key!r} twice: remove one")
    return content


PlainLoader.add_constructor("tag:yaml.org,2002:str", scalar)
PlainLoader.add_constructor("tag:yaml.org,2002:map", section)


def read_params(path: Path) -> Params:
    """The whole file, checked. Raises InputError with the first bad key, its value and the rule, in one line."""
    try:
        return checked(read_yaml(path.read_text(encoding="utf-8")), Params)
    except (yaml.YAMLError, ValueError) as error:  # ValueError: not UTF-8, or thousands of digits
        raise InputError(f"{path} is not YAML: {error}") from None
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def read_yaml(text: str) -> Any:
    """What the text holds. Raises InputError where DVC's reader would refuse it, or find another value in it."""
    for token in yaml.scan(text, yaml.CSafeLoader):
        if isinstance(token, NOT_PLAIN):
            line = token.start_mark.line + 1
            raise InputError(f"line {line} has a tag, an anchor, an alias or a directive: write only the value")
    return yaml.load(text, PlainLoader)


if __name__ == "__main__":
    try:
        read_params(Path("params.yaml"))
    except (InputError, OSError) as error:
        sys.exit(str(error))
