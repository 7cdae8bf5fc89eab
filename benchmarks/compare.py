"""Time this project against what a user would pick instead: make bench

Both sides of a row run in turn on the same data, five counted pairs after one that is not (three from the zip to a
table, two cold runs of ten stages and one of the whole graph, all counted). A row gives the median of both, the median
and the range of the ratios, and what was asked of the ratio. Absolute times differ from machine to machine; the ratios
are what to read. Within this process BLAS and JAX have one thread, as BLAS has in the stages; the notebook runs in its
own, with as many as it takes.
"""

import os
import tempfile
import warnings
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

from benchmarks import archive, graph, training
from benchmarks.table import HEAD
from century.params import read_params
from century.songs.tables import read_songs


def main() -> None:
    warnings.simplefilter("ignore")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    print(f"{os.cpu_count()} cores, {memory:.0f} GiB, load {os.getloadavg()[0]:.1f} at the start\n\n{HEAD}")
    archive.rows()
    songs, validation = (read_songs(Path(f"data/{part}.parquet"), constant=True) for part in ("train", "validation"))
    p = read_params(Path("params.yaml")).train
    training.rows(songs, validation, p)
    graph.rows()
    with tempfile.TemporaryDirectory() as folder:
        training.ladder(*songs, p, Path(folder))


if __name__ == "__main__":
    main()
