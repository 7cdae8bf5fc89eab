"""Typeset the report. The template reads the numbers itself, from the files that dvc.yaml lists for this stage."""

from pathlib import Path

import typst

from century.files import replacing
from century.params import Params


def stage(params: Params) -> None:
    # Typst's own fonts alone, and a date that stands still: the same bytes on every machine.
    pdf = typst.compile(
        "report/report.typ",
        root=".",
        ignore_system_fonts=True,
        timestamp=0,
        sys_inputs={"validation": params.split.validation},  # which no metric knows
    )
    with replacing(Path("report/report.pdf")) as partial:
        partial.write_bytes(pdf)
