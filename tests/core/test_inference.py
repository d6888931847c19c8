"""Standard errors, tests, intervals, weights, offsets: against exact values and peers."""

import copy
import warnings
from pickle import dumps, loads

import mpmath
import numpy as np
import pytest

import glmlib
from later import later
from reference import cases, peers
from test_residuals import FAMILIES, PAIRS, at, example

sm = later("statsmodels.api")


def peer(model, X=None, offset=None):
    """statsmodels' fit of the same model, iterated until nothing moves."""
    X = model.X if X is None else X
    offset = model.offset if offset is None else offset
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", later("statsmodels.tools.sm_exceptions").DomainWarning)
        family = peers.statsmodels(model.family.name, model.link.name, model.family.theta)
        theirs = sm.GLM(model.y, X, family, offset=offset, var_weights=model.weights)
        return theirs.fit(
            maxiter=1000,
            tol=1e-15,
            tol_criterion="params",
            scale="X2" if model.family.has_dispersion else 1.0,
        )


# ---- every family and link, with weights and an offset


@pytest.mark.parametrize("name, link", PAIRS)
def test_statsmodels_agrees(name, link):
    """Coefficients to 1e-8, standard errors to 1e-6, the rest to 1e-10.

    Conventions that differ: the p-values of a family with φ (normal there, t here), the
    log-likelihood of Gamma (Pearson's φ there) and AIC (φ is no parameter there). Its
    grouped binomial needs the binomial coefficients added, which var_weights leave out.
    """
    model = example(name, link)
    fit, theirs = model.fit(), peer(model)
    assert fit.converged, fit.message
    scale = np.maximum(np.abs(theirs.params), theirs.bse)
    assert (np.abs(fit.beta - theirs.params) / scale).max() < 1e-8
    np.testing.assert_allclose(fit.standard_errors, theirs.bse, rtol=1e-6)
    np.testing.assert_allclose(fit.covariance, theirs.cov_params(), rtol=2e-6, atol=1e-9)
    np.testing.assert_allclose(fit.deviance, theirs.deviance, rtol=1e-9)
    np.testing.assert_allclose(fit.dispersion, theirs.scale, rtol=1e-8)
    np.testing.assert_allclose(fit.pearson_chi2, theirs.pearson_chi2, rtol=1e-7)
    np.testing.assert_allclose(fit.confidence_interval(), theirs.conf_int(), atol=1e-5)
    if model.family.counts:
        np.testing.assert_allclose(fit.log_likelihood, theirs.llf, rtol=1e-10)
        np.testing.assert_allclose(fit.aic, theirs.aic, rtol=1e-10)
        np.testing.assert_allclose(fit.p_values, theirs.pvalues, rtol=1e-4)


@pytest.mark.parametrize("name, link", PAIRS)
def test_standard_errors_belong_to_the_final_estimate(name, link):
    """φ H⁻¹ with H at fit.beta, in 40 digits: nothing is one iteration stale."""
    fit = example(name, link).fit()
    H = fit.model.hessian(fit.beta)
    with mpmath.workdps(40):
        exact = np.array((mpmath.matrix(H.tolist()) ** -1).tolist(), dtype=float)
    np.testing.assert_allclose(fit.covariance, fit.dispersion * exact, rtol=1e-11)


@pytest.mark.parametrize("name, link", PAIRS)
def test_null_deviance_is_the_deviance_of_the_null_fit(name, link):
    model = example(name, link)
    null = glmlib.GLM(
        np.ones((len(model.y), 1)), model.y, model.family, link, model.weights, model.offset
    ).fit()
    assert model.fit().null_deviance == pytest.approx(null.deviance, rel=1e-10)


@pytest.mark.parametrize("name", FAMILIES)
def test_an_exposure_is_shown_and_asked_for_again(name):
    link = FAMILIES[name]().links[0]
    fit = example(name, link).fit()
    assert "The linear predictor includes an offset." in str(fit.summary())
    assert "Prior weights are in use." in str(fit.summary())
    X_new = fit.model.X[:3]
    with pytest.raises(ValueError, match="has an offset: pass offset= for the rows of X_new"):
        fit.predict(X_new)
    again = fit.predict(X_new, offset=fit.model.offset[:3])
    np.testing.assert_allclose(again, fit.mu[:3], rtol=1e-14)
    moved = fit.predict(X_new, offset=fit.model.offset[:3] + 0.1)
    np.testing.assert_allclose(fit.model.link.link(moved), fit.eta[:3] + 0.1, rtol=1e-10)
    without = glmlib.GLM(fit.model.X, fit.model.y, fit.model.family, weights=fit.model.weights)
    assert (np.abs(without.fit().beta - fit.beta) > 1e-4).any()
    assert "offset" not in str(without.fit().summary())


def test_exposure_in_the_doll_and_hill_study():
    """Deaths by person-years: the rate, and not the count, is what smoking multiplies."""
    fit = cases.model("doll_hill").fit()
    assert fit.model.has_offset and "offset" in str(fit.summary())
    doubled = fit.predict(fit.model.X, offset=fit.model.offset + np.log(2))
    np.testing.assert_allclose(doubled, 2 * fit.mu, rtol=1e-12)


# ---- prior weights


@pytest.mark.parametrize("name, link", PAIRS)
def test_a_row_of_weight_3_is_the_row_three_times(name, link):
    """Coefficients and deviance are; with φ known the standard errors are, too."""
    model = example(name, link)
    times = model.weights.astype(int)
    rows = np.repeat(np.arange(len(times)), times)
    if name == "binomial":  # a weight is a number of trials: unfold into zeros and ones
        hits = np.round(model.weights * model.y).astype(int)
        y = np.concatenate([np.arange(n) < k for n, k in zip(times, hits, strict=True)])
    else:
        y = model.y[rows]
    long = glmlib.GLM(model.X[rows], y, model.family, link, offset=model.offset[rows])
    fit, longer = model.fit(), long.fit()
    np.testing.assert_allclose(fit.beta, longer.beta, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(
        fit.standard_errors / np.sqrt(fit.dispersion),
        longer.standard_errors / np.sqrt(longer.dispersion),
        rtol=1e-7,
    )
    lost = fit.null_deviance - fit.deviance
    assert lost == pytest.approx(longer.null_deviance - longer.deviance, rel=1e-9)
    if name != "binomial":
        assert fit.deviance == pytest.approx(longer.deviance, rel=1e-10)
        assert fit.df_residual < longer.df_residual


def test_grouped_binomial_as_statsmodels_has_it():
    """There y is (successes, failures); here a proportion and the numbers of trials."""
    model = example("binomial", "logit")
    hits = model.weights * model.y
    pairs = np.column_stack([hits, model.weights - hits])
    theirs = sm.GLM(pairs, model.X, sm.families.Binomial(), offset=model.offset).fit(tol=1e-14)
    fit = model.fit()
    np.testing.assert_allclose(fit.beta, theirs.params, rtol=1e-8)
    np.testing.assert_allclose(fit.standard_errors, theirs.bse, rtol=1e-6)
    for what, number in (
        ("log_likelihood", theirs.llf),
        ("deviance", theirs.deviance),
        ("null_deviance", theirs.null_deviance),
        ("aic", theirs.aic),
        ("pearson_chi2", theirs.pearson_chi2),
    ):
        assert getattr(fit, what) == pytest.approx(number, rel=1e-9), what


# ---- p-values


@pytest.mark.parametrize("z", [0.0, 1e-9, 0.5, 1.96, 8.0, 20.0, -37.0])
def test_p_values_of_z_to_the_end_of_the_doubles(z):
    fit = example("poisson", "log").fit()
    vars(fit)["statistic"] = np.array([z, 1.0, np.nan])
    exact = float(mpmath.erfc(abs(mpmath.mpf(z)) / mpmath.sqrt(2)))
    assert fit.p_values[0] == pytest.approx(exact, rel=1e-12, abs=0)
    assert np.isnan(fit.p_values[2])


@pytest.mark.parametrize("df", [1, 2, 7, 30, 997])
@pytest.mark.parametrize("t", [0.0, 0.7, 3.0, 39.0, -1e4, 1e12])
def test_p_values_of_t_to_the_end_of_the_doubles(df, t):
    X, y, _ = glmlib.simulate("linear", n=df + 2, d=2, seed=1)
    fit = glmlib.LinearRegression(X, y).fit()
    vars(fit)["statistic"] = np.array([t, 1.0])
    with mpmath.workdps(50):
        x = df / (df + mpmath.mpf(t) ** 2)
        exact = float(mpmath.betainc(mpmath.mpf(df) / 2, 0.5, 0, x, regularized=True))
    assert fit.p_values[0] == pytest.approx(exact, rel=1e-10, abs=1e-300)


def test_t_where_the_dispersion_is_estimated_and_z_where_it_is_known():
    for name, head in (("gamma", "P>|t|"), ("gaussian", "P>|t|"), ("poisson", "P>|z|")):
        assert head in str(example(name, "log").fit().summary())


# ---- without a maximum


def test_a_descent_that_was_stopped_has_no_standard_errors():
    X, y, _ = glmlib.simulate("poisson", n=50, d=2, seed=1)
    model = glmlib.PoissonRegression(X, y)
    with pytest.warns(glmlib.ConvergenceWarning, match="take more iterations"):
        fit = model.fit("gradient descent", learning_rate=1e-3, iterations=10)
    assert np.isnan(fit.standard_errors).all()
    done = model.fit("gradient descent", learning_rate=1e-3)
    np.testing.assert_allclose(done.standard_errors, model.fit().standard_errors, rtol=1e-6)


# ---- what it costs


def test_the_core_needs_numpy_alone():
    """SciPy is read when Student's t, the probit or a p-value of χ² is asked for."""
    import subprocess
    import sys

    program = """
import sys, numpy as np, glmlib
X, y, _ = glmlib.simulate("poisson", n=60, d=3, seed=1)
fit = glmlib.PoissonRegression(X, y).fit()
print(fit.summary()), fit.residuals(), fit.cooks_distance, fit.profile_interval()
assert "scipy" not in sys.modules, "scipy was imported"
fit.residuals("quantile", seed=1)
assert "scipy" in sys.modules
"""
    subprocess.run(
        [sys.executable, "-W", "error", "-c", program], check=True, capture_output=True
    )


def test_at_is_the_fit_at_a_beta():
    """The tests' own tool: where it is the estimate, it is the fit."""
    fit = example("gamma", "log").fit()
    again = at(fit.model, fit.beta)
    assert again.deviance == fit.deviance and (again.covariance == fit.covariance).all()


@pytest.mark.parametrize("seed", range(8))
def test_an_estimate_at_the_edge_of_the_possible_means_is_no_estimate(seed):
    """Under the identity link a mean can reach 0, where the weight of its row is infinite:
    either the gradient is 0 at the answer, or there is a sentence and no standard error."""
    rng = np.random.default_rng(seed)
    X = np.column_stack([np.ones(40), rng.uniform(0, 1, (40, 2))])
    y = rng.poisson(X @ [0.05, 0.9, 0.0]).astype(float)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        fit = glmlib.GLM(X, y, "poisson", "identity").fit()
    if fit.converged:
        assert np.abs(fit.model.gradient(fit.beta)).max() < 1e-7 and not said
        return
    assert "at the edge of what the poisson family allows" in str(said[0].message)
    row = int(fit.message.split("row ")[1].split()[0])
    assert y[row] == 0 and fit.mu[row] < 1e-9
    assert np.isnan(fit.standard_errors).all()


def test_a_place_where_the_path_settled_may_still_be_no_estimate():
    """Means outside the support, and rows whose weight is gone, settle without a maximum."""
    y = np.array([1.0, 2.0, 1.5, 4.0, 1.0, 2.0])
    x = np.array([-1.0, 1.0, -2.0, 2.0, -0.5, 0.5])[:, None]  # Xβ > 0 in no direction
    with pytest.warns(glmlib.ConvergenceWarning, match="no means were found that the gamma"):
        fit = glmlib.GLM(x, y, "gamma", "identity").fit()
    assert not fit.converged and np.isnan(fit.standard_errors).all()
    x = np.array([-3.0, 1, -1, 1, -2, -3])  # the best mean is 0 wherever x is negative
    X, y = np.column_stack([np.ones(6), x]), np.array([-5.0, 3, -4, 5, 4, 4])
    with pytest.warns(glmlib.ConvergenceWarning, match="have lost all weight"):
        fit = glmlib.GLM(X, y, "gaussian", "log").fit()
    assert not fit.converged and np.isnan(fit.standard_errors).all()


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda f: loads(dumps(f))])
def test_a_fit_that_was_copied_or_travelled_is_the_fit_and_does_not_change(again):
    X, y, _ = glmlib.simulate("poisson", n=50, d=3, seed=1)
    given = X.copy()
    fit = glmlib.PoissonRegression(given, y).fit()
    other = again(fit)
    assert str(other.summary()) == str(fit.summary())
    np.testing.assert_array_equal(other.covariance, fit.covariance)
    arrays = other.beta, other.model.X, other.model.y, other.path.betas, other.covariance
    assert not any(array.flags.writeable for array in arrays)
    for thing in (other, other.model, other.path):
        with pytest.raises(AttributeError):
            thing.beta = thing.y = thing.betas = None
    given[:] = 0  # the caller's array is not the model's
    np.testing.assert_array_equal(fit.model.X, X)
