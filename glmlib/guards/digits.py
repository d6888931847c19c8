"""What keeps the last digits where a plain formula would lose them.

A deviance is a difference of nearly equal numbers where y is close to μ, and log Γ of a
count of 10¹² has no digit left for the rest of the likelihood. Families say their equations
plainly; a fit asks here for the numbers.
"""

from math import lgamma, log, pi

import numpy as np

# ∫₀¹ f(s) ds ≈ Σ NODE_WEIGHTS f(NODES), exact to the last digit for what is smooth
NODES, NODE_WEIGHTS = (np.polynomial.legendre.leggauss(8) + np.array([[1.0], [0.0]])) / 2
# |y − μ| over the distance to the end of the means, below which the integral is exact
CLOSE = 0.05
# from this variance on a count's own log density is a normal's, up to 1/12 of its inverse
MANY = 1e6
FACTORIALS = np.array([lgamma(k + 1) for k in range(256)])
each_log_gamma = np.frompyfunc(lgamma, 1, 1)


def xlogy(x, log_y):
    """x · log y with 0 · log 0 = 0, given the logarithm."""
    return x * np.where(x == 0, 0.0, log_y)


@np.errstate(divide="ignore", invalid="ignore")  # log 0 and 0/0, which `xlogy` leaves out
def log_ratio(y, mu):
    """log(y / μ); close to the data by log1p, since y/μ alone would round to 1.

    >>> from glmlib.guards.digits import log_ratio
    >>> log_ratio(np.array([0.0, 1.0, 0.0]), np.array([2.0, 1.0, 0.0]))
    array([-inf,   0.,  nan])
    """
    ratio = (y - mu) / mu
    close = np.abs(ratio) < 0.5
    return np.where(close, np.log1p(np.where(close, ratio, 0.0)), np.log(y / mu))


def stirling(x):
    """log Γ(x + 1) − [ (x + ½) log x − x + ½ log 2π ] for x ≥ 15, what Stirling leaves out.

    Source: Abramowitz & Stegun (1964), 6.1.41.

    >>> from glmlib.guards.digits import stirling
    >>> stirling(np.array([15.0, 1e12]))
    array([5.55473355e-03, 8.33333333e-14])
    """
    q = 1 / x**2
    return (1 / 12 - q * (1 / 360 - q * (1 / 1260 - q * (1 / 1680 - q / 1188)))) / x


def log_factorial(x):
    """log Γ(x + 1), elementwise for x ≥ 0; whole numbers below 256 are looked up."""
    x = np.asarray(x, dtype=float)
    small = x < len(FACTORIALS)
    whole = np.where(small, x, 0.0).astype(int)
    found = np.array(FACTORIALS[whole])
    if not small.all():
        big = x[~small]
        found[~small] = (big + 0.5) * np.log(big) - big + log(2 * pi) / 2 + stirling(big)
    broken = small & (whole != x)
    if broken.any():
        found[broken] = each_log_gamma(x[broken] + 1).astype(float)
    return found


def log_gamma(x):
    """log Γ(x), elementwise for x > 0."""
    return log_factorial(x) - np.log(x)


def log_ratio_of_gammas(y, theta):
    """log Γ(y + θ) − log Γ(θ) − log Γ(y + 1), with Stirling's terms cancelled by hand."""
    large, total = np.maximum(y, 15.0), np.maximum(y, 15.0) + theta
    leading = large * np.log1p(theta / large) - theta
    leading = leading + (theta - 0.5) * np.log(total) - np.log(large) / 2
    far = leading + stirling(total) - stirling(large) - log_gamma(theta)
    near = log_gamma(y + theta) - log_gamma(theta) - log_factorial(y)
    return np.where(y > 15, far, near)


def unit_deviance(model, eta):
    """2 ∫ (y − t) / V(t) dt from μ to y, the deviance of each row at weight 1, (n,).

    Close to the data by the integral, by 8 nodes; elsewhere as the difference of the two
    losses, which are functions of η and so know a mean that has rounded to 0 or 1.
    Source: McCullagh & Nelder (1989), section 9.2.2.
    """
    family, link, y = model.family, model.link, model.y
    with np.errstate(all="ignore"):
        mu = link.inverse(eta)
        far = 2 * family.loss(y, eta, link)
        inside = ~np.isin(y, [edge for edge in family.limits if edge is not None])
        if inside.any():  # y at a limit of the means has no loss at μ = y
            far[inside] -= 2 * family.loss(y[inside], link.link(y[inside]), link)
        lost = ~np.isfinite(far)
        if lost.any():
            far[lost] = family.deviance(y[lost], mu[lost])
        low, high = family.support
        near = np.abs(y - mu) < CLOSE * np.minimum(mu - low, high - mu)
        if not near.any():
            return far
        y, mu = y[near], mu[near]
        t = mu[:, None] + NODES * (y - mu)[:, None]
        far[near] = 2 * (y - mu) ** 2 * (((1 - NODES) / family.variance(t)) @ NODE_WEIGHTS)
        return far


def log_peak(model, phi):
    """The log density of each row at μ = y, (n,); log-likelihood = Σ log_peak − deviance/2φ.

    A count that is nearly normal far from its limits has the peak (2πv)^−½ (1 − 1/12v) there.
    """
    family, y, w = model.family, model.y, model.weights
    with np.errstate(all="ignore"):
        peak = family.log_density(y, y, w, phi)
        if family.nearly_normal:
            V = family.variance(y)
            variance, times = (V, w) if family.counts else (w * V, 1.0)
            many = variance > MANY
            normal = times * (-np.log(2 * pi * variance) / 2 - 1 / (12 * variance))
            peak = np.where(many, normal, peak)
        return peak
