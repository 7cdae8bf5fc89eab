"""From the zip to a table, against pandas and against inflating and parsing alone."""

import tempfile
import zipfile
from functools import partial
from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyarrow.csv import ReadOptions, open_csv

from benchmarks.graph import deflated_zip
from benchmarks.table import compare
from century.songs.archive import Fingerprint
from century.songs.labels import label_songs
from century.songs.lines import COLUMNS
from century.songs.published import MEMBER
from century.songs.tables import songs_schema, write_table
from century.songs.text import read_text


def rows() -> None:
    pandas = partial(pd.read_csv, deflated_zip(), header=None)
    compare("zip to Parquet, against `pandas.read_csv` to a frame", to_parquet, pandas, 1 / 2)
    compare("zip to Parquet, against inflating and parsing alone", to_parquet, inflate_and_parse, 1.5)


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
