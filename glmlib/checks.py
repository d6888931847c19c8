"""Checks of mathematics by numbers, for learners and for the tests.

A check calls the learner's function on several data sets and compares its answer with a
property: finite differences, a round trip, a gradient of zero. It knows no stored answer.
A wrong answer is compared with the slips of the tables below, and the first that explains
it is what the learner reads. Every check returns a `Verdict`.
"""

import contextlib
import copy
import functools
import io
import warnings
from dataclasses import dataclass

import numpy as np

from .data import stream

__all__ = [
    "Verdict",
    "catches",
    "choice",
    "differences",
    "fit",
    "gradient",
    "hessian",
    "link",
    "loss",
    "numerical_gradient",
    "order",
    "sigmoid",
]


def numerical_gradient(f, beta=None, step=None):
    """∇f(β) by central differences: (f(β + h eⱼ) − f(β − h eⱼ)) / 2h, for every j.

    Parameters
    ----------
    f : a function of beta (d,) that returns a number, or an array of shape (m,).
    beta : (d,)
    step : h; None is ε^(1/3) (1 + |βⱼ|), which balances rounding against curvature.

    Without beta, f is a learner's own numerical gradient, and is checked: `differences`.
    Returns (d,), or (m, d) when f returns an array: the Jacobian, so that the numerical
    gradient of a gradient is the Hessian.
    Source: Nocedal & Wright, Numerical Optimization (2006), section 8.1.

    >>> numerical_gradient(lambda beta: float(beta @ beta), np.array([1.0, -2.0])).round(8)
    array([ 2., -4.])
    """
    if beta is None:
        return differences(f)
    beta = np.asarray(beta, dtype=float)
    if beta.ndim != 1:
        raise ValueError(f"beta needs shape (d,), got {beta.shape}")
    h = np.cbrt(np.finfo(float).eps) * (1 + np.abs(beta)) if step is None else step
    columns = []
    for j, size in enumerate(np.broadcast_to(h, beta.shape)):
        e = np.zeros_like(beta)
        e[j] = size
        columns.append((np.asarray(f(beta + e)) - np.asarray(f(beta - e))) / (2 * size))
    return np.array(columns).T


# ---- verdicts


SYMBOLS = {"PASS": "✓", "TRY AGAIN": "✗", "NOT YET": "…"}


@dataclass(frozen=True, repr=False)
class Verdict:
    """What a check says: `status` is PASS, TRY AGAIN or NOT YET; `message` says why.

    >>> Verdict("PASS", "the gradient agrees with finite differences")
    PASS ✓ the gradient agrees with finite differences
    >>> Verdict("NOT YET", "write the function first").passed
    False
    """

    status: str
    message: str

    @property
    def passed(self):
        """True for PASS only."""
        return self.status == "PASS"

    def __bool__(self):
        return self.passed

    def __repr__(self):
        return f"{self.status} {SYMBOLS[self.status]} {self.message}"


class Stop(Exception):
    """Ends a check with a status and a sentence; it never leaves this module."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


def try_again(message, where=""):
    raise Stop("TRY AGAIN", message + (f"\n({where})" if where else ""))


def not_yet(message):
    raise Stop("NOT YET", message)


def verdict(check):
    """Make a check, which returns its praise or raises Stop, return a Verdict."""

    @functools.wraps(check)
    def checked(*arguments, **options):
        try:
            return Verdict("PASS", check(*arguments, **options))
        except Stop as stop:
            return Verdict(stop.status, str(stop))

    return checked


# ---- call the learner's function


def call(f, where="", **given):
    """f(*given) as an array of floats; what goes wrong on the way ends the check.

    The function gets copies, what it prints or warns is dropped, and `given` must be the
    same afterwards.
    """
    copies = copy.deepcopy(given)
    value = run(f, where, *copies.values())
    for name, array in given.items():
        if isinstance(array, np.ndarray) and not np.array_equal(array, copies[name]):
            try_again(
                f"your function changes its argument {name} in place: work on a copy", where
            )
    try:
        return np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        return try_again(f"your function returns {a(value)}: numbers are needed", where)


def run(f, where, *arguments):
    """The bare value of f(*arguments); NOT YET for a stub, TRY AGAIN for an exception."""
    if f is None or f is ...:
        not_yet("write the function first")
    if not callable(f):
        try_again(f"hand over the function itself, without calling it: this is {a(f)}")
    try:
        with (
            contextlib.redirect_stdout(io.StringIO()),
            np.errstate(all="ignore"),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            value = f(*arguments)
    except NotImplementedError:
        not_yet("write the body of the function first")
    except Exception as error:
        if unfinished(f, error):
            not_yet("fill in the blanks first")
        try_again(f"your function raised {type(error).__name__}: {error}", where)
    if value is None or value is ... or value is NotImplemented:
        not_yet("your function returns nothing yet: its last line is a return")
    return value


def unfinished(f, error):
    """Whether `error` comes from a blank: an Ellipsis in the code, or the name ____."""
    f = getattr(f, "__wrapped__", f)
    blank = isinstance(error, NameError) and not str(error.name or "x").strip("_")
    return blank or ... in getattr(getattr(f, "__code__", None), "co_consts", ())


def a(value):
    """A value's type in words: "a list", "an array of shape (3,)"."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    return f"of type {type(value).__name__}"


def numbers(value):
    """An array in at most four numbers of four digits.

    >>> numbers(np.array([1.0, -0.25, 123456.0, 4.0, 5.0]))
    '[1, -0.25, 1.235e+05, 4, …]'
    """
    value = np.asarray(value, dtype=float)
    if value.ndim == 0:
        return f"{float(value):.4g}"
    more = ", …" if value.size > 4 else ""
    return "[" + ", ".join(f"{v:.4g}" for v in value.ravel()[:4]) + more + "]"


# ---- data sets and points


@dataclass(frozen=True)
class Case:
    """Data, the points to look at, and what to say when only this case fails."""

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
    n, d = 40, 3
    X = np.column_stack([np.ones(n), rng.standard_normal(n), 2 + 3 * rng.standard_normal(n)])
    betas = rng.choice([-1.0, 1.0], (5, d)) * rng.uniform(0.3, 0.9, (5, d))
    y = family.sample(rng, link.inverse(X @ np.array([0.5, -0.4, 0.3])), 1.0)
    shuffled = rng.permutation(n)
    whole = np.column_stack([np.ones(n), rng.integers(-2, 3, (n, 2))]).astype(int)
    whole_y = family.sample(rng, link.inverse(whole @ np.array([0.5, -0.4, 0.3])), 1.0)
    signs = np.array([[1, -1, 1], [-1, 1, 1]])
    single = np.float32
    return [
        Case(X, y, betas, f"on {n} rows and {d} columns"),
        Case(X[:, 1:2], y, betas[:, :1], "on one column"),
        Case(X[shuffled], y[shuffled], betas, "on the same rows in another order"),
        Case(X[:1], y[:1], betas, "on one row", "squeeze and len can trip over it"),
        Case(
            whole,
            np.round(whole_y).astype(int),
            signs,
            "on whole numbers",
            "an array made of whole numbers cuts off what is behind the point",
        ),
        Case(
            X.astype(single),
            y.astype(single),
            betas.astype(single),
            "in single precision (float32)",
            tolerance=1e-3,
        ),
    ]


def parts(Model):
    """The family and the link of a model class, without data."""
    model = Model(np.ones((2, 1)), np.ones(2))
    return model.family, model.link


# ---- what a wrong answer looks like


def near(ratio, value):
    """Whether every entry of the ratio is `value`, within the error of differences."""
    return np.allclose(ratio, value, rtol=1e-4, atol=1e-6)


SIZES = [  # yours / right, for n rows
    (lambda n: 1, ""),
    (lambda n: 1 / n, "it is 1/N of the right one: a mean over the rows, the sum is asked"),
    (lambda n: n, "it is N times the right one: sum over the rows once only"),
    (lambda n: 2, "it is twice the right one: a factor 2, look for the ½"),
    (lambda n: 1 / 2, "it is half the right one: a factor ½ too many"),
    (lambda n: 2 / n, "it is 2/N of the right one: a mean over the rows, and a lost ½"),
]


def by_ratio(yours, right, n, minus):
    """The words for a constant ratio of yours to right; "" when it is not constant."""
    used = np.abs(right) > 1e-6 * np.abs(right).max()
    ratio = yours[used] / right[used]
    for sign, words in ((1, ""), (-1, minus)):
        for size, more in SIZES:
            if near(ratio, sign * size(n)):
                return "; ".join(filter(None, [words, more]))
    if near(ratio, ratio[0]) and ratio[0]:
        return f"it is {ratio[0]:.4g} times the right one: a constant factor"
    return ""


def diagnose(yours, right, case, what, minus, slips, otherwise):
    """End the check when `yours` differs from `right`, both (points, …), with the reason.

    slips: (words, wrong answer of the same shape), tried when the ratio is not constant.
    """
    size = np.abs(right).max() or 1.0
    if np.abs(yours - right).max() <= case.tolerance * size:
        return
    worst = np.abs(yours - right).reshape(len(right), -1).max(axis=1).argmax()
    both = (
        f"\nyours {numbers(yours[worst])}, by {what} {numbers(right[worst])}\n"
        f"at beta = {numbers(case.betas[worst])}, {case.where}"
    )
    words = by_ratio(yours, right, len(case.X), minus) if right.size > 2 else ""
    if not words and len(right) > 1 and near(yours, yours[:1]) and not near(right, right[:1]):
        words = "your answer does not change with beta"
    for slip, wrong in slips if not words else ():
        if np.allclose(yours, wrong, rtol=1e-5, atol=1e-6 * size):
            words = slip
            break
    words = words or case.hint or otherwise
    try_again(words + both)


SHAPES = [  # what stands instead of one number for each coefficient
    (lambda n, d: {()}, "a single number: one entry for each coefficient is asked"),
    (lambda n, d: {(d, 1), (1, d)}, "flatten it, and keep y and beta one-dimensional"),
    (lambda n, d: {(n,)}, "one entry for each row: X.T sums over the rows"),
    (lambda n, d: {(n, d), (d, n)}, "the sum over the rows is missing"),
    (lambda n, d: {(n, n), (n, 1)}, "a column (n, 1) met an array (n,): keep both (n,)"),
    (lambda n, d: {(d, d)}, "the shape of a Hessian"),
]


def of_shape(value, shape, case):
    """`value`, when it has this shape and is finite."""
    if value.shape != shape:
        n, d = case.X.shape
        words = next((w for test, w in SHAPES if value.shape in test(n, d)), "look at the sum")
        try_again(f"shape {value.shape} instead of {shape}: {words}", case.where)
    if not np.isfinite(value).all():
        try_again(
            f"your function returns {numbers(value)}: log of zero, 0/0 or an overflow",
            f"{case.where}, beta = {numbers(case.betas[0])}",
        )
    return value


def answers(f, case, shape):
    """The learner's f(beta, X, y) at every point of a case."""
    found = [
        of_shape(call(f, case.where, beta=b, X=case.X, y=case.y), shape, case)
        for b in case.betas
    ]
    return np.array(found)


def extreme(link):
    """η = ±800, where e^η overflows and e^−η vanishes; for the log link −800 alone."""
    x = {"logit": [-800.0, 800.0, -40.0, 40.0], "log": [-800.0, -40.0]}.get(link.name)
    if x is None:
        return None
    y = np.arange(len(x)) % 3 % 2.0
    return Case(
        np.array(x)[:, None],
        y,
        np.array([[1.0], [0.9]]),
        "where eta reaches ±800",
        "right for small eta, wrong for large: an overflow, the log of zero, or a clipped mu",
    )


# ---- the checks


@verdict
def gradient(f, Model):
    """Check f(beta, X, y) -> (d,), the gradient of Model's loss, by finite differences.

    Model : a class such as `LogisticRegression`; its loss is the sum over the rows.

    >>> glmlib.checks.gradient(lambda b, X, y: X.T @ (X @ b - y), LinearRegression)
    PASS ✓ your gradient agrees with finite differences of the loss
    >>> glmlib.checks.gradient(lambda b, X, y: X.T @ (y - X @ b), LinearRegression).status
    'TRY AGAIN'
    """
    link = parts(Model)[1]
    for case in [*cases(Model), extreme(link)]:
        if case is None:
            continue
        X, y, betas = case.X, case.y, case.betas
        model = Model(X.astype(float), y.astype(float))
        yours = answers(f, case, (X.shape[1],))
        right = np.array([numerical_gradient(model.loss, beta) for beta in betas])
        slips = [
            (words, np.array([wrong(model, b.astype(float)) for b in betas]))
            for words, wrong in GRADIENT_SLIPS
        ]
        diagnose(
            yours,
            right,
            case,
            "finite differences",
            "the sign: this is the score, and the gradient of the loss is minus the score",
            slips,
            "the ratio is not constant: look at the residual, is mu the inverse link of eta?",
        )
    return "your gradient agrees with finite differences of the loss"


def residual(m, beta):
    return m.mu(beta) - m.y


def only_first(right, other):
    return np.concatenate([right[:1], other[1:]])


GRADIENT_SLIPS = [
    (
        "x is missing: every entry is the sum of the residuals, right for the intercept only",
        lambda m, b: np.full(len(b), residual(m, b).sum()),
    ),
    (
        "only the intercept is right: the other entries are 0",
        lambda m, b: only_first(m.gradient(b), np.zeros(len(b))),
    ),
    (
        "the intercept is counted twice: its entry is 2 times the right one",
        lambda m, b: only_first(2 * m.gradient(b), m.gradient(b)),
    ),
    (
        "the intercept's entry is 0: it has a gradient too",
        lambda m, b: only_first(np.zeros(1), m.gradient(b)),
    ),
    (
        "the inverse link is missing: you compare eta with y",
        lambda m, b: m.X.T @ (m.eta(b) - m.y),
    ),
    ("y is missing: this is X.T @ mu", lambda m, b: m.X.T @ m.mu(b)),
    ("the sign of y: you add y to mu", lambda m, b: m.X.T @ (m.mu(b) + m.y)),
    ("x stands there twice", lambda m, b: (m.X**2).T @ residual(m, b)),
    ("the residual is squared", lambda m, b: m.X.T @ residual(m, b) ** 2),
    (
        "the size of the residual alone: its sign counts",
        lambda m, b: m.X.T @ abs(residual(m, b)),
    ),
    (
        "the residual has a weight too many: under the canonical link it has none",
        lambda m, b: m.X.T @ (m.link.derivative(m.eta(b)) * residual(m, b)),
    ),
]


@verdict
def hessian(f, Model):
    """Check f(beta, X, y) -> (d, d), the Hessian of Model's loss, by finite differences.

    >>> glmlib.checks.hessian(lambda beta, X, y: X.T @ X, LinearRegression)
    PASS ✓ your Hessian agrees with finite differences of the gradient
    """
    for case in cases(Model):
        X, y, betas = case.X, case.y, case.betas
        model = Model(X.astype(float), y.astype(float))
        yours = answers(f, case, (X.shape[1],) * 2)
        right = np.array([numerical_gradient(model.gradient, beta) for beta in betas])
        slips = [
            (words, np.array([wrong(model, b.astype(float)) for b in betas]))
            for words, wrong in HESSIAN_SLIPS
        ]
        diagnose(
            yours,
            right,
            case,
            "finite differences",
            "the sign: this is the Hessian of the log-likelihood, the loss curves upwards",
            slips,
            "the ratio is not constant: look at the weight of each row, V(mu)",
        )
    return "your Hessian agrees with finite differences of the gradient"


def weighted(m, w):
    return m.X.T @ (w[:, None] * m.X)


HESSIAN_SLIPS = [
    (
        "only the diagonal is right: the other entries are 0",
        lambda m, b: np.diag(np.diag(m.hessian(b))),
    ),
    ("the weights are missing: this is X.T @ X", lambda m, b: m.X.T @ m.X),
    ("the weight of a row is V(mu), yours is mu", lambda m, b: weighted(m, m.mu(b))),
    (
        "the weight of a row is V(mu), yours is V(mu) squared",
        lambda m, b: weighted(m, m.family.variance(m.mu(b)) ** 2),
    ),
    (
        "the weight of a row is V(mu), yours is its square root",
        lambda m, b: weighted(m, np.sqrt(m.family.variance(m.mu(b)))),
    ),
    (
        "the weight of a row is V(mu), yours is the residual",
        lambda m, b: weighted(m, residual(m, b)),
    ),
    (
        "this is the gradient's product with itself, not its derivative",
        lambda m, b: np.outer(m.gradient(b), m.gradient(b)),
    ),
]


@verdict
def loss(f, Model):
    """Check f(beta, X, y) -> number, Model's loss up to a term that is free of beta.

    Differences loss(β) − loss(β₀) are compared, also where η reaches ±800.

    >>> glmlib.checks.loss(lambda b, X, y: ((y - X @ b) ** 2).sum() / 2, LinearRegression)
    PASS ✓ your loss is the negative log-likelihood, up to a constant
    """
    link = parts(Model)[1]
    for case in [*cases(Model), extreme(link)]:
        if case is None:
            continue
        X, y, betas = case.X, case.y, case.betas
        model = Model(X.astype(float), y.astype(float))
        yours = np.diff(answers(f, case, ()))
        right = np.diff([model.loss(beta.astype(float)) for beta in betas])
        slips = [
            (words, np.diff([wrong(model, b.astype(float)) for b in betas]))
            for words, wrong in LOSS_SLIPS
        ]
        diagnose(
            yours,
            right,
            case,
            "the log-likelihood",
            "the sign: this is the log-likelihood, and the loss is minus the log-likelihood",
            slips,
            "the ratio is not constant: look at the density's logarithm, one term a time",
        )
    return "your loss is the negative log-likelihood, up to a constant"


LOSS_SLIPS = [
    (
        "this is the squared error, the loss of the linear model",
        lambda m, b: (residual(m, b) ** 2).sum(),
    ),
    (
        "this is half the squared error, the loss of the linear model",
        lambda m, b: (residual(m, b) ** 2).sum() / 2,
    ),
    ("the term with y is missing", lambda m, b: m.loss(b) + m.y @ m.eta(b)),
    ("the term with y has the wrong sign", lambda m, b: m.loss(b) + 2 * m.y @ m.eta(b)),
    ("only the term with y is there", lambda m, b: -m.y @ m.eta(b)),
    ("mu stands where eta belongs", lambda m, b: m.loss(b) + m.y @ (m.eta(b) - m.mu(b))),
    ("this is the likelihood, and its logarithm is asked", lambda m, b: np.exp(-m.loss(b))),
]


@verdict
def fit(f, Model):
    """Check f(X, y) -> beta (d,), the estimate: at it the gradient of the loss is 0.

    The distance from the minimum is √(∇ᵀ H⁻¹ ∇), in standard errors, and must be below
    0.001. X has 100 rows and standard normal columns, so that one learning rate serves all;
    also given are the same rows in another order, one column alone and single precision.

    >>> glmlib.checks.fit(lambda X, y: np.linalg.lstsq(X, y)[0], LinearRegression)
    PASS ✓ at your estimate the gradient of the loss is 0 on every data set
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
        ("in single precision (float32)", X.astype(np.float32), y.astype(np.float32)),
    ]
    for where, X, y in data:
        model = Model(X.astype(float), y.astype(float))
        case = Case(X, y, np.zeros((1, X.shape[1])), where)
        beta = call(f, where, X=X, y=y)
        if beta.shape == case.betas.shape[1:] and not np.isfinite(beta).all():
            try_again(
                f"your estimate is {numbers(beta)}, {where}: the descent diverged; "
                "look at the sign of the step, then at the learning rate"
            )
        of_shape(beta, case.betas.shape[1:], case)
        g = model.gradient(beta)
        away = np.inf
        with contextlib.suppress(np.linalg.LinAlgError):
            away = np.sqrt(g @ np.linalg.solve(model.hessian(beta), g))
        if not away <= (1e-3 if X.dtype == float else 1e-2):
            try_again(
                f"{off_minimum(model, beta)}\nyour beta {numbers(beta)} has gradient "
                f"{numbers(g)} instead of 0,\n"
                f"{away:.2g} standard errors from the minimum, {where}"
            )
    return "at your estimate the gradient of the loss is 0 on every data set"


def off_minimum(model, beta):
    """Why `beta` is not the minimum, in words."""
    best = model.fit().beta
    zero = np.zeros_like(beta)
    for words, wrong in (
        ("this is beta = 0: the descent has not moved", zero),
        ("the sign: this is minus the estimate", -best),
        (
            "the loss's minimum is not of length 1: beta is normalised",
            best / np.hypot.reduce(best),
        ),
    ):
        if np.allclose(beta, wrong, atol=1e-3):
            return words
    if model.loss(beta) > model.loss(zero):
        return "the loss is higher than at beta = 0: the step goes uphill, or is too long"
    off = np.abs(beta - best) > 1e-3
    if len(beta) > 1 and off.tolist() == [True] + [False] * (len(beta) - 1):
        return "the intercept alone is off: is it stepped twice, or left out?"
    return "this is not the minimum yet: more iterations, or another look at the gradient"


@verdict
def sigmoid(f):
    """Check f(eta) elementwise, S(η) = 1 / (1 + e^−η): any shape, ±800, without a warning.

    >>> glmlib.checks.sigmoid(lambda eta: np.exp(-np.logaddexp(0, -eta)))
    PASS ✓ your sigmoid is right from -800 to 800, without a warning
    >>> glmlib.checks.sigmoid(lambda eta: 1 / (1 + np.exp(-eta))).status
    'TRY AGAIN'
    """
    grid = np.linspace(-9, 9, 19)
    for eta in (grid, grid[:18].reshape(6, 3), grid[12], np.array([-3, 0, 2])):
        right = 1 / (1 + np.exp(-eta))
        mu = call(f, eta=eta)
        if mu.shape != np.shape(eta):
            try_again(f"eta of shape {np.shape(eta)} gives shape {mu.shape}: work elementwise")
        for words, wrong in SIGMOID_SLIPS if np.ndim(eta) else ():
            if np.allclose(mu, wrong(eta), atol=1e-9):
                j = int(np.abs(wrong(eta) - right).ravel().argmax())
                try_again(f"{words}\n{at(eta, mu, right, j)}")
        if not np.allclose(mu, right, rtol=0, atol=1e-12):
            j = int(np.abs(np.nan_to_num(mu, nan=np.inf) - right).ravel().argmax())
            try_again(f"not the sigmoid everywhere\n{at(eta, mu, right, j)}")
    for eta in (np.array([-800.0, 0.0, 800.0]), -800.0, 800.0):
        right = np.where(np.array(eta) < 0, 0.0, np.where(np.array(eta) > 0, 1.0, 0.5))
        mu = call(f, eta=eta)
        if not np.allclose(mu, right, rtol=0, atol=1e-12):
            try_again(
                f"overflow at eta = ±800: yours {numbers(mu)}, the sigmoid {numbers(right)}"
            )
        warned = warning_of(f, eta)
        if warned:
            try_again(
                f"the values are right, but NumPy warns at eta = {numbers(eta)}: {warned}. "
                "Only e^(−|eta|) cannot overflow; np.where computes both its branches"
            )
    return "your sigmoid is right from -800 to 800, without a warning"


SIGMOID_SLIPS = [
    ("the sign of eta: this is 1 − S(eta)", lambda eta: 1 / (1 + np.exp(eta))),
    ("a straight line: it touches the sigmoid at 0 only", lambda eta: 0.5 + eta / 4),
    ("this is the odds e^eta, not yet the probability", lambda eta: np.exp(eta)),
    ("this is tanh, which runs from −1 to 1", lambda eta: np.tanh(eta)),
    ("this is S(2 eta): a factor 2", lambda eta: 1 / (1 + np.exp(-2 * eta))),
    ("this is a step, not a curve", lambda eta: (eta > 0) * 1.0),
]


def at(eta, yours, right, j):
    """The two numbers at one place."""
    eta, yours, right = (np.ravel(value)[j] for value in (eta, yours, right))
    return f"at eta = {eta:g}: yours {yours:.4g}, by the definition {right:.4g}"


def warning_of(f, *arguments):
    """The first warning of f(*arguments), as text; "" when there is none."""
    with (
        warnings.catch_warnings(record=True) as caught,
        np.errstate(over="warn", invalid="warn", divide="warn", under="ignore"),
        contextlib.redirect_stdout(io.StringIO()),
    ):
        warnings.simplefilter("always")
        f(*copy.deepcopy(arguments))
    return str(caught[0].message) if caught else ""


@verdict
def link(link, inverse, domain, like=None):
    """Check a link and its inverse: round trip, domain, both monotone in the same direction.

    Parameters
    ----------
    link, inverse : functions, elementwise: mu -> eta and eta -> mu.
    domain : (low, high), where mu lives.
    like : a `Link` that it has to be; None accepts any link on this domain.

    >>> glmlib.checks.link(np.log, np.exp, (0, np.inf))
    PASS ✓ link and inverse undo each other, stay in the domain and are monotone
    """
    low, high = domain
    # points inside the domain, close to its ends too
    t = np.array([0.001, 0.02, 0.1, 0.3, 0.45, 0.6, 0.8, 0.97, 0.999])
    if np.isfinite([low, high]).all():
        mu = low + (high - low) * t
    elif np.isfinite(low):
        mu = low + t / (1 - t)
    else:
        mu = np.log(t / (1 - t))
    if link is None or link is ...:
        not_yet("write the link first")
    eta = elementwise(link, mu, "link", "mu")
    if not np.isfinite(eta).all():
        try_again(
            f"the link of mu = {numbers(mu)} is {numbers(eta)}: finite numbers are needed"
        )
    back = elementwise(inverse, eta, "inverse link", "eta")
    if not np.allclose(back, mu, rtol=1e-8, atol=1e-10):
        j = int(np.abs(np.nan_to_num(back, nan=np.inf) - mu).argmax())
        words = "the round trip fails"
        with np.errstate(all="ignore"):
            if np.allclose(back, low + high - mu, rtol=1e-8):
                words = "the sign of eta: the round trip gives 1 − mu"
            elif np.allclose(back * mu, 1, rtol=1e-8):
                words = "the sign of eta: the round trip gives 1/mu"
        try_again(f"{words}: mu = {mu[j]:.4g} → eta = {eta[j]:.4g} → {back[j]:.4g}")
    for name, values in (("link", np.diff(eta)), ("inverse", np.diff(back))):
        if not (np.all(values > 0) or np.all(values < 0)):
            try_again(f"the {name} is not monotone on the domain: it turns round")
    wide = np.linspace(min(eta.min(), -8), max(eta.max(), 8), 41)
    if like is not None and like.name == "inverse":
        wide = wide[wide > 0]
    reached = elementwise(inverse, wide, "inverse link", "eta")
    outside = ~((reached >= low) & (reached <= high))
    if outside.any() and (like is None or like.name not in ("identity",)):
        j = int(outside.argmax())
        try_again(
            f"the inverse link leaves the domain ({low:g}, {high:g}): "
            f"eta = {wide[j]:.4g} gives mu = {reached[j]:.4g}"
        )
    if like is not None:
        right = like.link(mu)
        if not np.allclose(eta, right, rtol=1e-8, atol=1e-10):
            j = int(np.abs(eta - right).argmax())
            try_again(
                f"a link on this domain, but not the {like.name} link: "
                f"mu = {mu[j]:.4g} gives eta = {eta[j]:.4g}, the {like.name} {right[j]:.4g}"
            )
    return "link and inverse undo each other, stay in the domain and are monotone"


def elementwise(f, values, name, argument):
    found = call(f, f"the {name}", **{argument: values})
    if found.shape != values.shape:
        try_again(
            f"the {name} turns shape {values.shape} into {found.shape}: work elementwise"
        )
    return found


@verdict
def differences(f):
    """Check f(function, beta) -> (d,), a numerical gradient, on functions with known ones.

    >>> glmlib.checks.differences(numerical_gradient)
    PASS ✓ your numerical gradient agrees with the derivatives of five functions
    """
    for name, function, right_of in FUNCTIONS:
        for beta in (np.array([0.7, -1.3, 2.1]), np.array([-0.9]), np.array([2, -3])):
            g = call(lambda b, function=function: run(f, "", function, b), beta=beta)
            right = right_of(beta.astype(float))
            both = f"\nyours {numbers(g)}, by calculus {numbers(right)}"
            both += f": {name} at beta = {numbers(beta)}"
            if g.shape != beta.shape:
                try_again(
                    f"shape {g.shape} instead of {beta.shape}: one number for each beta_j"
                )
            if not np.isfinite(g).all():
                try_again(
                    "not finite: is h zero, as it is when beta holds whole numbers?" + both
                )
            if np.allclose(g, right, rtol=1e-5, atol=1e-6):
                continue
            if name != "3 Σ βⱼ" and np.allclose(g, right, rtol=0.05, atol=0.05):
                try_again(
                    "close, not exact: a difference to both sides, or a smaller h" + both
                )
            words = by_ratio(g, right, np.nan, "the sign: f(β + h) − f(β − h) in this order")
            if beta.dtype.kind == "i":
                words = "right for floats, wrong for whole numbers: h is cut off"
            elif len(beta) > 1 and np.allclose(g, right.sum(), rtol=1e-3):
                words = "all entries move at once: change one entry of beta at a time"
            try_again((words or "the ratio is not constant: look at the two points") + both)
    return "your numerical gradient agrees with the derivatives of five functions"


FUNCTIONS = [
    ("3 Σ βⱼ", lambda b: 3.0 * b.sum(), lambda b: np.full(len(b), 3.0)),
    ("Σ βⱼ²", lambda b: float(b @ b), lambda b: 2 * b),
    ("Σ e^βⱼ", lambda b: np.exp(b).sum(), lambda b: np.exp(b)),
    (
        "Σ j βⱼ³",
        lambda b: np.arange(1, len(b) + 1) @ b**3,
        lambda b: np.arange(1, len(b) + 1) * 3 * b**2,
    ),
    ("sin Σ βⱼ", lambda b: np.sin(b.sum()), lambda b: np.full(len(b), np.cos(b.sum()))),
]


@verdict
def catches(test, buggy, fixed):
    """Check the learner's test: test(buggy) must fail, test(fixed) must pass.

    Parameters
    ----------
    test : a function of the code under test; it fails by AssertionError or by False.
    buggy : the wrong code, or a list of wrong codes: each must fail.
    fixed : the right code, or a list.

    >>> def test(gradient):
    ...     assert gradient(2.0) > 0
    >>> glmlib.checks.catches(test, buggy=lambda beta: -2 * beta, fixed=lambda beta: 2 * beta)
    PASS ✓ your test fails on the buggy code and passes on the fixed code
    """
    several = isinstance(buggy, list | tuple)
    bugs = list(buggy) if several else [buggy]
    for k, code in enumerate(bugs, 1):
        name = f"bug {k} of {len(bugs)}" if several else "the buggy code"
        if outcome(test, code, name)[0]:
            try_again(f"your test passes on {name}: it would not have found the mistake")
    for code in fixed if isinstance(fixed, list | tuple) else [fixed]:
        passed, said = outcome(test, code, "the fixed code")
        if not passed:
            try_again(
                f"your test fails on the fixed code{said}: it would reject what is right"
            )
    return "your test fails on the buggy code and passes on the fixed code"


def outcome(test, code, name):
    """(whether test(code) passes, what the assertion said); NOT YET if it calls nothing."""
    calls = []

    @functools.wraps(code)
    def counted(*arguments, **options):
        calls.append(1)
        return code(*arguments, **options)

    def judged(code):
        try:
            value = test(code)
        except AssertionError as error:
            text = str(error).strip().splitlines()
            return False, f" ({text[0]})" if text else ""
        return value is None or bool(np.all(value)), ""

    if not callable(test):
        run(test, "")
    found = run(functools.wraps(test)(judged), f"on {name}", counted)
    if not calls:
        not_yet("your test does not call the code it is given yet")
    return found


@verdict
def order(order, lines, name, check):
    """Check an ordering of given lines: join them into the function `name`, then check it.

    Parameters
    ----------
    order : the numbers of the lines in the learner's order, the first line is 1.
    lines : the lines as given, indented, distractors among them.
    check : a function of the function, such as `lambda f: checks.gradient(f, Model)`.

    >>> lines = ["    return 1 / (1 + e)", "    e = np.exp(-eta)", "def mean(eta):"]
    >>> glmlib.checks.order([], lines, "mean", glmlib.checks.sigmoid)
    NOT YET … give the numbers of the lines in your order
    >>> glmlib.checks.order([3, 1, 2], lines, "mean", glmlib.checks.sigmoid).status
    'TRY AGAIN'
    """
    if order is None or order is ... or len(order) == 0 or any(k is ... for k in order):
        not_yet("give the numbers of the lines in your order")
    numbers = list(order)
    strange = [k for k in numbers if k not in range(1, len(lines) + 1)]
    if strange:
        try_again(f"there is no line {strange[0]!r}: the lines are numbered 1 to {len(lines)}")
    twice = [k for k in numbers if numbers.count(k) > 1]
    if twice:
        try_again(f"line {twice[0]} stands there twice: use a line once, or not at all")
    source = "\n".join(lines[k - 1] for k in numbers)
    names = {"np": np}
    try:
        exec(compile(source, "<your order>", "exec"), names)
    except SyntaxError as error:
        line = numbers[(error.lineno or 1) - 1] if (error.lineno or 1) <= len(numbers) else "?"
        try_again(f"not yet a function: Python says {error.msg!r} at line {line}")
    except Exception as error:
        try_again(f"your lines raised {type(error).__name__}: {error}")
    if name not in names:
        try_again(f"these lines do not define {name}: which line starts the function?")
    result = check(names[name])
    if result.status == "NOT YET":
        try_again("the function returns nothing: which line returns the result?")
    if not result.passed:
        raise Stop(result.status, result.message)
    return f"your order makes a function that works: {result.message}"


@verdict
def choice(answer, right, reasons):
    """Check an answer to a question with choices, and say why a wrong one is wrong.

    Parameters
    ----------
    answer : the learner's, in capitals or not.
    right : the right answer, or a set of right answers.
    reasons : a dict, answer -> why it is wrong; for a right answer why it is right.

    >>> glmlib.checks.choice("b", right="a", reasons={"b": "that is the score"})
    TRY AGAIN ✗ that is the score
    >>> glmlib.checks.choice(..., right="a", reasons={})
    NOT YET … choose an answer first
    """
    if answer is None or answer is ... or answer == "":
        not_yet("choose an answer first")
    answer = key(answer)
    rights = right if isinstance(right, set | frozenset | list | tuple) else {right}
    rights = {key(r) for r in rights}
    reasons = {key(name): words for name, words in reasons.items()}
    if answer in rights:
        return reasons.get(answer, "that is the answer")
    if answer not in reasons:
        try_again(
            f"{answer!r} is not a choice: {', '.join(sorted(map(str, rights | set(reasons))))}"
        )
    return try_again(reasons[answer])


def key(answer):
    return answer.strip().lower() if isinstance(answer, str) else answer
