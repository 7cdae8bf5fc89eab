"""Put the zip in its place: the stand-in, the file from UCI, or a copy that the user has."""

from pathlib import Path

from century import InputError
from century.files import replacing, sha256, write_json
from century.params import Params
from stages import start

ZIP = Path("data/raw/YearPredictionMSD.txt.zip")
UCI = ZIP.with_name("uci.zip")  # not for DVC: a download survives a change of the source


def stage(params: Params) -> None:
    data = params.data  # what makes or fetches a zip takes longer to import than it takes to link one: each when needed
    if data.source == "stand-in":
        from century.stand_in import write_stand_in

        write_stand_in(ZIP, data.stand_in.songs, data.stand_in.train_songs, data.stand_in.seed)
    elif data.source == "uci":
        from century.fetch import download_and_keep

        download_and_keep(data.uci.urls, data.uci.size, data.uci.sha256, UCI, ZIP)
    else:
        link(Path(data.source), ZIP)
    found = sha256(ZIP)
    is_uci_file = found == data.uci.sha256
    write_json(
        Path("metrics/download.json"),
        {"source": data.source, "bytes": ZIP.stat().st_size, "sha256": found, "is_uci_file": is_uci_file},
    )


def link(source: Path, path: Path) -> None:
    """Make `path` a link to the user's own file: nothing is copied, and DVC sees when that file changes.

    Raises InputError where there is none.
    """
    if not source.is_file():
        raise InputError(
            f"data.source = {str(source)!r}: there is no such file; it must be stand-in, uci or the path of a zip"
        )
    if source.resolve() == path.resolve():  # the user's file stands in this very place, or is linked already
        return
    with replacing(path) as partial:
        partial.symlink_to(source.resolve())


if __name__ == "__main__":
    start("download", stage)
