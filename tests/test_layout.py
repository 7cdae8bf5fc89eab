"""tests/ mirrors the code: every module in which something is defined has a test file of its own name."""

import ast
from pathlib import Path

import pytest

CODE = [path for folder in ("century", "stages", "report") for path in sorted(Path(folder).rglob("*.py"))]


def defines_something(path: Path) -> bool:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in tree.body)


def mirror(path: Path) -> Path:
    """That of century/songs/split.py is tests/songs/test_split.py; a package's __init__ is tested by its own name."""
    module = path.parent if path.name == "__init__.py" else path.with_suffix("")
    folder = Path(*module.parent.parts[1:]) if module.parts[0] == "century" else module.parent
    return Path("tests", folder, f"test_{module.name.strip('_')}.py")


@pytest.mark.parametrize("path", list(filter(defines_something, CODE)), ids=str)
def test_a_module_has_a_test_file_of_its_own_name(path):
    assert mirror(path).is_file()


def test_the_replay_of_the_assignment_shares_no_formula_with_the_model():
    """Otherwise another loss or another step would change the replay without a word."""
    for path in Path("century/document").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("century.model"):
                assert node.module == "century.model.differences", path
            assert not (isinstance(node, ast.Import) and node.names[0].name.startswith("century.model")), path
