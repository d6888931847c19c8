"""The fit: an estimate and what follows from it.

At the estimate the Fisher information H = XᵀWX (φ = 1) gives the covariance φ H⁻¹; the
deviance, the log-likelihood and AIC follow R. Where R and statsmodels differ, the
docstring says so.
"""

import math
from functools import cached_property

import numpy as np

from . import inference, search
from .blocks import look, total
from .guards.immutable import Immutable, read_only
from .guards.sums import constant_deviance, deviance_at, left_and_size, peaks, pearson_at
from .summary import Summary

EXACT = 8 * np.finfo(float).eps  # of the size of its numbers, a residual is rounding


class Fit(Immutable):
    """The estimate `beta` (d,) of a model and the path that led there.

    Attributes
    ----------
    beta, standard_errors, statistic, p_values : (d,)
    covariance : (d, d), φ H⁻¹
    log_likelihood, deviance, null_deviance, aic, bic, dispersion, pearson_chi2 : float
    observations : int, the rows with a weight above 0, as R counts
    df_residual, df_null : int, observations − d, and less one intercept or nothing
    iterations : int
    converged : bool; message : str; path : Path; model : GLM
    theta, theta_standard_error : float, of `maximum_likelihood_theta`; else None.
    leverage, cooks_distance : (n,)

    A fit does not change. One that did not converge has standard errors of NaN: they belong
    to a maximum. Residuals, intervals and comparisons are methods: `residuals`,
    `standardized_residuals`, `confidence_interval`, `profile_interval`, `compare`.

    >>> X, y, beta = simulate("linear", n=100, d=2, seed=1)
    >>> fit = LinearRegression(X, y).fit()
    >>> fit.df_residual, fit.covariance.shape
    (98, (2, 2))
    """

    # functions of a fit, in glmlib.inference, where their equations stand
    residuals = inference.residuals
    standardized_residuals = inference.standardized_residuals
    leverage = cached_property(inference.leverage)
    cooks_distance = cached_property(inference.cooks_distance)
    compare = inference.compare
    profile_interval = inference.profile_interval

    def __init__(self, model, path, theta=None, theta_standard_error=None):
        n = model.observations
        vars(self).update(
            model=model,
            path=path,
            observations=n,
            df_residual=n - len(path.betas[-1]),
            df_null=n - (model.intercept is not None),
            beta=path.betas[-1],
            iterations=path.iterations,
            converged=path.converged,
            message=path.message,
            theta=theta,
            theta_standard_error=theta_standard_error,
        )

    def __repr__(self):
        estimates = ", ".join(
            f"{name} {b:.4g}" for name, b in zip(self.model.names, self.beta, strict=True)
        )
        return f"<Fit of {self.model.family}, {self.model.link.name}: {estimates}>"

    @cached_property
    def eta(self):
        """η = Xβ + offset at the estimate, (n,)."""
        return read_only(self.model.eta(self.beta))

    @cached_property
    def mu(self):
        """μ = g⁻¹(η), the fitted means, (n,)."""
        return read_only(self.model.mu(self.beta))

    @property
    def centred(self):
        """The centre of X and b, where η = (X − 1cᵀ)b + offset keeps more digits than Xβ."""
        end = self.path.end if self.converged else None
        return self.model.centre, end.b if end else self.model.from_beta(self.beta)

    # ---- how well it fits

    @cached_property
    def deviance(self):
        """Σ w · unit deviance, twice the log-likelihood lost to the saturated model."""
        return total(self.model, deviance_at, *self.centred)[0]

    @cached_property
    def null_deviance(self):
        """The deviance of the null model: an intercept and the offset where X has a constant
        column, the offset alone where it has none (as R; statsmodels always adds one).

        NaN, with a word in the summary, where the null model with an offset has no estimate;
        where its loss has several minima, the deviance at the lowest that was found.
        """
        model = self.model
        if model.intercept is None:
            return total(model, deviance_at, model.centre, np.zeros(len(self.beta)))[0]
        if not model.has_offset:
            with np.errstate(all="ignore"):
                eta = model.link.link(np.float64(model.mean_response))
            return total(model, constant_deviance, eta)[0]
        null = model.alone()
        path = search.null_path(null)
        return total(null, deviance_at, null.centre, path.end.b)[0] if path else math.nan

    @cached_property
    def pearson_chi2(self):
        """Σ w (y − μ)² / V(μ)."""
        return total(self.model, pearson_at, *self.centred)[0]

    @cached_property
    def exact(self):
        """Whether nothing but rounding is left of y, where φ is estimated: then φ is 0."""
        if not self.model.family.has_dispersion:
            return False
        left, size = np.sqrt(total(self.model, left_and_size, *self.centred))
        return bool(left <= EXACT * size)

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
        """The log-likelihood with all its constants, Σ log density.

        As in R, φ is deviance / Σw for Gamma and deviance / n for Gaussian, where it is
        the maximum-likelihood estimate; statsmodels takes Pearson's φ for Gamma.
        """
        if not self.model.family.has_dispersion:
            return total(self.model, peaks, 1.0)[0] - self.deviance / 2
        if self.deviance == 0:
            return math.inf
        phi = self.deviance / self.model.replicates
        return total(self.model, peaks, phi)[0] - self.model.replicates / 2

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
    def end(self):
        """The `Point` at the estimate, with the information there."""
        end = self.path.end
        return end if end.here else look(self.model, end.b)

    @cached_property
    def covariance(self):
        """φ H⁻¹ at the estimate, (d, d), from RᵀR = H: φ R⁻¹R⁻ᵀ, never through an inverse.

        NaN where the fit is not at the maximum: a standard error belongs to it.
        """
        d = len(self.beta)
        if not self.converged:
            return read_only(np.full((d, d), np.nan))
        with np.errstate(all="ignore"):
            root = self.model.to_beta(np.linalg.solve(self.end.R, np.eye(d)).T).T
            return read_only(self.dispersion * (root @ root.T))

    @cached_property
    def standard_errors(self):
        """√ of the diagonal of the covariance, (d,)."""
        with np.errstate(all="ignore"):
            return read_only(np.sqrt(np.diag(self.covariance)))

    @cached_property
    def statistic(self):
        """beta / standard error: t where φ is estimated, z where it is known, (d,).

        NaN where the fit is exact: what rounding leaves tells nothing about a coefficient.
        """
        if self.exact:
            return read_only(np.full(len(self.beta), np.nan))
        with np.errstate(all="ignore"):
            return read_only(self.beta / self.standard_errors)

    @cached_property
    def p_values(self):
        """Two-sided p-values of β = 0, as R: Student's t (by SciPy) or the normal, (d,).

        statsmodels' GLM takes the normal for every family.
        """
        size = np.abs(self.statistic)
        if not self.model.family.has_dispersion:
            return read_only(np.array([math.erfc(z / math.sqrt(2)) for z in size]))
        from scipy.special import stdtr

        return read_only(2 * stdtr(self.df_residual, -size))

    def confidence_interval(self, level=0.95):
        """Wald intervals beta ± z · standard error, (d, 2), with the normal quantile as in R's
        confint.default and in statsmodels.

        >>> X, y, beta = simulate("poisson", n=100, d=2, seed=1)
        >>> PoissonRegression(X, y).fit().confidence_interval(0.9).shape
        (2, 2)
        """
        if not 0 < level < 1:
            raise ValueError(f"level must lie between 0 and 1, got {level}")
        from statistics import NormalDist  # slow to import, and only intervals need it

        half = -NormalDist().inv_cdf((1 - level) / 2) * self.standard_errors
        return np.column_stack([self.beta - half, self.beta + half])

    # ---- what it is for

    def predict(self, X_new=None, offset=None):
        """The mean μ at the rows of X_new (m, d), (m,); see `GLM.predict`."""
        return self.model.predict(self.beta, X_new, offset)

    def summary(self):
        """A table for people, as text and as HTML: see `Summary`."""
        return Summary(self)
