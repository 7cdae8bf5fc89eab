"""Getting the zip from the first URL that gives the right file."""

import logging
import os
import shutil
import time
from pathlib import Path

import pooch
import requests
import urllib3
from tqdm import tqdm

from century import InputError
from century.files import replacing, sha256

TIMEOUT = (10.0, 60.0)  # seconds to connect, seconds without a byte
WAITS = (2.0, 8.0)  # seconds before the second and the third attempt at a URL
SLOWEST = 10_000.0  # bytes a second, on average over the whole file: with them it takes six hours
CHUNK = 1 << 16  # bytes


def download(urls: list[str], size: int, expected: str, path: Path) -> None:
    """Fetch the file of `size` bytes and sha256 `expected` to `path`.

    A file already there with that sha256 is kept. A new one is made in a folder beside it and takes its place only when
    its sha256 is right. Raises InputError, with what happened at each URL, where none gives the file.
    """
    if path.is_file() and sha256(path) == expected:
        return
    pooch.get_logger().setLevel(logging.WARNING)
    folder = path.with_name("download.partial")
    shutil.rmtree(folder, ignore_errors=True)  # left by a kill
    failures = []
    try:
        for url in urls:
            try:
                os.replace(fetch(url, size, expected, folder), path)
                return
            except (requests.RequestException, ValueError) as error:
                failures.append(f"{url} {what_happened(error)}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    raise InputError(
        f"no URL gave the file: {'; '.join(failures)}. Try again later, or set data.source in params.yaml to the path "
        "of a copy that you have, or to stand-in"
    )


def download_and_keep(urls: list[str], size: int, expected: str, kept: Path, path: Path) -> None:
    """Fetch the file as above to `kept`, where no other source writes, and make `path` a second name of it.

    A right file at `path` stays: it is the user's own, or of a version that kept none, and becomes the one kept.
    """
    if path.is_file() and sha256(path) == expected:
        if not path.is_symlink() and not kept.exists():
            kept.hardlink_to(path)
        return
    download(urls, size, expected, kept)
    with replacing(path) as partial:
        partial.hardlink_to(kept)


def fetch(url: str, size: int, expected: str, folder: Path) -> str:
    """Fetch the file into the folder and return its path; a fault that may pass is given three attempts.

    Raises requests.RequestException where the server or the network fails, ValueError where the file is a wrong one.
    """

    def stream(url: str, partial: str, _: object) -> None:
        end = time.monotonic() + size / SLOWEST
        with (
            requests.get(url, stream=True, timeout=TIMEOUT) as response,
            Path(partial).open("wb") as file,
            tqdm(desc=url, total=size, unit="B", unit_scale=True, disable=None) as bar,
        ):
            response.raise_for_status()
            kind = response.headers.get("Content-Type", "")
            if kind.startswith("text/"):
                raise ValueError(f"sends a page ({kind}), not the zip")
            while chunk := read(response):
                bar.update(file.write(chunk))
                if time.monotonic() > end:
                    raise ValueError(f"sends fewer than {SLOWEST:.0f} bytes a second")
                if file.tell() > size:
                    raise ValueError(f"sends more than the {size} bytes of the file")
            if file.tell() < size:
                raise requests.ConnectionError(f"ends after {file.tell()} of {size} bytes")

    waits = iter(WAITS)
    while True:
        try:
            return str(pooch.retrieve(url, f"sha256:{expected}", "file", folder, downloader=stream))
        except requests.RequestException as error:
            wait = next(waits, None)
            if wait is None or not may_pass(error):
                raise
        time.sleep(wait)


def read(response: requests.Response) -> bytes:
    """What has come, without waiting for a chunk to be full: a server may send single bytes for ever."""
    try:
        return response.raw.read1(CHUNK, decode_content=True)
    except urllib3.exceptions.HTTPError as error:
        raise requests.ConnectionError(error) from None


def may_pass(error: requests.RequestException) -> bool:
    """Whether another attempt could go better: the network failed, or the server says that it did."""
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return error.response.status_code >= 500 or error.response.status_code == 429
    lost = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)
    return isinstance(error, lost) and not isinstance(error, requests.exceptions.SSLError)


def what_happened(error: Exception) -> str:
    match error:
        case requests.HTTPError(response=requests.Response() as response):
            return f"answers {response.status_code} {response.reason}"
        case requests.exceptions.SSLError():
            return "has a certificate that is not trusted"
        case requests.TooManyRedirects():
            return "redirects without end"
        case requests.ConnectTimeout():
            return f"gives no connection within {TIMEOUT[0]} s"
        case requests.Timeout():
            return f"sends nothing for {TIMEOUT[1]} s"
        case ValueError() if "does not match the known hash" in str(error):
            return "sends another file: its sha256 is wrong"
        case _:
            cause = getattr(error.args[0], "reason", error)  # of requests' own account, only what urllib3 saw
            return f"fails: {' '.join(str(cause).split())}"
