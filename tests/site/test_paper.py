"""The course on paper: nothing is cut, answers stand at the end, pages are as told."""

import io
import re

import pytest

from glmlib.course.classroom import plan
from glmlib.course.start import notebooks
from glmlib.site import cells, paper

LESSONS = [path for path in notebooks() if path.name[:2].isdigit()]
TWO = [path for path in LESSONS if path.name[:2] in ("00", "11")]
# What ends beyond the text's edge, or is too small to read, at the width of the paper.
CUT = """() => {
  const edge = document.body.getBoundingClientRect();
  const found = [...document.querySelectorAll('pre, code, img, p, li, td, .katex-html *')]
    .filter((node) => !node.closest('svg'))
    .filter((node) => node.getBoundingClientRect().right > edge.right + 1
      || (node.tagName === 'PRE' && node.scrollWidth > node.clientWidth))
    .map((node) => node.outerHTML.slice(0, 200));
  const small = [...document.querySelectorAll('[style*=zoom]')]
    .filter((node) => node.style.zoom < 0.6).map((node) => node.outerHTML.slice(0, 200));
  return [...found, ...small];
}"""


@pytest.fixture(scope="module")
def lessons():
    return [paper.Lesson(path) for path in LESSONS]


def test_no_line_and_no_formula_is_cut_at_the_margin(lessons, chromium, tmp_path):
    page = chromium.new_page(viewport={"width": 794, "height": 1123})  # A4
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.emulate_media(media="print")
    page.goto(paper.prepare(paper.course(lessons), tmp_path, "course").as_uri())
    page.wait_for_selector("html[data-ready]", state="attached")
    assert page.evaluate(CUT) == []
    assert all(url.startswith(("file:", "data:")) for url in asked)
    lost = "() => [...document.querySelectorAll('a[href^=\"#\"]')].map((a) => a.hash.slice(1))"
    lost += ".filter((name) => !document.getElementById(decodeURIComponent(name)))"
    assert page.evaluate(lost) == []
    page.evaluate("() => document.querySelector('pre').style.width = '200mm'")
    assert len(page.evaluate(CUT)) > 0
    page.close()


def test_what_answers_stands_at_the_end(lessons):
    for lesson, path in zip(lessons, LESSONS, strict=True):
        apart = "".join(text for _, _, text in lesson.answers)
        for cell in cells.read(path):
            if "solution" in cell["tags"]:
                assert cells.code(cell["source"]) in apart
                assert cells.code(cell["source"]) not in lesson.body
        assert lesson.body.count('class="fold"') == len(lesson.answers) > 10
        assert "<details><summary>" not in lesson.body


def test_the_answer_of_a_prediction_is_the_one_that_was_computed(lessons):
    answers = [text for _, summary, text in lessons[0].answers if summary == "The answer"]
    assert len(answers) == 1 and answers[0].startswith("<p>jumps farther away. The step")


def test_contents_name_the_pages(chromium, tmp_path):
    pypdf = pytest.importorskip("pypdf")
    reader = pypdf.PdfReader(paper.write_pdf(TWO, tmp_path / "course.pdf"))
    texts = [page.extract_text() for page in reader.pages]
    before = next(k for k, text in enumerate(texts) if "You will check your set-up" in text)
    assert before <= 3
    told = re.findall(r"^(.*\S)\s+(\d+)$", "\n".join(texts[:before]), re.M)
    assert len(told) > 20
    for title, number in told:
        assert title in re.sub(r"\s+", " ", texts[before + int(number) - 1])
    for text, number in zip(texts[before:], range(1, 100), strict=False):
        assert re.search(rf"^{number} *$", text, re.M)
    assert reader.outline[-1].title == paper.END[2]
    links = [one for page in reader.pages[:before] for one in page.get("/Annots", ())]
    links = [one.get_object() for one in links]
    assert len(links) == len(told)
    assert all("/Dest" in link and "/A" not in link for link in links)
    assert len(texts) - before < 2 * 20


def test_the_plan_of_a_lecture_is_one_page_for_each_lesson(chromium):
    pypdf = pytest.importorskip("pypdf")
    numbers = [path.name[:2] for path in LESSONS]
    page = chromium.new_page()
    page.set_content(plan.sheets(numbers))
    for paper_of in ("A4", "Letter"):
        reader = pypdf.PdfReader(io.BytesIO(page.pdf(format=paper_of)))
        assert [text.extract_text()[:2] for text in reader.pages] == numbers, paper_of
    page.close()


def test_where_chromium_is_missing_it_is_said(monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CHROMIUM", raising=False)
    with pytest.raises(FileNotFoundError, match="printed by Chromium, which is not here"):
        paper.chromium()
