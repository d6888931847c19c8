"""The exercises of lesson 02, linear regression."""

import numpy as np
from scipy.stats import norm

from exercises import Exercise, question
from exercises.notebook import definition, solution
from glmlib import LinearRegression
from glmlib.course import checks

turned = np.linalg.inv

# ---- 1: the lines of a fit by QR

LINES = definition("02", "lines")


def check_order(order):
    return checks.order(
        order, LINES, "least_squares", lambda f: checks.fit(f, LinearRegression)
    )


# ---- 2: the negative log-likelihood with its constant


normal_loss = solution("02", "normal_loss")


def with_matrices(beta, X, y):
    residuals = y - X @ beta
    return (residuals @ residuals + len(y) * np.log(2 * np.pi)) / 2


def row_by_row(beta, X, y):
    return sum(
        (yi - xi @ beta) ** 2 / 2 + np.log(np.sqrt(2 * np.pi))
        for xi, yi in zip(X, y, strict=True)
    )


# ---- 3: the gradient


linear_gradient = solution("02", "linear_gradient")


def column_by_column(beta, X, y):
    return np.array([np.sum((X @ beta - y) * X[:, j]) for j in range(X.shape[1])])


# ---- 4: a fit


fit_linear = solution("02", "fit_linear")


def by_descent(X, y, iterations=2000, sign=-1):
    X = X.astype(float)
    beta = np.zeros(X.shape[1])
    learning_rate = 1 / np.linalg.eigvalsh(X.T @ X)[-1]
    for _ in range(iterations):
        beta = beta + sign * learning_rate * X.T @ (X @ beta - y)
    return beta


def by_another_name(X, y):
    return turned(X.T @ X) @ X.T @ y


def endless(X, y):
    beta, slope = np.zeros(X.shape[1]), np.ones(1)
    while np.abs(slope).max() > 1e-8:  # uphill
        slope = X.T @ (X @ beta - y)
        beta = beta + 1e-3 * slope / (1 + np.abs(slope).max())
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
        solution=solution("02", "order"),
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
        check=lambda f: checks.loss(f, LinearRegression, whole=True),
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
            "as many rows as in one example": (
                lambda beta, X, y: np.sum((y - X @ beta) ** 2) / 2 + 20 * np.log(2 * np.pi),
                "belongs to no row",
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
        stub=definition("02", "linear_gradient"),
        solution=linear_gradient,
        right={
            "column by column": column_by_column,
            "from the normal equations": lambda beta, X, y: X.T @ X @ beta - X.T @ y,
            "a column": lambda beta, X, y: (X.T @ (X @ beta - y))[:, None],
        },
        wrong={
            "the score": (lambda beta, X, y: X.T @ (y - X @ beta), "this is the score"),
            "the mean": (lambda beta, X, y: X.T @ (X @ beta - y) / len(y), "mean"),
            "no half in the loss": (lambda beta, X, y: 2 * X.T @ (X @ beta - y), "factor 2"),
            "no x": (
                lambda beta, X, y: np.full(len(beta), np.sum(X @ beta - y)),
                "x is missing",
            ),
        },
    ),
    Exercise(
        name="a fit without an inverse",
        kind="empty",
        check=lambda answer: checks.fit(answer, LinearRegression),
        stub=definition("02", "fit_linear"),
        solution=fit_linear,
        right={
            "lstsq": lambda X, y: np.linalg.lstsq(X, y)[0],
            "descent": by_descent,
        },
        wrong={
            "uphill": (lambda X, y: by_descent(X, y, sign=1), "diverged"),
            "one step": (lambda X, y: by_descent(X, y, iterations=1), "not the minimum"),
            "the residuals": (lambda X, y: y - X @ fit_linear(X, y), "shape"),
            "an inverse": (lambda X, y: np.linalg.inv(X.T @ X) @ X.T @ y, "another method"),
            "an inverse by another name": (by_another_name, "another method"),
            "the inverse of a matrix": (
                lambda X, y: np.ravel(np.asmatrix(X.T @ X).I @ X.T @ y),
                "another method",
            ),
            "R left out": (lambda X, y: np.linalg.qr(X)[0].T @ y, "still to be undone"),
            "the right side alone": (lambda X, y: X.T @ y, "the right side of the normal"),
            "no end": (endless, "a loop that never ends"),
            "not moved": (lambda X, y: np.zeros(X.shape[1]), "has not moved"),
        },
    ),
    question(
        name="the trap",
        kind="trap",
        right=solution("02", "trap"),
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
        right=solution("02", "exit_answer"),
        reasons=EXIT,
        wrong={
            "the sign believed": ("a", "both ends of the interval"),
            "lost digits": ("b", "count its right digits"),
            "more iterations": ("c", "nothing was iterated"),
        },
    ),
]
