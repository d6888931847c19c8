"""Checks of a loss, a gradient, a Hessian and a fit, for any model class."""

import contextlib
import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import numpy as np

from ...data import stream
from ...links import LINKS, Logit
from ...models import GLM
from ...numerical import numerical_gradient
from .formula import one_change
from .slips import by_ratio, of_shape, same
from .verdicts import apart, call, numbers, reshaped, try_again, verdict


@dataclass(frozen=True)
class Case:
    """Data X (n, d), y (n,), the points betas (k, d), and what to say if only it fails."""

    X: np.ndarray
    y: np.ndarray
    betas: np.ndarray
    where: str
    hint: str = ""
    tolerance: float = 1e-6


def cases(Model):
    """The data sets on which a function of (beta, X, y) must be right.

    No |βⱼ| is below 0.3: at β = 0 a straight line passes for the sigmoid. The last column of
    X is not scaled: there a lost factor cannot hide.
    """
    family, link = parts(Model)
    rng = stream(11, "checks")
    n, d, truth, single = 40, 3, np.array([0.5, -0.4, 0.3]), np.float32
    X = np.column_stack([np.ones(n), rng.standard_normal(n), 2 + 3 * rng.standard_normal(n)])
    y = family.sample(rng, link.inverse(X @ truth), 1.0)
    betas = rng.choice([-1.0, 1.0], (5, d)) * rng.uniform(0.3, 0.9, (5, d))
    order = rng.permutation(n)
    whole = np.column_stack([np.ones(n), rng.integers(-2, 3, (n, 2))]).astype(int)
    whole_y = np.ceil(family.sample(rng, link.inverse(whole @ truth), 1.0)).astype(int)
    signs = np.array([[1.0, -1.0, 1.0], [-1.0, 1.0, 1.0]])  # y and X are whole, beta is not
    cut = "an array of integers drops what comes after the decimal point"
    yield Case(X, y, betas, f"on {n} rows and {d} columns")
    yield Case(X[:, 1:2], y, betas[:, :1], "on one column")
    yield Case(X[order], y[order], betas, "on the same rows in another order")
    yield Case(X[:1], y[:1], betas, "on one row", "squeeze and len can trip over one row")
    yield Case(whole, whole_y, signs, "on whole numbers", cut)
    X, y, betas = X.astype(single), y.astype(single), betas.astype(single)
    yield Case(X, y, betas, "in single precision (float32)", tolerance=1e-3)


def extremes(Model):
    """η = ±800, where e^η overflows or vanishes; −800 alone where the mean is e^η itself.

    Under the canonical link alone: there loss and gradient have a value that far out.
    """
    reach = {"logit": [-800.0, 800.0, -40.0, 40.0], "log": [-800.0, -40.0]}
    family, link = parts(Model)
    eta = np.array(reach.get(link.name, []) if link.name == family.links[0] else [])
    y = np.where(eta < -100, 1.0, 0.0) if (eta > 0).any() else np.ones(len(eta))
    hint = "right for small eta, wrong for large: an overflow, the log of zero, a clipped mu"
    if len(eta):
        yield Case(eta[:, None], y, np.array([[1.0], [0.9]]), "where eta reaches ±800", hint)


def parts(Model):
    """The family and the link of a model class."""
    model = Model(np.ones((2, 1)), np.ones(2))
    return model.family, model.link


@dataclass(frozen=True)
class Target:
    """What a function of (beta, X, y) has to be, and how it is missed."""

    name: str
    shape: Callable  # d -> the shape of the answer
    right: Callable  # model, beta -> the right answer
    route: str  # how that is computed
    minus: str  # what minus the right answer is
    otherwise: Callable  # model -> where to look when nothing explains the answer
    slips: dict  # words -> the wrong answer they explain
    formulas: Callable  # model -> the right answer as text, see `formula`
    differences: bool = False  # compare differences between points: a constant is free
    extreme: bool = True  # also where eta reaches ±800


def compare(f, Model, target):
    """Compare f with the target on every case; the first difference ends the check."""
    for case in [*cases(Model), *(extremes(Model) if target.extreme else [])]:
        compare_on(case, f, Model(case.X.astype(float), case.y.astype(float)), target)
    return f"your {target.name} agrees with {target.route}"


def compare_on(case, f, model, target):
    """Compare f with the target at the points of one case; say why they differ."""
    shape = target.shape(case.X.shape[1])

    def learners(beta):
        return of_shape(call(f, case.where, beta=beta, X=case.X, y=case.y), shape, case)

    def along(g, betas):
        values = np.array([g(beta) for beta in betas])
        return np.diff(values, axis=0) if target.differences else values

    betas = case.betas.astype(float)
    yours = along(learners, case.betas)
    right = along(lambda beta: target.right(model, beta), betas)
    size = np.abs(right).max() or 1.0
    if np.abs(yours - right).max() <= case.tolerance * size:
        return
    words = by_ratio(yours, right, len(case.X), target.minus) if right.size > 2 else ""
    for slip, wrong in target.slips.items() if not words else ():
        slipped = along(functools.partial(wrong, model), betas)
        if (
            slipped.shape != right.shape
            or not slipped.any()
            or np.abs(slipped - right).max() <= case.tolerance * size
        ):
            continue  # on these data the slip does no harm
        if np.allclose(yours, slipped, rtol=1e-5, atol=1e-9 * np.abs(yours).max()):
            words = slip
            break
    if not words + case.hint and len(right) > 1 and np.ptp(yours, axis=0).max() == 0:
        words = "your answer does not change with beta"
    if not words + case.hint:

        def fits(values):
            values = np.array(np.broadcast_arrays(*values)).reshape(len(betas), -1)
            values = np.diff(values, axis=0) if target.differences else values
            found = yours.reshape(len(yours), -1)
            return np.allclose(found, values, rtol=1e-6, atol=1e-8 * np.abs(found).max())

        for text in target.formulas(model):
            words = words or one_change(text, [named(model, b) for b in betas], fits)
    if not words and right.ndim == 2:
        off = np.abs(yours - right).max(axis=0) > 1e-4 * np.abs(right).max(axis=0)
        if off.sum() == 1 < len(off):
            words = f"entry {off.argmax()} alone is off, counted from 0"
    k = np.abs(yours - right).reshape(len(right), -1).max(axis=1).argmax()
    one, other = apart(yours[k], right[k])
    try_again(
        f"{words or case.hint or target.otherwise(model)}\n"
        f"yours {one}, by {target.route} {other}",
        f"at beta = {numbers(case.betas[k])}, {case.where}",
    )


def residual(m, b):
    return m.mu(b) - m.y


def weighted(m, w):
    return m.X.T @ (w[:, None] * m.X)


def by_another(link):
    """The gradient with the mean of another link; that of the model under its own link."""

    def gradient(m, b):
        if m.link.name == link:
            return m.gradient(b)
        return m.X.T @ (LINKS[link]().inverse(m.eta(b)) - m.y)

    return gradient


def named(m, b):
    """What stands in the formulas of the targets."""
    eta = m.eta(b)
    found = {"mu": m.mu(b), "eta": eta, "y": m.y, "beta": b, "n": len(eta), "d": len(b)}
    return found | {
        "s": 2 * m.y - 1,
        "cross": lambda rows: m.X.T @ np.broadcast_to(rows, len(eta)),
        "weigh": lambda weights: weighted(m, np.broadcast_to(weights, len(eta))),
    }


def by_link(**texts):
    """The formulas of a model, by its link, where that is the canonical one."""
    return lambda m: texts.get(m.link.name, ()) if m.link.name == m.family.links[0] else ()


def first(entry, others):
    return np.concatenate([entry[:1], others[1:]])


GRADIENT = Target(
    name="gradient",
    shape=lambda d: (d,),
    right=lambda m, b: numerical_gradient(m.loss, b),
    route="finite differences",
    minus="the sign: this is the score, and the gradient of the loss is minus the score",
    otherwise=lambda m: (
        "the ratio is not constant: look at mu, then at the sign of y, then at the product"
        if m.link.name == "identity"
        else "the ratio is not constant: look at the residual: is mu g⁻¹(eta)?"
    ),
    slips={
        "x is missing: only the intercept is right, all entries are the sum of residuals": (
            lambda m, b: np.full(len(b), residual(m, b).sum())
        ),
        "only the intercept is right, the other entries are 0": (
            lambda m, b: first(m.gradient(b), 0 * b)
        ),
        "the intercept is counted twice": lambda m, b: first(2 * m.gradient(b), m.gradient(b)),
        "the intercept's entry is 0, but it has a gradient too": (
            lambda m, b: first(0 * b, m.gradient(b))
        ),
        "the inverse link is missing: eta stands for mu": lambda m, b: (
            m.X.T @ (m.eta(b) - m.y)
        ),
        "y is missing: this is X.T @ mu": lambda m, b: m.X.T @ m.mu(b),
        "mu is missing: this is -X.T @ y": lambda m, b: -m.X.T @ m.y,
        "the sign of eta: mu belongs to -eta here": lambda m, b: (
            m.X.T @ (m.link.inverse(-m.eta(b)) - m.y)
        ),
        "e^eta stands where the mean of this model belongs": by_another("log"),
        "S(eta), a probability, stands where the mean of this model belongs": (
            by_another("logit")
        ),
        "mu is cut off near 0 and 1, or near 0": lambda m, b: (
            m.gradient(b) + m.X.T @ (np.clip(m.mu(b), 1e-6, None) - m.mu(b))
        ),
        "the sign of y: it is added to mu": lambda m, b: m.X.T @ (m.mu(b) + m.y),
        "x appears twice": lambda m, b: (m.X**2).T @ residual(m, b),
        "the residual is squared": lambda m, b: m.X.T @ residual(m, b) ** 2,
        "the residual has lost its sign": lambda m, b: m.X.T @ np.abs(residual(m, b)),
        "the factor (dmu/deta) / V(mu) is missing": lambda m, b: m.X.T @ residual(m, b),
        "the residual has a weight: under the canonical link it has none": (
            lambda m, b: m.X.T @ (m.link.derivative(m.eta(b)) * residual(m, b))
        ),
        "each entry is multiplied by that of beta": lambda m, b: b * m.gradient(b),
    },
    formulas=by_link(
        identity=["cross(mu - y)"], logit=["cross(mu - y)"], log=["cross(mu - y)"]
    ),
)

HESSIAN = Target(
    name="Hessian",
    shape=lambda d: (d, d),
    right=lambda m, b: numerical_gradient(m.gradient, b),
    route="finite differences",
    minus="the sign: this is the Hessian of the log-likelihood, and the loss curves upwards",
    otherwise=lambda m: "the ratio is not constant: look at the weight of each row, V(mu)",
    slips={
        "only the diagonal is right": lambda m, b: np.diag(np.diag(m.hessian(b))),
        "the weights are missing: this is X.T @ X": lambda m, b: m.X.T @ m.X,
        "the weight of a row is V(mu), yours is mu": lambda m, b: weighted(m, m.mu(b)),
        "the weight of a row is V(mu), yours is 1 - mu": lambda m, b: weighted(m, 1 - m.mu(b)),
        "the weight of a row is V(mu), yours is its square": (
            lambda m, b: weighted(m, m.family.variance(m.mu(b)) ** 2)
        ),
        "the weight of a row is V(mu), yours is its square root": (
            lambda m, b: weighted(m, np.sqrt(m.family.variance(m.mu(b))))
        ),
        "the weight of a row is V(mu), yours is the residual": (
            lambda m, b: weighted(m, residual(m, b))
        ),
        "every column is the same: X stands on one side only": lambda m, b: (
            m.X.T @ np.repeat(m.family.variance(m.mu(b))[:, None], len(b), axis=1)
        ),
        "the weight of a row is V(mu), yours is y": lambda m, b: weighted(m, m.y),
        "the weight of a row is V(mu), yours is eta": lambda m, b: weighted(m, m.eta(b)),
        "this is the covariance, the inverse of the Hessian": (
            lambda m, b: np.linalg.pinv(m.hessian(b))
        ),
        "this is the gradient times itself, not its derivative": (
            lambda m, b: np.outer(m.gradient(b), m.gradient(b))
        ),
        "the half below the diagonal is 0: a Hessian is symmetric": (
            lambda m, b: np.triu(m.hessian(b))
        ),
        "the half above the diagonal is 0: a Hessian is symmetric": (
            lambda m, b: np.tril(m.hessian(b))
        ),
        "1 is added on the diagonal": lambda m, b: m.hessian(b) + np.eye(len(b)),
        "the columns were centred, the one of ones too": (
            lambda m, b: (
                (m.X - m.X.mean(axis=0)).T
                @ (m.family.variance(m.mu(b))[:, None] * (m.X - m.X.mean(axis=0)))
            )
        ),
        "the row and the column of the intercept are 0: it curves too": (
            lambda m, b: m.hessian(b) * np.outer(np.arange(len(b)) > 0, np.arange(len(b)) > 0)
        ),
        "the weights of a logistic model": lambda m, b: weighted(
            m, Logit().derivative(m.eta(b))
        ),
        "the columns are multiplied by beta": lambda m, b: m.hessian(b) * b,
    },
    formulas=by_link(
        identity=["weigh(0 * mu + 1)"], logit=["weigh(mu * (1 - mu))"], log=["weigh(mu)"]
    ),
    extreme=False,
)

LOSS = Target(
    name="loss",
    shape=lambda d: (),
    right=lambda m, b: m.loss(b),
    route="the negative log-likelihood",
    minus="the sign: this is the log-likelihood, and the loss is minus the log-likelihood",
    otherwise=lambda m: (
        "the ratio is not constant: look at the logarithm of the density, term by term"
    ),
    slips={
        "this is the squared error, the loss of the linear model": (
            lambda m, b: (residual(m, b) ** 2).sum()
        ),
        "this is half the squared error, the loss of the linear model": (
            lambda m, b: (residual(m, b) ** 2).sum() / 2
        ),
        "the term with y is missing": lambda m, b: m.loss(b) + m.y @ m.eta(b),
        "the term with y has the wrong sign": lambda m, b: m.loss(b) + 2 * m.y @ m.eta(b),
        "only the term with y is there": lambda m, b: -m.y @ m.eta(b),
        "mu stands where eta belongs": lambda m, b: m.loss(b) + m.y @ (m.eta(b) - m.mu(b)),
        "this formula holds for 0 and 1: where y was 0, s is −1": (
            lambda m, b: m.loss(b) + (1 - m.y) @ m.eta(b)
        ),
        "the sign of s η: a row is fitted well where s and η have one sign": (
            lambda m, b: m.loss(b) + (2 * m.y - 1) @ m.eta(b)
        ),
        "each row is taken for a 1": lambda m, b: m.loss(b) - (1 - m.y) @ m.eta(b),
        "only the rows with y = 1 count": lambda m, b: -m.y @ m.link.log_mu(m.eta(b)),
        "this is the likelihood, and minus its logarithm is asked for": (
            lambda m, b: np.exp(-m.loss(b))
        ),
        "the sum stands inside the logarithm: each row has its own": (
            lambda m, b: np.logaddexp(0, -np.sum((2 * m.y - 1) * m.eta(b)))
        ),
        "these are the probabilities of the other outcome: no logarithm was taken": (
            lambda m, b: np.abs(residual(m, b)).sum()
        ),
        "only the side of the wrong sign counts: the curve is smooth, not a corner": (
            lambda m, b: np.maximum(0, -(2 * m.y - 1) * m.eta(b)).sum()
        ),
        "this is the hinge loss: no logarithm of a probability": (
            lambda m, b: np.maximum(0, 1 - (2 * m.y - 1) * m.eta(b)).sum()
        ),
        "e^(−s η) without the logarithm of 1 plus it": (
            lambda m, b: np.exp(-(2 * m.y - 1) * m.eta(b)).sum()
        ),
        "this squares s − η: it is no log-likelihood of outcomes": (
            lambda m, b: np.sum((2 * m.y - 1 - m.eta(b)) ** 2)
        ),
        "log(e^1 + e^u) in place of log(e^0 + e^u)": (
            lambda m, b: np.logaddexp(1, -(2 * m.y - 1) * m.eta(b)).sum()
        ),
        "s is turned into a sign once more: it is −1 or 1 already": (
            lambda m, b: np.logaddexp(0, -(4 * m.y - 3) * m.eta(b)).sum()
        ),
        "s / 2 is −½ or ½: s must become 0 or 1": (
            lambda m, b: np.sum(np.logaddexp(0, m.eta(b)) - (m.y - 0.5) * m.eta(b))
        ),
        "the largest row alone, where a sum belongs": (
            lambda m, b: np.logaddexp(0, -(2 * m.y - 1) * m.eta(b)).max()
        ),
    },
    formulas=by_link(
        identity=["sum((y - mu) ** 2) / 2"],
        logit=["sum(softplus(eta) - y * eta)", "sum(softplus(-(s * eta)))"],
        log=["sum(mu - y * eta)"],
    ),
    differences=True,
)


@verdict
def gradient(f, Model):
    """Check f(beta, X, y) -> (d,), the gradient of Model's loss, by finite differences.

    Model : a class such as `LogisticRegression`; its loss is the sum over the rows.

    >>> checks.gradient(lambda b, X, y: X.T @ (X @ b - y), LinearRegression)
    PASS ✓ your gradient agrees with finite differences
    >>> checks.gradient(lambda b, X, y: X.T @ (y - X @ b), LinearRegression).status
    'TRY AGAIN'
    """
    return compare(f, Model, GRADIENT)


@verdict
def hessian(f, Model):
    """Check f(beta, X, y) -> (d, d), the Hessian of Model's loss, by finite differences.

    >>> checks.hessian(lambda beta, X, y: X.T @ X, LinearRegression)
    PASS ✓ your Hessian agrees with finite differences
    """
    return compare(f, Model, HESSIAN)


@verdict
def loss(f, Model, signs=False):
    """Check f(beta, X, y) -> number, Model's loss up to terms that are free of beta.

    Differences loss(β) − loss(β₀) are compared, also where η reaches ±800; and the loss of
    all rows must be the sum over the rows, so that no number is added that belongs to none.
    For the linear model the loss is ½ Σ (y − μ)². With `signs` the learner's function gets −1
    and 1 where the model has 0 and 1.

    >>> checks.loss(lambda b, X, y: ((y - X @ b) ** 2).sum() / 2, LinearRegression)
    PASS ✓ your loss agrees with the negative log-likelihood
    """
    if signs:
        f = of_signs(f)
    praise = compare(f, Model, LOSS)
    case = next(cases(Model))
    beta, where = case.betas[0], case.where

    def learners(X, y, where=where):
        value = call(f, where, beta=beta, X=X, y=y)
        return reshaped(value, ())

    half = len(case.y) // 2
    parts = [learners(case.X[k], case.y[k]) for k in (slice(half), slice(half, None))]
    total = learners(case.X, case.y)
    if abs(total - sum(parts)) > 1e-8 * (abs(total) + 1):
        one, other = apart(total, sum(parts))
        try_again(
            "right but for a number that no row accounts for: the loss is a sum over rows\n"
            f"all rows {one}, the two halves together {other}",
            where,
        )
    return praise


def of_signs(f):
    """f(beta, X, s), which takes signs, as a function of y = 0 or 1."""
    if not callable(f):
        return f

    @functools.wraps(f)
    def of_zeros_and_ones(beta, X, y):
        return f(beta, X, 2 * y - 1)

    return of_zeros_and_ones


@verdict
def loss_of_counts(f):
    """Check f(beta, X, hits, trials) -> number: Σ trials log(1 + e^η) − hits η, also far out.

    It is the loss of a logistic regression whose row i has `hits[i]` of `trials[i]`.

    >>> def by_the_formula(beta, X, hits, trials):
    ...     return np.sum(trials * np.logaddexp(0, X @ beta) - hits * (X @ beta))
    >>> checks.loss_of_counts(by_the_formula)
    PASS ✓ this is the loss of all trials, also where eta reaches ±800
    >>> checks.loss_of_counts(lambda *data: by_the_formula(*data) / len(data[2])).status
    'TRY AGAIN'
    """
    rng, beta = stream(4, "loss of counts"), np.array([0.5, -0.8, 0.4])
    cases = {}
    for n, where in ((20, "20 rows"), (1, "one row")):
        X = np.column_stack([np.ones(n), rng.standard_normal((n, 2))])
        trials = rng.integers(2, 9, n).astype(float)
        hits = np.minimum(rng.integers(1, 9, n), trials - 1)
        cases[where] = {"beta": beta, "X": X, "hits": hits, "trials": trials}
    far, six = np.array([-800.0, -40.0, 40.0, 800.0]), np.full(4, 6)
    for where, eta, hits in (
        ("where eta reaches ±800", far, np.array([2, 1, 5, 3])),
        ("where eta reaches ±800 and all are of one kind", far, np.array([0, 0, 6, 6])),
    ):
        cases[where] = {"beta": np.ones(1), "X": eta[:, None], "hits": hits, "trials": six}

    def right(beta, X, hits, trials):
        return np.sum(trials * np.logaddexp(0, X @ beta) - hits * (X @ beta))

    slips = {
        "the hits are taken from 1, and a row has more trials than one": (
            lambda beta, X, hits, trials: right(beta, X, hits, 1)
        ),
        "a mean over the rows: the sum is asked": lambda beta, X, hits, trials: (
            right(beta, X, hits, trials) / len(hits)
        ),
        "two slips: a mean over the rows, and the hits are taken from 1": (
            lambda beta, X, hits, trials: right(beta, X, hits, 1) / len(hits)
        ),
    }

    def names(beta, X, hits, trials):
        return {"eta": X @ beta, "hits": hits, "trials": trials, "n": len(hits)}

    same(
        f, right, cases, slips, formula="sum(trials * softplus(eta) - hits * eta)", names=names
    )
    return "this is the loss of all trials, also where eta reaches ±800"


@verdict
def laplace(f):
    """Check f(beta, X, y) -> number: −log L for the density e^(−|y − μ|)/2, μ = Xβ.

    >>> checks.laplace(lambda b, X, y: np.abs(y - X @ b).sum() + len(y) * np.log(2))
    PASS ✓ this is minus the log-likelihood, on 1000 rows too
    >>> checks.laplace(lambda b, X, y: ((y - X @ b) ** 2).sum() / 2).status
    'TRY AGAIN'
    """
    rng, beta = stream(13, "laplace"), np.array([0.5, -0.4, 0.8])
    data = {}
    for n, where in ((40, "40 rows"), (1, "one row"), (1000, "1000 rows")):
        X = np.column_stack([np.ones(n), rng.standard_normal((n, 2))])
        data[where] = {"beta": beta, "X": X, "y": X @ beta + rng.laplace(size=n)}

    def of(formula):
        """formula(the misses, the constant) as a function of the data."""
        return lambda beta, X, y: formula(y - X @ beta, len(y) * np.log(2))

    wrong = {
        "the misses are squared: that is the Normal density": lambda r, c: (r**2).sum() + c,
        "half the squares: that is the Normal density": lambda r, c: (r**2).sum() / 2 + c,
        "the misses are halved: the 2 stands before the exponential": (
            lambda r, c: np.abs(r).sum() / 2 + c
        ),
        "the misses have kept their sign: take np.abs": lambda r, c: r.sum() + c,
        "take the size of each miss, then the sum": lambda r, c: abs(r.sum()) + c,
        "the constant is missing: each row has the factor 1/2": lambda r, c: np.abs(r).sum(),
        "the constant is there once: each row brings it": (
            lambda r, c: np.abs(r).sum() + np.log(2)
        ),
        "the sign of the constant: −log(1/2) is log 2": lambda r, c: np.abs(r).sum() - c,
        "the constant is halved": lambda r, c: np.abs(r).sum() + c / 2,
        "this constant is that of the Normal density": (
            lambda r, c: np.abs(r).sum() + len(r) / 2 * np.log(2 * np.pi)
        ),
        "this is the log-likelihood: the loss is minus that": lambda r, c: (
            -np.abs(r).sum() - c
        ),
        "a mean over the rows: the sum is asked": lambda r, c: (np.abs(r).sum() + c) / len(r),
    }
    slips = {words: of(formula) for words, formula in wrong.items()}

    def names(beta, X, y):
        return {"y": y, "eta": X @ beta, "n": len(y), "d": len(beta)}

    right = of(lambda r, c: np.abs(r).sum() + c)
    same(f, right, data, slips, formula="sum(abs(y - eta)) + n * log(2)", names=names)
    return "this is minus the log-likelihood, on 1000 rows too"


@verdict
def fit(f, Model, weighted=False):
    """Check f(X, y) -> beta (d,), the estimate: at it the gradient of the loss is 0.

    The distance from the minimum is √(∇ᵀ H⁻¹ ∇), in standard errors, and must be below
    0.001. X has 100 rows and standard normal columns, so that one learning rate serves all;
    also given are the same rows in another order and one column alone. A linear model must
    be solved without `inv`, as the lessons ask. With `weighted` f gets a third argument, the
    standard deviations sigma (n,) of the noise of the rows.

    >>> checks.fit(lambda X, y: np.linalg.lstsq(X, y)[0], LinearRegression)
    PASS ✓ at your estimate the gradient of the loss is 0 on every data set
    >>> checks.fit(lambda X, y: np.linalg.inv(X.T @ X) @ X.T @ y, LinearRegression).status
    'TRY AGAIN'
    """
    family, link = parts(Model)
    rng = stream(12, "checks")
    X = np.column_stack([np.ones(100), rng.standard_normal((100, 2))])
    y = family.sample(rng, link.inverse(X @ np.array([0.4, -0.7, 0.5])), 1.0)
    shuffled = rng.permutation(100)
    data = [
        ("on 100 rows and 3 columns", X, y),
        ("on the same rows in another order", X[shuffled], y[shuffled]),
        ("with the last column in other units (half the numbers)", X * [1.0, 1.0, 0.5], y),
        ("on the first column alone", X[:, :1], y),
    ]
    for where, X, y in data:
        sigma = rng.uniform(0.3, 3.0, len(y)) if weighted else np.ones(len(y))
        model = Model(X.astype(float), y.astype(float), weights=1 / sigma**2)
        case = Case(X, y, np.zeros((1, X.shape[1])), where)
        given = {"X": X, "y": y} | ({"sigma": sigma} if weighted else {})
        beta = reshaped(call(f, where, **given), case.betas.shape[1:])
        if beta.shape == case.betas.shape[1:] and not np.isfinite(beta).all():
            try_again(
                f"your estimate is {numbers(beta)}: the descent diverged, look at the sign of "
                "the step, then at the learning rate",
                where,
            )
        of_shape(beta, case.betas.shape[1:], case)
        g = model.gradient(beta)
        distance = np.inf
        with contextlib.suppress(np.linalg.LinAlgError):
            distance = np.sqrt(g @ np.linalg.solve(model.hessian(beta), g))
        if not distance <= 1e-3:
            try_again(
                f"{off_minimum(model, beta, sigma)}\nyour beta {numbers(beta)} has gradient "
                f"{numbers(g)} instead of 0,\n"
                f"{distance:.2g} standard errors from the minimum, {where}"
            )
    if link.name == "identity" and calls_inv(f):
        try_again(
            "the estimate is right, but it comes from `inv`: use another method, which\n"
            "keeps more digits when columns are nearly the same"
        )
    return "at your estimate the gradient of the loss is 0 on every data set"


def calls_inv(f, seen=()):
    """Whether the code of f, or of a function that it calls by name, names NumPy's inv.

    >>> calls_inv(lambda X: np.linalg.inv(X)), calls_inv(lambda X: np.linalg.pinv(X))
    (True, False)
    """
    f = inspect.unwrap(f)
    todo, names = [getattr(f, "__code__", None)], set()
    while todo:
        code = todo.pop()
        names |= set(getattr(code, "co_names", ()))
        todo += [part for part in getattr(code, "co_consts", ()) if hasattr(part, "co_names")]
    known = getattr(f, "__globals__", {})
    values = [known[name] for name in names if name in known]
    own = [v for v in values if inspect.isfunction(v) and v.__module__ == f.__module__]
    return (
        ("inv" in names and "inv" not in known)
        or ("I" in names and bool(names & {"matrix", "asmatrix"}))
        or any(getattr(v, "__name__", "") == "inv" and v not in own for v in values)
        or any(calls_inv(v, (*seen, f)) for v in own if v not in seen and v is not f)
    )


def other_equation(model, beta, sigma):
    """Which other equation holds at `beta`, where the gradient should be 0; else ""."""
    X, g, size = model.X, model.gradient(beta), np.abs(model.X.T @ model.y).max()
    mu, slope = model.mu(beta), model.link.derivative(model.eta(beta))

    def small(values):
        return np.abs(values).max() < 1e-5 * size

    if beta.any() and small(g - (g @ beta) / (beta @ beta) * beta):
        return "a penalty pulls the coefficients towards 0: the gradient is in line with beta"
    rest = g[1:], beta[1:]
    if (
        beta[1:].any()
        and small(g[0])
        and small(rest[0] - (rest[0] @ rest[1]) / (rest[1] @ rest[1]) * rest[1])
    ):
        return "a penalty pulls all coefficients but the intercept towards 0"
    if not beta[0] and len(beta) > 1 and small(g[1:]):
        return "the intercept is 0, as if X had no column of ones"
    if np.ptp(slope) and small(X.T @ (slope * (mu - model.y))):
        return "here the residuals with the weights mu(1 - mu) add up to 0: they have none"
    if np.ptp(sigma):

        def solved(weights):
            return np.linalg.lstsq(
                np.sqrt(np.broadcast_to(weights, len(sigma)))[:, None] * X,
                np.sqrt(np.broadcast_to(weights, len(sigma))) * model.y,
            )[0]

        return one_change(
            "solved(1 / sigma ** 2)",
            [{"sigma": sigma, "n": len(sigma), "solved": solved}],
            lambda values: np.allclose(values[0], beta, atol=1e-6),
        )
    for name, make in LINKS.items():
        if model.link.name != "identity" and name != model.link.name:
            with np.errstate(all="ignore"), contextlib.suppress(ValueError):
                other = GLM(X, model.y, model.family, make())
                if small(other.gradient(beta)):
                    return f"this is the estimate with the {name} link"
    best = model.fit().beta
    for places in range(4):
        if np.allclose(beta, best.round(places), atol=1e-12):
            return f"the estimate, rounded to {places} digits after the point"
    for words, wrong in (
        ("this is the exponential of the estimate", np.exp(best)),
        ("this is the estimate for y and 1 - y exchanged", -best),
    ):
        if np.allclose(beta, wrong, atol=1e-6):
            return words
    return ""


def off_minimum(model, beta, sigma):
    """Why `beta` is not the minimum, in words; sigma (n,) is 1 where all rows count alike."""
    for left, right in product((0, -1, 1, -2, 2, -3, -4), repeat=2) if np.ptp(sigma) else ():
        A = model.X.T @ (sigma[:, None] ** left * model.X)
        if np.allclose(
            beta, np.linalg.solve(A, model.X.T @ (sigma**right * model.y)), atol=1e-6
        ):
            if left == right == 0:
                return "sigma is not used: this is the fit of rows that count alike"
            if left == right:
                return (
                    f"the weight of a squared miss is sigma^{left} here, line 5 says sigma^-2"
                )
            return f"X is weighted by sigma^{left} in all, and y by sigma^{right}: not alike"
    best = model.fit().beta
    zero = np.zeros_like(beta)
    X, y, identity = model.X / sigma[:, None], model.y / sigma, model.link.name == "identity"
    R = np.linalg.qr(X, mode="r")
    Q = np.linalg.qr(X).Q
    routes = (
        ("this is Q.T @ y: R is still to be undone", Q.T @ y),
        ("this is X.T @ y, the right side of the normal equations", X.T @ y),
        ("R was solved for X.T @ y: Q.T @ y belongs there", np.linalg.solve(R, X.T @ y)),
        ("this is R itself: solve the system that it stands for", R @ (Q.T @ y)),
        ("the transpose of R was solved", np.linalg.solve(R.T, Q.T @ y)),
        ("R was solved for the first rows of y", np.linalg.solve(R, y[: len(R)])),
    )
    squares = "this is least squares for y itself: the link is missing"
    for words, wrong in (
        *(routes if identity else ((squares, np.linalg.lstsq(X, y)[0]),)),
        ("this is beta = 0: the descent has not moved", zero),
        ("the sign: this is minus the estimate", -best),
        (
            "the coefficients are scaled to length 1",
            best / np.hypot.reduce(best),
        ),
    ):
        if np.allclose(beta, wrong, atol=1e-3):
            return words
    if model.loss(beta) > model.loss(zero):
        return "the loss is higher than at beta = 0: the step goes uphill, or is too long"
    words = other_equation(model, beta, sigma)
    if words:
        return words
    if len(beta) > 1 and (np.abs(beta - best / 2) < np.abs(best) / 2).all():
        words = "each coefficient is between 0 and its estimate"
        return f"this is not the minimum yet: {words}, more iterations?"
    off = np.abs(beta - best) > 1e-3
    if len(beta) > 1 and off.tolist() == [True] + [False] * (len(beta) - 1):
        return "the intercept alone is off: does it take two steps, or none?"
    return "this is not the minimum yet: more iterations, or another look at the gradient"
