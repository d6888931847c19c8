"""Links between the lessons, and the teacher's page: every target exists."""

import json
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest

import glmlib
from glmlib.course import checks
from glmlib.course.classroom import lessons
from glmlib.course.classroom.handout import handout, solved
from glmlib.course.classroom.judge import last_value

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
TEACHERS = ROOT / "notebooks" / "for_teachers.ipynb"
# What the article holds: each has a row in the teacher's table.
ARTICLE = (
    "assumptions",
    "random component",
    "exponential family",
    "link",
    "Four steps",
    "special case",
    "closed form",
    "First code block",
    "Logistic regression",
    "derivative of the sigmoid",
    "gradient, in two forms",
    "no closed form",
    "Second code block",
    "Poisson regression",
    "Third code block",
    "In practice",
    "how to fit a GLM in Python",
    "how to fit a GLM",
    "how to build a model",
    "continuous variables",
    "factors",
    "feature engineering",
    "summary statistics",
    "training and test set",
    "build",
    "assess",
    "improve",
    "which distribution",
)
LINK = re.compile(r"\[[^\]]*\]\((?!\w+://)([^)#\s]*)(?:#([^)\s]*))?\)")


def text(path):
    if path.suffix == ".md":
        return path.read_text(encoding="utf-8")
    cells = nbformat.read(path, as_version=4).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def headings(path):
    """What a link behind # may name: JupyterLab writes hyphens for spaces."""
    return {h.strip().replace(" ", "-") for h in re.findall(r"(?m)^#+ (.*)$", text(path))}


def dead(path):
    """The links of a page whose file or heading does not exist."""
    prose = re.sub(r"(?ms)^(```|~~~).*?^\1|`[^`\n]*`|\$\$.*?\$\$|\$[^$\n]*\$", " ", text(path))
    found = []
    for file, anchor in LINK.findall(prose):
        target = path.parent / file if file else path
        if not target.exists() or (
            anchor and target.suffix in (".ipynb", ".md") and anchor not in headings(target)
        ):
            found.append(f"{file}#{anchor}" if anchor else file)
    return found


@pytest.mark.parametrize(
    "path",
    [*NOTEBOOKS, ROOT / "README.md", ROOT / "CONTRIBUTING.md"],
    ids=lambda path: path.stem,
)
def test_every_link_has_a_target(path):
    assert dead(path) == []


def test_a_dead_link_is_found(tmp_path):
    (tmp_path / "there.md").write_text("# One heading\n")
    page = tmp_path / "page.md"
    page.write_text(
        "[a](there.md#One-heading) [b](there.md#Another) [c](nowhere.md) [d](#no)\n"
        "[e](https://example.org) `[f](code.md)`\n"
    )
    assert dead(page) == ["there.md#Another", "nowhere.md", "#no"]


def rows(heading):
    """(first column, links) of the table below a heading of the teacher's page."""
    cell = next(
        c.source
        for c in nbformat.read(TEACHERS, as_version=4).cells
        if c.source.startswith(f"## {heading}")
    )
    lines = [line.strip("| ").split(" | ") for line in cell.splitlines() if line[:1] == "|"]
    return [(first, LINK.findall(rest)) for first, rest in lines[2:]]


@pytest.mark.parametrize("part", ARTICLE)
def test_every_part_of_the_article_is_answered(part):
    links = [links for first, links in rows("Find each part of the article") if part in first]
    assert links and all(anchor for found in links for _, anchor in found)


def test_every_trap_is_shown_where_it_breaks():
    traps = rows("Know the traps")
    assert len(traps) >= 16
    assert all(links and all(anchor for _, anchor in links) for _, links in traps)
    lessons = {file[:2] for _, links in traps for file, _ in links}
    assert lessons >= {"01", "03", "05", "06", "08", "10"}


def test_every_lesson_stands_in_the_tables_with_its_time():
    """README and Start here print the times that the lessons state for themselves."""
    for path in NOTEBOOKS:
        if not path.name[:2].isdigit():
            continue
        time = re.search(r"\*\*Time:\*\* (\d+) minutes", text(path))[1]
        link = rf"\[{path.name[:2]} [^\]]*\]\((?:notebooks/)?{path.name}\) \| {time} min \|"
        assert re.search(link, text(ROOT / "README.md")), f"{path.name}, {time} min in README"
        if path.name[:2] != "00":
            start = text(ROOT / "notebooks" / "00_start_here.ipynb")
            assert re.search(link, start), f"{path.name}, {time} min in 00"


def test_own_data_go_through(tmp_path, monkeypatch):
    """The three cells of the page, put into lesson 04 where the page says, are handed out."""
    page = {cell.id: cell.source for cell in nbformat.read(TEACHERS, as_version=4).cells}
    own = {"say-data": "own-data-table", "say-rubric": "own-data-rubric",
           "say-solution": "own-data-solution"}  # fmt: skip
    (path,) = (path for path in NOTEBOOKS if path.name.startswith("04"))
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["id"] in own:
            cell["source"] = page[own[cell["id"]]]
    (tmp_path / path.name).write_text(json.dumps(notebook), encoding="utf-8")
    monkeypatch.setattr(lessons, "notebooks", lambda: [tmp_path / path.name])
    lessons.lesson.cache_clear()
    try:
        empty = handout("04")
        for copied, status in ((empty, "NOT YET"), (solved(empty, "04"), "PASS")):
            cells = {cell["id"]: cell["source"] for cell in copied["cells"]}
            names = {"np": np, "glmlib": glmlib, "checks": checks}
            for part in ("data", "rubric"):
                exec(cells[f"say-{part}"], names)
            assert last_value(cells["say-stub"], names).status == status
        assert "1.11" not in json.dumps(empty) and "beetles" not in cells["say-data"]
    finally:
        lessons.lesson.cache_clear()
