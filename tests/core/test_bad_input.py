"""What bad input gets: a sentence with what was given, what is needed and where.

Each test looks at the content of the message. The rule: an impossible request raises
ValueError; a fit without a finite or unique answer comes back with converged=False, a
message and a ConvergenceWarning; nothing is silently dropped, broadcast or clipped.
"""

import re
import warnings

import numpy as np
import pytest

import glmlib
from glmlib import ConvergenceWarning, DataWarning
from later import later
from reference import exact

optimize, pd = later("scipy.optimize"), later("pandas")

MODELS = {
    "linear": glmlib.LinearRegression,
    "logistic": glmlib.LogisticRegression,
    "poisson": glmlib.PoissonRegression,
}
n = 40


@pytest.fixture
def rng():
    return np.random.default_rng(31)


def design(rng, columns=2, rows=n):
    return np.column_stack([np.ones(rows), rng.standard_normal((rows, columns))])


def response(name, rng, rows=n):
    if name == "linear":
        return rng.standard_normal(rows)
    return rng.integers(0, 2 if name == "logistic" else 5, rows).astype(float)


def says(*parts):
    """A pattern for all of these words, in this order."""
    return "(?s)" + ".*".join(re.escape(part) for part in parts)


def fails(*parts):
    return pytest.raises(ValueError, match=says(*parts))


def quiet_fit(model, **options):
    """The fit of a model, with no warning allowed."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit = model.fit(**options)
    assert fit.converged, fit.message
    return fit


def scored(fit):
    """Whether the gradient is 0, measured in standard errors."""
    gradient = fit.model.gradient(fit.beta)
    return np.abs(gradient * fit.standard_errors).max() / fit.dispersion < 1e-6


# ---- the statistics: separation


def test_complete_separation_names_the_column(rng):
    X = design(rng)
    y = (X[:, 1] > 0.1).astype(float)
    with pytest.warns(
        ConvergenceWarning, match=says("the classes are separated by x1:", "no")
    ):
        fit = glmlib.LogisticRegression(X, y).fit()
    assert not fit.converged
    assert "no finite maximum-likelihood estimate exists" in fit.message
    assert "coefficients grow without bound" in fit.message
    assert np.isfinite(fit.beta).all() and np.isnan(fit.standard_errors).all()


def test_separation_names_the_column_of_a_table(rng):
    X = pd.DataFrame({"intercept": 1.0, "age": rng.standard_normal(n), "dose": np.arange(n)})
    with pytest.warns(ConvergenceWarning, match="the classes are separated by dose:"):
        glmlib.LogisticRegression(X, X["dose"] > 17).fit()


def test_separation_by_a_direction_names_its_columns(rng):
    X = design(rng, 3)
    y = (X[:, 1] - X[:, 3] > 0.05).astype(float)
    with pytest.warns(
        ConvergenceWarning, match=says("separated by the direction", "x1", "x3")
    ):
        fit = glmlib.LogisticRegression(X, y).fit()
    assert not fit.converged


def test_quasi_separation_where_the_classes_touch(rng):
    x = np.array([-3.0, -2, -1, 0, 0, 0, 1, 2, 3])
    y = np.array([0.0, 0, 0, 0, 1, 0, 1, 1, 1])
    with pytest.warns(ConvergenceWarning, match="the classes are separated by x1:"):
        fit = glmlib.LogisticRegression(glmlib.add_intercept(x[:, None]), y).fit()
    assert not fit.converged


def test_quasi_separation_by_a_group(rng):
    """Every row of group a has y = 1: its coefficient has no finite estimate."""
    a = np.repeat([0.0, 1.0], [30, 6])
    y = np.where(a == 1, 1.0, np.arange(36) % 2)
    X = pd.DataFrame({"intercept": 1.0, "x": rng.standard_normal(36), "a": a})
    with pytest.warns(ConvergenceWarning, match="the classes are separated by a:"):
        assert not glmlib.LogisticRegression(X, y).fit().converged


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("kind", ["complete", "quasi", "group"])
@pytest.mark.parametrize("link", ["logit", "probit", "cloglog"])
def test_separation_under_every_link(rng, link, kind, turned):
    X = design(rng)
    y = (X[:, 2] > 0).astype(float)
    if kind == "quasi":
        X[:6, 2] = 0
        y[:6] = [0, 1, 0, 1, 0, 1]
    if kind == "group":
        X[:, 2] = np.arange(n) < 7
        y = np.where(X[:, 2] == 1, 1.0, np.arange(n) % 2)
    with pytest.warns(ConvergenceWarning, match="the classes are separated by x2"):
        fit = glmlib.GLM(X, 1 - y if turned else y, "binomial", link).fit()
    assert not fit.converged


def test_separation_of_grouped_data():
    X = glmlib.add_intercept(np.array([[0.0], [1.0], [2.0], [3.0]]))
    with pytest.warns(ConvergenceWarning, match="the classes are separated by x1"):
        fit = glmlib.LogisticRegression(X, [0, 0, 1, 1], weights=[5, 6, 7, 8]).fit()
    assert not fit.converged


def test_gradient_descent_sees_separation_too(rng):
    X = design(rng)
    y = (X[:, 1] > 0.1).astype(float)
    with pytest.warns(ConvergenceWarning, match="the classes are separated by x1"):
        fit = glmlib.LogisticRegression(X, y).fit(
            "gradient descent", learning_rate=0.01, iterations=5000
        )
    assert not fit.converged and fit.path.event == "separated"


def separable(X, y):
    """Whether some b has Xb ≥ 0 where y = 1 and ≤ 0 where y = 0, not all 0: a linear
    programme, which maximises Σ ±Xb within the unit cube (Konis 2007)."""
    S = X * np.where(y == 1, 1.0, -1.0)[:, None]
    S = S / np.linalg.norm(S, axis=0)
    found = optimize.linprog(-S.sum(axis=0), A_ub=-S, b_ub=np.zeros(len(S)), bounds=(-1, 1))
    assert found.status == 0
    return -found.fun > 1e-7


def warned(X, y):
    """Whether the fit says that the classes are separated; nothing else may be said."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        fit = glmlib.LogisticRegression(X, y).fit()
    messages = [str(w.message) for w in said]
    assert all("the classes are separated by" in m for m in messages), messages
    assert fit.converged == (not messages)
    return bool(messages)


@pytest.mark.parametrize("columns", range(1, 9))
@pytest.mark.parametrize("kind", ["complete", "quasi", "rounded"])
def test_separation_is_found_in_up_to_eight_columns(columns, kind):
    found = 0
    for seed in range(12):
        rng = np.random.default_rng([columns, seed])
        X = design(rng, columns, rows=12 * (columns + 1))
        if kind == "rounded":  # many ties, as in questionnaires
            X[:, 1:] = np.round(X[:, 1:])
        direction = rng.integers(-2, 3, columns + 1).astype(float)
        direction[1] = 1.0
        eta = X @ direction
        y = (eta > 0).astype(float)
        if kind != "complete":  # on the boundary anything goes
            on = np.abs(eta) < 1e-9
            if kind == "quasi":
                X[:4, 1] -= eta[:4]
                on[:4] = True
            y[on] = np.arange(on.sum()) % 2
        if y.min() == y.max() or np.linalg.matrix_rank(X) <= columns:
            continue
        assert separable(X, y)
        assert warned(X, y), (kind, columns, seed)
        found += 1
    assert found >= 8


def test_no_false_alarm_on_200_sets_that_are_not_separated():
    """Near-separated ones included: separated sets in which one or two labels are flipped."""
    overlapping, largest = 0, 0.0
    for seed in range(520):
        rng = np.random.default_rng([77, seed])
        columns = 1 + seed % 8
        X = design(rng, columns, rows=int(rng.integers(15, 80)) + 4 * columns)
        eta = X @ (rng.standard_normal(columns + 1) * rng.choice([0.3, 1, 5, 30]))
        y = (rng.random(len(X)) < glmlib.sigmoid(eta)).astype(float)
        if seed % 2:  # near-separated: the labels nearest to the boundary are exchanged
            y = (eta > np.median(eta)).astype(float)
            nearest = np.argsort(np.abs(eta - np.median(eta)))[: 2 + seed % 3]
            y[nearest] = 1 - y[nearest]
        if y.min() == y.max() or separable(X, y):
            continue
        overlapping += 1
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            fit = glmlib.LogisticRegression(X, y).fit()
        assert fit.converged and scored(fit), seed
        largest = max(largest, np.abs(fit.eta).max())
    assert overlapping >= 200
    assert largest > 20  # some come close: fitted odds beyond e²⁰


def test_one_label_beyond_the_boundary_by_little_is_not_separation():
    """The gap closes: down to an overlap of 1e-4 of the range, the estimate is finite."""
    for overlap in (1e-1, 1e-2, 1e-3, 1e-4):
        x = np.concatenate([np.linspace(-1, 0, 20), [overlap], np.linspace(0, 1, 20)[1:]])
        y = np.repeat([0.0, 1.0], [20, 20])
        order = np.argsort(np.concatenate([x[:20], x[20:]]))
        x, y = x[order], y.copy()
        x[19], x[20] = overlap, 0.0  # a zero at +overlap, a one at 0
        X = glmlib.add_intercept(x[:, None])
        assert not separable(X, y)
        fit = quiet_fit(glmlib.LogisticRegression(X, y))
        assert scored(fit)


# ---- the statistics: dependence


def test_equal_columns_are_named(rng):
    X = design(rng, 2)
    X = np.column_stack([X, X[:, 1]])
    with fails("the columns of X are linearly dependent", "column x3 equals x1"):
        glmlib.LinearRegression(X, response("linear", rng)).fit()


@pytest.mark.parametrize("name", MODELS)
def test_a_sum_of_columns_is_named(name, rng):
    X = design(rng, 2)
    X = np.column_stack([X, X[:, 1] + X[:, 2]])
    with fails("linearly dependent", "x3 = x1 + x2", "Remove one"):
        MODELS[name](X, response(name, rng)).fit()


def test_a_combination_with_its_coefficients_and_names(rng):
    X = pd.DataFrame({"one": 1.0, "a": rng.standard_normal(n), "b": rng.standard_normal(n)})
    X["c"] = 3 * X["a"] - 0.5 * X["b"] + 2
    with fails("c = 2 one + 3 a - 0.5 b"):
        glmlib.LinearRegression(X, response("linear", rng)).fit()


def test_a_full_set_of_dummies_beside_an_intercept(rng):
    group = np.arange(n) % 3
    X = pd.DataFrame({f"g{k}": (group == k) * 1.0 for k in range(3)})
    X.insert(0, "intercept", 1.0)
    with fails("g2 = intercept - g0 - g1"):
        glmlib.PoissonRegression(X, response("poisson", rng)).fit()
    quiet_fit(glmlib.PoissonRegression(X.drop(columns="intercept"), response("poisson", rng)))


def test_dependence_in_other_units(rng):
    X = design(rng, 2) * np.array([1, 1e-9, 1e9])
    X = np.column_stack([X, X[:, 1] * 1e12 + 5])
    with fails("linearly dependent", "x3 ="):
        glmlib.LinearRegression(X, response("linear", rng)).fit()


def test_dependence_among_the_rows_that_count(rng):
    X = design(rng, 2)
    X = np.column_stack([X, X[:, 1]])
    X[0, 3] += 1  # the only row in which x3 and x1 differ has weight 0
    weights = np.ones(n)
    weights[0] = 0
    with fails("column x3 equals x1"):
        glmlib.LinearRegression(X, response("linear", rng), weights=weights).fit()


@pytest.mark.parametrize("name", MODELS)
def test_nearly_dependent_columns_fit_with_the_condition_number(name, rng):
    X = design(rng, 2)
    X[:, 2] = X[:, 1] + 1e-9 * X[:, 2]
    with pytest.warns(DataWarning, match=r"nearly dependent: condition number \d\.\de\+09"):
        fit = MODELS[name](X, response(name, rng)).fit()
    assert fit.converged


def test_a_constant_column_besides_the_intercept(rng):
    X = np.column_stack([design(rng, 3), np.full(n, 7.0)])
    with fails("column 4", "is constant and the intercept is already there"):
        glmlib.LinearRegression(X, response("linear", rng)).fit()


def test_a_column_of_zeros(rng):
    X = np.column_stack([design(rng, 1), np.zeros(n)])
    with fails("column 2", "is 0 everywhere"):
        glmlib.LinearRegression(X, response("linear", rng)).fit()


@pytest.mark.parametrize("name", MODELS)
def test_fewer_rows_than_columns(name, rng):
    with fails("5 observations cannot determine 9 coefficients"):
        MODELS[name](design(rng, 8, rows=5), response(name, rng, 5)).fit()


def test_rows_of_weight_zero_are_no_observations(rng):
    X = design(rng, 4, rows=8)
    with fails("4 observations cannot determine 5 coefficients"):
        weights = [1, 1, 1, 1, 0, 0, 0, 0]
        glmlib.LinearRegression(X, response("linear", rng, 8), weights=weights).fit()


# ---- the statistics: y


@pytest.mark.parametrize(
    "name, value, limit",
    [
        ("logistic", 0, "-∞"),
        ("logistic", 1, "+∞"),
        ("poisson", 0, "-∞"),
    ],
)
def test_y_all_the_same(name, value, limit, rng):
    with fails(f"y is all {value}: the maximum-likelihood intercept is {limit}"):
        MODELS[name](design(rng), np.full(n, value)).fit()


def test_y_all_the_same_has_an_answer_without_an_intercept():
    """Where x lies on both sides of 0, η = βx cannot rise in every row."""
    x = np.array([[1.0], [-1.0], [2.0]])
    fit = glmlib.LogisticRegression(x, [1, 1, 1]).fit()
    assert fit.converged and abs(fit.model.gradient(fit.beta)[0]) < 1e-9
    with pytest.warns(glmlib.ConvergenceWarning, match="separated by x0"):
        glmlib.LogisticRegression(np.abs(x), [1, 1, 1]).fit()


@pytest.mark.parametrize("solver", ["newton", "gradient descent"])
def test_one_group_with_counts_of_zero(solver, rng):
    group = np.repeat([0.0, 1.0], [30, 10])
    y = np.where(group == 1, 0.0, rng.poisson(3, n))
    X = pd.DataFrame({"intercept": 1.0, "x": rng.standard_normal(n), "group": group})
    model = glmlib.PoissonRegression(X, y)
    options = {} if solver == "newton" else {"learning_rate": 0.005, "iterations": 20_000}
    sentence = says("y is 0 in every row", "group", "no finite", "that coefficient diverges")
    with pytest.warns(ConvergenceWarning, match=sentence):
        fit = model.fit(solver, **options)
    assert not fit.converged


def test_constant_y_fits_and_says_what_is_undefined(rng):
    fit = quiet_fit(glmlib.LinearRegression(design(rng), np.full(n, 3.0)))
    np.testing.assert_allclose(fit.beta, [3, 0, 0], atol=1e-14)
    assert fit.deviance < 1e-25 and fit.null_deviance < 1e-25
    assert "exact" in str(fit.summary()) or fit.dispersion > 0


def test_no_degree_of_freedom_left_is_nan_with_a_note(rng):
    X = design(rng, 2, rows=3)
    fit = quiet_fit(glmlib.LinearRegression(X, [1.0, 2.0, 4.0]))
    assert fit.df_residual == 0
    assert np.isnan(fit.dispersion) and np.isnan(fit.standard_errors).all()
    assert "No degree of freedom is left" in str(fit.summary())


def test_a_negative_count_is_named(rng):
    y = response("poisson", rng)
    y[7] = -2
    with fails("y[7] = -2", "poisson family needs counts"):
        glmlib.PoissonRegression(design(rng), y)


@pytest.mark.parametrize("family", ["poisson", glmlib.NegativeBinomial(2.0)])
def test_fractional_counts_fit_and_warn_once(family, rng):
    y = response("poisson", rng) + 0.5
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        fit = glmlib.GLM(design(rng), y, family).fit()
    assert [w.category for w in said] == [DataWarning]
    assert "not whole numbers" in str(said[0].message)
    assert fit.converged and scored(fit)


@pytest.mark.parametrize(
    "low, high, cure",
    [
        (-1, 1, "pass (y == 1)"),
        (1, 2, "pass (y == 2)"),
        ("no", "yes", "pass (y == 'yes')"),
    ],
)
def test_two_labels_that_are_not_0_and_1(low, high, cure, rng):
    y = np.where(response("logistic", rng) == 1, high, low)
    with fails("y must be 0 or 1, got {", repr(low), repr(high), cure):
        glmlib.LogisticRegression(design(rng), y)


def test_three_classes(rng):
    with fails("y must be 0 or 1, got {0, 1, 2}"):
        glmlib.LogisticRegression(design(rng), np.arange(n) % 3)


def test_fractional_y_without_weights(rng):
    with fails("y must be 0 or 1", "for proportions pass the numbers of trials as weights"):
        glmlib.LogisticRegression(design(rng), rng.random(n))
    assert glmlib.LogisticRegression(design(rng), rng.random(n), weights=np.full(n, 9.0))


@pytest.mark.parametrize(
    "value, family, need",
    [
        (1.5, "binomial", "between 0 and 1"),
        (-0.1, "binomial", "between 0 and 1"),
        (0.0, "gamma", "0 < y"),
        (-3.0, "gamma", "0 < y"),
        (-1.0, "poisson", "counts"),
    ],
)
def test_y_outside_the_support_names_the_row(value, family, need, rng):
    y = np.full(n, 0.5 if family != "poisson" else 2.0)
    y[11] = value
    with fails(f"y[11] = {value:g}", family, need):
        glmlib.GLM(design(rng), y, family, weights=np.ones(n))


# ---- the statistics: what is unusual and has an answer


def test_counts_of_1e12(rng):
    """The stopping rule is relative; the log-likelihood keeps its digits."""
    X = design(rng)
    y = rng.poisson(np.exp(27.6 + 0.3 * X[:, 1])).astype(float)
    fit = quiet_fit(glmlib.PoissonRegression(X, y))
    beta, se, mu = exact.newton("poisson", X, y, start=fit.beta)
    assert (np.abs(fit.beta - beta) / se).max() < 1e-6
    np.testing.assert_allclose(fit.standard_errors, se, rtol=1e-9)
    # the log-likelihood by SciPy's binomial-free Stirling series would cancel 13 digits
    with exact.localcontext() as context:
        context.prec = 60
        counts = [exact.Decimal(v) for v in y]
        terms = [
            k * m.ln() - m - exact.log_factorial(k) for k, m in zip(counts, mu, strict=True)
        ]
        assert fit.log_likelihood == pytest.approx(float(sum(terms)), rel=1e-8)


def test_trials_of_1e12(rng):
    X = design(rng)
    trials = np.full(n, 1e12)
    chance = glmlib.sigmoid(0.4 * X[:, 1] - 1)
    y = np.round(trials * chance + rng.normal(0, 4e5, n)) / trials
    fit = quiet_fit(glmlib.LogisticRegression(X, y, weights=trials))
    beta, se, _ = exact.newton("logistic", X, y, trials, start=fit.beta)
    assert (np.abs(fit.beta - beta) / se).max() < 1e-3
    assert np.abs(fit.beta - beta).max() < 1e-12
    assert 0.3 < fit.deviance / fit.df_residual < 3


SCALES = {
    "x 1e8": (1e8, 0.0),
    "x 1e-8": (1e-8, 0.0),
    "+ 1e8": (1.0, 1e8),
    "x 1e-8 + 1": (1e-8, 1.0),
    "x 1e8 + 1e10": (1e8, 1e10),
}


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("name", MODELS)
def test_columns_in_other_units_against_the_exact_answer(name, scale, rng):
    factor, shift = SCALES[scale]
    X = design(rng)
    y = response(name, rng)
    X[:, 1] = X[:, 1] * factor + shift
    fit = quiet_fit(MODELS[name](X, y))
    if name == "linear":
        beta, se, _ = exact.least_squares(X, y)
    else:
        beta, se, _ = exact.newton(name, X, y, start=fit.beta)
    np.testing.assert_allclose(fit.beta, beta, rtol=1e-9, atol=1e-9 * se.max() * 1e-9)
    np.testing.assert_allclose(fit.standard_errors, se, rtol=1e-8)
    assert abs(fit.beta[1]) > 0


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("size", [1.0, 30.0, 1e3, 1e6, 1e14])
def test_a_far_start_ends_at_the_estimate_or_says_that_it_did_not(name, size, rng):
    model = MODELS[name](design(rng), response(name, rng))
    near = quiet_fit(model)
    for sign in (1, -1):
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            fit = model.fit("newton", start=sign * size * np.array([1.0, -1.0, 0.5]))
        if fit.converged:
            assert (np.abs(fit.beta - near.beta) / near.standard_errors).max() < 1e-6
            assert not said
        else:
            assert [w.category for w in said] == [ConvergenceWarning]
            assert size > 1 and "before it settled" in fit.message


# ---- type and shape

WHAT = ["X", "y", "weights", "offset"]


def build(name="linear", rows=n, **changes):
    rng = np.random.default_rng(5)
    given = {"X": design(rng, rows=rows), "y": response(name, rng, rows)}
    return MODELS[name](**{**given, **changes})


@pytest.mark.parametrize("what", WHAT)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_not_finite_says_how_many_and_where(what, value, rng):
    given = {"X": design(rng), "y": np.ones(n), "weights": np.ones(n), "offset": np.zeros(n)}
    given[what][(6, 2) if what == "X" else 6] = value
    given[what][(9, 1) if what == "X" else 9] = value
    with fails(what, "row 6" + (", column x2" if what == "X" else "")) as caught:
        glmlib.LinearRegression(**given)
    assert str(value) in str(caught.value)
    assert what == "offset" or "2 value(s)" in str(caught.value)


@pytest.mark.parametrize("what", WHAT)
def test_numbers_whose_squares_overflow(what, rng):
    given = {"X": design(rng), "y": np.ones(n), "weights": np.ones(n), "offset": np.zeros(n)}
    given[what][(6, 2) if what == "X" else 6] = 1e200
    with fails(f"{what} has 1e+200 at row 6", "beyond what can be squared", "other units"):
        glmlib.LinearRegression(**given)


def test_numbers_whose_inverse_squares_overflow(rng):
    X = design(rng) * np.array([1, 1, 1e-200])
    with fails("X has", "e-200 at most in column x2", "beyond what can be squared"):
        build(X=X)
    with fails("weights has 1e-200 at row 0", "beyond what can be squared"):
        build(weights=np.full(n, 1e-200))


@pytest.mark.parametrize("name", MODELS)
def test_y_of_one_column_is_taken_as_a_vector(name):
    model = build(name)
    column = MODELS[name](model.X, model.y[:, None])
    assert column.y.shape == (n,)
    np.testing.assert_array_equal(column.fit().beta, model.fit().beta)
    assert column.gradient(np.zeros(3)).shape == (3,)


def test_y_of_two_columns():
    with fails("y needs shape (40,), got (40, 2)", "never broadcast"):
        build(y=np.ones((n, 2)))


def test_X_of_one_dimension():
    with fails("X is one-dimensional, shape (40,)", "X.reshape(-1, 1)"):
        build(X=np.arange(float(n)))
    with fails("X needs two dimensions", "(2, 2, 2)"):
        build(X=np.ones((2, 2, 2)))


@pytest.mark.parametrize("what", ["y", "weights", "offset"])
def test_lengths_that_differ(what):
    with fails(what, "39 values", "40 are needed"):
        build(**{what: np.ones(n - 1)})


def test_no_rows_and_no_columns():
    with fails("X has 0 rows"):
        build(X=np.ones((0, 3)), y=[])
    with fails("X has 0 columns"):
        build(X=np.ones((n, 0)))
    with fails("X has 0 rows"):
        build(X=[[]], y=[1.0]) if np.array([[]]).shape[0] == 0 else build(X=np.empty((0, 1)))


@pytest.mark.parametrize("name", MODELS)
def test_intercept_only(name):
    y = response(name, np.random.default_rng(1))
    fit = quiet_fit(MODELS[name](np.ones((n, 1)), y))
    assert fit.mu == pytest.approx(y.mean(), rel=1e-14)
    assert fit.deviance == pytest.approx(fit.null_deviance, rel=1e-13)


@pytest.mark.parametrize(
    "cast",
    [
        lambda a: a.astype(int),
        lambda a: a.astype(np.float32),
        lambda a: a.astype(object),
        lambda a: a.astype(bool),
        lambda a: a.astype(np.int8),
        lambda a: a.tolist(),
        lambda a: a[::-1].copy()[::-1],
        np.asfortranarray,
    ],
)
def test_other_types_of_numbers_are_cast(cast, rng):
    X = np.column_stack([np.ones(n), rng.integers(0, 2, (n, 2))]).astype(float)
    y = response("logistic", rng)
    fit = quiet_fit(glmlib.LogisticRegression(cast(X), cast(y), weights=cast(np.ones(n))))
    assert fit.model.X.dtype == fit.model.y.dtype == fit.beta.dtype == float
    np.testing.assert_allclose(
        fit.beta, glmlib.LogisticRegression(X, y).fit().beta, rtol=1e-13
    )


def test_the_data_given_are_not_changed(rng):
    X, y, weights = design(rng), response("poisson", rng), np.full(n, 2.0)
    kept = X.copy(), y.copy(), weights.copy()
    for array in (X, y, weights):
        array.flags.writeable = False
    quiet_fit(glmlib.PoissonRegression(X, y, weights=weights))
    for before, now in zip(kept, (X, y, weights), strict=True):
        np.testing.assert_array_equal(before, now)


@pytest.mark.parametrize("what", WHAT)
def test_text_complex_and_masked(what):
    good = {"X": np.ones((n, 1)), "y": np.ones(n), "weights": np.ones(n), "offset": np.ones(n)}
    bad = {
        "text": good[what].astype(str),
        "complex numbers": good[what].astype(complex),
        "'1.0'": good[what].astype(str).astype(object),
        "masked": np.ma.masked_array(good[what], mask=np.zeros(good[what].shape)),
        "datetime64": good[what].astype("datetime64[s]"),
    }
    for word, array in bad.items():
        with fails(what, word):
            glmlib.LinearRegression(**{**good, what: array})


def test_ragged_rows():
    with fails("X is not a rectangular array of numbers"):
        build(X=[[1.0, 2.0], [1.0]])


def test_tables_keep_their_names(rng):
    X = pd.DataFrame(design(rng), columns=["intercept", "age", "dose"])
    y = pd.Series(response("poisson", rng))
    fit = quiet_fit(glmlib.PoissonRegression(X, y))
    assert fit.model.names == ["intercept", "age", "dose"]
    assert "dose" in str(fit.summary()) and "dose" in fit.summary()._repr_html_()
    plain = glmlib.PoissonRegression(X.to_numpy(), y.to_numpy()).fit()
    np.testing.assert_array_equal(fit.beta, plain.beta)


@pytest.mark.parametrize("what", ["y", "weights", "offset"])
def test_tables_whose_indexes_differ(what, rng):
    X = pd.DataFrame(design(rng))
    shuffled = pd.Series(np.ones(n), index=np.arange(n)[::-1])
    with fails(f"X and {what} carry different indexes: align them first"):
        build(X=X, **{what: shuffled})
    build(X=X, **{what: pd.Series(np.ones(n), index=np.arange(n))})


def test_a_table_with_text_or_gaps(rng):
    X = pd.DataFrame({"a": rng.standard_normal(n), "b": ["x"] * n})
    with fails("X must hold numbers", "'x'"):
        build(X=X)
    X["b"] = X["a"].where(X["a"] < 1)
    with fails("X has", "NaN", "column b"):
        build(X=X)


def test_predict_with_the_wrong_number_of_columns(rng):
    fit = build().fit()
    with fails("X_new has 2 columns, the model has 3"):
        fit.predict(np.ones((4, 2)))
    assert fit.predict(np.ones((4, 3))).shape == (4,)


def test_predict_asks_for_the_offset_again(rng):
    fit = build("poisson", offset=np.log(np.arange(1.0, n + 1))).fit()
    with fails("the model has an offset", "pass offset="):
        fit.predict(np.ones((2, 3)))
    assert fit.predict(np.ones((2, 3)), offset=[0, 1])[1] == pytest.approx(
        np.e * fit.predict(np.ones((2, 3)), offset=[0, 0])[1]
    )
    with fails("offset", "3 values", "2 are needed"):
        fit.predict(np.ones((2, 3)), offset=[0, 1, 2])


def test_predict_that_overflows_is_infinite_with_one_warning():
    fit = build("poisson").fit()
    far = np.array([[1.0, 0, 0], [1.0, 1e6, 1e6], [1.0, -1e6, -1e6]])
    with pytest.warns(DataWarning, match=r"predicted mean\(s\) overflow to infinity") as said:
        mu = fit.predict(far)
    assert len(said) == 1
    assert np.isinf(mu).sum() == 1 and np.isfinite(mu[0]) and not np.isnan(mu).any()


# ---- numbers


def test_weights_of_every_wrong_kind():
    bad = np.ones(n)
    bad[4] = -0.5
    with fails("weights must not be negative, got -0.5 at row 4"):
        build(weights=bad)
    with fails("weights are all 0"):
        build(weights=np.zeros(n))
    with fails("weights has 3 values, but 40 are needed"):
        build(weights=np.ones(3))
    with fails("weights needs shape (40,), got (40, 40)"):
        build(weights=np.eye(n))


@pytest.mark.parametrize("exposure", [0.0, -2.0])
def test_exposure_that_has_no_logarithm(exposure):
    time = np.ones(n)
    time[13] = exposure
    with np.errstate(all="ignore"), fails("offset", "at row 13", "exposure above 0"):
        build("poisson", offset=np.log(time))


@pytest.mark.parametrize("iterations", [0, -3, 2.5, "10", True, np.nan, 10**10])
def test_iterations(iterations):
    model = build("poisson")
    for solver, options in [("newton", {}), ("gradient descent", {"learning_rate": 1e-3})]:
        with fails(
            "iterations must be", "1,000,000,000" if iterations == 10**10 else repr(iterations)
        ):
            model.fit(solver, iterations=iterations, **options)


@pytest.mark.parametrize("tolerance", [0, -1e-8, np.nan, np.inf, "small", True])
def test_tolerance(tolerance):
    with fails("tolerance must be", "positive"):
        build("poisson").fit(tolerance=tolerance)


@pytest.mark.parametrize("rate", [0, -0.1, np.nan, np.inf, True, "0.1", [0.1]])
def test_learning_rate(rate):
    with fails("learning_rate must be", "positive", str(rate)):
        build("poisson").fit("gradient descent", learning_rate=rate)
    with fails("learning_rate must be", "positive"):
        glmlib.gradient_descent(build("poisson"), np.zeros(3), rate, 10)


def test_gradient_descent_needs_a_rate():
    with fails("gradient descent needs a learning_rate"):
        build("poisson").fit("gradient descent")


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("factor", [1.05, 1.5, 30.0])
def test_a_rate_above_the_limit_names_the_limit_and_a_rate_that_works(name, factor):
    X, y, _, _ = glmlib.article_data(name)
    model = MODELS[name](X, y)
    limit = glmlib.stability_limit(model, model.fit().beta)
    rate = factor * limit
    with pytest.warns(ConvergenceWarning, match=says("above the stability limit 2/λmax =")):
        fit = model.fit("gradient descent", learning_rate=rate, iterations=2000)
    assert not fit.converged
    assert fit.path.event in ("bounces", "diverged")
    assert f"learning rate {rate:.4g} is above the stability limit 2/λmax = {limit:.4g}" in (
        fit.message
    )
    assert name != "logistic" or fit.path.event == "bounces"  # it never overflows there
    cure = float(re.search(r"try (\S+)$", fit.message)[1])
    assert cure < limit
    assert model.fit("gradient descent", learning_rate=cure, iterations=20_000).converged


def test_divergence_stops_keeps_its_history_and_says_when():
    X, y, _, start = glmlib.article_data("poisson")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        path = glmlib.gradient_descent(glmlib.PoissonRegression(X, y), start, 0.01, 50_000)
    assert path.event == "diverged" and not path.converged
    k = int(re.search(r"not finite at iteration ([\d,]+)", path.message)[1].replace(",", ""))
    assert k == path.iterations + 1 < 100
    assert np.isfinite(path.betas).all() and len(path.losses) == path.iterations + 1
    np.testing.assert_array_equal(path[10**6], path.betas[-1])


def test_a_rate_so_small_that_nothing_moves_has_not_converged():
    model = build("poisson")
    with pytest.warns(ConvergenceWarning, match=says("fixed point", "take a larger learning")):
        fit = model.fit("gradient descent", learning_rate=1e-22, start=np.ones(3))
    assert not fit.converged and fit.iterations == 1


class Own:
    """A learner's model, with a gradient of whatever kind."""

    def __init__(self, value):
        self.value = value

    def gradient(self, beta):
        return self.value


@pytest.mark.parametrize(
    "value, parts",
    [
        (np.ones(4), ("the gradient has shape (4,), beta has (3,)",)),
        (np.ones((3, 3)), ("the gradient has shape (3, 3)",)),
        (1.0, ("the gradient has shape ()",)),
        (None, ("the gradient returned None", "return")),
        (np.array(["a", "b", "c"]), ("the gradient holds", "not numbers")),
        (np.ones(3, dtype=complex), ("the gradient holds complex128, not numbers",)),
        (np.array([1.0, np.nan, 0.0]), ("the gradient is not finite at the start",)),
    ],
)
def test_a_learners_own_gradient(value, parts):
    with fails(*parts):
        glmlib.gradient_descent(Own(value), np.zeros(3), 0.1, 10)


def test_a_learners_own_gradient_that_is_right():
    class Parabola:
        def gradient(self, beta):
            return 2 * (beta - 3)

    path = glmlib.gradient_descent(Parabola(), np.zeros(2), 0.1, 1000)
    assert path.converged and path[-1] == pytest.approx([3, 3])
    with fails("Parabola has no loss(beta)"):
        path.losses  # noqa: B018


def test_names_that_do_not_exist(rng):
    X, y = design(rng), response("poisson", rng)
    with fails("there is no family 'poison': choose from gaussian, binomial, poisson"):
        glmlib.GLM(X, y, "poison")
    with fails("there is no link 'square': choose from identity, log, logit"):
        glmlib.GLM(X, y, "poisson", "square")
    with fails("negative binomial needs theta"):
        glmlib.GLM(X, y, "negative binomial")
    with pytest.raises(TypeError, match=says("family is a function: call it", "Poisson()")):
        glmlib.GLM(X, y, glmlib.Poisson)
    with pytest.raises(TypeError, match=says("family must be one of", "got 3")):
        glmlib.GLM(X, y, 3)
    with fails("there is no solver 'sgd': choose from closed form, newton, gradient descent"):
        glmlib.GLM(X, y, "poisson").fit("sgd")
    with fails("has no closed form", "newton or gradient descent"):
        glmlib.GLM(X, y, "poisson").fit("closed form")
    with fails("learning_rate does not belong to the solver 'newton'"):
        glmlib.GLM(X, y, "poisson").fit(learning_rate=0.1)
    with pytest.raises(TypeError, match="learningrate"):
        glmlib.GLM(X, y, "poisson").fit(learningrate=0.1)
    with fails("there is no model 'logit': choose from linear, logistic, poisson"):
        glmlib.simulate("logit")
    with fails("there is no data set 'titanic': choose from", "horsekick"):
        glmlib.load("titanic")


@pytest.mark.parametrize("theta", [0, -1.0, np.nan, np.inf])
def test_theta(theta):
    with fails("theta must be a positive finite number"):
        glmlib.NegativeBinomial(theta)


def test_beta_of_the_wrong_length():
    model = build("poisson")
    for call in (model.loss, model.gradient, model.hessian, model.predict):
        with fails("beta", "2 values", "3 are needed"):
            call([0.0, 1.0])
    with fails("start", "2 values", "3 are needed"):
        model.fit(start=[0.0, 1.0])
    with fails("start must be finite"):
        model.fit(start=[0.0, np.nan, 1.0])
