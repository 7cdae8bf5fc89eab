"""What stands at the path of a user's own file is told before anything is replaced by it."""

import hashlib
import os
from pathlib import Path
from types import SimpleNamespace

import pytest
from packed import PACKINGS
from random_songs import random_text

from century import InputError
from century.files import read_json, sha256
from stages import download

TEXT = random_text(3)


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder with the file of an earlier day in its place."""
    monkeypatch.chdir(tmp_path)
    Path("data/raw").mkdir(parents=True)
    Path("earlier").write_bytes(b"old")
    Path("data/raw/songs").symlink_to(Path("earlier").resolve())
    return tmp_path


def put(source: str) -> None:
    download.stage(SimpleNamespace(data=SimpleNamespace(source=source)))


@pytest.mark.parametrize("name", PACKINGS)
def test_a_file_of_the_user_is_linked_and_its_form_is_written_down(project, name):
    Path("mine").write_bytes(PACKINGS[name](TEXT))
    put("mine")
    assert Path("data/raw/songs").samefile("mine")
    assert read_json(Path("metrics/download.json")) == {
        "source": "mine",
        "packing": name.split(",")[0].split(" ")[0],
        "header": False,
        "bytes": Path("mine").stat().st_size,
        "sha256": sha256(Path("mine")),
    }
    assert Path("plots/source.csv").read_text(encoding="utf-8") == "source\nown file\n"


REFUSED = {
    "none": "data.source = 'none' is not there; it must be stand-in, uci, or the path, the folder, the pattern or",
    "no/*": "data.source = 'no/*' is not there; it must be stand-in",
    "folder": "data.source = 'folder' has no files; it must be stand-in",
    "part": "part/2: it is a page",
    "pipe": "data.source = 'pipe' is not a regular file; it must be stand-in",
    "memory://none": "data.source = 'memory://none'",
    "s3://none": "data.source = 's3://none': Install s3fs to access S3; it must be stand-in",
    "odd://none": "data.source = 'odd://none': Protocol not known: odd; it must be stand-in",
    "~nobody-of-this-name/songs": "~nobody-of-this-name/songs: Could not determine home directory.",
    "dangling": "data.source = 'dangling' is not there",
    "page": "page: it is a page or other text in tags, not a table",
    "semicolons": "semicolons: line 1 is separated by semicolons",
    "empty": "empty: it is empty",
}


@pytest.mark.parametrize("source", REFUSED)
def test_what_is_no_file_of_songs_is_called_what_it_is_and_what_was_there_stays(project, source):
    Path("folder").mkdir()
    Path("folder/.hidden").write_bytes(TEXT)
    Path("part").mkdir()
    Path("part/1").write_bytes(TEXT)
    Path("part/2").write_bytes(b"<html>Not found</html>")
    os.mkfifo("pipe")
    Path("dangling").symlink_to("none")
    Path("page").write_bytes(b"<html>Not found</html>")
    Path("semicolons").write_bytes(TEXT.replace(b",", b";"))
    Path("empty").touch()
    with pytest.raises(InputError) as refused:
        put(source)
    assert REFUSED[source] in str(refused.value)
    assert Path("data/raw/songs").read_bytes() == b"old"
    assert not Path("metrics").exists()


def test_a_file_of_the_users_own_is_not_replaced_but_the_same_songs_may_be_linked(project):
    place = Path("data/raw/songs")
    Path("mine").write_bytes(TEXT)
    place.unlink()
    place.write_bytes(b"precious")
    with pytest.raises(InputError, match=r"data/raw/songs is a file of your own, which data.source = 'mine' would"):
        put("mine")
    assert place.read_bytes() == b"precious"
    assert not Path("metrics").exists()
    place.write_bytes(TEXT)
    put("data/raw/songs")
    assert not place.is_symlink()
    put("mine")
    assert place.samefile("mine")


@pytest.mark.parametrize("name", ["songs (1).csv", "Lieder für, = [alle] $HOME 'x'.txt"])
def test_a_path_may_have_any_characters_begin_with_a_tilde_or_be_relative_to_the_repository(
    project, monkeypatch, tmp_path_factory, name
):
    home = tmp_path_factory.mktemp("home")
    (home / name).write_bytes(TEXT)
    monkeypatch.setenv("HOME", str(home))
    put(f"~/{name}")
    assert Path("data/raw/songs").samefile(home / name)
    (project / name).write_bytes(TEXT)
    copy = tmp_path_factory.mktemp("queue")
    monkeypatch.setenv("DVC_ROOT", str(project))
    monkeypatch.chdir(copy)
    put(name)
    assert Path("data/raw/songs").samefile(project / name)


def test_several_files_are_linked_in_the_order_of_their_names_and_one_file_takes_their_place(project):
    Path("many/b").mkdir(parents=True)
    for name, pack in (("many/b/1.gz", "gzip"), ("many/a.txt", "plain"), ("many/c", "xz")):
        Path(name).write_bytes(PACKINGS[pack](TEXT))
    Path("many/_SUCCESS").touch()
    put("many")
    place = Path("data/raw/songs")
    assert sorted(path.name for path in place.iterdir()) == ["000000-a.txt", "000001-1.gz", "000002-c"]
    assert (place / "000001-1.gz").samefile("many/b/1.gz")
    digests = [sha256(Path(name)) for name in ("many/a.txt", "many/b/1.gz", "many/c")]
    assert read_json(Path("metrics/download.json")) == {
        "source": "many",
        "files": 3,
        "packing": "gzip, plain, xz",
        "header": False,
        "bytes": sum(path.stat().st_size for path in place.iterdir()),
        "sha256": hashlib.sha256("".join(digests).encode()).hexdigest(),
    }
    put("many/*/*.gz")
    assert place.samefile("many/b/1.gz")
    put("many/*")
    assert [path.name[7:] for path in sorted(place.iterdir())] == ["a.txt", "c"]


def test_a_name_that_is_not_utf_8_is_linked_under_one_that_is(project):
    os.mkdir(b"many")
    for name in (b"many/1", b"many/a\xe9.csv"):
        Path(os.fsdecode(name)).write_bytes(TEXT)
    put("many")
    assert sorted(os.listdir(b"data/raw/songs")) == [b"000000-1", b"000001-a?.csv"]


def test_a_folder_of_the_users_own_is_not_replaced(project):
    place = Path("data/raw/songs")
    place.unlink()
    place.mkdir()
    (place / "mine").write_bytes(TEXT)
    Path("mine").write_bytes(TEXT)
    with pytest.raises(InputError, match=r"data/raw/songs is a folder of your own, which data.source = 'mine' would"):
        put("mine")
    assert (place / "mine").read_bytes() == TEXT
