"""What the pages of the site remember: read, predicted, answered, and where one stopped."""

import shutil
from pathlib import Path

import pytest

import glmlib
from glmlib.course.classroom.lessons import lesson

PAGE = """<!doctype html><html lang="en" data-content_root="{root}"><meta charset="utf-8">
<title>{title}</title><link rel="stylesheet" href="{root}progress.css">
<script defer src="{root}progress.js"></script>
<nav class="sidebar-tree"><a href="{root}index.html">Start</a>
<a href="{root}lessons/04.html">Logistic</a> <a href="{root}lessons/05.html">Reading</a>
<a href="{root}lessons/05.html#exercises">Exercises</a></nav>
<article><section id="top"><h1>{title}<a class="headerlink" href="#top">#</a></h1>{body}
</section></article></html>"""
TALL = '<section id="part-{0}"><h2>Part {0}</h2><p style="height: 1500px"></p></section>'
REFUSE = "Object.defineProperty(window, 'localStorage', { get() { throw new Error('no'); } });"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Three pages; one holds the questions of lesson 04 as they are stored."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "lessons").mkdir()
    for name in ("progress.js", "progress.css"):
        shutil.copy(Path(glmlib.__file__).parent / "site" / name, folder)
    stored = [
        "".join(output["data"]["text/html"])
        for cell in lesson("04").cells
        for output in cell.get("outputs", ())
        if "glm-live" in str(output.get("data", {}).get("text/html", ""))
    ]
    parts = "".join(map(TALL.format, (1, 2, 3)))
    for name, title, body in (
        ("index", "The course", ""),
        ("lessons/04", "Logistic regression", "".join(stored) + parts),
        ("lessons/05", "Reading", parts),
    ):
        page = PAGE.format(root="../" * name.count("/") or "./", title=title, body=body)
        (folder / f"{name}.html").write_text(page, encoding="utf-8")
    return folder.as_uri()


@pytest.fixture
def page(chromium):
    """A browser that has remembered nothing, and whose pages raise nothing."""
    context, errors = chromium.new_context(), []
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert not errors


def marks(page):
    return page.evaluate("""() => [...document.querySelectorAll('.glm-mark')].map(mark =>
        [mark.parentElement.firstChild.textContent, mark.getAttribute('aria-label')])""")


def answer(page):
    """One prediction, one skip, one right answer, one derivation; how many there are."""
    gates = page.locator(".glm-gate")
    gates.nth(0).get_by_role("radio").first.check()
    gates.nth(0).get_by_role("button", name="Lock in").click()
    gates.nth(1).get_by_role("button", name="Skip").click()
    choices = page.locator(".glm-choices").first
    for button in choices.get_by_role("button").all():
        button.click()
        if choices.get_by_role("status").inner_text().startswith("PASS"):
            break
    line = page.locator(".glm-steps input[type=number]").first
    line.fill(line.get_attribute("max"))
    line.press("Enter")
    page.wait_for_function("document.querySelectorAll('[data-done]').length === 3")
    return page.locator(".glm-live").count()


def scroll_to(page, part):
    page.evaluate("id => document.getElementById(id).scrollIntoView()", part)


def test_what_was_read_and_answered_is_marked_and_forgotten_by_one_button(page, site):
    page.goto(f"{site}/index.html")
    assert not page.locator(".glm-progress").count()
    page.goto(f"{site}/lessons/04.html")
    page.locator(".glm-gate").first.get_by_role("button", name="Skip").click()
    page.wait_for_timeout(50)
    assert marks(page) == []  # a skip is no answer
    page.reload()
    said = f"3 of {answer(page)} answered"
    assert marks(page) == [["Logistic", said]]
    page.goto(f"{site}/lessons/05.html")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.locator(".glm-mark").nth(1).wait_for()
    assert marks(page) == [["Logistic", said], ["Reading", "read"]]
    scroll_to(page, "part-2")

    page.goto(f"{site}/index.html")
    assert marks(page) == [["Logistic", said], ["Reading", "read"]]
    page.get_by_role("link", name="Continue where you stopped: Reading: Part 2").click()
    assert page.url == f"{site}/lessons/05.html#part-2"
    page.goto(f"{site}/lessons/04.html")
    assert page.locator("[data-done]").count() == 3  # it is told at the questions, too
    page.goto(f"{site}/index.html")
    assert page.get_by_role("link", name="Continue where you stopped: Logistic").count() == 1

    page.get_by_role("button", name="Forget").click()
    assert "Nothing is kept" in page.locator(".glm-progress").inner_text()
    assert page.evaluate("localStorage.length") == 0 and marks(page) == []
    page.reload()
    assert not page.locator(".glm-progress").count()


@pytest.mark.parametrize("start", [REFUSE, "localStorage[`glmlib progress ${root}`] = '{';"])
def test_a_browser_that_keeps_nothing_marks_this_page_alone(page, site, start):
    page.add_init_script(f"const root = new URL('{site}/').pathname; {start}")
    page.goto(f"{site}/lessons/04.html")
    said = f"3 of {answer(page)} answered"
    scroll_to(page, "part-3")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.locator("[aria-label^=read]").wait_for()
    assert marks(page) == [["Logistic", f"read, {said}"]]
    page.goto(f"{site}/index.html")
    assert marks(page) == []
