"""The labs of the links and of the likelihood: every state, and the numbers they must show."""

import numpy as np
import pytest

import glmlib
from glmlib.course import link_warp, product_to_sum
from glmlib.course.kinds import MODELS
from glmlib.course.labs.link_warp import CASES, PLACES
from glmlib.course.labs.product_to_sum import SMALLEST
from glmlib.links import LINKS
from lab_sweep import drawn, visit
from later import later

stats = later("scipy.stats")


def product(kind="linear", at="truth"):
    X, y, truth, start = glmlib.article_data(kind)
    model = MODELS[kind](X, y)
    beta = {"truth": truth, "start": start, "estimate": model.fit().beta}[at]
    return product_to_sum(model, beta)


LABS = {
    **{f"link {link}": lambda link=link: link_warp(link) for link in CASES},
    "product, linear": product,
    "product, logistic": lambda: product("logistic"),
    "product, Poisson": lambda: product("poisson"),
}


@pytest.mark.parametrize("name", LABS)
def test_it_draws_what_it_computed(name):
    visit(LABS[name](), drawn_as_computed)


def drawn_as_computed(lab, frame):
    """Every number of the frame is at its place, or an arrow at the edge stands for it."""
    marks = lab.drawn(frame)
    if hasattr(frame, "mu"):
        assert np.array_equal(drawn(lab, "left dots")[1], frame.eta)
        for name in ("middle dots", "right dots"):
            assert np.array_equal(drawn(lab, name)[1], frame.mu, equal_nan=True)
            assert arrows(lab, name) == {
                "v": (frame.mu < frame.limits[0]).sum(),
                "^": (frame.mu > frame.limits[1]).sum(),
            }
        assert sum(arrows(lab, "right dots").values()) == frame.outside
        assert np.isfinite(frame.mu).sum() == len(frame.slices)
        strokes = drawn(lab, "slices").T.reshape(-1, 3, 2)
        wanted = np.concatenate(frame.slices, axis=1) if frame.slices else np.empty((3, 0))
        assert np.array_equal(strokes[:, :2, 0].T, wanted[[0, 2]])
        assert np.array_equal(strokes[:, 0, 1], wanted[1])
    elif frame.view == "product":
        curve, zeros = drawn(lab, "curve")[1], drawn(lab, "zeros")[0]
        assert len(curve) + len(zeros) == len(frame.candidates)
        assert np.allclose(curve, np.log10(frame.products[frame.products > 0]))
        for name in ("here", "now"):
            assert arrows(lab, name) == {"v": frame.product == 0, "^": 0}
        assert arrows(lab, "zeros") == {"v": len(zeros), "^": 0}
    else:
        sign = 1 if frame.view == "sum of logs" else -1
        assert np.allclose(drawn(lab, "running")[1][-1], sign * frame.total)
        assert np.isfinite(drawn(lab, "curve")[1]).all()
    if "bars" in marks:
        assert np.array_equal(drawn(lab, "bars")[1][1::3], frame.density[-20:])


def arrows(lab, name):
    """How many marks below and above the axes are drawn as arrows."""
    panel, y = lab.drawn(lab.frame)[name][0], drawn(lab, name)[1]
    return {"v": (y < panel.ylim[0]).sum(), "^": (y > panel.ylim[1]).sum()}


# ---- the link warp


@pytest.mark.parametrize("link", CASES)
def test_the_line_stays_straight_and_the_mean_goes_back_to_it(link):
    lab = link_warp(link)
    for intercept in (0.5, 2.5):
        frame = lab.set(intercept=intercept, slope=1.0).frame
        assert frame.bend < 1e-12
        there = np.isfinite(frame.mu)
        assert np.allclose(frame.eta, intercept + PLACES)
        sharp = there & (frame.mu != 1)  # a mean that has rounded to 1 has lost its eta
        back = LINKS[link]().link(frame.mu[sharp])
        assert sharp.any() and np.allclose(back, frame.eta[sharp], atol=1e-4)
        assert there.all() == (link != "inverse" or intercept > 2) == (frame.event == "inside")
        curve = frame.curve[np.isfinite(frame.curve)]
        bent = np.abs(np.diff(curve, 2)).max() > 1e-6
        assert bent == (link != "identity")


def test_the_spread_follows_the_mean():
    """Against the distributions of SciPy: their mass, and their standard deviation."""
    lab = link_warp()
    wanted = {
        "identity": lambda mu: stats.norm(mu, 1),
        "log": lambda mu: stats.poisson(mu),
        "logit": lambda mu: stats.binom(10, mu),
        "inverse": lambda mu: stats.gamma(5, scale=mu / 5),
    }
    for link, distribution in wanted.items():
        frame = lab.set(link=link, intercept=1.5, slope=0.5).frame
        trials = 10 if link == "logit" else 1
        for mu, spread, part in zip(frame.mu, frame.spread, frame.slices, strict=True):
            y = distribution(mu)
            assert spread == pytest.approx(y.std() / trials)
            at = np.round(part[1] * trials, 9)
            mass = y.pdf(at) if link in ("identity", "inverse") else y.pmf(at)
            reach = part[2] - part[0]
            largest = reach.argmax()
            assert np.allclose(reach / reach[largest], mass / mass[largest], atol=1e-9)


def test_the_sentence_says_what_a_step_does():
    lab = link_warp()
    assert "adds 0.5 to the mean" in lab.set(link="identity", slope=0.5).status
    frame = lab.set(link="log", intercept=0.0, slope=0.5).frame
    assert "multiplies the mean by 1.65" in frame.status
    assert frame.mu[1] / frame.mu[0] == pytest.approx(np.exp(0.5) ** 2)
    odds = (frame := lab.set(link="logit").frame).mu / (1 - frame.mu)
    assert "multiplies the odds by 1.65" in frame.status
    assert odds[1] / odds[0] == pytest.approx(np.exp(0.5) ** 2)
    assert "there is no mean" in lab.preset("no mean there").status
    assert "1 of 3 means" in lab.set(link="log", intercept=2.0, slope=1.0).status


# ---- from product to sum


def test_the_product_dies_and_the_sum_lives():
    """At the listing's data; the logarithm of the product where it lives."""
    lab = product()
    truth = glmlib.article_data("linear")[2][0]
    assert lab.set(n=518, candidate=truth).frame.product > 0
    frame = lab.set(n=519).frame
    assert (frame.product, frame.dead, frame.event) == (0.0, 519, "vanished")
    frame = lab.set(n=1000).frame
    assert frame.total == pytest.approx(-1427.59, abs=5e-3)
    assert (frame.products == 0).all() and "none is the best" in frame.status
    assert lab.set(view="sum of logs").frame.event == "hill"
    few = lab.set(n=200).frame
    assert np.log(few.product) == pytest.approx(few.total)
    assert SMALLEST == pytest.approx(np.log10(5e-324), abs=0.02)


@pytest.mark.parametrize("kind", MODELS)
def test_the_sum_is_the_log_likelihood(kind):
    X, y, _, _ = glmlib.article_data(kind)
    fit = MODELS[kind](X, y).fit()
    lab = product(kind, "estimate")
    frame = lab.set(view="minus the sum", n=1000, candidate=fit.beta[0]).frame
    mu = fit.model.mu(fit.beta)
    reference = {
        "linear": stats.norm.logpdf(y, mu),
        "logistic": stats.bernoulli.logpmf(y.astype(int), mu),
        "poisson": stats.poisson.logpmf(y, mu),
    }[kind]
    assert np.allclose(np.log(frame.density), reference)
    assert frame.total == pytest.approx(reference.sum())
    # moving one coefficient away from the estimate only raises minus the sum
    assert abs(frame.best - fit.beta[0]) < 0.026 and frame.event == "bowl"
    assert frame.total >= frame.totals.max()
    losses = [fit.model.loss(np.r_[b, fit.beta[1:]]) for b in frame.candidates]
    assert np.allclose(np.diff(-frame.totals), np.diff(losses))
    assert (frame.product == 0) == (kind != "logistic")


def test_a_beta_of_the_wrong_length_is_refused():
    X, y, beta, _ = glmlib.article_data("linear")
    with pytest.raises(ValueError, match=r"shape \(10,\), got \(9,\)"):
        product_to_sum(glmlib.LinearRegression(X, y), beta[1:])
