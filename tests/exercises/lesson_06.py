"""The exercises of lesson 06, Poisson regression: the sign, and the loss that hid it."""

import numpy as np

import glmlib
from exercises import Exercise, conclusion, question
from exercises.notebook import definition, solution
from glmlib import PoissonRegression
from glmlib.course import checks

X, y, truth, start = glmlib.article_data("poisson")


def poisson_loss(beta, X, y):
    eta = X @ beta
    return np.sum(np.exp(eta) - y * eta)


# ---- 1: the order of the lines

LINES = definition("06", "lines")


def check_order(order):
    return checks.order(
        order, LINES, "poisson_gradient", lambda f: checks.gradient(f, PoissonRegression)
    )


# ---- 2: the test that fails


def listing_gradient(beta, X, y):
    mu = np.exp(X @ beta)
    residual = y - mu
    return X.T @ residual


def library_gradient(beta, X, y):
    return PoissonRegression(X, y).gradient(beta)


gradient_test = solution(
    "06", "gradient_test", poisson_loss=poisson_loss, X=X, y=y, start=start
)


def returns_whether_it_agrees(gradient):
    rng = np.random.default_rng(6)
    X, beta = rng.standard_normal((20, 3)), rng.uniform(0.3, 0.9, 3)
    y = rng.poisson(2.0, 20)
    expected = glmlib.numerical_gradient(lambda b: poisson_loss(b, X, y), beta)
    return np.allclose(gradient(beta, X, y), expected, rtol=1e-5)


def loss_must_fall(gradient):
    step = start - 1e-5 * gradient(start, X, y)
    assert poisson_loss(step, X, y) < poisson_loss(start, X, y)


def one_direction(gradient):
    rng = np.random.default_rng(3)
    v = rng.standard_normal(len(start))
    slope = poisson_loss(start + 1e-6 * v, X, y) - poisson_loss(start - 1e-6 * v, X, y)
    assert np.isclose(gradient(start, X, y) @ v, slope / 2e-6, rtol=1e-4)


def no_absolute_value(gradient):
    expected = glmlib.numerical_gradient(lambda b: poisson_loss(b, X, y), start)
    return ((gradient(start, X, y) - expected) < 1e-3 * np.abs(expected).max()).all()


def the_intercept(gradient):
    expected = glmlib.numerical_gradient(lambda b: poisson_loss(b, X, y), start)
    return np.isclose(gradient(start, X, y)[0], expected[0])


def only_the_length(gradient):
    expected = glmlib.numerical_gradient(lambda b: poisson_loss(b, X, y), start)
    assert np.isclose(np.linalg.norm(gradient(start, X, y)), np.linalg.norm(expected))


def wants_the_score(gradient):
    expected = glmlib.numerical_gradient(lambda b: -poisson_loss(b, X, y), start)
    assert np.allclose(gradient(start, X, y), expected, rtol=1e-5)


def only_the_shape(gradient):
    assert gradient(start, X, y).shape == start.shape


def wants_every_digit(gradient):
    expected = glmlib.numerical_gradient(lambda b: poisson_loss(b, X, y), start)
    assert (gradient(start, X, y) == expected).all()


def check_gradient_test(test):
    bugs = [listing_gradient, *checks.gradient_bugs(library_gradient)]
    return checks.catches(test, bugs, library_gradient)


# ---- 4: the Hessian


poisson_hessian = solution("06", "poisson_hessian")


def by_einsum(beta, X, y):
    return np.einsum("ij,i,ik->jk", X, np.exp(X @ beta), X)


# ---- 5: the exposure


doctors = glmlib.load("doll_hill")
years, deaths_of_doctors = doctors["n"], doctors["y"]
X_doctors = np.column_stack(
    [np.ones(10), *(doctors["age"] == group for group in (50, 60, 70, 80)), doctors["smoke"]]
)


def with_offset(X, y, years):
    return PoissonRegression(X, y, offset=np.log(years)).fit().beta


def forgets_exposure(X, y, years):
    return PoissonRegression(X, y).fit().beta


def exposure_as_covariate(X, y, years):
    X = np.column_stack([X, np.log(years)])
    return PoissonRegression(X, y).fit().beta[:-1]


def check_exposure(test):
    bugs = [forgets_exposure, exposure_as_covariate, *checks.exposure_bugs(with_offset)]
    return checks.catches(test, bugs, with_offset)


exposure_test = solution(
    "06",
    "exposure_test",
    X_doctors=X_doctors,
    deaths_of_doctors=deaths_of_doctors,
    years=years,
)


def rates_must_fall(fit_rates):
    beta = fit_rates(X_doctors, deaths_of_doctors, years)
    tenths = fit_rates(X_doctors, deaths_of_doctors, 10 * years)
    return np.allclose(np.exp(X_doctors @ beta), 10 * np.exp(X_doctors @ tenths))


def agrees_with_the_library(fit_rates):
    expected = with_offset(X_doctors, deaths_of_doctors, years)
    assert np.allclose(fit_rates(X_doctors, deaths_of_doctors, years), expected)


def only_the_slopes(fit_rates):
    before = fit_rates(X_doctors, deaths_of_doctors, years)
    after = fit_rates(X_doctors, deaths_of_doctors, 10 * years)
    assert np.allclose(after[1:], before[1:])


def intercept_moves_at_all(fit_rates):
    before = fit_rates(X_doctors, deaths_of_doctors, years)
    after = fit_rates(X_doctors, deaths_of_doctors, 10 * years)
    assert not np.isclose(after[0], before[0])


def nothing_may_move(fit_rates):
    before = fit_rates(X_doctors, deaths_of_doctors, years)
    assert np.allclose(fit_rates(X_doctors, deaths_of_doctors, 10 * years), before)


def intercept_moves_up(fit_rates):
    before = fit_rates(X_doctors, deaths_of_doctors, years)
    after = fit_rates(X_doctors, deaths_of_doctors, 10 * years)
    assert np.isclose(after[0], before[0] + np.log(10))


# ---- 6: the constant loss


# ---- a conclusion in words


def lamps():
    draw = glmlib.stream(6, "roads")
    lit = np.repeat([0.0, 1.0], 30)
    traffic = draw.uniform(1, 9, 60)
    crashes = draw.poisson(traffic * np.exp(0.9 - 0.45 * lit))
    X = glmlib.add_intercept(lit[:, None])
    return glmlib.PoissonRegression(X, crashes, offset=np.log(traffic)).fit()


RUBRIC = definition("06", "rubric_of")(lamps(), 0.5524)


EXERCISES = [
    Exercise(
        name="the order of the gradient's lines",
        kind="order",
        check=check_order,
        stub=definition("06", "order"),
        solution=solution("06", "order"),
        wrong={
            "the score": ([5, 8, 3, 6, 7, 1], "this is the score"),
            "all means in each row": ([5, 8, 3, 2, 4, 1], "raised ValueError"),
            "a line overwritten": ([5, 8, 3, 6, 2, 4, 1], "raised ValueError"),
            "nothing to add to": ([5, 3, 6, 4, 1], "raised UnboundLocalError"),
            "mu after its use": ([5, 8, 3, 4, 6, 1], "raised UnboundLocalError"),
            "no definition": ([8, 3, 6, 4, 1], "not yet a function"),
            "no return": ([5, 8, 3, 6, 4], "returns nothing"),
            "a line twice": ([5, 8, 3, 6, 6, 4, 1], "twice"),
        },
    ),
    Exercise(
        name="the test that fails on the listing",
        kind="empty",
        check=check_gradient_test,
        stub=definition("06", "gradient_test"),
        solution=gradient_test,
        right={"a truth value": returns_whether_it_agrees, "a direction": one_direction},
        wrong={
            "only the length": (only_the_length, "passes on bug 1 of"),
            "only the shape": (only_the_shape, "passes on every"),
            "the sign of the loss": (wants_the_score, "passes on bug 1 of"),
            "one step": (loss_must_fall, "is doubled"),
            "the first entry is negative": (
                lambda gradient: gradient(start, X, y)[0] < 0,
                "passes on bug",
            ),
            "no absolute value": (no_absolute_value, "the last entry is 0"),
            "the intercept": (the_intercept, "the last entry"),
            "every digit": (wants_every_digit, "fails on the fixed code"),
        },
    ),
    Exercise(
        name="the Hessian",
        kind="blanks",
        check=lambda f: checks.hessian(f, PoissonRegression),
        stub=definition("06", "poisson_hessian"),
        solution=poisson_hessian,
        right={
            "einsum": by_einsum,
            "diag": lambda b, X, y: X.T @ np.diag(np.exp(X @ b)) @ X,
        },
        wrong={
            "no weights": (lambda b, X, y: X.T @ X, "the weights are missing"),
            "of the log-likelihood": (lambda b, X, y: -poisson_hessian(b, X, y), "the sign"),
            "residuals": (
                lambda b, X, y: X.T @ ((np.exp(X @ b) - y)[:, None] * X),
                "yours is the residual",
            ),
            "the gradient": (library_gradient, "shape"),
            "the mean of the means": (
                lambda b, X, y: np.exp(X @ b).mean() * X.T @ X,
                "the mean of",
            ),
            "one over mu": (
                lambda b, X, y: X.T @ (np.exp(-(X @ b))[:, None] * X),
                "upside down",
            ),
            "the weights twice": (
                lambda b, X, y: (np.exp(X @ b)[:, None] * X).T @ (np.exp(X @ b)[:, None] * X),
                "its square",
            ),
            "y on the right": (
                lambda b, X, y: X.T @ (np.exp(X @ b)[:, None] * y),
                "X stands on one side only",
            ),
            "ones on the right": (
                lambda b, X, y: X.T @ (np.exp(X @ b)[:, None] * np.ones_like(X)),
                "every column is the same",
            ),
        },
    ),
    Exercise(
        name="the test of an offset",
        kind="empty",
        check=check_exposure,
        stub=definition("06", "exposure_test"),
        solution=exposure_test,
        right={"rates": rates_must_fall, "the library": agrees_with_the_library},
        wrong={
            "only the slopes": (only_the_slopes, "passes on bug 1 of 8"),
            "moves at all": (intercept_moves_at_all, "passes on bug 2 of 8"),
            "nothing may move": (nothing_may_move, "passes on bug 1 of 8"),
            "a stored number": (
                lambda fit: abs(fit(X_doctors, deaths_of_doctors, years)[5] - 0.3545) < 1e-3,
                "compared with their mean",
            ),
            "a bound": (
                lambda fit: fit(X_doctors, deaths_of_doctors, years)[0] < -5,
                "passes on bug",
            ),
            "moves up": (intercept_moves_up, "multiplied by the years"),
        },
    ),
    question(
        asked="06 trap",
        name="the loss that stays constant",
        kind="trap",
        right=solution("06", "answer"),
        wrong={
            "converged": ("a", "predicting 0"),
            "too slow": ("b", "did change"),
            "no gradient": ("d", "far from zero"),
        },
    ),
    question(
        asked="06 exit",
        name="the exit question",
        kind="exit",
        right=solution("06", "exit_answer"),
        wrong={
            "a difference": ("a", "adds to the logarithm of the mean"),
            "counts": ("b", "perhaps few people work at night"),
            "logged data": ("c", "a count of zero has none"),
        },
    ),
    conclusion(
        "06",
        RUBRIC,
        right={
            "the other way round": {
                "comparison": "Dark sections had 1.58 times the accidents a kilometre.",
                "interval": "from 1.34 to 1.87",
            },
            "per cent": {
                "comparison": "Lit sections: 37 % fewer accidents for each kilometre.",
                "interval": "0.534 to 0.747",
            },
        },
        wrong={
            "the coefficient": (
                {"comparison": "It is -0.460.", "interval": "0.53 to 0.75"},
                "take its exponential",
            ),
            "the counts": (
                {"comparison": "0.552 times the accidents.", "interval": "0.53 to 0.75"},
                "the ratio of the counts",
            ),
            "the standard error": (
                {"comparison": "0.631 times.", "interval": "SE 0.0858"},
                "this is the standard error",
            ),
            "an end of the coefficient": (
                {"comparison": "0.631 times.", "interval": "-0.628 to -0.292"},
                "an end for the coefficient",
            ),
        },
    ),
]
