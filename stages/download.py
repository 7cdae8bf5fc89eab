"""Put the file of the songs in its place: the stand-in, the zip from UCI, or a file that the user has."""

from pathlib import Path

from century import InputError
from century.files import link, sha256, write_metrics
from century.params import Params
from century.songs.lines import form_of

FILE = Path("data/raw/songs")  # packed and laid out as it came
UCI = FILE.with_name("uci.zip")  # not for DVC: a download survives a change of the source


def stage(params: Params) -> None:
    data = params.data
    # Each is imported where it is needed: with a user's own file neither is, and the imports would take the most time.
    if data.source == "stand-in":
        from century.songs.stand_in import write_stand_in

        write_stand_in(FILE, data.stand_in.songs, data.stand_in.train_songs, data.stand_in.seed)
    elif data.source == "uci":
        from century.songs.fetch import download_and_keep

        try:
            download_and_keep(data.uci.urls, data.uci.size, data.uci.sha256, UCI, FILE)
        except InputError as error:
            raise InputError(f"{error}. Try again later, or set data.source to stand-in or to a file's path") from None
    else:
        put_link(Path(data.source))
    facts = {"source": data.source, **form_of(FILE), "bytes": FILE.stat().st_size, "sha256": sha256(FILE)}
    write_metrics(Path("metrics/download.json"), facts)


def put_link(source: Path) -> None:
    """Link to the user's file, once its beginning has shown that it is a table of songs."""
    if not source.is_file():
        what = "is a directory" if source.is_dir() else "is no regular file" if source.exists() else "is not there"
        raise InputError(
            f"data.source = {str(source)!r} {what}; it must be stand-in, uci or the path of a file of songs"
        )
    form_of(source)
    link(source, FILE)
