"""What the fit lab sends to the browser, without a browser: tracks, choices, saved pages."""

import asyncio
import re
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

import canonical
import glmlib
import labs
from glmlib.course import fit_lab
from glmlib.course.kinds import MODELS
from glmlib.course.labs.fit_lab import HERE, OPTIONS


@pytest.fixture(scope="module", params=MODELS)
def article(request):
    return labs.of_the_article(request.param)


@pytest.fixture
def small():
    X, y, beta = glmlib.simulate("logistic", n=200, d=3, seed=4)
    return fit_lab(glmlib.LogisticRegression(X, y), truth=beta)


def test_a_path_that_has_arrived_is_not_computed_further(article):
    descent = article.descent
    fresh = type(descent)(descent.model, descent.truth, descent.start)
    rate = article.presets["just right"]["learning_rate"]
    assert fresh.ahead([rate])
    known = fresh.paths.path(rate).known
    assert known < 5000
    later = article.compute({"learning_rate": rate, "iteration": 100_000})
    far = (later.beta - fresh.paths.path(rate)[known]) / descent.fit.standard_errors
    assert np.abs(far).max() < 1e-5
    assert not fresh.ahead([rate / 50], seconds=0)
    assert fresh.arrived(rate) and not fresh.arrived(rate / 50)
    assert fresh.paths.path(rate / 50).known < 100_000


def test_all_that_is_sent_fits_into_100_kB(article):
    tracks = [article.descent.track(r) for r in article.controls["learning_rate"].values]
    code = [(HERE / name).read_bytes() for name in ("fit_lab.js", "fit_lab.css")]
    assert len(tracks) >= 21
    assert sum(map(len, tracks)) < 45_000
    assert sum(map(len, code)) < 40_000


def test_data_and_loss_are_chosen_by_name():
    lab = fit_lab("logistic")
    assert lab.descent.model.X.shape == (1000, 10)
    total, estimate = lab.descent.limit, lab.descent.fit.beta
    lab.choose(mean=True)
    assert lab.descent.limit == pytest.approx(1000 * total)
    assert np.allclose(lab.descent.fit.beta, estimate)
    assert lab.preset("just right").set(iteration=1000).frame.event == "converged"
    assert lab.frame.loss == pytest.approx(lab.descent.model.loss(estimate) / 1000)
    lab.choose(mean=False, n=3000)
    X = lab.descent.model.X
    assert np.array_equal(X[:1000], fit_lab("logistic").descent.model.X)  # rows were added
    assert not np.array_equal(lab.choose(seed=124).descent.model.X, X)
    for family in OPTIONS["family"]:
        lab.choose(family=family, n=100)
        assert isinstance(lab.descent.model, MODELS[family])
        assert lab.picture().alt.endswith(lab.status)
    assert f"limit {lab.descent.limit:.3g}" in lab.describe
    with pytest.raises(ValueError, match="no choice 'rows': it has family"):
        lab.choose(rows=3)
    with pytest.raises(ValueError, match=r"n is one of \[100, 300"):
        lab.choose(n=7)
    with pytest.raises(ValueError, match="there is no model 'gauss'"):
        fit_lab("gauss")
    assert lab.choices["n"] == 100


def test_a_learners_data_keep_their_loss_and_gradient():
    X, y, beta = glmlib.simulate("poisson", n=50, d=2, seed=1)
    model = glmlib.PoissonRegression(X, y)
    assert list(fit_lab(model).choices) == ["mean"]
    own = fit_lab(model, gradient=model.gradient)
    with pytest.raises(ValueError, match="it has none"):
        own.choose(mean=True)


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


def test_the_browser_is_not_called_back_to_where_it_was(small):
    here = dict(small.screen.state)
    small._asked(small.screen, {"state": {"learning_rate": 0.01, "iteration": 77}}, [])
    assert small.state == {"learning_rate": 0.01, "iteration": 77}
    assert small.screen.status == small.status and "iteration 77" in small.status
    assert small.screen.state == here  # an echo of what the browser said would undo its moves
    assert small.screen.exact["iteration"] == 77
    small.set(iteration=here["iteration"])
    assert small.screen.state["iteration"] == here["iteration"]
    assert small.screen.state["turn"] != here.get("turn")  # so that the browser sees a change


def test_a_hand_in_another_thread_is_not_overtaken(small):
    """JupyterLab runs the callbacks of widgets in a thread beside that of the cells."""
    compute, began, moved = small.compute, threading.Event(), threading.Event()

    def slow(state, seconds=np.inf):
        if state["iteration"] == 30:  # under way when the hand moves to 40
            began.set()
            moved.wait(0.5)
        return compute(state, seconds)

    def hand():
        began.wait()
        small._asked(None, {"state": {"iteration": 40}}, [])
        moved.set()

    small.compute = slow
    told = []
    small.screen.observe(lambda change: told.append(change["new"]["iteration"]), "state")
    with ThreadPoolExecutor(1) as thread:
        done = thread.submit(hand)
        small.set(iteration=30)
        done.result()
    assert small.state["iteration"] == small.screen.exact["iteration"] == 40
    assert told == [30]


def test_an_error_in_a_choice_is_seen_in_the_lab(small):
    with pytest.raises(ValueError, match="no choice"):
        small._asked(small.screen, {"choose": {"n": 3}}, [])
    assert small.screen.failed and "no choice" in small.screen.status
    assert not small.set(iteration=3).screen.failed


def test_a_rate_between_those_of_the_grid_gets_a_track_of_its_own(small):
    rate = small.descent.limit * 0.377
    small.set(learning_rate=rate, iteration=9)
    assert small.screen.extra == small.descent.track(rate)
    index = small.controls["learning_rate"].nearest(small.descent.limit)
    small.set(learning_rate=small.descent.limit)
    assert getattr(small.screen, f"track{index}") == small.descent.track(small.descent.limit)


def test_all_rates_are_sent_while_the_kernel_answers(small):
    async def wait():
        small._work_ahead()
        for _ in range(2000):
            await asyncio.sleep(0.005)
            if len(small._sent) == len(small.controls["learning_rate"].values):
                return

    # in a thread of its own: the browser tests leave a running loop in this one
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(wait())).result()
    rates = small.controls["learning_rate"].values
    assert all(small.descent.arrived(rate) for rate in rates)
    for j, rate in enumerate(rates):
        assert getattr(small.screen, f"track{j}") == small.descent.track(rate)


def test_a_saved_page_asks_nobody_for_anything(small, tmp_path):
    page = small.to_html(tmp_path / "lab.html").read_text(encoding="utf-8")
    assert len(page) < 300_000
    assert re.findall(r"""(?:src|href)=["'](?!data:image/png;base64,)""", page) == []
    outside = set(re.findall(r"https?://[^\s\"']+", page))
    assert outside == {"http://www.w3.org/2000/svg"}  # a name, which nobody fetches
    assert page.count("</script>") == 1 and "lab.revive(here, {" in page
    again = fit_lab(small.descent.model, truth=small.descent.truth)
    assert again.to_html(tmp_path / "again.html").read_text(encoding="utf-8") == page


def test_the_notebook_keeps_the_picture_and_the_numbers(small):
    bundle = small._repr_mimebundle_()
    picture, _, script = bundle["text/html"].partition('\n<style class="glm-fit">')
    assert picture == small.picture()._repr_mimebundle_()["text/html"]
    assert '<script class="glm-fit">' in script and len(script) < 100_000
    kind = "application/vnd.jupyter.widget-view+json"
    assert bundle[kind]["model_id"] == small.box.model_id
    cell = new_code_cell("lab", outputs=[new_output("display_data", data=bundle)])
    stored = canonical.normalise(new_notebook(cells=[cell])).cells[0].outputs[0].data
    assert stored["text/html"] == bundle["text/html"] == small._repr_mimebundle_()["text/html"]
    assert set(stored) == {"text/html", "image/png", "text/plain"}
