"""glmlib: generalized linear models, small enough to read and exact enough to trust.

The four steps of a GLM are four modules: `families` (the distribution of y), `links` (the
link), `models` (the loss, its gradient and Hessian) and `solvers` (its minimum). `fit`
holds what follows from an estimate, `diagnostics` what it says about rows and rivals.

Importing glmlib needs NumPy alone. SciPy takes longer to import than all of glmlib; it is
read when Student's t, χ², F, the probit or a quantile residual is first asked for.
"""

from .beyond import (
    CLogLog,
    Gamma,
    Inverse,
    InverseGaussian,
    InverseSquared,
    NegativeBinomial,
    Probit,
)
from .data import add_intercept, article_data, load, simulate, stream
from .families import Binomial, Family, Gaussian, Poisson
from .fit import Fit
from .guards.inputs import ConvergenceWarning, DataWarning
from .inference import (
    Comparison,
    compare,
    cooks_distance,
    leverage,
    profile_interval,
    residuals,
    standardized_residuals,
)
from .inference.theta import maximum_likelihood_theta
from .links import Identity, Link, Log, Logit, sigmoid
from .models import GLM, LinearRegression, LogisticRegression, PoissonRegression
from .numerical import numerical_gradient
from .solvers import Path, closed_form, gradient_descent, newton, stability_limit
from .streams import fit_blocks

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
    "InverseGaussian",
    "InverseSquared",
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
    "fit_blocks",
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
