"""Names and indexes that exist are used or refused: never taken by position in silence."""

import warnings
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import glmlib
from later import later

pd, polars = later("pandas"), later("polars")

COUNTS = [1, 3, 2, 6, 9]


@cache
def people():
    ages, doses = [20.0, 30, 40, 50, 60], [5.0, 1, 4, 2, 3]
    return pd.DataFrame({"intercept": 1.0, "age": ages, "dose": doses})


@cache
def log_time():
    return pd.Series([0.0, 1, 2, 3, 4])


@pytest.fixture(scope="module")
def fit():
    return glmlib.PoissonRegression(people(), COUNTS).fit()


@pytest.fixture(scope="module")
def plain():
    """The same fit from an array: its columns are called intercept, x1, x2."""
    return glmlib.PoissonRegression(people().to_numpy(), COUNTS).fit()


@pytest.fixture(scope="module")
def with_offset():
    return glmlib.PoissonRegression(people(), COUNTS, offset=log_time()).fit()


def fails(*parts):
    return pytest.raises(ValueError, match="(?s)" + ".*".join(parts))


# ---- the columns that predict is given


KINDS = [lambda t: t, lambda t: polars.from_pandas(t)]
ORDERS = [["intercept", "dose", "age"], ["dose", "age", "intercept"]]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("kind", [*KINDS, lambda t: t.astype(object)])
def test_columns_in_another_order_are_found_by_name(fit, order, kind):
    np.testing.assert_array_equal(fit.predict(kind(people()[order])), fit.mu)
    np.testing.assert_array_equal(fit.model.predict(fit.beta, kind(people()[order])), fit.mu)


def test_a_table_of_arrow(fit):
    pyarrow = pytest.importorskip("pyarrow")
    table = pyarrow.Table.from_pandas(people()[ORDERS[0]])
    np.testing.assert_array_equal(fit.predict(table), fit.mu)
    with fails("lacks age", "has weight"):
        fit.predict(table.rename_columns(["intercept", "dose", "weight"]))


class Interchange:
    """A table that speaks the interchange protocol and nothing else."""

    def __init__(self, table):
        self.table = table

    def __dataframe__(self, *args, **options):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return self.table.__dataframe__(*args, **options)


def test_a_table_that_speaks_only_the_interchange_protocol(fit):
    np.testing.assert_array_equal(fit.predict(Interchange(people()[ORDERS[0]])), fit.mu)
    again = glmlib.PoissonRegression(Interchange(people()), COUNTS)
    assert again.names == list(people())
    with fails("X_new lacks age and has weight, unknown to the model"):
        fit.predict(Interchange(people().rename(columns={"age": "weight"})))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "change, parts",
    [
        (
            lambda t: t.rename(columns={"age": "weight"}),
            ["X_new lacks age and has weight, unknown", "the model has intercept, age, dose"],
        ),
        (lambda t: t.rename(columns={"age": "Age"}), ["lacks age and has Age"]),
        (lambda t: t.drop(columns="age"), ["lacks age: the model has intercept, age, dose"]),
        (lambda t: t.drop(columns="intercept"), ["lacks intercept", "add_intercept makes"]),
        (lambda t: t.assign(extra=1.0), ["has extra, unknown to the model"]),
        (lambda t: t.assign(who="me", why="so"), ["has who, why, unknown to the model"]),
        (lambda t: t[["dose", "age"]], ["lacks intercept"]),
        (
            lambda t: t.set_axis(["a", "b", "c"], axis=1),
            ["lacks intercept, age, dose and"],
        ),
    ],
)
def test_columns_that_are_missing_or_unknown_are_listed(fit, change, parts, kind):
    with fails(*parts):
        fit.predict(kind(change(people())))


def test_a_name_that_stands_twice(fit):
    with fails("has age more than once"):
        fit.predict(people()[["intercept", "age", "dose", "age"]])
    twice = people().set_axis(["a", "b", "b"], axis=1)
    same = glmlib.PoissonRegression(twice, COUNTS).fit()
    np.testing.assert_array_equal(same.predict(twice), same.mu)
    with fails("has b more than once"):
        same.predict(twice.iloc[:, [1, 0, 2]])


def test_an_array_has_no_names_and_is_taken_by_position(fit):
    np.testing.assert_array_equal(fit.predict(people().to_numpy()), fit.mu)
    np.testing.assert_array_equal(fit.predict(people().to_numpy().tolist()), fit.mu)
    # 0, 1, 2 are what pandas calls columns without names
    np.testing.assert_array_equal(fit.predict(pd.DataFrame(people().to_numpy())), fit.mu)


def test_a_table_of_numbered_columns_keeps_their_numbers():
    numbered = glmlib.PoissonRegression(pd.DataFrame(people().to_numpy()), COUNTS).fit()
    table = pd.DataFrame(people().to_numpy())
    np.testing.assert_array_equal(numbered.predict(table), numbered.mu)
    np.testing.assert_array_equal(numbered.predict(table[[2, 0, 1]]), numbered.mu)
    with fails("lacks 1 and has 7"):
        numbered.predict(table.rename(columns={1: 7}))


def test_a_table_for_a_model_made_from_an_array_needs_its_names(plain):
    assert plain.model.names == ["intercept", "x1", "x2"]
    named = people().rename(columns={"age": "x1", "dose": "x2"})
    np.testing.assert_array_equal(plain.predict(named), plain.mu)
    np.testing.assert_array_equal(plain.predict(named[["x2", "intercept", "x1"]]), plain.mu)
    with fails("lacks x1, x2 and has age, dose", "the model has intercept, x1, x2"):
        plain.predict(people())


def test_one_row_and_other_types_of_columns(fit):
    row = people()[ORDERS[0]].iloc[[3]].astype({"dose": int, "age": np.float32})
    np.testing.assert_allclose(fit.predict(row), fit.mu[3:4], rtol=1e-15)


def test_the_wrong_number_of_columns_still_has_both_numbers(fit):
    with fails("X_new has 2 columns, the model has 3"):
        fit.predict(people().to_numpy()[:, :2])


# ---- the rows of y, weights, offset

HERE = range(5)
OTHERS = {
    "turned": range(4, -1, -1),
    "shifted": range(1, 6),
    "named": list("abcde"),
    "repeated": [0, 0, 1, 2, 3],
    "sparse": [0, 2, 4, 6, 8],
}
VECTORS = {"y": COUNTS, "weights": [1.0, 2, 1, 2, 1], "offset": [0.0, 1, 2, 3, 4]}


def series(what, index):
    return pd.Series(VECTORS[what], index=index)


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("what", VECTORS)
def test_a_vector_whose_index_is_not_that_of_X(what, other):
    for values in (series(what, OTHERS[other]), series(what, OTHERS[other]).to_frame()):
        with fails(f"X and {what} carry different indexes: align them first"):
            glmlib.PoissonRegression(people(), **{"y": COUNTS, what: values})
    moved = people().set_axis(OTHERS[other])
    model = glmlib.PoissonRegression(moved, **{"y": COUNTS, what: series(what, OTHERS[other])})
    assert model.index.equals(pd.Index(OTHERS[other]))


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("pair", [("y", "weights"), ("y", "offset"), ("weights", "offset")])
def test_two_vectors_with_different_indexes_beside_an_array(pair, other):
    first, second = pair
    data = {"y": COUNTS, first: series(first, HERE), second: series(second, OTHERS[other])}
    for X in (people().to_numpy(), polars.from_pandas(people()), people().to_numpy().tolist()):
        with fails(f"{first} and {second} carry different indexes"):
            glmlib.PoissonRegression(X, **data)
    data[second] = series(second, HERE)
    assert glmlib.PoissonRegression(people().to_numpy(), **data).index.equals(pd.Index(HERE))


def test_equal_indexes_of_another_kind_pass():
    moved = people().set_axis(pd.Index([0.0, 1, 2, 3, 4]))
    assert glmlib.PoissonRegression(moved, series("y", pd.Index(range(5)))).fit().converged
    dates = pd.date_range("2026-01-01", periods=5)
    dated = people().set_axis(dates)
    assert glmlib.PoissonRegression(dated, series("y", dates)).fit().converged
    with fails("X and y carry different indexes"):
        glmlib.PoissonRegression(dated, series("y", dates + dates.freq))


def test_arrays_and_lists_have_no_index():
    assert glmlib.PoissonRegression(people().to_numpy(), COUNTS).index is None
    assert glmlib.PoissonRegression(people(), COUNTS).index.equals(pd.Index(HERE))
    assert glmlib.PoissonRegression(polars.from_pandas(people()), polars.Series(COUNTS))


def test_the_offset_of_a_prediction(with_offset):
    np.testing.assert_allclose(
        with_offset.predict(people(), log_time()), with_offset.mu, rtol=1e-14
    )
    for wrong in (log_time()[::-1], log_time().set_axis(OTHERS["shifted"])):
        with fails("X_new and offset carry different indexes: align them first"):
            with_offset.predict(people(), wrong)
    with fails("X_new and offset carry different indexes"):
        with_offset.predict(people()[::-1], log_time())
    turned = with_offset.predict(people()[::-1], log_time()[::-1])
    np.testing.assert_allclose(turned, with_offset.mu[::-1], rtol=1e-14)


# ---- coefficients by name


@pytest.mark.parametrize("call", ["eta", "mu", "loss", "gradient", "hessian", "predict"])
def test_a_series_of_coefficients_is_matched_by_its_index(fit, call):
    beta = pd.Series(fit.beta, index=fit.model.names)
    method = getattr(fit.model, call)
    expected = method(fit.beta)
    for given_beta in (beta, beta[["dose", "intercept", "age"]], pd.Series(fit.beta)):
        np.testing.assert_array_equal(method(given_beta), expected)
    with fails("beta lacks age and has weight, unknown to the model"):
        method(beta.rename({"age": "weight"}))


@pytest.mark.parametrize("solver", ["newton", "gradient descent"])
def test_a_start_is_matched_by_its_index(fit, solver):
    options = {} if solver == "newton" else {"learning_rate": 1e-6}
    start = pd.Series([0.1, 0.2, 0.3], index=fit.model.names)

    def first(start):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return fit.model.fit(solver, start=start, iterations=1, **options).path.betas[0]

    # Newton works on other columns and comes back with rounding
    np.testing.assert_allclose(first(start[["dose", "age", "intercept"]]), start, rtol=1e-12)
    np.testing.assert_allclose(first(start.to_numpy()), start, rtol=1e-12)
    with fails("start lacks age and has weight"):
        first(start.rename({"age": "weight"}))


# ---- two fits


def test_two_fits_whose_rows_are_not_the_same(fit):
    y = pd.Series([4, 4, 4, 4, 5])
    small = glmlib.PoissonRegression(people()[["intercept"]], y).fit()
    large = glmlib.PoissonRegression(people()[["intercept", "age"]], y).fit()
    assert glmlib.compare(small, large).df == 1
    rows = people()[["intercept", "age"]].set_axis(OTHERS["shifted"])
    moved = glmlib.PoissonRegression(rows, y.to_numpy())
    with fails("fits? .*different indexes: align"):
        small.compare(moved.fit())
    # an array among them has nothing to compare
    bare = glmlib.PoissonRegression(people()[["intercept"]].to_numpy(), y.to_numpy()).fit()
    assert glmlib.compare(bare, large).df == 1


# ---- any names, any order


@st.composite
def tables(draw):
    """A table of random names, y and two vectors whose indexes may each be another one."""
    n, d = 6, draw(st.integers(1, 4))
    names = draw(
        st.lists(st.text(min_size=1, max_size=3), min_size=d, max_size=d, unique=True)
    )
    seed = draw(st.integers(0, 2**32 - 1))
    X = pd.DataFrame(np.random.default_rng(seed).standard_normal((n, d)), columns=names)
    order = draw(st.permutations(names))
    rows = st.sampled_from([None, range(n), range(n)[::-1], range(1, n + 1)])
    indexes = {what: draw(rows) for what in ("X", "y", "weights", "offset")}
    return X, order, indexes


@settings(max_examples=150, deadline=None, derandomize=True)
@given(tables())
def test_no_name_and_no_index_is_ever_ignored(drawn):
    X, order, indexes = drawn
    n, rng = len(X), np.random.default_rng(1)
    data = {
        "X": X,
        "y": rng.standard_normal(n),
        "weights": rng.random(n) + 1,
        "offset": rng.random(n),
    }
    labelled = {}
    for what, index in indexes.items():
        if index is None:
            labelled[what] = np.asarray(data[what])
        elif what == "X":
            labelled[what] = X.set_axis(index)
        else:
            labelled[what] = pd.Series(data[what], index=index)
    if len({tuple(index) for index in indexes.values() if index is not None}) > 1:
        with fails("carry different indexes"):
            glmlib.LinearRegression(**labelled)
        return
    fit = glmlib.LinearRegression(**labelled).fit()
    by_position = glmlib.LinearRegression(**{w: np.asarray(v) for w, v in data.items()}).fit()
    np.testing.assert_array_equal(fit.beta, by_position.beta)
    if indexes["X"] is None:
        return
    given_offset = np.asarray(data["offset"])
    np.testing.assert_array_equal(fit.predict(X[order], given_offset), fit.mu)
    other = X.rename(columns={order[0]: "another name"})
    with fails("lacks", "another name"):
        fit.predict(other, given_offset)
