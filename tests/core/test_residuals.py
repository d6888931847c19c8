"""Residuals, leverage and Cook's distance: against R, against exact values, by definition."""

import sys
import tracemalloc
from contextlib import nullcontext

import mpmath
import numpy as np
import pytest

import glmlib
from glmlib.blocks import look
from reference import cases

FAMILIES = {
    **glmlib.families.FAMILIES,
    "negative binomial": lambda: glmlib.NegativeBinomial(2),
}
PAIRS = [(name, link) for name, make in FAMILIES.items() for link in make().links]
KINDS = ["response", "pearson", "deviance", "working"]


def at(model, beta):
    """The fit whose estimate is `beta`, wherever the maximum is."""
    beta = np.array(beta, dtype=float)
    end = look(model, model.from_beta(beta))
    return glmlib.Fit(model, glmlib.Path(beta[None], "converged", "", model, end=end))


def example(name, link, n=40, seed=3):
    """A model whose means lie well inside the support, with weights and an offset."""
    family, rng = FAMILIES[name](), np.random.default_rng(seed)
    X = np.column_stack([np.ones(n), rng.uniform(0, 1, (n, 2))])
    weights = rng.integers(1, 4, n).astype(float)
    offset = rng.uniform(0, 0.1, n)
    beta = {
        "identity": (0.4, 0.2, 0.1),
        "inverse": (0.5, 0.3, 0.2),
        "inverse squared": (0.5, 0.3, 0.2),
    }.get(link, (-1.2, 0.3, 0.2))
    if family.counts and link == "identity":  # so that no mean comes close to 0
        beta = (4.0, 2.0, 1.0)
    mu = glmlib.GLM(X, np.ones(n), family, link, offset=offset).mu(np.array(beta))
    if name == "binomial":
        y = rng.binomial(weights.astype(int), mu) / weights
    else:
        y = family.sample(rng, mu, 0.1)
    return glmlib.GLM(X, y, family, link, weights=weights, offset=offset)


# ---- against R

CASEWISE = cases.parameters("casewise")


@pytest.mark.parametrize("name", CASEWISE)
def test_row_by_row_as_in_R(name):
    case = cases.read(name)
    fit = cases.model(name).fit()
    found = {f"resid_{kind}": fit.residuals(kind) for kind in KINDS} | {
        "hat": fit.leverage,
        "cooks": fit.cooks_distance,
        "rstandard_deviance": fit.standardized_residuals(),
    }
    used = fit.model.weights > 0
    if cases.fits_exactly(case, fit.model.y):  # residuals there are R's rounding, not ours
        found = {"hat": found["hat"]}
    for what, mine in found.items():
        theirs = np.array(case["casewise"][what], dtype=float)
        mine = mine[used] if len(theirs) == used.sum() else mine  # R leaves such rows out
        # R's weights, and so its hat values, come from one iteration before the last
        close = 1e-8 if what.startswith("resid") else 5e-8
        limit = close * np.nanmax(np.abs(theirs))
        np.testing.assert_allclose(mine, theirs, rtol=0, atol=limit, err_msg=what)


# ---- by definition, in every family and under every link


@pytest.mark.parametrize("name, link", PAIRS)
def test_what_the_residuals_add_up_to(name, link):
    fit = example(name, link).fit()
    assert fit.converged, fit.message
    r = {kind: fit.residuals(kind) for kind in KINDS}
    model, w = fit.model, fit.model.weights
    np.testing.assert_allclose(r["pearson"] @ r["pearson"], fit.pearson_chi2, rtol=1e-13)
    np.testing.assert_allclose(r["deviance"] @ r["deviance"], fit.deviance, rtol=1e-12)
    np.testing.assert_allclose(r["response"], model.y - fit.mu, rtol=1e-12, atol=1e-15)
    chi2 = (w * (model.y - fit.mu) ** 2 / model.family.variance(fit.mu)).sum()
    np.testing.assert_allclose(fit.pearson_chi2, chi2, rtol=1e-12)
    # ∇loss = −Xᵀ W (working residuals): the estimate is where they balance
    pull = model.X.T @ (model.working_weights(fit.eta) * r["working"])
    np.testing.assert_allclose(-pull, model.gradient(fit.beta), rtol=1e-9, atol=1e-9)
    other = at(model, fit.beta * 1.1)
    pull = model.X.T @ (model.working_weights(other.eta) * other.residuals("working"))
    np.testing.assert_allclose(-pull, model.gradient(other.beta), rtol=1e-10)
    for kind in KINDS[1:3]:
        assert (np.sign(r[kind]) == np.sign(model.y - fit.mu)).all()


@pytest.mark.parametrize("name, link", PAIRS)
def test_leverage_is_the_diagonal_of_the_hat_matrix(name, link):
    fit = example(name, link).fit()
    model = fit.model
    with mpmath.workdps(40):
        A = mpmath.matrix(
            (np.sqrt(model.working_weights(fit.eta))[:, None] * model.X).tolist()
        )
        hat = A * (A.T * A) ** -1 * A.T
        exact = np.array([float(hat[i, i]) for i in range(len(model.y))])
    np.testing.assert_allclose(fit.leverage, exact, rtol=1e-11)
    assert fit.leverage.sum() == pytest.approx(len(fit.beta), rel=1e-13)
    r = fit.residuals("pearson") / np.sqrt(fit.dispersion * (1 - exact))
    np.testing.assert_allclose(fit.standardized_residuals("pearson"), r, rtol=1e-10)
    cooks = r**2 * exact / (1 - exact) / len(fit.beta)
    np.testing.assert_allclose(fit.cooks_distance, cooks, rtol=1e-10)


def test_in_the_linear_model_a_row_left_out_says_the_same():
    """h, the residual without the row and Cook's distance, by leaving each row out."""
    X, y, _ = glmlib.simulate("linear", n=25, d=3, seed=5)
    weights = np.random.default_rng(1).uniform(0.5, 2, 25)
    fit = glmlib.LinearRegression(X, y, weights=weights).fit()
    H = (weights[:, None] * X).T @ X
    for i in range(len(y)):
        rest = np.arange(len(y)) != i
        beta = glmlib.LinearRegression(X[rest], y[rest], weights=weights[rest]).fit().beta
        left = y[i] - X[i] @ beta
        assert fit.residuals("response")[i] / left == pytest.approx(1 - fit.leverage[i])
        moved = fit.beta - beta
        cooks = moved @ H @ moved / (fit.dispersion * 3)
        assert fit.cooks_distance[i] == pytest.approx(cooks, rel=1e-9, abs=0)


@pytest.mark.parametrize("y_alone", [1.0, 3.0, 7.0, 50.0, 1e5])
@pytest.mark.parametrize("shift", [0.0, 1e3])
def test_a_row_that_decides_alone(y_alone, shift):
    """Its leverage is 1, it has no residual, and nothing divides by 0 aloud."""
    X, y, _ = glmlib.simulate("poisson", n=30, d=2, seed=2)
    y[7] = y_alone
    X = np.column_stack([X[:, 0], X[:, 1] + shift, np.arange(30) == 7])
    fit = glmlib.PoissonRegression(X, y).fit()
    assert fit.leverage[7] == 1
    for values in (fit.standardized_residuals(), fit.cooks_distance):
        assert np.flatnonzero(np.isnan(values)).tolist() == [7]


def test_rows_of_weight_zero_carry_nothing():
    X, y, _ = glmlib.simulate("poisson", n=30, d=2, seed=2)
    weights = np.ones(30)
    weights[[3, 8]] = 0
    used = weights > 0
    fit = glmlib.PoissonRegression(X, y, weights=weights).fit()
    less = glmlib.PoissonRegression(X[used], y[used]).fit()
    assert (fit.leverage[~used] == 0).all() and (fit.residuals("pearson")[~used] == 0).all()
    np.testing.assert_allclose(fit.leverage[used], less.leverage, rtol=1e-10)
    np.testing.assert_allclose(fit.cooks_distance[used], less.cooks_distance, rtol=1e-9)
    np.testing.assert_allclose(fit.residuals()[used], less.residuals(), atol=1e-12)
    assert (np.isnan(fit.residuals("quantile", seed=1)) == ~used).all()


def test_a_fit_that_failed_has_no_leverage():
    X = glmlib.add_intercept(np.arange(6.0)[:, None])
    with pytest.warns(glmlib.ConvergenceWarning):
        fit = glmlib.LogisticRegression(X, [0, 0, 0, 1, 1, 1]).fit()
    assert np.isnan(fit.leverage).all() and np.isnan(fit.cooks_distance).all()
    assert np.isfinite(fit.residuals("pearson")).all() and np.isfinite(fit.pearson_chi2)


def test_an_unknown_kind_lists_what_there_is():
    fit = example("poisson", "log").fit()
    with pytest.raises(
        ValueError, match="no 'raw' residuals: choose from response, pearson, d"
    ):
        fit.residuals("raw")
    with pytest.raises(ValueError, match="deviance or pearson, not 'quantile'"):
        fit.standardized_residuals("quantile")


def test_leverage_by_blocks_is_leverage_at_once(monkeypatch):
    """The rows are cut into blocks shorter than X is wide, and a last one that is not full."""
    fit = example("gamma", "log", n=101).fit()
    whole = glmlib.leverage(fit)
    for rows in (2, 3, 25, 101):
        monkeypatch.setattr(
            sys.modules["glmlib.guards.inputs"], "BLOCK", rows * fit.model.X.shape[1]
        )
        np.testing.assert_allclose(glmlib.leverage(fit), whole, rtol=1e-12)


@pytest.mark.parametrize("far", [1e4, 1e8, 1e16])
def test_a_row_of_weight_zero_costs_no_digits(far):
    """Weight 0 is how people take a mistyped row out, and it may be typed far away."""
    X, y, _ = glmlib.simulate("linear", n=30, d=2, seed=2)
    fit = glmlib.LinearRegression(X, y).fit()
    more, used = np.vstack([X[:7], [1.0, far], X[7:]]), np.arange(31) != 7
    with_it = glmlib.LinearRegression(more, np.insert(y, 7, 0.0), weights=used * 1.0).fit()
    values = with_it.leverage
    assert values[7] == 0 and with_it.cooks_distance[7] == 0
    assert np.isfinite(with_it.residuals("response")[7])
    np.testing.assert_allclose(np.delete(values, 7), fit.leverage, rtol=1e-12)


def test_leverage_makes_no_matrix_as_large_as_X():
    X, y, _ = glmlib.simulate("poisson", n=120_000, d=12, seed=1)
    fit = glmlib.PoissonRegression(X, y).fit()
    assert len(fit.eta) == len(fit.mu) == 120_000  # made once
    tracemalloc.start()
    assert len(fit.cooks_distance) == 120_000
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < X.nbytes * 0.8


# ---- the last digit


@pytest.mark.parametrize("eta", [-800.0, -40.0, -2.0, 0.0, 2.0, 40.0, 800.0])
@pytest.mark.parametrize("y", [0.0, 1.0])
def test_logistic_residuals_where_the_mean_rounds_to_0_or_1(y, eta):
    """At η = 40, μ rounds to 1, V(μ) to 0 and (y − μ) / √V to 0/0."""
    model = glmlib.LogisticRegression([[1.0]], [y])
    fit = at(model, [eta])
    with mpmath.workdps(400):
        mu = 1 / (1 + mpmath.exp(-mpmath.mpf(eta)))
        gap = y - mu
        exact = {
            "response": gap,
            "pearson": gap / mpmath.sqrt(mu * (1 - mu)),
            "deviance": mpmath.sign(gap) * mpmath.sqrt(-2 * mpmath.log(mu if y else 1 - mu)),
            "working": gap / (mu * (1 - mu)),
        }
    for kind, value in exact.items():
        truth = float(value) if abs(value) < 1e308 else np.copysign(np.inf, float(gap))
        assert fit.residuals(kind)[0] == pytest.approx(truth, rel=1e-12, abs=1e-160), kind


@pytest.mark.parametrize("eta", [-800.0, -300.0, -3.0])
def test_poisson_residuals_of_a_mean_near_0(eta):
    fit = at(glmlib.PoissonRegression([[1.0]], [0.0]), [eta])
    exact = {
        "response": -np.exp(eta),
        "pearson": -np.exp(eta / 2),
        "deviance": -np.sqrt(2 * np.exp(eta)),
        "working": -1.0,
    }
    for kind, value in exact.items():
        assert fit.residuals(kind)[0] == pytest.approx(value, rel=1e-12, abs=0), kind


@pytest.mark.parametrize("mu, gap", [(1e12, 1.0), (1e6, -1e-3), (3.0, 2.0**-40), (8.0, 5.0)])
def test_a_small_deviance_residual_keeps_its_digits(mu, gap):
    """y log(y/μ) − (y − μ) is a difference of equal numbers there: 12 digits at 10¹²."""
    for family, unit in (
        ("poisson", lambda y, m: y * mpmath.log(y / m) - (y - m)),
        ("gamma", lambda y, m: (y - m) / m - mpmath.log(y / m)),
        (
            glmlib.NegativeBinomial(2.0),
            lambda y, m: y * mpmath.log(y / m) - (y + 2) * mpmath.log((y + 2) / (m + 2)),
        ),
    ):
        weights = [4.0]
        with (
            pytest.warns(glmlib.DataWarning)
            if family != "gamma" and gap % 1
            else nullcontext()
        ):
            model = glmlib.GLM([[1.0]], [mu + gap], family, "identity", weights=weights)
        with mpmath.workdps(60):
            y, m = mpmath.mpf(mu + gap), mpmath.mpf(mu)
            exact = float(mpmath.sign(gap) * mpmath.sqrt(4 * 2 * unit(y, m)))
        assert at(model, [mu]).residuals()[0] == pytest.approx(exact, rel=1e-13, abs=0)
