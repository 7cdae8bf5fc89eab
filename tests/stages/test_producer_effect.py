import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def test_the_accuracies_are_those_of_scikit_learns_cross_validation(finished):
    songs = pd.read_parquet(finished / "data/songs.parquet")
    X, t = songs.iloc[:, 3:].to_numpy("float32").astype("float64"), songs["label"]
    table = pd.read_csv(finished / "plots/producer_effect.csv").set_index(["learner", "split"])
    for split, folds in {"by producer": KFold(5), "shuffled": KFold(5, shuffle=True, random_state=1)}.items():
        model = make_pipeline(StandardScaler(), LogisticRegression(tol=1e-8, max_iter=1000))
        expected = cross_val_score(model, X, t, cv=folds).mean()
        found = table.loc[("logistic regression", split), "accuracy"]
        assert abs(found - expected).max() < 1e-9


def test_the_leak_is_the_difference_and_lies_within_its_interval(finished):
    table = pd.read_csv(finished / "plots/producer_effect.csv")
    for _, rows in table.groupby(["learner", "songs"]):
        pair = rows.drop_duplicates("split").set_index("split")
        leak = pair["accuracy"]["shuffled"] - pair["accuracy"]["by producer"]
        assert abs(pair["leak"] - leak).max() < 1e-9
        assert (pair["leak_low"] <= pair["leak"]).all()
        assert (pair["leak"] <= pair["leak_high"]).all()
