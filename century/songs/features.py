"""The columns of the file of songs, and what the 90 features are.

The songs of the data set are series of segments with 12 timbre numbers each. The features of a song are their 12
averages, followed by their 12 x 12 covariance matrix along its diagonals: the 12 variances, the 11 covariances of the
neighbours 1 and 2, 2 and 3, ..., and so on to the covariance of 1 and 12.
Source: create_vw_dataset.py of the data set's author (github.com/tbertinmahieux/MSongsDB, Tasks_Demos/YearPrediction).
In the UCI file var13..var24 are the only covariances that are never negative, as variances are.
"""

FEATURES = [f"var{number}" for number in range(1, 91)]
COLUMNS = ["year", *FEATURES]  # of the file


def timbre_names() -> list[tuple[str, str]]:
    """(kind, name) of var1..var90."""
    averages = [("average", f"average of {i}") for i in range(1, 13)]
    variances = [("variance", f"variance of {i}") for i in range(1, 13)]
    pairs = [(i, i + apart) for apart in range(1, 12) for i in range(1, 13 - apart)]
    return averages + variances + [("covariance", f"covariance of {i} and {j}") for i, j in pairs]
