"""Which song is in which part: train, validation or test.

The file lists the songs artist by artist, and no artist is on both sides of the cut, so a test song's singer and
producer are never heard in training (the "producer effect" of the data set's page).
"""

import numpy as np

from century import InputError
from century.arrays import Array, Ints


def split_rows(year: Array, train_rows: int, validation: str, validation_rows: int, seed: int) -> dict[str, Ints]:
    """The rows of each part, each in the order in which it is used, for songs of these years (n,).

    The first `train_rows` are shuffled. A "shuffled" validation set is the first `validation_rows` of the shuffled, so
    its artists are also in training; a "contiguous" one is the last rows of them, from the first song of another year
    than the one before it, at most `validation_rows`. The rest is the training set. The other songs are the test set,
    in their own order. The shuffle is NumPy's legacy stream, which will never change (NEP 19). Raises InputError where
    no song is left to test on, or to validate on.
    """
    songs = len(year)
    if train_rows >= songs:
        raise InputError(f"{train_rows} training rows of {songs} songs leave none to test on")
    order = np.arange(train_rows, dtype=np.int32)
    np.random.RandomState(seed).shuffle(order)
    if validation == "contiguous":
        cut = year_change(year[:train_rows], train_rows - validation_rows)
        train, held_out = order[order < cut], np.arange(cut, train_rows, dtype=np.int32)
    else:
        train, held_out = order[validation_rows:], order[:validation_rows]
    return {"train": train, "validation": held_out, "test": np.arange(train_rows, songs, dtype=np.int32)}


def year_change(year: Array, start: int) -> int:
    """The first row from `start` on that has another year than the row before it. Raises InputError if none has."""
    changes = np.flatnonzero(year[start:] != year[start - 1 : -1])
    if len(changes) == 0:
        raise InputError(
            f"the last {len(year) - start} of the {len(year)} training rows are all of one year, so there is no place "
            "to cut"
        )
    return start + int(changes[0])


def refuse_single_class(parts: dict[str, Ints], label: Ints) -> None:
    """Raise InputError where a part has songs of one label only: nothing could be learned, or measured, on it."""
    for part, rows in parts.items():
        if label[rows].min() == label[rows].max():
            raise InputError(f"all {len(rows)} songs of the {part} part have label {label[rows[0]]}")
