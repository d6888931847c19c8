"""Lesson 11: its lab in every state, what it says of random draws, and the lines it shows."""

import re
import tracemalloc
from functools import cache, partial
from pathlib import Path

import nbformat
import numpy as np
import pytest

import glmlib
from glmlib.course import checks, mini_batch
from glmlib.course.labs.mini_batch import LAST, distance, floor, rates, walk
from glmlib.course.row_files import read_rows
from lab_sweep import sweep

LESSON = Path(__file__).parents[2] / "notebooks" / "11_more_rows_than_memory.ipynb"
END = {"learning_rate": 0.3, "iteration": LAST}


def data(n=12_000, d=6, seed=11):
    return glmlib.simulate("logistic", n=n, d=d, seed=seed)


# ---- the lab


@pytest.mark.parametrize("decreasing", [False, True])
def test_every_control_moves_through_its_range(decreasing):
    sweep(mini_batch(*data(3000, 4), decreasing=decreasing))


def test_the_distance_is_in_standard_errors():
    """Along each eigenvector the error over its standard error; then the root mean square."""
    X, y, truth = data(3000, 4)
    fit = glmlib.LogisticRegression(X, y).fit()
    values, vectors = np.linalg.eigh(fit.covariance)
    frame = mini_batch(X, y, truth).set(iteration=40).frame
    errors = vectors.T @ (frame.beta - fit.beta) / np.sqrt(values)
    assert frame.distance == pytest.approx(np.sqrt(np.mean(errors**2)))
    # another sample of as many rows is about 1 away from the truth
    frame = mini_batch(X, y, truth).set(iteration=0).frame
    assert frame.distance == pytest.approx(
        np.sqrt(np.mean((vectors.T @ fit.beta) ** 2 / values))
    )


def test_a_run_is_the_learner_s_step_again_and_again():
    X, y, truth = data(2000, 3)
    lab = mini_batch(X, y, truth, batch=16, learning_rate=0.3)
    drawn = [*glmlib.data.stream(11, "batches").integers(2000, size=(100, 16))]
    beta = np.zeros(3)
    for _ in range(20):
        rows = drawn.pop(0)
        mu = 1 / (1 + np.exp(-(X[rows] @ beta)))
        beta = beta - 0.3 * X[rows].T @ (mu - y[rows]) / 16
    assert np.allclose(lab.set(iteration=20).frame.beta, beta)


def test_wrong_input_is_refused():
    X, y, truth = data(500, 3)
    with pytest.raises(ValueError, match=r"truth needs shape \(3,\), got \(2,\)"):
        mini_batch(X, y, truth[:2])
    with pytest.raises(ValueError):
        mini_batch(X, y + 0.5, truth)


# ---- what the lesson says of random draws holds for other seeds


@cache
def runs(batch, rate, decreasing=False, n=6000):
    """Levels, last distances and floors of 200 runs, fifty on each of four data sets."""
    levels, ends, floors = [], [], []
    for k in range(4):
        X, y, _ = data(8000, 6, seed=k)
        X, y = X[:n], y[:n]
        model = glmlib.LogisticRegression(X, y)
        beta = model.fit().beta
        hessian = model.hessian(beta)
        path = walk(X, y, batch, rates(rate, decreasing), range(50 * k, 50 * k + 50))
        distances = distance(path - beta, hessian)
        levels.append(np.sqrt(np.mean(distances[LAST // 2 + 1 :] ** 2, axis=0)))
        ends.append(distances[-1])
        floors.append(np.full(50, floor(hessian, n, batch, rate)))
    return np.concatenate(levels), np.concatenate(ends), np.concatenate(floors)


def test_the_runs_are_those_of_the_lab():
    X, y, truth = data(8000, 6, seed=1)
    lab = mini_batch(X[:6000], y[:6000], truth, seed=57)
    frame = lab.compute({"batch": 4, **END})
    levels, ends, floors = (found[57] for found in runs(4, 0.3))
    assert np.allclose([frame.level, frame.distance, frame.curve[-1]], [levels, ends, floors])


def test_sixteen_times_the_rows_leave_a_quarter_of_the_distance():
    ratios = runs(64, 0.3)[0] / runs(4, 0.3)[0]
    assert len(ratios) == 200
    assert np.mean((ratios > 1 / 8) & (ratios < 1 / 2)) >= 0.9  # nearest to a quarter
    assert 0.2 < np.median(ratios) < 0.3


@pytest.mark.parametrize(
    ("batch", "rate"), [(4, 0.1), (16, 0.1), (4, 0.3), (16, 0.3), (64, 0.3), (64, 3.0)]
)
def test_it_hovers_where_the_formula_says(batch, rate):
    levels, _, floors = runs(batch, rate)
    assert np.mean((levels > 0.75 * floors) & (levels < 1.33 * floors)) >= 0.9
    assert 0.9 < np.median(levels / floors) < 1.2


def test_a_falling_rate_passes_the_floor_and_falls_asleep_when_it_begins_small():
    hovers, falls, small = runs(16, 0.3)[0], runs(16, 0.3, True)[1], runs(16, 0.03, True)[1]
    assert np.mean((falls < hovers) & (hovers < small)) >= 0.9
    assert np.mean((falls > 0.1) & (falls < 3)) >= 0.9


def test_four_times_the_rows_double_the_distance_in_standard_errors():
    ratios = runs(16, 0.3, n=8000)[0] / runs(16, 0.3, n=2000)[0]
    assert np.mean((ratios > 1.5) & (ratios < 2.7)) >= 0.9


# ---- blocks


def test_the_dask_lines_of_the_lesson_run(tmp_path):
    distributed = pytest.importorskip("dask.distributed", reason="needs the extra: scale")
    cells = nbformat.read(LESSON, as_version=4).cells
    text = next(c.source for c in cells if "dask_map" in c.source)
    lines = re.search(r"```python\n(.*?)```", text, re.DOTALL)[1]
    X, y, _ = data(3000, 4)
    for k, rows in enumerate(np.split(np.column_stack([y, X]), 6)):
        np.save(tmp_path / f"{k}.npy", rows)
    files = [partial(read_rows, path) for path in sorted(tmp_path.glob("*.npy"))]
    space = {"glmlib": glmlib, "files": files}
    with distributed.Client(processes=False, dashboard_address=None) as client:
        assert "client = Client()" in lines
        space["client"] = client
        exec(lines.replace("client = Client()", ""), space)
    whole = glmlib.LogisticRegression(X, y).fit()
    away = np.abs(space["fit"].beta - whole.beta) / whole.standard_errors
    assert away.max() < 1e-8


def holds(share):
    """A right mean that keeps copies of this share of the rows."""

    def mean(blocks):
        kept, total, n = [], 0.0, 0
        for X in blocks:
            total, n = total + X.sum(axis=0), n + len(X)
            kept.append(X[: int(share * len(X))].copy())
        return total / n

    return mean


def test_a_check_sees_what_is_held_and_leaves_no_trace():
    assert checks.running_mean(holds(0.1)).passed
    assert "MB at once" in checks.running_mean(holds(0.6)).message
    assert not tracemalloc.is_tracing()
    tracemalloc.start()
    try:
        assert checks.running_mean(holds(0.1)).passed and tracemalloc.is_tracing()
    finally:
        tracemalloc.stop()
