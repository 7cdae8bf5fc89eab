"""The one door of the stages: what it sets up, and how it ends when something is wrong."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from century.params import read_params
from stages.__main__ import X86_64_V3, declared_params, processor_flags
from stages.__main__ import run as run_stage

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path):
    """A folder with the graph and the parameters, and none of the data."""
    for name in ("dvc.yaml", "params.yaml"):
        shutil.copyfile(REPOSITORY / name, tmp_path / name)
    return tmp_path


def run(project, *arguments, options=()):
    command = [sys.executable, *options, "-m", "stages", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)


def test_a_backend_of_matplotlib_that_is_not_there_does_not_matter():
    program = "from stages.__main__ import set_up_process; set_up_process('figures'); import matplotlib.figure"
    environment = {**os.environ, "MPLBACKEND": "nonsense"}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_blas_has_one_thread_whatever_the_user_has_set():
    program = (
        "import sys; from stages.__main__ import set_up_process; set_up_process('train')\n"
        "assert 'numpy' not in sys.modules\n"
        "import numpy, threadpoolctl\n"
        "print([pool['num_threads'] for pool in threadpoolctl.threadpool_info()])"
    )
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "2", "OMP_NUM_THREADS": "2"}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert set(json.loads(done.stdout)) == {1}


def test_a_processor_with_avx2_runs_the_code_for_avx2_whatever_the_user_has_set():
    program = (
        "from stages.__main__ import set_up_process; set_up_process('train')\n"
        "import json, scipy.linalg, threadpoolctl\n"
        "from numpy._core._multiarray_umath import __cpu_features__ as features\n"
        "blas = [pool['architecture'] for pool in threadpoolctl.threadpool_info()]\n"
        "print(json.dumps([blas, [name for name in ('X86_V3', 'X86_V4') if features[name]]]))"
    )
    odd = {"OPENBLAS_CORETYPE": "Sandybridge", "NPY_DISABLE_CPU_FEATURES": "X86_V3"}
    environment = {**os.environ, **(odd if processor_flags() >= X86_64_V3 else {})}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    blas, numpy = json.loads(done.stdout)
    assert len(blas) == 2  # NumPy's own and SciPy's own
    assert ((set(blas), numpy) == ({"Haswell"}, ["X86_V3"])) == (processor_flags() >= X86_64_V3)


def test_the_flags_of_a_processor_are_those_that_linux_lists(tmp_path):
    cpuinfo = tmp_path / "cpuinfo"
    assert processor_flags(cpuinfo) == set()  # another system
    cpuinfo.write_text("processor\t: 0\nFeatures\t: fp asimd sve\n", encoding="utf-8")
    assert processor_flags(cpuinfo) == set()  # another kind of processor
    cpuinfo.write_text("model\t: 1\nflags\t\t: fpu avx avx2 fma\n\nflags\t\t: avx512f\n", encoding="utf-8")
    assert {"avx2", "fma"} <= processor_flags(cpuinfo)
    assert "avx512f" not in processor_flags(cpuinfo)


def test_an_import_of_the_stages_changes_nothing():
    program = (
        "import os, sys; before = dict(os.environ), list(sys.meta_path)\n"
        "import stages.split\n"
        "print(before == (dict(os.environ), sys.meta_path))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"


def test_a_stage_that_carries_songs_starts_without_pandas(project):
    done = run(project, "baseline", options=("-X", "importtime"))  # it ends for want of its songs
    assert "sklearn.linear_model" in done.stderr
    assert "pandas.core" not in done.stderr


@pytest.mark.parametrize("arguments", [["trian"], [], ["train", "baseline"]])
def test_a_name_that_is_no_stage_is_told_which_there_are(project, arguments):
    done = run(project, *arguments)
    assert done.returncode == 1
    line = rf"{' '.join(arguments)}: there is no such stage; dvc.yaml has download, .*, report\n"
    assert re.fullmatch(line, done.stderr)


def test_a_file_that_is_not_there_is_one_line(project):
    done = run(project, "split")
    assert done.returncode == 1
    assert re.fullmatch(r"split: .*songs.parquet.*No such file or directory.*\n", done.stderr)


def test_a_parameter_that_is_not_declared_cannot_be_read():
    params = declared_params(read_params(Path("params.yaml")), ["split", "train.memory"])
    assert params.split.validation_rows == 50_000
    assert params.train.memory == 512
    for undeclared in (lambda: params.train.tolerance, lambda: params.sweep, lambda: params.baseline.C):
        with pytest.raises(AttributeError):
            undeclared()


@pytest.mark.parametrize("module", ["yaml", "msgspec", "stages.binarize", "numpy", "pyarrow.csv", "isal"])
def test_an_interrupt_while_a_stage_imports_ends_it_with_one_line(project, module):
    program = f"""
import os, runpy, signal, sys
class Interrupts:
    def find_spec(name, *_):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupts)
sys.argv = ["stages", "binarize"]
runpy.run_module("stages", run_name="__main__", alter_sys=True)
"""
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run([sys.executable, "-c", program], cwd=project, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (1, "binarize: interrupted\n")


def test_a_stage_that_gets_no_memory_ends_with_one_line(project, monkeypatch):
    monkeypatch.chdir(project)
    monkeypatch.setattr("stages.split.stage", lambda _: np.empty(2**57))
    with pytest.raises(SystemExit, match=r"^split: there is not enough memory: Unable to allocate .*; docs/growth.md"):
        run_stage("split")


def test_an_error_is_told_in_one_printable_line(project):
    name = "\x1b[31m" + "x" * 3000 + "\n"
    done = run(project, name)
    assert done.returncode == 1
    assert done.stderr[:-1].isprintable()
    assert len(done.stderr) <= 301
