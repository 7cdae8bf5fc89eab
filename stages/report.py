"""Typeset the report. The template reads the numbers itself, from the files that dvc.yaml lists for this stage."""

from pathlib import Path

import typst

from century.files import replacing
from century.params import Params


def stage(params: Params) -> None:
    # Typst's own fonts and a fixed date give the same bytes on every machine.
    pdf = typst.compile(
        "report/report.typ",
        root=".",
        ignore_system_fonts=True,
        timestamp=0,
        sys_inputs={"validation": params.split.validation},  # it is in no file of metrics
    )
    with replacing(Path("report/report.pdf")) as partial:
        partial.write_bytes(pdf)
