"""How a gradient descent ended, and what a learner's own gradient may get wrong."""

import math

import numpy as np

from ..blocks import ROUNDING, exact_step, look, moves_nothing, standard_errors_away
from .ending import SETTLED, ending, no_estimate
from .separation import direction_unless_excluded

LATEST = 102  # iterates that tell whether a path bounces


def checked_gradient(model):
    """A learner's gradient(beta), with a sentence for what it may get wrong."""

    def gradient(beta):
        given = beta.copy()
        value = model.gradient(given)
        if not np.array_equal(given, beta):
            raise ValueError(
                "the gradient changes beta in place: beta -= ... and beta[j] = ... write into "
                "what they were given; compute a new array"
            )
        if value is None:
            raise ValueError("the gradient returned None: does it end with a return?")
        try:
            value = np.asarray(value)
        except ValueError as error:
            raise ValueError(f"the gradient is not an array of numbers: {error}") from None
        if value.shape != beta.shape:
            raise ValueError(f"the gradient has shape {value.shape}, beta has {beta.shape}")
        if value.dtype.kind not in "fiu":
            raise ValueError(f"the gradient holds {value.dtype}, not numbers")
        if not np.isfinite(value).all() and gradient.first:
            raise ValueError(f"the gradient is not finite at the start: {value}")
        gradient.first = False
        return value

    gradient.first = True
    return gradient


def descended(
    model,
    k,
    iterate,
    learning_rate,
    gradient,
    period,
    diverged,
    newton,
    direction=direction_unless_excluded,
):
    """How a descent stands at iteration k: (event, sentence, the `Point` there or None).

    Parameters
    ----------
    model : a GLM, or a learner's own object.
    k : int, at least 1, the last iteration of which an iterate is finite.
    iterate : the function j -> beta (d,), for 0 <= j <= k.
    gradient : the function beta (d,) -> (d,) whose steps were taken.
    period : after how many iterations all repeats, bit for bit; 0 when it does not yet.
    diverged : whether the iterate k + 1 is not finite.
    newton : the solver that finds the minimum; direction(model, point) : what finds a
        separating direction. Who judges one model often passes the answers it has.
    """
    is_glm, beta = hasattr(model, "family"), iterate(k)
    point = look(model, model.from_beta(beta)) if is_glm and not diverged else None

    def ended(reason, **numbers):
        return *ending(reason, model, **{"k": k} | numbers), point

    def restless(reason, least, k=k):
        if is_glm and not diverged and least.event == "separated":  # it only seems to go on
            return least.event, least.message, point
        return ended(reason, k=k, advice=cure(model, learning_rate, least))

    def minimum():
        return newton(model) if is_glm else None

    if diverged:
        return restless("not finite", minimum(), k + 1)
    away = standard_errors_away(model, point, point.step) if is_glm else math.inf
    if away <= SETTLED and not model.canonical:
        away = max(away, standard_errors_away(model, point, exact_step(model, point)))
    still_moves = point is None or point.step is None or not moves_nothing(model, point)
    near = away <= SETTLED or not still_moves  # of a perfect fit only rounding is left
    if not near and bounces(k, iterate, period):
        return restless("bounces", minimum())
    still = "fixed point" if period == 1 else "last digit"
    if not is_glm:
        if not period:
            return ended("iterations used up", far="")
        return ended("lost steps", far="") if lost(gradient, beta) else ended(still)
    (low, high), (lowest, highest) = model.family.support, model.link.domain
    if point.impossible and (lowest < low or highest > high):  # else it is an overflow
        return ended("another start")
    rose = not model.loss(beta) <= model.loss(iterate(0))
    failure = no_estimate(model, point, direction) if near or not rose else None
    if failure:
        return *failure, point
    if near:
        reason = "close" if away <= SETTLED else "rounding"
        return ended(still if period else reason, away=away)
    least = minimum()
    if rose:
        return restless("rose", least)
    if learning_rate > rate_limits(model, least)[0]:
        return restless("unsettled", least)
    far = f", {away:.2g} standard errors from the minimum"
    return ended("lost steps" if period else "iterations used up", far=far)


def bounces(k, iterate, period):
    """Whether the path jumps to and fro: in a cycle, or in turns that are equally long."""
    step, beta = iterate(k) - iterate(k - 1), iterate(k)
    if period:
        return np.linalg.norm(step) > ROUNDING * (1.0 + np.linalg.norm(beta))
    if k < 3 or step @ (iterate(k - 1) - iterate(k - 2)) >= 0:
        return False
    first = max(0, k + 1 - LATEST)
    before = np.linalg.norm(iterate(first + 1) - iterate(first))
    if not abs(np.linalg.norm(step) - before) < 0.01 * before:
        return False
    steps = np.diff([iterate(j) for j in range(first, k + 1)], axis=0)
    return (steps[1:] * steps[:-1]).sum(axis=1).max() < 0


def lost(gradient, beta):
    """Whether a step is lost in the last digit of β although the minimum is far away.

    One more gradient, a visible step h down the slope, gives the curvature c there; the
    minimum is about |∇|/c away.
    """
    g = gradient(beta)
    size = np.linalg.norm(g)
    if size == 0:
        return False
    h = SETTLED * (1 + np.linalg.norm(beta))
    curvature = (g - gradient(beta - h * g / size)) @ g / size / h
    return not 0 <= size <= SETTLED * curvature * (1 + np.linalg.norm(beta))


def cure(model, learning_rate, least):
    """Which rate would work: the limit 2/λmax and the best constant rate, at the minimum."""
    if least is None:
        return (
            f" with learning rate {learning_rate:.3g}: take a smaller one, "
            "and check the sign of the gradient"
        )
    limit, best = rate_limits(model, least)
    if limit == math.inf:
        return f" with learning rate {learning_rate:.3g}: take a smaller one"
    if learning_rate <= limit:
        return (
            f": learning rate {learning_rate:.3g} is below 2/λmax = {limit:.3g} at the "
            f"minimum, but too large where the path went; try {learning_rate / 10:.2g}"
        )
    return (
        f": learning rate {learning_rate:.4g} is above the stability limit 2/λmax = "
        f"{limit:.4g}; try {best:.3g}"
    )


def rate_limits(model, least):
    """2/λmax and 2/(λmax + λmin) at the minimum, where Newton's path `least` ended; ∞ where
    there is none."""
    hessian = model.hessian(least.betas[-1])
    if least.event == "separated" or not np.isfinite(hessian).all():
        return math.inf, math.inf
    low, high = np.maximum(np.linalg.eigvalsh(hessian)[[0, -1]], 0.0)
    return (float(2 / high), float(2 / (high + low))) if high else (math.inf, math.inf)
