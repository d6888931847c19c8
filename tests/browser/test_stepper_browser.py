"""The derivation stepper in a real JupyterLab: mathematics is set, keys and mouse move it.

It shows a table and not a picture, so it has a test of its own beside those of the labs.
"""

CELL = """
import numpy as np
from glmlib.course import stepper

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


MODES = """
import numpy as np
from IPython.display import display
from glmlib.course import stepper

X = np.column_stack([np.ones(5), np.arange(5.0) - 2])
y, beta = np.array([1.0, 2.0, 2.5, 4.0, 6.0]), np.array([0.3, 0.7])
asks = stepper("linear", X, y, beta, blanks=(9,)).set(line=9)
mixed = stepper("linear", X, y, beta, order=(5, 6, 7))
display(asks, mixed)
"""


def test_a_blank_is_typed_and_lines_are_sorted_by_keyboard(open_notebook):
    names = {"display": lambda *labs: None}
    exec(MODES.replace("from IPython.display import display", ""), names)
    asks, mixed = names["asks"], names["mixed"]
    page = open_notebook(MODES)
    box = page.locator(".glm-stepper")
    code = box.get_by_role("textbox", name="NumPy")
    for line in ("gradient = X.T @ (y - mu)", "gradient = X.T @ (mu - y)"):
        code.fill(line)
        page.keyboard.press("Enter")
        asks.answer(line)
        box.get_by_text(asks.status, exact=True).wait_for()
    page.wait_for_function(
        """[...document.querySelectorAll('.glm-stepper mjx-munder')].some(
            node => getComputedStyle(node).color === 'rgb(1, 115, 178)')"""
    )
    assert not page.locator("mjx-merror").count()

    box = page.locator(".glm-order")
    for letter in sorted(mixed.lines, key=mixed.lines.get, reverse=True):  # each to the top
        box.get_by_role("button", name=f"line {letter}").focus()
        page.keyboard.press("Enter")
        up = box.get_by_role("button", name="Up")
        up.focus()
        mixed.set(chosen=letter)
        for _ in range(2):
            page.keyboard.press("Enter")  # the focus stays on the button
            mixed.buttons["Up"].click()
            box.get_by_text(mixed.status, exact=True).wait_for()
    check = box.get_by_role("button", name="Check the order")
    check.focus()
    page.keyboard.press("Enter")
    assert mixed.check().passed
    box.get_by_text(mixed.status, exact=True).wait_for()
    heights = [button.bounding_box()["height"] for button in box.get_by_role("button").all()]
    assert min(heights) >= 24 and page.errors == []
    assert page.locator(".jp-Cell").count() == 1
