"""The parameter of the negative binomial, which is not in β."""

import math
import warnings
from dataclasses import replace
from functools import cache

import numpy as np

from .. import solvers
from ..beyond import NegativeBinomial
from ..families import Poisson
from ..fit import Fit
from ..guards.inputs import ConvergenceWarning
from ..models import PoissonRegression

# The search walks over α = 1/θ by this factor. In log α each row's log-likelihood bends over
# a range of several such steps, so that no maximum lies hidden between two of them.
FACTOR = math.sqrt(10)
# α times the largest count, below which a negative binomial differs from a Poisson by its
# first two derivatives at α = 0 alone.
NEARLY_POISSON = 1e-3
# θ times the share of counts above 0 is not smaller than 1 over this, unless it still helps.
FAR = 100.0
LARGEST = 1e14  # of α: a count of 10¹⁴ cannot be told from its neighbours
# Fisher scoring, which ends in a few steps near the best θ, may need many far away from it.
ITERATIONS = 1000
# From here on log x − 1/2x − ψ(x) is its asymptotic series to the last digit.
LARGE = 20.0
ALMOST_0, LAST_DIGIT = 1e-300, 1e-15  # so that α is found to its last digit
# Below this log(1 + x) − x is a series: its two terms cancel.
SMALL = 0.1


def maximum_likelihood_theta(model, y=None, **arguments):
    """The negative binomial `Fit` whose θ, too, has maximum likelihood, with its error.

    Parameters
    ----------
    model : a model of counts, such as PoissonRegression(X, y, offset=…), or X (n, d)
    y : (n,), with X as the first argument; then weights and offset as for a model.

    ℓ(θ), the log-likelihood at the best β for each θ, has the slope

        ∂ℓ/∂θ = Σ w [ Σ 1/(θ+k) over k < y  −  log(1 + μ/θ)  −  (y − μ)/(μ + θ) ]

    It may have several maxima, or none but θ = ∞, the Poisson model. So the sign of the slope
    is followed over the whole range of θ, each root is solved for, and the best of them and
    of θ = ∞ is the answer.

    `fit.theta_standard_error` is (−∂²ℓ/∂θ²)^−½ at the means of the fit; the standard errors
    of β take θ as known, as glm.nb of MASS does (the two are orthogonal). θ counts as a
    parameter in AIC. Where θ = ∞ is best, the Poisson fit comes back with converged=False,
    that sentence and a `ConvergenceWarning`.
    Raises ValueError for y that are not whole numbers or all 0, and families without counts.
    Source: Lawless, Can. J. Stat. 15 (1987); Venables & Ripley, MASS (2002), section 7.4.

    >>> rng = np.random.default_rng(1)
    >>> y = rng.poisson(rng.gamma(2.0, 5.0 / 2.0, size=500))
    >>> fit = maximum_likelihood_theta(PoissonRegression(np.ones((500, 1)), y))
    >>> bool(abs(fit.theta - 2) < 2 * fit.theta_standard_error)
    True
    """
    if y is not None:
        model = PoissonRegression(model, y, **arguments)
    elif arguments:
        raise TypeError(f"{', '.join(arguments)} belong to the model, not to this function")
    if not getattr(getattr(model, "family", None), "counts", False):
        raise ValueError("theta belongs to counts: pass a Poisson model, or X and y")
    if (model.y[model.weights > 0] % 1 != 0).any():
        raise ValueError("the likelihood of theta needs whole numbers in y")
    if not model.response:
        raise ValueError("y is all 0: the smaller theta, the larger its likelihood")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # said below, in the caller's line
        poisson = model.derive(family=Poisson()).fit()
    fit = best_fit(model, poisson) if poisson.converged else poisson
    if fit is poisson:
        path, theta = poisson.path, math.nan
        if poisson.converged:
            theta = math.inf
            path = replace(
                path,
                event="stuck",
                message="no finite theta has a higher likelihood than a Poisson model: the "
                "maximum-likelihood theta is infinite, use PoissonRegression",
            )
        fit = Fit(path.model, path, theta, math.nan)
    if not fit.converged:
        warnings.warn(fit.message, ConvergenceWarning, stacklevel=2)
    return fit


@np.errstate(all="ignore")
def best_fit(model, poisson):
    """The best of all fits at a root of the slope of ℓ, and of the Poisson fit."""
    from scipy.optimize import brentq

    used = model.weights > 0
    y, w = model.y[used], model.weights[used]
    start = poisson.beta

    def path_at(alpha):
        """The path to the best β at α, from the last one found."""
        nonlocal start
        other = model.derive(family=NegativeBinomial(1 / alpha))
        path = solvers.newton(other, start=start, iterations=ITERATIONS)
        if path.converged:
            start = path.betas[-1]
        return path

    @cache
    def slope(alpha):
        """dℓ/dα; NaN where there is no best β."""
        if alpha == 0:
            return w @ ((y - poisson.mu[used]) ** 2 - y) / 2
        path = path_at(alpha)
        mu = path.model.mu(path.betas[-1])[used]
        return -slopes(1 / alpha, y, mu, w)[0] / alpha**2 if path.converged else math.nan

    found, before, at_before = [poisson], 0.0, slope(0.0)
    alpha, enough = NEARLY_POISSON / y.max(), FAR * w.sum() / w[y > 0].sum()
    while alpha < LARGEST:
        at_alpha = slope(alpha)
        if at_before > 0 >= at_alpha:
            root = brentq(slope, before, alpha, xtol=ALMOST_0, rtol=LAST_DIGIT)
            path = path_at(root)
            mu = path.model.mu(path.betas[-1])[used]
            error = 1 / math.sqrt(-slopes(1 / root, y, mu, w)[1])
            if path.converged:
                found.append(Fit(path.model, path, 1 / root, error))
        if at_alpha < 0 and alpha > enough:
            break
        if not math.isnan(at_alpha):
            before, at_before = alpha, at_alpha
        alpha *= FACTOR
    return max(found, key=lambda fit: fit.log_likelihood)


def slopes(theta, y, mu, w):
    """∂ℓ/∂θ and ∂²ℓ/∂θ² at given means, two numbers.

    With ψ(x) = log x − 1/2x − B(x), where B(x) ≈ 1/12x², and r = (y − μ)/(θ + μ),

        Σ 1/(θ+k) over k < y  −  log(1 + μ/θ)  −  r
            = ψ(θ+y) − ψ(θ) − log(1 + μ/θ) − r
            = log(1 + r) − r  +  y / 2θ(θ+y)  +  B(θ) − B(θ+y),    1 + r = (θ+y)/(θ+μ)

    whose terms are as small as their sum when θ is large. Source: Abramowitz & Stegun
    (1964), 6.3.18 and 6.4.12.
    """
    r, total = (y - mu) / (theta + mu), theta + y
    B, slope_of_B = remainder(np.append(theta, total))
    gap = np.where(np.abs(r) < SMALL, log1p_minus(r), np.log(total / (theta + mu)) - r)
    first = gap + y / (2 * theta * total) + B[0] - B[1:]
    second = r**2 / total - y * (theta + total) / (2 * (theta * total) ** 2)
    return float(w @ first), float(w @ (second + slope_of_B[0] - slope_of_B[1:]))


def remainder(x):
    """B(x) = log x − 1/2x − ψ(x) and its derivative, (n,) each."""
    from scipy.special import digamma, polygamma

    large, small = np.maximum(x, LARGE), np.minimum(x, LARGE)
    q = large**-2.0
    series = q * (1 / 12 - q * (1 / 120 - q * (1 / 252 - q * (1 / 240 - q / 132))))
    slope = -q * (1 / 6 - q * (1 / 30 - q * (1 / 42 - q * (1 / 30 - q * 5 / 66)))) / large
    B = np.log(small) - 1 / (2 * small) - digamma(small)
    slope_of_B = 1 / small + 1 / (2 * small**2) - polygamma(1, small)
    return np.where(x > LARGE, series, B), np.where(x > LARGE, slope, slope_of_B)


def log1p_minus(x):
    """log(1 + x) − x for |x| < SMALL, by its series."""
    return x**2 * np.polynomial.polynomial.polyval(-x, -1 / np.arange(2.0, 18.0))
