"""Fit scikit-learn's logistic regression to the same songs."""

from pathlib import Path

from sklearn.linear_model import LogisticRegression

from century.evaluation.scores import exact_logits, scores
from century.files import read_json, write_json
from century.model.saved import write_model
from century.params import Params
from century.songs.tables import read_songs


def stage(params: Params) -> None:
    X, t = read_songs(Path("data/train.parquet"))
    fit = LogisticRegression(C=params.baseline.C, max_iter=params.baseline.max_iter).fit(X, t)
    w, b = fit.coef_[0], fit.intercept_[0]
    normalization = read_json(Path("data/normalization.json"))
    write_model(Path("data/baseline.json"), w, b, normalization, params.binarize.threshold_year)
    training = scores(exact_logits(w, b, X), t)
    write_json(
        Path("metrics/baseline.json"),
        {
            "iterations": int(fit.n_iter_[0]),
            "training_loss": training["loss"],
            "training_accuracy": training["accuracy"],
        },
    )
