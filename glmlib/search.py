"""The way to a fit: which solver, again from where, and whether there is a lower minimum."""

from functools import partial

import numpy as np

from .blocks import ROUNDING, look, loss
from .guards.ending import ending
from .solvers import Path, closed_form, gradient_descent, newton
from .start import starts

PATIENT = 1000  # iterations from a start that nobody chose


def by_newton(model, start=None, **options):
    """The path of `newton`, or another where it got stuck, or ended above a lower minimum."""
    path = newton(model, start, **options)
    if path.event == "stuck" and start is not None and path.end is not None:
        other = newton(model)
        path = other if other.converged else path
    return no_worse_than_the_null(model, path, newton)


def by_descent(model, **options):
    """The path of `gradient_descent`; from its start it may end above a lower minimum."""
    return no_worse_than_the_null(model, gradient_descent(model, **options))


SOLVERS = {
    "closed form": (closed_form, ()),
    "newton": (by_newton, ("iterations", "start", "tolerance")),
    "gradient descent": (by_descent, ("learning_rate", "iterations", "start")),
}


def chosen(model, name, **options):
    """The solver called `name`, ready to be called with the model; ValueError lists what
    there is, and which option does not belong to it.
    """
    if name is None:
        name = "closed form" if model.has_closed_form else "newton"
    if name not in SOLVERS:
        raise ValueError(f"there is no solver {name!r}: choose from {', '.join(SOLVERS)}")
    solve, takes = SOLVERS[name]
    given = {key: value for key, value in options.items() if value is not None}
    for key in given:
        if key not in takes:
            raise ValueError(f"{key} does not belong to the solver {name!r}")
    if name == "closed form" and not model.has_closed_form:
        raise ValueError(
            f"{model.family} with {model.link.name} link has no closed form: "
            "choose newton or gradient descent"
        )
    if name == "gradient descent" and "learning_rate" not in given:
        raise ValueError("gradient descent needs a learning_rate, for example 1e-4")
    return partial(solve, **given)


@np.errstate(all="ignore")
def null_path(model):
    """The best path of a model with one coefficient, which may have several minima."""
    points = [point for point in starts(model) if not point.impossible]
    paths = [newton(model, model.to_beta(point.b), PATIENT) for point in points]
    found = [path for path in paths if path.converged]
    return min(found, key=lambda path: loss(model, path.end.b), default=None)


@np.errstate(all="ignore")
def better_null(model, path):
    """b of the null model where its loss is below that at the end of the path, else None."""
    b = np.zeros(len(model.names))
    if model.intercept is not None:
        null = null_path(model.alone())
        if null is None:
            return None
        b[model.intercept] = null.end.b[0] / model.ranges[0][model.intercept]
    elif look(model, b).impossible:
        return None
    null, least = loss(model, b), loss(model, path.end.b)
    return b if null < least - ROUNDING * (abs(null) + abs(least)) else None  # y has any unit


def no_worse_than_the_null(model, path, solve=None):
    """The path; where it ended above the null model, for there may be several minima, one of
    `solve` from there, or the same with a word on it.
    """
    if not path.converged or model.convex or path.end.impossible:
        return path
    b = better_null(model, path)
    if b is None:
        return path
    other = solve and solve(model, model.to_beta(b), PATIENT)
    if other and other.converged:
        return other
    return Path(path.betas, *ending("worse than the null", model), model, end=path.end)
