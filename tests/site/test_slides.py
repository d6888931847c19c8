"""Slides from the stored lessons: each fits its screen, and each press shows something."""

import json
import re

import pytest

from glmlib.course import Frame, Lab, Panel, dots, integers, live
from glmlib.course.start import notebooks
from glmlib.site import cells, formulas, slides

LESSONS = [path for path in notebooks() if path.name[:2].isdigit()]
LAB = next(path for path in LESSONS if path.name.startswith("04"))
SHORT, MOST = 12, 30  # slides: of 00, which takes 15 minutes, and at most
# All that a press of Space does, to the end: what it showed, and what is then cut.
WALK = """() => {
  const seen = () => {
    const slide = Reveal.getCurrentSlide();
    const parts = [...slide.querySelectorAll('header, div, p, pre, img')].filter((node) => {
      const { width, height } = node.getBoundingClientRect();
      return width && height && node.checkVisibility({ visibilityProperty: true });
    });
    return `${Reveal.getIndices().h} ${parts.length}`;
  };
  const cut = () => {
    const edge = document.querySelector('.reveal').getBoundingClientRect();
    const out = [...Reveal.getCurrentSlide().querySelectorAll('*')].filter((node) => {
      if (node.closest('aside, script, style, svg, .away, .katex-mathml')) return false;
      const { left, right, top, bottom, width, height } = node.getBoundingClientRect();
      return width && height && (left < edge.left - 1 || top < edge.top - 1
        || right > edge.right + 1 || bottom > edge.bottom + 1);
    });
    return out.length ? [`${Reveal.getIndices().h}: ${out[0].outerHTML.slice(0, 200)}`] : [];
  };
  Reveal.slide(0, 0, -1);
  const found = { idle: [], cut: cut(), small: [], slides: Reveal.getTotalSlides() };
  for (let before = seen(); !Reveal.isLastSlide() || Reveal.availableFragments().next;) {
    Reveal.next();
    const now = seen();
    if (now === before) found.idle.push(now);
    before = now;
    found.cut.push(...cut());
  }
  for (const part of document.querySelectorAll('section > div'))
    if (part.style.zoom < 0.45) found.small.push(part.innerText.slice(0, 80));
  return found;
}"""


@pytest.fixture(scope="module")
def deck(tmp_path_factory):
    """The folder of all slides; in one lesson a lab moves."""
    folder = tmp_path_factory.mktemp("any") / "slides"
    lab = Lab(
        title="a square",
        controls=[integers("x", "x", range(5), 2)],
        compute=lambda x: Frame(f"{x} times {x} is {x * x}.", square=x * x),
        picture=Panel((0, 5), (0, 20), [dots("here", "now")]),
        points=lambda frame: {"here": (2, frame.square)},
    )
    slides.write_slides(LESSONS, folder, {LAB: {"lab": lab.script()}})
    return folder


@pytest.fixture(scope="module")
def page(chromium):
    page = chromium.new_page(viewport={"width": 1280, "height": 720})
    page.asked, page.errors = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("requestfailed", lambda request: page.errors.append(request.url))
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    yield page
    page.close()


def show(page, path):
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(path.as_uri())
    page.wait_for_function("() => window.Reveal?.isReady()")


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_each_slide_fits_and_each_press_shows_something(deck, page, path):
    show(page, deck / f"{path.stem}.html")
    for width, height in ((1280, 720), (1920, 1080)):
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("() => Reveal.layout()")
        found = page.evaluate(WALK)
        assert found["cut"] == [] and found["idle"] == [] and found["small"] == []
        assert SHORT <= found["slides"] <= MOST
    assert page.errors == [] and all(url.startswith("file:") for url in page.asked)


def test_a_slide_that_is_too_large_is_found(deck, page):
    show(page, deck / f"{LAB.stem}.html")
    page.evaluate("() => document.querySelector('section > div').style.width = '2000px'")
    assert len(page.evaluate(WALK)["cut"]) > 0
    page.evaluate("() => document.querySelector('.fragment').style.display = 'none'")
    assert len(page.evaluate(WALK)["idle"]) > 0


def test_the_lab_moves_and_its_question_is_alive(deck, page):
    show(page, deck / f"{LAB.stem}.html")
    number = "(name) => [...document.querySelectorAll('.slides > section')].findIndex("
    number += "(slide) => slide.querySelector(name))"
    page.evaluate("(h) => Reveal.slide(h)", page.evaluate(number, ".glm-gate"))
    page.locator("section.present").get_by_role("button", name="Skip").click()
    assert "Skipped" in page.locator("section.present [role=status]").inner_text()
    page.evaluate("(h) => Reveal.slide(h)", page.evaluate(number, ".glm-instrument"))
    here = page.locator("section.present")
    before = here.locator(".status").inner_text()
    here.get_by_role("slider", name="x").press("End")
    assert here.locator(".status").inner_text() != before
    assert page.evaluate("() => Reveal.getCurrentSlide().querySelectorAll('.status').length")
    box = here.locator(".glm-instrument").bounding_box()
    assert box["y"] + box["height"] <= 720


def test_nothing_on_the_slides_answers_what_they_ask(deck):
    asked = 0
    for path in LESSONS:
        text = (deck / f"{path.stem}.html").read_text(encoding="utf-8")
        text = re.sub(r"(?s)<(script|style).*?</\1>", "", text)
        for phrase in ("What you should have seen", "After your prediction", "# The solution"):
            assert phrase not in text
        for cell in cells.read(path):
            for output in cell.get("outputs", []):
                if cells.kind(output) == "gate":
                    data = json.loads(formulas.DATA.search(output["data"]["text/html"])[0])
                    for option, sealed in zip(data["options"], data["sealed"], strict=True):
                        said = live.unsealed(sealed, f"{data['key']} {option}")
                        belief = (
                            said.rpartition("”")[2].partition("so it is.")[2]
                            or said.rpartition("”.")[2]
                        )
                        assert not belief or belief.strip() not in text
                        asked += 1
    assert asked > 50


def test_the_rule_keeps_the_core_path_and_leaves_the_rest():
    headings = [slide.heading for slide in slides.slides(LAB)]
    assert any("Find the limit of the rate" in one for one in headings)
    for away in ("Check what you know", "Make it safe", "Exercise", "Read further"):
        assert not any(away in one for one in headings)
