"""The labs of lesson 08 without a browser: every state, and the numbers they must show."""

import numpy as np
import pytest

import glmlib
from glmlib.course import line_up, overdispersion, predictive
from glmlib.course.labs.line_up import DEFECTS, PANELS, bend
from glmlib.course.labs.overdispersion import MEANS, fits, theta_by_moments
from glmlib.course.labs.predictive import (
    FAMILIES,
    fit_family,
    follows,
    impossible,
    packaged,
    spread,
)
from lab_sweep import drawn, visit

LABS = {
    "overdispersion": overdispersion,
    "line-up": lambda: line_up("quantile", "curve"),
    "line-up, guessed": lambda: line_up(defect="dispersion", guess=3),
    "predictive": predictive,
}
SHOWN = {  # the moving artists and the numbers of the frame that they draw
    "mean and variance": {
        "quasi": lambda f: (MEANS, f.phi * MEANS),
        "groups": lambda f: (f.means, f.variances),
        "missing": lambda f: (1 + np.flatnonzero(f.missed), f.slopes[f.missed]),
    },
    "line-up of residuals": {},
    "which distribution": {
        "zeros data": lambda f: ([f.observed[0]] * 2, [0, 1]),
        "largest": lambda f: (f.simulated[1], (np.arange(200) + 0.5) / 200),
    },
}


def drawn_as_computed(lab, frame):
    for artist, wanted in SHOWN[lab.title].items():
        x, y = np.array(wanted(frame), dtype=float)
        shown = drawn(lab, artist)
        assert np.allclose(
            shown[:, np.isfinite(shown).all(axis=0)], [x[np.isfinite(x)], y[np.isfinite(x)]]
        ), artist


@pytest.mark.parametrize("name", LABS)
def test_it_draws_what_it_computed(name):
    visit(LABS[name](), drawn_as_computed)


# ---- mean and variance


def test_a_hundred_fits_at_once_are_those_of_the_library():
    rng = np.random.default_rng(1)
    X = glmlib.add_intercept(rng.uniform(-2, 2, (80, 1)))
    mu = np.exp(X @ [1.0, 0.5])
    Y = rng.poisson(mu * rng.gamma(1.0, 1.0, (3, 80))).astype(float)
    beta, errors = fits(X, Y)
    theta = theta_by_moments(Y, np.exp(beta @ X.T))
    other, wider = fits(X, Y, theta)
    for k, y in enumerate(Y):
        fit = glmlib.PoissonRegression(X, y).fit()
        assert np.allclose(beta[k], fit.beta) and np.allclose(errors[k], fit.standard_errors)
        family = glmlib.NegativeBinomial(theta[k, 0])
        fit = glmlib.GLM(X, y, family, "log").fit()
        assert np.allclose(other[k], fit.beta) and np.allclose(wider[k], fit.standard_errors)


def test_theta_makes_the_squares_what_the_variance_says():
    Y = np.array([[0.0, 5.0, 1.0, 9.0], [2.0, 2.0, 2.0, 2.0]])
    mu = np.full((2, 4), [[3.75], [2.0]])
    theta = theta_by_moments(Y, mu)
    assert np.isclose(((Y - mu) ** 2)[0].sum(), (mu + mu**2 / theta)[0].sum())
    assert theta[1] > 1e8  # no extra variation


def test_extra_variation_makes_poisson_intervals_too_short_and_no_others():
    lab = overdispersion()
    assert lab.set(extra=0, model="Poisson").frame.covered >= 90
    assert lab.frame.phi == pytest.approx(1, abs=0.15)
    for model in ("quasi", "negative binomial"):
        for extra in lab.controls["extra"].values:
            assert lab.set(extra=extra, model=model).frame.event == "honest"
    poisson = [lab.set(extra=e, model="Poisson").frame.covered for e in (0.25, 0.5, 1, 2)]
    assert poisson == sorted(poisson, reverse=True) and poisson[-1] < 60
    assert lab.frame.event == "too short"
    frame = lab.set(extra=1).frame
    assert frame.slopes.std() > 1.5 * frame.errors.mean()


def test_quasi_errors_are_the_root_of_phi_times_poisson_s():
    lab = overdispersion(extra=1)
    poisson, quasi = (lab.set(model=model).frame for model in ("Poisson", "quasi"))
    assert np.array_equal(poisson.slopes, quasi.slopes)
    assert quasi.errors[0] == pytest.approx(poisson.errors[0] * np.sqrt(poisson.phi))


def test_more_rows_do_not_make_poisson_intervals_honest():
    lab = overdispersion(extra=1)
    few, many = (lab.set(n=n).frame for n in (50, 400))
    assert many.errors.mean() < 0.5 * few.errors.mean()
    assert few.event == many.event == "too short"
    assert many.theta == pytest.approx(1, abs=0.25)


def test_the_same_draws_serve_every_state():
    lab = overdispersion(extra=1)
    before = lab.set(model="negative binomial").frame.slopes
    lab.set(n=400, extra=2)
    assert np.array_equal(lab.set(n=200, extra=1).frame.slopes, before)


# ---- the line-up


def test_the_data_stand_out_in_what_is_wrong_with_the_model():
    lab = line_up("quantile")
    assert lab.set(defect="curve").frame.ranks[0] == 1
    assert lab.set(defect="link").frame.ranks[0] == 1
    assert lab.set(defect="dispersion").frame.ranks[1] == 1
    assert min(lab.set(defect="none").frame.ranks) > 3


def test_normality_is_rejected_for_a_true_model_unless_the_residuals_are_randomized():
    lab = line_up(defect="none")
    rejected = [lab.set(kind=k).frame.rejected for k in ("response", "deviance", "quantile")]
    assert rejected[0] > 15 and rejected[1] > 10 and rejected[2] <= 3


@pytest.mark.parametrize("defect", DEFECTS)
def test_only_the_right_guess_tells_where_the_data_are(defect):
    lab = line_up(defect=defect)
    assert lab.frame.event == "asked" and "You say" not in lab.status
    assert not drawn(lab, "data").size
    place = lab.frame.place
    for k in range(1, PANELS + 1):
        found = lab.set(guess=k).frame.event == "found"
        assert found == (k == place) == ("number" in lab.status)
        assert drawn(lab, "data").size == 10 * found


def test_each_panel_holds_the_residuals_of_its_own_fit():
    lab = line_up("deviance", "curve")
    places = np.reshape(drawn(lab, "dots"), (2, PANELS, -1))
    for panel, (x, y) in enumerate(zip(*places, strict=True)):
        assert np.corrcoef(y, lab.frame.residuals[panel])[0, 1] == pytest.approx(1)
        assert np.corrcoef(x, lab.frame.x)[0, 1] == pytest.approx(1)
        row, column = divmod(panel, 5)
        assert set(np.floor(x)) == {column} and set(np.floor(y)) == {3 - row}


def test_the_bend_of_a_parabola_has_its_sign():
    x = np.linspace(-1.5, 1.5, 50)
    noise = np.random.default_rng(1).standard_normal(50)
    up, down, flat = bend(x, np.array([x**2 + 0.1 * noise, -(x**2) + 0.1 * noise, noise]))
    assert up > 20 and down < -20 and abs(flat) < 3


# ---- which distribution


def test_the_support_comes_first():
    assert "0" in impossible("Gamma", np.array([0.0, 1.0]))
    assert "below" in impossible("Poisson", np.array([-1.0, 1.0]))
    assert "whole" in impossible("negative binomial", np.array([0.5]))
    assert not impossible("normal", np.array([-1.0]))
    lab = predictive(name="birth weights")
    assert lab.set(family="Gamma").frame.event == "fits"
    assert lab.set(name="horse kicks").frame.event == "impossible"


def test_what_the_packaged_data_could_come_from():
    lab = predictive()
    events = {
        name: [lab.set(name=name, family=family).frame.event for family in FAMILIES]
        for name in packaged()
    }
    assert events["horse kicks"] == ["misses", "impossible", "fits", "fits"]
    assert events["alpha particles"] == ["misses", "impossible", "fits", "impossible"]
    assert events["birth weights"][0] == "fits" and events["birth weights"][2] == "misses"


def test_the_path_ends_at_the_first_question_that_a_family_does_not_pass():
    lab = predictive(name="horse kicks")
    paths = {family: lab.set(family=family).frame.path for family in FAMILIES}
    assert paths["Gamma"] == {"support": False}
    assert paths["normal"] == {"support": True, "spread": True, "mechanism": False}
    assert paths["Poisson"] == {"support": True, "spread": True, "mechanism": True}
    assert lab.set(family="normal").status.endswith("Path: support ✓, spread ✓, mechanism ✗.")
    frame = lab.set(name="alpha particles", family="negative binomial").frame
    assert frame.path == {"support": True, "spread": False} and "θ is infinite" in frame.why
    assert lab.set(link="identity").frame.link == "identity"


def test_theta_may_be_finite_although_the_squares_say_poisson():
    X = np.array([[1.0, 0], [1, 0], [1, 1], [1, 1], [1, 1]])
    y = np.array([0.0, 30, 900, 901, 899])
    fit, why = fit_family("negative binomial", "log", X, y)
    assert why == "" and 0 < fit.theta < np.inf
    assert ((y - glmlib.PoissonRegression(X, y).fit().mu) ** 2).sum() <= y.sum()


@pytest.mark.parametrize(
    ("family", "truth", "phi"),
    [
        ("Gamma", glmlib.Gamma(), 0.25),
        ("Poisson", glmlib.Poisson(), 1.0),
        ("negative binomial", glmlib.NegativeBinomial(2.0), 1.0),
    ],
)
def test_the_true_spread_passes_and_that_of_the_normal_family_does_not(family, truth, phi):
    X = glmlib.add_intercept(np.linspace(-1, 1, 150)[:, None])
    mu = np.exp(X @ [2.0, 1.0])
    passed = {family: 0, "normal": 0}
    for seed in range(60):
        rng = glmlib.stream(seed, family)
        y = truth.sample(rng, mu, phi) * 1.0
        for name in passed:
            fit, why = fit_family(name, "log", X, y)
            many = np.tile(fit.mu, (200, 1))
            draws = fit.model.family.sample(rng, many, fit.dispersion)
            assert spread(fit, draws).shape == (3, 200) and why == ""
            passed[name] += follows(fit, y, draws)
    assert passed[family] >= 52 and passed["normal"] <= 12, passed


def test_a_link_that_cannot_be_fitted_gives_way_and_the_sentence_says_so():
    lab = predictive(family="Poisson", link="inverse")
    refused = lab.frame
    assert refused.link == "log" and "log link (inverse cannot be fitted): " in refused.status
    allowed = lab.set(link="log").frame
    assert np.array_equal(refused.simulated, allowed.simulated)
    assert "cannot" not in allowed.status
    X = glmlib.add_intercept(np.linspace(-1, 1, 60)[:, None])
    lab = predictive({"debts": (X, -np.exp(X @ [1.0, 0.5])), "one": (X[:, :1], X[:, 1] + 2)})
    assert lab.set(family="normal", link="log").frame.link == "identity"
    assert lab.set(family="Gamma").frame.path == {"support": False}


def test_each_link_has_the_score_of_its_own_fit():
    lab = predictive()
    X, y = packaged()["birth weights"]
    for link in ("log", "identity", "inverse"):
        fit = glmlib.GLM(X, y, "gamma", link).fit()
        frame = lab.set(family="Gamma", link=link).frame
        assert frame.link == link and f", {link} link: " in frame.status
        assert frame.log_score == pytest.approx(fit.log_likelihood / len(y), abs=1e-12)


def test_a_learner_s_own_counts_and_their_score():
    rng = np.random.default_rng(2)
    X = glmlib.add_intercept(rng.uniform(-1, 1, (400, 1)))
    y = rng.poisson(np.exp(X @ [1.0, 0.8]) * rng.gamma(0.7, 1 / 0.7, 400))
    lab = predictive({"mine": (X, y), "yours": (X, np.exp(X @ [1.0, 0.3]))})
    poisson, negative = (lab.set(family=f).frame for f in ("Poisson", "negative binomial"))
    assert poisson.event == "misses" and negative.event == "fits"
    assert negative.log_score > poisson.log_score
    fit = glmlib.PoissonRegression(X, y).fit()
    assert poisson.log_score == pytest.approx(fit.log_likelihood / 400)
    assert poisson.observed == pytest.approx([(y == 0).mean(), y.max(), y.var()])
