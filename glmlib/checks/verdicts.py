"""What a check says, and how it calls a learner's function."""

import contextlib
import copy
import functools
import io
import warnings
from dataclasses import dataclass

import numpy as np

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

    @property
    def passed(self):
        """True for PASS only."""
        return self.status == "PASS"

    def __bool__(self):
        return self.passed

    def __repr__(self):
        return f"{self.status} {SYMBOLS[self.status]} {self.message}"


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
    """Make a check, which returns its praise or raises Stop, return a Verdict."""

    @functools.wraps(check)
    def checked(*arguments, **options):
        try:
            with np.errstate(all="ignore"):
                return Verdict("PASS", check(*arguments, **options))
        except Stop as stop:
            return Verdict(stop.status, str(stop))

    return checked


# ---- call the learner's function


def call(f, where="", **given):
    """f(*given) as an array of floats; what goes wrong on the way ends the check.

    The function gets copies, what it prints or warns is dropped, and `given` must be the
    same afterwards.
    """
    copies = copy.deepcopy(given)
    value = run(f, where, *copies.values())
    for name, array in given.items():
        if isinstance(array, np.ndarray) and not np.array_equal(array, copies[name]):
            try_again(
                f"your function changes its argument {name} in place: work on a copy", where
            )
    try:
        return np.array(value, dtype=float)  # a copy: the function may use its array again
    except (TypeError, ValueError):
        return try_again(f"your function returns {a(value)}: numbers are needed", where)


def run(f, where, *arguments):
    """The bare value of f(*arguments); NOT YET for a stub, TRY AGAIN for an exception."""
    if f is None or f is ...:
        not_yet("write the function first")
    if not callable(f):
        try_again(f"hand over the function itself, without calling it: this is {a(f)}")
    try:
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = f(*arguments)
    except Stop:
        raise
    except NotImplementedError:
        not_yet("write the body of the function first")
    except Exception as error:
        if unfinished(f, error):
            not_yet("fill in the blanks first")
        try_again(f"your function raised {said(error)}", where)
    if value is None or value is ... or value is NotImplemented:
        not_yet("your function returns nothing yet: its last line is a return")
    return value


def unfinished(f, error):
    """Whether `error` comes from a blank: an Ellipsis in the code, or the name ____."""
    f = getattr(f, "__wrapped__", f)
    blank = isinstance(error, NameError) and not str(error.name or "x").strip("_")
    return blank or ... in getattr(getattr(f, "__code__", None), "co_consts", ())


def said(error):
    """An exception's name and the beginning of what it says.

    >>> said(ZeroDivisionError("division by zero"))
    'ZeroDivisionError: division by zero'
    """
    return f"{type(error).__name__}: {str(error).partition(chr(10))[0][:110]}".strip(": ")


def a(value):
    """What a value is, in words: "of type list", "an array of shape (3,)"."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    return f"of type {type(value).__name__}"


def as_number(answer):
    """The number that a learner wrote; NOT YET without one, TRY AGAIN when it is none."""
    if answer is None or answer is ... or answer == "":
        not_yet("write your number first")
    try:
        return float(answer)
    except (TypeError, ValueError):
        return try_again(f"a number is needed, this is {a(answer)}")


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
