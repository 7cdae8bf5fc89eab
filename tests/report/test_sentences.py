"""The numbers in the sentences of README.md and of the pages in docs/ are those of the results.

Tables are made by report/page_parts.py. Sentences are written by hand, so here their numbers are computed again. Where
a result changes, the sentence has to be read again as well: a comparison that it makes may no longer hold.
"""

import re
from pathlib import Path

import pandas as pd
import pytest

from century.files import read_json
from report.page_parts import LEARNERS, MEASURES

SCORES, EFFECT, REPLAY, SELECTION, SPLIT, TRAINING, BASELINE = (
    read_json(Path(f"metrics/{name}.json"))
    for name in ("evaluate", "producer_effect", "replay", "selection", "split", "train", "baseline")
)
OURS = SCORES["sgd"]
NORMALIZED = SCORES["test_normalized_by_itself"]
GAPS = SCORES["gaps"]["sgd"]
PAIRED = SCORES["difference"]["test"]


def width(ends):
    return ends["high"] - ends["low"]


def to(ends, form):
    return f"{ends['low']:{form}} to {ends['high']:{form}}"


def small(number):
    return re.sub("e-0?", "e-", f"{abs(number):.0e}")


def readme():
    test = SPLIT["test"]
    yield f"would be right on {test['label_1'] / test['songs']:.3f} of the test songs"
    yield f"it takes {TRAINING['epoch']} epochs and ends {small(TRAINING['loss_above_minimum'])} above the minimum"
    minimum = TRAINING["training_loss"] - TRAINING["loss_above_minimum"]
    yield f"scikit-learn ends {small(BASELINE['training_loss'] - minimum)} above it"
    published = read_json(Path("century/document/published_results.json"))
    years = pd.read_csv("plots/accuracy_by_year.csv").query("model == 'sgd'").set_index("year")["accuracy"]
    yield f"on those of 2000 itself, the accuracy is only {years[2000]:.2f}"
    assert all(years[year] > years[2000] for year in (1980, 1990, 2001, 2008))
    yield f"reports an accuracy of {published[1]['test'][0]:.3f} on the test songs for scikit-learn's"


def statistics():
    ends = SCORES["intervals"]["sgd"]["test"]["accuracy"]
    ratio, songs = width(ends["blocks"]) / width(ends["independent"]), OURS["test"]["songs"]
    yield f"is {ratio:.1f} times as wide: its {songs:,} songs"
    yield f"as some {round(songs / ratio**2, -2):,.0f} independent ones"
    yield (
        f"our area under the curve is better by {small(PAIRED['auc']['value'])}, our log-loss by "
        f"{small(PAIRED['loss']['value'])} and our Brier score by {small(PAIRED['brier']['value'])}"
    )
    near, far = (EFFECT[name] for name in list(LEARNERS)[:2])
    yield f"nearest neighbours look {word(near['shuffled'] - far['shuffled'])} points better"
    yield f"they are {word(far['by_producer'] - near['by_producer'])} points worse"
    alone, usual = NORMALIZED["measures"], OURS["test"]
    found = NORMALIZED["difference"]
    yield f"The accuracy becomes {alone['accuracy']:.4f} instead of {usual['accuracy']:.4f}"
    yield f"is noise (by blocks {to(found['accuracy']['blocks'], '+.4f')})"
    yield f"{NORMALIZED['songs_on_the_other_side']:,} songs change sides"
    yield f"from {usual['calibration_error']:.4f} to {alone['calibration_error']:.4f}"
    yield f"not noise ({to(found['calibration_error']['blocks'], '.4f')} more)"
    chosen = SELECTION["chosen_by_test"]
    yield f"{chosen['learning_rate']} with {chosen['batch_size']}, and both give {chosen['test_accuracy']:.4f}"
    best, second, *_, last = sorted(SELECTION["runs"].values(), reverse=True)
    yield f"The nine runs differ by up to {best - last:.3f}"
    yield f"the second best is only {best - second:.4f} behind"
    years = pd.read_csv("plots/accuracy_by_year.csv").query("model == 'sgd'").set_index("year")
    of_2000, of_1990, of_2008 = (years.loc[year] for year in (2000, 1990, 2008))
    yield f"songs of 2000 itself is {of_2000['accuracy']:.2f}, on those of 1990 it is {of_1990['accuracy']:.2f}"
    yield f"2008 it is {of_2008['accuracy']:.2f}"
    yield "is {:.2f}, {:.2f} and {:.2f}".format(*(year["mean_probability"] for year in (of_2000, of_1990, of_2008)))


def published():
    toys, printed = REPLAY["toy_figures"]["of"], 616
    assert REPLAY["toy_figures"]["matched"] == toys
    yield f"Its {toys} numbers come out as printed"
    yield f"The other {printed - toys} numbers belong to the real songs"
    numbers = REPLAY["numbers"]
    yield (
        f"{numbers['scikit-learn today: train accuracy']:.5f} of the training songs are right where the rule of 2021 "
        f"gives {numbers['scikit-learn: train accuracy']:.5f}"
    )
    right, ours = REPLAY["best_run_right"], REPLAY["published_choice_run_right"]
    yield f"Then {right['learning_rate']} with {right['batch_size']} wins"
    yield f"{ours['validation_loss'] - right['validation_loss']:.3f} below that of the published choice"
    yield f"{ours['learning_rate']} with {ours['batch_size']}, which comes third"


def word(difference):
    return {7: "seven", 11: "eleven"}[round(100 * difference)]


@pytest.mark.parametrize(
    ("page", "sentences"),
    [("README.md", readme), ("docs/statistics.md", statistics), ("docs/published.md", published)],
)
def test_the_numbers_in_sentences_are_those_of_the_results(page, sentences):
    text = " ".join(Path(page).read_text(encoding="utf-8").replace("\n> ", "\n").split())
    assert [sentence for sentence in sentences() if sentence not in text] == []


def test_what_is_called_noise_is_noise_and_what_is_not_is_not():
    def is_noise(ends):
        return ends["low"] <= 0 <= ends["high"]

    for view in ("independent", "blocks"):
        assert all(is_noise(GAPS[gap][name][view]) for gap in GAPS for name in MEASURES)
        assert is_noise(PAIRED["accuracy"][view])
        assert not any(is_noise(PAIRED[name][view]) for name in ("auc", "loss", "brier"))
    assert is_noise(NORMALIZED["difference"]["accuracy"]["blocks"])
    assert not is_noise(NORMALIZED["difference"]["calibration_error"]["blocks"])


def test_the_choices_that_are_compared_are_as_told():
    assert SELECTION["chosen_by_test"] == SELECTION["chosen_by_validation"]
    sweep = pd.read_csv("plots/replay_sweep.csv")
    right = sweep.pivot_table(index="learning_rate", columns="batch_size", values="right_loss")
    assert (right[1024] < right[64]).all()
    chosen = REPLAY["published_choice_run_right"]["validation_loss"]
    assert (sweep["right_loss"].round(10) < chosen).sum() == 2
