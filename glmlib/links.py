"""Step 2 of a GLM: the link, which connects the mean to the linear predictor.

The link g sends the mean μ to the linear predictor η = g(μ); its inverse brings the
straight line η back to a mean that the family allows. Every link is one entry: seven
functions of one array, all in the same order, so that links can be compared by eye.

Two of the seven exist for the sake of the last digit: log μ and log(1 − μ) are written
as functions of η, because a mean that rounds to 0 or 1 has no logarithm left.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import log, pi, sqrt

import numpy as np


@dataclass(frozen=True)
class Link:
    """A link function g and what follows from it; every function works elementwise.

    Attributes
    ----------
    name : str
    link : mu (n,) -> eta (n,)            η = g(μ)
    inverse : eta (n,) -> mu (n,)         μ = g⁻¹(η)
    derivative : eta (n,) -> (n,)         dμ/dη
    log_mu : eta (n,) -> (n,)             log μ
    log_1m_mu : eta (n,) -> (n,)          log(1 − μ), for means that are probabilities
    log_derivative : eta (n,) -> (n,)     log |dμ/dη|
    domain : (low, high)                  the open interval of μ on which g is finite

    Source: McCullagh & Nelder, Generalized Linear Models (1989), sections 2.2 and 4.3.

    >>> Log().link(np.array([1.0, np.e]))
    array([0., 1.])
    >>> Logit().inverse(np.array([-800.0, 0.0, 800.0]))
    array([0. , 0.5, 1. ])
    """

    name: str
    link: Callable = field(repr=False)
    inverse: Callable = field(repr=False)
    derivative: Callable = field(repr=False)
    log_mu: Callable = field(repr=False)
    log_1m_mu: Callable = field(repr=False)
    log_derivative: Callable = field(repr=False)
    domain: tuple = field(repr=False)


@np.errstate(over="ignore")
def sigmoid(eta):
    """S(η) = 1 / (1 + e^−η), the inverse of the logit, for any finite η.

    Where e^−η overflows to ∞, 1/∞ = 0 is the right answer: only the warning is unwanted.

    >>> sigmoid(np.array([-800.0, 0.0, 800.0]))
    array([0. , 0.5, 1. ])
    """
    return 1.0 / (1.0 + np.exp(-eta))


def Identity():
    """η = μ: the mean is the straight line itself. Canonical for Gaussian."""
    return Link(
        "identity",
        link=lambda mu: mu * 1.0,
        inverse=lambda eta: eta * 1.0,
        derivative=lambda eta: np.ones_like(eta),
        log_mu=lambda eta: np.log(eta),
        log_1m_mu=lambda eta: np.log1p(-eta),
        log_derivative=lambda eta: np.zeros_like(eta),
        domain=(-np.inf, np.inf),
    )


def Log():
    """η = log μ: effects multiply the mean. Canonical for Poisson."""
    return Link(
        "log",
        link=lambda mu: np.log(mu),
        inverse=lambda eta: np.exp(eta),
        derivative=lambda eta: np.exp(eta),
        log_mu=lambda eta: eta,
        log_1m_mu=lambda eta: np.log(-np.expm1(eta)),
        log_derivative=lambda eta: eta,
        domain=(0.0, np.inf),
    )


def Logit():
    """η = log(μ / (1 − μ)): effects multiply the odds. Canonical for Binomial."""
    return Link(
        "logit",
        link=lambda mu: np.log(mu) - np.log1p(-mu),
        inverse=sigmoid,
        derivative=lambda eta: sigmoid(eta) * sigmoid(-eta),
        log_mu=lambda eta: -np.logaddexp(0.0, -eta),
        log_1m_mu=lambda eta: -np.logaddexp(0.0, eta),
        log_derivative=lambda eta: -np.logaddexp(0.0, -eta) - np.logaddexp(0.0, eta),
        domain=(0.0, 1.0),
    )


def Probit():
    """η = Φ⁻¹(μ): a normal tolerance crosses a threshold. Needs SciPy for Φ."""
    from scipy.special import log_ndtr, ndtr, ndtri

    return Link(
        "probit",
        link=lambda mu: ndtri(mu),
        inverse=lambda eta: ndtr(eta),
        derivative=lambda eta: np.exp(-(eta**2) / 2) / sqrt(2 * pi),
        log_mu=lambda eta: log_ndtr(eta),
        log_1m_mu=lambda eta: log_ndtr(-eta),
        log_derivative=lambda eta: -(eta**2) / 2 - log(2 * pi) / 2,
        domain=(0.0, 1.0),
    )


def CLogLog():
    """η = log(−log(1 − μ)): the chance of at least one Poisson event with mean e^η."""

    def exp(eta):
        return np.exp(np.minimum(eta, 700.0))  # far beyond, μ is 1 all the same: no ∞ − ∞

    return Link(
        "cloglog",
        link=lambda mu: np.log(-np.log1p(-mu)),
        inverse=lambda eta: -np.expm1(-exp(eta)),
        derivative=lambda eta: np.exp(eta - exp(eta)),
        # below η = −37, 1 − e^(−e^η) is e^η to the last digit, and e^η may underflow
        log_mu=lambda eta: np.where(
            eta < -37, eta, np.log(-np.expm1(-exp(np.maximum(eta, -37))))
        ),
        log_1m_mu=lambda eta: -exp(eta),
        log_derivative=lambda eta: eta - exp(eta),
        domain=(0.0, 1.0),
    )


def Inverse():
    """η = 1/μ: the mean is a rate's reciprocal. Canonical for Gamma (but for the sign)."""
    return Link(
        "inverse",
        link=lambda mu: 1.0 / mu,
        inverse=lambda eta: 1.0 / eta,
        derivative=lambda eta: -1.0 / eta**2,
        log_mu=lambda eta: -np.log(eta),
        log_1m_mu=lambda eta: np.log1p(-1.0 / eta),
        log_derivative=lambda eta: -2.0 * np.log(np.abs(eta)),
        domain=(0.0, np.inf),
    )


LINKS = {
    "identity": Identity,
    "log": Log,
    "logit": Logit,
    "probit": Probit,
    "cloglog": CLogLog,
    "inverse": Inverse,
}
