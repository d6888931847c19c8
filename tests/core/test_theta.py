"""θ of the negative binomial: where the likelihood is largest, over the whole of its range."""

import mpmath
import numpy as np
import pytest

import glmlib
from glmlib.inference import theta as theta_module
from later import later

sm = later("statsmodels.api")


def counts(n=300, theta=2.0, seed=5):
    rng = np.random.default_rng(seed)
    X = np.column_stack([np.ones(n), rng.standard_normal(n)])
    offset = np.log(rng.uniform(0.5, 2, n))
    mu = np.exp(X @ [1.0, 0.5] + offset)
    return X, rng.poisson(rng.gamma(theta, mu / theta)).astype(float), offset


def log_likelihood(theta, y, mu, w):
    theta = mpmath.mpf(theta)
    return mpmath.fsum(
        w[i]
        * (
            mpmath.loggamma(y[i] + theta)
            - mpmath.loggamma(theta)
            - mpmath.loggamma(y[i] + 1)
            + theta * mpmath.log(theta / (theta + mu[i]))
            + y[i] * mpmath.log(mu[i] / (theta + mu[i]))
        )
        for i in range(len(y))
    )


@pytest.mark.parametrize("theta", [0.3, 2.0, 40.0])
def test_theta_is_where_the_likelihood_is_largest(theta):
    """The score in 40 digits is 0, as far as standard errors go, and SE is its slope."""
    X, y, offset = counts(theta=theta)
    weights = np.random.default_rng(1).integers(1, 3, len(y)).astype(float)
    model = glmlib.PoissonRegression(X, y, weights=weights, offset=offset)
    fit = glmlib.maximum_likelihood_theta(model)
    assert fit.converged
    with mpmath.workdps(40):
        arguments = y, fit.mu.tolist(), weights
        score = mpmath.diff(lambda t: log_likelihood(t, *arguments), fit.theta)
        slope = mpmath.diff(lambda t: log_likelihood(t, *arguments), fit.theta, 2)
        assert fit.log_likelihood == pytest.approx(
            float(log_likelihood(fit.theta, *arguments)), rel=1e-12
        )
    assert fit.theta_standard_error == pytest.approx(float(1 / mpmath.sqrt(-slope)), rel=1e-9)
    assert abs(float(score)) * fit.theta_standard_error < 1e-9
    pull = np.abs(fit.model.gradient(fit.beta)) * fit.standard_errors
    assert pull.max() < 1e-8
    assert abs(fit.theta - theta) < 3 * fit.theta_standard_error
    known = glmlib.GLM(
        X, y, glmlib.NegativeBinomial(fit.theta), weights=weights, offset=offset
    ).fit()
    np.testing.assert_allclose(fit.beta, known.beta, rtol=1e-9)
    np.testing.assert_allclose(fit.standard_errors, known.standard_errors, rtol=1e-9)
    assert fit.aic == pytest.approx(known.aic + 2)
    assert f"θ = {fit.theta:.5g} (standard error" in str(fit.summary())


def test_statsmodels_finds_the_same_theta():
    """Its α is 1/θ; its standard error is that of the joint information, ours (as MASS's)
    of θ alone, which differ by little: the two parameters are orthogonal on average."""
    X, y, offset = counts()
    fit = glmlib.maximum_likelihood_theta(X, y, offset=offset)
    theirs = sm.NegativeBinomial(y, X, offset=offset).fit(
        disp=0, maxiter=1000, tol=1e-12, method="newton", start_params=[1.0, 0.5, 0.5]
    )
    np.testing.assert_allclose(fit.beta, theirs.params[:2], rtol=1e-8)
    assert fit.theta == pytest.approx(1 / theirs.params[2], rel=1e-8)
    assert fit.log_likelihood == pytest.approx(theirs.llf, rel=1e-11)
    assert fit.theta_standard_error == pytest.approx(theirs.bse[2] * fit.theta**2, rel=0.02)


def test_the_start_does_not_matter():
    X, y, offset = counts()
    fits = [
        glmlib.maximum_likelihood_theta(glmlib.GLM(X, y, family, "log", offset=offset))
        for family in (glmlib.Poisson(), glmlib.NegativeBinomial(50.0))
    ]
    assert fits[0].theta == fits[1].theta and (fits[0].beta == fits[1].beta).all()
    assert fits[0].model.names == ["intercept", "x1"]


@pytest.mark.parametrize("theta", [1e-3, 0.03, 3.0, 19.0, 21.0, 1e4, 1e6, 1e9])
@pytest.mark.parametrize("size", [1.0, 1e3, 2e6, 1e12])
def test_the_slopes_of_theta_keep_their_digits(theta, size):
    """Up to θ = 10⁹, where the digammas of the textbook cancel, and counts of 10¹²."""
    y = np.round(np.array([0.0, 1.0, 2.0, 4.0]) * size)
    mu = np.array([0.5, 1.5, 1.0, 3.0]) * size
    w = np.array([1.0, 2.0, 1.0, 1.0])
    with mpmath.workdps(80):

        def log_likelihood_of(t):
            return log_likelihood(t, y, mu.tolist(), w)

        h = mpmath.mpf(theta) * 1e-20
        first = float(mpmath.diff(log_likelihood_of, theta, h=h))
        second = float(mpmath.diff(log_likelihood_of, theta, 2, h=h))
    slopes = theta_module.slopes(theta, y, mu, w)
    # where the rows' slopes cancel, rounding is that of the rows
    rows = [
        theta_module.slopes(theta, *row)
        for row in ((y[i : i + 1], mu[i : i + 1], w[i : i + 1]) for i in range(4))
    ]
    terms = np.abs(rows).sum(axis=0)
    assert slopes[0] == pytest.approx(first, rel=1e-11, abs=1e-13 * terms[0])
    assert slopes[1] == pytest.approx(second, rel=1e-11, abs=1e-13 * terms[1])


# ---- over the whole range


@pytest.mark.parametrize(
    "X, y, theta, gain",
    [
        ([[1.0], [-2.0]], [6, 71], 0.107, 9.5),
        ([[1, -1.0], [1, -3], [1, -2]], [12, 357098, 0], None, 107),
        ([[1.0, 0], [1, 0], [1, 1], [1, 1], [1, 1]], [0, 30, 900, 901, 899], None, 5),
    ],
)
def test_theta_is_finite_although_squares_say_poisson(X, y, theta, gain):
    """Σ (y − μ)² ≤ Σ y says that ℓ falls at θ = ∞, and nothing about the rest of its range."""
    poisson = glmlib.PoissonRegression(X, y).fit()
    squares = ((np.array(y) - poisson.mu) ** 2).sum()
    fit = glmlib.maximum_likelihood_theta(X, y)
    assert fit.converged and np.isfinite(fit.theta_standard_error)
    assert fit.log_likelihood > poisson.log_likelihood + gain
    if theta:
        assert squares > 0 and fit.theta == pytest.approx(theta, abs=5e-4)


def test_counts_that_are_all_0_have_no_theta():
    with pytest.raises(ValueError, match="y is all 0: the smaller theta, the larger"):
        glmlib.maximum_likelihood_theta([[-1.0], [2.0]], [0, 0])


LARGE = [(theta, mean) for theta in (1e-3, 0.5, 20.0) for mean in (1e4, 1e8, 1e12)]


@pytest.mark.parametrize("theta, mean", [*LARGE, (1e6, 1e8), (1e6, 1e12)])
def test_large_counts_against_50_digits(theta, mean):
    rng = np.random.default_rng(3)
    X = np.column_stack([np.ones(150), rng.uniform(-1, 1, 150)])
    mu = mean * np.exp(X[:, 1] / 2)
    y = rng.poisson(rng.gamma(theta, mu / theta)).astype(float)
    fit = glmlib.maximum_likelihood_theta(X, y)
    assert fit.converged, fit.message
    with mpmath.workdps(50):
        beta = [mpmath.mpf(b) for b in fit.beta.tolist()]
        exact = [mpmath.exp(beta[0] + beta[1] * mpmath.mpf(x)) for x in X[:, 1].tolist()]
        arguments = y, exact, np.ones(150)
        h = mpmath.mpf(fit.theta) * mpmath.mpf(10) ** -10
        value = [log_likelihood(fit.theta + k * h, *arguments) for k in (-1, 0, 1)]
        score = float((value[2] - value[0]) / (2 * h))
        curvature = float((value[2] - 2 * value[1] + value[0]) / h**2)
        weight = [(y[i] - m) / (1 + m / fit.theta) for i, m in enumerate(exact)]
        pull = [float(mpmath.fsum(weight[i] * x[j] for i, x in enumerate(X))) for j in (0, 1)]
    assert fit.theta_standard_error == pytest.approx((-curvature) ** -0.5, rel=1e-7)
    assert abs(score) * fit.theta_standard_error < 1e-6
    assert (np.abs(pull) * fit.standard_errors < 1e-6).all()
    assert abs(fit.theta - theta) < 4 * fit.theta_standard_error


def test_the_poisson_fit_is_another_fit():
    """θ belongs to a new fit: the model that was given, and its own fit, stay as they were."""
    X, y, offset = counts()
    model = glmlib.PoissonRegression(X, y, offset=offset)
    before = model.fit()
    fit = glmlib.maximum_likelihood_theta(model)
    assert before.theta is None and model.family.name == before.model.family.name == "poisson"
    assert (before.beta == model.fit().beta).all() and fit.model is not model
    with pytest.warns(glmlib.ConvergenceWarning):
        flat = glmlib.maximum_likelihood_theta(X, np.round(np.exp(X @ [1.0, 0.5])))
    assert flat.converged is flat.path.converged is False


def test_without_overdispersion_theta_is_infinite_and_says_so():
    X, _, _ = counts()
    y = np.round(np.exp(X @ [1.0, 0.5]))
    with pytest.warns(glmlib.ConvergenceWarning, match="theta is infinite, use Poisson"):
        fit = glmlib.maximum_likelihood_theta(X, y)
    assert not fit.converged and fit.theta == np.inf and "PoissonRegression" in fit.message
    assert np.isnan(fit.standard_errors).all() and np.isnan(fit.theta_standard_error)
    with pytest.raises(ValueError, match="did not converge"):
        fit.compare(glmlib.maximum_likelihood_theta(*counts()[:2]))


def test_barely_overdispersed_counts_have_a_large_theta():
    """Σ (y − μ)² just above Σ y: the estimate is finite and large, its score 0."""
    y = np.repeat([0.0, 1.0, 2.0, 3.0, 4.0], [38, 35, 18, 6, 3])
    assert 0 < ((y - y.mean()) ** 2).sum() - y.sum() < 0.1 * len(y)
    fit = glmlib.maximum_likelihood_theta(np.ones((len(y), 1)), y)
    assert fit.converged and fit.theta > 10
    with mpmath.workdps(40):
        score = mpmath.diff(
            lambda t: log_likelihood(t, y, fit.mu.tolist(), np.ones(len(y))), fit.theta
        )
    assert abs(float(score)) * fit.theta_standard_error < 1e-10


def test_theta_refuses_what_has_none():
    X, y, offset = counts()
    with pytest.raises(ValueError, match="theta belongs to counts"):
        glmlib.maximum_likelihood_theta(glmlib.LinearRegression(X, y))
    with pytest.raises(ValueError, match="theta belongs to counts"):
        glmlib.maximum_likelihood_theta(X)
    with pytest.raises(TypeError, match="offset belong to the model"):
        glmlib.maximum_likelihood_theta(glmlib.PoissonRegression(X, y), offset=offset)
    with pytest.warns(glmlib.DataWarning):
        model = glmlib.PoissonRegression(X, y + 0.5)
    with pytest.raises(ValueError, match="whole numbers"):
        glmlib.maximum_likelihood_theta(model)
    X = np.column_stack([X, np.arange(len(y)) < 20])
    y[:20] = 0
    with pytest.warns(glmlib.ConvergenceWarning, match="x2"):
        fit = glmlib.maximum_likelihood_theta(X, y)
    assert not fit.converged and np.isnan(fit.theta) and "diverges" in fit.message


def test_two_fits_with_a_theta_each_are_compared_by_their_likelihoods():
    """As anova of two glm.nb fits: 2 (ℓ₁ − ℓ₀), each at its own θ."""
    X, y, offset = counts()
    smaller = glmlib.maximum_likelihood_theta(X[:, :1], y, offset=offset)
    larger = glmlib.maximum_likelihood_theta(X, y, offset=offset)
    test = smaller.compare(larger)
    assert smaller.theta < larger.theta and test.df == 1
    gain = 2 * (larger.log_likelihood - smaller.log_likelihood)
    assert test.statistic == pytest.approx(gain, rel=1e-12)
    known = glmlib.GLM(X, y, glmlib.NegativeBinomial(larger.theta), offset=offset).fit()
    with pytest.raises(ValueError, match="different families"):
        smaller.compare(known)
