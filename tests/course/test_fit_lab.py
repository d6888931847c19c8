"""The fit lab with its choices, its work ahead, its second run and its page; no browser."""

import base64
import json
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import glmlib
import labs
from glmlib.course import fit_lab
from glmlib.course.kinds import MODELS
from test_table import numbers, unpacked


@pytest.fixture
def small():
    X, y, beta = glmlib.simulate("logistic", n=200, d=3, seed=4)
    return fit_lab(glmlib.LogisticRegression(X, y), truth=beta, iterations=2000)


def test_data_and_loss_are_chosen_by_name():
    lab = fit_lab("logistic")
    assert lab.descent.model.X.shape == (1000, 10)
    total, estimate = lab.descent.limit, lab.descent.fit.beta
    lab.pin().choose(mean=True)
    assert lab.pinned == {}  # that rate means another run now
    assert lab.descent.limit == pytest.approx(1000 * total)
    assert np.allclose(lab.descent.fit.beta, estimate)
    assert lab.preset("just right").set(iteration=1000).frame.event == "converged"
    assert lab.frame.loss == pytest.approx(lab.descent.model.loss(estimate) / 1000)
    lab.choose(mean=False, n=3000)
    assert lab.iteration == 1000 and lab.learning_rate == lab.frame.rate
    X = lab.descent.model.X
    assert np.array_equal(X[:1000], fit_lab("logistic").descent.model.X)  # rows were added
    assert not np.array_equal(lab.choose(seed=124).descent.model.X, X)
    for family in MODELS:
        lab.choose(family=family, n=100)
        assert isinstance(lab.descent.model, MODELS[family])
        assert lab.picture().alt.endswith(lab.status)
        shown = {c["name"]: c["default"] for c in lab.scene["settings"]}
        assert shown == lab.choices and shown["family"] == family and shown["n"] == 100
    assert f"limit {lab.descent.limit:.3g}" in lab.describe
    with pytest.raises(ValueError, match="no choice 'rows': it has mean, family"):
        lab.choose(rows=3)
    with pytest.raises(ValueError, match=r"n is one of \[100, 300"):
        lab.choose(n=7)
    with pytest.raises(ValueError, match="there is no model 'gauss'"):
        fit_lab("gauss")
    assert lab.choices["n"] == 100
    again = fit_lab("logistic")
    exec(f"{lab.scene['code']}.set(iteration=7)", {"lab": again})  # as "Copy state" has it
    assert again.status == lab.set(iteration=7).status


def test_a_learners_data_keep_their_loss_and_gradient():
    X, y, beta = glmlib.simulate("poisson", n=50, d=2, seed=1)
    model = glmlib.PoissonRegression(X, y)
    assert list(fit_lab(model).choices) == ["mean"]
    own = fit_lab(model, gradient=model.gradient)
    with pytest.raises(ValueError, match="it has none"):
        own.choose(mean=True)
    assert own.scene["settings"] == []


@pytest.mark.parametrize("link", ["log", "inverse"])
def test_any_family_and_link_will_do(link):
    rng = np.random.default_rng(2)
    X = glmlib.add_intercept(rng.uniform(1, 2, (60, 1)))
    y = rng.gamma(3.0, 1 / 3, 60) * (X @ [0.5, 0.8])
    lab = fit_lab(glmlib.GLM(X, y, glmlib.Gamma(), link), start=[0.5, 0.1], iterations=2000)
    frame = lab.preset("just right").set(iteration=2000, beside="data").frame
    path = glmlib.gradient_descent(lab.descent.model, [0.5, 0.1], frame.rate, 2000)
    assert frame.beta == pytest.approx(path[2000], rel=1e-9)
    assert lab.picture().png[:4] == b"\x89PNG"


def test_the_mean_has_the_same_paths_at_n_times_the_rate():
    X, y, beta = glmlib.simulate("poisson", n=64, d=3, seed=2)
    lab, mean = (fit_lab(glmlib.PoissonRegression(X, y), truth=beta) for _ in range(2))
    mean.choose(mean=True)
    for k in (1, 5, 40):
        rate = lab.descent.limit / 3
        one = lab.compute({"learning_rate": rate, "iteration": k})
        other = mean.compute({"learning_rate": 64 * rate, "iteration": k})
        assert np.allclose(one.beta, other.beta, rtol=1e-9)
        assert one.loss == pytest.approx(64 * other.loss)


def test_a_hand_in_another_thread_is_not_overtaken(small):
    """JupyterLab runs the callbacks of widgets in a thread beside that of the cells."""
    compute, began, moved = small._compute, threading.Event(), threading.Event()

    def slow(learning_rate, iteration, seconds):
        if iteration == 30:  # under way when the hand moves to 40
            began.set()
            moved.wait(0.5)
        return compute(learning_rate, iteration, seconds)

    def hand():
        began.wait()
        small.set_state({"iteration": 40})
        moved.set()

    small._compute = slow
    told = []
    small.observe(lambda change: told.append(change["new"]), "iteration")
    with ThreadPoolExecutor(1) as thread:
        done = thread.submit(hand)
        small.set(iteration=30)
        done.result()
    assert small.iteration == small.frame.iteration == 40 and told == [30, 40]


def test_an_error_in_a_choice_is_seen_in_the_lab(small):
    with pytest.raises(ValueError, match="no choice"):
        small._asked(small, {"choose": {"n": 3}}, [])
    assert "this lab has no choice 'n'" in small.shown["error"]
    assert "error" not in small.set(iteration=3).shown


def test_all_paths_come_first_together_and_then_the_frames(small):
    sent, wanted = [], []
    small.send = sent.append
    rates = small.controls["learning_rate"].values
    for _ in range(2000):
        wanted = [[rate, 7, "loss"] for rate in rates]
        labs.ask(small, wanted)
        if sent[-1]["known"]:
            break
    assert not small.descent.paths.unfinished(rates)
    while len(answers := {tuple(s) for answer in sent for s in answer["known"]}) < len(rates):
        labs.ask(small, [w for w in wanted if tuple(w) not in answers])
    assert answers == set(map(tuple, wanted))


def test_of_a_learners_gradient_a_page_holds_the_rates_of_the_buttons(small):
    model = small.descent.model
    lab = fit_lab(model, gradient=model.gradient, iterations=300)
    lab.pin(learning_rate=lab.controls["learning_rate"].values[2])
    rates, steps, views = (c.values for c in lab.stops())
    named = {state["learning_rate"] for state in lab.presets.values()}
    assert set(rates) == named | {lab.learning_rate, lab.pinned["learning_rate"]}
    assert len(steps) > 30 and len(views) == 2
    assert len(small.stops()[0].values) == len(small.controls["learning_rate"].values) >= 21
    known = json.loads(zlib.decompress(base64.b64decode(lab.table(lab.stops()))))
    assert len(numbers(known["say"][0])) == len(rates) * len(steps)
    n = rates.index(lab.learning_rate) * len(steps) + steps.index(100)
    frame = lab.compute({"iteration": 100})
    assert unpacked(known, n)["say"] == frame.status


def test_a_page_and_a_notebook_hold_a_moderate_number_of_bytes(small, tmp_path):
    page = small.to_html(tmp_path / "lab.html").read_text(encoding="utf-8")
    assert len(page) < 300_000
    bundle = small._repr_mimebundle_()
    assert len(bundle["text/html"]) < 60_000 and "<script" not in bundle["text/html"]
