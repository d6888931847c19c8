"""The derivations of the lessons, in a form that a machine can check.

A derivation is a list of steps. A step says the same thing three times: as algebra, as the
line of NumPy, and, evaluated, as numbers. Its `move` says what was done to the line before.
`evaluate` runs the lines on data and computes for each step what its move leads to, so that
"this line follows from that one" is a comparison of two arrays.
"""

from dataclasses import replace
from functools import cache

import numpy as np

from ...numerical import numerical_gradient
from .analysis import ASSESSMENT, LEVELS
from .descent import (
    CENTRAL_DIFFERENCE,
    DESCENT,
    MEAN_OF_ROWS,
    SCALED_COLUMNS,
    STANDARD_ERRORS_AWAY,
    TWO_ERRORS,
)
from .distributions import (
    DEVIANCE,
    EXPONENTIAL_FAMILY,
    MIXTURE,
    OVERDISPERSION,
    QUANTILE_RESIDUALS,
    VARIANCE_FUNCTIONS,
)
from .linear import LINEAR, LINEAR_ERRORS
from .logistic import LOGISTIC, LOGISTIC_ERRORS
from .newton import DIGITS, HALVING, NEWTON, TWO_INFORMATIONS
from .parts import PARTS
from .poisson import POISSON, POISSON_RATES
from .practice import PRACTICE
from .reading import CAUSE_LEFT_OUT, READING
from .rows import FALLING_RATES, NOISE_FLOOR, SUMS
from .slope import SLOPE
from .step import Derivation, Step

__all__ = ["DERIVATIONS", "Derivation", "Step", "evaluate"]

DERIVATIONS = {
    "slope": SLOPE,
    "parts": PARTS,
    "linear": LINEAR,
    "linear errors": LINEAR_ERRORS,
    "descent": DESCENT,
    "central difference": CENTRAL_DIFFERENCE,
    "mean of rows": MEAN_OF_ROWS,
    "standard errors away": STANDARD_ERRORS_AWAY,
    "two errors": TWO_ERRORS,
    "scaled columns": SCALED_COLUMNS,
    "logistic": LOGISTIC,
    "logistic errors": LOGISTIC_ERRORS,
    "reading": READING,
    "cause left out": CAUSE_LEFT_OUT,
    "poisson": POISSON,
    "poisson rates": POISSON_RATES,
    "practice": PRACTICE,
    "exponential family": EXPONENTIAL_FAMILY,
    "variance functions": VARIANCE_FUNCTIONS,
    "deviance": DEVIANCE,
    "overdispersion": OVERDISPERSION,
    "mixture": MIXTURE,
    "quantile residuals": QUANTILE_RESIDUALS,
    "newton": NEWTON,
    "two informations": TWO_INFORMATIONS,
    "halving": HALVING,
    "digits": DIGITS,
    "levels": LEVELS,
    "assessment": ASSESSMENT,
    "sums": SUMS,
    "noise floor": NOISE_FLOOR,
    "falling rates": FALLING_RATES,
}


def evaluate(derivation, X, y, beta, **fixed):
    """The steps of a derivation with their numbers, at one (X, y, β).

    Parameters
    ----------
    derivation : a Derivation, or its name in DERIVATIONS, such as "linear".
    X (n, d), y (n,), beta (d,) : the data and the point.
    fixed : values of names such as sigma or eta, which the lines then cannot change.

    Returns a tuple of Step. `value` comes from running `code`, `expected` from `move`.
    Raises KeyError for an unknown derivation, and whatever a line raises.

    >>> steps = evaluate("poisson", np.ones((2, 1)), np.array([1, 2]), np.array([0.0]))
    >>> steps[9].code, float(steps[9].value)
    ('loss = np.sum(np.exp(eta) - y * eta)', 2.0)
    >>> all(step.agrees for step in steps)
    True
    """
    if isinstance(derivation, str):
        derivation = DERIVATIONS[derivation]
    X, y, beta = (np.asarray(array, dtype=float) for array in (X, y, beta))
    fixed = {"X": X, "y": y, "beta": beta, **fixed}
    lines, done, before = derivation.given.splitlines(), [], None
    names = run(lines, fixed)

    def derivative(name, by):
        slopes = numerical_gradient(lambda at: run(lines, {**fixed, by: at})[name], names[by])
        return np.diag(slopes) if by == "eta" else slopes  # each row has an η of its own

    for step in derivation.steps:
        scope = {**names, "before": before, "derivative": derivative}
        expected = None if step.move is None else eval(compiled(step.move, "eval"), scope)
        lines.append(step.code)
        before = run([step.code], fixed, names)[step.name]
        done.append(replace(step, value=before, expected=expected))
    return tuple(done)


def run(lines, fixed, names=None):
    """The names that the lines leave behind; those in `fixed` stay as they are."""
    if names is None:
        n, d = fixed["X"].shape
        names = {"np": np, "n": n, "d": d, **fixed}
    for line in lines:
        exec(compiled(line, "exec"), names)
        names.update(fixed)
    return names


@cache
def compiled(code, mode):
    return compile(code, "derivation", mode)
