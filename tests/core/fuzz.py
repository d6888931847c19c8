"""Random small fits, each judged in 50 digits: no answer may claim too much.

    python tests/core/fuzz.py --problems 100000 --seed 1 --jobs 2
    python tests/core/fuzz.py --kind separation --problems 100000
    python tests/core/fuzz.py --one 1 4711          one problem and its verdict, as code

prints how often each verdict was given for every family, link and solver, and for each kind
of fault the smallest input as code to run. Problem k of a seed is the same in every run and
on any number of jobs.
"""

import argparse
import json
import math
import sys
import time
import warnings
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

import glmlib  # noqa: E402
from glmlib.families import FAMILIES  # noqa: E402
from reference import independent  # noqa: E402
from reference.independent import Problem  # noqa: E402

# what may not happen
FAULTS = (
    "wrong answer",
    "wrong standard error",
    "wrong deviance",
    "wrong log-likelihood",
    "stray exception",
    "stray warning",
    "missed separation",
    "false separation",
)
# what is counted
COUNTS = (
    "right",
    "separated",
    "no answer",
    "descent not at its end",
    "refused",
    "separated, in other words",
    "right answer thrown away",
    "right answer refused",
    "a lower minimum elsewhere",
    "not judged",
)
FAR = 1e-6  # standard errors; and the relative error of a standard error
FLAT = 1e-14  # relative: a deviance this much larger than the least belongs to a maximum, too
THETAS = (0.5, 2.0, 20.0)


def pairs():
    """(family, link) for every family and link of the library."""
    for name, make in FAMILIES.items():
        family = make(1.0) if name == "negative binomial" else make()
        for link in family.links:
            yield name, link


PAIRS = tuple(pairs())
KINDS = {
    name: make(1.0) if name == "negative binomial" else make()
    for name, make in FAMILIES.items()
}


@dataclass
class Case:
    """A problem and how it is to be solved."""

    problem: Problem
    options: dict = field(default_factory=dict)

    @property
    def solver(self):
        return self.options.get("solver", "newton")

    def family(self):
        p = self.problem
        make = FAMILIES[p.family]
        return make(p.theta) if p.theta is not None else make()

    def code(self):
        """The case as code to run."""
        p = self.problem
        family = f'"{p.family}"'
        if p.theta is not None:
            family = f"glmlib.NegativeBinomial({p.theta!r})"
        words = [text(p.X), text(p.y), family, f'"{p.link}"']
        if p.weights is not None:
            words.append(f"weights={text(p.weights)}")
        if p.offset is not None:
            words.append(f"offset={text(p.offset)}")
        options = ", ".join(
            f"{k}={text(v) if isinstance(v, np.ndarray) else repr(v)}"
            for k, v in self.options.items()
        )
        return f"glmlib.GLM({', '.join(words)}).fit({options})"


def text(array):
    def number(v):
        return int(v) if v == int(v) and abs(v) < 1e6 else v

    array = np.asarray(array, float)
    if array.ndim == 2:
        return json.dumps([[number(v) for v in row] for row in array.tolist()])
    return json.dumps([number(v) for v in array.tolist()])


# ---- problems


def grid(rng, shape, step=8):
    """Normal numbers rounded to eighths: ties are common and decimals end."""
    return np.round(rng.standard_normal(shape) * step) / step


def design(rng, n, d):
    """X (n, d) of one of several kinds, and a 0/1 group (n,) or None."""
    kind = rng.integers(0, 8)
    X = grid(rng, (n, d))
    group = None
    if kind <= 5:
        X[:, 0] = 1.0
    if kind in (1, 2) and d > 1:  # dummies
        levels = rng.integers(0, d, n)
        for j in range(1, d):
            X[:, j] = levels == j
        if kind == 2 and d > 2:  # and one number
            X[:, -1] = grid(rng, n)
        group = levels
    elif kind == 3 and d > 1:  # whole numbers
        X[:, 1:] = rng.integers(-2, 4, (n, d - 1))
    elif kind == 4 and d > 1:  # scales
        X[:, 1:] *= 2.0 ** rng.integers(-20, 21, d - 1)
    elif kind == 5 and d > 1 and rng.random() < 0.5:  # far from zero
        X[:, 1:] += 2.0 ** rng.integers(2, 12)
    elif kind == 7:  # few distinct rows, no column of ones
        X = X[rng.integers(0, max(2, n // 3), n)]
    return X, group


def means(rng, family, link, eta):
    """Means that the family allows, more or less as the link has them; and a size."""
    u = (eta - eta.mean()) / (eta.std() + 1e-9)
    if family == "binomial":
        return 1 / (1 + np.exp(-1.5 * u))
    size = 10.0 ** (rng.uniform(-12, 12) if rng.random() < 0.15 else rng.uniform(-1, 2))
    return size * np.exp(np.clip(u, -3, 3) * rng.choice([0.1, 0.5, 1.0]))


def response(rng, family, link, theta, X, group):
    """y (n,) and weights (n,) or None: drawn from a model, or with what makes trouble."""
    n, d = X.shape
    mu = means(rng, family, link, X @ grid(rng, d))
    weights = None
    if family == "binomial":
        y = (rng.random(n) < mu).astype(float)
        kind = rng.integers(0, 6)
        if kind == 0 and d > 1:  # a threshold splits the classes, with or without a tie
            x = X @ grid(rng, d)
            cut = np.sort(x)[rng.integers(0, n)]
            y = (x > cut).astype(float)
            tie = x == cut
            y[tie] = rng.random(tie.sum()) < 0.5
        elif kind == 1 and group is not None:
            y[group == rng.integers(0, d)] = rng.integers(0, 2)
        elif kind == 2:  # groups of trials
            weights = rng.choice([1, 2, 5, 20, 1000], n).astype(float)
            y = rng.binomial(weights.astype(int), mu) / weights
        elif kind == 3:
            y = rng.choice([0.0, 1.0, 0.4, 0.9], n)
            weights = rng.integers(1, 40, n).astype(float)
        return y, weights
    if KINDS[family].counts:
        if theta is None or theta > 1e5:
            y = rng.poisson(np.minimum(mu, 1e15)).astype(float)
        else:
            drawn = rng.gamma(theta, mu / theta)
            y = rng.poisson(np.minimum(drawn, 1e15)).astype(float)
        kind = rng.integers(0, 5)
        if kind == 0 and group is not None:
            y[group == rng.integers(0, d)] = 0
        elif kind == 1:
            y = rng.choice([0.0, 1, 2, 7, 1000, 6000], n)
        elif kind == 2:
            y[rng.random(n) < 0.6] = 0
        return y, weights
    if family == "gaussian":
        y = mu + mu.mean() * rng.choice([0.01, 0.1, 0.5]) * rng.standard_normal(n)
        if link == "identity":
            return y - rng.choice([0, 1]) * mu.mean(), weights
        if link == "inverse" or rng.random() < 0.8:
            return np.maximum(np.abs(y), 1e-3 * mu.mean()), weights
        return y, weights
    if rng.random() < 0.3:
        return rng.choice([0.05, 0.3, 1.0, 3.0, 40.0], n), weights
    shape = rng.choice([0.5, 2.0, 50.0])
    return np.maximum(rng.gamma(shape, mu / shape), 1e-9 * mu), weights


def near(rng, family, link, n):
    """Two classes that overlap by a gap of 1e-1 to 1e-9, or touch, or do not."""
    x = np.sort(grid(rng, n))
    x = x - x[n // 2]
    y = (x > 0).astype(float)
    gap = 10.0 ** -rng.integers(1, 10)
    way = rng.integers(0, 4)
    x = np.append(x, [gap, -gap] if way != 3 else [gap, gap])
    y = np.append(y, {0: [0.0, 1.0], 1: [1.0, 0.0], 2: [0.0, 0.0], 3: [1.0, 0.0]}[way])
    X = np.column_stack([np.ones(len(x)), x])
    if rng.random() < 0.3:
        X = np.column_stack([X, grid(rng, len(x))])
    if KINDS[family].counts:  # counts only where a class has some
        X[:, 1] = np.where(y > 0, np.round(X[:, 1]), X[:, 1])
        y = y * rng.integers(1, 9, len(y))
    return X, y


LIMITED = tuple(p for p in PAIRS if KINDS[p[0]].limits != (None, None))


def separation_case(rng):
    """A case about separation: complete, quasi, nearly (a gap of 1e-1 to 1e-7 of
    a column's size), or none."""
    family, link = LIMITED[rng.integers(0, len(LIMITED))]
    theta = float(rng.choice(THETAS)) if family == "negative binomial" else None
    binary = family == "binomial"
    n = int(rng.choice([3, 4, 5, 6, 8, 12, 24]))
    d = int(min(rng.choice([1, 2, 2, 3, 3, 4, 5, 6, 8]), n - 1))
    for _ in range(4):
        X, group = design(rng, n, d)
        if np.linalg.matrix_rank(X) == d:
            break
    b = rng.integers(-2, 3, d).astype(float)
    if not b.any():
        b[-1] = 1.0
    score = X @ b - (0 if X[0, 0] != 1 else rng.choice(np.append(X @ b, 0)))
    inner = rng.choice([0.3, 0.5], n) if binary else rng.integers(1, 9, n).astype(float)
    kind = rng.integers(0, 5)
    if kind in (0, 1):  # complete, quasi or near: a hyperplane
        y = (score > 0).astype(float) if binary else np.where(score < 0, 0.0, inner)
        if binary:
            tie = score == 0
            y[tie] = np.where(rng.random(tie.sum()) < 0.5, inner[tie], rng.integers(0, 2))
        else:  # nothing beyond the hyperplane
            X = np.where((score > 0)[:, None], X[np.argmin(score)], X)
            y = np.where(score > 0, 0.0, y)
    else:
        y = (rng.random(n) < 0.5).astype(float) if binary else rng.poisson(1.5, n) * 1.0
    if kind == 2 and group is not None:  # an empty cell
        y[group == rng.integers(0, d)] = rng.integers(0, 2) if binary else 0.0
    if kind in (1, 3) and d > 1:  # one row moved across by a gap
        i, j = rng.integers(0, n), rng.integers(1 if X[0, 0] == 1 else 0, d)
        gap = 10.0 ** -rng.integers(1, 8) * np.abs(X[:, j]).max()
        X = np.vstack([X, X[i]])
        X[-1, j] += rng.choice([gap, -gap])
        y = np.append(y, 1.0 - y[i] if binary else rng.choice([0.0, 2.0]))
        n += 1
    weights = rng.choice([0.5, 1.0, 2.0, 7.0], n) if rng.random() < 0.3 else None
    if binary and ((y > 0) & (y < 1)).any() and weights is None:
        weights = np.full(n, 10.0)
    offset = None
    if rng.random() < 0.5 and link != "identity":
        wide = rng.choice([0.5, 4.0, 20.0], p=[0.4, 0.5, 0.1])
        offset = np.round(wide * rng.standard_normal(n) * 8) / 8
    if rng.random() < 0.15:  # rows of weight 0 would undo it, if they counted
        weights = np.ones(n) if weights is None else weights
        more = int(rng.integers(1, 4))
        X = np.vstack([X, X[rng.integers(0, n, more)]])
        y = np.append(y, rng.choice([0.0, 1.0], more))
        weights = np.append(weights, np.zeros(more))
        offset = None if offset is None else np.append(offset, np.zeros(more))
    problem = Problem(family, link, X, y, weights, offset, theta)
    options = {}
    if rng.random() < 0.2:
        options["solver"] = "gradient descent"
        options["learning_rate"] = float(f"{rate(rng, problem):.3g}")
        options["iterations"] = int(10.0 ** rng.uniform(0.5, 3.3))
        if limited(problem) or rng.random() < 0.3:
            options["start"] = start(rng, problem, [1.0, 10.0])
    return Case(problem, options)


def case(rng):
    """One random case."""
    family, link = PAIRS[rng.integers(0, len(PAIRS))]
    theta = None
    if family == "negative binomial":
        theta = float(rng.choice(THETAS))
        if rng.random() < 0.2:
            theta = float(10.0 ** rng.uniform(-3, 6))
    n = int(rng.choice([3, 4, 5, 6, 8, 12, 20]))
    limits = KINDS[family].limits != (None, None)
    if limits and rng.random() < 0.12:
        X, y = near(rng, family, link, n)
        weights = None
    else:
        d = int(min(rng.choice([1, 2, 2, 2, 3, 3, 4, 6, 8]), n))
        for _ in range(4):  # now and then the columns are dependent
            X, group = design(rng, n, d)
            if np.linalg.matrix_rank(X) == d:
                break
        y, weights = response(rng, family, link, theta, X, group)
    n, d = X.shape
    if rng.random() < 0.3:
        scale = rng.choice([1.0, 1.0, 1e-6, 1e6])
        weights = scale * rng.choice([0.5, 1.0, 2.0, 3.0, 10.0], n)
    offset = None
    if rng.random() < 0.4:
        wide = rng.choice([0.5, 2.0, 5.0, 20.0, 100.0], p=[0.3, 0.3, 0.2, 0.15, 0.05])
        if link in independent.POSITIVE:
            wide = 0.1 * np.abs(y).max() if link == "identity" else 0.1
        offset = np.round(wide * rng.standard_normal(n) * 8) / 8
    if rng.random() < 0.25 and n > d + 1:  # rows of weight 0, which hold anything
        weights = np.ones(n) if weights is None else weights
        out = rng.random(n) < 0.3
        out[: d + 1] = False
        weights[out] = 0.0
        far = rng.choice([1.0, -5.0, 1e4, 1e10, 1e16, 1e20])
        X = np.where(out[:, None] & (rng.random((n, d)) < 0.7), far, X)
        if offset is not None and rng.random() < 0.5:
            offset = np.where(out, rng.choice([1e4, -1e4, 300.0]), offset)
        if limits and rng.random() < 0.5:
            y = np.where(out, rng.choice([0.0, 1.0]), y)
        order = rng.permutation(n)
        X, y, weights = X[order], y[order], weights[order]
        offset = None if offset is None else offset[order]
    options = {}
    problem = Problem(family, link, X, y, weights, offset, theta)
    turn = rng.random()
    if turn < 0.3:
        options["solver"] = "gradient descent"
        options["learning_rate"] = float(f"{rate(rng, problem):.3g}")
        options["iterations"] = int(10.0 ** rng.uniform(0.5, 3.3))
        if rng.random() < 0.4 or limited(problem):
            options["start"] = start(rng, problem, [1.0, 10.0])
    elif turn < 0.42:
        options["solver"] = "newton"
        options["start"] = start(rng, problem, [0.1, 1.0, 10.0, 100.0])
    return Case(problem, options)


def limited(problem):
    """Whether some η, such as 0, have no mean."""
    return problem.link == "inverse" or problem.domain != (-math.inf, math.inf)


def start(rng, problem, sizes):
    """A start (d,): anything, or where only some η have a mean mostly one that is allowed."""
    d = problem.X.shape[1]
    if limited(problem) and problem.rank_is_full() and rng.random() < 0.8:
        with np.errstate(all="ignore"):
            for beta in independent.starts(problem, rng, 0):
                if math.isfinite(independent.float_terms(problem, beta)[0]):
                    return np.array([float(f"{v:.12g}") for v in beta])
    return grid(rng, d) * rng.choice(sizes)


def rate(rng, problem):
    """A learning rate: near the limit 2/λmax at η = offset, or anything."""
    if rng.random() < 0.3:
        return 10.0 ** rng.uniform(-2, 4)
    u = problem.used
    weights = np.ones(len(u.y))
    if problem.family in ("poisson",):
        weights = np.maximum(u.y, 0.1)
    elif problem.family == "binomial":
        weights = np.full(len(u.y), 0.25)
    elif (
        problem.family in ("gaussian", "negative binomial", "gamma") and problem.link == "log"
    ):
        weights = np.minimum(1 + np.abs(u.y), 1e3)
    largest = np.linalg.norm(u.X * np.sqrt(u.w * weights)[:, None], 2) ** 2
    return 2 / largest * 10.0 ** rng.uniform(-1.5, 1.3)


CASES = {"any": case, "separation": separation_case}


# ---- verdicts


def ask(case):
    """(fit or error, warnings) from the library; the judge sees nothing else of it."""
    p = case.problem
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            model = glmlib.GLM(
                p.X.copy(), p.y.copy(), case.family(), p.link, p.weights, p.offset
            )
            fit = model.fit(**case.options)
            found = {
                "converged": bool(fit.converged),
                "beta": np.array(fit.beta, float),
                "standard_errors": np.array(fit.standard_errors, float),
                "deviance": float(fit.deviance),
                "null_deviance": float(fit.null_deviance),
                "log_likelihood": float(fit.log_likelihood),
                "df_residual": fit.df_residual,
                "event": fit.path.event,
                "message": str(fit.message),
            }
        except Exception as error:  # whatever comes is the finding
            found = error
    return found, said


def verdict(case, thorough=True):
    """(verdict, a few words) for one case.

    Without `thorough` nobody looks for the answer that a fit says it did not find.
    """
    problem = case.problem
    found, said = ask(case)
    kinds = {w.category for w in said}
    odd = kinds - {glmlib.ConvergenceWarning, glmlib.DataWarning}
    if odd:
        return "stray warning", "; ".join(str(w.message) for w in said if w.category in odd)
    if not problem.rank_is_full():
        if isinstance(found, Exception) and not sentence(found):
            return "stray exception", repr(found)
        if isinstance(found, dict):
            return "not judged", "nearly dependent columns"
        return "refused", str(found)
    way = independent.separated(problem)
    if isinstance(found, Exception):
        if not sentence(found):
            return "stray exception", repr(found)
        return ("refused" if way else "right answer refused"), str(found)
    if found["converged"] == (glmlib.ConvergenceWarning in kinds):
        return "stray warning", "a fit that converged warns, or one that did not is silent"
    if not found["converged"]:
        return without_answer(problem, case.solver, found, way, thorough)
    if way:
        largest = max(abs(v) for v in way)
        reach = " ".join(f"{float(v / largest):.3g}" for v in way)
        return "missed separation", f"direction {reach}, beta {found['beta']}"
    return claim(problem, found, said)


def sentence(error):
    """Whether an exception is one that the library means: a sentence for the caller."""
    return (
        type(error) in (ValueError, TypeError)
        and len(str(error)) > 12
        and not any(
            word in str(error)
            for word in ("operand", "ufunc", "broadcast together", "unpack", "math ")
        )
    )


def without_answer(problem, solver, found, way, thorough):
    if not np.isfinite(found["beta"]).all():
        return "wrong answer", f"beta is not finite: {found['beta']}"
    if way:
        if found["event"] == "separated":
            return "separated", ""
        return "separated, in other words", found["message"]
    says = found["event"] == "separated"
    if says and problem.pair in independent.CONVEX:
        return "false separation", found["message"]
    if solver == "gradient descent" and not says:
        return "descent not at its end", found["message"]
    if not (says or thorough) or independent.find(problem) is None:
        return "no answer", found["message"]
    return "false separation" if says else "right answer thrown away", found["message"]


def claim(problem, found, said):
    """The verdict on a fit that says it converged, where no direction runs away."""
    beta = found["beta"]
    if not np.isfinite(beta).all():
        return "wrong answer", f"beta is {beta}"
    judged = independent.judge(problem, beta)
    if not judged.inside:
        return "wrong answer", f"a mean is outside its range at {beta}"
    if judged.standard_errors is None:
        return "wrong answer", f"the information is singular at {beta}"
    if not judged.definite and judged.relative > 1e-12:
        return "wrong answer", f"a saddle or a maximum at {beta}"
    lost = judged.exact or judged.floor > 1e-3
    if lost:  # standard errors are shorter than rounding: only η can be compared
        if judged.relative > 1e-7 and judged.distance > FAR + judged.floor:
            return "wrong answer", f"η moves by {judged.relative:.1e} of its terms"
    elif judged.distance > FAR + judged.floor:
        optimum = independent.refine(problem, beta)
        far = judged.distance if optimum is None else independent.away(problem, beta, optimum)
        least = -math.inf if optimum is None else independent.judge(problem, optimum).deviance
        flat = judged.deviance <= least * (1 + FLAT)  # several maxima, and this is one of them
        if far > FAR + judged.floor and not flat:
            return "wrong answer", f"{far:.1e} standard errors away, floor {judged.floor:.0e}"
    n, d = problem.used.X.shape
    if found["df_residual"] != n - d:
        return "wrong standard error", f"df {found['df_residual']}, not {n - d}"
    if not lost and (n > d or problem.family not in independent.DISPERSION):
        error = np.abs(found["standard_errors"] / judged.standard_errors - 1)
        if not (error <= FAR + judged.floor + judged.error_floor).all():
            return "wrong standard error", f"relative error {np.max(error):.1e}"
    allowed = 1e-8 * judged.deviance + judged.deviance_floor
    if not abs(found["deviance"] - judged.deviance) <= allowed:
        return "wrong deviance", f"{found['deviance']!r}, exact {judged.deviance!r}"
    null = found["null_deviance"]
    ones = np.ptp(problem.used.X, axis=0) == 0
    poles = problem.pair == ("gaussian", "inverse")  # a minimum between each two of them
    if ones.any() and problem.offset is not None and not math.isnan(null) and not poles:
        exact = independent.null_deviance(problem)
        convex = problem.pair in independent.CONVEX
        off = null - exact if convex else max(null - exact, 0)
        # a deviance grows by the square of the standard errors that an estimate is away
        if abs(off) > 1e-6 * exact + judged.deviance_floor + FAR**2:
            kind = "wrong deviance" if convex else "a lower minimum elsewhere"
            return kind, f"null deviance {null!r}, exact {exact!r}"
    exact, size = independent.log_likelihood(problem, beta)
    if not lost and math.isfinite(exact):
        if (
            not abs(found["log_likelihood"] - exact)
            <= 1e-9 * (1 + size) + judged.deviance_floor
        ):
            return "wrong log-likelihood", f"{found['log_likelihood']!r}, exact {exact!r}"
    if problem.pair not in independent.CONVEX and not lost:
        return global_minimum(problem, judged, null, said)
    return "right", ""


def global_minimum(problem, judged, null, said):
    """The verdict on a true stationary minimum of a loss that may have several."""
    word = any("minimum" in str(w.message) for w in said)
    if judged.deviance > null * (1 + 1e-6) + judged.deviance_floor and not word:
        return "wrong answer", f"deviance {judged.deviance:.6g} > null deviance {null:.6g}"
    optimum = independent.find(problem)
    if optimum is not None:
        lower = independent.judge(problem, optimum).deviance
        if lower < judged.deviance * (1 - 1e-6) - judged.deviance_floor:
            return (
                "a lower minimum elsewhere",
                f"deviance {judged.deviance:.6g}, elsewhere {lower:.6g}",
            )
    return "right", ""


# ---- many


def smaller(case, kind, seconds=5.0):
    """A case of the same verdict with fewer rows, columns and arguments."""
    end, again = time.perf_counter() + seconds, True

    def candidates():
        p, options = case.problem, case.options
        for what in ("weights", "offset"):
            if getattr(p, what) is not None:
                yield Case(replace(p, **{what: None}), options)
        for i in range(len(p.y)):
            keep = np.arange(len(p.y)) != i
            rest = {
                what: getattr(p, what)[keep]
                for what in ("X", "y", "weights", "offset")
                if getattr(p, what) is not None
            }
            yield Case(replace(p, **rest), options)
        for j in range(p.X.shape[1]):
            keep = np.arange(p.X.shape[1]) != j
            less = dict(options)
            if "start" in less:
                less["start"] = less["start"][keep]
            yield Case(replace(p, X=p.X[:, keep]), less)
        for what in ("X", "y", "offset", "weights"):
            a = getattr(p, what)
            if a is not None:
                short = np.array([float(f"{v:.2g}") for v in a.flat]).reshape(a.shape)
                if (short != a).any():
                    yield Case(replace(p, **{what: short}), options)
                if what == "y" and (np.round(a) != a).any() and p.family != "binomial":
                    yield Case(replace(p, y=np.round(a)), options)

    while again and time.perf_counter() < end:
        again = False
        for other in candidates():
            if min(other.problem.X.shape) and verdict(other)[0] == kind:
                case, again = other, True
                break
    return case


def part(arguments):
    """(k, group, verdict, words, size) of the problems first, first + step, … of a seed."""
    seed, numbers, thorough, cases = arguments
    rows = []
    for k in numbers:
        one = CASES[cases](np.random.default_rng([seed, k]))
        try:
            kind, words = verdict(one, k % thorough == 0)
        except Exception as error:
            raise RuntimeError(
                f"the judge failed at --kind {cases} --one {seed} {k}"
            ) from error
        p = one.problem
        rows.append((k, (p.family, p.link, one.solver), kind, words, p.X.size))
    return rows


def run(problems, seed, jobs=1, first=0, thorough=1, kind="any"):
    """All verdicts, in the order of the problems; one of `thorough` is looked into."""
    numbers = range(first, first + problems)
    if jobs == 1:
        return part((seed, numbers, thorough, kind))
    starts = range(0, problems, 250)
    chunks = [(seed, numbers[i : i + 250], thorough, kind) for i in starts]
    with ProcessPoolExecutor(jobs) as pool:
        return [row for rows in pool.map(part, chunks) for row in rows]


def report(rows, seed, snippets=1, cases="any"):
    """The table of verdicts, and the smallest input of each kind of fault as code."""
    seen = [kind for kind in (*FAULTS, *COUNTS) if any(r[2] == kind for r in rows)]
    total = Counter(r[2] for r in rows)
    lines = [f"{len(rows):,} problems, seed {seed}"]
    lines += [f"{total[kind]:>8,}  {kind}" for kind in (*FAULTS, *COUNTS)]
    groups = sorted({r[1] for r in rows})
    lines += ["", " " * 46 + "  ".join(f"[{i}]" for i in range(len(seen)))]
    for group in groups:
        count = Counter(r[2] for r in rows if r[1] == group)
        cells = " ".join(f"{count[kind] or '·':>4}" for kind in seen)
        lines.append(f"{', '.join(group):<45}{cells}")
    lines += [f"[{i}] {kind}" for i, kind in enumerate(seen)]
    for kind in FAULTS:
        failed = sorted((r for r in rows if r[2] == kind), key=lambda r: r[4])
        shown = set()
        for k, group, _, _, _ in failed:
            if group in shown or len(shown) >= snippets:
                continue
            shown.add(group)
            one = smaller(CASES[cases](np.random.default_rng([seed, k])), kind)
            where = f"--kind {cases} --one {seed} {k}"
            lines += ["", f"# {kind} ({where}): {verdict(one)[1]}", one.code()]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--problems", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument(
        "--thorough", type=int, default=1, help="of so many fits without an answer look at one"
    )
    parser.add_argument("--snippets", type=int, default=3, help="per kind of fault")
    parser.add_argument("--kind", choices=CASES, default="any")
    parser.add_argument("--one", type=int, nargs=2, metavar=("SEED", "K"))
    options = parser.parse_args()
    if options.one:
        one = CASES[options.kind](np.random.default_rng(options.one))
        print(one.code(), verdict(one), sep="\n")
        return 0
    begin = time.perf_counter()
    which = options.problems, options.seed, options.jobs, options.first, options.thorough
    rows = run(*which, kind=options.kind)
    print(report(rows, options.seed, options.snippets, options.kind))
    print(f"\n{time.perf_counter() - begin:.0f} s")
    return int(any(row[2] in FAULTS for row in rows))


if __name__ == "__main__":
    sys.exit(main())
