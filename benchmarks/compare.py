"""Time this project against what a user would pick instead: make bench

Both sides of a row run in turn on the same data, five counted pairs after one that is not (the
pairs of the whole graph have none that is not; growth is one run at each size). A row gives the median of
both, the median and the range of the five ratios, and what was asked of the ratio. Absolute times differ from machine
to machine; the ratios are what to read. Within this process BLAS has one thread, as in the stages; the notebook runs in
its own, with as many as it takes.
"""

import os
import tempfile
import warnings
import zipfile
from functools import partial
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"

import pandas as pd
import pyarrow as pa
from pyarrow.csv import ReadOptions, open_csv

from benchmarks import graph, growth, training
from benchmarks.graph import deflated_zip
from benchmarks.table import HEAD, compare
from century.params import read_params
from century.songs.archive import Fingerprint
from century.songs.labels import label_songs
from century.songs.lines import COLUMNS
from century.songs.published import MEMBER
from century.songs.tables import read_songs, songs_schema, write_table
from century.songs.text import read_text


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


def read_all() -> None:
    for _ in read_text(deflated_zip(), Fingerprint()):
        pass


def archive_rows() -> None:
    pandas = partial(pd.read_csv, deflated_zip(), header=None)
    compare("zip read and checked, against `pandas.read_csv`", read_all, pandas, 1 / 2)
    compare("zip to Parquet, against `pandas.read_csv` to a frame", to_parquet, pandas, 1 / 2)
    compare("zip to Parquet, against inflating and parsing alone", to_parquet, inflate_and_parse, 1.5)


def main() -> None:
    warnings.simplefilter("ignore")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    print(f"{os.cpu_count()} cores, {memory:.0f} GiB, load {os.getloadavg()[0]:.1f} at the start\n\n{HEAD}")
    archive_rows()
    songs, validation = (read_songs(Path(f"data/{part}.parquet"), constant=True) for part in ("train", "validation"))
    p = read_params(Path("params.yaml")).train
    training.rows(songs, validation, p)
    graph.rows()
    growth.rows()
    training.ladder(*songs, p)


if __name__ == "__main__":
    main()
