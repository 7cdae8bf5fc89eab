from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from century import InputError
from century.params import Yaml12Loader, read_params

DEFAULTS = Path("params.yaml").read_text(encoding="utf-8")


def read(tmp_path, text):
    path = tmp_path / "params.yaml"
    path.write_text(text, encoding="utf-8")
    return read_params(path)


def test_the_defaults_are_those_of_the_assignment():
    params = read_params(Path("params.yaml"))
    assert params.binarize.threshold_year == 2000
    assert (params.split.train_rows, params.split.validation_rows, params.split.seed) == (463_715, 50_000, 1)
    rates = params.learning_rates
    assert (rates.too_small, rates.good, rates.too_large) == (0.005, 0.1, 5.0)
    assert (rates.batch_size, rates.iterations) == (100, 100)
    assert (params.sweep.learning_rates, params.sweep.batch_sizes) == ([0.1, 0.5, 1.0], [64, 512, 1024])
    assert (params.sweep.iterations, params.sweep.every) == (100, 10)


BAD = [
    ("too_small: 0.005", "too_small: -0.005", "learning_rates.too_small = -0.005: must be `float` > 0"),
    ("good: 0.1", "good: .nan", "learning_rates.good = '.nan': must be `float`, is `str`"),
    (
        "too_large: 5.0",
        "too_large: 1e7",
        "learning_rates.too_large = 10000000.0: must be `float` <= 1000000",
    ),
    ("tolerance: 2.0e-7", "tolerance: small", "train.tolerance = 'small': must be `float`, is `str`"),
    ("max_iter: 100", "max_iter: true", "baseline.max_iter = True: must be `int`, is `bool`"),
    ("max_iter: 100", "max_iter: '100'", "baseline.max_iter = '100': must be `int`, is `str`"),
    ("  C: 1.0", "  C: 1.0\n  penalty: l1", "baseline.penalty = 'l1': is no key of this file"),
    ("  max_iter: 100", "", "baseline.max_iter is missing; add it"),
    ("binarize:", "colour: 3\nbinarize:", "colour = 3: is no key of this file"),
    ("[64, 512, 1024]", "[64, -1, 1024]", "sweep.batch_sizes.1 = -1: must be `int` >= 1"),
    ("[64, 512, 1024]", "[64, 413716]", "sweep.batch_sizes = 413716: must be at most the 413715 training songs"),
    ("batch_size: 100 ", "batch_size: 500000 ", "learning_rates.batch_size = 500000: must be at most the 413715"),
    ("batch_size: sweep", "batch_size: 413716", "train.batch_size = 413716: must be at most the 413715"),
    ("batch_size: sweep", "batch_size: half", "train.batch_size = 'half': must be a whole number or 'sweep'"),
    (
        "  learning_rate: sweep",
        "  learning_rate: -1.5",
        "train.learning_rate = -1.5: must be `float` > 0",
    ),
    (
        "validation_rows: 50000",
        "validation_rows: 463715",
        "split.validation_rows = 463715: must be below train_rows = 463715",
    ),
    ("train_songs: 463715", "train_songs: 515345", "data.stand_in.train_songs = 515345: must be below songs = 515345"),
    ("iterations: 100", "iterations: 95", "learning_rates.every = 10: must be a divisor of iterations = 95"),
    ("validation: shuffled", "validation: sorted", "split.validation = 'sorted': must be 'shuffled' or 'contiguous'"),
    ("bins: 15", "bins: 1", "evaluate.bins = 1: must be `int` >= 2"),
    ("block_length: 200", "block_length: 0", "intervals.block_length = 0: must be `int` >= 1"),
    ("draws: 2000", "draws: 10", "intervals.draws = 10: must be `int` >= 100"),
    ("folds: 5", "folds: 1", "producer_effect.folds = 1: must be `int` >= 2"),
    ("neighbours: 15", "neighbours: 16001", "producer_effect.neighbours = 16001: must be at most the 16000 training"),
    ("more_songs: 200000", "more_songs: 10", "producer_effect.more_songs = 10: must be at least songs = 20000"),
    ("source: stand-in", "source: 3", "data.source = 3: must be `str`, is `int`"),
    ("sha256: 06f8", "sha256: 06F8", "data.uci.sha256 = '06F8"),
    ("sha256: 06f8", "sha256: 006f8", "data.uci.sha256 = '006f8"),
    ("sha256: 06f8", "sha256: |\n      06f8", "data.uci.sha256 = '06f8"),
    ("  C: 1.0", "  C: 1e999", "baseline.C = inf: must be `float` <= 1e+300"),
    ("  C: 1.0", "  C: 0", "baseline.C = 0: must be `float` > 0"),
    (
        "  C: 1.0",
        "  C: 1" + 400 * "0",
        "baseline.C = 100000000000000000...0000000000000000000: must be a smaller",
    ),
    ("batch_size: sweep", "batch_size: 64.5", "train.batch_size = 64.5: must be `int` or 'sweep', is `float`"),
    ("learning_rate: sweep", "learning_rate: swep", "train.learning_rate = 'swep': must be a number or 'sweep'"),
    ("validation: shuffled", "validation: missing", "split.validation = 'missing': must be 'shuffled' or"),
    ("validation: shuffled", "validation: a - at `$.b`", "split.validation = 'a - at `$.b`': must be 'shuffled' or"),
    ("  bins: 15", "  bins: 15\n  missing_bins: 3", "evaluate.missing_bins = 3: is no key of this file; remove it or"),
    ("  bins: 15", '  bins: 15\n  "a\\nb": 3', "evaluate.a b = 3: is no key of this file; remove it or mend its name"),
    ("  bins: 15", "  - bins", "evaluate = ['bins']: must be a mapping, is a list"),
    ("  bins: 15", "  bins: 1001", "evaluate.bins = 1001: must be `int` <= 1000"),
    ("draws: 2000", "draws: 100001", "intervals.draws = 100001: must be `int` <= 100000"),
    ("[64, 512, 1024]", "[]", "sweep.batch_sizes = []: must be a list of length >= 1"),
    ("[0.1, 0.5, 1.0]", "[]", "sweep.learning_rates = []: must be a list of length >= 1"),
    ("[64, 512, 1024]", "!!set {64, -1}", "sweep.batch_sizes.1 = -1: must be `int` >= 1"),
    ("source: stand-in", "source: ''", "data.source = '': must be `str` of length >= 1"),
    ("songs: 515345", "songs: 1", "data.stand_in.songs = 1: must be `int` >= 2"),
    ("seed: 1", "seed: -1", "data.stand_in.seed = -1: must be `int` >= 0"),
    ("seed: 1", "seed: 4294967296", "data.stand_in.seed = 4294967296: must be `int` <= 4294967295"),
    ("binarize:", "3: 4\nbinarize:", "the file has a key that is no word"),
    ("  bins: 15", "  bins: 15\n  1.5: 2", "evaluate has a key that is no word"),
    ("binarize:", "binarise:", "binarise = {'threshold_year': 2000}: is no key of this file"),
]


@pytest.mark.parametrize(("good", "bad", "line"), BAD)
def test_a_bad_value_gives_one_line_with_key_value_and_rule(tmp_path, good, bad, line):
    assert good in DEFAULTS
    with pytest.raises(InputError) as refusal:
        read(tmp_path, DEFAULTS.replace(good, bad, 1))
    assert str(refusal.value).startswith(f"{tmp_path / 'params.yaml'}: {line}")
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("text", ["", "- 1", "data: [", "data: {}: {}"])
def test_what_is_no_mapping_gives_one_line(tmp_path, text):
    with pytest.raises(InputError) as refusal:
        read(tmp_path, text)
    assert "\n" not in str(refusal.value)


def test_what_is_not_utf_8_gives_one_line(tmp_path):
    path = tmp_path / "params.yaml"
    path.write_bytes(b"# caf\xe9\n" + DEFAULTS.encode())
    with pytest.raises(InputError) as refusal:
        read_params(path)
    assert str(refusal.value).startswith(f"{path} is not YAML: 'utf-8' codec")


def test_the_other_words_that_may_stand_there_are_read(tmp_path):
    text = DEFAULTS.replace("validation: shuffled", "validation: contiguous").replace(
        "batch_size: sweep", "batch_size: 7"
    )
    params = read(tmp_path, text)
    assert (params.split.validation, params.train.batch_size, params.train.learning_rate) == ("contiguous", 7, "sweep")


def test_params_cannot_be_changed():
    params = read_params(Path("params.yaml"))
    with pytest.raises(AttributeError):
        params.split.seed = 2


@pytest.mark.parametrize(
    ("text", "value"), [("1e-3", 0.001), ("yes", "yes"), ("1:30", "1:30"), ("010", "010"), ("~", None)]
)
def test_scalars_are_those_of_yaml_1_2(text, value):
    assert yaml.load(text, Yaml12Loader) == value


number = st.one_of(
    st.integers().map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.from_regex(r"[-+]?[0-9.eE]{1,6}", fullmatch=True),
)


@given(number)
def test_a_number_that_we_read_is_the_number_that_dvc_reads(text):
    ours = yaml.load(f"key: {text}", Yaml12Loader)["key"]
    if not isinstance(ours, str):  # a string in place of a number is refused by every model, so nothing is misread
        theirs = YAML(typ="safe", pure=True).load(f"key: {text}")["key"]
        assert (type(ours), ours) == (type(theirs), theirs)
