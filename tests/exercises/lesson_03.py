"""The exercises of 03_gradient_descent: order, differences, a test, a stop, rows, advice."""

import numpy as np

import glmlib
from exercises import Exercise, conclusion, question
from exercises.notebook import definition, solution
from glmlib import LinearRegression
from glmlib.course import checks

LINES = definition("03", "lines")


def check_order(order):
    return checks.order(
        order, LINES, "descend", lambda function: checks.fit(function, LinearRegression)
    )


toy_X = np.array([[1.0, -1.0], [1.0, 0.0], [1.0, 0.5], [1.0, 1.0], [1.0, 2.0]])
toy_y = np.array([1.0, 0.0, 2.0, 1.0, 4.0])


def toy_loss(beta):
    eta = toy_X @ beta
    return np.sum(np.exp(eta) - toy_y * eta)


def right_gradient(beta):
    return toy_X.T @ (np.exp(toy_X @ beta) - toy_y)


BUGS = [
    lambda beta: -right_gradient(beta),
    lambda beta: right_gradient(beta) / 2,
    lambda beta: toy_X.T @ (1 + toy_X @ beta - toy_y),
]


def check_test(test):
    bugs = [*BUGS, *checks.gradient_bugs(right_gradient)]
    return checks.catches(test, buggy=bugs, fixed=right_gradient)


LIMIT_AT_1000 = 1.1893e-4


def check_rows(n):
    reasons = {
        1_000 * 1e-5 / LIMIT_AT_1000: "the wrong way round: more rows lower the limit",
        1_000 * (LIMIT_AT_1000 / 1e-5) ** 2: "the limit falls like 1/n, not like 1/√n",
    }
    return checks.number(n, 9_061, within=1.5, reasons=reasons)


# ---- as in the notebook


curvatures = solution("03", "curvatures")


test_gradient = solution("03", "test_gradient", toy_loss=toy_loss)


descend = solution("03", "descend")


# ---- written differently, and written wrong


def with_eye(f, beta, h=1e-3):
    around = [f(beta + h * e) + f(beta - h * e) for e in np.eye(len(beta))]
    return (np.array(around) - 2 * f(beta)) / h**2


def of_slopes(f, beta, h=1e-4):
    def slope(b, e):
        return (f(b + h * e) - f(b - h * e)) / (2 * h)

    return [
        (slope(beta + h * e, e) - slope(beta - h * e, e)) / (2 * h) for e in np.eye(len(beta))
    ]


def second(middle=-2, high=1, low=1, width=1, power=2, h=1e-4, right=1, left=-1):
    """Second differences, written wrong in one way each."""

    def found(f, beta):
        steps = h * np.eye(len(beta))
        return np.array([
            high * f(beta + right * e) + low * f(beta + left * e) + middle * f(beta)
            for e in steps
        ]) / (width * h**power)  # fmt: skip

    return found


def all_at_once(f, beta, h=1e-4):
    return np.full(len(beta), (f(beta + h) + f(beta - h) - 2 * f(beta)) / h**2)


def the_slope(f, beta, h=1e-4):
    return np.array([f(beta + h * e) - f(beta - h * e) for e in np.eye(len(beta))]) / (2 * h)


def testing(beta, judge):
    """A learner's test at `beta`, with `judge`(gradient, differences)."""
    beta = np.array(beta)

    def test(gradient):
        assert judge(gradient(beta), glmlib.numerical_gradient(toy_loss, beta))

    return test


def several_points(gradient):
    rng = np.random.default_rng(2)
    for _ in range(5):
        beta = rng.uniform(-1, 1, 2)
        right = glmlib.numerical_gradient(toy_loss, beta)
        if np.abs(gradient(beta) - right).max() > 1e-5:
            return False
    return True


def by_the_loss(gradient):
    """Along a direction the loss must change by the gradient times the step."""
    beta = np.array([0.3, 0.6])
    for direction in np.eye(2):
        change = toy_loss(beta + 1e-6 * direction) - toy_loss(beta - 1e-6 * direction)
        assert abs(change / 2e-6 - gradient(beta) @ direction) < 1e-4


def while_loop(model, start, learning_rate, tolerance, iterations):
    beta, gradient, k = start, model.gradient(start), 0
    while np.linalg.norm(gradient) > tolerance and k < iterations:
        beta, k = beta - learning_rate * gradient, k + 1
        gradient = model.gradient(beta)
    return beta, bool(np.linalg.norm(gradient) <= tolerance)


def all_entries(model, start, learning_rate, tolerance, iterations):
    beta = np.array(start)
    for _ in range(iterations):
        if np.all(np.abs(model.gradient(beta)) <= tolerance):
            break
        beta = beta - learning_rate * model.gradient(beta)
    return beta, bool(np.all(np.abs(model.gradient(beta)) <= tolerance))


def stopping(rule, sign=1.0):
    """A descent that stops when rule(model, before, beta, gradient, tolerance)."""

    def wrong(model, start, learning_rate, tolerance, iterations):
        beta = start
        for _ in range(iterations):
            gradient = model.gradient(beta)
            before, beta = beta, beta - sign * learning_rate * gradient
            if rule(model, before, beta, gradient, tolerance):
                return beta, True
        return beta, False

    return wrong


def plateau(model, before, beta, gradient, tolerance):
    return abs(model.loss(before) - model.loss(beta)) < tolerance


def relative_plateau(model, before, beta, gradient, tolerance):
    return abs(model.loss(before) - model.loss(beta)) < 1e-9 * model.loss(before)


def the_sum(model, start, learning_rate, tolerance, iterations):
    beta = start
    for _ in range(iterations):
        gradient = model.gradient(beta)
        if abs(gradient.sum()) <= tolerance:
            return beta, True
        beta = beta - learning_rate * gradient
    return beta, False


def small_step(model, before, beta, gradient, tolerance):
    return np.abs(before - beta).max() < tolerance


def without_abs(model, start, learning_rate, tolerance, iterations):
    beta = start
    for _ in range(iterations):
        gradient = model.gradient(beta)
        if gradient.max() <= tolerance:
            return beta, True
        beta = beta - learning_rate * gradient
    return beta, False


def any_entry(model, start, learning_rate, tolerance, iterations):
    beta = start
    for _ in range(iterations):
        gradient = model.gradient(beta)
        if abs(gradient[0]) <= tolerance:
            return beta, True
        beta = beta - learning_rate * gradient
    return beta, False


def never(model, start, learning_rate, tolerance, iterations):
    return descend(model, start, learning_rate, -1.0, iterations)[0], True


def for_ever(model, start, learning_rate, tolerance, iterations):
    beta = start
    while True:
        gradient = model.gradient(beta)
        if np.abs(gradient).max() <= tolerance:
            return beta, True
        beta = beta - learning_rate * gradient


def always_converged(model, start, learning_rate, tolerance, iterations):
    return descend(model, start, learning_rate, tolerance, iterations)[0], True


def in_place(model, start, learning_rate, tolerance, iterations):
    beta = start
    for _ in range(iterations):
        gradient = model.gradient(beta)
        if np.abs(gradient).max() <= tolerance:
            return beta, True
        beta -= learning_rate * gradient
    return beta, False


def uphill(model, start, learning_rate, tolerance, iterations):
    return descend(model, start, -learning_rate, tolerance, min(iterations, 300))


# ---- a conclusion in words


BIRTHS = glmlib.load("birthwt")
X_BIRTHS = glmlib.add_intercept(BIRTHS["lwt"][:, None])
LOW_WEIGHT = glmlib.LogisticRegression(X_BIRTHS, BIRTHS["low"])
RATE = 0.9 * glmlib.stability_limit(LOW_WEIGHT, LOW_WEIGHT.fit().beta)
STOPPED = glmlib.gradient_descent(LOW_WEIGHT, np.zeros(2), RATE, iterations=1000)[1000]


RUBRIC = definition("03", "rubric_of")(LOW_WEIGHT, STOPPED)
LARGEST = np.linalg.eigvalsh(LOW_WEIGHT.hessian(STOPPED))[-1]


EXERCISES = [
    Exercise(
        name="the lines of a descent that chooses its rate",
        kind="order",
        check=check_order,
        stub=definition("03", "my_order"),
        solution=solution("03", "my_order"),
        wrong={
            "a rate above the limit": ([4, 7, 3, 9, 1, 5, 2, 6], "diverged"),
            "the score": ([4, 7, 10, 9, 1, 8, 2, 6], "diverged"),
            "no return": ([4, 7, 10, 9, 1, 5, 2], "returns nothing"),
            "the rate before the eigenvalues": ([4, 10, 7, 9, 1, 5, 2, 6], "raised"),
            "the step before the gradient": ([4, 7, 10, 9, 1, 2, 5, 6], "raised"),
            "no head": ([7, 10, 9, 1, 5, 2, 6], "not yet a function"),
        },
    ),
    Exercise(
        name="a numerical curvature with blanks",
        kind="blanks",
        check=checks.curvatures,
        stub=definition("03", "curvatures"),
        solution=curvatures,
        right={
            "rows of the identity": with_eye,
            "slopes of slopes": of_slopes,
            "the diagonal of a Hessian": lambda f, beta: np.diag(
                glmlib.numerical_gradient(
                    lambda b: glmlib.numerical_gradient(f, b, 1e-3), beta, 1e-3
                )
            ),
        },
        wrong={
            "once": (second(middle=-1), "taken off once"),
            "not taken off": (second(middle=0), "not taken off"),
            "added": (second(middle=2), "is added"),
            "the slope": (the_slope, "this is the slope"),
            "the sign": (second(middle=2, high=-1, low=-1), "the sign"),
            "divided by h": (second(power=1), "divided by h, not"),
            "divided by 2h": (second(power=1, width=2), "divided by 2h:"),
            "divided by 2h²": (second(width=2), "divided by 2h²"),
            "divided by (2h)²": (second(width=4), "divided by (2h)²"),
            "not divided": (second(power=0), "not divided"),
            "all at once": (all_at_once, "all entries move at once"),
            "a tiny step": (second(h=1e-8), "rounding"),
            "to one side": (second(right=2, left=1, high=1, low=-2, middle=1), "to one side"),
            "three times": (second(middle=-3), "3 stands where 2 belongs"),
            "the left one taken off": (second(low=-1), "the sign of `left`"),
            "one side twice": (second(left=1), "right stands where `left` belongs"),
            "one number": (lambda f, beta: f(beta), "shape"),
            "never asked": (lambda f, beta: 0 * beta + 2, "never asked"),
        },
    ),
    Exercise(
        name="a test that finds three bugs",
        kind="empty",
        check=check_test,
        stub=definition("03", "test_gradient"),
        solution=test_gradient,
        right={"several points": several_points, "along directions": by_the_loss},
        wrong={
            "at zero": (testing([0.0, 0.0], np.allclose), "bug 3"),
            "no absolute value": (
                testing([0.5, -0.7], lambda g, h: (g - h < 1e-4).all()),
                "every entry is doubled",
            ),
            "a wide tolerance": (
                testing([0.5, -0.7], lambda g, h: np.allclose(g, h, atol=1)),
                "the first entry is 0",
            ),
            "the first entry": (
                testing([0.5, -0.7], lambda g, h: np.isclose(g[0], h[0])),
                "the last entry",
            ),
            "the sum": (
                testing([0.5, -0.7], lambda g, h: np.isclose(g.sum(), h.sum())),
                "order",
            ),
            "signs only": (
                testing([0.5, -0.7], lambda g, h: (np.sign(g) == np.sign(h)).all()),
                "bug 2",
            ),
            "sizes only": (
                testing([0.5, -0.7], lambda g, h: np.allclose(abs(g), abs(h))),
                "bug 1",
            ),
            "the shape": (
                testing([0.5, -0.7], lambda g, h: g.shape == h.shape),
                "passes on every",
            ),
            "no assert": (lambda gradient: print(gradient(np.ones(2))), "passes on every"),
            "exact equality": (
                testing([0.5, -0.7], lambda g, h: (g == h).all()),
                "fixed code",
            ),
        },
    ),
    Exercise(
        name="a descent that stops for a reason",
        kind="empty",
        check=checks.descent,
        stub=definition("03", "descend"),
        solution=descend,
        right={"a while loop and a norm": while_loop, "all entries": all_entries},
        wrong={
            "a loss plateau": (stopping(plateau), "too early"),
            "a relative plateau": (stopping(relative_plateau), "too early"),
            "a small step": (stopping(small_step), "too early"),
            "entries that cancel": (the_sum, "cancel in their sum"),
            "the other way round": (lambda *a: descend(*a)[::-1], "beta first"),
            "no absolute value": (without_abs, "negative"),
            "one entry": (
                stopping(
                    lambda m, b, beta, g, tolerance: abs(m.gradient(beta)[0]) <= tolerance
                ),
                "too early",
            ),
            "any entry": (any_entry, "one entry of its gradient is 0"),
            "no stop": (never, "go on"),
            "no end": (for_ever, "never ends"),
            "always converged": (always_converged, "you say converged"),
            "in place": (in_place, "in place"),
            "uphill": (uphill, "the sign"),
            "beta alone": (lambda *a: descend(*a)[0], "two things"),
            "converged denied": (lambda *a: (descend(*a)[0], False), "did not converge"),
        },
    ),
    Exercise(
        name="the rows at which the rate fails",
        kind="trap",
        check=check_rows,
        stub=definition("03", "my_n"),
        solution=solution("03", "my_n"),
        wrong={
            "the wrong way round": (84, "wrong way"),
            "a square": (141_000, "1/√n"),
            "too small": (1_000, "too small"),
            "too large": (50_000, "too large"),
            "words": ("many", "a number is needed"),
            "minus": (-11_900, "positive"),
        },
    ),
    question(
        asked="03 exit",
        name="the exit question",
        kind="exit",
        right=solution("03", "exit_answer"),
        wrong={
            "publish": ("a", "long valley"),
            "double the rate": ("c", "far too slow"),
            "run longer": ("d", "only data"),
        },
    ),
    conclusion(
        "03",
        RUBRIC,
        right={
            "in other words": {
                "distance": "With 1.3 standard errors still to go it has not arrived.",
                "reason": "κ is 357402: other units, other centre.",
            },
            "the valley": {
                "distance": "1.271 SE away.",
                "reason": "The valley is 598 times as long as wide.",
            },
        },
        wrong={
            "the square": (
                {"distance": "It is 1.615 off.", "reason": "357,402"},
                "this is its square",
            ),
            "the gradient": (
                {"distance": "The gradient is 1.745.", "reason": "357,402"},
                "an entry of the gradient",
            ),
            "the largest eigenvalue": (
                {"distance": "1.27 standard errors.", "reason": f"It is {LARGEST:.0f}."},
                "compare it with the smallest",
            ),
            "no condition number": (
                {"distance": "1.27 standard errors.", "reason": "A long valley."},
                "it has no figures",
            ),
            "of X": (
                {"distance": "1.27 standard errors.", "reason": "Of X it is 583."},
                "the Hessian's is asked",
            ),
        },
    ),
]
