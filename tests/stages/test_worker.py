import json
import os
import subprocess
import sys

NANNY = "type('Nanny', (), {'pre_spawn_env': {}})"


def test_what_a_nanny_hands_on_to_its_worker_is_what_a_stage_runs_with():
    """A nanny is started with a user's own settings; its worker must not have them."""
    program = "import json, os; from {0} import {1}; {1}({2}); print(json.dumps(dict(os.environ)))"
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "2", "NPY_DISABLE_CPU_FEATURES": "X86_V3"}
    stage, worker = (
        json.loads(
            subprocess.run(
                [sys.executable, "-c", program.format(*call)], env=environment, capture_output=True, check=True
            ).stdout
        )
        for call in (("stages.__main__", "set_up_process", "'train'"), ("stages.worker", "dask_setup", NANNY))
    )
    assert worker == stage
    assert worker["OPENBLAS_NUM_THREADS"] == "1"
