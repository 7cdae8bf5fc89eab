"""Files of songs that are kept once for a user: a download or a stand-in serves every clone of this project."""

import hashlib
import os
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import platformdirs
from filelock import FileLock

from century.files import expanded, sha256

VARIABLE = "MUSIC_CENTURY_CACHE"  # the environment variable that names another folder
HERE = Path(__file__).parent
STAND_IN_CODE = [HERE / "stand_in.py", *sorted((HERE / "published").glob("*.csv"))]


def kept(name: str, make: Callable[[Path], None]) -> tuple[Path, str]:
    """The kept file of this name, and its sha256. Where there is none, `make` writes it to a path.

    The sha256 is the end of the file's name. A file that has another one is damaged, and is made anew. Of several
    processes that want the same file one makes it, and the others wait.
    """
    folder = expanded(os.environ.get(VARIABLE) or platformdirs.user_cache_dir("music-century")).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    if kept_file := undamaged(folder, name):
        return kept_file
    with FileLock(folder / f"{name}.lock"):
        if kept_file := undamaged(folder, name):
            return kept_file
        new = folder / f"{name}.new"
        make(new)
        digest = sha256(new)
        new.chmod(0o444)  # read-only, because workspaces link to it
        path = folder / f"{name}-{digest}"
        os.replace(new, path)
        return path, digest


def undamaged(folder: Path, name: str) -> tuple[Path, str] | None:
    """The kept file of this name, and its sha256, if there is one. A damaged one is removed."""
    for path in folder.glob(f"{name}-*"):
        digest = sha256(path)
        if path.name == f"{name}-{digest}":
            return path, digest
        path.unlink()
    return None


def stand_in_name(songs: int, train_songs: int, seed: int) -> str:
    """A name that changes with whatever the bytes of the stand-in depend on: its arguments, code and libraries."""
    made_from = hashlib.sha256(repr((songs, train_songs, seed, version("numpy"))).encode())
    for path in STAND_IN_CODE:
        made_from.update(path.read_bytes())
    return f"stand-in-{made_from.hexdigest()[:16]}"
