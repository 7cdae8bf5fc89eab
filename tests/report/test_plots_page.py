"""The page of `dvc plots show` and `dvc plots diff` in a browser without a network: the story, and what it promises."""

import json
import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from browser import browser, errors, needs_chromium, open_page
from clones import commit, copy_tree, run, set_params

pytestmark = [needs_chromium, pytest.mark.slow]
GRAPH = yaml.load(Path("dvc.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)
SWEEP = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))["sweep"]
DRAWN = """new Promise((done, failed) => {
    const all = () => [...document.querySelectorAll("figure .plot")].map(plot => plot.querySelector("svg.marks"));
    const look = () => all().length && all().every(svg => svg) ? done() : setTimeout(look, 50);
    setTimeout(() => failed("not every plot is drawn"), 120000);
    look();
})"""
EVIL = "x</script><img/src=q/onerror=document.title='harmed'>"


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A clone with a past whose curves differ from the present ones, and the page that needs no network."""
    clone = copy_tree(tmp_path_factory.mktemp("page") / "clone")
    run(sys.executable, "-m", "report.plots_page", cwd=clone)
    present = {path: path.read_text(encoding="utf-8") for path in (clone / "plots").iterdir()}
    for digit in "65":
        for path, text in present.items():
            path.write_text(text.replace("0.7", f"0.{digit}"), encoding="utf-8")
        commit(clone, "past")
    for path, text in present.items():
        path.write_text(text, encoding="utf-8")
    return clone


def written(clone, folder, *command, template=".dvc/plots_offline.html"):
    """The address of the page that a command of DVC writes."""
    run("dvc", "plots", *command, "--html-template", template, "--out", str(folder), cwd=clone)
    return (folder / "index.html").as_uri()


@pytest.fixture(scope="module")
def call(tmp_path_factory):
    with browser(tmp_path_factory.mktemp("profile")) as call:
        yield call


COMMANDS = {"show": ["show"], "diff": ["diff", "HEAD"], "three": ["diff", "HEAD~1", "HEAD", "workspace"]}
WIDTHS = {"show": 2000, "diff": 800, "three": 360}


@pytest.fixture(scope="module")
def pages(clone, call, tmp_path_factory):
    """A function that opens the page of a command, once."""
    opened = {}

    def page(name):
        if name not in opened:
            address = written(clone, tmp_path_factory.mktemp(name) / "page", *COMMANDS[name])
            opened[name] = open_page(call, address, width=WIDTHS[name])
            opened[name](DRAWN)
        return opened[name]

    return page


def plots_by_stage():
    """The ids of the plots that the page shows, by the stage that writes their table, in the order of dvc.yaml."""
    ids = {}
    for stage, declared in GRAPH["stages"].items():
        for path in (next(iter(plot)) for plot in declared.get("plots", [])):
            if path.endswith(".csv") and path != "plots/source.csv":  # the titles name the source
                top = [next(iter(plot)) for plot in GRAPH["plots"] if path in json.dumps(plot)]
                ids.setdefault(stage, set()).update([*top, re.sub(r"\W", "_", path)])
    return ids


@pytest.mark.parametrize("name", COMMANDS)
def test_every_plot_is_drawn_once_in_the_section_of_its_stage(pages, call, name):
    page = pages(name)
    sections = page("""[...document.querySelectorAll('section')].map(section =>
        [section.id, [...section.querySelectorAll('figure')].map(figure => figure.id)])""")
    assert {stage: set(ids) for stage, ids in sections} == {f"stage_{k}": v for k, v in plots_by_stage().items()}
    assert [stage for stage, _ in sections] == [f"stage_{stage}" for stage in plots_by_stage()]
    assert sum(len(ids) for _, ids in sections) == sum(map(len, plots_by_stage().values()))
    marks = "[...document.querySelectorAll('figure')].map(f => [f.id, f.querySelectorAll('.role-mark path').length])"
    assert all(count for _, count in page(marks))
    assert "NaN" not in page("document.querySelector('main').innerHTML")
    assert page("document.querySelectorAll('main img').length") == 0
    assert not errors(call)


def test_the_contents_lead_to_every_section_and_each_has_a_heading_and_a_text(pages):
    links = "[...document.querySelectorAll('nav a')].map(a => [a.hash, a.textContent])"
    heads = """[...document.querySelectorAll('section')].map(section =>
        ['#' + section.id, section.querySelector('h2').firstChild.textContent.trim()])"""
    assert pages("show")(links) == pages("show")(heads)
    texts = pages("show")("[...document.querySelectorAll('section > p')].map(p => p.textContent)")
    assert all(text.count(".") >= 2 for text in texts)
    assert len(texts) == len(plots_by_stage())


def test_a_plot_has_a_name_and_a_description_for_a_screen_reader_and_its_numbers_as_a_table(pages):
    figures = """[...document.querySelectorAll('figure')].map(f => ({
        name: document.getElementById(f.getAttribute('aria-labelledby')).textContent.trim(),
        role: f.querySelector('svg.marks').getAttribute('role'),
        description: f.querySelector('svg.marks').getAttribute('aria-label'),
        rows: (f.querySelector(':scope > details').open = true, 0)}))"""
    found = pages("show")(figures)
    assert all(figure["name"] and figure["role"] == "img" and len(figure["description"]) > 20 for figure in found)
    assert len({figure["name"] for figure in found}) == len(found)
    assert all(figure["name"].endswith(" (stand-in)") for figure in found)
    tables = "[...document.querySelectorAll('figure')].map(f => f.querySelectorAll('tbody tr').length)"
    assert all(pages("show")(f"new Promise(done => setTimeout(() => done({tables}), 200))"))


@pytest.mark.parametrize("name", COMMANDS)
def test_the_page_fits_the_window(pages, name):
    widths = """[...document.querySelectorAll('figure')].map(figure =>
        [figure.id, figure.clientWidth, +figure.querySelector('svg.marks').getAttribute('width')])"""
    for plot, place, drawn in pages(name)(widths):
        assert 0.85 * place < drawn <= place + 2, plot
    assert pages(name)("document.documentElement.scrollWidth <= innerWidth")


def test_the_page_is_dark_for_a_reader_who_prefers_that(clone, call, tmp_path):
    address = written(clone, tmp_path / "page", "show", "learning_rates")
    colors = """[getComputedStyle(document.body).backgroundColor,
        document.querySelector('svg.marks .role-axis-label text').getAttribute('fill')]"""
    looks = []
    for scheme in ("light", "dark"):
        page = open_page(call, address, scheme=scheme)
        page(DRAWN)
        looks.append(page(colors))
    light, dark = ([sum(map(int, re.findall(r"\d+", page))), plot] for page, plot in looks)
    assert light[0] > 600 > 200 > dark[0]
    assert (light[1], dark[1]) == ("#1b1e23", "#e4e7eb")


@pytest.mark.parametrize(
    ("name", "revisions"), [("diff", ["HEAD", "workspace"]), ("three", ["HEAD~1", "HEAD", "workspace"])]
)
def test_the_revisions_are_named_in_one_order_in_every_plot(pages, name, revisions):
    texts = """[...document.querySelectorAll('figure')].map(figure =>
        [figure.id, [...figure.querySelectorAll('svg.marks text')].map(text => text.textContent)])"""
    for plot, found in pages(name)(texts):
        named = [revision for text in found for revision in [text.split(", ")[-1]] if revision in revisions]
        assert list(dict.fromkeys(named)) == revisions, plot
    assert ", ".join(revisions) in pages(name)("document.querySelector('#revisions').textContent")


def test_one_revision_is_not_named(pages):
    assert "workspace" not in pages("show")("document.querySelector('main').textContent")


def test_names_from_files_parameters_and_branches_are_text(clone, call, tmp_path):
    """A branch, a column of a table and data.source may hold what HTML would take for an image with a script."""
    evil = tmp_path / "clone"
    run("git", "clone", "--quiet", str(clone), str(evil), cwd=tmp_path)
    run("git", "checkout", "--quiet", "-b", EVIL, cwd=evil)
    set_params(evil, {"data.source": f"z/{EVIL}.zip"})
    weights = evil / "plots/weights.csv"
    weights.write_text(re.sub("average of ", EVIL, weights.read_text(encoding="utf-8")), encoding="utf-8")
    commit(evil, "evil")
    template = str(clone / ".dvc/plots_offline.html")
    page = open_page(call, written(evil, tmp_path / "page", "diff", "HEAD~1", EVIL, template=template))
    page(DRAWN)
    assert page("document.querySelectorAll('img').length") == 0
    assert "harmed" not in page("document.title")
    assert EVIL in page("document.querySelector('#revisions').textContent")
    page("document.querySelector('#weights > details').open = true")
    assert EVIL in page(
        "new Promise(done => setTimeout(() => done(document.querySelector('#weights table').textContent), 200))"
    )


def test_without_vega_the_page_says_so_and_has_the_numbers(clone, call, tmp_path):
    page = open_page(call, written(clone, tmp_path / "page", "show", "weights", template=".dvc/plots.html"))
    page("new Promise(done => document.readyState === 'complete' ? done() : addEventListener('load', done))")
    assert "make plots" in page("document.querySelector('[role=alert]').textContent")
    page("document.querySelector('figure details').open = true")
    assert page("new Promise(done => setTimeout(() => done(document.querySelectorAll('tbody tr').length), 200))") == 90


def test_a_plot_that_is_not_in_the_story_comes_after_it(clone, call, tmp_path):
    other = tmp_path / "clone"
    run("git", "clone", "--quiet", str(clone), str(other), cwd=tmp_path)
    (other / "mine.csv").write_text("a,b\n1,2\n2,3\n", encoding="utf-8")
    template = str(clone / ".dvc/plots_offline.html")
    command = ["show", "train", "mine.csv", "figures/sweep.svg"]
    page = open_page(call, written(other, tmp_path / "page", *command, template=template))
    page(DRAWN)
    assert page("[...document.querySelectorAll('section')].map(s => s.id)") == ["stage_train", "others"]


def test_the_heatmap_is_in_the_order_of_the_numbers_and_shows_its_values(pages):
    texts = pages("show")("[...document.querySelectorAll('#sweep_heatmap svg.marks text')].map(t => t.textContent)")
    places = [texts.index(str(size)) for size in sorted(SWEEP["batch_sizes"])]
    assert places == sorted(places)
    rows = [line.split(",") for line in Path("plots/sweep.csv").read_text(encoding="utf-8").splitlines()[1:]]
    last = max(int(row[2]) for row in rows)
    for row in rows:
        assert (f"{float(row[4]):.4f}" in texts) or int(row[2]) < last


@pytest.mark.parametrize("plot", ["sweep", "plots_sweep_csv"])
def test_a_curve_of_the_sweep_has_the_colour_of_its_learning_rate_and_the_shade_of_its_batch_size(pages, plot):
    texts = pages("show")(f"[...document.querySelectorAll('#{plot} svg.marks text')].map(t => t.textContent)")
    for title, values in (("learning rate", SWEEP["learning_rates"]), ("batch size", SWEEP["batch_sizes"])):
        assert texts.count(title) == 1
        end = texts.index(title)  # Vega writes the title of a legend after its labels
        assert texts[end - len(values) : end] == [f"{value:g}" for value in sorted(values)]
    curves = f"""[...document.querySelectorAll('#{plot} .mark-line.role-mark path')].map(path =>
        ['stroke', 'opacity'].map(name => path.getAttribute(name)))"""
    looks = pages("show")(curves)
    colors, shades = ({look[i] for look in looks} for i in range(2))
    assert (len(colors), len(shades)) == (len(SWEEP["learning_rates"]), len(SWEEP["batch_sizes"]))
    assert len(looks) == len(colors) * len(shades)


@pytest.mark.parametrize(
    ("plot", "column"),
    [("roc", "true_positive_rate"), ("calibration", "share_after"), ("accuracy_by_year", "accuracy")],
)
def test_the_difference_of_the_models_is_drawn(pages, plot, column):
    table = pd.read_csv(f"plots/{plot}.csv")
    place = (100 * (table["false_positive_rate"] + table["true_positive_rate"])).round() if plot == "roc" else None
    models = dict(list(table.assign(place=place).groupby("model")))
    on = {"roc": "place", "calibration": "bin", "accuracy_by_year": "year"}[plot]
    both = models["sgd"].merge(models["sklearn"], on=on)
    difference = both[f"{column}_x"] - both[f"{column}_y"]
    points = f"""[...document.querySelectorAll('#{plot} .concat_1_group .mark-symbol path')].map(point =>
        point.getAttribute('transform').match(/,(.*)\\)/)[1])"""
    heights = -np.array(pages("show")(points), float)
    assert np.corrcoef(difference, heights)[0, 1] > 0.9999
