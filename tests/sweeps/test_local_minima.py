"""No fit ends in silence in a minimum that is worse than the null model."""

import warnings

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import glmlib

LOCAL = [  # settles in a minimum that is worse than the intercept alone
    ([[1, 3], [1, 1], [1, -1], [1, 2.0]], [0.5, 3, 1, 0.6], "gaussian", "inverse"),
    (
        [[1, 1.4], [1, 2], [1, 2], [1, -1], [1, -2], [1, 0]],
        [1, 0.05, 0.001, 0.1, 0.1, 0.2],
        "gamma",
        "identity",
    ),
]


def not_worse_or_a_word(X, y, name, link, **options):
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        fit = glmlib.GLM(X, y, name, link).fit(**options)
    rounding = 1e-6 * fit.null_deviance + 1e-20 * float(np.square(y).sum())
    worse = fit.converged and fit.deviance > fit.null_deviance + rounding
    return not worse or any("minimum" in str(w.message) for w in said)


@pytest.mark.parametrize("unit", [1.0, 1e-12])
@pytest.mark.parametrize("X, y, name, link", LOCAL)
def test_no_silent_minimum_worse_than_the_intercept_alone(X, y, name, link, unit):
    assert not_worse_or_a_word(X, unit * np.array(y), name, link)


def test_nor_one_that_is_worse_than_no_column_at_all():
    X, y = [[2.1], [1.1], [-1]], np.array([220.0, 110, 26])
    assert not_worse_or_a_word(X, y, "gaussian", "log", start=[-2.5])


def test_nor_does_a_descent_end_there_in_silence():
    X, y, offset = np.ones((4, 1)), [6000, 7, 7, 0], [53.25, 321, -628.625, 826.25]
    model = glmlib.GLM(X, y, glmlib.NegativeBinomial(20.0), "identity", offset=offset)
    options = {"solver": "gradient descent", "learning_rate": 810.0, "iterations": 590}
    with pytest.warns(glmlib.ConvergenceWarning, match="worse than the null model"):
        model.fit(start=[1360.63125], **options)


@settings(max_examples=1500, deadline=None, derandomize=True)
@given(
    xs=st.lists(st.integers(-3, 3), min_size=4, max_size=6),
    ys=st.lists(st.sampled_from([0.05, 0.3, 0.5, 1.0, 3.0, 8.0]), min_size=6, max_size=6),
    pair=st.sampled_from([("gaussian", "inverse"), ("gamma", "identity")]),
)
def test_no_small_data_end_in_such_a_minimum(xs, ys, pair):
    assume(len(set(xs)) > 1)
    X = np.column_stack([np.ones(len(xs)), xs])
    assert not_worse_or_a_word(X, ys[: len(xs)], *pair)
