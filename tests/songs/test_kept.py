"""A file is made once for a user, verified whenever it is used, and made anew where it is damaged."""

import threading
from pathlib import Path

import pytest

from century.files import sha256
from century.songs.kept import STAND_IN_CODE, kept, stand_in_name


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("MUSIC_CENTURY_CACHE", str(tmp_path / "kept"))
    return tmp_path / "kept"


@pytest.fixture
def make():
    """What writes the file, and counts how often it is called."""

    def write(path: Path) -> None:
        write.calls += 1
        path.write_bytes(b"songs")

    write.calls = 0
    return write


def test_a_file_is_made_once_and_named_after_its_sha256(folder, make):
    path, digest = kept("uci", make)
    assert (path.read_bytes(), path.parent, path.name) == (b"songs", folder, f"uci-{digest}")
    assert digest == sha256(path)
    assert kept("uci", make) == (path, digest)
    assert make.calls == 1


def test_a_damaged_file_is_made_anew(folder, make):
    path, _ = kept("uci", make)
    path.chmod(0o644)
    path.write_bytes(b"song")
    kept("uci", make)
    assert (path.read_bytes(), make.calls) == (b"songs", 2)


def test_of_many_that_want_a_file_at_once_one_makes_it(folder, make):
    threads = [threading.Thread(target=kept, args=("uci", make)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert make.calls == 1


def test_a_failure_leaves_no_file_and_no_lock(folder, make):
    def fail(path: Path) -> None:
        raise OSError("no space")

    with pytest.raises(OSError, match="no space"):
        kept("uci", fail)
    assert kept("uci", make)[0].read_bytes() == b"songs"


def test_without_the_variable_the_folder_is_the_one_of_the_system_for_cached_files(monkeypatch, tmp_path, make):
    monkeypatch.delenv("MUSIC_CENTURY_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert kept("uci", make)[0].is_relative_to(tmp_path)


def test_another_stand_in_has_another_name(monkeypatch, tmp_path):
    name = stand_in_name(3000, 2600, 1)
    assert name == stand_in_name(3000, 2600, 1)
    others = {stand_in_name(*made_of) for made_of in ((3001, 2600, 1), (3000, 2601, 1), (3000, 2600, 2))}
    for i, file in enumerate(STAND_IN_CODE):
        edited = tmp_path / file.name
        edited.write_bytes(file.read_bytes() + b"#")
        with monkeypatch.context() as patch:
            code = [*STAND_IN_CODE[:i], edited, *STAND_IN_CODE[i + 1 :]]
            patch.setattr("century.songs.kept.STAND_IN_CODE", code)
            others.add(stand_in_name(3000, 2600, 1))
    assert len(others) == 3 + len(STAND_IN_CODE) == 6
    assert name not in others
