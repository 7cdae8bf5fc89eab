import shutil
import zipfile
from functools import cache
from pathlib import Path

import pytest
from clones import ALL, SMALL, commit, copy_tree, repro, set_params
from filelock import FileLock
from hypothesis import settings
from threadpoolctl import threadpool_limits
from xdist.scheduler import LoadScopeScheduling

from century.songs.published import MEMBER

# The same examples in every run, and no deadline: a slow machine is not a fault.
settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")


def pytest_collection_modifyitems(items):
    """Order the tests so that the processes of xdist end together, with the shortest.

    What runs in a clone takes seconds, so it is slow: `make test-fast` leaves it out. While one process makes the
    finished clone for the first test, the others run what is slow and needs none. Modules whose tests share a fixture
    run as a whole, so they begin early.
    """
    for item in items:
        if "finished" in item.fixturenames:
            item.add_marker("slow")
    items.sort(key=lambda item: not shares_a_fixture(item.path))
    items.sort(key=lambda item: 2 * ("slow" not in item.keywords) + ("finished" in item.fixturenames))
    first = next((item for item in items if "finished" in item.fixturenames), items[0])
    items.sort(key=lambda item: item is not first)


@cache
def shares_a_fixture(module):
    return 'scope="module"' in Path(module).read_text(encoding="utf-8")


class ModulesThatShare(LoadScopeScheduling):
    """Each process gets one test after the other, or a whole module whose tests share a fixture: it makes that once."""

    def _split_scope(self, nodeid):
        module = nodeid.partition("::")[0]
        return module if shares_a_fixture(module) else nodeid


@pytest.hookimpl(optionalhook=True)  # there is none under pytest -p no:xdist
def pytest_xdist_make_scheduler(config, log):
    return ModulesThatShare(config, log)


@pytest.fixture(scope="session")
def shared(tmp_path_factory, worker_id):
    """A folder that is one for all the processes of a run of the tests."""
    folder = tmp_path_factory.getbasetemp()
    return folder if worker_id == "master" else folder.parent


@pytest.fixture(scope="session", autouse=True)
def kept(shared):
    """The tests share downloads, stand-ins and what DVC remembers with each other, and not with the user."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MUSIC_CENTURY_CACHE", str(shared / "kept"))
        patch.setenv("DVC_SITE_CACHE_DIR", str(shared / "site"))
        patch.setenv("PYTEST_DVC_SERVER", str(shared / "dvc_server"))
        yield


@pytest.fixture(scope="session", autouse=True)
def one_blas_thread():
    """As many processes as processors are busy already. The processes that a test starts choose for themselves."""
    with threadpool_limits(1, "blas"):
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
def finished(shared, tmp_path_factory):
    """A clone of this working tree in which the whole graph has run on a small stand-in; never edited.

    The first process that asks for it makes it, and a link says to the others where it is.
    """
    link = shared / "finished"
    with FileLock(shared / "finished.lock"):
        if not link.exists():
            clone = copy_tree(tmp_path_factory.mktemp("finished") / "clone")
            set_params(clone, SMALL)
            (clone / "dvc.lock").unlink()  # of other songs, and rewritten after every stage: the less the faster
            commit(clone, "small")
            assert repro(clone).ran == ALL
            commit(clone, "results")
            link.symlink_to(clone)
    return link.resolve()


@pytest.fixture
def clone(finished, tmp_path):
    shutil.copytree(finished, tmp_path / "clone", symlinks=True)
    return tmp_path / "clone"
