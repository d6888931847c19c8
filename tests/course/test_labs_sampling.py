"""The lab that makes a sampling distribution: its fits, and what the lessons say of it."""

import warnings

import numpy as np
import pytest
from scipy.special import stdtrit

import glmlib
from glmlib.course import sampling
from glmlib.course.labs.sampling import ROWS, draws, fits
from lab_sweep import drawn, sweep, visit

SEEDS = range(200)


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


def slopes_of_all(n):
    """The slopes (seeds, 1000) of the logistic lab for every seed, NaN without an estimate.

    A fit depends on the sums of y and of x y alone: samples that share both are fitted once.
    """
    x, Y, _ = zip(*(draws("logistic", n, seed) for seed in SEEDS), strict=True)
    Y = np.concatenate(Y).astype(np.float32)
    sums = np.round(Y @ np.c_[np.ones(n), n * x[0] / 2].astype(np.float32))
    _, first, back = np.unique(sums, axis=0, return_index=True, return_inverse=True)
    slopes = fits(x[0], Y[first].astype(float), "logistic")[:, 0]
    return slopes[back.ravel()].reshape(len(SEEDS), -1)


def test_samples_with_the_same_sums_have_the_same_fit():
    frame = sampling("logistic", seed=3).set(samples=1000, n=20).frame
    slopes = slopes_of_all(20)[3]
    assert np.isnan(slopes).sum() == frame.lost
    assert np.allclose(slopes[np.isfinite(slopes)], frame.slopes)


def test_what_lesson_02_says_holds_for_other_draws():
    true = []
    for seed in SEEDS:
        few, many = (
            (fits(x, Y, "linear")[:, :2].T, formula)
            for x, Y, formula in (draws("linear", n, seed) for n in (5, 100))
        )
        off, error = np.abs(few[0][0] - 0.5), few[0][1]
        sizes = [slopes.std() / formula for (slopes, _), formula in (few, many)]
        true.append([
            4 < few[0][0].std() / many[0][0].std() < 5.3,
            np.abs(np.array(sizes) - 1).max() < 0.08,
            820 < np.sum(off < 1.96 * error) < 890,
            np.sum(off < stdtrit(3, 0.975) * error) > 929,
        ])  # fmt: skip
    assert np.mean(true, axis=0).min() >= 0.9


def test_what_lesson_04_says_holds_for_other_draws():
    means = [np.nanmean(slopes_of_all(n), axis=1) for n in (20, 40, 100)]
    lost = np.isnan(slopes_of_all(10)).sum(axis=1)
    for true in (
        means[0] > 1.35,
        (means[0] > means[1]) & (means[1] > means[2]),
        means[2] < 1.3,
        (lost > 100) & (lost < 230),
    ):
        assert len(true) == 200 and np.mean(true) >= 0.9


def test_a_new_sample_leaves_the_ones_before_as_they_are():
    lab = sampling()
    before = lab.set(samples=7).frame.slopes
    assert np.array_equal(lab.set(samples=12).frame.slopes[:7], before)
