"""The exercises of lesson 02, linear regression."""

import numpy as np
from scipy.stats import norm

from exercises import Exercise, question
from exercises.notebook import definition
from glmlib import LinearRegression, checks

# ---- 1: the lines of a fit by QR

LINES = definition("02", "lines")


def check_order(order):
    return checks.order(
        order, LINES, "least_squares", lambda f: checks.fit(f, LinearRegression)
    )


# ---- 2: the negative log-likelihood with its constant


def normal_loss(beta, X, y):
    mu = X @ beta
    squares = np.sum((y - mu) ** 2) / 2
    constant = len(y) / 2 * np.log(2 * np.pi)
    return squares + constant


def with_matrices(beta, X, y):
    residuals = y - X @ beta
    return (residuals @ residuals + len(y) * np.log(2 * np.pi)) / 2


def row_by_row(beta, X, y):
    return sum(
        (yi - xi @ beta) ** 2 / 2 + np.log(np.sqrt(2 * np.pi))
        for xi, yi in zip(X, y, strict=True)
    )


# ---- 3: the gradient


def linear_gradient(beta, X, y):
    mu = X @ beta
    return X.T @ (mu - y)


def column_by_column(beta, X, y):
    return np.array([np.sum((X @ beta - y) * X[:, j]) for j in range(X.shape[1])])


# ---- 4: a fit


def fit_linear(X, y):
    Q, R = np.linalg.qr(X)
    return np.linalg.solve(R, Q.T @ y)


def by_descent(X, y, iterations=2000, sign=-1):
    X = X.astype(float)
    beta = np.zeros(X.shape[1])
    learning_rate = 1 / np.linalg.eigvalsh(X.T @ X)[-1]
    for _ in range(iterations):
        beta = beta + sign * learning_rate * X.T @ (X @ beta - y)
    return beta


def unfinished(*arguments):
    raise NotImplementedError


# ---- 5 and the exit question: choices

TRAP = definition("02", "trap_reasons")
EXIT = definition("02", "exit_reasons")


EXERCISES = [
    Exercise(
        name="the order of a fit by QR",
        kind="order",
        check=check_order,
        stub=definition("02", "order"),
        solution=[3, 5, 2, 4, 1],
        wrong={
            "the product before its factor": ([3, 2, 5, 4, 1], "raised UnboundLocalError"),
            "no return": ([3, 5, 2, 4], "returns nothing"),
            "the definition last": ([5, 2, 4, 1, 3], "Python says"),
            "a line twice": ([3, 5, 5, 2, 4, 1], "stands there twice"),
        },
    ),
    Exercise(
        name="the negative log-likelihood",
        kind="blanks",
        check=definition("02", "check_normal_loss"),
        stub=definition("02", "normal_loss"),
        solution=normal_loss,
        right={"with matrices": with_matrices, "row by row": row_by_row},
        wrong={
            "no half": (
                lambda beta, X, y: normal_loss(beta, X, y) + np.sum((y - X @ beta) ** 2) / 2,
                "factor 2",
            ),
            "the log-likelihood": (lambda beta, X, y: -normal_loss(beta, X, y), "the sign"),
            "no constant": (
                lambda beta, X, y: np.sum((y - X @ beta) ** 2) / 2,
                "the constant",
            ),
            "a constant without half": (
                lambda beta, X, y: normal_loss(beta, X, y) + len(y) / 2 * np.log(2 * np.pi),
                "the constant is off by 918.9385",
            ),
            "the logarithm of a product": (
                lambda beta, X, y: -np.log(np.prod(norm.pdf(y, X @ beta))),
                "add logarithms",
            ),
        },
    ),
    Exercise(
        name="the gradient",
        kind="empty",
        check=lambda answer: checks.gradient(answer, LinearRegression),
        stub=unfinished,
        solution=linear_gradient,
        right={
            "column by column": column_by_column,
            "from the normal equations": lambda beta, X, y: X.T @ X @ beta - X.T @ y,
        },
        wrong={
            "the score": (lambda beta, X, y: X.T @ (y - X @ beta), "this is the score"),
            "the mean": (lambda beta, X, y: X.T @ (X @ beta - y) / len(y), "mean"),
            "no half in the loss": (lambda beta, X, y: 2 * X.T @ (X @ beta - y), "factor 2"),
            "no x": (
                lambda beta, X, y: np.full(len(beta), np.sum(X @ beta - y)),
                "x is missing",
            ),
            "a column": (lambda beta, X, y: (X.T @ (X @ beta - y))[:, None], "shape"),
        },
    ),
    Exercise(
        name="a fit without an inverse",
        kind="empty",
        check=lambda answer: checks.fit(answer, LinearRegression),
        stub=unfinished,
        solution=fit_linear,
        right={
            "lstsq": lambda X, y: np.linalg.lstsq(X, y)[0],
            "descent": by_descent,
        },
        wrong={
            "uphill": (lambda X, y: by_descent(X, y, sign=1), "diverged"),
            "one step": (lambda X, y: by_descent(X, y, iterations=1), "not the minimum"),
            "the residuals": (lambda X, y: y - X @ fit_linear(X, y), "shape"),
            "not moved": (lambda X, y: np.zeros(X.shape[1]), "has not moved"),
        },
    ),
    question(
        name="the trap",
        kind="trap",
        right="d",
        reasons=TRAP,
        wrong={
            "both grow": ("a", "the normal equations give the estimate"),
            "shrunk": ("b", "a second term in the loss"),
            "nothing": ("c", "how sharp the likelihood is"),
        },
    ),
    question(
        name="the exit question",
        kind="exit",
        right="d",
        reasons=EXIT,
        wrong={
            "the sign believed": ("a", "both ends of the interval"),
            "lost digits": ("b", "count its right digits"),
            "more iterations": ("c", "nothing was iterated"),
        },
    ),
]
