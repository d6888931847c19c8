"""Checks of what a logistic coefficient means: odds, average effects; four outputs."""

import warnings

import numpy as np

from ...data import stream
from ...links import sigmoid
from .slips import same
from .verdicts import verdict


def odds(p):
    return p / (1 - p)


@verdict
def probability_after(f):
    """Check f(p0, odds_ratio): the probability once the odds of p0 were multiplied.

    It is compared with the way over the log-odds, p1 = S(log(p0/(1 − p0)) + log(odds_ratio)).

    Parameters
    ----------
    f : (number, number) -> number.

    >>> checks.probability_after(lambda p0, odds_ratio: p0 * odds_ratio)
    TRY AGAIN ✗ this multiplies the probability: it is the odds that are multiplied
    yours 0.9, the right one 0.5625
    (p0 = 0.3, odds ratio 3)
    """
    some = ((0.3, 3.0), (0.9, 10.0), (0.5, 0.25), (0.01, 2.0))
    same(
        f,
        lambda p0, odds_ratio: sigmoid(np.log(odds(p0)) + np.log(odds_ratio)),
        {f"p0 = {p}, odds ratio {r:g}": {"p0": p, "odds_ratio": r} for p, r in some},
        {
            "this multiplies the probability: it is the odds that are multiplied": (
                lambda p0, odds_ratio: p0 * odds_ratio
            ),
            "the probability comes back unchanged: where are the odds multiplied?": (
                lambda p0, odds_ratio: p0
            ),
            "a logarithm is added to the odds: it belongs to the log-odds": (
                lambda p0, odds_ratio: 1 - 1 / (1 + odds(p0) + np.log(odds_ratio))
            ),
            "these are odds: how do they become a probability again?": (
                lambda p0, odds_ratio: odds(p0) * odds_ratio
            ),
            "this is no probability: even odds, 1 to 1, must come back as a half": (
                lambda p0, odds_ratio: odds(odds(p0) * odds_ratio)
            ),
        },
    )
    return "odds, multiply, back to a probability"


@verdict
def coefficient(f):
    """Check f(p0, p1): the coefficient of a step of 1 that takes the probability p0 to p1.

    Parameters
    ----------
    f : (number or array (n,), the same) -> of their shape.

    >>> checks.coefficient(lambda p0, p1: p1 - p0)
    TRY AGAIN ✗ this is the change of the probability: the log-odds are what β adds to
    yours 0.3, the right one 1.25276
    (from 0.3 to 0.6)
    """
    some = ((0.3, 0.6), (0.6, 0.25), (0.05, 0.2), (0.5, 0.5))
    low, high = np.array([0.01, 0.1, 0.5, 0.8]), np.array([0.03, 0.4, 0.4, 0.95])
    cases = {f"from {p} to {q}": {"p0": p, "p1": q} for p, q in some}

    def log_odds(p):
        return np.log(p) - np.log1p(-p)

    same(
        f,
        lambda p0, p1: log_odds(p1) - log_odds(p0),
        cases | {f"from {low} to {high}": {"p0": low, "p1": high}},
        {
            "this is the change of the probability: the log-odds are what β adds to": (
                lambda p0, p1: p1 - p0
            ),
            "this is the odds ratio: its logarithm is the coefficient": (
                lambda p0, p1: odds(p1) / odds(p0)
            ),
            "the logarithm of the risk ratio: the coefficient belongs to the odds": (
                lambda p0, p1: np.log(p1 / p0)
            ),
            "this is the risk ratio": lambda p0, p1: p1 / p0,
            "the sign: from p0 to p1, so that β is positive when p1 is larger": (
                lambda p0, p1: log_odds(p0) - log_odds(p1)
            ),
            "the logarithm has the base 10": (
                lambda p0, p1: (log_odds(p1) - log_odds(p0)) / np.log(10)
            ),
            "the logarithm has the base 2": (
                lambda p0, p1: (log_odds(p1) - log_odds(p0)) / np.log(2)
            ),
            "the change of the odds: a coefficient multiplies them": (
                lambda p0, p1: odds(p1) - odds(p0)
            ),
            "these are the log-odds after: those before are to be taken off": (
                lambda p0, p1: log_odds(p1)
            ),
            "four times the change is a bound: it is exact near a half only": (
                lambda p0, p1: 4 * (p1 - p0)
            ),
            "the ratio of the log-odds: their difference is asked": (
                lambda p0, p1: log_odds(p1) / log_odds(p0)
            ),
        },
        formula=("step(log(p / (1 - p)))", "log(p1 / (1 - p1)) - log(p0 / (1 - p0))"),
        names=lambda p0, p1: {
            "p0": p0,
            "p1": p1,
            "p": np.array([p0, p1]),
            "step": lambda both: both[1] - both[0],
        },
    )
    return "that is the coefficient, up or down"


@verdict
def average_effects(f):
    """Check f(beta, X): the mean over the rows of the change of mu with each column.

    It is compared with differences of the mean probability, each column moved by a little;
    by the chain rule it is the mean of mu(1 − mu), times beta.

    Parameters
    ----------
    f : (beta (d,), X (n, d)) -> (d,).

    >>> checks.average_effects(lambda beta, X: beta)
    TRY AGAIN ✗ this is β: its effect on the probability is smaller
    yours -1, the right one -0.179083
    (40 rows, 3 columns)
    """
    wide = stream(5, "average effects").standard_normal((40, 3)) * [0.0, 1.0, 3.0] + [1, 0, 0]
    beta, whole = np.array([-1.0, 0.8, 0.5]), np.array([[1, 2], [1, -1], [1, 4]])
    single = {"beta": beta.astype(np.float32), "X": wide.astype(np.float32)}
    cases = {
        "40 rows, 3 columns": {"beta": beta, "X": wide},
        "one row": {"beta": np.array([0.4, -0.9, 0.3]), "X": wide[:1]},
        "one column": {"beta": np.array([0.7]), "X": wide[:, :1]},
        "whole numbers": {"beta": np.array([1.0, -1.0]), "X": whole},
    }

    def differences(beta, X):
        beta, X, steps = beta.astype(float), X.astype(float), 1e-5 * np.eye(len(beta))
        up, down = ([mu(beta, X + s * step).mean() for step in steps] for s in (1, -1))
        return np.subtract(up, down) / 2e-5

    def mu(beta, X):
        return sigmoid(X @ beta)

    def slope(mu):
        return mu * (1 - mu)

    slips = {
        "this is β: its effect on the probability is smaller": lambda beta, X: beta,
        "this is β/4, the bound: the rows are not all at a half": lambda beta, X: beta / 4,
        "the coefficient is missing: this is the mean of μ(1 − μ)": (
            lambda beta, X: slope(mu(beta, X)).mean()
        ),
        "the effect at the average row: average the effects": (
            lambda beta, X: slope(mu(beta, X.mean(axis=0))) * beta
        ),
        "μ(1 − μ) at the mean μ: average the products": (
            lambda beta, X: slope(mu(beta, X).mean()) * beta
        ),
        "the sign: a positive coefficient raises the probability": (
            lambda beta, X: -differences(beta, X)
        ),
        "the median is taken: the mean is asked for": (
            lambda beta, X: np.median(slope(mu(beta, X))) * beta
        ),
        "the mean of μ, times β: where is 1 − μ?": lambda beta, X: mu(beta, X).mean() * beta,
        "this is the sum over the rows: the mean is asked for": (
            lambda beta, X: differences(beta, X) * len(X)
        ),
        "the change for a whole unit more: the slope is asked for": lambda beta, X: np.array(
            [(mu(beta, X + e) - mu(beta, X)).mean() for e in np.eye(len(beta))]
        ),
        "the change for a whole unit, half to each side: the slope is asked for": (
            lambda beta, X: np.array(
                [(mu(beta, X + e / 2) - mu(beta, X - e / 2)).mean() for e in np.eye(len(beta))]
            )
        ),
        "each row is multiplied by x: dμ/dx holds β and no x": lambda beta, X: (
            X.T @ slope(mu(beta, X)) / len(X) * beta
        ),
        "this is multiplied by x where β belongs": lambda beta, X: (
            X.T @ slope(mu(beta, X)) / len(X)
        ),
    }

    def names(beta, X):
        eta = X @ beta
        sizes = {"n": len(X), "d": len(beta), "sd": X.std(axis=0)}
        return {"beta": beta, "mu": sigmoid(eta), "eta": eta, **sizes}

    product = "mean(mu * (1 - mu)) * beta"
    same(f, differences, cases, slips, 1e-6, formula=product, names=names)
    same(f, differences, {"single precision (float32)": single}, slips, tolerance=1e-4)
    return "your average effects agree with differences"


def four_outputs():
    """Four logistic analyses as a program reports them; lesson 05 asks what ails each.

    Returns
    -------
    dict: "A" to "D" -> (a fit by statsmodels, the correlation of its two columns).

    >>> sorted(checks.four_outputs())
    ['A', 'B', 'C', 'D']
    """
    import statsmodels.api as sm

    rng = stream(5, "four outputs")
    u, v, noise = rng.standard_normal((3, 200))
    draw = rng.random(200)
    apart = u + np.where(u > 0.3, 0.5, -0.5)
    logit = sm.families.Binomial()
    runs = {
        "A": (draw < sigmoid(0.3 + 1.2 * u - 0.8 * v), (u, u + 0.01 * noise), logit),
        "B": (draw < sigmoid(0.3 + 1.2 * u - 0.8 * v), (u, v), logit),
        "C": (u > 0.3, (apart, v), logit),
        "D": (draw < sigmoid(3 * u - v), (u, v), sm.families.Gaussian()),
    }
    found = {}
    for name, (y, columns, family) in runs.items():
        X = np.column_stack([np.ones(200), *columns])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the learner's program prints none
            fit = sm.GLM(y.astype(float), X, family=family).fit()
        found[name] = fit, np.corrcoef(*columns)[0, 1]
    return found
