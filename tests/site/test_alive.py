"""The labs of the lessons on pages without a kernel, opened from a file, network refused."""

import gzip
from functools import cache
from pathlib import Path

import pytest

from glmlib.course import live
from glmlib.course.start import notebooks
from glmlib.site import alive
from glmlib.site.cells import read
from moves import walk

PAGE = (
    '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>t</title>'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    '<link rel="stylesheet" href="labs/{style}"><script defer src="labs/{script}"></script>'
    "<style>:root {{ color-scheme: light dark; }}</style><body><main>{body}</main></html>"
)
FEW = 24  # states of a table
LESSONS = {path.stem: path for path in notebooks()}
LABS = {
    f"{stem}_{cell}": (source, picture)
    for stem, path in LESSONS.items()
    for cell, picture, source in alive.labs_of(path)
}


def test_each_lab_of_a_lesson_is_found():
    shown = sum(path.read_text("utf-8").count('"Live lab: ') for path in LESSONS.values())
    assert len(LABS) == shown > 30


# ---- the statements that a lab depends on


def sliced(*cells):
    above = [one for cell in cells for one in map(alive.effects, alive.ast.parse(cell).body)]
    return [line for line in alive.slice_of(above).splitlines() if line]


@pytest.mark.parametrize(
    "cells, kept",
    [
        (["x = 1", "x = 2", "y = 3", "x"], ["x = 2", "x"]),
        (["x = []", "x.append(1)", "assert x", "x"], ["x = []", "x.append(1)", "x"]),
        (["x = [0]", "print(x)", "plt.plot(x)", "x"], ["x = [0]", "x"]),
        (["x = [0]", "x[0] = 1", "x"], ["x = [0]", "x[0] = 1", "x"]),
        (["x = 1", "x += 1", "x"], ["x = 1", "x += 1", "x"]),
        (["lab = 1", "lock(lab)", "lab"], ["lab = 1", "lock(lab)", "lab"]),
        (["x = 0", "if a:\n    x = 1", "x"], ["x = 0", "if a:", "    x = 1", "x"]),
        # a function looks its names up when it is called
        (["f = lambda: x", "x = 1", "f()"], ["f = lambda: x", "x = 1", "f()"]),
        (["f = lambda: x", "x = 1", "g = [f]", "x = 2", "g[0]()"],
         ["f = lambda: x", "x = 1", "g = [f]", "x = 2", "g[0]()"]),
        # what a comprehension and a function name inside is theirs
        (["i = 1", "y = [i for i in z]", "def f(i):\n    return i", "f(y)"],
         ["y = [i for i in z]", "def f(i):", "    return i", "f(y)"]),
    ],
)  # fmt: skip
def test_a_slice_holds_what_is_needed_and_no_more(cells, kept):
    assert sliced(*cells) == kept


def test_a_lab_that_says_something_else_is_an_error():
    name = "01_three_parts_of_a_glm_cell-035"
    source, picture = LABS[name]
    with pytest.raises(ValueError, match="stores another picture than that of “Link identity"):
        alive.made(name, source, picture.replace("eta = 0.5", "eta = 0.25"))
    with pytest.raises(ValueError, match="does not end with it"):
        alive.made(name, source + "\nNone", picture)


# ---- in the browser


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the pages stand, beside the engine."""
    folder = tmp_path_factory.mktemp("pages")
    alive.write_engine(folder / "labs")
    return folder


@pytest.fixture(scope="module")
def made(folder):
    """A function: name -> its lab, whose script is written, with few stops."""

    def made(name):
        lab = alive.made(name, *LABS[name])
        alive.write_script(name, lab, folder / "labs", FEW)
        return lab

    return cache(made)


@pytest.fixture
def visit(chromium, folder):
    """A function: HTML -> its page; what it asks for is in `asked`."""
    contexts = []

    def visit(*parts, **how):
        body = "\n".join(parts)
        page = PAGE.format(body=body, style=alive.STYLE, script=alive.SCRIPT)
        (folder / "page.html").write_text(page, encoding="utf-8")
        context = chromium.new_context(offline=True, **how)
        contexts.append(context)
        page = context.new_page()
        page.errors, page.asked = [], []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.on("console", lambda message: page.errors.append(message.text))
        page.on("request", lambda request: page.asked.append(Path(request.url).stem))
        page.goto((folder / "page.html").as_uri())
        return page

    yield visit
    for context in contexts:
        context.close()


KNOWN = "count => document.querySelectorAll('.glm-instrument[data-known]').length === count"


@pytest.mark.parametrize("name", LABS)
def test_each_lab_shows_what_python_computes(name, visit, made):
    lab = made(name)
    page = visit(alive.place(name, LABS[name][1]), viewport={"width": 1280, "height": 720})
    page.wait_for_function(KNOWN, arg=1)
    assert page.locator(".glm-lab img").count() == 0
    walk(page, lab, lab.stops(FEW), most=2, pairs=False)
    assert page.errors == []


def test_a_lab_is_its_picture_until_it_comes_near_and_then_moves(visit, made):
    names = ["00_start_here_b295815d", "03_gradient_descent_own-lab"]
    labs = [made(name) for name in names]
    far = '<div style="height: 3000px"></div>'
    first, second = (alive.place(name, LABS[name][1]) for name in names)
    page = visit(first, far, second, second)
    page.wait_for_function(KNOWN, arg=1)
    assert names[0] in page.asked and names[1] not in page.asked
    picture = page.locator(".glm-lab img")
    assert picture.count() == 2 and picture.first.get_attribute("alt") == labs[1].alt
    picture.first.scroll_into_view_if_needed()
    page.wait_for_function(KNOWN, arg=2)
    assert picture.count() == 0 and page.asked.count(names[1]) == 1  # it stands there twice
    page.get_by_role("slider", name="iteration").last.press("End")
    page.wait_for_function(KNOWN, arg=3)
    said = page.get_by_role("status").all_inner_texts()
    assert said == [*(lab.status for lab in labs), labs[1].compute({"iteration": 50}).status]
    assert page.errors == []


def test_without_a_script_there_is_the_picture(visit, made):
    name = next(iter(LABS))
    page = visit(alive.place(name, LABS[name][1]), java_script_enabled=False)
    assert page.get_by_role("img").get_attribute("alt") == made(name).alt


def test_a_lab_waits_for_the_question_of_its_lesson(visit, made):
    name, cell = "06_poisson_regression_exposure", "exposure-predict"
    made(name)
    (asks,) = [c for c in read(LESSONS["06_poisson_regression"]) if c["id"] == cell]
    question = live.script() + asks["outputs"][0]["data"]["text/html"]
    page = visit(question, alive.place(name, LABS[name][1]))
    page.wait_for_function(KNOWN, arg=1)
    slider, link = page.get_by_role("slider").first, page.get_by_text("go to the question")
    assert slider.is_disabled()
    link.click()
    page.get_by_role("button", name="Skip").click()
    assert slider.is_enabled() and link.count() == 0
    page.get_by_role("button", name="Ask again").click()
    assert slider.is_disabled() and page.errors == []


# ---- writing them


def test_the_labs_of_a_lesson_are_written(tmp_path):
    path = LESSONS["00_start_here"]
    name = "00_start_here_b295815d"
    placed = {"b295815d": alive.place(name, LABS[name][1])}
    with alive.workers() as pool:
        found, (table,) = alive.write_labs([path], tmp_path, pool, FEW)
        table.result()
    assert found == {path: placed}
    assert (tmp_path / f"{name}.js").read_text("utf-8").startswith(f'glmLab("{name}", ')


def test_a_lab_that_is_at_hand_moves_too(visit, folder):
    lab = alive.made("own", *LABS["03_gradient_descent_own-lab"]).set(iteration=20)
    page = visit(alive.write_lab("own", lab, folder / "labs", FEW))
    page.wait_for_function(KNOWN, arg=1)
    page.get_by_role("slider", name="iteration").press("End")
    assert page.get_by_role("status").inner_text() == lab.set(iteration=50).status


def test_script_and_style_are_small(folder):
    shared = (folder / "labs" / name for name in (alive.SCRIPT, alive.STYLE))
    assert sum(len(gzip.compress(path.read_bytes())) for path in shared) <= 30_000
