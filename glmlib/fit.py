"""The fit: an estimate and what follows from it.

At the estimate the Fisher information H = XᵀWX (φ = 1) gives the covariance φ H⁻¹; the
deviance, the log-likelihood and AIC follow R. Where R and statsmodels differ, the
docstring says so.
"""

import html
import math
from functools import cached_property
from statistics import NormalDist

import numpy as np

from . import solvers
from .inputs import DataWarning

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

    Standard errors are NaN where no finite estimate exists.

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
        model = self.model
        with np.errstate(all="ignore"):
            terms = (model.y - self.mu) ** 2 / model.family.variance(self.mu)
        used = model.weights > 0
        return float(model.weights[used] @ terms[used])

    @cached_property
    def dispersion(self):
        """φ = Pearson's χ² / df_residual where the family has one, else 1."""
        if not self.model.family.has_dispersion:
            return 1.0
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
        """The number of estimated parameters: d, and one for φ where the family has one."""
        return len(self.beta) + self.model.family.has_dispersion

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

        NaN where there is no maximum: a standard error belongs to one.
        """
        model, d = self.model, len(self.beta)
        if self.path.event in ("separated", "diverged", "bounces", "stuck"):
            return np.full((d, d), np.nan)
        with np.errstate(all="ignore"):
            Z, T = solvers.standardise(model.X, model.intercept)
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
        """beta / standard error: t where φ is estimated, z where it is known, (d,)."""
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
        if not 0 < level < 1:
            raise ValueError(f"level must lie between 0 and 1, got {level}")
        z = NormalDist().inv_cdf((1 + level) / 2)
        return np.column_stack(
            [self.beta - z * self.standard_errors, self.beta + z * self.standard_errors]
        )

    # ---- what it is for

    def predict(self, X_new=None, offset=None):
        """The mean μ at the rows of X_new (m, d), (m,); see `GLM.predict`."""
        return self.model.predict(self.beta, X_new, offset)

    def summary(self):
        """A table for people, as text and as HTML: see `Summary`."""
        return Summary(self)


@quiet
def deviance(model, eta):
    """Σ w · unit deviance at η, over the rows with a weight."""
    used = model.weights > 0
    return float((model.weights * model.family.deviance(model.y, eta, model.link))[used].sum())


class Summary:
    """The summary of a fit: `print` shows it as text, a notebook as HTML.

    >>> X, y, beta = simulate("poisson", n=100, d=2, seed=1)
    >>> "log-likelihood" in str(PoissonRegression(X, y).fit().summary())
    True
    """

    def __init__(self, fit):
        model = fit.model
        t = model.family.has_dispersion
        self.title = f"Generalized linear model: {model.family.name}, {model.link.name} link"
        self.facts = [
            ("observations", f"{fit.observations}"),
            ("log-likelihood", f"{fit.log_likelihood:.5g}"),
            ("df residual", f"{fit.df_residual}"),
            ("deviance", f"{fit.deviance:.5g}"),
            ("iterations", f"{fit.iterations}"),
            ("null deviance", f"{fit.null_deviance:.5g}"),
            ("converged", "yes" if fit.converged else "NO"),
            ("Pearson χ²", f"{fit.pearson_chi2:.5g}"),
            ("dispersion φ", f"{fit.dispersion:.5g}" + ("" if t else " (known)")),
            ("AIC", f"{fit.aic:.6g}"),
        ]
        stat = "t" if t else "z"
        self.head = ["", "coef", "std err", stat, f"P>|{stat}|", "[0.025", "0.975]"]
        columns = zip(
            model.names,
            fit.beta,
            fit.standard_errors,
            fit.statistic,
            fit.p_values,
            fit.confidence_interval(),
            strict=True,
        )
        self.rows = [
            [
                name,
                f"{b:#.5g}",
                f"{se:#.4g}",
                f"{z:.3f}",
                f"{p:.3f}",
                f"{lo:#.4g}",
                f"{hi:#.4g}",
            ]
            for name, b, se, z, p, (lo, hi) in columns
        ]
        self.notes = [] if fit.converged else [fit.message]
        if model.has_offset:
            self.notes.append("The linear predictor includes an offset.")
        if (model.weights != 1).any():
            self.notes.append("Prior weights are in use.")
        if model.intercept is None:
            self.notes.append("X has no column of ones: the model has no intercept.")
        if math.isnan(fit.dispersion):
            self.notes.append("No degree of freedom is left: φ is undefined.")
        if fit.dispersion == 0:
            self.notes.append("The fit is exact: standard errors are 0.")

    def __str__(self):
        first = max([len(row[0]) for row in self.rows] + [9])
        widths = [first, 11, 10, 9, 7, 10, 10]
        wide = sum(widths) + len(widths) - 1
        half = wide // 2
        lines = [self.title.center(wide).rstrip(), "=" * wide]
        for left, right in zip(self.facts[::2], self.facts[1::2], strict=True):
            cells = [
                f"{name + ':':<16}{value:>{width - 18}}"
                for (name, value), width in ((left, half), (right, wide - half + 2))
            ]
            lines.append("  ".join(cells))
        lines.append("=" * wide)
        for k, row in enumerate([self.head, *self.rows]):
            cells = [
                f"{cell:<{w}}" if j == 0 else f"{cell:>{w}}"
                for j, (cell, w) in enumerate(zip(row, widths, strict=True))
            ]
            lines.append(" ".join(cells).rstrip())
            if k == 0:
                lines.append("-" * wide)
        lines.append("=" * wide)
        return "\n".join(lines + self.notes)

    __repr__ = __str__

    def _repr_html_(self):
        def cell(tag, text, scope=""):
            return f"<{tag}{scope}>{html.escape(text)}</{tag}>"

        def td(text):
            return cell("td", text)

        facts = "".join(
            "<tr>" + "".join(cell("th", n, ' scope="row"') + td(v) for n, v in pair) + "</tr>"
            for pair in zip(self.facts[::2], self.facts[1::2], strict=True)
        )
        head = "".join(cell("th", text, ' scope="col"') for text in self.head)
        rows = "".join(
            "<tr>" + cell("th", row[0], ' scope="row"') + "".join(map(td, row[1:])) + "</tr>"
            for row in self.rows
        )
        notes = "".join(cell("p", note) for note in self.notes)
        return (
            f"<table><caption>{html.escape(self.title)}</caption>{facts}</table>"
            f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{notes}"
        )


__all__ = ["DataWarning", "Fit", "Summary"]
