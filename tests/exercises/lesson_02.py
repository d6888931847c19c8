"""The exercises of lesson 02, linear regression."""

import numpy as np
from scipy.stats import norm

import glmlib
from exercises import Exercise, conclusion, question
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


# ---- 3: the sampling distribution


def simulated():
    """The learner's function of the notebook."""
    return solution("02", "sampling")


def by_lstsq_with(lost=1, known=False, size=np.abs):
    """Draw, fit, repeat; `lost` is how often d is taken from n."""

    def f(X, beta, sigma, repeats, rng):
        n, d = X.shape
        root = np.sqrt(np.diag(turned(X.T @ X)))
        found, holds = [], []
        for _ in range(repeats):
            noise = np.random.default_rng(0) if rng is None else rng
            y = X @ beta + sigma * noise.standard_normal(n)
            b = np.linalg.lstsq(X, y)[0]
            s = sigma if known else np.sqrt(np.sum((y - X @ b) ** 2) / (n - lost * d))
            found.append(b)
            holds.append(size(b - beta) < 1.96 * s * root)
        return np.std(found, axis=0), np.mean(holds, axis=0)

    return f


by_lstsq = by_lstsq_with()


def all_at_once(X, beta, sigma, repeats, rng):
    n, d = X.shape
    Y = (X @ beta)[:, None] + sigma * rng.standard_normal((n, repeats))
    B = np.linalg.lstsq(X, Y)[0]
    s = np.sqrt(((Y - X @ B) ** 2).sum(axis=0) / (n - d))
    root = np.sqrt(np.diag(turned(X.T @ X)))[:, None]
    return [B.std(axis=1), (np.abs(B - beta[:, None]) < 1.96 * s * root).mean(axis=1)]


def twice(change):
    return lambda *given: change(*by_lstsq(*given))


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


# ---- a conclusion in words


def versicolor():
    iris = glmlib.load("iris")
    one = iris["Species"] == "versicolor"
    X = glmlib.add_intercept(iris["Petal.Width"][one][:, None])
    return glmlib.LinearRegression(X, iris["Petal.Length"][one]).fit()


RUBRIC = definition("02", "rubric_of")(versicolor())


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
            "a line twice": ([3, 5, 5, 2, 4, 1], "appears twice"),
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
                "no row accounts for",
            ),
            "the logarithm of a product": (
                lambda beta, X, y: -np.log(np.prod(norm.pdf(y, X @ beta))),
                "add logarithms",
            ),
        },
    ),
    Exercise(
        name="the sampling distribution",
        kind="empty",
        check=checks.sampling,
        stub=definition("02", "sampling"),
        solution=simulated(),
        right={"all at once": all_at_once, "by lstsq": by_lstsq},
        wrong={
            "divided by n": (by_lstsq_with(lost=0), "n - d, not by n"),
            "the true sigma": (by_lstsq_with(known=True), "estimate it in each sample"),
            "the variances": (twice(lambda sd, held: (sd**2, held)), "its root is asked"),
            "sigma lost": (
                lambda X, beta, sigma, repeats, rng: by_lstsq(X, beta, 1.0, repeats, rng),
                "sigma is missing",
            ),
            "the share that misses": (twice(lambda sd, held: (sd, 1 - held)), "that misses"),
            "a number of samples": (
                lambda *given: (lambda sd, held: (sd, held * given[3]))(*by_lstsq(*given)),
                "divide by repeats",
            ),
            "per cent": (twice(lambda sd, held: (sd, 100 * held)), "in per cent"),
            "no size": (by_lstsq_with(size=lambda off: off), "take np.abs"),
            "the same noise": (
                lambda X, beta, sigma, repeats, rng: by_lstsq(X, beta, sigma, repeats, None),
                "draw the noise anew",
            ),
            "one array": (lambda *given: by_lstsq(*given)[0], "two arrays"),
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
    conclusion(
        "02",
        RUBRIC,
        right={
            "in other words": {
                "slope": "Versicolor: 1.87 cm more of length go with 1 cm more of width.",
                "interval": "95 %, t with 48 df: [1.444, 2.295].",
            },
            "more figures": {"slope": "1.869 cm a cm.", "interval": "1.4436 to 2.2951"},
        },
        wrong={
            "the intercept": (
                {"slope": "It is 1.78 cm a cm.", "interval": "1.44 to 2.30"},
                "this is the intercept",
            ),
            "by 1.96": ({"slope": "1.87 cm a cm.", "interval": "1.454 to 2.284"}, "by 1.96"),
            "one standard error": (
                {"slope": "1.87 cm a cm.", "interval": "1.66 to 2.08"},
                "no 95 %",
            ),
            "one end": (
                {"slope": "1.87 cm a cm.", "interval": "At least 1.44."},
                "the upper end",
            ),
        },
    ),
]
