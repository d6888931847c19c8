"""Intervals from the likelihood itself, one coefficient at a time."""

import math
import warnings

import numpy as np

from .. import solvers
from ..design import standardise
from ..guards.digits import unit_deviance
from ..guards.inputs import DataWarning

# A limit is right when its Newton step, relative to its distance from the estimate, is this.
STEP = 1e-10
# And when √(D(b) − D(β̂)) / √φ is as close as this to z.
REACHED = 1e-6
# Standard errors: a profile that is still below the level there has levelled off.
FAR = 1e8
# The other coefficients are followed in steps; when the share of a step that can be gone is
# smaller than this, the profile has ended.
SHORTEST = 1e-3
# Fisher scoring shrinks its steps by a constant factor only, where the link is not canonical.
ITERATIONS = 1000


def profile_interval(fit, level=0.95):
    """Profile-likelihood intervals, (d, 2): every value the likelihood does not reject.

    D(b) is the least deviance with βⱼ held at b. The limits solve

        [D(b) − D(β̂)] / φ = z²,    z the normal quantile of `level`,

    by Newton on the signed root, to the last digits (R's confint interpolates in a table
    and is off by up to 1e-3 standard errors). As in R, z is normal also where φ is
    estimated. A limit is infinite where the profile levels off below z², and NaN, with a
    `DataWarning`, where the profile ends before: a mean reaches the end of its range, or
    the other coefficients have no estimate. The profile of the linear model is a parabola,
    and its interval the Wald interval.
    Raises ValueError for a level outside (0, 1) and a fit that did not converge.
    Source: Venzon & Moolgavkar, Applied Statistics 37 (1988).

    >>> X, y, beta = simulate("logistic", n=100, d=2, seed=1)
    >>> fit = LogisticRegression(X, y).fit()
    >>> bool((np.abs(profile_interval(fit) - fit.confidence_interval()) < 0.2).all())
    True
    """
    wald = fit.confidence_interval(level)  # and ValueError for a level outside (0, 1)
    if not fit.converged:
        raise ValueError(f"there is no profile around a fit that failed: {fit.message}")
    model = fit.model
    if has_parabola(model) or not fit.dispersion > 0:
        return wald
    from statistics import NormalDist

    z = NormalDist().inv_cdf((1 - level) / 2)
    limits = np.array(
        [[profile_limit(fit, j, s * z) for s in (1, -1)] for j in range(len(wald))]
    )
    ended = [
        f"{end} limit of {name}"
        for name, row in zip(model.names, limits, strict=True)
        for end, limit in zip(("lower", "upper"), row, strict=True)
        if math.isnan(limit)
    ]
    if ended:
        warnings.warn(
            f"no {' and no '.join(ended)}: the profile ends before it reaches the level, "
            "because a mean leaves the family's support or the other coefficients have no "
            "estimate there",
            DataWarning,
            stacklevel=2,
        )
    return limits


def has_parabola(model):
    """Whether the deviance is a parabola: V(μ) and dμ/dη do not change."""
    anywhere = np.array([1.0, 2.0])
    V, slope = model.family.variance(anywhere), model.link.derivative(anywhere)
    return bool(V[0] == V[1] and slope[0] == slope[1])


@np.errstate(all="ignore")  # far out, ∞ and 0 are the right answers
def profile_limit(fit, j, z):
    """The b at which the signed root of the profile deviance of βⱼ is z, or NaN."""
    profile = Profile(fit, j)
    # t: the distance from the estimate in standard errors
    error = math.copysign(fit.standard_errors[j], z)
    t, level, low, high = abs(z), abs(z), 0.0, math.inf
    for _ in range(100):
        there = profile.follow(t * error)
        t, q, slope = profile.step / error, *profile.root()
        if not there and q < level:
            return math.nan
        low, high = (t, high) if q < level else (low, t)
        new = t + (level - q) / (slope * abs(error))
        if not low <= new <= min(high, 4 * t):
            new = (low + high) / 2 if math.isfinite(high) else 4 * t
        moved, t = abs(new - t), new
        if moved <= STEP * t:
            break
        if t > FAR:
            return math.copysign(math.inf, z)
    return fit.beta[j] + t * error if abs(q - level) <= REACHED else math.nan


class Profile:
    """The curve on which βⱼ = β̂ⱼ + step and the other coefficients have the least deviance.

    In standardised columns βⱼ = a · γ. The column p with the largest share of a takes the
    step, so that a large mean of xⱼ costs no digits: η moves by `along` when βⱼ moves by 1,
    and what is left of the others moves freely without moving βⱼ.

    step : float, where the curve has been followed to
    others : (d − 1,), their coefficients there
    tangent : (d − 1,), their derivative by `step`
    """

    def __init__(self, fit, j):
        used = fit.model.weights > 0
        rows = {name: getattr(fit.model, name)[used] for name in ("y", "weights")}
        Z, T = standardise(fit.model.X[used], fit.model.intercept)
        p = int(np.argmax(np.abs(T[j])))
        self.along = Z[:, p] / T[j, p]
        X = np.delete(Z - np.outer(self.along, T[j]), p, axis=1)
        names = [f"z{k}" for k in range(X.shape[1])]
        self.model = fit.model.derive(X=X, offset=fit.eta[used], names=names, **rows)
        self.centre, self.dispersion = fit.eta[used], fit.dispersion
        self.least = self.deviance(self.centre)
        self.step, self.others = 0.0, np.zeros(X.shape[1])
        self.tangent = self.direction(self.centre)

    def deviance(self, eta):
        """Σ w · unit deviance at η."""
        return self.model.weights @ unit_deviance(self.model, eta)

    def eta(self):
        """η at the place that the curve has been followed to, (n,)."""
        return self.model.X @ self.others + self.centre + self.step * self.along

    def direction(self, eta):
        """How the other coefficients answer a step: least squares in the metric of W."""
        root = np.sqrt(self.model.working_weights(eta))
        A = root[:, None] * self.model.X
        if not (len(self.others) and np.isfinite(A).all()):
            return np.zeros(len(self.others))
        return -np.linalg.lstsq(A, root * self.along, rcond=None)[0]

    def follow(self, to):
        """Go to step `to`, in parts where the whole cannot be gone; False: not reached."""
        part = to - self.step
        while part:
            held = self.model.derive(offset=self.centre + (self.step + part) * self.along)
            others, there = self.others + part * self.tangent, True
            if not math.isfinite(held.loss(others)):
                there = False
            elif len(others):
                path = solvers.newton(held, start=others, iterations=ITERATIONS)
                others, there = path.betas[-1], path.converged
            if there:
                self.step, self.others = self.step + part, others
                self.tangent = self.direction(self.eta())
                left = to - self.step
                part = 2 * part if abs(2 * part) < abs(left) else left
            else:
                part /= 2
                if abs(part) < SHORTEST * abs(to):
                    return False
        return True

    def root(self):
        """√[(D − D(β̂)) / φ] here, and its derivative by the step; D is 2 · loss + const."""
        eta = self.eta()
        q = math.sqrt(max(self.deviance(eta) - self.least, 0.0) / self.dispersion)
        line = self.model.derive(X=self.along[:, None], offset=eta, names=["b"])
        slope = abs(line.gradient(np.zeros(1))[0])
        return q, slope / (self.dispersion * q) if q else math.nan
