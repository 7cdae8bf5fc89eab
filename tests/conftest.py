import shutil
import zipfile
from pathlib import Path

import pytest
from clones import ALL, SMALL, commit, copy_tree, repro, set_params
from hypothesis import settings

from century.songs.published import MEMBER

# The same examples in every run, and no deadline: a slow machine is not a fault.
settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")


@pytest.fixture(scope="session", autouse=True)
def kept_songs(tmp_path_factory):
    """The tests share downloads and stand-ins with each other, and not with the user."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MUSIC_CENTURY_CACHE", str(tmp_path_factory.mktemp("kept")))
        yield


@pytest.fixture
def make_zip(tmp_path):
    """Write text as the member of a zip of the real layout; return its path."""

    def make(text: bytes, name: str = "songs.zip") -> Path:
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(MEMBER, text)
        return path

    return make


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """A clone of this working tree in which the whole graph has run on a small stand-in; never edited."""
    clone = copy_tree(tmp_path_factory.mktemp("finished") / "clone")
    set_params(clone, SMALL)
    commit(clone, "small")
    assert repro(clone).ran == ALL
    commit(clone, "results")
    return clone


@pytest.fixture
def clone(finished, tmp_path):
    shutil.copytree(finished, tmp_path / "clone", symlinks=True)
    return tmp_path / "clone"
