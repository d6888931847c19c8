"""Questions for clickers and for learning systems, from the lessons and from the exams.

    python -m glmlib questions --lessons 04 06 --seeds 1 2 3 --moodle quiz.xml --text show.md

The questions with choices are those of the lessons' traps and exits, and with --predictions
those that are asked before a lab is moved, for a room that sees it; those with a number come
from `glmlib.course.exam`, one for each seed. Moodle XML is read by Moodle, and by what reads
its question banks; a wrong choice, or a number that a slip leads to, is answered with what
speaks against it. There is no schema of it: the tests know what Moodle's importer reads.
"""

import ast
import re
from dataclasses import dataclass
from pathlib import Path
from string import ascii_lowercase
from xml.sax.saxutils import escape

from .. import exam, questions
from .lessons import HEADING, chosen, lesson
from .plan import plan

OPTION = re.compile(r'(?ms)^- `"([a-z])"`: (.*?)(?=^- `"|\n\n|\Z)')
# They ask about what stands above them: (lesson, cell of the solution).
CONTINUED = (("05", "ex4-solution"), ("06", "cell-126"), ("08", "trap-solution"))
TOLERANCE = 0.01  # as the exam has it


@dataclass(frozen=True)
class Choice:
    """A question with choices.

    Attributes
    ----------
    id, title : of the exercise.
    text : Markdown, without the options.
    options : {letter: Markdown}.
    right : the letter of the right one.
    reasons : {letter: what is said to who chooses it}.
    """

    id: str
    title: str
    text: str
    options: dict
    right: str
    reasons: dict


def choices(number):
    """The questions with choices of a lesson.

    >>> [(one.title, len(one.options), one.right) for one in choices("06")]
    [('Answer the exit question', 4, 'd')]
    """
    given, found = lesson(number), []
    for exercise in given.exercises.values():
        last = ast.parse(given.source(exercise.solution)).body[-1]
        right = getattr(getattr(last, "value", None), "value", None)
        source = given.source(exercise.text)
        options = {letter: " ".join(text.split()) for letter, text in OPTION.findall(source)}
        if right not in options or (number, exercise.solution) in CONTINUED:
            continue
        text = OPTION.sub("", source[list(HEADING.finditer(source))[-1].end() :]).strip()
        asked = ast.parse(given.source(exercise.check)).body[-1].value.args[0]
        reasons = questions.of(asked.value)[1] if isinstance(asked, ast.Constant) else {}
        found.append(Choice(exercise.id, exercise.title, text, options, right, reasons))
    return found


def predictions(number):
    """What a lesson asks before a lab is moved, as questions with choices.

    >>> one = predictions("06")[0]
    >>> one.title, one.options[one.right]
    ('Predict the plot', 'no dots at all')
    """
    found = []
    for place, one in enumerate(plan(number), 1):
        options = dict(zip(ascii_lowercase, one.options, strict=False))
        right = next(letter for letter, option in options.items() if option == one.answer)
        reasons = dict(zip(options, one.options.values(), strict=True))
        title = f"{number} prediction {place}"
        found.append(Choice(title, one.screen, one.text, options, right, reasons))
    return found


def shown(one):
    """A question as text for a screen or a poll, without its answer."""
    lines = [f"- {letter}: {text}" for letter, text in one.options.items()]
    return "\n".join([f"## {one.id} {one.title}", "", one.text, "", *lines])


def moodle(some, numbers=()):
    """Moodle XML of questions with choices and of questions with a number.

    >>> from glmlib.course import exam
    >>> text = moodle(choices("06"), [exam.question("odds", 1)])
    >>> text.count('type="multichoice"'), text.count('type="numerical"')
    (1, 1)
    """
    parts = [with_choices(one) for one in some]
    parts += [with_number(one, place) for place, one in enumerate(numbers, 1)]
    body = "\n".join(parts)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n{body}\n</quiz>\n'


def with_choices(one):
    answers = "\n".join(
        answer(
            100 if letter == one.right else 0,
            html_of(text),
            one.reasons.get(letter, ""),
            html=True,
        )  # fmt: skip
        for letter, text in one.options.items()
    )
    return (
        f'<question type="multichoice">\n{head(f"{one.id} {one.title}", html_of(one.text))}\n'
        "<single>true</single><shuffleanswers>true</shuffleanswers>"
        f"<answernumbering>abc</answernumbering>\n{answers}\n</question>"
    )


def with_number(one, place):
    answers = [answer(100, repr(one.answer), one.working, near=one.answer)]
    answers += [
        answer(0, repr(value), words, near=value) for words, value in one.slips.items()
    ]
    text = f"<p>{escape(one.text)}</p>"
    return (
        f'<question type="numerical">\n{head(f"{one.lesson} {one.name} {place}", text)}\n'
        + "\n".join(answers)
        + "\n</question>"
    )


def head(name, text):
    return (
        f"<name><text>{escape(name)}</text></name>\n"
        f'<questiontext format="html"><text>{escape(text)}</text></questiontext>\n'
        "<defaultgrade>1</defaultgrade>"
    )


def answer(fraction, text, feedback="", near=None, html=False):
    kind = "html" if html else "moodle_auto_format"
    tolerance = "" if near is None else f"<tolerance>{TOLERANCE * abs(near)!r}</tolerance>"
    return (
        f'<answer fraction="{fraction}" format="{kind}"><text>{escape(text)}</text>{tolerance}'
        f'<feedback format="html"><text>{escape(escape(feedback))}</text></feedback></answer>'
    )


def html_of(markdown):
    """Markdown as HTML, with formulas as learning systems mark them."""
    from nbconvert.filters import markdown2html

    text = markdown2html(markdown)
    text = re.sub(r"\$\$(.+?)\$\$", r"\\[\1\\]", text, flags=re.DOTALL)
    return re.sub(r"\$(.+?)\$", r"\\(\1\\)", text, flags=re.DOTALL)


def arguments(parser):
    """What the command line takes."""
    parser.add_argument("--lessons", nargs="+", metavar="NN", help="such as 04 06; else all")
    parser.add_argument("--predictions", action="store_true",
                        help="those before a lab, too")  # fmt: skip
    parser.add_argument("--seeds", nargs="+", type=int, default=[], metavar="N",
                        help="for each, a question with a number of each lesson")  # fmt: skip
    parser.add_argument("--moodle", metavar="PATH", help="Moodle XML, with the answers")
    parser.add_argument("--text", metavar="PATH", help="the choices as text, without answers")


def command(options):
    """Write the questions; 0."""
    numbers = chosen(options.lessons)
    kinds = (choices, predictions) if options.predictions else (choices,)
    some = [one for number in numbers for kind in kinds for one in kind(number)]
    drawn = [
        exam.question(name, seed)
        for seed in options.seeds
        for name, (number, _) in exam.QUESTIONS.items()
        if number in numbers
    ]
    if options.moodle:
        Path(options.moodle).write_text(moodle(some, drawn), encoding="utf-8")
    if options.text:
        text = "\n\n".join(map(shown, some)) + "\n"
        Path(options.text).write_text(text, encoding="utf-8")
    print(f"{len(some)} questions with choices, {len(drawn)} with a number.")
    return 0
