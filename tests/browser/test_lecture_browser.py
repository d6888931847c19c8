"""A copy that `start` made, in a JupyterLab with its settings for a lecture."""

import json
import re
from pathlib import Path

import pytest

from glmlib.course import progress
from glmlib.course.classroom.lessons import lesson
from glmlib.course.start import LECTURE, copy_lessons
from lab_server import served

ROOT = Path(__file__).parents[2]
LESSON = lesson("04")
BARS = ["#jp-top-panel", "#jp-menu-panel", "#jp-bottom-panel", "#jp-left-stack", ".jp-SideBar",
        ".lm-DockPanel-tabBar", ".jp-NotebookPanel-toolbar", ".Toastify__toast"]  # fmt: skip
AREAS = """bars => bars.flatMap(bar => [...document.querySelectorAll(bar)].map(node =>
    [bar, node.getBoundingClientRect().width * node.getBoundingClientRect().height]))"""
LETTERS = "name => getComputedStyle(document.querySelector(name)).fontSize"


@pytest.mark.parametrize("name", ["README.md", "notebooks/00_start_here.ipynb"])
def test_the_way_there_is_told(name):
    assert re.search(rf"jupyter lab .*--config \S*{LECTURE}", (ROOT / name).read_text("utf-8"))


def code(source):
    cell = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
    return cell | {"source": source}


def test_a_lecture_shows_the_lesson_alone_and_remembers_what_passes(chromium, tmp_path):
    course = tmp_path / "notebooks"
    copy_lessons(course)
    mine = course / LESSON.path.name
    notebook = json.loads(mine.read_text(encoding="utf-8"))
    exercise = list(LESSON.exercises.values())[-1]
    answer = LESSON.source(exercise.solution)
    notebook["cells"] = [
        notebook["cells"][0],
        code("from glmlib.course import checks"),
        code(f"{answer}\n{LESSON.source(exercise.check)}"),
    ]
    mine.write_text(json.dumps(notebook), encoding="utf-8")

    with served(tmp_path, f"--config={course / LECTURE}") as (address, _):
        page = chromium.new_page(viewport={"width": 1280, "height": 720})
        page.goto(f"{address}/lab/tree/{mine.name}")
        page.wait_for_selector(".jp-MarkdownOutput h1")
        areas = dict(page.evaluate(AREAS, BARS))
        assert len(areas) > 5 and set(areas.values()) == {0}, areas
        box = page.locator(".jp-Notebook").bounding_box()
        assert box["width"] > 1250 and box["height"] > 700, box
        for text in (".jp-MarkdownOutput p", ".jp-CodeCell .cm-content"):
            assert page.evaluate(LETTERS, text) == "20px"

        assert progress(course)[4].passed == 0
        page.evaluate("() => { jupyterapp.commands.execute('notebook:run-all-cells'); }")
        page.get_by_text("PASS ✓").wait_for()
        page.wait_for_function("() => jupyterapp.shell.currentWidget"
                               ".sessionContext.session.kernel.status === 'idle'")  # fmt: skip
        assert progress(course)[4].passed == 1
        page.close()
