"""The exercises of 04_logistic_regression: descent, gradient, sigmoid, loss and fit."""

import warnings

import numpy as np

import glmlib
from exercises import Exercise, question
from exercises.notebook import definition, solution
from glmlib import LogisticRegression
from glmlib.course import checks

LINES = definition("04", "lines")


def check_order(order):
    return checks.order(order, LINES, "descend", check_fit)


def check_gradient(f):
    return checks.gradient(f, LogisticRegression)


def check_loss(f):
    return checks.loss(f, LogisticRegression)


def check_fit(f):
    return checks.fit(f, LogisticRegression)


# ---- as in the notebook


logistic_gradient = solution("04", "logistic_gradient")


stable_sigmoid = solution("04", "stable_sigmoid")


logistic_loss = solution("04", "logistic_loss")


fit_logistic = solution("04", "fit_logistic")


# ---- written differently, and written wrong


def listings_gradient(beta, X, y):
    p = glmlib.sigmoid(X @ beta)
    a, b = y * (1 - p), (1 - y) * p
    return X.T @ (b - a)


def row_by_row(beta, X, y):
    total = np.zeros(len(beta))
    for x_i, y_i in zip(X, y, strict=True):
        total = total + (glmlib.sigmoid(x_i @ beta) - y_i) * x_i
    return total


def masked_sigmoid(eta):
    eta = np.asarray(eta, dtype=float)
    mu = np.empty(eta.shape)
    high = eta >= 0
    mu[high] = 1 / (1 + np.exp(-eta[high]))
    e = np.exp(eta[~high])
    mu[~high] = e / (1 + e)
    return mu


def both_branches(eta):
    eta = np.asarray(eta, dtype=float)
    return np.where(eta >= 0, 1 / (1 + np.exp(-eta)), np.exp(eta) / (1 + np.exp(eta)))


def silenced(eta):
    with np.errstate(all="ignore"):
        return 1 / (1 + np.exp(-eta))


def unwarned(eta):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return 1 / (1 + np.e ** -np.asarray(eta, dtype=float))


def arrays_only(eta):
    mu = np.empty(eta.shape)
    mu[eta >= 0] = 1 / (1 + np.exp(-eta[eta >= 0]))
    mu[eta < 0] = np.exp(eta[eta < 0]) / (1 + np.exp(eta[eta < 0]))
    return mu


def one_number_only(eta):
    if eta >= 0:
        return 1 / (1 + np.exp(-eta))
    return np.exp(eta) / (1 + np.exp(eta))


def in_mu(beta, X, y, tiny=0.0):
    mu = glmlib.sigmoid(X @ beta)
    return -np.sum(y * np.log(mu + tiny) + (1 - y) * np.log(1 - mu + tiny))


def two_logarithms(beta, X, y):
    eta = X @ beta
    return y @ np.logaddexp(0, -eta) + (1 - y) @ np.logaddexp(0, eta)


def by_the_sign(beta, X, y):
    eta = X @ beta
    return (np.log1p(np.exp(-np.abs(eta))) + np.maximum(eta, 0) - y * eta).sum()


def descent(learning_rate, iterations, sign=1.0):
    def fit(X, y):
        beta = np.zeros(X.shape[1])
        for _ in range(iterations):
            beta = beta - sign * learning_rate * (X.T @ (glmlib.sigmoid(X @ beta) - y))
        return beta

    return fit


def until_small(X, y):
    beta = np.zeros(X.shape[1])
    while np.abs(X.T @ (glmlib.sigmoid(X @ beta) - y)).max() > 1e-8:
        beta = beta - 0.02 * X.T @ (glmlib.sigmoid(X @ beta) - y)
    return beta


def by_newton(X, y):
    X = X.astype(float)
    beta = np.zeros(X.shape[1])
    for _ in range(20):
        mu = glmlib.sigmoid(X @ beta)
        step = np.linalg.solve((X.T * (mu * (1 - mu))) @ X, X.T @ (y - mu))
        beta = beta + step
    return beta


EXIT = definition("04", "exit_reasons")

EXERCISES = [
    Exercise(
        name="the lines of the descent",
        kind="order",
        check=check_order,
        stub=definition("04", "my_order"),
        solution=solution("04", "my_order"),
        wrong={
            "the score": ([2, 6, 9, 8, 3, 5, 1, 4], "uphill"),
            "the return inside the head": ([2, 4, 6, 9, 8, 3, 7, 1], "raised"),
            "the step before the gradient": ([2, 6, 9, 8, 3, 1, 7, 4], "raised"),
            "no return": ([2, 6, 9, 8, 3, 7, 1], "returns nothing"),
            "no head": ([6, 9, 8, 3, 7, 1, 4], "not yet a function"),
            "a line twice": ([2, 6, 9, 8, 3, 7, 7, 4], "twice"),
            "a line that is not there": ([2, 6, 9, 8, 3, 7, 1, 10], "no line 10"),
        },
    ),
    Exercise(
        name="the gradient with blanks",
        kind="blanks",
        check=check_gradient,
        stub=definition("04", "logistic_gradient"),
        solution=logistic_gradient,
        right={
            "the listing's a and b": listings_gradient,
            "row by row": row_by_row,
            "einsum": lambda beta, X, y: np.einsum("ij,i->j", X, glmlib.sigmoid(X @ beta) - y),
        },
        wrong={
            "the score": (lambda beta, X, y: X.T @ (y - glmlib.sigmoid(X @ beta)), "the sign"),
            "the mean": (
                lambda beta, X, y: X.T @ (glmlib.sigmoid(X @ beta) - y) / len(y),
                "mean over the rows",
            ),
            "X not transposed": (
                lambda beta, X, y: np.dot(X, glmlib.sigmoid(X @ beta) - y),
                "the shapes (40, 3) and (40,) do not fit",
            ),
            "the sign of eta": (
                lambda beta, X, y: X.T @ (glmlib.sigmoid(-X @ beta) - y),
                "the sign of eta",
            ),
            "exp": (lambda beta, X, y: X.T @ (np.exp(X @ beta) - y), "e^eta stands where"),
            "clipped": (
                lambda beta, X, y: (
                    X.T @ (np.clip(glmlib.sigmoid(X @ beta), 1e-6, 1 - 1e-6) - y)
                ),
                "a clipped mu",
            ),
            "no X": (lambda beta, X, y: glmlib.sigmoid(X @ beta) - y, "shape"),
            "no link": (lambda beta, X, y: X.T @ (X @ beta - y), "link"),
            "the sum over everything": (
                lambda beta, X, y: np.sum(X.T @ (glmlib.sigmoid(X @ beta) - y)),
                "shape",
            ),
        },
    ),
    Exercise(
        name="a sigmoid without overflow",
        kind="empty",
        check=checks.sigmoid,
        stub=definition("04", "stable_sigmoid"),
        solution=stable_sigmoid,
        right={
            "masks": masked_sigmoid,
            "a logarithm": lambda eta: np.exp(-np.logaddexp(0, -np.asarray(eta))),
            "tanh": lambda eta: (1 + np.tanh(np.asarray(eta) / 2)) / 2,
        },
        wrong={
            "the definition": (lambda eta: 1 / (1 + np.exp(-eta)), "overflow"),
            "the other form": (lambda eta: np.exp(eta) / (1 + np.exp(eta)), "overflow"),
            "where on both": (both_branches, "np.where computes both"),
            "one number only": (one_number_only, "truth value of an array"),
            "the sign": (lambda eta: 1 / (1 + np.exp(np.clip(eta, -700, 700))), "sign"),
            "a straight line": (lambda eta: 0.5 + np.asarray(eta) / 4, "straight line"),
            "clipped at 30": (
                lambda eta: 1 / (1 + np.exp(-np.clip(eta, -30, 30))),
                "a clipped eta",
            ),
            "silenced": (silenced, "np.exp overflows"),
            "silenced as an array": (lambda eta: silenced(np.array(eta)), "np.exp overflows"),
            "silenced warnings": (unwarned, "overflows, and the warning is silenced"),
            "arrays only": (arrays_only, "one number"),
            "clipped": (lambda eta: 1 / (1 + np.exp(-np.clip(eta, -5, 5))), "everywhere"),
        },
    ),
    Exercise(
        name="a loss without log of zero",
        kind="trap",
        check=check_loss,
        stub=definition("04", "logistic_loss"),
        solution=logistic_loss,
        right={"two logarithms": two_logarithms, "by the sign of eta": by_the_sign},
        wrong={
            "in mu": (in_mu, "log of zero"),
            "a tiny constant": (lambda beta, X, y: in_mu(beta, X, y, 1e-12), "large"),
            "log(1 + e^eta) as it stands": (
                lambda beta, X, y: np.sum(np.log(1 + np.exp(X @ beta)) - y * (X @ beta)),
                "overflow",
            ),
            "the log-likelihood": (lambda beta, X, y: -logistic_loss(beta, X, y), "sign"),
            "a number added": (
                lambda beta, X, y: logistic_loss(beta, X, y) + 5,
                "belongs to no row",
            ),
            "the mean": (
                lambda beta, X, y: logistic_loss(beta, X, y) / len(y),
                "mean over the rows",
            ),
            "no sum": (
                lambda beta, X, y: np.logaddexp(0, X @ beta) - y * (X @ beta),
                "shape",
            ),
        },
    ),
    Exercise(
        name="a fit with its own rate",
        kind="empty",
        check=check_fit,
        stub=definition("04", "fit_logistic"),
        solution=fit_logistic,
        right={
            "a small fixed rate": descent(0.02, 5_000),
            "Newton": by_newton,
            "until the gradient is small": until_small,
        },
        wrong={
            "one step": (descent(0.02, 1), "not the minimum"),
            "no step": (descent(0.02, 0), "has not moved"),
            "uphill": (descent(0.02, 50, sign=-1.0), "uphill"),
            "above the limit": (descent(2.0, 500), "too long"),
            "least squares": (lambda X, y: np.linalg.lstsq(X, y)[0], "the link is missing"),
        },
    ),
    question(
        name="the exit question",
        kind="exit",
        right=solution("04", "exit_answer"),
        reasons=EXIT,
        wrong={
            "converged": ("a", "finite is not converged"),
            "longer": ("b", "error in the steepest way"),
            "the sign": ("d", "the loss rises above its start"),
        },
    ),
]
