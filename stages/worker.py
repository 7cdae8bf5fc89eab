"""Set up a worker of a cluster as a stage is set up.

`python -m dask worker ADDRESS --preload-nanny stages.worker`, in this repository, starts one that computes the same
bytes.
"""

from stages.__main__ import set_up_process


def dask_setup(nanny: object) -> None:
    """Dask calls this in the process that starts the worker, which inherits the environment."""
    set_up_process("worker")
