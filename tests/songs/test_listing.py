"""A URL, in the file system of fsspec that is in memory: the same calls as to S3 and to Google Cloud Storage."""

import hashlib
import http.server
import threading
from pathlib import Path

import fsspec
import pytest
from fsspec.exceptions import FSTimeoutError

from century import InputError
from century.files import sha256
from century.songs.listing import list_files


@pytest.fixture
def bucket(monkeypatch, tmp_path):
    monkeypatch.setenv("MUSIC_CENTURY_CACHE", str(tmp_path / "kept"))
    memory = fsspec.filesystem("memory")
    for name, content in {"b/2": b"two", "a": b"one", "_logs/x": b"no", "b/.x": b"no", "c.txt": b"three"}.items():
        memory.pipe_file(f"/bucket/{name}", content)
    yield memory
    memory.rm("/bucket", recursive=True)


@pytest.mark.parametrize(
    ("source", "contents"),
    [
        ("memory://bucket", [b"one", b"two", b"three"]),
        ("memory://bucket/*", [b"one", b"three"]),
        ("memory://bucket/b*/?", [b"two"]),
        ("memory://bucket/c.txt", [b"three"]),
        ("memory://bucket/*.gz", []),
    ],
)
def test_the_files_of_a_url_are_kept_in_the_order_of_their_names(bucket, source, contents):
    found = list_files(source)
    assert [path.read_bytes() for path, _ in found] == contents
    assert [digest for _, digest in found] == [sha256(path) for path, _ in found]


def test_a_file_of_a_url_is_got_again_when_it_has_changed_and_only_then(bucket, monkeypatch):
    ((first, _),) = list_files("memory://bucket/a")
    monkeypatch.setattr(bucket, "get_file", lambda *_: pytest.fail("it was got again"))
    assert list_files("memory://bucket/a")[0][0] == first
    monkeypatch.undo()
    bucket.pipe_file("/bucket/a", b"other")
    ((second, _),) = list_files("memory://bucket/a")
    assert (first.read_bytes(), second.read_bytes()) == (b"one", b"other")


def test_a_file_that_stops_halfway_is_not_kept(bucket, monkeypatch):
    def stop(_, path):
        Path(path).write_bytes(b"o")
        raise ConnectionError("gone")

    monkeypatch.setattr(bucket, "get_file", stop)
    with pytest.raises(InputError, match="gone"):
        list_files("memory://bucket/a")
    monkeypatch.undo()
    assert list_files("memory://bucket/a")[0][0].read_bytes() == b"one"


def test_a_bucket_that_is_not_there_has_no_files(bucket, monkeypatch):
    def find(_):
        raise FileNotFoundError("b/elsewhere/o") from RuntimeError("NoSuchBucket")  # as s3fs does

    with monkeypatch.context() as patch:
        patch.setattr(bucket, "find", find)
        assert list_files("memory://elsewhere") == []


class Handler(http.server.BaseHTTPRequestHandler):
    """A server of one file, as an object store is: its headers name the version of the file."""

    def do_GET(self):
        status, content = self.server.answer
        self.send_response(status)
        self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content if self.command == "GET" else b"")

    do_HEAD = do_GET  # noqa: N815

    def log_message(self, *_):
        pass


@pytest.fixture
def server(monkeypatch, tmp_path):
    monkeypatch.setenv("MUSIC_CENTURY_CACHE", str(tmp_path / "kept"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as one:
        threading.Thread(target=one.serve_forever, daemon=True).start()
        one.url = f"http://127.0.0.1:{one.server_port}/songs.csv"
        yield one
        one.shutdown()


def test_a_file_of_http_is_got_again_when_its_headers_say_that_it_has_changed_and_only_then(server, monkeypatch):
    server.answer = 200, b"one"
    ((first, _),) = list_files(server.url)
    with monkeypatch.context() as patch:
        patch.setattr("fsspec.implementations.http.HTTPFileSystem.get_file", lambda *_: pytest.fail("it was got again"))
        assert list_files(server.url)[0][0] == first
    server.answer = 200, b"two"
    ((second, _),) = list_files(server.url)
    assert (first.read_bytes(), second.read_bytes()) == (b"one", b"two")


def test_a_file_of_http_that_is_not_there_is_told_from_a_server_that_fails_or_is_not_there(server):
    server.answer = 404, b""
    assert list_files(server.url) == []
    server.answer = 503, b""
    with pytest.raises(InputError, match="503, message='Service Unavailable'"):
        list_files(server.url)
    with pytest.raises(InputError, match=r"Cannot connect to host 127\.0\.0\.1:1"):
        list_files("http://127.0.0.1:1/songs.csv")


def test_a_silent_server_is_named_as_the_fault(bucket, monkeypatch):
    def find(_):
        raise FSTimeoutError  # which has no message

    with monkeypatch.context() as patch:
        patch.setattr(bucket, "find", find)
        with pytest.raises(InputError, match="its server does not answer"):
            list_files("memory://bucket")
