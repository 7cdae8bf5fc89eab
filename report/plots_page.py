"""The page of `dvc plots show`, with Vega inside: it needs no network, and can be sent as it is.

Run as a program, it writes the template that .dvc/config names, once at set-up: `python -m report.plots_page`.
"""

from pathlib import Path

import vl_convert

from century.files import replacing

PAGE = Path(".dvc/plots.html")
PAGE_WITH_VEGA = Path(".dvc/tmp/plots.html")
# SVG instead of a canvas: sharp at any size, and what is drawn can be read.
EMBED = 'window.vegaEmbed = (place, plot) => vegaEmbed(place, plot, {renderer: "svg"});'


def page_with_vega() -> str:
    bundle: str = vl_convert.javascript_bundle(EMBED)
    return PAGE.read_text(encoding="utf-8").replace("{vega}", bundle)


def write_page() -> None:
    with replacing(PAGE_WITH_VEGA) as partial:
        partial.write_text(page_with_vega(), encoding="utf-8")


if __name__ == "__main__":
    write_page()
