"""glmlib: generalized linear models, small enough to read and exact enough to trust.

The four steps of a GLM are four modules: `families` (the distribution of y), `links` (the
link), `models` (the loss, its gradient and Hessian) and `solvers` (its minimum). `fit`
holds what follows from an estimate, `diagnostics` what it says about rows and rivals.

Importing glmlib needs NumPy alone. SciPy takes longer to import than all of glmlib; it is
read when Student's t, χ², F, the probit or a quantile residual is first asked for.
"""

from .checks import numerical_gradient
from .data import add_intercept, article_data, load, simulate, stream
from .diagnostics import (
    Comparison,
    compare,
    cooks_distance,
    leverage,
    maximum_likelihood_theta,
    profile_interval,
    residuals,
    standardized_residuals,
)
from .families import Binomial, Family, Gamma, Gaussian, NegativeBinomial, Poisson
from .fit import Fit
from .inputs import ConvergenceWarning, DataWarning
from .links import CLogLog, Identity, Inverse, Link, Log, Logit, Probit, sigmoid
from .models import GLM, LinearRegression, LogisticRegression, PoissonRegression
from .solvers import Path, closed_form, gradient_descent, newton, stability_limit

__version__ = "0.1.0"

__all__ = [
    "GLM",
    "Binomial",
    "CLogLog",
    "Comparison",
    "ConvergenceWarning",
    "DataWarning",
    "Family",
    "Fit",
    "Gamma",
    "Gaussian",
    "Identity",
    "Inverse",
    "LinearRegression",
    "Link",
    "Log",
    "LogisticRegression",
    "Logit",
    "NegativeBinomial",
    "Path",
    "Poisson",
    "PoissonRegression",
    "Probit",
    "add_intercept",
    "article_data",
    "closed_form",
    "compare",
    "cooks_distance",
    "gradient_descent",
    "leverage",
    "load",
    "maximum_likelihood_theta",
    "newton",
    "numerical_gradient",
    "profile_interval",
    "residuals",
    "sigmoid",
    "simulate",
    "stability_limit",
    "standardized_residuals",
    "stream",
]
