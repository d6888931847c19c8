"""The labs of lesson 03 without a browser: every state, and the numbers they must show."""

import numpy as np
import pytest

import glmlib
from glmlib.course import contours, gradient_autopsy, stability, two_errors
from glmlib.course.labs.gradient_autopsy import STEPS
from glmlib.course.labs.two_errors import MODELS
from lab_sweep import drawn, visit


def autopsy(kind="poisson", **options):
    X, y, _, start = glmlib.article_data(kind)
    return gradient_autopsy(MODELS[kind](X, y), start, **options)


def boundary(kind="poisson", n=20_000, **options):
    _, _, beta, start = glmlib.article_data(kind)
    X, y, _ = glmlib.simulate(kind, n=n, d=10, seed=123, beta=beta)
    return stability(MODELS[kind], X, y, start, **options)


LABS = {
    "autopsy, linear": lambda: autopsy("linear"),
    "autopsy, logistic": lambda: autopsy("logistic"),
    "autopsy, Poisson": autopsy,
    "stability, linear": lambda: boundary("linear", 800, learning_rate=1e-3),
    "stability, logistic": lambda: boundary("logistic", 4000, learning_rate=1e-3),
    "stability, Poisson": lambda: boundary("poisson", 2000, learning_rate=5e-5),
    "two errors, linear": lambda: two_errors("linear", samples=3),
    "two errors, logistic": lambda: two_errors("logistic", samples=3),
    "two errors, Poisson": lambda: two_errors("poisson", samples=3),
    "contours, linear": contours,
    "contours, logistic": lambda: contours("logistic"),
}
SHOWN = {  # the moving artists and the numbers of the frame that they draw
    "gradient autopsy": {"here": ("step", "gap")},
    "stability boundary": {"curve": ("iterations", "excess")},
    "optimisation error and sampling error": {"truth": ("iterations", "truth_curve")},
    "path on the contours": {"path": (lambda f: f.path[:, 0], lambda f: f.path[:, 1])},
}


def number_of(frame, name):
    return np.ravel(name(frame) if callable(name) else getattr(frame, name))


def drawn_as_computed(lab, frame):
    for artist, (x, y) in SHOWN[lab.title].items():
        shown = drawn(lab, artist)
        wanted = np.array([number_of(frame, x), number_of(frame, y)])
        assert shown.shape == wanted.shape
        inside = np.abs(wanted[1]) < 10
        assert np.isfinite(shown[:, inside]).all()
        near = np.isclose(shown[1], wanted[1], atol=1e-9) | (wanted[1] < 1e-9)
        assert near[inside].all()


@pytest.mark.parametrize("name", LABS)
def test_it_draws_what_it_computed(name):
    visit(LABS[name](), drawn_as_computed)


# ---- the gradient autopsy


@pytest.mark.parametrize("kind", MODELS)
def test_the_autopsy_names_what_was_planted(kind):
    lab = autopsy(kind)
    wanted = {
        "right": ("agrees", 1.0, "They agree"),
        "the listing's": ("sign", -1.0, "the score"),
        "mean": ("factor", 0.001, "1/N"),
        "lost ½": ("factor", 2.0, "twice"),
        "no x": ("wrong", None, "x is missing"),
        "no link": ("wrong", None, "eta stands"),
    }
    for formula in lab.controls["formula"].values:
        event, slope, words = wanted[formula]
        frame = lab.set(formula=formula).frame
        assert frame.event == event and words in frame.status, (formula, frame.status)
        assert slope is None or frame.slope == pytest.approx(slope, rel=1e-6)
    assert ("no link" in lab.controls["formula"].values) == (kind != "linear")


def test_the_best_step_and_the_test_that_tests_nothing():
    lab = autopsy()
    curve = lab.set(formula="right").frame.curve
    best = STEPS[int(np.argmin(curve))]
    assert 1e-6 < best < 1e-4 and curve.min() < 1e-10
    for step in (0.1, 1e-13):
        assert lab.set(step=step).frame.event == "coarse"
    for formula in ("the listing's", "mean", "lost ½"):
        assert lab.set(step=1e-5, formula=formula, point="the minimum").frame.event == "blind"


def test_a_learners_own_gradient_joins():
    X, y, beta, _ = glmlib.article_data("poisson")
    lab = autopsy(gradient=lambda beta: X.T @ (np.exp(X @ beta) - y))
    assert lab.set(formula="yours").frame.event == "agrees"
    lab = autopsy(gradient=lambda beta: 7 * X.T @ (np.exp(X @ beta) - y))
    assert "7 times" in lab.set(formula="yours").status
    lab = autopsy(gradient=lambda beta: np.ones((10, 1)))
    with pytest.raises(ValueError, match=r"shape \(10, 1\)"):
        lab.set(formula="yours")


# ---- the stability boundary


def test_more_rows_break_a_rate_and_the_mean_mends_it():
    lab = boundary()
    events = [lab.set(n=n).frame.event for n in (5_000, 10_000, 20_000)]
    assert events == ["converged", "bounces", "diverged"]
    assert [n * lab.set(n=n).frame.limit for n in (5_000, 20_000)] == pytest.approx(
        [lab.set(n=n, loss="mean").frame.limit for n in (5_000, 20_000)]
    )
    assert lab.set(n=20_000, loss="mean", learning_rate=0.05).frame.event == "converged"


def test_the_boundary_is_where_the_factor_reaches_minus_one():
    lab = boundary("linear", 800, learning_rate=1e-3)
    limit = lab.set(n=800).frame.limit
    model = glmlib.LinearRegression(*glmlib.simulate("linear", n=800, d=10, seed=123)[:2])
    assert limit == pytest.approx(glmlib.stability_limit(model, np.zeros(10)))
    assert lab.set(learning_rate=limit).frame.factors[-1] == pytest.approx(-1)
    assert lab.set(learning_rate=0.9 * limit).frame.event == "converged"
    assert lab.set(learning_rate=1.5 * limit).frame.excess[-1] > 1e6


# ---- two errors


def test_iterations_remove_one_error_and_rows_the_other():
    lab = two_errors("logistic", glmlib.article_data("logistic")[2], samples=2)
    early, late = (lab.set(iteration=k).frame for k in (10, 100_000))
    assert early.optimisation > 0.1 > 1e-9 > late.optimisation
    assert late.sampling == early.sampling == pytest.approx(late.total)
    assert (early.event, late.event) == ("iterate", "collect")
    more = lab.set(n=16_000).frame
    assert more.error == pytest.approx(late.error / 4, rel=0.1)
    assert more.sampling < late.sampling / 2
    assert lab.set(sample=1).frame.sampling != more.sampling


# ---- contours


def test_scale_and_correlation_stretch_the_valley():
    lab = contours()
    flat = lab.set(rho=0.0, scale=1.0, share=0.5).frame
    assert flat.condition < 2 and flat.event == "arrived" and flat.turns == 0
    wide = lab.set(scale=10.0).frame
    assert wide.condition == pytest.approx(100 * flat.condition, rel=0.7)
    assert lab.set(scale=1.0, rho=0.9, share=0.9).frame.event == "zig-zag"
    assert lab.set(share=0.05).frame.event == "creeping"
    assert lab.set(share=1.05).frame.event == "unstable" and lab.frame.outside > 0


def test_lines_of_a_path_that_leaves_the_picture_keep_their_directions():
    lab = contours()
    for rho, scale in ((0.9, 2.0), (0.0, 20.0)):
        path = lab.set(share=1.2, rho=rho, scale=scale).frame.path
        shown = drawn(lab, "path").T
        k = int(np.isfinite(shown).all(axis=1).sum()) - 1
        assert (shown[:k] == path[:k]).all() and np.isnan(shown[k + 1 :]).all()
        (x, y), (a, b) = path[k] - path[k - 1], shown[k] - path[k - 1]
        assert a * y == pytest.approx(b * x) and 0 < a / x < 1
        assert np.abs(shown[k]).max() == pytest.approx(27)
        # the browser has the same places
        parts = lab._parts(lab.frame)
        places = np.array([parts["x path"][: k + 1], parts["y path"][: k + 1]]).T
        assert np.abs(places - 10_000 * (shown[: k + 1] + 3) / 6).max() <= 0.5


def test_units_change_the_path_and_not_the_fit():
    lab = contours()
    one, ten = (lab.set(rho=0.5, scale=s).frame.surface for s in (1.0, 10.0))
    assert ten.beta == pytest.approx(one.beta / [1, 10])
    assert ten.least == pytest.approx(one.least)
    assert lab.frame.excess[-1] > 1e3 * lab.set(scale=1.0).frame.excess[-1]


@pytest.mark.parametrize("kind", ["linear", "logistic"])
def test_the_ellipse_is_where_the_quadratic_form_of_the_hessian_has_one_height(kind):
    lab = contours(kind)
    for state in ({"rho": 0.0, "scale": 1.0}, {"rho": 0.95, "scale": 5.0}):
        frame = lab.set(**state).frame
        surface, ellipse = frame.surface, drawn(lab, "ellipse")
        hessian = surface.model.hessian(surface.beta)
        heights = np.einsum("ik,ij,jk->k", ellipse, hessian, ellipse) / 2
        assert heights == pytest.approx(np.full(len(heights), heights[0]), rel=1e-9)
        rise = [surface.model.loss(surface.beta + b) - surface.least for b in ellipse.T]
        off = np.abs(rise / heights - 1).max()
        if kind == "linear":  # the loss of a linear model is its quadratic form
            assert off < 1e-9 and "the loss stays the same" in frame.status
        else:
            assert off > 0.05 and f"the loss is up to {off:.0%} off" in frame.status
    # it ends where a contour of the same height does, in the picture of a round valley
    lab.set(rho=0.0, scale=1.0)
    assert np.abs(drawn(lab, "ellipse")).max() < 3
