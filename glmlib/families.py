"""Step 1 of a GLM: the distribution of y as a function of its mean μ.

A family is one entry: what the distribution says about the variance, the loss, the
deviance and the support of y. Loss and deviance are functions of the linear predictor
η, never of μ alone: a mean that has rounded to 0 or 1 has lost its logarithm, while
the link still knows log μ and log(1 − μ) to the last digit.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import lgamma, log, pi

import numpy as np

from . import links

log_gamma = np.frompyfunc(lgamma, 1, 1)


def xlogy(x, log_y):
    """x · log y with 0 · log 0 = 0, given the logarithm."""
    return np.where(x == 0, 0.0, x * np.where(x == 0, 0.0, log_y))


def lg(x):
    """log Γ(x), elementwise, as float64."""
    return log_gamma(x).astype(float)


@dataclass(frozen=True)
class Family:
    """A distribution of y with mean μ; every function works elementwise.

    Attributes
    ----------
    name : str
    variance : mu (n,) -> (n,)
        V(μ); the variance of y is φ V(μ) / w.
    loss : (y, eta, link) -> (n,)
        −log density without the terms that are free of β, at φ = 1.
    deviance : (y, eta, link) -> (n,)
        2 (loss at η − loss of the saturated fit μ = y), the unit deviance.
    constant : (y, weights, phi) -> (n,)
        the terms free of β, so that log-likelihood = Σ constant − Σ w · loss / φ.
    sample : (rng, mu, phi) -> (n,)
        one draw of y for every mean.
    start : (y, weights) -> mu (n,)
        a mean close to the data from which Newton's method can start.
    links : names of the links this family allows, the canonical one first.
    support : (low, high) for y, both included unless `open_support`.
    limits : the values of y that a mean can only approach (None: there is none).
    has_dispersion : whether φ is estimated (Pearson) or known to be 1.
    canonical : whether the first of `links` makes (dμ/dη) / V(μ) = 1.

    Source: McCullagh & Nelder, Generalized Linear Models (1989), chapter 2.

    >>> Poisson().variance(np.array([1.0, 4.0]))
    array([1., 4.])
    >>> Binomial().links
    ('logit', 'probit', 'cloglog', 'log', 'identity')
    """

    name: str
    variance: Callable = field(repr=False)
    loss: Callable = field(repr=False)
    deviance: Callable = field(repr=False)
    constant: Callable = field(repr=False)
    sample: Callable = field(repr=False)
    start: Callable = field(repr=False)
    links: tuple = field(repr=False)
    support: tuple = (-np.inf, np.inf)
    open_support: bool = False
    limits: tuple = (None, None)
    counts: bool = False
    has_dispersion: bool = False
    canonical: bool = False

    @property
    def canonical_link(self):
        """The first of `links`: canonical, but for the negative binomial's customary log."""
        return links.LINKS[self.links[0]]()


def Gaussian():
    """y ~ Normal(μ, φ): V(μ) = 1."""
    return Family(
        "gaussian",
        variance=lambda mu: np.ones_like(mu),
        loss=lambda y, eta, link: (y - link.inverse(eta)) ** 2 / 2,
        deviance=lambda y, eta, link: (y - link.inverse(eta)) ** 2,
        constant=lambda y, w, phi: -np.log(2 * pi * phi / w) / 2,
        sample=lambda rng, mu, phi: mu + np.sqrt(phi) * rng.standard_normal(mu.shape),
        start=lambda y, w: y,
        links=("identity", "log", "inverse"),
        has_dispersion=True,
        canonical=True,
    )


def Binomial():
    """y = successes / w ~ Binomial(w, μ) / w, with w = 1 for 0/1 data: V(μ) = μ(1 − μ)."""

    def loss(y, eta, link):
        return -xlogy(y, link.log_mu(eta)) - xlogy(1 - y, link.log_1m_mu(eta))

    def entropy(y):
        return -xlogy(y, np.log(np.where(y > 0, y, 1.0))) - xlogy(
            1 - y, np.log1p(-np.where(y < 1, y, 0.0))
        )

    return Family(
        "binomial",
        variance=lambda mu: mu * (1 - mu),
        loss=loss,
        deviance=lambda y, eta, link: 2 * (loss(y, eta, link) - entropy(y)),
        constant=lambda y, w, phi: lg(w + 1) - lg(w * y + 1) - lg(w * (1 - y) + 1),
        sample=lambda rng, mu, phi: (rng.random(mu.shape) < mu).astype(float),
        start=lambda y, w: (w * y + 0.5) / (w + 1),
        links=("logit", "probit", "cloglog", "log", "identity"),
        support=(0.0, 1.0),
        limits=(0.0, 1.0),
        canonical=True,
    )


def Poisson():
    """y ~ Poisson(μ), a count: V(μ) = μ."""

    def deviance(y, eta, link):
        mu = link.inverse(eta)
        # log(y/μ) through log1p: near the data y/μ rounds to 1 and loses the difference
        ratio = np.where(y > 0, (y - mu) / mu, 0.0)
        return 2 * (xlogy(y, np.log1p(ratio)) - (y - mu))

    return Family(
        "poisson",
        variance=lambda mu: mu * 1.0,
        loss=lambda y, eta, link: link.inverse(eta) - xlogy(y, link.log_mu(eta)),
        deviance=deviance,
        constant=lambda y, w, phi: -w * lg(y + 1),
        sample=lambda rng, mu, phi: rng.poisson(mu).astype(float),
        start=lambda y, w: y + 0.1,
        links=("log", "identity"),
        support=(0.0, np.inf),
        limits=(0.0, None),
        counts=True,
        canonical=True,
    )


def Gamma():
    """y > 0 with a constant coefficient of variation √φ: V(μ) = μ²."""

    def constant(y, w, phi):
        shape = 1 / phi
        return w * (shape * log(shape) - lgamma(shape) + (shape - 1) * np.log(y))

    def deviance(y, eta, link):
        ratio = (y - link.inverse(eta)) / link.inverse(eta)
        return 2 * (ratio - np.log1p(ratio))

    return Family(
        "gamma",
        variance=lambda mu: mu**2,
        loss=lambda y, eta, link: y / link.inverse(eta) + link.log_mu(eta),
        deviance=deviance,
        constant=constant,
        sample=lambda rng, mu, phi: rng.gamma(1 / phi, mu * phi),
        start=lambda y, w: y,
        links=("inverse", "log", "identity"),
        support=(0.0, np.inf),
        open_support=True,
        has_dispersion=True,
    )


def NegativeBinomial(theta):
    """y ~ NB(μ, θ), a count that varies more than Poisson: V(μ) = μ + μ²/θ.

    theta is known here: only then is this an exponential family. `maximum_likelihood_theta`
    estimates it.
    """
    theta = float(theta)
    if not 0 < theta < np.inf:
        raise ValueError(f"theta must be a positive finite number, got {theta}")

    def loss(y, eta, link):
        log_mu = link.log_mu(eta)
        return (y + theta) * np.logaddexp(log_mu, log(theta)) - xlogy(y, log_mu)

    def deviance(y, eta, link):
        mu = link.inverse(eta)
        log_ratio = np.log1p(np.where(y > 0, (y - mu) / mu, 0.0))
        return 2 * (xlogy(y, log_ratio) - (y + theta) * np.log1p((y - mu) / (mu + theta)))

    return Family(
        f"negative binomial(theta={theta:g})",
        variance=lambda mu: mu + mu**2 / theta,
        loss=loss,
        deviance=deviance,
        constant=lambda y, w, phi: (
            w * (lg(y + theta) - lgamma(theta) - lg(y + 1) + theta * log(theta))
        ),
        sample=lambda rng, mu, phi: rng.poisson(rng.gamma(theta, mu / theta)).astype(float),
        start=lambda y, w: y + 1 / 6,
        links=("log", "identity"),
        support=(0.0, np.inf),
        limits=(0.0, None),
        counts=True,
    )


FAMILIES = {
    "gaussian": Gaussian,
    "binomial": Binomial,
    "poisson": Poisson,
    "gamma": Gamma,
    "negative binomial": NegativeBinomial,
}
