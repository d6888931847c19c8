"""Properties that every fit has, for every family and link, on data that hypothesis draws.

The draws are the same in every run, and a failure is shrunk to the smallest data that
show it. HYPOTHESIS_PROFILE=long looks at many more, new ones each time.
"""

import os
import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import glmlib
from glmlib.families import FAMILIES
from glmlib.links import LINKS

settings.register_profile(
    "ci",
    derandomize=True,
    deadline=None,
    max_examples=12,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
settings.register_profile(
    "long", settings.get_profile("ci"), derandomize=False, max_examples=200
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

THETA = 2.5
MODELS = [
    (family, link)
    for family, make in FAMILIES.items()
    for link in (make(THETA) if family == "negative binomial" else make()).links
]


def family_of(name):
    return FAMILIES[name](THETA) if name == "negative binomial" else FAMILIES[name]()


@st.composite
def data(draw, family, link):
    """X (n, d) with an intercept, y and weights of a family: small numbers that shrink."""
    n, d = draw(st.integers(12, 24)), draw(st.integers(1, 3))
    cell = st.integers(-20, 20).map(lambda k: k / 10)
    X = np.array(
        draw(st.lists(st.lists(cell, min_size=d, max_size=d), min_size=n, max_size=n))
    )
    X[:, 0] = 1.0
    weights = np.array(draw(st.lists(st.integers(1, 4), min_size=n, max_size=n)), dtype=float)
    kind = family_of(family)
    if family == "binomial":  # successes of so many trials; no mean at the very edge
        weights = weights + 2
        share = draw(st.lists(st.integers(1, 9), min_size=n, max_size=n))
        y = np.round(np.array(share) / 10 * weights) / weights
        assume(0 < y.mean() < 1)
    elif kind.counts:
        y = np.array(draw(st.lists(st.integers(0, 9), min_size=n, max_size=n)), dtype=float)
    else:
        y = np.array(draw(st.lists(st.integers(1, 60), min_size=n, max_size=n))) / 10
        if kind.support[0] < 0 and link == "identity":
            y = y - 3
    assume(np.ptp(y) > 0)
    return X, y, weights


def fit(X, y, family, link, weights=None):
    """A fit that reached its maximum; data without one are not the subject here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", glmlib.DataWarning)
        warnings.simplefilter("ignore", glmlib.ConvergenceWarning)
        try:
            found = glmlib.GLM(X, y, family_of(family), link, weights=weights).fit()
        except ValueError as error:
            assert any(
                word in str(error)
                for word in ("dependent", "constant", "0 everywhere", "y is all")
            ), error
            assume(False)
    assume(found.converged)
    return found


def interior(found):
    """Whether the information says how certain each coefficient is, to a few digits."""
    with np.errstate(all="ignore"):
        information = found.model.hessian(found.beta)
        scale = np.sqrt(np.diag(information))
        return np.isfinite(information).all() and bool(
            np.linalg.cond(information / np.outer(scale, scale)) < 1e6
        )


def same(first, second, what="beta"):
    """Equal up to 1e-7 standard errors."""
    se = first.standard_errors
    assert np.abs(first.beta - second.beta).max() <= 1e-7 * (se + np.abs(first.beta)).max(), (
        what
    )


parametrize = pytest.mark.parametrize("family, link", MODELS)


@parametrize
@given(source=st.data(), seed=st.integers(0, 99))
def test_permuting_the_rows_changes_nothing(family, link, source, seed):
    X, y, weights = source.draw(data(family, link))
    order = np.random.default_rng(seed).permutation(len(y))
    before = fit(X, y, family, link, weights)
    assume(interior(before))
    after = fit(X[order], y[order], family, link, weights[order])
    same(before, after)
    assert after.deviance == pytest.approx(before.deviance, rel=1e-9, abs=1e-12)
    np.testing.assert_allclose(after.mu, before.mu[order], rtol=1e-6)


@parametrize
@given(source=st.data())
def test_weight_two_is_the_row_twice(family, link, source):
    X, y, weights = source.draw(data(family, link))
    if family == "binomial":  # there a weight is a number of trials: twice the trials
        twice = np.repeat(weights, 2), np.repeat(np.arange(len(y)), 2)
        before = fit(X, y, family, link, 2 * weights)
        assume(interior(before))
        after = fit(X[twice[1]], y[twice[1]], family, link, twice[0])
    else:
        rows = np.repeat(np.arange(len(y)), weights.astype(int))
        before = fit(X, y, family, link, weights)
        assume(interior(before))
        after = fit(X[rows], y[rows], family, link)
    same(before, after)
    assert after.deviance == pytest.approx(before.deviance, rel=1e-9, abs=1e-12)
    # the information is the same; φ is not, where rows count as observations
    before_H, after_H = (f.model.hessian(f.beta) for f in (before, after))
    np.testing.assert_allclose(after_H, before_H, rtol=1e-5, atol=1e-9 * before_H.max())


@parametrize
@given(source=st.data(), row=st.integers(0, 11))
def test_weight_zero_is_the_row_removed(family, link, source, row):
    X, y, weights = source.draw(data(family, link))
    others = np.arange(len(y)) != row
    removed = fit(X[others], y[others], family, link, weights[others])
    assume(interior(removed))
    zero = fit(X, y, family, link, weights * others)
    same(removed, zero)
    for what in ("deviance", "log_likelihood", "aic", "bic", "null_deviance", "pearson_chi2"):
        before, after = getattr(removed, what), getattr(zero, what)
        assert after == pytest.approx(before, rel=1e-8, abs=1e-10), what
    assert zero.df_residual == removed.df_residual and zero.df_null == removed.df_null
    np.testing.assert_allclose(zero.standard_errors, removed.standard_errors, rtol=1e-5)


@parametrize
@given(source=st.data(), power=st.integers(-8, 8), shift=st.sampled_from([0.0, 1.0, -30.0]))
def test_scaling_a_column_scales_its_coefficient(family, link, source, power, shift):
    X, y, weights = source.draw(data(family, link))
    assume(X.shape[1] > 1)
    before = fit(X, y, family, link, weights)
    assume(interior(before))
    factor = 10.0**power
    scaled = X.copy()
    scaled[:, 1] = (X[:, 1] + shift) * factor
    after = fit(scaled, y, family, link, weights)
    se = before.standard_errors
    slope = abs(after.beta[1] * factor - before.beta[1])
    assert slope <= 1e-7 * (se[1] + abs(before.beta[1]))
    # the shift goes into the intercept; the other slopes do not notice
    intercept = after.beta[0] + after.beta[1] * factor * shift
    assert abs(intercept - before.beta[0]) <= 1e-5 * (se + np.abs(before.beta)).max()
    np.testing.assert_allclose(after.mu, before.mu, rtol=1e-6)
    assert after.standard_errors[1] * factor == pytest.approx(se[1], rel=1e-5)


@parametrize
@given(source=st.data())
def test_the_gradient_is_zero_at_the_fit(family, link, source):
    X, y, weights = source.draw(data(family, link))
    found = fit(X, y, family, link, weights)
    assume(interior(found))
    model = found.model
    # in units of its own standard deviation, which is √H
    gradient = model.gradient(found.beta) / np.sqrt(np.diag(model.hessian(found.beta)))
    assert np.abs(gradient).max() <= 1e-6 * max(np.sqrt(found.pearson_chi2), 1.0)
    # and it is a minimum: no neighbour has a smaller loss
    size = 1e-3 / np.sqrt(np.diag(model.hessian(found.beta)))
    for j in range(len(found.beta)):
        for sign in (-1, 1):
            other = found.beta.copy()
            other[j] += sign * size[j]
            assert model.loss(other) >= model.loss(found.beta) - 1e-11 * (
                1 + abs(model.loss(found.beta))
            )


CANONICAL = [
    (family, link)
    for family, link in MODELS
    if family_of(family).canonical and family_of(family).links[0] == link
]


@pytest.mark.parametrize("family, link", CANONICAL)
@given(source=st.data())
def test_fitted_mean_is_observed_mean_under_the_canonical_link(family, link, source):
    X, y, weights = source.draw(data(family, link))
    found = fit(X, y, family, link, weights)
    assume(interior(found))
    size = weights @ np.abs(y)
    assert weights @ found.mu == pytest.approx(weights @ y, abs=1e-9 * size)
    # and so is every other moment in the columns of X
    np.testing.assert_allclose(X.T @ (weights * (found.mu - y)), 0, atol=1e-8 * (1 + size))


def test_another_link_has_no_such_property():
    """The property is a property of the canonical link, not of the test."""
    X = np.column_stack([np.ones(6), np.arange(6.0)])
    y = np.array([1.0, 4, 2, 9, 7, 8])
    found = glmlib.GLM(X, y, glmlib.NegativeBinomial(THETA), glmlib.Log()).fit()
    assert abs(found.mu.mean() - y.mean()) > 1e-3


@parametrize
@given(source=st.data(), constant=st.integers(-10, 10).map(lambda k: k / 10))
def test_an_offset_along_a_column_moves_only_its_coefficient(family, link, source, constant):
    X, y, weights = source.draw(data(family, link))
    before = fit(X, y, family, link, weights)
    assume(interior(before))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", glmlib.DataWarning)
        warnings.simplefilter("ignore", glmlib.ConvergenceWarning)
        offset = constant * X[:, -1]
        after = glmlib.GLM(X, y, family_of(family), link, weights=weights, offset=offset).fit()
    assume(after.converged)
    moved = before.beta.copy()
    moved[-1] -= constant
    tolerance = 1e-6 * (before.standard_errors + np.abs(before.beta)).max()
    assert np.abs(after.beta - moved).max() <= tolerance
    assert after.deviance == pytest.approx(before.deviance, rel=1e-8, abs=1e-10)


def test_every_family_and_link_is_here():
    assert {family for family, _ in MODELS} == set(FAMILIES)
    assert {link for _, link in MODELS} == set(LINKS)
    assert len(CANONICAL) >= 3


def test_the_profile_repeats_itself():
    profile = settings.get_profile("ci")
    assert profile.derandomize and profile.phases == settings.default.phases
