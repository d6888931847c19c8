"""Every exercise: its check passes right answers and names the mistake in wrong ones.

The lessons register their exercises in `tests/exercises/lesson_NN.py`. The notebooks run
elsewhere; here they are read, so that the solution a learner unfolds is the one tested.
"""

import ast
import dataclasses
import inspect
import re
import sys
import textwrap
from functools import cache
from pathlib import Path

import nbformat
import pytest

import exercises
from exercises import KINDS, LESSONS, notebook
from glmlib.course import checks

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
in_each_lesson = pytest.mark.parametrize("lesson", LESSONS)


@in_each_lesson
def test_the_stub_is_not_an_answer(lesson, subtests):
    for name, exercise in exercises.of(lesson).items():
        with subtests.test(name):
            assert exercise.check(exercise.stub).status == "NOT YET"


@cache
def of_wrong_answers(lesson):
    """{(exercise, mistake): verdict}; some of them take their five seconds."""
    return {
        (name, mistake): exercise.check(answer)
        for name, exercise in exercises.of(lesson).items()
        for mistake, (answer, _) in exercise.wrong.items()
    }


@in_each_lesson
def test_a_wrong_answer_gets_its_diagnosis(lesson, subtests):
    for name, exercise in exercises.of(lesson).items():
        for mistake, (_, words) in exercise.wrong.items():
            with subtests.test(name, mistake=mistake):
                verdict = of_wrong_answers(lesson)[name, mistake]
                assert verdict.status == "TRY AGAIN"
                assert words.strip() and words in verdict.message


@in_each_lesson
def test_a_right_answer_passes(lesson, subtests):
    for name, exercise in exercises.of(lesson).items():
        for way, answer in {"the solution": exercise.solution, **exercise.right}.items():
            with subtests.test(name, way=way):
                assert exercise.check(answer).passed


@in_each_lesson
def test_there_are_enough_answers(lesson, subtests):
    for name, exercise in exercises.of(lesson).items():
        with subtests.test(name):
            assert len(exercise.wrong) >= 3
            if callable(exercise.solution):
                assert len(exercise.right) >= 2


@in_each_lesson
def test_each_point_of_a_rubric_is_judged_by_itself(lesson, subtests):
    """One tick that is False is told back, and one that is missing is asked for."""
    exercises.of(lesson)
    rubric = sys.modules[f"exercises.lesson_{lesson}"].RUBRIC
    name = "sentences" if lesson == "10" else "conclusion"
    sentences, ticks = notebook.solution(lesson, name, "ticks")
    assert checks.report(sentences, rubric, ticks).passed
    for sentence, answers in ticks.items():
        for k, question in enumerate(rubric[sentence].questions):
            with subtests.test(sentence, question=question):
                for answer, status in ((False, "TRY AGAIN"), (None, "NOT YET")):
                    one = [*answers[:k], answer, *answers[k + 1 :]]
                    verdict = checks.report(sentences, rubric, ticks | {sentence: one})
                    assert verdict.status == status and sentence in verdict.message
                    assert (question in verdict.message) == (answer is False)


# Lesson 00 lasts a quarter of an hour: it shows how to answer, and it has nothing to trap.
WITHOUT = {"00": {"trap", "exit"}, "10": {"exit"}}  # the exit of 10 is its report


@in_each_lesson
def test_a_lesson_has_an_exercise_of_each_kind(lesson):
    assert missing_kinds(exercises.of(lesson).values()) == WITHOUT.get(lesson, set())


def missing_kinds(some):
    found = {exercise.kind for exercise in some}
    assert found <= set(KINDS), found - set(KINDS)
    return set(KINDS) - found


def test_a_missing_kind_and_an_unknown_one_are_noticed():
    first, *others = exercises.of("01").values()
    assert missing_kinds([e for e in (first, *others) if e.kind != "trap"]) == {"trap"}
    with pytest.raises(AssertionError, match="riddle"):
        missing_kinds([first, *others, dataclasses.replace(first, kind="riddle")])


@in_each_lesson
def test_a_message_can_be_read_and_gives_nothing_away(lesson, subtests):
    for name, exercise in exercises.of(lesson).items():
        for mistake in exercise.wrong:
            with subtests.test(name, mistake=mistake):
                # without the learner's own code
                shown = re.sub("`[^`]*`", "", repr(of_wrong_answers(lesson)[name, mistake]))
                assert "Traceback" not in shown and "glmlib" not in shown
                assert max(map(len, shown.splitlines())) <= 160
                if callable(exercise.solution):
                    for line in body(exercise.solution):
                        assert ast.unparse(line) not in shown


# --- The solutions stand in the notebook, once, and each is read by an exercise --------------


def body(function):
    """The statements of a function, read from its source; [] for a lambda."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (SyntaxError, OSError):  # a lambda in the middle of an expression
        return []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            return node.body[0 if ast.get_docstring(node) is None else 1 :]
    return []


def unanswered(notebook):
    """The code cells whose stored output is a verdict on a stub."""
    return [
        cell.source
        for cell in notebook.cells
        if cell.cell_type == "code"
        and any(o.get("data", {}).get("text/plain", "")[:7] == "NOT YET" for o in cell.outputs)
    ]


@pytest.mark.parametrize(
    "path", sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb")), ids=lambda path: path.stem
)
def test_the_exercises_of_the_notebook_are_the_registered_ones(path):
    number = re.match(r"\d+", path.name)[0]
    assert number in LESSONS, f"tests/exercises/lesson_{number}.py is missing"
    registered = exercises.of(number)
    found = nbformat.read(path, as_version=4)
    cells = {
        (number, place)
        for place, cell in enumerate(found.cells)
        if cell.cell_type == "code" and "solution" in cell.metadata.get("tags", [])
    }
    read = {cell for cell in notebook.USED if cell[0] == number}
    assert cells == read, f"solution cells that no exercise reads: {cells - read}"
    assert len(unanswered(found)) == len(cells) == len(registered)


def test_a_solution_is_read_from_its_cell():
    sigmoid = notebook.solution("04", "stable_sigmoid")
    assert [ast.unparse(line)[:3] for line in body(sigmoid)] == ["e =", "ret"]
    first, second = (notebook.solution("07", "answer", place=place) for place in (0, 1))
    assert {first, second} == {"b", "c"}
    with pytest.raises(LookupError, match="no solution cell of lesson 07 defines answer"):
        notebook.solution("07", "answer", place=2)
    with pytest.raises(LookupError, match="nowhere is not in the notebook of lesson 04"):
        notebook.definition("04", "nowhere")
