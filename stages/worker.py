"""Set up a worker of a cluster as a stage is set up.

`python -m dask worker ADDRESS --preload-nanny stages.worker`, in this repository, starts one that computes the same
bytes.
"""

from typing import Any

from stages.__main__ import set_up_process


def dask_setup(nanny: Any) -> None:
    """Dask calls this in the process that starts the worker, which inherits the environment."""
    set_up_process("worker")
    # Dask sets it so that memory goes back to the system at once, which slows a process that uses much memory.
    nanny.pre_spawn_env.pop("MALLOC_TRIM_THRESHOLD_", None)
