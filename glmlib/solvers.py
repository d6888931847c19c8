"""Step 4 of a GLM: minimise the loss. Three solvers; each returns a Path.

closed_form         XᵀX β = Xᵀy, the one Newton step of the linear model
gradient_descent    β ← β − α ∇loss(β), for anything that has a gradient
newton              β ← β + δ with (XᵀWX) δ = −∇loss: a weighted least-squares problem,
                    hence the other name, iteratively reweighted least squares (IRLS)
"""

import math
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from .blocks import ROUNDING, exact_step, look, loss, moves_nothing, standard_errors_away
from .guards.descent import checked_gradient, descended
from .guards.ending import NEARLY, SETTLED, ending, no_estimate
from .guards.immutable import Immutable, read_only
from .guards.inputs import positive, starting, whole
from .start import begin

SLOW = 0.1  # a step this part of the one before it is not Newton's: it should be its square
ENOUGH = 0.1  # the share of t∇ᵀδ by which the loss must fall: a Newton step promises half
SHORTEST = 1e-10  # of a step: below this, halving has nothing left to try


quiet = np.errstate(all="ignore")  # a decorator: far out, ∞ and 0 are the right answers


@dataclass(frozen=True, eq=False)
class Path(Immutable):
    """Every iterate of a solver, and how it ended.

    Attributes
    ----------
    betas : (k+1, d), the start and every later iterate; all finite.
    iterations : int, k
    converged : bool
    message : one sentence: what happened, and what to do about it.
    event : "converged", "bounces", "diverged", "separated", "stopped" or "stuck".
    losses : (k+1,), computed when first asked for; needs a model that has a loss.

    `path[k]` is the iterate k, also past the end: after a fixed point every iterate is the
    last one, and in an exact cycle they repeat with its `period`.
    """

    betas: np.ndarray = field(repr=False)
    event: str
    message: str
    model: object = field(repr=False)
    period: int = 1
    end: object = field(default=None, repr=False)

    def __post_init__(self):
        read_only(self.betas)

    @property
    def converged(self):
        return self.event == "converged"

    @property
    def iterations(self):
        return len(self.betas) - 1

    @cached_property
    def losses(self):
        if not callable(getattr(self.model, "loss", None)):
            raise ValueError(f"{type(self.model).__name__} has no loss(beta)")
        return read_only(np.array([self.model.loss(beta) for beta in self.betas]))

    def __getitem__(self, k):
        if k < 0:
            k += len(self.betas)
            if k < 0:
                raise IndexError(f"the path has {len(self.betas)} iterates")
        last = self.iterations
        return self.betas[k if k <= last else last - (last - k) % self.period]


# ---- the linear model


@quiet
def closed_form(model):
    """Least squares: XᵀX β = Xᵀ(y − offset), weighted by w; no inverse is formed.

    The solution of the normal equations, or of the triangle R of the rows where columns are
    nearly dependent, corrected once by what it leaves: δ solves XᵀX δ = Xᵀ(y − Xβ).
    Source: Golub & Van Loan, Matrix Computations (2013), section 5.3.

    >>> X, y, beta = simulate("linear", n=50, d=3, seed=1)
    >>> path = closed_form(LinearRegression(X, y))
    >>> path.iterations, path.converged
    (1, True)
    """
    if not model.has_closed_form:
        raise ValueError("the closed form belongs to the Gaussian family with identity link")
    zero = np.zeros(len(model.names))
    point = look(model, zero)
    end = look(model, point.step, point.R)
    end = end._replace(b=end.b + end.step, here=True)  # H is the same everywhere
    return Path(np.array([zero, model.to_beta(end.b)]), *ending("closed form"), model, end=end)


# ---- gradient descent


def gradient_descent(model, start=None, learning_rate=None, iterations=100_000):
    """β ← β − α ∇loss(β), from `start`, at most `iterations` times.

    Parameters
    ----------
    model : anything with a method gradient(beta) (d,) -> (d,); a learner's own will do.
    start : (d,); None is zero, for a model with an X.
    learning_rate : α > 0. Below 2/λmax of the Hessian the iterates settle, see
        `stability_limit`.
    iterations : at most so many.

    The loop ends early for two reasons only: the iterates repeat bit for bit (a fixed
    point, or a cycle), so that every later one is known; or β is no longer finite.
    Raises ValueError for a gradient of the wrong shape or type, or NaN at the start.

    >>> X, y, beta = simulate("poisson", n=100, d=2, seed=1)
    >>> path = gradient_descent(PoissonRegression(X, y), np.zeros(2), 1e-3, 10_000)
    >>> path.converged, path.betas.shape == (path.iterations + 1, 2)
    (True, True)
    """
    learning_rate = positive(learning_rate, "learning_rate")
    iterations = whole(iterations, "iterations")
    if start is None:
        if not hasattr(model, "X"):
            raise ValueError("start is needed: where does the descent begin?")
        start = np.zeros(model.X.shape[1])
    beta = starting(start, names=getattr(model, "names", None))
    gradient = model.gradient if hasattr(model, "family") else checked_gradient(model)
    betas, seen, period, diverged = [beta], {beta.tobytes(): 0}, 0, False
    with np.errstate(all="ignore"):
        for k in range(1, iterations + 1):
            beta = beta - learning_rate * gradient(beta)
            if not math.isfinite(beta @ beta) and not np.isfinite(beta).all():
                diverged = True
                break
            betas.append(beta)
            bits = beta.tobytes()
            if bits in seen:  # from here on everything repeats
                period = k - seen[bits]
                break
            seen[bits] = k
        how = learning_rate, gradient, period, diverged
        last = len(betas) - 1
        event, message, end = descended(model, last, betas.__getitem__, *how, newton)
    return Path(np.array(betas), event, message, model, max(period, 1), end)


@quiet
def stability_limit(model, beta):
    """2/λmax of the Hessian at beta: above this rate gradient descent cannot settle there.

    Near the minimum the error shrinks by |1 − αλ| in each direction, so α < 2/λmax.
    Source: Nesterov, Lectures on Convex Optimization (2018), section 1.2.3.

    >>> X, y, beta = simulate("linear", n=100, d=1, seed=1)
    >>> stability_limit(LinearRegression(X, y), beta)
    0.02
    """
    hessian = np.atleast_2d(model.hessian(beta))
    if not np.isfinite(hessian).all():
        raise ValueError("the Hessian is not finite at beta")
    largest = np.linalg.eigvalsh(hessian)[-1]
    return float(2 / largest) if largest > 0 else np.inf


# ---- Newton


@quiet
def newton(model, start=None, iterations=100, tolerance=1e-10):
    """β ← β + tδ with (XᵀWX) δ = Xᵀ [w · (dμ/dη)/V · (y − μ)]: Fisher scoring, or IRLS.

    δ = −H⁻¹∇, which is a least-squares problem: rows √W X against √W (y − μ)/(dμ/dη). Its
    length in standard errors is √(∇ᵀH⁻¹∇ / φ). It is halved (t = 1, ½, ¼, …) until the loss
    does not rise. Loss, gradient and H are sums over blocks of rows: `blocks.look`.

    Parameters
    ----------
    model : a GLM
    start : (d,); None starts at the data: g(y), moved into the open interval of means; of
        more than 50,000 rows at the estimate from some of them. There H is kept from one
        point to the next as long as δ gets ten times shorter.
    iterations : at most so many.
    tolerance : stop when δ is this many standard errors long.

    Under a canonical link H is the exact Hessian and this is Newton's method; under any
    other it is Fisher scoring. Source: McCullagh & Nelder (1989), section 2.5.

    >>> X, y, beta = simulate("logistic", n=200, d=3, seed=1)
    >>> path = newton(LogisticRegression(X, y))
    >>> path.converged, path.iterations < 8
    (True, True)
    """
    iterations, tolerance = whole(iterations, "iterations"), positive(tolerance, "tolerance")
    # 0) where to begin
    point = begin(model, start, newton)
    points, previous, asked, failure, reason = [point.b], None, False, None, "steps used up"
    for k in range(iterations + 1):
        # 1) the step δ, and its length in standard errors
        slow = previous and point.length > SLOW * previous.length
        away = standard_errors_away(model, point, point.step)
        exact = exact_step(model, point) if slow and not model.canonical else point.step
        if away < NEARLY:  # where scoring is slow H does not tell how the loss bends
            away = max(away, standard_errors_away(model, point, exact))
        # 2) settled, or no step left
        if point.step is None or away <= tolerance or k == iterations:
            reason = "singular" if point.step is None else reason
            reason = "newton" if away <= tolerance else reason
            break
        # 3) near the end a length should be squared; where it is not, is there an end?
        if slow and away < NEARLY and not asked:
            failure, asked = no_estimate(model, point), True
            if failure:
                break
        # 4) go on, t = 1, ½, ¼, …; where rounding is near, as long as δ gets shorter
        near = away <= SETTLED or moves_nothing(model, point)
        R = point.R if model.many and previous and not slow else None
        steps = directions(model, point, slow, exact)
        previous, new = point, downhill(model, point, steps, R, near)
        if new is None:
            reason = "rounding" if near else "no step"
            break
        points.append(new.b)
        point = new
    # 5) the last step is free; is the end an estimate?
    if ROUNDING < away <= tolerance and point.length < 1:
        point = point._replace(b=point.b + point.step, here=False)
        points[-1] = point.b
    failure = failure or no_estimate(model, point)
    away = standard_errors_away(model, point, point.step)
    failure = failure or ending(reason, model, k=len(points) - 1, away=away)
    betas = model.to_beta(np.array(points))
    finite = np.isfinite(betas).all(axis=1)
    betas = betas[finite] if finite.any() else np.zeros_like(betas[:1])
    return Path(betas, *failure, model, end=point)


def downhill(model, point, steps, R, near):
    """The first point on b + tδ where the loss falls enough, or None.

    δ is one of the steps, and t is halved each time.

    A convex loss has fallen where it still falls along δ, and near the end, where the next
    step is less than half as long. Elsewhere the two losses are compared: a share of what
    the slope promised must be there, or, where rounding hides it, a shorter step.
    Source: Nocedal & Wright, Numerical Optimization (2006), section 3.1.
    """
    region = max(1.0, np.sqrt(model.observations) / 10)
    for step in steps:
        t, before, slope = 1.0, None, -point.gradient @ step
        while t >= (1.0 if near else SHORTEST):
            new = look(model, point.b + t * step, R)
            possible = not new.impossible
            shorter = possible and new.length < point.length
            squared = point.length < region and new.length <= point.length / 2
            if near and shorter:
                return new
            if model.convex and possible and not near:
                if new.gradient @ step < 0 or squared:
                    return new
            if not near:
                before = loss(model, point.b) if before is None else before
                fallen, rounding = before - loss(model, new.b), ROUNDING * (1 + abs(before))
                if fallen > rounding and fallen >= ENOUGH * t * slope:
                    return new
                if abs(fallen) <= rounding and shorter:
                    return new
            t /= 2
    return None


def directions(model, point, slow, exact):
    """δ, and under a link that is not canonical the step of the observed information too."""
    if exact is not None:
        yield exact
    if not model.canonical:
        other = point.step if slow else exact_step(model, point)
        if other is not None:
            yield other
