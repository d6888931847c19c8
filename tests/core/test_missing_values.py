"""Missing values in any clothes, what is no array at all, numbers of any width, and whose
memory a model keeps.

Where a value is missing, the sentence has the number of such values and the place of the
first. Hypothesis then throws all kinds of things at every entry point.
"""

import tracemalloc
import warnings
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import glmlib
from glmlib.guards import inputs
from later import later

pd, polars, sparse = later("pandas"), later("polars"), later("scipy.sparse")

N = 6
Y = [1.0, 0, 2, 1, 4, 3]
MADE = {  # an object of this kind with the values of a list in which None is missing
    "list": list,
    "object array": lambda v: np.array(v, dtype=object),
    "nan": lambda v: np.array([np.nan if x is None else x for x in v]),
    "float32": lambda v: np.array([np.nan if x is None else x for x in v], dtype=np.float32),
    "inf": lambda v: np.array([np.inf if x is None else x for x in v]),
    "-inf": lambda v: [-np.inf if x is None else x for x in v],
    "masked": lambda v: np.ma.array([x or 0.0 for x in v], mask=[x is None for x in v]),
    "list with masked": lambda v: [np.ma.masked if x is None else x for x in v],
    "objects with masked": lambda v: np.array(
        [np.ma.masked if x is None else x for x in v], dtype=object
    ),
    "Float64": lambda v: pd.array(v, dtype="Float64"),
    "Int64": lambda v: pd.array(v, dtype="Int64"),
    "Int8 series": lambda v: pd.Series(v, dtype="Int8"),
    "series": lambda v: pd.Series(v),
    "array of pandas": lambda v: pd.array(v),
    "list with NA": lambda v: [pd.NA if x is None else x for x in v],
    "list with NaT": lambda v: [pd.NaT if x is None else x for x in v],
    "numpy NaT": lambda v: np.array(
        ["NaT" if x is None else "2026-01-01" for x in v], dtype="datetime64[D]"
    ),
    "Decimal": lambda v: [Decimal("NaN") if x is None else Decimal(x) for x in v],
    "polars": lambda v: polars.Series(v),
    "polars integers": lambda v: polars.Series([None if x is None else int(x) for x in v]),
}
HOLES = [(2,), (0,), (5,), (1, 3, 4), (2, 5)]


def holed(holes):
    return [None if i in holes else float(v) for i, v in enumerate(Y)]


def fails(*parts):
    return pytest.raises(ValueError, match="(?s)" + ".*".join(parts))


@pytest.fixture(autouse=True)
def no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


# ---- y, weights, offset


@pytest.mark.parametrize("kind", MADE)
@pytest.mark.parametrize("what", ["y", "weights", "offset"])
@pytest.mark.parametrize("holes", HOLES)
def test_a_vector_with_missing_values(what, kind, holes):
    X = glmlib.add_intercept(np.arange(float(N))[:, None])
    data = {"X": X, "y": Y, what: MADE[kind](holed(holes))}
    sentence = rf"^{what} (has|is masked:) {len(holes)} value\(s\)", f"at row {holes[0]}"
    with fails(*sentence):
        glmlib.LinearRegression(**data)
    with fails(*sentence):
        glmlib.GLM(**data, family="poisson")
    if what == "offset":
        fit = glmlib.PoissonRegression(X, Y, offset=np.zeros(N)).fit()
        with fails(*sentence):
            fit.predict(X, offset=data["offset"])


@pytest.mark.parametrize("kind", MADE)
def test_labels_with_a_missing_value(kind):
    y = [0.0, 1.0, None, 1.0, None, 0.0]
    with fails(r"^y (has|is masked:) 2 value\(s\)", "at row 2"):
        glmlib.LogisticRegression(np.ones((N, 1)), MADE[kind](y))


@pytest.mark.parametrize("values", [[True, None, False], ["no", None, "yes"], [0, None, 1]])
@pytest.mark.parametrize("make", ["list", "series", "polars", "array of pandas"])
def test_labels_that_are_not_numbers_with_a_missing_value(make, values):
    with fails(r"y has 1 value\(s\)", "at row 1"):
        glmlib.LogisticRegression(np.ones((3, 1)), MADE[make](values))


# ---- X, X_new, add_intercept

TABLES = {
    "objects": lambda v: pd.DataFrame({"one": 1.0, "dose": pd.Series(v, dtype=object)}),
    "floats": lambda v: pd.DataFrame({"one": 1.0, "dose": v}),
    "Float64": lambda v: pd.DataFrame({"one": 1.0, "dose": pd.array(v, dtype="Float64")}),
    "Int64": lambda v: pd.DataFrame({"one": 1, "dose": pd.array(v, dtype="Int64")}),
    "NaT": lambda v: pd.DataFrame({"one": 1.0, "dose": MADE["list with NaT"](v)}),
    "dates": lambda v: pd.DataFrame({"one": 1.0, "dose": MADE["numpy NaT"](v)}),
    "inf": lambda v: pd.DataFrame({"one": 1.0, "dose": MADE["inf"](v)}),
    "polars": lambda v: polars.DataFrame({"one": [1.0] * N, "dose": v}),
    "polars and bool": lambda v: polars.DataFrame({"one": [True] * N, "dose": v}),
}


def entries(X):
    """Every function that is given an X or an X_new."""
    fit = glmlib.PoissonRegression(
        pd.DataFrame({"one": 1.0, "dose": np.arange(float(N))}), Y
    ).fit()
    return {
        "X": lambda: glmlib.LinearRegression(X, Y),
        "X of add_intercept": lambda: glmlib.add_intercept(X),
        "X of a GLM": lambda: glmlib.GLM(X, Y, "poisson", weights=Y),
        "X_new": lambda: fit.predict(X),
        "X_new of a model": lambda: fit.model.predict(fit.beta, X),
        "X for theta": lambda: glmlib.maximum_likelihood_theta(X, Y),
    }


@pytest.mark.parametrize("kind", TABLES)
@pytest.mark.parametrize("holes", HOLES)
def test_a_table_with_missing_values(kind, holes):
    for what, call in entries(TABLES[kind](holed(holes))).items():
        with fails(
            rf"^{what.split()[0]} has {len(holes)} value\(s\) that are",
            f"at row {holes[0]}, column dose$",
        ):
            call()


@pytest.mark.parametrize("kind", ["list", "object array", "nan", "inf", "masked", "float32"])
@pytest.mark.parametrize("holes", HOLES)
def test_an_array_with_missing_values(kind, holes):
    columns = [[1.0] * N, holed(holes)]
    if kind == "masked":
        X = np.ma.column_stack([np.ma.array(columns[0]), MADE[kind](columns[1])])
    else:
        X = np.column_stack([MADE[kind](column) for column in columns])
        X = X.tolist() if kind == "list" else X
    for what, call in entries(X).items():
        with fails(rf"^{what.split()[0]} (has|is masked:) {len(holes)} value\(s\)",
                   f"row {holes[0]}, column x1"):  # fmt: skip
            call()


def test_rows_that_are_masked_in_a_list():
    rows = [np.ma.array([1.0, 2.0], mask=[False, i == 3]) for i in range(N)]
    for nested in (rows, [[1.0, np.ma.masked if i == 3 else 2.0] for i in range(N)]):
        for call in entries(nested).values():
            with fails(r"is masked: 1 value\(s\), the first at row 3, column x1"):
                call()


def test_a_mask_without_a_masked_value_is_refused_with_its_cure():
    X = np.ma.array(np.ones((N, 1)))
    with fails("X is a masked array without a masked value: pass X.data"):
        glmlib.add_intercept(X)
    assert glmlib.add_intercept(X.data).shape == (N, 2)


def test_all_kinds_at_once_are_counted_together():
    X = pd.DataFrame({"a": [1.0] * 5, "b": [pd.NA, None, np.nan, np.inf, 2.0]})
    with fails(r"X has 4 value\(s\) that are missing, NaN or infinite, the first \(<NA>\) at "
               "row 0, column b"):  # fmt: skip
        glmlib.add_intercept(X)


def test_many_rows_are_counted_over_all_blocks():
    X = np.ones((2 * inputs.BLOCK, 2))
    rows = inputs.BLOCK // 2  # of a block
    X[rows + 5, 1] = X[2 * rows + 1, 0] = np.nan
    with fails(r"X has 2 value\(s\)", f"row {rows + 5}, column x1"):
        glmlib.LinearRegression(X, np.ones(len(X)))
    X[:] = 1.0
    X[-1, 1] = -1e80
    with fails("X has -1e\\+80", f"row {len(X) - 1}, column x1, beyond"):
        glmlib.LinearRegression(X, np.ones(len(X)))


# ---- no array

NO_ARRAYS = {
    "float": lambda: 3.0,
    "float32": lambda: np.float32(3),
    "int": lambda: 7,
    "bool": lambda: True,
    "complex": lambda: 1j,
    "NoneType": lambda: None,
    "str": lambda: "abc",
    "bytes": lambda: b"abc",
    "generator": lambda: (x for x in Y),
    "map": lambda: map(float, Y),
    "zip": lambda: zip(Y, Y, strict=True),
    "set": lambda: {1.0, 2.0},
    "dict": lambda: {"a": Y},
    "Table": lambda: glmlib.load("norris"),
    "object": object,
    "type": lambda: np.ndarray,
    "NAType": lambda: pd.NA,
    "LazyFrame": lambda: polars.LazyFrame({"a": Y}),
    "array of shape ()": lambda: np.array(2.0),
    "sparse": lambda: sparse.csr_array(np.eye(N)),
    "sparse ": lambda: sparse.coo_matrix(np.eye(N)),
}


@pytest.mark.parametrize("kind", NO_ARRAYS)
def test_what_is_no_array(kind):
    given_thing = NO_ARRAYS[kind]()
    wanted = r"sparse matrix: pass \w+\.toarray\(\)"
    if "sparse" not in kind:
        name = "None" if kind == "NoneType" else kind
        wanted = rf"is .*{name}.*must be an array of shape \({{}}\)"
    for what, call in entries(given_thing).items():
        if given_thing is None and what.startswith("X_new"):
            continue  # the model's own X
        with fails(f"^{what.split()[0]} ", wanted.format("n, d")):
            call()
    for what in ("y", "weights", "offset"):
        if given_thing is not None or what == "y":
            with fails(f"^{what} ", wanted.format("6,")):
                glmlib.LinearRegression(np.ones((N, 1)), **{"y": Y, what: given_thing})


def test_a_generator_is_not_used_up():
    values = (v for v in Y)
    with fails(r"y is of type generator", r"pass list\(y\)"):
        glmlib.LogisticRegression(np.ones((N, 1)), values)
    assert list(values) == Y


@pytest.mark.parametrize("shape", [(2, 3, 1), (1, 1, 1), (2, 2, 2, 2)])
def test_too_many_dimensions(shape):
    for what, call in entries(np.ones(shape)).items():
        with fails(
            rf"^{what.split()[0]} needs two dimensions \(n, d\), got shape \({shape[0]}"
        ):
            call()
    for what in ("y", "weights", "offset"):
        with fails(rf"^{what} needs shape \(6,\), got \({shape[0]}, "):
            glmlib.LinearRegression(np.ones((N, 1)), **{"y": Y, what: np.ones(shape)})


@pytest.mark.parametrize("kind", ["nan", "series", "polars", "list"])
def test_one_dimension_has_a_cure_that_exists(kind):
    made = MADE[kind](Y)
    with fails("one-dimensional") as caught:
        glmlib.add_intercept(made)
    cure = str(caught.value).split("columns; ")[1].removesuffix(" makes one column of it")
    X = np.array(Y) if kind == "list" else made
    assert glmlib.add_intercept(eval(cure, {"X": X})).shape == (N, 2)


def test_fields_of_a_structured_array_are_named():
    with fails("X has the fields age, dose", "pandas.DataFrame"):
        glmlib.add_intercept(np.zeros(3, dtype=[("age", int), ("dose", float)]))


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(
    "make",
    [
        np.array,
        lambda y: y,
        lambda y: pd.DataFrame(y),
        lambda y: polars.DataFrame(y, orient="row"),
    ],
)
def test_successes_and_failures_in_two_columns(make, weighted):
    y = make([[3, 2], [0, 5], [5, 0], [1, 4]])
    with fails("two columns", "successes / \\(successes \\+ failures\\)", "trials", "weights"):
        glmlib.GLM(np.ones((4, 1)), y, "binomial", weights=[1] * 4 if weighted else None)


# ---- add_intercept of tables


def test_a_table_with_an_intercept_is_not_given_another():
    for table in (pd.DataFrame({"a": Y}), polars.DataFrame({"a": Y})):
        with fails("has a column called intercept already"):
            glmlib.add_intercept(glmlib.add_intercept(table))


def test_a_table_stays_what_it_is():
    index = pd.Index(list("abcdef"))
    pandas = glmlib.add_intercept(pd.DataFrame({"a": Y, "b": True}, index=index))
    assert list(pandas) == ["intercept", "a", "b"] and pandas.index.equals(index)
    assert list(pandas.dtypes.astype(str)) == ["float64", "float64", "bool"]
    given_table = polars.DataFrame({"a": Y, "b": [1] * N})
    ours = glmlib.add_intercept(given_table)
    assert isinstance(ours, polars.DataFrame) and ours.columns == ["intercept", "a", "b"]
    assert given_table.columns == ["a", "b"]
    for table in (pandas, ours):
        X = glmlib.PoissonRegression(table, Y).X
        np.testing.assert_array_equal(X, np.column_stack([np.ones(N), Y, np.ones(N)]))


# ---- numbers of any width

FLOATS = [np.float16, np.float32, np.float64, np.longdouble, Fraction, Decimal]
WHOLES = [np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64]


@pytest.mark.parametrize("kind", FLOATS)
def test_rates_and_tolerances_of_any_width(kind):
    X, y, _ = glmlib.simulate("poisson", n=50, d=2, seed=1)
    model = glmlib.PoissonRegression(X, y)
    rate = kind(2.0**-10)
    same = model.fit("gradient descent", learning_rate=2.0**-10)
    np.testing.assert_array_equal(
        model.fit("gradient descent", learning_rate=rate).beta, same.beta
    )
    path = glmlib.gradient_descent(model, np.zeros(2), rate, np.int16(40))
    np.testing.assert_array_equal(path.betas, same.path.betas[:41])
    assert model.fit(tolerance=kind(2.0**-20)).converged
    noisy = glmlib.simulate("linear", n=5, d=2, seed=1, noise=kind(0.5))
    np.testing.assert_array_equal(noisy[1], glmlib.simulate("linear", 5, 2, 1, 0.5)[1])


@pytest.mark.parametrize("kind", WHOLES)
def test_iterations_of_any_width(kind):
    X, y, _ = glmlib.simulate("poisson", n=kind(50), d=kind(2), seed=kind(1))
    model = glmlib.PoissonRegression(X, y)
    assert model.fit(iterations=kind(50)).converged
    assert len(glmlib.gradient_descent(model, [0, 0], 1e-6, kind(7)).betas) == 8
    positive = glmlib.gradient_descent(model, [0, 0], kind(1), 1)
    assert positive.betas.shape[1] == 2


@pytest.mark.parametrize(
    "rate",
    [
        np.float16(np.inf),
        np.float32(0),
        np.float32(-1),
        np.float16(np.nan),
        np.longdouble("1e4000"),
        np.longdouble("1e-4900"),
        10**400,
        Decimal("sNaN"),
        Decimal("Infinity"),
        np.timedelta64(1, "s"),
        np.bool_(True),
        np.complex64(1),
        np.array([0.1]),
        None,
        "1",
    ],
)
def test_what_is_no_rate(rate):
    no_rate(rate)


def test_what_is_missing_is_no_rate():
    no_rate(pd.NA)


def no_rate(rate):
    model = glmlib.PoissonRegression(np.ones((N, 1)), Y)
    with fails("learning_rate must be (a )?positive"):
        glmlib.gradient_descent(model, [0.0], rate, 10)
    with fails("tolerance must be (a )?positive"):
        glmlib.newton(model, tolerance=rate)
    with fails("iterations must be a"):
        glmlib.newton(model, iterations=rate)


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.longdouble, ">f8", ">i4", "u1"])
def test_arrays_of_any_width(kind):
    X = np.array([[1, 2], [1, 3], [1, 5], [1, 8]]).astype(kind)
    y = np.array([1, 0, 2, 4]).astype(kind)
    fit = glmlib.PoissonRegression(X, y, weights=y + y + y[2], offset=y).fit()
    wide = [a.astype(float) for a in (X, y)]
    same = glmlib.PoissonRegression(
        *wide, weights=2 * wide[1] + wide[1][2], offset=wide[1]
    ).fit()
    np.testing.assert_array_equal(fit.beta, same.beta)
    np.testing.assert_array_equal(fit.predict(X, offset=y), same.mu)


# ---- whose memory it is


def test_changing_what_was_given_does_not_change_the_model():
    X, y = np.array([[1.0, 2], [1, 3], [1, 5]]), np.array([1.0, 2, 2])
    weights, offset, beta = np.ones(3), np.zeros(3), np.zeros(2)
    model = glmlib.LinearRegression(X, y, weights=weights, offset=offset)
    path = glmlib.gradient_descent(model, beta, 0.01, 3)
    kept = [a.copy() for a in (model.X, model.y, model.weights, model.offset, path.betas)]
    for array in (X, y, weights, offset, beta):
        array += 1
    now = (model.X, model.y, model.weights, model.offset, path.betas)
    for before, after in zip(kept, now, strict=True):
        np.testing.assert_array_equal(before, after)


def test_the_arrays_of_a_model_cannot_be_written():
    X = np.array([[1.0, 2], [1, 3], [1, 5]])
    for weights, offset in [(None, None), ([1, 2, 3], [0.0, 1, 2])]:
        model = glmlib.LinearRegression(X, [1, 2, 2], weights, offset)
        for array in (model.X, model.y, model.weights, model.offset):
            assert array.dtype == float and len(array) == 3
            with pytest.raises(ValueError, match="read-only"):
                array[0] = 1.0
    assert X.flags.writeable  # what was given is left alone


def frozen(array):
    array.flags.writeable = False
    return array


@pytest.mark.parametrize("order", ["C", "F"])
def test_an_array_that_nobody_can_write_is_not_copied(order, tmp_path):
    X = frozen(np.array([[1.0, 2], [1, 3], [1, 5]], order=order))
    y = frozen(np.array([1.0, 0.0, 3.0]))
    model = glmlib.PoissonRegression(X, y, weights=y, offset=y)
    assert model.X is X and model.y is y and model.weights is y and model.offset is y
    view = X[::-1]
    assert np.shares_memory(glmlib.PoissonRegression(view, y).X, X)
    mapped = np.memmap(tmp_path / "X", float, "w+", shape=(3, 2), order=order)
    mapped[:] = X
    mapped.flush()
    reading = np.memmap(tmp_path / "X", float, "r", shape=(3, 2), order=order)
    model = glmlib.PoissonRegression(reading, y)
    assert np.shares_memory(model.X, reading)
    np.testing.assert_array_equal(model.fit().beta, glmlib.PoissonRegression(X, y).fit().beta)


def test_an_array_that_somebody_may_write_is_copied(tmp_path):
    X = np.array([[1.0, 2], [1, 3], [1, 5]])
    mapped = np.memmap(tmp_path / "X", float, "w+", shape=(3, 2))
    mapped[:] = X
    buffer = bytearray(X.tobytes())
    cases = {
        "written": (X, X),
        "a read-only view": (frozen(X[:]), X),
        "a map for writing": (mapped, mapped),
        "a read-only view of such a map": (frozen(mapped[:]), mapped),
        "a buffer": (frozen(np.frombuffer(buffer).reshape(3, 2)), np.frombuffer(buffer)),
        "a table": (pd.DataFrame(X, copy=False), X),
    }
    for name, (given_array, owner) in cases.items():
        model = glmlib.PoissonRegression(given_array, [1, 0, 3])
        assert not np.shares_memory(model.X, owner), name
        assert model.X.flags.f_contiguous and not model.X.flags.writeable, name
    fixed = np.frombuffer(X.tobytes()).reshape(3, 2)
    assert np.shares_memory(glmlib.PoissonRegression(fixed, [1, 0, 3]).X, fixed)


def test_without_weights_and_offset_no_memory_is_used():
    model = glmlib.PoissonRegression(np.ones((N, 1)), Y)
    assert model.weights.strides == model.offset.strides == (0,)
    given_ones = glmlib.PoissonRegression(np.ones((N, 1)), Y, np.ones(N), np.zeros(N)).fit()
    fit = model.fit()
    for name in ("beta", "deviance", "null_deviance", "log_likelihood", "standard_errors"):
        np.testing.assert_allclose(getattr(fit, name), getattr(given_ones, name), rtol=1e-14)
    for kind in ("response", "pearson", "deviance", "working"):
        np.testing.assert_allclose(
            fit.residuals(kind), given_ones.residuals(kind), rtol=1e-13, atol=1e-15
        )


@pytest.mark.parametrize("order", ["C", "F"])
def test_the_checks_make_no_second_X(order):
    X = frozen(np.ones((200_000, 20), order=order))
    tracemalloc.start()
    try:
        inputs.design_matrix(X)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < X.nbytes / 10


# ---- everything at every entry


def things():
    """Anything that somebody may pass: good arrays, damaged ones, and what is no array."""
    width = st.sampled_from(["f2", "f4", "f8", "g", "i1", "u2", "i8", "?", ">f8", "O"])
    value = st.sampled_from(
        [0.0, 1.0, 2.5, -3.0, 7, True, 1e-300, 1e80, 10**400, np.nan, np.inf, None]
        + [pd.NA, pd.NaT, np.ma.masked, Decimal("1.5"), Decimal("sNaN"), Fraction(1, 3)]
        + ["x", b"1", 1j, np.complex64(2), np.timedelta64(1, "s"), pd.Timestamp(0), [1, 2]]
    )
    shape = st.sampled_from([(), (0,), (3,), (4,), (4, 1), (4, 2), (4, 3), (0, 2), (4, 0)])
    shape |= st.just((2, 2, 1))

    @st.composite
    def arrays(draw):
        size = draw(shape)
        good = np.random.default_rng(draw(st.integers(0, 99))).integers(0, 4, size)
        array = np.array(good, dtype=draw(width))
        if draw(st.booleans()):
            array = np.array(array, dtype=object)
            for at in np.ndindex(size):
                if draw(st.integers(0, 5)) == 0:
                    array[at] = draw(value)
        return array

    def dressed(array, dress):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return dress(array)
        except (Exception, polars.exceptions.PanicException):  # it has no such dress
            return array

    dresses = st.sampled_from(
        [lambda a: a] * 3
        + [lambda a: a.tolist(), tuple, iter, lambda a: (x for x in a), lambda a: a.item()]
        + [lambda a: np.ma.array(a, mask=np.arange(a.size).reshape(a.shape) % 3 == 1)]
        + [lambda a: [np.ma.masked, *a], lambda a: frozen(a.copy()), np.asfortranarray]
        + [lambda a: sparse.csr_array(a.astype(float)), lambda a: a.astype(str)]
        + [lambda a: a.astype(complex), lambda a: a.astype("M8[s]"), memoryview, bytes]
        + [pd.DataFrame, pd.Series, pd.array, lambda a: pd.DataFrame(a).convert_dtypes()]
        + [lambda a: pd.DataFrame(a).set_axis(range(len(a))[::-1]), pd.Categorical]
        + [lambda a: pd.DataFrame(a, columns=list("abc")[: a.shape[1]])]
        + [lambda a: pd.DataFrame({"intercept": a[:, 0], "x1": a[:, 1]})]
        + [lambda a: polars.DataFrame(a), lambda a: polars.Series(a.tolist())]
        + [lambda a: dict(enumerate(a)), set, lambda a: pd.DataFrame(a).lazy]
    )
    return st.builds(dressed, arrays(), dresses) | value


MODELS = [glmlib.LinearRegression, glmlib.LogisticRegression, glmlib.PoissonRegression]
GOOD_X = np.array([[1.0, 0.5], [1, 1.5], [1, -1.0], [1, 0.25]])


def attempts(a, b, c):
    """Calls of every entry point with three things."""
    poisson = glmlib.PoissonRegression(GOOD_X, [1, 0, 2, 4])
    fit = poisson.fit()
    shifted = glmlib.PoissonRegression(GOOD_X, [1, 0, 2, 4], offset=[0.0, 1, 0, 1])
    for make in MODELS:
        yield lambda make=make: make(a, b).fit()
        yield lambda make=make: make(GOOD_X, a)
        yield lambda make=make: make(GOOD_X, [1, 0, 0, 1], weights=a, offset=b)
        yield lambda make=make: make(a, b, c)
    yield lambda: glmlib.GLM(GOOD_X, a, "binomial", weights=b)
    yield lambda: glmlib.GLM(GOOD_X, a, "gamma", offset=b)
    yield lambda: glmlib.add_intercept(a)
    yield lambda: fit.predict(a)
    yield lambda: shifted.predict(fit.beta, a, offset=b)
    yield lambda: poisson.predict(a)
    yield lambda: poisson.gradient(a)
    yield lambda: poisson.loss(a)
    yield lambda: poisson.hessian(a)
    yield lambda: poisson.fit(start=a)
    yield lambda: poisson.fit(tolerance=a)
    yield lambda: poisson.fit(iterations=a)
    yield lambda: poisson.fit("gradient descent", learning_rate=a, iterations=20, start=b)
    yield lambda: glmlib.gradient_descent(poisson, a, 1e-3, 20)
    yield lambda: glmlib.newton(poisson, start=a, tolerance=1e-3)
    yield lambda: glmlib.simulate("poisson", n=4, d=2, beta=a, noise=b)
    yield lambda: glmlib.simulate("linear", n=a, d=2, noise=b)
    yield lambda: glmlib.maximum_likelihood_theta(a, b)


@settings(max_examples=120, deadline=None, derandomize=True)
@given(*[st.deferred(things)] * 3)  # deferred, because it is pandas that makes some
def test_everything_at_every_entry_gives_numbers_or_a_sentence(a, b, c):
    expected = (glmlib.ConvergenceWarning, glmlib.DataWarning)
    for call in attempts(a, b, c):
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            try:
                result = call()
            except (ValueError, TypeError) as error:
                result = None
                assert len(str(error).split()) >= 4, repr(error)
        assert all(issubclass(w.category, expected) for w in said), said[0].message
        if isinstance(result, glmlib.Fit):
            assert result.beta.dtype == float and np.isfinite(result.beta).all()
            result = result.model
        if isinstance(result, glmlib.GLM):
            for array in (result.X, result.y, result.weights, result.offset):
                assert array.dtype == float and np.isfinite(array).all()


def test_what_the_strategy_once_found():
    signal = np.array([[0.0, 1.0], [Decimal("sNaN"), "x"]], dtype=object)
    with fails(r"X has 1 value\(s\) that are missing", "row 1, column x0"):
        glmlib.add_intercept(signal)
    model = glmlib.PoissonRegression(np.ones((N, 1)), Y)
    with fails(r"start is masked: 1 value\(s\)"):
        glmlib.gradient_descent(model, [np.ma.masked], 1e-3, 5)
    half = pd.DataFrame(np.ones((1, 1), np.float16))
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        with fails("learning_rate must be a positive number"):
            glmlib.gradient_descent(model, [0.0], half, 5)
    assert not said
