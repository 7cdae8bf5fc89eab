"""Replay the run of the document, compare it with the numbers that it prints, and run its sweep without mistakes."""

from pathlib import Path

from century.document.comparison import TOY_CELLS, Figure, compare, is_published_task, summary
from century.document.replay import (
    TEST_ROWS,
    TRAIN_ROWS,
    VALIDATION_ROWS,
    CurveRow,
    SweepRow,
    best,
    curve_rows,
    outcome,
    replay,
    sweep_rows,
)
from century.files import read_json, round_floats, write_csv, write_json, write_plot
from century.params import Params
from century.songs.tables import read_songs


def stage(params: Params) -> None:
    split = params.split
    # The document's run holds all songs in memory, in float64: of a larger file it gets as many as it had.
    train_rows = min(split.train_rows, TRAIN_ROWS)
    validation_rows = min(split.validation_rows, VALIDATION_ROWS)
    X, t = read_songs(Path("data/songs.parquet"), train_rows + TEST_ROWS)
    normalization = read_json(Path("data/normalization.json"))
    X -= normalization["means"]
    X /= normalization["stds"]
    numbers, published, right = replay(X, t, train_rows, validation_rows)
    is_uci_text = read_json(Path("metrics/binarize.json"))["is_uci_text"]
    comparable = is_published_task(is_uci_text, params.binarize.threshold_year, split.train_rows, split.validation_rows)
    figures = compare(numbers)
    toy = [figure for figure in figures if figure.cell in TOY_CELLS]
    songs = [figure for figure in figures if figure.cell not in TOY_CELLS]
    write_csv(Path("data/replay_comparison.csv"), Figure._fields, toy + songs if comparable else toy)
    write_plot(Path("plots/replay.csv"), CurveRow._fields, curve_rows({"as published": published, "run right": right}))
    write_plot(Path("plots/replay_sweep.csv"), SweepRow._fields, sweep_rows(published, right))
    metrics = {
        "songs": len(t),
        "toy_figures": summary(toy),
        "song_figures": summary(songs) if comparable else "not the published data",
        "best_as_published": outcome(published, best(published)),
        "best_run_right": outcome(right, best(right)),
        "published_choice_run_right": outcome(right, best(published)),
    }
    # The numbers keep all their digits: they are compared with printed ones, which have up to 17.
    write_json(Path("metrics/replay.json"), {**round_floats(metrics), "numbers": numbers})
