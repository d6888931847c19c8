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
from collections.abc import Callable, Hashable
from dataclasses import dataclass

import numpy as np

from .data import stream

__all__ = [
    "Verdict",
    "catches",
    "choice",
    "descent",
    "differences",
    "fit",
    "gradient",
    "hessian",
    "link",
    "loss",
    "number",
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
            with np.errstate(all="ignore"):
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
        return np.array(value, dtype=float)  # a copy: the function may use its array again
    except (TypeError, ValueError):
        return try_again(f"your function returns {a(value)}: numbers are needed", where)


def run(f, where, *arguments):
    """The bare value of f(*arguments); NOT YET for a stub, TRY AGAIN for an exception."""
    if f is None or f is ...:
        not_yet("write the function first")
    if not callable(f):
        try_again(f"hand over the function itself, without calling it: this is {a(f)}")
    try:
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = f(*arguments)
    except Stop:
        raise
    except NotImplementedError:
        not_yet("write the body of the function first")
    except Exception as error:
        if unfinished(f, error):
            not_yet("fill in the blanks first")
        try_again(f"your function raised {said(error)}", where)
    if value is None or value is ... or value is NotImplemented:
        not_yet("your function returns nothing yet: its last line is a return")
    return value


def unfinished(f, error):
    """Whether `error` comes from a blank: an Ellipsis in the code, or the name ____."""
    f = getattr(f, "__wrapped__", f)
    blank = isinstance(error, NameError) and not str(error.name or "x").strip("_")
    return blank or ... in getattr(getattr(f, "__code__", None), "co_consts", ())


def said(error):
    """An exception's name and the beginning of what it says.

    >>> said(ZeroDivisionError("division by zero"))
    'ZeroDivisionError: division by zero'
    """
    return f"{type(error).__name__}: {str(error).partition(chr(10))[0][:110]}".strip(": ")


def a(value):
    """What a value is, in words: "of type list", "an array of shape (3,)"."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    return f"of type {type(value).__name__}"


def numbers(value, digits=4):
    """An array in at most four numbers of four digits.

    >>> numbers(np.array([1.0, -0.25, 123456.0, 4.0, 5.0]))
    '[1, -0.25, 1.235e+05, 4, …]'
    """
    value = np.asarray(value, dtype=float)
    if value.ndim == 0:
        return f"{float(value):.{digits}g}"
    more = ", …" if value.size > 4 else ""
    return "[" + ", ".join(f"{v:.{digits}g}" for v in value.ravel()[:4]) + more + "]"


# ---- data sets and points


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
    signs = np.array([[1, -1, 1], [-1, 1, 1]])
    cut = "an array made of whole numbers cuts off what is behind the point"
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


# ---- what a wrong answer looks like


SIZES = {  # yours / right, for n rows
    "": lambda n: 1,
    "it is 1/N of the right one: a mean over the rows, the sum is asked": lambda n: 1 / n,
    "it is N times the right one: sum over the rows once only": lambda n: n,
    "it is twice the right one: a factor 2, look for the ½": lambda n: 2,
    "it is half the right one: a factor ½ too many": lambda n: 1 / 2,
    "it is 2/N of the right one: a mean over the rows, and a lost ½": lambda n: 2 / n,
}

SHAPES = {  # what stands where another shape is asked, for n rows and d columns
    "a single number, nothing is left of the rest": lambda n, d: [()],
    "flatten it, and keep y and beta one-dimensional": lambda n, d: [(d, 1), (1, d)],
    "one number for each row, the sum over the rows is missing": lambda n, d: [(n,)],
    "one row for each row of X, the sum is missing": lambda n, d: [(n, d), (d, n)],
    "a column (n, 1) met an array (n,), or X @ X.T stands for X.T @ X": lambda n, d: [(n, n)],
    "one number for each column, as a gradient has": lambda n, d: [(d,)],
    "one number for each pair of columns, as a Hessian has": lambda n, d: [(d, d)],
    "a number inside an array": lambda n, d: [(1,), (1, 1)],
}


def by_ratio(yours, right, n, minus):
    """The words for a constant ratio of yours to right; "" when it is not constant."""
    used = np.abs(right) > 1e-6 * np.abs(right).max()
    ratio = yours[used] / right[used]
    for sign, words in ((1, ""), (-1, minus)):
        for more, size in SIZES.items():
            if near(ratio, sign * size(n)):
                return "; ".join(filter(None, [words, more]))
    if near(ratio, ratio[0]) and ratio[0] and len(ratio) > 1:
        return f"it is {ratio[0]:.4g} times the right one: a constant factor"
    return ""


def near(values, value):
    """Whether all are equal, within the error of finite differences."""
    return np.allclose(values, value, rtol=1e-4, atol=0)


def of_shape(value, shape, case):
    """`value`, when it has this shape and is finite."""
    if value.shape != shape:
        n, d = case.X.shape
        words = [words for words, some in SHAPES.items() if value.shape in some(n, d)]
        why = f": {words[0]}" if words else ""
        try_again(f"shape {value.shape} instead of {shape}{why}", case.where)
    if not np.isfinite(value).all():
        try_again(
            f"your function returns {numbers(value)}: log of zero, 0/0 or an overflow",
            f"{case.where}, beta = {numbers(case.betas[0])}",
        )
    return value


@dataclass(frozen=True)
class Target:
    """What a function of (beta, X, y) has to be, and how it is missed."""

    name: str
    shape: Callable  # d -> the shape of the answer
    right: Callable  # model, beta -> the right answer
    route: str  # how that is computed
    minus: str  # what minus the right answer is
    otherwise: str  # where to look when nothing explains the answer
    slips: dict  # words -> the wrong answer they explain
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
        if np.allclose(yours, slipped, rtol=1e-5, atol=1e-9 * np.abs(yours).max()):
            words = slip
            break
    if not words and len(right) > 1 and np.ptp(yours, axis=0).max() == 0:
        words = "your answer does not change with beta"
    k = np.abs(yours - right).reshape(len(right), -1).max(axis=1).argmax()
    try_again(
        f"{words or case.hint or target.otherwise}\n"
        f"yours {numbers(yours[k])}, by {target.route} {numbers(right[k])}",
        f"at beta = {numbers(case.betas[k])}, {case.where}",
    )


def residual(m, b):
    return m.mu(b) - m.y


def weighted(m, w):
    return m.X.T @ (w[:, None] * m.X)


def first(entry, others):
    return np.concatenate([entry[:1], others[1:]])


GRADIENT = Target(
    name="gradient",
    shape=lambda d: (d,),
    right=lambda m, b: numerical_gradient(m.loss, b),
    route="finite differences",
    minus="the sign: this is the score, and the gradient of the loss is minus the score",
    otherwise="the ratio is not constant: look at the residual: is mu g⁻¹(eta)?",
    slips={
        "x is missing: only the intercept is right, all entries are the sum of residuals": (
            lambda m, b: np.full(len(b), residual(m, b).sum())
        ),
        "only the intercept is right, the other entries are 0": (
            lambda m, b: first(m.gradient(b), 0 * b)
        ),
        "the intercept is counted twice": lambda m, b: first(2 * m.gradient(b), m.gradient(b)),
        "the intercept's entry is 0, it has a gradient too": (
            lambda m, b: first(0 * b, m.gradient(b))
        ),
        "the inverse link is missing: eta stands for mu": lambda m, b: (
            m.X.T @ (m.eta(b) - m.y)
        ),
        "y is missing: this is X.T @ mu": lambda m, b: m.X.T @ m.mu(b),
        "mu is missing: this is -X.T @ y": lambda m, b: -m.X.T @ m.y,
        "the sign of y: it is added to mu": lambda m, b: m.X.T @ (m.mu(b) + m.y),
        "x stands there twice": lambda m, b: (m.X**2).T @ residual(m, b),
        "the residual is squared": lambda m, b: m.X.T @ residual(m, b) ** 2,
        "the residual has lost its sign": lambda m, b: m.X.T @ np.abs(residual(m, b)),
        "the factor (dmu/deta) / V(mu) is missing": lambda m, b: m.X.T @ residual(m, b),
        "the residual has a weight: under the canonical link it has none": (
            lambda m, b: m.X.T @ (m.link.derivative(m.eta(b)) * residual(m, b))
        ),
    },
)

HESSIAN = Target(
    name="Hessian",
    shape=lambda d: (d, d),
    right=lambda m, b: numerical_gradient(m.gradient, b),
    route="finite differences",
    minus="the sign: this is the Hessian of the log-likelihood, and the loss curves upwards",
    otherwise="the ratio is not constant: look at the weight of each row, V(mu)",
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
        "this is the covariance, the inverse of the Hessian": (
            lambda m, b: np.linalg.pinv(m.hessian(b))
        ),
        "this is the gradient times itself, not its derivative": (
            lambda m, b: np.outer(m.gradient(b), m.gradient(b))
        ),
    },
    extreme=False,
)

LOSS = Target(
    name="loss",
    shape=lambda d: (),
    right=lambda m, b: m.loss(b),
    route="the negative log-likelihood",
    minus="the sign: this is the log-likelihood, and the loss is minus the log-likelihood",
    otherwise="the ratio is not constant: look at the logarithm of the density, term by term",
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
        "only the rows with y = 1 count": lambda m, b: -m.y @ m.link.log_mu(m.eta(b)),
        "this is the likelihood, and minus its logarithm is asked": (
            lambda m, b: np.exp(-m.loss(b))
        ),
    },
    differences=True,
)


# ---- the checks


@verdict
def gradient(f, Model):
    """Check f(beta, X, y) -> (d,), the gradient of Model's loss, by finite differences.

    Model : a class such as `LogisticRegression`; its loss is the sum over the rows.

    >>> glmlib.checks.gradient(lambda b, X, y: X.T @ (X @ b - y), LinearRegression)
    PASS ✓ your gradient agrees with finite differences
    >>> glmlib.checks.gradient(lambda b, X, y: X.T @ (y - X @ b), LinearRegression).status
    'TRY AGAIN'
    """
    return compare(f, Model, GRADIENT)


@verdict
def hessian(f, Model):
    """Check f(beta, X, y) -> (d, d), the Hessian of Model's loss, by finite differences.

    >>> glmlib.checks.hessian(lambda beta, X, y: X.T @ X, LinearRegression)
    PASS ✓ your Hessian agrees with finite differences
    """
    return compare(f, Model, HESSIAN)


@verdict
def loss(f, Model):
    """Check f(beta, X, y) -> number, Model's loss up to a term that is free of beta.

    Differences loss(β) − loss(β₀) are compared, also where η reaches ±800. For the linear
    model the loss is ½ Σ (y − μ)².

    >>> glmlib.checks.loss(lambda b, X, y: ((y - X @ b) ** 2).sum() / 2, LinearRegression)
    PASS ✓ your loss agrees with the negative log-likelihood
    """
    return compare(f, Model, LOSS)


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
                f"your estimate is {numbers(beta)}: the descent diverged, look at the sign of "
                "the step, then at the learning rate",
                where,
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
            "the coefficients are scaled to length 1",
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
    far = np.array([-800.0, 0.0, 800.0])
    for eta in (grid, grid[:18].reshape(6, 3), grid[:1], np.array([-3, 0, 2]), far):
        right = np.exp(-np.logaddexp(0, -eta))
        mu = call(f, eta=eta)
        if mu.shape != eta.shape:
            try_again(f"eta of shape {eta.shape} gives {mu.shape}: work elementwise")
        gap = np.abs(mu - right)
        j = int(np.nan_to_num(gap, nan=np.inf).argmax())
        if gap.ravel()[j] <= 1e-12:
            continue
        words = "not the sigmoid everywhere"
        if eta is far:
            words = "right for small eta, wrong at ±800: an overflow, or a clipped eta"
        elif eta.dtype.kind == "i":
            words = "right for floats, wrong for whole numbers: they cut off the fraction"
        for slip, wrong in SIGMOID_SLIPS.items():
            if eta is grid and np.allclose(mu, wrong(eta), rtol=0, atol=1e-9):
                words = slip
        eta, mu, right = (np.ravel(value)[j] for value in (eta, mu, right))
        try_again(f"{words}\nat eta = {eta:g} yours is {mu:.4g}, the sigmoid {right:.4g}")
    warned = warning_of(f, far)
    if warned:
        try_again(
            f"the values are right, but NumPy warns: {warned}, at eta = {numbers(far)}\n"
            "exp(-|eta|) cannot overflow; np.where computes both of its branches"
        )
    return "your sigmoid is right from -800 to 800, without a warning"


SIGMOID_SLIPS = {
    "the sign of eta: this is 1 − S(eta)": lambda eta: 1 / (1 + np.exp(eta)),
    "a straight line: it touches the sigmoid at 0 only": lambda eta: 0.5 + eta / 4,
    "this is the odds e^eta, not yet the probability": lambda eta: np.exp(eta),
    "this is tanh, which runs from −1 to 1": lambda eta: np.tanh(eta),
    "this is S(2 eta): a factor 2": lambda eta: 1 / (1 + np.exp(-2 * eta)),
    "this is a step, not a curve": lambda eta: (eta > 0) * 1.0,
    "this is the derivative S(1 − S)": lambda eta: np.exp(eta) / (1 + np.exp(eta)) ** 2,
}


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
    eta = elementwise(link, mu, "link", "mu")
    if not np.isfinite(eta).all():
        try_again(
            f"the link of mu = {numbers(mu)} is {numbers(eta)}: finite numbers are needed"
        )
    back = elementwise(inverse, eta, "inverse link", "eta")
    if not np.allclose(back, mu, rtol=1e-8, atol=1e-10):
        j = int(np.abs(np.nan_to_num(back, nan=np.inf) - mu).argmax())
        words = "the round trip fails"
        if np.allclose(back, low + high - mu, rtol=1e-8):
            words = "the sign of eta: the round trip gives 1 − mu"
        elif np.allclose(back * mu, 1, rtol=1e-8):
            words = "the sign of eta: the round trip gives 1/mu"
        try_again(f"{words}: mu = {mu[j]:.4g} → eta = {eta[j]:.4g} → {back[j]:.4g}")
    wide = np.linspace(min(eta.min(), -8), max(eta.max(), 8), 41)
    if like is not None:  # the inverse link 1/mu reaches half of the line only
        wide = wide[(like.inverse(wide) >= low) & (like.inverse(wide) <= high)]
    reached = elementwise(inverse, wide, "inverse link", "eta")
    outside = ~((reached >= low) & (reached <= high))
    if outside.any():
        j = int(outside.argmax())
        try_again(
            f"the inverse link leaves the domain ({low:g}, {high:g}): "
            f"eta = {wide[j]:.4g} gives mu = {reached[j]:.4g}"
        )
    for name, steps in (("link", np.diff(eta)), ("inverse link", np.diff(reached))):
        if not ((steps >= 0).all() or (steps <= 0).all()):
            try_again(f"the {name} is not monotone: it turns round")
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
    points = np.array([0.7, -1.3, 2.1]), np.array([-0.9]), np.array([2, -3])
    for name, (function, derivative) in FUNCTIONS.items():
        for beta in points:
            g = call(lambda b, function=function: run(f, "", function, b), beta=beta)
            right = derivative(beta.astype(float))
            where = f"{name} at beta = {numbers(beta)}"
            if g.shape != beta.shape:
                words = "one number for each entry of beta is asked"
                try_again(f"shape {g.shape} instead of {beta.shape}: {words}", where)
            if np.allclose(g, right, rtol=1e-5, atol=1e-6):
                continue
            words = by_ratio(g, right, np.nan, "the sign: f(β + h) − f(β − h), in this order")
            if not np.isfinite(g).all():
                words = "not finite: is h zero, as it is when beta holds whole numbers?"
            elif beta.dtype.kind == "i":
                words = "right for floats, wrong for whole numbers: h is cut off"
            elif name != "3 Σ βⱼ" and np.allclose(g, right, rtol=0.05, atol=0.05):
                words = "close, not exact: take the difference to both sides, or a smaller h"
            elif len(beta) > 1 and np.allclose(g, right.sum(), rtol=1e-3):
                words = "all entries move at once: move one entry of beta at a time"
            words = words or "the ratio is not constant: look at the two points"
            both = f"yours {numbers(g, 7)}, by calculus {numbers(right, 7)}"
            try_again(f"{words}\n{both}", where)
    return "your numerical gradient agrees with the derivatives of five functions"


def counting(b):
    return np.arange(1, len(b) + 1)


FUNCTIONS = {  # the first is a straight line: there a difference to one side is exact
    "3 Σ βⱼ": (lambda b: 3.0 * b.sum(), lambda b: np.full(len(b), 3.0)),
    "Σ βⱼ²": (lambda b: float(b @ b), lambda b: 2 * b),
    "Σ e^βⱼ": (lambda b: np.exp(b).sum(), lambda b: np.exp(b)),
    "Σ j βⱼ³": (lambda b: counting(b) @ b**3, lambda b: 3 * counting(b) * b**2),
    "sin Σ βⱼ": (lambda b: np.sin(b.sum()), lambda b: np.full(len(b), np.cos(b.sum()))),
}


@verdict
def descent(f):
    """Check f(model, start, learning_rate, tolerance, iterations) -> (beta (d,), converged).

    It has to stop as soon as no |∇ⱼ| exceeds the tolerance, and to say so; or after
    `iterations` steps, and to say that it did not converge. On half of the bowls the loss,
    or beta, hardly moves long before the gradient is small.

    >>> def descend(model, beta, learning_rate, tolerance, iterations):
    ...     for _ in range(iterations):
    ...         gradient = model.gradient(beta)
    ...         if np.abs(gradient).max() <= tolerance:
    ...             return beta, True
    ...         beta = beta - learning_rate * gradient
    ...     return beta, False
    >>> glmlib.checks.descent(descend)
    PASS ✓ your descent stops when the gradient is small, and says when it is not
    """
    for where, curvature, start, rate, iterations, converges in BOWLS:
        bowl, begin = Bowl(curvature, 20 * iterations + 100), np.array(start)
        try:
            value = run(f, where, bowl, begin, rate, TOLERANCE, iterations)
        except Stop:
            if bowl.calls > bowl.most:
                try_again(
                    f"{bowl.most:,} gradients and no end: the loop never ends when the "
                    f"gradient does not become small, {iterations} steps are allowed",
                    where,
                )
            raise
        if not isinstance(value, tuple | list) or len(value) != 2:
            try_again(f"return two things, beta and whether it converged: {a(value)}", where)
        if not np.array_equal(begin, start):
            try_again("your function changes start in place: β − α∇ is a new array", where)
        beta, converged = np.asarray(value[0], dtype=float), bool(value[1])
        if beta.shape != begin.shape:
            try_again(f"beta has shape {beta.shape} instead of {begin.shape}", where)
        largest = np.abs(bowl.slope(beta)).max()
        small, step = largest <= 1.000001 * TOLERANCE, np.abs(rate * bowl.slope(beta)).max()
        if not small and not converges:
            if converged:
                try_again(
                    f"you say converged, but the largest |gradient| is {largest:.2g}, the "
                    f"tolerance {TOLERANCE:g}, after all the steps allowed",
                    where,
                )
            off = np.abs(bowl.iterate(begin, rate, iterations) - beta).max()
            if not off <= 1e-6 * (1 + np.abs(beta).max()):
                try_again(
                    f"{iterations} steps are allowed, and beta is not the iterate after so "
                    f"many: {numbers(beta)}",
                    where,
                )
        elif not small:
            if bowl.loss(beta) > bowl.loss(begin):
                try_again("the loss is higher than at the start: look at the sign", where)
            if np.array_equal(beta, start):
                try_again(
                    "you stop at the start: its gradient has negative entries, and a negative "
                    "number is below every tolerance; compare sizes",
                    where,
                )
            change = abs(bowl.loss(beta - rate * bowl.slope(beta)) - bowl.loss(beta))
            try_again(
                f"you stop too early: the largest |gradient| is {largest:.2g}, the tolerance "
                f"{TOLERANCE:g};\na small change of the loss ({change:.1g} a step) or of beta "
                f"({step:.1g} a step) is no reason",
                where,
            )
        elif not converged:
            try_again("the gradient is small, and you say that it did not converge", where)
        elif bowl.calls > 100 + 2.5 * bowl.steps(begin, rate):
            try_again(
                f"you go on after the gradient is small: {bowl.calls:,} gradients, about "
                f"{bowl.steps(begin, rate):,} are enough",
                where,
            )
    return "your descent stops when the gradient is small, and says when it is not"


TOLERANCE = 1e-6
BOWLS = [  # where, curvatures, start, learning rate, iterations, whether it converges
    ("in a round bowl", (1.0, 2.0, 4.0), (1.0, -2.0, 3.0), 0.3, 1_000, True),
    ("from the other side", (1.0, 2.0), (-5.0, -4.0), 0.3, 1_000, True),
    ("in a long valley", (1e-3, 1.0), (2.0, 1.0), 1.0, 100_000, True),
    ("with a small rate", (1.0, 2.0), (3.0, -1.0), 1e-3, 100_000, True),
    ("from the minimum itself", (1.0, 2.0), (0.5, 0.5), 0.3, 1_000, True),
    ("with few iterations", (1e-2, 1.0), (2.0, 1.0), 0.5, 20, False),
    ("with a rate above the limit", (1.0, 4.0), (2.0, 1.0), 0.55, 200, False),
]


class Bowl:
    """A loss ½ Σ λⱼ (βⱼ − ½)² on a high floor; it counts the gradients that are asked for."""

    def __init__(self, curvature, most):
        self.curvature, self.most, self.calls = np.array(curvature), most, 0

    def slope(self, beta):
        return self.curvature * (np.asarray(beta, dtype=float) - 0.5)

    def gradient(self, beta):
        self.calls += 1
        if self.calls > self.most:
            raise RuntimeError("endless")
        return self.slope(beta)

    def loss(self, beta):
        return 1000 + float(self.curvature @ (np.asarray(beta, dtype=float) - 0.5) ** 2) / 2

    def iterate(self, start, rate, k):
        return 0.5 + (1 - rate * self.curvature) ** k * (start - 0.5)

    def steps(self, start, rate):
        """The iterations after which no |∇ⱼ| exceeds the tolerance."""
        size = np.maximum(np.abs(self.slope(start)), TOLERANCE) / TOLERANCE
        return int(np.ceil((np.log(size) / -np.log(np.abs(1 - rate * self.curvature))).max()))


@verdict
def number(answer, right, within=1.1, reasons=None):
    """Check a positive number whose size matters: right up to the factor `within`.

    Parameters
    ----------
    answer : the learner's.
    right : computed, not typed.
    reasons : a dict, wrong number -> why somebody arrives at it.

    >>> glmlib.checks.number(9_800, right=10_000)
    PASS ✓ that is the size
    >>> glmlib.checks.number(10, right=10_000, reasons={10: "the root, not the square"})
    TRY AGAIN ✗ the root, not the square
    """
    if answer is None or answer is ... or answer == "":
        not_yet("write your number first")
    try:
        size = float(answer)
    except (TypeError, ValueError):
        try_again(f"a number is needed, this is {a(answer)}")
    if not 0 < size < np.inf:
        try_again(f"a positive number is needed, this is {size:g}")
    if max(size / right, right / size) <= within:
        return "that is the size"
    for wrong, words in (reasons or {}).items():
        if max(size / wrong, wrong / size) <= within:
            try_again(words)
    return try_again("too small" if size < right else "too large")


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
        passed, why = outcome(test, code, "the fixed code")
        if not passed:
            try_again(f"your test fails on the fixed code{why}: it would reject what is right")
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
            return False, f" ({text[0][:80]})" if text else ""
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
    order = [] if order is None or order is ... else order
    if not isinstance(order, list | tuple):
        try_again(f"give a list of the numbers of the lines, this is {a(order)}")
    if not order or ... in order:
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
        try_again(f"your lines raised {said(error)}")
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
    if not isinstance(answer, Hashable):
        try_again(f"give one answer, this is {a(answer)}")
    answer = key(answer)
    if answer is None or answer is ... or answer == "":
        not_yet("choose an answer first")
    rights = right if isinstance(right, set | frozenset | list | tuple) else {right}
    rights = {key(r) for r in rights}
    reasons = {key(name): words for name, words in reasons.items()}
    if answer in rights:
        return reasons.get(answer, "that is the answer")
    if answer not in reasons:
        choices = ", ".join(sorted(map(str, rights | set(reasons))))
        try_again(f"{answer!r} is not a choice: {choices}")
    return try_again(reasons[answer])


def key(answer):
    return answer.strip().lower() if isinstance(answer, str) else answer
