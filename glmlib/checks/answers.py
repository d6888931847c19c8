"""Checks of an answer that is not a formula: a number, a test, an order, a choice."""

import functools
from collections.abc import Hashable

import numpy as np

from .verdicts import Stop, a, as_number, not_yet, run, said, try_again, verdict


@verdict
def number(answer, right, within=1.1, reasons=None):
    """Check a positive number whose size matters: right up to the factor `within`.

    Parameters
    ----------
    answer : the learner's.
    right : computed, not typed.
    reasons : a dict, wrong number -> why somebody arrives at it.

    >>> glmlib.checks.number(9_800, right=10_000)
    PASS ✓ that is the size
    >>> glmlib.checks.number(10, right=10_000, reasons={10: "the root, not the square"})
    TRY AGAIN ✗ the root, not the square
    """
    size = as_number(answer)
    if not 0 < size < np.inf:
        try_again(f"a positive number is needed, this is {size:g}")
    if max(size / right, right / size) <= within:
        return "that is the size"
    for wrong, words in (reasons or {}).items():
        if max(size / wrong, wrong / size) <= within:
            try_again(words)
    return try_again("too small" if size < right else "too large")


@verdict
def catches(test, buggy, fixed):
    """Check the learner's test: test(buggy) must fail, test(fixed) must pass.

    Parameters
    ----------
    test : a function of the code under test; it fails by AssertionError or by False.
    buggy : the wrong code, or a list of wrong codes: each must fail.
    fixed : the right code, or a list.

    >>> def test(gradient):
    ...     assert gradient(2.0) > 0
    >>> glmlib.checks.catches(test, buggy=lambda beta: -2 * beta, fixed=lambda beta: 2 * beta)
    PASS ✓ your test fails on the buggy code and passes on the fixed code
    """
    several = isinstance(buggy, list | tuple)
    bugs = list(buggy) if several else [buggy]
    for k, code in enumerate(bugs, 1):
        name = f"bug {k} of {len(bugs)}" if several else "the buggy code"
        if outcome(test, code, name)[0]:
            try_again(f"your test passes on {name}: it would not have found the mistake")
    for code in fixed if isinstance(fixed, list | tuple) else [fixed]:
        passed, why = outcome(test, code, "the fixed code")
        if not passed:
            try_again(f"your test fails on the fixed code{why}: it would reject what is right")
    return "your test fails on the buggy code and passes on the fixed code"


def outcome(test, code, name):
    """(whether test(code) passes, what the assertion said); NOT YET if it calls nothing."""
    calls = []

    @functools.wraps(code)
    def counted(*arguments, **options):
        calls.append(1)
        return code(*arguments, **options)

    def judged(code):
        try:
            value = test(code)
        except AssertionError as error:
            text = str(error).strip().splitlines()
            return False, f" ({text[0][:80]})" if text else ""
        return value is None or bool(np.all(value)), ""

    if not callable(test):
        run(test, "")
    found = run(functools.wraps(test)(judged), f"on {name}", counted)
    if not calls:
        not_yet("your test does not call the code it is given yet")
    return found


@verdict
def order(order, lines, name, check):
    """Check an ordering of given lines: join them into the function `name`, then check it.

    Parameters
    ----------
    order : the numbers of the lines in the learner's order, the first line is 1.
    lines : the lines as given, indented, distractors among them.
    check : a function of the function, such as `lambda f: checks.gradient(f, Model)`.

    >>> lines = ["    return 1 / (1 + e)", "    e = np.exp(-eta)", "def mean(eta):"]
    >>> glmlib.checks.order([], lines, "mean", glmlib.checks.sigmoid)
    NOT YET … give the numbers of the lines in your order
    >>> glmlib.checks.order([3, 1, 2], lines, "mean", glmlib.checks.sigmoid).status
    'TRY AGAIN'
    """
    order = [] if order is None or order is ... else order
    if not isinstance(order, list | tuple):
        try_again(f"give a list of the numbers of the lines, this is {a(order)}")
    if not order or ... in order:
        not_yet("give the numbers of the lines in your order")
    numbers = list(order)
    strange = [k for k in numbers if k not in range(1, len(lines) + 1)]
    if strange:
        try_again(f"there is no line {strange[0]!r}: the lines are numbered 1 to {len(lines)}")
    twice = [k for k in numbers if numbers.count(k) > 1]
    if twice:
        try_again(f"line {twice[0]} stands there twice: use a line once, or not at all")
    source = "\n".join(lines[k - 1] for k in numbers)
    names = {"np": np}
    try:
        exec(compile(source, "<your order>", "exec"), names)
    except SyntaxError as error:
        line = numbers[(error.lineno or 1) - 1] if (error.lineno or 1) <= len(numbers) else "?"
        try_again(f"not yet a function: Python says {error.msg!r} at line {line}")
    except Exception as error:
        try_again(f"your lines raised {said(error)}")
    if name not in names:
        try_again(f"these lines do not define {name}: which line starts the function?")
    result = check(names[name])
    if result.status == "NOT YET":
        try_again("the function returns nothing: which line returns the result?")
    if not result.passed:
        raise Stop(result.status, result.message)
    return f"your order makes a function that works: {result.message}"


@verdict
def choice(answer, right, reasons):
    """Check an answer to a question with choices, and say why a wrong one is wrong.

    Parameters
    ----------
    answer : the learner's, in capitals or not.
    right : the right answer, or a set of right answers.
    reasons : a dict, answer -> why it is wrong; for a right answer why it is right.

    >>> glmlib.checks.choice("b", right="a", reasons={"b": "that is the score"})
    TRY AGAIN ✗ that is the score
    >>> glmlib.checks.choice(..., right="a", reasons={})
    NOT YET … choose an answer first
    """
    if not isinstance(answer, Hashable):
        try_again(f"give one answer, this is {a(answer)}")
    answer = key(answer)
    if answer is None or answer is ... or answer == "":
        not_yet("choose an answer first")
    rights = right if isinstance(right, set | frozenset | list | tuple) else {right}
    rights = {key(r) for r in rights}
    reasons = {key(name): words for name, words in reasons.items()}
    if answer in rights:
        return reasons.get(answer, "that is the answer")
    if answer not in reasons:
        choices = ", ".join(sorted(map(str, rights | set(reasons))))
        try_again(f"{answer!r} is not a choice: {choices}")
    return try_again(reasons[answer])


@verdict
def matching(answers, right, reasons):
    """Check one choice for each of several things; the first that is wrong is told why.

    Parameters
    ----------
    answers : a dict, thing -> the learner's choice.
    right : a dict, thing -> the right choice.
    reasons : a dict, thing -> a dict, answer -> why it is wrong there.

    >>> reasons = {"deaths": {"normal": "a count is whole"}}
    >>> glmlib.checks.matching({"deaths": "normal"}, {"deaths": "Poisson"}, reasons)
    TRY AGAIN ✗ deaths: a count is whole
    """
    if answers is None or answers is ...:
        not_yet("choose an answer first")
    if not isinstance(answers, dict):
        try_again(f"give a dict with one answer for each thing, this is {a(answers)}")
    for thing in [*right, *answers]:
        if thing not in answers:
            try_again(f"{thing!r} has no answer: keep the names as they are")
        if thing not in right:
            try_again(f"{thing!r} is none of the things asked: keep the names as they are")
    for thing, answer in answers.items():
        result = choice(answer, right[thing], reasons[thing])
        if not result.passed:
            raise Stop(result.status, f"{thing}: {result.message}")
    return f"all {len(right)}, each for a reason"


def key(answer):
    return answer.strip().lower() if isinstance(answer, str) else answer
