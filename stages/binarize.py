"""Read the songs out of their file and label them by their year."""

import tempfile
from pathlib import Path

import pyarrow as pa

from century import InputError
from century.files import write_metrics
from century.params import Params
from century.songs import published
from century.songs.archive import Fingerprint
from century.songs.labels import label_songs
from century.songs.repeats import count_songs, with_hashes
from century.songs.tables import GROUP, merge, read_column, songs_schema, write_table
from century.songs.text import read_texts

FILE = Path("data/raw/songs")
SONGS = Path("data/songs.parquet")


def stage(params: Params) -> None:
    fingerprint = Fingerprint()
    with tempfile.TemporaryFile(dir="data") as hashes:
        songs = with_hashes(merge(read_texts(FILE, fingerprint), GROUP), hashes)  # larger tables: fewer calls of NumPy
        write_table(SONGS, songs_schema(pa.float64()), label_songs(songs, params.binarize.threshold_year))
        counts = count_songs(read_column(SONGS, "year"), hashes)
    is_uci_text = fingerprint == published.TEXT
    if is_uci_text and counts != published.SONGS:
        raise InputError(f"{FILE} holds the UCI text, but was read as {counts}; published is {published.SONGS}")
    label = read_column(SONGS, "label")
    by_label = {"label_0": int((label == 0).sum()), "label_1": int((label == 1).sum())}
    write_metrics(Path("metrics/binarize.json"), {"is_uci_text": is_uci_text, **counts, **by_label})
