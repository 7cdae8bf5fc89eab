"""dvc.yaml says the truth: what a stage declares is what it imports and reads."""

import ast
import json
import re
from pathlib import Path

import pytest
import yaml
from msgspec import to_builtins

from century.document.comparison import PRINTED
from century.params import Params, read_params
from stages.__main__ import declared_keys

GRAPH = yaml.load(Path("dvc.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)
STAGES = list(GRAPH["stages"])


def files_of(module: str) -> list[Path]:
    """The files of code that an import of a.b.c runs: a/__init__.py, a/b/__init__.py, a/b/c.py."""
    parts = module.split(".")
    paths = [Path(*parts[: i + 1]) for i in range(len(parts))]
    files = [path / "__init__.py" if path.is_dir() else path.with_suffix(".py") for path in paths]
    return [file for file in files if file.is_file() and has_code(file)]


def has_code(path: Path) -> bool:
    """Whether there is more than a docstring in it, as most packages have: no result depends on that."""
    return len(ast.parse(path.read_text(encoding="utf-8")).body) > 1


def imports_of(path: Path) -> set[str]:
    modules = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide what is imported"
            modules |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return {module for module in modules if module.split(".")[0] in ("century", "stages")}


def closure(stage: str) -> set[Path]:
    """Every file of this project that `python -m stages STAGE` imports."""
    found, to_read = set(), [*files_of("stages.__main__"), *files_of(f"stages.{stage}")]
    while to_read:
        path = to_read.pop()
        if path not in found:
            found.add(path)
            to_read += [file for module in imports_of(path) for file in files_of(module)]
    return found


@pytest.mark.parametrize("stage", STAGES)
def test_the_code_in_deps_is_the_code_that_runs(stage):
    code = {Path(path) for path in GRAPH["stages"][stage]["deps"] if path.endswith(".py")}
    assert code == closure(stage)


def test_the_stand_in_depends_on_the_figures_it_reads():
    deps = GRAPH["stages"]["download"]["deps"]
    published = {str(path) for path in Path("century/songs/published").glob("*.csv")}
    assert {path for path in deps if path.endswith(".csv")} == published


def test_the_replay_depends_on_the_numbers_it_is_held_against():
    assert str(PRINTED.relative_to(Path.cwd())) in GRAPH["stages"]["replay"]["deps"]


def test_the_report_depends_on_every_file_that_its_template_reads():
    template = Path("report/report.typ").read_text(encoding="utf-8")
    tables = re.findall(r'(?:json|csv)\("/([^"]+)"', template)
    figures = [f"figures/{name}.svg" for name in re.findall(r'#drawn\("(\w+)"', template)]
    beside = [f"report/{name}" for name in re.findall(r'(?:#import |#bibliography\()"([^"]+)"', template)]
    deps = [path for path in GRAPH["stages"]["report"]["deps"] if not path.endswith(".py")]
    assert sorted(deps) == sorted({*tables, *figures, *beside, "report/report.typ"})


def parameters_read(stage: str) -> set[str]:
    """The keys `a.b` of params.yaml that the stage's file reads, through `params` and its own names for sections."""
    tree = ast.parse(Path(f"stages/{stage}.py").read_text(encoding="utf-8"))
    alias = {"params": ""}

    def key(node):
        if isinstance(node, ast.Name):
            return alias.get(node.id)
        if isinstance(node, ast.Attribute) and (start := key(node.value)) is not None:
            return f"{start}.{node.attr}".lstrip(".")
        return None

    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and (section := key(node.value)):
            alias[node.targets[0].id] = section
    chains = {chain for node in ast.walk(tree) if isinstance(node, ast.Attribute) and (chain := key(node))}
    return {chain for chain in chains if not any(other.startswith(chain + ".") for other in chains)}


def leaves(keys: list[str]) -> set[str]:
    """The keys with every section among them replaced by what it holds."""
    content = to_builtins(read_params(Path("params.yaml")))
    found = set()

    def walk(key, value):
        if isinstance(value, dict):
            for name in value:
                walk(f"{key}.{name}", value[name])
        else:
            found.add(key)

    for key in keys:
        value = content
        for name in key.split("."):
            value = value[name]
        walk(key, value)
    return found


@pytest.mark.parametrize("stage", STAGES)
def test_the_parameters_declared_are_those_that_are_read(stage):
    assert leaves(declared_keys(GRAPH["stages"][stage])) == parameters_read(stage)


def test_every_parameter_is_declared_by_some_stage():
    declared_by_any = [key for stage in STAGES for key in declared_keys(GRAPH["stages"][stage])]
    assert leaves(declared_by_any) == leaves(list(Params.__struct_fields__))


def names(items: list) -> list[str]:
    """The paths or keys of a list in dvc.yaml whose items may carry options."""
    return [next(iter(item)) if isinstance(item, dict) else item for item in items]


def outs(stage: str) -> list[str]:
    return [path for kind in ("outs", "metrics", "plots") for path in names(GRAPH["stages"][stage].get(kind, []))]


@pytest.mark.parametrize("stage", STAGES)
def test_the_files_that_a_stage_names_are_declared(stage):
    entry = GRAPH["stages"][stage]
    declared_files = set(entry["deps"] + outs(stage) + names(entry.get("params", [])))
    tree = ast.parse(Path(f"stages/{stage}.py").read_text(encoding="utf-8"))
    constants = {
        node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    named = {text for text in constants if re.fullmatch(r"(data|metrics|plots|figures|report)/\w[\w/.]*\.\w+", text)}
    assert named <= declared_files


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_is_described_and_run_as_a_module(stage):
    entry = GRAPH["stages"][stage]
    assert entry["desc"]
    assert entry["cmd"] == f"python -m stages {stage}"


def test_every_plot_is_declared_at_the_top_and_every_view_has_a_title_labels_and_a_template_of_its_own():
    """But for the source of the songs, which the page of plots puts into every title.

    A title holds no parameter: DVC writes it into a script of a page as it is.
    """
    at_the_top = [next(iter(plot.values())) for plot in GRAPH["plots"]]
    plots = [next(iter(item.items())) for stage in STAGES for item in GRAPH["stages"][stage].get("plots", [])]
    in_stages = [(path, view) for path, view in plots if path.startswith("plots/")]
    drawn_at_the_top = dict.fromkeys(next(iter(plot["y"])) for plot in at_the_top)
    assert set(drawn_at_the_top) | {"plots/source.csv"} == {path for path, _ in in_stages}
    for plot in at_the_top + [view for _, view in in_stages]:
        assert plot["title"]
        assert "${" not in plot["title"]
        assert plot["x_label"]
        assert plot["y_label"]
        json.loads(Path(f".dvc/plots/{plot['template']}.json").read_text(encoding="utf-8"))


def test_the_model_is_an_artifact():
    assert GRAPH["artifacts"]["model"]["path"] == "data/model.json"
