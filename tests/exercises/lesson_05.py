"""The exercises of lesson 05: odds, risk ratios, average effects, a sentence, four outputs."""

import numpy as np

import glmlib
from exercises import Exercise, conclusion, question
from exercises.notebook import definition, solution
from glmlib.course import checks

LINES = definition("05", "lines")


def check_order(order):
    return checks.order(order, LINES, "probability_after", checks.probability_after)


# ---- 2: the coefficient


coefficient = solution("05", "coefficient")


def log_odds(p):
    return np.log(p) - np.log1p(-np.asarray(p))


# ---- 3: average effects


average_effects = solution("05", "average_effects")


def row_by_row(beta, X):
    total = np.zeros(len(beta))
    for x in X:
        mu = glmlib.sigmoid(np.array(x @ beta))
        total = total + mu * (1 - mu) * beta
    return total / len(X)


def with_outer(beta, X):
    mu = glmlib.sigmoid(X @ beta)
    return np.outer(mu * (1 - mu), beta).mean(axis=0)


def by_differences(beta, X, h=1e-5):
    X, beta = np.asarray(X, dtype=float), np.asarray(beta, dtype=float)
    steps = h * np.eye(len(beta))
    return np.array([
        (glmlib.sigmoid((X + s) @ beta) - glmlib.sigmoid((X - s) @ beta)).mean() / (2 * h)
        for s in steps
    ])  # fmt: skip


def at_the_average_row(beta, X):
    mu = glmlib.sigmoid(np.array(X.mean(axis=0) @ beta))
    return mu * (1 - mu) * beta


def at_the_mean_mu(beta, X):
    mu = glmlib.sigmoid(X @ beta).mean()
    return mu * (1 - mu) * beta


def slopes_only(beta, X):
    mu = glmlib.sigmoid(X @ beta)
    return np.full(len(beta), (mu * (1 - mu)).mean())


# ---- 5: four outputs

FOUND = solution("05", "answers")

# ---- a conclusion in words


def berkeley():
    table = glmlib.load("ucb_admissions")
    people = table["Admitted"] + table["Rejected"]
    male = (table["Gender"] == "Male").astype(float)
    departments = np.column_stack([table["Dept"] == name for name in "BCDEF"])
    X = np.column_stack([np.ones(12), male, departments])
    return glmlib.LogisticRegression(X, table["Admitted"] / people, weights=people)


RUBRIC = definition("05", "rubric_of")(berkeley().fit(), 1.8411)


EXERCISES = [
    Exercise(
        name="the probability after",
        kind="order",
        check=check_order,
        stub=definition("05", "order"),
        solution=solution("05", "order"),
        wrong={
            "the probability multiplied": ([5, 2], "multiplies the probability"),
            "the logarithm added to the odds": ([5, 7, 4, 3], "belongs to the log-odds"),
            "back by 1 − odds": ([5, 7, 1, 6], "this is no probability"),
            "nothing multiplied": ([5, 7, 3], "unchanged"),
            "multiplied before odds are there": ([5, 1, 7, 3], "raised UnboundLocalError"),
            "no return": ([5, 7, 1], "returns nothing"),
            "no head": ([7, 1, 3], "not yet a function"),
        },
    ),
    Exercise(
        name="the coefficient with blanks",
        kind="blanks",
        check=checks.coefficient,
        stub=definition("05", "coefficient"),
        solution=coefficient,
        right={
            "log-odds": lambda p0, p1: log_odds(p1) - log_odds(p0),
            "the library's link": lambda p0, p1: (
                glmlib.Logit().link(np.asarray(p1)) - glmlib.Logit().link(np.asarray(p0))
            ),
        },
        wrong={
            "the odds ratio": (
                lambda p0, p1: np.exp(coefficient(p0, p1)),
                "this is the odds ratio",
            ),
            "the difference": (lambda p0, p1: p1 - p0, "the change of the probability"),
            "the log of the risk ratio": (
                lambda p0, p1: np.log(p1 / p0),
                "belongs to the odds",
            ),
            "the risk ratio": (lambda p0, p1: p1 / p0, "this is the risk ratio"),
            "from p1 to p0": (lambda p0, p1: coefficient(p1, p0), "the sign"),
            "base 10": (lambda p0, p1: coefficient(p0, p1) / np.log(10), "base 10"),
            "the odds": (
                lambda p0, p1: p1 / (1 - p1) - p0 / (1 - p0),
                "the change of the odds",
            ),
            "after alone": (lambda p0, p1: log_odds(p1), "the log-odds after"),
            "p over 1 + p": (
                lambda p0, p1: np.log(p1 / (1 + p1)) - np.log(p0 / (1 + p0)),
                "the sign of `p`",
            ),
            "the odds after only": (
                lambda p0, p1: np.log(p1) - log_odds(p0),
                "`p1` is missing",
            ),
            "times four": (lambda p0, p1: 4 * (p1 - p0), "near a half only"),
            "a ratio of log-odds": (
                lambda p0, p1: log_odds(p1) / log_odds(p0),
                "their difference is asked",
            ),
            "one number for an array": (
                lambda p0, p1: float(np.mean(coefficient(p0, p1))),
                "shape (4,) is asked for, yours is ()",
            ),
        },
    ),
    Exercise(
        name="average effects",
        kind="empty",
        check=checks.average_effects,
        stub=definition("05", "average_effects"),
        solution=average_effects,
        right={
            "row by row": row_by_row,
            "an outer product": with_outer,
            "differences": by_differences,
        },
        wrong={
            "the coefficients": (lambda beta, X: beta, "this is β"),
            "the bound": (lambda beta, X: beta / 4, "the bound"),
            "no coefficient": (slopes_only, "the coefficient is missing"),
            "at the average row": (at_the_average_row, "at the average row"),
            "at the mean μ": (at_the_mean_mu, "average the products"),
            "the sum": (
                lambda beta, X: average_effects(beta, X) * len(X),
                "the mean is asked for",
            ),
            "the sign": (lambda beta, X: -average_effects(beta, X), "the sign"),
            "a whole unit": (
                lambda beta, X: np.array(
                    [
                        (glmlib.sigmoid((X + e) @ beta) - glmlib.sigmoid(X @ beta)).mean()
                        for e in np.eye(len(beta))
                    ]
                ),
                "a whole unit more",
            ),
            "the odds ratios": (
                lambda beta, X: average_effects(beta, X) / beta * np.exp(beta),
                "the exponential of `beta`",
            ),
            "a standard deviation of x": (
                lambda beta, X: average_effects(beta, X) * X.std(axis=0),
                "is multiplied by sd",
            ),
            "one row each": (
                lambda beta, X: np.outer(np.ones(len(X)), average_effects(beta, X)),
                "shape (3,) is asked for, yours is (40, 3)",
            ),
        },
    ),
    question(
        asked="05 sentence",
        name="the true sentence",
        kind="trap",
        right=solution("05", "answer"),
        wrong={
            "times as likely": ("a", "multiplies the odds"),
            "the bound for everyone": ("b", "a bound"),
            "the larger coefficient": ("d", "Another unit"),
            "no effect": ("e", "do not know"),
        },
    ),
    Exercise(
        name="four outputs",
        kind="exit",
        check=lambda answers: checks.question("05 outputs", answers),
        stub=definition("05", "answers"),
        solution=FOUND,
        wrong={
            "A separated": (FOUND | {"A": "separation"}, "means of 0 and 1"),
            "C collinear": (FOUND | {"C": "collinear"}, "correlation near 1"),
            "D fine": (FOUND | {"D": "fine"}, "something is off"),
            "B a wrong link": (FOUND | {"B": "wrong link"}, "look at the means"),
            "another word": (FOUND | {"B": "good"}, "is not a choice"),
            "one is missing": ({"A": "collinear"}, "has no answer"),
        },
    ),
    conclusion(
        "05",
        RUBRIC,
        right={
            "the other way round": {
                "comparison": "Women of the same department had 1.11 times the odds of men.",
                "interval": "from 0.94 to 1.29",
            },
            "more figures": {
                "comparison": "The odds of men are 0.905 times those of women.",
                "interval": "[0.772, 1.060]",
            },
        },
        wrong={
            "additive": (
                {"comparison": "0.905 times.", "interval": "from 0.76 to 1.05"},
                "built around the ratio",
            ),
            "one standard error": (
                {"comparison": "0.905 times.", "interval": "from 0.835 to 0.981"},
                "is no 95 %",
            ),
            "all departments together": (
                {"comparison": "Men have 1.84 times the odds.", "interval": "0.77 to 1.06"},
                "this mixes the departments",
            ),
            "the coefficient": (
                {"comparison": "Men are -0.0999 apart.", "interval": "0.77 to 1.06"},
                "take its exponential",
            ),
            "an end of the coefficient": (
                {"comparison": "0.905 times.", "interval": "from -0.258 to 0.0586"},
                "an end for the coefficient",
            ),
            "ends of two intervals": (
                {"comparison": "0.905 times.", "interval": "from 0.77 to 1.29"},
                "different intervals",
            ),
            "turned round": (
                {"comparison": "0.905 times.", "interval": "from 1.06 to 0.77"},
                "lower end of an interval first",
            ),
        },
    ),
]
