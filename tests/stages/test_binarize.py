"""The songs are read, labelled and counted, and the UCI text must have the published counts."""

import io
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from random_songs import random_text

from century import InputError
from century.files import read_json
from century.songs import published
from century.songs.archive import Fingerprint
from century.songs.features import COLUMNS
from stages import binarize

TEXT = random_text(500)
FRAME = pd.read_csv(io.BytesIO(TEXT + TEXT[: TEXT.index(b"\n") + 1]), names=COLUMNS)  # the first song again at the end


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("data/raw").mkdir(parents=True)
    FRAME.to_csv("data/raw/songs", index=False, header=False)


def run(threshold_year=2000):
    binarize.stage(SimpleNamespace(binarize=SimpleNamespace(threshold_year=threshold_year)))


@pytest.mark.parametrize("threshold_year", [2000, 1990])
def test_every_song_keeps_its_numbers_and_gets_its_row_and_its_label(threshold_year):
    run(threshold_year)
    songs = pd.read_parquet("data/songs.parquet")
    assert songs["row"].tolist() == list(range(501))
    assert songs["label"].tolist() == (FRAME["year"] > threshold_year).astype(int).tolist()
    pd.testing.assert_frame_equal(songs[COLUMNS], FRAME.astype({"year": np.int16}), check_exact=True)


def test_the_metrics_are_the_counts_of_the_songs():
    run(1990)
    assert read_json(Path("metrics/binarize.json")) == {
        "is_uci_text": False,
        "songs": 501,
        "first_year": FRAME["year"].min(),
        "last_year": FRAME["year"].max(),
        "after_2000": (FRAME["year"] > 2000).sum(),
        "duplicate_rows": 1,
        "label_0": (FRAME["year"] <= 1990).sum(),
        "label_1": (FRAME["year"] > 1990).sum(),
    }


def test_the_uci_text_is_known_by_its_fingerprint_and_refused_where_it_is_read_as_something_else(monkeypatch):
    text = Fingerprint()
    text.update(Path("data/raw/songs").read_bytes())
    monkeypatch.setattr(published, "TEXT", text)
    with pytest.raises(InputError, match=r"data/raw/songs holds the UCI text, but was read as .*501"):
        run()
    assert not Path("metrics").exists()
    counts = {key: int(value) for key, value in zip(published.SONGS, (501, 1922, 2011, 0, 1), strict=True)}
    counts["after_2000"] = int((FRAME["year"] > 2000).sum())
    monkeypatch.setattr(published, "SONGS", counts)
    run()
    assert read_json(Path("metrics/binarize.json"))["is_uci_text"] is True
