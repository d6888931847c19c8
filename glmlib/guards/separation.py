"""Whether a finite estimate exists: separation, proved or excluded.

A row whose y is a limit of the means, and whose limit only an infinite η reaches, never
loses by moving there: y = 0 lets η fall, y = 1 of a binomial lets it rise. Every other row
has a best η of its own. So the likelihood has no finite maximum when there is a direction v
along which no row ever loses, and some row gains:

    sᵢ xᵢᵀv ≥ 0 in rows at a limit (s = −1 where η may fall, +1 where it may rise),
    xᵢᵀv = 0 in all other rows,  and  xᵢᵀv ≠ 0 somewhere.

**At a point that a solver reached, it can be excluded.** Let ∇ = Σ rᵢxᵢ be the gradient and
H = Σ Wᵢxᵢxᵢᵀ there. Along such a v every sᵢrᵢ ≤ 0, so that |∇ᵀv| = Σ |rᵢ||xᵢᵀv| over the rows
at a limit. With Wᵢ ≤ ρ|rᵢ| in these rows and m = max |xᵢᵀv|,

    vᵀHv = Σ Wᵢ(xᵢᵀv)² ≤ ρ m |∇ᵀv| ≤ ρ m λ √(vᵀHv),    λ² = ∇ᵀH⁻¹∇,
    m ≤ σ √(vᵀHv),                                     σ² = max xᵢᵀH⁻¹xᵢ,

and therefore ρ λ σ ≥ 1. Where ρλσ < 1 — the next step, times the largest standard error of
an η — there is no separating direction, whatever the family and the link. Rounding of ∇ adds
at most ε Σ|wᵢ(dμ/dη)/V|(|μᵢ| + yᵢ) · σ to λ.

**Otherwise a linear programme decides**: the v in a box that gains most. It sees the rows
that the last v violates most, a few at a time, so that it stays small however many there are.
It decides in doubles: a gap between rows that is smaller than 1e-7 of a column's size may be
taken for none, or for one.
Source: Albert & Anderson, Biometrika 71 (1984); Konis, thesis, Oxford (2007).
"""

from contextlib import suppress
from functools import partial

import numpy as np

from ..blocks import centred, reach, total
from .estimable import unreachable

# ρ, the most that Wᵢ/|rᵢ| = |dμ/dη| / |μ − y| can be at y = limit: at most 1 under a canonical
# link and the log, |η| + 1 < 40 for the probit, e^η < 745 for the cloglog, as long as a double
# holds the mean's distance from y. One separated row alone has ρλσ = 1: 2 is for rounding.
CANONICAL, RHO = 2.0, 1e3
# An R that is kept from another point is near that of this one; here it may be off by so much.
KEPT = 10.0
# A row that a direction of unit size moves by less has not been moved.
STILL = 1e-9
# Singular values this far apart are those of rows of a lower rank.
RANK = 1e-12
FEASIBLE = 1e-10  # the tightest that the linear programme takes
STAYS = 1e-7  # a row that moves by less may be meant to stay: then its rank decides
MOST = 50  # rows that a round of the linear programme adds, for each column


def excluded(model, point):
    """Whether ρλσ < 1 at a point: then no direction separates, and an estimate exists."""
    if not any(at_infinity(model)):
        return True
    if point.R is None or not np.isfinite(point.R).all():
        return False
    rho = (CANONICAL if model.canonical else RHO) * (1.0 if point.here else KEPT)
    with np.errstate(all="ignore"), suppress(np.linalg.LinAlgError):
        inverse = np.linalg.solve(point.R, np.eye(len(point.R)))
        sigma = reach(model) @ np.linalg.norm(inverse, axis=1)
        for _ in range(2):
            rounding = np.finfo(float).eps * point.size * sigma
            if rho * (point.length + rounding) * sigma < 1:
                return True
            sigma = total(model, largest_error, model.centre, inverse, combine=max)
    return False


def largest_error(block, centre, inverse):
    """The largest standard error at φ = 1 of an η of the block, max |xᵀR⁻¹|."""
    A = centred(block, centre) @ inverse
    return float(np.sqrt(np.nan_to_num(np.einsum("ij,ij->i", A, A), nan=np.inf).max()))


def at_infinity(model):
    """Whether the lower and the upper limit of the means are reached by an infinite η only."""
    return [limit is not None and unreachable(model, limit) for limit in model.family.limits]


def signs(block, open_ends):
    """s (n,): −1 where η may fall for ever, +1 where it may rise for ever, else 0."""
    (low, high), s = block.family.limits, np.zeros(len(block.y))
    if open_ends[0]:
        s[block.y == low] = -1.0
    if open_ends[1]:
        s[block.y == high] = 1.0
    return s


def separating_direction(model):
    """v (d,) along which the likelihood never falls and somewhere rises; None: there is none.

    v is a direction of β, the largest move of a row along it is about 1.

    >>> from glmlib.guards.separation import separating_direction
    >>> X = add_intercept(np.array([[-2.0], [-1.0], [1.0], [2.0]]))
    >>> v = separating_direction(LogisticRegression(X, [0, 0, 1, 1]))
    >>> bool((X[:2] @ v <= 0).all() and (X[2:] @ v >= 0).all())
    True
    """
    ends = at_infinity(model)
    if not any(ends):
        return None
    size = reach(model)
    size[size == 0] = 1.0  # some of the rows may not know a column
    A, s = np.zeros((0, len(size))), np.zeros(0)
    v, most = np.zeros(len(size)), MOST * len(size)
    while True:
        rows, new = total(
            model, violated, model.centre, size, v, ends, most, combine=partial(worst, most)
        )[1:]
        if not len(new):
            return model.to_beta(v / size) if v.any() else None
        A, s = np.vstack([A, rows]), np.append(s, new)
        v = best_direction(A, s)
        if v is None:
            return None


def direction_unless_excluded(model, point):
    """The same, at a point that may exclude it without a search."""
    return None if excluded(model, point) else separating_direction(model)


def violated(block, centre, size, v, ends, most):
    """The rows that v fails most, at most so many: (by how much, rows of length 1, signs).

    Before there is a v, any rows will do.
    """
    Z = centred(block, centre) / size
    length = np.linalg.norm(Z, axis=1, keepdims=True)
    Z = Z / np.where(length > 0, length, 1.0)
    s = signs(block, ends)
    move = Z @ v
    by = np.where(s == 0, np.abs(move), -s * move)
    chosen = np.flatnonzero(by > STILL) if v.any() else np.arange(len(by))
    chosen = chosen[np.argsort(-by[chosen], kind="stable")[:most]]
    return by[chosen], Z[chosen], s[chosen]


def worst(most, one, other):
    """The rows of two blocks that are violated most, at most so many."""
    by, Z, s = (np.concatenate(pair) for pair in zip(one, other, strict=True))
    chosen = np.argsort(-by, kind="stable")[:most]
    return by[chosen], Z[chosen], s[chosen]


def best_direction(A, s):
    """v in the unit box with s·Av ≥ 0 that gains most in the rows A, or None.

    Rows that v leaves in place up to the programme's tolerance must be left in place by an
    exact null vector; where they are nearly dependent the programme is solved again on a
    scale on which they are not.
    """
    from scipy.optimize import linprog

    scale = np.eye(A.shape[1])
    for _ in range(2):
        B = A @ scale
        length = np.linalg.norm(B, axis=1, keepdims=True)
        B = B / np.where(length > 0, length, 1.0)
        free, fixed = B[s != 0] * s[s != 0, None], B[s == 0]
        found = linprog(
            -free.sum(axis=0),
            A_ub=-free,
            b_ub=np.zeros(len(free)),
            A_eq=fixed if len(fixed) else None,
            b_eq=np.zeros(len(fixed)) if len(fixed) else None,
            bounds=(-1, 1),
            method="highs",
            options={
                "primal_feasibility_tolerance": FEASIBLE,
                "dual_feasibility_tolerance": FEASIBLE,
            },
        )
        if found.x is None or not np.abs(found.x).max() > 0:
            return None
        v = found.x
        stays = np.abs(B @ v) <= STAYS
        if stays.all():
            return None
        if not stays.any():
            return scale @ v / np.abs(scale @ v).max()
        _, sizes, V = np.linalg.svd(B[stays])
        sizes = np.append(sizes, np.zeros(len(V) - len(sizes)))
        null = V[sizes <= RANK * sizes[0]]
        exact = null.T @ (null @ v)
        gains = (s * (B @ exact))[~stays]
        if len(null) and (gains > 0).all() and (s[~stays] != 0).all():
            return scale @ exact / np.abs(scale @ exact).max()
        scale = scale @ V.T / np.maximum(sizes, RANK * sizes[0])
    return None
