"""The lab of the threshold without a browser: every state, and the numbers it must show."""

import numpy as np
import pytest

import glmlib
from glmlib.course import threshold
from glmlib.course.labs.threshold import SHARES, SPLITS, TEST, shift, truth
from lab_sweep import drawn, visit
from later import later

stats = later("scipy.stats")


@pytest.fixture(scope="module")
def lab():
    return threshold(share=0.3)


def drawn_as_computed(lab, frame):
    kinds = ("found", "missed", "false alarm", "let be")
    many = [drawn(lab, kind).shape[1] for kind in kinds]
    assert many[:3] == [frame.found, frame.missed, frame.alarms] and sum(many) == TEST
    assert list(drawn(lab, "here")[0]) == [frame.cut] * 2
    right = many[0] + many[3]
    assert right == round(TEST * frame.accuracy) and many[0] + many[1] == frame.light
    told, told_light = (frame.alarms + frame.found), frame.found
    dot = [(told - told_light) / (TEST - frame.light), told_light / frame.light]
    assert np.allclose(np.ravel(drawn(lab, "dot")), dot)
    x, y = drawn(lab, "bars")
    assert np.allclose(y[1::3] - y[::3], 2 * frame.half) and np.allclose(x[::3], x[1::3])
    assert drawn(lab, "splits").shape[1] == SPLITS


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
