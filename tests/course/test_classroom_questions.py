"""Questions for clickers and learning systems, and the plan of a lecture."""

import ast
import html
import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest

from glmlib.course import exam
from glmlib.course.classroom.lessons import HEADING, chosen, lesson
from glmlib.course.classroom.plan import page, plan, words
from glmlib.course.classroom.questions import choices, html_of, moodle, shown


@pytest.mark.parametrize("number", chosen())
def test_a_question_stands_by_itself_and_tells_nothing(number):
    for one in choices(number):
        given = lesson(number).exercises[one.id]
        assert len(one.options) >= 4 and one.right in one.options
        assert repr(one.right) in lesson(number).source(given.solution).replace('"', "'")
        assert "#" not in one.text and len(one.text) > 60
        text = shown(one)
        assert all(f"- {letter}: " in text for letter in one.options)
        assert text.count(f" {one.right}: ") == 1 and "✓" not in text


def test_moodle_gets_one_right_answer_and_hears_of_each_slip():
    drawn = [exam.question(name, seed) for name in exam.QUESTIONS for seed in (1, 2)]
    some = choices("07")
    quiz = ET.fromstring(moodle(some, drawn).encode())
    assert len(quiz) == len(some) + len(drawn)
    names = [question.findtext("name/text") for question in quiz]
    assert len(set(names)) == len(names)
    for one, question in zip([*some, *drawn], quiz, strict=True):
        right = [a for a in question.findall("answer") if a.get("fraction") == "100"]
        assert len(right) == 1
        text = right[0].findtext("text")
        if one in some:
            assert question.get("type") == "multichoice"
            assert text == html_of(one.options[one.right])
            continue
        assert question.get("type") == "numerical" and float(text) == one.answer
        slips = {
            html.unescape(a.findtext("feedback/text")): float(a.findtext("text"))
            for a in question.findall("answer")
            if a.get("fraction") == "0"
        }
        assert slips == one.slips
        for a in question.findall("answer"):
            value, near = float(a.findtext("text")), float(a.findtext("tolerance"))
            assert near == pytest.approx(0.01 * abs(value))
            assert one.check(value + 0.9 * near).passed == (a is right[0])


def test_formulas_are_those_of_a_learning_system():
    assert html_of("The mean $\\mu$.") == "<p>The mean \\(\\mu\\).</p>\n"


def test_the_command(tmp_path):
    command = [
        sys.executable,
        "-m",
        "glmlib",
        "questions",
        "--lessons",
        "06",
        "--seeds",
        "1",
        "2",
    ]
    options = ["--moodle", tmp_path / "quiz.xml", "--text", tmp_path / "show.md"]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=True)
    assert done.stdout == "1 questions with choices, 2 with a number.\n"
    assert len(ET.parse(tmp_path / "quiz.xml").getroot()) == 3
    assert (tmp_path / "show.md").read_text(encoding="utf-8").startswith("## 06.")


# ---- the plan of a lecture


@pytest.mark.parametrize("number", chosen())
def test_a_plan_has_every_prediction_of_its_lesson(number):
    sources = [c["source"] for c in lesson(number).cells if c["cell_type"] == "code"]
    asked = [source for source in sources if re.search(r"(?m)^(\w+ = )?predict\(", source)]
    questions = plan(number)
    assert len(questions) == len(asked) > 0
    headings = {h for c in lesson(number).cells for h in HEADING.findall(c["source"])}
    minutes = [one.minute for one in questions]
    assert minutes == sorted(minutes) and 0 < minutes[0] <= minutes[-1] <= 45
    written = "".join(sources).replace("_", "")
    for one in questions:
        assert one.screen in headings and len(one.options) >= 2
        assert all(len(belief.split()) >= 6 for belief in one.options.values())
        for move in one.moves:
            names = [part.partition("=")[0] for part in move.split(", ")]
            assert all(f"{name.replace('_', '')}=" in written for name in names)


def test_a_plan_on_a_page(tmp_path):
    text = page("06")
    assert text.startswith("# 06 · ") and text.count("**Ask:** ") == len(plan("06"))
    moved = "`way='ignored', risk=2.0`, `way='offset'`"
    assert f"**Then move:** {moved}." in text
    command = [sys.executable, "-m", "glmlib", "plan", "--lessons", "06", "--text"]
    subprocess.run([*command, tmp_path / "plan.md"], check=True)
    assert (tmp_path / "plan.md").read_text(encoding="utf-8") == text


def test_a_number_that_is_computed_stays_open():
    node = ast.parse('f"about {x:.2f} or" " more"').body[0].value
    assert words(node) == "about … or more"
