"""Every Matplotlib lab in a real JupyterLab: each control moved by mouse and keyboard.

A lab is found by its file. The cell that makes it, as its docstring shows, is run there and
here, and after every move the sentence and the pixels on the screen must be those that
glmlib computes for the state on the screen.
"""

import statistics

import pytest

import labs
from conftest import ROOT

FIT_LAB = """
import glmlib
from glmlib.course.labs.fit_lab import fit_lab_matplotlib as fit_lab

X, y, beta, start = glmlib.article_data("logistic")
lab = fit_lab(glmlib.LogisticRegression(X, y), truth=beta, start=start)
lab
"""

LABS = {
    **{
        name: cell
        for name, cell in labs.found().items()
        if name != "fit_lab" and name not in labs.on_the_engine()
    },
    "fit logistic": FIT_LAB,
    "a learner's own data": """
import glmlib
from glmlib.course.labs.fit_lab import fit_lab_matplotlib as fit_lab

X, y, beta = glmlib.simulate("logistic", n=60, d=3, seed=2)
model = glmlib.LogisticRegression(X, y)
lab = fit_lab(model, gradient=lambda b: X.T @ (y - glmlib.sigmoid(X @ b)))
lab
""",
    "choice and toggle": """
import numpy as np
from glmlib.course.labs.live import Frame, Lab, choice, grid, toggle

def compute(state):
    sign = -1 if state["down"] else 1
    y = sign * np.linspace(0, 1, 50) ** state["power"]
    status = f"Power {state['power']:g} in {state['colour']}, ending at {y[-1]:g}."
    return Frame(status, table=(["end"], [[f"{y[-1]:g}"]]), colour=state["colour"], y=y)

def draw(fig, frame):
    ax = fig.subplots()
    ax.set(xlim=(0, 1), ylim=(-1, 1))
    return {"line": ax.plot([], [], linewidth=3)[0]}

def update(artists, frame):
    artists["line"].set_data(np.linspace(0, 1, 50), frame.y)
    artists["line"].set_color({"blue": "#0173b2", "ink": "#222222"}[frame.colour])

lab = Lab(
    title="a power",
    controls=[
        grid("power", "power", [0.5, 1, 1.5, 2, 3], 2.0),
        choice("colour", "colour", ["blue", "ink"]),
        toggle("down", "upside down"),
    ],
    compute=compute,
    draw=draw,
    update=update,
    presets={"straight": {"power": 1.0}},
    describe="A power of x between 0 and 1.",
)
lab
""",
}


def different(one, other):
    """The number of pixels whose colours differ."""
    return int((one != other).any(axis=2).sum())


def check(screen, reference):
    """What is on the screen is what glmlib computes for the state on the screen.

    The state, the sentence and the pixels.
    """
    screen.settle()
    exec(screen.code, {"lab": reference})
    status, pixels = screen.status, screen.pixels()
    assert status == reference.status
    assert screen.picture.get_attribute("alt") == reference.alt
    # The paths were computed in other company, so that last digits may differ: a handful of
    # pixels at the edge of a mark may then differ too. A visible move changes hundreds.
    assert different(pixels, reference.pixels()[:, :, :3]) < 20
    return reference.state, status, pixels


@pytest.mark.parametrize("name", LABS)
def test_every_control_moves_picture_and_sentence(name, open_notebook, lab_driver, capsys):
    page = open_notebook(LABS[name])
    screen, reference = lab_driver(page), labs.made(LABS[name])
    seen = check(screen, reference)
    start, times = seen[0], []

    def moved(action, control, visibly=True):
        nonlocal seen
        before, status, pixels = seen
        times.append(screen.after(action))
        seen = check(screen, reference)
        assert seen[0][control] != before[control]
        assert seen[1] != status
        assert not visibly or different(seen[2], pixels) > 50
        assert seen[0] == before | {control: seen[0][control]}

    for control in reference.controls.values():
        label = control.label
        if control.kind == "choice":
            moved(lambda c=control: screen.choice(c.label, c.values[-1]).click(), control.name)
            screen.choice(label, control.values[0]).focus()
            moved(lambda: page.keyboard.press("Enter"), control.name)
        elif control.kind == "toggle":
            moved(lambda label=label: screen.checkbox(label).click(), control.name)
            screen.checkbox(label).focus()
            moved(lambda: page.keyboard.press("Space"), control.name)
        else:
            slider, box = screen.slider(label), screen.number(label)
            spoken = control.format(reference.state[control.name])
            assert slider.get_attribute("aria-valuetext") == spoken
            place = control.nearest(reference.state[control.name])
            last = len(control.values) - 1
            there, back = ("Right", "Left") if place < last else ("Left", "Right")
            slider.focus()
            moved(lambda key=there: page.keyboard.press(f"Arrow{key}"), control.name)
            spoken = control.format(reference.state[control.name])
            assert slider.get_attribute("aria-valuetext") == spoken
            moved(lambda key=back: page.keyboard.press(f"Arrow{key}"), control.name)
            pixels = -120 if place > last / 2 else 120
            moved(lambda by=pixels, label=label: screen.drag(label, by), control.name)
            box.focus()
            up = reference.state[control.name] < control.values[-1]
            key = "ArrowUp" if up else "ArrowDown"
            # 1 more in 140 is less than a pixel on a log axis
            moved(lambda key=key: page.keyboard.press(key), control.name, visibly=False)
            typed = next(v for v in control.values[1:] if v != reference.state[control.name])
            box.fill(str(typed))
            moved(lambda: page.keyboard.press("Enter"), control.name)
            assert reference.state[control.name] == typed

    for label in reference.presets:
        screen.after(lambda: screen.button("Reset").click())
        screen.settle()
        screen.after(lambda label=label: screen.button(label).click())
        state, _, _ = check(screen, reference)
        assert state == start | reference.presets[label]
    screen.button("Reset").focus()
    screen.after(lambda: page.keyboard.press("Enter"))
    assert check(screen, reference)[0] == start

    screen.button("Show data").click()
    screen.box.get_by_role("table").wait_for()
    cells = screen.box.get_by_role("table").locator("th, td").all_inner_texts()
    head, rows = reference.frame.table
    assert cells == [*head, *(str(value) for row in rows for value in row)]
    screen.button("Copy state").click()
    screen.button("Copied").wait_for()

    # the notebook has taken none of the keys for its own commands
    assert page.locator(".jp-Cell").count() == 1
    assert page.errors == []
    with capsys.disabled():
        print(f"\n  {name}: a move to its picture {statistics.median(times):.0f} ms (median)")


def test_controls_have_names_and_visible_focus(open_notebook, lab_driver):
    page = open_notebook(FIT_LAB)
    screen = lab_driver(page)
    screen.settle()
    unnamed = page.evaluate(
        """() => [...document.querySelectorAll('.glm-lab button, .glm-lab input, '
            + '.glm-lab [role=slider], .glm-lab img')].filter(node => !(node.innerText
            || node.getAttribute('aria-label') || node.alt || node.labels?.length))
            .map(node => node.outerHTML)"""
    )
    assert unnamed == []
    assert screen.sentence.get_attribute("aria-live") == "polite"
    screen.slider("learning rate").focus()
    page.keyboard.press("ArrowRight")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert float(outline.removesuffix("px")) >= 2
    small = page.evaluate(
        """() => [...document.querySelectorAll('.glm-lab button, .glm-lab [role=slider]')]
            .map(node => node.getBoundingClientRect())
            .filter(box => Math.min(box.width, box.height) < 24).length"""
    )
    assert small == 0


def test_an_error_is_seen_under_the_picture(open_notebook, lab_driver):
    page = open_notebook(
        LABS["choice and toggle"].replace(
            "    sign =", "    1 / (state['power'] - 3)\n    sign ="
        ),
    )
    screen = lab_driver(page)
    screen.slider("power").focus()
    page.keyboard.press("ArrowRight")
    page.get_by_text("The lab could not compute this").wait_for()
    assert "division by zero" in screen.status
    page.keyboard.press("ArrowLeft")
    page.get_by_text("Power 2 in blue").wait_for()


def test_a_notebook_opened_without_running_shows_the_pictures(open_notebook):
    """As cloned: outputs stored, no widget state, not trusted, so that no script is run."""
    import nbformat

    reference = labs.made(FIT_LAB)
    output = nbformat.v4.new_output("display_data", data=reference._repr_mimebundle_())
    stored = nbformat.read(ROOT / "notebooks" / "04_logistic_regression.ipynb", 4)
    (alive,) = [
        output
        for cell in stored.cells
        for output in cell.get("outputs", [])
        if '<script class="glm-fit">' in output.get("data", {}).get("text/html", "")
    ]
    page = open_notebook(FIT_LAB, outputs=[output, alive])
    pictures = page.locator(".jp-OutputArea").get_by_role("img")
    pictures.nth(1).wait_for()
    assert [node.get_attribute("alt") for node in pictures.all()] == [reference.alt] * 2
    assert page.evaluate("document.querySelector('.jp-OutputArea img').naturalWidth") == 960
    said = [text.strip() for text in page.locator(".jp-OutputArea-output").all_inner_texts()]
    assert said == [reference.status] * 2
    assert page.locator(".glm-fit-lab").count() == 0


def test_the_gate_holds_the_controls_until_a_choice(open_notebook, lab_driver):
    gate = """
from glmlib.course import predict

predict(
    "Three times the limit: what will the estimates do?",
    ["settle", "bounce for ever"],
    answer=lambda: "settle"
    if lab.compute({"learning_rate": 0.05, "iteration": 1000}).event == "converged"
    else "bounce for ever",
    lab=lab,
)
"""
    page = open_notebook(FIT_LAB, gate)
    screen = lab_driver(page)
    asked = page.locator(".glm-predict")
    asked.get_by_role("button", name="Lock in").wait_for()
    page.wait_for_function("document.querySelector('.glm-lab button').disabled")
    before = screen.status
    screen.button("too big").click(force=True)
    page.wait_for_timeout(300)
    assert screen.status == before
    asked.get_by_role("radio", name="settle").check()
    asked.get_by_role("button", name="Lock in").click()
    asked.get_by_role("status").wait_for()
    verdict = "✗ You predicted “settle”. Computed: “bounce for ever”. Find out why."
    assert asked.get_by_role("status").inner_text() == verdict
    screen.after(lambda: screen.button("too big").click())
    assert screen.status != before
