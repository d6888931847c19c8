"""Steppers and mixed lines in a real JupyterLab: mathematics is set, keys and mouse move them.

They are walked as on a saved page, and the kernel follows. A line that is typed takes Python.
"""

import walks
from walks import kernel_says, run

CELL = """
import numpy as np
from glmlib.course import stepper

X = np.column_stack([np.ones(5), np.arange(5.0) - 2])
y, beta = np.array([1.0, 2.0, 2.5, 4.0, 6.0]), np.array([0.3, 0.7])
asks = stepper("linear", X, y, beta, blanks=(9,))
mixed = stepper("linear", X, y, beta, order=(5, 6, 7))
asks
"""
SHOWN = """[...document.querySelectorAll('.glm-steps mjx-container')]
    .filter(node => node.checkVisibility({ visibilityProperty: true }))"""
SIZE = "node => getComputedStyle(node).fontSize"


def without_algebra(seen):
    """What a walk saw but for the mathematics, which is set here."""
    return [
        [[said, [[row[0], *row[2:]] for row in rows]] for said, rows in states]
        for *states, _ in seen
    ]


def test_it_is_walked_typed_and_sorted(open_notebook):
    names = {}
    exec(CELL, names)
    asks, mixed = names["asks"], names["mixed"]
    page = open_notebook(CELL, "mixed")
    box, lines = (page.locator(f".glm-{k}:not(.glm-kept *)") for k in ("steps", "order"))
    lines.get_by_role("status").wait_for(timeout=60_000)
    for kind, count in (("steps", 27), ("order", 3)):  # of most lines with and without marks
        page.wait_for_function(
            "([kind, count]) => document.querySelectorAll(`.glm-${kind} mjx-container`).length"
            " === count",
            arg=[kind, count],
        )
    assert not page.locator("mjx-merror").count()

    # every line, every column hidden, checked and not
    (seen,) = page.evaluate(walks.STEPS)
    ((_, data, static),) = walks.parts(asks.script())
    assert without_algebra(seen) == without_algebra(walks.steps(data, static))
    kernel_says(page, "print(asks.line, asks.hide, asks.check)", "14 nothing False")
    assert page.evaluate(f"{SHOWN}.length") == 2
    sizes = f"[...new Set([...document.querySelectorAll('mjx-container')].map({SIZE}))]"
    assert len(page.evaluate(sizes)) == 1  # also of what was out of sight when it was set

    # by keys; code moves it as well
    number = box.get_by_role("spinbutton", name="line")
    number.focus()
    page.keyboard.press("ArrowDown")
    box.get_by_text("Line 13 of 14").wait_for()
    box.get_by_role("button", name="Back").focus()
    page.keyboard.press("Enter")
    box.get_by_text("Line 12 of 14").wait_for()
    box.get_by_role("checkbox", name="check with numbers").focus()
    page.keyboard.press("Space")
    kernel_says(page, "print(asks.line, asks.check)", "12 True")
    run(page, "asks.set(line=9, check=False)")
    box.get_by_text(asks.set(line=9).status, exact=True).wait_for()
    colour = f"getComputedStyle({SHOWN}.at(-1).querySelector('mjx-munder')).color"
    assert page.evaluate(colour) == "rgb(1, 115, 178)"

    # a line is typed: wrong, wrong again, right
    code = box.get_by_role("textbox", name="NumPy")
    reveal = box.get_by_role("button", name="Show the line")
    assert reveal.is_disabled() and code.get_attribute("placeholder") == "gradient = …"
    for line in ("gradient = X.T @ (y - mu)", "gradient = X.T @ (mu - y)"):
        code.fill(line)
        page.keyboard.press("Enter")
        asks.answer(line)
        box.get_by_text(asks.status, exact=True).wait_for()
        assert reveal.is_enabled()
    assert box.locator("tr:not(.away, [hidden]) code").last.inner_text() == line
    assert box.get_by_text("yours to write").count() == 0

    # three lines in order
    for letter in sorted(mixed.lines, key=mixed.lines.get, reverse=True):  # each to the top
        lines.get_by_role("button", name=f"line {letter}").focus()
        page.keyboard.press("Enter")
        lines.get_by_role("button", name="Up").focus()
        for _ in range(2):
            page.keyboard.press("Enter")  # the focus stays on the button
        mixed.set(order=letter + mixed.order.replace(letter, ""), chosen=letter)
        lines.get_by_text(mixed.status, exact=True).wait_for()
    lines.get_by_role("button", name="Check the order").focus()
    page.keyboard.press("Enter")
    assert mixed.check().passed
    lines.get_by_text(mixed.status, exact=True).wait_for()
    kernel_says(page, "print(mixed.order, mixed.verdict.passed)", f"{mixed.order} True")
    assert page.locator(".jp-Cell").count() == 2 and page.errors == []
