"""Whether a maximum exists: the places where a path ends without one, and their sentences."""

import math

import numpy as np

from .design import combination

# ---- the edge: means that a finite η takes to the end of their range


def row_at_the_edge(model, gamma):
    """A row whose mean has reached y at the end of its range, at a finite η; else None.

    Under the identity link a mean can be 0: it has an infinite weight and never leaves.
    """
    mu = model.mu(gamma)
    close = 1e-10 * np.average(np.abs(model.y), weights=model.weights)
    for limit in model.family.limits:
        if limit is not None and np.isfinite(model.link.link(np.float64(limit))):
            there = (model.weights > 0) & (model.y == limit) & (np.abs(mu - limit) < close)
            if there.any():
                return int(np.argmax(there))
    return None


def flaw_of(model, gamma, event):
    """Why the point where a path ended is no estimate, however still it is; or None."""
    if not math.isfinite(model.loss(gamma)):
        return (
            f"no means were found that the {model.family.name} family allows: pass a start, "
            f"or take another link than {model.link.name}"
        )
    if event != "converged":
        return None
    A = np.sqrt(model.working_weights(model.eta(gamma)))[:, None] * model.X
    with_weights, without = (
        np.linalg.svd(M / np.linalg.norm(M, axis=0), compute_uv=False)[-1]
        for M in (A, model.X)
    )
    if with_weights < 1e-10 * without:
        return (
            "the rows that determine a coefficient have lost all weight, their means are at "
            "the end of their range: no finite estimate exists in that direction"
        )
    return None


def edge_message(model, row):
    """The sentence for a path that ended at the edge of the possible means."""
    return (
        f"the path ended at the edge of what the {model.family.name} family allows: under "
        f"the {model.link.name} link the mean of row {row} reached its y = "
        f"{model.y[row]:g}, where no standard error holds; take another start, or the "
        f"{model.family.links[0]} link, which has no such edge"
    )


# ---- separation: a direction in which the loss falls for ever


def runs_away(model, shift):
    """Whether moving every η by `shift` for ever never raises the loss of any row.

    y at its lower limit (0) allows η to fall, y at its upper limit (1) allows it to rise,
    every other y allows no move at all.
    """
    if model.link.domain == (-np.inf, np.inf):
        return False
    low, high = model.family.limits
    used = model.weights > 0
    y, shift = model.y[used], shift[used]
    largest = np.abs(shift).max()
    if largest < 1e-3:
        return False
    rest = 1e-8 * largest
    may_fall, may_rise = y == low, y == high
    return bool(
        (shift[may_fall] <= rest).all()
        and (shift[may_rise] >= -rest).all()
        and (np.abs(shift[~(may_fall | may_rise)]) <= rest).all()
    )


def separation_message(model, direction):
    """The sentence that names the column, or the direction, that separates."""
    reach = np.abs(direction) * np.ptp(model.X, axis=0)
    single = [j for j in range(len(reach)) if reach[j] > 0 and separates(model, j)]
    reach[reach < 1e-3 * reach.max()] = 0.0
    named = np.flatnonzero(reach)
    if single:
        columns = " and by ".join(model.names[j] for j in single)
    elif len(named) <= 1:
        columns = model.names[named[0]] if len(named) else "the intercept"
    else:
        unit = np.where(reach > 0, direction / np.abs(direction[named]).max(), 0.0)
        columns = f"the direction {combination(unit, model.names)}"
    if model.family.name == "binomial":
        return (
            f"the classes are separated by {columns}: no finite maximum-likelihood estimate "
            "exists, coefficients grow without bound"
        )
    return (
        f"y is 0 in every row that determines {columns}: no finite maximum-likelihood "
        "estimate exists, that coefficient diverges"
    )


def separates(model, j):
    """Whether a threshold on column j alone splits y = 0 from y = 1, ties included."""
    used = model.weights > 0
    x, y = model.X[used, j], model.y[used]
    if model.family.name != "binomial" or ((y > 0) & (y < 1)).any():
        return False
    zero, one = x[y == 0], x[y == 1]
    return bool(zero.max() <= one.min() or one.max() <= zero.min())
