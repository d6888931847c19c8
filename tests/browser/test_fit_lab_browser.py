"""The fit lab in a real browser: live in JupyterLab, and saved with the network refused.

What is drawn is compared with `Descent.compute`: where the marks stand on the screen,
measured with the ticks of the axes beside them, and what the sentence says.
"""

import re

import nbformat
import numpy as np
import pytest

from conftest import ROOT

LESSON = ROOT / "notebooks" / "04_logistic_regression.ipynb"
CELL = """
import glmlib
from glmlib.course import fit_lab

X, y, beta, start = glmlib.article_data("{kind}")
lab = fit_lab(glmlib.{model}(X, y), truth=beta, start=start)
lab
"""
ARTICLE = {
    "linear": CELL.format(kind="linear", model="LinearRegression"),
    "logistic": CELL.format(kind="logistic", model="LogisticRegression"),
    "poisson": CELL.format(kind="poisson", model="PoissonRegression"),
}
OWN = """
import glmlib
from glmlib.course import fit_lab

X, y, beta = glmlib.simulate("logistic", n=60, d=3, seed=2)
model = glmlib.LogisticRegression(X, y)
lab = fit_lab(model, gradient=lambda b: X.T @ (y - glmlib.sigmoid(X @ b)))
lab
"""
# Centre and kind of every mark, and the ticks as (value, place), all in pixels of the screen.
MARKS = """root => {
    const svg = root.querySelector('.glm-panels svg');
    const place = node => { const r = node.getBoundingClientRect();
        return [(r.left + r.right) / 2, (r.top + r.bottom) / 2]; };
    const ticks = (name, axis) => [...svg.querySelectorAll(`line[data-${name}]`)].map(line =>
        [line.dataset[name].replace('−', '-'), place(line)[axis]]);
    const marks = [...svg.querySelectorAll('.glm-now')].map(node => node.style.display ? null
        : [({'M-': 'square', 'M0-': 'above'})[node.getAttribute('d').match(/^M0?-?/)[0]]
            ?? 'below', ...place(node)]);
    return {x: ticks('x', 0), y: ticks('y', 1), marks};
}"""


def reference_lab(cell):
    """The lab that the cell makes, in this process."""
    names = {}
    exec(cell, names)
    return names["lab"]


class FitLabDriver:
    """One fit lab on a page, as a learner has it."""

    def __init__(self, page):
        self.page = page
        self.root = page.locator(".glm-fit-lab")
        self.root.wait_for(timeout=60_000)
        self.root.locator("[data-j='0']").wait_for(state="attached")

    @property
    def status(self):
        return self.root.get_by_role("status").inner_text()

    @property
    def code(self):
        return self.root.locator("code").inner_text()

    def state(self):
        """Rate and iteration, from the line that copies the state."""
        rate, k = re.search(r"learning_rate=(.+), iteration=(\d+)\)", self.code).groups()
        return {"learning_rate": float(rate), "iteration": int(k)}

    def slider(self, label):
        return self.root.get_by_role("slider", name=label, exact=True)

    def number(self, label):
        return self.root.get_by_role("spinbutton", name=f"{label}, number", exact=True)

    def button(self, label):
        return self.root.get_by_role("button", name=label, exact=True)

    def to(self, learning_rate, iteration):
        """Type a state into the boxes."""
        for label, value in (("learning rate", learning_rate), ("iteration", iteration)):
            box = self.number(label)
            box.fill(repr(value))
            box.press("Enter")

    def complete(self):
        """Wait until the path of this rate is there."""
        self.page.wait_for_function(
            "document.querySelector('.glm-pictures').ariaBusy === 'false'", timeout=60_000
        )

    def rest(self):
        """Wait until nothing will change by itself: a kernel has had the last word."""
        self.page.wait_for_function(
            """() => document.querySelector('.glm-fit-lab').dataset.rest === 'true'
                && !window.pending?.size""",
            timeout=60_000,
        )

    def check(self, lab, sentence=True):
        """All marks stand where compute puts them, to half a pixel; state and frame.

        With `sentence` at rest, and to the letter: between two stops of a slider the kernel
        has the last word.
        """
        if sentence:
            self.rest()
        seen, state = self.root.evaluate(MARKS), self.state()
        frame = lab.compute(state)
        low, high = lab.descent.limits

        def scale(ticks):
            (a, at_a), (b, at_b) = ticks[0], ticks[-1]
            slope = (at_b - at_a) / (float(b) - float(a))
            return lambda value: at_a + slope * (value - float(a))

        if lab.descent.truth is None:  # ticks carry names: number them
            seen["x"] = [[j, at] for j, (_, at) in enumerate(seen["x"])]
        X, Y = scale(seen["x"]), scale(seen["y"])
        assert len(seen["marks"]) == len(frame.place)
        outside = 0
        for x, value, mark in zip(lab.descent.x, frame.place, seen["marks"], strict=True):
            if frame.gone:
                assert mark is None
                continue
            kind, at_x, at_y = mark
            assert abs(at_x - X(x)) < 0.5
            if low <= value <= high:
                assert kind == "square" and abs(at_y - Y(value)) < 0.5, (state, value)
            else:
                outside += 1
                assert kind == ("above" if value > high else "below")
        assert outside == frame.outside
        if sentence:
            assert self.status == frame.status
        return state, frame


def random_states(lab, count, seed, between=True):
    """Rates of the grid with iterations up to the last, half of them small."""
    rng = np.random.default_rng(seed)
    rates = lab.controls["learning_rate"].values
    steps = lab.controls["iteration"].values
    for _ in range(count):
        k = int(rng.choice(steps))
        if between:
            k = int(10 ** rng.uniform(0, np.log10(lab.descent.iterations)))
        yield {"learning_rate": float(rng.choice(rates)), "iteration": k}


def in_a_jump(lab, read_track):
    """A state between two iterations of a track that no straight line joins, and these."""
    for rate in reversed(lab.controls["learning_rate"].values):
        lab.descent.ahead([rate])
        wanted = range(1, 3000)
        for k, at in zip(
            wanted, read_track(lab.descent.track(rate), wanted)["at"], strict=True
        ):
            if at["gap"]:
                return {"learning_rate": rate, "iteration": k}, tuple(at["gap"])
    raise AssertionError("every track is smooth")


def changes(screen, action):
    """Do something that must change the state and the sentence."""
    before = screen.state(), screen.status
    action()
    screen.complete()
    state = screen.state()
    assert state != before[0] and screen.status != before[1]
    return state


def every_control(screen, lab):
    """Each control by mouse and keyboard; after every move the picture is compute's."""
    page = screen.page

    def moved(action):
        state = changes(screen, action)
        screen.check(lab, sentence=False)
        return state

    for label in ("learning rate", "iteration"):
        slider = screen.slider(label)
        for key in ("ArrowRight", "ArrowLeft", "PageDown", "ArrowRight"):
            moved(lambda key=key, slider=slider: slider.press(key))
            control = lab.controls[label.replace(" ", "_")]
            spoken = control.format(screen.state()[control.name])
            assert slider.get_attribute("aria-valuetext") == spoken
        box = slider.bounding_box()
        for part in (0.35, 0.55):
            moved(lambda part=part, box=box: page.mouse.click(
                box["x"] + part * box["width"], box["y"] + box["height"] / 2))  # fmt: skip
        number = screen.number(label)
        moved(lambda number=number: number.press("ArrowUp"))
        moved(lambda number=number: number.press("ArrowDown"))
    screen.button("just right").click()
    screen.to(screen.state()["learning_rate"], 20)
    for label, by in (("forward 1", 1), ("forward 10", 10), ("back 1", -1), ("back 10", -10)):
        k = screen.state()["iteration"]
        assert moved(lambda label=label: screen.button(label).click())["iteration"] == k + by
    screen.button("forward 100").focus()
    assert moved(lambda: page.keyboard.press("Enter"))["iteration"] == 120
    assert moved(lambda: screen.button("back 100").click())["iteration"] == 20
    for label, part in lab.presets.items():
        screen.button("Reset").click()
        screen.button(label).focus()
        page.keyboard.press("Space")
        screen.complete()
        assert screen.state()["learning_rate"] == part["learning_rate"]
        screen.check(lab, sentence=False)
    screen.button("Reset").click()
    first = {name: control.default for name, control in lab.controls.items()}
    assert screen.state() == first
    screen.button("Play").click()
    page.wait_for_function(
        "k => +document.querySelector('.glm-code').innerText.match(/iteration=(\\d+)/)[1] > k",
        arg=first["iteration"] + 5,
    )
    screen.button("Stop").click()
    k = screen.state()["iteration"]
    page.wait_for_timeout(200)
    assert screen.state()["iteration"] == k and k in lab.controls["iteration"].values

    screen.button("Show data").click()
    rows = screen.root.get_by_role("row").all()
    frame = lab.compute(screen.state())
    assert rows[0].locator("th").all_inner_texts() == frame.table[0]
    for row, wanted in zip(rows[1:], frame.table[1], strict=True):
        name, *values = row.locator("th, td").all_inner_texts()
        assert name == wanted[0]
        wanted = [float(value) for value in wanted[1:]]
        assert np.allclose([float(value) for value in values], wanted, rtol=1e-4, atol=1e-4)
    screen.button("Show data").click()
    screen.button("Copy state").click()
    screen.button("Copied").wait_for()


@pytest.fixture
def offline(chromium, tmp_path):
    """A function that opens a file without any network."""
    contexts = []

    def open_(path, **options):
        context = chromium.new_context(viewport={"width": 1024, "height": 768}, **options)
        contexts.append(context)
        context.set_offline(True)
        context.route(re.compile("^(?!file:|data:|blob:)"), lambda route: route.abort())
        page = context.new_page()
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.goto(path.as_uri(), wait_until="domcontentloaded")
        return page

    yield open_
    for context in contexts:
        context.close()


# ---- live


@pytest.mark.parametrize("kind", ARTICLE)
def test_live_the_picture_is_what_compute_says(kind, open_notebook, read_track):
    page, lab = open_notebook(ARTICLE[kind]), reference_lab(ARTICLE[kind])
    screen = FitLabDriver(page)
    screen.complete()
    screen.check(lab)
    for state in random_states(lab, 10, seed=7):
        screen.to(**state)
        there = screen.state()
        assert there["learning_rate"] == state["learning_rate"]
        screen.complete()
        assert screen.check(lab, sentence=False)[0] == there  # nobody calls it back
    screen.check(lab)  # at rest to the letter
    if kind == "logistic":  # the controls are the same in all three
        every_control(screen, lab)
    assert page.locator(".jp-Cell").count() == 1 and page.errors == []

    # what no track holds the kernel computes: a jump, a rate between those of the grid
    jump, _ = in_a_jump(lab, read_track)
    screen.to(**jump)
    assert screen.check(lab)[0] == jump
    screen.to(lab.descent.limit * 0.37, 57)
    screen.check(lab)


def test_live_scrubbing_says_nothing_to_the_kernel(open_notebook):
    page, lab = open_notebook(ARTICLE["logistic"]), reference_lab(ARTICLE["logistic"])
    screen = FitLabDriver(page)
    wait_for_all_rates(screen)

    def sent():
        """What the page has sent to the kernel since it was asked last."""
        return page.evaluate("sent.splice(0)")

    sent()
    screen.slider("learning rate").focus()
    for key in ["ArrowLeft"] * 10 + ["ArrowRight"] * 12:
        page.keyboard.press(key)
    screen.slider("iteration").focus()
    for _ in range(30):
        page.keyboard.press("ArrowRight")
    assert sent() == []  # not one message in 52 moves
    screen.check(lab)
    assert sent() == ["comm_msg"]  # at rest the kernel learns where the learner is


def wait_for_all_rates(screen):
    """Until every rate of the grid has arrived, and nobody asks for anything."""
    screen.page.wait_for_function(
        "document.querySelector('.glm-progress').textContent === ''", timeout=60_000
    )
    screen.rest()


def test_live_other_data_are_computed_while_the_picture_moves(open_notebook):
    cell = "from glmlib.course import fit_lab\nlab = fit_lab('logistic')\nlab"
    page, lab = open_notebook(cell), reference_lab(cell)
    screen = FitLabDriver(page)
    screen.complete()
    screen.root.locator("summary").click()
    for label, option, change in [
        ("family", "poisson", {"family": "poisson"}),
        ("rows", "300", {"n": 300}),
        ("loss", "mean", {"mean": True}),
        ("family", "linear", {"family": "linear"}),
        ("noise", "3", {"noise": 3.0}),
        ("New sample", None, {"seed": 124}),
    ]:
        page.evaluate(
            """() => { const status = document.querySelector('.glm-status'); window.said = '';
            new MutationObserver(() => { said += status.innerText; })
                .observe(status, {childList: true, characterData: true, subtree: true}); }"""
        )
        if option is None:
            screen.button(label).click()
        else:
            screen.root.get_by_label(label, exact=True).select_option(label=option)
        page.wait_for_function(
            "said.includes('Computing the paths')"
            " && !document.querySelector('.glm-status').innerText.includes('Computing the')"
        )
        lab.choose(**change)
        screen.check(lab)
    other = reference_lab(cell)
    exec(screen.code, {"lab": other})
    assert other.status == screen.status


def test_live_without_a_truth_and_with_a_wrong_gradient(open_notebook):
    page, lab = open_notebook(OWN), reference_lab(OWN)
    screen = FitLabDriver(page)
    screen.complete()
    screen.check(lab)
    screen.to(lab.descent.limit, 40)
    _, frame = screen.check(lab)
    assert "look at the gradient" in screen.status and frame.event == "diverged"


def test_code_moves_the_lab_and_the_gate_holds_it(open_notebook):
    gate = """
from glmlib.course import predict

lab.set(iteration=100)
predict("?", ["yes", "no"], answer="yes", lab=lab)
"""
    page, lab = open_notebook(ARTICLE["logistic"], gate), reference_lab(ARTICLE["logistic"])
    screen = FitLabDriver(page)
    page.wait_for_function("document.querySelector('.glm-fit-lab button').disabled")
    assert screen.check(lab)[0]["iteration"] == 100
    before = screen.status
    screen.button("too big").click(force=True)
    assert screen.status == before
    page.get_by_role("button", name="Skip").click()
    page.wait_for_function("!document.querySelector('.glm-fit-lab button').disabled")
    screen.button("too big").click()
    screen.complete()
    assert screen.status != before


# ---- saved


@pytest.fixture(scope="module", params=["to_html", "lesson"])
def saved(request, tmp_path_factory):
    """(path, reference lab, bytes that the lab adds): both ways to save a page."""
    lab = reference_lab(ARTICLE["logistic"])
    path = tmp_path_factory.mktemp("saved") / "page.html"
    if request.param == "to_html":
        assert lab.to_html(path) == path
        return path, lab, path.stat().st_size
    # the lesson as it is stored, exported as the menu of JupyterLab does it
    from nbconvert import HTMLExporter

    page, _ = HTMLExporter().from_filename(LESSON)
    path.write_text(page, encoding="utf-8")
    (script,) = re.findall(r'<style class="glm-fit">.*?</script>', page, re.DOTALL)
    return path, lab, len(script.encode())


def test_saved_the_lab_moves_without_kernel_and_network(saved, offline, read_track):
    path, lab, size = saved
    assert size <= 300_000
    page = offline(path)
    screen = FitLabDriver(page)
    screen.check(lab)
    shown = "alt => [...document.images].filter(i => i.alt === alt).map(i => i.offsetWidth)"
    assert page.evaluate(shown, lab.alt) == [0]  # the lab stands in the picture's place
    drawn = 0
    for state in random_states(lab, 10, seed=11):
        screen.to(**state)
        said = " Interpolated between two computed iterations."
        now, frame = screen.check(lab, sentence=False)
        if screen.status.endswith(said):
            drawn += 1
            loss = float(re.search(r"loss ([\d,.]+),", screen.status)[1].replace(",", ""))
            assert loss == pytest.approx(frame.loss, rel=1e-3, abs=1e-2)
        elif now == state:
            assert screen.status == frame.status
    assert 0 < drawn < 10
    jump, ends = in_a_jump(lab, read_track)
    screen.to(**jump)
    now, frame = screen.check(lab, sentence=False)
    assert now["iteration"] in ends
    said = f"This page does not hold iteration {jump['iteration']:,} of this path: moved to "
    assert screen.status == f"{frame.status} {said}{now['iteration']:,}."
    for state in random_states(lab, 10, seed=12, between=False):
        screen.to(**state)
        screen.check(lab)  # at the slider's stops, to the letter
    if path.stat().st_size < 300_000:  # a whole lesson is slow to lay out: not every control
        every_control(screen, lab)
    assert not [error for error in page.errors if "require" not in error]


def test_saved_without_scripts_the_picture_remains(saved, offline):
    path, lab, _ = saved
    page = offline(path, java_script_enabled=False)
    picture = page.get_by_role("img", name=lab.alt, exact=True)
    assert picture.bounding_box()["width"] > 600


@pytest.mark.parametrize("saved", ["to_html"], indirect=True)
def test_reduced_motion_is_honoured(saved, offline):
    path, _, _ = saved
    page = offline(path, reduced_motion="reduce")
    screen = FitLabDriver(page)
    screen.button("Play").click()
    k = screen.state()["iteration"]
    page.wait_for_timeout(600)
    assert screen.state()["iteration"] == k  # no film: one large step each second
    page.wait_for_timeout(800)
    assert screen.state()["iteration"] > k


# ---- for everybody


def violations(page, axe):
    """What axe-core calls serious or critical in the lab."""
    page.evaluate(axe)
    found = page.evaluate("axe.run('.glm-fit-lab')")
    assert len(found["passes"]) > 10
    return [
        f"{v['id']}: {v['nodes'][0]['html'][:200]}"
        for v in found["violations"]
        if v["impact"] in ("serious", "critical")
    ]


def audit(page, axe):
    screen = FitLabDriver(page)
    screen.button("Show data").click()
    screen.button("too big").click()
    assert violations(page, axe) == []
    small = page.evaluate(
        """() => [...document.querySelectorAll('.glm-fit-lab :is(button, input, select)')]
            .map(node => node.getBoundingClientRect())
            .filter(box => box.width && Math.min(box.width, box.height) < 24).length"""
    )
    assert small == 0
    screen.slider("iteration").focus()
    page.keyboard.press("ArrowRight")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert float(outline.removesuffix("px")) >= 2
    page.evaluate("document.querySelector('.glm-fit-lab input').removeAttribute('id')")
    assert violations(page, axe)  # a slider that lost its name is found


@pytest.mark.parametrize("saved", ["to_html"], indirect=True)
def test_axe_finds_nothing_serious_in_a_saved_page(saved, offline, axe):
    path, _, _ = saved
    for scheme in ("light", "dark"):
        audit(offline(path, color_scheme=scheme), axe)


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_axe_finds_nothing_serious_live(theme, open_notebook, axe):
    cell = "from glmlib.course import fit_lab\nlab = fit_lab('logistic')\nlab"
    page = open_notebook(cell)
    FitLabDriver(page).complete()
    page.evaluate(
        "theme => jupyterapp.commands.execute('apputils:change-theme', {theme})", theme
    )
    page.locator(".glm-fit-lab summary").click()
    page.wait_for_function("theme => document.body.dataset.jpThemeName === theme", arg=theme)
    try:
        audit(page, axe)
    finally:
        page.evaluate(
            "jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Light'})"
        )


def test_a_notebook_opened_without_running_shows_the_picture(open_notebook):
    """As cloned: outputs stored, no widget state, not trusted, so that no script is run."""
    stored = nbformat.read(ROOT / "notebooks" / "04_logistic_regression.ipynb", 4)
    (alive,) = [
        output
        for cell in stored.cells
        for output in cell.get("outputs", [])
        if '<script class="glm-fit">' in output.get("data", {}).get("text/html", "")
    ]
    page = open_notebook("lab", outputs=[alive])
    picture = page.locator(".jp-OutputArea").get_by_role("img")
    picture.wait_for()
    assert picture.get_attribute("alt").startswith("Scatterplot of true against estimated")
    assert picture.evaluate("node => node.naturalWidth") == 960
    (said,) = page.locator(".jp-OutputArea-output").all_inner_texts()
    assert picture.get_attribute("alt").endswith(said.strip())
    assert page.locator(".glm-fit-lab").count() == 0
