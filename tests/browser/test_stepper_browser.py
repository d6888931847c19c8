"""The derivation stepper in a real JupyterLab: mathematics is set, keys and mouse move it.

It shows a table and not a picture, so it has a test of its own beside those of the labs.
"""

CELL = """
import numpy as np
from glmlib.labs import stepper

X = np.column_stack([np.ones(5), np.arange(5.0) - 2])
lab = stepper("logistic", X, np.array([0.0, 0, 1, 0, 1]), np.array([0.3, -0.8]))
lab
"""


def test_the_stepper_moves_by_mouse_and_keyboard(open_notebook):
    names = {}
    exec(CELL, names)
    reference = names["lab"]
    page = open_notebook(CELL)
    box = page.locator(".glm-stepper")
    status = box.get_by_role("status")
    status.wait_for(timeout=60_000)

    def shows(**state):
        reference.set(**state)
        box.get_by_text(reference.status, exact=True).wait_for()
        wanted = "" if reference.hide == "NumPy" else reference.step.code
        page.wait_for_function(
            """wanted => ([...document.querySelectorAll('.glm-stepper tr')].at(-1)
                .querySelector('code')?.innerText ?? '') === wanted""",
            arg=wanted,
        )

    shows()
    page.wait_for_function("document.querySelectorAll('.glm-stepper mjx-container').length")
    box.get_by_role("button", name="Next").click()
    shows(line=2)
    box.get_by_role("button", name="Next").focus()
    page.keyboard.press("Enter")
    shows(line=3)
    number = box.get_by_role("spinbutton", name="line")
    number.focus()
    page.keyboard.press("ArrowUp")
    shows(line=4)
    number.fill("24")
    page.keyboard.press("Enter")
    shows(line=24)
    box.get_by_role("button", name="hide NumPy").click()
    shows(hide="NumPy")
    box.get_by_role("button", name="hide nothing").focus()
    page.keyboard.press("Enter")
    shows(hide="nothing")
    check = box.get_by_role("checkbox", name="check with numbers")
    check.focus()
    page.keyboard.press("Space")
    reference.set(check=True)
    box.get_by_text(reference.status, exact=True).wait_for()
    box.get_by_text("derivative('loss', 'beta')", exact=True).wait_for()
    page.wait_for_function(
        "document.querySelectorAll('.glm-stepper td mjx-container').length === 2"
    )
    assert not box.get_by_text("\\frac").count()
    unnamed = page.evaluate(
        """() => [...document.querySelectorAll('.glm-stepper button, .glm-stepper input')]
            .filter(node => !(node.innerText || node.getAttribute('aria-label')
            || node.labels?.length)).map(node => node.outerHTML)"""
    )
    assert unnamed == [] and page.errors == []
    assert page.locator(".jp-Cell").count() == 1
