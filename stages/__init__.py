"""The stages of dvc.yaml, one file each: read the inputs, call the library, write the outputs. Here is how each starts:
with the parameters that dvc.yaml declares for it, and no others."""

# ruff: noqa: E402  # the variables are read when NumPy and Arrow are imported, and Arrow looks for pandas as well

import os

# BLAS splits a sum by the number of its threads, and the split shows in the last digits. One thread everywhere keeps
# the bytes the same, and is faster for minibatches as small as these.
for variable in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "OMP_NUM_THREADS"):
    os.environ[variable] = "1"

# With one arena jemalloc gives back what Arrow no longer needs; the default, mimalloc, keeps up to 100 MB of it.
os.environ["ARROW_DEFAULT_MEMORY_POOL"], os.environ["JE_ARROW_MALLOC_CONF"] = "jemalloc", "narenas:1"

import sys


class NoPandas:
    """Among the finders of modules, the one that says there is no pandas.

    pyarrow and scikit-learn import it, where it is installed: a quarter of a second and 40 MB that no stage needs.
    """

    @staticmethod
    def find_spec(name: str, *_: object) -> None:
        if name == "pandas":
            raise ModuleNotFoundError(name)


if sys.argv[0] == "-m":  # what Python puts there while it looks for a stage to run
    sys.meta_path.insert(0, NoPandas)

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import yaml

from century import InputError
from century.params import Params, read_params


def start(name: str, stage: Callable[[Params], None]) -> None:
    """Run a stage. What the user can mend ends it with one line on stderr and exit code 1."""
    try:
        stage(only(read_params(Path("params.yaml")), declared(name)))
    except (InputError, OSError) as error:
        sys.exit(f"{name}: {error}")
    except KeyboardInterrupt:
        sys.exit(f"{name}: interrupted")


def declared(name: str) -> list[str]:
    """The keys of params.yaml that dvc.yaml lists under a stage's `params`: `section.key`, or a whole `section`."""
    stages = yaml.load(Path("dvc.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)["stages"]
    return [key for key in stages[name].get("params", []) if isinstance(key, str)]


def only(params: Any, keys: list[str]) -> Any:
    """Of the same parameters those named by dotted keys; reading any other is an AttributeError."""
    fields = {}
    for head in {key.partition(".")[0] for key in keys}:
        rest = [key.partition(".")[2] for key in keys if key.partition(".")[0] == head]
        value = getattr(params, head)
        fields[head] = value if "" in rest else only(value, rest)
    return SimpleNamespace(**fields)
