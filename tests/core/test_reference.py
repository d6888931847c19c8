"""Fits whose answers are known to 20 digits: see tests/reference/README.md.

The NIST problems that are not stored are made here, and solved in fractions, without rounding.
"""

import re
import warnings

import numpy as np
import pytest

import glmlib
from reference import cases, exact, report
from reference.answers import answers
from reference.make import MADE


@pytest.fixture(scope="module")
def fits():
    """Every case, fitted once."""
    return {name: cases.model(name).fit() for name in cases.NAMES}


def test_every_family_and_link_has_a_case():
    """And an offset, a weight, a row of weight 0, and a row that is fitted exactly."""
    models = [cases.model(name) for name in cases.NAMES]
    pairs = {(model.family.name, model.link.name) for model in models}
    assert pairs >= {
        ("gaussian", "identity"),
        ("gaussian", "log"),
        ("binomial", "logit"),
        ("binomial", "probit"),
        ("binomial", "cloglog"),
        ("poisson", "log"),
        ("poisson", "identity"),
        ("gamma", "inverse"),
        ("gamma", "log"),
    }
    with_offset = {model.family.name for model in models if model.offset.any()}
    assert with_offset == {"binomial", "poisson", "gamma"}
    assert max(np.ptp(model.offset) for model in models) > 10  # exposures from 1 to 10⁵
    assert any((model.weights == 0).any() for model in models)
    assert len(models) == len(list(cases.HERE.glob("*.json"))) >= 38


@pytest.mark.parametrize(
    "name", ["beetles_logit", "iris_linear", "doll_hill", "ucb_gender_dept"]
)
def test_the_script_of_the_made_answers_gives_those_of_r(name):
    """`answers.py` on cases that another program has answered, in 20 digits and R's."""
    case = cases.read(name)
    X, y, weights, offset, _ = cases.data(name)
    terms = case["anova_sequential"]["df"][1:]
    small = len(case["exact"]["coefficients"]) < 3  # profiles of the others take a minute
    found = answers(case["family"], case["link"], X, y, weights, offset, terms, profile=small)
    for what, stored in case["exact"].items():
        if what != "method":
            assert (
                cases.relative(cases.numbers(found["exact"][what]), cases.numbers(stored))
                < 1e-14
            ), what
    for what in ("df_residual", "df_null", "loglik_df", "null_deviance", "BIC"):
        assert found[what] == pytest.approx(case[what], rel=1e-12), what
    for what in ("vcov", "p_value"):
        np.testing.assert_allclose(found[what], case[what], rtol=1e-5, err_msg=what)
    for what in ("deviance", "p"):
        ours, theirs = (a["anova_sequential"][what][1:] for a in (found, case))
        np.testing.assert_allclose(ours, theirs, rtol=1e-8, err_msg=what)
    se = cases.numbers(case["exact"]["std_errors"])
    for side, stored in case["confint_profile_95"].items() if small else ():
        off = np.abs(np.subtract(found["confint_profile_95"][side], stored)) / se
        assert off.max() < 1e-3, side  # R interpolates in a table
    for what, stored in (case.get("casewise") or {}).items():
        size = np.abs(stored).max()
        np.testing.assert_allclose(found["casewise"][what], stored, atol=1e-6 * size)


def test_what_is_stored_is_what_the_scripts_give():
    for name in ("made_lever", "made_clotting"):
        make, family, link, *_ = MADE[name]
        X, y, weights, offset, head = cases.data(name)
        columns, made_y = make()[:2]
        assert list(columns) == head[1:] and np.array_equal(made_y, y)
        stored = cases.read(name)
        found = answers(family, link, X, y, weights, offset)
        assert found["exact"] == stored["exact"]
        assert found["casewise"] == stored["casewise"]


@pytest.mark.parametrize("name", cases.NAMES)
def test_the_reference_answer(fits, name):
    fit = fits[name]
    assert fit.converged, fit.message
    found = cases.errors(cases.read(name), fit)
    wrong = [
        f"{what}: {error:.2e} > {limit:.0e}"
        for what, (error, limit) in found.items()
        if not error <= limit
    ]
    assert not wrong, f"{name}: " + "; ".join(wrong)


@pytest.mark.parametrize("name", cases.NAMES)
def test_every_tolerance_can_fail(fits, name):
    """The same comparison, with an answer changed in a digit that the tolerance sees."""
    case = cases.read(name)
    case["exact"]["coefficients"][0] = str(
        float(case["exact"]["coefficients"][0]) * (1 + 1e-6)
    )
    case["exact"]["coefficients"][0] += "1"
    case["null_deviance"] *= 1 + 1e-8
    found = cases.errors(case, fits[name])
    assert found["null deviance"][0] > found["null deviance"][1]
    exact = cases.numbers(case["exact"]["coefficients"])
    if abs(exact[0]) > 0.01 * float(case["exact"]["std_errors"][0]):
        assert found["coefficients"][0] > found["coefficients"][1]


@pytest.mark.parametrize("name", cases.NAMES)
def test_from_zero_as_well_as_from_the_data(fits, name):
    """Newton is a fixed point: another start ends at the same estimate."""
    fit = fits[name]
    if fit.path.iterations == 1 and fit.model.family.name == "gaussian":
        again = fit.model.fit("newton", start=np.ones(len(fit.beta)))
    elif fit.model.link.name == "inverse":
        again = fit.model.fit(start=fit.beta * 1.2)  # at zero every mean is infinite
    elif fit.model.family.name == "gamma":
        # from means of 1 the first step is exp(6) long, and each that comes back is 1 at most
        again = fit.model.fit(start=np.zeros(len(fit.beta)), iterations=400)
    else:
        again = fit.model.fit(start=np.zeros(len(fit.beta)))
    assert again.converged, again.message
    case = cases.read(name)
    beta, se = (cases.numbers(case["exact"][k]) for k in ("coefficients", "std_errors"))
    assert (np.abs(again.beta - beta) / np.maximum(np.abs(beta), se)).max() <= 1e-8


@pytest.mark.parametrize("name", cases.NAMES)
def test_gradient_descent_reaches_the_reference_answer(fits, name):
    """With the best constant rate, where the condition number leaves it a chance."""
    fit, case = fits[name], cases.read(name)
    eigenvalues = np.linalg.eigvalsh(fit.model.hessian(fit.beta))
    if eigenvalues[-1] > 5000 * eigenvalues[0] or fit.model.link.name == "inverse":
        pytest.skip(f"condition number {eigenvalues[-1] / eigenvalues[0]:.0e}: too many steps")
    start = np.zeros(len(fit.beta))
    if fit.model.intercept is not None and fit.model.family.name != "gaussian":
        with np.errstate(all="ignore"):
            mean = np.average(fit.model.y, weights=fit.model.weights)
            start[fit.model.intercept] = fit.model.link.link(mean) - fit.model.offset.mean()
    rate = 1 / eigenvalues[-1]
    path = glmlib.gradient_descent(fit.model, start, rate, 150_000)
    assert path.converged, path.message
    beta, se = (cases.numbers(case["exact"][k]) for k in ("coefficients", "std_errors"))
    assert (np.abs(path[-1] - beta) / np.maximum(np.abs(beta), se)).max() <= 1e-6


ROWS = {
    "fitted": lambda fit: fit.mu,
    "linear_predictor": lambda fit: fit.eta,
    "resid_response": lambda fit: fit.residuals("response"),
    "resid_pearson": lambda fit: fit.residuals("pearson"),
    "resid_deviance": lambda fit: fit.residuals("deviance"),
    "resid_working": lambda fit: fit.residuals("working"),
    "hat": lambda fit: fit.leverage,
    "cooks": lambda fit: fit.cooks_distance,
    "rstandard_deviance": lambda fit: fit.standardized_residuals("deviance"),
}


def inexact(key):
    """The cases that have `key`, but for those whose residuals are rounding errors."""
    return [
        name
        for name in cases.parameters(key)
        if not cases.fits_exactly(cases.read(name), cases.data(name)[1])
    ]


@pytest.mark.parametrize("name", inexact("casewise"))
def test_row_by_row(fits, name):
    """Fitted values, residuals, leverage and Cook's distance, as R gives them."""
    case, fit = cases.read(name), fits[name]
    rows = case["casewise"]
    assert set(rows) <= set(ROWS), "R stored something that is not compared"
    # a row of weight 0 is no observation, and R leaves it out of some of these;
    # where leverage is 1 there is nothing left of the row, and R has 0/0
    used = fit.model.weights > 0
    plain = fit.leverage[used] < 1 - 1e-9
    for what, stored in rows.items():
        # R prints 15 digits of a fit whose weights are one step old
        truth = np.array(stored, dtype=float)
        truth = (truth[used] if len(truth) == len(used) else truth)[plain]
        error = np.abs(ROWS[what](fit)[used][plain] - truth).max()
        assert error <= 1e-6 * max(np.abs(truth).max(), 1e-3), what


@pytest.mark.parametrize("name", inexact("confint_profile_95"))
def test_profile_intervals(fits, name):
    """R finds them by spline interpolation of the profile: that has about three digits."""
    case, fit = cases.read(name), fits[name]
    stored = case["confint_profile_95"]
    truth = np.array([stored["lower"], stored["upper"]], dtype=float).T
    found = fit.profile_interval()
    limit = 1e-7 if name in MADE else 5e-3  # those are exact
    assert np.abs((found - truth) / fit.standard_errors[:, None]).max() < limit


def test_the_report_prints_every_quantity_and_no_failure():
    rows = report.measure()
    text = report.report(rows)
    for quantity in ("coefficients", "standard errors", "deviance", "log-likelihood", "AIC"):
        assert f"\n{quantity} " in text
    assert "TOO LARGE" not in text
    worse = [("coefficients", 1.0, 1e-8, "made up"), *rows]
    assert "made up   TOO LARGE" in report.report(worse)


# ---- NIST's polynomials, generated: the answer is known, or solved in fractions


def outcome(X, y):
    """(fit or None, the sentences it came with): an answer, a warning, or a refusal."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            fit = glmlib.LinearRegression(X, y).fit()
        except ValueError as error:
            return None, [str(error)]
    return fit, [str(w.message) for w in said]


def worst(fit, beta):
    return float((np.abs(fit.beta - beta) / np.abs(beta)).max())


def powers(x, degree):
    return np.column_stack([x**k for k in range(degree + 1)])


NOISE = np.array(
    [759, -2048, 2048, -2048, 2523, -2048, 2048, -2048, 1838, -2048, 2048, -2048, 1838]
    + [-2048, 2048, -2048, 2523, -2048, 2048, -2048, 759],
    dtype=float,
)


@pytest.mark.parametrize("size, digits", [(0.0, 9), (1.0, 9), (100.0, 7.5), (10000.0, 5.5)])
def test_wampler(size, digits):
    """Wampler 1, 3, 4, 5: y = 1 + x + … + x⁵ and noise that is orthogonal to the powers.

    The certified coefficients are all 1, whatever the size of the noise. How LAPACK is
    built decides about the last half digit: up to 1.7e-8 and 1.7e-6 were seen.
    """
    x = np.arange(21.0)
    X = powers(x, 5)
    y = X.sum(axis=1) + size * NOISE
    fit, said = outcome(X, y)
    assert fit is not None, said
    beta, se, deviance = exact.least_squares(X, y)
    np.testing.assert_allclose(beta, 1.0, rtol=1e-12)
    assert worst(fit, beta) < 10.0**-digits
    if size:
        np.testing.assert_allclose(fit.standard_errors, se, rtol=1e-9)
        assert fit.deviance == pytest.approx(deviance, rel=1e-10)


@pytest.mark.parametrize("degree", range(2, 13))
@pytest.mark.parametrize("low, high", [(0.0, 1.0), (-9.0, -3.0), (100.0, 101.0)])
def test_a_polynomial_is_right_or_warned_about_or_refused(degree, low, high):
    """Filip's kind: powers of x far from 0 are nearly dependent, up to condition 1e15."""
    n = 60
    x = low + (high - low) * np.arange(n) / (n - 1)
    X = powers(x, degree)
    y = np.round(np.cos(np.arange(n)) + x / 7, 4)
    beta, se, deviance = exact.least_squares(X, y)
    fit, said = outcome(X, y)
    if fit is None:
        assert "linearly dependent" in said[0]
        return
    error = float((np.abs(fit.beta - beta) / np.maximum(np.abs(beta), se)).max())
    if said:  # the condition number says how many digits are lost: it keeps its word
        condition = float(re.search(r"nearly dependent: condition number (\S+),", said[0])[1])
        assert error < 1e-15 * n * condition
    else:
        assert error < 1e-7, f"wrong by {error:.1e} and nothing is said"
        np.testing.assert_allclose(fit.standard_errors, se, rtol=1e-6)
        assert fit.deviance == pytest.approx(deviance, rel=1e-6)


@pytest.mark.parametrize("gap", [1e-2, 1e-4, 1e-6, 1e-8, 1e-10, 1e-12, 1e-14, 0.0])
def test_near_collinear_is_right_or_warned_about_or_refused(gap):
    """Two columns that differ by `gap`: inv(XᵀX) loses every digit at 1e-8, silently."""
    rng = np.random.default_rng(8)
    x, other = rng.standard_normal((2, 40))
    X = np.column_stack([np.ones(40), x, x + gap * other])
    y = np.round(1 + X[:, 1] + X[:, 2] + 0.1 * rng.standard_normal(40), 6)
    fit, said = outcome(X, y)
    if gap <= 1e-14:
        assert fit is None and "x2" in said[0] and "x1" in said[0]
        return
    if fit is None:
        assert gap < 1e-11 and "linearly dependent" in said[0]
        return
    beta, se, _ = exact.least_squares(X, y)
    error = float((np.abs(fit.beta - beta) / np.maximum(np.abs(beta), se)).max())
    assert bool(said) == (gap < 1e-7), said
    assert error < 1e-15 * 40 / gap  # as many digits as the data leave
    assert error < 1e-7 or said


def test_filip_of_degree_ten():
    """Condition 3e9 even on scaled columns: the warning says so, and six digits are right."""
    x = -8.8 + 5.8 * np.arange(82) / 81
    X = powers(x, 10)
    y = np.round(0.8 + 0.05 * np.sin(3 * x) + 0.003 * np.cos(np.arange(82)), 4)
    beta, se, deviance = exact.least_squares(X, y)
    fit, said = outcome(X, y)
    assert fit is not None, said
    assert "nearly dependent: condition number" in said[0]
    assert worst(fit, beta) < 1e-6
    np.testing.assert_allclose(fit.standard_errors, se, rtol=1e-6)
    assert fit.deviance == pytest.approx(deviance, rel=1e-6)
    # the textbook formula is not just inexact here, it has no correct digit
    textbook = np.linalg.inv(X.T @ X) @ X.T @ y
    assert (np.abs(textbook - beta) / np.abs(beta)).max() > 0.1
