"""The labs of the count models: every state, and the numbers they must show."""

import numpy as np
import pytest

from glmlib.course import exposure, log_the_mean
from glmlib.course.labs.exposure import NEW, RATE, WAYS
from glmlib.course.labs.log_the_mean import METHODS, clocks, counts
from lab_sweep import drawn, visit
from later import later

stats, sm = later("scipy.stats"), later("statsmodels.api")

LABS = {"log the mean": log_the_mean, "exposure": exposure}


def covers_or_misses(lab, frame):
    assert frame.event in ("covers", "misses")


@pytest.mark.parametrize("name", LABS)
def test_it_draws_what_it_computed(name):
    visit(LABS[name](), covers_or_misses)


def test_the_corners_are_drawn():
    lab = log_the_mean()
    for intercept in (-1.0, 3.0):
        for slope in (-1.0, 0.0, 1.0):
            for method in METHODS:
                frame = lab.set(intercept=intercept, slope=slope, method=method).frame
                assert frame.y.max() < 1200 and (frame.y >= 0).all()
                shown = np.r_[frame.log_mean, frame.mean_log]
                shown = shown[np.isfinite(shown)]
                assert len(shown) >= 14 and -1 < shown.min() and shown.max() < 7
                assert abs(frame.logged[1]) < 1.2 and abs(frame.poisson[1]) < 1.2
    lab = exposure()
    for ratio in (1, 30):
        for risk in (0.5, 2):
            for way in WAYS:
                frame = lab.set(ratio=ratio, risk=risk, way=way).frame
                assert 0.8 < frame.y[frame.y > 0].min() and frame.y.max() < 4000
                assert frame.rates.max() < 16 and frame.people.max() < 4e5
                assert 0.3 < frame.effect[1] and frame.effect[2] < 100
                assert -0.1 < frame.coefficient[1] and frame.coefficient[2] < 1.5


# ---- the draws


def test_clocks_count_like_a_poisson():
    """Against SciPy: the counts of one mean, by χ²; and a larger mean only adds events."""
    events = clocks(1, "test", 4000, 30.0)
    for mean in (0.5, 3.0):
        y = counts(events, np.full(4000, mean))
        seen = np.bincount(y.astype(int), minlength=12)
        expected = 4000 * stats.poisson(mean).pmf(np.arange(len(seen)))
        fair = expected > 5
        chi2 = ((seen - expected)[fair] ** 2 / expected[fair]).sum()
        assert 0.001 < stats.chi2.sf(chi2, fair.sum() - 1) < 0.999
    few, many = (counts(events, np.full(4000, mean)) for mean in (3.0, 30.0))
    assert (many >= few).all() and (events[:, -1] > 30.0).all()


# ---- log link or log the data?


def zeros_near(lab, share):
    """The frame of the intercept whose share of zeros is nearest to this."""
    frames = [lab.set(intercept=v).frame for v in lab.controls["intercept"].values]
    return min(frames, key=lambda frame: abs(frame.zeros - share))


@pytest.mark.parametrize(("share", "logged"), [(0.44, 0.34), (0.14, 0.56), (0.0, 0.77)])
def test_a_line_through_logs_shrinks_with_the_zeros(share, logged):
    frame = zeros_near(log_the_mean(), share)
    assert abs(frame.zeros - share) < 0.04
    assert abs(frame.logged[1] - logged) < 0.03
    assert abs(frame.poisson[1] - 0.8) < 0.04
    assert frame.event == "misses"


def test_the_fits_are_those_of_statsmodels():
    lab = log_the_mean()
    for method, (added, dropped) in METHODS.items():
        frame = lab.set(method=method).frame
        X = np.column_stack([np.ones(1000), frame.x])
        kept = frame.y > 0 if dropped else np.full(1000, True)
        line = sm.OLS(np.log(frame.y[kept] + added), X[kept]).fit()
        curve = sm.GLM(frame.y, X, family=sm.families.Poisson()).fit()
        assert np.allclose(frame.logged, line.params) and np.allclose(
            frame.poisson, curve.params
        )
        assert np.allclose(frame.half_widths, 1.96 * np.array([curve.bse[1], line.bse[1]]))
        assert curve.params[1] > line.params[1]


def test_the_log_of_the_mean_is_above_the_mean_of_the_logs():
    lab = log_the_mean()
    for intercept in lab.controls["intercept"].values:
        frame = lab.set(intercept=intercept).frame
        assert (frame.log_mean >= frame.mean_log).all()
    assert abs(frame.gap - frame.half) < 0.1 * frame.gap  # many events: σ²/2, nearly


# ---- counts or rates


def test_people_are_taken_for_risk_when_exposure_is_ignored():
    lab = exposure()
    assert np.isnan(drawn(lab.set(way="ignored"), "power")[1]).all()  # it has no coefficient
    assert np.isfinite(drawn(lab.set(way="offset"), "power")).all()
    for ratio in (5, 10, 20, 30):
        frame = lab.set(ratio=ratio, way="ignored", risk=1.0).frame
        assert abs(frame.effect[0] / ratio - 1) < 0.1 and frame.event == "misses"
        assert lab.set(way="offset").frame.event == "covers"
    lab.set(ratio=10, risk=2.0)
    assert lab.set(way="ignored").frame.effect[1] > 15
    for way in ("offset", "free"):
        assert lab.set(way=way).frame.event == "covers"


def test_the_offset_makes_the_unit_and_the_size_harmless():
    lab = exposure(way="offset")
    intervals = [lab.set(ratio=ratio).frame.effect for ratio in lab.controls["ratio"].values]
    assert all(low < 1 < high for _, low, high in intervals)
    for risk in lab.controls["risk"].values:
        frame = lab.set(risk=risk, ratio=10).frame
        assert abs(frame.predicted / (RATE * NEW * risk) - 1) < 0.1
    assert lab.set(way="ignored", ratio=1).frame.predicted < 0.2 * RATE * NEW


def test_the_free_coefficient_is_near_one():
    lab = exposure(way="free")
    for ratio in lab.controls["ratio"].values:
        frame = lab.set(ratio=ratio).frame
        assert frame.coefficient[1] < 1 < frame.coefficient[2] and frame.coefficient[0] != 1


@pytest.mark.parametrize("way", WAYS)
def test_the_exposure_fits_are_those_of_statsmodels(way):
    frame = exposure(way=way).frame
    X = np.column_stack([np.ones(60), frame.city])
    log_people = np.log(frame.people)
    if way == "free":
        X = np.column_stack([X, log_people])
    fit = sm.GLM(frame.y, X, family=sm.families.Poisson(),
                 offset=log_people if way == "offset" else None).fit()  # fmt: skip
    assert np.allclose(frame.beta, fit.params)
    interval = np.exp(np.r_[fit.params[1], fit.conf_int()[1]])
    assert np.allclose(frame.effect, interval, rtol=1e-5)
