"""Profile intervals: against R, and by the equation that each limit solves."""

import types

import mpmath
import numpy as np
import pytest

import glmlib
from reference import cases
from reference.make import MADE
from test_inference import peer
from test_residuals import PAIRS, example

PROFILES = cases.parameters("confint_profile_95")


def excess(model, fit, j, b):
    """[D(b) − D(β̂)] / φ, the left side of the equation, by statsmodels."""
    held = peer(model, np.delete(model.X, j, axis=1), model.offset + b * model.X[:, j])
    eta = held.predict(which="linear")
    there = types.SimpleNamespace(model=model, eta=eta, mu=model.link.inverse(eta))
    return ((glmlib.residuals(there) ** 2).sum() - fit.deviance) / fit.dispersion


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
    if name in MADE:
        assert away.max() < 1e-9  # not R's: these are solved in 50 digits
    elif fit.model.family.name == "gaussian":
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


def test_a_profile_that_ends_is_named_and_the_others_are_right():
    """Under the identity link the mean of a row with y = 0 reaches 0 before the level."""
    x = np.array([0.0, 1, 2, 4, 2, 0, 1, 3, 4, 3])
    y = np.array([0.0, 0, 1, 0, 1, 0, 2, 1, 1, 2])
    fit = glmlib.GLM(glmlib.add_intercept(x[:, None]), y, "poisson", "identity").fit()
    assert fit.converged, fit.message
    said = "no lower limit of intercept and no upper limit of x1: the profile ends"
    with pytest.warns(glmlib.DataWarning, match=said):
        limits = fit.profile_interval()
    assert np.isnan(limits).tolist() == [[True, False], [False, True]]
    for j, side in ((0, 1), (1, 0)):
        assert excess(fit.model, fit, j, limits[j, side]) == pytest.approx(Z95**2, abs=1e-6)


@pytest.mark.parametrize("link", ["inverse", "identity"])
def test_means_that_may_not_leave_their_range_do_not_stop_the_profile(link):
    """A step of βⱼ alone would make a mean negative; the others have to go along."""
    rng, done = np.random.default_rng(4), 0
    for _ in range(12):
        X = np.column_stack([np.ones(12), rng.uniform(0, 4, 12)])
        eta = X @ [0.3, 0.5]
        mu = 1 / eta if link == "inverse" else eta
        fit = glmlib.GLM(X, rng.gamma(2.0, mu / 2), "gamma", link).fit()
        if not fit.converged:
            continue
        limits = fit.profile_interval()
        assert np.isfinite(limits).all()
        done += 1
        assert (limits[:, 0] < fit.beta).all() and (fit.beta < limits[:, 1]).all()
    assert done > 8


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
