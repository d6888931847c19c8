"""A seed gives other numbers: each key follows from it, and no seed spoils an exercise."""

import ast
import contextlib
import functools
import io

import numpy as np
import pytest

from glmlib.course import checks
from glmlib.course.checks.analysis import stand_for
from glmlib.course.classroom import drawn
from glmlib.course.classroom.handout import handout
from glmlib.course.classroom.lessons import Lesson, chosen, lesson, varied

SEEDS = range(1, 201)
in_each = pytest.mark.parametrize("number", [number for number, _ in drawn.DRAWN])


@functools.cache
def imports(number):
    """What the lesson imports."""
    names = {}
    for cell in lesson(number).cells:
        if cell["cell_type"] == "code":
            body = ast.parse(cell["source"]).body
            body = [node for node in body if isinstance(node, ast.Import | ast.ImportFrom)]
            exec(compile(ast.Module(body, []), "<imports>", "exec"), names)
    return names


@functools.cache
def code(number):
    """The data, the rubric and the solution of the exercise, as code for any SEED."""
    given = lesson(number, 0)
    parts = [given.source(f"say-{part}") for part in ("data", "rubric", "solution")]
    assert parts[0].count("stream(0, ") == 1
    return compile("\n".join(parts).replace("stream(0, ", "stream(SEED, "), number, "exec")


@functools.cache
def solved(number, seed):
    """(sentences, ticks, rubric) of the exercise with this seed."""
    names = imports(number) | {"SEED": seed}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(code(number), names)
    return names["conclusion"], names["ticks"], names["conclusion_rubric"]


@in_each
def test_each_seed_has_its_key_and_no_slip_is_right(number):
    for seed in SEEDS:
        sentences, ticks, rubric = solved(number, seed)
        verdict = checks.report(sentences, rubric, ticks)
        assert verdict.passed, (seed, sentences, verdict)
        for need in rubric.values():
            for values in need.numbers.values():
                values = values if isinstance(values, tuple) else (values,)
                slips = [f"{slip:#.3g}" for slip in need.slips]
                assert not stand_for(slips, values), (seed, slips, values)


@in_each
def test_the_answers_of_another_seed_are_refused(number):
    """But where both round to the same numbers, once in a hundred pairs."""
    passed = 0
    for seed in SEEDS:
        sentences, ticks, _ = solved(number, seed)
        passed += checks.report(sentences, solved(number, seed % 200 + 1)[2], ticks).passed
    assert passed <= 8


@in_each
def test_what_a_solution_says_in_words_holds_for_each_seed(number):
    """The numbers are computed; these are the claims beside them."""
    for seed in SEEDS:
        _, _, rubric = solved(number, seed)
        values = {k: v for need in rubric.values() for k, v in need.numbers.items()}
        if number == "01":  # nearly the same
            assert abs(values["the mean"] / values["the variance"][0] - 1) < 0.2
        elif number == "06":  # 1 is not among what the data allow
            assert values["the upper end"][0] < 1
        elif number == "08":  # the counties do not share one rate
            assert values["Pearson's chi-squared by its degrees of freedom"] > 1.5
        elif number == "11":  # enough to see a doubling, not to measure this effect
            error = values["the standard error with a tenth of the rows"]
            ratio = values["what a telephone multiplies the odds by"]
            assert 1.96 * error < 0.69 and error > 0.25 * np.log(ratio)


@pytest.mark.parametrize("number", chosen())
def test_what_a_seed_changes(number):
    """The order of given lines and the conclusions in DRAWN; nothing outside of these."""
    plain, other = lesson(number), lesson(number, 5)
    others = varied(number, 5)
    expected = [e for e in plain.exercises.values()
                if e.kind == "order" or (number, e.solution) in drawn.DRAWN]  # fmt: skip
    assert others == expected and varied(number, None) == []
    inside = {k for exercise in others for k in plain.section(exercise)}
    for k, (a, b) in enumerate(zip(plain.cells, other.cells, strict=True)):
        assert k in inside or a == b
        assert a["source"] == b["source"] or not b.get("outputs")
    stubs = {e.stub: e.kind for e in others}
    for cell in handout(number, 5)["cells"]:
        if stubs.get(cell["id"]) == "written":
            assert cell["source"] == plain.source(cell["id"])


def test_an_exercise_that_a_teacher_has_changed_stays(monkeypatch):
    monkeypatch.setitem(drawn.DRAWN, ("06", "say-solution"), {"of another lesson": "SEED"})
    given = Lesson("06", 5)
    assert given.source("say-data") == lesson("06").source("say-data")
    assert given.source("cell-038") != lesson("06").source("cell-038")


@pytest.mark.parametrize("seed", [-1, 2**63])
def test_a_seed_that_no_notebook_keeps_is_refused(seed):
    with pytest.raises(ValueError, match="a seed is a whole number from 0"):
        Lesson("00", seed)
