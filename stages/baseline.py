"""Fit scikit-learn's logistic regression to the same songs, or to a sample of very many."""

import sys
import warnings
from pathlib import Path

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from century import InputError
from century.files import read_json, write_metrics
from century.model.logistic import exact_logits, loss_and_accuracy, sigmoid
from century.model.saved import write_model
from century.params import Params
from century.songs.tables import read_songs

BIAS_TOLERANCE = 1e-3  # ten times the slope of the loss at which L-BFGS stops


def stage(params: Params) -> None:
    X, t = read_songs(Path("data/train.parquet"), params.baseline.songs)
    if t.min() == t.max():
        key = f"baseline.songs = {params.baseline.songs}"
        raise InputError(f"{key}: the first {len(t)} training songs have one label only; set a larger number")
    with warnings.catch_warnings(record=True, action="always") as caught:
        fit = LogisticRegression(C=params.baseline.C, max_iter=params.baseline.max_iter).fit(X, t)
    w, iterations = np.append(fit.coef_[0], fit.intercept_), int(fit.n_iter_[0])
    normalization = read_json(Path("data/normalization.json"))
    write_model(Path("data/baseline.json"), w, normalization, params.binarize.threshold_year)
    z = exact_logits(w, X)
    # Where the penalty is far too strong, L-BFGS ends near zero and reports success. But the bias has no penalty, so at
    # every optimum the mean probability is the share of label 1.
    at_optimum = bool(abs(sigmoid(z).mean() - t.mean()) <= BIAS_TOLERANCE)
    converged = at_optimum and not any(issubclass(warning.category, ConvergenceWarning) for warning in caught)
    loss, accuracy = loss_and_accuracy(z, t)
    end = {"converged": converged, "iterations": iterations, "songs": len(t)}
    write_metrics(Path("metrics/baseline.json"), {**end, "training_loss": loss, "training_accuracy": accuracy})
    if not converged:
        key = "max_iter" if iterations >= params.baseline.max_iter else "C"
        print(
            f"baseline: scikit-learn stopped after {iterations} iterations and has not converged; set a larger "
            f"baseline.{key} than {getattr(params.baseline, key)}",
            file=sys.stderr,
        )
