"""Put the songs in place: a link to the stand-in, to the zip from UCI, or links to the files that the user has."""

import hashlib
import os
import shutil
from pathlib import Path
from typing import Any

from century import InputError
from century.files import expanded, link, sha256, write_metrics, write_plot
from century.params import Params, Uci
from century.songs.lines import packing_and_header

FILE = Path("data/raw/songs")  # packed and laid out as it came; of several files, the folder
RULE = "it must be stand-in, uci, or the path, the folder, the pattern or the URL of files of songs"


def stage(params: Params) -> None:
    files = find(params)
    file_facts = facts(files)
    refuse_to_replace_a_users_file(params.data.source, files)
    link([path for path, _ in files], FILE)
    write_metrics(Path("metrics/download.json"), {"source": params.data.source, **file_facts})
    # The plots name the source, but not the path of a user's own file, which may be private.
    name = params.data.source if params.data.source in ("stand-in", "uci") else "own file"
    write_plot(Path("plots/source.csv"), ["source"], [(name,)])


def facts(files: list[tuple[Path, str]]) -> dict[str, Any]:
    """The form, the bytes and the sha256 of a file; of several also their number, and the sha256 of their sha256s.

    Raises InputError where the beginning of a file is not that of a table of songs.
    """
    size = sum(path.stat().st_size for path, _ in files)
    forms = [packing_and_header(path) for path, _ in files]
    if len(files) == 1:
        return {**forms[0], "bytes": size, "sha256": files[0][1]}
    return {
        "files": len(files),
        "packing": ", ".join(sorted({str(form["packing"]) for form in forms})),
        "header": any(form["header"] for form in forms),
        "bytes": size,
        "sha256": hashlib.sha256("".join(digest for _, digest in files).encode()).hexdigest(),
    }


def find(params: Params) -> list[tuple[Path, str]]:
    """The files that `data.source` names, each with its sha256."""
    data = params.data
    # Imported where they are needed, because the imports take longer than all the work on a user's own file.
    if data.source == "stand-in":
        from century.songs.kept import kept, stand_in_name

        settings = (data.stand_in.songs, data.stand_in.train_songs, data.stand_in.seed)

        def make(path: Path) -> None:
            from century.songs.stand_in import write_stand_in

            write_stand_in(path, *settings)

        return [kept(stand_in_name(*settings), make)]
    if data.source == "uci":
        from century.songs.kept import kept

        uci = data.uci
        try:
            return [kept(f"uci-{uci.sha256[:16]}", lambda path: get_uci(path, uci))]
        except InputError as error:
            raise InputError(f"{error}. Try again later, or set data.source to stand-in or to a file's path") from None
    return find_users_files(data.source)


def get_uci(path: Path, uci: Uci) -> None:
    """Download the file, unless it is in its place already."""
    if FILE.is_file() and sha256(FILE) == uci.sha256:
        shutil.copyfile(FILE, path)
        return
    from century.songs.fetch import download

    download(uci.urls, uci.size, uci.sha256, path)


def find_users_files(source: str) -> list[tuple[Path, str]]:
    """The user's files. Raises InputError where there is none."""
    path = expanded(source)
    if not path.exists():
        path = Path(os.environ.get("DVC_ROOT", ""), path)  # a queued experiment runs in a copy of the repository
    if path.is_file():
        return [(path, sha256(path))]
    if path.exists() and not path.is_dir():
        raise InputError(f"data.source = {source!r} is not a regular file; {RULE}")
    from century.songs.listing import list_files

    try:
        files = list_files(source if "://" in source else str(path))
    except InputError as error:
        raise InputError(f"data.source = {source!r}: {error}; {RULE}") from None
    if not files:
        what = "has no files" if path.exists() else "is not there"
        more = "" if path.exists() else " (or go on with what `dvc pull` brought: `dvc repro --allow-missing`)"
        raise InputError(f"data.source = {source!r} {what}; {RULE}{more}")
    return files


def refuse_to_replace_a_users_file(source: str, files: list[tuple[Path, str]]) -> None:
    """Raise InputError where other songs would take the place of what is not a link, and so the user's own."""
    if FILE.is_dir():
        is_users = not all(path.is_symlink() for path in FILE.iterdir())
    else:
        is_same = len(files) == 1 and FILE.exists() and (files[0][0].samefile(FILE) or sha256(FILE) == files[0][1])
        is_users = FILE.is_file() and not FILE.is_symlink() and not is_same
    if is_users:
        raise InputError(
            f"{FILE} is {'a folder' if FILE.is_dir() else 'a file'} of your own, which data.source = {source!r} would "
            "replace: move it away" + ("" if FILE.is_dir() else f", or set data.source to {FILE} to use it")
        )
