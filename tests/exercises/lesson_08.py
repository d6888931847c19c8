"""The exercises of lesson 08: which distribution, and what the wrong one does."""

import numpy as np
from scipy import stats

import glmlib
from exercises import Exercise, conclusion, question
from exercises.notebook import definition, solution
from glmlib.course import checks
from later import later

sm = later("statsmodels.api")

# ---- 1: the decision cards

CARDS = solution("08", "cards")


def check_cards(answer):
    return checks.question("08 cards", answer)


# ---- 2: χ² over the degrees of freedom


pearson_dispersion = solution("08", "pearson_dispersion")


def row_by_row(y, mu, V, d):
    total = 0.0
    for k, m, v in zip(y, mu, V, strict=True):
        total += float(k - m) ** 2 / v
    return total / (len(y) - d)


# ---- 3: the order of the lines

LINES = definition("08", "lines")


def check_order(order):
    return checks.order(order, LINES, "quasi_errors", checks.quasi_errors)


# ---- 4: the variance of a count


count_variance = solution("08", "count_variance")


# ---- 6: the uniform residual


uniform_residuals = solution("08", "uniform_residuals")


def from_above(y, mu, v):
    return stats.poisson.cdf(y, mu) - v * stats.poisson.pmf(y, mu)


def by_a_mixture(y, mu, v):
    low, high = stats.poisson.cdf(y - 1, mu), stats.poisson.cdf(y, mu)
    return (1 - v) * low + v * high


def squeezed(y, mu, v):
    """In the right bounds, and crowded in the middle of each jump."""
    return by_a_mixture(y, mu, 0.5 + (v - 0.5) ** 3)


# ---- a conclusion in words


def counties():
    table = sm.datasets.cancer.load_pandas().data
    cases, people = table["cancer"].to_numpy(float), table["population"].to_numpy(float)
    X = np.ones((len(cases), 1))
    return glmlib.PoissonRegression(X, cases, offset=np.log(people)).fit()


RUBRIC = definition("08", "rubric_of")(counties())


EXERCISES = [
    Exercise(
        name="the decision cards",
        kind="blanks",
        check=check_cards,
        stub=definition("08", "cards"),
        solution=CARDS,
        right={
            "a repair": CARDS | {"doctor visits": ("Quasi-Poisson", "variance > mean")},
            "the names of the families": CARDS
            | {
                "births": ("Gaussian", "spread constant"),
                "doctor visits": ("negative_binomial", "variance > mean"),
            },
            "no spaces": CARDS | {"food": ["gamma", "spread~mean"]},
        },
        wrong={
            "Poisson visits": (
                CARDS | {"doctor visits": ("poisson", "variance = mean")},
                "a squared spread like the mean",
            ),
            "counted beetles": (
                CARDS | {"beetles": ("poisson", "variance = mean")},
                "than there are",
            ),
            "normal food": (CARDS | {"food": ("normal", "spread constant")}, "three groups"),
            "the right family for a wrong reason": (
                CARDS | {"births": ("normal", "histogram")},
                "births: the family can be defended, but not by",
            ),
            "gamma kicks": (
                CARDS | {"horse kicks": ("gamma", "spread ~ mean")},
                "is 0 possible",
            ),
            "no reason": (CARDS | {"beetles": "binomial"}, "give a family and a reason"),
            "another name": (CARDS | {"wine": ("normal", "histogram")}, "no data set 'wine'"),
            "a list": (list(CARDS.values()), "give a dict"),
            "unknown": (CARDS | {"food": ("student", "histogram")}, "not on the list"),
        },
    ),
    Exercise(
        name="the dispersion",
        kind="empty",
        check=checks.dispersion,
        stub=definition("08", "pearson_dispersion"),
        solution=pearson_dispersion,
        right={
            "row by row": row_by_row,
            "a dot product": lambda y, mu, V, d: (
                ((y - mu) / np.sqrt(V)) @ ((y - mu) / np.sqrt(V)) / (len(y) - d)
            ),
        },
        wrong={
            "n": (lambda y, mu, V, d: np.mean((y - mu) ** 2 / V), "divided by n:"),
            "no V": (lambda y, mu, V, d: np.sum((y - mu) ** 2) / (len(y) - d), "V is missing"),
            "V squared": (
                lambda y, mu, V, d: np.sum(((y - mu) / V) ** 2) / (len(y) - d),
                "V is squared",
            ),
            "mu for V": (
                lambda y, mu, V, d: np.sum((y - mu) ** 2 / mu) / (len(y) - d),
                "for Poisson counts only",
            ),
            "chi-squared": (lambda y, mu, V, d: np.sum((y - mu) ** 2 / V), "not yet divided"),
            "not squared": (
                lambda y, mu, V, d: np.sum((y - mu) / V) / (len(y) - d),
                "not squared",
            ),
            "the root": (
                lambda y, mu, V, d: np.sqrt(np.sum((y - mu) ** 2 / V) / (len(y) - d)),
                "its root",
            ),
            "the margin": (
                lambda y, mu, V, d: np.var(y, ddof=1) / np.mean(y),
                "each row has a mean of its own",
            ),
            "per row": (lambda y, mu, V, d: (y - mu) ** 2 / V / (len(y) - d), "shape"),
            "n - d - 1": (
                lambda y, mu, V, d: np.sum((y - mu) ** 2 / V) / (len(y) - d - 1),
                "counts the intercept already",
            ),
            "the root of V": (
                lambda y, mu, V, d: np.sum((y - mu) ** 2 / V**0.5) / (len(y) - d),
                "the root of `V` is taken",
            ),
            "times V": (
                lambda y, mu, V, d: np.sum((y - mu) ** 2 * V) / (len(y) - d),
                "multiplied by `V`, not divided",
            ),
            "n + d": (
                lambda y, mu, V, d: np.sum((y - mu) ** 2 / V) / (len(y) + d),
                "the sign of `d`",
            ),
            "n - 2": (
                lambda y, mu, V, d: np.sum((y - mu) ** 2 / V) / (len(y) - 2),
                "`2` stands where d belongs",
            ),
            "the median": (
                lambda y, mu, V, d: np.median((y - mu) ** 2 / V) / (len(y) - d),
                "median stands where sum belongs",
            ),
            "the mean taken off": (
                lambda y, mu, V, d: np.var((y - mu) / np.sqrt(V), ddof=d),
                "np.var takes the mean",
            ),
            "rounded": (lambda *data: np.round(pearson_dispersion(*data), 2), "rounded to 2"),
            "no brackets": (
                lambda y, mu, V, d: np.sum((y - mu) ** 2 / V) / len(y) - d,
                "needs brackets",
            ),
            "two sums": (
                lambda y, mu, V, d: np.sum((y - mu) ** 2) / np.sum(V),
                "each row by its own V",
            ),
        },
    ),
    Exercise(
        name="the order of the quasi standard errors",
        kind="order",
        check=check_order,
        stub=definition("08", "order"),
        solution=solution("08", "order"),
        right={"phi later": [4, 3, 6, 1]},
        wrong={
            "phi itself": ([4, 6, 3, 5], "φ itself"),
            "no V": ([4, 2, 3, 1], "V(mu) is missing"),
            "n": ([4, 7, 3, 1], "divided by n"),
            "no return": ([4, 6, 3], "returns nothing"),
            "too early": ([4, 1, 6, 3], "phi"),
        },
    ),
    Exercise(
        name="the variance of a count",
        kind="blanks",
        check=checks.count_variance,
        stub=definition("08", "count_variance"),
        solution=count_variance,
        right={
            "one factor": lambda mu, zero: (1 - zero) * mu * (1 + zero * mu),
            "squares less a square": lambda mu, zero: (
                (1 - zero) * (mu + mu * mu) - ((1 - zero) * mu) ** 2
            ),
        },
        wrong={
            "within alone": (
                lambda mu, zero: (1 - zero) * mu,
                "the two means, 0 and mu, differ",
            ),
            "between alone": (
                lambda mu, zero: zero * (1 - zero) * mu**2,
                "Poisson's variance is missing",
            ),
            "Poisson's": (lambda mu, zero: mu + 0 * zero, "as if none were 0"),
            "all rows vary": (
                lambda mu, zero: mu + zero * (1 - zero) * mu**2,
                "as if none were 0",
            ),
            "the other share": (
                lambda mu, zero: zero * mu + zero * (1 - zero) * mu**2,
                "yours is zero",
            ),
            "the mean square": (
                lambda mu, zero: (1 - zero) * (mu + mu**2),
                "mean of the squares",
            ),
            "one share": (
                lambda mu, zero: (1 - zero) * mu + zero * mu**2,
                "two values, 0 and mu",
            ),
            "not squared": (
                lambda mu, zero: (1 - zero) * mu + zero * (1 - zero) * mu,
                "mu is not squared",
            ),
            "minus": (
                lambda mu, zero: (1 - zero) * mu - zero * (1 - zero) * mu**2,
                "the sign, both parts",
            ),
            "twice between": (
                lambda mu, zero: (1 - zero) * mu + 2 * zero * (1 - zero) * mu**2,
                "doubled",
            ),
            "a standard deviation": (
                lambda mu, zero: np.sqrt(count_variance(mu, zero)),
                "a standard deviation",
            ),
        },
    ),
    question(
        asked="08 trap",
        name="the variance of the margin",
        kind="trap",
        right=solution("08", "answer"),
        wrong={
            "negative binomial": ("a", "once x is known"),
            "variance over mean": ("b", "what x explains"),
            "normal residuals": ("d", "never look normal"),
        },
    ),
    Exercise(
        name="the uniform residual",
        kind="empty",
        check=checks.uniform_residuals,
        stub=definition("08", "uniform_residuals"),
        solution=uniform_residuals,
        right={
            "from above": from_above,
            "a mixture": by_a_mixture,
            "single precision": lambda y, mu, v: np.float32(uniform_residuals(y, mu, v)),
        },
        wrong={
            "no v": (lambda y, mu, v: stats.poisson.cdf(y, mu), "v is not used"),
            "below": (lambda y, mu, v: stats.poisson.cdf(y - 1, mu), "F(y − 1) alone"),
            "the middle": (
                lambda y, mu, v: by_a_mixture(y, mu, 0.5),
                "the middle of the jump",
            ),
            "above": (
                lambda y, mu, v: stats.poisson.cdf(y, mu) + v * stats.poisson.pmf(y, mu),
                "it starts at F(y)",
            ),
            "v alone": (lambda y, mu, v: v, "uniform whatever the data are"),
            "normal": (
                lambda y, mu, v: stats.norm.cdf((y - mu) / np.sqrt(mu)),
                "the counts are Poisson",
            ),
            "its quantile": (
                lambda y, mu, v: stats.norm.ppf(uniform_residuals(y, mu, v)),
                "u itself is asked for",
            ),
            "another row's draw": (
                lambda y, mu, v: by_a_mixture(y, mu, np.sort(v)),
                "depends on other rows",
            ),
            "minus": (
                lambda y, mu, v: stats.poisson.cdf(y - 1, mu) - v * stats.poisson.pmf(y, mu),
                "the sign of the part",
            ),
            "from y to y + 1": (
                lambda y, mu, v: by_a_mixture(y + 1, mu, v),
                "y and 1 more",
            ),
            "squeezed": (squeezed, "not uniform where the counts are Poisson"),
            "of the mean": (
                lambda y, mu, v: stats.poisson.cdf(mu, mu) * v,
                "must lie between",
            ),
        },
    ),
    question(
        asked="08 exit",
        name="the exit question",
        kind="exit",
        right=solution("08", "exit_answer"),
        wrong={
            "the estimates": ("a", "what does a dispersion multiply"),
            "fewer rows": ("b", "an average over rows"),
            "factor four": ("c", "multiplies a variance"),
        },
    ),
    conclusion(
        "08",
        RUBRIC,
        right={
            "by the sandwich": {
                "rate": "35.3 for 10,000, robust interval 34.0 to 36.6.",
                "dispersion": "2.567: counties differ in age.",
            },
            "more figures": {"rate": "35.309 (34.311 to 36.336)", "dispersion": "φ = 2.57"},
        },
        wrong={
            "Poisson's own interval": (
                {"rate": "35.3, from 34.68 to 35.95.", "dispersion": "2.57"},
                "vary more than that",
            ),
            "the root": (
                {"rate": "35.3, from 34.3 to 36.3.", "dispersion": "It is 1.602."},
                "this is its root",
            ),
            "no interval": (
                {"rate": "35.3 for 10,000.", "dispersion": "2.57"},
                "the lower end",
            ),
        },
    ),
]
