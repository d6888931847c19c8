"""What asks and what is walked, on a saved page opened from a file with the network off.

The pages hold the outputs of the lessons as they are committed: nothing is run. The last
test makes a page with a question and the lab that waits for it.
"""

from pathlib import Path

import pytest

import canonical
import walks
from glmlib.course import Frame, Lab, Panel, checks, dots, grid, live, predict

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
LESSONS = sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
WIDE = "document.documentElement.scrollWidth"
FRAME = '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>t</title><main>{}</main>'


def stored(path):
    """The stored outputs of a lesson that are alive, one behind another."""
    notebook = canonical.from_text(path.read_text(encoding="utf-8"))
    texts = [
        o.get("data", {}).get("text/html", "")
        for c in notebook.cells
        for o in c.get("outputs", [])
    ]
    return "\n".join(t for t in texts if "glm-live" in t or 'name="glossary"' in t)


@pytest.fixture
def saved(chromium, tmp_path):
    """A function: HTML or a file -> its page, opened from the file without a network."""
    pages = []

    def open_(text, **how):
        path = text if isinstance(text, Path) else tmp_path / "page.html"
        if text is not path:
            path.write_text(FRAME.format(text), encoding="utf-8")
        context = chromium.new_context(offline=True, **how)
        pages.append(context)
        page = context.new_page()
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.goto(path.as_uri())
        return page

    yield open_
    for context in pages:
        context.close()


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_all_of_a_lesson_moves_through_its_whole_range(path, saved):
    text = stored(path)
    assert text.count("window.glmLive ??=") == 1  # the script stands once on a page
    page = saved(text)
    found = walks.compare(page, text)
    assert found["gate"] and sum(found.values()) > 1 and page.errors == []


OPENED = """() => [...document.querySelectorAll('details[name=glossary]')].map(one => {
    one.querySelector('summary').click();
    const { left, right } = one.querySelector('div').getBoundingClientRect();
    const open = document.querySelectorAll('details[name=glossary][open]').length;
    return [left, right, open, one.querySelector('summary').textContent,
        one.querySelector('div').innerText.split('= ').at(-1)]; })"""


def test_the_numbers_of_the_glossary_open(saved, axe):
    page = saved(stored(LESSONS[9]), viewport={"width": 1280, "height": 720})
    opened = page.evaluate(OPENED)
    assert len(opened) > 20
    for left, right, count, shown, digits in opened:
        assert left >= 0 and right <= 1280 and count == 1  # opening one closes the other
        assert float(digits) == pytest.approx(float(shown), rel=0.01, abs=6e-4)
    page.set_viewport_size({"width": 360, "height": 640})
    number = page.locator("details[name=glossary] > summary").first
    number.focus()
    page.keyboard.press("Enter")
    card = number.locator("xpath=..").locator("div")
    box = card.bounding_box()
    assert card.is_visible() and page.evaluate(WIDE) <= 360 and 300 < box["width"] < 360
    page.evaluate(axe)
    found = page.evaluate("axe.run('.glm-glossary')")
    assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]] == []


def waiting_lab():
    lab = Lab(
        title="a point",
        controls=[grid("x", "place", range(4), 1.0)],
        compute=lambda x: Frame(f"x is {x:g}.", x=x),
        picture=Panel((0, 4), (-1, 1), [dots("point", "now")]),
        points=lambda frame: {"point": (frame.x, 0)},
        describe="One point.",
    )
    options = {"to the left": "Left is up the hill.", "to the right": "Downhill is right."}
    return predict("Where does it go?", options, lambda: "to the right", lab=lab)


def test_a_lab_waits_for_the_question_of_its_page(saved, tmp_path):
    page = saved(
        waiting_lab().to_html(tmp_path / "lab.html"), viewport={"width": 800, "height": 300}
    )
    lab, asked = page.locator(".glm-instrument"), page.locator(".glm-gate")
    slider, note = lab.get_by_role("slider"), lab.get_by_role("note").filter(has_text="wait")
    slider.scroll_into_view_if_needed()
    assert slider.is_disabled() and note.is_visible()
    note.get_by_role("link", name="go to the question").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement === document.querySelector('.glm-gate p')")
    for key in ("Tab", "ArrowDown", "ArrowDown"):  # to the first option, and on
        page.keyboard.press(key)
    page.keyboard.press("Tab")
    page.keyboard.type("water runs there")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    said = asked.get_by_role("status").inner_text()
    assert said.startswith("✗ You predicted “to the left”. Computed: “to the right”. Left is")
    assert said.endswith("Your reason was: “water runs there”")
    assert page.evaluate("document.activeElement.textContent") == "Ask again"
    assert slider.is_enabled() and not note.count()
    slider.focus()
    page.keyboard.press("End")
    lab.get_by_text("x is 3").wait_for()
    asked.get_by_role("button", name="Ask again").click()
    assert slider.is_disabled() and note.is_visible()
    asked.get_by_role("button", name="Skip").click()
    assert slider.is_enabled() and page.errors == []


def test_a_lab_alone_on_its_page_waits_for_nothing(saved, tmp_path):
    page = saved(waiting_lab().lab.to_html(tmp_path / "lab.html"))
    assert page.get_by_role("slider").is_enabled() and page.get_by_role("link").count() == 0


SMALL = """() => [...document.querySelectorAll('.glm-live')].flatMap(root =>
        [...root.querySelectorAll('button, select, input[type=text], label:has(input)')])
    .filter(node => node.checkVisibility()).map(node => node.getBoundingClientRect())
    .filter(({ width, height }) => Math.min(width, height) < 24).length"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_is_too_wide_or_too_small(theme, saved, axe):
    page = saved(stored(LESSONS[2]) + stored(LESSONS[1]), color_scheme=theme)
    for name in ("hide NumPy", "check with numbers"):
        page.get_by_text(name).first.click()
    for kind in ("gate", "order", "choices"):
        assert page.locator(f".glm-{kind}").count()
    page.evaluate(axe)
    found = page.evaluate("axe.run('.glm-live')")
    assert len(found["passes"]) > 10
    assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]] == []
    for width in (360, 640, 1280):
        page.set_viewport_size({"width": width, "height": 720})
        assert page.evaluate(WIDE) <= width
        assert page.evaluate(SMALL) == 0


def test_what_nbconvert_makes_of_a_stored_notebook_is_alive(saved, tmp_path):
    from nbconvert import HTMLExporter
    from nbformat.v4 import new_code_cell, new_notebook, new_output

    live.ON_THE_PAGE.clear()
    asked, verdict = waiting_lab(), checks.choice(None, "a", {"b": "that is the mean"})
    pages = asked._repr_mimebundle_()["text/html"], verdict._repr_html_()
    outputs = [new_output("execute_result", {"text/html": page}) for page in pages]
    cells = [new_code_cell("1", outputs=[output]) for output in outputs]
    text, _ = HTMLExporter().from_notebook_node(new_notebook(cells=cells))
    path = tmp_path / "lesson.html"
    path.write_text(text, encoding="utf-8")
    page = saved(path)
    assert walks.compare(page, text) == {"gate": 1, "steps": 0, "order": 0, "choices": 1}


def test_a_plain_page_of_nbconvert_folds_what_answers(saved, tmp_path):
    from nbconvert import HTMLExporter

    text, _ = HTMLExporter().from_filename(next(NOTEBOOKS.glob("04_*.ipynb")))
    path = tmp_path / "lesson.html"
    path.write_text(text, encoding="utf-8")
    page = saved(path)
    for cells, count in ((".celltag_solution", 7), (".jp-CodeCell:has(.glm-gate)", 4)):
        code = page.locator(cells).locator(".jp-InputArea-editor")
        assert code.count() == count
        assert not any(one.is_visible() for one in code.all())
    solution = page.locator(".celltag_solution").first
    solution.get_by_text("# The solution").first.click()
    assert solution.locator(".jp-InputArea-editor").is_visible()
