"""The exercises of 04_logistic_regression: counts, few rows, sigmoid, loss and fit."""

import warnings

import numpy as np

import glmlib
from exercises import Exercise, conclusion, question
from exercises.notebook import definition, solution
from glmlib import LogisticRegression
from glmlib.course import checks

LINES = definition("04", "lines")


def check_order(order):
    return checks.order(order, LINES, "loss_of_counts", checks.loss_of_counts)


def check_loss(f):
    return checks.loss(f, LogisticRegression, signs=True)


def check_fit(f):
    return checks.fit(f, LogisticRegression)


# ---- as in the notebook


stable_sigmoid = solution("04", "stable_sigmoid")


signed_loss = solution("04", "signed_loss")


fit_logistic = solution("04", "fit_logistic")


# ---- written differently, and written wrong


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


def in_mu(beta, X, s, tiny=0.0):
    return -np.sum(np.log(glmlib.sigmoid(s * (X @ beta)) + tiny))


def by_zeros_and_ones(beta, X, s):
    eta = X @ beta
    return np.sum(np.logaddexp(0, eta) - (s > 0) * eta)


def by_the_sign(beta, X, s):
    u = s * (X @ beta)
    return (np.log1p(np.exp(-np.abs(u))) + np.maximum(-u, 0)).sum()


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


# ---- 2: few rows


def drawn(
    mean=glmlib.sigmoid,
    keep=lambda fit: fit.converged,
    of=np.mean,
    share=lambda kept, all_: 1 - kept / all_,
    as_list=False,
):
    """Draw, fit, repeat, in another way where one is given."""

    def f(X, beta, repeats, rng):
        found = []
        for _ in range(repeats):
            fit = glmlib.LogisticRegression(X, 1.0 * rng.binomial(1, mean(X @ beta))).fit()
            if keep(fit):
                found.append(fit.beta)
        answer = [*of(found, axis=0), share(len(found), repeats)]
        return answer if as_list else np.array(answer)

    return f


# ---- a conclusion in words


def beetle_fit():
    beetles = glmlib.load("beetles")
    X = glmlib.add_intercept(beetles["dose"][:, None])
    killed = beetles["killed"] / beetles["n"]
    return glmlib.LogisticRegression(X, killed, weights=beetles["n"]).fit()


RUBRIC = definition("04", "rubric_of")(beetle_fit())


EXERCISES = [
    Exercise(
        name="the lines of a loss for counts",
        kind="order",
        check=check_order,
        stub=definition("04", "my_order"),
        solution=solution("04", "my_order"),
        wrong={
            "a hit by 1 less a miss": ([5, 3, 6, 1, 2, 8], "the log of zero"),
            "one trial a row": ([5, 3, 6, 9, 7, 8], "more trials than one"),
            "the mean": ([5, 3, 6, 9, 2, 4], "the sum is asked"),
            "two of them": ([5, 3, 6, 9, 7, 4], "two slips"),
            "all three": ([5, 3, 6, 1, 7, 4], "two slips"),
            "a hit before a miss": ([5, 3, 9, 6, 2, 8], "raised"),
            "a line overwritten": ([5, 3, 6, 1, 9, 2, 8], "as well without line 1"),
            "no return": ([5, 3, 6, 9, 2], "returns nothing"),
            "no head": ([3, 6, 9, 2, 8], "not yet a function"),
            "a line twice": ([5, 3, 6, 9, 9, 2, 8], "twice"),
            "a line that is not there": ([5, 3, 6, 9, 2, 10], "no line 10"),
        },
    ),
    Exercise(
        name="samples of sixteen rows",
        kind="blanks",
        check=checks.small_sample,
        stub=definition("04", "small_sample"),
        solution=solution("04", "small_sample"),
        right={"by the binomial": drawn(), "a list": drawn(as_list=True)},
        wrong={
            "all of them": (drawn(keep=lambda fit: True), "leave out the samples"),
            "the predictor": (
                drawn(mean=lambda eta: np.clip(eta, 0, 1)),
                "the probability S(X beta)",
            ),
            "the standard deviations": (drawn(of=np.std), "the mean is asked"),
            "the medians": (drawn(of=np.median), "this is their median"),
            "the sign of eta": (drawn(mean=lambda eta: glmlib.sigmoid(-eta)), "other data"),
            "the bias": (
                lambda X, beta, *given: drawn()(X, beta, *given) - np.append(beta, 0.0),
                "this is the bias",
            ),
            "the other share": (drawn(share=lambda kept, all_: kept / all_), "that have"),
            "no share": (drawn(share=lambda kept, all_: 0.0), "how many were left out"),
            "by the rows": (drawn(share=lambda kept, all_: 1 - kept / 16), "by the rows"),
            "the share first": (lambda *given: np.roll(drawn()(*given), 1), "stands first"),
            "a number": (drawn(share=lambda kept, all_: all_ - kept), "divide by repeats"),
            "no draw": (lambda X, beta, repeats, rng: np.append(beta, 0.0), "the truth"),
            "two numbers": (lambda *given: drawn()(*given)[:2], "three numbers"),
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
            "steeper": (
                lambda eta: 0.5 + np.asarray(eta) / (2 * (1 + np.abs(eta))),
                "steeper than the sigmoid",
            ),
            "the root of the odds": (lambda eta: (1 + np.tanh(eta)) / 2, "a factor 2"),
            "from −1 to 1": (lambda eta: np.tanh(np.asarray(eta) / 2), "from 0 to 1"),
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
        stub=definition("04", "signed_loss"),
        solution=signed_loss,
        right={"back to 0 and 1": by_zeros_and_ones, "by the sign": by_the_sign},
        wrong={
            "in mu": (in_mu, "log of zero"),
            "a tiny constant": (lambda beta, X, s: in_mu(beta, X, s, 1e-12), "large"),
            "log(1 + e^u) as it stands": (
                lambda beta, X, s: np.sum(np.log(1 + np.exp(-s * (X @ beta)))),
                "overflow",
            ),
            "the formula of 0 and 1": (
                lambda beta, X, s: np.sum(np.logaddexp(0, X @ beta) - s * (X @ beta)),
                "holds for 0 and 1",
            ),
            "the sign of u": (
                lambda beta, X, s: np.sum(np.logaddexp(0, s * (X @ beta))),
                "the sign of s η",
            ),
            "s forgotten": (
                lambda beta, X, s: np.sum(np.logaddexp(0, -X @ beta)),
                "taken for a 1",
            ),
            "the log-likelihood": (lambda beta, X, s: -signed_loss(beta, X, s), "sign"),
            "twice s": (
                lambda b, X, s: np.sum(np.logaddexp(0, X @ b) - (s + 1) * (X @ b)),
                "`y` is doubled",
            ),
            "the sum inside": (
                lambda b, X, s: np.logaddexp(0, -np.sum(s * (X @ b))),
                "each row has its own",
            ),
            "the hinge": (
                lambda b, X, s: np.maximum(0, 1 - s * (X @ b)).sum(),
                "the hinge loss",
            ),
            "a number added": (
                lambda beta, X, s: signed_loss(beta, X, s) + 5,
                "no row accounts for",
            ),
            "the mean": (
                lambda beta, X, s: signed_loss(beta, X, s) / len(s),
                "mean over the rows",
            ),
            "no sum": (lambda beta, X, s: np.logaddexp(0, -s * (X @ beta)), "shape"),
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
            "the probit": (
                lambda X, y: glmlib.GLM(X, y, "binomial", "probit").fit().beta,
                "with the probit link",
            ),
            "no intercept": (
                lambda X, y: np.append(0, by_newton(X[:, 1:], y)) if X.shape[1] > 1 else X[0],
                "the intercept is 0",
            ),
        },
    ),
    question(
        asked="04 exit",
        name="the exit question",
        kind="exit",
        right=solution("04", "exit_answer"),
        wrong={
            "converged": ("a", "finite is not converged"),
            "longer": ("b", "error in the steepest way"),
            "the sign": ("d", "the loss rises above its start"),
        },
    ),
    conclusion(
        "04",
        RUBRIC,
        right={
            "in other words": {
                "effect": "The odds of death are 41 % higher for 0.01 more.",
                "interval": "Roughly 1.33 to 1.49.",
            },
            "more figures": {"effect": "times 1.409", "interval": "1.331 to 1.491"},
        },
        wrong={
            "the coefficient": (
                {"effect": "It is 34.27.", "interval": "1.33 to 1.49"},
                "this is the coefficient",
            ),
            "the log-odds": (
                {"effect": "It is 0.3427.", "interval": "1.33 to 1.49"},
                "adds to the log-odds",
            ),
            "the standard error": (
                {"effect": "times 1.41", "interval": "SE 2.912"},
                "standard error of the coefficient",
            ),
            "one end": ({"effect": "times 1.41", "interval": "from 1.33"}, "the upper end"),
            "for a tenth": (
                {"effect": "times 30.8", "interval": "1.33 to 1.49"},
                "look at the unit",
            ),
            "upside down": (
                {"effect": "times 0.710", "interval": "1.33 to 1.49"},
                "one over it",
            ),
            "one standard error to each side": (
                {"effect": "times 1.41", "interval": "1.37 to 1.45"},
                "is no 95 %",
            ),
        },
    ),
]
