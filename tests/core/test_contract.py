"""What must not change: the public names, how they are called, and what they say.

A change here is a change for everybody who uses glmlib. To add a name is none.
"""

import inspect
import re
import warnings

import numpy as np
import pytest

import glmlib

CALLS = {
    "GLM": "(X, y, family, link=None, weights=None, offset=None)",
    "LinearRegression": "(X, y, weights=None, offset=None)",
    "LogisticRegression": "(X, y, weights=None, offset=None)",
    "PoissonRegression": "(X, y, weights=None, offset=None)",
    "Gaussian": "()",
    "Binomial": "()",
    "Poisson": "()",
    "Gamma": "()",
    "NegativeBinomial": "(theta)",
    "Identity": "()",
    "Log": "()",
    "Logit": "()",
    "Probit": "()",
    "CLogLog": "()",
    "Inverse": "()",
    "add_intercept": "(X)",
    "article_data": "(model)",
    "closed_form": "(model)",
    "compare": "(smaller, larger)",
    "cooks_distance": "(fit)",
    "gradient_descent": "(model, start=None, learning_rate=None, iterations=100000)",
    "leverage": "(fit)",
    "load": "(name)",
    "maximum_likelihood_theta": "(model, y=None, **arguments)",
    "newton": "(model, start=None, iterations=100, tolerance=1e-10)",
    "numerical_gradient": "(f, beta, step=None)",
    "profile_interval": "(fit, level=0.95)",
    "residuals": "(fit, kind='deviance', seed=None)",
    "sigmoid": "(eta)",
    "simulate": "(model, n=1000, d=10, seed=123, noise=1.0, beta=None)",
    "stability_limit": "(model, beta)",
    "standardized_residuals": "(fit, kind='deviance')",
    "stream": "(seed, name)",
}
OTHERS = {"Comparison", "ConvergenceWarning", "DataWarning", "Family", "Fit", "Link", "Path"}
OF_A_MODEL = {
    "eta": "(self, beta)",
    "mu": "(self, beta)",
    "loss": "(self, beta)",
    "gradient": "(self, beta)",
    "hessian": "(self, beta)",
    "working_weights": "(self, eta)",
    "predict": "(self, beta, X_new=None, offset=None)",
    "fit": "(self, solver=None, *, learning_rate=None, iterations=None, start=None, "
    "tolerance=None)",
}
OF_A_FIT = {
    "compare": "(self, larger)",
    "confidence_interval": "(self, level=0.95)",
    "predict": "(self, X_new=None, offset=None)",
    "profile_interval": "(self, level=0.95)",
    "residuals": "(self, kind='deviance', seed=None)",
    "standardized_residuals": "(self, kind='deviance')",
    "summary": "(self)",
}
NUMBERS = {  # of a fit to 20 rows and 2 columns: their shapes
    "beta": (2,),
    "standard_errors": (2,),
    "statistic": (2,),
    "p_values": (2,),
    "covariance": (2, 2),
    "mu": (20,),
    "eta": (20,),
    "leverage": (20,),
    "cooks_distance": (20,),
    "log_likelihood": (),
    "deviance": (),
    "null_deviance": (),
    "aic": (),
    "bic": (),
    "dispersion": (),
    "pearson_chi2": (),
    "df_residual": (),
    "df_null": (),
    "iterations": (),
    "observations": (),
    "parameters": (),
}


def accepts(function, wanted):
    """Whether a call that fits the wanted signature means the same for this function.

    Its parameters are the first ones, of the same names and with the same defaults; others
    may follow if they have a default. A method that is a function by assignment may call
    its first parameter otherwise than `self`.
    """
    if wanted in ("()", "(self)"):
        expected = []
    else:
        scope = {}
        exec(f"def f{wanted}: pass", scope)
        expected = list(inspect.signature(scope["f"]).parameters.values())
    found = list(inspect.signature(function).parameters.values())
    if wanted.startswith("(self"):
        expected, found = [p for p in expected if p.name != "self"], found[1:]
    same = [(p.name, p.default, p.kind) for p in found[: len(expected)]]
    return same == [(p.name, p.default, p.kind) for p in expected] and all(
        p.default is not p.empty or p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
        for p in found[len(expected) :]
    )


def test_the_public_names_are_all_there():
    assert set(CALLS) | OTHERS <= set(glmlib.__all__)
    assert len(set(glmlib.__all__)) == len(glmlib.__all__)
    for name in glmlib.__all__:
        assert getattr(glmlib, name).__doc__, name


@pytest.mark.parametrize("name", CALLS)
def test_a_function_is_called_as_before(name):
    assert accepts(getattr(glmlib, name), CALLS[name]), CALLS[name]


@pytest.mark.parametrize("name", OF_A_MODEL)
def test_a_method_of_a_model_is_called_as_before(name):
    assert accepts(getattr(glmlib.GLM, name), OF_A_MODEL[name]), OF_A_MODEL[name]


@pytest.mark.parametrize("name", OF_A_FIT)
def test_a_method_of_a_fit_is_called_as_before(name):
    assert accepts(getattr(glmlib.Fit, name), OF_A_FIT[name]), OF_A_FIT[name]


def test_another_signature_is_noticed():
    assert accepts(lambda model, beta, more=1: 0, "(model, beta)")
    assert not accepts(lambda model, beta, more: 0, "(model, beta)")
    assert not accepts(lambda beta, model: 0, "(model, beta)")
    assert not accepts(lambda level=0.9: 0, "(level=0.95)")
    assert accepts(lambda fit, level=0.95: 0, "(self, level=0.95)")


@pytest.fixture(scope="module")
def fit():
    X, y, _ = glmlib.simulate("poisson", n=20, d=2, seed=3)
    return glmlib.PoissonRegression(X, y).fit()


def test_a_fit_has_its_numbers(fit):
    for name, shape in NUMBERS.items():
        value = getattr(fit, name)
        assert np.shape(value) == shape, name
        assert np.isfinite(value).all(), name
    assert fit.converged is True and fit.message and fit.model.family.name == "poisson"
    assert fit.path.betas.shape == (fit.iterations + 1, 2)
    assert fit.path.losses.shape == (fit.iterations + 1,)
    assert fit.path.converged is True and fit.path.message == fit.message
    assert np.array_equal(fit.path[10**9], fit.beta)
    assert str(fit.summary()) and fit.summary()._repr_html_()


def test_families_and_links_are_found_by_name():
    X, y, _ = glmlib.simulate("poisson", n=20, d=2, seed=3)
    model = glmlib.GLM(X, y, "poisson", "log")
    assert (model.family.name, model.link.name) == ("poisson", "log")
    families = [f() for f in (glmlib.Gaussian, glmlib.Binomial, glmlib.Poisson, glmlib.Gamma)]
    assert [(str(f), f.links[0]) for f in [*families, glmlib.NegativeBinomial(2)]] == [
        ("gaussian", "identity"),
        ("binomial", "logit"),
        ("poisson", "log"),
        ("gamma", "inverse"),
        ("negative binomial(theta=2)", "log"),
    ]


# ---- what it says

ONE, ZERO = np.ones(6), np.zeros(6)
X = np.column_stack([ONE, np.arange(6.0)])
Y = np.array([0.0, 1.0, 0.0, 1.0, 0.0, 1.0])
linear, logistic, poisson = (
    glmlib.LinearRegression,
    glmlib.LogisticRegression,
    glmlib.PoissonRegression,
)
REFUSALS = {
    "X has 1 value(s) that are NaN or infinite, the first (nan) at row 2, column x1":
        lambda: linear(X + np.where(np.arange(12).reshape(6, 2) == 5, np.nan, 0), Y),
    "X is one-dimensional, shape (6,): it needs rows and columns; X.reshape(-1, 1) makes one "
    "column of it": lambda: linear(Y, Y),
    "X has 0 rows, shape (0, 2)": lambda: linear(X[:0], Y[:0]),
    "y has 5 values, but 6 are needed: one for each row of X": lambda: linear(X, Y[:5]),
    "y needs shape (6,), got (6, 2): never broadcast": lambda: linear(X, X),
    "2 observations cannot determine 3 coefficients":
        lambda: linear(np.eye(3)[:2], Y[:2]).fit(),
    "column x2 equals x1": lambda: linear(np.column_stack([X, X[:, 1]]), Y).fit(),
    "column 2 (x2) is constant and the intercept is already there":
        lambda: linear(np.column_stack([X, 7 * ONE]), Y).fit(),
    "y must be 0 or 1, got {1.0, 2.0}: pass (y == 2.0)": lambda: logistic(X, Y + 1),
    "y[3] = -1: the poisson family needs counts, y ≥ 0 (1 value(s) outside)":
        lambda: poisson(X, np.array([1, 2, 0, -1, 2, 3])),
    "y is all 0: the maximum-likelihood intercept is -∞": lambda: poisson(X, ZERO).fit(),
    "weights must not be negative, got -1 at row 2":
        lambda: linear(X, Y, weights=[1, 1, -1, 1, 1, 1]),
    "weights are all 0: no observation is left": lambda: linear(X, Y, weights=ZERO),
    "offset has 1 value(s) that are NaN or infinite, the first (-inf) at row 0: the "
    "logarithm of an exposure needs an exposure above 0":
        lambda: poisson(X, Y, offset=[-np.inf, 0, 0, 0, 0, 0]),
    "learning_rate must be positive and finite, got 0":
        lambda: logistic(X, Y).fit("gradient descent", learning_rate=0),
    "iterations must be at least 1, got 0": lambda: logistic(X, Y).fit(iterations=0),
}  # fmt: skip


@pytest.mark.parametrize("sentence", REFUSALS)
def test_a_refusal_says_what_was_given_and_what_is_needed(sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        REFUSALS[sentence]()


ENDINGS = {
    "the classes are separated by x1: no finite maximum-likelihood estimate exists, "
    "coefficients grow without bound": lambda: logistic(X, np.arange(6) > 2).fit(),
    "is above the stability limit 2/λmax =": lambda: linear(X, Y).fit(
        "gradient descent", learning_rate=0.1
    ),
    "stopped after 3 iterations, 0.65 standard errors from the minimum: take more "
    "iterations or a larger learning rate": lambda: logistic(X, Y).fit(
        "gradient descent", learning_rate=0.01, iterations=3
    ),
}


@pytest.mark.parametrize("sentence", ENDINGS)
def test_a_fit_without_an_answer_says_why(sentence):
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        fit = ENDINGS[sentence]()
    assert fit.converged is False and sentence in fit.message
    assert [w.category for w in said] == [glmlib.ConvergenceWarning]
    assert np.isnan(fit.standard_errors).all()
