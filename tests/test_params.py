import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError

from century import InputError
from century.params import read_params, read_yaml

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


BATCH_SIZES = "batch_sizes:\n  - 64\n  - 512\n  - 1024"
LEARNING_RATES = "learning_rates:\n  - 0.1\n  - 0.5\n  - 1.0"
BAD = [
    ("too_small: 0.005", "too_small: -0.005", "learning_rates.too_small = -0.005: Expected `float` > 0"),
    ("good: 0.1", "good: .nan", "line N: '.nan' is neither a number like 10 or 1.0e-3"),
    (
        "too_large: 5.0",
        "too_large: 1e7",
        "learning_rates.too_large = 10000000.0: Expected `float` <= 1000000",
    ),
    ("max_epochs: 300", "max_epochs: 0", "train.max_epochs = 0: Expected `int` >= 1"),
    (
        "tolerance: 1e-07\n  # Training ends after",
        "tolerance: 1.0e-9\n  #",
        "train.tolerance = 1e-09: Expected `float` >= 1e-08",
    ),
    (
        "tolerance: 1e-07\n  # Training ends after",
        "tolerance: small\n  #",
        "train.tolerance = 'small': Expected `float`, got `str`",
    ),
    ("max_iter: 100", "max_iter: 2.5", "baseline.max_iter = 2.5: Expected `int`, got `float`"),
    ("max_iter: 100", "max_iter: true", "line N: 'true' is neither a number like 10 or 1.0e-3 nor plain text"),
    ("max_iter: 100", "max_iter: '100'", "baseline.max_iter = '100': Expected `int`, got `str`"),
    (
        "  C: 1.0",
        "  C: 1.0\n  penalty: l1",
        "baseline = {'C': 1.0, 'max_iter': 100, 'penalty': 'l1', 'songs': 1000000}: Object contains unknown",
    ),
    ("  max_iter: 100", "", "baseline = {'C': 1.0, 'songs': 1000000}: Object missing required field `max_iter`"),
    ("binarize:", "colour: 3\nbinarize:", "Object contains unknown field `colour`"),
    (BATCH_SIZES, "batch_sizes: [64, -1, 1024]", "sweep.batch_sizes.1 = -1: Expected `int` >= 1"),
    (BATCH_SIZES, "batch_sizes: [64, 413716]", "sweep.batch_sizes = 413716: must be at most the 413715 training songs"),
    ("batch_size: 100", "batch_size: 500000", "learning_rates.batch_size = 500000: must be at most the 413715"),
    (
        "validation_rows: 50000",
        "validation_rows: 463715",
        "split.validation_rows = 463715: must be below train_rows = 463715",
    ),
    ("train_songs: 463715", "train_songs: 515345", "data.stand_in.train_songs = 515345: must be below songs = 515345"),
    ("iterations: 100", "iterations: 95", "learning_rates.every = 10: must be a divisor of iterations = 95"),
    ("validation: shuffled", "validation: sorted", "split.validation = 'sorted': must be 'shuffled' or 'contiguous'"),
    ("bins: 15", "bins: 1", "evaluate.bins = 1: Expected `int` >= 2"),
    ("block_length: 200", "block_length: 0", "intervals.block_length = 0: Expected `int` >= 1"),
    ("draws: 2000", "draws: 10", "intervals.draws = 10: Expected `int` >= 100"),
    ("folds: 5", "folds: 1", "producer_effect.folds = 1: Expected `int` >= 2"),
    ("neighbours: 15", "neighbours: 16001", "producer_effect.neighbours = 16001: must be at most the 16000 training"),
    ("more_songs: 200000", "more_songs: 10", "producer_effect.more_songs = 10: must be at least songs = 20000"),
    ("source: stand-in", "source: 3", "data.source = 3: Expected `str`, got `int`"),
    ("sha256: 06f8", "sha256: 06F8", "data.uci.sha256 = '06F8"),
    ("sha256: 06f8", "sha256: 006f8", "data.uci.sha256 = '006f8"),
    ("sha256: 06f8", "sha256: |\n      06f8", "data.uci.sha256 = '06f8"),
    ("  C: 1.0", "  C: 1e999", "baseline.C = inf: Expected `float` <= 1e+300"),
    ("  C: 1.0", "  C: 0", "baseline.C = 0: Expected `float` > 0"),
    (
        "  C: 1.0",
        "  C: 1" + 400 * "0",
        "baseline.C = 100000000000000000...0000000000000000000: Number out of range",
    ),
    ("validation: shuffled", "validation: missing", "split.validation = 'missing': must be 'shuffled' or"),
    ("validation: shuffled", "validation: a - at `$.b`", "split.validation = 'a - at `$.b`': must be 'shuffled' or"),
    (
        "  bins: 15",
        "  bins: 15\n  missing_bins: 3",
        "evaluate = {'bins': 15, 'missing_bins': 3}: Object contains unknown field `missing_bins`",
    ),
    (
        "  bins: 15",
        '  bins: 15\n  "a\\nb": 3',
        "evaluate = {'a\\nb': 3, 'bins': 15}: Object contains unknown field `a b`",
    ),
    ("  bins: 15", "  - bins", "evaluate = ['bins']: Expected `object`, got `array`"),
    ("  bins: 15", "  bins: 1001", "evaluate.bins = 1001: Expected `int` <= 1000"),
    ("draws: 2000", "draws: 100001", "intervals.draws = 100001: Expected `int` <= 100000"),
    (BATCH_SIZES, "batch_sizes: []", "sweep.batch_sizes = []: Expected `array` of length >= 1"),
    (LEARNING_RATES, "learning_rates: []", "sweep.learning_rates = []: Expected `array` of length >= 1"),
    (BATCH_SIZES, "batch_sizes: !!set {64, -1}", "line N has a tag, an anchor"),
    ("source: stand-in", "source: ''", "data.source = '': Expected `str` of length >= 1"),
    ("songs: 515345", "songs: 1", "data.stand_in.songs = 1: Expected `int` >= 2"),
    ("seed: 1", "seed: -1", "data.stand_in.seed = -1: Expected `int` >= 0"),
    ("seed: 1", "seed: 4294967296", "data.stand_in.seed = 4294967296: Expected `int` <= 4294967295"),
    ("binarize:", "3: 4\nbinarize:", "Expected `str` - at `key` in `$`"),
    ("  bins: 15", "  bins: 15\n  1.5: 2", "Expected `str` - at `key` in `$.evaluate`"),
    ("binarize:", "binarise:", "Object contains unknown field `binarise`"),
    ("  bins: 15", "  bins: 15\n  bins: 15", "the section that begins at line N has the key 'bins' twice: remove one"),
    ("binarize:", "data: 3\nbinarize:", "the section that begins at line N has the key 'data' twice: remove one"),
    ("seed: 1", "seed: 010", "line N: '010' is neither a number like 10 or 1.0e-3"),
    ("  bins: 15", "  <<: {bins: 15}", "line N: '<<' is neither a number like 10 or 1.0e-3"),
    (
        "source: stand-in",
        "source: 2001-01-01",
        "line N: '2001-01-01' is neither a number like 10 or 1.0e-3",
    ),
    ("  bins: 15", "  bins:", "line N: '' is neither a number like 10 or 1.0e-3 nor plain text"),
    (
        "  bins: 15",
        "  bins: !!float 15",
        "line N has a tag, an anchor, an alias or a directive: write only the value",
    ),
    (
        "  bins: 15",
        "  bins: &a [*a]",
        "line N has a tag, an anchor, an alias or a directive: write only the value",
    ),
]


@pytest.mark.parametrize(("good", "bad", "line"), BAD)
def test_a_bad_value_gives_one_line_with_key_value_and_rule(tmp_path, good, bad, line):
    assert good in DEFAULTS
    with pytest.raises(InputError) as refusal:
        read(tmp_path, DEFAULTS.replace(good, bad, 1))
    found = re.sub(r"\bline \d+", "line N", str(refusal.value))
    assert found.startswith(f"{tmp_path / 'params.yaml'}: {line}")
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


def test_the_other_word_that_may_stand_there_is_read(tmp_path):
    params = read(tmp_path, DEFAULTS.replace("validation: shuffled", "validation: contiguous"))
    assert params.split.validation == "contiguous"


def test_params_cannot_be_changed():
    params = read_params(Path("params.yaml"))
    with pytest.raises(AttributeError):
        params.split.seed = 2


@pytest.mark.parametrize(("text", "value"), [("1e-3", 0.001), ("yes", "yes"), ("1e-07", 1e-7), ("'010'", "010")])
def test_scalars_are_those_of_yaml_1_2(text, value):
    assert read_yaml(text) == value


scalar = st.one_of(
    st.integers().map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.from_regex(r"[-+]?[0-9.eE]{1,6}", fullmatch=True),
    st.from_regex(r"[-+]?(0[xob])?[0-9a-f_.:]{1,5}", fullmatch=True),
    st.from_regex(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ][0-9:.]{1,9}Z?)?", fullmatch=True),
    st.sampled_from([".inf", "-.INF", ".NaN", "<<", "=", "yes", "No", "on", "~", "null", "TRUE", "y", "!!int 3", "''"]),
    st.text("0123456789abcdefxXoO_.:+-eE~tT Z\"'!&*%[]{}#,", min_size=1, max_size=8),
)


@settings(max_examples=500)
@given(scalar)
def test_what_we_read_is_what_dvc_reads(text):
    try:
        ours = read_yaml(f"key: {text}\n")
    except (InputError, yaml.YAMLError, ValueError):
        return  # refused: nothing is misread
    theirs = YAML(typ="safe").load(f"key: {text}\n")
    assert repr(ours) == repr(theirs)


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=5), st.booleans())
def test_a_repeated_key_is_refused_as_dvc_refuses_it(keys, inside):
    text = "".join(f"{'  ' * inside}{key}: 1\n" for key in keys)
    text = f"section:\n{text}" if inside else text
    if len(set(keys)) < len(keys):
        with pytest.raises(DuplicateKeyError):
            YAML(typ="safe").load(text)
        with pytest.raises(InputError, match="twice"):
            read_yaml(text)
    else:
        assert read_yaml(text) == YAML(typ="safe").load(text)


def test_an_alias_within_itself_or_a_thousandfold_is_refused_at_once():
    bomb = "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [{', '.join(9 * [f'*a{i - 1}'])}]\n" for i in range(1, 30))
    for text in ("key: &a [*a]\n", bomb):
        with pytest.raises(InputError, match="line 1 has a tag, an anchor, an alias"):
            read_yaml(text)
