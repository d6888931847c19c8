"""The design matrix: on a common scale, solved by QR, and what it cannot determine."""

import math
import warnings

import numpy as np

from .inputs import DataWarning

# Columns are scaled to length 1 and centred, so that a rest of this length is rounding.
DEPENDENT = 1e-13


def standardise(X, intercept=None):
    """Z and T with Z = X T: columns of length 1, centred where there is an intercept.

    Coefficients of Z are γ with β = Tγ. Units and shifts of the columns of X, the usual
    reason for lost digits, are gone from Z.
    """
    n, d = X.shape
    largest = np.abs(X).max(axis=0)
    largest[largest == 0] = 1.0
    shift = np.zeros(d)
    if intercept is not None:
        shift = np.where(np.ptp(X, axis=0) == 0, 0.0, (X / largest).mean(axis=0) * largest)
    # the shift first: among values that differ in their last digits it makes no rounding
    Z = (X - shift) / largest
    length = np.linalg.norm(Z, axis=0)
    length[length == 0] = 1.0
    T = np.diag(1 / length / largest)
    if intercept is not None:
        T[intercept] -= shift @ T / X[0, intercept]
    return Z / length, T


def least_squares(A, b):
    """The γ that minimises |b − Aγ|², by QR with one step of refinement; and |Qᵀb|."""
    Q, R = np.linalg.qr(A)
    gamma = np.linalg.solve(R, Q.T @ b)
    gamma = gamma + np.linalg.solve(R, Q.T @ (b - A @ gamma))
    return gamma, np.linalg.norm(Q.T @ b)


def dependencies(X, names, intercept=None):
    """Sentences such as "x3 = x1 + x2", one for each column that earlier ones determine."""
    Z, T = standardise(X, intercept)
    R = np.linalg.qr(Z, mode="r")
    rest = np.abs(np.diag(R))
    free = [j for j in range(len(R)) if rest[j] > DEPENDENT]
    found = []
    for j in range(len(R)):
        if j in free:
            continue
        before = [i for i in free if i < j]
        gamma = np.zeros(len(R))
        gamma[j] = -1.0
        if before:
            gamma[before] = np.linalg.solve(R[np.ix_(before, before)], R[before, j])
        # a rounding error is not a term of the equation
        gamma[np.abs(gamma) < 1e-9 * np.abs(gamma).max()] = 0.0
        c = T @ gamma
        reach = np.abs(c) * np.abs(X).max(axis=0)
        c[reach < 1e-9 * reach.max()] = 0.0
        c = -c / c[j]
        c[j] = 0.0
        found.append(f"{names[j]} = {combination(c, names)}")
    return found


def combination(c, names):
    """The sum Σ cⱼ nameⱼ as a person writes it.

    >>> combination(np.array([1.0, -1.0, 0.5]), ["x1", "x2", "x3"])
    'x1 - x2 + 0.5 x3'
    """
    terms = []
    for value, name in zip(c, names, strict=True):
        if value == 0:
            continue
        size = "" if math.isclose(abs(value), 1, rel_tol=1e-6) else f"{abs(value):.3g} "
        sign = ("- " if value < 0 else "+ ") if terms else ("-" if value < 0 else "")
        terms.append(f"{sign}{size}{name}")
    return " ".join(terms) or "0"


def check_estimable(model):
    """ValueError where the data of `model` do not determine its coefficients."""
    used = model.weights > 0
    X, y = model.X[used], model.y[used]
    n, d = X.shape
    if n < d:
        raise ValueError(f"{n} observations cannot determine {d} coefficients")
    for edge in model.family.limits:
        if edge is not None and (y == edge).all():
            with np.errstate(all="ignore"):
                eta = model.link.link(np.float64(edge))
            where = "-∞" if edge == 0 else "+∞"
            raise ValueError(
                f"y is all {edge:g}: the maximum-likelihood intercept is {where}"
                if model.intercept is not None and np.isinf(eta)
                else f"y is all {edge:g}: there is no difference to explain"
            )
    constant = np.flatnonzero(np.ptp(X, axis=0) == 0)
    for j in constant:
        if not X[0, j]:
            raise ValueError(f"column {j} ({model.names[j]}) is 0 everywhere: remove it")
    if len(constant) > 1:
        j = constant[1]
        raise ValueError(
            f"column {j} ({model.names[j]}) is constant and the intercept is already there"
        )
    intercept = int(constant[0]) if len(constant) else None
    varies, size = np.ptp(X, axis=0), np.abs(X).max(axis=0)
    for j in np.flatnonzero((varies > 0) & (varies < 1e-10 * size)):
        warnings.warn(
            f"column {j} ({model.names[j]}) varies by only {varies[j]:.1e} around "
            f"{X[0, j]:.3g}: few digits are left for its coefficient; subtract its mean first",
            DataWarning,
            stacklevel=3,
        )
    found = dependencies(X, model.names, intercept)
    if found:
        equals = found[0].split(" = ")
        if equals[1] in model.names:
            found[0] = f"column {equals[0]} equals {equals[1]} ({found[0]})"
        raise ValueError(
            f"the columns of X are linearly dependent: {'; '.join(found)}. Remove one of them"
        )
    sizes = np.linalg.svd(standardise(X, intercept)[0], compute_uv=False)
    if sizes[-1] * 1e8 < sizes[0]:
        warnings.warn(
            f"the columns of X are nearly dependent: condition number "
            f"{sizes[0] / sizes[-1]:.1e}, so about that factor of precision is lost",
            DataWarning,
            stacklevel=3,
        )
