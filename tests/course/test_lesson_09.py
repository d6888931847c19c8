"""Lesson 09 against what it cannot run: R, whose numbers it prints, and scikit-learn."""

import re

import numpy as np
import pytest
from scipy.special import xlogy

import glmlib
from exercises.notebook import definition
from reference import cases

TEXT = definition("09", "R_SUMMARY")


def half(printed):
    """Half a unit of the last digit of a printed number."""
    mantissa, _, power = printed.partition("e")
    return 0.5 * 10.0 ** (int(power or 0) - len(mantissa.partition(".")[2]))


def rounds_to(value, printed):
    return abs(value - float(printed)) <= half(printed) * (1 + 1e-6)


def table():
    """The rows of R's coefficients: estimate, standard error, z, p as printed."""
    rows = re.findall(r"(?m)^\S+ +(\S+) +(\S+) +(\S+) +(< 2e-16|\S+) \*\*\*$", TEXT)
    assert len(rows) == 6
    return rows


def exact(case):
    numbers = cases.read(case)
    return numbers, {
        name: np.array(value, dtype=float)
        for name, value in numbers["exact"].items()
        if name != "method"
    }


def test_the_summary_of_r_is_the_exact_answer_in_print():
    numbers, right = exact("doll_hill")
    z = right["coefficients"] / right["std_errors"]
    for row, *values in zip(
        table(), right["coefficients"], right["std_errors"], z, numbers["p_value"], strict=True
    ):
        for printed, value in zip(row, values, strict=True):
            if printed == "< 2e-16":
                assert value < 2e-16
            else:
                assert rounds_to(value, printed), (printed, value)
    for label, value in (
        ("Null deviance: +", numbers["null_deviance"]),
        ("Residual deviance: +", right["deviance"]),
        ("AIC: ", 2 * numbers["loglik_df"] - 2 * right["loglik"]),
    ):
        assert rounds_to(float(value), re.search(rf"{label}([\d.]+)", TEXT)[1]), label
    degrees = re.findall(r"on (\d+)  degrees", TEXT)
    assert degrees == [str(numbers["df_null"]), str(numbers["df_residual"])]


def test_the_number_of_iterations_is_that_of_rs_rule():
    """R begins at y + 0.1 and stops when the deviance changes by 1e-8 of its size."""
    X, y, _, offset, _ = cases.data("doll_hill")
    mu, deviance = y + 0.1, np.inf
    eta, iterations, settled = np.log(mu), 0, False
    while not settled:
        root = np.sqrt(mu)
        z = eta - offset + (y - mu) / mu
        eta = X @ np.linalg.lstsq(root[:, None] * X, root * z)[0] + offset
        mu, iterations = np.exp(eta), iterations + 1
        before, deviance = deviance, 2 * np.sum(xlogy(y, y / mu) - (y - mu))
        settled = abs(deviance - before) / (abs(deviance) + 0.1) < 1e-8
    assert f"Fisher Scoring iterations: {iterations}" in TEXT


def test_the_numbers_of_the_flights_are_those_of_r():
    _, right = exact("challenger_binomial")
    by_r = definition("09", "by_r")
    assert rounds_to(right["coefficients"][1], by_r["slope"])
    assert rounds_to(float(right["deviance"]), by_r["deviance"])
    assert rounds_to(float(4 - 2 * right["loglik"]), by_r["AIC"])


def test_a_number_that_does_not_round_to_the_print_is_noticed():
    assert rounds_to(3.30187, "3.302") and not rounds_to(3.3029, "3.302")
    assert rounds_to(2.8214e-14, "2.82e-14") and not rounds_to(2.83e-14, "2.82e-14")


# ---- the penalty


@pytest.mark.parametrize("unit", [1.0, 10.0, 100.0])
def test_the_penalised_minimum_is_scikit_learn_s_default(unit):
    linear_model = pytest.importorskip("sklearn.linear_model")
    penalised = definition("09", "penalised")
    flights = glmlib.load("challenger")
    x, y = (flights["Temperature"] / unit).reshape(-1, 1), flights["Fail"]
    ours = penalised(glmlib.add_intercept(x), y)
    theirs = linear_model.LogisticRegression(tol=1e-10, max_iter=100_000).fit(x, y)
    assert np.allclose(ours[0], theirs.intercept_, rtol=1e-4)
    assert np.allclose(ours[1:], theirs.coef_[0], rtol=1e-4)
    free = linear_model.LogisticRegression(C=np.inf, tol=1e-10, max_iter=100_000).fit(x, y)
    exact = glmlib.LogisticRegression(glmlib.add_intercept(x), y).fit().beta
    assert np.allclose(exact[1:], free.coef_[0], rtol=1e-3)


def test_the_penalised_gradient_vanishes_and_the_intercept_is_free():
    penalised = definition("09", "penalised")
    X, y, _ = glmlib.simulate("logistic", n=60, d=3, seed=9)
    model = glmlib.LogisticRegression(X, y)
    for C in (0.1, 1.0, 5.0):
        beta = penalised(X, y, C)
        penalty = np.array([0.0, *beta[1:]])
        assert np.abs(C * model.gradient(beta) + penalty).max() < 1e-8
