"""Step 3 of a GLM: the loss, its gradient and its Hessian, for any family and link.

One formula serves every model. With prior weights w and variance function V:

    η = Xβ + offset                                     linear predictor
    μ = g⁻¹(η)                                          mean
    loss = Σ w · (−log density of y at μ)               negative log-likelihood, φ = 1
    ∇loss = Xᵀ [ w · (dμ/dη)/V(μ) · (μ − y) ]           gradient; minus this is the score
    H = Xᵀ diag( w · (dμ/dη)²/V(μ) ) X                  Fisher information

Under the canonical link (dμ/dη)/V(μ) = 1, and the gradient is Xᵀ(μ − y) in all three
models of this course.
"""

import warnings

import numpy as np

from . import search
from .blocks import Rows
from .families import FAMILIES, Binomial, Family, Gaussian, Poisson
from .fit import Fit
from .guards.ending import warn_unless_converged
from .guards.estimable import check_estimable
from .guards.inputs import (
    DataWarning,
    coefficients,
    columns_like,
    common_index,
    design_matrix,
    entry,
    offsets,
    prior_weights,
    response,
    slices,
)
from .links import LINKS, Link

quiet = np.errstate(all="ignore")  # a decorator: far out, ∞ and 0 are the right answers


class GLM(Rows):
    """A generalized linear model of y (n,) on X (n, d).

    Parameters
    ----------
    X : (n, d), used as given: add the column of ones with `add_intercept`.
    y : (n,), in the family's support.
    family : a Family such as `Poisson()`, or its name.
    link : a Link such as `Log()`, or its name; None is the canonical link.
    weights : (n,) prior weights, None for ones. Grouped binomial: y a proportion, weights
        the numbers of trials. A row of weight 0 is kept in the outputs and counts nowhere.
    offset : (n,) added to the linear predictor, None for zeros; log(exposure) for rates.

    A model does not change once it is made: another offset is another model. It holds
    copies of its arrays, but for those that nobody can write to.
    Raises ValueError for data that no model of this family can take.
    Source: McCullagh & Nelder, Generalized Linear Models (1989), chapter 2.

    >>> X = add_intercept(np.array([[0.0], [1.0], [2.0], [3.0]]))
    >>> model = GLM(X, [1, 3, 4, 9], family=Poisson(), link=Log())
    >>> model.gradient(np.zeros(2))
    array([-13., -32.])
    """

    def __init__(self, X, y, family, link=None, weights=None, offset=None):
        family = entry(family, FAMILIES, Family, "family")
        link = entry(family.canonical_link if link is None else link, LINKS, Link, "link")
        if link.name not in family.links:
            raise ValueError(
                f"the {family} family does not allow the {link.name} link: "
                f"choose from {', '.join(family.links)}"
            )
        array, names, _, ranges = design_matrix(X)
        n = len(array)
        vars(self).update(
            X=array,
            y=response(y, n, family, weighted=weights is not None),
            family=family,
            link=link,
            weights=prior_weights(weights, n),
            offset=offsets(offset, n),
            has_offset=offset is not None,
            names=names,
            index=common_index(X=X, y=y, weights=weights, offset=offset),
        )
        if weights is None:  # no row is absent
            vars(self).update(ranges=ranges)
        if family.counts and any((self.y[r] != np.floor(self.y[r])).any() for r in slices(n)):
            warnings.warn(
                "y holds counts that are not whole numbers: the fit is a quasi-likelihood fit",
                DataWarning,
                stacklevel=2,
            )

    # ---- the five lines: eta -> mu -> loss -> gradient -> hessian

    def eta(self, beta):
        """η = Xβ + offset, shape (n,)."""
        if type(beta) is not np.ndarray or beta.shape != self.X.shape[1:]:
            beta = coefficients(beta, self.X.shape[1], names=self.names)
        return self.X @ beta + self.offset

    @quiet
    def mu(self, beta):
        """μ = g⁻¹(η), shape (n,)."""
        return self.link.inverse(self.eta(beta))

    @quiet
    def loss(self, beta):
        """Σ w · loss(y, η), the negative log-likelihood at φ = 1 without terms free of β.

        A mean outside the family's support has loss ∞.
        """
        m = self.observed
        eta = m.eta(beta)
        return float(m.loss_at(eta, m.link.inverse(eta)))

    @quiet
    def gradient(self, beta):
        """∇loss = Xᵀ [ w · (dμ/dη)/V(μ) · (μ − y) ], shape (d,)."""
        m = self.observed
        eta = m.eta(beta)
        mu = m.link.inverse(eta)
        return m.X.T @ (m.weights * m.slope_over_variance(eta, mu) * (mu - m.y))

    @quiet
    def hessian(self, beta):
        """H = Xᵀ diag( w · (dμ/dη)²/V(μ) ) X, the Fisher information at φ = 1, (d, d)."""
        m = self.observed
        return m.X.T @ (m.working_weights(m.eta(beta))[:, None] * m.X)

    # ---- what the five lines need

    def slope_over_variance(self, eta, mu):
        """(dμ/dη) / V(μ), the factor that is 1 under the canonical link."""
        if self.canonical:
            return 1.0
        if self.family.limits[1] is not None:  # of a probability both may underflow to 0
            return self.link.log_odds_slope(eta)
        return self.link.derivative(eta) / self.family.variance(mu)

    def working_weights(self, eta):
        """W = w · (dμ/dη)² / V(μ), the weight of each row in the Fisher information, (n,)."""
        slope = self.link.derivative(eta)
        return self.weights * slope * self.slope_over_variance(eta, self.link.inverse(eta))

    def loss_at(self, eta, mu):
        """The loss at η and μ (n,); ∞ where a mean lies outside the family's support."""
        loss = self.weights @ self.family.loss(self.y, eta, self.link)
        return np.inf if self.impossible(mu) or np.isnan(loss) else loss

    def impossible(self, mu):
        """The number of means outside the support, or with a variance that overflows."""
        (low, high), top = self.family.support, mu.max()
        if low < mu.min() and top <= high and np.isfinite(self.family.variance(top)):
            return 0  # no NaN either
        above = mu > low if self.family.open_support else mu >= low
        known = np.isfinite(self.family.variance(mu))
        return len(mu) - np.count_nonzero(above & (mu <= high) & known)

    # ---- predict and fit

    def predict(self, beta, X_new=None, offset=None):
        """The mean μ at the rows of X_new (m, d), (m,); X_new=None is the model's own X.

        The columns of a table are found by their names, those of an array by position.
        Raises ValueError when the columns do not match, or when the model has an offset
        and none is given for the new rows.
        """
        beta = coefficients(beta, len(self.names), names=self.names)
        if X_new is None:
            if offset is not None:
                raise ValueError("offset is given without X_new: the model's own is in use")
            return self.mu(beta)
        rows = columns_like(X_new, self.names)
        if self.has_offset and offset is None:
            raise ValueError("the model has an offset: pass offset= for the rows of X_new")
        offset_new = offsets(offset, len(rows))
        common_index(X_new=X_new, offset=offset)
        with np.errstate(all="ignore"):
            mu = self.link.inverse(rows @ beta + offset_new)
        if np.isinf(mu).any():
            warnings.warn(
                f"{int(np.isinf(mu).sum())} predicted mean(s) overflow to infinity",
                DataWarning,
                stacklevel=2,
            )
        return mu

    def fit(
        self, solver=None, *, learning_rate=None, iterations=None, start=None, tolerance=None
    ):
        """Step 4: the maximum-likelihood estimate, as a `Fit`.

        Parameters
        ----------
        solver : "closed form" (Gaussian with identity link), "newton", "gradient descent";
            None takes the first of these that applies.
        learning_rate : gradient descent only, and needed there.
        iterations : at most so many; 100 for Newton, 100,000 for gradient descent.
        start : (d,); None starts Newton at the data and gradient descent at zero.
        tolerance : Newton only: stop when the step is this many standard errors (1e-10).

        Raises ValueError where the data do not determine the coefficients. Issues
        `ConvergenceWarning`, with `converged=False` and a `message`, where no finite
        answer exists or the solver did not reach it.

        >>> X, y, beta = simulate("poisson", n=200, d=2, seed=1)
        >>> fit = PoissonRegression(X, y).fit()
        >>> fit.converged, bool(np.abs(fit.model.gradient(fit.beta)).max() < 1e-9)
        (True, True)
        """
        solve = search.chosen(
            self,
            solver,
            learning_rate=learning_rate,
            iterations=iterations,
            start=start,
            tolerance=tolerance,
        )
        check_estimable(self)
        path = solve(self)
        warn_unless_converged(path)
        return Fit(self, path)


class LinearRegression(GLM):
    """Linear regression, the GLM that has a closed form.

    1. distribution    yᵢ ~ Normal(μᵢ, σ²)
    2. link            η = μ, the identity
    3. loss            ½ Σ w (y − μ)²,   ∇loss = Xᵀ(μ − y),   H = XᵀX
    4. minimise        ∇loss = 0: XᵀX β = Xᵀy, by QR and never by an inverse

    The arguments are those of `GLM`.

    >>> X = add_intercept(np.array([[0.0], [1.0], [2.0]]))
    >>> LinearRegression(X, [1.0, 3.0, 5.0]).fit().beta.round(12)
    array([1., 2.])
    """

    def __init__(self, X, y, weights=None, offset=None):
        super().__init__(X, y, Gaussian(), weights=weights, offset=offset)


class LogisticRegression(GLM):
    """Logistic regression, the GLM for 0/1 data and proportions; its p is μ.

    1. distribution    yᵢ ~ Bernoulli(μᵢ)
    2. link            η = log(μ / (1 − μ)), the logit; back by the sigmoid
    3. loss            Σ w [log(1 + e^η) − y η],   ∇loss = Xᵀ(μ − y),   H = Xᵀ diag(μ(1 − μ)) X
    4. minimise        no closed form: gradient descent or Newton

    The arguments are those of `GLM`.

    >>> X = add_intercept(np.array([[0.0], [1.0], [2.0], [3.0]]))
    >>> LogisticRegression(X, [0, 1, 0, 1]).fit().beta.round(6)
    array([-1.362276,  0.908184])
    """

    def __init__(self, X, y, weights=None, offset=None):
        super().__init__(X, y, Binomial(), weights=weights, offset=offset)


class PoissonRegression(GLM):
    """Poisson regression, the GLM for counts; its λ is μ.

    1. distribution    yᵢ ~ Poisson(μᵢ)
    2. link            η = log μ; back by the exponential
    3. loss            Σ w [e^η − y η],   ∇loss = Xᵀ(μ − y),   H = Xᵀ diag(μ) X
    4. minimise        no closed form: gradient descent or Newton

    The arguments are those of `GLM`.

    >>> X = np.ones((4, 1))
    >>> float(np.exp(PoissonRegression(X, [1, 0, 2, 3]).fit().beta[0]).round(9))
    1.5
    """

    def __init__(self, X, y, weights=None, offset=None):
        super().__init__(X, y, Poisson(), weights=weights, offset=offset)
