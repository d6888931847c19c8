"""Randomized quantile residuals: exact far into the tails, and normal under the true model."""

import types

import mpmath
import numpy as np
import pytest

import glmlib
from test_residuals import FAMILIES, at, example


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
    [(0, 1, 0), (1, 1, -3), (1, 1, -700), (0, 1, 36), (3, 10, 1), (900, 1000, -2)]
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


def given(model, beta, phi):
    """All that residuals ask of a fit, at a known φ."""
    return types.SimpleNamespace(
        model=model, eta=model.eta(beta), mu=model.mu(beta), dispersion=phi
    )


@pytest.mark.parametrize("phi", [0.05, 0.5, 3.0])
@pytest.mark.parametrize("ratio", [1e-250, 1e-3, 0.5, 1.0, 2.0, 30.0, 4000.0])
def test_quantile_residuals_of_gamma(ratio, phi):
    model = glmlib.GLM([[1.0]], [ratio], "gamma", "log")
    with mpmath.workdps(60):
        a = 1 / mpmath.mpf(phi)
        x = a * mpmath.mpf(ratio)
        below = mpmath.gammainc(a, 0, x, regularized=True)
        above = mpmath.gammainc(a, x, mpmath.inf, regularized=True)
        if below < above:
            exact = float(normal_quantile(mpmath.log(below)))
        else:
            exact = -float(normal_quantile(mpmath.log(above)))
    r = glmlib.residuals(given(model, np.zeros(1), phi), "quantile")
    assert r[0] == pytest.approx(exact, rel=1e-10)


@pytest.mark.parametrize("phi", [0.01, 0.5, 3.0])
@pytest.mark.parametrize("ratio", [1e-4, 0.01, 0.5, 1.0, 2.0, 30.0, 4000.0])
def test_quantile_residuals_of_a_family_that_is_one_entry(ratio, phi):
    """The inverse Gaussian: F by its formula in 400 digits, also where SciPy's F is 0 or 1."""
    model = glmlib.GLM([[1.0]], [ratio], "inverse gaussian", "log")
    with mpmath.workdps(400):
        x, scale = mpmath.mpf(ratio), 1 / mpmath.mpf(phi)
        root = mpmath.sqrt(scale / x)

        def tail(z):
            return mpmath.erfc(z / mpmath.sqrt(2)) / 2

        reflected = mpmath.exp(2 * scale) * tail(root * (x + 1))
        below = tail(root * (1 - x)) + reflected
        above = tail(root * (x - 1)) - reflected
    with mpmath.workdps(40):
        side, log_p = min((below, -1), (above, 1))[1], mpmath.log(min(below, above))
        exact = -side * float(normal_quantile(log_p))
    r = glmlib.residuals(given(model, np.zeros(1), phi), "quantile")
    assert r[0] == pytest.approx(exact, rel=1e-9)


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
    link = "log" if family.open_support else family.canonical_link.name
    mu = glmlib.GLM(X, np.ones(n), family, link).mu(np.array([0.2, 1.0]))
    y = family.sample(rng, mu, 0.4)
    model, phi = glmlib.GLM(X, y, family, link), 0.4 if family.has_dispersion else 1.0
    true, wrong = (given(model, np.array([b, 1.0]), phi) for b in (0.2, 0.5))
    assert kolmogorov(glmlib.residuals(true, "quantile", seed=1)) < 1.95
    assert kolmogorov(glmlib.residuals(wrong, "quantile", seed=1)) > 1.95


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
