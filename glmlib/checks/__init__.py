"""Checks of mathematics by numbers, for learners and for the tests.

A check calls the learner's function on several data sets and compares its answer with a
property: finite differences, a round trip, a gradient of zero. It knows no stored answer.
A wrong answer is compared with the slips of the tables below, and the first that explains
it is what the learner reads. Every check returns a `Verdict`.
"""

from .answers import catches, choice, number, order
from .glms import fit, gradient, hessian, loss
from .links import link, sigmoid
from .optimisers import descent, differences, numerical_gradient
from .verdicts import SYMBOLS as SYMBOLS
from .verdicts import Verdict, call, not_yet, numbers, try_again, verdict  # noqa: F401

__all__ = [
    "Verdict",
    "catches",
    "choice",
    "descent",
    "differences",
    "fit",
    "gradient",
    "hessian",
    "link",
    "loss",
    "number",
    "numerical_gradient",
    "order",
    "sigmoid",
]
