"""The lab of the threshold without a browser: every state, and the numbers it must show."""

import numpy as np
import pytest
from scipy import stats

import glmlib
from glmlib.course import threshold
from glmlib.course.labs.threshold import SHARES, SPLITS, TEST, shift, truth
from lab_sweep import visit


@pytest.fixture(scope="module")
def lab():
    return threshold(share=0.3)


def drawn_as_computed(lab, frame):
    kinds = ("found", "missed", "false alarm", "let be")
    drawn = [len(lab._artists[kind].get_xdata()) for kind in kinds]
    assert drawn[:3] == [frame.found, frame.missed, frame.alarms] and sum(drawn) == TEST
    assert list(lab._artists["here"].get_xdata()) == [frame.cut] * 2
    right = drawn[0] + drawn[3]
    assert right == round(TEST * frame.accuracy) and drawn[0] + drawn[1] == frame.light
    told, told_light = (frame.alarms + frame.found), frame.found
    dot = [(told - told_light) / (TEST - frame.light), told_light / frame.light]
    assert np.allclose(np.ravel(lab._artists["dot"].get_data()), dot)
    x, y = lab._artists["bars"].get_data()
    assert np.allclose(y[1::3] - y[::3], 2 * frame.half) and np.allclose(x[::3], x[1::3])
    assert len(lab._artists["splits"].get_xdata()) == SPLITS


def test_it_draws_what_it_computed(lab):
    visit(lab, drawn_as_computed)


def test_the_curve_and_the_scores_are_those_of_scipy(lab):
    lab.reset()
    for split in (1, 17):
        frame = lab.set(split=split).frame
        one, zero = frame.mu[frame.y == 1], frame.mu[frame.y == 0]
        pairs = stats.mannwhitneyu(one, zero).statistic
        assert frame.area == pytest.approx(pairs / (len(one) * len(zero)))
        false, found = frame.rates.T
        assert frame.area == pytest.approx(np.trapezoid(found, false), abs=2e-3)
        surprise = -2 * stats.bernoulli.logpmf(frame.y, frame.mu)
        assert frame.here[1] == pytest.approx(surprise.mean())
        for cut in (0.2, 0.5):
            at = (frame.mu >= cut).sum()
            assert found[at] == pytest.approx((one >= cut).mean())
            assert false[at] == pytest.approx((zero >= cut).mean())


def test_ninety_per_cent_are_right_and_nobody_is_found(lab):
    frame = lab.set(share=0.1, threshold=0.5, split=1).frame
    assert frame.accuracy > 0.88 and frame.found <= 2 and frame.event != "better"
    assert frame.area > 0.7  # the probabilities know something, the threshold hides it
    found = [lab.set(threshold=t).frame.found for t in lab.controls["threshold"].values]
    assert found == sorted(found, reverse=True) and found[0] > 0.8 * frame.light
    assert lab.set(share=0.5, threshold=0.5).frame.event == "better"


def test_the_test_set_is_worse_than_the_training_set_on_average(lab):
    for share in SHARES:
        train, test = lab.set(share=share).frame.deviances.T
        assert 0 < (test - train).mean() < 0.15 and (test < train).any()


def test_the_intercept_is_moved_to_the_share():
    X, eta = truth()
    assert X.shape == (189, 8)
    for share in (*SHARES, 0.9):
        assert glmlib.sigmoid(eta + shift(eta, share)).mean() == pytest.approx(share)
