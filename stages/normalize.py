"""Z-score every feature by its mean and standard deviation over the train rows, and lay the parts out for training."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from century.files import write_json
from century.normalization import mean_and_std, z_score
from century.params import Params
from century.songs import FEATURES, read_column, songs_schema, write_table
from stages.entry import start

SONGS = Path("data/songs.parquet")
SPLIT = Path("data/split.parquet")


def stage(params: Params) -> None:
    row, part = read_column(SPLIT, "row"), read_column(SPLIT, "part")
    parts = {name: row[part == name] for name in ("train", "validation", "test")}
    not_test = np.sort(row[part != "test"])  # in the order of the file, so that sums do not depend on the shuffle
    tables = {
        name: {key: read_column(SONGS, key)[rows] for key in ("row", "year", "label")} for name, rows in parts.items()
    }
    means, stds = [], []
    for feature in FEATURES:
        x = read_column(SONGS, feature)
        mean, std = mean_and_std(feature, x[not_test])
        z = z_score(x, mean, std)
        for name, rows in parts.items():
            tables[name][feature] = z[rows]
        means.append(mean)
        stds.append(std)
    schema = songs_schema(pa.float32())
    for name, columns in tables.items():
        write_table(Path(f"data/{name}.parquet"), schema, [pa.table(columns, schema)])
    write_json(Path("data/normalization.json"), {"features": FEATURES, "means": means, "stds": stds})


if __name__ == "__main__":
    start("normalize", stage)
