"""The exercises of lesson 11: steps from a batch, a running mean, a fit by blocks."""

import numpy as np

import glmlib
from exercises import Exercise, conclusion, question
from exercises.notebook import definition, solution
from glmlib import LogisticRegression
from glmlib.course import checks

# ---- 1: the order of the lines

LINES = definition("11", "lines")


def check_order(order):
    return checks.order(order, LINES, "batch_step", checks.batch_step)


# ---- 2: a running mean


column_means = solution("11", "column_means")


def by_a_sum(blocks):
    total, n = 0.0, 0
    for X in blocks:
        total, n = total + X.sum(axis=0), n + X.shape[0]
    return total / n


def row_by_row(blocks):
    k, mean = 0, 0.0
    for X in blocks:
        for row in X:
            k += 1
            mean = mean - (mean - row) / k
    return mean


def with_rate(rate):
    """The solution with another rate of the rows of the block, the rows so far, its number."""

    def answer(blocks):
        n, mean = 0, 0.0
        for k, X in enumerate(blocks):
            n = n + len(X)
            mean = mean - rate(len(X), n, k + 1) * (mean - X.mean(axis=0))
        return mean

    return answer


def all_at_once(blocks):
    return np.concatenate([X for X in blocks]).mean(axis=0)


def copied_together(blocks):
    rows = None
    for X in blocks:
        rows = X if rows is None else np.vstack([rows, X])
    return rows.mean(axis=0)


# ---- 3: a fit by blocks


fit_by_blocks = solution("11", "fit_by_blocks")


def by_parts(blocks):
    """A function for one block, and sum; it stops when the step is small."""

    def parts(beta, X, y):
        eta = X @ beta
        mu = np.exp(-np.logaddexp(0, -eta))
        root = np.sqrt(mu * (1 - mu))[:, None] * X
        return np.column_stack([root.T @ root, X.T @ (y - mu)])

    d = next(iter(blocks))[0].shape[1]
    beta, step = np.zeros(d), np.ones(d)
    while np.abs(step).max() > 1e-9:
        sums = sum(parts(beta, X, y) for X, y in blocks)
        step = np.linalg.lstsq(sums[:, :d], sums[:, d])[0]
        beta = beta + step
    return np.array([beta, np.linalg.inv(sums[:, :d]).diagonal() ** 0.5])


def by_triangles(blocks):
    """Weighted least squares on the rows of a triangle: a QR of [R; block] is a QR of all."""
    beta = None
    for _ in range(20):
        R = None
        for X, y in blocks:
            beta = np.zeros(X.shape[1]) if beta is None else beta
            mu = 1 / (1 + np.exp(-(X @ beta)))
            root = np.sqrt(mu * (1 - mu))
            z = X @ beta + (y - mu) / root**2
            block = root[:, None] * np.column_stack([X, z])
            R = np.linalg.qr(block if R is None else np.vstack([R, block]), mode="r")
        d = len(beta)
        beta = np.linalg.solve(R[:d, :d], R[:d, d])
    return beta, np.linalg.norm(np.linalg.inv(R[:d, :d]), axis=1)


def alone(weight):
    def answer(blocks):
        fits, sizes = [], []
        for X, y in blocks:
            fit = LogisticRegression(X, y).fit()
            fits.append((fit.beta, fit.standard_errors))
            sizes.append(weight(len(y)))
        return np.average(fits, axis=0, weights=sizes)

    return answer


def wrong_fit(passes=15, add=True, reset=True, sign=1, errors=None):
    """The solution with one thing wrong."""

    def answer(blocks):
        beta = gradient = H = 0.0
        for _ in range(passes):
            if reset:
                gradient = H = 0.0
            for X, y in blocks:
                mu = 1 / (1 + np.exp(-(X * beta).sum(axis=1)))
                kept = (gradient, H) if add else (0.0, 0.0)
                gradient = kept[0] + X.T @ (mu - y)
                H = kept[1] + X.T @ ((mu * (1 - mu))[:, None] * X)
            beta = beta - sign * np.linalg.solve(H, gradient)
        roots = np.sqrt(np.diag(np.linalg.inv(H)))
        return beta, errors(H) if errors else roots

    return answer


def without_weights(blocks):
    beta, _ = fit_by_blocks(blocks)
    return beta, np.sqrt(np.diag(np.linalg.inv(sum(X.T @ X for X, _ in blocks))))


def of_the_first(blocks):
    X, y = next(iter(blocks))
    fit = LogisticRegression(X, y).fit()
    return fit.beta, fit.standard_errors


def holds_all(blocks):
    X, y = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    fit = LogisticRegression(X, y).fit()
    return fit.beta, fit.standard_errors


def without_end(blocks):
    beta, before = fit_by_blocks(blocks)[0], None
    while before is None or np.any(beta != before):
        before = beta + 1e-3
        beta = beta + 1e-4 * sum(X.T @ (y - 1 / (1 + np.exp(-(X @ beta)))) for X, y in blocks)
    return beta, beta


# ---- 4 and 5: the trap and the exit question


# ---- a conclusion in words


def second_shop():
    shop = glmlib.stream(11, "second shop")
    by_phone = (shop.random(8_000) < 0.4).astype(float)
    hours = shop.standard_normal(8_000)
    mu = glmlib.sigmoid(-0.6 + 0.35 * by_phone + 0.2 * hours)
    bought = (shop.random(8_000) < mu).astype(float)
    X = np.column_stack([np.ones(8_000), by_phone, hours])
    return glmlib.LogisticRegression(X, bought).fit()


RUBRIC = definition("11", "rubric_of")(second_shop())


EXERCISES = [
    Exercise(
        name="the order of a step from a batch",
        kind="order",
        check=check_order,
        stub=[],
        solution=solution("11", "order"),
        wrong={
            "divided by n": ([4, 7, 3, 2, 1], "not by those of the batch"),
            "the sign": ([4, 7, 3, 6, 5], "subtracted"),
            "mu before the batch": ([4, 3, 7, 6, 1], "Z"),
            "no gradient": ([4, 7, 3, 1], "gradient"),
            "no return": ([4, 7, 3, 6], "returns nothing"),
            "both": ([4, 7, 3, 2, 5], "two slips"),
        },
    ),
    Exercise(
        name="a mean that is carried along",
        kind="blanks",
        check=checks.running_mean,
        stub=definition("11", "column_means"),
        solution=column_means,
        right={"a sum and a count": by_a_sum, "row by row": row_by_row},
        wrong={
            "the mean of means": (with_rate(lambda rows, n, k: 1 / k), "mean of the means"),
            "one over n": (with_rate(lambda rows, n, k: 1 / n), "counts like one row"),
            "swapped": (with_rate(lambda rows, n, k: 1 - rows / n), "swapped"),
            "the last": (with_rate(lambda rows, n, k: 1.0), "last block"),
            "a half": (with_rate(lambda rows, n, k: 0.5), "the same weight"),
            "counted twice": (with_rate(lambda rows, n, k: rows / (n + rows)), "twice"),
            "one over the rows": (
                with_rate(lambda rows, n, k: 1 / rows),
                "the more rows it has",
            ),
            "a root": (
                with_rate(lambda rows, n, k: (rows / n) ** 0.5),
                "the root of",
            ),
            "a tenth": (
                with_rate(lambda rows, n, k: 0.1),
                "have the weights [0.081, 0.09, 0.1]",
            ),
            "the rows before": (
                with_rate(lambda rows, n, k: rows / (n - rows) if n > rows else 1.0),
                "before the block",
            ),
            "all at once": (all_at_once, "MB at once"),
            "copied together": (copied_together, "MB at once"),
            "the sum": (lambda blocks: sum(X.sum(axis=0) for X in blocks), "divide"),
            "one number": (lambda blocks: float(by_a_sum(blocks).mean()), "shape"),
            "n over the rows": (with_rate(lambda rows, n, k: n / rows), "upside down"),
        },
    ),
    Exercise(
        name="a fit by blocks",
        kind="empty",
        check=checks.block_fit,
        stub=definition("11", "fit_by_blocks"),
        solution=fit_by_blocks,
        right={"a function of a block": by_parts, "triangles": by_triangles},
        wrong={
            "averaged": (alone(lambda n: 1), "single blocks, averaged:"),
            "averaged by rows": (alone(lambda n: n), "averaged by their rows"),
            "the last block": (wrong_fit(add=False), "those of the last block"),
            "the first block": (of_the_first, "only the first block"),
            "sums go on": (wrong_fit(reset=False), "begin each pass at zero"),
            "one pass": (wrong_fit(passes=1), "after 1 of the passes"),
            "three passes": (wrong_fit(passes=3), "after 3 of the passes"),
            "six passes": (wrong_fit(passes=6), "after 6 of the passes"),
            "uphill": (wrong_fit(sign=-1), "grow without end"),
            "after each block": (checks.blocks.at_once, "the sums of all blocks come first"),
            "norms": (
                wrong_fit(errors=lambda H: np.linalg.norm(np.linalg.inv(H), axis=1)),
                "the norm of each row stands",
            ),
            "an interval": (
                wrong_fit(errors=lambda H: 1.96 * np.sqrt(np.diag(np.linalg.inv(H)))),
                "the standard errors: it is 1.96 times",
            ),
            "variances": (
                wrong_fit(errors=lambda H: np.diag(np.linalg.inv(H))),
                "take the root",
            ),
            "not inverted": (wrong_fit(errors=lambda H: np.diag(H) ** 0.5), "inverted"),
            "the diagonal": (wrong_fit(errors=lambda H: np.diag(H) ** -0.5), "diagonal"),
            "no weights": (without_weights, "W is missing"),
            "all rows held": (holds_all, "MB at once"),
            "no end": (without_end, "when does it stop"),
            "only beta": (lambda blocks: fit_by_blocks(blocks)[0], "shape"),
        },
    ),
    question(
        asked="11 trap",
        name="the trap of the generator",
        kind="trap",
        right=solution("11", "answer"),
        wrong={
            "read anew": ("a", "used up"),
            "an error": ("b", "raises nothing"),
            "slow": ("d", "list"),
        },
    ),
    question(
        asked="11 exit",
        name="the exit question",
        kind="exit",
        right=solution("11", "answer", place=1),
        wrong={
            "half": ("a", "standard error smaller"),
            "the same": ("b", "unit"),
            "four times": ("d", "root"),
        },
    ),
    conclusion(
        "11",
        RUBRIC,
        right={
            "in other words": {
                "effect": "Odds times 1.283, hours equal; 95 % from 1.171 to 1.406.",
                "tenth": "0.148: too wide for an effect of this size.",
            },
            "per cent": {
                "effect": "28 % higher odds, 1.17 to 1.41.",
                "tenth": "SE 0.1477.",
            },
        },
        wrong={
            "the coefficient": (
                {"effect": "It adds 0.249.", "tenth": "0.148"},
                "take its exponential",
            ),
            "all rows": (
                {"effect": "1.28, from 1.17 to 1.41", "tenth": "0.0467"},
                "with all rows",
            ),
            "one end for the coefficient": (
                {"effect": "1.28, from 0.158 to 0.341", "tenth": "0.148"},
                "take its exponential",
            ),
            "ten times": (
                {"effect": "1.28, from 1.17 to 1.41", "tenth": "0.467"},
                "the root of the rows",
            ),
        },
    ),
]
