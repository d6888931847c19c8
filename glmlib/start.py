"""Where Newton's method begins."""

import numpy as np

from .blocks import look, rows_at_the_data, solve
from .guards.inputs import starting

ROUGHLY = 1e-4  # standard errors: near enough to begin there, and to exclude separation


def starts(model):
    """Points to begin at: a weighted least-squares step to means close to y, one to their
    average, and an intercept low or high enough for every offset."""
    zero, mean = np.zeros(len(model.names)), model.mean_response
    for given in (None, mean):
        impossible, *_, step, _ = solve(model, rows_at_the_data, model.centre, given)
        if step is not None and not impossible:
            yield look(model, step)
    if model.intercept is not None:
        one = model.ranges[0][model.intercept]
        for offset in reversed(model.offset_range):
            b = zero.copy()
            b[model.intercept] = (model.link.link(np.float64(mean)) - offset) / one
            yield look(model, b)
    yield look(model, zero)


def begin(model, start, newton):
    """The `Point` at the start. Without one: of many rows, at the estimate from some, which
    tell the information of all nearly, too; else at the first of the `starts` with means that
    the family allows, or at zero.
    """
    few = model.thinned() if start is None else None
    path = newton(few, tolerance=ROUGHLY) if few else None
    if path and path.converged:
        R = path.end.R * np.sqrt(model.weight / few.weight)
        return look(model, model.from_beta(path.betas[-1]), R)
    if start is not None:
        return look(model, model.from_beta(starting(start, len(model.names), model.names)))
    for point in starts(model):
        if not point.impossible:
            break
    return point
