import re

from clones import run, set_params


def test_every_figure_is_a_whole_picture_without_a_date(finished):
    pictures = sorted((finished / "figures").glob("*.svg"))
    assert len(pictures) == 8
    for picture in pictures:
        text = picture.read_text()
        assert text.rstrip().endswith("</svg>")
        assert not re.search(r"20\d\d-\d\d-\d\d", text)


def test_a_path_with_a_dollar_is_no_formula(clone):
    set_params(clone, {"data.source": "songs/$x^2$.zip"})
    run("python", "-m", "stages", "figures", cwd=clone)
    assert (clone / "figures/sweep.svg").read_text().rstrip().endswith("</svg>")
