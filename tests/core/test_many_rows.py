"""Models of many rows: the start from some of them, the information that is kept."""

import numpy as np
import pytest

import glmlib
from glmlib import blocks

ROWS, EACH = 60_000, blocks.EACH


@pytest.fixture
def rng():
    return np.random.default_rng(20)


def plainly(monkeypatch, model):
    """The fit as if the rows were few: no sample, H summed anew at every point."""
    with monkeypatch.context() as patch:
        patch.setattr(blocks, "MANY", np.inf)
        return model.derive().fit()


def assert_same(fit, plain):
    assert fit.converged and plain.converged
    errors = plain.standard_errors
    assert np.abs((fit.beta - plain.beta) / errors).max() < 1e-11
    np.testing.assert_allclose(fit.standard_errors, errors, rtol=1e-11)
    np.testing.assert_allclose(fit.deviance, plain.deviance, rtol=1e-12)


def design(rng, d=4):
    X = rng.standard_normal((ROWS, d))
    X[:, 0] = 1.0
    return X, X @ np.array([0.5, -0.4, 0.3, 0.2])[:d]


DRAWS = {
    "binomial": lambda rng, mu: rng.random(ROWS) < mu,
    "poisson": lambda rng, mu: rng.poisson(mu),
    "gamma": lambda rng, mu: rng.gamma(2.0, mu / 2.0),
    "gaussian": lambda rng, mu: rng.normal(mu),
}


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(
    "family, link",
    [("binomial", "logit"), ("binomial", "probit"), ("poisson", "log"), ("gamma", "log"),
     ("gaussian", "log"), ("gaussian", "identity")],
)  # fmt: skip
def test_the_answer_is_that_of_all_rows(monkeypatch, rng, family, link, weighted):
    X, eta = design(rng)
    y = DRAWS[family](rng, glmlib.GLM(X, X[:, 0], family, link).link.inverse(eta)) * 1.0
    weights = rng.integers(0, 3, ROWS) * 1.0 if weighted else None
    model = glmlib.GLM(X, y, family, link, weights)
    assert_same(model.fit(), plainly(monkeypatch, model))


def summed(monkeypatch):
    """How many rows H was summed over, so far: a list of numbers."""
    seen, plain = [], blocks.normal_equations

    def counted(block, *arguments):
        seen.append(len(block.y))
        return plain(block, *arguments)

    monkeypatch.setattr(blocks, "normal_equations", counted)
    return seen


def test_the_information_of_all_rows_is_summed_once(monkeypatch, rng):
    X, eta = design(rng)
    model = glmlib.LogisticRegression(X, rng.random(ROWS) < glmlib.sigmoid(eta))
    seen = summed(monkeypatch)
    fit = model.fit()
    assert ROWS <= sum(seen) < 1.5 * ROWS
    before = sum(seen)
    assert np.isfinite(fit.standard_errors).all()  # that of the estimate is asked for now
    assert sum(seen) == before + ROWS


# ---- where some rows tell little of the others


def test_a_column_that_no_row_of_the_sample_knows(monkeypatch, rng):
    X, eta = design(rng)
    rare = np.zeros(ROWS)
    rare[np.arange(1, 41) * EACH + 1] = 1.0
    model = glmlib.PoissonRegression(
        np.column_stack([X, rare]), rng.poisson(np.exp(eta + rare))
    )
    assert_same(model.fit(), plainly(monkeypatch, model))


def test_a_column_that_the_sample_knows_too_well(monkeypatch, rng):
    X, eta = design(rng)
    rare = np.zeros(ROWS)
    rare[np.arange(60) * EACH] = rare[np.arange(9) * EACH + 1] = 1.0
    model = glmlib.PoissonRegression(
        np.column_stack([X, rare]), rng.poisson(np.exp(eta + rare))
    )
    assert_same(model.fit(), plainly(monkeypatch, model))


def test_a_sample_of_other_rows(monkeypatch, rng):
    """Every twentieth row follows the opposite coefficients, on a scale of its own."""
    X, eta = design(rng)
    other = np.arange(ROWS) % EACH == 0
    X[other, 1:] *= 3
    y = rng.random(ROWS) < glmlib.sigmoid(np.where(other, -3 * eta, eta))
    model = glmlib.LogisticRegression(X, y)
    assert_same(model.fit(), plainly(monkeypatch, model))


def test_separation_is_that_of_all_rows(monkeypatch, rng):
    X, eta = design(rng)
    y = (rng.random(ROWS) < glmlib.sigmoid(eta)) * 1.0
    sampled = np.arange(ROWS) % EACH == 0
    y[sampled] = X[sampled, 1] > 0  # these alone are separated
    model = glmlib.LogisticRegression(X, y)
    assert_same(model.fit(), plainly(monkeypatch, model))
    group = rng.random(ROWS) < 0.01
    y[group] = 1.0
    with pytest.warns(glmlib.ConvergenceWarning, match="separated by x4"):
        glmlib.LogisticRegression(np.column_stack([X, group]), y).fit()


@pytest.mark.parametrize("n, d", [(7, 3), (60_001, 5), (2_501, 20), (301, 100), (40, 120)])
def test_a_product_in_pieces_is_the_product(rng, n, d):
    A, B = rng.integers(-9, 9, (2, n, d)) * 1.0  # whole numbers: no sum rounds
    np.testing.assert_array_equal(blocks.cross(A, B), A.T @ B)
