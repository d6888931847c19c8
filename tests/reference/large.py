"""Answers in closed form for means of any size: every group of rows has its own mean.

With one dummy for each group the estimate is β = g(weighted mean of the group) for every
family and link, its standard error √(φ V(μ) / Σw) / |dμ/dη|, and the deviance a sum: 50
digits, no iteration, whatever the size of the mean.
"""

import numpy as np

from reference.independent import (
    DISPERSION,
    LINKS,
    eta_of,
    mp,
    saturated_loss,
    unit_loss,
    variance,
)


def grouped(family, name, y, groups, weights=None, theta=None):
    """β (k,), standard errors (k,) and deviance of k groups, as floats.

    y (n,), groups (n,) of 0 … k − 1, weights (n,) or None.
    """
    w = [mp.mpf(float(v)) for v in (np.ones(len(y)) if weights is None else weights)]
    y = [mp.mpf(float(v)) for v in y]
    theta = None if theta is None else mp.mpf(float(theta))
    rows = list(zip(y, w, groups, strict=True))
    k = int(max(groups)) + 1
    beta, spread, chi2, deviance = [], [], mp.zero, mp.zero
    for j in range(k):
        total = sum(b for _, b, g in rows if g == j)
        mu = sum(a * b for a, b, g in rows if g == j) / total
        nu = sum((1 - a) * b for a, b, g in rows if g == j) / total
        eta = eta_of(name, mu, nu)
        slope = LINKS[name](mp, eta)[2]
        V, _ = variance(family, theta, mu, nu)
        beta.append(eta)
        spread.append(mp.sqrt(V / total) / abs(slope))
        for a, b, g in rows:
            if g == j and b:
                chi2 += b * (a - mu) ** 2 / V
                loss = unit_loss(mp, family, theta, a, mu, nu)
                deviance += 2 * b * (loss - saturated_loss(mp, family, theta, a))
    used = sum(1 for b in w if b)
    phi = chi2 / (used - k) if family in DISPERSION else mp.one
    errors = [float(mp.sqrt(phi) * s) for s in spread]
    return np.array([float(b) for b in beta]), np.array(errors), float(deviance)
