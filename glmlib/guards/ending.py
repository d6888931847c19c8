"""How a fit ended: one table of sentences, one tolerance, one judge for all solvers."""

import warnings

import numpy as np

from ..blocks import exact_step, predictor, stack, standard_errors_away, total
from .estimable import combination, triangle_of_columns
from .inputs import ConvergenceWarning
from .separation import direction_unless_excluded

# An estimate this near, in standard errors, is the maximum: the statistical error is a million
# times larger, and rounding of a loss of 10⁶ rows still allows it.
SETTLED = 1e-6
# Nearer than this, in standard errors, a Newton step should square its length.
NEARLY = 1e-4
# An η this near to the edge, in units of its distance from the mean's η, has reached it.
AT_THE_EDGE = 1e-6
# Rows whose weights leave this share of what X tells about a direction tell nothing of it.
NO_WEIGHT = 1e-10
# A column that moves η by less than this share of what another moves it is not named.
NAMED = 1e-3

ENDINGS = {
    # reason: (event, sentence)
    "closed form": ("converged", "solved in closed form"),
    "newton": ("converged", "converged after {k} Newton iterations"),
    "rounding": ("converged", "converged to rounding error"),
    "fixed point": ("converged", "converged: a fixed point after {k:,} iterations"),
    "last digit": (
        "converged",
        "converged: nothing moves but the last digit after {k:,} iterations",
    ),
    "close": (
        "converged",
        "converged: stopped after {k:,} iterations, {away:.0e} standard errors away",
    ),
    "separated": (
        "separated",
        "the classes are separated by {columns}: no finite maximum-likelihood estimate "
        "exists, coefficients grow without bound",
    ),
    "no counts": (
        "separated",
        "y is 0 in every row that determines {columns}: no finite maximum-likelihood "
        "estimate exists, that coefficient diverges",
    ),
    "edge": (
        "stuck",
        "the path ended at the edge of what the {family} family allows: under the {link} "
        "link the mean of row {row} reached {end:g}, where no standard error holds; "
        "take another start or another link",
    ),
    "outside": (
        "stuck",
        "no means were found that the {family} family allows: pass a start, or take "
        "another link than {link}",
    ),
    "no weight": (
        "stuck",
        "the rows that determine a coefficient have lost all weight, their means are at "
        "the end of their range: no finite estimate exists in that direction",
    ),
    "flat": (
        "stuck",
        "the likelihood is flat in a direction there: more than one estimate is best, and no "
        "standard error holds; take another link",
    ),
    "singular": ("stuck", "the information matrix is singular"),
    "no step": ("stuck", "no step lowers the loss any further"),
    "too large": ("stuck", "the coefficients are too large for double precision"),
    "steps used up": (
        "stopped",
        "stopped after {k} Newton iterations before it settled (last step {away:.1e} "
        "standard errors): take more iterations",
    ),
    "worse than the null": (
        "stuck",
        "the path ended in a local minimum that is worse than the null model: the "
        "{link} link has more than one, pass another start",
    ),
    "not finite": ("diverged", "diverged: beta is not finite at iteration {k:,}{advice}"),
    "rose": ("diverged", "the loss rose: stopped after {k:,} iterations{advice}"),
    "bounces": (
        "bounces",
        "bounces for ever and does not settle, now at iteration {k:,}{advice}",
    ),
    "unsettled": ("bounces", "does not settle, stopped after {k:,} iterations{advice}"),
    "another start": (
        "stuck",
        "stopped after {k:,} iterations, and a mean is outside what the {family} family "
        "allows: take another start",
    ),
    "lost steps": (
        "stuck",
        "a fixed point after {k:,} iterations, where a step is lost in the last digit of "
        "beta{far}: take a larger learning rate",
    ),
    "iterations used up": (
        "stopped",
        "stopped after {k:,} iterations{far}: take more iterations or a larger learning rate",
    ),
}


def ending(reason, model=None, **numbers):
    """(event, sentence) of a reason in the table, with the numbers of this fit."""
    event, sentence = ENDINGS[reason]
    if hasattr(model, "family"):
        family = model.family
        numbers |= {"family": family, "link": model.link.name}
    return event, sentence.format(**numbers)


def warn_unless_converged(path):
    """The message of a path that did not converge, as a warning in the caller's line."""
    if not path.converged:
        warnings.warn(path.message, ConvergenceWarning, stacklevel=3)


def no_estimate(model, point, direction=direction_unless_excluded):
    """Why a point is no estimate, however still it is, as (event, sentence); else None."""
    if point.impossible:
        return ending("outside", model)
    edge = row_at_the_edge(model, point)
    if edge:
        return ending("edge", model, row=edge[0], end=edge[1])
    v = direction(model, point)
    if v is not None:
        return separation(model, v)
    if without_weight(model, point):
        return ending("no weight")
    if not model.canonical and near_the_end(model, point) and exact_step(model, point) is None:
        return ending("flat")
    return None


def near_the_end(model, point):
    return standard_errors_away(model, point, point.step) < NEARLY


def row_at_the_edge(model, point):
    """(row, end) where a mean has come to an end of its range at a finite η, else None.

    Under the identity link a mean can be 0. There the weight of the row is infinite, so that
    a step looks short in standard errors; it still goes a large part of the way to the end.
    """
    step = point.step if near_the_end(model, point) else np.zeros(len(point.b))
    for end in model.family.support:
        with np.errstate(all="ignore"):
            edge, mean = model.link.link(np.array([end, model.mean_response]))
        if np.isfinite(edge):
            close = AT_THE_EDGE * abs(mean - edge)
            where = model.centre, point.b, step, edge, close
            (count,) = total(model, rows_at_the_edge, *where)
            if count:
                return model.first_row(at_the_edge, *where), end
    return None


def at_the_edge(block, centre, b, step, edge, close):
    """Whether the next step goes a tenth of what is left to the edge, (n,)."""
    Z, eta = predictor(block, centre, b)
    return np.abs(eta - edge) <= np.maximum(10 * np.abs(Z @ step), close)


def rows_at_the_edge(block, *where):
    return (np.count_nonzero(at_the_edge(block, *where)),)


def without_weight(model, point):
    """Whether a direction that X determines is one that the weighted rows do not."""
    if point.R is None:
        return True

    def smallest(R):
        with np.errstate(all="ignore"):
            return np.linalg.svd(R / np.linalg.norm(R, axis=0), compute_uv=False)[-1]

    weighted = smallest(point.R)
    if weighted > np.sqrt(NO_WEIGHT):  # X alone cannot be that much better
        return False
    R = total(model, triangle_of_columns, model.centre, combine=stack)
    return weighted < NO_WEIGHT * smallest(R)


def separation(model, direction):
    """The ending that names the column, or the direction, that separates."""
    low, high = model.ranges
    reach = np.abs(direction) * (high - low)
    single = [j for j in range(len(reach)) if reach[j] > 0 and separates(model, j)]
    reach[reach < NAMED * reach.max()] = 0.0
    named = np.flatnonzero(reach)
    if single:
        columns = " and by ".join(model.names[j] for j in single)
    elif len(named) <= 1:
        columns = model.names[named[0]] if len(named) else "the intercept"
    else:
        unit = np.where(reach > 0, direction / np.abs(direction[named]).max(), 0.0)
        columns = f"the direction {combination(unit, model.names)}"
    both = model.family.limits[1] is not None
    return ending("separated" if both else "no counts", columns=columns)


def separates(model, j):
    """Whether a threshold on column j alone splits y = 0 from y = 1, ties included."""
    if model.family.limits[1] is None:
        return False
    zero, one, others = total(model, column_ranges, j, combine=wider)
    return not others and bool(zero[1] <= one[0] or one[1] <= zero[0])


def column_ranges(block, j):
    """The smallest and largest x of y = 0 and of y = 1, and whether there are other y."""
    x, y = block.X[:, j], block.y
    ranges = [
        (x[y == limit].min(initial=np.inf), x[y == limit].max(initial=-np.inf))
        for limit in (0, 1)
    ]
    return *ranges, bool(((y > 0) & (y < 1)).any())


def wider(one, other):
    ranges = [
        (min(a[0], b[0]), max(a[1], b[1])) for a, b in zip(one[:2], other[:2], strict=True)
    ]
    return *ranges, one[2] or other[2]
