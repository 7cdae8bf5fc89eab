"""Put the songs in place: a link to the stand-in, to the zip from UCI, or to a file that the user has."""

import os
import shutil
from pathlib import Path

from century import InputError
from century.files import link, sha256, write_metrics
from century.params import Params, Uci
from century.songs.lines import form_of

FILE = Path("data/raw/songs")  # packed and laid out as it came


def stage(params: Params) -> None:
    source, digest = find(params)
    refuse_to_replace_a_users_file(params.data.source, source, digest)
    link(source, FILE)
    facts = {"source": params.data.source, **form_of(FILE), "bytes": FILE.stat().st_size, "sha256": digest}
    write_metrics(Path("metrics/download.json"), facts)


def find(params: Params) -> tuple[Path, str]:
    """The file that `data.source` names, and its sha256."""
    data = params.data
    # Each is imported where it is needed: with a user's own file neither is, and the imports would take the most time.
    if data.source == "stand-in":
        from century.songs.kept import kept, name_of_stand_in

        made_of = (data.stand_in.songs, data.stand_in.train_songs, data.stand_in.seed)
        return kept(name_of_stand_in(*made_of), lambda path: make_stand_in(path, *made_of))
    if data.source == "uci":
        from century.songs.kept import kept

        uci = data.uci
        try:
            return kept(f"uci-{uci.sha256[:16]}", lambda path: get_uci(path, uci))
        except InputError as error:
            raise InputError(f"{error}. Try again later, or set data.source to stand-in or to a file's path") from None
    own = find_own(data.source)
    return own, sha256(own)


def make_stand_in(path: Path, songs: int, train_songs: int, seed: int) -> None:
    from century.songs.stand_in import write_stand_in

    write_stand_in(path, songs, train_songs, seed)


def get_uci(path: Path, uci: Uci) -> None:
    """Download the file, unless it is in its place already."""
    if FILE.is_file() and sha256(FILE) == uci.sha256:
        shutil.copyfile(FILE, path)
        return
    from century.songs.fetch import download

    download(uci.urls, uci.size, uci.sha256, path)


def find_own(source: str) -> Path:
    """The user's file, once its beginning has shown that it is a table of songs."""
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


def refuse_to_replace_a_users_file(wanted: str, source: Path, digest: str) -> None:
    """A link is ours to replace. A file is the user's own, unless the very same songs would take its place."""
    is_own = FILE.is_file() and not FILE.is_symlink() and not source.samefile(FILE)
    if is_own and sha256(FILE) != digest:
        raise InputError(
            f"{FILE} is a file of your own, which data.source = {wanted!r} would replace: move it away, or set "
            f"data.source to {FILE} to use it"
        )
