"""Time this project against what a user would pick instead: make bench

Both sides of a row run in turn on the same data, five counted pairs after one that is not. A row gives the median of
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

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow.csv import ReadOptions, open_csv
from sklearn.linear_model import LogisticRegression, SGDClassifier

from benchmarks import graph, growth
from benchmarks.graph import ZIP
from benchmarks.table import HEAD, compare
from century import document
from century.archive import COLUMNS, read_archive
from century.descent import epoch
from century.evaluation import exact_logits
from century.logistic import loss
from century.params import read_params
from century.published import MEMBER
from century.songs import label_songs, read_songs, songs_schema, write_table
from century.training import train


def to_parquet() -> None:
    with tempfile.TemporaryDirectory() as folder:
        write_table(Path(folder) / "songs.parquet", songs_schema(pa.float64()), label_songs(read_archive(ZIP), 2000))


def inflate_and_parse() -> None:
    """What there is no way around: inflate the member, then parse it, with nothing checked, kept or written."""
    with zipfile.ZipFile(ZIP) as archive, archive.open(MEMBER) as text:
        for _ in open_csv(text, read_options=ReadOptions(column_names=list(COLUMNS))):
            pass


def our_epoch(X: np.ndarray, t: np.ndarray, batch_size: int) -> None:
    order = np.random.default_rng(1).permutation(len(X))
    for _ in epoch(X, t, np.zeros((X.shape[1], 1), X.dtype), np.array(0.1), batch_size, order):
        pass


def document_epoch(X: np.ndarray, t: np.ndarray, batch_size: int) -> None:
    """The assignment's way: a shuffled copy of the whole float64 set, then slices of it."""
    w, b = np.zeros(90), 0.0
    order = np.random.permutation(len(X))
    X, t = X[order], t[order]
    for start in range(0, len(X) - batch_size + 1, batch_size):
        rows, labels = X[start : start + batch_size], t[start : start + batch_size]
        dw, db = document.gradient(rows, document.predict(w, b, rows), labels)
        w -= 0.1 * dw
        b -= 0.1 * db


def sgd_classifier_epoch(X: np.ndarray, t: np.ndarray) -> None:
    SGDClassifier(loss="log_loss", max_iter=1, tol=None, random_state=1).fit(X, t)


def our_training(X: np.ndarray, t: np.ndarray) -> tuple[np.ndarray, float]:
    p = read_params(Path("params.yaml")).train
    *_, (w, _) = train(lambda: [(X, t)], 0.5, 1024, p.seed, p.tolerance, p.max_epochs)
    return w[:-1], w[-1]


def gap(w: np.ndarray, b: float, X: np.ndarray, t: np.ndarray, optimum: float) -> str:
    return f"{loss(exact_logits(w, b, X), t) - optimum:.1e}"


def archive_rows() -> None:
    pandas = partial(pd.read_csv, ZIP, header=None)
    compare("zip to Parquet, against `pandas.read_csv` to a frame", to_parquet, pandas)
    compare("zip to Parquet, against inflating and parsing alone", to_parquet, inflate_and_parse, 1.5)


def epoch_rows(X: np.ndarray, ours_X: np.ndarray, t: np.ndarray) -> None:
    for size in (100, 512):
        ours, other = partial(our_epoch, ours_X, t, size), partial(sgd_classifier_epoch, X, t)
        compare(f"epoch, batches of {size}, against `SGDClassifier`", ours, other, 1 / 3)
    exact = X.astype(np.float64)
    for size in (100, 512):
        ours, other = partial(our_epoch, ours_X, t, size), partial(document_epoch, exact, t, size)
        compare(f"epoch, batches of {size}, against the assignment's way", ours, other, 1 / 10)


def training_rows(X: np.ndarray, ours_X: np.ndarray, t: np.ndarray) -> None:
    ours, other = partial(our_training, ours_X, t), partial(LogisticRegression().fit, X, t)
    compare("training, against `LogisticRegression().fit`", ours, other, 1)


def losses(X: np.ndarray, ours_X: np.ndarray, t: np.ndarray) -> None:
    best = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-10).fit(X.astype(np.float64), t)
    optimum = loss(exact_logits(best.coef_[0], best.intercept_[0], X), t)
    fit = LogisticRegression().fit(X, t)
    print(
        f"\nTraining loss above the optimum {optimum:.9f} (newton-cholesky, tolerance 1e-10): ours "
        f"{gap(*our_training(ours_X, t), X, t, optimum)}, `LogisticRegression()` "
        f"{gap(fit.coef_[0], fit.intercept_[0], X, t, optimum)}"
    )


def main() -> None:
    warnings.simplefilter("ignore")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    print(f"{os.cpu_count()} cores, {memory:.0f} GiB, load {os.getloadavg()[0]:.1f} at the start\n\n{HEAD}")
    archive_rows()
    X, t = read_songs(Path("data/train.parquet"))
    ours_X, _ = read_songs(Path("data/train.parquet"), constant=True)
    epoch_rows(X, ours_X, t)
    training_rows(X, ours_X, t)
    graph.rows()
    growth.rows()
    losses(X, ours_X, t)


if __name__ == "__main__":
    main()
