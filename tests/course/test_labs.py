"""The fit lab without a browser: paths, states, picture; and the predict gate."""

import numpy as np
import pytest

import glmlib
import labs
from glmlib.course import fit_lab, predict
from glmlib.course.kinds import MODELS
from glmlib.course.labs.controls import log_grid, log_integers
from glmlib.course.labs.paths import Paths, model_gradient, one_by_one


@pytest.fixture(scope="module", params=MODELS)
def article(request):
    return labs.of_the_article(request.param)


@pytest.fixture(scope="module")
def logistic():
    X, y, beta = glmlib.simulate("logistic", n=200, d=4, seed=5)
    return glmlib.LogisticRegression(X, y), beta


# ---- the paths


@pytest.mark.parametrize("kind", MODELS)
def test_all_rates_at_once_are_gradient_descent_at_each(kind):
    X, y, _, start = glmlib.article_data(kind)
    model = MODELS[kind](X, y)
    limit = glmlib.stability_limit(model, model.fit().beta)
    rates = [limit * factor for factor in (0.01, 0.3, 0.9, 1.3, 2.0, 5.0)]
    paths = Paths(model_gradient(model), start, 3000)
    assert paths.advance(rates)
    for rate in rates:
        path = paths.path(rate)
        reference = glmlib.gradient_descent(model, start, rate, 3000)
        overflowed = not np.isfinite(
            reference.betas[-1] - rate * model.gradient(reference.betas[-1])
        ).all()
        assert path.diverged == (reference.iterations + 1 if overflowed else None)
        last = reference.iterations if overflowed else 3000
        for k in (0, 1, 2, 63, 64, 65, 128, 200, 777, 2999, 3000):
            if k <= last:
                wanted = reference[k]
                assert np.abs(path[k] - wanted).max() <= 1e-9 * max(1, np.abs(wanted).max())
        # the comparison is sharp: one part in a thousand of the rate is seen at iteration 1
        nearby = glmlib.gradient_descent(model, start, rate * 1.001, 1)[1]
        assert np.abs(path[1] - nearby).max() > 1e-6 * np.abs(nearby).max()


def test_weights_offset_and_other_links_are_in_the_matrix_gradient():
    rng = np.random.default_rng(3)
    X = glmlib.add_intercept(rng.normal(size=(40, 2)))
    y = rng.integers(0, 2, 40).astype(float)
    weights, offset = rng.uniform(0.5, 2, 40), rng.normal(size=40)
    for link in ("logit", "probit", "cloglog"):
        model = glmlib.GLM(X, y, "binomial", link, weights=weights * 0 + 1, offset=offset)
        B = rng.normal(size=(5, 3))
        wanted = np.array([model.gradient(beta) for beta in B])
        assert np.allclose(model_gradient(model)(B), wanted, rtol=1e-12, atol=1e-12)
        assert np.abs(wanted).max() > 0.1
    model = glmlib.LinearRegression(X, rng.normal(size=40), weights=weights, offset=offset)
    wanted = np.array([model.gradient(beta) for beta in B])
    assert np.allclose(model_gradient(model)(B), wanted, rtol=1e-12, atol=1e-12)


def test_a_fixed_point_a_cycle_and_an_overflow_are_recognised():
    paths = Paths(lambda B: 2 * B, start=np.array([1.0]), iterations=5000)
    assert paths.advance([0.25, 1.0, 1.5])
    still, bouncing, gone = (paths.path(rate) for rate in (0.25, 1.0, 1.5))
    assert still.orbit() == 1 and still[5000] < 1e-300
    assert bouncing.settled[1] == 2 and bouncing.orbit() == 2
    assert [bouncing[k].item() for k in (3000, 3001)] == [1.0, -1.0]
    assert gone.diverged == 1024  # (−2)¹⁰²⁴ is the first power that a double cannot hold
    assert gone[5000] == gone[1023] == -(2.0**1023)


def test_a_path_not_computed_yet_says_so():
    paths = Paths(lambda B: B, start=np.array([1.0]), iterations=5000)
    assert not paths.advance([1e-3], seconds=0)
    with pytest.raises(IndexError, match="3000 is not computed"):
        paths.path(1e-3)[3000]
    assert paths.advance([1e-3, 1e-3])  # one path, that takes each step once
    assert paths.path(1e-3)[3000] == pytest.approx(0.999**3000)


def test_a_gradient_of_the_wrong_shape_is_named():
    with pytest.raises(ValueError, match=r"shape \(2, 1\), but beta has shape \(2,\)"):
        one_by_one(lambda beta: beta[:, None], 2)(np.ones((3, 2)))


# ---- the fit lab, over the whole grid


def test_every_state_has_numbers_and_a_sentence_that_says_them(article):
    lab, descent = article, article.descent
    events = set()
    for rate in lab.controls["learning_rate"].values:
        path = descent.paths.path(rate)
        for k in lab.controls["iteration"].values:
            frame = lab.compute({"learning_rate": rate, "iteration": k})
            events.add(frame.event)
            assert frame.status.startswith(
                f"Rate {lab.controls['learning_rate'].format(rate)},"
            )
            assert f"iteration {k:,}: " in frame.status
            assert frame.iteration == k and not frame.partial
            assert len(frame.curve_iterations) > 0
            assert np.isfinite(frame.curve_excess).all() and (frame.curve_excess > 0).all()
            if path.diverged is not None and k >= path.diverged:
                assert frame.event == "diverged"
                assert f"diverged at iteration {path.diverged:,}" in frame.status
                assert "nan" not in frame.status
                continue
            assert np.isfinite(frame.place).all()
            assert not frame.gone
            error = np.abs(frame.beta - descent.truth).max()
            said = float(
                frame.status.split("largest error ")[1].split(", loss")[0].replace(",", "")
            )
            assert said == pytest.approx(error, rel=0.06)
            away = np.abs(frame.beta - descent.fit.beta) / descent.fit.standard_errors
            assert away.max() < 1.01e-6 or frame.event != "converged"
            assert away.max() > 1e-7 or frame.event == "converged"
            outside = (frame.place < descent.limits[0]) | (frame.place > descent.limits[1])
            assert (f" {outside.sum()} of 10 estimates" in frame.status) == outside.any()
    assert {"start", "stopped", "converged"} <= events


def test_events_are_named_as_they_happen(article):
    lab, limit = article, article.descent.limit
    kind = lab.descent.model.family.name
    assert lab.preset("just right").set(iteration=100_000).frame.event == "converged"
    assert lab.frame.iteration == 100_000
    assert lab.preset("too small").set(iteration=100).frame.event == "stopped"
    assert "still descending" in lab.status
    lab.preset("too big").set(iteration=100_000)
    assert f"above the limit {limit:.3g}"[:25] in lab.status
    if kind == "binomial":  # logistic regression never overflows: it bounces for ever
        assert lab.frame.event == "bounces"
        assert "bounces for ever between two points" in lab.status
        assert [region for region, low, high in lab.descent.regions if low < high] == [
            "slow",
            "good",
            "bounces",
        ]
    else:
        assert lab.frame.event == "diverged"
        assert lab.descent.regions[-1][0] == "diverges"
    assert lab.presets["at the limit"]["learning_rate"] == limit
    lab.reset()
    assert lab.frame.iteration == 10


def test_the_regions_are_what_the_paths_do(article):
    descent = article.descent
    wanted = {"good": "converged", "bounces": "bounces", "diverges": "diverged"}

    def event(rate, k):
        return descent.compute({"learning_rate": rate, "iteration": k}).event

    right = article.presets["just right"]["learning_rate"]
    soon = next(k for k in range(1000) if event(right, k) == "converged")
    for name, low, high in descent.regions:
        for rate in descent.control.values:
            if low * 1.01 < rate < high * 0.99:
                if name == "slow":
                    assert event(rate, 5 * soon) == "stopped", rate
                else:
                    assert event(rate, 100_000) == wanted[name], rate


@pytest.mark.parametrize(
    "kind, rate, arrival", [("logistic", 1e-4, 5042), ("poisson", 1e-5, 2686)]
)
def test_the_article_converges_where_its_table_says(kind, rate, arrival):
    """To 1e-6 of the estimate, within five iterations; and the rate is on the grid."""
    X, y, beta, start = glmlib.article_data(kind)
    lab = fit_lab(MODELS[kind](X, y), truth=beta, start=start, learning_rate=rate)
    path, estimate = lab.descent.paths.path(rate), lab.descent.fit.beta
    far = [np.abs(path[k] - estimate).max() for k in (arrival - 6, arrival + 5)]
    assert far[0] > 1e-6 >= far[1]
    assert rate in lab.controls["learning_rate"].values


def test_the_same_state_gives_the_same_frame_and_an_early_one_says_so(logistic):
    model, beta = logistic
    lab = fit_lab(model, truth=beta)
    state = {"learning_rate": lab.descent.limit * 0.00123, "iteration": 30_000}
    early = lab.compute(state, 0.0)
    assert early.partial and early.event == "computing"
    assert f"now at iteration {early.iteration:,}" in early.status
    whole, again = lab.compute(state), fit_lab(model, truth=beta).compute(state)
    assert not whole.partial and whole.iteration == 30_000
    assert whole.status == again.status
    assert np.array_equal(whole.curve_excess, again.curve_excess)


def test_a_sign_error_of_the_learner_is_made_visible():
    X, y, beta, start = glmlib.article_data("poisson")
    lab = fit_lab(
        glmlib.PoissonRegression(X, y),
        truth=beta,
        start=start,
        gradient=lambda b: X.T @ (y - np.exp(X @ b)),
        learning_rate=1e-5,
        iteration=33,
    )
    assert lab.frame.event == "diverged" and lab.frame.outside == 10
    assert not lab.frame.gone and "the loss rises" in lab.status
    lab.set(iteration=34)
    assert lab.frame.event == "diverged" and lab.frame.gone
    assert "diverged at iteration 34. The rate is below the limit: look at the gradient." in (
        lab.status
    )
    right = fit_lab(
        glmlib.PoissonRegression(X, y),
        truth=beta,
        start=start,
        gradient=lambda b: X.T @ (np.exp(X @ b) - y),
        learning_rate=1e-5,
        iteration=4000,
    )
    assert right.frame.event == "converged"


def test_a_gradient_with_another_minimum_stands_still_elsewhere(logistic):
    model, beta = logistic
    shifted = fit_lab(model, beta, gradient=lambda b: model.gradient(b) + 5.0, iterations=5000)
    shifted.set(iteration=5000)
    assert shifted.frame.event == "stuck" and "look at the gradient" in shifted.status


def test_without_a_truth_distances_are_in_standard_errors(logistic):
    model, _ = logistic
    lab = fit_lab(model).set(iteration=0)
    fit = model.fit()
    assert np.allclose(lab.frame.place, (0 - fit.beta) / fit.standard_errors)
    assert "standard errors from the maximum" in lab.status
    assert "truth" not in lab.frame.table[0]


def test_data_without_an_answer_still_have_a_picture():
    x = np.linspace(-1, 1, 20)
    model = glmlib.LogisticRegression(glmlib.add_intercept(x[:, None]), (x > 0).astype(float))
    lab = fit_lab(model, iterations=1000).set(iteration=1000)
    assert "No finite maximum-likelihood estimate exists." in lab.status
    assert lab.frame.event == "separated" and lab.frame.outside == 0
    exact = np.arange(5.0)
    model = glmlib.LinearRegression(glmlib.add_intercept(exact[:, None]), 2 * exact + 1)
    assert fit_lab(model).set(iteration=100_000).frame.event == "converged"


def test_too_much_data_and_wrong_lengths_are_refused_with_a_sentence(logistic):
    X = np.ones((2_000_001, 1))
    with pytest.raises(ValueError, match=r"2,000,001 rows .* for example X\[::2\]"):
        fit_lab(glmlib.PoissonRegression(X, X[:, 0]))
    with pytest.raises(ValueError, match="truth must be 4 finite numbers"):
        fit_lab(logistic[0], truth=[1.0, 2.0])


# ---- its picture


def at(lab, name):
    """Where a mark is: its x (m,) and y (m,), and the limits of its axes."""
    panel, _, (x, y, *_) = lab.drawn(lab.frame)[name]
    return *np.broadcast_arrays(*np.atleast_1d(x, y)), panel.xlim, panel.ylim


def test_the_fit_lab_draws_every_estimate_in_all_views(article):
    for label in article.presets:
        for k in (0, 1, 2, 5, 100):
            frame = article.preset(label).set(iteration=k).frame
            x, y, _, (low, high) = at(article, "now")
            assert (low, high) == article.descent.limits
            assert np.array_equal(x, article.descent.truth)
            assert ((y < low) | (y > high)).sum() == frame.outside
            assert np.isnan(y).all() if frame.gone else np.array_equal(y, frame.beta)
            ends, heights, _, _ = at(article, "ends")
            assert np.array_equal(heights, y, equal_nan=True)  # beside the scatterplot
            assert frame.gone or set(ends) == {k}
            (words,) = article.points(frame)["event"][2]
            assert words == frame.banner and (frame.event == "diverged") <= bool(words)
            x, y, _, _ = at(article, "curve")
            assert len(x) and np.isfinite(y).all()
            assert frame.gone or at(article, "here")[1] >= article.descent.excess_limits[0]
            assert at(article, "rate")[0] == frame.rate


def test_the_traces_are_the_iterates_at_the_stops(article):
    for label, swings in (("too small", False), ("too big", True)):
        frame = article.preset(label).frame
        path = article.descent.paths.path(frame.rate)
        x, y = frame.traces
        lines = np.split(np.column_stack([x, y]), np.flatnonzero(np.isnan(x)) + 1)[:-1]
        assert len(lines) == (20 if swings else 10)  # of even and of odd iterations
        for number, points in enumerate(lines):
            for k, height in points[:-1]:
                assert height == path[int(k)][number // 2 if swings else number]
                assert not swings or k % 2 == number % 2
    assert {100, 101} <= set(article.controls["iteration"].values)


def test_one_predictor_has_a_view_of_the_data_with_the_curve():
    X, y, beta = glmlib.simulate("poisson", n=900, d=2, seed=3)
    model = glmlib.PoissonRegression(X, y)
    lab = fit_lab(model, truth=beta).set(iteration=3, beside="data")
    x, mu, (left, right), _ = at(lab, "fitted")
    assert mu == pytest.approx(np.exp(lab.frame.beta[0] + lab.frame.beta[1] * x))
    assert left < x[0] == X[:, 1].min() and right > x[-1] == X[:, 1].max()
    assert at(lab, "true curve")[1] == pytest.approx(np.exp(beta[0] + beta[1] * x))
    rows = at(lab, "rows")
    assert len(rows[0]) == 300 and np.array_equal(rows[1], y[::3])
    assert "300 of 900 rows" in lab.figure().axes[1].get_xlabel()
    assert np.isnan(at(lab.preset("too big").set(iteration=2000), "fitted")[1]).all()
    alone = glmlib.LinearRegression(X[:, 1:], y)
    assert "data" in fit_lab(alone).controls["beside"].values
    X3, y3, _ = glmlib.simulate("linear", n=50, d=3)
    offset = glmlib.PoissonRegression(X, y, offset=np.ones(900))
    for other in (offset, glmlib.LinearRegression(X3, y3)):
        assert fit_lab(other).controls["beside"].values == ("loss", "coefficients")


def test_the_limit_and_the_marks_stand_on_the_axis_of_rates(article):
    descent = article.descent
    mine = fit_lab(descent.model, descent.truth, descent.start, marks={"mine": 1e-4})
    for lab, names in ((article, set()), (mine, {"mine"})):
        axes = lab.figure().axes[-1]
        assert f"2/λmax = {descent.limit:.3g}" in axes.get_title()
        (limit,) = at(lab, "limit")[0][:1]
        assert limit == descent.limit and np.isclose(
            axes.get_xlim()[0], limit / 1000, rtol=0.5
        )
        ticks = {t.get_text() for t in axes.get_xticklabels()}
        assert {"mine"} & ticks == names
        words = {t.get_text() for t in axes.texts}
        assert {"slow", "good"} <= words


def test_grids_hold_round_numbers():
    values = log_grid("r", "r", 1e-5, 1e-2).values
    assert {1e-5, 1.5e-5, 1e-4, 3e-4, 1e-2} <= set(values) and len(values) == 19
    steps = log_integers("k", "k", 100_000).values
    assert steps[:4] == (0, 1, 2, 3) and steps[-1] == 100_000 and len(steps) < 120
    assert all(isinstance(k, int) for k in steps) and list(steps) == sorted(set(steps))
    pairs = log_integers("k", "k", 100_000, pairs=True).values
    assert pairs[:21] == tuple(range(21)) and pairs[-3:] == (80_000, 80_001, 100_000)
    assert {100, 101, 1000, 1001} <= set(pairs) and len(pairs) < 100


def test_a_user_sees_a_new_rate_before_its_path_is_complete(logistic):
    """A hand gets an early frame; the browser asks until it is whole; the newest wins."""
    model, beta = logistic
    lab = fit_lab(model, truth=beta)
    slow, slower = (lab.descent.limit * factor for factor in (0.00131, 0.00117))
    lab.set_state({"learning_rate": slow, "iteration": 100_000})
    assert lab.frame.partial and lab.frame.event == "computing"
    assert f"now at iteration {lab.frame.iteration:,}" in lab.shown["say"]
    lab.set_state({"learning_rate": slower})
    asked = 0
    while lab.frame.partial:
        labs.ask(lab, [])
        asked += 1
    assert asked > 3 and lab.frame.rate == slower and lab.frame.iteration == 100_000
    assert lab.shown["say"] == lab.status and "computing" not in lab.status
    assert lab.descent.paths.path(slow).known < 100_000


# ---- the predict gate


def test_the_gate_opens_by_a_choice_or_by_skip(logistic):
    lab = fit_lab(logistic[0])
    asked = predict(
        "What?", ["rest", "go on"], answer=lambda: lab.set(iteration=0) and "go on", lab=lab
    )
    assert lab.locked
    assert lab.set(iteration=4).state["iteration"] == 4  # from code a lab always moves
    assert not asked.open
    asked.lock_in("rest")
    assert asked.open and not lab.locked
    assert asked.verdict == "✗ You predicted “rest”. Computed: “go on”. Find out why."
    right = predict("Where?", ["left", "right"], answer="right")
    right.lock_in("right")
    assert right.verdict.startswith("✓")
    skipped = predict("Where?", ["left", "right"], answer="left", lab=lab)
    assert lab.locked
    skipped.skip()
    assert skipped.open and skipped.chosen is None and not lab.locked


def test_the_gate_refuses_questions_without_an_answer():
    with pytest.raises(ValueError, match="two different options or more"):
        predict("?", ["a"], answer="a")
    with pytest.raises(ValueError, match="got 'c'"):
        predict("?", ["a", "b"], answer="c")
    with pytest.raises(ValueError, match="none of"):
        predict("?", ["a", "b"], answer=lambda: "c").lock_in("a")
    bundle = predict("a < b?", ["a", "b"], answer="b")._repr_mimebundle_()
    assert "a &lt; b?" in bundle["text/html"] and bundle["text/plain"] == "a < b? a / b"
