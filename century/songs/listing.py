"""The files of songs that a folder, a pattern or a URL names, in the order of their names."""

import hashlib
import logging
from pathlib import Path, PurePosixPath

import fsspec
from fsspec.implementations.local import LocalFileSystem

from century import InputError
from century.files import sha256
from century.songs.kept import kept


def list_files(source: str) -> list[tuple[Path, str]]:
    """Each file, and its sha256. Files of a URL are kept on this machine, and got again only when they have changed.

    Files and subfolders whose names begin with a dot or an underscore are left out.
    Raises InputError where the file system of a URL does not give its files.
    """
    if "://" in source:
        set_up_clouds()
    try:
        files, place = fsspec.url_to_fs(source)
        paths = visible_files(files, place)
        if isinstance(files, LocalFileSystem):
            return [(Path(path), sha256(Path(path))) for path in paths]
        versions = [f"{source} {path} {version(files, path)}" for path in paths]
        names = ["url-" + hashlib.sha256(one.encode()).hexdigest() for one in versions]
        return [
            kept(name, lambda new, path=path: files.get_file(path, str(new)))  # type: ignore[misc]
            for name, path in zip(names, paths, strict=True)
        ]
    except FileNotFoundError as error:  # as of a bucket that is not there; for HTTP, whatever has happened
        from aiohttp import ClientError  # imported here, because files of this machine do not need it

        cause = error.__cause__
        if isinstance(cause, ClientError) and getattr(cause, "status", None) != 404:
            raise InputError(str(cause) or type(cause).__name__) from None
        return []
    except Exception as error:  # each file system has errors of its own
        silent = "its server does not answer" if isinstance(error, TimeoutError) else ""
        raise InputError(str(error) or silent or type(error).__name__) from None


def visible_files(files: fsspec.AbstractFileSystem, place: str) -> list[str]:
    """The paths of the files that a folder, a pattern or a path names, in the order of their names."""
    is_pattern = any(character in place for character in "*?[") and not files.exists(place)
    every = [path for path in files.glob(place) if files.isfile(path)] if is_pattern else files.find(place)
    if not every and not is_pattern:
        files.info(place)  # says why there is none
    within = {path: PurePosixPath(path).name if is_pattern else path.removeprefix(place) for path in every}
    return sorted(path for path, name in within.items() if is_visible(name))


def version(files: fsspec.AbstractFileSystem, path: str) -> str:
    """What changes when a file does. fsspec's own key of a file of HTTP never changes, so headers are added."""
    facts = files.info(path)
    return f"{files.ukey(path)} {[facts.get(name) for name in ('ETag', 'Content-MD5', 'Last-Modified', 'size')]}"


def is_visible(path: str) -> bool:
    return not any(part.startswith((".", "_")) for part in PurePosixPath(path).parts)


def set_up_clouds() -> None:
    """Where a server is silent, gcsfs would wait for ever, and s3fs for six minutes; what a user has set stays."""
    from aiohttp import ClientTimeout  # imported here, because files of this machine do not need it

    silence = ClientTimeout(sock_connect=15, sock_read=15)  # seconds
    fsspec.config.conf.setdefault("gs", {}).setdefault("requests_timeout", silence)
    fsspec.config.conf.setdefault("s3", {}).setdefault("config_kwargs", {"retries": {"max_attempts": 1}})
    logging.getLogger("gcsfs").addHandler(logging.NullHandler())  # it would log an error that is raised as well
