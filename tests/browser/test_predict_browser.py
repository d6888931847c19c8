"""The predict gate as a learner has it: the way to the question, and the next day."""

import pytest

QUESTION = """from glmlib.course import Frame, Lab, Panel, grid, predict

lab = Lab(
    title="small",
    controls=[grid("x", "step", [1, 2, 3], 1)],
    compute=lambda x: Frame(f"x is {x:g}."),
    picture=Panel((0, 1), (0, 1), []),
    size=(3, 1),
)
predict("Where does it go?", ["to the left", "to the right"], "to the right", lab=lab)"""
LIVE = ".glm-gate:not(.glm-kept *)"  # and not what is stored beside it
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
    link = page.locator(".glm-instrument").get_by_role("link", name="go to the question")
    link.wait_for(timeout=60_000)
    asked = page.locator(LIVE)
    question = asked.get_by_text("Where does it go?")
    slider = page.get_by_role("slider", name="step")
    assert slider.is_disabled() and page.get_by_role("button", name="Reset").is_disabled()
    assert page.get_by_role("button", name="Full screen").is_enabled()
    link.scroll_into_view_if_needed()
    link.click()
    page.wait_for_function(
        """() => { const { top, bottom } = document.querySelector('.glm-gate p')
            .getBoundingClientRect(); return top >= 0 && bottom <= innerHeight; }"""
    )
    assert question.is_visible()
    # the question is as large as the page's own text
    size = "node => parseFloat(getComputedStyle(node).fontSize)"
    assert question.evaluate(size) >= 14

    asked.get_by_role("button", name="Lock in").click()
    asked.get_by_text("Choose one of the options first").wait_for()
    asked.get_by_role("radio", name="to the left").focus()
    page.keyboard.press("Space")
    asked.get_by_role("textbox", name="because").fill("I guess")
    asked.get_by_role("button", name="Lock in").focus()
    page.keyboard.press("Enter")
    verdict = (
        "You predicted “to the left”. Computed: “to the right”. Find out why. "
        "Your reason was: “I guess”"
    )
    asked.get_by_text(verdict).wait_for()
    link.wait_for(state="hidden")
    assert slider.is_enabled() and page.get_by_role("button", name="Reset").is_enabled()

    restart(page)
    asked.get_by_role("button", name="Ask again").click()
    asked.get_by_text("Python does not answer").wait_for()
    page.evaluate("() => jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
    run_all(page)
    asked.get_by_text(verdict).wait_for(timeout=60_000)
    assert link.count() == 0
    asked.get_by_role("button", name="Ask again").click()
    link.wait_for()
    assert page.errors == []


OTHERS = """import numpy as np
from IPython.display import display
from glmlib.course import checks, stepper

at = np.eye(2), np.array([1.0, 3.0]), np.array([0.5, 0.5])
display(stepper("linear", *at), stepper("linear", *at, order=(5, 6, 7)))
checks.choice(None, "a", {"b": "that is the mean"})"""


def test_opened_again_without_its_kernel_the_notebook_still_asks(open_notebook, notebook):
    page = open_notebook(QUESTION, OTHERS)
    page.locator(LIVE).get_by_role("button", name="Lock in").wait_for(timeout=60_000)
    page.wait_for_function("!document.querySelector('.glm-kept .glm-gate')")
    page.wait_for_function("() => pending.size === 0")
    page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_function("() => !jupyterapp.shell.currentWidget.context.model.dirty")
    page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    page.goto(page.url.partition("#")[0] + "?reset")
    asked = page.locator(".glm-kept .glm-gate")
    asked.get_by_role("radio", name="to the right").click(timeout=60_000)
    asked.get_by_role("button", name="Lock in").click()
    asked.get_by_text("You predicted “to the right”, and so it is.").wait_for()
    for kind, name, words in (("steps", "Next", "Line 2 of 14"),
                              ("order", "Check the order", "TRY AGAIN ✗ line A cannot"),
                              ("choices", "b", "TRY AGAIN ✗ that is the mean")):  # fmt: skip
        one = page.locator(f".glm-{kind}")
        one.get_by_role("button", name=name, exact=True).click()
        one.get_by_text(words).wait_for()
        assert one.count() == 1 and not one.get_by_text(r"\displaystyle").count()
    assert page.locator(".glm-gate").count() == 1
    assert not [m for m in page.get_by_text("model not found").all() if m.is_visible()]
    notebook.close()
