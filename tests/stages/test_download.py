"""What stands at the path of a user's own file is told before anything is replaced by it."""

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
    Path("data/raw/songs").write_bytes(b"old")
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


REFUSED = {
    "none": "data.source = 'none' is not there; it must be stand-in, uci or the path of a file",
    "folder": "data.source = 'folder' is a directory; it must be stand-in, uci or the path of a file",
    "pipe": "data.source = 'pipe' is no regular file; it must be stand-in, uci or the path of a file",
    "dangling": "data.source = 'dangling' is not there",
    "page": "page: it is a page or other text in tags, not a table",
    "semicolons": "semicolons: line 1 is separated by semicolons",
    "empty": "empty: it is empty",
}


@pytest.mark.parametrize("source", REFUSED)
def test_what_is_no_file_of_songs_is_called_what_it_is_and_what_was_there_stays(project, source):
    Path("folder").mkdir()
    os.mkfifo("pipe")
    Path("dangling").symlink_to("none")
    Path("page").write_bytes(b"<html>Not found</html>")
    Path("semicolons").write_bytes(TEXT.replace(b",", b";"))
    Path("empty").touch()
    with pytest.raises(InputError) as refused:
        put(source)
    assert str(refused.value).startswith(REFUSED[source])
    assert Path("data/raw/songs").read_bytes() == b"old"
    assert not Path("metrics").exists()
