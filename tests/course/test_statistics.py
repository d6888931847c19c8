"""What the lessons and labs say about distances, limits and draws, measured."""

import pytest

import glmlib
from glmlib import blocks
from glmlib.course import fit_lab, line_up, race


@pytest.mark.parametrize("sigma", [0.1, 1.0, 500.0])
def test_a_step_in_standard_errors_does_not_depend_on_the_unit_of_y(sigma):
    """One standard error along one coefficient, the others at their best: length 1."""
    X, y, beta = glmlib.simulate("linear", n=200, d=3, seed=4)
    model = glmlib.LinearRegression(X, sigma * y)
    fit = model.fit()
    step = fit.covariance[:, 1] / fit.standard_errors[1]
    assert blocks.standard_errors_away(model, fit.end, step) == pytest.approx(1)


def test_the_fit_lab_says_that_the_limit_is_one_near_the_minimum():
    """Far from it a Poisson loss is steeper: a rate below the limit diverges at once."""
    X, y, truth, _ = glmlib.article_data("poisson")
    model = glmlib.PoissonRegression(X, y)
    limit = glmlib.stability_limit(model, model.fit().beta)
    far = truth + 1.0
    lab = fit_lab(model, truth=truth, start=far, learning_rate=1e-4, iteration=1000)
    assert lab.frame.rate < limit and lab.frame.event == "diverged"
    assert "holds near the minimum only" in lab.status


def test_the_race_has_the_same_answer_for_nearly_every_draw():
    """Lesson 07 asks who is first to a millionth, and says that Newton is not first to one."""
    six, late, never = 0, 0, 0
    for seed in range(200):
        lab = race(unit="multiplications", seed=seed)
        frame = lab.frame
        lab.close()
        six += min((v, name) for name, v in frame.six.items() if v is not None)[1] == "Newton"
        late += (
            min((v, name) for name, v in frame.near.items() if v is not None)[1] != "Newton"
        )
        never += frame.six["SGD"] is None
    assert min(six, late, never) >= 180


def test_the_line_up_has_the_same_answer_for_nearly_every_draw():
    """Lesson 08 asks in how many panels a test rejects where rates differ: in one to four."""
    few = 0
    for seed in range(20):
        lab = line_up(kind="quantile", defect="dispersion", seed=seed)
        few += 1 <= lab.frame.rejected <= 4
        lab.close()
    assert few >= 18
