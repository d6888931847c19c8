"""The lab that makes a sampling distribution: its fits, and what the lessons say of it."""

import warnings

import numpy as np
import pytest

import glmlib
from glmlib.course import sampling
from glmlib.course.labs.sampling import ROWS, fits
from lab_sweep import drawn, sweep, visit

SEEDS = range(20)


def drawn_as_computed(lab, frame):
    assert np.allclose(drawn(lab, "rows"), [frame.x, frame.y])
    assert drawn(lab, "slopes")[1].sum() == 2 * frame.counts.sum()
    assert np.allclose(np.diff(drawn(lab, "formula")[0]), 2 * frame.formula)
    assert len(drawn(lab, "missing")[0]) == frame.missed.sum()


@pytest.mark.parametrize("kind", ROWS)
def test_it_draws_what_it_computed(kind):
    lab = sampling(kind)
    visit(lab, drawn_as_computed)
    sweep(lab)


@pytest.mark.parametrize("kind", ROWS)
def test_a_thousand_fits_at_once_are_those_of_the_library(kind):
    rng, x = np.random.default_rng(1), np.linspace(-2, 2, 9)
    if kind == "linear":
        Model, Y = glmlib.LinearRegression, x / 2 + rng.standard_normal((5, 9))
    else:
        Model, Y = glmlib.LogisticRegression, (rng.random((40, 9)) < 0.5 + x / 5) * 1.0
        Y = np.vstack([Y, np.repeat([0.0, 1.0], [4, 5]), np.repeat([1.0, 0.0], [4, 5])])
    missing = 0
    for y, (slope, error, *eta) in zip(Y, fits(x, Y, kind), strict=True):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fit = Model(glmlib.add_intercept(x[:, None]), y).fit()
        missing += np.isnan(slope)
        assert np.isnan(slope) == (not fit.converged)
        if fit.converged:
            assert np.allclose([slope, error], [fit.beta[1], fit.standard_errors[1]])
            assert np.isclose(eta[-1], fit.beta @ [1, 2])
    assert missing == 0 if kind == "linear" else missing > 2
    assert np.isnan(fits(x, np.array([np.zeros(9), x > 5]), "logistic")[:, 0]).all()


def held(kind, seed, samples=1000, **state):
    return sampling(kind, seed=seed).set(samples=samples, **state).frame


def test_what_lesson_02_says_holds_for_other_draws():
    for seed in SEEDS:
        few, many = held("linear", seed, n=5), held("linear", seed, n=100)
        assert 4 < few.slopes.std() / many.slopes.std() < 5.3
        assert all(abs(f.slopes.std() / f.formula - 1) < 0.08 for f in (few, many))
        assert few.event == "too short" and 820 < few.held < 890
        assert held("linear", seed, n=5, interval="Student's t").event == "as promised"


def test_what_lesson_04_says_holds_for_other_draws():
    for seed in SEEDS:
        means = [held("logistic", seed, n=n).slopes.mean() for n in (20, 40, 100)]
        assert means[0] > 1.35 and means == sorted(means, reverse=True) and means[2] < 1.3
        assert 100 < held("logistic", seed, n=10).lost < 230


def test_a_new_sample_leaves_the_ones_before_as_they_are():
    lab = sampling()
    before = lab.set(samples=7).frame.slopes
    assert np.array_equal(lab.set(samples=12).frame.slopes[:7], before)
