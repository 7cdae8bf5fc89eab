import zipfile
from pathlib import Path

import pytest
from hypothesis import settings

from century.songs.published import MEMBER

# The same examples in every run, and no deadline: a slow machine is not a fault.
settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")


@pytest.fixture
def make_zip(tmp_path):
    """Write text as the member of a zip of the real layout; return its path."""

    def make(text: bytes, name: str = "songs.zip") -> Path:
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(MEMBER, text)
        return path

    return make
