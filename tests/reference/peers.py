"""Every family and link of the library as statsmodels and SciPy know it: one entry each."""

import numpy as np

from later import later

sm, stats = later("statsmodels.api"), later("scipy.stats")

LINKS = {  # their names in statsmodels
    "identity": "Identity",
    "log": "Log",
    "logit": "Logit",
    "probit": "Probit",
    "cloglog": "CLogLog",
    "inverse": "InversePower",
    "inverse squared": "InverseSquared",
}
FAMILIES = {
    "gaussian": "Gaussian",
    "binomial": "Binomial",
    "poisson": "Poisson",
    "gamma": "Gamma",
    "inverse gaussian": "InverseGaussian",
    "negative binomial": "NegativeBinomial",
}


def statsmodels(family, link, theta=None):
    """The family of statsmodels with its link; fit it with scale=1 where φ is known."""
    options = {} if theta is None else {"alpha": 1 / theta}
    link = getattr(sm.families.links, LINKS[link])()
    return getattr(sm.families, FAMILIES[family])(link, **options)


def log_density(family, y, mu, w, phi, theta):
    """The log density (n,) by scipy.stats, with the weights (n,) as the library has them."""
    return {
        "gaussian": lambda: stats.norm.logpdf(y, mu, np.sqrt(phi / w)),
        "binomial": lambda: stats.binom.logpmf(np.round(w * y), w, mu),
        "poisson": lambda: w * stats.poisson.logpmf(y, mu),
        "gamma": lambda: w * stats.gamma.logpdf(y, 1 / phi, scale=mu * phi),
        "inverse gaussian": lambda: w * stats.invgauss.logpdf(y, mu * phi, scale=1 / phi),
        "negative binomial": lambda: w * stats.nbinom.logpmf(y, theta, theta / (theta + mu)),
    }[family]()
