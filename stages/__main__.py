"""`python -m stages NAME` runs one stage of dvc.yaml, with the parameters that it declares there and no others."""

import os
import signal
import sys

if __name__ == "__main__":  # before the imports, so that an interrupt of them gives one line as well
    stage_name = " ".join(sys.argv[1:])
    signal.signal(signal.SIGINT, lambda *_: sys.exit(f"{stage_name}: interrupted"))

from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import yaml

from century import InputError, one_line
from century.params import read_params


class NoPandas:
    """A finder of modules that hides pandas, so that an import of it fails.

    pyarrow and scikit-learn would import it, though only the figures need it: a quarter of a second and 40 MB a stage.
    """

    @staticmethod
    def find_spec(name: str, *_: object) -> None:
        if name == "pandas":
            raise ModuleNotFoundError(name)


# Linux's names of what every processor of the level x86-64-v3 can do: Intel's since 2013, AMD's since 2015.
X86_64_V3 = {"avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe"}


def processor_flags(cpuinfo: Path = Path("/proc/cpuinfo")) -> set[str]:
    """What Linux says that an x86 processor can do; nothing for other processors and on other systems."""
    if not cpuinfo.exists():
        return set()
    with cpuinfo.open(encoding="utf-8") as lines:
        return next((set(line.split()) for line in lines if line.startswith("flags")), set())


def set_up_process(name: str) -> None:
    """Set what NumPy, Arrow and scikit-learn read when they are imported, so nothing above may import them."""
    # OpenBLAS and NumPy choose their code by the processor, and code for AVX-512 adds numbers up in another order: last
    # digits change. So every processor that can runs the code for AVX2, which is as fast for these stages.
    if processor_flags() >= X86_64_V3:
        os.environ["OPENBLAS_CORETYPE"], os.environ["NPY_ENABLE_CPU_FEATURES"] = "Haswell", "X86_V3"
        os.environ.pop("NPY_DISABLE_CPU_FEATURES", None)  # NumPy refuses to have both
    # BLAS splits a sum by the number of its threads, and the split shows in the last digits. One thread everywhere
    # keeps the bytes the same, and is faster for minibatches as small as these.
    for variable in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "OMP_NUM_THREADS"):
        os.environ[variable] = "1"
    # With one arena jemalloc gives back what Arrow no longer needs; the default, mimalloc, keeps up to 100 MB of it.
    if processor_flags():  # Linux on x86: elsewhere Arrow has no jemalloc, and says so in every stage
        os.environ["ARROW_DEFAULT_MEMORY_POOL"], os.environ["JE_ARROW_MALLOC_CONF"] = "jemalloc", "narenas:1"
    os.environ.pop("MPLBACKEND", None)  # the figures are files; a backend that is not there would stop matplotlib
    if name != "figures":
        sys.meta_path.insert(0, NoPandas)


def run(name: str) -> None:
    """Run a stage. A fault that the user can correct ends it with one line on stderr and exit code 1."""
    try:
        stages = read_stages()
        if name not in stages:
            raise InputError(f"there is no such stage; dvc.yaml has {', '.join(stages)}")
        params = declared_params(read_params(Path("params.yaml")), declared_keys(stages[name]))
        import_module(f"stages.{name}").stage(params)
    except (InputError, OSError) as error:
        sys.exit(one_line(f"{name}: {error}"))
    except MemoryError as error:
        needs = "docs/growth.md says what each stage needs for how many songs"
        sys.exit(one_line(f"{name}: there is not enough memory: {error}; {needs}"))


def read_stages() -> dict[str, Any]:
    """The stages of dvc.yaml by name."""
    stages: dict[str, Any] = yaml.load(Path("dvc.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)["stages"]
    return stages


def declared_keys(stage: dict[str, Any]) -> list[str]:
    """The keys of params.yaml that a stage of dvc.yaml lists under `params`: `section.key`, or a whole `section`."""
    return [key for key in stage.get("params", []) if isinstance(key, str)]


def declared_params(params: Any, keys: list[str]) -> Any:
    """The parameters that dotted keys name; reading any other is an AttributeError."""
    declared = {}
    for name in {key.partition(".")[0] for key in keys}:
        rest = [key.partition(".")[2] for key in keys if key.partition(".")[0] == name]
        value = getattr(params, name)
        declared[name] = value if "" in rest else declared_params(value, rest)
    return SimpleNamespace(**declared)


if __name__ == "__main__":
    set_up_process(stage_name)
    run(stage_name)
