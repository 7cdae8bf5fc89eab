from functools import partial

import numpy as np
import pyarrow as pa

from century.model.logistic import exact_logits
from century.songs.features import FEATURES
from century.songs.labels import label_songs
from century.songs.tables import read_songs, songs_schema, write_table
from stages.evaluate import score


def test_a_part_has_its_rows_its_labels_and_the_logits_of_each_model_over_many_batches(tmp_path):
    rng = np.random.default_rng(0)
    features = {name: rng.normal(size=9_000).astype(np.float32) for name in FEATURES}
    table = pa.table({"year": rng.integers(1922, 2012, 9_000).astype(np.int16), **features})
    write_table(tmp_path / "songs.parquet", songs_schema(pa.float32()), label_songs([table], 2000))
    models = {"one": np.linspace(-1, 1, 91), "other": -np.ones(91)}
    part = score(tmp_path / "songs.parquet", {name: partial(exact_logits, w) for name, w in models.items()})
    X, t = read_songs(tmp_path / "songs.parquet")
    assert (part.row == np.arange(9_000)).all()
    assert (part.t == t).all()
    assert list(part.z) == ["one", "other"]
    for name, w in models.items():
        assert (part.z[name] == exact_logits(w, X)).all()
