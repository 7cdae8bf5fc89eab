"""Run the notebook from its first cell to its last, and write what they print and draw into it.

A rerun changes no byte. As a program, `python -m report.notebook`, which `make notebook` runs.
"""

import os
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from traitlets.config import Config

from century.files import replacing
from stages.__main__ import set_up_process

NOTEBOOK = Path("notebooks/walkthrough.ipynb")
METADATA = {  # without the version of Python that ran it
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def write_outputs() -> None:
    set_up_process("figures")  # the kernel inherits it: the same digits on every processor
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["IPYTHONDIR"] = folder  # a user's own start-up files are not run
        sockets = Config(KernelManager={"transport": "ipc", "ip": f"{folder}/kernel"})  # no port is opened
        where = {"metadata": {"path": str(NOTEBOOK.parent)}}
        NotebookClient(notebook, config=sockets, resources=where, record_timing=False, coalesce_streams=True).execute()
    notebook.metadata = nbformat.from_dict(METADATA)
    with replacing(NOTEBOOK) as partial:
        nbformat.write(notebook, partial)


if __name__ == "__main__":
    write_outputs()
