"""The exercises of lesson 01: links and their inverses, families, and what stays linear."""

import numpy as np

import glmlib
from exercises import Exercise, conclusion, question
from exercises.notebook import definition, solution
from glmlib.course import checks, questions

LINES = definition("01", "logit_lines")
check_inverse_logit = definition("01", "check_inverse_logit")
check_cloglog = definition("01", "check_cloglog")
check_links = definition("01", "check_links")
FAMILIES, WHY_NOT = questions.of("01 families")
TRAP, EXIT = questions.of("01 trap")[1], questions.of("01 exit")[1]

# ---- 2: the blanks


cloglog, inverse_cloglog = solution("01", "cloglog", "inverse_cloglog")


# ---- 3: four links from empty functions


link, inverse_link, inverse_link_slope = solution(
    "01", "link", "inverse_link", "inverse_link_slope"
)


def with_link(changed, right):
    """The solution, with another function for one link."""
    name, function = changed
    return lambda asked, values: function(values) if asked == name else right(asked, values)


def slope_of(mu):
    """The slopes from the mean: a different way to write all four."""
    return {"identity": mu * 0 + 1, "log": mu, "logit": mu - mu**2, "inverse": -(mu**2)}


def by_differences(name, eta):
    h = 1e-5
    return (inverse_link(name, eta + h) - inverse_link(name, eta - h)) / (2 * h)


TABLE = {
    "identity": (lambda mu: mu + 0.0, lambda eta: eta + 0.0),
    "log": (np.log, np.exp),
    "logit": (lambda mu: np.log(mu) - np.log1p(-mu), glmlib.sigmoid),
    "inverse": (np.reciprocal, np.reciprocal),
}

# ---- 4: eight responses


def all_right_but(response=None, family=None):
    return {**FAMILIES, **({response: family} if response else {})}


RINGS, FORECAST = "damaged O-rings out of 6", "error of a temperature forecast, in °C"

# ---- a conclusion in words


RUBRIC = definition("01", "rubric_of")(
    np.repeat(*(glmlib.load("rutherford_geiger")[k].astype(int) for k in ("alpha", "freq")))
)


EXERCISES = [
    Exercise(
        name="the order of the inverse logit's lines",
        kind="order",
        check=lambda order: checks.order(order, LINES, "inverse_logit", check_inverse_logit),
        stub=definition("01", "order"),
        solution=solution("01", "order"),
        wrong={
            "odds of the odds": ([4, 3, 2, 1], "the round trip fails"),
            "the wrong way round": ([4, 3, 7, 1], "the round trip gives 1 − mu"),
            "log for exp": ([4, 5, 6, 1], "the round trip fails"),
            "share before odds": ([4, 6, 3, 1], "variable 'odds'"),
            "no return": ([4, 3, 6], "returns nothing"),
            "no definition": ([3, 6, 1], "not yet a function"),
        },
    ),
    Exercise(
        name="the cloglog link",
        kind="blanks",
        check=lambda pair: check_cloglog(*pair),
        stub=(definition("01", "cloglog"), definition("01", "inverse_cloglog")),
        solution=(cloglog, inverse_cloglog),
        right={
            "one line each": (
                lambda mu: np.log(-np.log(1 - mu)),
                lambda eta: 1 - np.exp(-np.exp(eta)),
            ),
            "log1p and expm1": (
                lambda mu: np.log(-np.log1p(-mu)),
                lambda eta: -np.expm1(-np.exp(eta)),
            ),
        },
        wrong={
            "a lost minus": (
                (lambda mu: np.log(np.log(1 - mu)), inverse_cloglog),
                "finite numbers are needed",
            ),
            "the share without": (
                (cloglog, lambda eta: np.exp(-np.exp(eta))),
                "the round trip gives 1 − mu",
            ),
            "the other tail": (
                (lambda mu: np.log(-np.log(mu)), lambda eta: np.exp(-np.exp(eta))),
                "not the cloglog link",
            ),
            "no minus in the exponent": (
                (cloglog, lambda eta: 1 - np.exp(np.exp(eta))),
                "the round trip fails",
            ),
            "the logit": (
                (lambda mu: np.log(mu / (1 - mu)), glmlib.sigmoid),
                "not the cloglog link",
            ),
            "the base 10": (
                (lambda mu: np.log10(-np.log(1 - mu)), lambda eta: 1 - np.exp(-(10.0**eta))),
                "log10 stands where log belongs",
            ),
            "no exponential": (
                (cloglog, lambda eta: 1 - np.exp(-eta)),
                "eta stands where `exp(eta)` belongs",
            ),
            "minus eta": (
                (cloglog, lambda eta: 1 - np.exp(-np.exp(-eta))),
                "its inverse is not: the sign of `eta`",
            ),
        },
    ),
    Exercise(
        name="four links",
        kind="empty",
        check=lambda three: check_links(*three),
        stub=(
            definition("01", "link"),
            definition("01", "inverse_link"),
            definition("01", "inverse_link_slope"),
        ),
        solution=(link, inverse_link, inverse_link_slope),
        right={
            "a table": (
                lambda name, mu: TABLE[name][0](mu),
                lambda name, eta: TABLE[name][1](eta),
                by_differences,
            ),
            "slopes from the mean": (
                link,
                inverse_link,
                lambda name, eta: slope_of(inverse_link(name, eta))[name],
            ),
        },
        wrong={
            "the sign of the logit": (
                (
                    link,
                    with_link(("logit", lambda eta: 1 / (1 + np.exp(eta))), inverse_link),
                    inverse_link_slope,
                ),
                "logit: the sign of eta",
            ),
            "odds without log": (
                (
                    with_link(("logit", lambda mu: mu / (1 - mu)), link),
                    with_link(("logit", lambda eta: eta / (1 + eta)), inverse_link),
                    inverse_link_slope,
                ),
                "leaves the domain",
            ),
            "log to base 10": (
                (
                    with_link(("log", np.log10), link),
                    with_link(("log", lambda eta: 10**eta), inverse_link),
                    inverse_link_slope,
                ),
                "not the log link",
            ),
            "the derivative of the link": (
                (
                    link,
                    inverse_link,
                    with_link(("log", lambda eta: np.exp(-eta)), inverse_link_slope),
                ),
                "turn the fraction over",
            ),
            "a falling link": (
                (
                    link,
                    inverse_link,
                    with_link(("inverse", lambda eta: eta**-2), inverse_link_slope),
                ),
                "the sign of the slope",
            ),
            "one number": (
                (
                    link,
                    inverse_link,
                    with_link(("identity", lambda eta: 1), inverse_link_slope),
                ),
                "yours is ()",
            ),
        },
    ),
    Exercise(
        name="eight responses",
        kind="blanks",
        check=lambda answers: checks.question("01 families", answers),
        stub=definition("01", "answers"),
        solution=solution("01", "answers"),
        right={"small letters": {key: name.lower() for key, name in FAMILIES.items()}},
        wrong={
            f"{family}, {response}": (all_right_but(response, family), words)
            for response, reasons in WHY_NOT.items()
            for family, words in reasons.items()
        }
        | {
            "a typing mistake": (all_right_but(RINGS, "binominal"), "is not a choice"),
            "one left out": ({FORECAST: "normal"}, "has no answer"),
        },
    ),
    question(
        asked="01 trap",
        name="the trap",
        kind="trap",
        right=solution("01", "trap"),
        wrong={answer: (answer, words) for answer, words in TRAP.items()},
    ),
    question(
        asked="01 exit",
        name="the exit question",
        kind="exit",
        right=solution("01", "exit_answer"),
        wrong={answer: (answer, words) for answer, words in EXIT.items()},
    ),
    conclusion(
        "01",
        RUBRIC,
        right={
            "in other words": {
                "component": "With a variance of 3.7 beside a mean of 3.87 a Poisson count."
            },
            "more figures": {"component": "Mean 3.8715, variance 3.6962: Poisson."},
        },
        wrong={
            "no variance": ({"component": "Poisson with the mean 3.87."}, "the variance"),
            "the mean of the squares": (
                {"component": "Mean 3.87, variance 18.7: no Poisson."},
                "take off the mean's square",
            ),
            "the standard deviation": (
                {"component": "Mean 3.87 and spread 1.92: Poisson."},
                "the standard deviation: square it",
            ),
            "no number": ({"component": "It is Poisson, as counts are."}, "it has no figures"),
            "another name": (
                {"a": "Mean 3.87, variance 3.70."},
                "a sentence for each of",
            ),
        },
    ),
]
