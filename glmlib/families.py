"""Step 1 of a GLM: the distribution of y as a function of its mean μ.

A family is one entry: what the distribution says about the variance, the likelihood, the
deviance and the support of y. The log density stands as it does in the lessons. The loss,
which solvers walk on, is the same without what is free of β, and a function of η: a mean
that has rounded to 0 or 1 has lost its logarithm, while the link still knows it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import pi

import numpy as np

from . import links
from .guards.digits import log_factorial, log_ratio, xlogy
from .guards.immutable import same_functions


@dataclass(frozen=True)
class Family:
    """A distribution of y with mean μ; every function works elementwise.

    Attributes
    ----------
    name : str; two families are equal when their names and theta are.
    variance : mu (n,) -> (n,)
        V(μ); the variance of y is φ V(μ) / w.
    loss : (y, eta, link) -> (n,)
        −log density without the terms that are free of β, at φ = 1.
    log_density : (y, mu, w, phi) -> (n,)
        the log density of y with prior weight w; for the binomial, of w·y successes.
    deviance : (y, mu) -> (n,)
        2 (log density at μ = y − log density at μ) at φ = w = 1, the unit deviance.
    sample : (rng, mu, phi) -> (n,)
        one draw of y for every mean.
    start : (y, w) -> mu (n,)
        a mean close to the data from which Newton's method can start.
    distribution : (mu, w, phi) -> a frozen SciPy distribution
        of w·y where `discrete`, of y otherwise: what quantile residuals ask for.
    links : names of the links this family allows, the canonical one first.
    theta : the parameter of the negative binomial; None for all others.
    support : (low, high) for y, both included unless `open_support`.
    limits : the values of y that a mean can only approach (None: there is none).
    counts, discrete : whether y, or w·y, is a whole number.
    nearly_normal : whether one that is far from its limits has the density of a normal
        around its mean, as a sum of many independent draws has.
    has_dispersion : whether φ is estimated (Pearson) or known to be 1.
    replicates : whether a row of weight w counts as w rows in the log density (as in R),
        or as one of variance φ V(μ) / w.
    canonical : whether the first of `links` makes (dμ/dη) / V(μ) = 1.
    not_convex : the links under which the loss may have more than one minimum in η.

    Source: McCullagh & Nelder, Generalized Linear Models (1989), chapter 2.

    >>> Poisson().variance(np.array([1.0, 4.0]))
    array([1., 4.])
    >>> Binomial().links
    ('logit', 'probit', 'cloglog', 'log', 'identity')
    >>> Poisson() == Poisson(), NegativeBinomial(1) == NegativeBinomial(2)
    (True, False)
    """

    name: str
    variance: Callable = field(repr=False, compare=False)
    loss: Callable = field(repr=False, compare=False)
    log_density: Callable = field(repr=False, compare=False)
    deviance: Callable = field(repr=False, compare=False)
    sample: Callable = field(repr=False, compare=False)
    start: Callable = field(repr=False, compare=False)
    distribution: Callable = field(repr=False, compare=False)
    links: tuple = field(repr=False, compare=False)
    theta: float | None = None
    support: tuple = field(default=(-np.inf, np.inf), repr=False, compare=False)
    open_support: bool = field(default=False, repr=False, compare=False)
    limits: tuple = field(default=(None, None), repr=False, compare=False)
    counts: bool = field(default=False, repr=False, compare=False)
    discrete: bool = field(default=False, repr=False, compare=False)
    nearly_normal: bool = field(default=False, repr=False, compare=False)
    has_dispersion: bool = field(default=False, repr=False, compare=False)
    replicates: bool = field(default=True, repr=False, compare=False)
    canonical: bool = field(default=False, repr=False, compare=False)
    not_convex: tuple = field(default=(), repr=False, compare=False)

    @property
    def canonical_link(self):
        """The first of `links`: canonical, but for the negative binomial's customary log."""
        return links.LINKS[self.links[0]]()

    def __str__(self):
        return self.name if self.theta is None else f"{self.name}(theta={self.theta:g})"

    def __reduce__(self):
        """Pickled by its name: a lambda cannot travel to another process."""
        given = () if self.theta is None else (self.theta,)
        if self.name in FAMILIES and same_functions(self, FAMILIES[self.name](*given)):
            return FAMILIES[self.name], given
        return super().__reduce__()


def scipy_stats(name):
    """A distribution of SciPy, imported when it is first asked for."""
    from scipy import stats

    return getattr(stats, name)


def Gaussian():
    """y ~ Normal(μ, φ/w): V(μ) = 1."""
    return Family(
        "gaussian",
        variance=lambda mu: np.ones_like(mu),
        loss=lambda y, eta, link: (y - link.inverse(eta)) ** 2 / 2,
        log_density=lambda y, mu, w, phi: (
            -np.log(2 * pi * phi / w) / 2 - w * (y - mu) ** 2 / (2 * phi)
        ),
        deviance=lambda y, mu: (y - mu) ** 2,
        sample=lambda rng, mu, phi: mu + np.sqrt(phi) * rng.standard_normal(mu.shape),
        start=lambda y, w: y,
        distribution=lambda mu, w, phi: scipy_stats("norm")(mu, np.sqrt(phi / w)),
        links=("identity", "log", "inverse"),
        not_convex=("log", "inverse"),
        has_dispersion=True,
        replicates=False,
        canonical=True,
    )


def Binomial():
    """y = successes / w ~ Binomial(w, μ) / w, with w = 1 for 0/1 data: V(μ) = μ(1 − μ)."""
    return Family(
        "binomial",
        variance=lambda mu: mu * (1 - mu),
        loss=lambda y, eta, link: (
            -xlogy(y, link.log_mu(eta)) - xlogy(1 - y, link.log_1m_mu(eta))
        ),
        log_density=lambda y, mu, w, phi: (
            log_factorial(w)
            - log_factorial(w * y)
            - log_factorial(w * (1 - y))
            + w * (xlogy(y, np.log(mu)) + xlogy(1 - y, np.log1p(-mu)))
        ),
        deviance=lambda y, mu: (
            2 * xlogy(y, log_ratio(y, mu)) + 2 * xlogy(1 - y, log_ratio(1 - y, 1 - mu))
        ),
        sample=lambda rng, mu, phi: (rng.random(mu.shape) < mu).astype(float),
        start=lambda y, w: (w * y + 0.5) / (w + 1),
        distribution=lambda mu, w, phi: scipy_stats("binom")(w, mu),
        links=("logit", "probit", "cloglog", "log", "identity"),
        support=(0.0, 1.0),
        limits=(0.0, 1.0),
        discrete=True,
        nearly_normal=True,
        canonical=True,
    )


def Poisson():
    """y ~ Poisson(μ), a count: V(μ) = μ."""
    return Family(
        "poisson",
        variance=lambda mu: mu * 1.0,
        loss=lambda y, eta, link: link.inverse(eta) - xlogy(y, link.log_mu(eta)),
        log_density=lambda y, mu, w, phi: w * (xlogy(y, np.log(mu)) - mu - log_factorial(y)),
        deviance=lambda y, mu: 2 * (xlogy(y, log_ratio(y, mu)) - (y - mu)),
        sample=lambda rng, mu, phi: rng.poisson(mu).astype(float),
        start=lambda y, w: y + 0.1,
        distribution=lambda mu, w, phi: scipy_stats("poisson")(w * mu),
        links=("log", "identity"),
        support=(0.0, np.inf),
        limits=(0.0, None),
        counts=True,
        discrete=True,
        nearly_normal=True,
        canonical=True,
    )


# By name, those of `beyond` too.
FAMILIES = {
    "gaussian": Gaussian,
    "binomial": Binomial,
    "poisson": Poisson,
}
