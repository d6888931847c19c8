"""Step 2 of a GLM: the link, which connects the mean to the linear predictor.

The link g sends the mean μ to the linear predictor η = g(μ); its inverse brings the
straight line η back to a mean that the family allows. Every link is one entry: eight
functions of one array, all in the same order, so that links can be compared by eye.

The logarithms and the slope of the log odds are functions of η, because a mean that rounds
to 0 or 1 has no logarithm left: they keep a loss and its gradient exact wherever η is.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from .guards.immutable import same_functions


@dataclass(frozen=True)
class Link:
    """A link function g and what follows from it; every function works elementwise.

    Attributes
    ----------
    name : str; two links are equal when their names are.
    link : mu (n,) -> eta (n,)            η = g(μ)
    inverse : eta (n,) -> mu (n,)         μ = g⁻¹(η)
    derivative : eta (n,) -> (n,)         dμ/dη
    log_mu : eta (n,) -> (n,)             log μ
    log_1m_mu : eta (n,) -> (n,)          log(1 − μ), for means that are probabilities
    log_derivative : eta (n,) -> (n,)     log |dμ/dη|
    log_odds_slope : eta (n,) -> (n,)     d log(μ/(1 − μ))/dη = (dμ/dη)/(μ(1 − μ)), likewise
    domain : (low, high)                  the open interval of μ on which g is finite

    Source: McCullagh & Nelder, Generalized Linear Models (1989), sections 2.2 and 4.3.

    >>> Log().link(np.array([1.0, np.e]))
    array([0., 1.])
    >>> Logit().inverse(np.array([-800.0, 0.0, 800.0]))
    array([0. , 0.5, 1. ])
    >>> Log() == Log(), Log() == Logit()
    (True, False)
    """

    name: str
    link: Callable = field(repr=False, compare=False)
    inverse: Callable = field(repr=False, compare=False)
    derivative: Callable = field(repr=False, compare=False)
    log_mu: Callable = field(repr=False, compare=False)
    log_1m_mu: Callable = field(repr=False, compare=False)
    log_derivative: Callable = field(repr=False, compare=False)
    log_odds_slope: Callable = field(repr=False, compare=False)
    domain: tuple = field(repr=False, compare=False)

    def __reduce__(self):
        """Pickled by its name: a lambda cannot travel to another process."""
        if self.name in LINKS and same_functions(self, LINKS[self.name]()):
            return LINKS[self.name], ()
        return super().__reduce__()


@np.errstate(over="ignore")
def sigmoid(eta):
    """S(η) = 1 / (1 + e^−η), the inverse of the logit, for any finite η.

    Where e^−η overflows to ∞, 1/∞ = 0 is the right answer: only the warning is unwanted.

    >>> sigmoid(np.array([-800.0, 0.0, 800.0]))
    array([0. , 0.5, 1. ])
    """
    return 1.0 / (1.0 + np.exp(-eta))


def softplus(eta):
    """log(1 + e^η), which is −log(1 − S(η)), without overflow.

    >>> from glmlib.links import softplus
    >>> softplus(np.array([-800.0, 0.0, 800.0]))
    array([0.00000000e+00, 6.93147181e-01, 8.00000000e+02])
    """
    return np.maximum(eta, 0.0) + np.log1p(np.exp(-np.abs(eta)))


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
        log_odds_slope=lambda eta: 1 / (eta * (1 - eta)),
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
        # 1 − e^η loses its digits near η = 0, −expm1(η) loses those of e^η far below
        log_1m_mu=lambda eta: np.where(
            eta > -0.7, np.log(-np.expm1(eta)), np.log1p(-np.exp(np.minimum(eta, 0.0)))
        ),
        log_derivative=lambda eta: eta,
        log_odds_slope=lambda eta: -1 / np.expm1(eta),
        domain=(0.0, np.inf),
    )


def Logit():
    """η = log(μ / (1 − μ)): effects multiply the odds. Canonical for Binomial."""
    return Link(
        "logit",
        link=lambda mu: np.log(mu) - np.log1p(-mu),
        inverse=sigmoid,
        derivative=lambda eta: 1 / (2 + np.exp(eta) + np.exp(-eta)),
        log_mu=lambda eta: -softplus(-eta),
        log_1m_mu=lambda eta: -softplus(eta),
        log_derivative=lambda eta: -softplus(-eta) - softplus(eta),
        log_odds_slope=lambda eta: np.ones_like(eta),
        domain=(0.0, 1.0),
    )


# By name, those of `beyond` too.
LINKS = {
    "identity": Identity,
    "log": Log,
    "logit": Logit,
}
