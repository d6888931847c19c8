"""Step 1 of a GLM: the distribution of y as a function of its mean μ.

A family is one entry: what the distribution says about the variance, the loss, the
deviance and the support of y. Loss and deviance are functions of the linear predictor
η, never of μ alone: a mean that has rounded to 0 or 1 has lost its logarithm, while
the link still knows log μ and log(1 − μ) to the last digit.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import lgamma, pi

import numpy as np

from . import links

log_gamma = np.frompyfunc(lgamma, 1, 1)


def xlogy(x, log_y):
    """x · log y with 0 · log 0 = 0, given the logarithm."""
    return np.where(x == 0, 0.0, x * np.where(x == 0, 0.0, log_y))


def log(x):
    """log x, where log 0 = −∞ is no reason for a warning."""
    with np.errstate(all="ignore"):
        return np.log(x)


def log_ratio(y, mu, rest):
    """log(y / μ), given y − μ as well; close to the data y/μ alone would round to 1."""
    with np.errstate(all="ignore"):
        ratio = rest / mu
        close = np.abs(ratio) < 0.5
        return np.where(close, np.log1p(np.where(close, ratio, 0.0)), np.log(y / mu))


def stirling(x):
    """log Γ(x + 1) − [ (x + ½) log x − x + ½ log 2π ], what Stirling's formula leaves out.

    At x = 10¹² log Γ is 10¹³ and has lost the digits of this remainder, 1/12x.
    Source: Abramowitz & Stegun (1964), 6.1.41.

    >>> stirling(np.array([1.0, 1e12]))
    array([8.10614668e-02, 8.33333333e-14])
    """
    x = np.asarray(x, dtype=float)
    big, small = np.maximum(x, 15.0), np.minimum(x, 15.0)
    q = 1 / big**2
    series = (1 / 12 - q * (1 / 360 - q * (1 / 1260 - q * (1 / 1680 - q / 1188)))) / big
    formula = (small + 0.5) * log(small) - small + log(2 * pi) / 2
    return np.where(x > 15, series, np.asarray(log_gamma(small + 1), dtype=float) - formula)


def peak(variance, rest):
    """The log density at its mean: a normal's, −½ log 2πV, less a rest; 0 where V = 0."""
    with np.errstate(all="ignore"):
        return np.where(variance > 0, -np.log(2 * pi * variance) / 2 - rest, 0.0)


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
    saturated : (y, weights, phi) -> (n,)
        the log density at μ = y, so that log-likelihood = Σ saturated − deviance / 2φ. It
        is that of a normal with the variance φ V(y) / w, less what Stirling leaves out.
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
    saturated: Callable = field(repr=False)
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
        saturated=lambda y, w, phi: peak(phi / w, 0.0),
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

    def deviance(y, eta, link):
        mu = link.inverse(eta)
        rest = y - mu
        near = xlogy(y, log_ratio(y, mu, rest)) + xlogy(1 - y, log_ratio(1 - y, 1 - mu, -rest))
        least = -xlogy(y, log(y)) - xlogy(1 - y, log(1 - y))  # the loss at μ = y
        # far from the data μ may have rounded to 0 or 1; only the link knows its logarithm
        close = np.abs(rest) < 0.5 * y * (1 - y)
        return 2 * np.where(close, near, loss(y, eta, link) - least)

    def saturated(y, w, phi):
        rest = stirling(w * y) + stirling(w * (1 - y)) - stirling(w)
        return peak(w * y * (1 - y), rest)

    return Family(
        "binomial",
        variance=lambda mu: mu * (1 - mu),
        loss=loss,
        deviance=deviance,
        saturated=saturated,
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
        return 2 * (xlogy(y, log_ratio(y, mu, y - mu)) - (y - mu))

    return Family(
        "poisson",
        variance=lambda mu: mu * 1.0,
        loss=lambda y, eta, link: link.inverse(eta) - xlogy(y, link.log_mu(eta)),
        deviance=deviance,
        saturated=lambda y, w, phi: w * peak(y, stirling(y)),
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

    def deviance(y, eta, link):
        mu = link.inverse(eta)
        return 2 * ((y - mu) / mu - log_ratio(y, mu, y - mu))

    return Family(
        "gamma",
        variance=lambda mu: mu**2,
        loss=lambda y, eta, link: y / link.inverse(eta) + link.log_mu(eta),
        deviance=deviance,
        saturated=lambda y, w, phi: w * peak(phi * y**2, stirling(1 / phi)),
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
        both = (y + theta) * log_ratio(y + theta, mu + theta, y - mu)
        return 2 * (xlogy(y, log_ratio(y, mu, y - mu)) - both)

    def saturated(y, w, phi):
        rest = stirling(y) + stirling(theta) - stirling(y + theta)
        return w * peak(y * (y + theta) / theta, rest)

    return Family(
        f"negative binomial(theta={theta:g})",
        variance=lambda mu: mu + mu**2 / theta,
        loss=loss,
        deviance=deviance,
        saturated=saturated,
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
