"""Diagnostics: what a fit says about its rows, its neighbours and its limits.

residuals, leverage, cooks_distance    row by row: how far, how heavy, how influential
compare, profile_interval              by the likelihood itself: against a larger model, and
                                       against every other value of one coefficient
maximum_likelihood_theta               the one parameter of a family that is not in β

Each is a function of a fit, and a fit has the first five as methods of the same name.
"""

import copy
import math
import warnings
from dataclasses import dataclass

import numpy as np

from . import solvers
from .design import check_estimable, standardise
from .families import NegativeBinomial, Poisson
from .fit import NODE_WEIGHTS, NODES, Fit, deviance, normal_quantile, unit_deviance
from .inputs import ConvergenceWarning

quiet = np.errstate(all="ignore")  # as a decorator only: it cannot be entered twice


# ---- residuals


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
        for "quantile" and a family of counts: F jumps at y, and u is drawn uniformly
        between F(y − 1) and F(y), so that r = Φ⁻¹(u) is normal for counts too.

    None is divided by √φ but the quantile residual, whose F needs φ. A row of weight w has
    the distribution of the mean of w observations; with weight 0 it has no quantile.
    Raises ValueError for an unknown kind, and for quantile residuals of counts without a
    seed or of counts that are not whole.
    Source: McCullagh & Nelder (1989), section 2.4; Dunn & Smyth, Randomized Quantile
    Residuals, J. Comput. Graph. Stat. 5 (1996).

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


def log_gap(fit):
    """log |y − μ| in the rows where y is a limit of the means, NaN elsewhere, (n,).

    There y − μ is −μ or 1 − μ, which the link knows by its logarithm even where μ has
    rounded to that limit.
    """
    model = fit.model
    low, high = model.family.limits
    gap = np.full(len(model.y), np.nan)
    if low is not None:
        gap = np.where(model.y == low, model.link.log_mu(fit.eta), gap)
    if high is not None:
        gap = np.where(model.y == high, model.link.log_1m_mu(fit.eta), gap)
    return gap


@quiet
def response_residuals(fit):
    """y − μ, (n,)."""
    gap, plain = log_gap(fit), fit.model.y - fit.mu
    sign = np.where(fit.model.y == fit.model.family.limits[0], -1.0, 1.0)
    return np.where(np.isnan(gap), plain, sign * np.exp(gap))


@quiet
def pearson_residuals(fit):
    """(y − μ) √(w / V(μ)), (n,)."""
    model, link, eta = fit.model, fit.model.link, fit.eta
    V = model.family.variance(fit.mu)
    log_V = np.where(V > 0, np.log(V), link.log_mu(eta))  # V ≈ μ where μ underflows
    if model.family.limits[1] is not None:
        log_V = link.log_mu(eta) + link.log_1m_mu(eta)
    sign = np.where(model.y == model.family.limits[0], -1.0, 1.0)
    edge = sign * np.exp(log_gap(fit) - log_V / 2)
    r = np.where(np.isnan(edge), (model.y - fit.mu) / np.sqrt(V), edge)
    return np.where(model.weights > 0, np.sqrt(model.weights) * r, 0.0)


@quiet
def deviance_residuals(fit):
    """sign(y − μ) √(w · unit deviance), (n,)."""
    d = np.maximum(unit_deviance(fit.model, fit.eta), 0.0)
    size = np.where(fit.model.weights > 0, np.sqrt(fit.model.weights * d), 0.0)
    return np.sign(response_residuals(fit)) * size


@quiet
def working_residuals(fit):
    """(y − μ) / (dμ/dη), (n,)."""
    model, link, eta = fit.model, fit.model.link, fit.eta
    sign = np.where(model.y == model.family.limits[0], -1.0, 1.0)
    edge = sign * np.exp(log_gap(fit) - link.log_derivative(eta))
    return np.where(np.isnan(edge), (model.y - fit.mu) / link.derivative(eta), edge)


@quiet
def quantile_residuals(fit, seed=None):
    """Φ⁻¹(u) with u uniform between F(y − 1) and F(y), or u = F(y) without jumps, (n,)."""
    from scipy.special import ndtri, ndtri_exp

    model, name = fit.model, fit.model.family.name
    w = model.weights
    if name == "gaussian":
        return np.where(w > 0, pearson_residuals(fit) / math.sqrt(fit.dispersion), np.nan)
    if name == "gamma":
        below, above, log_tail = gamma_tails(fit)
    else:
        if seed is None:
            raise ValueError("quantile residuals of counts are randomized: pass a seed")
        counts = w * model.y
        if (np.abs(counts - np.round(counts)) > 1e-9 * np.maximum(counts, 1.0)).any():
            raise ValueError("quantile residuals need y (or w · y) in whole numbers")
        v = np.random.default_rng(seed).random(len(w))
        below, above, log_tail = count_tails(fit, np.round(counts), v)
    # the smaller of the two tails has all its digits; below 1e-290 its logarithm has them
    lower = below < above
    tail = np.where(lower, below, above)
    r = ndtri(tail)
    for i in np.flatnonzero((tail < 1e-290) & (w > 0)):
        r[i] = ndtri_exp(log_tail(i, lower[i]))
    return np.where(w > 0, np.where(lower, r, -r), np.nan)


def gamma_tails(fit):
    """F(y) and 1 − F(y), (n,) each, for y ~ Gamma, and a function (i, lower) for its log."""
    from scipy.special import gammainc, gammaincc

    a = fit.model.weights / fit.dispersion
    x = a * fit.model.y / fit.mu

    def log_tail(i, lower):
        # the tails of a Gamma are those of a Poisson count with mean x
        k = a[i] if lower else a[i] - 1
        mass = k * math.log(x[i]) - x[i] - math.lgamma(k + 1)
        up, down = (lambda j: x[i] / (k + j)), (lambda j: (k - j + 1) / x[i])
        return mass + math.log1p(beyond(up if lower else down))

    return gammainc(a, x), gammaincc(a, x), log_tail


def count_tails(fit, k, v):
    """F(k − 1) + v · P(k), its complement, and a function (i, lower) for their logarithms.

    k (n,) are the counts w · y: Poisson with mean w μ, binomial of w trials, or negative
    binomial with mean w μ and w θ.
    """
    from scipy.special import betainc, betaincc, gammainc, gammaincc, gammaln

    model, w = fit.model, fit.model.weights
    name, m = model.family.name, fit.model.weights * fit.mu
    if name == "poisson":
        at_most, at_least = gammaincc(k + 1, m), gammainc(np.maximum(k, 1), m)
        log_mass = model.family.saturated(k, 1.0, 1.0) - deviance_residuals(fit) ** 2 / 2

        def more(i, j):
            return m[i] / (k[i] + j)

        def less(i, j):
            return (k[i] - j + 1) / m[i]
    elif name == "binomial":
        n = np.maximum(w, 1)  # rows of weight 0 have no count
        log_p, log_q = model.link.log_mu(fit.eta), model.link.log_1m_mu(fit.eta)
        at_most = np.where(k < n, betainc(np.maximum(n - k, 1), k + 1, np.exp(log_q)), 1.0)
        at_least = betainc(np.maximum(k, 1), n - np.maximum(k, 1) + 1, np.exp(log_p))
        log_mass = model.family.saturated(k / n, n, 1.0) - deviance_residuals(fit) ** 2 / 2
        odds = np.exp(log_p - log_q)

        def more(i, j):
            return (n[i] - k[i] - j + 1) / (k[i] + j) * odds[i]

        def less(i, j):
            return (k[i] - j + 1) / (n[i] - k[i] + j) / odds[i]
    else:
        theta = theta_of(model.family) * w
        p, q = m / (m + theta), theta / (m + theta)
        at_most, at_least = betainc(theta, k + 1, q), betaincc(theta, np.maximum(k, 1), q)
        log_mass = gammaln(k + theta) - gammaln(theta) - gammaln(k + 1)
        log_mass = log_mass - k * np.log1p(theta / m) - theta * np.log1p(m / theta)

        def more(i, j):
            return p[i] * (k[i] + theta[i] + j - 1) / (k[i] + j)

        def less(i, j):
            return (k[i] - j + 1) / (k[i] + theta[i] - j) / p[i]

    at_least = np.where(k > 0, at_least, 1.0)
    mass = np.exp(log_mass)

    def log_tail(i, lower):
        share, ratio = (v[i], less) if lower else (1 - v[i], more)
        rest = beyond(lambda j: np.maximum(ratio(i, j), 0.0))
        return log_mass[i] + math.log(share + rest)

    # below = P(< k) + v P(k) and above = P(> k) + (1 − v) P(k), without a subtraction of
    # nearly equal numbers where the tail is small
    below = np.maximum(at_most - (1 - v) * mass, v * mass)
    above = np.maximum(at_least - v * mass, (1 - v) * mass)
    return below, above, log_tail


def beyond(ratio, most=2_000_000):
    """r₁ + r₁r₂ + r₁r₂r₃ + …, the mass beyond a point in units of the mass at it.

    ratio(j) are the quotients of neighbouring masses, all below 1 in a far tail; what is
    left after `most` terms is summed as a geometric series.
    """
    total, last, start, size = 0.0, 1.0, 1, 1000
    while start < most:
        r = ratio(np.arange(start, start + size))
        terms = last * np.cumprod(r)
        total, last = total + terms.sum(), terms[-1]
        if abs(last) <= 1e-17 * (1.0 + total):
            return total
        start, size = start + size, 2 * size
    return total + last * r[-1] / (1 - r[-1])


def theta_of(family):
    """θ of a negative binomial, from its variance μ + μ²/θ at a μ so large that μ² rules."""
    return 1e280 / family.variance(1e140)


# ---- rows that weigh


@quiet
def leverage(fit):
    """The diagonal of the hat matrix W^½ X (XᵀWX)⁻¹ Xᵀ W^½ at the estimate, (n,).

    Between 0 and 1, and they add up to d: how much of its own fitted value each row
    decides. From the Q of √W X, as |row of Q|². NaN for a fit that did not converge.
    Source: Pregibon, Logistic Regression Diagnostics, Ann. Stat. 9 (1981).

    >>> X, y, beta = simulate("poisson", n=100, d=3, seed=1)
    >>> float(leverage(PoissonRegression(X, y).fit()).sum().round(12))
    3.0
    """
    model = fit.model
    if not fit.converged:
        return np.full(len(model.y), np.nan)
    Z, _ = standardise(model.X, model.intercept)
    Q = np.linalg.qr(np.sqrt(model.working_weights(fit.eta))[:, None] * Z)[0]
    h = (Q**2).sum(axis=1)
    # a row that decides its own fitted value alone; what is missing from 1 is rounding
    return np.where(h > 1 - 1e-14 * len(h), 1.0, h)


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


# ---- two nested models


@dataclass(frozen=True)
class Comparison:
    """A likelihood-ratio test: `statistic`, `df`, `p_value`, and `df_residual` for an F test.

    >>> print(Comparison(5.0, 1, 0.025347))
    χ²(1) = 5, p = 0.0253
    """

    statistic: float
    df: int
    p_value: float
    df_residual: int | None = None

    def __str__(self):
        name = (
            f"χ²({self.df})"
            if self.df_residual is None
            else (f"F({self.df}, {self.df_residual})")
        )
        return f"{name} = {self.statistic:.5g}, p = {self.p_value:.3g}"


def compare(smaller, larger):
    """The likelihood-ratio test of a fit against a larger one that contains it.

    With deviances D₀ ≥ D₁ and df = d₁ − d₀,

        χ² = D₀ − D₁ = 2 (ℓ₁ − ℓ₀)          where φ is known
        F = (D₀ − D₁) / (df · φ̂₁)           where φ is estimated, by Pearson in the larger

    against χ²(df) or F(df, df_residual), as anova(…, test="Chisq" or "F") in R.
    Returns a `Comparison`. Raises ValueError when either fit did not converge, when y,
    weights, offset, family or link differ, or when the columns of the smaller X are not
    all combinations of those of the larger.
    Source: McCullagh & Nelder (1989), sections 2.3 and 4.4; Wilks (1938).

    >>> X, y, beta = simulate("poisson", n=100, d=3, seed=1)
    >>> test = compare(PoissonRegression(X[:, :2], y).fit(), PoissonRegression(X, y).fit())
    >>> test.df, test.p_value < 0.05
    (1, True)
    """
    for which, fit in (("smaller", smaller), ("larger", larger)):
        if not isinstance(fit, Fit):
            raise TypeError(f"the {which} is a {type(fit).__name__}: compare needs two fits")
        if not fit.converged:
            raise ValueError(f"the {which} fit did not converge: {fit.message}")
    check_nested(smaller, larger)
    df = len(larger.beta) - len(smaller.beta)
    if larger.theta is None:
        lost = smaller.deviance - larger.deviance
    else:  # each fit has a θ of its own, so that deviances count from different zeros
        lost = 2 * (larger.log_likelihood - smaller.log_likelihood)
    lost = max(lost, 0.0)
    from scipy.special import chdtrc, fdtrc

    if not larger.model.family.has_dispersion:
        return Comparison(lost, df, float(chdtrc(df, lost)))
    if not larger.dispersion > 0:
        raise ValueError(f"φ of the larger fit is {larger.dispersion}: there is no F test")
    F, rest = lost / (df * larger.dispersion), larger.df_residual
    return Comparison(F, df, float(fdtrc(df, rest, F)), rest)


def check_nested(smaller, larger):
    """ValueError unless two fits have the same data and the larger contains the smaller."""
    a, b = smaller.model, larger.model
    for what in ("y", "weights", "offset"):
        if not np.array_equal(getattr(a, what), getattr(b, what)):
            raise ValueError(f"the two fits have different {what}: they cannot be compared")
    if a.link.name != b.link.name:
        raise ValueError(f"the two fits have different links: {a.link.name} and {b.link.name}")
    names = [
        f.model.family.name if f.theta is None else "θ estimated" for f in (smaller, larger)
    ]
    one = np.ones(1)  # names show six digits of a known θ, the variance has all of them
    known = larger.theta is None
    if names[0] != names[1] or (known and a.family.variance(one) != b.family.variance(one)):
        raise ValueError(f"the two fits have different families: {names[0]} and {names[1]}")
    d0, d1 = len(smaller.beta), len(larger.beta)
    if d0 >= d1:
        cure = ": exchange them" if d0 > d1 else ": neither contains the other"
        raise ValueError(f"the smaller fit has {d0} columns, the larger {d1}{cure}")
    used = a.weights > 0
    X, wide = a.X[used], b.X[used]
    if b.intercept is not None:  # centred, so that a large mean cannot hide a difference
        X = X - X.mean(axis=0)
    size = np.abs(X).max(axis=0)
    kept = size > 1e-13 * np.abs(a.X[used]).max(axis=0)  # else a constant, which b has
    X = X[:, kept] / size[kept]
    Q = np.linalg.qr(standardise(wide, b.intercept)[0])[0]
    rest = np.linalg.norm(X - Q @ (Q.T @ X), axis=0) > 1e-7 * np.linalg.norm(X, axis=0)
    if rest.any():
        names = [a.names[j] for j in np.flatnonzero(kept)[rest]]
        raise ValueError(
            f"the fits are not nested: {', '.join(names)} of the smaller is no combination "
            "of the columns of the larger"
        )


# ---- the profile of one coefficient


def profile_interval(fit, level=0.95):
    """Profile-likelihood intervals, (d, 2): every value the likelihood does not reject.

    D(b) is the least deviance with βⱼ held at b. The limits solve

        [D(b) − D(β̂)] / φ = z²,    z the normal quantile of `level`,

    by Newton on the signed root, to the last digits (R's confint interpolates in a table
    and is off by up to 1e-3 standard errors). As in R, z is normal also where φ is
    estimated. A limit is infinite where the profile never rises so far. The profile of the
    linear model is a parabola, and its interval the Wald interval.
    Raises ValueError for a level outside (0, 1) and a fit that did not converge.
    Source: Venzon & Moolgavkar, Applied Statistics 37 (1988).

    >>> X, y, beta = simulate("logistic", n=100, d=2, seed=1)
    >>> fit = LogisticRegression(X, y).fit()
    >>> bool((np.abs(profile_interval(fit) - fit.confidence_interval()) < 0.2).all())
    True
    """
    z = normal_quantile(level)
    if not fit.converged:
        raise ValueError(f"there is no profile around a fit that failed: {fit.message}")
    names = fit.model.family.name, fit.model.link.name
    if names == ("gaussian", "identity") or not fit.dispersion > 0:
        return fit.confidence_interval(level)
    return np.array(
        [[profile_limit(fit, j, s * z) for s in (-1, 1)] for j in range(len(fit.beta))]
    )


@quiet
def profile_limit(fit, j, z):
    """The b at which the signed root of the profile deviance of βⱼ is z."""
    model = fit.model
    Z, T = standardise(model.X, model.intercept)
    # βⱼ = a · γ: the column with the largest share takes the step, the others follow freely
    a = T[j]
    p = int(np.argmax(np.abs(a)))
    others = model.with_design(np.delete(Z - np.outer(Z[:, p], a / a[p]), p, axis=1))
    others.has_offset = True  # what βⱼ is held at
    centre, least = model.eta(fit.beta), deviance(model, model.eta(fit.beta))
    rest = np.zeros(len(a) - 1)

    def signed_root(step):
        """√[(D(β̂ⱼ + step) − D) / φ] and its slope, from the gradient at the constrained β."""
        nonlocal rest
        others.offset = centre + step / a[p] * Z[:, p]
        if len(rest):
            path = solvers.newton(others, start=rest)
            if not path.converged:
                return np.inf, np.nan
            rest = path.betas[-1]
        eta = others.X @ rest + others.offset
        if not model.possible(eta):
            return np.inf, np.nan
        mu = model.link.inverse(eta)
        pull = model.weights * model.slope_over_variance(eta, mu) * (mu - model.y)
        q = math.sqrt(max(deviance(model, eta) - least, 0.0) / fit.dispersion)
        return q, abs(Z[:, p] @ pull / a[p]) / (fit.dispersion * q) if q else np.nan

    # t: the distance from the estimate in standard errors
    scale = math.copysign(fit.standard_errors[j], z)
    t, low, high = abs(z), 0.0, math.inf
    for _ in range(100):
        q, slope = signed_root(t * scale)
        low, high = (t, high) if q < abs(z) else (low, t)
        new = t + (abs(z) - q) / (slope * abs(scale))
        if not low <= new <= min(high, 4 * t):
            new = (low + high) / 2 if math.isfinite(high) else 4 * t
        step, t = abs(new - t), new
        if step <= 1e-10 * t:
            break
        if t > 1e8:
            return math.copysign(math.inf, z)
    if not abs(q - abs(z)) <= 1e-6:
        raise ValueError(
            f"the profile of {model.names[j]} ends before it reaches the level: a mean "
            "there leaves the family's support, or the other coefficients have no estimate"
        )
    return fit.beta[j] + t * scale


# ---- the parameter of the negative binomial


def maximum_likelihood_theta(model, y=None, **arguments):
    """The negative binomial `Fit` whose θ, too, has maximum likelihood, with its error.

    Parameters
    ----------
    model : a model of counts, such as PoissonRegression(X, y, offset=…), or X (n, d)
    y : (n,), with X as the first argument; then weights and offset as for a model.

    β and θ are estimated in turn until both stay: β by Newton at V(μ) = μ + μ²/θ, θ as the
    root of

        ∂ℓ/∂θ = Σ w [ Σ 1/(θ+k) over k < y  −  log(1 + μ/θ)  −  (y − μ)/(μ + θ) ]

    `fit.theta_standard_error` is (−∂²ℓ/∂θ²)^−½; the standard errors of β take θ as known,
    as glm.nb of MASS does (the two are orthogonal). θ counts as a parameter in AIC.
    Where the counts vary no more than Poisson, Σ w (y − μ)² ≤ Σ w y, θ is infinite: the fit
    comes back with converged=False, that sentence and a `ConvergenceWarning`.
    Raises ValueError for y that are not whole numbers and families without counts.
    Source: Lawless, Can. J. Stat. 15 (1987); Venables & Ripley, MASS (2002), section 7.4.

    >>> rng = np.random.default_rng(1)
    >>> y = rng.poisson(rng.gamma(2.0, 5.0 / 2.0, size=500))
    >>> fit = maximum_likelihood_theta(PoissonRegression(np.ones((500, 1)), y))
    >>> bool(abs(fit.theta - 2) < 2 * fit.theta_standard_error)
    True
    """
    if y is not None:
        from .models import PoissonRegression

        model = PoissonRegression(model, y, **arguments)
    elif arguments:
        raise TypeError(f"{', '.join(arguments)} belong to the model, not to this function")
    if not getattr(getattr(model, "family", None), "counts", False):
        raise ValueError("theta belongs to counts: pass a Poisson model, or X and y")
    if (model.y % 1 != 0).any():
        raise ValueError("the likelihood of theta needs whole numbers in y")
    poisson = with_family(model, Poisson())
    check_estimable(poisson)
    fit, theta, message = Fit(poisson, solvers.newton(poisson)), math.nan, None
    for _ in range(100):
        if not fit.converged:
            break
        before, theta = theta, best_theta(model.y, fit.mu, model.weights)
        if math.isinf(theta):
            message = (
                "the counts vary no more than Poisson counts: the maximum-likelihood theta is "
                "infinite, use PoissonRegression"
            )
            break
        if abs(theta - before) <= 1e-12 * theta:
            break
        negative = with_family(model, NegativeBinomial(theta))
        fit = Fit(negative, solvers.newton(negative, start=fit.beta))
    else:
        message = "theta did not settle in 100 turns: too little overdispersion to tell"
    if message:
        fit.converged, fit.message = False, message
    fit.theta, fit.theta_standard_error = theta, math.nan
    if not fit.converged:
        warnings.warn(fit.message, ConvergenceWarning, stacklevel=2)
        return fit
    curvature = theta_score(1 / theta, model.y, fit.mu, model.weights)[1]
    fit.theta_standard_error = theta**2 / math.sqrt(-curvature)  # dα/dθ = −1/θ²
    return fit


def with_family(model, family):
    """The same X, y, link, weights and offset with another family."""
    if model.link.name not in family.links:
        raise ValueError(f"the {family.name} family has no {model.link.name} link")
    other = copy.copy(model)
    other.family = family
    other.canonical = family.name == "poisson" and model.link.name == "log"
    return other


def sums(alpha, y, most=2000):
    """Σ f(k) and Σ f(k)² over k < y for f(k) = k / (1 + αk), (n,) each.

    Term by term up to `most`; beyond, where f is smooth, by Euler and Maclaurin's formula
    ∫ f dk − [f]/2 + [f′]/12. Source: Abramowitz & Stegun (1964), 23.1.30.
    """
    k = np.arange(min(y.max(), most))
    few, many = np.minimum(y, most), np.maximum(y, most)
    totals = []
    for power in (1, 2):

        def f(k, power=power):
            return (k / (1 + alpha * k)) ** power

        def slope(k, power=power):
            return power * k ** (power - 1) / (1 + alpha * k) ** (power + 1)

        def integral(k, power=power):  # k^(p+1) ∫₀¹ sᵖ / (1 + αks)ᵖ ds
            x = alpha * k
            near = (NODES**power / (1 + x[..., None] * NODES) ** power) @ NODE_WEIGHTS
            log = np.log1p(x)
            far = (x - log) / x**2 if power == 1 else (x - 2 * log + x / (1 + x)) / x**3
            return k ** (power + 1) * np.where(x < 0.1, near, far)

        total = np.append(0.0, np.cumsum(f(k)))[few.astype(int)]
        edge = np.full(1, float(most))
        beyond = integral(many) - integral(edge) - (f(many) - f(edge)) / 2
        beyond = beyond + (slope(many) - slope(edge)) / 12
        totals.append(np.where(y > most, total + beyond, total))
    return totals


@quiet
def theta_score(alpha, y, mu, w):
    """∂ℓ/∂α and ∂²ℓ/∂α² at α = 1/θ and given means: smooth down to α = 0, which is Poisson.

    ∂ℓ/∂α = Σ w [ Σ k/(1+αk) over k < y  +  μ² ψ(αμ)  −  yμ/(1+αμ) ]  with
    ψ(x) = ∫₀¹ s/(1+xs)² ds = [ log(1+x) − x/(1+x) ] / x².
    """
    first, second = sums(alpha, y)
    x = alpha * mu
    z = 1 + x[:, None] * NODES
    near = x < 0.1
    c = np.where(near, (NODES / z**2) @ NODE_WEIGHTS, (np.log1p(x) - x / (1 + x)) / x**2)
    slope = np.where(
        near, -2 * (NODES**2 / z**3) @ NODE_WEIGHTS, (1 / (1 + x) ** 2 - 2 * c) / x
    )
    score = first + mu**2 * c - y * mu / (1 + x)
    curvature = -second + mu**3 * slope + y * mu**2 / (1 + x) ** 2
    return float(w @ score), float(w @ curvature)


def best_theta(y, mu, w):
    """θ with score 0 at given means, by Newton in α = 1/θ inside a bracket; ∞ for α = 0."""
    excess = w @ ((y - mu) ** 2 - y) / 2  # the score at α = 0
    if not excess > 1e-12 * (w @ y):
        return math.inf
    low, high, alpha = 0.0, math.inf, 2 * excess / (w @ mu**2)
    for _ in range(200):
        score, slope = theta_score(alpha, y, mu, w)
        low, high = (alpha, high) if score > 0 else (low, alpha)
        new = alpha - score / slope
        if not low < new < high:
            new = 4 * alpha if math.isinf(high) else (low + high) / 2
        step, alpha = abs(new - alpha), new
        if step <= 1e-15 * alpha:
            break
    return 1 / alpha
