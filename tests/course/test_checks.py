"""The checks of the exercises: right answers pass in any form, wrong ones are told.

Each row below is an answer of a learner. A check that passes a wrong one, fails a right one
or gives another reason is a failure here.
"""

import subprocess
import sys

import numpy as np
import pytest
from scipy.special import expit

import glmlib
from glmlib import LinearRegression, LogisticRegression, PoissonRegression
from glmlib.course import checks
from glmlib.course.checks.slips import same

MEAN = {
    LinearRegression: lambda eta: eta,
    LogisticRegression: glmlib.sigmoid,
    PoissonRegression: np.exp,
}
VARIANCE = {
    LinearRegression: lambda mu: np.ones_like(mu, dtype=float),
    LogisticRegression: lambda mu: mu * (1 - mu),
    PoissonRegression: lambda mu: mu,
}
LOSS = {
    LinearRegression: lambda b, X, y: ((y - X @ b) ** 2).sum() / 2,
    LogisticRegression: lambda b, X, y: (np.logaddexp(0, X @ b) - y * (X @ b)).sum(),
    PoissonRegression: lambda b, X, y: (np.exp(X @ b) - y * (X @ b)).sum(),
}
MODELS = pytest.mark.parametrize("Model", list(MEAN), ids=lambda Model: Model.__name__)
CURVED = [LogisticRegression, PoissonRegression]


def told(verdict, words):
    assert verdict.status == "TRY AGAIN", verdict
    assert words in verdict.message, verdict


# --- gradient --------------------------------------------------------------------------------


def right_gradients(Model):
    g = MEAN[Model]

    def loop(b, X, y):
        total = np.zeros(len(b))
        for x_i, y_i in zip(X, y, strict=True):
            total = total + (g(x_i @ b) - y_i) * x_i
        return total

    memory = {}

    def reuses(b, X, y):
        out = memory.setdefault(len(b), np.empty(len(b)))
        out[:] = X.T @ (g(X @ b) - y)
        return out

    def talkative(b, X, y):
        print("mu", g(X @ b))
        np.log(np.zeros(1))  # a warning
        return -(y - g(X @ b)) @ X

    return [
        loop,
        reuses,
        talkative,
        lambda b, X, y: X.T @ (g(X @ b) - y),
        lambda b, X, y: np.einsum("nd,n->d", X, g(X @ b) - y),
        lambda b, X, y: [float((g(X @ b) - y) @ X[:, j]) for j in range(X.shape[1])],
        lambda b, X, y: (X * (g(X @ b) - y)[:, None]).sum(axis=0),
        lambda b, X, y: (X.T @ (g(X @ b) - y))[:, None],
        lambda b, X, y: glmlib.numerical_gradient(Model(X, y).loss, b),
    ]


def wrong_gradients(Model):
    g = MEAN[Model]

    def right(b, X, y):
        return X.T @ (g(X @ b) - y)

    def changes_X(b, X, y):
        X[:, 0] = 1.5
        return right(b, X, y)

    def changes_beta(b, X, y):
        b -= 1
        return right(b, X, y)

    def intercept_twice(b, X, y):
        return right(b, X, y) * np.where(np.arange(len(b)) == 0, 2, 1)

    def intercept_only(b, X, y):
        return right(b, X, y) * (np.arange(len(b)) == 0)

    def slopes_only(b, X, y):
        return right(b, X, y) * (np.arange(len(b)) > 0)

    def squeezed(b, X, y):
        return X.T @ np.squeeze(g(X @ b) - y)

    def remembered(b, X, y):
        return np.array([-22.97, 0.075, -88.64])[: len(b)]

    return {
        "score": (lambda b, X, y: -right(b, X, y), "this is the score"),
        "mean": (lambda b, X, y: right(b, X, y) / len(y), "it is 1/N of the right one"),
        "N times": (lambda b, X, y: right(b, X, y) * len(y), "it is N times the right one"),
        "mean score": (lambda b, X, y: -right(b, X, y) / len(y), "score; it is 1/N"),
        "twice": (lambda b, X, y: 2 * right(b, X, y), "twice the right one"),
        "half": (lambda b, X, y: right(b, X, y) / 2, "half the right one"),
        "2/N": (lambda b, X, y: 2 * right(b, X, y) / len(y), "it is 2/N"),
        "factor": (lambda b, X, y: 0.3 * right(b, X, y), "0.3 times the right one"),
        "no x": (lambda b, X, y: np.full(len(b), (g(X @ b) - y).sum()), "x is missing"),
        "y added": (lambda b, X, y: X.T @ (g(X @ b) + y), "the sign of y"),
        "no y": (lambda b, X, y: X.T @ g(X @ b), "y is missing"),
        "no mu": (lambda b, X, y: -X.T @ y, "mu is missing"),
        "x twice": (lambda b, X, y: (X * X).T @ (g(X @ b) - y), "x appears twice"),
        "squared": (lambda b, X, y: X.T @ (g(X @ b) - y) ** 2, "residual is squared"),
        "absolute": (lambda b, X, y: X.T @ np.abs(g(X @ b) - y), "lost its sign"),
        "at zero": (
            lambda b, X, y: right(0 * b, X, y),
            "mu is missing" if Model is LinearRegression else "does not change with beta",
        ),
        "remembered": (remembered, "does not change with beta"),
        "intercept twice": (intercept_twice, "the intercept is counted twice"),
        "intercept only": (intercept_only, "only the intercept is right"),
        "slopes only": (slopes_only, "the intercept's entry is 0"),
        "changes X": (changes_X, "changes its argument X in place"),
        "changes beta": (changes_beta, "changes its argument beta in place"),
        "row": (lambda b, X, y: right(b, X, y)[None], "(1, 3) instead of (3,): flatten"),
        "a number": (lambda b, X, y: right(b, X, y).sum(), "a single number"),
        "rows": (lambda b, X, y: g(X @ b) - y, "one number for each row"),
        "not summed": (lambda b, X, y: X * (g(X @ b) - y)[:, None], "the sum is missing"),
        "broadcast": (
            lambda b, X, y: (g(X @ b)[:, None] - y) * np.ones(len(y)),
            "a column (n, 1) met an array (n,)",
        ),
        "not transposed": (lambda b, X, y: X @ (g(X @ b) - y), "(40, 3) and (40,) do not fit"),
        "an error": (
            lambda b, X, y: 1 / 0,
            "your function raised ZeroDivisionError: division",
        ),
        "a string": (lambda b, X, y: "X.T @ (mu - y)", "a str: numbers are needed"),
        "nan": (lambda b, X, y: np.nan * b, "log of zero"),
        "first row": (lambda b, X, y: right(b, X[:1], y[:1]), "not constant"),
        "39 rows": (lambda b, X, y: right(b, X[:39], y[:39]), "not constant"),
        "one row": (squeezed, "(on one row)"),
        "the value": (np.ones(3), "without calling it"),
        "single": (
            lambda b, X, y: right(b, X, y) + 1e-4 * np.abs(right(b, X, y)).max(),
            "not constant",
        ),
    }


@MODELS
def test_right_gradients_pass(Model, capsys):
    for f in right_gradients(Model):
        verdict = checks.gradient(f, Model)
        assert verdict.passed and verdict.status == "PASS", verdict
    assert capsys.readouterr() == ("", "")


@MODELS
@pytest.mark.parametrize("name", list(wrong_gradients(LinearRegression)))
def test_wrong_gradients_are_told(Model, name):
    f, words = wrong_gradients(Model)[name]
    told(checks.gradient(f, Model), words)


@pytest.mark.parametrize("Model", CURVED)
def test_wrong_gradients_of_a_curved_model_are_told(Model):
    g, v = MEAN[Model], VARIANCE[Model]

    def whole(b, X, y):
        out = np.zeros_like(X[0])
        out[:] = X.T @ (g(X @ b) - y)
        return out

    def like_beta(b, X, y):
        out = np.zeros_like(b)
        out[:] = X.T @ (g(X @ b) - y)
        return out

    assert checks.gradient(like_beta, Model).passed  # no task speaks of whole coefficients
    wrong = {
        "drops what comes after the decimal point": whole,
        "the inverse link is missing": lambda b, X, y: X.T @ (X @ b - y),
        "under the canonical link it has none": lambda b, X, y: (
            X.T @ (v(g(X @ b)) * (g(X @ b) - y))
        ),
        # right at beta = 0 only: the tangent of the mean there
        "the ratio is not constant": lambda b, X, y: (
            X.T @ (g(0 * (X @ b)) + v(g(0 * (X @ b))) * (X @ b) - y)
        ),
    }
    for words, f in wrong.items():
        told(checks.gradient(f, Model), words)


def test_an_overflow_in_a_gradient_is_told():
    def ratio(b, X, y):
        return X.T @ (np.exp(X @ b) / (1 + np.exp(X @ b)) - y)

    def clipped(b, X, y):
        return X.T @ (np.clip(glmlib.sigmoid(X @ b), 1e-4, 1 - 1e-4) - y)

    told(checks.gradient(ratio, LogisticRegression), "overflow")
    told(checks.gradient(clipped, LogisticRegression), "±800")


def test_a_gradient_of_another_link_is_told():
    def Model(X, y):
        return glmlib.GLM(X, y, family="gamma", link="log")

    def right(b, X, y):
        return X.T @ ((np.exp(X @ b) - y) / np.exp(X @ b))

    assert checks.gradient(right, Model).passed
    canonical = checks.gradient(lambda b, X, y: X.T @ (np.exp(X @ b) - y), Model)
    told(canonical, "the factor (dmu/deta) / V(mu) is missing")


# --- stubs -----------------------------------------------------------------------------------


def raises(beta, X, y):
    raise NotImplementedError


def blank(beta, X, y):
    mu = ...
    return X.T @ (mu - y)


def underscores(beta, X, y):
    return X.T @ (____ - y)  # noqa: F821


def nothing(beta, X, y):
    X @ beta


STUBS = [raises, blank, underscores, nothing, None, ..., lambda beta, X, y: ...]


@pytest.mark.parametrize("stub", STUBS)
@pytest.mark.parametrize("check", [checks.gradient, checks.hessian, checks.loss])
def test_a_stub_is_not_yet_an_answer(check, stub):
    verdict = check(stub, PoissonRegression)
    assert verdict.status == "NOT YET" and not verdict.passed, verdict
    assert repr(verdict).startswith("NOT YET …")


def test_a_forgotten_name_is_an_error_and_no_blank():
    told(checks.gradient(lambda b, X, y: X.T @ (mu - y), LinearRegression), "NameError")  # noqa: F821


# --- Hessian ---------------------------------------------------------------------------------


@MODELS
def test_right_hessians_pass(Model):
    g, v = MEAN[Model], VARIANCE[Model]
    for f in (
        lambda b, X, y: X.T @ np.diag(v(g(X @ b))) @ X,
        lambda b, X, y: np.einsum("n,nj,nk->jk", v(g(X @ b)), X, X),
        lambda b, X, y: sum(w * np.outer(x, x) for w, x in zip(v(g(X @ b)), X, strict=True)),
    ):
        verdict = checks.hessian(f, Model)
        assert verdict.passed, verdict


@MODELS
def test_wrong_hessians_are_told(Model):
    g, v = MEAN[Model], VARIANCE[Model]

    def weighted(w, X):
        return X.T @ (w[:, None] * X)

    def right(b, X, y):
        return weighted(v(g(X @ b)), X)

    wrong = {
        "this is the Hessian of the log-likelihood": lambda b, X, y: -right(b, X, y),
        "1/N of the right one": lambda b, X, y: right(b, X, y) / len(y),
        "twice": lambda b, X, y: 2 * right(b, X, y),
        "only the diagonal": lambda b, X, y: np.diag(np.diag(right(b, X, y))),
        "yours is the residual": lambda b, X, y: weighted(g(X @ b) - y, X),
        "this is the covariance": lambda b, X, y: np.linalg.pinv(right(b, X, y)),
        "the gradient times itself": lambda b, X, y: np.outer(
            X.T @ (g(X @ b) - y), X.T @ (g(X @ b) - y)
        ),
        "as a gradient has": lambda b, X, y: np.diag(right(b, X, y)),
        "a single number": lambda b, X, y: right(b, X, y).sum(),
        "or X @ X.T stands for X.T @ X": lambda b, X, y: X @ X.T,
    }
    if Model is not LinearRegression:
        wrong["the weights are missing"] = lambda b, X, y: X.T @ X
        wrong["yours is its square root"] = lambda b, X, y: weighted(v(g(X @ b)) ** 0.5, X)
        wrong["yours is its square"] = lambda b, X, y: weighted(v(g(X @ b)) ** 2, X)
    if Model is not PoissonRegression:
        wrong["yours is mu"] = lambda b, X, y: weighted(g(X @ b), X)
        wrong["yours is 1 - mu"] = lambda b, X, y: weighted(1 - g(X @ b), X)
    for words, f in wrong.items():
        told(checks.hessian(f, Model), words)


# --- loss ------------------------------------------------------------------------------------


@MODELS
def test_right_losses_pass_with_or_without_the_terms_free_of_beta(Model):
    right = LOSS[Model]
    for f in (
        right,
        lambda b, X, y: right(b, X, y) + y @ y + len(y) / 2 * np.log(2 * np.pi),
        lambda b, X, y: np.array([right(b, X, y)]),
        lambda b, X, y: sum(right(b, X[[i]], y[[i]]) for i in range(len(y))),
        lambda b, X, y: Model(X, y).loss(b),
    ):
        verdict = checks.loss(f, Model)
        assert verdict.passed, verdict


@MODELS
def test_wrong_losses_are_told(Model):
    right, g = LOSS[Model], MEAN[Model]
    wrong = {
        "this is the log-likelihood": lambda b, X, y: -right(b, X, y),
        "1/N of the right one": lambda b, X, y: right(b, X, y) / len(y),
        "twice": lambda b, X, y: 2 * right(b, X, y),
        "half": lambda b, X, y: right(b, X, y) / 2,
        "the term with y is missing": lambda b, X, y: right(b, X, y) + y @ (X @ b),
        "the term with y has the wrong sign": lambda b, X, y: right(b, X, y) + 2 * y @ (X @ b),
        "only the term with y": lambda b, X, y: -y @ (X @ b),
        "this is the likelihood": lambda b, X, y: np.exp(-right(b, X, y)),
        "one number for each row": lambda b, X, y: (y - g(X @ b)) ** 2,
        "no row accounts for": lambda b, X, y: right(b, X, y) + 5,
        "does not change with beta": lambda b, X, y: 0.0,
        "not constant": lambda b, X, y: right(b, X, y) + b @ b / 2,
    }
    if Model is not LinearRegression:
        wrong["half the squared error"] = lambda b, X, y: ((y - g(X @ b)) ** 2).sum() / 2
    for words, f in wrong.items():
        told(checks.loss(f, Model), words)


def naive_logistic(tiny):
    def loss(b, X, y):
        mu = glmlib.sigmoid(X @ b)
        return -(y * np.log(mu + tiny) + (1 - y) * np.log(1 - mu + tiny)).sum()

    return loss


def test_a_loss_that_takes_the_log_of_zero_is_told():
    told(checks.loss(naive_logistic(0), LogisticRegression), "log of zero")
    told(checks.loss(naive_logistic(1e-15), LogisticRegression), "right for small eta")
    told(
        checks.loss(
            lambda b, X, y: (np.exp(X @ b) - y * np.log(np.exp(X @ b))).sum(),
            PoissonRegression,
        ),
        "log of zero",
    )
    told(
        checks.loss(
            lambda b, X, y: -(y @ np.log(MEAN[LogisticRegression](X @ b))), LogisticRegression
        ),
        "only the rows with y = 1 count",
    )


# --- fit -------------------------------------------------------------------------------------


def descend(Model, learning_rate=2e-3, iterations=3000, sign=1):
    def fit(X, y):
        beta = np.zeros(X.shape[1])
        for _ in range(iterations):
            beta = beta - sign * learning_rate * X.T @ (MEAN[Model](X @ beta) - y)
        return beta

    return fit


def newton(Model):
    def fit(X, y):
        beta = np.zeros(X.shape[1])
        for _ in range(30):
            mu = MEAN[Model](X @ beta)
            H = X.T @ (VARIANCE[Model](mu)[:, None] * X)
            beta = beta - np.linalg.solve(H, X.T @ (mu - y))
        return beta

    return fit


def library(Model):
    return lambda X, y: list(Model(X, y).fit().beta)


@MODELS
def test_right_fits_pass(Model):
    for f in (descend(Model), newton(Model), library(Model)):
        verdict = checks.fit(f, Model)
        assert verdict.passed, verdict


@MODELS
def test_wrong_fits_are_told(Model):
    best = library(Model)

    def off(X, y):
        return np.array(best(X, y)) + 0.05 * (np.arange(X.shape[1]) == 0)

    def remembered(X, y):
        return np.array(best(*data))[: X.shape[1]]

    data = []

    def remembers(X, y):  # right on the first data set, and the same ever after
        data.extend([X, y] if not data else [])
        return remembered(X, y)

    def careless(X, y):
        y -= y.mean()
        return np.array(best(X, y))

    wrong = {
        "minus the estimate": lambda X, y: -np.array(best(X, y)),
        "has not moved": lambda X, y: np.zeros(X.shape[1]),
        "not the minimum yet": descend(Model, iterations=5),
        "the intercept alone is off": off,
        "flatten it": lambda X, y: np.array(best(X, y))[None],
        "scaled to length 1": lambda X, y: best(X, y) / np.linalg.norm(best(X, y)),
        "standard errors from the minimum": remembers,
        "raised LinAlgError": lambda X, y: np.linalg.solve(np.zeros((3, 3)), np.ones(3)),
    }
    if Model is LinearRegression:
        wrong["changes its argument y"] = careless
    for words, f in wrong.items():
        told(checks.fit(f, Model), words)
    uphill = checks.fit(descend(Model, sign=-1), Model)
    told(uphill, "diverged" if Model is PoissonRegression else "uphill")
    assert checks.fit(lambda X, y: None, Model).status == "NOT YET"


# --- sigmoid and link ------------------------------------------------------------------------


def masked(eta):
    eta = np.asarray(eta, dtype=float)
    mu, up = np.empty_like(eta), eta >= 0
    mu[up] = 1 / (1 + np.exp(-eta[up]))
    mu[~up] = np.exp(eta[~up]) / (1 + np.exp(eta[~up]))
    return mu


def test_right_sigmoids_pass():
    for f in (
        masked,
        expit,
        lambda eta: 0.5 * (1 + np.tanh(eta / 2)),
        lambda eta: np.exp(-np.logaddexp(0, -eta)),
        np.vectorize(lambda t: 1 / (1 + np.exp(-t)) if t > 0 else np.exp(t) / (1 + np.exp(t))),
    ):
        verdict = checks.sigmoid(f)
        assert verdict.passed, verdict


def whole_sigmoid(eta):
    mu = np.zeros_like(eta)
    mu[:] = glmlib.sigmoid(eta)
    return mu


@pytest.mark.parametrize(
    ("words", "f"),
    [
        ("NumPy warns: overflow", lambda eta: 1 / (1 + np.exp(-eta))),
        ("wrong at ±800", lambda eta: np.exp(eta) / (1 + np.exp(eta))),
        ("wrong at ±800", lambda eta: 1 / (1 + np.exp(-np.clip(eta, -10, 10)))),
        (
            "np.where computes both",
            lambda eta: np.where(
                eta >= 0, 1 / (1 + np.exp(-eta)), np.exp(eta) / (1 + np.exp(eta))
            ),
        ),
        ("this is 1 − S(eta)", lambda eta: 1 / (1 + np.exp(eta))),
        ("a straight line", lambda eta: 0.5 + eta / 4),
        ("not yet the probability", lambda eta: np.exp(eta)),
        ("this is tanh", lambda eta: np.tanh(eta)),
        ("a factor 2", lambda eta: 1 / (1 + np.exp(-2 * eta))),
        ("a step", lambda eta: (eta > 0) * 1.0),
        ("the derivative", lambda eta: glmlib.sigmoid(eta) * glmlib.sigmoid(-eta)),
        ("steeper than the sigmoid", lambda eta: 0.5 + eta / (2 * (1 + np.abs(eta)))),
        ("work elementwise", lambda eta: 0.5),
        ("np.exp overflows, and the warning is silenced", glmlib.sigmoid),
        ("cut off the fraction", whole_sigmoid),
        ("raised TypeError", lambda eta: __import__("math").exp(eta)),
    ],
)
def test_wrong_sigmoids_are_told(words, f):
    told(checks.sigmoid(f), words)


def test_stub_of_a_sigmoid():
    assert checks.sigmoid(lambda eta: None).status == "NOT YET"


@pytest.mark.parametrize("make", ["Identity", "Log", "Logit", "Probit", "CLogLog", "Inverse"])
def test_the_library_links_pass(make):
    link = getattr(glmlib, make)()
    assert checks.link(link.link, link.inverse, link.domain, like=link).passed


PROBIT = glmlib.Probit()


def logit(mu):
    return np.log(mu / (1 - mu))


@pytest.mark.parametrize(
    ("words", "arguments"),
    [
        ("leaves the domain", (lambda mu: mu, lambda eta: eta, (0, 1))),
        ("the round trip gives 1 − mu", (logit, lambda eta: 1 / (1 + np.exp(eta)), (0, 1))),
        ("the round trip gives 1/mu", (np.log, lambda eta: np.exp(-eta), (0, np.inf))),
        ("the round trip fails", (logit, np.exp, (0, 1))),
        ("not the logit link", (PROBIT.link, PROBIT.inverse, (0, 1), glmlib.Logit())),
        ("not the log link", (np.log10, lambda eta: 10**eta, (0, np.inf), glmlib.Log())),
        ("the round trip fails", (np.sqrt, np.abs, (0, 1))),
        ("the inverse link is not monotone", (np.sqrt, np.square, (0, np.inf))),
        ("finite numbers are needed", (lambda mu: np.log(mu - 0.5), np.exp, (0, 1))),
        ("work elementwise", (lambda mu: mu.sum(), lambda eta: eta, (0, 1))),
        ("raised ZeroDivisionError", (lambda mu: 1 / 0, lambda eta: eta, (0, 1))),
    ],
)  # fmt: skip
def test_wrong_links_are_told(words, arguments):
    told(checks.link(*arguments), words)


def test_a_link_that_turns_round_is_told():
    table = {}

    def turns(mu):
        eta = (mu - 0.47) ** 2
        table.update(zip(eta, mu, strict=True))
        return eta

    def back(eta):
        return np.array([table.get(e, 0.5) for e in eta])

    told(checks.link(turns, back, (0, 1)), "the link is not monotone")


def test_stubs_of_a_link():
    assert checks.link(None, None, (0, 1)).status == "NOT YET"
    assert checks.link(np.log, None, (0, np.inf)).status == "NOT YET"
    assert checks.link(lambda mu: None, np.exp, (0, np.inf)).status == "NOT YET"


@pytest.mark.parametrize("make", ["Identity", "Log", "Logit", "Probit", "CLogLog", "Inverse"])
def test_the_slopes_of_the_library_links_pass(make):
    link = getattr(glmlib, make)()
    assert checks.inverse_slope(link.derivative, link).passed
    told(checks.inverse_slope(lambda eta: 1.01 * link.derivative(eta), link), "1.01 times")


@pytest.mark.parametrize(
    ("words", "make", "f"),
    [
        ("turn the fraction over", "Logit", lambda eta: 2 + np.exp(eta) + np.exp(-eta)),
        ("the sign of the slope", "Inverse", lambda eta: eta**-2.0),
        ("this is mu", "Logit", glmlib.sigmoid),
        ("yours is ()", "Identity", lambda eta: 1.0),
        ("raised TypeError", "Log", lambda: 1),
    ],
)
def test_wrong_slopes_are_told(words, make, f):
    told(checks.inverse_slope(f, getattr(glmlib, make)()), words)


def test_stub_of_a_slope():
    assert checks.inverse_slope(lambda eta: None, glmlib.Log()).status == "NOT YET"


# --- a function compared with the right one, and with slips ----------------------------------


def half(eta):
    return eta / 2


CASES = {
    "zeros": {"eta": np.zeros(2)},
    "a small one": {"eta": np.array([1e-3])},
    "two numbers": {"eta": np.array([3.0, -8.0])},
}
SLIPS = {
    "the sign": lambda eta: -eta / 2,
    "divided by three": lambda eta: eta / 3,
    "the half is lost": lambda eta: eta,
    "one for all": lambda eta: 0.25,
}


@checks.verdicts.verdict
def halved(f, **options):
    same(f, half, CASES, SLIPS, **options)
    return "half of it"


@pytest.mark.parametrize(
    ("words", "f"),
    [
        ("the sign", lambda eta: -eta / 2),
        ("the half is lost", lambda eta: eta),
        ("one for all", lambda eta: 0 * eta + 0.25),  # a slip that is one number
        ("shape (2,) is asked for, yours is (1, 2)\n(zeros)", lambda eta: eta[None] / 2),
        ("shape (2,) is asked for, yours is ()\n(zeros)", lambda eta: eta.sum() / 2),
        ("not a number (NaN)", lambda eta: eta / 0),
        ("not the right value", lambda eta: eta / 2.5),
        ("raised ZeroDivisionError", lambda eta: 1 / 0),
        ("numbers are needed", lambda eta: "half"),
        ("changes its argument eta in place", lambda eta: eta.__itruediv__(2)),
    ],
)
def test_what_same_says(words, f):
    told(halved(f), words)


def test_same_passes_what_is_right_and_knows_a_stub():
    for f in (half, lambda eta: [e * 0.5 for e in eta], lambda eta: eta - eta / 2):
        assert halved(f) == checks.Verdict("PASS", "half of it")
    assert halved(lambda eta: None).status == "NOT YET"
    assert halved(None).status == "NOT YET"


def test_same_shows_the_worst_number_and_where_it_stands():
    told(halved(lambda eta: eta), "\nyours 0.001, the right one 0.0005\n(a small one)")
    only_large = halved(lambda eta: np.where(eta < -5, np.nan, eta / 2))
    told(only_large, "\nyours nan, the right one -4\n(two numbers)")


def test_same_measures_by_the_largest_number_of_the_right_answer():
    def off(by):
        return lambda eta: eta / 2 + by * np.abs(eta).max() / 2

    assert halved(off(0.9e-8)).passed and not halved(off(1.1e-8)).passed
    assert halved(off(0.9e-3), tolerance=1e-3).passed
    told(halved(off(1.1e-2), tolerance=1e-3), "yours")


def test_same_tells_the_first_slip_that_fits_and_none_that_does_no_harm():
    @checks.verdicts.verdict
    def at_two(f):
        slips = {"square": lambda x: x * x, "sum": lambda x: x + x, "six": lambda x: 3 * x}
        return same(f, lambda x: 2 * x, {"two": {"x": 2.0}}, slips | {"again": lambda x: 6})

    told(at_two(lambda x: 6), "six")
    # 2² and 2 + 2 are right here: they cannot be why the answer is a little off
    near = at_two(lambda x: 2 * x * (1 + 1e-7))
    told(near, "right to about 7 digits, not to more")
    told(near, "yours 4.0000004, the right one 4\n")


# --- odds, risk ratios, average effects ------------------------------------------------------


@pytest.mark.parametrize(
    ("check", "right", "wrong", "words"),
    [
        (
            checks.probability_after,
            lambda p0, odds_ratio: odds_ratio * p0 / (1 - p0 + odds_ratio * p0),
            lambda p0, odds_ratio: odds_ratio * p0 / (1 - p0),
            "these are odds",
        ),
        (
            checks.coefficient,
            lambda p0, p1: np.log(p1 * (1 - p0) / (p0 * (1 - p1))),
            lambda p0, p1: np.log(p0 * (1 - p1) / (p1 * (1 - p0))),
            "the sign: from p0",
        ),
        (
            checks.average_effects,
            lambda beta, X: (1 / (4 * np.cosh(X @ beta / 2) ** 2)).mean() * beta,
            lambda beta, X: np.median(1 / (4 * np.cosh(X @ beta / 2) ** 2)) * beta,
            "the median",
        ),
    ],
)
def test_checks_of_reading(check, right, wrong, words):
    assert check(right).passed, check(right)
    told(check(wrong), words)
    assert check(lambda *arguments: None).status == "NOT YET"


def test_an_average_effect_must_be_right_in_single_precision():
    def overflows(beta, X):
        found = (1 / (4 * np.cosh(X @ beta / 2) ** 2)).mean() * beta
        return found if X.dtype != np.float32 else found + np.float32(0.01)

    told(checks.average_effects(overflows), "single precision")


# --- a choice for each of several things -----------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "status", "words"),
    [
        ({"a": "x", "b": "Y "}, "PASS", "all 2"),
        ({"b": "y", "a": "x"}, "PASS", "all 2"),
        ({"a": "x", "b": "x"}, "TRY AGAIN", "b: no x there"),
        ({"a": "x", "b": "z"}, "TRY AGAIN", "b: 'z' is not a choice: x, y"),
        ({"a": "y", "b": None}, "TRY AGAIN", "a: no y there"),
        ({"a": "x", "b": None}, "NOT YET", "b: choose"),
        ({"a": "x", "b": ...}, "NOT YET", "b: choose"),
        ({"a": "x"}, "TRY AGAIN", "'b' has no answer: keep the names"),
        ({"a": "x", "b": "y", "c": "y"}, "TRY AGAIN", "'c' was not asked for"),
        (["x", "y"], "TRY AGAIN", "a dict with one answer for each name; this is a list"),
        (None, "NOT YET", "choose"),
    ],
)
def test_several_choices(answers, status, words):
    reasons = {"a": {"y": "no y there"}, "b": {"x": "no x there"}}
    verdict = checks.matching(answers, {"a": "x", "b": "y"}, reasons)
    assert verdict.status == status and words in verdict.message, verdict


# --- numerical curvature ---------------------------------------------------------------------


def in_place(function, beta):
    beta[0] += 1
    return beta


@pytest.mark.parametrize(
    ("words", "f"),
    [
        ("changes its argument beta", in_place),
        ("instead of (3,)", lambda function, beta: function(beta)),
        ("not finite", lambda function, beta: np.nan * beta),
        ("raised TypeError", lambda function, beta: function()),
    ],
)
def test_wrong_curvatures_are_told(words, f):
    told(checks.curvatures(f), words)
    assert checks.curvatures(lambda function, beta: None).status == "NOT YET"


# --- a descent that stops for a reason, and the size of a number -----------------------------


def stopping(small=None, says=None, sign=1.0, more=0, in_place=False, endless=False):
    """A descent that differs from the right one in one of these ways."""

    def descend(model, beta, learning_rate, tolerance, iterations):
        previous = np.full(len(beta), np.inf)
        k = 0
        while endless or k < iterations + more:
            gradient = model.gradient(beta)
            done = np.abs(gradient).max() <= tolerance
            if small is not None:
                done = small(model, beta, previous, gradient, tolerance)
            if done:
                return beta, True if says is None else says
            previous = beta
            if in_place:
                beta -= sign * learning_rate * gradient
            else:
                beta = beta - sign * learning_rate * gradient
            k += 1
        return beta, False if says is None else says

    return descend


def test_right_descents_pass():
    def with_a_for(model, start, learning_rate, tolerance, iterations):
        beta, gradient = start.copy(), model.gradient(start)
        for _ in range(iterations):
            if not (np.abs(gradient) > tolerance).any():
                break
            beta -= learning_rate * gradient
            gradient = model.gradient(beta)
        return [beta, bool(np.max(np.abs(gradient)) <= tolerance)]

    for f in (stopping(), with_a_for):
        verdict = checks.descent(f)
        assert verdict.passed, verdict


@pytest.mark.parametrize(
    ("words", "f"),
    [
        ("look at the sign", stopping(sign=-1.0)),
        ("the loop never ends", stopping(endless=True)),
        ("you say converged", stopping(says=True)),
        ("you say that it did not converge", stopping(says=False)),
        ("changes start in place", stopping(in_place=True)),
        ("is not the iterate after that many", stopping(more=1)),
        (
            "is no reason",
            stopping(
                lambda m, b, old, g, tol: (
                    np.isfinite(old).all() and abs(m.loss(b) - m.loss(old)) < tol
                )
            ),
        ),
        ("is no reason", stopping(lambda m, b, old, g, tol: np.abs(b - old).max() <= tol)),
        ("you stop at the start", stopping(lambda m, b, old, g, tol: g.max() <= tol)),
        ("you go on", stopping(lambda m, b, old, g, tol: (b == old).all())),
        ("return two things", lambda m, start, rate, tol, k: start),
        ("instead of (3,)", lambda m, start, rate, tol, k: (start[None], True)),
        ("beta first", lambda *a: stopping()(*a)[::-1]),
        ("cancel in their sum", stopping(lambda m, b, old, g, tol: abs(g.sum()) <= tol)),
        ("raised TypeError", lambda m, start: (start, True)),
    ],
)
def test_wrong_descents_are_told(words, f):
    told(checks.descent(f), words)


def test_stub_of_a_descent():
    assert checks.descent(None).status == "NOT YET"
    assert checks.descent(lambda m, start, rate, tol, k: None).status == "NOT YET"


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        (0.002, "PASS", "that is the size"),
        (0.00195, "PASS", "that is the size"),
        ("2e-3", "PASS", "that is the size"),
        (0.0025, "TRY AGAIN", "too large"),
        (0.0016, "TRY AGAIN", "too small"),
        (0.001, "TRY AGAIN", "one over the eigenvalue"),
        (-0.002, "TRY AGAIN", "a positive number is needed"),
        (np.nan, "TRY AGAIN", "a number is needed"),
        ("0,002", "PASS", "that is the size"),
        ("1/500", "PASS", "that is the size"),
        ("−0.002", "TRY AGAIN", "a positive number"),
        (np.array([0.002]), "PASS", "that is the size"),
        (True, "TRY AGAIN", "a number is needed"),
        ("two", "TRY AGAIN", "a number is needed"),
        ([1, 2], "TRY AGAIN", "a number is needed"),
        (None, "NOT YET", "write your number"),
        (..., "NOT YET", "write your number"),
    ],
)
def test_numbers(answer, status, words):
    verdict = checks.number(answer, 0.002, reasons={0.001: "one over the eigenvalue"})
    assert verdict.status == status and words in verdict.message, verdict


def test_a_right_number_is_computed_when_there_is_an_answer():
    assert checks.number("3", lambda: 3).passed
    assert checks.number(..., lambda: 1 / 0).status == "NOT YET"


# --- a test that the learner writes ----------------------------------------------------------


def fixed(beta):
    return 2 * beta


def buggy(beta):
    return -2 * beta


def written_tests():
    at = np.ones(2)

    def asserts(gradient):
        assert np.allclose(gradient(at), 2)

    def returns(gradient):
        return np.allclose(gradient(at), 2)

    def returns_array(gradient):
        return gradient(at) == 2

    def looks_away(gradient):
        gradient(at)

    def size_only(gradient):
        assert np.allclose(np.abs(gradient(at)), 2)

    def always_fails(gradient):
        assert gradient(at) is None, "no gradient"

    def breaks(gradient):
        gradient(at, at)

    def opposite(gradient):
        return gradient(at)[0] < 0

    def long_words(gradient):
        np.testing.assert_allclose(gradient(at), 3)

    def empty(gradient):
        pass

    def with_blank(gradient):
        assert gradient(at)[0] > ...

    return locals()


@pytest.mark.parametrize(
    ("name", "status", "words"),
    [
        ("asserts", "PASS", ""),
        ("returns", "PASS", ""),
        ("returns_array", "PASS", ""),
        ("looks_away", "TRY AGAIN", "passes on the buggy code"),
        ("size_only", "TRY AGAIN", "passes on the buggy code"),
        ("opposite", "TRY AGAIN", "passes on the buggy code"),
        ("always_fails", "TRY AGAIN", "fails on the fixed code (no gradient)"),
        ("long_words", "TRY AGAIN", "fails on the fixed code (Not equal to tolerance"),
        ("breaks", "TRY AGAIN", "raised TypeError"),
        ("empty", "NOT YET", "does not call"),
        ("with_blank", "NOT YET", "blanks"),
    ],
)
def test_tests_of_learners(name, status, words):
    verdict = checks.catches(written_tests()[name], buggy, fixed)
    assert verdict.status == status and words in verdict.message, verdict


def test_every_bug_must_be_caught():
    test = written_tests()["size_only"]
    told(checks.catches(test, [lambda beta: 3 * beta, buggy], fixed), "bug 2 of 2")


# --- order and choice ------------------------------------------------------------------------

LINES = [
    "    return X.T @ (mu - y)",
    "    return X.T @ (y - mu)",
    "    mu = np.exp(X @ beta)",
    "def gradient(beta, X, y):",
]


def poisson(f):
    return checks.gradient(f, PoissonRegression)


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        ([4, 3, 1], "PASS", "your order makes a function that works"),
        ((4, 3, 1), "PASS", "your order makes a function that works"),
        ([4.0, 3.0, 1.0], "PASS", "your order makes a function that works"),
        (np.array([4, 3, 1]), "PASS", "your order makes a function that works"),
        ([4, 3, 1, 2], "TRY AGAIN", "as well without line 2"),
        ([4, 3, 2], "TRY AGAIN", "this is the score"),
        ([4, 1, 3], "TRY AGAIN", "UnboundLocalError"),
        ([4, 3], "TRY AGAIN", "which line returns the result?"),
        ([3, 4, 1], "TRY AGAIN", "at line 3"),
        ([4, 4, 1], "TRY AGAIN", "line 4 appears twice"),
        ([4, 3, 0], "TRY AGAIN", "there is no line 0"),
        ([4, 3, 1.5], "TRY AGAIN", "there is no line 1.5"),
        (["def"], "TRY AGAIN", "there is no line 'def'"),
        (431, "TRY AGAIN", "give a list"),
        ([], "NOT YET", "the numbers of the lines"),
        (None, "NOT YET", "the numbers of the lines"),
        ([4, ..., 1], "NOT YET", "the numbers of the lines"),
    ],
)
def test_orders(answer, status, words):
    verdict = checks.order(answer, LINES, "gradient", poisson)
    assert verdict.status == status and words in verdict.message, verdict


def test_an_order_without_the_function_is_told():
    told(checks.order([1], ["x = 1"], "gradient", poisson), "do not define gradient")
    told(checks.order([1], ["1 / 0"], "gradient", poisson), "ZeroDivisionError")


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        ("a", "PASS", "minus the gradient"),
        (" A ", "PASS", "minus the gradient"),
        ("b", "TRY AGAIN", "that is the loss"),
        ("z", "TRY AGAIN", "'z' is not a choice: a, b"),
        (None, "NOT YET", "choose"),
        (..., "NOT YET", "choose"),
        ("", "NOT YET", "choose"),
        (["a"], "PASS", "minus the gradient"),
        ("a)", "PASS", "minus the gradient"),
        (["a", "b"], "TRY AGAIN", "give one answer"),
        (lambda: "a", "TRY AGAIN", "give one answer"),
    ],
)
def test_choices(answer, status, words):
    reasons = {"a": "the score is minus the gradient", "b": "that is the loss"}
    verdict = checks.choice(answer, "a", reasons)
    assert verdict.status == status and words in verdict.message, verdict


def test_several_choices_may_be_right():
    assert checks.choice(2, {1, 2}, {3: "no"}).passed
    told(checks.choice(3, {1, 2}, {3: "no"}), "no")


# --- the checks themselves -------------------------------------------------------------------


@MODELS
def test_the_points_of_the_checks_vary_and_stay_away_from_zero(Model):
    sets = list(checks.glms.cases(Model))
    assert {case.X.shape[1] for case in sets} == {1, 3}
    assert {case.X.dtype for case in sets} >= {np.dtype("int"), np.dtype("float32")}
    assert min(len(case.X) for case in sets) == 1
    for case in sets:
        assert len(case.betas) >= 2 and np.abs(case.betas).min() >= 0.3
        assert len(np.unique(case.betas, axis=0)) == len(case.betas)
        assert (case.betas > 0).any() and (case.betas < 0).any()
        assert len(case.y) == 1 or np.ptp(case.y) > 0
    scale = np.abs(sets[0].X).max(axis=0)
    assert scale[-1] > 2 * scale[1]


@MODELS
def test_the_same_verdict_every_time(Model):
    answers = [checks.gradient(lambda b, X, y: 0.3 * b, Model).message for _ in range(2)]
    assert answers[0] == answers[1]


def test_the_numbers_are_given_and_the_solution_is_not():
    message = checks.gradient(lambda b, X, y: 2 * X.T @ (X @ b - y), LinearRegression).message
    words, numbers, where = message.splitlines()
    assert numbers.startswith("yours [") and "by finite differences [" in numbers
    assert where.startswith("(at beta = [") and where.endswith("on 40 rows and 3 columns)")
    yours, right = (
        np.array(part.split("]")[0].split(","), dtype=float) for part in numbers.split("[")[1:]
    )
    np.testing.assert_allclose(yours, 2 * right, rtol=2e-3)
    assert "X.T" not in message


def test_a_verdict_is_words_and_a_symbol():
    shown = [repr(checks.Verdict(status, "why")) for status in checks.SYMBOLS]
    assert shown == ["PASS ✓ why", "TRY AGAIN ✗ why", "NOT YET … why"]
    assert [bool(checks.Verdict(s, "")) for s in checks.SYMBOLS] == [True, False, False]


def test_a_failure_of_the_library_is_no_verdict():
    with pytest.raises(TypeError):
        checks.gradient(lambda b, X, y: b, "poisson")


def test_the_checks_need_numpy_alone():
    heavy = ("scipy", "matplotlib", "pandas", "ipywidgets")
    code = f"import sys, glmlib.course.checks; print([m for m in {heavy} if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.stdout.strip() == "[]", run.stderr
