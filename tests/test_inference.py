"""Standard errors, tests, intervals, weights, offsets: against exact values and peers."""

import warnings

import mpmath
import numpy as np
import pytest
import statsmodels.api as sm
from statsmodels.tools.sm_exceptions import DomainWarning

import glmlib
from reference import cases
from test_diagnostics import FAMILIES, PAIRS, at, example

LINKS = {
    "identity": sm.families.links.Identity,
    "log": sm.families.links.Log,
    "logit": sm.families.links.Logit,
    "probit": sm.families.links.Probit,
    "cloglog": sm.families.links.CLogLog,
    "inverse": sm.families.links.InversePower,
}


def peer(model, X=None, offset=None):
    """statsmodels' fit of the same model, iterated until nothing moves."""
    link = LINKS[model.link.name]()
    family = {
        "gaussian": sm.families.Gaussian,
        "binomial": sm.families.Binomial,
        "poisson": sm.families.Poisson,
        "gamma": sm.families.Gamma,
    }.get(model.family.name, lambda link: sm.families.NegativeBinomial(link, alpha=0.5))
    X = model.X if X is None else X
    offset = model.offset if offset is None else offset
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DomainWarning)
        theirs = sm.GLM(
            model.y, X, family(link=link), offset=offset, var_weights=model.weights
        )
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
    if name in ("poisson", "negative binomial"):
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
    fit.statistic = np.array([z, 1.0, np.nan])
    exact = float(mpmath.erfc(abs(mpmath.mpf(z)) / mpmath.sqrt(2)))
    assert fit.p_values[0] == pytest.approx(exact, rel=1e-12, abs=0)
    assert np.isnan(fit.p_values[2])


@pytest.mark.parametrize("df", [1, 2, 7, 30, 997])
@pytest.mark.parametrize("t", [0.0, 0.7, 3.0, 39.0, -1e4, 1e12])
def test_p_values_of_t_to_the_end_of_the_doubles(df, t):
    X, y, _ = glmlib.simulate("linear", n=df + 2, d=2, seed=1)
    fit = glmlib.LinearRegression(X, y).fit()
    fit.statistic = np.array([t, 1.0])
    with mpmath.workdps(50):
        x = df / (df + mpmath.mpf(t) ** 2)
        exact = float(mpmath.betainc(mpmath.mpf(df) / 2, 0.5, 0, x, regularized=True))
    assert fit.p_values[0] == pytest.approx(exact, rel=1e-10, abs=1e-300)


def test_t_where_the_dispersion_is_estimated_and_z_where_it_is_known():
    for name, head in (("gamma", "P>|t|"), ("gaussian", "P>|t|"), ("poisson", "P>|z|")):
        assert head in str(example(name, "log").fit().summary())


# ---- two nested models


def with_anova(name):
    case = cases.SHARED / "gold" / f"{name}.json"
    if not case.exists():
        pytest.skip("R's table of deviances is in ../shared/reference")
    return cases.read(name, shipped=False)["anova_sequential"]


@pytest.mark.parametrize("name", cases.NAMES)
def test_comparisons_as_in_R(name):
    """anova(fit) term by term; where φ is estimated R takes it from the full model, so that
    only the last term is a comparison of two neighbours."""
    table = with_anova(name)
    model = cases.model(name)
    if len(table["df"]) < 2 or cases.fits_exactly(cases.read(name), model.y):
        pytest.skip("nothing to compare")
    columns = np.cumsum([1, *table["df"][1:]])
    for k in range(1, len(columns)):
        if model.family.has_dispersion and k < len(columns) - 1:
            continue
        smaller, larger = (
            model.with_design(model.X[:, :c]).fit() for c in columns[k - 1 : k + 1]
        )
        test = smaller.compare(larger)
        assert test.df == table["df"][k]
        assert test.p_value == pytest.approx(table["p"][k], rel=1e-8, abs=1e-300)
        if not model.family.has_dispersion:
            assert test.statistic == pytest.approx(table["deviance"][k], rel=1e-9, abs=1e-9)


def pair(family="poisson", seed=1, keep=2, **kwargs):
    X, y, _ = glmlib.simulate("poisson", n=80, d=4, seed=seed)
    if family == "gaussian":
        y = y + np.linspace(0, 1, 80)
    fits = [glmlib.GLM(A, y, family, **kwargs).fit() for A in (X[:, :keep], X)]
    return *fits, X, y


def test_the_statistic_is_twice_the_gain_in_log_likelihood():
    smaller, larger, _, _ = pair()
    test = glmlib.compare(smaller, larger)
    gain = 2 * (larger.log_likelihood - smaller.log_likelihood)
    assert test.statistic == pytest.approx(gain, rel=1e-11)
    exact = mpmath.gammainc(mpmath.mpf(2) / 2, test.statistic / 2, regularized=True)
    assert test.p_value == pytest.approx(float(exact), rel=1e-12, abs=0)
    assert test.df == 2 and test.df_residual is None
    assert str(test).startswith("χ²(2) = ")


def test_F_of_one_column_is_t_squared():
    smaller, larger, _, _ = pair("gaussian", keep=3)
    test = smaller.compare(larger)
    assert test.statistic == pytest.approx(larger.statistic[3] ** 2, rel=1e-11)
    assert test.p_value == pytest.approx(larger.p_values[3], rel=1e-11, abs=0)
    assert str(test).startswith("F(1, 76) = ")


def test_far_in_the_tail_a_p_value_keeps_its_digits():
    smaller, larger, _, _ = pair()
    larger.deviance, smaller.deviance = 0.0, 1300.0
    exact = mpmath.gammainc(1, 650, regularized=True)
    assert glmlib.compare(smaller, larger).p_value == pytest.approx(
        float(exact), rel=1e-11, abs=0
    )


def test_nested_is_a_matter_of_spaces_and_not_of_names():
    """Another coding of the same groups, other units, a large shift: still nested."""
    _, larger, X, y = pair()
    for A in (
        np.column_stack([X[:, 0] + X[:, 1], X[:, 1] * 1e-9]),
        np.column_stack([X[:, 0], X[:, 1] - 3 * X[:, 2] + 1e8]),
        np.column_stack([X[:, 1] * 7]),
        np.column_stack([X[:, 0] * 5]),
    ):
        test = glmlib.PoissonRegression(A, y).fit().compare(larger)
        assert test.df == 4 - A.shape[1] and test.statistic > 0
    high = X.copy()
    high[:, 1] += 1e8
    shifted = glmlib.PoissonRegression(high, y).fit()
    test = glmlib.PoissonRegression(high[:, :2], y).fit().compare(shifted)
    plain = glmlib.PoissonRegression(X[:, :2], y).fit().compare(larger)
    assert test.statistic == pytest.approx(plain.statistic, rel=1e-5)


def test_what_is_not_nested_is_named():
    smaller, larger, X, y = pair()
    strange = np.column_stack([X[:, 0], X[:, 1] ** 2])
    with pytest.raises(ValueError, match="not nested: x1 of the smaller is no combination"):
        glmlib.PoissonRegression(strange, y).fit().compare(larger)
    high = X.copy()
    high[:, 1:] += 1e8
    strange = np.column_stack([X[:, 0], X[:, 1] ** 2 + 1e8])
    with pytest.raises(ValueError, match="not nested: x1"):
        glmlib.PoissonRegression(strange, y).fit().compare(
            glmlib.PoissonRegression(high, y).fit()
        )
    without = glmlib.PoissonRegression(X[:, 1:], y).fit()
    with pytest.raises(ValueError, match="not nested: intercept"):
        glmlib.PoissonRegression(X[:, :1], y).fit().compare(without)
    with pytest.raises(
        ValueError, match="smaller fit has 4 columns, the larger 2: exchange them"
    ):
        larger.compare(smaller)
    with pytest.raises(ValueError, match="neither contains the other"):
        smaller.compare(smaller)


def test_what_cannot_be_compared_says_why():
    smaller, larger, X, y = pair()
    few = X[:, :2]
    others = {
        "y": glmlib.PoissonRegression(few, y + 1),
        "weights": glmlib.PoissonRegression(few, y, weights=np.full(80, 2.0)),
        "offset": glmlib.PoissonRegression(few, y, offset=np.full(80, 0.1)),
        "links: identity and log": glmlib.GLM(np.ones((80, 1)), y, "poisson", "identity"),
        "families: gaussian and poisson": glmlib.GLM(few, y + 0.0, "gaussian", "log"),
    }
    for what, model in others.items():
        with pytest.raises(ValueError, match=f"different {what}"):
            model.fit().compare(larger)
    with pytest.raises(ValueError, match="different y"):
        glmlib.PoissonRegression(few[:50], y[:50]).fit().compare(larger)
    thetas = [
        glmlib.GLM(A, y, glmlib.NegativeBinomial(t)).fit() for A, t in ((few, 2), (X, 3))
    ]
    with pytest.raises(ValueError, match="different families: negative binomial"):
        glmlib.compare(*thetas)
    close = [
        glmlib.GLM(A, y, glmlib.NegativeBinomial(t)).fit()
        for A, t in ((few, 2), (X, 2 + 1e-9))
    ]
    with pytest.raises(ValueError, match="different families"):
        glmlib.compare(*close)
    with pytest.raises(TypeError, match="the larger is a GLM: compare needs two fits"):
        smaller.compare(larger.model)
    with pytest.warns(glmlib.ConvergenceWarning):
        stopped = glmlib.PoissonRegression(few, y).fit(iterations=1)
    with pytest.raises(ValueError, match="the smaller fit did not converge: stopped after 1"):
        stopped.compare(larger)


def test_rows_of_weight_zero_do_not_count_for_nesting():
    _, _, X, y = pair()
    weights = np.ones(80)
    weights[5] = 0
    odd = X[:, :2].copy()
    odd[5, 1] = 99.0
    smaller = glmlib.PoissonRegression(odd, y, weights=weights).fit()
    larger = glmlib.PoissonRegression(X, y, weights=weights).fit()
    assert smaller.compare(larger).df == 2


def test_an_exact_fit_has_no_F_test():
    X = glmlib.add_intercept(np.array([[0.0], [1.0], [2.0]]))
    exact = glmlib.LinearRegression(X[:2], [1.0, 2.0]).fit()
    mean = glmlib.LinearRegression(X[:2, :1], [1.0, 2.0]).fit()
    with pytest.raises(ValueError, match="φ of the larger fit is nan: there is no F test"):
        mean.compare(exact)


# ---- profile intervals

PROFILES = cases.parameters("confint_profile_95")


def excess(model, fit, j, b):
    """[D(b) − D(β̂)] / φ, the left side of the equation, by statsmodels."""
    held = peer(model, np.delete(model.X, j, axis=1), model.offset + b * model.X[:, j])
    deviance = glmlib.fit.deviance(model, held.predict(which="linear"))
    return (deviance - fit.deviance) / fit.dispersion


Z95 = 1.959963984540054


@pytest.mark.parametrize("name", PROFILES)
def test_profile_intervals_as_in_R_but_solved(name):
    """R interpolates in a table of the profile: up to 1e-3 standard errors away.

    Ours solve the equation, as an independent refit says; R's miss it by as much as they
    are away from ours (nothing to see in the linear model, where the profile is a parabola).
    """
    fit = cases.model(name).fit()
    mine = fit.profile_interval()
    theirs = cases.read(name)["confint_profile_95"]
    theirs = np.column_stack([theirs["lower"], theirs["upper"]])
    away = np.abs(mine - theirs) / fit.standard_errors[:, None]
    assert away.max() < 2e-3
    if fit.model.family.name == "gaussian":
        assert away.max() < 1e-9
        np.testing.assert_array_equal(mine, fit.confidence_interval())
    elif len(fit.beta) > 1:
        j, side = np.unravel_index(np.argmax(away), away.shape)
        ours = abs(excess(fit.model, fit, j, mine[j, side]) - Z95**2)
        assert ours < 1e-8
        assert abs(excess(fit.model, fit, j, theirs[j, side]) - Z95**2) > 100 * ours


@pytest.mark.parametrize("name, link", [p for p in PAIRS if p != ("gaussian", "identity")])
def test_profile_limits_solve_their_equation(name, link):
    model = example(name, link)
    fit = model.fit()
    interval = fit.profile_interval(0.8)
    z = 1.2815515655446004
    for j in range(len(fit.beta)):
        assert interval[j, 0] < fit.beta[j] < interval[j, 1]
        for b in interval[j]:
            assert excess(model, fit, j, b) == pytest.approx(z**2, abs=1e-7)


@pytest.mark.parametrize("level", [0.5, 0.95, 0.999999])
def test_the_profile_of_one_mean_by_hand(level):
    """2 [n (μ − ȳ) − Σy log(μ/ȳ)] = z² for a Poisson mean, solved in 40 digits."""
    y = np.array([3.0, 0.0, 2.0, 4.0, 1.0])
    low, high = glmlib.PoissonRegression(np.ones((5, 1)), y).fit().profile_interval(level)[0]
    with mpmath.workdps(40):
        z2 = 2 * mpmath.erfinv(mpmath.mpf(level)) ** 2

        def equation(b):
            return 2 * (5 * (mpmath.exp(b) - 2) - 10 * (b - mpmath.log(2))) - z2

        exact = [float(mpmath.findroot(equation, start)) for start in (low, high)]
    np.testing.assert_allclose([low, high], exact, rtol=1e-12)
    assert exact[0] < np.log(2) < exact[1]


def test_units_and_shifts_of_a_column_do_not_matter():
    X, y, _ = glmlib.simulate("logistic", n=60, d=3, seed=2)
    plain = glmlib.LogisticRegression(X, y).fit().profile_interval()
    other = X.copy()
    other[:, 1] = X[:, 1] * 1e-6 + 1.0
    moved = glmlib.LogisticRegression(other, y).fit().profile_interval()
    np.testing.assert_allclose(moved[1] * 1e-6, plain[1], rtol=1e-8)
    np.testing.assert_allclose(moved[2], plain[2], rtol=1e-8)
    assert np.isfinite(moved[0]).all()  # the intercept is now a million units away


def test_a_near_separated_profile_is_long_on_one_side():
    x = np.arange(20.0)
    y = (x > 9).astype(float)
    y[9], y[10] = 1, 0
    fit = glmlib.LogisticRegression(glmlib.add_intercept(x[:, None]), y).fit()
    low, high = fit.profile_interval()[1]
    assert high - fit.beta[1] > 1.5 * (fit.beta[1] - low)
    assert excess(fit.model, fit, 1, high) == pytest.approx(Z95**2, abs=1e-7)


def test_a_profile_that_flattens_out_has_no_limit():
    """Under the log link a mean can fall to 0 and no further: the deviance levels off."""
    fit = glmlib.GLM(np.ones((4, 1)), [3.0, -1.0, 2.0, -0.5], "gaussian", "log").fit()
    low, high = fit.profile_interval()[0]
    assert low == -np.inf and fit.beta[0] < high < np.inf
    # and at a level that the profile does reach, there is one: D(b) by hand
    low = fit.profile_interval(0.5)[0, 0]
    y = fit.model.y
    rise = ((y - np.exp(low)) ** 2).sum() - ((y - y.mean()) ** 2).sum()
    assert rise / fit.dispersion == pytest.approx(0.6744897501960817**2, rel=1e-10)


def test_there_is_no_profile_around_a_failure():
    X = glmlib.add_intercept(np.arange(6.0)[:, None])
    with pytest.warns(glmlib.ConvergenceWarning):
        fit = glmlib.LogisticRegression(X, [0, 0, 0, 1, 1, 1]).fit()
    with pytest.raises(ValueError, match="no profile .* separated by x1"):
        fit.profile_interval()
    with pytest.raises(ValueError, match="did not converge: the classes are separated"):
        glmlib.LogisticRegression(X[:, :1], fit.model.y).fit().compare(fit)
    assert np.isnan(fit.standard_errors).all() and np.isnan(fit.p_values).all()
    with pytest.raises(ValueError, match="level must lie between 0 and 1, got 95"):
        glmlib.LogisticRegression(X[:, :1], fit.model.y).fit().profile_interval(95)


def test_a_descent_that_was_stopped_has_no_standard_errors():
    X, y, _ = glmlib.simulate("poisson", n=50, d=2, seed=1)
    model = glmlib.PoissonRegression(X, y)
    with pytest.warns(glmlib.ConvergenceWarning, match="take more iterations"):
        fit = model.fit("gradient descent", learning_rate=1e-3, iterations=10)
    assert np.isnan(fit.standard_errors).all()
    done = model.fit("gradient descent", learning_rate=1e-3)
    np.testing.assert_allclose(done.standard_errors, model.fit().standard_errors, rtol=1e-6)


# ---- θ of the negative binomial


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


@pytest.mark.parametrize("alpha", [1e-9, 1e-4, 0.3, 40.0])
@pytest.mark.parametrize("size", [1.0, 1e3, 2e6])
def test_the_score_of_theta_keeps_its_digits(alpha, size):
    """Down to α = 1/θ = 0, where the textbook's digammas cancel, and up to counts of 10⁷."""
    y = np.round(np.array([0.0, 1.0, 2.0, 4.0]) * size)
    mu = np.array([0.5, 1.5, 1.0, 3.0]) * size
    w = np.array([1.0, 2.0, 1.0, 1.0])
    with mpmath.workdps(80):

        def log_likelihood_of(a):
            return log_likelihood(1 / mpmath.mpf(a), y, mu.tolist(), w)

        first = float(mpmath.diff(log_likelihood_of, alpha, h=mpmath.mpf(alpha) * 1e-20))
        second = float(mpmath.diff(log_likelihood_of, alpha, 2, h=mpmath.mpf(alpha) * 1e-20))
    score, slope = glmlib.diagnostics.theta_score(alpha, y, mu, w)
    # at a large α the three terms of each sum cancel: rounding is that of the terms
    terms = min(w @ y**2, w @ y / alpha), min(w @ y**3, w @ y / alpha**2)
    assert score == pytest.approx(first, rel=1e-11, abs=1e-14 * terms[0])
    assert slope == pytest.approx(second, rel=1e-11, abs=1e-14 * terms[1])


def test_without_overdispersion_theta_is_infinite_and_says_so():
    X, _, _ = counts()
    y = np.round(np.exp(X @ [1.0, 0.5]))
    with pytest.warns(glmlib.ConvergenceWarning, match="vary no more than Poisson"):
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
