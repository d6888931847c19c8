"""Residuals, leverage and Cook's distance: against R, against exact values, by definition."""

from contextlib import nullcontext

import mpmath
import numpy as np
import pytest

import glmlib
from reference import cases

FAMILIES = {
    **glmlib.families.FAMILIES,
    "negative binomial": lambda: glmlib.NegativeBinomial(2),
}
PAIRS = [(name, link) for name, make in FAMILIES.items() for link in make().links]
KINDS = ["response", "pearson", "deviance", "working"]


def at(model, beta):
    """The fit whose estimate is `beta`, wherever the maximum is."""
    path = glmlib.Path(np.array([beta], dtype=float), True, "", "converged", model)
    return glmlib.Fit(model, path)


def example(name, link, n=40, seed=3):
    """A model whose means lie well inside the support, with weights and an offset."""
    family, rng = FAMILIES[name](), np.random.default_rng(seed)
    X = np.column_stack([np.ones(n), rng.uniform(0, 1, (n, 2))])
    weights = rng.integers(1, 4, n).astype(float)
    offset = rng.uniform(0, 0.1, n)
    beta = {"identity": (0.4, 0.2, 0.1), "inverse": (0.5, 0.3, 0.2)}.get(
        link, (-1.2, 0.3, 0.2)
    )
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


def test_a_row_that_decides_alone():
    """Its leverage is 1, it has no residual, and nothing divides by 0 aloud."""
    X, y, _ = glmlib.simulate("poisson", n=30, d=2, seed=2)
    y[7] = 3.0
    X = np.column_stack([X, np.arange(30) == 7])
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


# ---- randomized quantile residuals


def normal_quantile(log_p):
    """r < 0 with log Φ(r) = log_p, for any log_p, in 40 digits."""
    start = -mpmath.sqrt(-2 * log_p) if log_p < -3 else -mpmath.mpf(1)
    return mpmath.findroot(
        lambda r: mpmath.log(mpmath.erfc(-r / mpmath.sqrt(2)) / 2) - log_p, start
    )


def exact_quantile(mass, y, v, most):
    """Φ⁻¹(P(< y) + v P(y)) from the masses themselves, summed in 40 digits."""
    below = mpmath.fsum(mass(k) for k in range(y)) + v * mass(y)
    above = mpmath.fsum(mass(k) for k in range(y + 1, most)) + (1 - v) * mass(y)
    if below < above:
        return float(normal_quantile(mpmath.log(below)))
    return -float(normal_quantile(mpmath.log(above)))


def poisson_mass(mu):
    return lambda k: mpmath.exp(k * mpmath.log(mu) - mu - mpmath.loggamma(k + 1))


def binomial_mass(n, p):
    return lambda k: mpmath.binomial(n, k) * p**k * (1 - p) ** (n - k)


def negative_mass(mu, theta):
    def mass(k):
        log_gammas = (
            mpmath.loggamma(k + theta) - mpmath.loggamma(theta) - mpmath.loggamma(k + 1)
        )
        return mpmath.exp(
            log_gammas
            + k * mpmath.log(mu / (mu + theta))
            + theta * mpmath.log(theta / (mu + theta))
        )

    return mass


@pytest.mark.parametrize("weight", [1, 3])
@pytest.mark.parametrize(
    "y, mu",
    [(0, 1), (1, 1), (3, 1), (400, 1), (0, 30), (0, 800), (20, 1500), (55, 40), (1, 1e-5)],
)
def test_quantile_residuals_of_poisson_counts(y, mu, weight):
    """Right to the last digits out to 50 standard deviations; a weight is an exposure."""
    model = glmlib.GLM([[1.0]], [y], "poisson", weights=[weight])
    fit = at(model, [np.log(mu)])
    v = np.random.default_rng(11).random()
    with mpmath.workdps(40):
        m = mpmath.exp(mpmath.mpf(float(np.log(mu)))) * weight
        exact = exact_quantile(poisson_mass(m), y * weight, v, y * weight + 400)
    assert fit.residuals("quantile", seed=11)[0] == pytest.approx(exact, rel=1e-10)


@pytest.mark.parametrize(
    "y, n, eta",
    [(0, 1, 0), (1, 1, -3), (1, 1, -750), (0, 1, 36), (3, 10, 1), (900, 1000, -2)]
    + [(0, 1000, 4), (10, 1000, 3), (1000, 1000, -1), (40, 40, 30)],
)
def test_quantile_residuals_of_proportions(y, n, eta):
    model = glmlib.LogisticRegression([[1.0]], [y / n], weights=[n])
    fit = at(model, [float(eta)])
    v = np.random.default_rng(12).random()
    with mpmath.workdps(400):
        p = 1 / (1 + mpmath.exp(-mpmath.mpf(eta)))
        exact = exact_quantile(binomial_mass(n, p), y, mpmath.mpf(v), n + 1)
    assert fit.residuals("quantile", seed=12)[0] == pytest.approx(exact, rel=1e-10)


@pytest.mark.parametrize("weight", [1, 2])
@pytest.mark.parametrize(
    "y, mu, theta",
    [(0, 1, 2), (5, 1, 2), (1500, 1, 2), (0, 30, 0.5), (0, 1e5, 200), (7, 3, 1e6)],
)
def test_quantile_residuals_of_negative_binomial_counts(y, mu, theta, weight):
    family = glmlib.NegativeBinomial(theta)
    model = glmlib.GLM([[1.0]], [y], family, "log", weights=[weight])
    fit = at(model, [np.log(mu)])
    v = np.random.default_rng(13).random()
    with mpmath.workdps(40):
        m = mpmath.exp(mpmath.mpf(float(np.log(mu)))) * weight
        mass = negative_mass(m, mpmath.mpf(theta) * weight)
        k = y * weight
        # beyond: a geometric tail, bounded by the ratio of masses at its end
        exact = exact_quantile(mass, k, v, k + 600)
    assert fit.residuals("quantile", seed=13)[0] == pytest.approx(exact, rel=1e-9)


@pytest.mark.parametrize("phi", [0.05, 0.5, 3.0])
@pytest.mark.parametrize("ratio", [1e-250, 1e-3, 0.5, 1.0, 2.0, 30.0, 4000.0])
def test_quantile_residuals_of_gamma(ratio, phi):
    fit = at(glmlib.GLM([[1.0]], [ratio], "gamma", "log"), [0.0])
    fit.dispersion = phi
    with mpmath.workdps(60):
        a = 1 / mpmath.mpf(phi)
        x = a * mpmath.mpf(ratio)
        below = mpmath.gammainc(a, 0, x, regularized=True)
        above = mpmath.gammainc(a, x, mpmath.inf, regularized=True)
        if below < above:
            exact = float(normal_quantile(mpmath.log(below)))
        else:
            exact = -float(normal_quantile(mpmath.log(above)))
    assert fit.residuals("quantile")[0] == pytest.approx(exact, rel=1e-10)


def test_quantile_residuals_of_the_normal_are_the_residuals():
    X, y, _ = glmlib.simulate("linear", n=30, d=2, seed=4)
    fit = glmlib.LinearRegression(X, y, weights=np.full(30, 2.0)).fit()
    r = (y - fit.mu) * np.sqrt(2 / fit.dispersion)
    np.testing.assert_allclose(fit.residuals("quantile"), r, rtol=1e-12)


def kolmogorov(r):
    """√n · the largest distance of the empirical distribution of r from the normal."""
    from scipy.special import ndtr

    u, n = np.sort(ndtr(r)), len(r)
    k = np.arange(n)
    return np.sqrt(n) * max((u - k / n).max(), ((k + 1) / n - u).max())


@pytest.mark.parametrize("name", FAMILIES)
def test_under_the_true_model_they_are_standard_normal_and_else_not(name):
    """1.95 is exceeded once in 1000 times under the true model."""
    family, rng, n = FAMILIES[name](), np.random.default_rng(7), 4000
    X = np.column_stack([np.ones(n), rng.uniform(-1, 1, n)])
    link = "log" if name == "gamma" else None
    link = link or family.canonical_link.name
    mu = glmlib.GLM(X, np.ones(n), family, link).mu(np.array([0.2, 1.0]))
    y = family.sample(rng, mu, 0.4)
    fit = at(glmlib.GLM(X, y, family, link), [0.2, 1.0])
    fit.dispersion = 0.4 if family.has_dispersion else 1.0
    assert kolmogorov(fit.residuals("quantile", seed=1)) < 1.95
    wrong = at(fit.model, [0.5, 1.0])
    wrong.dispersion = fit.dispersion
    assert kolmogorov(wrong.residuals("quantile", seed=1)) > 1.95


def test_the_seed_is_explicit():
    fit = example("poisson", "log").fit()
    with pytest.raises(ValueError, match="randomized: pass a seed"):
        fit.residuals("quantile")
    first = fit.residuals("quantile", seed=5)
    np.testing.assert_array_equal(first, fit.residuals("quantile", seed=5))
    same = fit.residuals("quantile", seed=np.random.default_rng(5))
    np.testing.assert_array_equal(first, same)
    assert (first != fit.residuals("quantile", seed=6)).any()


def test_fractional_counts_have_no_quantile():
    with pytest.warns(glmlib.DataWarning):
        model = glmlib.PoissonRegression(np.ones((3, 1)), [0.5, 1.0, 2.0])
    with pytest.raises(ValueError, match="whole numbers"):
        model.fit().residuals("quantile", seed=1)
