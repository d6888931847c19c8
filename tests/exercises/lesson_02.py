"""The exercises of lesson 02, linear regression."""

import numpy as np
from scipy import stats

import glmlib
from exercises import Exercise, conclusion, question
from exercises.notebook import definition, solution
from glmlib import LinearRegression
from glmlib.course import checks

turned = np.linalg.inv

# ---- 1: the lines of standardised residuals

LINES = definition("02", "lines")


def check_order(order):
    return checks.order(order, LINES, "standardised", checks.standardised)


# ---- 2: another density


laplace_loss = solution("02", "laplace_loss")


def row_by_row(beta, X, y):
    return sum(
        abs(yi - np.dot(xi, beta)) + np.log(2)
        for xi, yi in zip(X.tolist(), y.tolist(), strict=True)
    )


def by_scipy(beta, X, y):
    return -stats.laplace.logpdf(y, X @ beta).sum()


def misses(beta, X, y):
    return np.abs(y - X @ beta).sum()


# ---- 3: the sampling distribution


def simulated():
    """The learner's function of the notebook."""
    return solution("02", "draw_fit_repeat")


def by_lstsq_with(lost=1, known=False, size=np.abs, one=0):
    """Draw, fit, repeat; `lost` is how often d is taken from n, and `one` how often 1."""

    def f(X, beta, sigma, repeats, rng):
        n, d = X.shape
        root = np.sqrt(np.diag(turned(X.T @ X)))
        found, holds = [], []
        for _ in range(repeats):
            noise = np.random.default_rng(0) if rng is None else rng
            y = X @ beta + sigma * noise.standard_normal(n)
            b = np.linalg.lstsq(X, y)[0]
            s = sigma if known else np.sqrt(np.sum((y - X @ b) ** 2) / (n - lost * d - one))
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


def mean_of_errors(X, beta, sigma, repeats, rng):
    """The mean of the estimated standard errors: for few rows it is too small."""
    root, (_, held) = np.sqrt(np.diag(turned(X.T @ X))), by_lstsq(X, beta, sigma, repeats, rng)
    free = len(X) - len(beta)
    sigma_hat = sigma * np.sqrt(rng.chisquare(free, repeats) / free)
    return sigma_hat.mean() * root, held


def twice(change):
    return lambda *given: change(*by_lstsq(*given))


# ---- 4: rows that weigh differently


fit_weighted = solution("02", "fit_weighted")


def by_lstsq_of(power):
    """Least squares of the rows times this power of sigma; −1 is right."""

    def f(X, y, sigma):
        root = sigma ** float(power)
        return np.linalg.lstsq(X * root[:, None], y * root)[0]

    return f


def by_normal_equations(X, y, sigma):
    W = np.diag(1 / sigma**2)
    return np.linalg.solve(X.T @ W @ X, X.T @ W @ y)


def by_descent(X, y, sigma, iterations=3000, sign=-1):
    A, b = X / sigma[:, None], y / sigma
    beta = np.zeros(X.shape[1])
    learning_rate = 1 / np.linalg.eigvalsh(A.T @ A)[-1]
    for _ in range(iterations):
        beta = beta + sign * learning_rate * A.T @ (A @ beta - b)
    return beta


def by_another_name(X, y, sigma):
    W = np.diag(1 / sigma**2)
    return turned(X.T @ W @ X) @ X.T @ W @ y


def endless(X, y, sigma):
    beta, slope = np.zeros(X.shape[1]), np.ones(1)
    while np.abs(slope).max() > 1e-8:  # uphill
        slope = X.T @ ((X @ beta - y) / sigma**2)
        beta = beta + 1e-3 * slope / (1 + np.abs(slope).max())
    return beta


def unfinished(*arguments):
    raise NotImplementedError


# ---- a conclusion in words


def versicolor():
    iris = glmlib.load("iris")
    one = iris["Species"] == "versicolor"
    X = glmlib.add_intercept(iris["Petal.Width"][one][:, None])
    return glmlib.LinearRegression(X, iris["Petal.Length"][one]).fit()


RUBRIC = definition("02", "rubric_of")(versicolor())


EXERCISES = [
    Exercise(
        name="the order of standardised residuals",
        kind="order",
        check=check_order,
        stub=definition("02", "order"),
        solution=solution("02", "order"),
        right={"sigma before the leverages": [3, 5, 1, 4, 8, 6]},
        wrong={
            "divided by n": ([3, 5, 1, 8, 7, 6], "n − d directions"),
            "one for each column": ([3, 5, 1, 2, 4, 6], "raised ValueError"),
            "the product before its factor": ([3, 1, 5, 8, 4, 6], "raised UnboundLocalError"),
            "no return": ([3, 5, 1, 8, 4], "returns nothing"),
            "the definition last": ([5, 1, 8, 4, 6, 3], "Python says"),
            "a line twice": ([3, 5, 5, 1, 8, 4, 6], "appears twice"),
            "both variances": ([3, 5, 1, 8, 7, 4, 6], "as well without line 7"),
        },
    ),
    Exercise(
        name="the loss of another density",
        kind="blanks",
        check=checks.laplace,
        stub=definition("02", "laplace_loss"),
        solution=laplace_loss,
        right={
            "by SciPy": by_scipy,
            "row by row": row_by_row,
            "single precision": lambda *data: np.float32(by_scipy(*data)),
        },
        wrong={
            "squares": (
                lambda beta, X, y: np.sum((y - X @ beta) ** 2) + len(y) * np.log(2),
                "that is the Normal density",
            ),
            "half the squares": (
                lambda beta, X, y: np.sum((y - X @ beta) ** 2) / 2 + len(y) * np.log(2),
                "half the squares",
            ),
            "halved": (
                lambda beta, X, y: misses(beta, X, y) / 2 + len(y) * np.log(2),
                "the 2 stands before the exponential",
            ),
            "signs": (
                lambda beta, X, y: np.sum(y - X @ beta) + len(y) * np.log(2),
                "take np.abs",
            ),
            "no constant": (misses, "the constant is missing"),
            "once": (lambda beta, X, y: misses(beta, X, y) + np.log(2), "there once"),
            "log of a half": (
                lambda beta, X, y: misses(beta, X, y) + len(y) * np.log(1 / 2),
                "the sign of the constant",
            ),
            "the log-likelihood": (lambda *data: -laplace_loss(*data), "is minus that"),
            "log10": (
                lambda b, X, y: misses(b, X, y) + len(y) * np.log10(2),
                "log10 stands where log belongs",
            ),
            "d for n": (
                lambda b, X, y: misses(b, X, y) + len(b) * np.log(2),
                "d stands where `n` belongs",
            ),
            "a mean of the misses": (
                lambda b, X, y: misses(b, X, y) / len(y) + len(y) * np.log(2),
                "mean stands where sum belongs",
            ),
            "added": (
                lambda b, X, y: np.abs(y + X @ b).sum() + len(y) * np.log(2),
                "the sign of `eta`",
            ),
            "a mean": (lambda b, X, y: laplace_loss(b, X, y) / len(y), "a mean over"),
            "a product": (
                lambda b, X, y: -np.log(np.prod(stats.laplace.pdf(y, X @ b))),
                "the log of zero",
            ),
        },
    ),
    Exercise(
        name="the sampling distribution",
        kind="empty",
        check=checks.sampling,
        stub=definition("02", "draw_fit_repeat"),
        solution=simulated(),
        right={"all at once": all_at_once, "by lstsq": by_lstsq},
        wrong={
            "divided by n": (by_lstsq_with(lost=0), "n - d, not by n"),
            "divided by n - 1": (by_lstsq_with(lost=0, one=1), "not by n - 1"),
            "exchanged": (lambda *given: by_lstsq(*given)[::-1], "the two are swapped"),
            "sigma squared": (
                lambda X, beta, sigma, repeats, rng: by_lstsq(X, beta, sigma**2, repeats, rng),
                "sigma is squared",
            ),
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
            "90 %": (
                lambda *given: (by_lstsq(*given)[0], np.full(len(given[1]), 0.753)),
                "1.645 is for 90 %",
            ),
            "all of them": (twice(lambda sd, held: (sd, held * 0 + 1)), "its own estimate"),
            "standard errors": (mean_of_errors, "how do the estimates scatter"),
            "the same noise": (
                lambda X, beta, sigma, repeats, rng: by_lstsq(X, beta, sigma, repeats, None),
                "draw the noise anew",
            ),
            "one array": (lambda *given: by_lstsq(*given)[0], "two arrays"),
        },
    ),
    Exercise(
        name="a fit of rows that weigh differently",
        kind="empty",
        check=lambda answer: checks.fit(answer, LinearRegression, weighted=True),
        stub=definition("02", "fit_weighted"),
        solution=fit_weighted,
        right={
            "lstsq": by_lstsq_of(-1),
            "the normal equations": by_normal_equations,
            "descent": by_descent,
        },
        wrong={
            "without sigma": (by_lstsq_of(0), "sigma is not used"),
            "multiplied": (by_lstsq_of(1), "is sigma^2 here"),
            "by the variance": (by_lstsq_of(-2), "is sigma^-4 here"),
            "by the root": (by_lstsq_of(-0.5), "is sigma^-1 here"),
            "a penalty": (
                lambda X, y, sigma: np.linalg.solve(
                    (X.T / sigma**2) @ X + np.eye(X.shape[1]), (X.T / sigma**2) @ y
                ),
                "a penalty pulls",
            ),
            "one more": (
                lambda X, y, sigma: by_lstsq_of(-1)(X, y, np.sqrt(1 + sigma**2)),
                "`sigma ** 2` and 1 more",
            ),
            "y alone": (
                lambda X, y, sigma: np.linalg.lstsq(X, y / sigma)[0],
                "sigma^0 in all, and y by sigma^-1",
            ),
            "X alone": (
                lambda X, y, sigma: np.linalg.lstsq(X / sigma[:, None], y)[0],
                "sigma^-2 in all, and y by sigma^-1",
            ),
            "uphill": (lambda *data: by_descent(*data, sign=1), "diverged"),
            "one step": (lambda *data: by_descent(*data, iterations=1), "not the minimum"),
            "the residuals": (lambda X, y, s: y - X @ fit_weighted(X, y, s), "shape"),
            "a row for a column": (lambda X, y, sigma: (X / sigma).T @ y, "raised ValueError"),
            "an inverse by another name": (by_another_name, "another method"),
            "no end": (endless, "a loop that never ends"),
            "not moved": (lambda X, y, sigma: np.zeros(X.shape[1]), "has not moved"),
        },
    ),
    question(
        asked="02 trap",
        name="the trap",
        kind="trap",
        right=solution("02", "trap"),
        wrong={
            "both grow": ("a", "the normal equations give the estimate"),
            "shrunk": ("b", "a second term in the loss"),
            "nothing": ("c", "how sharp the likelihood is"),
        },
    ),
    question(
        asked="02 exit",
        name="the exit question",
        kind="exit",
        right=solution("02", "exit_answer"),
        wrong={
            "more rows": ("a", "both sides double"),
            "more knowledge": ("b", "how many years were observed"),
            "no change": ("d", "the formula sees"),
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
            "half the width": (
                {"slope": "1.87 cm a cm.", "interval": "± 0.426"},
                "half the width",
            ),
            "one end by 1.96": (
                {"slope": "1.87 cm a cm.", "interval": "1.44 to 2.28"},
                "the end by 1.96",
            ),
            "one end": (
                {"slope": "1.87 cm a cm.", "interval": "At least 1.44."},
                "the upper end",
            ),
        },
    ),
]
