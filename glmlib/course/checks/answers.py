"""Checks of an answer that is not a formula: a number, a test, an order, a choice."""

import functools
import linecache
import math

import numpy as np

from .forms import asked, options
from .slips import UNKNOWN
from .verdicts import (
    Stop,
    described,
    explained,
    not_yet,
    quoted,
    readings,
    run,
    try_again,
    verdict,
)


@verdict
def number(answer, right, within=1.1, reasons=None):
    """Check a positive number whose size matters: right up to the factor `within`.

    Parameters
    ----------
    answer : the learner's; 11,900 and 0,5 are read, and a true minus sign.
    right : computed, not typed; a function without arguments is asked when there is an
        answer.
    reasons : a dict, wrong number -> why somebody arrives at it.

    >>> checks.number(9_800, right=10_000)
    PASS ✓ that is the size
    >>> checks.number(10, right=10_000, reasons={10: "the root, not the square"})
    TRY AGAIN ✗ the root, not the square
    """
    sizes = readings(answer)
    if not 0 < sizes[0] < np.inf:
        try_again(f"a positive number is needed, this is {sizes[0]:g}")
    right = right() if callable(right) else right

    def means(value):
        return value > 0 and any(max(s / value, value / s) <= within for s in sizes)

    if means(right):
        return "that is the size"
    for wrong, words in (reasons or {}).items():
        if means(wrong):
            try_again(words)
    return try_again("too small" if sizes[0] < right else "too large")


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
    >>> checks.catches(test, buggy=lambda beta: -2 * beta, fixed=lambda beta: 2 * beta)
    PASS ✓ your test fails on the buggy code and passes on the fixed code
    """
    several = isinstance(buggy, list | tuple)
    bugs = list(buggy) if several else [buggy]
    for k, code in enumerate(bugs, 1):
        name = f"bug {k} of {len(bugs)}" if several else "the buggy code"
        if outcome(test, code, name)[0]:
            if len(bugs) > 2 and all(outcome(test, bug, name)[0] for bug in bugs):
                try_again(
                    "your test passes on every wrong code: does it compare two numbers, by an "
                    "`assert` or by returning True or False?"
                )
            kind = getattr(code, "kind", "")
            kind = f", where {kind}" if kind else ""
            try_again(f"your test passes on {name}: it would not have found the mistake{kind}")
    for code in fixed if isinstance(fixed, list | tuple) else [fixed]:
        passed, why = outcome(test, code, "the fixed code")
        if not passed:
            try_again(
                f"your test fails on the fixed code{why}: it would reject a right answer"
            )
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
            return False, f" ({text[0]})" if text and len(text[0]) <= 90 else ""
        if value is ... or value is NotImplemented:
            return value  # a stub
        return value is None or bool(np.all(value)), ""

    if not callable(test):
        run(test, "")
    found = run(functools.wraps(test)(judged), f"on {name}", counted)
    if not calls:
        not_yet("your test does not call the code it is given yet")
    return found


def gradient_bugs(right):
    """Wrong gradients that differ in kind, made from a right one, for `catches`.

    Parameters
    ----------
    right : gradient(beta) -> (d,), or gradient(beta, X, y) -> (d,).

    Returns a list of functions like `right`; each has its mistake in words as `kind`.

    >>> [bug(np.ones(2)).tolist() for bug in checks.gradient_bugs(lambda b: 2 * b)[:3]]
    [[-2.0, -2.0], [4.0, 4.0], [1.0, 1.0]]
    """

    def entry(g, j, factor):
        return np.where(np.arange(len(g)) == j, factor * g, g)

    wrong = {
        "the sign is wrong": lambda g, n: -g,
        "every entry is doubled": lambda g, n: 2 * g,
        "every entry is halved": lambda g, n: g / 2,
        "a mean stands for the sum": lambda g, n: g / n,
        "the last entry is 0": lambda g, n: entry(g, len(g) - 1, 0),
        "the first entry is 0": lambda g, n: entry(g, 0, 0),
        "the first entry has the other sign": lambda g, n: entry(g, 0, -1),
        "the last entry is a tenth too large": lambda g, n: entry(g, len(g) - 1, 1.1),
        "the entries stand in another order": lambda g, n: np.roll(g, 1),
        "each entry is a little too large": lambda g, n: g + 0.03 * np.abs(g).max(),
        "each entry is a little too small": lambda g, n: g - 0.03 * np.abs(g).max(),
    }

    def bug(words, change):
        @functools.wraps(right)
        def code(beta, *data):
            g = np.asarray(right(beta, *data), dtype=float)
            return change(g, len(data[-1]) if data else 5)

        code.kind = words
        return code

    bugs = [bug(words, change) for words, change in wrong.items()]

    @functools.wraps(right)
    def elsewhere(beta, *data):
        return right(0 * np.asarray(beta), *data)

    @functools.wraps(right)
    def linear(beta, X, y):
        return X.T @ (X @ beta - y)

    elsewhere.kind, linear.kind = "beta is not used", "the link is lost"
    takes_data = right.__code__.co_argcount > 1
    return [*bugs, elsewhere, *([linear] if takes_data else [])]


def exposure_bugs(fit_rates):
    """Wrong uses of an exposure, made from fit_rates(X, y, years) -> (d,), for `catches`.

    >>> from glmlib.course.checks import exposure_bugs
    >>> [bug.kind for bug in exposure_bugs(lambda X, y, years: X.T @ np.log(years))][:2]
    ['rates are multiplied by the years', 'the logarithm has the base 10']
    """
    wrong = {
        "rates are multiplied by the years": lambda years: 1 / years,
        "the logarithm has the base 10": lambda years: years ** (1 / np.log(10)),
        "the years are counted twice": lambda years: years**2,
        "the years are compared with their mean": lambda years: years / np.mean(years),
        "half of the exposure is forgotten": lambda years: np.sqrt(years),
        "the logarithm is taken twice": lambda years: np.log(years),
    }

    def bug(words, change):
        def code(X, y, years):
            return fit_rates(X, y, change(np.asarray(years, dtype=float)))

        code.kind = words
        return code

    return [bug(words, change) for words, change in wrong.items()]


@verdict
def order(order, lines, name, check):
    """Check an ordering of given lines: join them into the function `name`, then check it.

    Parameters
    ----------
    order : the numbers of the lines in the learner's order, the first line is 1.
    lines : the lines as given, indented, distractors among them; a line that does nothing
        where it stands is refused.
    check : a function of the function, such as `lambda f: checks.gradient(f, Model)`.

    >>> lines = ["    return 1 / (1 + e)", "    e = np.exp(-eta)", "def mean(eta):"]
    >>> checks.order([], lines, "mean", checks.sigmoid)
    NOT YET … give the numbers of the lines in your order
    >>> checks.order([3, 1, 2], lines, "mean", checks.sigmoid).status
    'TRY AGAIN'
    """
    numbers = line_numbers(order, lines)
    result = check(assembled(numbers, lines, name))
    if result.status == "NOT YET":
        try_again("the function returns nothing: which line returns the result?")
    if not result.passed:
        message = result.message
        if message.startswith(UNKNOWN):
            message = how_far(numbers, lines, name, check) + message.removeprefix(UNKNOWN)
        raise Stop(result.status, message)
    for k in numbers:
        if works([j for j in numbers if j != k], lines, name, check):
            try_again(
                f"the function works, but just as well without line {k}: leave that line out"
            )
    return f"your order makes a function that works: {result.message}"


def line_numbers(order, lines):
    """The learner's order as a list of whole numbers, each of a line and used once."""
    if isinstance(order, np.ndarray):
        order = order.ravel().tolist()
    order = [] if order is None or order is ... else order
    if not isinstance(order, list | tuple):
        try_again(f"give a list of line numbers; this is {described(order)}")
    if not order or any(k is ... or k is None for k in order):
        not_yet("give the numbers of the lines in your order")
    if len(order) > 2 * len(lines):
        try_again(f"there are {len(lines)} lines, and your list has {len(order)} numbers")
    numbers = []
    for k in order:
        whole = isinstance(k, int | float | np.number) and not isinstance(k, bool)
        if not (whole and k in range(1, len(lines) + 1)):
            try_again(
                f"there is no line {quoted(k)}: the lines are numbered 1 to {len(lines)}"
            )
        numbers.append(int(k))
    twice = [k for k in numbers if numbers.count(k) > 1]
    if twice:
        try_again(f"line {twice[0]} appears twice: use each line once, or not at all")
    return numbers


def assembled(numbers, lines, name):
    """The function that these lines make."""
    source = "\n".join(lines[k - 1] for k in numbers)
    file = f"<your order {'-'.join(map(str, numbers))}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    names = {"np": np}
    try:
        exec(compile(source, file, "exec"), names)
    except SyntaxError as error:
        line = numbers[(error.lineno or 1) - 1] if (error.lineno or 1) <= len(numbers) else "?"
        try_again(f"not yet a function: Python says {error.msg!r} at line {line}")
    except Exception as error:
        try_again(f"your lines raised {explained(error)}")
    if not callable(names.get(name)):
        try_again(f"these lines do not define {name}: which line starts the function?")
    return names[name]


def how_far(numbers, lines, name, check):
    """How many lines are wrong, without a word of which."""
    unused = [k for k in range(1, len(lines) + 1) if k not in numbers]
    for place in range(len(numbers)):
        rest = [numbers[:place], numbers[place + 1 :]]
        if works([*rest[0], *rest[1]], lines, name, check):
            return "one line is too many: without it the function works"
        if any(works([*rest[0], k, *rest[1]], lines, name, check) for k in unused):
            return "one line is wrong, and the one for its place is among those left out"
    return "two lines are wrong, or more"


def works(numbers, lines, name, check):
    """Whether these lines pass."""
    try:
        return check(assembled(numbers, lines, name)).passed
    except Stop:
        return False


def choice(answer, right, reasons):
    """Check an answer to a question with choices, and say why a wrong one is wrong.

    At the screen the question can be answered by a click, too, and without a kernel.

    Parameters
    ----------
    answer : the learner's, in capitals or not.
    right : the right answer, or a set of right answers.
    reasons : a dict, answer -> why it is wrong; for a right answer why it is right.

    >>> checks.choice("b", right="a", reasons={"b": "that is the score"})
    TRY AGAIN ✗ that is the score
    >>> checks.choice(..., right="a", reasons={})
    NOT YET … choose an answer first
    """
    rights = right if isinstance(right, set | frozenset | list | tuple) else {right}
    return asked(
        chosen(answer, rights, reasons),
        {"": options(rights, reasons, normalised)},
        lambda _, option: chosen(option, rights, reasons),
    )


@verdict
def chosen(answer, rights, reasons):
    answer = normalised(alone(answer))
    if answer is None or answer is ... or answer == "":
        not_yet("choose an answer first")
    rights = {normalised(r) for r in rights}
    reasons = {normalised(name): words for name, words in reasons.items()}
    if answer in rights:
        return reasons.get(answer, "that is the answer")
    if answer not in reasons:
        choices = ", ".join(sorted(map(str, rights | set(reasons))))
        try_again(f"{quoted(answer)} is not a choice: {choices}")
    return try_again(reasons[answer])


def matching(answers, right, reasons):
    """Check one choice for each of several things; the first that is wrong is told why.

    At the screen the choices can be made there, too, and without a kernel.

    Parameters
    ----------
    answers : a dict, thing -> the learner's choice.
    right : a dict, thing -> the right choice.
    reasons : a dict, thing -> a dict, answer -> why it is wrong there.

    >>> reasons = {"deaths": {"normal": "a count is whole"}}
    >>> checks.matching({"deaths": "normal"}, {"deaths": "Poisson"}, reasons)
    TRY AGAIN ✗ deaths: a count is whole
    """
    wrong = [answer for thing in reasons.values() for answer in thing]
    return asked(
        matched(answers, right, reasons),
        dict.fromkeys(right, options(right.values(), wrong, normalised)),
        lambda thing, answer: matched({thing: answer}, {thing: right[thing]}, reasons),
        repr(matched(right, right, reasons)),
    )


@verdict
def matched(answers, right, reasons):
    if answers is None or answers is ...:
        not_yet("choose an answer first")
    if not isinstance(answers, dict):
        try_again(f"give a dict with one answer for each name; this is {described(answers)}")
    for thing in [*right, *answers]:
        if thing not in answers:
            try_again(f"{thing!r} has no answer: keep the names as they are")
        if thing not in right:
            try_again(f"{quoted(thing)} was not asked for: keep the names as they are")
    for thing, answer in answers.items():
        result = chosen(answer, {right[thing]}, reasons[thing])
        if not result.passed:
            raise Stop(result.status, f"{thing}: {result.message}")
    return f"all {len(right)}, each for a reason"


def alone(answer):
    """One answer, whether it stands alone or in a list; a sentence for what is no answer.

    >>> alone(["c"]), alone(2.0), alone(np.array("c"))
    ('c', 2.0, 'c')
    """
    if isinstance(answer, np.ndarray | np.generic):
        answer = answer.tolist() if answer.size < 2 else answer
    if isinstance(answer, list | tuple | set | frozenset) and len(answer) == 1:
        (answer,) = answer
    simple = answer is None or answer is ... or isinstance(answer, str | int | float)
    if not simple or (isinstance(answer, float) and math.isnan(answer)):
        try_again(f"give one answer, this is {described(answer)}")
    return answer


SAME_NAME = {"gaussian": "normal", "bernoulli": "binomial"}


def normalised(answer):
    """An answer as it is compared: small letters, without brackets and full stops.

    >>> [normalised(answer) for answer in (" C) ", "negative_binomial", "Gaussian")]
    ['c', 'negative binomial', 'normal']
    """
    if not isinstance(answer, str):
        return answer
    words = " ".join(
        answer.lower().strip(" .):;('\"").replace("_", " ").replace("-", " ").split()
    )
    return SAME_NAME.get(words, words)
