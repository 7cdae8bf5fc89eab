"""Put the zip in its place: the stand-in, the file from UCI, or a copy that the user has."""

from pathlib import Path

from century.files import link, sha256, write_json
from century.params import Params

ZIP = Path("data/raw/YearPredictionMSD.txt.zip")
UCI = ZIP.with_name("uci.zip")  # not for DVC: a download survives a change of the source


def stage(params: Params) -> None:
    data = params.data
    # Each is imported where it is needed: with a user's own zip neither is, and the imports would take the most time.
    if data.source == "stand-in":
        from century.songs.stand_in import write_stand_in

        write_stand_in(ZIP, data.stand_in.songs, data.stand_in.train_songs, data.stand_in.seed)
    elif data.source == "uci":
        from century.songs.fetch import download_and_keep

        download_and_keep(data.uci.urls, data.uci.size, data.uci.sha256, UCI, ZIP)
    else:
        link(Path(data.source), ZIP)
    found = sha256(ZIP)
    is_uci_file = found == data.uci.sha256
    write_json(
        Path("metrics/download.json"),
        {"source": data.source, "bytes": ZIP.stat().st_size, "sha256": found, "is_uci_file": is_uci_file},
    )
