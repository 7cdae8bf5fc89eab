"""Every message is one printable line that shows no password."""

import pytest

from century import InputError, one_line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("two\nlines\tand  spaces ", "two lines and spaces"),
        ("\x1b[31mred\x00", "?[31mred?"),
        ("no https://me:secret@host/a, no http://me@host", "no https://***@host/a, no http://***@host"),
        ("https://host/a?mail=me@host", "https://host/a?mail=me@host"),
        ("år 2000", "år 2000"),
    ],
)
def test_a_text_becomes_one_printable_line(text, line):
    assert one_line(text) == line
    assert str(InputError(text)) == line


@pytest.mark.parametrize("length", [30, 300])
def test_a_long_text_keeps_its_start_and_its_end(length):
    text = "what and where: " + "x" * 1000 + "; do this"
    line = one_line(text, length)
    assert len(line) == length
    assert line.startswith("what and where: ")
    assert line.endswith("; do this")
    assert one_line(line, length) == line
