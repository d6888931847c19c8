"""The likelihood-ratio test: against R, by definition, and what cannot be compared."""

import mpmath
import numpy as np
import pytest

import glmlib
from reference import cases

NESTED = [
    name
    for name in cases.parameters("anova_sequential")
    if not cases.fits_exactly(cases.read(name), cases.data(name)[1])
]


@pytest.mark.parametrize("name", NESTED)
def test_comparisons_as_in_R(name):
    """anova(fit) term by term; where φ is estimated R takes it from the full model, so that
    only the last term is a comparison of two neighbours."""
    table, model = cases.read(name)["anova_sequential"], cases.model(name)
    columns = np.cumsum([1, *table["df"][1:]])
    for k in range(1, len(columns)):
        if model.family.has_dispersion and k < len(columns) - 1:
            continue
        smaller, larger = (
            glmlib.GLM(
                model.X[:, :c], model.y, model.family, model.link, model.weights, model.offset
            ).fit()
            for c in columns[k - 1 : k + 1]
        )
        test = smaller.compare(larger)
        assert test.df == table["df"][k]
        assert test.p_value == pytest.approx(table["p"][k], rel=1e-8, abs=1e-300)
        if not model.family.has_dispersion:
            assert test.statistic == pytest.approx(table["deviance"][k], rel=1e-9, abs=1e-9)


def pair(family="poisson", seed=1, keep=2, **kwargs):
    X, y, _ = glmlib.simulate("poisson", n=80, d=4, seed=seed)
    if family == "gaussian":
        y = y + np.linspace(0, 1, 80)
    fits = [glmlib.GLM(A, y, family, **kwargs).fit() for A in (X[:, :keep], X)]
    return *fits, X, y


def test_the_statistic_is_twice_the_gain_in_log_likelihood():
    smaller, larger, _, _ = pair()
    test = glmlib.compare(smaller, larger)
    gain = 2 * (larger.log_likelihood - smaller.log_likelihood)
    assert test.statistic == pytest.approx(gain, rel=1e-11)
    exact = mpmath.gammainc(mpmath.mpf(2) / 2, test.statistic / 2, regularized=True)
    assert test.p_value == pytest.approx(float(exact), rel=1e-12, abs=0)
    assert test.df == 2 and test.df_residual is None
    assert str(test).startswith("χ²(2) = ")


def test_F_of_one_column_is_t_squared():
    smaller, larger, _, _ = pair("gaussian", keep=3)
    test = smaller.compare(larger)
    assert test.statistic == pytest.approx(larger.statistic[3] ** 2, rel=1e-11)
    assert test.p_value == pytest.approx(larger.p_values[3], rel=1e-11, abs=0)
    assert str(test).startswith("F(1, 76) = ")


def test_far_in_the_tail_a_p_value_keeps_its_digits():
    X, y, _ = glmlib.simulate("poisson", n=800, d=4, seed=1)
    smaller, larger = (glmlib.PoissonRegression(A, y).fit() for A in (X[:, :2], X))
    test = smaller.compare(larger)
    assert 600 < test.statistic < 1400
    exact = mpmath.gammainc(1, test.statistic / 2, regularized=True)
    assert test.p_value == pytest.approx(float(exact), rel=1e-11, abs=0)


def test_nested_is_a_matter_of_spaces_and_not_of_names():
    """Another coding of the same groups, other units, a large shift: still nested."""
    _, larger, X, y = pair()
    for A in (
        np.column_stack([X[:, 0] + X[:, 1], X[:, 1] * 1e-9]),
        np.column_stack([X[:, 0], X[:, 1] - 3 * X[:, 2] + 1e8]),
        np.column_stack([X[:, 1] * 7]),
        np.column_stack([X[:, 0] * 5]),
    ):
        test = glmlib.PoissonRegression(A, y).fit().compare(larger)
        assert test.df == 4 - A.shape[1] and test.statistic > 0
    high = X.copy()
    high[:, 1] += 1e8
    shifted = glmlib.PoissonRegression(high, y).fit()
    test = glmlib.PoissonRegression(high[:, :2], y).fit().compare(shifted)
    plain = glmlib.PoissonRegression(X[:, :2], y).fit().compare(larger)
    assert test.statistic == pytest.approx(plain.statistic, rel=1e-5)


def test_what_is_not_nested_is_named():
    smaller, larger, X, y = pair()
    strange = np.column_stack([X[:, 0], X[:, 1] ** 2])
    with pytest.raises(ValueError, match="not nested: x1 of the smaller is no combination"):
        glmlib.PoissonRegression(strange, y).fit().compare(larger)
    high = X.copy()
    high[:, 1:] += 1e8
    strange = np.column_stack([X[:, 0], X[:, 1] ** 2 + 1e8])
    with pytest.raises(ValueError, match="not nested: x1"):
        glmlib.PoissonRegression(strange, y).fit().compare(
            glmlib.PoissonRegression(high, y).fit()
        )
    without = glmlib.PoissonRegression(X[:, 1:], y).fit()
    with pytest.raises(ValueError, match="not nested: intercept"):
        glmlib.PoissonRegression(X[:, :1], y).fit().compare(without)
    with pytest.raises(
        ValueError, match="smaller fit has 4 columns, the larger 2: exchange them"
    ):
        larger.compare(smaller)
    with pytest.raises(ValueError, match="neither contains the other"):
        smaller.compare(smaller)


def test_what_cannot_be_compared_says_why():
    smaller, larger, X, y = pair()
    few = X[:, :2]
    others = {
        "y": glmlib.PoissonRegression(few, y + 1),
        "weights": glmlib.PoissonRegression(few, y, weights=np.full(80, 2.0)),
        "offset": glmlib.PoissonRegression(few, y, offset=np.full(80, 0.1)),
        "links: identity and log": glmlib.GLM(np.ones((80, 1)), y, "poisson", "identity"),
        "families: gaussian and poisson": glmlib.GLM(few, y + 0.0, "gaussian", "log"),
    }
    for what, model in others.items():
        with pytest.raises(ValueError, match=f"different {what}"):
            model.fit().compare(larger)
    with pytest.raises(ValueError, match="different y"):
        glmlib.PoissonRegression(few[:50], y[:50]).fit().compare(larger)
    thetas = [
        glmlib.GLM(A, y, glmlib.NegativeBinomial(t)).fit() for A, t in ((few, 2), (X, 3))
    ]
    with pytest.raises(ValueError, match="different families: negative binomial"):
        glmlib.compare(*thetas)
    close = [
        glmlib.GLM(A, y, glmlib.NegativeBinomial(t)).fit()
        for A, t in ((few, 2), (X, 2 + 1e-9))
    ]
    with pytest.raises(ValueError, match="different families"):
        glmlib.compare(*close)
    with pytest.raises(TypeError, match="the larger is a GLM: compare needs two fits"):
        smaller.compare(larger.model)
    with pytest.warns(glmlib.ConvergenceWarning):
        stopped = glmlib.PoissonRegression(few, y).fit(iterations=1)
    with pytest.raises(ValueError, match="the smaller fit did not converge: stopped after 1"):
        stopped.compare(larger)


def test_rows_of_weight_zero_do_not_count_for_nesting():
    _, _, X, y = pair()
    weights = np.ones(80)
    weights[5] = 0
    odd = X[:, :2].copy()
    odd[5, 1] = 99.0
    smaller = glmlib.PoissonRegression(odd, y, weights=weights).fit()
    larger = glmlib.PoissonRegression(X, y, weights=weights).fit()
    assert smaller.compare(larger).df == 2


def test_an_exact_fit_has_no_F_test():
    X = glmlib.add_intercept(np.array([[0.0], [1.0], [2.0]]))
    exact = glmlib.LinearRegression(X[:2], [1.0, 2.0]).fit()
    mean = glmlib.LinearRegression(X[:2, :1], [1.0, 2.0]).fit()
    with pytest.raises(ValueError, match="φ of the larger fit is nan: there is no F test"):
        mean.compare(exact)
