"""The stage typesets the template into a PDF, the same bytes each time. What the report says: tests/report."""

from clones import digests, run


def test_the_report_is_a_pdf_of_the_same_bytes_each_time_and_no_half_file_is_left(clone):
    before = digests(clone)
    report = clone / "report/report.pdf"
    assert report.read_bytes().startswith(b"%PDF-")
    report.unlink()
    run("python", "-m", "stages", "report", cwd=clone)
    assert digests(clone) == before
    assert sorted(path.name for path in report.parent.glob("report*")) == ["report.pdf", "report.typ"]
