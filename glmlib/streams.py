"""A fit whose rows are not in memory: they come in blocks, from files or other machines.

The algorithm is that of an array, which is cut into blocks anyway: see `blocks`. Only where
the blocks come from differs, and who maps the function over them.
"""

import time
from functools import partial, reduce
from itertools import count
from typing import NamedTuple

import numpy as np

from .blocks import call, normal_equations, rows_at
from .families import FAMILIES, Family
from .fit import Fit
from .guards.ending import warn_unless_converged
from .guards.estimable import check_estimable
from .guards.inputs import entry
from .guards.sums import deviance_at
from .links import LINKS, Link
from .models import GLM
from .search import by_newton
from .solvers import closed_form


class Progress(NamedTuple):
    """Where a fit is after a pass: the iteration, the deviance there, rows and seconds."""

    iteration: int
    deviance: float
    rows: int
    seconds: float


def fit_blocks(
    blocks,
    family,
    link=None,
    *,
    map=map,
    names=None,
    start=None,
    iterations=100,
    tolerance=1e-10,
    progress=None,
):
    """The maximum-likelihood `Fit` of a GLM whose rows come in blocks.

    Parameters
    ----------
    blocks : a list, or anything that begins anew each time it is iterated, of blocks
        (X (m, d), y (m,)), (X, y, weights) or (X, y, weights, offset), or of functions
        without arguments that return one, so that whoever computes reads its own file.
    family, link : as for `GLM`.
    map : how a function is applied to all blocks, in any order: the built-in map, `map` of
        an Executor, or one that asks a cluster. What travels is the function, d² + d + 3
        numbers back for each block, and the blocks themselves unless they are functions.
    names : of the columns, where the blocks have none.
    start, iterations, tolerance : as for `newton`; the linear model has a closed form.
    progress : a function that is given a `Progress` after each iteration's pass.

    The rows are not kept: residuals, leverage and fitted means raise ValueError.
    Raises ValueError as `GLM` and its `fit` do, and where blocks differ in their columns.

    >>> X, y, beta = simulate("poisson", n=1000, d=3, seed=1)
    >>> blocks = [(X[:300], y[:300]), (X[300:], y[300:])]
    >>> fit = fit_blocks(blocks, "poisson")
    >>> bool(np.allclose(fit.beta, PoissonRegression(X, y).fit().beta, rtol=1e-12))
    True
    """
    model = Streamed(blocks, family, link, map, names, progress)
    check_estimable(model)
    if model.has_closed_form:
        path = closed_form(model)
    else:
        path = by_newton(model, start, iterations=iterations, tolerance=tolerance)
    warn_unless_converged(path)
    return Fit(model, path)


class Streamed(GLM):
    """A GLM that holds no rows. It asks its blocks for sums, and keeps their ranges."""

    def __init__(self, blocks, family, link, map, names, progress):
        family = entry(family, FAMILIES, Family, "family")
        link = entry(family.canonical_link if link is None else link, LINKS, Link, "link")
        vars(self).update(
            items=blocks,
            map=map,
            family=family,
            link=link,
            progress=progress,
            only_intercept=False,
            passes=count(),
        )
        found = self.total(survey, agree)
        vars(self).update(found._asdict(), index=None)
        if names is not None:
            if len(names) != len(self.names):
                raise ValueError(f"{len(names)} names for {len(self.names)} columns")
            vars(self).update(names=[str(name) for name in names])

    def __getattr__(self, name):
        if name in ("X", "y", "weights", "offset"):
            raise ValueError(f"{name}: the rows of a fit by blocks are not held")
        raise AttributeError(name)

    @property
    def observed(self):
        raise ValueError("the rows of a fit by blocks are not held")

    def alone(self):
        """The same model with an intercept alone."""
        ones = np.ones(1)
        return self.derive(only_intercept=True, names=["intercept"], ranges=(ones, ones))

    def derive(self, **changes):
        other = object.__new__(type(self))
        kept = {
            key: value
            for key, value in vars(self).items()
            if key not in ("intercept", "centre")
        }
        vars(other).update(kept | changes)
        return other

    # To read the rows is what a pass costs: fewer passes are better than shorter ones.
    many = False

    def blocks(self):
        """The blocks, read here and now."""
        return (make(item, self.family, self.link, self.only_intercept) for item in self.items)

    def total(self, part, combine):
        """part(block) of every block, combined, by whoever `map` asks."""
        arguments = self.family, self.link, self.only_intercept
        watched = self.progress is not None and is_newtons(part) and not self.only_intercept
        begun = time.perf_counter()
        if watched:
            part = partial(with_deviance, part, *part.args[1][1:])
        found = self.map(partial(within, part, combine, arguments), self.items)
        result = reduce(combine, (one for one in found if one is not None))
        if watched:
            *result, deviance = result
            seconds = time.perf_counter() - begun
            self.progress(Progress(next(self.passes), deviance, self.observations, seconds))
        return result

    def first_row(self, test, *arguments):
        """The number of the first observed row, in the order of the blocks, that passes."""
        before = 0
        for block in self.blocks():
            there = test(block, *arguments) & (block.weights > 0)
            if there.any():
                return before + int(np.argmax(there))
            before += len(there)


def is_newtons(part):
    """Whether a part of `blocks.total` is the pass of an iteration."""
    return (
        getattr(part, "func", None) is call
        and part.args[:1] == (normal_equations,)
        and (part.args[1][0] is rows_at)
    )


def with_deviance(part, centre, b, block):
    return *part(block), deviance_at(block, centre, b)[0]


def make(item, family, link, only_intercept):
    """The GLM of one block; None where no row has a weight."""
    X, y, weights, offset = (*(item() if callable(item) else item), None, None)[:4]
    if weights is not None and not np.any(weights):
        return None
    model = GLM(X, y, family, link, weights, offset)
    return model.alone() if only_intercept else model


def within(part, combine, arguments, item):
    """The part of one item, itself cut into blocks that fit the cache."""
    model = make(item, *arguments)
    return None if model is None else model.total(part, combine)


class Survey(NamedTuple):
    """What a `Streamed` model knows of its rows, by the names that a `GLM` has for it."""

    names: list
    ranges: tuple
    observations: int
    weight: float
    response: float
    response_range: tuple
    offset_range: tuple
    has_weights: bool
    has_offset: bool


def survey(block):
    """The `Survey` of one block."""
    return Survey(*(getattr(block, name) for name in Survey._fields))


def widest(one, other):
    """Two pairs (low, high) as one."""
    return np.minimum(one[0], other[0]), np.maximum(one[1], other[1])


def agree(one, other):
    """The `Survey` of two blocks; ValueError where their columns differ."""
    a, b = one.names, other.names
    made_up = {f"x{j}" for j in range(len(a))} | {"intercept"}
    if len(a) != len(b) or (a != b and not set(a + b) <= made_up):
        raise ValueError(f"two blocks have different columns: {a} and {b}")
    return Survey(
        [x if x == z else f"x{j}" for j, (x, z) in enumerate(zip(a, b, strict=True))],
        widest(one.ranges, other.ranges),
        one.observations + other.observations,
        one.weight + other.weight,
        one.response + other.response,
        widest(one.response_range, other.response_range),
        widest(one.offset_range, other.offset_range),
        one.has_weights or other.has_weights,
        one.has_offset or other.has_offset,
    )
