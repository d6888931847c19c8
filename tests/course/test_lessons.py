"""What holds for the lessons as a course: one finds one's way, and what is said is so."""

import json
import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "notebooks"
LESSONS = sorted(FOLDER.glob("[0-9][0-9]_*.ipynb"))
LIST = "00_start_here.ipynb"


def prose(path):
    """[text of each text cell] of a lesson."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_says_where_one_is_and_what_comes_next(path):
    title, _, head = prose(path)[0].partition("\n")
    assert title.startswith(f"# {path.name[:2]} · ")

    place = LESSONS.index(path)
    around = [LESSONS[k].name for k in (place - 1, place + 1) if 0 <= k < len(LESSONS)]
    links = head.strip().partition("\n\n")[0]
    linked = re.findall(r"\]\(([^)#]*)(?:#Choose-your-route)?\)", links)
    expected = [*around, LIST if path.name != LIST else ""]
    assert sorted(linked) == sorted(expected), links

    (after,) = re.findall(r"(?ms)^\*\*Next:\*\* (.*?)(?:\n\n|\Z)", "\n\n".join(prose(path)))
    if place + 1 < len(LESSONS):
        assert f"]({LESSONS[place + 1].name})" in after


# What was said once and is not so, or is not English: (lesson or "" for all, the words).
TAKEN_BACK = [
    ("", "No program warns"),  # R does
    ("", "no program reports"),
    ("", "is the covariance of the estimates"),  # approximately, many rows, times φ
    ("", "do not get lost, they crawl"),  # from below they overflow
    ("", "never exceed 1/4"),  # it bounces because its gradient is bounded
    ("", "one minimum. Near"),  # that there is one is not certain
    ("", "programme raises"),  # chance did not assign
    ("", "smoking raises"),
    ("", "smoking triples"),
    ("", "corps were unlucky"),
    ("", "as far as these numbers tell, they are Poisson"),
    ("", "it was too close to zero"),  # it answers another question
    ("", "petals are content"),
    ("", "two informations"),
    ("", "a least squares"),
    ("", "shall pass through"),
    ("", "in its own coin"),
    ("", "lost its head"),
    ("03", "listing subtracts"),  # lesson 06 hunts this bug
]


@pytest.mark.parametrize(("lesson", "words"), TAKEN_BACK, ids=lambda value: value or "all")
def test_what_was_taken_back_stays_away(lesson, words):
    for path in LESSONS:
        if path.name.startswith(lesson):
            said = " ".join("\n".join(prose(path)).split())
            assert words.lower() not in said.lower(), path.name


@pytest.mark.parametrize("name", ["risk_ratio", "average_effects"])
def test_lesson_05_needs_no_function_of_an_exercise(name):
    """Used in the cells of its exercise alone: stub, solution and check."""
    cells = json.loads((FOLDER / "05_reading_a_logistic_model.ipynb").read_text("utf-8"))[
        "cells"
    ]
    users = [
        cell["id"]
        for cell in cells
        if re.search(rf"(?<![.\w]){name}\(", "".join(cell["source"]))
    ]
    assert [user for user in users if not user.startswith(("ex2-", "ex3-"))] == []
