"""Getting a file from the first URL that gives the right one, in bounded time and memory whatever a server does."""

import asyncio
import os
import re
import ssl
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import aiohttp
import certifi
from tqdm import tqdm

from century import InputError, one_line
from century.files import replacing, sha256

HEADERS = 30.0  # seconds until the headers of the file must be there, those of redirects before them
SILENCE = 60.0  # seconds without a byte
SLOWEST = 10_000.0  # bytes a second, on average over the whole file: with them it takes six hours
WAITS = (2.0, 8.0)  # seconds before the second and the third attempt at a URL
REDIRECTS = 10


class FetchError(Exception):
    """What a server does instead of giving the file, and whether another attempt may go better."""

    def __init__(self, what: str, may_pass: bool) -> None:
        super().__init__(what)
        self.may_pass = may_pass


def download(urls: Sequence[str], size: int, expected: str, path: Path) -> None:
    """Fetch the file of `size` bytes and sha256 `expected` to `path`.

    A file already there with that sha256 is kept. A new one is made beside it and takes its place only when its sha256
    is right. Raises InputError, with what happened at each URL, where none gives the file.
    """
    if path.is_file() and sha256(path) == expected:
        return
    failures = []
    for url in urls:
        try:
            with replacing(path) as partial:
                asyncio.run(fetch(url, size, partial))
                if sha256(partial) != expected:
                    raise FetchError("sends another file: its sha256 is wrong", False)
            return
        except FetchError as failure:
            failures.append(f"{without_secrets(url)} {failure}")
    raise InputError(f"no URL gave the file: {'; '.join(failures)}")


async def fetch(url: str, size: int, path: Path) -> None:
    """Fetch `size` bytes to a path, in at most three attempts. Raises FetchError where they do not come."""
    if not re.match("https?://", url, re.IGNORECASE):
        raise FetchError("is not an address of http or https", False)
    limit = 2 * HEADERS + size / SLOWEST  # seconds, for all attempts together
    with suppress(TimeoutError):
        async with asyncio.timeout(limit):
            for wait in (*WAITS, None):
                try:
                    return await attempt(url, size, path)
                except FetchError as failure:
                    if wait is None or not failure.may_pass:
                        raise
                    await asyncio.sleep(wait)
    raise FetchError(f"takes longer than {limit:.0f} s", False)


async def attempt(url: str, size: int, path: Path) -> None:
    """One attempt. Redirects are followed without reading their bodies, and only to http and https."""
    authorities = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("SSL_CERT_FILE") or certifi.where()
    connector = aiohttp.TCPConnector(ssl=ssl.create_default_context(cafile=authorities))
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=HEADERS, sock_read=SILENCE)
    headers = {"Accept-Encoding": "identity"}  # the file as it is
    try:
        async with aiohttp.ClientSession(
            connector=connector, timeout=timeout, headers=headers, auto_decompress=False, trust_env=True
        ) as session:
            async with asyncio.timeout(HEADERS):
                response = await session.get(url, max_redirects=REDIRECTS)
            async with response:
                refuse_other_answers(response, size)
                await save(response, size, path, without_secrets(url))
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        raise what_happened(error) from None


def refuse_other_answers(response: aiohttp.ClientResponse, size: int) -> None:
    """Raise FetchError where the headers show that the file will not come."""
    if response.status != 200:
        may_pass = response.status >= 500 or response.status == 429
        raise FetchError(f"answers {response.status} {one_line(response.reason or '', 40)}", may_pass)
    if response.content_type.lower().startswith("text/"):
        raise FetchError(f"sends a page ({one_line(response.content_type, 40)}), not the file", False)
    if response.content_length not in (None, size):
        raise FetchError(f"sends {response.content_length} bytes, not the {size} of the file", False)


async def save(response: aiohttp.ClientResponse, size: int, path: Path, name: str) -> None:
    with path.open("wb") as file, tqdm(desc=name, total=size, unit="B", unit_scale=True, disable=None) as bar:
        with suppress(aiohttp.ClientPayloadError):  # the connection has ended early
            async for chunk in response.content.iter_any():
                bar.update(file.write(chunk))
                if file.tell() > size:
                    raise FetchError(f"sends more than the {size} bytes of the file", False)
        if file.tell() < size:
            raise FetchError(f"ends after {file.tell()} of {size} bytes", True)


def what_happened(error: Exception) -> FetchError:
    """What happened, in plain words. Those of aiohttp may hold the whole URL, and with it a password."""
    match error:
        case aiohttp.ClientConnectorCertificateError():
            return FetchError("has a certificate that is not trusted", False)
        case aiohttp.ClientSSLError():
            return FetchError("does not speak TLS as it should", False)
        case aiohttp.ClientConnectorError():
            number = error.os_error.errno or 0
            cause = os.strerror(number) if number > 0 else error.os_error.strerror
            return FetchError(f"gives no connection: {cause}", True)
        case aiohttp.TooManyRedirects():
            return FetchError(f"redirects more than {REDIRECTS} times", False)
        case aiohttp.RedirectClientError():
            return FetchError("redirects to another address than of http or https", False)
        case aiohttp.InvalidURL() | ValueError():
            return FetchError("is not an address of http or https", False)
        case aiohttp.SocketTimeoutError():
            return FetchError(f"sends nothing for {SILENCE:g} s", True)
        case TimeoutError():
            return FetchError(f"gives no answer within {HEADERS:g} s", True)
        case aiohttp.ClientResponseError():
            return FetchError("does not answer in HTTP", False)
        case _:
            return FetchError("ends the connection", True)


def without_secrets(url: str) -> str:
    """A URL in at most 60 characters, without what may be secret: user, password and query."""
    return one_line(re.sub(r"[?#].*|\s", "", url, flags=re.DOTALL), 60)
