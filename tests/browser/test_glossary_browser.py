"""The glossary in a real JupyterLab: a number opens by mouse and by keys, one at a time."""

CELL = """
import numpy as np
import statsmodels.api as sm
from glmlib.course import glossary

X, y, t = np.ones((3, 1)), np.array([2.0, 3.0, 7.0]), np.array([1.0, 2.0, 3.0])
result = sm.GLM(y, X, family=sm.families.Poisson(), offset=np.log(t)).fit()
lab = glossary(result, X, y, offset=np.log(t))
lab
"""


def test_a_number_opens_by_mouse_and_by_keys(open_notebook):
    names = {}
    exec(CELL, names)
    lab = names["lab"]
    page = open_notebook(CELL)

    def button(figure):
        return page.locator(f'summary[aria-label="{figure.label}: {figure.printed}"]')

    def card(figure):
        return button(figure).locator("xpath=..").locator("div").first

    deviance, z, upper = lab["Deviance"], lab["z", "const"], lab["0.975]", "const"]
    button(deviance).click(timeout=60_000)
    card(deviance).wait_for()
    card(deviance).locator("mjx-container").wait_for()
    assert deviance.code in card(deviance).inner_text()
    assert f"{deviance.value:.8g}" in card(deviance).inner_text()

    for figure, key in ((z, "Space"), (upper, "Enter")):
        button(figure).focus()
        page.keyboard.press(key)
        card(figure).wait_for()
        assert figure.entry in card(figure).inner_text()
        place, width = card(figure).bounding_box(), page.viewport_size["width"]
        assert 0 <= place["x"] and place["x"] + place["width"] <= width
    assert page.locator("details[open]").count() == 1  # opening one closes the other
    page.keyboard.press("Enter")
    card(upper).wait_for(state="hidden")
