import hashlib
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from century.files import read_json, replacing, round_floats, sha256, write_csv, write_json, write_metrics, write_plot


def test_a_file_takes_its_place_only_when_it_is_whole(tmp_path):
    path = tmp_path / "folder" / "file.txt"
    with replacing(path) as partial:
        partial.write_text("new")
        assert not path.exists()
    assert path.read_text() == "new"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_failure_keeps_the_old_file_and_leaves_nothing_else(tmp_path, error):
    path = tmp_path / "file.txt"
    path.write_text("old")

    def write_half():
        with replacing(path) as partial:
            partial.write_text("half")
            raise error

    with pytest.raises(error):
        write_half()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_that_a_kill_has_left_is_not_written_through(tmp_path):
    (tmp_path / "mine").write_text("mine")
    (tmp_path / "file.txt.partial").symlink_to(tmp_path / "mine")
    with replacing(tmp_path / "file.txt") as partial:
        partial.write_text("new")
    assert (tmp_path / "mine").read_text() == "mine"
    assert (tmp_path / "file.txt").read_text() == "new"


def test_json_comes_back_as_it_was_written_and_has_no_nan(tmp_path):
    content = {"accuracy": 0.5, "songs": 3, "runs": [{"passed": True}], "name": "Ångström"}
    write_json(tmp_path / "file.json", content)
    assert read_json(tmp_path / "file.json") == content
    assert list(json.loads((tmp_path / "file.json").read_text(encoding="utf-8"))) == list(content)
    for number in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="not JSON compliant"):
            write_json(tmp_path / "file.json", {"loss": number})
    assert read_json(tmp_path / "file.json") == content


def test_a_table_has_a_line_for_each_row_with_the_same_ends_on_every_system(tmp_path):
    write_csv(tmp_path / "table.csv", ["name", "loss"], [("a, b", 0.5), ("c", 1)])
    assert (tmp_path / "table.csv").read_bytes() == b'name,loss\n"a, b",0.5\nc,1\n'


def test_a_digest_is_that_of_the_whole_file(tmp_path):
    content = bytes(range(256)) * 10_000
    (tmp_path / "file").write_bytes(content)
    assert sha256(tmp_path / "file") == hashlib.sha256(content).hexdigest()


def test_metrics_and_plots_have_ten_significant_digits_and_models_have_all(tmp_path):
    x = 0.12345678901234567
    write_metrics(tmp_path / "metrics.json", {"a": {"loss": x, "songs": 3}, "runs": [(1e-20 * x, True, None, "text")]})
    assert read_json(tmp_path / "metrics.json") == {
        "a": {"loss": 0.123456789, "songs": 3},
        "runs": [[1.23456789e-21, True, None, "text"]],
    }
    write_plot(tmp_path / "plot.csv", ["loss", "songs"], [(np.float64(x), 12345678901)])
    assert (tmp_path / "plot.csv").read_text() == "loss,songs\n0.123456789,12345678901\n"
    write_json(tmp_path / "model.json", {"weights": [x]})
    assert read_json(tmp_path / "model.json") == {"weights": [x]}


@given(st.floats(-1e300, 1e300))
def test_rounding_moves_a_number_by_less_than_its_tenth_digit_and_not_twice(x):
    once = round_floats(x)
    assert abs(once - x) <= 5.01e-10 * abs(x) or abs(x) < 1e-300
    assert round_floats(once) == once
