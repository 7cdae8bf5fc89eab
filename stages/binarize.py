"""Read the songs out of the zip and label them by their year."""

import tempfile
from pathlib import Path

import pyarrow as pa

from century import InputError
from century.files import read_json, write_json
from century.params import Params
from century.songs import published
from century.songs.archive import read_archive
from century.songs.features import songs_schema
from century.songs.labels import label_songs
from century.songs.repeats import with_hashes
from century.songs.tables import GROUP, count_songs, merge, read_column, write_table

ZIP = Path("data/raw/YearPredictionMSD.txt.zip")
SONGS = Path("data/songs.parquet")


def stage(params: Params) -> None:
    with tempfile.TemporaryFile(dir="data") as hashes:
        songs = with_hashes(merge(read_archive(ZIP), GROUP), hashes)  # merged first: fewer calls of NumPy
        write_table(SONGS, songs_schema(pa.float64()), label_songs(songs, params.binarize.threshold_year))
        counts = count_songs(SONGS, hashes)
    if read_json(Path("metrics/download.json"))["is_uci_file"] and counts != published.SONGS:
        raise InputError(f"{ZIP} is the UCI file, but was read as {counts}; published is {published.SONGS}")
    label = read_column(SONGS, "label")
    by_label = {"label_0": int((label == 0).sum()), "label_1": int((label == 1).sum())}
    write_json(Path("metrics/binarize.json"), {**counts, **by_label})
