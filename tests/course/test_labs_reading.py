"""The labs of lesson 05 without a browser: every state, and the numbers they must show."""

import numpy as np
import pytest

import glmlib
from glmlib.course import odds_ruler, omitted, separation, straight_scatter
from glmlib.course.labs.omitted import TRUTH, rule_of_thumb
from glmlib.course.labs.separation import RATE, RIDGE, separable
from glmlib.course.labs.straight_scatter import CAUSES
from lab_sweep import drawn, visit

LABS = {
    "odds ruler": odds_ruler,
    "separation": separation,
    "separation, overlapping": lambda: separation(-0.5),
    "omitted": lambda: omitted(n=1000, samples=3),
    "straight scatter": lambda: straight_scatter(n=1000),
}
SHOWN = {  # the moving artists and the numbers of the frame that they draw
    "odds ruler": {
        "odds arrow": lambda f: ([f.eta0, f.eta1], [1, 1]),
        "probability before": lambda f: ([f.eta0], [2]),
        "log-odds after": lambda f: ([f.eta1], [0]),
        "change": lambda f: ([0, f.p1 - f.p0], [0, 0]),
    },
    "separation": {
        "slope": lambda f: (f.iterations, f.slopes),
        "now": lambda f: ([f.iteration], [min(f.slope, 25)]),
    },
    "one omitted variable, three families": {
        "logistic line": lambda f: ([-1.3, 1.3], [-1.3 * f.factors[1], 1.3 * f.factors[1]]),
        "linear": lambda f: (TRUTH, f.estimates[0]),
    },
    "a straight scatter can lie": {
        "dots": lambda f: (f.truth, f.estimate),
        "r": lambda f: ([f.amount], [f.correlation]),
        "factor": lambda f: ([f.amount], [f.factor]),
    },
}


def drawn_as_computed(lab, frame):
    for artist, wanted in SHOWN[lab.title].items():
        shown = drawn(lab, artist)
        assert np.isfinite(shown).all()
        assert np.allclose(shown, np.array(wanted(frame), dtype=float)), artist


@pytest.mark.parametrize("name", LABS)
def test_it_draws_what_it_computed(name):
    visit(LABS[name](), drawn_as_computed)


# ---- the odds ruler


def test_the_risk_ratio_is_the_odds_ratio_only_for_rare_events():
    lab = odds_ruler()
    ratios = [lab.set(p0=p0).frame.risk_ratio for p0 in (0.01, 0.1, 0.3, 0.5, 0.8)]
    assert np.round(ratios, 2).tolist() == [2.94, 2.5, 1.88, 1.5, 1.15]
    assert lab.set(p0=0.01).frame.event == "near"
    assert lab.set(p0=0.5).frame.event == "apart"
    assert lab.set(odds_ratio=1).frame.event == "none" and lab.frame.risk_ratio == 1


def test_the_change_never_exceeds_a_quarter_of_beta():
    lab = odds_ruler()
    for ratio in lab.controls["odds_ratio"].values:
        for p0 in (0.01, 0.2, 0.45, 0.7, 0.95):
            frame = lab.set(p0=p0, odds_ratio=ratio).frame
            assert abs(frame.difference) <= frame.bound + 1e-12
            odds = frame.p1 / (1 - frame.p1) / (frame.p0 / (1 - frame.p0))
            assert odds == pytest.approx(ratio)
    # sharp: around one half the bound is almost reached
    frame = lab.set(p0=0.45, odds_ratio=1.25).frame
    assert frame.difference > 0.98 * frame.bound


def test_words_and_numbers_say_the_same():
    lab = odds_ruler(p0=0.3, odds_ratio=3)
    assert "risk ratio 1.88" in lab.status and "= 0.27" in lab.status
    lab.set(say="words")
    assert "300 have the event" in lab.status and "it is 562" in lab.status
    people, more = (drawn(lab, name)[0] for name in ("people", "more"))
    assert (len(people), len(more)) == (lab.frame.before, lab.frame.after - lab.frame.before)
    lab.set(odds_ratio=0.5)
    counts = [len(drawn(lab, name)[0]) for name in ("people", "more", "fewer")]
    assert counts == [lab.frame.after, 0, lab.frame.before - lab.frame.after]


# ---- separation


def test_the_slope_is_that_of_gradient_descent():
    lab = separation()
    for gap, ridge in ((2.0, False), (-1.0, False), (1.0, True)):
        X, y = separable(gap)
        model, beta = glmlib.LogisticRegression(X, y), np.zeros(2)
        for _ in range(300):
            pull = np.array([0.0, RIDGE * beta[1] if ridge else 0.0])
            beta = beta - RATE * (model.gradient(beta) + pull)
        frame = lab.set(gap=gap, ridge=ridge, iteration=300).frame
        assert frame.slope == pytest.approx(beta[1], rel=1e-9)
        error = np.sqrt(np.linalg.inv(model.hessian(beta))[1, 1])
        assert frame.standard_error == pytest.approx(error)


def test_a_separated_slope_grows_like_the_logarithm_of_the_iteration():
    lab = separation()
    slopes, errors = [], []
    for k in (100, 1000, 10_000, 100_000):
        frame = lab.set(iteration=k).frame
        slopes.append(frame.slope)
        errors.append(frame.standard_error)
        assert frame.event == "separated"
    steps = np.diff(slopes)
    assert (steps > 1.5).all() and steps[2] == pytest.approx(np.log(10), rel=0.05)
    assert errors[-1] > 50 * errors[0] / 10 and errors == sorted(errors)
    assert lab.frame.loss < 1e-3


def test_overlap_or_a_ridge_gives_the_slope_an_end():
    lab = separation()
    early, late = (lab.set(gap=-1.0, iteration=k).frame for k in (1000, 100_000))
    assert late.event == "finite" and late.slope == pytest.approx(early.slope)
    estimate = glmlib.LogisticRegression(*separable(-1.0)).fit().beta[1]
    assert late.slope == pytest.approx(estimate)
    early, late = (lab.set(gap=2.0, ridge=True, iteration=k).frame for k in (2000, 100_000))
    assert late.event == "ridge" and late.slope == pytest.approx(early.slope, rel=1e-6)


# ---- one omitted variable


def test_only_the_logistic_slopes_shrink():
    lab = omitted()
    for gamma in (1.0, 2.0):
        frame = lab.set(gamma=gamma).frame
        linear, logistic, poisson = frame.factors
        assert linear == pytest.approx(1, abs=0.05)
        assert poisson == pytest.approx(1, abs=0.15)
        assert logistic == pytest.approx(rule_of_thumb(gamma), abs=0.05)
        assert frame.dispersions[0] == pytest.approx(1 + gamma**2, rel=0.05)
        assert frame.intercepts[2] == pytest.approx(gamma**2 / 2, abs=0.15)
    assert frame.event == "shrunk" and frame.dispersions[2] > 10
    assert lab.set(gamma=0.0).frame.event == "same"
    assert lab.frame.factors == pytest.approx(np.ones(3), abs=0.05)


def test_more_rows_do_not_bring_the_slopes_back():
    lab = omitted(gamma=2.0)
    few, many = (lab.set(n=n).frame for n in (1000, 16_000))
    assert many.factors[1] == pytest.approx(rule_of_thumb(2.0), abs=0.05)
    ratio = many.standard_errors[1] / few.standard_errors[1]
    assert ratio == pytest.approx(np.full(len(TRUTH), 0.25), rel=0.15)
    assert lab.set(sample=2).frame.factors[1] != many.factors[1]


# ---- a straight scatter can lie


@pytest.mark.parametrize("cause", CAUSES)
def test_every_mistake_keeps_the_dots_on_a_line(cause):
    lab = straight_scatter(cause)
    right, *wrong = (lab.set(amount=amount).frame for amount in range(4))
    assert right.event == "right" and right.factor == pytest.approx(1, abs=0.05)
    assert right.distance < 2
    for frame in wrong:
        assert frame.event == "wrong" and frame.correlation > 0.99
        assert frame.factor < 0.9 * right.factor
    assert wrong[-1].factor < 0.5 and wrong[-1].distance > 5
