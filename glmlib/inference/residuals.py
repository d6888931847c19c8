"""A fit row by row: how far y is, how much the row weighs, how far it pulls the estimate."""

import numpy as np

from ..guards.digits import unit_deviance
from ..guards.inputs import slices
from .quantile import quantile_residuals

quiet = np.errstate(all="ignore")  # a decorator: far out, ∞ and 0 are the right answers
# A leverage is right to this, times the condition number: what is nearer to 1 is 1.
ROUNDING = 1e-14


# ---- how far


def residuals(fit, kind="deviance", seed=None):
    """The residuals of a fit, (n,): what it leaves of every y, on one of five scales.

    Parameters
    ----------
    kind : str
        "response"   y − μ
        "pearson"    (y − μ) √(w / V(μ)), whose squares add up to Pearson's χ²
        "deviance"   sign(y − μ) √(w · unit deviance), whose squares add up to the deviance
        "working"    (y − μ) / (dμ/dη), the residual on the scale of η
        "quantile"   Φ⁻¹(F(y)), which is exactly standard normal under the true model
    seed : int or Generator
        for "quantile" and a discrete family: see `quantile_residuals`.

    None is divided by √φ but the quantile residual, whose F needs φ. A row of weight w has
    the distribution of the mean of w observations. A row of weight 0 keeps its place: its
    Pearson and deviance residuals are 0, its quantile residual is NaN.
    Raises ValueError for an unknown kind, and where quantile residuals do.
    Source: McCullagh & Nelder (1989), section 2.4.

    >>> X, y, beta = simulate("poisson", n=100, d=2, seed=1)
    >>> fit = PoissonRegression(X, y).fit()
    >>> r = residuals(fit, "deviance")
    >>> bool(np.isclose(r @ r, fit.deviance))
    True
    >>> bool(abs(residuals(fit, "quantile", seed=1).std() - 1) < 0.2)
    True
    """
    kinds = {
        "response": response_residuals,
        "pearson": pearson_residuals,
        "deviance": deviance_residuals,
        "working": working_residuals,
    }
    if kind == "quantile":
        return quantile_residuals(fit, seed)
    if kind not in kinds:
        raise ValueError(
            f"there are no {kind!r} residuals: choose from {', '.join(kinds)}, quantile"
        )
    return kinds[kind](fit)


@quiet
def response_residuals(fit):
    """y − μ, (n,)."""
    return over(fit, 1.0, 0.0)


@quiet
def pearson_residuals(fit):
    """(y − μ) √(w / V(μ)), (n,)."""
    model, link, eta = fit.model, fit.model.link, fit.eta
    V = model.family.variance(fit.mu)
    if model.family.limits[1] is not None:
        log_V = link.log_mu(eta) + link.log_1m_mu(eta)
    else:
        log_V = np.where(V > 0, np.log(V), link.log_mu(eta))  # V ≈ μ where μ underflows
    r = over(fit, np.sqrt(V), log_V / 2)
    return np.where(model.weights > 0, np.sqrt(model.weights) * r, 0.0)


@quiet
def deviance_residuals(fit):
    """sign(y − μ) √(w · unit deviance), (n,)."""
    deviance = np.maximum(unit_deviance(fit.model, fit.eta), 0.0)
    size = np.where(fit.model.weights > 0, np.sqrt(fit.model.weights * deviance), 0.0)
    return np.sign(response_residuals(fit)) * size


@quiet
def working_residuals(fit):
    """(y − μ) / (dμ/dη), (n,)."""
    link, eta = fit.model.link, fit.eta
    return over(fit, link.derivative(eta), link.log_derivative(eta))


def over(fit, unit, log_unit):
    """(y − μ) / unit, (n,).

    Where y is an end of the range of μ, y − μ is −μ or 1 − μ. The link knows its logarithm
    even where μ has rounded to y and the quotient would be 0/0.
    """
    model, link, eta = fit.model, fit.model.link, fit.eta
    low, high = model.family.limits
    r = (model.y - fit.mu) / unit
    if low is not None:
        r = np.where(model.y == low, -np.exp(link.log_mu(eta) - log_unit), r)
    if high is not None:
        r = np.where(model.y == high, np.exp(link.log_1m_mu(eta) - log_unit), r)
    return r


# ---- how heavy


@quiet
def leverage(fit):
    """The diagonal of the hat matrix W^½ X (XᵀWX)⁻¹ Xᵀ W^½ at the estimate, (n,).

    Between 0 and 1, and they add up to d: how much of its own fitted value each row
    decides. With RᵀR = XᵀWX it is |R⁻ᵀ √Wᵢ xᵢ|², a block of rows at a time. 0 for a row of
    weight 0, NaN for a fit that did not converge.
    Source: Pregibon, Logistic Regression Diagnostics, Ann. Stat. 9 (1981).

    >>> X, y, beta = simulate("poisson", n=100, d=3, seed=1)
    >>> float(leverage(PoissonRegression(X, y).fit()).sum().round(12))
    3.0
    """
    model, n = fit.model, len(fit.model.y)
    if not fit.converged:
        return np.full(n, np.nan)
    end, h = fit.end, np.empty(n)
    size = np.linalg.norm(end.R, axis=0)
    R = end.R / size
    inverse = np.linalg.solve(R, np.eye(len(R))) / size[:, None]
    for rows in slices(*model.X.shape):
        block = model.rows(rows)
        Z = block.X - model.centre
        W = block.working_weights(Z @ end.b + block.offset)  # to the last digit those of R
        A = np.sqrt(np.where(block.weights > 0, W, 0.0))[:, None] * Z
        h[rows] = ((A @ inverse) ** 2).sum(axis=1)
    # a row that decides its own fitted value alone: what is missing from 1 is rounding
    return np.where(h > 1 - ROUNDING * np.linalg.cond(R), 1.0, h)


# ---- how influential


@quiet
def standardized_residuals(fit, kind="deviance"):
    """Residuals divided by their standard deviation √(φ (1 − h)), (n,).

    kind is "deviance" or "pearson". NaN where the leverage h is 1: such a row has no
    residual. As rstandard in R.

    >>> X, y, beta = simulate("linear", n=100, d=2, seed=1)
    >>> bool(abs(standardized_residuals(LinearRegression(X, y).fit()).std() - 1) < 0.05)
    True
    """
    if kind not in ("deviance", "pearson"):
        raise ValueError(f"standardized residuals are deviance or pearson, not {kind!r}")
    r = residuals(fit, kind) / np.sqrt(fit.dispersion * (1 - fit.leverage))
    return np.where(fit.leverage < 1, r, np.nan)


@quiet
def cooks_distance(fit):
    """Cook's distance D = (pearson / (1 − h))² h / (φ d), (n,).

    About how far, in units of the confidence region, the estimate moves when the row is
    left out (one Newton step). NaN where h is 1. As cooks.distance in R.
    Source: Cook, Technometrics 19 (1977); Pregibon (1981) for generalized linear models.

    >>> X = add_intercept(np.array([[0.0], [1.0], [2.0], [10.0]]))
    >>> int(np.argmax(cooks_distance(LinearRegression(X, [0.0, 1.2, 1.9, 5.0]).fit())))
    3
    """
    h = fit.leverage
    D = (residuals(fit, "pearson") / (1 - h)) ** 2 * h / (fit.dispersion * len(fit.beta))
    return np.where(h < 1, D, np.nan)
