"""Whatever a learner hands over, each check answers in a sentence and in time.

`GLMLIB_JUNK=10000 pytest tests/course/test_checks_junk.py` makes so many calls; 400 are
made in every run.
"""

import os
import threading
import time
from fractions import Fraction
from functools import cache

import numpy as np
import pytest

import exercises
from glmlib import LinearRegression, LogisticRegression
from glmlib.course import checks, exam
from glmlib.course.checks import limit
from glmlib.course.steps import DERIVATIONS
from glmlib.course.steps.learner import filled, in_order, random_point
from later import later

pd = later("pandas")


class Hostile:
    """It answers every question with an exception."""

    def __array__(self, *a, **k):
        raise RuntimeError("no array")

    def __len__(self):
        raise RuntimeError("no length")

    def __float__(self):
        raise OverflowError("no float")

    def __repr__(self):
        raise ValueError("no words")

    def __eq__(self, other):
        raise RuntimeError("not comparable")

    __hash__ = object.__hash__


def raising(error):
    def f(*arguments):
        raise error

    return f


def generator(*arguments):
    yield 1.0


async def coroutine(*arguments):
    return 1.0


def itself(*arguments):
    return itself(*arguments)


def nested():
    value = []
    value.append(value)
    return value


def talks(*arguments):
    print("x" * 100_000)
    return arguments[0]


def spoils(*arguments):
    for argument in arguments:
        if isinstance(argument, np.ndarray):
            argument[...] = 0
    return arguments[0]


VALUES = [
    None, ..., NotImplemented, 0, -1, 1.5, True, np.nan, np.inf, -np.inf, 10**400, 2 + 1j,
    "", " ", "a", "x" * 1000, "1,2,3", "−", "1/0", "nan", "[1]", "\0", b"a", Fraction(1, 3),
    [], [None], [...], [1, [2, 3]], ["a", "b"], [1, 1], list(range(1000)), (), (1,), (1, 2),
    {}, {"a": 1}, {1: ...}, {None: None}, set(), {1, 2}, range(3), slice(1), nested(),
    np.array(1.0), np.array([]), np.array([np.nan]), np.array(["a"]), np.array([None]),
    np.zeros((2, 2, 2)), np.ma.masked_array([1.0], [True]), np.float32(1),
    np.datetime64("2020"),
    np.ones((3, 1)), np.ones((1, 3)),
    Hostile(), Hostile, object(), int, np.ndarray, Exception("x"), iter([1]), open, np,
    LinearRegression, LogisticRegression(np.ones((2, 1)), np.array([0.0, 1.0])),
]  # fmt: skip


def returning(value):
    return lambda *arguments, **options: value


FUNCTIONS = [
    *map(raising, [ValueError(), TypeError("x" * 5000), KeyError(Hostile()),
                   RuntimeError("\n"),
                   SystemExit(1), StopIteration(), AssertionError("no"), MemoryError(),
                   Warning("w"), ZeroDivisionError("é"), GeneratorExit(), OSError(2, "no")]),
    generator, coroutine, itself, talks, spoils,
    lambda: 1.0, lambda x: x, lambda *a: a, lambda *a, **k: a[0], lambda *a: a[-1],
    lambda *a: a[0] @ a[0], lambda *a: a[1] @ a[0], lambda *a: np.exp(a[0]) * np.inf,
    lambda *a: np.log(-np.abs(a[0])), lambda *a: a[0] + a[1], lambda *a: a[0][0],
    lambda *a: np.linalg.inv(np.zeros((3, 3))), lambda *a: np.zeros(2_000_000),
    lambda *a: [0.0] * 2_000_000, lambda *a: [[1.0], [2.0, 3.0]], lambda *a: np.zeros((10, 0)),
    lambda *a: (a[0], True), lambda *a: (True, a[0]), lambda *a: (np.nan * a[0], False),
    lambda *a: dict.fromkeys("abcdef", 1), lambda *a: dict.fromkeys("abcdef", Hostile()),
    lambda *a: dict.fromkeys(("deviance", "aic", "z", "p"), "x"),
    max, print, sorted, str, dict,
]  # fmt: skip


@cache
def junk():
    """(values, functions), with those of pandas, which is imported for them."""
    values = [*VALUES, pd.Series([1.0, 2.0]), pd.DataFrame({"a": [1.0]}), pd.NA]
    return values, [*map(returning, values), *FUNCTIONS]


def like(answer, rng):
    """An answer with one part of a right one replaced by junk, or junk alone."""
    values, functions = junk()
    some = pick(values + functions, rng)
    if isinstance(answer, tuple):  # several functions, which the notebook hands over in turn
        return tuple(pick(functions, rng) for _ in answer)
    if rng.random() < 0.3 and isinstance(answer, dict):
        keys = list(answer)
        return answer | {keys[rng.integers(len(keys))]: some}
    if rng.random() < 0.3 and isinstance(answer, list):
        return [*answer[:1], some, *answer[2:]]
    if callable(answer) and rng.random() < 0.7:
        return pick(functions, rng)
    return some


def pick(things, rng):
    return things[rng.integers(len(things))]


def test_no_junk_ends_in_a_traceback():
    rng = np.random.default_rng(20)
    count = int(os.environ.get("GLMLIB_JUNK", "400"))
    every = [
        (f"{lesson} {name}", exercise)
        for lesson in exercises.LESSONS
        for name, exercise in exercises.of(lesson).items()
    ]
    for k in range(count):
        name, exercise = every[k % len(every)]
        answer = like(exercise.solution, rng)
        try:
            verdict = exercise.check(answer)
        except BaseException as error:
            pytest.fail(f"{name}: {type(answer)} {error!r}")
        assert isinstance(verdict, checks.Verdict), name
        assert verdict.status in checks.SYMBOLS, name
        assert verdict.message.strip() and "0x" not in verdict.message, (name, verdict)
        assert max(map(len, verdict.message.splitlines())) <= 220, (name, verdict)


def test_no_junk_ends_a_line_an_order_of_lines_or_an_exam_in_a_traceback():
    at = random_point(DERIVATIONS["linear"], 5, 2, seed=1)
    q = exam.question("odds", 1)
    values, functions = junk()
    lines = [
        "1 / 0",
        "X @ y",
        "exit()",
        "mu[9]",
        "(" * 300,
        "x" * 300,
        "...",
        "X[..., 0] = 1",
        "import os",
        "gradient = ",
        "\0",
        "[" * 90 + "]" * 90,
        "lambda: mu",
        "open",
        "y == y",
    ]
    for value in [*values, *functions, *lines]:
        for verdict in (
            q.check(value),
            filled(DERIVATIONS["linear"], 9, value, *at),
            in_order(DERIVATIONS["linear"], value, *at),
            checks.number(value, 3),
            checks.choice(value, "a", {"b": "no"}),
            checks.report({"a": value}, {"a": checks.Ingredient(numbers={"n": 2})}, value),
            checks.order([1, value], ["def f(x):", "    return x"], "f", checks.sigmoid),
        ):
            assert verdict.status in checks.SYMBOLS and verdict.message, (value, verdict)


# ---- a time limit


def endless(*arguments):
    while True:
        pass


def hidden(*arguments):
    while True:
        try:
            sum(range(1000))
        except:  # noqa: E722 a learner's bare except
            pass


CAUGHT = []


def counts(*arguments):
    while True:
        try:
            sum(range(1000))
        except:  # noqa: E722
            CAUGHT.append(1)


def shouts(*arguments):
    while True:
        print("still here")


@pytest.mark.parametrize(
    "f", [endless, hidden, counts, shouts, lambda *a: [k for k in iter(int, 1)]]
)
def test_an_endless_loop_gets_a_verdict_and_the_thread_lives(f, monkeypatch):
    monkeypatch.setattr(limit, "SECONDS", 0.3)
    start, threads = time.monotonic(), threading.active_count()
    verdict = checks.gradient(f, LinearRegression)
    assert verdict.status == "TRY AGAIN" and "a loop that never ends" in verdict.message
    assert time.monotonic() - start < 3
    for _ in range(1000):  # nothing is left that would interrupt what comes after
        sum(range(100))
    time.sleep(0.05)
    assert threading.active_count() == threads
    assert len(CAUGHT) <= 3  # it does not escape by luck, after hundreds of attempts
    assert checks.gradient(lambda b, X, y: X.T @ (X @ b - y), LinearRegression).passed


def test_an_endless_line_gets_a_verdict(monkeypatch):
    monkeypatch.setattr(limit, "SECONDS", 0.3)
    at = random_point(DERIVATIONS["linear"], 5, 2, seed=1)
    verdict = filled(DERIVATIONS["linear"], 9, "max(k for k in iter(int, 1))", *at)
    assert "a loop that never ends" in verdict.message


def test_the_limit_is_that_of_a_learner_s_patience():
    assert 2 <= limit.SECONDS <= 6 and limit.BUDGET <= 30


def test_a_slow_answer_is_not_waited_for_on_every_data_set(monkeypatch):
    monkeypatch.setattr(limit, "SECONDS", 0.5)
    monkeypatch.setattr(limit, "BUDGET", 1.0)

    def slow(beta, X, y):
        time.sleep(0.3)
        return X.T @ (X @ beta - y)

    start = time.monotonic()
    verdict = checks.gradient(slow, LinearRegression)
    assert "too slow" in verdict.message and time.monotonic() - start < 5, verdict


def test_an_answer_of_a_million_numbers_is_not_copied():
    for huge in (np.zeros(2_000_000), [0.0] * 2_000_000):
        verdict = checks.gradient(lambda *a, huge=huge: huge, LinearRegression)
        assert "2,000,000 numbers: the exercise needs far fewer" in verdict.message


def test_the_learner_s_interrupt_is_obeyed():
    with pytest.raises(KeyboardInterrupt):
        checks.gradient(raising(KeyboardInterrupt()), LinearRegression)
    assert checks.gradient(lambda b, X, y: X.T @ (X @ b - y), LinearRegression).passed


@pytest.mark.parametrize("lesson", exercises.LESSONS)
def test_an_answer_that_is_not_there_is_answered_at_once(lesson, subtests):
    for name, exercise in exercises.of(lesson).items():
        with subtests.test(name):
            start = time.perf_counter()
            assert exercise.check(exercise.stub).status == "NOT YET"
            assert time.perf_counter() - start < 2


# ---- forms


FORMS = {
    "a list": lambda value: np.asarray(value).tolist(),
    "a tuple": lambda value: tuple(np.asarray(value).tolist()),
    "a Series": lambda value: pd.Series(np.asarray(value)),
    "a column": lambda value: np.asarray(value)[:, None],
    "objects": lambda value: np.asarray(value).astype(object),
    "NumPy scalars": lambda value: list(np.asarray(value)),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "name",
    [
        "00 two blanks in a gradient", "02 a fit of rows that weigh differently",
        "03 a numerical curvature with blanks",
        "04 a fit with its own rate", "05 average effects",
        "07 halve the step", "08 the uniform residual",
        "09 the blanks of the standard errors", "10 another reference", "10 a leak detector",
    ],
)  # fmt: skip
def test_an_answer_may_come_in_any_form(name, form):
    lesson, _, name = name.partition(" ")
    exercise = exercises.of(lesson)[name]

    def f(*arguments):
        return FORMS[form](exercise.solution(*arguments))

    verdict = exercise.check(f)
    assert verdict.passed, verdict


@pytest.mark.parametrize("lesson", exercises.LESSONS)
def test_an_order_or_a_letter_may_be_written_in_any_form(lesson, subtests):
    for name, exercise in exercises.of(lesson).items():
        right, written = exercise.solution, ()
        if exercise.kind == "order":
            array = np.array(right)
            written = tuple(right), array, [float(k) for k in right], list(array)
        elif isinstance(right, str):
            letters = f"{right})", f"({right})", f" {right.upper()}. "
            written = *letters, [right], np.str_(right)
        for answer in written:
            with subtests.test(name, answer=answer):
                assert exercise.check(answer).passed


# ---- errors in words


def test_a_product_that_does_not_fit_is_named_with_both_shapes():
    def wrong(beta, X, y):
        return X @ (X @ beta - y)

    def broadcast(beta, X, y):
        mu = X @ beta
        return X.T @ (mu - beta)

    def dotted(beta, X, y):
        return np.dot(y, X.T)

    for f, words in (
        (wrong, "in `X @ (X @ beta - y)` the shapes (40, 3) and (40,) do not fit"),
        (broadcast, "in `mu - beta` the shapes (40,) and (3,) do not fit"),
        (dotted, "in `np.dot(y, X.T)` the shapes (40,) and (3, 40) do not fit"),
    ):
        assert words in checks.gradient(f, LinearRegression).message
    names = {}
    exec("def f(beta, X, y):\n    return X @ y", names)  # its source is not known
    message = checks.gradient(names["f"], LinearRegression).message
    assert "one has the size 40 where the other has 3" in message


def test_usual_mistakes_of_calling_get_advice():
    import math

    for f, words in (
        (lambda b, X, y: X.T @ (math.exp(X @ b) - y), "np.exp"),
        (lambda b, X, y: X.T if X @ b > 0 else X, "np.where chooses"),
        (lambda b: b, "the arguments"),
    ):
        message = " ".join(checks.gradient(f, LinearRegression).message.split())
        assert words in message


def test_no_message_shows_two_equal_numbers():
    def nearly(by):
        return lambda b, X, y: X.T @ (X @ b - y) * (1 + by)

    for by in (1e-3, 1e-4, 1e-5):
        line = checks.gradient(nearly(by), LinearRegression).message.splitlines()[1]
        yours, right = (part.split("[")[1] for part in line.split("]")[:2])
        assert yours != right, line
