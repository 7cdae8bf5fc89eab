"""The page of `dvc plots show`, with Vega inside: it needs no network, and can be sent as it is.

.dvc/config names a template that loads Vega from the network, as DVC's own page does. Run as a program
(`python -m report.plots_page`, which `make` does) this module writes a copy with Vega inside.
"""

from pathlib import Path

import vl_convert

from century.files import replacing

PAGE = Path(".dvc/plots.html")
OFFLINE_PAGE = Path(".dvc/plots_offline.html")


def offline_page() -> str:
    vega = vl_convert.javascript_bundle("window.vega = vega; window.vegaEmbed = vegaEmbed;")
    return PAGE.read_text(encoding="utf-8").replace("{scripts}", f"<script>{vega}</script>")


def write_page() -> None:
    with replacing(OFFLINE_PAGE) as partial:
        partial.write_text(offline_page(), encoding="utf-8")


if __name__ == "__main__":
    write_page()
