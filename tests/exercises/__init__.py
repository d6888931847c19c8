"""The exercises of the lessons, each with answers that its check must tell apart.

A module `lesson_NN.py` here holds the list `EXERCISES` for `notebooks/NN_*.ipynb`:

    from exercises import Exercise
    from glmlib import PoissonRegression
    from exercises.notebook import definition, solution
    from glmlib.course import checks

    EXERCISES = [
        Exercise(
            name="the Poisson gradient",
            kind="empty",
            check=lambda answer: checks.gradient(answer, PoissonRegression),
            stub=definition("06", "gradient"),
            solution=solution("06", "gradient"),
            right={"a loop": ..., "einsum": ...},
            wrong={"the score": (lambda beta, X, y: ..., "the sign"), ...},
        ),
    ]

An answer is what the learner hands over: a function, an order of lines, a choice.
"""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from glmlib.course import checks

# Lines to put in order, blanks to fill, an empty function, a trap, the exit question.
KINDS = ("order", "blanks", "empty", "trap", "exit")


@dataclass(frozen=True)
class Exercise:
    """One exercise: its check, and the answers the check has to tell apart.

    Attributes
    ----------
    name : str
    kind : one of `KINDS`; a lesson has at least one exercise of each.
    check : answer -> Verdict
    stub : what the learner is given; the check says NOT YET.
    solution : the answer of the notebook's solution cell; PASS.
    wrong : name -> (answer, words that the diagnosis must hold), three at least.
    right : name -> an answer written differently; two at least where the answer is code.
    """

    name: str
    kind: str
    check: Callable
    stub: Any
    solution: Any
    wrong: dict
    right: dict = field(default_factory=dict)


def question(name, kind, right, reasons, wrong):
    """An exercise with choices: the right letter, also as a capital, and why others fail."""
    return Exercise(
        name=name,
        kind=kind,
        check=lambda answer: checks.choice(answer, right, reasons),
        stub=None,
        solution=right,
        right={"a capital": right.upper()},
        wrong=wrong,
    )


def lessons():
    """The modules lesson_NN, by number: {"02": module, …}."""
    names = sorted(m.name for m in pkgutil.iter_modules(__path__))
    return {
        name.removeprefix("lesson_"): importlib.import_module(f"{__name__}.{name}")
        for name in names
        if name.startswith("lesson_")
    }
