"""The predict gate as a learner has it: the way to the question, and the next day."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
QUESTION = """from glmlib.course import Frame, Lab, Panel, grid, predict

lab = Lab(
    title="small",
    controls=[grid("x", "step", [1, 2, 3], 1)],
    compute=lambda x: Frame(f"x is {x:g}."),
    picture=Panel((0, 1), (0, 1), []),
    size=(3, 1),
)
predict("Where does it go?", ["to the left", "to the right"], "to the right", lab=lab)"""
SPACE = "from IPython.display import HTML\nHTML(\"<div style='height: 1500px'>far</div>\")"


def run_all(page):
    page.evaluate("() => { jupyterapp.commands.execute('notebook:run-all-cells'); }")


def restart(page):
    page.evaluate(
        "() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"
    )
    page.wait_for_function(
        "jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'idle'"
    )


@pytest.fixture
def gate(open_notebook, notebook):
    kept = notebook.folder / ".glmlib-predictions.json"
    kept.unlink(missing_ok=True)
    yield open_notebook(QUESTION, SPACE, "lab")
    kept.unlink(missing_ok=True)


def test_the_way_to_the_question_and_what_a_restart_keeps(gate):
    page = gate
    waits = page.locator(".glm-waits")
    link = waits.get_by_role("link", name="go to the question")
    link.wait_for(timeout=60_000)
    question = page.locator(".glm-predict").get_by_text("Where does it go?")
    assert page.get_by_role("slider", name="step").is_disabled()
    link.scroll_into_view_if_needed()
    link.click()
    page.wait_for_function(
        """() => { const { top, bottom } = document.querySelector('.glm-predict p')
            .getBoundingClientRect(); return top >= 0 && bottom <= innerHeight; }"""
    )
    assert question.is_visible()
    # the question is as large as the page's own text
    size = "node => parseFloat(getComputedStyle(node).fontSize)"
    assert question.evaluate(size) >= 14

    asked = page.locator(".glm-predict")
    asked.get_by_role("button", name="Lock in").click()
    asked.get_by_text("Choose one of the options first").wait_for()
    asked.get_by_text("to the left").first.click()
    asked.get_by_role("button", name="Lock in").click()
    verdict = "You predicted “to the left”. Computed: “to the right”."
    asked.get_by_text(verdict).wait_for()
    page.wait_for_function("!document.querySelector('.glm-waits [role=note]')")

    restart(page)
    page.evaluate("() => jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
    run_all(page)
    page.locator(".glm-predict").get_by_text(verdict).wait_for(timeout=60_000)
    assert page.locator(".glm-waits a").count() == 0
    page.locator(".glm-predict").get_by_role("button", name="Ask again").click()
    page.locator(".glm-waits a").wait_for()
    assert page.errors == []


def words(path):
    """The menu, and what the README or lesson 00 says to tick and to untick there."""
    text = " ".join(path.read_text(encoding="utf-8").replace('\\n",', "").split())
    text = re.sub(r'" "|\s+', " ", text)
    (said,) = re.findall(r"Ctrl\+B closes.*?Presentation Mode\*", text)
    return said, re.findall(r"\*((?:Show|Simple|Presentation)[^*]*)\*", said)


@pytest.mark.parametrize("name", ["README.md", "notebooks/00_start_here.ipynb"])
def test_what_leaves_the_lesson_alone_on_the_screen(open_notebook, name):
    said, entries = words(ROOT / name)
    entries = [re.sub(r"\s+", " ", entry) for entry in entries]
    assert "*View → Appearance*" in said and len(entries) == 5
    page = open_notebook("1 + 1")
    wide = "() => jupyterapp.shell.currentWidget.node.getBoundingClientRect().width"
    letters = (
        "() => parseFloat(getComputedStyle(document.querySelector('.jp-Notebook'))"
        ".getPropertyValue('--jp-content-font-size1'))"
    )
    before, size = page.evaluate(wide), page.evaluate(letters)

    def pick(entry):
        page.locator(".lm-MenuBar-itemLabel", has_text="View").first.click()
        page.locator(".lm-Menu-itemLabel", has_text="Appearance").first.click()
        page.locator(".lm-Menu-itemLabel", has_text=entry).first.click()
        page.wait_for_timeout(300)

    page.keyboard.press("Control+b")
    for entry in entries:
        pick(entry)
    try:
        assert before < 1000 and page.evaluate(wide) == 1280
        assert page.locator("#jp-main-statusbar:visible").count() == 0
        assert page.locator(".jp-SideBar:visible").count() == 0
        assert page.evaluate(letters) > size
    finally:
        for entry in entries:
            pick(entry)
        page.keyboard.press("Control+b")
