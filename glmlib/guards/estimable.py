"""What the data of a model cannot determine, in a sentence that names the columns."""

import math
import warnings

import numpy as np

from ..blocks import by_cholesky, centred, stack, total, upper
from .inputs import DataWarning

# Of a column of length 1 this much is rounding: what is left of it after the columns before
# it is nothing.
DEPENDENT = 1e-13
# A term this much smaller than the largest of its equation is rounding as well.
NO_TERM = 1e-9
# A column that varies by less than this share of its size keeps fewer than six digits.
FLAT = 1e-10
# From this condition number on a coefficient keeps fewer than eight digits.
ILL_CONDITIONED = 1e8


def check_estimable(model):
    """ValueError where the data of `model` do not determine its coefficients.

    Nearly dependent columns, and a column that hardly varies, get a `DataWarning`.
    """
    n, (low, high), names = model.observations, model.ranges, model.names
    if n < len(names):
        raise ValueError(f"{n} observations cannot determine {len(names)} coefficients")
    check_response(model)
    constant = np.flatnonzero(low == high)
    for j in constant:
        if not low[j]:
            raise ValueError(f"column {j} ({names[j]}) is 0 everywhere: remove it")
    if len(constant) > 1:
        j = constant[1]
        raise ValueError(
            f"column {j} ({names[j]}) is constant and the intercept is already there"
        )
    varies, size = high - low, np.maximum(np.abs(low), np.abs(high))
    for j in np.flatnonzero((varies > 0) & (varies < FLAT * size)):
        warnings.warn(
            f"column {j} ({names[j]}) varies by only {varies[j]:.1e} around {low[j]:.3g}: "
            "few digits are left for its coefficient; subtract its mean first",
            DataWarning,
            stacklevel=3,
        )
    check_columns(model)


def check_response(model):
    """ValueError where y is at one limit of the means in every row, which an intercept alone
    explains."""
    low, high = model.response_range
    for limit in model.family.limits:
        if limit is not None and low == high == limit and model.intercept is not None:
            where = "-∞" if limit == 0 else "+∞"
            raise ValueError(
                f"y is all {limit:g}: the maximum-likelihood intercept is {where}"
                if unreachable(model, limit)
                else f"y is all {limit:g}: there is no difference to explain"
            )


def unreachable(model, limit):
    """Whether only an infinite η brings the mean to this limit."""
    with np.errstate(all="ignore"):
        return limit is not None and bool(np.isinf(model.link.link(np.float64(limit))))


def check_columns(model):
    """ValueError for linearly dependent columns, a `DataWarning` for nearly dependent ones."""
    # the first rows may show it already: more rows only add to what is independent
    (G,) = gram(next(model.blocks()), model.centre)
    if by_cholesky(G, np.zeros(len(G)))[0] is not None:
        return
    (G,) = total(model, gram, model.centre)
    if by_cholesky(G, np.zeros(len(G)))[0] is not None:
        return
    length = np.sqrt(np.diag(G))
    R = total(model, triangle_of_columns, model.centre, combine=stack)
    R = R / np.linalg.norm(R, axis=0)
    found = dependencies(R, length, model)
    if found:
        equals = found[0].split(" = ")
        if equals[1] in model.names:
            found[0] = f"column {equals[0]} equals {equals[1]} ({found[0]})"
        raise ValueError(
            f"the columns of X are linearly dependent: {'; '.join(found)}. Remove one of them"
        )
    sizes = np.linalg.svd(R, compute_uv=False)
    if sizes[-1] * ILL_CONDITIONED < sizes[0]:
        warnings.warn(
            f"the columns of X are nearly dependent: condition number "
            f"{sizes[0] / sizes[-1]:.1e}, so about that factor of precision is lost",
            DataWarning,
            stacklevel=4,
        )


def gram(block, centre):
    Z = centred(block, centre)
    return (Z.T @ Z,)


def triangle_of_columns(block, centre):
    return upper(centred(block, centre))


def dependencies(R, length, model):
    """Sentences such as "x3 = x1 + x2", one for each column that earlier ones determine."""
    left = np.abs(np.diag(R))
    free = [j for j in range(len(R)) if left[j] > DEPENDENT]
    reach = np.maximum(*map(np.abs, model.ranges))
    found = []
    for j in range(len(R)):
        if j in free:
            continue
        before = [i for i in free if i < j]
        b = np.zeros(len(R))
        b[j] = -1.0
        if before:
            b[before] = np.linalg.solve(R[np.ix_(before, before)], R[before, j])
        b[np.abs(b) < NO_TERM * np.abs(b).max()] = 0.0
        c = model.to_beta(b / length)
        c[np.abs(c) * reach < NO_TERM * (np.abs(c) * reach).max()] = 0.0
        c = -c / c[j]
        c[j] = 0.0
        found.append(f"{model.names[j]} = {combination(c, model.names)}")
    return found


def combination(c, names):
    """The sum Σ cⱼ nameⱼ as a person writes it.

    >>> from glmlib.guards.estimable import combination
    >>> combination(np.array([1.0, -1.0, 0.5]), ["x1", "x2", "x3"])
    'x1 - x2 + 0.5 x3'
    """
    terms = []
    for value, name in zip(c, names, strict=True):
        if value == 0:
            continue
        size = "" if math.isclose(abs(value), 1, rel_tol=NO_TERM) else f"{abs(value):.3g} "
        sign = ("- " if value < 0 else "+ ") if terms else ("-" if value < 0 else "")
        terms.append(f"{sign}{size}{name}")
    return " ".join(terms) or "0"
