"""The judge of the random fits is judged: it agrees with others, and it sees every fault."""

import warnings

import numpy as np
import pytest

from core import fuzz
from reference import independent, large, peers
from reference.independent import Problem

X = np.column_stack([np.ones(8), [0.0, 1, 2, 3, 4, 5, 6, 7]]) / [1, 8]
Y = {
    "binomial": np.array([0.1, 0.2, 0.1, 0.4, 0.3, 0.5, 0.4, 0.6]),
    "gaussian": np.array([1.0, 1.3, 1.1, 1.6, 1.9, 1.8, 2.2, 2.9]),
    "gamma": np.array([1.0, 1.3, 1.1, 1.6, 1.9, 1.8, 2.2, 2.9]),
    "inverse gaussian": np.array([1.0, 1.3, 1.1, 1.6, 1.9, 1.8, 2.2, 2.9]),
    "poisson": np.array([1.0, 0, 2, 3, 2, 4, 3, 7]),
    "negative binomial": np.array([1.0, 0, 2, 3, 2, 4, 3, 7]),
}


def problem(name, link):
    weights = np.full(8, 10.0) if name == "binomial" else None
    return Problem(
        name, link, X, Y[name], weights, None, 2.0 if name == "negative binomial" else None
    )


def test_every_family_and_link_was_written_a_second_time():
    """The first to fail for a new entry: it names what the tests below wait for."""
    for name, link in fuzz.PAIRS:
        for entry, table, where in (
            (link, independent.LINKS, "LINKS in tests/reference/independent.py"),
            (link, peers.LINKS, "LINKS in tests/reference/peers.py"),
            (name, peers.FAMILIES, "FAMILIES in tests/reference/peers.py"),
            (name, Y, "Y in tests/core/test_judge.py"),
        ):
            assert entry in table, f"write {entry} a second time: add it to {where}"


@pytest.mark.parametrize("name, link", fuzz.PAIRS)
def test_the_judge_agrees_with_statsmodels(name, link):
    sm = pytest.importorskip("statsmodels.api")
    p = problem(name, link)
    optimum = np.array([float(b) for b in independent.find(p)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        weights = {} if p.weights is None else {"var_weights": p.weights}
        model = sm.GLM(p.y, p.X, peers.statsmodels(name, link, p.theta), **weights)
        scale = None if name in independent.DISPERSION else 1.0
        fit = model.fit(start_params=optimum, maxiter=200, tol=1e-14, scale=scale)
    judged = independent.judge(p, optimum)
    assert judged.distance < 1e-9
    np.testing.assert_allclose(optimum, fit.params, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(judged.standard_errors, fit.bse, rtol=1e-5)
    np.testing.assert_allclose(judged.deviance, fit.deviance, rtol=1e-8)


@pytest.mark.parametrize("name, link", fuzz.PAIRS)
def test_the_judge_agrees_with_the_closed_form_of_groups(name, link):
    p = problem(name, link)
    groups = np.repeat([0, 1], 4)
    dummies = np.column_stack([groups == 0, groups == 1]) * 1.0
    beta, errors, deviance = large.grouped(name, link, p.y, groups, p.weights, p.theta)
    judged = independent.judge(
        Problem(name, link, dummies, p.y, p.weights, None, p.theta), beta
    )
    assert judged.definite and judged.distance < 1e-13
    np.testing.assert_allclose(judged.standard_errors, errors, rtol=1e-13)
    np.testing.assert_allclose(judged.deviance, deviance, rtol=1e-13)


@pytest.mark.parametrize("name, link", fuzz.PAIRS)
def test_the_log_likelihood_is_that_of_the_densities(name, link):
    """Written out once more by scipy.stats."""
    p = problem(name, link)
    if name == "binomial":
        p = Problem(name, link, X, np.round(10 * p.y) / 10, p.weights)
    optimum = np.array([float(b) for b in independent.find(p)])
    eta = p.X @ optimum
    mu = np.array([float(independent.LINKS[link](independent.mp, e)[0]) for e in eta])
    deviance = independent.deviance(p, optimum)
    phi, y = deviance / 8, p.y
    w = np.ones(8) if p.weights is None else p.weights
    expected = peers.log_density(name, y, mu, w, phi, p.theta).sum()
    np.testing.assert_allclose(independent.log_likelihood(p, optimum)[0], expected, rtol=1e-9)


@pytest.mark.parametrize("name, link", fuzz.PAIRS)
def test_the_distance_is_the_distance(name, link):
    """A β that is moved by 1e-4 standard errors is that far away, in any direction."""
    p = problem(name, link)
    optimum = independent.find(p)
    errors = independent.judge(p, optimum).standard_errors
    floats = np.array([float(b) for b in optimum])
    for move in ([1e-4, 0], [0, -1e-4], [3e-6, 3e-6]):
        there = floats + np.array(move) * errors
        away = independent.away(p, there, optimum)
        np.testing.assert_allclose(independent.judge(p, there).distance, away, rtol=1e-2)
        assert away > 2e-6


def answer(p, beta=None, **changes):
    """What the library would say of `p`, if it were right and then changed."""
    optimum = np.array([float(b) for b in independent.find(p)])
    judged = independent.judge(p, optimum)
    said = {
        "converged": True,
        "beta": optimum if beta is None else optimum + beta * judged.standard_errors,
        "standard_errors": judged.standard_errors,
        "deviance": judged.deviance,
        "null_deviance": float("nan"),
        "log_likelihood": independent.log_likelihood(p, optimum)[0],
        "df_residual": len(p.used.y) - len(optimum),
        "event": "converged",
        "message": "converged",
    }
    return said | changes


SPLIT = Problem("binomial", "logit", X, np.array([0, 0, 0, 0, 1, 1, 1, 1.0]))
FAULTY = [
    ("right", {}, None),
    ("right", {"beta": np.array([1e-8, 0])}, None),
    ("wrong answer", {"beta": np.array([3e-6, 0])}, None),
    ("wrong answer", {"beta": np.array([1.0, -9])}, None),
    ("wrong answer", {"beta": np.array([np.nan, 0])}, None),
    ("wrong standard error", {"standard_errors": np.array([1.0, 1.0])}, None),
    ("wrong standard error", {"standard_errors": np.array([np.nan, 1.0])}, None),
    ("wrong standard error", {"df_residual": 7}, None),
    ("wrong deviance", {"deviance": 1.0}, None),
    ("wrong deviance", {"deviance": float("nan")}, None),
    ("wrong log-likelihood", {"log_likelihood": -1.0}, None),
    ("wrong log-likelihood", {"log_likelihood": float("nan")}, None),
    ("stray exception", {"error": np.linalg.LinAlgError("Singular matrix")}, None),
    ("stray exception", {"error": ZeroDivisionError("float division by zero")}, None),
    (
        "stray exception",
        {"error": ValueError("operands could not be broadcast together")},
        None,
    ),
    ("right answer refused", {"error": ValueError("no number will do in this model")}, None),
    ("stray warning", {"warning": RuntimeWarning}, None),
    ("stray warning", {"converged": False, "silent": True}, None),
    ("false separation", {"converged": False, "event": "separated"}, None),
    ("right answer thrown away", {"converged": False, "event": "stopped"}, None),
    ("missed separation", {}, SPLIT),
    ("separated", {"converged": False, "event": "separated"}, SPLIT),
    ("separated, in other words", {"converged": False, "event": "stopped"}, SPLIT),
    ("refused", {"error": ValueError("the classes are separated by x1")}, SPLIT),
]


@pytest.mark.parametrize("kind, changes, p", FAULTY)
@pytest.mark.parametrize("pair", [("poisson", "log"), ("binomial", "logit"), ("gamma", "log")])
def test_every_kind_of_verdict_is_given(monkeypatch, kind, changes, p, pair):
    import glmlib

    changes = dict(changes)
    error, warning = changes.pop("error", None), changes.pop("warning", None)
    silent = changes.pop("silent", False)
    if p is None:
        p = problem(*pair)
        found = answer(p, **changes)
    else:
        found = answer(problem("binomial", "logit"), **changes) | {"beta": np.zeros(2)}
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        if not found["converged"] and not silent:
            warnings.warn("no", glmlib.ConvergenceWarning, stacklevel=1)
        if warning:
            warnings.warn("invalid value encountered in divide", warning, stacklevel=1)
    monkeypatch.setattr(fuzz, "ask", lambda case: (error or found, said))
    assert fuzz.verdict(fuzz.Case(p))[0] == kind


def test_a_saddle_is_no_answer(monkeypatch):
    """Gaussian y under the log link: a mean of 0 for a large y is flat, but no minimum."""
    p = Problem("gaussian", "log", np.ones((2, 1)), np.array([3.0, 5.0]))
    far = {"beta": np.array([-18.0]), "standard_errors": np.array([1.0])}
    monkeypatch.setattr(fuzz, "ask", lambda case: (answer(p) | far, []))
    assert fuzz.verdict(fuzz.Case(p))[0] == "wrong answer"


def test_a_problem_is_the_same_in_every_run():
    for kind, make in fuzz.CASES.items():
        one, two = (make(np.random.default_rng([1, 17])) for _ in range(2))
        assert one.code() == two.code(), kind
    alone = fuzz.run(6, 1, first=20)
    assert [row[:4] for row in fuzz.run(30, 1)[20:26]] == [row[:4] for row in alone]


def calls(code):
    """What code calls in glmlib: {name: (arguments, named arguments)}."""
    caught = {}

    class Library:
        def __getattr__(self, name):
            return lambda *a, **o: caught.setdefault(name, (a, o)) and self

    exec(code, {"glmlib": Library()})
    return caught


def test_the_code_of_a_case_is_the_case():
    for k in range(40):
        case = fuzz.case(np.random.default_rng([2, k]))
        caught = calls(case.code())
        arguments, named = caught["GLM"]
        assert np.array_equal(np.array(arguments[0], float), case.problem.X)
        assert np.array_equal(np.array(arguments[1], float), case.problem.y)
        for what in ("weights", "offset"):
            given = getattr(case.problem, what)
            assert (given is None) == (what not in named)
            assert given is None or np.array_equal(named[what], given)
        assert set(caught["fit"][1]) == set(case.options)
