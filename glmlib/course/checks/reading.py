"""Checks of what a logistic coefficient means: odds, a risk ratio, average effects."""

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
def risk_ratio(f):
    """Check f(beta, p0): how many times as probable the event is after one unit of x.

    It is compared with the way over the log-odds, S(log(p0/(1 − p0)) + beta)/p0.

    Parameters
    ----------
    f : (number, number or array (n,)) -> of the shape of p0.

    >>> checks.risk_ratio(lambda beta, p0: np.exp(beta))
    TRY AGAIN ✗ this is the odds ratio: it does not know how frequent the event is
    yours 3.32012, the right one 1.95758
    (beta = 1.2, p0 = 0.3)
    """
    some = ((1.2, 0.3), (-0.7, 0.6), (2.0, 0.05), (0.0, 0.5))
    several = np.array([0.01, 0.1, 0.3, 0.5, 0.8])
    cases = {f"beta = {b}, p0 = {p}": {"beta": b, "p0": p} for b, p in some}

    def after(beta, p0):
        return sigmoid(np.log(odds(p0)) + beta)

    same(
        f,
        lambda beta, p0: after(beta, p0) / p0,
        cases | {f"beta = 1.2, p0 = {several}": {"beta": 1.2, "p0": several}},
        {
            "this is the odds ratio: it does not know how frequent the event is": (
                lambda beta, p0: np.exp(beta)
            ),
            "this is the difference p1 − p0: a ratio is asked for": (
                lambda beta, p0: after(beta, p0) - p0
            ),
            "this is p1, the probability after: compare it with p0": after,
            "upside down: divide the probability after by the one before": lambda beta, p0: (
                p0 / after(beta, p0)
            ),
            "this is β/4, a bound for the difference": lambda beta, p0: beta / 4,
            "the sign of β: it lowers here what it should raise": (
                lambda beta, p0: after(-beta, p0) / p0
            ),
            "this is the ratio of the odds after to the probability before": (
                lambda beta, p0: odds(p0) * np.exp(beta) / p0
            ),
            "the coefficient was not turned into an odds ratio": (
                lambda beta, p0: beta / (1 - p0 + beta * p0)
            ),
            "this multiplies the probability: it is the odds that are multiplied": (
                lambda beta, p0: p0 * np.exp(beta)
            ),
        },
    )
    return "that is the risk ratio, rare or frequent"


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
    }
    same(f, differences, cases, slips, tolerance=1e-6)
    same(f, differences, {"single precision (float32)": single}, slips, tolerance=1e-4)
    return "your average effects agree with differences"
