"""Hand-outs: what students get tells no answer, wherever one looks; teachers get all.

`test_handouts.py` runs each of them from top to bottom.
"""

import ast
import base64
import html
import json
import re
import subprocess
import sys

import pytest

import exercises
from glmlib.course import hidden
from glmlib.course.classroom import handout as module
from glmlib.course.classroom.handout import (
    checked,
    executed,
    for_teachers,
    handout,
    of_exercises,
    solved,
    verdicts,
    with_answer,
)
from glmlib.course.classroom.judge import last_value
from glmlib.course.classroom.lessons import (
    ANSWERS,
    GATE,
    POINTS,
    SEEN,
    Lesson,
    chosen,
    lesson,
    names_of,
)

NUMBERS = chosen()
in_each_lesson = pytest.mark.parametrize("number", NUMBERS)


# ---- no answer can be found in what students get


def texts(value):
    """All that can be read in a value of JSON, with what is encoded in it."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield key
            yield from texts(part)
    elif isinstance(value, list):
        if all(isinstance(part, str) for part in value):
            value = ["".join(value)]
            yield from texts(value[0])
        else:
            for part in value:
                yield from texts(part)
    elif isinstance(value, str):
        yield value
        if html.unescape(value) != value:
            yield from texts(html.unescape(value))
        for code in re.findall(r"[A-Za-z0-9+/\n]{24,}={0,2}", value):
            try:
                raw = base64.b64decode("".join(code.split()))
            except ValueError:
                continue
            yield raw.decode("utf-8", errors="replace")


NOTHING = str.maketrans("", "", " \t\r\n\"'\\")


def plain(text):
    return text.translate(NOTHING)


def traces(exercise, given):
    """What would give an answer away: words that occur nowhere else."""
    solution = given.source(exercise.solution)
    for node in ast.parse(solution).body:
        if isinstance(node, ast.FunctionDef):
            yield plain(ast.get_source_segment(solution, node))
            yield from bare(node)
            continue
        name = (*names_of(ast.unparse(node)), None)[0]
        if name not in exercise.names:  # on the way to an answer, or what shows it
            yield plain(ast.get_source_segment(solution, node))
            continue
        if name in ("conclusion", "sentences"):
            texts = (part.value for part in ast.walk(node.value) if hasattr(part, "value"))
            yield from (plain(t) for t in texts if isinstance(t, str) and len(t) > 25)
            continue
        value = eval(ast.unparse(node.value))
        if isinstance(value, str | int):
            yield plain(ast.get_source_segment(solution, node))
        elif isinstance(value, list):
            yield plain(f"{name}={value}")
            yield plain(str(value)[1:-1])
        elif name != "ticks":
            pairs = [(key, part) for key, part in value.items()]
            yield from (plain(f"{key}:{part}") for key, part in pairs if len(str(part)) > 3)


def bare(node):
    """A function without its docstring, and what it does where that is more than a line."""
    body = node.body[1:] if ast.get_docstring(node) else node.body
    named = ast.FunctionDef(node.name, node.args, body, [], lineno=1)
    yield plain(ast.unparse(named))
    if len(body) > 1:
        yield plain(ast.unparse(body))


def found_in(copied, given):
    """The traces of answers in a hand-out, and calls that hold one."""
    everything = [plain(text) for text in texts(copied)]
    everything += [
        text
        for cell in copied["cells"]
        if cell["cell_type"] == "code"
        for node in ast.walk(ast.parse(cell["source"]))
        if isinstance(node, ast.FunctionDef)
        for text in bare(node)
    ]
    problems = [
        (exercise.id, trace[:60])
        for exercise in given.exercises.values()
        for trace in traces(exercise, given)
        if any(trace in text for text in everything)
    ]
    for cell in copied["cells"]:
        if cell["cell_type"] == "code" and "hidden(" not in cell["source"]:
            if ANSWERS.search(cell["source"]):
                problems.append((cell["id"], "a call with an answer"))
    return problems


@in_each_lesson
@pytest.mark.parametrize("seed", [None, 5])
def test_no_answer_is_in_a_handout(number, seed):
    given = lesson(number, seed)
    copied = handout(number, seed, outputs=seed is None)
    assert found_in(copied, given) == []
    ids = {cell["id"] for cell in copied["cells"]}
    assert not ids & {i for e in given.exercises.values() for i in (e.solution, e.check)}


@in_each_lesson
def test_no_hand_out_says_how_a_prediction_ends(number):
    folds = {c["id"]: SEEN.findall(c["source"]) for c in lesson(number).cells
             if c["cell_type"] == "markdown" and SEEN.search(c["source"])}  # fmt: skip
    copied = handout(number, outputs=True)
    everything = "".join(map(plain, texts(copied)))
    calls = "".join(c["source"] for c in copied["cells"])
    for identity, found in folds.items():
        assert f'hidden("{number}", "{identity}")' in calls
        assert hidden(number, identity).data == "\n\n".join(found)
        assert not [fold for fold in found if plain(fold)[60:120] in everything]
    gates = {c["id"] for c in lesson(number).cells
             if c["cell_type"] == "code" and GATE.search(c["source"])}  # fmt: skip
    stored = [c for c in copied["cells"] if c["id"] in gates and c["outputs"]]
    assert folds and gates and not stored


@in_each_lesson
def test_what_stands_in_a_lesson_would_be_found(number):
    """The search finds every solution in the copy for teachers."""
    given = lesson(number)
    copied = for_teachers(number)
    for cell in copied["cells"]:
        cell.pop("outputs", None)
    found = {identity for identity, _ in found_in(copied, given)}
    assert set(given.exercises) <= found


def test_an_encoded_answer_is_found():
    copied, given = handout("06"), lesson("06")
    last = [*given.exercises][-1]
    text = base64.b64encode(b"# the answer: exit_answer = 'd'").decode()
    for place, value in (("metadata", {"x": [text]}), ("source", f"<!-- {text} -->")):
        copied["cells"][3][place] = value
        assert (last, "exit_answer=d") in found_in(copied, given)


# ---- what an exercise says of itself


@in_each_lesson
def test_each_exercise_says_its_number_title_and_points(number):
    given = lesson(number)
    copied = handout(number)
    marks = [c["metadata"]["glmlib"] for c in copied["cells"] if "glmlib" in c["metadata"]]
    assert [mark["exercise"] for mark in marks] == [*given.exercises]
    for mark in marks:
        exercise = given.exercises[mark["exercise"]]
        assert mark["title"] == exercise.title and mark["points"] == POINTS[exercise.kind]
        text = next(c["source"] for c in copied["cells"] if c["id"] == exercise.text)
        assert f"*Exercise {exercise.id}, {exercise.points} point" in text
    assert copied["metadata"]["glmlib"]["lesson"] == number


@in_each_lesson
def test_the_kinds_are_those_of_the_registered_exercises(number):
    registered = exercises.of(number).values()
    found = lesson(number).exercises.values()
    assert sorted(e.kind for e in found) == sorted(e.kind for e in registered)
    letters = {e.kind for e in found if isinstance(answer_of(e, number), str)}
    assert letters <= {"trap", "exit"}


def answer_of(exercise, number):
    value = ast.parse(lesson(number).source(exercise.solution)).body[0]
    return getattr(getattr(value, "value", None), "value", None)


def test_other_points_for_a_kind_and_for_one():
    copied = handout("00", points={"00.3": 9, "order": 5})
    marks = {c["metadata"]["glmlib"]["exercise"]: c["metadata"]["glmlib"]["points"]
             for c in copied["cells"] if "glmlib" in c["metadata"]}  # fmt: skip
    assert marks == {"00.1": 5, "00.2": 2, "00.3": 9, "00.4": 3}


# ---- selection and seeds


def test_exercises_of_some_kinds_only():
    copied = handout("06", kinds={"order", "exit"})
    asked = [c["metadata"]["glmlib"]["exercise"] for c in copied["cells"]
             if "glmlib" in c["metadata"]]  # fmt: skip
    assert asked == ["06.1", [*lesson("06").exercises][-1]]
    shown = "\n".join(c["source"] for c in copied["cells"])
    assert "Exercise 3" not in shown and "def poisson_hessian" not in shown
    with pytest.raises(ValueError, match="no kind of exercise 'riddle'"):
        handout("06", kinds={"riddle"})


def test_lessons_of_a_route():
    assert chosen(route="the algorithms") == ["02", "03", "04", "06", "07", "11"]
    assert chosen(route="everything") == chosen() == NUMBERS
    with pytest.raises(ValueError, match="there is no lesson 77"):
        chosen(["77"])
    with pytest.raises(ValueError, match="there is no route 'away'"):
        chosen(route="away")


@in_each_lesson
def test_another_seed_asks_for_another_order(number):
    orders = set()
    for seed in (None, 1, 2, 3):
        given = Lesson(number, seed)
        for exercise in given.exercises.values():
            if exercise.kind != "order":
                continue
            names = {}
            exec("import numpy as np, glmlib; from glmlib.course import checks", names)
            for cell in given.cells[given.section(exercise)[0] : given.place[exercise.check]]:
                if cell["cell_type"] == "code":
                    exec(cell["source"].partition("for number")[0], names)
            assert last_value(given.source(exercise.check), names).passed
            orders.add(given.source(exercise.solution))
    assert len(orders) >= 3 * any(e.kind == "order" for e in given.exercises.values())


def test_a_seed_moves_lines_and_not_their_comments():
    given = lesson("00", 7)
    (stub,) = [e.stub for e in given.exercises.values() if e.kind == "order"]
    numbers = re.findall(r'",  # (\d)', given.source(stub))
    assert numbers == ["1", "2", "3", "4"]
    assert given.source(stub) != lesson("00").source(stub)


# ---- both copies work


def test_an_answer_stands_where_its_stub_stood():
    stub = "order = []  # yours\n\n\ndef f(x):\n    return ...\n\n\ncheck(order, f)"
    assert with_answer(stub, "order, f = 1, 2", ("order", "f")) == (
        "order, f = 1, 2\n\n\n\n\ncheck(order, f)"
    )


def test_with_the_stored_solutions_every_exercise_passes(tmp_path):
    run = executed(solved(handout("00", seed=5), "00", seed=5), tmp_path)
    said = of_exercises(lesson("00", 5), verdicts(run))
    assert said.keys() == lesson("00").exercises.keys()
    assert all(text.startswith("PASS") for text in said.values())


@pytest.mark.parametrize("wrong", ["", "NOT YET", "PASS"])
def test_copies_that_do_not_work_are_not_given_away(wrong, monkeypatch):
    """A run of the copy without answers says NOT YET, and then one with them PASS."""
    expected = iter(["NOT YET", "PASS"])

    def run(copied, folder):
        now = next(expected)
        for cell in copied["cells"]:
            if "glmlib" in cell["metadata"]:
                text = "TRY AGAIN" if now == wrong else now
                cell["outputs"] = [{"data": {"text/plain": f"{text} …"}}]
        return copied

    monkeypatch.setattr(module, "executed", run)
    if not wrong:
        return checked(handout("00"), "00", None, None)
    with pytest.raises(ValueError, match=f"not handed out: {wrong} is expected"):
        checked(handout("00"), "00", None, None)


def test_the_copy_for_teachers_is_the_lesson():
    given, copied = lesson("06"), for_teachers("06")
    for cell, original in zip(copied["cells"], given.cells, strict=True):
        if cell["cell_type"] == "code":
            assert (cell["source"], cell["outputs"]) == (
                original["source"],
                original["outputs"],
            )
    assert solved(handout("06"), "06")["cells"] != handout("06")["cells"]


def test_outputs_stay_by_choice_and_never_where_they_tell():
    kept, cleared = handout("06", outputs=True), handout("06")
    assert not any(cell.get("outputs") for cell in cleared["cells"])
    outputs = {cell["id"]: cell["outputs"] for cell in kept["cells"] if "outputs" in cell}
    assert outputs["cell-007"] and not outputs["exit-numbers"]  # the ratio that is asked


def test_the_command(tmp_path):
    command = [sys.executable, "-m", "glmlib", "handout", tmp_path, "--lessons", "00", "09"]
    done = subprocess.run(
        [*command, "--unchecked"], capture_output=True, text=True, check=True
    )
    assert "09_in_practice.ipynb: 7 exercises" in done.stdout
    for who, solutions in (("students", 0), ("teachers", 7)):
        written = json.loads((tmp_path / who / "09_in_practice.ipynb").read_text("utf-8"))
        tags = [tag for cell in written["cells"] for tag in cell["metadata"].get("tags", [])]
        assert tags.count("solution") == solutions
    done = subprocess.run([*command, "77"], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and done.stdout.startswith("there is no lesson 77")


def test_a_cell_of_another_version_is_refused():
    with pytest.raises(ValueError, match="hand-out of another version"):
        hidden("06", "gone")


def test_names_that_a_cell_defines():
    assert names_of("import a.b as c\nfor k in []:\n    x = k\nwith f() as g: pass") == (
        "c", "k", "x", "g",
    )  # fmt: skip
    assert names_of("def (") == ()
