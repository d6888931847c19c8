"""Step 4 of a GLM: minimise the loss. Three solvers; each returns a Path.

closed_form         Xᵀ(y − Xβ) = 0 by QR, for the linear model
gradient_descent    β ← β − α ∇loss(β), for anything that has a gradient
newton              β ← β + δ with (XᵀWX) δ = −∇loss: a weighted least-squares problem,
                    hence the other name, iteratively reweighted least squares (IRLS)
"""

import math
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from .design import least_squares, standardise
from .existence import edge_message, flaw_of, row_at_the_edge, runs_away, separation_message
from .inputs import coefficients, positive, whole


@dataclass(frozen=True)
class Path:
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
    converged: bool
    message: str
    event: str
    model: object = field(repr=False, compare=False)
    period: int = 1

    @property
    def iterations(self):
        return len(self.betas) - 1

    @cached_property
    def losses(self):
        if not callable(getattr(self.model, "loss", None)):
            raise ValueError(f"{type(self.model).__name__} has no loss(beta)")
        return np.array([self.model.loss(beta) for beta in self.betas])

    def __getitem__(self, k):
        if k < 0:
            k += len(self.betas)
            if k < 0:
                raise IndexError(f"the path has {len(self.betas)} iterates")
        last = self.iterations
        return self.betas[k if k <= last else last - (last - k) % self.period]


# ---- the linear model


def closed_form(model):
    """Least squares in one step: XᵀX β = Xᵀ(y − offset), weighted by w.

    XᵀX is never formed, since it doubles the digits that are lost: QR of √w X on scaled
    columns gives Rγ = Qᵀ√w y. Source: Golub & Van Loan, Matrix Computations, section 5.3.

    >>> X, y, beta = simulate("linear", n=50, d=3, seed=1)
    >>> path = closed_form(LinearRegression(X, y))
    >>> path.iterations, path.converged
    (1, True)
    """
    if model.family.name != "gaussian" or model.link.name != "identity":
        raise ValueError("the closed form belongs to the Gaussian family with identity link")
    Z, T = standardise(model.X, model.intercept)
    root = np.sqrt(model.weights)
    gamma, _ = least_squares(root[:, None] * Z, root * (model.y - model.offset))
    betas = np.array([np.zeros(len(T)), T @ gamma])
    return Path(betas, True, "solved in closed form", "converged", model)


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
    beta = coefficients(start, len(np.atleast_1d(start)), "start")
    if not np.isfinite(beta).all():
        raise ValueError(f"start must be finite, got {beta}")
    gradient = checked_gradient(model, beta)
    betas = [beta]
    last = landmark = beta.tobytes()
    landmark_at, period = 0, 0
    with np.errstate(all="ignore"):
        for k in range(1, iterations + 1):
            beta = beta - learning_rate * gradient
            if not math.isfinite(beta @ beta) and not np.isfinite(beta).all():
                break
            betas.append(beta)
            now = beta.tobytes()
            if now == last or now == landmark:
                period = 1 if now == last else k - landmark_at
                break
            last = now
            if k == 2 * landmark_at or k == 1:  # Brent's way to find a cycle of any length
                landmark, landmark_at = now, k
            gradient = model.gradient(beta)
        diverged = len(betas) <= k and not period
        # still without warnings: the last steps of a path that grows may overflow
        return descent_path(model, np.array(betas), learning_rate, period, diverged)


def checked_gradient(model, beta):
    """The first gradient, with a sentence for what a learner's own may get wrong."""
    gradient = model.gradient(beta)
    shape = np.shape(gradient)
    if shape != beta.shape:
        raise ValueError(f"the gradient has shape {shape}, beta has {beta.shape}")
    if np.asarray(gradient).dtype.kind not in "fiu":
        raise ValueError(f"the gradient holds {np.asarray(gradient).dtype}, not numbers")
    if not np.isfinite(gradient).all():
        raise ValueError(f"the gradient is not finite at the start: {gradient}")
    return gradient


def descent_path(model, betas, learning_rate, period, diverged):
    """The Path of a descent, with the sentence that says how it ended."""
    k = len(betas) - 1
    is_glm = hasattr(model, "family")

    def path(event, message):
        return Path(betas, event == "converged", message, event, model, max(period, 1))

    if diverged:
        message = f"diverged: beta is not finite at iteration {k + 1:,}"
        return path("diverged", message + advice(model, learning_rate))
    steps = np.diff(betas[-102:], axis=0)
    size = np.linalg.norm(steps, axis=1)
    away = distance(model, betas[-1]) if is_glm else math.inf
    small = size[-1] <= 1e-13 * (1.0 + np.linalg.norm(betas[-1]))
    fixed = period and (small or away <= 1e-6)
    turns = len(steps) > 2 and (steps[1:] * steps[:-1]).sum(axis=1).max() < 0
    if away > 1e-6 and not fixed and (period or (turns and size[-1] > 0.99 * size[0])):
        message = f"bounces for ever and does not settle, now at iteration {k:,}"
        return path("bounces", message + advice(model, learning_rate))
    message = f"stopped after {k:,} iterations"
    if fixed:
        what = "a fixed point" if period == 1 else "nothing moves but the last digit"
        message = f"{what} after {k:,} iterations"
    if not is_glm and fixed:
        return path("converged", f"converged: {message}")
    if is_glm:
        if not math.isfinite(model.loss(betas[-1])):
            what = f"a mean is outside what the {model.family.name} family allows"
            return path("stuck", f"{message}, and {what}: take another start")
        if away <= 1e-6:
            near = "" if fixed else f", {away:.0e} standard errors away"
            return path("converged", f"converged: {message}{near}")
        if not model.loss(betas[-1]) <= model.loss(betas[0]):
            return path("diverged", f"the loss rose: {message}{advice(model, learning_rate)}")
        direction = separating_direction(model)
        if direction is not None:
            return path("separated", separation_message(model, direction))
        if learning_rate > limits(model)[0]:
            message = f"does not settle, {message}"
            return path("bounces", message + advice(model, learning_rate))
        message += f", {away:.2g} standard errors before the minimum"
    if fixed:  # the step is lost in the last digit of beta
        return path("stuck", f"{message}: take a larger learning rate")
    return path("stopped", f"{message}: take more iterations or a larger learning rate")


def distance(model, beta):
    """The length of the Newton step from beta, in standard errors; ∞ where there is none."""
    with np.errstate(all="ignore"):
        Z, T = standardise(model.X, model.intercept)
        scaled, gamma = model.with_design(Z), np.linalg.solve(T, beta)
        found = newton_step(scaled, gamma)
        return found[1] / scale(scaled, gamma) if found else math.inf


def advice(model, learning_rate):
    """Which rate would work: the limit 2/λmax and the best constant rate, at the minimum."""
    if not hasattr(model, "family"):
        return (
            f" with learning rate {learning_rate:.3g}: take a smaller one, "
            "and check the sign of the gradient"
        )
    limit, best = limits(model)
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


def limits(model):
    """2/λmax and 2/(λmax + λmin) at the minimum; ∞ where Newton's method finds none."""
    hessian = model.hessian(newton(model).betas[-1])
    if not np.isfinite(hessian).all():
        return math.inf, math.inf
    low, high = np.maximum(np.linalg.eigvalsh(hessian)[[0, -1]], 0.0)
    return (2 / high, 2 / (high + low)) if high else (math.inf, math.inf)


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


def newton(model, start=None, iterations=100, tolerance=1e-10):
    """β ← β + tδ with (XᵀWX) δ = Xᵀ [w · (dμ/dη)/V · (y − μ)]: Fisher scoring, or IRLS.

    δ is a least-squares problem: rows √W X against √W (y − μ)/(dμ/dη). It is solved by QR
    on standardised columns, and halved (t = 1, ½, ¼, …) until the loss does not rise.

    Parameters
    ----------
    model : a GLM
    start : (d,); None starts at the data: g(y), moved into the open interval of means.
    iterations : at most so many.
    tolerance : stop when δ is this many standard errors long.

    Under a canonical link W comes from the exact Hessian and this is Newton's method; under
    any other it is Fisher scoring. Source: McCullagh & Nelder (1989), section 2.5.

    >>> X, y, beta = simulate("logistic", n=200, d=3, seed=1)
    >>> path = newton(LogisticRegression(X, y))
    >>> path.converged, path.iterations < 8
    (True, True)
    """
    iterations = whole(iterations, "iterations")
    tolerance = positive(tolerance, "tolerance")
    Z, T = standardise(model.X, model.intercept)
    Q, R = np.linalg.qr(Z)  # no column is like another: η keeps its digits
    scaled, T = model.with_design(Q), np.linalg.solve(R.T, T.T).T
    with np.errstate(all="ignore"):
        if start is None:
            gamma = data_start(scaled)
        else:
            start = coefficients(start, len(T), "start")
            if not np.isfinite(start).all():
                raise ValueError(f"start must be finite, got {start}")
            gamma = np.linalg.solve(T, start)
        gammas, event, message = iterate(scaled, gamma, iterations, tolerance)
        if event == "stuck" and start is not None:  # so far out that rounding hides the way
            gammas, event, message = iterate(scaled, data_start(scaled), iterations, tolerance)
        betas = gammas @ T.T
        row = None if event == "separated" else row_at_the_edge(scaled, gammas[-1])
        flaw = None if event == "separated" else flaw_of(scaled, gammas[-1], event)
    if flaw:
        event, message = "stuck", flaw
    if row is not None:
        event, message = "stuck", edge_message(model, row)
    if event == "separated":
        message = separation_message(model, T @ message)
    if not np.isfinite(betas).all():
        event, message = "stuck", "the coefficients are too large for double precision"
        betas = betas[np.isfinite(betas).all(axis=1)]
    return Path(betas, event == "converged", message, event, model)


def iterate(model, gamma, iterations, tolerance):
    """The loop of `newton` on a standardised design: iterates, event, message or direction."""
    gammas = [gamma]
    loss, found = model.loss(gamma), newton_step(model, gamma)
    for _ in range(iterations):
        if found is None:
            return np.array(gammas), "stuck", "the information matrix is singular"
        # 1) the step, and its length in standard errors
        step, length = found
        rounding, unit = 1e-13 * (1.0 + abs(loss)), scale(model, gamma)
        # 2) halve it until the loss falls; where rounding hides the loss, until it settles
        t = 1.0
        while t > 1e-10:
            new = gamma + t * step
            new_loss = model.loss(new)
            if new_loss <= loss + rounding:  # a step that is refused needs no QR of its own
                new_found = newton_step(model, new)
                shorter = new_found is not None and new_found[1] <= length
                if new_loss < loss - rounding or shorter:
                    gamma, loss, found = new, new_loss, new_found
                    gammas.append(gamma)
                    break
            t /= 2
        shift = model.X @ step
        still = np.abs(shift).max()
        floor = 1e-13 * np.abs(model.eta(gamma)).max()
        # 3) runs away: η keeps moving in a direction that never costs anything
        if length < 1e-4 * unit:
            for direction in (step, gamma):
                if runs_away(model, model.X @ direction):
                    return np.array(gammas), "separated", direction
        # 4) settled: the step is short in standard errors and does not move any η
        if still <= floor or (length <= tolerance * unit and still < 1e-3):
            k = len(gammas) - 1
            return np.array(gammas), "converged", f"converged after {k} Newton iterations"
        if t <= 1e-10 and length <= 1e-6 * unit:  # rounding: no shorter step can be computed
            return np.array(gammas), "converged", "converged to rounding error"
        if t <= 1e-10:
            return np.array(gammas), "stuck", "no step lowers the loss any further"
    return (
        np.array(gammas),
        "stopped",
        f"stopped after {iterations} Newton iterations before it settled "
        f"(last step {length / unit:.1e} standard errors): take more iterations",
    )


def newton_step(model, gamma):
    """(δ, its length in standard errors at φ = 1), or None where XᵀWX is singular."""
    eta = model.eta(gamma)
    mu = model.link.inverse(eta)
    slope = model.link.derivative(eta)
    W = model.working_weights(eta)
    root = np.sqrt(W)
    A = root[:, None] * model.X
    b = np.where(W > 0, root * (model.y - mu) / slope, 0.0)
    size = np.linalg.norm(A, axis=0)
    if not (np.isfinite(b).all() and np.isfinite(size).all() and (size > 0).all()):
        return None
    try:
        step, length = least_squares(A / size, b)
    except np.linalg.LinAlgError:
        return None
    step = step / size
    return (step, length) if np.isfinite(step).all() else None


def scale(model, gamma):
    """√φ, which turns a length at φ = 1 into standard errors."""
    if not model.family.has_dispersion:
        return 1.0
    mu = model.mu(gamma)
    chi2 = model.weights @ ((model.y - mu) ** 2 / model.family.variance(mu))
    return math.sqrt(chi2 / max(len(mu) - len(gamma), 1))


def data_start(model):
    """γ from one weighted least-squares step at means close to y, or at their average."""
    low, high = model.link.domain
    mu = model.family.start(model.y, model.weights)
    mean = np.average(mu, weights=model.weights)
    for means in (mu, np.full_like(mu, mean)):
        if not ((means > low) & (means < high)).all():
            continue
        eta = model.link.link(means)
        root = np.sqrt(model.working_weights(eta))
        if not np.isfinite(root).all():
            continue
        try:
            gamma, _ = least_squares(root[:, None] * model.X, root * (eta - model.offset))
        except np.linalg.LinAlgError:  # the weights leave some column without a say
            continue
        if math.isfinite(model.loss(gamma)):
            return gamma
    return np.zeros(model.X.shape[1])


def separating_direction(model):
    """The direction b (d,) in which the loss of `model` falls for ever, or None."""
    path = newton(model)
    return path.betas[-1] - path.betas[-2] if path.event == "separated" else None


SOLVERS = {
    "closed form": (closed_form, ()),
    "newton": (newton, ("iterations", "start", "tolerance")),
    "gradient descent": (gradient_descent, ("learning_rate", "iterations", "start")),
}


def solver(name):
    """The solver called `name` and the options it takes; ValueError lists what there is."""
    if name not in SOLVERS:
        raise ValueError(f"there is no solver {name!r}: choose from {', '.join(SOLVERS)}")
    return SOLVERS[name]
