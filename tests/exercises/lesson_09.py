"""The exercises of lesson 09: the numbers of a summary, offsets, other people's fits."""

import functools

import numpy as np
import pandas as pd
from scipy import stats
from scipy.special import gammaln, xlogy

import glmlib
from exercises import Exercise, conclusion, question
from exercises.notebook import definition, solution
from glmlib.course import checks
from later import later

sm, smf = later("statsmodels.api"), later("statsmodels.formula.api")
LINES = definition("09", "lines")


def check_order(order):
    return checks.order(order, LINES, "count_interval", checks.count_interval)


# ---- 1: standard errors


standard_errors_of = solution("09", "standard_errors_of")


def by_qr(X, mu):
    R = np.linalg.qr(np.sqrt(mu)[:, None] * X, mode="r")
    return np.linalg.norm(np.linalg.solve(R, np.eye(len(R))), axis=1)


def with_inverse(X, mu):
    return np.diag(np.linalg.inv(np.einsum("ij,i,ik->jk", X, mu, X))) ** 0.5


def without_weights(X, mu):
    return standard_errors_of(X, np.ones(len(X)))


# ---- 2: a summary


summary_numbers = solution("09", "summary_numbers")


def with_scipy(X, y, beta, offset):
    mu = np.exp(offset) * np.exp(X @ beta)
    best = stats.poisson.logpmf(y, np.where(y > 0, y, 0)).sum()
    ours = stats.poisson.logpmf(y, mu).sum()
    z = beta / by_qr(X, mu)
    p = stats.chi2.sf(z**2, 1)
    return {"p": p, "z": z, "aic": 2 * (len(beta) - ours), "deviance": 2 * (best - ours)}


def by_one_minus(X, y, beta, offset):
    found = summary_numbers(X, y, beta, offset)
    return found | {"p": 2 * (1 - stats.norm.cdf(np.abs(found["z"])))}


def by_statsmodels(X, y, beta, offset):
    result = sm.GLM(y, X, family=sm.families.Poisson(), offset=offset).fit(tol=1e-13)
    return {
        "deviance": result.deviance,
        "aic": result.aic,
        "z": result.tvalues,
        "p": result.pvalues,
    }


def changed(**parts):
    """The right summary with parts computed otherwise, from the right numbers and the data."""

    def f(X, y, beta, offset):
        numbers = summary_numbers(X, y, beta, offset)
        return numbers | {k: v(numbers, X, y, beta, offset) for k, v in parts.items()}

    return f


def deviance_without_offset(X, y, beta, offset):
    return summary_numbers(X, y, beta, 0 * offset)


# ---- 4 and 5: fits, each made when a check asks for it

DOCTORS = pd.DataFrame(dict(glmlib.load("doll_hill"))).astype(int)
FRAMES = {
    name: pd.DataFrame(dict(glmlib.load(name)))
    for name in ("beetles", "ucb_admissions", "norris", "iris")
}
YEARS, FAMILY = np.log(DOCTORS["n"]), later("statsmodels.genmod.families")
PEOPLE = FRAMES["ucb_admissions"].eval("Admitted + Rejected")
ADMITTED = "I(Admitted / (Admitted + Rejected)) ~ Gender + Dept"
DEAD = "killed + I(n - killed) ~ dose"
PETALS = 'Q("Petal.Width") ~ Q("Petal.Length")'


def when_asked(fit):
    """The function, made to return a function that returns its fit whatever it is given."""

    def asked(*args, **options):
        make = functools.cache(lambda: fit(*args, **options))
        return lambda *given: make()

    return asked


@when_asked
def deaths(formula="y ~ C(age) + smoke", family="Poisson", **options):
    return smf.glm(formula, DOCTORS, family=getattr(FAMILY, family)(), **options).fit()


@when_asked
def dead(formula=DEAD, link="CLogLog"):
    family = FAMILY.Binomial(link=getattr(FAMILY.links, link)())
    return smf.glm(formula, FRAMES["beetles"], family=family).fit()


@when_asked
def admitted(formula=ADMITTED, **options):
    options = {"family": FAMILY.Binomial()} | options
    return smf.glm(formula, FRAMES["ucb_admissions"], **options).fit()


@when_asked
def petals(link=None):
    options = {"family": FAMILY.Gamma(getattr(FAMILY.links, link)())} if link else {}
    return smf.glm(PETALS, FRAMES["iris"], **options).fit()


@when_asked
def standards(rows=None, model="glm"):
    return getattr(smf, model)("y ~ x", FRAMES["norris"][:rows]).fit()


def ours(X, y, **options):
    return glmlib.PoissonRegression(X, y, **options).fit()


AGES = np.column_stack([DOCTORS["age"] == group for group in (40, 50, 60, 70, 80)])
GROUPS = np.column_stack([AGES, DOCTORS["smoke"]]).astype(float)

RIGHT = {
    "a": deaths(offset=YEARS),
    "b": dead(),
    "c": admitted(var_weights=PEOPLE),
    "d": standards(),
    "e": deaths("y ~ smoke + age + I(age**2)", offset=YEARS),
    "f": petals("Log"),
}
OTHER = {
    "a": lambda: ours(GROUPS, DOCTORS["y"], offset=YEARS),
    "b": lambda: sm.GLM(
        np.column_stack([FRAMES["beetles"]["killed"], FRAMES["beetles"].eval("n - killed")]),
        sm.add_constant(FRAMES["beetles"]["dose"]),
        family=FAMILY.Binomial(link=FAMILY.links.CLogLog()),
    ).fit(),
    "c": admitted("Admitted + Rejected ~ Gender + Dept"),
    "d": standards(model="ols"),
    "e": deaths("y ~ smoke + age + np.power(age, 2)", exposure=DOCTORS["n"]),
    "f": petals("Log"),
}


reproduce = solution("09", "reproduce", sm=sm, smf=smf)


def by_glmlib(doctors):
    return ours(GROUPS, doctors["deaths"], offset=np.log(doctors["years"]) / np.log(10))


def by_a_discrete_model(doctors):
    tenths = np.log10(doctors["years"])
    model = smf.poisson("deaths ~ smoke + C(age)", doctors, offset=tenths)
    return model.fit(disp=0, method="newton", tol=1e-12)


def a_power_of_the_years(doctors):
    return deaths(exposure=doctors["years"] ** (1 / np.log(10)))()


translate = solution("09", "translate", sm=sm, smf=smf)


def answer(fits):
    """A learner's function that returns these fits, whatever it is given."""
    return lambda *given: {letter: fit() for letter, fit in fits.items()}


# ---- a conclusion in words


def by_link():
    table, links = pd.DataFrame(dict(glmlib.load("beetles"))), sm.families.links
    formula = "killed + I(n - killed) ~ dose"
    return {
        name: smf.glm(formula, table, family=sm.families.Binomial(link=link)).fit()
        for name, link in (("logit", links.Logit()), ("cloglog", links.CLogLog()))
    }


RUBRIC = definition("09", "rubric_of")(by_link())


EXERCISES = [
    Exercise(
        name="the blanks of the standard errors",
        kind="blanks",
        check=checks.standard_errors,
        stub=definition("09", "standard_errors_of"),
        solution=standard_errors_of,
        right={"by QR": by_qr, "an inverse": with_inverse},
        wrong={
            "no weights": (without_weights, "the weights are missing"),
            "variances": (lambda X, mu: standard_errors_of(X, mu) ** 2, "a root is missing"),
            "the mean of mu": (
                lambda X, mu: standard_errors_of(X, np.full(len(mu), mu.mean())),
                "the mean of",
            ),
            "one more": (lambda X, mu: standard_errors_of(X, mu + 1), "and 1 more"),
            "norms of the inverse": (
                lambda X, mu: np.linalg.norm(np.linalg.inv(X.T @ (mu[:, None] * X)), axis=1),
                "the norm of each row stands",
            ),
            "the diagonal first": (
                lambda X, mu: 1 / np.sqrt(np.diag(X.T @ (mu[:, None] * X))),
                "invert the whole matrix",
            ),
            "no inverse": (
                lambda X, mu: np.sqrt(np.diag(X.T @ (mu[:, None] * X))),
                "the curvature",
            ),
            "one over the weights": (
                lambda X, mu: standard_errors_of(X, 1 / mu),
                "a row of large variance",
            ),
            "half an interval": (
                lambda X, mu: 1.96 * standard_errors_of(X, mu),
                "the 1.96 of an interval",
            ),
            "weights squared": (lambda X, mu: standard_errors_of(X, mu**2), "are squared"),
            "weights rooted": (
                lambda X, mu: standard_errors_of(X, mu**0.5),
                "a root too many",
            ),
            "solved for ones": (
                lambda X, mu: np.diag(
                    np.linalg.solve(X.T @ (mu[:, None] * X), np.ones(X.shape[1]))
                ),
                "np.diag makes a matrix of a vector",
            ),
            "solved for X": (
                lambda X, mu: np.diag(np.linalg.solve(X.T @ (mu[:, None] * X), X.T)) ** 0.5,
                "the whole inverse of H is needed",
            ),
            "the whole matrix": (
                lambda X, mu: np.linalg.inv(X.T @ (mu[:, None] * X)),
                "shape (3,) is asked for",
            ),
            "a row of weights": (
                lambda X, mu: standard_errors_of(X.T @ (mu * X), mu),
                "raised ValueError",
            ),
        },
    ),
    Exercise(
        name="the numbers of a summary",
        kind="empty",
        check=checks.summary_numbers,
        stub=definition("09", "summary_numbers"),
        solution=summary_numbers,
        right={
            "with SciPy": with_scipy,
            "by statsmodels": by_statsmodels,
            "one minus Φ": by_one_minus,
        },
        wrong={
            "no dict": (
                lambda X, y, beta, offset: summary_numbers(X, y, beta, offset)["z"],
                "a dict with the keys",
            ),
            "a key is missing": (
                lambda X, y, beta, offset: {"deviance": 1.0, "aic": 1.0, "z": beta},
                "the key 'p' is missing",
            ),
            "no offset": (deviance_without_offset, "the offset is not in the means"),
            "half the deviance": (
                changed(deviance=lambda s, *_: s["deviance"] / 2),
                "the 2 is missing",
            ),
            "minus twice the log-likelihood": (
                changed(deviance=lambda s, X, y, beta, _: s["aic"] - 2 * len(beta)),
                "the best possible one is missing",
            ),
            "no y − μ": (
                changed(
                    deviance=lambda s, X, y, beta, offset: (
                        2 * np.sum(xlogy(y, y / np.exp(X @ beta + offset)))
                    )
                ),
                "y − μ is missing",
            ),
            "the sign of the deviance": (
                changed(deviance=lambda s, *_: -s["deviance"]),
                "never negative",
            ),
            "0 log 0": (
                changed(
                    deviance=lambda s, X, y, beta, offset: (
                        2 * np.sum(y * np.log(y / np.exp(X @ beta + offset)))
                    )
                ),
                "not a number",
            ),
            "no factorials": (
                changed(aic=lambda s, X, y, *_: s["aic"] - 2 * gammaln(y + 1).sum()),
                "log y! is missing",
            ),
            "the deviance in AIC": (
                changed(aic=lambda s, X, y, beta, _: s["deviance"] + 2 * len(beta)),
                "the log-likelihood has its place",
            ),
            "no 2d": (
                changed(aic=lambda s, X, y, beta, _: s["aic"] - 2 * len(beta)),
                "the 2d is missing",
            ),
            "the sign in AIC": (
                changed(aic=lambda s, X, y, b, _: 4 * len(b) - s["aic"]),
                "the sign of the log-likelihood",
            ),
            "no zeros": (
                changed(
                    deviance=lambda s, X, y, b, offset: with_scipy(
                        X[y > 0], y[y > 0], b, offset[y > 0]
                    )["deviance"]
                ),
                "the rows with y = 0 are missing",
            ),
            "base 10": (
                changed(
                    deviance=lambda s, X, y, b, offset: (
                        s["deviance"] - 2 * 0.9 * np.sum(y - np.exp(X @ b + offset))
                    )
                ),
                "deviance",
            ),
            "one d": (
                changed(aic=lambda s, X, y, b, _: s["aic"] - len(b)),
                "1 stands where 2 belongs",
            ),
            "the correction": (
                changed(
                    aic=lambda s, X, y, b, _: (
                        s["aic"] + 2 * len(b) * (len(b) + 1) / (len(y) - len(b) - 1)
                    )
                ),
                "few rows",
            ),
            "z times the error": (
                changed(z=lambda s, X, y, b, _: b**2 / s["z"]),
                "not divided",
            ),
            "t with n": (
                changed(p=lambda s, X, *_: 2 * stats.t.sf(np.abs(s["z"]), len(X))),
                "Student's t, with n",
            ),
            "the mean deviance": (
                changed(deviance=lambda s, X, *_: s["deviance"] / len(X)),
                "a mean over the rows",
            ),
            "z without offset": (
                changed(z=lambda s, X, y, b, _: b / standard_errors_of(X, np.exp(X @ b))),
                "without the offset",
            ),
            "p above 1": (
                changed(p=lambda s, *_: 2 * (1 - stats.norm.cdf(s["z"]))),
                "a probability above 1",
            ),
            "p of one side": (changed(p=lambda s, *_: stats.norm.sf(s["z"])), "one tail"),
            "BIC": (
                changed(aic=lambda s, X, y, b, _: s["aic"] + (np.log(len(y)) - 2) * len(b)),
                "this is BIC",
            ),
            "z upside down": (changed(z=lambda s, *_: 1 / s["z"]), "upside down"),
            "z by the variance": (
                changed(z=lambda s, X, y, beta, _: s["z"] ** 2 / beta),
                "take its root",
            ),
            "the size of z": (changed(z=lambda s, *_: np.abs(s["z"])), "the sign"),
            "one tail": (changed(p=lambda s, *_: s["p"] / 2), "one tail only"),
            "Student's t": (
                changed(
                    p=lambda s, X, *_: 2 * stats.t.sf(np.abs(s["z"]), X.shape[0] - X.shape[1])
                ),
                "Student's t",
            ),
            "between the tails": (changed(p=lambda s, *_: 1 - s["p"]), "between the tails"),
            "the density": (changed(p=lambda s, *_: stats.norm.pdf(s["z"])), "the density"),
        },
    ),
    Exercise(
        name="the order of an interval for counts",
        kind="order",
        check=check_order,
        stub=definition("09", "order"),
        solution=solution("09", "order"),
        wrong={
            "years not logged": ([4, 3, 5, 1], "added to η as they are"),
            "around the mean": ([4, 7, 5, 6], "the half width belongs to η"),
            "a variance": ([4, 7, 2, 1], "a variance stands"),
            "half too late": ([4, 7, 1, 5], "raised UnboundLocalError"),
            "no return": ([4, 7, 5], "returns nothing"),
            "no definition": ([7, 5, 1], "not yet a function"),
            "a line that does nothing": ([4, 2, 7, 5, 1], "as well without line 2"),
        },
    ),
    Exercise(
        name="the wrong fit reproduced",
        kind="trap",
        check=checks.culprit,
        stub=definition("09", "reproduce"),
        solution=reproduce,
        right={
            "by glmlib": by_glmlib,
            "by a discrete model": by_a_discrete_model,
            "a power of the years": a_power_of_the_years,
        },
        wrong={
            name: (fit, words)
            for name, fit, words in (
                ("the right fit", deaths(offset=YEARS), "that is the right fit"),
                ("no offset", deaths(), "without any years"),
                ("logged twice", deaths(exposure=YEARS), "the logarithm of the logarithm"),
                ("as weights", deaths(freq_weights=DOCTORS["n"]), "the years as weights"),
                ("twice", deaths(offset=YEARS, exposure=DOCTORS["n"]), "went in twice"),
                ("a column", deaths("y ~ C(age) + smoke + np.log(n)"), "coefficient more"),
                ("rounded", deaths(offset=0.4343 * YEARS), "is a constant rounded"),
                (
                    "age as a number",
                    deaths("y ~ age + smoke", offset=YEARS),
                    "look at the terms on the right of ~",
                ),
                ("by base 2", deaths(offset=YEARS / np.log(2)), "moves more from row"),
                ("taken off", deaths(offset=-YEARS), "of the other sign"),
                ("normal", deaths(family="Gaussian", offset=YEARS), "family is gaussian"),
                ("no fit", lambda _: smf.glm("y ~ age", DOCTORS), "call its fit()"),
                ("a number", lambda _: 1.19, "a fit is asked for"),
            )
        }
        | {"a typo": (lambda doctors: doctors["year"], "raised KeyError")},
    ),
    Exercise(
        name="six translations",
        kind="empty",
        check=checks.translated,
        stub=definition("09", "translate"),
        solution=translate,
        right={"other ways": answer(OTHER), "here": answer(RIGHT)},
        wrong={
            name: (answer(RIGHT | {letter: fit}), words)
            for name, letter, fit, words in (
                ("no C()", "a", deaths("y ~ age + smoke", offset=YEARS), "makes a factor"),
                ("no offset", "a", deaths(), "the years are forgotten"),
                ("logged twice", "a", deaths(exposure=YEARS), "logged once more"),
                ("normal deaths", "a", deaths(family="Gaussian", offset=YEARS), "Gaussian"),
                ("the logit", "b", dead(link="Logit"), "the logit link"),
                ("survivors", "b", dead("I(n - killed) + killed ~ dose"), "the survivors"),
                ("out of n", "b", dead("killed + n ~ dose"), "holds the others"),
                ("shares", "b", dead("I(killed / n) ~ dose"), "of beetles are forgotten"),
                ("no weights", "c", admitted(), "every row counts once"),
                ("twice", "c", admitted(var_weights=2 * PEOPLE), "what does a row weigh"),
                ("rejected", "c", admitted("Rejected + Admitted ~ Gender + Dept"), "rejected"),
                ("no departments", "c", admitted("Admitted + Rejected ~ Gender"), "missing"),
                (
                    "no intercept",
                    "d",
                    lambda: sm.GLM(FRAMES["norris"]["y"], FRAMES["norris"]["x"]).fit(),
                    "adds none",
                ),
                (
                    "bits",
                    "e",
                    deaths("y ~ smoke + age + I(age^2)", offset=YEARS),
                    "flips bits",
                ),
                (
                    "no square",
                    "e",
                    deaths("y ~ smoke + age", offset=YEARS),
                    "square is missing",
                ),
                ("normal petals", "f", petals(), "takes by default"),
                ("the probit", "b", dead(link="Probit"), "the link is probit"),
                ("log dose", "b", dead(DEAD.replace("dose", "np.log(dose)")), "other columns"),
                ("all by gender", "c", admitted(ADMITTED.replace("+ D", "* D")), "12 coeff"),
                ("x on y", "d", lambda: smf.glm("x ~ y", FRAMES["norris"]).fit(), "left of ~"),
                ("base 10", "a", deaths(offset=np.log10(DOCTORS["n"])), "moves less"),
                ("rows lost", "d", standards(30), "30 rows"),
                ("no fit", "d", lambda: smf.glm("y ~ x", FRAMES["norris"]), "call its fit()"),
                ("no call", "d", lambda: standards()().model.fit, "call it, with ()"),
                ("a seventh", "g", lambda: None, "there is no call 'g'"),
            )
        },
    ),
    question(
        asked="09 exit",
        name="the exit question",
        kind="exit",
        right=solution("09", "answer"),
        wrong={
            "a bug": ("a", "What was added to η"),
            "small": ("b", "does not remember an exposure"),
            "no assumption": ("c", "What is compared then"),
        },
    ),
    conclusion(
        "09",
        RUBRIC,
        right={
            "by AIC": {
                "choice": "AIC 41.4 with the logit, 33.6 with the cloglog; 6 df each.",
                "slope": "22.04, SE 1.80.",
            },
            "more figures": {
                "choice": "Deviances 11.232 and 3.446 on 6.",
                "slope": "22.041 with 1.799",
            },
        },
        wrong={
            "one deviance": (
                {"choice": "The cloglog, deviance 3.45.", "slope": "22.0, SE 1.80"},
                "with the logit",
            ),
            "the other slope": (
                {"choice": "11.2 and 3.45.", "slope": "34.3, SE 2.91"},
                "the other link",
            ),
            "the error of the other": (
                {"choice": "11.2 and 3.45.", "slope": "22.0, SE 2.91"},
                "with the other link",
            ),
            "no standard error": (
                {"choice": "11.2 and 3.45.", "slope": "The slope is 22.0."},
                "its standard error",
            ),
        },
    ),
]
