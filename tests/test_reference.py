"""Fits whose answers are known to 20 digits: see tests/reference/README.md.

The NIST problems that are not stored are made here, and solved in fractions, without rounding.
"""

import re
import warnings

import numpy as np
import pytest

import glmlib
from reference import cases, exact, report

LOCAL = cases.parameters()


@pytest.fixture(scope="module")
def fits():
    """Every case, fitted once."""
    return {name: cases.model(name).fit() for name in cases.NAMES if cases.available(name)}


def test_nothing_is_missing():
    """32 cases; those that ship are here, whatever else is on this machine."""
    assert len(cases.NAMES) == len(set(cases.NAMES)) == 32
    for name in cases.SHIPPED:
        assert (cases.HERE / f"{name}.json").exists()
    if (cases.SHARED / "gold").exists():
        assert {p.stem for p in (cases.SHARED / "gold").glob("*.json")} == set(cases.NAMES)


@pytest.mark.parametrize("name", LOCAL)
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


@pytest.mark.parametrize("name", LOCAL)
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


@pytest.mark.parametrize("name", LOCAL)
def test_from_zero_as_well_as_from_the_data(fits, name):
    """Newton is a fixed point: another start ends at the same estimate."""
    fit = fits[name]
    if fit.path.iterations == 1 and fit.model.family.name == "gaussian":
        again = fit.model.fit("newton", start=np.ones(len(fit.beta)))
    elif fit.model.link.name == "inverse":
        again = fit.model.fit(start=fit.beta * 1.2)  # at zero every mean is infinite
    else:
        again = fit.model.fit(start=np.zeros(len(fit.beta)))
    assert again.converged, again.message
    case = cases.read(name)
    beta, se = (cases.numbers(case["exact"][k]) for k in ("coefficients", "std_errors"))
    assert (np.abs(again.beta - beta) / np.maximum(np.abs(beta), se)).max() <= 1e-8


@pytest.mark.parametrize("name", LOCAL)
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


@pytest.mark.skipif(
    not cases.SHARED.exists(), reason="the folder the cases were trimmed from is not here"
)
@pytest.mark.parametrize("name", cases.SHIPPED)
def test_what_is_shipped_is_what_was_measured(name):
    from reference import trim

    assert cases.read(name, shipped=True) == trim.trimmed(cases.read(name, shipped=False))
    for mine, theirs in zip(
        cases.data(name, shipped=True)[:4], cases.data(name, shipped=False)[:4], strict=True
    ):
        np.testing.assert_array_equal(mine, theirs)


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


@pytest.mark.parametrize("name", LOCAL)
def test_row_by_row(fits, name):
    """Fitted values, residuals, leverage and Cook's distance, as R gives them."""
    case, fit = cases.read(name), fits[name]
    rows = case.get("casewise") or {}
    if not rows:
        pytest.skip("no numbers row by row are stored for this case")
    if cases.fits_exactly(case, fit.model.y):
        pytest.skip("the fit is exact: residuals are rounding errors, in R as well")
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


@pytest.mark.parametrize("name", LOCAL)
def test_profile_intervals(fits, name):
    """R finds them by spline interpolation of the profile: that has about three digits."""
    case, fit = cases.read(name), fits[name]
    stored = case.get("confint_profile_95")
    if not stored or cases.fits_exactly(case, fit.model.y):
        pytest.skip("R gives no profile interval for this case")
    if len(fit.beta) > 12:
        pytest.skip(f"{2 * len(fit.beta)} searches: the smaller cases show the same")
    truth = np.array([stored["lower"], stored["upper"]], dtype=float).T
    found = fit.profile_interval()
    assert np.abs((found - truth) / fit.standard_errors[:, None]).max() < 5e-3


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


@pytest.mark.parametrize("size, digits", [(0.0, 9), (1.0, 9), (100.0, 8), (10000.0, 6)])
def test_wampler(size, digits):
    """Wampler 1, 3, 4, 5: y = 1 + x + … + x⁵ and noise that is orthogonal to the powers.

    The certified coefficients are all 1, whatever the size of the noise.
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
