"""What a check says, and how it calls a learner's function."""

import ast
import contextlib
import copy
import functools
import inspect
import io
import textwrap
import threading
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from ...families import Family
from ...links import Link
from ..watched import after_solution
from . import limit
from .errors import explained

SYMBOLS = {"PASS": "✓", "TRY AGAIN": "✗", "NOT YET": "…"}


@dataclass(frozen=True, repr=False)
class Verdict:
    """What a check says: `status` is PASS, TRY AGAIN or NOT YET; `message` says why.

    >>> Verdict("PASS", "the gradient agrees with finite differences")
    PASS ✓ the gradient agrees with finite differences
    >>> Verdict("NOT YET", "write the function first").passed
    False
    """

    status: str
    message: str
    form: Callable | None = field(default=None, compare=False)  # a question as HTML

    @property
    def passed(self):
        """True for PASS only."""
        return self.status == "PASS"

    def __bool__(self):
        return self.passed

    def __repr__(self):
        return f"{self.status} {SYMBOLS[self.status]} {self.message}"

    def _repr_pretty_(self, printer, cycle):
        """In a notebook: a verdict on the stored solution is not taken for the learner's."""
        printer.text(("The solution: " if after_solution() else "") + repr(self))

    def _repr_html_(self):
        """A question that is not answered yet can be answered at the screen."""
        return None if self.passed or self.form is None else self.form()


class Stop(Exception):
    """Ends a check with a status and a sentence; it never leaves this module."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


def try_again(message, where=""):
    raise Stop("TRY AGAIN", message + (f"\n({where})" if where else ""))


def not_yet(message):
    raise Stop("NOT YET", message)


def verdict(check):
    """Make a check, which returns its praise or raises Stop, return a Verdict.

    The learner's code in it has `limit.BUDGET` seconds, in checks within checks too.
    """

    @functools.wraps(check)
    def checked(*arguments, **options):
        outermost = getattr(LEFT, "seconds", None) is None
        if outermost:
            LEFT.seconds = limit.BUDGET
        try:
            with np.errstate(all="ignore"):
                return Verdict("PASS", check(*arguments, **options))
        except Stop as stop:
            return Verdict(stop.status, str(stop))
        finally:
            if outermost:
                LEFT.seconds = None

    return checked


LEFT = threading.local()  # the seconds that the learner's code has left in this check


# ---- call the learner's function


def call(f, where="", **given):
    """f(*given) as an array of floats; what goes wrong on the way ends the check.

    The function gets copies, what it prints or warns is dropped, and `given` must be the
    same afterwards.
    """
    # a family or a link never changes, and a copy of it would be a new one of its name
    copies = {
        name: value if isinstance(value, Family | Link) else copy.deepcopy(value)
        for name, value in given.items()
    }
    value = run(f, where, *copies.values())
    for name, array in given.items():
        if isinstance(array, np.ndarray) and not np.array_equal(array, copies[name]):
            try_again(
                f"your function changes its argument {name} in place: work on a copy", where
            )
    return as_array(value, where)


def run(f, where, *arguments):
    """The bare value of f(*arguments); NOT YET for a stub, TRY AGAIN for an exception."""
    if f is None or f is ...:
        not_yet("write the function first")
    if not callable(f):
        try_again(f"hand over the function itself, without calling it: this is {described(f)}")
    try:
        value = timed(lambda: f(*arguments), where)
    except NotImplementedError:
        not_yet("write the body of the function first")
    except (Exception, SystemExit, GeneratorExit) as error:
        if isinstance(error, Stop):
            raise
        if unfinished(f, error):
            not_yet("fill in the blanks first")
        try_again(f"your function raised {explained(error)}", where)
    if inspect.iscoroutine(value):
        value.close()
    if value is None or value is ... or value is NotImplemented:
        not_yet("your function returns nothing yet: its last line is a return")
    return value


def timed(f, where=""):
    """f() in silence, and no longer than a few seconds."""
    left = getattr(LEFT, "seconds", None)
    left = limit.BUDGET if left is None else left
    slow = f"too slow: the check has waited {limit.BUDGET:.0f} seconds for your function"
    if left <= 0:
        try_again(slow, where)
    start = time.monotonic()
    try:
        with contextlib.redirect_stdout(Nowhere()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return limit.within(min(limit.SECONDS, left), f)
    except limit.Late:
        if left < limit.SECONDS:
            try_again(slow, where)
        spent = time.monotonic() - start
        return try_again(
            f"still running after {spent:.0f} seconds, so the check stopped your code.\n"
            "Is there a loop that never ends? Its condition must look at something that the\n"
            "loop computes again; a `for` over a fixed number of steps always ends",
            where,
        )
    finally:
        if getattr(LEFT, "seconds", None) is not None:
            LEFT.seconds -= time.monotonic() - start


class Nowhere(io.TextIOBase):
    """Takes whatever is printed and keeps nothing."""

    def write(self, text):
        return len(text)


MOST = 1_000_000  # numbers; no exercise asks for more


def as_array(value, where=""):
    """A new array of floats from what a learner's function returned."""

    def convert():
        size = getattr(value, "size", None)
        size = len(value) if size is None and hasattr(value, "__len__") else size
        if isinstance(size, int | np.integer) and size > MOST:
            try_again(
                f"your function returns {size:,} numbers: the exercise needs far fewer", where
            )
        found = np.asarray(value)
        if found.dtype.kind not in "biufO":
            raise TypeError
        return np.array(found, dtype=float)  # a copy: the function may use its array again

    try:
        return timed(convert, where)
    except Stop:
        raise
    except Exception:
        return try_again(f"your function returns {described(value)}: {uneven(value)}", where)


def uneven(value):
    """What to say of something that is no array of numbers.

    >>> uneven("0.5"), uneven((np.ones(3), np.ones((3, 3))))
    ('numbers are needed', 'is only its diagonal asked for?')
    """
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], np.ndarray):
        shapes = [np.shape(part) for part in value]
        if shapes[1] == () and shapes[0] != ():
            return "return one of the two"
        if shapes[1] == 2 * shapes[0]:
            return "is only its diagonal asked for?"
        return "arrays of one shape are needed"
    return "numbers are needed"


def reshaped(found, shape):
    """`found` in this shape if it is a column (n, 1) or a number in an array, else as it is.

    >>> reshaped(np.ones((3, 1)), (3,)).shape, reshaped(np.ones((1, 3)), (3,)).shape
    ((3,), (1, 3))
    """
    ones = found.shape[len(shape) :]
    same = found.shape[: len(shape)] == tuple(shape) and set(ones) <= {1}
    return found.reshape(shape) if same else found


def unfinished(f, error):
    """Whether `error` comes from a blank: an Ellipsis in the code, or the name ____."""
    f = getattr(f, "__wrapped__", f)
    blank = isinstance(error, NameError) and not str(error.name or "x").strip("_")
    constants = getattr(getattr(f, "__code__", None), "co_consts", ())
    if blank or not any(c is ... or (type(c) is tuple and ... in c) for c in constants):
        return blank  # `a, b = ..., ...` has a tuple of two
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(f)))
    except (OSError, TypeError, SyntaxError):
        return True
    return holds_blank(tree)


def holds_blank(tree):
    """Whether ... stands for something to be filled in; X[..., 0] is none.

    >>> holds_blank(ast.parse("mu = ...")), holds_blank(ast.parse("X[..., 0]"))
    (True, False)
    """
    indices = [n.slice for n in ast.walk(tree) if isinstance(n, ast.Subscript)]
    inside = {id(node) for index in indices for node in ast.walk(index)}
    return any(
        isinstance(node, ast.Constant) and node.value is ... and id(node) not in inside
        for node in ast.walk(tree)
    )


def described(value):
    """What a value is, in words.

    >>> described(np.ones(3)), described([1, 2]), described((np.ones(3), "x"))
    ('an array of shape (3,)', 'a list of 2', 'a tuple of an array of shape (3,) and a str')
    """
    kind = type(value).__name__
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}" + (" of text" * (value.dtype.kind in "US"))
    if type(value) is tuple and 1 < len(value) < 4:
        return "a tuple of " + " and ".join(
            f"a {type(part).__name__}" if type(part) is tuple else described(part)
            for part in value
        )
    if type(value) in (list, tuple, dict, set):
        return f"a {kind} of {len(value)}"
    if kind in ("generator", "coroutine"):
        return f"a {kind}, made by `{'yield' if kind == 'generator' else 'async'}`"
    return f"a{'n' * (kind[:1].lower() in 'aeiou')} {kind}"


def quoted(value):
    """What a learner wrote, quoted, when it is short.

    >>> quoted("d"), quoted(list(range(99)))
    ("'d'", 'a list of 99')
    """
    try:
        text = repr(value)
    except Exception:
        return described(value)
    short = isinstance(text, str) and len(text) <= 60 and "\n" not in text
    return text if short and " at 0x" not in text else described(value)


# ---- a number that a learner wrote


def readings(answer):
    """The numbers that an answer may mean, the likeliest first.

    1,471 is 1471 in one country and 1.471 in another. A true minus sign, a fraction and a
    number in an array are read. NOT YET without an answer, TRY AGAIN when it is no number.

    >>> readings("−0,5"), readings("1,471"), readings("11/2"), readings(np.array([3]))
    ([-0.5], [1471.0, 1.471], [5.5], [3.0])
    """
    if answer is None or answer is ... or (isinstance(answer, str) and not answer.strip()):
        not_yet("write your number first")
    found = []
    if isinstance(answer, str):
        for text in spellings(answer):
            with contextlib.suppress(ValueError, ZeroDivisionError, OverflowError):
                found.append(float(Fraction(text)) if "/" in text else float(text))
    elif not isinstance(answer, bool | np.bool_ | bytes):
        with contextlib.suppress(Exception):
            value = np.asarray(answer)
            if value.size == 1 and value.dtype.kind in "iufO":
                found = [float(value.ravel()[0])]
    if not found:
        try_again(f"a number is needed, this is {described(answer)}")
    if np.isnan(found).any():
        try_again("a number is needed, this is NaN, which is none")
    return found


def spellings(text):
    """A written number as Python writes it, in the ways in which its comma can be meant."""
    text = "".join(text.split()).replace("\u2212", "-").replace("\u2013", "-").replace("_", "")
    if "," not in text:
        return [text]
    groups = text.lstrip("+-").partition(".")[0].split(",")
    thousands = 0 < len(groups[0]) < 4 and all(len(group) == 3 for group in groups[1:])
    ways = [text.replace(",", "")] if thousands else []
    if text.count(",") == 1:
        ways.append(text.replace(".", "").replace(",", "."))
    return ways


def numbers(value, digits=4):
    """An array in at most four numbers of four digits.

    >>> numbers(np.array([1.0, -0.25, 123456.0, 4.0, 5.0]))
    '[1, -0.25, 1.235e+05, 4, …]'
    """
    value = np.asarray(value, dtype=float)
    if value.ndim == 0:
        return f"{float(value):.{digits}g}"
    more = ", …" if value.size > 4 else ""
    return "[" + ", ".join(f"{v:.{digits}g}" for v in value.ravel()[:4]) + more + "]"


def apart(one, other, digits=4):
    """Both as `numbers` shows them, with as many digits as it takes to tell them apart.

    >>> apart(0.98201379, 0.98201381)
    ('0.98201379', '0.98201381')
    """
    one, other = np.asarray(one, dtype=float), np.asarray(other, dtype=float)
    if one.shape == other.shape and one.size > 4:
        gap = np.nan_to_num(np.abs(one - other).ravel(), nan=np.inf)
        if gap.argmax() > 3 and not gap[:4].any():  # the numbers shown would be the same
            one, other = one.ravel()[gap.argmax()], other.ravel()[gap.argmax()]
    for k in range(digits, 18):
        shown = numbers(one, k), numbers(other, k)
        if shown[0] != shown[1]:
            break
    return shown
