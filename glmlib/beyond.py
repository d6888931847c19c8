"""Beyond the three models: more families, more links. Each is one entry, as those are."""

from math import log, pi, sqrt

import numpy as np

from .families import FAMILIES, Family, scipy_stats
from .guards.digits import log_gamma, log_ratio, log_ratio_of_gammas, xlogy
from .links import LINKS, Link

# ---- families


def Gamma():
    """y > 0 with a constant coefficient of variation √φ: V(μ) = μ²."""
    return Family(
        "gamma",
        variance=lambda mu: mu**2,
        loss=lambda y, eta, link: y / link.inverse(eta) + link.log_mu(eta),
        log_density=lambda y, mu, w, phi: (
            w * (-y / (phi * mu) - np.log(phi * mu / y) / phi - np.log(y) - log_gamma(1 / phi))
        ),
        deviance=lambda y, mu: 2 * ((y - mu) / mu - log_ratio(y, mu)),
        sample=lambda rng, mu, phi: rng.gamma(1 / phi, mu * phi),
        start=lambda y, w: y,
        distribution=lambda mu, w, phi: scipy_stats("gamma")(w / phi, scale=mu * phi / w),
        links=("inverse", "log", "identity"),
        not_convex=("identity",),
        support=(0.0, np.inf),
        open_support=True,
        has_dispersion=True,
    )


def InverseGaussian():
    """y > 0, the first time a drifting particle passes a line: V(μ) = μ³.

    >>> InverseGaussian().variance(np.array([1.0, 2.0]))
    array([1., 8.])
    """
    return Family(
        "inverse gaussian",
        variance=lambda mu: mu**3,
        loss=lambda y, eta, link: (y / link.inverse(eta) / 2 - 1) / link.inverse(eta),
        log_density=lambda y, mu, w, phi: (
            -w * (np.log(2 * pi * phi * y**3) + (y / mu - 1) ** 2 / (phi * y)) / 2
        ),
        deviance=lambda y, mu: (y / mu - 1) ** 2 / y,
        sample=lambda rng, mu, phi: rng.wald(mu, 1 / phi),
        start=lambda y, w: y,
        distribution=lambda mu, w, phi: scipy_stats("invgauss")(mu * phi / w, scale=w / phi),
        links=("inverse squared", "inverse", "log", "identity"),
        not_convex=("log", "identity"),
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
        # y log(1 + θ/μ) + θ log(1 + μ/θ): no difference of large numbers
        odds = link.log_mu(eta) - log(theta)
        return xlogy(y, np.logaddexp(0.0, -odds)) + theta * np.logaddexp(0.0, odds)

    return Family(
        "negative binomial",
        theta=theta,
        variance=lambda mu: mu + mu**2 / theta,
        loss=loss,
        log_density=lambda y, mu, w, phi: (
            w
            * (
                log_ratio_of_gammas(y, theta)
                - xlogy(y, np.log1p(theta / mu))
                - theta * np.log1p(mu / theta)
            )
        ),
        deviance=lambda y, mu: (
            2 * xlogy(y, log_ratio(y, mu)) - 2 * (y + theta) * log_ratio(y + theta, mu + theta)
        ),
        sample=lambda rng, mu, phi: rng.poisson(rng.gamma(theta, mu / theta)).astype(float),
        start=lambda y, w: y + (y == 0) / 6,
        distribution=lambda mu, w, phi: scipy_stats("nbinom")(w * theta, theta / (theta + mu)),
        links=("log", "identity"),
        not_convex=("identity",),
        support=(0.0, np.inf),
        limits=(0.0, None),
        counts=True,
        discrete=True,
    )


# ---- links


def Probit():
    """η = Φ⁻¹(μ): a normal tolerance crosses a threshold. Needs SciPy for Φ."""
    from scipy.special import erfcx, log_ndtr, ndtr, ndtri

    return Link(
        "probit",
        link=lambda mu: ndtri(mu),
        inverse=lambda eta: ndtr(eta),
        derivative=lambda eta: np.exp(-(eta**2) / 2) / sqrt(2 * pi),
        log_mu=lambda eta: log_ndtr(eta),
        log_1m_mu=lambda eta: log_ndtr(-eta),
        log_derivative=lambda eta: -(eta**2) / 2 - log(2 * pi) / 2,
        # φ/Φ of the shorter tail without a difference of large logarithms (Mills' ratio)
        log_odds_slope=lambda eta: (
            sqrt(2 / pi) / erfcx(np.abs(eta) / sqrt(2)) / ndtr(np.abs(eta))
        ),
        domain=(0.0, 1.0),
    )


def CLogLog():
    """η = log(−log(1 − μ)): the chance of at least one Poisson event with mean e^η."""

    def exp(eta):
        return np.exp(np.minimum(eta, 700.0))  # far beyond, μ is 1 all the same: no ∞ − ∞

    def mu(eta):
        return -np.expm1(-exp(eta))

    def near(eta):
        """Below η = −37, 1 − e^(−e^η) is e^η to the last digit, and e^η may underflow."""
        return np.maximum(eta, -37.0)

    return Link(
        "cloglog",
        link=lambda mu: np.log(-np.log1p(-mu)),
        inverse=mu,
        derivative=lambda eta: np.exp(eta - exp(eta)),
        log_mu=lambda eta: np.where(eta < -37, eta, np.log(mu(near(eta)))),
        log_1m_mu=lambda eta: -exp(eta),
        log_derivative=lambda eta: eta - exp(eta),
        log_odds_slope=lambda eta: exp(near(eta)) / mu(near(eta)),
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
        log_odds_slope=lambda eta: 1.0 / (1.0 - eta),
        domain=(0.0, np.inf),
    )


def InverseSquared():
    """η = 1/μ². Canonical for the inverse Gaussian (but for a factor).

    >>> InverseSquared().inverse(np.array([0.25]))
    array([2.])
    """
    return Link(
        "inverse squared",
        link=lambda mu: mu**-2.0,
        inverse=lambda eta: eta**-0.5,
        derivative=lambda eta: -(eta**-1.5) / 2,
        log_mu=lambda eta: -np.log(eta) / 2,
        log_1m_mu=lambda eta: np.log1p(-(eta**-0.5)),
        log_derivative=lambda eta: -1.5 * np.log(eta) - log(2),
        log_odds_slope=lambda eta: 1.0 / (2.0 * (np.sqrt(eta) - eta)),
        domain=(0.0, np.inf),
    )


FAMILIES |= {
    "gamma": Gamma,
    "inverse gaussian": InverseGaussian,
    "negative binomial": NegativeBinomial,
}
LINKS |= {
    "probit": Probit,
    "cloglog": CLogLog,
    "inverse": Inverse,
    "inverse squared": InverseSquared,
}
