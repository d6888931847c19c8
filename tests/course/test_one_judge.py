"""A lab and the library say the same of the same descent: there is one judge."""

import warnings

import numpy as np
import pytest

import glmlib
from glmlib.course import fit_lab, stability
from glmlib.course.kinds import MODELS
from glmlib.course.labs.descent import Descent

SHARES = [0.003, 0.03, 0.3, 0.7, 0.95, 0.9999, 1.00001, 1.02, 1.3, 2.0, 8.0]  # of the limit
ITERATIONS = [1, 2, 3, 10, 33, 101, 300, 1000, 5000]


def of_the_library(model, start, rate, k):
    """The event of `model.fit("gradient descent", …)`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        options = {"learning_rate": rate, "iterations": k, "start": start}
        return model.fit("gradient descent", **options).path.event


def of_the_lab(descent, rate, k):
    return descent.compute({"learning_rate": rate, "iteration": k}).event


def compare(model, start, rates, iterations=ITERATIONS):
    """The events that the lab and the library agree on; fails at the first they do not."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        descent, seen = Descent(model, start=start, iterations=max(iterations)), set()
    for rate in rates:
        for k in iterations:
            event = of_the_library(model, start, rate, k)
            assert of_the_lab(descent, rate, k) == event, (rate, k)
            seen.add(event)
    return seen


@pytest.mark.parametrize("kind", MODELS)
def test_the_lab_says_what_the_library_says(kind):
    X, y, _, start = glmlib.article_data(kind)
    model = MODELS[kind](X, y)
    limit = glmlib.stability_limit(model, model.fit().beta)
    seen = compare(model, start, [share * limit for share in SHARES])
    assert {"converged", "stopped", "bounces", "diverged"} <= seen


def test_what_was_called_converged_ten_times_too_early():
    """After 5,000 iterations of the article's logistic run, 2e-6 standard errors are left."""
    X, y, _, start = glmlib.article_data("logistic")
    seen = compare(glmlib.LogisticRegression(X, y), start, [1e-4], [4500, 5000, 8000])
    assert seen == {"stopped", "converged"}


SEPARATED = {
    "a threshold": (glmlib.LogisticRegression, [[-2.0], [-1.0], [1.0], [2.0]], [0, 0, 1, 1]),
    "ten times larger": (glmlib.LogisticRegression, [[-20.0], [-9], [9], [20]], [0, 0, 1, 1]),
    "ties": (glmlib.LogisticRegression, [[-1.0], [0], [0], [1], [2]], [0, 0, 1, 1, 1]),
    "counts of 0": (glmlib.PoissonRegression, [[1.0], [1], [0], [0], [0]], [0, 0, 1, 2, 4]),
}


@pytest.mark.parametrize("name", SEPARATED)
def test_separation_is_asked_before_convergence(name):
    Model, x, y = SEPARATED[name]
    model = Model(glmlib.add_intercept(np.array(x)), y)
    rates = [1e-3, 0.01, 0.1, 1.0, 10.0, 100.0]
    seen = compare(model, np.zeros(2), rates, [1, 3, 10, 100, 2000])
    assert "separated" in seen and "converged" not in seen
    lab = fit_lab(model, iterations=2000)
    for name in lab.presets:
        lab.preset(name).set(iteration=2000)
        assert "No finite maximum-likelihood estimate exists." in lab.status
        assert "converged" not in lab.status


def test_the_mean_loss_has_the_judge_of_the_sum():
    X, y, _ = glmlib.simulate("poisson", n=300, d=3, seed=2)
    model = glmlib.PoissonRegression(X, y)
    of_sum, of_mean = (
        Descent(model, iterations=3000),
        Descent(model, iterations=3000, mean=True),
    )
    assert of_mean.limit == pytest.approx(300 * of_sum.limit)
    for share in SHARES:
        for k in (1, 30, 300, 3000):
            event = of_the_lab(of_sum, share * of_sum.limit, k)
            assert of_the_lab(of_mean, share * of_mean.limit, k) == event, (share, k)


@pytest.mark.parametrize("kind", MODELS)
def test_the_stability_lab_says_it_too(kind):
    X, y, _ = glmlib.simulate(kind, n=2000, d=3, seed=1)
    rates = 0.01 if kind == "logistic" else 0.002
    lab = stability(MODELS[kind], X, y, learning_rate=rates)
    for n in (100, 500, 2000):
        frame = lab.set(n=n).frame
        model = MODELS[kind](X[:n], y[:n])
        assert frame.event == of_the_library(model, np.zeros(3), frame.rate, 1000), n


def test_a_unit_of_y_does_not_decide_what_has_converged():
    """A distance in standard errors is divided by √φ, in the lab and in the library."""
    X, y, _ = glmlib.simulate("linear", n=200, d=3, seed=4)
    for unit in (1e-3, 1.0, 1e3):
        model = glmlib.LinearRegression(X, unit * y)
        limit = glmlib.stability_limit(model, np.zeros(3))
        compare(model, np.zeros(3), [0.1 * limit, 0.5 * limit], range(1, 300, 7))


def test_a_perfect_fit_is_found_although_its_standard_errors_are_rounding():
    x = np.arange(5.0)
    model = glmlib.LinearRegression(glmlib.add_intercept(x[:, None]), 2 * x + 1)
    limit = glmlib.stability_limit(model, np.zeros(2))
    seen = compare(model, np.zeros(2), [0.5 * limit, 1.5 * limit], [1, 10, 100, 5000])
    assert {"converged", "stopped"} <= seen
