"""What tools and people read about the repository as a whole agrees with itself."""

import json
import runpy
import tomllib
from pathlib import Path

import yaml

from century.__main__ import __version__

CITATION = yaml.safe_load(Path("CITATION.cff").read_text(encoding="utf-8"))


def test_the_citation_is_of_this_version_and_licence_and_names_the_data():
    assert {"cff-version", "message", "title", "authors"} <= CITATION.keys()
    assert CITATION["version"] == __version__
    assert (
        CITATION["license"] == tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]["license"]
    )
    assert Path("LICENSE").read_text(encoding="utf-8").startswith(f"{CITATION['license']} License\n")
    assert CITATION["references"][0]["doi"] in Path("README.md").read_text(encoding="utf-8")


def test_the_container_sets_up_what_make_does_and_the_editor_offers_the_same_extensions_there():
    container = json.loads(Path(".devcontainer/devcontainer.json").read_text(encoding="utf-8"))
    _, target = container["postCreateCommand"].split("make ")
    assert f"\n{target}:" in Path("Makefile").read_text(encoding="utf-8")
    offered = json.loads(Path(".vscode/extensions.json").read_text(encoding="utf-8"))["recommendations"]
    assert container["customizations"]["vscode"]["extensions"] == offered


def test_every_breakage_finds_its_line_and_its_test():
    for file, right, _, test in runpy.run_path(".ci/breakages.py")["BREAKAGES"]:
        assert Path(file).read_text(encoding="utf-8").count(right) == 1, (file, right)
        module, _, function = test.partition("::")
        assert f"def {function}" in Path(module).read_text(encoding="utf-8"), test
