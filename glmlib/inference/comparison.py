"""Two nested models: is the larger one better than chance would make it?"""

from dataclasses import dataclass

import numpy as np

from ..blocks import stack
from ..guards.inputs import slices

# A column is a combination of others when no more than this share of its length is left:
# half of the digits, so that a column of the same values in other units is one.
NESTED = 1e-7
# A column that varies by no more than this share of its size is constant, but for rounding.
CONSTANT = 1e-13


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
        name = f"χ²({self.df})"
        if self.df_residual is not None:
            name = f"F({self.df}, {self.df_residual})"
        return f"{name} = {self.statistic:.5g}, p = {self.p_value:.3g}"


def compare(smaller, larger):
    """The likelihood-ratio test of a fit against a larger one that contains it.

    With deviances D₀ ≥ D₁ and df = d₁ − d₀,

        χ² = D₀ − D₁ = 2 (ℓ₁ − ℓ₀)          where φ is known
        F = (D₀ − D₁) / (df · φ̂₁)           where φ is estimated, by Pearson in the larger

    against χ²(df) or F(df, df_residual), as anova(…, test="Chisq" or "F") in R. Rows of
    weight 0 count nowhere: a fit may be compared with one that lacks them.
    Returns a `Comparison`. Raises ValueError when either fit did not converge, when the
    index, y, weights, offset, family or link differ, or when the columns of the smaller X
    are not all combinations of those of the larger.
    Source: McCullagh & Nelder (1989), sections 2.3 and 4.4; Wilks (1938).

    >>> X, y, beta = simulate("poisson", n=100, d=3, seed=1)
    >>> test = compare(PoissonRegression(X[:, :2], y).fit(), PoissonRegression(X, y).fit())
    >>> test.df, test.p_value < 0.05
    (1, True)
    """
    from scipy.special import chdtrc, fdtrc

    for which, fit in (("smaller", smaller), ("larger", larger)):
        if not (hasattr(fit, "model") and hasattr(fit, "beta")):
            raise TypeError(f"the {which} is a {type(fit).__name__}: compare needs two fits")
        if not fit.converged:
            raise ValueError(f"the {which} fit did not converge: {fit.message}")
    check_the_same_data(smaller.model, larger.model)
    check_the_same_distribution(smaller, larger)
    check_nested(smaller.model, larger.model)
    df = len(larger.beta) - len(smaller.beta)
    if larger.theta is None:
        gain = smaller.deviance - larger.deviance
    else:  # each fit has a θ of its own, so that deviances count from different zeros
        gain = 2 * (larger.log_likelihood - smaller.log_likelihood)
    gain = max(gain, 0.0)
    if not larger.model.family.has_dispersion:
        return Comparison(gain, df, float(chdtrc(df, gain)))
    if not larger.dispersion > 0:
        raise ValueError(f"φ of the larger fit is {larger.dispersion}: there is no F test")
    F = gain / (df * larger.dispersion)
    return Comparison(F, df, float(fdtrc(df, larger.df_residual, F)), larger.df_residual)


def check_the_same_data(a, b):
    """ValueError unless two models have the same rows with a weight, and in the same order."""
    rows, others = a.weights > 0, b.weights > 0
    for what in ("y", "weights", "offset"):
        if not np.array_equal(getattr(a, what)[rows], getattr(b, what)[others]):
            raise ValueError(f"the two fits have different {what}: they cannot be compared")
    one, other = getattr(a, "index", None), getattr(b, "index", None)
    if one is not None and other is not None and not one[rows].equals(other[others]):
        raise ValueError(
            "the two fits have different indexes: align their rows, then fit both again"
        )


def check_the_same_distribution(smaller, larger):
    """ValueError unless two fits have the same link and family, a known θ included."""
    a, b = smaller.model, larger.model
    if a.link != b.link:
        raise ValueError(f"the two fits have different links: {a.link.name} and {b.link.name}")
    estimated = smaller.theta is not None, larger.theta is not None
    if estimated[0] != estimated[1] or not (a.family == b.family or all(estimated)):
        names = [
            "θ estimated" if unknown else str(model.family)
            for unknown, model in zip(estimated, (a, b), strict=True)
        ]
        if names[0] == names[1]:  # a title shows six digits of θ
            names = [f"theta = {model.family.theta!r}" for model in (a, b)]
        raise ValueError(f"the two fits have different families: {names[0]} and {names[1]}")


def check_nested(a, b):
    """ValueError unless each column of a is a combination of the columns of b."""
    d0, d1 = a.X.shape[1], b.X.shape[1]
    if d0 >= d1:
        cure = "exchange them" if d0 > d1 else "neither contains the other"
        raise ValueError(f"the smaller fit has {d0} columns, the larger {d1}: {cure}")
    rows, others = np.flatnonzero(a.weights > 0), np.flatnonzero(b.weights > 0)
    shift = np.zeros(d0)
    if b.intercept is not None:  # so that a large mean cannot hide a difference
        shift = a.X[rows].mean(axis=0)
    R = np.zeros((0, d0 + d1))
    for part in slices(len(rows), d0 + d1):
        wide, narrow = b.X[others[part]] - b.centre, a.X[rows[part]] - shift
        R = stack(R, np.column_stack([wide, narrow]))
    # below the first d₁ rows of R stands what the columns of b leave of those of a
    left, length = np.linalg.norm(R[d1:, d1:], axis=0), np.linalg.norm(R[:, d1:], axis=0)
    constant = CONSTANT * np.sqrt(len(rows)) * np.abs(a.X[rows]).max(axis=0)
    new = np.flatnonzero((left > NESTED * length) & (length > constant))
    if len(new):
        names = [a.names[j] for j in new]
        known = [name for name in names if name in b.names]
        other = f"; its {', '.join(known)} holds other values" if known else ""
        raise ValueError(
            f"the fits are not nested: {', '.join(names)} of the smaller is no combination "
            f"of the columns of the larger{other}"
        )
