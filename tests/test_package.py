"""`pip install .` gives the library, its command, and no more."""

import ast
import re
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from clones import run
from hatchling.build import build_wheel

from century.__main__ import __version__

PROJECT = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
IMPORTED_AS = {"pyyaml": "yaml", "scikit-learn": "sklearn"}


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder into which the wheel is unpacked: what pip installs, without what it depends on."""
    folder = tmp_path_factory.mktemp("wheel")
    with zipfile.ZipFile(folder / build_wheel(str(folder))) as wheel:
        wheel.extractall(folder / "site")
    return folder / "site"


def test_the_wheel_holds_the_library_and_the_data_that_it_reads(installed):
    files = {path.relative_to(installed) for path in installed.rglob("*") if path.is_file()}
    files = {path for path in files if not path.parts[0].endswith(".dist-info")}
    data = {path for path in files if path.suffix != ".py"}
    assert files - data == set(Path("century").rglob("*.py"))
    assert {str(path) for path in data} == {
        "century/py.typed",
        "century/songs/published/columns.csv",
        "century/songs/published/year_histogram.csv",
        "century/document/printed.json",
    }


def test_the_installed_library_is_the_command(installed, tmp_path):
    """Where the repository is not, `python -m century` and the entry point of the command are the same."""
    entry = "import sys; sys.argv[0] = 'century'; from century.__main__ import main; main()"
    for how in (["-m", "century"], ["-c", entry]):
        result = run(sys.executable, *how, "--version", cwd=tmp_path, PYTHONPATH=str(installed))
        assert result.stdout == f"century {__version__}\n"
    assert PROJECT["scripts"] == {"century": "century.__main__:main"}


def test_the_library_depends_on_what_it_imports_and_on_nothing_else():
    def names(requirements):
        names = [re.match(r"[\w.-]+", requirement)[0] for requirement in requirements]
        return {IMPORTED_AS.get(name, name) for name in names}

    def imports(path):
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        found = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
        found |= {node.module for node in nodes if isinstance(node, ast.ImportFrom)}
        return {name.partition(".")[0] for name in found} - sys.stdlib_module_names - {"century"}

    extras = {name: imports(Path(f"century/{name}.py")) for name in ("figures", "cluster")}
    library = set().union(*(imports(path) for path in Path("century").rglob("*.py") if path.stem not in extras))
    assert library == names(PROJECT["dependencies"])
    for name, imported in extras.items():
        assert imported - library - {"dask"} == names(PROJECT["optional-dependencies"][name])  # dask: of distributed
