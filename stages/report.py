"""Typeset the report. The template reads the numbers itself, from the files that dvc.yaml lists for this stage."""

from pathlib import Path

import typst

from century.files import replacing
from century.params import Params


def stage(params: Params) -> None:
    # Typst's own fonts and a fixed date give the same bytes on every machine. PDF/UA-1 is the standard for documents
    # that can be read aloud; typst refuses to write one in which a formula or a figure has no text.
    pdf = typst.compile(
        "report/report.typ",
        root=".",
        ignore_system_fonts=True,
        timestamp=0,
        pdf_standards=["ua-1"],
        sys_inputs={"validation": params.split.validation},  # it is in no file of metrics
    )
    # Poppler before 25.12 calls this entry an error. Without it the document means the same. Spaces in
    # its place keep every other byte where it is.
    pdf = pdf.replace(b"/Suspects false", b" " * len(b"/Suspects false"))
    with replacing(Path("report/report.pdf")) as partial:
        partial.write_bytes(pdf)
