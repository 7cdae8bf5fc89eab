"""Replay the run of the document, compare it with the numbers that it prints, and run its sweep without mistakes."""

from pathlib import Path

from century.document import replay
from century.document.comparison import TOY_CELLS, PrintedNumber, compare, summary
from century.files import read_json, round_floats, write_csv, write_json, write_plot
from century.params import Params
from century.songs.tables import read_songs


def stage(params: Params) -> None:
    split = params.split
    # The document's run holds all songs in memory, in float64, so it takes at most as many songs as the document had.
    train_rows = min(split.train_rows, replay.TRAIN_ROWS)
    validation_rows = min(split.validation_rows, replay.VALIDATION_ROWS)
    X, t = read_songs(Path("data/songs.parquet"), train_rows + replay.TEST_ROWS)
    normalization = read_json(Path("data/normalization.json"))
    X -= normalization["means"]
    X /= normalization["stds"]
    numbers, published, corrected = replay.replay(X, t, train_rows, validation_rows)
    is_uci_text = read_json(Path("metrics/binarize.json"))["is_uci_text"]
    task = params.binarize.threshold_year, split.train_rows, split.validation_rows
    comparable = replay.is_published_task(is_uci_text, *task)
    compared = compare(numbers)
    toy = [number for number in compared if number.cell in TOY_CELLS]
    songs = [number for number in compared if number.cell not in TOY_CELLS]
    write_csv(Path("data/replay_comparison.csv"), PrintedNumber._fields, toy + songs if comparable else toy)
    curves = replay.curve_rows({"as published": published, "run right": corrected})
    write_plot(Path("plots/replay.csv"), replay.CurveRow._fields, curves)
    write_plot(Path("plots/replay_sweep.csv"), replay.SweepRow._fields, replay.sweep_rows(published, corrected))
    metrics = {
        "songs": len(t),
        "toy_figures": summary(toy),
        "song_figures": summary(songs) if comparable else "not the published data",
        "best_as_published": replay.outcome(published, replay.best(published)),
        "best_run_right": replay.outcome(corrected, replay.best(corrected)),
        "published_choice_run_right": replay.outcome(corrected, replay.best(published)),
    }
    # The numbers keep all their digits: they are compared with printed ones, which have up to 17.
    write_json(Path("metrics/replay.json"), {**round_floats(metrics), "numbers": numbers})
