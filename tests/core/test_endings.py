"""How a fit ends: the smallest inputs on which a fit once claimed too much, by kind.

What is right comes from `reference.independent` (50 digits, separation in fractions), from
`reference.large` (closed forms), or from the same fit without the row that has weight 0.
"""

import math
import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

import glmlib
from core import fuzz
from glmlib import blocks
from glmlib.families import FAMILIES
from reference import independent, large
from reference.independent import Problem

thorough = settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)


def family(name, theta=None):
    return FAMILIES[name](theta) if theta else FAMILIES[name]()


def fitted(X, y, name, link, weights=None, offset=None, theta=None, **options):
    """(fit, the ConvergenceWarnings it gave); any other warning is an error."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        model = glmlib.GLM(X, y, family(name, theta), link, weights, offset)
        fit = model.fit(**options)
    ours = (glmlib.ConvergenceWarning, glmlib.DataWarning)
    assert all(issubclass(w.category, ours) for w in said), [str(w.message) for w in said]
    return fit, [w for w in said if w.category is glmlib.ConvergenceWarning]


def assert_separated(fit, said):
    assert not fit.converged
    assert said, "no ConvergenceWarning"
    assert fit.path.event == "separated", fit.message
    assert "no finite maximum-likelihood estimate exists" in fit.message
    assert np.isnan(fit.standard_errors).all()
    assert np.isfinite(fit.beta).all()


def assert_not_separated(fit):
    assert fit.path.event != "separated", fit.message
    assert "no finite" not in fit.message


def exact(X, y, name, link, weights=None, offset=None, theta=None):
    """The optimum as floats, and the Problem."""
    arrays = [None if a is None else np.asarray(a, float) for a in (X, y, weights, offset)]
    problem = Problem(name, link, *arrays, theta)
    optimum = independent.find(problem)
    return (None if optimum is None else np.array([float(b) for b in optimum])), problem


def assert_right(fit, problem, optimum):
    """The fit is the optimum, to 1e-6 standard errors, and so are its errors."""
    assert fit.converged, fit.message
    judged = independent.judge(problem, fit.beta)
    assert judged.inside and judged.definite
    assert judged.distance <= 1e-6 + judged.floor
    if optimum is not None:
        np.testing.assert_allclose(
            fit.beta, optimum, rtol=1e-7, atol=1e-5 * judged.standard_errors.min() + 1e-300
        )
    np.testing.assert_allclose(
        fit.standard_errors, judged.standard_errors, rtol=1e-6 + judged.floor
    )


# ---- 1. gradient descent on separated data

X4 = np.column_stack([np.ones(4), [-2.0, -1, 1, 2]])
X4_10 = X4 * [1, 10]
HALF = [0.0, 0, 1, 1]
GROUP = np.column_stack([np.ones(6), [0.0, 0, 0, 1, 1, 1]])

DESCENTS = [
    *[
        pytest.param(X4, HALF, "binomial", "logit", rate, None, id=f"logit-{rate}")
        for rate in (1, 5, 10, 11, 12, 15, 20, 30, 50, 70, 100, 1000)
    ],
    *[
        pytest.param(X4_10, HALF, "binomial", "logit", r, None, id=f"logit-ten-{r}")
        for r in (0.05, 0.1, 0.2, 0.5, 1, 10)
    ],
    *[
        pytest.param(X4, HALF, "binomial", "logit", r, [0, b], id=f"logit-{r}-from-{b}")
        for r in (0.01, 1)
        for b in (20, 40, 300)
    ],
    *[
        pytest.param(X4, HALF, "binomial", link, 0.1, [0, 9], id=f"{link}-from-9")
        for link in ("probit", "cloglog")
    ],
    *[
        pytest.param(GROUP, [2, 1, 3, 0, 0, 0], "poisson", "log", r, s, id=f"zeros-{r}-{s}")
        for r, s in [(0.1, None), (0.1, [0, -20]), (0.1, [0, -40]), (0.01, [0.7, -30])]
    ],
    pytest.param(
        GROUP,
        [0, 1, 0, 1, 1, 1],
        "binomial",
        "probit",
        0.1,
        [-0.43, 9],
        id="probit-quasi",
    ),
    pytest.param(
        GROUP, [0, 1, 0, 1, 1, 1], "binomial", "logit", 1.0, [-0.7, 40], id="logit-quasi"
    ),
]


@pytest.mark.parametrize("X, y, name, link, rate, start", DESCENTS)
def test_a_descent_on_separated_data_does_not_converge(X, y, name, link, rate, start):
    options = {"solver": "gradient descent", "learning_rate": rate, "iterations": 3000}
    fit, said = fitted(X, y, name, link, start=start, **options)
    assert_separated(fit, said)


@pytest.mark.parametrize("X, rate", [(X4, 10.0), (X4_10, 0.1)])
def test_a_descent_of_default_length_on_separated_data(X, rate):
    fit, said = fitted(X, HALF, "binomial", "logit", solver="gradient descent",
                       learning_rate=rate)  # fmt: skip
    assert_separated(fit, said)


@thorough
@example(xs=[1, 1], cut=3, rate=1.0, scale=0.125)  # jumps to and fro for thousands of steps
@given(
    xs=st.lists(st.integers(1, 8), min_size=2, max_size=6),
    cut=st.integers(-3, 3),
    rate=st.sampled_from([0.1, 1.0, 3.0, 10.0, 30.0, 100.0, 1000.0]),
    scale=st.sampled_from([0.125, 1.0, 10.0]),
)
def test_no_rate_makes_a_descent_converge_where_classes_are_split(xs, cut, rate, scale):
    x = cut + np.array([-a for a in xs] + xs, float) * scale
    y = np.repeat([0.0, 1.0], len(xs))
    X = np.column_stack([np.ones(len(x)), x])
    options = {"solver": "gradient descent", "learning_rate": rate, "iterations": 1000}
    fit, said = fitted(X, y, "binomial", "logit", **options)
    assert_separated(fit, said)


# ---- 2. Newton on separated data, and on data that only look it

DUMMY = [[1, 0], [1, 0], [1, 1]]
NB5 = [[1, 0, 3], [1, 0, 1], [1, 0, -1], [1, 0, -1], [1, 1, 0.0]]

SEPARATED = [
    (DUMMY, [1, 0, 1], "binomial", "cloglog", None, [0, 3, 0], None),
    ([[1, 0], [1, 1], [1, 0], [1, 0]], HALF, "binomial", "probit", None, [4, 2, -1, -2], None),
    (NB5, [0, 1000, 6000, 3000, 0], "negative binomial", "log", None, None, 0.5),
    (
        [[1, 100.0], [1, 0], [1, 0]],
        [1, 0.9, 0.4],
        "binomial",
        "cloglog",
        [14, 31, 32],
        [0, 4, -1],
        None,
    ),
    *[
        (DUMMY, [1, 0, float(end)], "binomial", link, None, offset, None)
        for link in ("logit", "probit", "cloglog")
        for end in (0, 1)
        for offset in (
            None,
            [0, 2, 0],
            [0, 4, 0],
            [0, -4, 0],
            [0, 3, 2],
            [0, 3, -20],
            [0, 3, 20],
            [5, 8, 5],
            [-5, -1, 7],
        )
    ],
    *[
        (GROUP, [a, b, 3, 0, 0, 0], name, "log", None, offset, theta)
        for name, theta in (("poisson", None), ("negative binomial", 0.5))
        for a, b in ((0, 1), (0, 6000), (1000, 20000))
        for offset in (None, [0, 5, -3, 2, 0, 1], [0, -9, 9, 0, 9, 0])
    ],
]


@pytest.mark.parametrize("X, y, name, link, weights, offset, theta", SEPARATED)
def test_newton_sees_what_is_separated(X, y, name, link, weights, offset, theta):
    problem = exact_problem(X, y, name, link, weights, offset, theta)
    assert independent.separated(problem) is not None
    assert_separated(*fitted(X, y, name, link, weights, offset, theta))


def exact_problem(X, y, name, link, weights=None, offset=None, theta=None):
    arrays = [None if a is None else np.asarray(a, float) for a in (X, y, weights, offset)]
    return Problem(name, link, *arrays, theta)


GAPS = [10.0**-k for k in range(1, 10)]


@pytest.mark.parametrize("link", ["logit", "probit", "cloglog"])
@pytest.mark.parametrize("gap", GAPS)
def test_nearly_separated_is_not_separated(link, gap):
    x = np.array([-2, -1, gap, -gap, 1, 2])
    X, y = np.column_stack([np.ones(6), x]), [0.0, 0, 0, 1, 1, 1]
    optimum, problem = exact(X, y, "binomial", link)
    assert independent.separated(problem) is None
    fit, said = fitted(X, y, "binomial", link)
    assert_not_separated(fit)
    if fit.converged:
        assert_right(fit, problem, optimum)
    if gap >= 1e-4:
        assert fit.converged, fit.message


@pytest.mark.parametrize("link", ["logit", "probit", "cloglog"])
@pytest.mark.parametrize("gap", [0.0, *GAPS])
def test_a_gap_between_the_classes_is_separation_however_small(link, gap):
    x = np.array([-2, -1, -gap, gap, 1, 2])
    X, y = np.column_stack([np.ones(6), x]), [0.0, 0, 0, 1, 1, 1]
    assert_separated(*fitted(X, y, "binomial", link))


EDGES = [  # a mean reaches 1 under the log link, or 0 or 1 under the identity: at a finite β
    ([[1, 0], [1, 1], [1, 2]], [0, 1, 1], "binomial", "log", [0, -1, -2]),
    ([[1, 0], [1, 1], [1, 2]], [0, 1, 1], "binomial", "log", None),
    ([[1, 0], [1, 1], [1, 2], [1, 3]], [0, 1, 0, 1], "binomial", "log", None),
    ([[1, 0], [1, 1], [1, 2], [1, 3]], [0, 0, 1, 1], "binomial", "log", [0, 0, -1, -1]),
    ([[1, 0], [1, 1], [1, 2], [1, 3]], HALF, "binomial", "identity", None),
    ([[1, 0], [1, 1], [1, 2], [1, 3]], [0, 1, 1, 1], "binomial", "identity", None),
    ([[1, 0], [1, 1], [1, 2], [1, 3]], [0, 0, 0, 5], "poisson", "identity", None),
    ([[1, 0], [1, 1], [1, 2], [1, 3]], [9, 2, 0, 0], "poisson", "identity", None),
]


@pytest.mark.parametrize("X, y, name, link, offset", EDGES)
def test_the_edge_is_not_separation(X, y, name, link, offset):
    assert independent.separated(exact_problem(X, y, name, link, None, offset)) is None
    fit, said = fitted(X, y, name, link, offset=offset)
    assert_not_separated(fit)
    assert fit.converged or said


@thorough
@given(
    offsets=st.lists(st.integers(-8, 8), min_size=3, max_size=6),
    link=st.sampled_from(["logit", "probit", "cloglog"]),
    end=st.sampled_from([0.0, 1.0]),
)
def test_newton_sees_an_empty_cell_under_any_offset(offsets, link, end):
    n = len(offsets)
    X = np.column_stack([np.ones(n), np.arange(n) == n - 1])
    y = np.arange(n) % 2 * 1.0
    y[-1] = end
    assert_separated(*fitted(X, y, "binomial", link, offset=np.array(offsets, float)))


@thorough
@given(
    counts=st.lists(st.sampled_from([0, 1, 30, 1000, 6000, 20000]), min_size=3, max_size=5),
    xs=st.lists(st.integers(-3, 3), min_size=5, max_size=5),
    offsets=st.lists(st.integers(-6, 6), min_size=6, max_size=6),
    theta=st.sampled_from([0.5, 2.0]),
)
def test_newton_sees_a_group_of_zeros_among_large_counts(counts, xs, offsets, theta):
    n = len(counts) + 1
    y = np.array([*counts, 0.0])
    X = np.column_stack([np.ones(n), np.arange(n) == n - 1, [*xs[: n - 1], 0]])
    assume(np.linalg.matrix_rank(X) == 3 and any(counts))
    offset = np.array(offsets[:n], float)
    fit, said = fitted(X, y, "negative binomial", "log", offset=offset, theta=theta)
    assert_separated(fit, said)


# ---- 4. a row of weight 0 is a row removed


def assert_same(whole, part, keep):
    """A fit with rows of weight 0 says what the fit without them says."""
    assert whole.converged == part.converged, (whole.message, part.message)
    if part.converged:
        size = 1e-10 * np.abs(part.beta).max() + 1e-300
        np.testing.assert_allclose(whole.beta, part.beta, rtol=1e-9, atol=size)
        np.testing.assert_allclose(whole.standard_errors, part.standard_errors, rtol=1e-8)
        np.testing.assert_allclose(whole.deviance, part.deviance, rtol=1e-9, atol=1e-12)
        for what in ("log_likelihood", "aic", "bic", "dispersion", "pearson_chi2"):
            ours, theirs = getattr(whole, what), getattr(part, what)
            np.testing.assert_allclose(ours, theirs, rtol=1e-8, atol=1e-10, err_msg=what)
        np.testing.assert_allclose(whole.mu[keep], part.mu, rtol=1e-8)
        for kind in ("deviance", "pearson"):
            ours = whole.residuals(kind)
            assert len(ours) == len(keep)
            # near 0 a residual is a rest of rounding
            np.testing.assert_allclose(ours[keep], part.residuals(kind), rtol=1e-6, atol=1e-6)
        np.testing.assert_allclose(whole.leverage[keep], part.leverage, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(whole.null_deviance, part.null_deviance, rtol=1e-8, atol=1e-12)
    assert (whole.df_residual, whole.df_null) == (part.df_residual, part.df_null)
    assert len(whole.mu) == len(keep)


def with_and_without(X, y, name, link, weights, offset=None, theta=None, **options):
    X, y, weights = (np.asarray(a, float) for a in (X, y, weights))
    keep = weights > 0
    offset = None if offset is None else np.asarray(offset, float)
    whole, _ = fitted(X, y, name, link, weights, offset, theta, **options)
    some = None if offset is None else offset[keep]
    part, _ = fitted(X[keep], y[keep], name, link, weights[keep], some, theta, **options)
    return whole, part, keep


LINE = np.column_stack([np.ones(6), np.arange(6.0)])
ZERO_ROWS = [
    ([[1, 0], [1, 1], [1, 3], [1, far]], [1, 2, 3, 4], "gaussian", "identity", [1, 1, 1, 0])
    for far in (1e4, 1e8, 1e12, 1e16, 1e20, -1e20, 1e30)
]
for far in (1e2, 1e4, 1e8, 1e16, -1e4, 1e20):
    rows = LINE.copy()
    rows[5, 1] = far
    ZERO_ROWS += [
        (rows, [1, 2, 2, 4, 7, 3], "poisson", "log", [1, 1, 1, 1, 1, 0]),
        (rows, [0, 1, 0, 1, 1, 0], "binomial", "logit", [1, 1, 1, 1, 1, 0]),
        (rows, [0, 1, 0, 1, 1, 1], "binomial", "cloglog", [1, 1, 2, 1, 1, 0]),
        (rows, [1, 2, 2, 4, 7, 3], "gamma", "log", [1, 1, 1, 1, 1, 0]),
        (rows, [1, 2, 2, 4, 7, 3], "gaussian", "log", [1, 1, 1, 1, 1, 0]),
    ]
IMPOSSIBLE = LINE.copy()
IMPOSSIBLE[5, 1] = -50
ZERO_ROWS += [
    (IMPOSSIBLE, [1, 2, 2, 4, 5, 0], "poisson", "identity", [1, 1, 1, 1, 1, 0]),
    (IMPOSSIBLE, [1, 2, 2, 4, 5, 3], "gamma", "identity", [1, 1, 1, 1, 1, 0]),
    (IMPOSSIBLE, [0.2, 0.3, 0.3, 0.5, 0.6, 0], "binomial", "identity", [9, 9, 9, 9, 9, 0]),
    (-IMPOSSIBLE, [0.1, 0.1, 0.2, 0.3, 0.5, 0], "binomial", "log", [9, 9, 9, 9, 9, 0]),
    (IMPOSSIBLE, [9, 5, 4, 2, 2, 1], "gamma", "inverse", [1, 1, 1, 1, 1, 0]),
]


@pytest.mark.parametrize("X, y, name, link, weights", ZERO_ROWS)
def test_a_far_row_of_weight_0_is_a_row_removed(X, y, name, link, weights):
    if name == "binomial" and link == "log":
        X = np.column_stack([np.ones(6), np.asarray(X)[:, 1] * -1])
    assert_same(*with_and_without(X, y, name, link, weights))


@pytest.mark.parametrize("name, link", fuzz.PAIRS)
@pytest.mark.parametrize("first", [True, False])
def test_a_row_of_weight_0_is_a_row_removed_for_every_link(name, link, first):
    y = np.array([0.3, 0.4, 0.5, 0.7, 0.6])
    if name != "binomial":
        y = np.array([5.0, 4, 4, 2, 3]) if "inverse" in link else np.array([2.0, 3, 3, 6, 5])
    X = LINE[:5] / 4
    out = 0.0 if fuzz.KINDS[name].discrete else 1e-3
    rows, weights = [0.0, -4e3], np.full(5, 7.0)  # the column of ones has a 0 there
    order = slice(None, None, -1) if first else slice(None)
    args = (
        np.vstack([X, rows])[order],
        np.append(y, out)[order],
        name,
        link,
        np.append(weights, 0.0)[order],
    )
    theta = 2.0 if name == "negative binomial" else None
    offset = np.append(np.zeros(5), 1e4)[order]
    whole, part, keep = with_and_without(*args, theta=theta)
    assert part.converged
    assert_same(whole, part, keep)
    assert_same(*with_and_without(*args, offset=offset, theta=theta))


def test_a_row_of_weight_0_does_not_reach_a_descent():
    X = LINE / 5
    X[5, 1] = 1e9
    y, weights = [1, 2, 2, 4, 7, 3], [1, 1, 1, 1, 1, 0]
    options = {"solver": "gradient descent", "learning_rate": 0.02, "iterations": 5000}
    assert_same(*with_and_without(X, y, "poisson", "log", weights, **options))


@pytest.mark.parametrize("n", [5, 7, 12, 13, 20])
def test_a_row_of_weight_0_at_1e20(n):
    X = np.column_stack([np.ones(n), np.arange(n)])
    X[0, 1] = 1e20
    weights = np.ones(n)
    weights[0] = 0
    assert_same(*with_and_without(X, np.arange(n) ** 2.0, "gaussian", "identity", weights))


def test_rows_of_weight_0_do_not_hide_separation_nor_make_it():
    X, y = np.column_stack([np.ones(5), [-2.0, -1, 1, 2, 0.5]]), [0, 0, 1, 1, 0]
    assert_separated(*fitted(X, y, "binomial", "logit", [1, 1, 1, 1, 0]))
    X, y = np.column_stack([np.ones(5), [-2.0, -1, 1, 2, -1]]), [0, 1, 0, 1, 1]
    assert_same(*with_and_without(X, y, "binomial", "logit", [1, 1, 1, 1, 0]))
    with pytest.raises(ValueError, match="all 0"):
        glmlib.LogisticRegression(X, y, weights=[1, 0, 1, 0, 0]).fit()


@thorough
@given(
    far=st.tuples(*[st.sampled_from([0.0, 1.0, -3.0, 1e3, -1e6, 1e10, 1e16, 1e20])] * 2),
    pair=st.sampled_from([p for p in fuzz.PAIRS if p[1] in ("log", "logit", "identity")]),
    row=st.integers(0, 5),
    offset=st.sampled_from([None, 0.0, 300.0, -300.0, 1e4]),
)
def test_nothing_in_a_row_of_weight_0_is_read(far, pair, row, offset):
    name, link = pair
    y = np.array([0.1, 0.2, 0.2, 0.3, 0.4]) * (1 if name == "binomial" else 10)
    X = LINE[:5] / 4
    if pair == ("binomial", "log"):
        X[:, 1] -= 1
    X, y = np.insert(X, row, far, axis=0), np.insert(y, row, 1.0)
    weights = np.insert(np.full(5, 10.0), row, 0.0)
    offset = None if offset is None else np.insert(np.zeros(5), row, offset)
    theta = 2.0 if name == "negative binomial" else None
    assert_same(*with_and_without(X, y, name, link, weights, offset, theta))


# ---- 7. the null deviance under an offset, and slow scoring


def test_the_null_deviance_of_gamma_with_a_wide_offset_has_a_closed_form():
    fit, _ = fitted(np.ones((3, 1)), [1.0, 1, 1], "gamma", "log", offset=[0.0, 0, -9])
    mean = np.mean(np.exp([0.0, 0, 9]))
    assert fit.converged, fit.message
    assert math.isclose(fit.beta[0], math.log(mean), rel_tol=1e-9)
    assert math.isclose(fit.null_deviance, fit.deviance, rel_tol=1e-9)


@pytest.mark.parametrize("spread", [1.0, 3.0, 5.0, 8.0])
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    "name, link",
    [
        ("gamma", "log"),
        ("binomial", "cloglog"),
        ("binomial", "probit"),
        ("poisson", "log"),
        ("negative binomial", "log"),
        ("inverse gaussian", "log"),
        ("gaussian", "log"),
    ],
)
def test_the_null_deviance_with_an_offset_is_right_or_nan(name, link, spread, seed):
    """Of a fit that converged: the deviance of the best intercept, in 50 digits."""
    if name not in FAMILIES:
        pytest.skip(f"there is no {name} family")
    rng = np.random.default_rng([7, seed])
    n = 12
    X = np.column_stack([np.ones(n), np.arange(n) % 3])
    offset = np.round(spread * rng.standard_normal(n), 2)
    theta = 2.0 if name == "negative binomial" else None
    if name == "binomial":
        y = np.array([0, 1, 1, 0, 1, 0, 1, 1, 0, 0, 1, 0.0])
    elif fuzz.KINDS[name].counts:
        y = rng.poisson(3.0, n) * 1.0
    else:
        y = np.round(rng.gamma(2.0, size=n) + 0.1, 2)
    problem = exact_problem(X, y, name, link, None, offset, theta)
    fit, said = fitted(X, y, name, link, offset=offset, theta=theta)
    if independent.separated(problem) is not None or math.isnan(fit.null_deviance):
        assert said or fit.converged
        return
    right = independent.null_deviance(problem)
    if math.isnan(right):  # not judged
        return
    if problem.pair in independent.CONVEX:
        assert math.isclose(fit.null_deviance, right, rel_tol=1e-7)
    else:  # the judge may have missed the best one
        assert fit.null_deviance <= right * (1 + 1e-7)


def slow_cases():
    """Well-behaved data drawn from the model, for links that Fisher scoring is slow at."""
    for pair in [
        ("poisson", "identity"),
        ("negative binomial", "identity"),
        ("gamma", "identity"),
        ("gamma", "log"),
        ("binomial", "cloglog"),
        ("binomial", "probit"),
        ("gaussian", "log"),
    ]:
        for seed in range(8):
            yield pytest.param(*pair, seed, id=f"{pair[0]}-{pair[1]}-{seed}")


@pytest.mark.parametrize("name, link, seed", list(slow_cases()))
def test_a_fit_of_ordinary_data_settles(name, link, seed):
    rng = np.random.default_rng([16, seed])
    n = 8
    x = np.round(rng.uniform(0, 4, n), 1)
    X = np.column_stack([np.ones(n), x])
    theta = 2.0 if name == "negative binomial" else None
    if name == "binomial":
        y = (rng.random(n) < 0.3 + 0.1 * x).astype(float)
    elif fuzz.KINDS[name].counts:
        y = rng.poisson((1 + x) * rng.gamma(2, 0.5, n)) * 1.0
    else:
        y = np.round((1 + x) * rng.gamma(2, 0.5, n) + 0.01, 2)
    problem = exact_problem(X, y, name, link, None, None, theta)
    optimum = None if independent.separated(problem) else independent.find(problem)
    fit, _ = fitted(X, y, name, link, theta=theta)
    if fit.converged or optimum is not None:  # else it is at the edge, or without end
        assert_right(fit, problem, None)


@pytest.mark.parametrize("offset", [-1.0, -2.0, -3.0, -4.0])
@pytest.mark.parametrize("name, link", [("binomial", "cloglog"), ("gamma", "log")])
def test_slow_scoring_still_ends_at_the_answer(name, link, offset):
    y = [0, 1, 1.0] if name == "binomial" else [1.0, 1, 2]
    shift = [0.0, offset, offset]
    optimum, problem = exact(np.ones((3, 1)), y, name, link, offset=shift)
    fit, _ = fitted(np.ones((3, 1)), y, name, link, offset=shift)
    assert_right(fit, problem, optimum)


# ---- 8. the whole range that doubles hold

SIZES = [1e-12, 1e-8, 1e-4, 1e-2, 1.0, 1e2, 1e4, 1e5, 1e6, 1e8, 1e10, 1e12]
SHAPE = np.array([1.0, 2, 3, 5, 8, 13, 21, 34])
TWO = np.repeat([0, 1], 4)


def assert_closed_form(name, link, y, weights=None, theta=None):
    beta, errors, deviance = large.grouped(name, link, y, TWO, weights, theta)
    X = np.column_stack([TWO == 0, TWO == 1]) * 1.0
    fit, said = fitted(X, y, name, link, weights, theta=theta)
    assert fit.converged, fit.message
    # what the rounding of doubles can hide
    judged = independent.judge(exact_problem(X, y, name, link, weights, None, theta), fit.beta)
    assert judged.floor < 1e-2
    away = np.abs(fit.beta - beta) / errors
    assert (away < 1e-6 + judged.floor + 4e-15 * np.abs(beta) / errors).all(), away
    # at the β that is claimed: where one error is 100, 1e-6 of it moves the other by 1e-4
    np.testing.assert_allclose(
        fit.standard_errors, judged.standard_errors, rtol=1e-6 + judged.floor
    )
    np.testing.assert_allclose(
        fit.deviance, deviance, rtol=1e-6, atol=1e-12 + judged.deviance_floor
    )


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name, link", [p for p in fuzz.PAIRS if p[0] != "binomial"])
def test_means_of_any_size(name, link, size):
    theta = 2.0 if name == "negative binomial" else None
    assert_closed_form(name, link, size * SHAPE, theta=theta)


@pytest.mark.parametrize("theta", [1e-3, 1e-2, 0.1, 0.5, 2.0, 20.0, 1e3, 1e4, 1e6])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("link", ["log", "identity"])
def test_counts_of_any_size_and_shape(link, size, theta):
    assert_closed_form("negative binomial", link, size * SHAPE, theta=theta)


@pytest.mark.parametrize("size", [1e-12, 1e-9, 1e-6, 1e-3, 0.1])
@pytest.mark.parametrize("high", [False, True])
@pytest.mark.parametrize("link", family("binomial").links)
def test_probabilities_near_both_ends(link, size, high):
    if high and (size < 1e-9 or link == "log" and size < 1e-6):
        pytest.skip("1 − y has no digits left")
    y = size * SHAPE / 40
    y = 1 - y if high else y
    weights = np.full(8, 1e3) / size
    assert_closed_form("binomial", link, y, weights)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("theta", [0.5, 2.0, 20.0])
@pytest.mark.parametrize("mean", [1e3, 1e4, 1e5, 1e6, 1e7, 1e9])
def test_a_well_specified_negative_binomial_fits(mean, theta, seed):
    rng = np.random.default_rng([8, seed])
    x = np.round(rng.standard_normal(40), 2)
    X = np.column_stack([np.ones(40), x])
    y = rng.poisson(rng.gamma(theta, mean * np.exp(0.5 * x) / theta)) * 1.0
    optimum, problem = exact(X, y, "negative binomial", "log", theta=theta)
    fit, _ = fitted(X, y, "negative binomial", "log", theta=theta)
    assert_right(fit, problem, optimum)


def test_four_large_counts():
    X, y = LINE[:4], [12000.0, 90000, 30000, 7000]
    optimum, problem = exact(X, y, "negative binomial", "log", theta=0.5)
    fit, _ = fitted(X, y, "negative binomial", "log", theta=0.5)
    assert_right(fit, problem, optimum)


@pytest.mark.parametrize("mean", [1e2, 1e4, 1e6, 1e8])
@pytest.mark.parametrize("seed", range(3))
def test_theta_of_large_counts(mean, seed):
    rng = np.random.default_rng([9, seed])
    y = rng.poisson(rng.gamma(2.0, mean / 2.0, 60)) * 1.0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit = glmlib.maximum_likelihood_theta(np.ones((60, 1)), y)
    assert fit.converged
    assert abs(fit.theta - 2) < 5 * fit.theta_standard_error
    assert math.isclose(math.exp(fit.beta[0]), y.mean(), rel_tol=1e-9)


@thorough
@given(
    counts=st.lists(st.integers(1, 10**9), min_size=4, max_size=8),
    theta=st.floats(0.01, 1e4),
    power=st.integers(0, 3),
)
def test_an_intercept_of_counts_is_the_log_of_their_mean(counts, theta, power):
    y = np.array(counts, float) * 10.0**power
    assume(y.max() > 1.5 * y.min())
    fit, _ = fitted(np.ones((len(y), 1)), y, "negative binomial", "log", theta=theta)
    assert fit.converged, fit.message
    mu = y.mean()
    error = math.sqrt((1 / mu + 1 / theta) / len(y))
    assert abs(fit.beta[0] - math.log(mu)) < 1e-6 * error + 1e-14
    assert math.isclose(fit.standard_errors[0], error, rel_tol=1e-9)


# ---- 9. a learner's own gradient, numbers of any width, several minima


class Own:
    """2 (β − 5), after what `slip` does to it."""

    def __init__(self, slip, when=0):
        self.slip, self.when, self.calls = slip, when, 0

    def gradient(self, beta):
        self.calls += 1
        if self.calls > self.when:
            return self.slip(beta)
        return 2 * (beta - 5)


def descend(slip, when=0, rate=0.1, start=(1.0, 2.0), iterations=300):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = Own(slip, when)
        return glmlib.gradient_descent(model, np.array(start), rate, iterations)


FINE = {
    "list": lambda b: [2 * (v - 5) for v in b],
    "tuple": lambda b: tuple(2 * (v - 5) for v in b),
    "list of numpy numbers": lambda b: list(2 * (b - 5)),
    "float32": lambda b: (2 * (b - 5)).astype(np.float32),
    "read only": lambda b: np.asarray(2 * (b - 5), order="F"),
}


@pytest.mark.parametrize("kind", FINE)
def test_a_gradient_may_be_any_sequence_of_numbers(kind):
    path = descend(FINE[kind])
    assert path.converged and np.allclose(path.betas[-1], 5, atol=1e-6)
    assert path.betas.dtype == float


def edit(how):
    def slip(beta):
        how(beta)
        return 2 * (beta - 5)

    return slip


def whole_array(beta):
    beta -= 1
    return beta


def fill(beta):
    beta[:] = 0.0


def one(beta):
    beta[0] += 1e-3


def sort(beta):
    beta[:] = beta[::-1].copy()


SLIPS = {
    "None": (lambda b: None, "None|nothing|shape"),
    "text": (lambda b: "2 * (beta - 5)", "gradient"),
    "a number": (lambda b: 3.0, "shape"),
    "a column": (lambda b: 2 * (b - 5)[:, None], "shape"),
    "another length": (lambda b: np.ones(3), "shape"),
    "ragged": (lambda b: [1.0, [2.0, 3.0]], "gradient"),
    "NaN": (lambda b: b * np.nan, "finite|NaN"),
    "complex": (lambda b: b * 1j, "gradient"),
    "edits all": (whole_array, "place|change"),
    "edits by fill": (edit(fill), "place|change"),
    "edits one": (edit(one), "place|change"),
    "edits the order": (edit(sort), "place|change"),
}


@pytest.mark.parametrize("when", [0, 1, 7])
@pytest.mark.parametrize("kind", SLIPS)
def test_a_slip_in_a_gradient_gets_a_sentence(kind, when):
    slip, word = SLIPS[kind]
    if kind == "NaN" and when:  # later, the descent may have come to a place without slope
        try:
            path = descend(slip, when)
        except ValueError as error:
            assert "finite" in str(error) or "NaN" in str(error)
        else:
            assert not path.converged
            assert "finite" in path.message or "NaN" in path.message
        return
    with pytest.raises((ValueError, TypeError), match=word) as caught:
        descend(slip, when)
    text = str(caught.value)
    assert "gradient" in text and len(text) > 20
    foreign = (
        "operand",
        "broadcast",
        "can't multiply",
        "NoneType'",
        "read-only",
    )
    assert not any(f in text for f in foreign), text


def test_editing_beta_does_not_reach_the_start():
    start = np.array([1.0, 2.0])
    with pytest.raises(ValueError):
        glmlib.gradient_descent(Own(whole_array), start, 0.1, 10)
    assert start.tolist() == [1.0, 2.0]


@pytest.mark.parametrize("rate", [1e-18, 1e-20, 1e-30, 1e-300])
@pytest.mark.parametrize("start", [(1.0, 2.0), (1e6, 1.0), (-3.0, 2.0)])
def test_a_step_that_is_lost_in_rounding_is_stuck(rate, start):
    path = descend(lambda b: 2 * (b - 5), rate=rate, start=start)
    assert not path.converged
    assert path.event == "stuck", path.message
    assert "rate" in path.message


def test_a_gradient_of_zero_is_converged():
    path = descend(lambda b: 2 * (b - 5), start=(5.0, 5.0))
    assert path.converged


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64, np.longdouble, np.int8])
def test_numbers_of_any_width(kind):
    X, y = LINE, [1.0, 2, 2, 4, 7, 9]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", glmlib.ConvergenceWarning)  # it may take longer
        rate = kind(1) if kind is np.int8 else kind(0.001)
        model = glmlib.LinearRegression(X / 10, y)
        fit = model.fit("gradient descent", learning_rate=rate, iterations=np.int16(20000))
        assert isinstance(fit.path.betas, np.ndarray) and fit.path.betas.dtype == np.float64
        glmlib.PoissonRegression(X, y).fit(
            "newton",
            tolerance=kind(1) if kind is np.int8 else kind(1e-4),
            iterations=np.uint8(50),
        )


@thorough
@given(
    rate=st.sampled_from([1e-30, 1e-18, 1e-6, 1e-3, 0.1, 0.5]),
    start=st.lists(st.floats(-100, 100), min_size=1, max_size=3),
    kind=st.sampled_from([*FINE, "edits all", "edits one", "None"]),
    when=st.integers(0, 3),
)
def test_a_learners_gradient_is_used_or_gets_a_sentence(rate, start, kind, when):
    slip = FINE[kind] if kind in FINE else SLIPS[kind][0]
    before = list(start)
    try:
        path = descend(slip, when, rate, tuple(start), iterations=500)
    except (ValueError, TypeError) as error:
        assert kind not in FINE and "gradient" in str(error)
        assert not any(f in str(error) for f in ("NoneType'", "operand", "read-only"))
        return
    assert path.betas[0].tolist() == before
    # a slip that was not noticed was never called, or changed nothing
    assert kind in FINE or path.iterations <= when
    if path.converged:
        assert np.allclose(path.betas[-1], 5, atol=1e-3)


# ---- claims that the judge of random fits refused once

FLAT = {  # the expected information is large where the likelihood is flat or falls to an edge
    "log": ("binomial", "log", [[1, 2], [1, -2], [1, -1e-06]], [1, 1, 0], {}),
    "identity": (
        "binomial",
        "identity",
        [[-1.5, -1.5, 1], [-0.375, -0.75, 0.75], [-0.5, -0.25, -0.125], [-0.25, 0.75, -0.375]],
        [0, 1, 1, 1],
        {},
    ),
    "at an edge, in standard errors": (
        "inverse gaussian",
        "inverse",
        [[1], [1], [1]],
        [6286323880.862043, 32576364220.082943, 535699440923.158],
        {"offset": [0, -0.125, -0.125]},
    ),
    "a row that pulls without weight": (
        "binomial",
        "probit",
        [[1, -0.125], [1, 0.125], [1, 0.125], [1, 0.625], [1, 1.125], [1, 0.625], [1, 0.125],
         [1, 0.375], [1, 0.6250001125]],
        [0, 0, 0, 1, 1, 1, 0, 0.5, 0],
        {"weights": [10] * 9, "offset": [-27.5, 23.875, 43.25, 18.875, -12.625, 26.25, -31.125,
                                         -30.875, -22]},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", FLAT)
def test_what_is_no_maximum_is_not_called_converged(case):
    name, link, X, y, more = FLAT[case]
    fit, _ = fitted(X, y, name, link, **more)
    assert not fit.converged and np.isnan(fit.standard_errors).all()
    assert ("reached inf" in fit.message) == case.startswith("at an edge")


@np.errstate(all="ignore")
def test_a_variance_that_overflows_is_outside():
    """Where μ² is no double any more the gradient of the row was 0."""
    model = glmlib.GLM(np.ones((3, 1)), [1.0, 2.0, 3.0], "gamma", "log")
    for eta, count in ((300.0, 0), (360.0, 3), (705.0, 3), (710.0, 3)):
        assert model.impossible(model.link.inverse(np.full(3, eta))) == count


def test_an_infinite_dispersion_is_no_certainty():
    model = glmlib.LinearRegression([[1.0, 3], [1, 2], [1, 1]], [17, 7, 3], [1e-5, 2e-6, 2e-6])
    with pytest.warns(glmlib.ConvergenceWarning, match="the loss rose"):
        fit = model.fit(
            "gradient descent", learning_rate=31300.0, iterations=379, start=[-11.25, -12.5]
        )
    assert np.abs(fit.beta).max() > 1e150


def test_the_free_step_is_short():
    """With φ of 10⁵⁰ a step of 10¹⁰ is nothing in standard errors, and not free."""
    y, offset = [1, 0.3, 1, 3], [-45, 22, -6.2, -29]
    fit, _ = fitted(
        [[0.75], [0.88], [0.88], [-1]], y, "inverse gaussian", "log", offset=offset
    )
    assert abs(fit.beta[0]) < 10 and "coef" in str(fit.summary())


@np.errstate(all="ignore")
def test_a_mean_below_0_has_no_distance():
    model = glmlib.GLM(np.ones((2, 1)), [1.0, 2.0], "inverse gaussian", "identity")
    point = blocks.look(model, np.array([-1.0]))
    assert point.impossible == 2
    assert blocks.standard_errors_away(model, point, point.step) == np.inf


def test_of_a_flat_likelihood_no_point_is_the_estimate():
    """Both rows of ones together are twice the row of zeros: any β with that η is best."""
    X = np.array([[1, -0.5], [1, 0.375], [1, -1.375], [1, 0.375], [1, -1.375]])
    y = [0, 1, 1, 0, 0]
    with pytest.warns(glmlib.ConvergenceWarning, match="flat in a direction"):
        assert not glmlib.GLM(X[:3], y[:3], "binomial", "log").fit().converged
    assert glmlib.GLM(X, y, "binomial", "log").fit().converged


def test_rows_of_tiny_weight_do_not_hide_the_step():
    """Their √W z is 10⁵: a QR of it ended 8e-6 standard errors away and said converged."""
    X = [[1, -2, 3], [1, -1, 0], [1, 1, 0], [1, 0, 0]]
    fit = glmlib.GLM(X, [1, 1, 1, 2], "poisson", "log", offset=[9.5, 0.25, 12, 30]).fit()
    assert fit.converged and fit.path.end.length < 1e-9


# ---- where LAPACK reports no error


def test_a_matrix_that_is_not_positive_definite_may_come_back_as_nan(monkeypatch):
    """In WebAssembly NumPy sees no flag of an operation that failed: NaN, and no error."""

    def cholesky(C, plain=np.linalg.cholesky):
        try:
            return plain(C)
        except np.linalg.LinAlgError:
            return np.full_like(C, np.nan)

    monkeypatch.setattr(np.linalg, "cholesky", cholesky)
    assert blocks.by_cholesky(np.array([[1.0, 2.0], [2.0, 1.0]]), np.ones(2))[0] is None
    x = np.arange(8.0)
    with pytest.raises(ValueError, match="linearly dependent: x2 = 2 x1"):
        glmlib.PoissonRegression(np.column_stack([x**0, x, 2 * x]), x).fit()
