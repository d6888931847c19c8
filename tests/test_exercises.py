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

from exercises import KINDS, lessons

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
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
        shown = repr(exercise.check(answer))
        assert "Traceback" not in shown and "glmlib" not in shown, shown
        assert max(map(len, shown.splitlines())) <= 160, shown
        if callable(exercise.solution):
            for line in body(exercise.solution):
                assert ast.unparse(line) not in shown, shown


# --- The notebook's solution cells and the registered solutions are the same -----------------


def statements(function):
    """The statements of a function's syntax tree, without its docstring."""
    return function.body[0 if ast.get_docstring(function) is None else 1 :]


def body(function):
    """The statements of a function, read from its source; [] for a lambda."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (SyntaxError, OSError):  # a lambda in the middle of an expression
        return []
    found = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return statements(found[0]) if found else []


def stands_in(solution, source):
    """Whether a cell defines this function, or holds this order or choice.

    A tuple of functions, such as a link and its inverse, stands there when each does.
    """
    if isinstance(solution, tuple) and all(map(callable, solution)):
        return all(stands_in(part, source) for part in solution)
    nodes = list(ast.walk(ast.parse(source)))
    if not callable(solution):
        return any(ast.dump(node) == literal(solution) for node in nodes)
    code = [ast.dump(line) for line in body(solution)]
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef)]
    return any(code == [ast.dump(line) for line in statements(f)] for f in functions)


def literal(value):
    return ast.dump(ast.parse(repr(value), mode="eval").body)


def solution_cells(notebook):
    return [
        cell.source
        for cell in notebook.cells
        if cell.cell_type == "code" and "solution" in cell.metadata.get("tags", [])
    ]


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
    notebook = nbformat.read(path, as_version=4)
    exercises, cells = LESSONS[number].EXERCISES, solution_cells(notebook)
    for source in cells:
        assert any(stands_in(exercise.solution, source) for exercise in exercises), (
            f"no registered exercise has the solution of this cell:\n{source}"
        )
    for exercise in exercises:
        assert any(stands_in(exercise.solution, source) for source in cells), (
            f"no solution cell has the registered solution of {exercise.name!r}"
        )
    assert len(unanswered(notebook)) == len(cells) == len(exercises)


def halve(eta):
    """Another docstring than in the cell."""
    return eta / 2


def test_a_changed_solution_is_noticed():
    cell = "def f(eta):\n    'Half of it.'\n    return eta / 2  # why"
    assert stands_in(halve, cell) and stands_in((halve, halve), cell)
    assert not stands_in(halve, cell.replace("2", "3"))
    assert not stands_in(lambda eta: eta / 2, cell)
    assert stands_in([3, 1, 2], "order = [3, 1, 2]")
    assert not stands_in([3, 1, 2], "order = [3, 2, 1]")
    assert stands_in("b", "answer = 'b'")
