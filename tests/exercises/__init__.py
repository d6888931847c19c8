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

# Lines to put in order, blanks to fill, an empty function, a trap, a conclusion in words,
# the exit question.
KINDS = ("order", "blanks", "empty", "trap", "written", "exit")


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


def conclusion(lesson, rubric, right, wrong):
    """The exercise in writing a conclusion: its numbers are checked, its words are ticked."""
    from exercises.notebook import definition, solution

    return Exercise(
        name="a conclusion",
        kind="written",
        check=lambda sentences: checks.report(sentences, rubric),
        stub=definition(lesson, "conclusion"),
        solution=solution(lesson, "conclusion"),
        right=right,
        wrong=wrong,
    )


def question(asked, name, kind, right, wrong):
    """An exercise with choices: the right letter, also as a capital, and why others fail."""
    return Exercise(
        name=name,
        kind=kind,
        check=lambda answer: checks.question(asked, answer),
        stub=None,
        solution=right,
        right={"a capital": right.upper()},
        wrong=wrong,
    )


# The number of every lesson with exercises, "02" say. Its module is imported by `of`: pytest
# collects the tests of all lessons before it runs those of one.
LESSONS = sorted(
    module.name.removeprefix("lesson_")
    for module in pkgutil.iter_modules(__path__)
    if module.name.startswith("lesson_")
)


def of(lesson):
    """The exercises of a lesson, by name."""
    module = importlib.import_module(f"{__name__}.lesson_{lesson}")
    found = {exercise.name: exercise for exercise in module.EXERCISES}
    assert len(found) == len(module.EXERCISES), "two exercises of one lesson share a name"
    return found
