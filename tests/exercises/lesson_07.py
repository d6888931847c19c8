"""The exercises of lesson 07, Newton and IRLS: one least squares, again and again."""

import numpy as np

import glmlib
from exercises import Exercise, conclusion, question
from exercises.notebook import definition, solution
from glmlib import GLM
from glmlib.course import checks

# ---- 1: the working response and its weight


working = solution("07", "working")


def with_g_prime(eta, y, family, link):
    g_prime = 1 / link.derivative(eta)
    mu = link.inverse(eta)
    return np.array([eta + (y - mu) * g_prime, 1 / (family.variance(mu) * g_prime**2)])


def row_by_row(eta, y, family, link):
    rows = [with_g_prime(e, k, family, link) for e, k in zip(eta, y, strict=True)]
    return np.transpose(rows)


def wrong_working(z=None, W=None):
    """The solution with another formula of eta, y, mu, slope and the variance V."""

    def answer(eta, y, family, link):
        mu, slope = link.inverse(eta), link.derivative(eta)
        right = working(eta, y, family, link)
        known = (eta, y, mu, slope, family.variance(mu))
        return z(*known) if z else right[0], W(*known) if W else right[1]

    return answer


def variance_of_eta(eta, y, family, link):
    slope = link.derivative(eta)
    return working(eta, y, family, link)[0], slope**2 / family.variance(eta)


def diagonal_weights(eta, y, family, link):
    z, W = working(eta, y, family, link)
    return z, np.diag(W)


# ---- 2: the order of the lines

LINES = definition("07", "lines")


def check_order(order):
    return checks.order(order, LINES, "irls_step", checks.irls_step)


# ---- 3: the whole loop


irls = solution("07", "irls_fit", working=working)


def by_newton_steps(X, y, family, link):
    beta = np.zeros(X.shape[1])
    for _ in range(60):
        eta = X @ beta
        mu, slope = link.inverse(eta), link.derivative(eta)
        factor = slope / family.variance(mu)
        H = X.T @ ((factor * slope)[:, None] * X)
        beta = beta + np.linalg.solve(H, X.T @ (factor * (y - mu)))
    return np.array([beta, np.sqrt(np.diag(np.linalg.solve(H, np.eye(len(beta)))))])


def by_the_library(X, y, family, link):
    fit = GLM(X, y, family, link).fit()
    return [fit.beta, fit.standard_errors]


def wrong_irls(z=None, W=None, errors=None, iterations=25):
    """The solution with another formula for z, W or the standard errors."""

    def answer(X, y, family, link):
        eta = link.link(family.start(y, np.ones(len(y))))
        for _ in range(iterations):
            z_now, W_now = wrong_working(z, W)(eta, y, family, link)
            root = np.sqrt(W_now)
            beta = np.linalg.lstsq(root[:, None] * X, root * z_now)[0]
            eta = X @ beta
        H = X.T @ (W_now[:, None] * X)
        roots = np.sqrt(np.diag(np.linalg.inv(H)))
        return beta, errors(X, H) if errors else roots

    return answer


def errors_of_wls(X, y, family, link):
    beta, roots = irls(X, y, family, link)
    z, W = working(X @ beta, y, family, link)
    return beta, roots * np.sqrt(np.sum(W * (z - X @ beta) ** 2) / (len(y) - len(beta)))


def covariance(X, y, family, link):
    beta = irls(X, y, family, link)[0]
    W = working(X @ beta, y, family, link)[1]
    return beta, np.linalg.inv(X.T @ (W[:, None] * X))


def until_it_settles(X, y, family, link):
    beta, before = np.zeros(X.shape[1]), np.inf
    while np.abs(beta - before).max() > 1e-4:
        before = beta
        z, W = working(X @ beta, y, family, link)
        beta = np.linalg.solve(X.T @ (W[:, None] * X), X.T @ (W * z))
    return beta, np.sqrt(np.diag(np.linalg.inv(X.T @ (W[:, None] * X))))


# ---- 4: a halved step


halved = solution("07", "halved")


def by_a_list(loss, beta, step):
    here = loss(beta)
    places = [beta + step / 2**k for k in range(40)]
    return next(place for place in places if loss(place) <= here)


def by_recursion(loss, beta, step):
    if loss(beta + step) <= loss(beta):
        return beta + step
    return by_recursion(loss, beta, step / 2)


def careless_of_nan(loss, beta, step):
    t = 1.0
    while loss(beta + t * step) > loss(beta):
        t /= 2
    return beta + t * step


def three_times_at_most(loss, beta, step):
    t = 1.0
    for _ in range(3):
        if loss(beta + t * step) <= loss(beta):
            break
        t /= 2
    return beta + t * step


def strictly(loss, beta, step):
    t = 1.0
    while not loss(beta + t * step) < loss(beta):
        t /= 2
    return beta + t * step


def computed_once(loss, beta, step):
    t, before, after = 1.0, loss(beta), loss(beta + step)
    while after > before:
        t /= 2
    return beta + t * step


def from_the_refused_place(loss, beta, step):
    for _ in range(60):
        if loss(beta + step) <= loss(beta):
            break
        beta, step = beta + step, step / 2
    return beta + step


# ---- 5 and 6: the trap and the exit question


# ---- a conclusion in words


def berkeley():
    table = glmlib.load("ucb_admissions")
    people = table["Admitted"] + table["Rejected"]
    male = (table["Gender"] == "Male").astype(float)
    departments = np.column_stack([table["Dept"] == name for name in "BCDEF"])
    X = np.column_stack([np.ones(12), male, departments])
    return glmlib.LogisticRegression(X, table["Admitted"] / people, weights=people)


RUBRIC = definition("07", "rubric_of")(berkeley(), glmlib.newton(berkeley(), np.zeros(7)))


EXERCISES = [
    Exercise(
        name="the working response and its weight",
        kind="blanks",
        check=checks.working,
        stub=definition("07", "working"),
        solution=working,
        right={"with g'": with_g_prime, "row by row": row_by_row},
        wrong={
            "the sign": (wrong_working(z=lambda e, y, m, s, V: e - (y - m) / s), "its sign"),
            "not divided": (wrong_working(z=lambda e, y, m, s, V: e + (y - m)), "the units"),
            "times the slope": (
                wrong_working(z=lambda e, y, m, s, V: e + (y - m) * s),
                "multiplied by",
            ),
            "divided by V": (
                wrong_working(z=lambda e, y, m, s, V: e + (y - m) / V),
                "canonical link only",
            ),
            "eta for mu": (
                wrong_working(z=lambda e, y, m, s, V: e + (y - e) / s),
                "not y − η",
            ),
            "eta is missing": (wrong_working(z=lambda e, y, m, s, V: (y - m) / s), "missing"),
            "W is V": (wrong_working(W=lambda e, y, m, s, V: V), "W is V"),
            "no square": (wrong_working(W=lambda e, y, m, s, V: s / V), "needs a square"),
            "without the link": (wrong_working(W=lambda e, y, m, s, V: 1 / V), "the link"),
            "upside down": (wrong_working(W=lambda e, y, m, s, V: V / s**2), "upside down"),
            "the root": (wrong_working(W=lambda e, y, m, s, V: s / V**0.5), "its root"),
            "exchanged": (lambda *given: working(*given)[::-1], "z and W are swapped"),
            "V is mu": (
                wrong_working(W=lambda e, y, m, s, V: s**2 / m),
                "Poisson counts only",
            ),
            "mu for the slope": (wrong_working(W=lambda e, y, m, s, V: m**2 / V), "and not μ"),
            "V of eta": (variance_of_eta, "not variance(eta)"),
            "both": (
                wrong_working(
                    z=lambda e, y, m, s, V: e - (y - m) / s, W=lambda e, y, m, s, V: s / V
                ),
                "needs a square",
            ),
            "times V": (wrong_working(W=lambda e, y, m, s, V: s**2 * V), "multiplied by `V`"),
            "y for eta": (
                wrong_working(z=lambda e, y, m, s, V: y + (y - m) / s),
                "y stands where `eta` belongs",
            ),
            "a slope too many": (
                wrong_working(z=lambda e, y, m, s, V: e + (y - m) / s**2),
                "`slope` is squared",
            ),
            "no brackets": (
                wrong_working(z=lambda e, y, m, s, V: e + y - m / s),
                "z: ",
            ),
            "a diagonal matrix": (diagonal_weights, "is only its diagonal asked for"),
            "only z": (lambda eta, y, family, link: working(eta, y, family, link)[0], "shape"),
        },
    ),
    Exercise(
        name="the order of one step",
        kind="order",
        check=check_order,
        stub=definition("07", "order"),
        solution=solution("07", "order"),
        right={"the root first": [3, 6, 8, 4, 1, 2]},
        wrong={
            "the sign of z": ([3, 6, 8, 5, 4, 2], "its sign"),
            "two wrong lines": ([3, 6, 8, 5, 4, 7], "two slips"),
            "beta twice": ([3, 6, 8, 1, 4, 7], "already the new beta"),
            "mu before eta": ([3, 8, 6, 1, 4, 2], "eta"),
            "no return": ([3, 6, 8, 1, 4], "returns nothing"),
            "no definition": ([6, 8, 1, 4, 2], "not yet a function"),
        },
    ),
    Exercise(
        name="IRLS for any pair",
        kind="empty",
        check=checks.irls,
        stub=definition("07", "irls_fit"),
        solution=irls,
        right={
            "Newton steps": by_newton_steps,
            "the library": by_the_library,
            "settled": until_it_settles,
        },
        wrong={
            "W is V": (wrong_irls(W=lambda e, y, m, s, V: V), "W is V"),
            "W without the link": (wrong_irls(W=lambda e, y, m, s, V: 1 / V), "grow beyond"),
            "W is 1": (wrong_irls(W=lambda e, y, m, s, V: np.ones_like(e)), "weights are 1"),
            "z not divided": (wrong_irls(z=lambda e, y, m, s, V: e + (y - m)), "units"),
            "variances": (
                wrong_irls(errors=lambda X, H: np.diag(np.linalg.inv(H))),
                "take the root",
            ),
            "not inverted": (wrong_irls(errors=lambda X, H: np.diag(H) ** 0.5), "inverted"),
            "the diagonal": (wrong_irls(errors=lambda X, H: np.diag(H) ** -0.5), "diagonal"),
            "V of nothing": (
                wrong_irls(W=lambda e, y, m, s, V: s**2),
                "`1` stands where V belongs",
            ),
            "an interval": (
                wrong_irls(errors=lambda X, H: 1.96 * np.sqrt(np.diag(np.linalg.inv(H)))),
                "the 1.96 of an interval",
            ),
            "z values": (
                lambda *given: (irls(*given)[0], np.divide(*irls(*given))),
                "beta over them",
            ),
            "one iteration": (wrong_irls(iterations=1), "after 1 of the steps"),
            "four iterations": (wrong_irls(iterations=4), "after 4 of the steps"),
            "a dispersion": (errors_of_wls, "known to be 1"),
            "the sign of z": (
                wrong_irls(z=lambda e, y, m, s, V: e - (y - m) / s),
                "sign",
            ),
            "exchanged": (lambda *given: irls(*given)[::-1], "are swapped"),
            "the covariance": (covariance, "is only its diagonal asked for"),
            "only beta": (lambda X, y, family, link: irls(X, y, family, link)[0], "shape"),
        },
    ),
    Exercise(
        name="halve the step",
        kind="empty",
        check=checks.halving,
        stub=definition("07", "halved"),
        solution=halved,
        right={"a list of places": by_a_list, "a call of itself": by_recursion},
        wrong={
            "the full step": (lambda loss, beta, step: beta + step, "the full step"),
            "always half": (lambda loss, beta, step: beta + step / 2, "whatever the loss"),
            "NaN": (careless_of_nan, "NaN"),
            "a few times": (three_times_at_most, "halved nine times"),
            "no end": (strictly, "still going"),
            "the loss computed once": (computed_once, "a loop that never ends"),
            "with t": (lambda *given: (halved(*given), 0.5), "return one of the two"),
            "the refused place": (from_the_refused_place, "start from beta again"),
            "the step alone": (lambda loss, beta, step: step, "add it to beta"),
            "beta stays": (lambda loss, beta, step: beta, "does not move"),
        },
    ),
    question(
        asked="07 trap",
        name="the trap of the convex loss",
        kind="trap",
        right=solution("07", "answer"),
        wrong={
            "downhill": ("a", "direction"),
            "separation": ("c", "overlap"),
            "a rate": ("d", "curvature"),
        },
    ),
    question(
        asked="07 exit",
        name="the exit question",
        kind="exit",
        right=solution("07", "answer", place=1),
        wrong={
            "only speed": ("a", "where it stops"),
            "only the errors": ("b", "weights stand in"),
            "only the estimates": ("d", "same W"),
        },
    ),
    conclusion(
        "07",
        RUBRIC,
        right={
            "in other words": {
                "arrival": "Six digits doubled: step 6 leaves a gradient of 0.",
                "gender": "beta_1 = -0.0999 ± 0.0808",
            },
            "more figures": {
                "arrival": "It took 6.0 steps.",
                "gender": "-0.09987 with SE 0.08085",
            },
        },
        wrong={
            "one step more": (
                {"arrival": "7 steps.", "gender": "-0.0999, SE 0.0808"},
                "one more or one less",
            ),
            "their ratio": (
                {"arrival": "6 steps.", "gender": "z = -1.24"},
                "this is the ratio",
            ),
            "no steps": (
                {"arrival": "It converged at once.", "gender": "-0.0999, SE 0.0808"},
                "it has no figures",
            ),
            "the odds ratio": (
                {"arrival": "6 steps.", "gender": "0.905 with SE 0.0808"},
                "the coefficient is asked",
            ),
            "the variance": (
                {"arrival": "6 steps.", "gender": "-0.0999, variance 0.00654"},
                "take its root",
            ),
        },
    ),
]
