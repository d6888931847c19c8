"""The questions with choices: what is right, and what speaks against every other answer.

They stand here and not in the lessons, so that a hand-out does not hold its own key. The
module `lesson_NN.py` belongs to `notebooks/NN_*.ipynb`:

    trap = key("b", a="why a is wrong", c="why c is wrong")

and the lesson asks it by `checks.question("NN trap", answer)`. Where several things are asked
at once, it is a pair of dicts, as `checks.matching` or `checks.cards` take them. A lesson that
is not in the package has a file `questions_NN.py` beside it.
"""

from importlib import import_module
from importlib.util import find_spec

from ..start import packages


def key(right, **reasons):
    """The right letter of a question, and why every other one is wrong."""
    return right, reasons


def of(name):
    """(right, reasons) of a question, by its lesson and its name; LookupError if it has none.

    >>> of("02 trap")[0]
    'd'
    """
    lesson, _, asked = name.partition(" ")
    theirs = [f"{package}.questions_{lesson}" for package in packages()]
    for place in (*theirs, f"{__name__}.lesson_{lesson}", f"questions_{lesson}"):
        if find_spec(place) and hasattr(import_module(place), asked):
            return getattr(import_module(place), asked)
    raise LookupError(f"there is no question {name!r}")
