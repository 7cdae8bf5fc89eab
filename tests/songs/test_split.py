import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from century import InputError
from century.songs.split import split_rows


@given(st.integers(3, 500), st.data())
def test_the_parts_hold_every_row_once_and_no_test_row_is_trained_on(songs, data):
    train_rows = data.draw(st.integers(2, songs - 1))
    validation_rows = data.draw(st.integers(1, train_rows - 1))
    parts = split_rows(np.zeros(songs), train_rows, "shuffled", validation_rows, seed=1)
    assert sorted(np.concatenate(list(parts.values())).tolist()) == list(range(songs))
    assert len(parts["validation"]) == validation_rows
    assert parts["test"].tolist() == list(range(train_rows, songs))


def test_seed_1_gives_the_rows_of_the_assignment():
    # The gradient that the assignment prints for its first training song belongs to row 286829 of the file.
    parts = split_rows(np.zeros(515_345), 463_715, "shuffled", 50_000, seed=1)
    assert parts["train"][0] == 286_829
    assert len(parts["train"]) == 413_715


def test_the_shuffle_is_the_legacy_stream():
    np.random.seed(7)
    shuffled = np.random.permutation(100)
    parts = split_rows(np.zeros(130), 100, "shuffled", 20, seed=7)
    assert parts["validation"].tolist() == shuffled[:20].tolist()
    assert parts["train"].tolist() == shuffled[20:].tolist()


def test_a_file_without_rows_for_the_test_part_is_refused():
    with pytest.raises(InputError, match="100 training rows of 100 songs leave none to test on"):
        split_rows(np.zeros(100), 100, "shuffled", 20, seed=1)


@given(st.lists(st.integers(1, 9), min_size=4, max_size=50), st.data())
def test_a_contiguous_validation_set_is_the_last_rows_from_a_change_of_year(lengths, data):
    year = np.repeat(np.arange(len(lengths)) % 3, lengths)  # runs of one year
    train_rows = data.draw(st.integers(sum(lengths[:-1]), len(year) - 1))
    validation_rows = data.draw(st.integers(train_rows - sum(lengths[:-2]), train_rows - 1))
    parts = split_rows(year, train_rows, "contiguous", validation_rows, seed=1)
    cut = parts["validation"][0]
    assert parts["validation"].tolist() == list(range(cut, train_rows))
    assert sorted(parts["train"].tolist()) == list(range(cut))
    assert year[cut] != year[cut - 1]
    assert len(parts["validation"]) <= validation_rows
    longer = year[train_rows - validation_rows - 1 : cut]
    assert len(set(longer.tolist())) == 1  # no change of year before it would have done


def test_training_keeps_the_order_of_the_shuffle_where_validation_is_contiguous():
    year = np.arange(130)
    train = split_rows(year, 100, "contiguous", 20, seed=7)["train"]
    assert train.tolist() == [row for row in np.random.RandomState(7).permutation(100) if row < 80]


def test_last_rows_without_a_change_of_year_are_refused():
    with pytest.raises(InputError, match="the last 20 of the 100 training rows are all of one year"):
        split_rows(np.arange(130).clip(max=79), 100, "contiguous", 20, seed=1)
