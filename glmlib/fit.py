"""The fit: an estimate and what follows from it.

At the estimate the Fisher information H = XᵀWX (φ = 1) gives the covariance φ H⁻¹; the
deviance, the log-likelihood and AIC follow R. Where R and statsmodels differ, the
docstring says so.
"""

import math
from functools import cached_property
from statistics import NormalDist

import numpy as np

from . import solvers
from .design import standardise
from .summary import Summary

# ∫₀¹ f(s) ds ≈ Σ NODE_WEIGHTS f(NODES), exact to the last digit for what is smooth
NODES, NODE_WEIGHTS = (np.polynomial.legendre.leggauss(8) + np.array([[1.0], [0.0]])) / 2

quiet = np.errstate(all="ignore")  # as a decorator only: it cannot be entered twice


class Fit:
    """The estimate `beta` (d,) of a model and the path that led there.

    Attributes
    ----------
    beta, standard_errors, statistic, p_values : (d,)
    covariance : (d, d), φ H⁻¹
    log_likelihood, deviance, null_deviance, aic, bic, dispersion, pearson_chi2 : float
    df_residual, df_null, iterations : int
    converged : bool; message : str; path : Path; model : GLM
    theta, theta_standard_error : float, of `maximum_likelihood_theta`; else None.

    leverage, cooks_distance : (n,)

    A fit that did not converge has standard errors of NaN: they belong to a maximum.
    Residuals, intervals and comparisons are methods: `residuals`, `standardized_residuals`,
    `confidence_interval`, `profile_interval`, `compare`.

    >>> X, y, beta = simulate("linear", n=100, d=2, seed=1)
    >>> fit = LinearRegression(X, y).fit()
    >>> fit.df_residual, fit.covariance.shape
    (98, (2, 2))
    """

    def __init__(self, model, path):
        self.model = model
        self.path = path
        self.beta = path.betas[-1]
        self.iterations = path.iterations
        self.converged = path.converged
        self.message = path.message
        self.theta = self.theta_standard_error = None

    def __repr__(self):
        estimates = ", ".join(
            f"{name} {b:.4g}" for name, b in zip(self.model.names, self.beta, strict=True)
        )
        return f"<Fit of {self.model.family.name}, {self.model.link.name}: {estimates}>"

    @cached_property
    def eta(self):
        """η = Xβ + offset at the estimate, (n,)."""
        return self.model.eta(self.beta)

    @cached_property
    def mu(self):
        """μ = g⁻¹(η), the fitted means, (n,)."""
        return self.model.mu(self.beta)

    @property
    def observations(self):
        """The number of rows with a weight above 0, as R counts."""
        return int((self.model.weights > 0).sum())

    @property
    def df_residual(self):
        """Rows with a weight above 0, less the number of coefficients."""
        return self.observations - len(self.beta)

    @property
    def df_null(self):
        """Degrees of freedom of the null model: one intercept, or nothing."""
        return self.observations - (self.model.intercept is not None)

    # ---- how well it fits

    @cached_property
    def deviance(self):
        """Σ w · unit deviance, twice the log-likelihood lost to the saturated model."""
        return deviance(self.model, self.eta)

    @cached_property
    def null_deviance(self):
        """The deviance of the null model: an intercept and the offset where X has a constant
        column, the offset alone where it has none (as R; statsmodels always adds one)."""
        model, ones = self.model, np.ones((len(self.model.y), 1))
        if model.intercept is None:
            return deviance(model, model.offset)
        if not model.has_offset:
            mean = np.average(model.y, weights=model.weights)
            with np.errstate(all="ignore"):
                return deviance(model, np.full(len(model.y), model.link.link(mean)))
        null = model.with_design(ones)
        return deviance(model, null.eta(solvers.newton(null).betas[-1]))

    @cached_property
    def pearson_chi2(self):
        """Σ w (y − μ)² / V(μ)."""
        with np.errstate(over="ignore"):
            return float((self.residuals("pearson") ** 2).sum())

    @cached_property
    @quiet
    def exact(self):
        """Whether nothing but rounding is left of y, where φ is estimated: then φ is 0."""
        model = self.model
        size = np.abs(model.X) @ np.abs(self.beta) + np.abs(model.offset)
        size = np.abs(model.y) + np.abs(model.link.derivative(self.eta)) * size
        rest = (model.y - self.mu)[model.weights > 0]
        rounding = 8 * np.finfo(float).eps * np.linalg.norm(size[model.weights > 0])
        return bool(model.family.has_dispersion and np.linalg.norm(rest) <= rounding)

    @cached_property
    def dispersion(self):
        """φ = Pearson's χ² / df_residual where the family has one, else 1."""
        if not self.model.family.has_dispersion:
            return 1.0
        if self.exact and self.df_residual > 0:
            return 0.0
        return self.pearson_chi2 / self.df_residual if self.df_residual > 0 else math.nan

    @cached_property
    def log_likelihood(self):
        """The log-likelihood with all its constants.

        As in R, φ is deviance / Σw for Gamma and deviance / n for Gaussian, where it is
        the maximum-likelihood estimate; statsmodels takes Pearson's φ for Gamma.
        """
        model, used = self.model, self.model.weights > 0
        w, y = model.weights[used], model.y[used]
        phi = 1.0
        if model.family.has_dispersion:
            phi = self.deviance / (len(y) if model.family.name == "gaussian" else w.sum())
        if phi == 0:
            return math.inf
        with np.errstate(all="ignore"):
            saturated = model.family.saturated(y, w, phi).sum()
        return float(saturated - self.deviance / (2 * phi))

    @property
    def parameters(self):
        """The number of estimated parameters: d, and one for φ or θ where it is estimated."""
        return len(self.beta) + self.model.family.has_dispersion + (self.theta is not None)

    @property
    def aic(self):
        """−2 log-likelihood + 2 · parameters (R counts φ; statsmodels does not)."""
        return -2 * self.log_likelihood + 2 * self.parameters

    @property
    def bic(self):
        """−2 log-likelihood + log(n) · parameters."""
        return -2 * self.log_likelihood + math.log(self.observations) * self.parameters

    # ---- how certain it is

    @cached_property
    def covariance(self):
        """φ H⁻¹ at the estimate, (d, d); from the QR of √W X, never through an inverse.

        NaN where the fit is not at the maximum: a standard error belongs to it.
        """
        model, d = self.model, len(self.beta)
        if not self.converged:
            return np.full((d, d), np.nan)
        with np.errstate(all="ignore"):
            Z, T = standardise(model.X, model.intercept)
            W = model.working_weights(self.eta)
            R = np.linalg.qr(np.sqrt(W)[:, None] * Z, mode="r")
            # H⁻¹ = (T R⁻¹)(T R⁻¹)ᵀ
            root = np.linalg.solve(R.T, T.T).T
            return self.dispersion * (root @ root.T)

    @cached_property
    def standard_errors(self):
        """√ of the diagonal of the covariance, (d,)."""
        with np.errstate(all="ignore"):
            return np.sqrt(np.diag(self.covariance))

    @cached_property
    def statistic(self):
        """beta / standard error: t where φ is estimated, z where it is known, (d,).

        NaN where the fit is exact: a rest of rounding tells nothing about a coefficient.
        """
        if self.exact:
            return np.full(len(self.beta), np.nan)
        with np.errstate(all="ignore"):
            return self.beta / self.standard_errors

    @cached_property
    def p_values(self):
        """Two-sided p-values of β = 0, as R: Student's t (by SciPy) or the normal, (d,).

        statsmodels' GLM takes the normal for every family.
        """
        size = np.abs(self.statistic)
        if not self.model.family.has_dispersion:
            return np.array([math.erfc(z / math.sqrt(2)) for z in size])
        from scipy.special import stdtr

        return 2 * stdtr(self.df_residual, -size)

    def confidence_interval(self, level=0.95):
        """Wald intervals beta ± z · standard error, (d, 2), with the normal quantile as in R's
        confint.default and in statsmodels.

        >>> X, y, beta = simulate("poisson", n=100, d=2, seed=1)
        >>> PoissonRegression(X, y).fit().confidence_interval(0.9).shape
        (2, 2)
        """
        half = normal_quantile(level) * self.standard_errors
        return np.column_stack([self.beta - half, self.beta + half])

    def profile_interval(self, level=0.95):
        """Profile-likelihood intervals, (d, 2): see `diagnostics.profile_interval`."""
        from . import diagnostics

        return diagnostics.profile_interval(self, level)

    def compare(self, larger):
        """The likelihood-ratio test against a larger fit: see `diagnostics.compare`."""
        from . import diagnostics

        return diagnostics.compare(self, larger)

    # ---- row by row: the equations stand in diagnostics.py

    def residuals(self, kind="deviance", seed=None):
        """What the fit leaves of every y, (n,): see `diagnostics.residuals`."""
        from . import diagnostics

        return diagnostics.residuals(self, kind, seed)

    def standardized_residuals(self, kind="deviance"):
        """Residuals of equal variance, (n,): see `diagnostics.standardized_residuals`."""
        from . import diagnostics

        return diagnostics.standardized_residuals(self, kind)

    @cached_property
    def leverage(self):
        """The diagonal of the hat matrix, (n,): see `diagnostics.leverage`."""
        from . import diagnostics

        return diagnostics.leverage(self)

    @cached_property
    def cooks_distance(self):
        """How far the estimate moves without each row, (n,): `diagnostics.cooks_distance`."""
        from . import diagnostics

        return diagnostics.cooks_distance(self)

    # ---- what it is for

    def predict(self, X_new=None, offset=None):
        """The mean μ at the rows of X_new (m, d), (m,); see `GLM.predict`."""
        return self.model.predict(self.beta, X_new, offset)

    def summary(self):
        """A table for people, as text and as HTML: see `Summary`."""
        return Summary(self)


def normal_quantile(level):
    """z with P(|Z| ≤ z) = level for a standard normal Z; ValueError outside (0, 1)."""
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, got {level}")
    return -NormalDist().inv_cdf((1 - level) / 2)


@quiet
def unit_deviance(model, eta):
    """2 ∫ (y − t) / V(t) dt from μ to y, the deviance of each row at weight 1, (n,).

    The family's formula is a difference of nearly equal numbers where y is close to μ;
    the integral is not. Source: McCullagh & Nelder (1989), section 9.2.2.
    """
    family, y, mu = model.family, model.y, model.link.inverse(eta)
    low, high = family.support
    near = np.abs(y - mu) < 0.05 * np.minimum(mu - low, high - mu)
    t = mu[:, None] + NODES * (y - mu)[:, None]
    integral = 2 * (y - mu) ** 2 * (((1 - NODES) / family.variance(t)) @ NODE_WEIGHTS)
    return np.where(near, integral, family.deviance(y, eta, model.link))


def deviance(model, eta):
    """Σ w · unit deviance at η, over the rows with a weight."""
    used = model.weights > 0
    return float(model.weights[used] @ unit_deviance(model, eta)[used])
