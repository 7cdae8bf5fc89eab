"""From the zip to a table, against pandas and against inflating and parsing alone."""

import tempfile
import zipfile
from functools import partial
from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyarrow.csv import ReadOptions, open_csv

from benchmarks.graph import deflated_zip
from benchmarks.table import line, seconds
from century.songs.archive import Fingerprint
from century.songs.features import COLUMNS
from century.songs.labels import label_songs
from century.songs.published import MEMBER
from century.songs.tables import songs_schema, write_table
from century.songs.text import read_text

RUNS = 3  # of each way


def rows() -> None:
    pandas = partial(pd.read_csv, deflated_zip(), header=None)
    runs = [[seconds(way) for way in (to_parquet, pandas, inflate_and_parse)] for _ in range(RUNS)]
    against_pandas = [(ours, frame) for ours, frame, _ in runs]
    against_parsing = [(ours, parsed) for ours, _, parsed in runs]
    line("zip to Parquet, against `pandas.read_csv` to a frame", against_pandas, "s", 1 / 2)
    line("zip to Parquet, against inflating and parsing alone", against_parsing, "s", 1.5)


def to_parquet() -> None:
    with tempfile.TemporaryDirectory() as folder:
        write_table(
            Path(folder) / "songs.parquet",
            songs_schema(pa.float64()),
            label_songs(read_text(deflated_zip(), Fingerprint()), 2000),
        )


def inflate_and_parse() -> None:
    """What there is no way around: inflate the member, then parse it, with nothing checked, kept or written."""
    with zipfile.ZipFile(deflated_zip()) as archive, archive.open(MEMBER) as text:
        for _ in open_csv(text, read_options=ReadOptions(column_names=COLUMNS)):
            pass
