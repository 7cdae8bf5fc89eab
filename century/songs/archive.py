"""The bytes of a text, however its file is packed: plain, or compressed with gzip, bzip2, xz or zip.

A text is unpacked while it is read, in bounded memory, and nothing of it is written to disk.
"""

import bz2
import lzma
import struct
import zipfile
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass
from errno import EINVAL
from pathlib import Path, PurePosixPath
from typing import IO, Any

from isal import igzip_lib, isal_zlib
from tqdm import tqdm

from century import InputError

CHUNK = 1 << 18  # bytes of the file that are read, and of the text that are unpacked, at a time
MEMORY = 1 << 27  # bytes that an xz or LZMA stream may ask for; the highest level of xz needs 65 MiB
LARGEST_RATIO = 200  # of the size of a text to that of its file; for songs it is about 2
SMALL_TEXT = 1 << 22  # bytes up to which a text may have any ratio

SIGNATURES = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ\0": "xz", b"PK\x03\x04": "zip", b"PK\x05\x06": "zip"}
READABLE = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
OTHER_METHODS = {9: "Deflate64", 93: "Zstandard", 95: "xz", 98: "PPMd"}
IsalError: type[Exception] = igzip_lib.IsalError  # type: ignore[assignment]  # its stub declares an instance
# What the libraries raise at a file that they cannot unpack. A damaged zip directory can raise any of the last four.
UNREADABLE = (zipfile.BadZipFile, IsalError, lzma.LZMAError, EOFError, RuntimeError, ValueError, struct.error, OSError)


@dataclass
class Fingerprint:
    """The size in bytes and the CRC-32 of a text."""

    size: int = 0
    crc: int = 0

    def update(self, chunk: bytes) -> None:
        self.size += len(chunk)
        self.crc = isal_zlib.crc32(chunk, self.crc)


def packing(path: Path) -> str:
    """How a file is packed: gzip, bzip2, xz, zip or plain."""
    with path.open("rb") as file:
        start = file.read(8)
    return next((name for signature, name in SIGNATURES.items() if start.startswith(signature)), "plain")


def unpack(path: Path, fingerprint: Fingerprint) -> Iterator[bytes]:
    """The text in a file, at most CHUNK bytes at a time, which are added to the fingerprint.

    Raises InputError where the file is damaged or holds anything but one text.
    """
    name, before = packing(path), fingerprint.size
    with path.open("rb") as file, tqdm(total=path.stat().st_size, unit="B", unit_scale=True, disable=None) as bar:
        try:
            for chunk in READERS[name](file):
                fingerprint.update(chunk)
                if fingerprint.size - before > SMALL_TEXT + LARGEST_RATIO * file.tell():
                    raise InputError(f"it unpacks to more than {LARGEST_RATIO} times its size, as no songs do")
                bar.update(file.tell() - bar.n)
                yield chunk
        except UNREADABLE as error:
            if isinstance(error, OSError) and error.errno not in (None, EINVAL):  # the disk's error, not the file's
                raise
            raise InputError(f"it cannot be unpacked as {name} ({error}); get it again, or packed by gzip") from None


def read_plain(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk


def read_streams(file: IO[bytes], signature: bytes, decompressor: Callable[[], Any]) -> Iterator[bytes]:
    """The text of a gzip, bzip2 or xz file: that of its streams one after another, which zeros may follow."""
    packed = file.read(CHUNK)
    while packed:
        stream = decompressor()
        yield from decompress(stream, packed, file)
        packed = stream.unused_data.lstrip(b"\0")
        while len(packed) < len(signature) and (more := file.read(CHUNK)):
            packed = (packed + more).lstrip(b"\0")
        if packed and not packed.startswith(signature):
            raise ValueError("other bytes follow its end")


def decompress(stream: Any, packed: bytes, file: IO[bytes]) -> Iterator[bytes]:
    """The text of a stream, of which the first bytes have been read from the file.

    The decompressors of bz2, lzma and isal all keep what they cannot return within the length asked for.
    """
    while True:
        if text := stream.decompress(packed, CHUNK):
            yield text
        if stream.eof:
            return
        packed = file.read(CHUNK) if stream.needs_input else b""
        if stream.needs_input and not packed:
            raise EOFError("it ends early")


def read_zip(file: IO[bytes]) -> Iterator[bytes]:
    with zipfile.ZipFile(file) as archive:
        member = only_table(archive)
        packed = copy(member)  # to be read as it is in the file, as if it were not compressed
        packed.compress_type, packed.file_size = zipfile.ZIP_STORED, member.compress_size
        del packed.CRC  # it is that of the text, not of the packed bytes
        fingerprint = Fingerprint()
        with archive.open(packed) as content:
            for chunk in read_member(content, member):
                fingerprint.update(chunk)
                if fingerprint.size > member.file_size:
                    raise zipfile.BadZipFile(f"it unpacks to more than the {member.file_size} bytes that it says")
                yield chunk
        if fingerprint != Fingerprint(member.file_size, member.CRC):
            raise zipfile.BadZipFile("its size or CRC-32 is wrong")


def only_table(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    """The one file in a zip, not counting what macOS and Windows add to a folder."""
    if "xl/workbook.xml" in archive.namelist():
        raise InputError("it is an Excel workbook; save the table as CSV")
    members = [member for member in archive.infolist() if not is_companion(member)]
    if len(members) != 1:
        names = ", ".join(member.filename[:40] for member in members[:3])
        raise InputError(f"it is a zip of {len(members)} files ({names}); it must hold one table and nothing else")
    (member,) = members
    if member.flag_bits & 0x41 or member.compress_type == 99:  # 0x40: strong encryption; 99: AES
        raise InputError("it is an encrypted zip; zip the table without a password")
    if member.compress_type not in READABLE:
        method = OTHER_METHODS.get(member.compress_type, f"method {member.compress_type}")
        raise InputError(f"it is a zip compressed by {method}, which Python does not read; zip the table by Deflate")
    return member


def is_companion(member: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(member.filename)
    added = path.name.startswith("._") or path.name.lower() in (".ds_store", "thumbs.db", "desktop.ini")
    return member.is_dir() or added or path.parts[0] == "__MACOSX"


def read_member(content: IO[bytes], member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The text of a member of a zip, whose packed bytes are the content."""
    match member.compress_type:
        case zipfile.ZIP_STORED:
            return read_plain(content)
        case zipfile.ZIP_DEFLATED:
            return decompress(igzip_lib.IgzipDecompressor(igzip_lib.DECOMP_DEFLATE), b"", content)
        case zipfile.ZIP_BZIP2:
            return decompress(bz2.BZ2Decompressor(), b"", content)
        case _:
            stream = lzma.LZMADecompressor(lzma.FORMAT_ALONE, MEMORY)
            return decompress(stream, lzma_header(content, member), content)


def lzma_header(content: IO[bytes], member: zipfile.ZipInfo) -> bytes:
    """The first bytes of an .lzma file, made of those of a member of a zip: the filter, and the size of the text.

    Source: PKWARE's APPNOTE.TXT, section 5.8; the size is -1 where a mark ends the stream.
    """
    _, filter_size = struct.unpack("<HH", content.read(4))
    has_end_mark = member.flag_bits & 2
    return content.read(filter_size) + struct.pack("<q", -1 if has_end_mark else member.file_size)


READERS: dict[str, Callable[[IO[bytes]], Iterator[bytes]]] = {
    "plain": read_plain,
    "gzip": lambda file: read_streams(file, b"\x1f\x8b", lambda: igzip_lib.IgzipDecompressor(igzip_lib.DECOMP_GZIP)),
    "bzip2": lambda file: read_streams(file, b"BZh", bz2.BZ2Decompressor),
    "xz": lambda file: read_streams(file, b"\xfd7zXZ", lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, MEMORY)),
    "zip": read_zip,
}
