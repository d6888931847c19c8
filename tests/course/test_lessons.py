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

    after = re.findall(r"(?ms)^\*\*Next:\*\* (.*?)(?:\n\n|\Z)", "\n\n".join(prose(path)))
    assert len(after) == 1, "one paragraph of a lesson begins with **Next:**"
    if place + 1 < len(LESSONS):
        assert f"]({LESSONS[place + 1].name})" in after[0]


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
    ("03", "three planted bugs"),  # the check tries more
    ("10", "also reads what must not be said"),  # no program can tell
    ("", "In a hurry"),  # what can wait is folded
    ("02", "all columns rise together"),  # unemployment and the armed forces do not
    ("05", "grows by half when"),  # 0.60 to 1.00 are two thirds
    ("05", "**Maximum likelihood is biased"),  # in the linear model it is not
    ("05", "more likely too large"),  # the estimates are, from such rows
    ("07", "always begins downhill"),  # under some links it need not
    ("07", "minimum in six steps"),  # its first question asks how many
    ("08", "not look at the margin"),  # the trap below asks just that
    ("10", "No program"),  # what this check, or this table, cannot tell
]


@pytest.mark.parametrize(("lesson", "words"), TAKEN_BACK, ids=lambda value: value or "all")
def test_what_was_taken_back_stays_away(lesson, words):
    for path in LESSONS:
        if path.name.startswith(lesson):
            said = " ".join("\n".join(prose(path)).split())
            assert words.lower() not in said.lower(), path.name


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_no_cell_of_a_lesson_needs_a_learner_s_function(path):
    """What a solution defines is used in its own exercise alone: stub, solution and check."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    assert needed(cells) == []


def needed(cells):
    """[(name, cell)] of the functions of solutions that other cells call."""
    found, sources = [], ["".join(cell["source"]) for cell in cells]
    for place, cell in enumerate(cells):
        if "solution" not in cell["metadata"].get("tags", []):
            continue
        stub = max(k for k in range(place) if cells[k]["cell_type"] == "code")
        check = min(k for k in range(place + 1, len(cells)) if cells[k]["cell_type"] == "code")
        for name in re.findall(r"(?m)^def (\w+)\(", sources[place]):
            own = {stub - 1, stub, place, check}
            found += [
                (name, cells[k]["id"])
                for k in range(len(cells))
                if k not in own
                and cells[k]["cell_type"] == "code"
                and "solution" not in cells[k]["metadata"].get("tags", [])
                and re.search(rf"(?<![\w.\"]){name}\(", re.sub(r'"[^"\n]*"', '""', sources[k]))
                and not re.search(rf"(?m)^def {name}\(", sources[k])
            ]
    return found


def test_a_cell_that_needs_a_learner_s_function_is_found():
    def code(source, *tags):
        return {
            "cell_type": "code", "source": source, "metadata": {"tags": tags}, "id": source
        }  # fmt: skip

    cells = [
        code("def f(x):\n    ..."),
        code("check(f)"),
        code("# The solution.\ndef f(x):\n    return x", "solution"),
        code("check(f)\nf(1)"),
    ]
    assert needed(cells) == []
    assert needed([*cells, code("y = f(2)")]) == [("f", "y = f(2)")]


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_an_iteration_is_not_taken_for_a_coefficient(path):
    """An iterate is β with k in brackets above it; k below β is a coefficient or a level."""
    text = "\n".join(prose(path))
    assert not re.findall(r"\\beta_\{k\s*[+-]", text)
    if path.name[:2] not in (
        "02",
        "10",
    ):  # a sum over coefficients, and the levels of a factor
        assert not re.findall(r"\\beta_k", text)
