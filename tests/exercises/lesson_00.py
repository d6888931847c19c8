"""The exercises of lesson 00, start here."""

import numpy as np

from exercises import Exercise, conclusion
from exercises.notebook import definition, solution
from glmlib import LinearRegression
from glmlib.course import checks

LINES = definition("00", "lines")


def check_order(order):
    return checks.order(
        order, LINES, "linear_loss", lambda f: checks.loss(f, LinearRegression)
    )


linear_gradient = solution("00", "linear_gradient")


log_link, inverse_link = solution("00", "log_link", "inverse_link")


# ---- a conclusion in words


RUBRIC = definition("00", "rubric_of")(
    definition("00", "kilograms"), definition("00", "centimetres")
)


EXERCISES = [
    Exercise(
        name="the order of a loss",
        kind="order",
        check=check_order,
        stub=definition("00", "order"),
        solution=solution("00", "order"),
        wrong={
            "misses before mu": ([4, 3, 2, 1], "raised UnboundLocalError"),
            "no return": ([4, 2, 3], "returns nothing"),
            "the definition last": ([2, 3, 1, 4], "Python says"),
            "counted from 0": ([3, 1, 2, 0], "there is no line 0"),
        },
    ),
    Exercise(
        name="two blanks in a gradient",
        kind="blanks",
        check=lambda answer: checks.gradient(answer, LinearRegression),
        stub=definition("00", "linear_gradient"),
        solution=linear_gradient,
        right={
            "without mu": lambda beta, X, y: X.T @ X @ beta - X.T @ y,
            "einsum": lambda beta, X, y: np.einsum("ij,i->j", X, X @ beta - y),
        },
        wrong={
            "the score": (lambda beta, X, y: X.T @ (y - X @ beta), "this is the score"),
            "added": (lambda beta, X, y: X.T @ (X @ beta + y), "the sign of y"),
            "no y": (lambda beta, X, y: X.T @ (X @ beta), "y is missing"),
            "no mu": (lambda beta, X, y: -X.T @ y, "mu is missing"),
            "times beta": (lambda b, X, y: b * (X.T @ (X @ b - y)), "by that of beta"),
        },
    ),
    Exercise(
        name="the log link",
        kind="empty",
        check=definition("00", "check_log_link"),
        stub=(definition("00", "log_link"), definition("00", "inverse_link")),
        solution=(log_link, inverse_link),
        right={
            "by the base 2": (
                lambda mu: np.log2(mu) * np.log(2),
                lambda eta: np.exp2(eta / np.log(2)),
            ),
            "by log1p and expm1": (lambda mu: np.log1p(mu - 1), lambda eta: np.expm1(eta) + 1),
        },
        wrong={
            "exchanged": ((inverse_link, log_link), "finite numbers are needed"),
            "no link": ((lambda mu: mu, lambda eta: eta), "domain"),
            "the base 10": ((np.log10, lambda eta: 10.0**eta), "not the log link"),
            "the sign": ((log_link, lambda eta: np.exp(-eta)), "the sign of eta"),
            "one base each": ((log_link, lambda eta: 10.0**eta), "its inverse is not"),
            "minus twice": ((lambda mu: -np.log(mu), lambda eta: np.exp(-eta)), "the sign of"),
        },
    ),
    conclusion(
        "00",
        RUBRIC,
        right={
            "rounded": {"slope": "One kg more, 2.0 cm more, measured from 0.5 kg to 2.5 kg."},
            "a decimal comma": {"slope": "Je Kilogramm 2,04 cm."},
        },
        wrong={
            "no number": ({"slope": "The spring stretches evenly."}, "it has no figures"),
            "with an intercept": ({"slope": "It is 1.94 cm a kilogram."}, "an intercept"),
            "millimetres": ({"slope": "20.4 mm a kilogram."}, "look at the unit"),
            "a mean of ratios": ({"slope": "2.11 cm a kilogram."}, "the mean of the ratios"),
            "x on y": ({"slope": "0.488 kilograms a centimetre."}, "slope of x on y"),
            "one figure": ({"slope": "About 2 cm a kilogram."}, "two figures"),
            "nothing in quotes": ({"slope": 2.04}, "text in quotes"),
        },
    ),
]
