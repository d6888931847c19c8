"""Quantile residuals: standard normal under the true model, whatever its family."""

import numpy as np

# Below this a tail has few digits left, or has become 0: then its logarithm is summed up.
TINY = 1e-290
# w · y is a whole number but for the rounding of the proportion y.
WHOLE = 1e-9
STEP = 1e-6  # of a difference
TERMS = 2000  # masses that are added one by one; the rest is a geometric series
NODES = 40  # of ∫₀^∞ e^−s f(s) ds, for an f that changes slowly


@np.errstate(all="ignore")
def quantile_residuals(fit, seed=None):
    """Φ⁻¹(F(y)), (n,), exactly standard normal under the true model.

    In a discrete family F jumps at y. There u is drawn uniformly between F just below y and
    F(y), and r = Φ⁻¹(u) is normal, too: `seed` is an int or a Generator for these draws.
    NaN for a row of weight 0.
    Raises ValueError for a discrete family without a seed, or with w · y not whole.
    Source: Dunn & Smyth, Randomized Quantile Residuals, J. Comput. Graph. Stat. 5 (1996).

    >>> X, y, beta = simulate("logistic", n=200, d=2, seed=1)
    >>> r = quantile_residuals(LogisticRegression(X, y).fit(), seed=1)
    >>> bool(abs(r.mean()) < 0.2), bool(abs(r.std() - 1) < 0.15)
    (True, True)
    """
    from scipy.special import ndtri_exp

    model, family, w, mu = fit.model, fit.model.family, fit.model.weights, fit.mu
    y, mirror, v = model.y, np.zeros(len(w), dtype=bool), np.ones(len(w))
    if family.discrete:
        if seed is None:
            raise ValueError("quantile residuals of counts are randomized: pass a seed")
        y = np.round(w * y)
        if (np.abs(w * model.y - y) > WHOLE * np.maximum(y, 1.0)).any():
            raise ValueError("quantile residuals need y (or w · y) in whole numbers")
        v = np.random.default_rng(seed).random(len(w))
    if family.limits[1] is not None:
        # failures instead of successes, so that no probability is close to 1
        mirror = mu > 0.5
        mu = np.where(mirror, np.exp(model.link.log_1m_mu(fit.eta)), mu)
        y, v = np.where(mirror, w - y, y), np.where(mirror, 1 - v, v)
    spread = family.distribution(mu, w, fit.dispersion)
    if family.discrete:
        mass = spread.pmf(y)
        below, above = spread.cdf(y - 1) + v * mass, spread.sf(y) + (1 - v) * mass
        log_below, log_above = np.log(below), np.log(above)
    else:
        log_below, log_above = spread.logcdf(y), spread.logsf(y)
    lower = log_below < log_above
    log_tail = np.where(lower, log_below, log_above)
    for i in np.flatnonzero((log_tail < np.log(TINY)) & (w > 0)):
        one = family.distribution(mu[i], w[i], fit.dispersion)
        side = -1 if lower[i] else 1
        if family.discrete:
            log_tail[i] = log_sum(one.logpmf, y[i], side, v[i] if lower[i] else 1 - v[i])
        else:
            log_tail[i] = log_integral(one.logpdf, y[i], side)
    r = ndtri_exp(log_tail)
    return np.where(w > 0, np.where(lower != mirror, r, -r), np.nan)


def log_sum(log_mass, k, side, share):
    """log [ share · P(k) + P(k ± 1) + P(k ± 2) + … ], for a tail that falls from k on."""
    terms = np.exp(log_mass(k + side * np.arange(TERMS + 1)) - log_mass(k))
    last, before = terms[-1], terms[-2]
    beyond = last**2 / (before - last) if last > 0 else 0.0
    return log_mass(k) + np.log(share + terms[1:].sum() + beyond)


def log_integral(log_density, y, side):
    """log of the tail ∫ f from y > 0 outwards, for a density f that falls fast there.

    In u = log y the tail is ∫ e^g du with g = log f + u. With s = rate · (u − log y) it is
    e^g(log y) / rate · ∫ e^−s · [ e^(g(u) − g(log y) + s) ] ds, and [ ] changes slowly.
    """

    def g(u):
        return log_density(np.exp(u)) + u

    s, weights = np.polynomial.laguerre.laggauss(NODES)
    u, h = np.log(y), STEP
    rate = (g(u - side * h) - g(u + side * h)) / (2 * h)
    terms = np.exp(g(u + side * s / rate) - g(u) + s)
    return g(u) - np.log(rate) + np.log(weights @ terms)
