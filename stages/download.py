"""Put the songs in place: a link to the stand-in, to the zip from UCI, or to a file that the user has."""

import os
import shutil
from pathlib import Path

from century import InputError
from century.files import link, sha256, write_metrics, write_plot
from century.params import Params, Uci
from century.songs.lines import form_of

FILE = Path("data/raw/songs")  # packed and laid out as it came


def stage(params: Params) -> None:
    path, digest = find(params)
    refuse_to_replace_a_users_file(params.data.source, path, digest)
    link(path, FILE)
    write_metrics(
        Path("metrics/download.json"),
        {"source": params.data.source, **form_of(FILE), "bytes": FILE.stat().st_size, "sha256": digest},
    )
    # The plots name the source, and the path of a user's own file is not for everybody to whom they are shown.
    name = params.data.source if params.data.source in ("stand-in", "uci") else "own file"
    write_plot(Path("plots/source.csv"), ["source"], [(name,)])


def find(params: Params) -> tuple[Path, str]:
    """The file that `data.source` names, and its sha256."""
    data = params.data
    # Imports stand where they are needed: they take longer than everything that a user's own file needs.
    if data.source == "stand-in":
        from century.songs.kept import kept, stand_in_name

        settings = (data.stand_in.songs, data.stand_in.train_songs, data.stand_in.seed)

        def make(path: Path) -> None:
            from century.songs.stand_in import write_stand_in

            write_stand_in(path, *settings)

        return kept(stand_in_name(*settings), make)
    if data.source == "uci":
        from century.songs.kept import kept

        uci = data.uci
        try:
            return kept(f"uci-{uci.sha256[:16]}", lambda path: get_uci(path, uci))
        except InputError as error:
            raise InputError(f"{error}. Try again later, or set data.source to stand-in or to a file's path") from None
    path = find_users_file(data.source)
    return path, sha256(path)


def get_uci(path: Path, uci: Uci) -> None:
    """Download the file, unless it is in its place already."""
    if FILE.is_file() and sha256(FILE) == uci.sha256:
        shutil.copyfile(FILE, path)
        return
    from century.songs.fetch import download

    download(uci.urls, uci.size, uci.sha256, path)


def find_users_file(source: str) -> Path:
    """The user's file. Raises InputError where there is none, or its beginning is not that of a table of songs."""
    path = Path(source).expanduser()
    if not path.exists():
        path = Path(os.environ.get("DVC_ROOT", ""), path)  # a queued experiment runs in a copy of the repository
    if not path.is_file():
        what = "is a directory" if path.is_dir() else "is no regular file" if path.exists() else "is not there"
        raise InputError(
            f"data.source = {source!r} {what}; it must be stand-in, uci or the path of a file of songs"
            + ("" if path.exists() else " (or go on with what `dvc pull` brought: `dvc repro --allow-missing`)")
        )
    form_of(path)
    return path


def refuse_to_replace_a_users_file(source: str, path: Path, digest: str) -> None:
    """Raise InputError where a file that is no link, and so the user's, has other songs than would take its place."""
    is_users = FILE.is_file() and not FILE.is_symlink() and not path.samefile(FILE)
    if is_users and sha256(FILE) != digest:
        raise InputError(
            f"{FILE} is a file of your own, which data.source = {source!r} would replace: move it away, or set "
            f"data.source to {FILE} to use it"
        )
