"""The labs of the one engine in a real browser: in a saved page, and in JupyterLab.

Every control is moved through its whole range. At each stop the sentence and the drawn
coordinates must be those that Python computes for the state; where a value stands on an axis
is asked of Matplotlib, which knows nothing of `panels.py`.
"""

import itertools
import re

import numpy as np
import pytest

import labs
from glmlib.course.labs.panels import leaves

LABS = labs.on_the_engine()
# Move one control to one stop, as a hand does, and read all that is drawn then.
MOVE = """([control, place]) => {
    const node = document.querySelectorAll('.glm-instrument .control')[control];
    const slider = node.querySelector('input[type=range]');
    if (slider) { slider.value = place; slider.dispatchEvent(new Event('input')); }
    else if (node.querySelector('input')) {
        const box = node.querySelector('input');
        if (box.checked !== Boolean(place)) box.click();
    } else node.querySelectorAll('button')[place].click(); }"""
READ = """() => { const root = document.querySelector('.glm-instrument');
    return { said: root.querySelector('[role=status]').textContent,
        code: root.querySelector('code').textContent,
        panels: [...root.querySelectorAll('.panel > svg')].map(svg => ({
            box: svg.dataset.box.split(' ').map(Number),
            marks: Object.fromEntries([...svg.querySelectorAll('.mark')].map(mark =>
                [mark.dataset.name, [...mark.querySelectorAll('path')].map(p =>
                    p.getAttribute('d'))])) })) }; }"""
KNOWN = "document.querySelector('.glm-instrument [aria-busy=false]')"
CORNER = {  # where the path of a marker begins, seen from its middle, in radii
    "o": (-1, 0), "s": (-1, -1), "D": (0, -1), ".": (-0.5, 0), "_": (-1, 0),
    "X": (-1, -1), ">": (1, 0), "<": (-1, 0), "^": (0, -1), "v": (0, 1),
}  # fmt: skip
MARKER = {"truth": "D", "estimate": "o", "now": "s", "plain": ".", "quiet": "o"}


class Paper:
    """Where Matplotlib puts a number on the axes of a panel, as a share of the axes."""

    def __init__(self, lab):
        self.lab, self.known = lab, {}

    def shares(self, frame):
        """{mark: (panel's number, mark, x (m,), y (m,))} of all that a frame shows."""
        scene = repr(frame.scene)
        if scene not in self.known:
            axes = self.lab.figure(frame).axes
            self.known[scene] = [ax.transScale + ax.transLimits for ax in axes]
        numbers = {id(p): i for i, p in enumerate(leaves(self.lab.panels(frame)[0]))}
        for name, (panel, mark, at) in self.lab.drawn(frame).items():
            number = numbers[id(panel)]
            x, y, *more = np.atleast_1d(*panel.ends(mark, at))
            x, y = np.broadcast_arrays(x, y)
            if more and mark.kind == "line":  # it is drawn as far as now
                x, y = x[x <= more[0]], y[x <= more[0]]
            with np.errstate(all="ignore"):
                places = np.column_stack([x, y]).clip(-1e300, 1e300)
                share = self.known[scene][number].transform(places)
            yield name, number, mark, np.where(np.isnan(places), np.nan, share)


def compare(seen, lab, paper):
    """Assert that a page shows the frame of the lab's state; returns how many points."""
    frame = lab.frame
    assert seen["said"] == frame.status
    points = 0
    for name, number, mark, shares in paper.shares(frame):
        if mark.kind in ("text", "band"):
            continue
        panel = seen["panels"][number]
        left, top, right, bottom = panel["box"]
        paths = panel["marks"][name]
        whole = ~np.isnan(shares).any(axis=1)
        clean = np.nan_to_num(shares[whole], posinf=9.0, neginf=-9.0)
        middles = np.clip(clean, -4, 5) * [right - left, top - bottom] + [left, bottom]
        if mark.kind == "line" and mark.look.get("dash") != "":
            drawn = numbers_of(re.findall(r"[ML]([-\d.]+) ([-\d.]+)", paths[0] or ""))
            assert drawn.shape == middles.shape, name
            assert np.abs(drawn - middles).max(initial=0) < 1.0, name
            points += len(drawn)
        elif mark.kind == "dots":
            drawn = numbers_of(re.findall(r"M([-\d.]+) ([-\d.]+)", paths[0] or ""))
            if len(lab.drawn(frame)[name][2]) == 3:  # each has a size of its own
                assert len(drawn) == len(middles), name
                continue
            r = mark.look.get("size", 10) / 2
            own = mark.look.get("marker", MARKER[mark.role])
            if own == "":  # seen only as an arrow
                out = ((clean < -1e-4) | (clean > 1.0001)).any(axis=1)
                clean, middles = clean[out], middles[out]
            assert len(drawn) == len(middles), name
            for here, (u, v), (x, y) in zip(drawn, clean, middles, strict=True):
                beyond = ">" if u > 1.0001 else "<" if u < -1e-4 else ""
                beyond = beyond or ("v" if v < -1e-4 else "^" if v > 1.0001 else "")
                a, b = np.array(CORNER[beyond or own]) * (max(1.35 * r, 5) if beyond else r)
                x, y = np.clip(x, left, right), np.clip(y, top, bottom)
                assert abs(here - [x + a, y + b]).max() < 1.0, (name, here, x, y)
            points += len(drawn)
    return points


def numbers_of(pairs):
    return np.array(pairs, dtype=float).reshape(-1, 2)


def walk(page, lab, controls):
    """Every control through all its stops, and every pair of ends of two controls."""
    paper, points, said = Paper(lab), 0, set()

    def go(i, place):
        nonlocal points
        page.evaluate(MOVE, [i, place])
        page.wait_for_function(KNOWN, polling="raf")
        seen = page.evaluate(READ)
        exec(seen["code"], {"lab": lab})
        assert lab.state[controls[i].name] == controls[i].values[place]
        points += compare(seen, lab, paper)
        said.add(seen["said"])

    for i, control in enumerate(controls):
        page.get_by_role("button", name="Reset", exact=True).click()
        for place in range(len(control.values)):
            go(i, place)
    for (i, one), (j, other) in itertools.combinations(enumerate(controls), 2):
        for a, b in itertools.product((0, -1), (0, -1)):
            go(i, a % len(one.values))
            go(j, b % len(other.values))
    assert points > 100 and len(said) >= sum(len(c.values) for c in controls) - len(controls)


@pytest.fixture
def saved(chromium, tmp_path):
    """A function: a lab -> its saved page, opened from the file with the network refused."""
    pages = []

    def open_(lab, **how):
        context = chromium.new_context(offline=True, **how)
        page = context.new_page()
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.goto(lab.to_html(tmp_path / "lab.html").as_uri())
        pages.append(context)
        return page

    yield open_
    for context in pages:
        context.close()


@pytest.mark.parametrize("name", LABS)
def test_a_saved_page_shows_at_every_stop_what_python_computes(name, saved):
    lab = labs.made(LABS[name])
    page = saved(lab, viewport={"width": 1280, "height": 720})
    page.wait_for_function("document.querySelector('.glm-instrument').dataset.known > 0")
    walk(page, lab, lab.stops())
    for label, state in lab.presets.items():
        page.get_by_role("button", name="Reset", exact=True).click()
        page.get_by_role("button", name=label, exact=True).click()
        lab.reset().set(**state)
        compare(page.evaluate(READ), lab, Paper(lab))
    page.get_by_role("button", name="Show data").click()
    cells = page.get_by_role("table").locator("th, td").all_inner_texts()
    head, rows = lab.frame.table
    assert cells == [*map(str, head), *(str(value) for row in rows for value in row)]
    assert page.errors == []


# ---- in JupyterLab


def ready(page, count=1):
    page.wait_for_function(
        "count => document.querySelectorAll('.glm-instrument[data-turn]').length === count",
        arg=count,
        timeout=60_000,
    )


def status(page):
    return page.locator(".glm-instrument").get_by_role("status").inner_text()


@pytest.mark.parametrize("name", LABS)
def test_in_jupyterlab_a_move_shows_what_python_computes(name, open_notebook):
    page = open_notebook(LABS[name])
    ready(page)
    lab = labs.made(LABS[name])
    compare(page.evaluate(READ), lab, Paper(lab))
    walk(page, lab, list(lab.controls.values()))
    # the kernel follows the hand, once it rests
    page.get_by_role("button", name="Reset", exact=True).click()
    assert page.errors == []


SMALL = """
import ipywidgets as widgets
from glmlib.course.labs.engine import Frame, Lab, Panel, choice, dots, grid, integers, line

def compute(x, word):
    if x == 7:
        raise ZeroDivisionError("seven is not allowed")
    return Frame(f"x is {x:g}, {word}.", word, table=(["x"], [[f"{x:g}"]]), x=x)

lab = Lab(
    title="a point",
    controls=[grid("x", "place", range(11), 3.0), choice("word", "title", ["left", "right"])],
    compute=compute,
    picture=Panel((0, 10), (-1, 1), [dots("point", "now")]),
    points=lambda frame: {"point": (frame.x, 0)},
    presets={"far": {"x": 10.0}},
    describe="One point between 0 and 10.",
)
lab
"""


def wait_for(page, words):
    page.locator(".glm-instrument").get_by_text(words).first.wait_for()


def test_keys_mouse_and_number_box_move_it_and_the_notebook_takes_no_key(open_notebook):
    page = open_notebook(SMALL)
    ready(page)
    slider = page.get_by_role("slider", name="place")
    slider.focus()
    for key, words in (("ArrowRight", "x is 4"), ("ArrowLeft", "x is 3"), ("End", "x is 10"),
                       ("Home", "x is 0"), ("PageUp", "x is 1")):  # fmt: skip
        page.keyboard.press(key)
        wait_for(page, words)
        assert slider.get_attribute("aria-valuetext") == words.removeprefix("x is ")
    box = page.get_by_role("spinbutton", name="place, number")
    box.fill("4.4")
    page.keyboard.press("Enter")
    wait_for(page, "x is 4.4, left")
    page.keyboard.press("ArrowUp")
    wait_for(page, "x is 5")
    page.get_by_role("group", name="title").get_by_role("button", name="right").click()
    wait_for(page, "x is 5, right")
    page.get_by_role("button", name="far").click()
    wait_for(page, "x is 10, right")
    assert page.locator("code", has_text='lab.set(x=10, word="right")').count() == 1
    assert page.locator(".jp-Cell").count() == 1 and page.errors == []


def run(page, source):
    """Run code in the kernel without a cell; what it prints."""
    return page.evaluate(
        """async source => { const { kernel } =
            jupyterapp.shell.currentWidget.sessionContext.session;
        const future = kernel.requestExecute({ code: source });
        let text = '';
        future.onIOPub = m => { text += m.content.text ?? m.content.evalue ?? ''; };
        await future.done;
        return text.trim(); }""",
        source,
    )


def kernel_says(page, source, wanted):
    """Soon, since a lab tells the kernel where the hand rests, and not each place before."""
    for _ in range(20):
        if (said := run(page, source)) == wanted:
            return
        page.wait_for_timeout(200)
    assert said == wanted


def test_an_error_is_seen_under_the_picture(open_notebook):
    page = open_notebook(SMALL)
    ready(page)
    page.get_by_role("spinbutton", name="place, number").fill("7")
    page.keyboard.press("Enter")
    wait_for(page, "The lab could not compute this: seven is not allowed")
    assert page.locator(".glm-instrument .figure svg .shape").count() == 1
    page.get_by_role("button", name="Reset", exact=True).click()
    wait_for(page, "x is 3, left")


def test_the_kernel_follows_and_other_widgets_drive_the_lab(open_notebook):
    page = open_notebook(SMALL, "widgets.jslink((play := widgets.IntSlider(3, 0, 10), "
                         "'value'), (lab, 'x')); play")  # fmt: skip
    ready(page)
    run(page, "play.value = 5")
    wait_for(page, "x is 5")  # the link is made after the lab is drawn: it works from here on
    page.get_by_role("slider", name="place").focus()
    page.keyboard.press("ArrowLeft")
    wait_for(page, "x is 4")
    kernel_says(page, "print(lab.x, lab.frame.x, lab.status)", "4.0 4.0 x is 4, left.")
    run(page, "lab.x = 8")
    wait_for(page, "x is 8, left")
    run(page, "lab.set(word='right')")
    wait_for(page, "x is 8, right")
    handle = page.locator(".jupyter-widgets .noUi-handle")
    handle.focus()
    page.keyboard.press("ArrowRight")  # the browser's own link of two widgets
    wait_for(page, "x is 9, right")
    kernel_says(page, "print(lab.x, lab.status)", "9.0 x is 9, right.")


def test_two_views_of_one_lab_agree_and_a_rerun_lets_the_old_lab_go(open_notebook):
    page = open_notebook(SMALL, "lab")
    ready(page, 2)
    page.get_by_role("slider", name="place").nth(1).focus()
    page.keyboard.press("End")
    page.wait_for_function(
        "() => [...document.querySelectorAll('.glm-instrument [role=status]')]"
        ".every(node => node.textContent.startsWith('x is 10'))"
    )
    alive = "from ipywidgets.widgets.widget import _instances; print(len(_instances))"
    before = run(page, alive)
    for _ in range(3):
        page.evaluate("() => { jupyterapp.commands.execute('notebook:run-all-cells'); }")
        page.wait_for_function("() => pending.size === 0")
        ready(page, 2)
        page.wait_for_timeout(300)
    assert run(page, alive) == before


def test_a_restarted_kernel_is_said_and_what_is_known_still_moves(open_notebook, notebook):
    page = open_notebook(SMALL)
    ready(page)
    # all is known after a while: one value is an error, which is not kept
    page.wait_for_function("+document.querySelector('.glm-instrument').dataset.known >= 20")
    page.evaluate(
        "() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"
    )
    page.wait_for_timeout(1500)
    page.get_by_role("slider", name="place").focus()
    page.keyboard.press("End")
    wait_for(page, "x is 10")
    page.locator(".glm-instrument .hint", has_text="Python does not answer").wait_for()
    notebook.close()


def test_a_notebook_opened_again_shows_its_picture(open_notebook, notebook):
    page = open_notebook(SMALL)
    ready(page)
    assert page.locator(".glm-stored").is_hidden()
    page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_function("() => !jupyterapp.shell.currentWidget.context.model.dirty")
    address = page.url
    page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    page.goto(address + ("" if "?" in address else "?reset"))
    picture = page.locator(".glm-stored").get_by_role("img")
    picture.wait_for(timeout=60_000)
    page.wait_for_timeout(1500)
    assert picture.is_visible()
    assert picture.get_attribute("alt").startswith("One point between 0 and 10. x is 3")
    assert page.get_by_text("model not found").count() == 0 or (
        page.get_by_text("model not found").is_hidden()
    )
    notebook.close()


def test_the_gate_holds_a_lab_until_a_choice(open_notebook):
    page = open_notebook(
        SMALL,
        """
from glmlib.course import predict
predict("Where?", ["left", "right"], answer="left", lab=lab)""",
    )
    asked = page.locator(".glm-predict")
    asked.get_by_role("button", name="Lock in").wait_for()
    page.wait_for_function("document.querySelector('.glm-instrument input').disabled")
    assert page.get_by_role("button", name="far").is_disabled()
    assert page.get_by_role("button", name="Full screen").is_enabled()
    asked.get_by_role("button", name="Skip").click()
    page.wait_for_function("!document.querySelector('.glm-instrument input').disabled")
    page.get_by_role("button", name="far").click()
    wait_for(page, "x is 10")


# ---- for everybody


def test_axe_finds_nothing(saved, axe):
    for name, theme in (("exposure", "light"), ("separation", "dark"), ("stability", "dark")):
        page = saved(labs.made(LABS[name]), color_scheme=theme)
        page.wait_for_function("document.querySelector('.glm-instrument').dataset.known > 0")
        page.get_by_role("button", name="Show data").click()
        page.evaluate(axe)
        found = page.evaluate("axe.run('.glm-instrument')")
        assert len(found["passes"]) > 10
        assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]] == []


def test_full_screen_shows_the_lab_alone_and_large_below_its_question(saved):
    page = saved(labs.made(LABS["exposure"]), viewport={"width": 1280, "height": 720})
    question = page.get_by_text("does the big city have more risk, or more people?")
    size = "parseFloat(getComputedStyle(document.querySelector('.status')).fontSize)"
    before = page.evaluate(size)
    assert question.is_hidden()
    page.get_by_role("button", name="Full screen").click()
    question.wait_for()
    assert page.evaluate(size) > before
    page.wait_for_function(
        "document.querySelector('.glm-instrument').scrollHeight <= innerHeight + 1"
    )
    page.get_by_role("button", name="Full screen").click()
    question.wait_for(state="hidden")


CUT = """() => [...document.querySelectorAll('.panel > svg')].flatMap(svg => {
    const box = svg.getBoundingClientRect();
    return [...svg.querySelectorAll('text')].filter(node => node.textContent)
        .filter(node => { const { left, right, top, bottom } = node.getBoundingClientRect();
            return left < box.left - 1 || right > box.right + 1 || top < box.top - 1
                || bottom > box.bottom + 1; }).map(node => node.textContent); })"""
SMALL_PARTS = """() => [...document.querySelectorAll('.glm-instrument button, '
    + '.glm-instrument input')].map(node => node.getBoundingClientRect())
    .filter(box => Math.min(box.width, box.height) < 24).length"""


@pytest.mark.parametrize("name", LABS)
def test_nothing_is_cut_on_a_phone_on_half_a_screen_and_on_a_projector(name, saved):
    page = saved(labs.made(LABS[name]))
    for width in (360, 640, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 720})
        page.wait_for_timeout(200)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(CUT) == [], width
        assert page.evaluate(SMALL_PARTS) == 0
        if width >= 1280:  # controls, picture and sentence at once, below the page's title
            assert page.evaluate("document.documentElement.scrollHeight") <= 720 + 40
