"""A judge of fits that shares nothing with glmlib but the definition of a GLM.

`judge` measures in 50 digits how far a claimed β is from the nearest stationary point, in
standard errors: to check an answer costs a millisecond, to find one costs a hundred. Only
where there is a doubt does `find` look for the optimum itself, from several starts in
doubles and then by Newton's method in 50 digits. `separated` decides in fractions, without
any rounding, whether a maximum exists.

The formulas are written once, for NumPy arrays and for mpmath numbers alike: `m` is the
namespace that has exp, log, expm1 and erfc.
"""

import math
from dataclasses import dataclass, field
from fractions import Fraction
from types import SimpleNamespace

import mpmath
import numpy as np
from scipy.special import erfc

from later import later

optimize = later("scipy.optimize")

EPS = 2.0**-52
mp = mpmath.mp.clone()
mp.dps = 50
FLOATS = SimpleNamespace(
    exp=np.exp, log=np.log, expm1=np.expm1, erfc=erfc, sqrt=np.sqrt, pi=math.pi
)


# ---- definitions: μ, 1 − μ, dμ/dη, d²μ/dη² of every link


def identity(m, eta):
    return eta, 1 - eta, 1 + 0 * eta, 0 * eta


def log(m, eta):
    e = m.exp(eta)
    return e, -m.expm1(eta), e, e


def logit(m, eta):
    p, q = 1 / (1 + m.exp(-eta)), 1 / (1 + m.exp(eta))
    return p, q, p * q, p * q * (q - p)


def probit(m, eta):
    d = m.exp(-eta * eta / 2) / m.sqrt(2 * m.pi)
    root = m.sqrt(2)
    return m.erfc(-eta / root) / 2, m.erfc(eta / root) / 2, d, -eta * d


def cloglog(m, eta):
    e = m.exp(eta)
    q, d = m.exp(-e), m.exp(eta - e)
    return -m.expm1(-e), q, d, d * (1 - e)


def inverse(m, eta):
    return 1 / eta, 1 - 1 / eta, -1 / eta**2, 2 / eta**3


def inverse_squared(m, eta):
    mu = 1 / m.sqrt(eta)
    return mu, 1 - mu, -mu / (2 * eta), 3 * mu / (4 * eta**2)


LINKS = {
    "identity": identity,
    "log": log,
    "logit": logit,
    "probit": probit,
    "cloglog": cloglog,
    "inverse": inverse,
    "inverse squared": inverse_squared,
}


def eta_of(name, mu, nu):
    """g(μ) in 50 digits; nu is 1 − μ."""
    if name == "identity":
        return mu
    if name == "log":
        return mp.log(mu)
    if name == "logit":
        return mp.log(mu / nu)
    if name == "cloglog":
        return mp.log(-mp.log(nu))
    if name == "inverse":
        return 1 / mu
    if name == "inverse squared":
        return 1 / mu**2
    if name == "probit":  # Newton's method on the smaller tail, from its size
        tail, sign = (mu, 1) if mu < nu else (nu, -1)
        z = -mp.sqrt(-2 * mp.log(2 * tail)) if tail < 0.4 else mp.zero
        for _ in range(100):
            p, _, d, _ = probit(mp, z)
            step = (mp.log(p) - mp.log(tail)) * p / d
            z -= step
            if abs(step) < mp.mpf(10) ** -48:
                return sign * z
    raise KeyError(f"write η = g(μ) of the {name} link here")


# the open interval of η on which the link has a mean that every family in use allows
DOMAINS = {
    ("binomial", "identity"): (0.0, 1.0),
    ("binomial", "log"): (-math.inf, 0.0),
    ("gaussian", "identity"): (-math.inf, math.inf),
    ("gaussian", "inverse"): (-math.inf, math.inf),
}
POSITIVE = {"identity", "inverse", "inverse squared"}  # μ > 0 wants η > 0

# pairs whose loss is convex in η: one optimum, if any. For the others a fit may be local.
CONVEX = {
    ("gaussian", "identity"),
    ("binomial", "logit"),
    ("binomial", "probit"),
    ("binomial", "cloglog"),
    ("binomial", "log"),
    ("binomial", "identity"),
    ("poisson", "log"),
    ("poisson", "identity"),
    ("gamma", "inverse"),
    ("gamma", "log"),
    ("negative binomial", "log"),
    ("inverse gaussian", "inverse squared"),
    ("inverse gaussian", "inverse"),
}
DISPERSION = {"gaussian", "gamma", "inverse gaussian"}


# ---- definitions: V(μ), V′(μ), loss and unit deviance of every family


def variance(family, theta, mu, nu):
    """V(μ) and V′(μ); nu is 1 − μ."""
    if family == "gaussian":
        return 1 + 0 * mu, 0 * mu
    if family == "binomial":
        return mu * nu, nu - mu
    if family == "poisson":
        return mu, 1 + 0 * mu
    if family == "gamma":
        return mu * mu, 2 * mu
    if family == "negative binomial":
        return mu + mu * mu / theta, 1 + 2 * mu / theta
    if family == "inverse gaussian":
        return mu**3, 3 * mu * mu
    raise KeyError(f"write the variance of the {family} family here")


def unit_loss(m, family, theta, y, mu, nu):
    """−log density without what is free of μ, at φ = 1; arrays or numbers."""

    def xlog(x, z):
        if isinstance(x, np.ndarray):
            return np.where(x == 0, 0.0, x * np.log(np.where(x == 0, 1.0, z)))
        return 0 if x == 0 else x * m.log(z)

    if family == "gaussian":
        return (y - mu) ** 2 / 2
    if family == "binomial":
        return -xlog(y, mu) - xlog(1 - y, nu)
    if family == "poisson":
        return mu - xlog(y, mu)
    if family == "gamma":
        return y / mu + m.log(mu)
    if family == "negative binomial":
        # log1p-like forms do not cancel in doubles; in 50 digits it does not matter
        return xlog(y, 1 + theta / mu) + theta * m.log(1 + mu / theta)
    if family == "inverse gaussian":
        return y / (2 * mu * mu) - 1 / mu
    raise KeyError(f"write the loss of the {family} family here")


def saturated_loss(m, family, theta, y):
    """The loss at μ = y, where the deviance begins."""
    if family == "negative binomial" and y == 0:
        return mp.zero
    if family == "poisson" and y == 0:
        return mp.zero
    return unit_loss(m, family, theta, y, y, 1 - y)


# ---- a problem


@dataclass
class Problem:
    """Data of one fit; rows of weight 0 are not in `used`, and nothing here looks at them."""

    family: str
    link: str
    X: np.ndarray
    y: np.ndarray
    weights: np.ndarray | None = None
    offset: np.ndarray | None = None
    theta: float | None = None
    used: dict = field(default=None, init=False, repr=False)

    def __post_init__(self):
        n = len(self.y)
        w = np.ones(n) if self.weights is None else np.asarray(self.weights, float)
        o = np.zeros(n) if self.offset is None else np.asarray(self.offset, float)
        keep = w > 0
        self.used = SimpleNamespace(
            X=np.asarray(self.X, float)[keep],
            y=np.asarray(self.y, float)[keep],
            w=w[keep],
            o=o[keep],
        )
        self._mp = None

    @property
    def pair(self):
        return self.family, self.link

    @property
    def domain(self):
        default = (0.0 if self.link in POSITIVE else -math.inf, math.inf)
        return DOMAINS.get(self.pair, default)

    @property
    def numbers(self):
        """The used rows as mpmath numbers, converted once: every double is exact there."""
        if self._mp is None:
            u = self.used
            self._mp = SimpleNamespace(
                X=[[mp.mpf(float(v)) for v in row] for row in u.X],
                y=[mp.mpf(float(v)) for v in u.y],
                w=[mp.mpf(float(v)) for v in u.w],
                o=[mp.mpf(float(v)) for v in u.o],
                theta=None if self.theta is None else mp.mpf(float(self.theta)),
            )
        return self._mp

    def rank_is_full(self):
        """Whether the used rows determine every coefficient, with digits to spare."""
        X = self.used.X
        if len(X) < X.shape[1]:
            return False
        size = np.abs(X).max(axis=0, initial=0)
        if not (size > 0).all():
            return False
        values = np.linalg.svd(X / size, compute_uv=False)
        return bool(values[-1] > 1e-7 * values[0])


# ---- 50 digits


def cholesky_solve(A, columns):
    """A⁻¹ times each of the columns, or None where A is not positive definite."""
    d = len(A)
    L = [[mp.zero] * d for _ in range(d)]
    for i in range(d):
        for j in range(i + 1):
            rest = A[i][j]
            for k in range(j):
                rest -= L[i][k] * L[j][k]
            if i == j:
                if not rest > 0:
                    return None
                L[i][i] = mp.sqrt(rest)
            else:
                L[i][j] = rest / L[j][j]
    found = []
    for b in columns:
        z = []
        for i in range(d):
            z.append((b[i] - sum(L[i][k] * z[k] for k in range(i))) / L[i][i])
        x = [mp.zero] * d
        for i in reversed(range(d)):
            x[i] = (z[i] - sum(L[k][i] * x[k] for k in range(i + 1, d))) / L[i][i]
        found.append(x)
    return found


def row_terms(problem, beta):
    """Of each used row in 50 digits: score, W, observed weight, and more; None: no mean."""
    data, family, theta = problem.numbers, problem.family, problem.numbers.theta
    link = LINKS[problem.link]
    low, high = problem.domain
    rows = []
    for x, y, w, o in zip(data.X, data.y, data.w, data.o, strict=True):
        eta = o
        size = abs(o)
        for a, b in zip(x, beta, strict=True):
            move = a * b
            eta += move
            size += abs(move)
        if not low < eta < high or (problem.link in POSITIVE - {"identity"} and eta == 0):
            return None
        mu, nu, d1, d2 = link(mp, eta)
        V, dV = variance(family, theta, mu, nu)
        rest = y * nu - (1 - y) * mu if family == "binomial" else y - mu
        a = w * d1 / V
        W = a * d1
        J = W - w * rest * (d2 / V - d1 * d1 * dV / (V * V))
        rows.append((x, y, w, mu, nu, V, rest, a * rest, W, J, size))
    return rows


def moments(rows, d):
    """Score, Fisher information and observed information, from the terms of the rows."""
    score = [mp.zero] * d
    fisher = [[mp.zero] * d for _ in range(d)]
    observed = [[mp.zero] * d for _ in range(d)]
    for x, *_, s, W, J, _size in rows:
        for i in range(d):
            if not x[i]:
                continue
            score[i] += x[i] * s
            u, v = x[i] * W, x[i] * J
            for j in range(i + 1):
                fisher[i][j] += u * x[j]
                observed[i][j] += v * x[j]
    for A in (fisher, observed):
        for i in range(d):
            for j in range(i):
                A[j][i] = A[i][j]
    return score, fisher, observed


@dataclass
class Judgement:
    """What 50 digits say about a claimed β."""

    inside: bool  # every mean is one that the family allows
    definite: bool = False  # the loss is convex there: a minimum, no saddle
    distance: float = math.inf  # to the stationary point, in standard errors
    floor: float = 0.0  # what rounding in doubles can hide, in standard errors
    exact: bool = False  # nothing but rounding is left of y: then φ is no unit
    relative: float = math.inf  # the largest move of an η, as a part of its terms
    standard_errors: np.ndarray | None = None
    error_floor: float = 0.0  # what the rounding of √W X can hide of them, relative
    phi: float = math.nan
    deviance: float = math.nan
    deviance_floor: float = 0.0


def judge(problem, beta):
    """How far `beta` (floats or mpmath numbers) is from the optimum next to it."""
    beta = [mp.mpf(b if isinstance(b, mp.mpf) else float(b)) for b in beta]
    d = len(beta)
    rows = row_terms(problem, beta)
    if rows is None:
        return Judgement(inside=False)
    score, fisher, observed = moments(rows, d)
    units = [[mp.one * (i == j) for i in range(d)] for j in range(d)]
    inverse = cholesky_solve(fisher, units)
    step = cholesky_solve(observed, [score])
    if inverse is None:
        return Judgement(inside=True)
    df = len(rows) - d
    chi2 = sum(w * rest * rest / V for _, _, w, _, _, V, rest, *_ in rows)
    has_phi = problem.family in DISPERSION
    phi = chi2 / max(df, 1) if has_phi else mp.one
    floor2 = mp.zero
    noise2 = mp.zero
    deviance, deviance_floor = mp.zero, mp.zero
    theta = problem.numbers.theta
    for _x, y, w, mu, nu, V, rest, s, W, _J, size in rows:
        error = EPS * (abs(y) + abs(mu))
        if problem.family == "binomial" and (y == 0 or y == 1):
            error = min(error, abs(rest))
        floor2 += W * (EPS * size) ** 2 + w * error * error / V
        noise2 += w * error * error / V + W * (EPS * size) ** 2
        loss = unit_loss(mp, problem.family, theta, y, mu, nu)
        deviance += 2 * w * (loss - saturated_loss(mp, problem.family, theta, y))
        deviance_floor += 2 * abs(s) * EPS * size + 2 * w * abs(rest) / V * error
        deviance_floor += 8 * (w * error * error / V + W * (EPS * size) ** 2)  # an exact fit
    exact = has_phi and chi2 <= 1e6 * noise2
    result = Judgement(
        inside=True,
        definite=step is not None,
        exact=bool(exact),
        phi=float(phi),
        deviance=float(deviance),
        deviance_floor=float(8 * deviance_floor),
        floor=float(8 * mp.sqrt(floor2 / phi)) if phi > 0 else math.inf,
    )
    result.standard_errors = np.array([float(mp.sqrt(phi * inverse[j][j])) for j in range(d)])
    result.error_floor = (
        8 * EPS * float(mp.sqrt(max(fisher[j][j] * inverse[j][j] for j in range(d))))
    )
    delta = step[0] if step is not None else cholesky_solve(fisher, [score])[0]
    length2 = sum(delta[i] * delta[j] * fisher[i][j] for i in range(d) for j in range(d))
    decrement = sum(a * g for a, g in zip(delta, score, strict=True))
    if decrement > 100 * length2:  # means have rounded to 1, Fisher's information is almost 0
        length2 = decrement
    result.distance = float(mp.sqrt(abs(length2) / phi)) if phi > 0 else math.inf
    moves = [
        abs(sum(a * b for a, b in zip(row[0], delta, strict=True))) / (row[-1] or mp.one)
        for row in rows
    ]
    result.relative = float(max(moves))
    return result


def refine(problem, beta, turns=60):
    """Newton's method in 50 digits from `beta`: the optimum as mpmath numbers, or None."""
    beta = [mp.mpf(b) if isinstance(b, mp.mpf) else mp.mpf(float(b)) for b in beta]
    d = len(beta)
    for _ in range(turns):
        rows = row_terms(problem, beta)
        if rows is None:
            return None
        score, fisher, observed = moments(rows, d)
        step = cholesky_solve(observed, [score]) or cholesky_solve(fisher, [score])
        if step is None:
            return None
        # Newton's decrement, for Fisher's information may be almost 0 far from the optimum
        length2 = sum(s * g for s, g in zip(step[0], score, strict=True))
        if length2 > 1e6:  # no start for Newton's method
            return None
        beta = [b + s for b, s in zip(beta, step[0], strict=True)]
        if length2 < mp.mpf(10) ** -50:
            return beta if cholesky_solve(observed, [score]) else None
    return None


def away(problem, beta, optimum):
    """The way from `beta` to `optimum` in standard errors at the optimum."""
    rows = row_terms(problem, optimum)
    _, fisher, _ = moments(rows, len(optimum))
    delta = [mp.mpf(float(b)) - o for b, o in zip(beta, optimum, strict=True)]
    d = len(delta)
    length2 = sum(delta[i] * delta[j] * fisher[i][j] for i in range(d) for j in range(d))
    phi = mp.one
    if problem.family in DISPERSION:
        phi = sum(r[2] * r[6] * r[6] / r[5] for r in rows) / max(len(rows) - d, 1)
    return float(mp.sqrt(abs(length2) / phi)) if phi > 0 else math.inf


# ---- doubles: where an optimum may be


def float_terms(problem, beta):
    """loss, score (d,), Fisher (d, d), observed (d, d) in doubles; loss ∞ outside."""
    u = problem.used
    eta = u.X @ beta + u.o
    low, high = problem.domain
    if not ((eta > low) & (eta < high)).all():
        return (math.inf,) * 4
    mu, nu, d1, d2 = LINKS[problem.link](FLOATS, eta)
    theta = problem.theta
    V, dV = variance(problem.family, theta, mu, nu)
    loss = u.w @ unit_loss(FLOATS, problem.family, theta, u.y, mu, nu)
    rest = u.y * nu - (1 - u.y) * mu if problem.family == "binomial" else u.y - mu
    W = u.w * d1 * d1 / V
    J = W - u.w * rest * (d2 / V - d1 * d1 * dV / V**2)
    score = u.X.T @ (u.w * rest * d1 / V)
    return loss, score, u.X.T @ (W[:, None] * u.X), u.X.T @ (J[:, None] * u.X)


def descend(problem, beta, turns=150):
    """Damped Newton in doubles; the last β that lowered the loss."""
    loss, score, fisher, observed = float_terms(problem, beta)
    if not math.isfinite(loss):
        return None
    ridge = 0.0
    for _ in range(turns):
        scale = np.sqrt(np.maximum(np.diag(fisher), 1e-300))
        done = False
        for matrix in (observed, fisher):
            if not np.isfinite(matrix).all():
                continue
            A = matrix / np.outer(scale, scale) + ridge * np.eye(len(beta))
            try:
                L = np.linalg.cholesky(A)
            except np.linalg.LinAlgError:
                continue
            step = np.linalg.solve(L.T, np.linalg.solve(L, score / scale)) / scale
            t = 1.0
            while t > 0.02:
                new = beta + t * step
                terms = float_terms(problem, new)
                if terms[0] <= loss:
                    done = True
                    break
                t /= 2
            if done:
                break
        if not done:
            if ridge > 1e6:
                break
            ridge = max(30 * ridge, 1e-5)
            continue
        ridge = ridge / 30 if ridge > 1e-7 else 0.0
        moved = np.abs(new - beta) * scale
        fell = loss - terms[0]
        beta, (loss, score, fisher, observed) = new, terms
        if moved.max() < 1e-9 or (fell == 0 and moved.max() < 1e-4):
            break
    return beta


def starts(problem, rng, count):
    """Places to begin: a regression on the link's scale, a point inside the domain, others."""
    u = problem.used
    n, d = u.X.shape
    low, high = problem.domain
    family, link = problem.pair
    if family == "binomial":
        mu = (u.w * u.y + 0.5) / (u.w + 1)
    elif family in ("poisson", "negative binomial"):
        mu = u.y + 0.1
    else:
        mu = np.maximum(u.y, 1e-3 * np.abs(u.y).max(initial=1e-300))
        mu = np.where(mu > 0, mu, 1.0) if link != "identity" else u.y
    mu = np.minimum(mu, 1 - EPS) if family == "binomial" else mu
    eta = np.array([float(eta_of(link, mp.mpf(m), 1 - mp.mpf(m))) for m in mu])
    first = np.linalg.lstsq(u.X, eta - u.o, rcond=None)[0]
    yield first
    yield np.linalg.lstsq(u.X, eta.mean() - u.o, rcond=None)[0]
    if math.isinf(low) and math.isinf(high):
        yield np.zeros(d)
    else:  # as far inside the domain as a linear programme gets
        A, b = [], []
        if math.isfinite(low):
            A.append(np.column_stack([-u.X, np.ones(n)]))
            b.append(u.o - low)
        if math.isfinite(high):
            A.append(np.column_stack([u.X, np.ones(n)]))
            b.append(high - u.o)
        size = max(np.abs(eta).max(), 1e-300)
        inside = optimize.linprog(
            [*np.zeros(d), -1],
            A_ub=np.vstack(A),
            b_ub=np.concatenate(b),
            bounds=[(None, None)] * d + [(0, size)],
        )
        if inside.x is not None:
            yield inside.x[:-1]
            for _ in range(2):  # between there and the regression
                yield inside.x[:-1] + rng.random() * (first - inside.x[:-1])
    spread = np.abs(first) + 1e-3
    for _ in range(count):
        yield first + spread * rng.standard_normal(d)
        yield np.linalg.lstsq(u.X, eta * rng.uniform(0.3, 3, n) - u.o, rcond=None)[0]


def find(problem, rng=None, count=None):
    """The best stationary minimum found, as mpmath numbers, or None.

    `count` random starts more where the loss is not convex. Every answer is polished and
    proved in 50 digits: the score is 0, the observed information positive definite.
    """
    rng = rng or np.random.default_rng(0)
    convex = problem.pair in CONVEX
    best, least = None, math.inf
    with np.errstate(all="ignore"):
        for start in starts(problem, rng, 0 if convex else (3 if count is None else count)):
            if not np.isfinite(start).all():
                continue
            beta = descend(problem, np.asarray(start, float))
            if beta is None or not np.isfinite(beta).all():
                continue
            loss = float_terms(problem, beta)[0]
            if best is not None and not loss < least - 1e-9 * abs(least):
                continue
            optimum = refine(problem, beta)
            if optimum is not None:
                best, least = optimum, loss
                if convex:
                    break
    return best


def deviance(problem, beta):
    return judge(problem, beta).deviance


def log_likelihood(problem, beta):
    """Σ log density with all its constants, and the sum of the sizes of its terms.

    φ is deviance / n for Gaussian and deviance / Σw for Gamma and inverse Gaussian, as in R;
    the binomial's density is that of w·y successes in w trials, the others' count w times.
    """
    data, family, theta = problem.numbers, problem.family, problem.numbers.theta
    beta = [mp.mpf(b) if isinstance(b, mp.mpf) else mp.mpf(float(b)) for b in beta]
    rows = row_terms(problem, beta)
    D = judge(problem, beta).deviance
    phi = mp.mpf(D) / (len(rows) if family == "gaussian" else sum(data.w))
    if family in DISPERSION and not phi > 0:
        return math.inf, math.inf
    gamma, total, size = mp.loggamma, mp.zero, mp.zero
    for _, y, w, mu, nu, *_ in rows:
        loss = unit_loss(mp, family, theta, y, mu, nu)
        if family == "gaussian":
            terms = [-mp.log(2 * mp.pi * phi / w) / 2, -w * loss / phi]
        elif family == "binomial":
            k = w * y
            terms = [gamma(w + 1), -gamma(k + 1), -gamma(w - k + 1), -w * loss]
        elif family == "poisson":
            terms = [-w * loss, -w * gamma(y + 1)]
        elif family == "negative binomial":
            terms = [
                w * (gamma(y + theta) - gamma(theta) - gamma(y + 1)),
                -w * loss,
            ]
        elif family == "gamma":
            a = 1 / phi
            terms = [w * (a * mp.log(a * y) - mp.log(y) - gamma(a)), -w * a * loss]
        elif family == "inverse gaussian":
            terms = [
                -w * mp.log(2 * mp.pi * phi * y**3) / 2,
                -w * (y - mu) ** 2 / (2 * phi * mu**2 * y),
            ]
        else:
            raise KeyError(f"write the log density of the {family} family here")
        total += sum(terms)
        size += sum(abs(t) for t in terms)
    return float(total), float(size)


def null_deviance(problem):
    """The deviance of an intercept and the offset; NaN where no such optimum is found."""
    u = problem.used
    null = Problem(problem.family, problem.link, np.ones((len(u.y), 1)), u.y, u.w, u.o)
    null.theta = problem.theta
    if separated(null) is not None:
        return math.nan
    optimum = find(null, count=1)
    return math.nan if optimum is None else judge(null, optimum).deviance


# ---- separation, without rounding


def ways(problem):
    """For each used row the way its η may go for ever: −1 down, +1 up, 0 none.

    A row lets η go where its loss falls all the way: y at its lower limit under a link that
    is −∞ there, y at its upper limit under one that is +∞ there. Gaussian y ≤ 0 under the
    log link belong here too: no mean reaches them.
    """
    y, (family, link) = problem.used.y, problem.pair
    way = np.zeros(len(y), int)
    if family == "binomial" and link in ("logit", "probit", "cloglog"):
        way[y == 0], way[y == 1] = -1, 1
    elif link == "log" and family in ("binomial", "poisson", "negative binomial"):
        way[y == 0] = -1
    elif link == "log" and family == "gaussian":
        way[y <= 0] = -1
    return way


def separated(problem):
    """The exact direction (d fractions) in which the loss falls for ever, or None.

    Rows that may not move give a null space; in it, by Stiemke's lemma, either some b has
    Zb ≥ 0, Zb ≠ 0 (separation), or some λ > 0 has Zᵀλ = 0 (a maximum exists when the loss
    is convex). The simplex method in fractions finds one or the other, and both are
    checked. Source: Albert & Anderson, Biometrika 71 (1984); Schrijver, Theory of Linear
    and Integer Programming (1986), section 7.8.
    """
    way = ways(problem)
    if not way.any():
        return None
    return direction(problem.used.X, way)


def direction(X, way):
    """As `separated`, for rows X (n, d) and their ways (n,)."""
    d = X.shape[1]
    basis = null_space([whole(row) for row in X[way == 0]], d)
    if not basis:
        return None
    Z = []
    for row, sign in zip(X[way != 0], way[way != 0], strict=True):
        x = whole(row)
        z = [
            int(sign) * sum(a * b for a, b in zip(x, c, strict=True) if a and b) for c in basis
        ]
        if any(z):
            Z.append(z)
    if not Z:
        return None
    b = cone(Z)
    if b is None:
        return None
    return [sum(c[j] * v for c, v in zip(basis, b, strict=True)) for j in range(d)]


def whole(row):
    """The doubles of a row times one power of two, which makes them whole numbers."""
    ratios = [float(v).as_integer_ratio() for v in row]
    common = max(q for _, q in ratios)
    return [p * (common // q) for p, q in ratios]


def null_space(rows, d):
    """A basis of {b: row · b = 0 for all rows}, whole numbers."""
    pivots, reduced = [], []
    for row in rows:
        row = [Fraction(v) for v in row]
        for p, r in zip(pivots, reduced, strict=True):
            if row[p]:
                f = row[p]
                row = [a - f * b for a, b in zip(row, r, strict=True)]
        p = next((j for j in range(d) if row[j]), None)
        if p is None:
            continue
        f = row[p]
        row = [a / f for a in row]
        reduced = [
            [a - r[p] * b for a, b in zip(r, row, strict=True)] if r[p] else r for r in reduced
        ]
        pivots.append(p)
        reduced.append(row)
        if len(pivots) == d:
            return []
    basis = []
    for free in (j for j in range(d) if j not in pivots):
        b = [Fraction(0)] * d
        b[free] = Fraction(1)
        for p, r in zip(pivots, reduced, strict=True):
            b[p] = -r[free]
        common = math.lcm(*(v.denominator for v in b))
        basis.append([int(v * common) for v in b])
    return basis


def cone(Z):
    """b (fractions) with Zb ≥ 0 and Zb ≠ 0, or None where no such b exists.

    Phase one of the simplex method for u ≥ 0 with Zᵀ(1 + u) = 0, by Bland's rule, in whole
    numbers (Edmonds' pivots divide without a rest). Its multipliers are b.
    """
    m, d = len(Z), len(Z[0])
    shrink = [math.gcd(*row) for row in Z]
    Z = [[v // g for v in row] for row, g in zip(Z, shrink, strict=True)]
    right = [-sum(Z[i][j] for i in range(m)) for j in range(d)]
    flip = [-1 if v < 0 else 1 for v in right]
    T = [
        [flip[j] * Z[i][j] for i in range(m)]
        + [int(j == k) for k in range(d)]
        + [flip[j] * right[j]]
        for j in range(d)
    ]
    cost = [-sum(T[j][i] for j in range(d)) for i in range(m)] + [0] * d
    cost.append(-sum(T[j][-1] for j in range(d)))
    held, unit = list(range(m, m + d)), 1
    while True:
        enter = next((i for i in range(m) if cost[i] < 0), None)
        if enter is None or cost[-1] == 0:
            break
        leave = None
        for j in range(d):
            if T[j][enter] > 0:
                if leave is None:
                    leave = j
                    continue
                a, b = T[j][-1] * T[leave][enter], T[leave][-1] * T[j][enter]
                if a < b or (a == b and held[j] < held[leave]):
                    leave = j
        pivot, row = T[leave][enter], T[leave]
        for r in [*(T[j] for j in range(d) if j != leave), cost]:
            f = r[enter]
            r[:] = [(pivot * a - f * b) // unit for a, b in zip(r, row, strict=True)]
        held[leave], unit = enter, pivot
    if cost[-1] == 0:
        lam = [unit] * m  # λ = 1 + u over a common denominator
        for j, i in enumerate(held):
            if i < m:
                lam[i] += T[j][-1]
        assert min(lam) > 0
        assert all(sum(lam[i] * Z[i][j] for i in range(m)) == 0 for j in range(d))
        return None
    b = [-flip[j] * (Fraction(unit - cost[m + j], unit)) for j in range(d)]
    reach = [sum(u * v for u, v in zip(z, b, strict=True)) for z in Z]
    assert min(reach) >= 0 and max(reach) > 0, "the programme's answer separates nothing"
    return b
