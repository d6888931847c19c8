"""Questions for clickers and learning systems, and the plan of a lecture."""

import html
import re
import xml.etree.ElementTree as ET

import pytest

from glmlib.__main__ import main
from glmlib.course import exam
from glmlib.course.classroom.lessons import HEADING, chosen, lesson
from glmlib.course.classroom.plan import page, plan
from glmlib.course.classroom.questions import choices, html_of, moodle, predictions, shown


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
    some = [*choices("07"), *predictions("07")]
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
            said = [
                html.unescape(a.findtext("feedback/text")) for a in question.iter("answer")
            ]
            assert said == [one.reasons.get(letter, "") for letter in one.options]
            assert all(words or letter == one.right
                       for letter, words in zip(one.options, said, strict=True))  # fmt: skip
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


# Moodle XML has no schema. This is what Moodle's importer reads of the two types, from its
# `question/format/xml/format.php`: the children in their order, and what a text may be.
CHILDREN = {
    "quiz": "(question )+",
    "question multichoice": "name questiontext defaultgrade single shuffleanswers "
    "answernumbering (answer ){2,}",
    "question numerical": "name questiontext defaultgrade (answer )+",
    "answer multichoice": "text feedback ",
    "answer numerical": "text tolerance feedback ",
    **dict.fromkeys(("name", "questiontext", "feedback"), "text "),
}
NUMBER = r"-?\d+(\.\d+)?(e-?\d+)?"
FORMAT = ("format", "html|moodle_auto_format|plain_text|markdown")
ATTRIBUTES = {
    "question": {"type": "multichoice|numerical"},
    "answer": {"fraction": "100|0", **dict([FORMAT])},
    **dict.fromkeys(("questiontext", "feedback"), dict([FORMAT])),
}
TEXTS = {
    **dict.fromkeys(("single", "shuffleanswers"), "true|false"),
    **dict.fromkeys(("defaultgrade", "tolerance"), NUMBER),
    "answernumbering": "abc|ABCD|123|iii|IIII|none",
}


def faults(element, kind=""):
    """What the importer would not read, or read as something else."""
    kind, name = element.get("type", kind), element.tag
    model = CHILDREN.get(f"{name} {kind}") or CHILDREN.get(name, "")
    children = "".join(f"{child.tag} " for child in element)
    if not re.fullmatch(model, children):
        yield f"{name} holds {children}"
    allowed = ATTRIBUTES.get(name, {})
    if element.keys() - allowed.keys():
        yield f"{name} has {element.keys()}"
    for attribute, values in allowed.items():
        if not re.fullmatch(values, element.get(attribute, "")):
            yield f"{name} has {attribute}={element.get(attribute)}"
    if name in TEXTS and not re.fullmatch(TEXTS[name], element.text):
        yield f"{name} is {element.text}"
    if model and (element.text or "").strip():
        yield f"{name} says {element.text}"
    if element.get("format") == "html":
        try:
            ET.fromstring(f"<div>{element.findtext('text')}</div>")
        except ET.ParseError as error:
            yield f"{name} has HTML that is not closed: {error}"
    for child in element:
        yield from faults(child, kind)


def test_moodle_reads_all_of_it():
    drawn = [exam.question(name, 1) for name in exam.QUESTIONS]
    some = [
        one for kind in (choices, predictions) for number in chosen() for one in kind(number)
    ]
    text = moodle(some, drawn)
    assert list(faults(ET.fromstring(text.encode()))) == []
    for old, new in (
        ("<name><text>", "<name>the <text>"),
        ('fraction="100"', 'fraction="1"'),
        ("<tolerance>", "<tolerance>±"),
        ("<single>true</single>", ""),
        ("&lt;/p&gt;", ""),
        ('type="numerical"', 'type="number"'),
    ):
        assert list(faults(ET.fromstring(text.replace(old, new).encode()))) != [], old


def test_formulas_are_those_of_a_learning_system():
    assert html_of("The mean $\\mu$.") == "<p>The mean \\(\\mu\\).</p>\n"


def test_the_command(tmp_path, capsys):
    options = ["--moodle", f"{tmp_path / 'quiz.xml'}", "--text", f"{tmp_path / 'show.md'}"]
    assert main(["questions", "--lessons", "06", "--seeds", "1", "2", *options]) == 0
    assert capsys.readouterr().out == "1 questions with choices, 2 with a number.\n"
    assert len(ET.parse(tmp_path / "quiz.xml").getroot()) == 3
    assert (tmp_path / "show.md").read_text(encoding="utf-8").startswith("## 06.")
    assert main(["questions", "--lessons", "06", "--predictions", *options]) == 0
    text = (tmp_path / "show.md").read_text(encoding="utf-8")
    assert text.count("## 06 prediction ") == len(plan("06")) and "✓" not in text


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
        assert one.answer in one.options and f"✓ **{one.answer}**" in page(number)
        assert all(len(belief.split()) >= 6 for belief in one.options.values())
        for move in one.moves:
            names = [part.partition("=")[0] for part in move.split(", ")]
            assert all(f"{name.replace('_', '')}=" in written for name in names)


def test_a_plan_on_a_page(tmp_path):
    text = page("06")
    assert text.startswith("# 06 · ") and text.count("**Ask:** ") == len(plan("06"))
    assert "**Then move:** `way='ignored', risk=2.0`, then `way='offset'`." in text
    assert text.count("- ✓ ") == len(plan("06"))
    assert main(["plan", "--lessons", "06", "--text", f"{tmp_path / 'plan.md'}"]) == 0
    assert (tmp_path / "plan.md").read_text(encoding="utf-8") == text


def test_a_number_that_is_computed_is_told():
    assert any("The limit is 0.00" in one.text for one in plan("03"))
