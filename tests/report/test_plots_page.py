"""The page of `dvc plots show` in a browser without a network: every plot is drawn, in the order of the story."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from clones import commit, copy_tree, run

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
OFFLINE = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--enable-logging=stderr",
    "--virtual-time-budget=20000",
    "--dump-dom",
]
# A machine without a browser may skip this; CI may not.
pytestmark = pytest.mark.skipif(CHROMIUM is None and "CI" not in os.environ, reason="there is no Chromium")


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A clone with a commit whose curves differ from the present ones, and the page that needs no network."""
    clone = copy_tree(tmp_path_factory.mktemp("page") / "clone")
    run(sys.executable, "-m", "report.plots_page", cwd=clone)
    present = {path: path.read_text(encoding="utf-8") for path in (clone / "plots").iterdir()}
    for path, text in present.items():
        path.write_text(text.replace(".7", ".6"), encoding="utf-8")
    commit(clone, "past")
    for path, text in present.items():
        path.write_text(text, encoding="utf-8")
    return clone


def opened(command: list[str], clone: Path, folder: Path) -> tuple[dict[str, str], str]:
    """What the browser shows of each plot, by its id and in the order of the page, and what its console says."""
    options = ["--html-template", ".dvc/plots_offline.html", "--out", str(folder)]
    run("dvc", "plots", *command, *options, cwd=clone)
    assert CHROMIUM, "CI needs Chromium: .ci/run installs it"
    page = [*OFFLINE, f"--user-data-dir={folder}.profile", (folder / "index.html").as_uri()]
    result = subprocess.run([CHROMIUM, *page], check=True, capture_output=True, text=True, timeout=300)
    plots = re.findall(
        r'<div id="(\w+)" [^>]*style="order: (\d+)(.*?)(?=<div id="\w+" [^>]*style="order|</main>)', result.stdout, re.S
    )
    plots.sort(key=lambda plot: int(plot[1]))
    return {name: html for name, _, html in plots}, result.stderr


def stories() -> list[str]:
    """The ids of the plots, each of dvc.yaml's top followed by its namesake of a stage."""
    graph = yaml.safe_load(Path("dvc.yaml").read_text(encoding="utf-8"))
    tables = [str(Path(next(iter(plot)))) for stage in graph["stages"].values() for plot in stage.get("plots", [])]
    ids = []
    for name in [next(iter(plot)) for plot in graph["plots"]]:
        ids += [name] + [f"plots_{name}_csv"] * (f"plots/{name}.csv" in tables)
    return ids


@pytest.mark.parametrize("command", [["show"], ["diff", "HEAD"]], ids=["show", "diff"])
def test_every_plot_is_drawn_without_a_network(clone, tmp_path, command):
    plots, console = opened(command, clone, tmp_path / "page")
    assert list(plots) == stories()
    for name, html in plots.items():
        assert re.search(r'class="mark-(symbol|line|rect) role-mark[^>]*>(<g[^>]*>)?<path[^>]* d="M', html), name
        assert "NaN" not in html, name
        assert "(stand-in)" in html, name
    assert not re.search(r"CONSOLE.*(Error|ERROR|Uncaught|net::)", console), console


@pytest.fixture(scope="module")
def shown(clone, tmp_path_factory) -> dict[str, str]:
    return opened(["show"], clone, tmp_path_factory.mktemp("shown") / "page")[0]


SWEEP = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))["sweep"]


def test_the_heatmap_is_in_the_order_of_the_numbers_and_shows_its_values(shown):
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", shown["sweep_heatmap"])
    places = [texts.index(str(size)) for size in sorted(SWEEP["batch_sizes"])]
    assert places == sorted(places)
    rows = [line.split(",") for line in Path("plots/sweep.csv").read_text(encoding="utf-8").splitlines()[1:]]
    last = max(int(row[2]) for row in rows)
    for row in rows:
        assert (f"{float(row[4]):.4f}" in texts) or int(row[2]) < last


@pytest.mark.parametrize("plot", ["sweep", "plots_sweep_csv"])
def test_a_curve_of_the_sweep_has_the_colour_of_its_learning_rate_and_the_shade_of_its_batch_size(shown, plot):
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", shown[plot])
    for title, values in (("learning rate", SWEEP["learning_rates"]), ("batch size", SWEEP["batch_sizes"])):
        assert texts.count(title) == 1
        end = texts.index(title)  # Vega writes the title of a legend after its labels
        assert texts[end - len(values) : end] == [f"{value:g}" for value in sorted(values)]
    curves = [path for path in re.findall(r"<path[^>]*>", shown[plot]) if 'aria-roledescription="line mark"' in path]
    looks = [[re.search(rf' {name}="([^"]+)"', curve)[1] for name in ("stroke", "opacity")] for curve in curves]
    colors, shades = ({look[i] for look in looks} for i in range(2))
    assert (len(colors), len(shades)) == (len(SWEEP["learning_rates"]), len(SWEEP["batch_sizes"]))
    assert len(looks) == len(colors) * len(shades)
