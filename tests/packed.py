"""One text in every packing in which people have it."""

import bz2
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable

MEMBER = "YearPredictionMSD.txt"
METHODS = {
    "stored": zipfile.ZIP_STORED,
    "deflated": zipfile.ZIP_DEFLATED,
    "bzip2": zipfile.ZIP_BZIP2,
    "LZMA": zipfile.ZIP_LZMA,
}


def zipped(text: bytes, name: str = MEMBER, method: int = zipfile.ZIP_DEFLATED, **others: bytes) -> bytes:
    """A zip of the text, after any other members that are given by their names."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for other, content in others.items():
            archive.writestr(other, content)
        archive.writestr(name, text)
    return file.getvalue()


def from_macos(text: bytes) -> bytes:
    others = {"songs/": b"", "songs/.DS_Store": b"\0\0\0\1Bud1", "__MACOSX/songs/._songs.csv": b"\0\5\26\7"}
    return zipped(text, "songs/songs.csv", **others)


def from_windows(text: bytes) -> bytes:
    return zipped(text, "My songs/Songs.TXT", **{"My songs/Thumbs.db": b"\xd0\xcf", "My songs/desktop.ini": b"[.Shell"})


def in_two(pack: Callable[[bytes], bytes], padding: bytes = b"") -> Callable[[bytes], bytes]:
    """Packed as two streams, as parallel tools and `cat` leave them."""
    return lambda text: pack(text[: len(text) // 2]) + padding + pack(text[len(text) // 2 :]) + padding


PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "gzip, two streams": in_two(gzip.compress),
    "gzip, padded": in_two(gzip.compress, bytes(512)),
    "bzip2": bz2.compress,
    "bzip2, two streams": in_two(bz2.compress),
    "xz": lzma.compress,
    "xz, two streams": in_two(lzma.compress, bytes(4)),
    "xz, highest level": lambda text: lzma.compress(text, preset=9 | lzma.PRESET_EXTREME),
    **{f"zip, {name}": lambda text, method=method: zipped(text, method=method) for name, method in METHODS.items()},
    "zip, another name": lambda text: zipped(text, "år 2000.csv"),
    "zip of macOS": from_macos,
    "zip of Windows": from_windows,
}
