"""Where Newton's method begins."""

import numpy as np

from .blocks import look, rows_at_the_data, solve


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
        for offset in model.offset_range:
            b = zero.copy()
            b[model.intercept] = (model.link.link(np.float64(mean)) - offset) / one
            yield look(model, b)
    yield look(model, zero)


def begin(model):
    """The first of the starts with means that the family allows, or zero."""
    for point in starts(model):
        if not point.impossible:
            break
    return point
