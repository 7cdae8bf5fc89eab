"""Downloads from a real HTTP server on this machine, which misbehaves on request."""

import base64
import contextlib
import datetime
import hashlib
import re
import ssl
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from typing import ClassVar

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from century import InputError
from century.files import link, sha256
from century.songs import fetch
from century.songs.fetch import download

CONTENT = bytes(range(256)) * 5000
DIGEST = hashlib.sha256(CONTENT).hexdigest()


class Server(BaseHTTPRequestHandler):
    """Each path is a way to behave."""

    requests: ClassVar[list[str]] = []
    passwords: ClassVar[list[str | None]] = []

    def do_GET(self):
        self.requests.append(self.path)
        self.passwords.append(self.headers["Authorization"])
        time_of_this_path = self.requests.count(self.path)
        match self.path:
            case "/good" | "/500-then-good" | "/drops-then-good" if self.path == "/good" or time_of_this_path > 1:
                self.answer(200, CONTENT)
            case "/500-then-good" | "/500":
                self.answer(500)
            case "/drops-then-good" | "/drops":
                self.answer(200, CONTENT[:100_000], {"Content-Length": len(CONTENT)})
            case "/short":
                self.answer(200, CONTENT[:100_000])  # no length: the end of the connection is the end of the file
            case "/stalls":
                self.answer(200, CONTENT[:100_000], {"Content-Length": len(CONTENT)})
                time.sleep(5)
            case "/drips":
                self.answer(200, headers={"Content-Length": len(CONTENT)})
                with contextlib.suppress(OSError):
                    for _ in range(200):
                        self.wfile.write(b"x")
                        time.sleep(0.05)
            case "/chunked" | "/chunked-drops":
                self.answer(200, headers={"Transfer-Encoding": "chunked"})
                self.wfile.write(b"%x\r\n%b\r\n" % (100_000, CONTENT[:100_000]))
                if self.path == "/chunked":
                    self.wfile.write(b"%x\r\n%b\r\n0\r\n\r\n" % (len(CONTENT) - 100_000, CONTENT[100_000:]))
            case "/other":
                self.answer(200, CONTENT[::-1])
            case "/long":
                self.answer(200, CONTENT * 100)
            case "/long-length":
                self.answer(200, CONTENT, {"Content-Length": 10**12})
            case "/page" | "/PAGE":
                kind = "text/html; charset=utf-8" if self.path == "/page" else "TEXT/HTML"
                self.answer(200, b"<html>Sign in</html>", {"Content-Type": kind})
            case "/reason":
                self.wfile.write(b"HTTP/1.1 404 " + b"\x1b[31mNo" * 500 + b"\r\n\r\n")
            case "/long-reason":
                self.wfile.write(b"HTTP/1.1 404 " + b"No" * 30_000 + b"\r\n\r\n")
            case "/no-http":
                self.wfile.write(b"220 ready\r\n")
            case "/moved-with-a-body":
                self.for_ever(b"HTTP/1.1 302 Found\r\nLocation: /good\r\n\r\n", bytes(1 << 20))
            case "/continues":
                self.for_ever(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.001)
            case "/header-drips":
                self.for_ever(b"HTTP/1.1 200 OK\r\nX: ", b"x", 0.05)
            case "/headers":
                self.for_ever(b"HTTP/1.1 200 OK\r\n", b"X: x\r\n" * 1000)
            case "/moved-away":
                self.answer(302, headers={"Location": "ftp://127.0.0.1/songs.zip"})
            case "/moved-to-a-file":
                self.answer(302, headers={"Location": "file:///etc/hostname"})
            case "/moved":
                self.answer(302, headers={"Location": "/good"})
            case "/round":
                self.answer(302, headers={"Location": "/round"})
            case _:
                self.answer(404)

    def answer(self, status, body=b"", headers=None):
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, str(value))
        self.end_headers()
        with contextlib.suppress(OSError):  # the client has had enough
            self.wfile.write(body)

    def for_ever(self, start, more, pause=0.0):
        with contextlib.suppress(OSError):  # the client has had enough
            self.wfile.write(start)
            end = time.monotonic() + 20
            while time.monotonic() < end:
                self.wfile.write(more)
                time.sleep(pause)

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    Server.requests = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def tls_server(server, tmp_path_factory):
    """The same server behind a certificate that it signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path_factory.mktemp("tls") / "server.pem"
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    tls = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    tls.socket = context.wrap_socket(tls.socket, server_side=True)
    threading.Thread(target=tls.serve_forever, daemon=True).start()
    yield f"https://127.0.0.1:{tls.server_port}"
    tls.shutdown()
    tls.server_close()


@pytest.fixture(autouse=True)
def no_patience(monkeypatch):
    """Waits and time-outs of a test's length."""
    for name, value in {"WAITS": (0.01, 0.02), "HEADERS": 1.5, "SILENCE": 1.5, "SLOWEST": 4e5}.items():
        monkeypatch.setattr(fetch, name, value)


@pytest.fixture
def raw(tmp_path):
    """A folder with the file of an earlier day."""
    (tmp_path / "songs.zip").write_bytes(b"old")
    return tmp_path


def files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def get(urls, folder):
    download(urls, len(CONTENT), DIGEST, folder / "songs.zip")


def test_the_file_is_fetched_into_a_new_folder(server, tmp_path):
    get([f"{server}/good"], tmp_path / "raw")
    assert files(tmp_path / "raw") == {"songs.zip": CONTENT}


@pytest.mark.parametrize(
    ("path", "requests"),
    [
        ("/good", ["/good"]),
        ("/chunked", ["/chunked"]),
        ("/moved", ["/moved", "/good"]),
        ("/500-then-good", ["/500-then-good"] * 2),
        ("/drops-then-good", ["/drops-then-good"] * 2),
    ],
)
def test_faults_that_pass_are_waited_out_and_the_file_takes_its_place(server, raw, path, requests):
    get([server + path], raw)
    assert files(raw) == {"songs.zip": CONTENT}
    assert Server.requests == requests


FAULTS = [
    ("/gone", 1, "answers 404 Not Found"),
    ("/reason", 1, r"answers 404 \?\[31mNo.*….*"),
    ("/long-reason", 1, "does not answer in HTTP"),
    ("/no-http", 1, "does not answer in HTTP"),
    ("/500", 3, "answers 500 Internal Server Error"),
    ("/drops", 3, "ends after 100000 of 1280000 bytes"),
    ("/short", 3, "ends after 100000 of 1280000 bytes"),
    ("/chunked-drops", 3, "ends after 100000 of 1280000 bytes"),
    ("/stalls", 3, "sends nothing for 1.5 s"),
    ("/drips", 1, "takes longer than 6 s"),
    ("/continues", 3, "gives no answer within 1.5 s"),
    ("/header-drips", 3, "gives no answer within 1.5 s"),
    ("/headers", 1, "does not answer in HTTP"),
    ("/other", 1, "sends another file: its sha256 is wrong"),
    ("/long", 1, "sends more than the 1280000 bytes of the file"),
    ("/long-length", 1, "sends 1000000000000 bytes, not the 1280000 of the file"),
    ("/page", 1, r"sends a page \(text/html\), not the file"),
    ("/PAGE", 1, r"sends a page \(text/html\), not the file"),
    ("/round", 10, "redirects more than 10 times"),
    ("/moved-away", 1, "redirects to another address than of http or https"),
    ("/moved-to-a-file", 1, "redirects to another address than of http or https"),
]


@pytest.mark.parametrize(("path", "requests", "says"), FAULTS, ids=[path for path, _, _ in FAULTS])
def test_where_the_fault_stays_the_old_file_stays_and_the_error_says_what_happened(server, raw, path, requests, says):
    assert re.fullmatch(f"no URL gave the file: {server}{path} ({says})", refusal([server + path], raw))
    assert Server.requests == [path] * requests
    assert files(raw) == {"songs.zip": b"old"}


def refusal(urls, folder) -> str:
    with pytest.raises(InputError) as refused:
        get(urls, folder)
    line = str(refused.value)
    assert line.isprintable()
    assert len(line) <= 300
    return line


def test_the_body_of_a_redirect_is_not_read(server, raw):
    get([f"{server}/moved-with-a-body"], raw)
    assert files(raw) == {"songs.zip": CONTENT}


def test_a_size_that_is_too_small_is_called_so(server, raw):
    with pytest.raises(InputError, match="/good sends more than the 5 bytes of the file"):
        download([f"{server}/good"], 5, DIGEST, raw / "songs.zip")


SECRET = "pa:ss@word"


@pytest.mark.parametrize(
    "url",
    [
        f"http://user:{SECRET}@127.0.0.1:9/songs.zip?key={SECRET}",
        f"ftp://user:{SECRET}@127.0.0.1/songs.zip",
        f"http://user:{SECRET}@127.0.0.1:99999/songs.zip",
        f"//user:{SECRET}@127.0.0.1/songs.zip",
        f"http://user:{SECRET}\n@127.0.0.1/songs.zip",
        "",
        "songs.zip",
        "http://",
        "http://[::1/songs.zip",
    ],
)
def test_a_wrong_address_is_refused_without_its_password(raw, url):
    line = refusal([url], raw)
    assert "word" not in line
    assert line.endswith(("gives no connection: Connection refused", "is not an address of http or https"))
    assert files(raw) == {"songs.zip": b"old"}


def test_a_password_in_an_address_is_used_and_not_shown(server, raw):
    url = server.replace("http://", "http://user:secret@")
    shown = f"{server.replace('//', '//***@')}/gone"
    assert refusal([f"{url}/gone?token=secret"], raw) == f"no URL gave the file: {shown} answers 404 Not Found"
    get([f"{url}/good"], raw)
    assert Server.passwords[-1] == "Basic " + base64.b64encode(b"user:secret").decode()


def test_the_next_url_is_tried_and_each_is_named_in_the_end(server, raw):
    get([f"{server}/gone", f"{server}/other", f"{server}/good"], raw)
    assert Server.requests == ["/gone", "/other", "/good"]
    assert files(raw) == {"songs.zip": CONTENT}
    (raw / "songs.zip").write_bytes(b"old")
    with pytest.raises(InputError, match=f"{server}/gone answers 404 Not Found; {server}/other sends another file"):
        get([f"{server}/gone", f"{server}/other"], raw)


def test_a_certificate_that_is_not_trusted_is_refused_at_once(server, tls_server, raw):
    with pytest.raises(InputError, match=f"{tls_server}/good has a certificate that is not trusted"):
        get([f"{tls_server}/good"], raw)
    assert Server.requests == []
    assert files(raw) == {"songs.zip": b"old"}


def test_a_server_that_is_not_there_is_named(raw):
    with pytest.raises(InputError, match=r"http://127.0.0.1:9/songs.zip gives no connection: Connection refused"):
        get(["http://127.0.0.1:9/songs.zip"], raw)
    assert files(raw) == {"songs.zip": b"old"}


def test_a_right_file_in_its_place_costs_no_request(server, raw):
    (raw / "songs.zip").write_bytes(CONTENT)
    get([f"{server}/good"], raw)
    assert Server.requests == []


def test_what_a_kill_left_behind_is_swept_away_and_no_link_is_followed(server, raw, tmp_path_factory):
    precious = tmp_path_factory.mktemp("elsewhere") / "precious"
    precious.write_bytes(b"precious")
    (raw / "songs.zip.partial").symlink_to(precious)
    get([f"{server}/good"], raw)
    assert files(raw) == {"songs.zip": CONTENT}
    assert precious.read_bytes() == b"precious"


def test_a_link_leads_to_the_users_file(tmp_path):
    (tmp_path / "mine.zip").write_bytes(CONTENT)
    link([tmp_path / "mine.zip"], tmp_path / "raw" / "songs.zip")
    assert (tmp_path / "raw" / "songs.zip").samefile(tmp_path / "mine.zip")
    assert sha256(tmp_path / "raw" / "songs.zip") == DIGEST


def test_a_download_replaces_the_link_and_not_the_users_file(server, tmp_path):
    (tmp_path / "mine.zip").write_bytes(b"mine")
    link([tmp_path / "mine.zip"], tmp_path / "raw" / "songs.zip")
    get([f"{server}/good"], tmp_path / "raw")
    assert (tmp_path / "mine.zip").read_bytes() == b"mine"
    assert not (tmp_path / "raw" / "songs.zip").is_symlink()


def test_a_file_that_stands_in_the_very_place_stays(raw):
    link([raw / "songs.zip"], raw / "songs.zip")
    assert files(raw) == {"songs.zip": b"old"}
    assert not (raw / "songs.zip").is_symlink()


def test_a_file_that_the_user_has_is_linked_without_what_makes_or_fetches_one():
    program = "import sys, stages.download; print({'numpy', 'pyarrow', 'aiohttp'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "set()\n"
