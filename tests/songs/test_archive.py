"""Unpacking, in every packing; damage and bombs of each."""

import base64
import bz2
import gzip
import lzma
import random
import struct
import tracemalloc
import zipfile
import zlib

import pytest
from packed import METHODS, PACKINGS, zipped
from random_songs import random_text

from century import InputError
from century.songs import archive
from century.songs.archive import Fingerprint, packing, unpack

TEXT = random_text(30)


def unpacked(path, text=None) -> bytes:
    return b"".join(unpack(path, text or Fingerprint()))


def refusal(path) -> str:
    with pytest.raises(InputError) as refused:
        unpacked(path)
    return str(refused.value)


@pytest.mark.parametrize("name", PACKINGS)
def test_every_packing_gives_the_text_and_its_fingerprint(tmp_path, name):
    path, text = tmp_path / "songs", Fingerprint()
    path.write_bytes(PACKINGS[name](TEXT))
    assert packing(path) == name.split(",")[0].split(" ")[0]
    assert unpacked(path, text) == TEXT
    assert text == Fingerprint(len(TEXT), zlib.crc32(TEXT))


def test_chunks_are_small_whatever_the_packing(tmp_path):
    text = random.Random(0).randbytes(10**5) * 6
    for name, pack in PACKINGS.items():
        (tmp_path / "songs").write_bytes(pack(text))
        sizes = [len(chunk) for chunk in unpack(tmp_path / "songs", Fingerprint())]
        assert sum(sizes) == len(text), name
        assert max(sizes) <= archive.CHUNK, name


def test_a_stream_that_is_flushed_every_few_bytes_is_read_to_its_end(tmp_path, monkeypatch):
    """Most of its packed bytes give no text yet."""
    monkeypatch.setattr(archive, "CHUNK", 100)
    deflate = zlib.compressobj(wbits=31)
    packed = b"".join(
        deflate.compress(TEXT[i : i + 10]) + deflate.flush(zlib.Z_FULL_FLUSH) for i in range(0, len(TEXT), 10)
    )
    (tmp_path / "songs").write_bytes(packed + deflate.flush())
    assert unpacked(tmp_path / "songs") == TEXT


@pytest.mark.parametrize("chunk", [1, 7, archive.CHUNK])
@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_streams_follow_one_another_wherever_the_file_is_cut_but_nothing_else_does(tmp_path, monkeypatch, pack, chunk):
    monkeypatch.setattr(archive, "CHUNK", chunk)
    packed = pack(TEXT[:3000]) + bytes(20) + pack(TEXT[3000:6000])
    (tmp_path / "songs").write_bytes(packed + bytes(3))
    assert unpacked(tmp_path / "songs") == TEXT[:6000]
    for others in (b"garbage", b"g", bytes(9) + b"garbage" * 100):
        (tmp_path / "songs").write_bytes(packed + others)
        assert "(other bytes follow its end); get it again" in refusal(tmp_path / "songs")


# By 7zz a -tzip -mm=LZMA:eos=off; Python and most tools mark the end of the stream.
LZMA_WITHOUT_MARK = base64.b64decode(
    "UEsDBD8AAAAOAAAAIQAzBvBjHgAAACQAAAAJAAAAc29uZ3MudHh0GgIFAF0AEAAAABkMLGIt1Hur2TvBv3wQtkBn2YAAUEsBAj8D"
    "PwAAAA4AAAAhADMG8GMeAAAAJAAAAAkAAAAAAAAAAAAggKSBAAAAAHNvbmdzLnR4dFBLBQYAAAAAAQABADcAAABFAAAAAAA="
)


def test_an_lzma_member_may_end_by_its_size_alone(tmp_path):
    (tmp_path / "songs").write_bytes(LZMA_WITHOUT_MARK)
    assert unpacked(tmp_path / "songs") == b"2001,1.5\n2002,2.5\n" * 2


def with_bytes(data: bytes, *edits: tuple[bytes, int, bytes]) -> bytes:
    """The data, with bytes put at an offset from the first place of a signature."""
    edited = bytearray(data)
    for signature, offset, value in edits:
        start = edited.find(signature) + offset
        edited[start : start + len(value)] = value
    return bytes(edited)


def with_flag(flag: int) -> bytes:
    return with_bytes(zipped(TEXT), (b"PK\x03\x04", 6, bytes([flag])), (b"PK\x01\x02", 8, bytes([flag])))


def with_method(number: int) -> bytes:
    method = struct.pack("<H", number)
    return with_bytes(zipped(TEXT), (b"PK\x03\x04", 8, method), (b"PK\x01\x02", 10, method))


def with_size(text: bytes, size: int, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    return zipped(text, method=method).replace(struct.pack("<L", len(text)), struct.pack("<L", size))


DAMAGED = "it cannot be unpacked as {} ("
BAD_FILES = {
    "no member": (b"PK\x05\x06" + bytes(18), "it is a zip of 0 files"),
    "two members": (zipped(TEXT, **{"more.txt": b"more"}), "it is a zip of 2 files (more.txt, YearPredictionMSD.txt)"),
    "a workbook": (zipped(b"<", "xl/workbook.xml"), "it is an Excel workbook; save the table as CSV"),
    "encrypted": (with_flag(1), "it is an encrypted zip; zip the table without a password"),
    "strongly encrypted": (with_flag(0x41), "it is an encrypted zip"),
    "AES": (with_method(99), "it is an encrypted zip"),
    "Deflate64": (with_method(9), "it is a zip compressed by Deflate64, which Python does not read; zip the table by"),
    "PPMd": (with_method(98), "it is a zip compressed by PPMd"),
    "an unknown method": (with_method(77), "it is a zip compressed by method 77"),
    "a patch": (with_flag(0x20), DAMAGED.format("zip")),
    "a name that is not UTF-8": (
        with_bytes(zipped(TEXT, "\u00e5"), (b"PK\x03\x04", 30, b"\xff"), (b"PK\x01\x02", 46, b"\xff")),
        DAMAGED.format("zip"),
    ),
    "a wrong CRC-32": (
        zipped(TEXT).replace(struct.pack("<L", zlib.crc32(TEXT)), struct.pack("<L", zlib.crc32(TEXT) ^ 1)),
        "its size or CRC-32 is wrong",
    ),
    "a larger size": (with_size(TEXT, len(TEXT) + 1), "its size or CRC-32 is wrong"),
    "a smaller size": (with_size(TEXT, len(TEXT) - 1), f"it unpacks to more than the {len(TEXT) - 1} bytes"),
    "a gzip with a wrong CRC-32": (with_bytes(gzip.compress(TEXT), (b"", -8, b"1234")), DAMAGED.format("gzip")),
    "an xz that asks for a gigabyte": (
        lzma.compress(TEXT, filters=[{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 1 << 30}]),
        DAMAGED.format("xz") + "Memory usage limit exceeded); get it again, or packed by gzip",
    ),
    "gzip and then something else": (gzip.compress(TEXT) + b"more", DAMAGED.format("gzip")),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_refused_with_the_reason(tmp_path, name):
    content, line = BAD_FILES[name]
    (tmp_path / "songs").write_bytes(content)
    assert line in refusal(tmp_path / "songs")


PACKERS = {"gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress} | {
    f"zip, {name}": lambda text, method=method: zipped(text, method=method)
    for name, method in METHODS.items()
    if method != zipfile.ZIP_STORED
}


@pytest.mark.parametrize("name", PACKERS)
def test_a_file_cut_short_anywhere_is_refused(tmp_path, name):
    whole = PACKERS[name](random_text(5))
    for end in random.Random(name).sample(range(8, len(whole)), 20):
        (tmp_path / "songs").write_bytes(whole[:end])
        assert DAMAGED.format(name.split(",")[0]) in refusal(tmp_path / "songs"), end


@pytest.mark.parametrize("name", PACKERS)
def test_a_bomb_is_refused_in_little_memory(tmp_path, name):
    (tmp_path / "songs").write_bytes(PACKERS[name](bytes(10**8)))
    assert f"it unpacks to more than {archive.LARGEST_RATIO} times its size" in measured_refusal(tmp_path / "songs")


@pytest.mark.parametrize("method", ["deflated", "bzip2", "LZMA"])
def test_a_zip_that_says_less_than_it_holds_is_unpacked_no_further(tmp_path, method):
    (tmp_path / "songs").write_bytes(with_size(bytes(10**8), 1000, METHODS[method]))
    assert "it unpacks to more than the 1000 bytes that it says" in measured_refusal(tmp_path / "songs")


def measured_refusal(path) -> str:
    tracemalloc.start()
    try:
        for _ in unpack(path, Fingerprint()):
            pass
    except InputError as error:
        return str(error)
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 1 << 24  # of them LZMA has 8 MiB for its dictionary
    return "accepted"
