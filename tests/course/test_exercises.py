"""Every exercise: its check passes right answers and names the mistake in wrong ones.

The lessons register their exercises in `tests/exercises/lesson_NN.py`. The notebooks run
elsewhere; here they are read, so that the solution a learner unfolds is the one tested.
"""

import ast
import dataclasses
import inspect
import re
import textwrap
from pathlib import Path

import nbformat
import pytest

from exercises import KINDS, lessons, notebook

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
LESSONS = lessons()
EXERCISES = [
    pytest.param(exercise, id=f"{number}-{exercise.name}")
    for number, lesson in LESSONS.items()
    for exercise in lesson.EXERCISES
]
WRONG = [
    pytest.param(exercise, *answer, id=f"{number}-{exercise.name}-{name}")
    for number, lesson in LESSONS.items()
    for exercise in lesson.EXERCISES
    for name, answer in exercise.wrong.items()
]
RIGHT = [
    pytest.param(exercise, answer, id=f"{number}-{exercise.name}-{name}")
    for number, lesson in LESSONS.items()
    for exercise in lesson.EXERCISES
    for name, answer in {"the solution": exercise.solution, **exercise.right}.items()
]


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_stub_is_not_an_answer(exercise):
    verdict = exercise.check(exercise.stub)
    assert verdict.status == "NOT YET", verdict


@pytest.mark.parametrize(("exercise", "answer", "words"), WRONG)
def test_a_wrong_answer_gets_its_diagnosis(exercise, answer, words):
    verdict = exercise.check(answer)
    assert verdict.status == "TRY AGAIN", verdict
    assert words.strip() and words in verdict.message, verdict


@pytest.mark.parametrize(("exercise", "answer"), RIGHT)
def test_a_right_answer_passes(exercise, answer):
    verdict = exercise.check(answer)
    assert verdict.status == "PASS", verdict


@pytest.mark.parametrize("exercise", EXERCISES)
def test_there_are_enough_answers(exercise):
    assert len(exercise.wrong) >= 3
    if callable(exercise.solution):
        assert len(exercise.right) >= 2


# Lesson 00 lasts a quarter of an hour: it shows how to answer, and it has nothing to trap.
WITHOUT = {"00": {"trap", "exit"}}


@pytest.mark.parametrize("number", LESSONS)
def test_a_lesson_has_an_exercise_of_each_kind(number):
    assert missing_kinds(LESSONS[number].EXERCISES) == WITHOUT.get(number, set())


def missing_kinds(exercises):
    found = {exercise.kind for exercise in exercises}
    assert found <= set(KINDS), found - set(KINDS)
    return set(KINDS) - found


def test_a_missing_kind_and_an_unknown_one_are_noticed():
    exercises = LESSONS["01"].EXERCISES
    assert missing_kinds([e for e in exercises if e.kind != "trap"]) == {"trap"}
    with pytest.raises(AssertionError, match="riddle"):
        missing_kinds([*exercises, dataclasses.replace(exercises[0], kind="riddle")])


@pytest.mark.parametrize("exercise", EXERCISES)
def test_a_message_can_be_read_and_gives_nothing_away(exercise):
    for answer, _ in exercise.wrong.values():
        shown = re.sub("`[^`]*`", "", repr(exercise.check(answer)))  # the learner's own code
        assert "Traceback" not in shown and "glmlib" not in shown, shown
        assert max(map(len, shown.splitlines())) <= 160, shown
        if callable(exercise.solution):
            for line in body(exercise.solution):
                assert ast.unparse(line) not in shown, shown


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
    found = nbformat.read(path, as_version=4)
    cells = {
        (number, place)
        for place, cell in enumerate(found.cells)
        if cell.cell_type == "code" and "solution" in cell.metadata.get("tags", [])
    }
    read = {cell for cell in notebook.USED if cell[0] == number}
    assert cells == read, f"solution cells that no exercise reads: {cells - read}"
    assert len(unanswered(found)) == len(cells) == len(LESSONS[number].EXERCISES)


def test_a_solution_is_read_from_its_cell():
    sigmoid = notebook.solution("04", "stable_sigmoid")
    assert [ast.unparse(line)[:3] for line in body(sigmoid)] == ["e =", "ret"]
    first, second = (notebook.solution("07", "answer", place=place) for place in (0, 1))
    assert {first, second} == {"b", "c"}
    with pytest.raises(LookupError, match="no solution cell of lesson 07 defines answer"):
        notebook.solution("07", "answer", place=2)
    with pytest.raises(LookupError, match="nowhere is not in the notebook of lesson 04"):
        notebook.definition("04", "nowhere")
