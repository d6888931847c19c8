"""The built site: every page in a browser without a network, and every link that it has."""

import html
import json
import re
from collections import Counter
from concurrent.futures import Future
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote

import pytest
from IPython.core.inputtransformer2 import TransformerManager

import glmlib
from browser_plugin import CHROMIUM
from glmlib.course.start import notebooks
from glmlib.site import MARK, alive, build, lite, pages

LESSONS = {path.stem: json.loads(path.read_text("utf-8")) for path in notebooks()}
NUMBERED = [name for name in LESSONS if name[:2].isdigit()]
PAGES = [*LESSONS, "index", "reference", "CONTRIBUTING", "search", "genindex"]
COLOURS = {"02_linear_regression", "index", "reference", "search"}  # they have all there are
MiB = 2**20


def code_cells(lesson):
    return [cell for cell in LESSONS[lesson]["cells"] if cell["cell_type"] == "code"]


def folded(lesson):
    return sum(
        c["metadata"].get("jupyter", {}).get("source_hidden", False)
        for c in code_cells(lesson)
    )


@pytest.fixture(scope="module")
def texts(site):
    """{name of a page: its HTML}."""
    return {path.stem: path.read_text("utf-8") for path in site.glob("*.html")}


@pytest.fixture(scope="module")
def context(chromium):
    context = chromium.new_context(offline=True, viewport={"width": 1440, "height": 800})
    yield context
    context.close()


@pytest.fixture
def visit(site, context):
    """(address) -> the page, whose `faults` are what it says, throws or asks of others."""
    opened = []

    def visit(address):
        page = context.new_page()
        opened.append(page)
        page.faults = []
        page.on("console", lambda message: page.faults.append(message.text))
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.on("requestfailed", lambda request: page.faults.append(request.url))
        page.on(
            "request",
            lambda request: (
                request.url.startswith(("file:", "data:")) or page.faults.append(request.url)
            ),
        )
        page.goto(f"{site.as_uri()}/{address}")
        return page

    yield visit
    for page in opened:
        page.close()


# ---- every page

# A few formulas and words of code are as good as all, for which axe takes a minute.
FEWER = """() => { for (const all of ['.katex', '.highlight pre span', 'dl.py'])
    [...document.querySelectorAll(all)].slice(20).forEach(node =>
        node.replaceWith(node.matches('pre *') ? node.textContent : 'x')); }"""
# All formulas at once, as for the printer; else each is fitted when it comes near the view.
FIT = "document.fonts.ready.then(() => dispatchEvent(new Event('beforeprint')))"
WIDTH = """() => new Promise(done => requestAnimationFrame(() =>
    done(document.documentElement.scrollWidth)))"""
OPEN = """() => [...document.querySelectorAll('article details[open]')].map(fold =>
    fold.textContent).filter(text => !text.startsWith('glmlib/'))"""  # the library, to read
CUT = """() => [...document.querySelectorAll('.katex-display')].filter(node =>
    node.scrollWidth > node.clientWidth + 1).map(node => node.textContent.slice(0, 60))"""


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_at_every_width_and_for_everybody(name, visit, axe):
    page = visit(f"{name}.html")
    for width in (1440, 768, 360):
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate(FIT)
        assert page.evaluate(WIDTH) <= width
        assert page.evaluate(CUT) == []
    assert page.evaluate(OPEN) == []
    if name in LESSONS:
        count = "document.querySelectorAll('.tag_hide-input > details.hide').length"
        assert page.evaluate(count) == folded(name)
        still = (
            "document.querySelectorAll('.glm-live script, .glm-live:not(:has(button))').length"
        )
        assert page.evaluate(still) == 0
    page.evaluate(FEWER)
    # a theme comes at once, and to what is far from the view
    page.add_style_tag(content="* { transition: none !important; }")
    page.add_style_tag(content=".leaf { content-visibility: visible !important; }")
    page.evaluate(axe)
    rules = {} if name in COLOURS else {"color-contrast": {"enabled": False}}
    # axe takes a head of a table that is a formula for an empty one: it reads no MathML
    options = {"preload": False, "resultTypes": ["violations"], "rules": rules}
    for theme in ("light", "dark") if name in COLOURS else ("light",):
        page.emulate_media(color_scheme=theme)
        found = page.evaluate(
            "options => axe.run({exclude: [['th:has(math)']]}, options)", options
        )
        assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]] == []
    assert page.faults == []


# ---- links


def test_every_link_leads_somewhere(site, texts):
    names = {page: set(re.findall(r'\bid="([^"]+)"', text)) for page, text in texts.items()}
    links, elsewhere = Counter(), set()
    for page, text in texts.items():
        for kind, raw in re.findall(r'<\w+ [^>]*?\b(href|src)="([^"]*)"', text):
            link = unquote(html.unescape(raw))
            if re.match(r"https?:|mailto:|data:", link):
                assert kind == "href", (page, link)
                elsewhere.add(link)
                continue
            path, _, name = link.partition("#")
            path = path.partition("?")[0]
            assert not path.startswith("/"), (page, link)
            target = (site / path).resolve() if path else site / f"{page}.html"
            assert target.is_file(), (page, link)
            if name:
                assert name in names[target.stem], (page, link)
            links[bool(name)] += 1
    assert links[True] > 1000 and links[False] > 500
    assert elsewhere, "the lessons cite their sources"


@pytest.mark.parametrize("name", LESSONS)
def test_links_to_headings_of_other_lessons_are_kept(name, texts):
    sources = [
        "".join(c["source"]) for c in LESSONS[name]["cells"] if c["cell_type"] == "markdown"
    ]
    links = Counter(re.findall(r"\]\((\w+)\.ipynb#", "".join(sources)))
    for lesson, count in links.items():
        assert texts[name].count(f'href="{lesson}.html#') >= count
    assert ".ipynb#" not in texts[name]


def test_next_and_previous_lead_through_the_lessons(texts):
    for before, after in zip(NUMBERED, NUMBERED[1:], strict=False):
        assert f'<a class="next-page" href="{after}.html">' in texts[before]
        assert f'<a class="prev-page" href="{before}.html">' in texts[after]


# ---- what is alive


def test_the_first_screen_moves(visit):
    page = visit("index.html")
    page.set_viewport_size({"width": 1280, "height": 720})
    lab = page.locator(".glm-instrument")
    lab.scroll_into_view_if_needed()
    assert lab.locator(".panel svg").first.bounding_box()["y"] < 720
    before = lab.locator(".status").text_content()
    lab.get_by_role("slider", name="learning rate").press("ArrowRight")
    page.wait_for_function(
        "before => document.querySelector('.status').textContent !== before", arg=before
    )
    assert page.faults == []


def test_a_prediction_a_derivation_and_a_theme_answer_to_the_keyboard(visit):
    page = visit("02_linear_regression.html")
    gate = page.locator(".glm-gate").first
    gate.get_by_role("radio").first.press("Space")
    gate.get_by_role("button", name="Lock in").press("Enter")
    assert len(gate.get_by_role("status").text_content()) > 20
    steps = page.locator(".glm-steps").first
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    before = steps.get_by_role("status").text_content()
    steps.get_by_role("button", name="Next").press("Enter")
    assert steps.get_by_role("status").text_content() != before
    assert steps.locator(".katex").count() > 5
    assert "$" not in steps.text_content()
    look = "getComputedStyle(document.querySelector('.glm-live')).colorScheme"
    page.evaluate("document.body.dataset.theme = 'dark'")
    assert page.evaluate(look) == "dark"
    assert page.faults == []


# Where the focus is: whether a ring shows it, whether it is on the screen, and what it is.
# Where a section is laid out only now, frames pass before the page is scrolled to it: on a
# slow machine a link was not there after 30 of them, once.
STOP = """async selector => {
  const node = document.activeElement, style = getComputedStyle(node);
  const seen = () => { const { left, top, right, bottom } = node.getBoundingClientRect();
    return bottom > 0 && top < innerHeight && right > 0 && left < innerWidth; };
  for (const late = performance.now() + 3000; performance.now() < late && !seen();)
    await new Promise(requestAnimationFrame);
  return { what: node.outerHTML.slice(0, 120), here: node.matches(selector), seen: seen(),
    ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1 };
}"""


@pytest.mark.flaky(reruns=1)
def test_a_lesson_is_walked_by_keys_alone_and_heard(site, chromium):
    """With the tree that a screen reader gets: a browser builds all of it only if asked."""
    browser = chromium.browser_type.launch(
        executable_path=CHROMIUM, args=["--no-sandbox", "--force-renderer-accessibility"]
    )
    page = browser.new_page(
        viewport={"width": 1280, "height": 800}, reduced_motion="reduce", offline=True
    )
    page.goto(f"{site.as_uri()}/04_logistic_regression.html")
    stops = []

    def tab(selector):
        for _ in range(100):
            page.keyboard.press("Tab")
            stop = page.evaluate(STOP, selector)
            assert stop["ring"] and stop["seen"], stop
            stops.append(stop["what"])
            if stop["here"]:
                return page.evaluate_handle("document.activeElement").as_element()
        raise AssertionError(f"Tab does not lead to {selector}")

    tab(".sidebar-search")
    stops.clear()
    page.reload()
    page.wait_for_selector(".glm-live button", state="attached")
    tree = page.context.new_cdp_session(page)
    root = tree.send("DOM.getDocument", {"depth": 0})["root"]["nodeId"]

    def heard(**what):
        """(name, value, properties) of what is told of a role."""
        found = tree.send("Accessibility.queryAXTree", {"nodeId": root, **what})["nodes"]
        return [
            (one["name"]["value"], one.get("value", {}).get("value"),
             {p["name"]: p["value"].get("value") for p in one["properties"]})
            for one in found if not one["ignored"]
        ]  # fmt: skip

    levels = [about["level"] for _, _, about in heard(role="heading")]
    assert levels.count(1) == 1 and len(levels) > 40
    assert all(below - above <= 1 for above, below in zip(levels, levels[1:], strict=False))

    tab("a[href='#furo-main-content']")
    page.keyboard.press("Enter")
    tab("article *")  # at once
    assert len(stops) == 2
    tab("article a[href='#derive-the-model-line-by-line']")
    page.keyboard.press("Enter")
    tab("#derive-the-model-line-by-line *")
    tab("#walk-the-derivation summary")
    page.keyboard.press("Enter")
    tab(".glm-steps button")  # Next, since there is no line before the first
    page.keyboard.press("Enter")
    said = page.locator(".glm-steps [role=status]").first
    assert said.inner_text().startswith("Line 2 of ")

    tab(".glm-gate input[type=radio]")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    tab(".glm-gate button")  # Lock in
    slider = page.locator(".glm-instrument input[type=range]").first
    assert slider.is_disabled()
    page.keyboard.press("Enter")
    assert len(page.locator(".glm-gate [role=status]").first.inner_text()) > 20
    tab(".glm-gate input[type=radio]")
    page.keyboard.press("Space")
    tab(".glm-gate button")
    page.keyboard.press("Enter")
    tab(".glm-instrument input[type=range]")
    before = page.locator(".glm-instrument .status").first.inner_text()
    (rate, place, about), *_ = heard(role="slider")
    assert rate == "learning rate" and about["valuemin"] <= place < about["valuemax"]
    page.keyboard.press("ArrowRight")
    assert heard(role="slider")[0][1] == place + 1
    _, value, about = heard(role="spinbutton", accessibleName="learning rate, number")[0]
    assert about["valuemin"] < value < about["valuemax"]
    assert slider.get_attribute("aria-valuetext") in page.locator(".status").first.inner_text()
    status = page.locator(".glm-instrument .status").first.inner_text()
    assert status != before
    assert {about["live"] for _, _, about in heard(role="status")} == {"polite"}
    (picture,) = [name for name, *_ in heard(role="image") if status in name]
    assert picture.startswith("Scatterplot")

    tab("#do-the-exercises summary")
    page.keyboard.press("Enter")
    tab("a.next-page")
    nodes = tree.send("Accessibility.getFullAXTree")["nodes"]
    focusable = [one for one in nodes if not one["ignored"] and any(
        p["name"] == "focusable" for p in one.get("properties", ()))]  # fmt: skip
    nameless = {one["role"]["value"] for one in focusable if not one["name"]["value"]}
    # a paragraph is a question, to which the lab that waits for it leads; it is its own text
    assert len(focusable) > 200 and nameless == {"paragraph"}
    page.keyboard.press("Enter")
    page.wait_for_url("**/05_reading_a_logistic_model.html")
    browser.close()


def test_the_search_finds_a_lesson(visit):
    page = visit("search.html?q=overdispersion")
    page.locator("#search-results a").first.wait_for()
    found = page.locator("#search-results a").evaluate_all("all => all.map(a => a.href)")
    assert any("08_which_distribution.html" in link for link in found)
    assert page.faults == []


def test_a_link_into_a_fold_opens_it(visit):
    page = visit("02_linear_regression.html#keep-the-digits")
    assert page.locator("#keep-the-digits > details.deeper").get_attribute("open") is not None


# ---- what is folded, and what there is


@pytest.mark.parametrize("name", LESSONS)
def test_formulas_are_set_and_solutions_folded(name, texts):
    text = texts[name]
    assert "katex-error" not in text and not re.search(
        r"\$\\|\\\(",
        re.sub(r"<annotation.*?</annotation>|<pre>.*?</pre>", "", text, flags=re.S),
    )
    solutions = sum("solution" in c["metadata"].get("tags", []) for c in code_cells(name))
    closed = (
        r'tag_solution tag_hide-input[^>]*>\s*<details class="admonition hide above-input">'
    )
    assert len(re.findall(closed, text)) == solutions


def test_the_reference_has_every_public_name(texts):
    for name in glmlib.__all__:
        assert f'id="glmlib.{name}"' in texts["reference"], name


def once(path):
    """The lesson as it is committed, without what shows a picture a second time."""
    lesson = json.loads(path.read_text("utf-8"))
    for cell in lesson["cells"]:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "<img " in "".join(data.get("text/html", "")):
                data.pop("image/png", None)
    return lesson


def test_each_lesson_can_be_taken_away(site, texts):
    for path in notebooks():
        copy = site / "notebooks" / path.name
        assert json.loads(copy.read_text("utf-8")) == once(path)
        assert f'href="notebooks/{path.name}" download' in texts[path.stem]
        assert "colab" not in texts[path.stem]


def test_the_line_to_paste_is_that_of_the_readme():
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    assert pages.LINE.format("notebooks", "00_start_here.ipynb") in readme.splitlines()


def test_an_address_brings_colab_binder_and_a_first_cell_that_installs(monkeypatch):
    monkeypatch.setenv("GLMLIB_REPOSITORY", "https://github.com/someone/course.git")
    shown = pages.how_to_run("04_logistic_regression.ipynb")
    links = re.findall('href="(https:[^"]+)"', shown)
    assert links == [
        "https://colab.research.google.com/github/someone/course/blob/gh-pages/notebooks/"
        "04_logistic_regression.ipynb",
        "https://mybinder.org/v2/gh/someone/course/HEAD?labpath=notebooks%2F"
        "04_logistic_regression.ipynb",
    ]
    assert "git clone https://github.com/someone/course &amp;&amp; cd course" in shown
    first, *others = pages.for_elsewhere(LESSONS["00_start_here"])["cells"]
    assert others == LESSONS["00_start_here"]["cells"]
    ran = []
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    code = TransformerManager().transform_cell(first["source"])
    exec(
        code, {"get_ipython": lambda: SimpleNamespace(run_line_magic=lambda *a: ran.append(a))}
    )
    assert ran == [("pip", "install --quiet git+https://github.com/someone/course")]


def test_jupyterlite_is_offered_where_it_is_beside_the_pages(monkeypatch):
    monkeypatch.setenv("GLMLIB_REPOSITORY", "")
    name = "04_logistic_regression.ipynb"
    assert "JupyterLite" not in pages.how_to_run(name)
    assert f'href="lite/notebooks/index.html?path={name}"' in pages.how_to_run(name, lite=True)
    assert "JupyterLite" not in pages.how_to_run("for_teachers.ipynb", lite=True)


def test_jupyterlite_has_the_lessons_and_the_front_end_that_is_installed(
    tmp_path, monkeypatch
):
    ran, made = [], {}

    def run(*command, cwd=None):
        ran.append(command[:2])
        if cwd:
            made.update(
                {p.name: p.read_text("utf-8") for p in cwd.rglob("*.*") if p.is_file()}
            )
            (tmp_path / "static" / "pyodide-lock").mkdir(parents=True)

    monkeypatch.setattr(lite, "run", run)
    lessons = pages.numbered(notebooks())
    lite.write_lite(tmp_path, lessons, "https://elsewhere/py")
    assert ran == [("pip", "wheel"), ("jupyterlite_core", "build")]
    assert {path.name for path in lessons} < set(made)
    lock = json.loads(made["jupyter_lite_config.json"])["PyodideLockAddon"]
    assert lock["specs"] == ["glmlib", *(f"{n}=={version(n)}" for n in lite.WIDGETS)]
    assert lock["pyodide_lock_url"] == "https://elsewhere/py/pyodide-lock.json"
    page = json.loads(made["jupyter-lite.json"])["jupyter-config-data"]
    assert page["litePluginSettings"][lite.KERNEL] == {
        "pyodideUrl": "https://elsewhere/py/pyodide.mjs"
    }


def test_without_its_extra_or_a_clone_jupyterlite_says_what_is_missing(tmp_path, monkeypatch):
    with pytest.raises(ValueError, match=r"pip install .glmlib\[lite\]"):
        lite.run("nobody_has_this_module")
    monkeypatch.setattr(lite, "run", lambda *command, cwd=None: None)
    with pytest.raises(ValueError, match="no list of packages was made"):
        lite.write_lite(tmp_path, [])
    monkeypatch.setattr(lite, "ROOT", tmp_path)
    with pytest.raises(ValueError, match="from a clone"):
        lite.write_lite(tmp_path, [])


def test_without_an_address_a_notebook_is_as_it_is_committed(monkeypatch):
    monkeypatch.setenv("GLMLIB_REPOSITORY", "")
    assert pages.for_elsewhere(LESSONS["00_start_here"]) is LESSONS["00_start_here"]


def test_it_is_small(site, texts):
    assert sum(path.stat().st_size for path in site.rglob("*") if path.is_file()) < 30 * MiB
    for text in texts.values():
        files = set(re.findall(r'(?:src|href)="(_static/[^"?]+)', text))
        loaded = sum((site / name).stat().st_size for name in files) + len(text.encode())
        assert loaded < 2 * MiB - 300_000  # the fonts of formulas, if a page has all


def test_the_one_style_holds_all_that_the_theme_wrote(site):
    style, theme = (site / "_static" / name for name in ("style.css", "pygments.css"))
    assert 'data-theme="dark"' in theme.read_text() and theme.read_text() in style.read_text()


def test_one_process_builds_a_second_site_of_one_lesson(site, tmp_path):
    folder = build(tmp_path / "site", most=20, paper=False, lessons=["00"])
    shown = (folder / "00_start_here.html").read_text()
    assert "01_three_parts" not in shown  # what is not there is not linked to


def test_a_table_that_cannot_be_made_is_an_error_of_the_build(tmp_path, monkeypatch):
    failed = Future()
    failed.set_exception(ValueError("another picture"))
    monkeypatch.setattr(alive, "write_labs", lambda paths, *_: ({paths[0]: {}}, [failed]))
    monkeypatch.setattr(alive, "write_lab", lambda *_: "<p></p>")
    with pytest.raises(ValueError, match="another picture"):
        build(tmp_path / "site", paper=False, lessons=["00"])


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(ValueError, match="holds something else"):
        build(tmp_path)
    assert not (tmp_path / MARK).exists()
