"""The labs of the one engine in a real browser: in a saved page, and in JupyterLab.

Every control is moved through its whole range. At each stop the sentence and the drawn
coordinates must be those that Python computes for the state; where a value stands on an axis
is asked of Matplotlib, which knows nothing of `panels.py`.
"""

import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import labs
from glmlib.course.labs import engine
from glmlib.course.labs.engine import Frame, Lab, Panel, dots, integers
from moves import MOVE, READ, Paper, compare, numbers_of, walk
from walks import kernel_says, run

LABS = labs.found()
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
MOST, EACH, LESSON = 200, 1000, 2000  # kB that most tables, each, those of a lesson may have


@cache
def made(name):
    """The lab of that name, once: what it has computed serves all tests."""
    return labs.made(LABS[name])


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A function: name of a lab, or a lab -> its saved page, each written once."""
    folder = tmp_path_factory.mktemp("pages")

    def write(lab):
        name = lab if isinstance(lab, str) else lab.model_id
        return (made(lab).reset() if name == lab else lab).to_html(folder / f"{name}.html")

    return cache(write)


@pytest.fixture
def saved(chromium, written):
    """A function: name of a lab -> its saved page, opened with the network refused."""
    pages = []

    def open_(name, **how):
        context = chromium.new_context(offline=True, **how)
        page = context.new_page()
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.goto(written(name).as_uri())
        pages.append(context)
        return page

    yield open_
    for context in pages:
        context.close()


@pytest.mark.parametrize("name", LABS)
def test_a_saved_page_shows_what_python_computes(name, saved):
    page = saved(name, viewport={"width": 1280, "height": 720})
    lab = made(name)
    page.wait_for_function("document.querySelector('.glm-instrument').dataset.known > 0")
    walk(page, lab, lab.stops(), most=15)
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


def test_a_pinned_run_goes_along_beside_the_other(saved):
    lab = labs.made(LABS["fit_lab"])
    page = saved(lab)
    page.wait_for_function("document.querySelector('.glm-instrument').dataset.known > 0")
    rate, steps, _ = lab.stops()
    page.get_by_role("button", name="Pin", exact=True).click()
    one = lab.learning_rate
    other = rate.values.index(one) - 6
    page.evaluate(MOVE, [1, steps.values.index(20)])
    panels = page.evaluate(READ)["panels"]
    alone = panels[1]["marks"]
    assert alone["curve"] == alone["pinned curve"]  # one rate: the runs are one
    (square,), (ring,) = (numbers_of(re.findall(r"M([-\d.]+) ([-\d.]+)", path))
                          for path in (*alone["here"], *alone["pinned here"]))  # fmt: skip
    assert np.abs(ring - square - [0, 6]).max() < 0.11  # its path begins at the left
    page.evaluate(MOVE, [0, other])
    marks = page.evaluate(READ)["panels"][1]["marks"]
    assert marks["pinned curve"] == alone["curve"] != marks["curve"]
    for k in (40, 5):
        page.evaluate(MOVE, [1, steps.values.index(k)])
        frames = [lab.compute({"learning_rate": r, "iteration": k})
                  for r in (rate.values[other], one)]  # fmt: skip
        assert page.locator(".glm-instrument .then").inner_text() == (
            f"Pinned: {frames[1].status}"
        )
        assert page.evaluate(READ)["said"] == frames[0].status
    seen = page.evaluate(READ)
    exec(seen["code"], {"lab": lab})
    assert lab.pinned == {"learning_rate": one} and lab.status == seen["said"]
    compare(seen, lab, Paper(lab))
    page.get_by_role("button", name="Pin", exact=True).click()
    assert page.locator(".glm-instrument .then").inner_text() == ""
    assert not any(n.startswith("pinned") for p in page.evaluate(READ)["panels"]
                   for n in p["marks"])  # fmt: skip
    assert page.errors == []


def test_a_film_plays_to_the_end_or_in_few_steps(saved):
    lab = Lab(
        title="a film",
        controls=[integers("k", "step", range(40), 10)],
        compute=lambda k: Frame(f"step {k}.", "one", k=k),
        picture=Panel((0, 40), (0, 1), [dots("point", "now")]),
        points=lambda frame: {"point": (frame.k, 0.5)},
        play="k",
    )
    for motion, stride in (("no-preference", 1), ("reduce", 5)):
        page = saved(lab, reduced_motion=motion)
        page.wait_for_function("document.querySelector('.glm-instrument').dataset.known > 0")
        page.get_by_role("button", name="Play").click()
        said = page.evaluate(
            """() => new Promise(done => { const seen = [];
            const status = document.querySelector('.glm-instrument [role=status]');
            const look = () => { if (seen.push(status.textContent) === 2) done(seen); };
            new MutationObserver(look).observe(status, { childList: true }); })"""
        )
        page.get_by_role("button", name="Stop").click()
        one, other = (int(words[5:-1]) for words in said)
        assert other - one == stride and one > 10
        at = status(page)
        page.wait_for_timeout(1100)
        assert status(page) == at
    page.evaluate(MOVE, [0, 38])
    page.get_by_role("button", name="Play").click()
    page.get_by_role("button", name="Play").wait_for()  # it has arrived
    assert status(page) == "step 39."


def test_tables_are_small(written):
    """That of each lab, and those of a lesson together, as text of the page."""
    size = {}
    for name in LABS:
        (table,) = re.findall(r'\}, "([A-Za-z0-9+/=]+)"\);', written(name).read_text("utf-8"))
        size[name] = len(table) / 1000
        print(f"{name} {size[name]:.0f} kB")
    assert max(size.values()) <= EACH
    assert sum(kilobytes <= MOST for kilobytes in size.values()) >= 14
    for path in NOTEBOOKS.glob("*.ipynb"):
        used = [name for name in LABS if f" {name}(" in path.read_text("utf-8")]
        together = sum(map(size.get, used))
        print(f"{path.stem} {together:.0f} kB: {', '.join(used)}")
        assert together <= LESSON


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
    lab = made(name).reset()
    compare(page.evaluate(READ), lab, Paper(lab))
    walk(page, lab, list(lab.controls.values()), most=12)
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
    box.fill("4.4")  # another picture comes before it is entered
    run(page, "lab.set(x=8)")
    wait_for(page, "x is 8, left")
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
    # Notebook 7 takes a key before it gets here, unless the focused element itself objects
    parts = page.locator(".glm-instrument :is(input, button)")
    assert parts.count() == page.locator("[data-lm-suppress-shortcuts]").count() > 5


def test_an_error_is_seen_under_the_picture(open_notebook):
    page = open_notebook(SMALL)
    ready(page)
    page.get_by_role("spinbutton", name="place, number").fill("7")
    page.keyboard.press("Enter")
    wait_for(page, "The lab could not compute this: seven is not allowed")
    assert page.locator(".glm-instrument .figure svg .shape").count() == 1
    page.get_by_role("button", name="Reset", exact=True).click()
    wait_for(page, "x is 3, left")


def test_the_table_is_filled_at_one_request_and_known_states_send_no_message(open_notebook):
    listen = "asked = []\nlab.on_msg(lambda lab, message, buffers: asked.append(message))\n"
    slow = SMALL.replace("    return", "    __import__('time').sleep(0.02)\n    return")
    slow = slow.replace("\nlab\n", f"\n{listen}lab\n")
    page = open_notebook(slow)
    ready(page)
    page.wait_for_function("+document.querySelector('.glm-instrument').dataset.known >= 20")
    kernel_says(page, "print(0 < len(asked) <= 2)", "True")  # of eleven slices
    moves = page.evaluate("""() => {
        const slider = document.querySelector('.glm-instrument input[type=range]');
        const status = document.querySelector('.glm-instrument [role=status]');
        sent.length = 0;
        return [4, 5, 6].map((place) => {
            slider.value = place;
            slider.dispatchEvent(new Event('input'));
            return [status.textContent, sent.length];
        }); }""")
    assert moves == [[f"x is {x}, left.", 0] for x in (4, 5, 6)] and page.errors == []


def test_states_of_the_control_that_a_hand_holds_come_first(chromium):
    code = (Path(engine.__file__).parent / "engine.js").read_text("utf-8")
    code = code.replace("export default { render, revive };", "return around;")
    controls = [{"name": n, "kind": "number", "values": list(range(9))} for n in "ab"]
    page = chromium.new_page()
    nearest = "([code, ...rest]) => Function(code)()(...rest)"
    free = page.evaluate(nearest, [code, controls, {"a": 4, "b": 4}, ""])
    held = page.evaluate(nearest, [code, controls, {"a": 4, "b": 4}, "b"])
    page.close()
    assert free[0] == held[0] == [4, 4] and sorted(free) == sorted(held) and len(free) == 81
    assert sorted(free[1:5]) == [[3, 4], [4, 3], [4, 5], [5, 4]]
    assert sorted(held[:9]) == [[4, b] for b in range(9)]
    assert [4 in state for state in held] == [True] * 17 + [False] * 64


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
    # the kernel's answer to the other widget comes after the next move of a hand
    hold = "(lab._lock.acquire(), time.sleep(1), lab._lock.release())"
    run(page, f"import threading, time; threading.Thread(target=lambda: {hold}).start()")
    page.keyboard.press("ArrowRight")
    wait_for(page, "x is 10, right")
    page.get_by_role("slider", name="place").focus()
    page.keyboard.press("Home")
    wait_for(page, "x is 0, right")
    kernel_says(page, "print(lab.x, lab.status)", "0.0 x is 0, right.")
    wait_for(page, "x is 0, right")


def test_two_views_of_one_lab_agree_and_a_rerun_lets_the_old_lab_go(open_notebook):
    other = SMALL.replace("lab\n", "other\n").replace("lab = ", "other = ")
    page = open_notebook(SMALL, "lab", other)
    ready(page, 3)
    page.get_by_role("slider", name="place").nth(1).focus()
    page.keyboard.press("End")
    page.wait_for_function(
        "() => [...document.querySelectorAll('.glm-instrument [role=status]')]"
        ".map(node => node.textContent.split(',')[0]).join() === 'x is 10,x is 10,x is 3'"
    )
    kernel_says(page, "print(lab.x, other.x)", "10.0 3.0")
    alive = "from ipywidgets.widgets.widget import _instances; print(len(_instances))"
    before = run(page, alive)
    for _ in range(3):
        page.evaluate("() => { jupyterapp.commands.execute('notebook:run-all-cells'); }")
        page.wait_for_function("() => pending.size === 0")
        ready(page, 3)
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


# a path of which a hand sees little at first, however fast the machine is
FIT = """from glmlib.course import fit_lab
from glmlib.course.labs import engine

engine.HURRY = 0.001
lab = fit_lab("poisson", iterations=5000)
lab"""


def test_other_data_make_other_axes_and_a_slow_path_is_shown_as_it_comes(open_notebook):
    page = open_notebook(FIT)
    ready(page)
    lab = labs.made(FIT)
    slow = lab.controls["learning_rate"].values[0]
    page.evaluate(
        """() => { const status = document.querySelector('.glm-instrument [role=status]');
        window.early = false;
        new MutationObserver(() => { early ||= status.textContent.includes('computing'); })
            .observe(status, { childList: true }); }"""
    )
    for label, value in (("iteration", 5000), ("learning rate", slow)):
        page.get_by_role("spinbutton", name=f"{label}, number").fill(repr(value))
        page.keyboard.press("Enter")
    wait_for(page, lab.set(learning_rate=slow, iteration=5000).status)
    assert page.evaluate("early")
    run(page, "lab.pin(learning_rate=1e-5)")
    wait_for(page, f"Pinned: {lab.compute({'learning_rate': 1e-5}).status}")
    page.get_by_text("Other data").click()
    page.get_by_role("group", name="rows").get_by_role(
        "button", name="300", exact=True
    ).click()
    wait_for(page, lab.pin().choose(n=300).status)
    page.locator(".glm-instrument .then", has_text="Pinned").wait_for(state="detached")
    box = page.get_by_label("the mean of the loss, not its sum")
    box.click()
    wait_for(page, lab.choose(mean=True).status)
    assert box.is_checked() and page.evaluate("document.activeElement.type") == "checkbox"
    compare(page.evaluate(READ), lab, Paper(lab))
    page.get_by_role("slider", name="iteration").press("Home")
    wait_for(page, lab.set(iteration=0).status)
    kernel_says(page, "print(lab.status)", lab.status)
    assert page.errors == []


# ---- for everybody


def test_axe_finds_nothing(saved, axe):
    for name, theme in (("exposure", "light"), ("separation", "dark"), ("fit_lab", "dark")):
        page = saved(name, color_scheme=theme)
        page.wait_for_function("document.querySelector('.glm-instrument').dataset.known > 0")
        page.get_by_role("button", name="Show data").click()
        page.evaluate(axe)
        found = page.evaluate("axe.run('.glm-instrument')")
        assert len(found["passes"]) > 10
        assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]] == []


def test_full_screen_shows_the_lab_alone_and_large_below_its_question(saved):
    page = saved("exposure", viewport={"width": 1280, "height": 720})
    words = "Counts or rates: does the big city have more risk, or more people?"
    question = page.locator(".glm-instrument").get_by_text(words)
    assert page.get_by_role("heading", name=words).is_visible()
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


# How high question, controls, picture and sentence are together, and what there is for them.
ROOM = """() => { const root = document.querySelector('.glm-instrument');
    const { top, width } = root.getBoundingClientRect();
    const panel = root.closest('.jp-WindowedPanel-outer');
    return { high: root.querySelector('.status').getBoundingClientRect().bottom - top,
        seen: panel?.clientHeight ?? innerHeight, wide: width / root.parentNode.clientWidth,
        letter: parseFloat(getComputedStyle(root.querySelector('.status')).fontSize),
        cut: [...root.querySelectorAll('input[type=number]')]
            .filter(box => box.scrollWidth > box.clientWidth).length }; }"""


@pytest.mark.parametrize("name", LABS)
def test_nothing_is_cut_on_a_phone_on_half_a_screen_and_on_a_projector(name, saved):
    page = saved(name)
    for width in (360, 640, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 720})
        page.wait_for_timeout(100)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(CUT) == [], width
        assert page.evaluate(SMALL_PARTS) == 0
        room = page.evaluate(ROOM)
        assert room["cut"] == 0 and room["wide"] > 0.99
        if width >= 1280:  # below the page's title
            assert room["high"] <= room["seen"] - 30
    # alone, on a projector of 1280 x 720 at 150 %
    page.set_viewport_size({"width": 853, "height": 480})
    page.get_by_role("button", name="Full screen").click()
    page.wait_for_function("document.fullscreenElement && innerHeight === 480")
    page.wait_for_timeout(100)
    room = page.evaluate(ROOM)
    assert room["high"] <= room["seen"] and room["letter"] >= 15 and page.evaluate(CUT) == []


def test_in_jupyterlab_a_lab_fits_and_grows_with_the_presentation(open_notebook, notebook):
    page = open_notebook(LABS["stability"])  # its panels stand above each other
    ready(page)
    seen = {}
    for what, size in (("laptop", (1280, 720)), ("presentation", (1280, 720)),
                       ("wide", (1920, 1080))):  # fmt: skip
        page.set_viewport_size(dict(zip(("width", "height"), size, strict=True)))
        if what == "presentation":
            page.evaluate(
                "jupyterapp.commands.execute('application:toggle-presentation-mode')"
            )
        page.wait_for_timeout(400)
        seen[what] = room = page.evaluate(ROOM)
        assert room["high"] <= room["seen"] and room["wide"] > 0.99 and room["cut"] == 0
    assert seen["laptop"]["seen"] < 600 < 700 < seen["wide"]["high"]
    assert seen["presentation"]["letter"] > 1.15 * seen["laptop"]["letter"]
    notebook.close()


def test_paper_is_white_and_forced_colours_keep_the_picture(saved):
    page = saved("two_errors", color_scheme="dark")
    colour = "getComputedStyle(document.querySelector('.status')).color"
    light = "rgb(238, 238, 238)"
    assert page.evaluate(colour) == light
    page.emulate_media(media="print")
    assert page.evaluate(colour) != light
    assert page.get_by_role("button", name="Reset", exact=True).is_hidden()
    page.emulate_media(media="screen", forced_colors="active")
    drawn = (
        "name => getComputedStyle(document.querySelector(`[data-name=${name}] path`)).stroke"
    )
    assert page.evaluate(drawn, "estimate") != page.evaluate(drawn, "true")
