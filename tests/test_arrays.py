"""The types of arrays have one home: what a module defines has no second name for them."""

import ast
from pathlib import Path

import pytest

from century import arrays

MODULES = [path for folder in ("century", "stages", "report") for path in sorted(Path(folder).rglob("*.py"))]


@pytest.mark.parametrize("path", [path for path in MODULES if path.name != "arrays.py"], ids=str)
def test_no_other_module_defines_a_type_of_arrays(path):
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript):
            assert not ast.unparse(node.value).startswith(("NDArray", "np.ndarray", "Array[")), ast.unparse(node)


def test_the_types_are_all_used():
    code = "".join(path.read_text(encoding="utf-8") for path in MODULES if path.name != "arrays.py")
    for name in ("Array", "Floats", "Ints", "Songs"):
        assert hasattr(arrays, name)
        assert name in code
