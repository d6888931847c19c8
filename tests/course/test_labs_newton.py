"""The labs of lesson 07 without a browser: every state, and the numbers they must show."""

import numpy as np
import pytest

import glmlib
from glmlib.course import irls, race
from glmlib.course.labs.irls import KINDS
from glmlib.course.labs.race import LOOKS, UNITS
from lab_sweep import drawn, visit
from later import later

sm = later("statsmodels.api")

FAMILIES = {  # in statsmodels
    "logistic": lambda of: of.Binomial(),
    "probit": lambda of: of.Binomial(of.links.Probit()),
    "Poisson": lambda of: of.Poisson(),
    "Gamma": lambda of: of.Gamma(of.links.Log()),
}


def irls_as_computed(lab, frame):
    x, z, sizes = lab.drawn(frame)["z"][2]
    assert np.array_equal(x, frame.model.X[:, 1]) and np.array_equal(z, frame.z)
    assert np.isfinite(sizes).all() and (np.argsort(sizes) == np.argsort(frame.W)).all()
    x, eta = drawn(lab, "eta now")
    assert np.allclose(eta, np.clip(frame.beta @ [np.ones(60), x], -1e6, 1e6))
    _, mu = drawn(lab, "mu best")
    assert np.allclose(mu, frame.model.link.inverse(frame.best @ [np.ones(60), x]))


def race_as_computed(lab, frame):
    for name in LOOKS:
        spent, gap = drawn(lab, f"{name} gap")
        assert np.isfinite(spent).all() and np.isfinite(gap).all()
        assert spent[0] == UNITS[frame.unit][0] and np.allclose(
            spent[1:], frame.spent[name][1:]
        )
        assert np.allclose(gap[:2], np.minimum(frame.gaps[name][:2], 1e9))
        assert drawn(lab, f"{name} path").shape[1] == len(frame.paths[name])


def test_it_draws_what_it_computed():
    visit(irls(), irls_as_computed)
    visit(race(), race_as_computed)


# ---- IRLS


@pytest.mark.parametrize("kind", KINDS)
def test_a_step_of_the_lab_is_statsmodels_wls(kind):
    lab = irls(kind)
    for step in range(4):
        frame = lab.set(step=step).frame
        wls = sm.WLS(frame.z, frame.model.X, weights=frame.W).fit()
        assert np.allclose(frame.following, wls.params)
    frame = lab.set(step=8).frame
    fit = sm.GLM(frame.model.y, frame.model.X, family=FAMILIES[kind](sm.families)).fit()
    assert frame.event == "settled" and np.allclose(frame.beta, fit.params, rtol=1e-6)


def test_a_start_too_far_out_is_lost_and_says_so():
    lab = irls()
    events = [lab.set(start=4.0, step=k).frame.event for k in range(4)]
    assert events[0] == "rising" and events[-1] == "lost"
    assert "lost at step" in lab.status
    losses = [lab.set(step=k).frame for k in (0, 1)]
    assert losses[1].model.loss(losses[1].beta) > losses[0].model.loss(losses[0].beta)


# ---- the race


def test_newton_and_descent_are_those_of_the_library():
    frame = race(distance=2.0).frame
    start = frame.best + frame.paths["Newton"][0]
    path = glmlib.gradient_descent(
        frame.model,
        start,
        2 / np.linalg.eigvalsh(frame.model.hessian(frame.best))[[0, -1]].sum(),
        iterations=30,
    )
    assert np.allclose(path.betas - frame.best, frame.paths["descent"][:31], atol=1e-9)
    beta = start
    for away in frame.paths["Newton"][1:]:
        beta = beta - np.linalg.solve(frame.model.hessian(beta), frame.model.gradient(beta))
        assert np.allclose(beta - frame.best, away, atol=1e-9)
    fit = sm.GLM(frame.model.y, frame.model.X, family=sm.families.Binomial()).fit()
    assert np.allclose(fit.params, frame.best)


def test_the_winner_depends_on_the_start_and_on_what_is_counted():
    lab = race(distance=2.0, batch=10)
    steps, work = (lab.set(unit=unit).frame for unit in ("steps", "multiplications"))
    assert steps.event == "Newton" and work.event != "Newton"
    assert steps.six["Newton"] < steps.six["descent"] / 5
    # n = 200 rows and d = 2 columns: 2nd for the gradient, nd² + d³/3 more for Newton
    assert np.isclose(work.spent["descent"][1], 800)
    assert np.isclose(work.spent["SGD"][1], 40)
    assert np.isclose(work.spent["Newton"][1], 800 + 800 + 8 / 3)
    far = lab.set(distance=6.0).frame
    assert far.event == "diverged" and far.six["Newton"] is None
    assert far.six["descent"] is not None and "diverged" in lab.status


def test_stochastic_descent_with_all_rows_is_descent_with_a_falling_rate():
    frame = race(distance=1.0, batch=200).frame
    model, beta = frame.model, frame.best + frame.paths["SGD"][0]
    best = 2 / np.linalg.eigvalsh(model.hessian(frame.best))[[0, -1]].sum()
    for k, away in enumerate(frame.paths["SGD"][1:]):
        beta = beta - best / 4 / (1 + k) * model.gradient(beta)
        assert np.allclose(beta - frame.best, away)
    small = race(distance=1.0, batch=1).frame
    assert small.gaps["SGD"][-100:].max() > 1e-6  # it never settles: its steps stay noisy
