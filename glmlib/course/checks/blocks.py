"""Checks of what never holds all rows: a step from a batch, a running mean, a whole fit."""

import functools
import tracemalloc

import numpy as np

from ...data import stream
from ...links import sigmoid
from .slips import same
from .verdicts import Stop, call, numbers, try_again, verdict

# ---- one step from a few rows


def step_from(beta, X, y, rows, learning_rate):
    Z = X[rows]
    return beta - learning_rate * Z.T @ (sigmoid(Z @ beta) - y[rows]) / len(rows)


def longer(factor):
    """The step, `factor(rows, y)` times as long."""

    def wrong(beta, X, y, rows, learning_rate):
        step = step_from(beta, X, y, rows, learning_rate) - beta
        return beta + factor(rows, y) * step

    return wrong


STEPS = {
    "the sign: the gradient is to be subtracted": longer(lambda rows, y: -1),
    "two slips: the sign, and the sum is divided by all n rows": longer(
        lambda rows, y: -len(rows) / len(y)
    ),
    "it is the sum over the batch: the mean is asked for": longer(lambda rows, y: len(rows)),
    "the sum over the batch is divided by all n rows, not by those of the batch": longer(
        lambda rows, y: len(rows) / len(y)
    ),
    "it is n times the mean: this rate is meant for the mean": longer(lambda rows, y: len(y)),
    "the gradient of all n rows: the batch is not used": (
        lambda beta, X, y, rows, learning_rate: step_from(
            beta, X, y, np.arange(len(y)), learning_rate
        )
    ),
    "each row of the batch once: a row that was drawn twice counts twice": (
        lambda beta, X, y, rows, learning_rate: step_from(
            beta, X, y, np.unique(rows), learning_rate
        )
    ),
    "the first rows are taken: `rows` says which": (
        lambda beta, X, y, rows, learning_rate: step_from(
            beta, X, y, np.arange(len(rows)), learning_rate
        )
    ),
    "this is the step alone: add it to beta": (
        lambda beta, X, y, rows, learning_rate: (
            step_from(beta, X, y, rows, learning_rate) - beta
        )
    ),
    "beta does not move": lambda beta, X, y, rows, learning_rate: beta,
    "the learning rate is missing": (
        lambda beta, X, y, rows, learning_rate: step_from(beta, X, y, rows, 1.0)
    ),
    "mu is the sigmoid of eta: this takes eta itself": (
        lambda beta, X, y, rows, learning_rate: (
            beta - learning_rate * X[rows].T @ (X[rows] @ beta - y[rows]) / len(rows)
        )
    ),
}


@verdict
def batch_step(f):
    """Check f(beta, X, y, rows, learning_rate) -> beta (d,): one step of mini-batch descent.

    It goes against the mean gradient of the logistic loss of the rows whose numbers are in
    `rows`, where a number may stand twice.

    >>> checks.batch_step(lambda beta, X, y, rows, learning_rate: beta)
    TRY AGAIN ✗ beta does not move
    yours 0.5, the right one 0.512694
    (a batch of four)
    """
    some = {}
    for where, n, d, rows in (
        ("a batch of four", 30, 3, [7, 2, 19, 11]),
        ("a batch of one", 12, 2, [5]),
        ("a row drawn twice", 20, 3, [4, 17, 4, 9, 1]),
        ("one column", 15, 1, [14, 0, 3]),
    ):
        rng = stream(11, where)
        beta = np.array([0.5, -0.7, 0.4])[:d]
        X, y = rng.standard_normal((n, d)), rng.integers(0, 2, n).astype(float)
        some[where] = {"beta": beta, "X": X, "y": y, "rows": np.array(rows),
                       "learning_rate": 0.1}  # fmt: skip
    whole = {"beta": np.array([1, -1]), "X": rng.integers(-2, 3, (9, 2)),
             "y": rng.integers(0, 2, 9)}  # fmt: skip
    some["whole numbers"] = whole | {"rows": np.array([8, 3]), "learning_rate": 0.5}
    same(f, step_from, some, STEPS)
    return "a step against the mean gradient of the batch"


# ---- blocks of rows


class Blocks:
    """Blocks that can be looped over again and again, each time as fresh copies.

    `passes` counts the loops that were begun. More than `most` end the check.
    """

    def __init__(self, blocks, most=1000):
        self.blocks, self.most, self.passes = list(blocks), most, 0

    def __iter__(self):
        self.passes += 1
        if self.passes > self.most:
            try_again(
                f"{self.most:,} passes over the blocks and still going: when does it stop?"
            )
        for block in self.blocks:
            one = isinstance(block, np.ndarray)
            yield block.copy() if one else tuple(part.copy() for part in block)

    @property
    def size(self):
        """The bytes of all rows."""
        return sum(part.nbytes for block in self.blocks for part in block)


def holding_no_more(f, share=0.4):
    """f(blocks), which ends the check when it holds more than a share of the rows at once."""

    @functools.wraps(f)
    def watched(blocks):
        begun = not tracemalloc.is_tracing()
        if begun:
            tracemalloc.start()
        try:
            tracemalloc.reset_peak()
            before = tracemalloc.get_traced_memory()[0]
            value = f(blocks)
            held = tracemalloc.get_traced_memory()[1] - before
        finally:
            if begun:
                tracemalloc.stop()
        if held > share * blocks.size:
            try_again(
                f"right, but it holds {held / 1e6:.1f} MB at once, and all rows have "
                f"{blocks.size / 1e6:.1f} MB: keep sums of a block, not its rows"
            )
        return value

    return watched


# ---- a mean that is carried along


def mean_of(blocks):
    return np.concatenate(blocks.blocks).mean(axis=0)


def carried(rate):
    """The mean moves at a rate of the block's rows, the rows so far, and its number."""

    def wrong(blocks):
        n, mean = 0, 0.0
        for k, X in enumerate(blocks, start=1):
            n += len(X)
            mean = mean + rate(len(X), n, k) * (X.mean(axis=0) - mean)
        return mean

    return wrong


def shares(found, blocks):
    """Which weight the mean of each block has in a learner's mean, in words; else ""."""
    means = np.array([X.mean(axis=0) for X in blocks]).T
    weights = np.linalg.lstsq(means, found)[0]
    if len(means) < means.shape[1] or not np.allclose(means @ weights, found):
        return ""
    return (
        f"the means of your blocks have the weights {numbers(weights, 3)}, and the blocks "
        f"have {', '.join(str(len(X)) for X in blocks)} rows"
    )


def rates(blocks):
    """The rows, the rows so far and the number of each block, and the mean by any rates."""
    rows = np.array([len(X) for X in blocks])

    def move(by):
        return carried(lambda rows, n, k: np.broadcast_to(by, len(blocks.blocks))[k - 1])(
            blocks
        )

    number = np.arange(1, len(rows) + 1)
    return {"rows": rows, "n": rows.cumsum(), "k": number, "move": move}


MEANS = {
    "this is the mean of the means: the blocks differ in size": (
        carried(lambda rows, n, k: 1 / k)
    ),
    "a block counts like one row: how many rows does it have?": carried(
        lambda rows, n, k: 1 / n
    ),
    "the weights are swapped: this is the share of the rows that came before": carried(
        lambda rows, n, k: (n - rows) / n
    ),
    "the mean of the last block: what came before is lost": carried(lambda rows, n, k: 1),
    "the rows of the block are counted twice: n holds them already": carried(
        lambda rows, n, k: rows / (n + rows)
    ),
    "one over the rows of the block: the more rows it has, the more it must count": carried(
        lambda rows, n, k: 1 / rows
    ),
    "upside down: a rate is a share, and no larger than 1": carried(
        lambda rows, n, k: n / rows
    ),
    "divided by the rows before the block: its own rows count as well": carried(
        lambda rows, n, k: rows / (n - rows) if n > rows else 1
    ),
    "the mean does not move": lambda blocks: np.zeros(blocks.blocks[0].shape[1]),
    "each new mean has the same weight, so the last blocks count most": carried(
        lambda rows, n, k: 1 / 2
    ),
    "only the first block is used": lambda blocks: blocks.blocks[0].mean(axis=0),
    "the last block is missing": lambda blocks: np.concatenate(
        [*blocks.blocks[:-1], blocks.blocks[0][:0]]
    ).mean(axis=0),
    "the median of the means of the blocks": lambda blocks: np.median(
        [X.mean(axis=0) for X in blocks], axis=0
    ),
    "the sum of the rows: divide by their number": lambda blocks: sum(
        X.sum(axis=0) for X in blocks
    ),
}


@verdict
def running_mean(f):
    """Check f(blocks) -> (d,): the mean of every column, from blocks (n_i, d) of any sizes.

    No more than a few blocks may be held at once.

    >>> checks.running_mean(lambda blocks: np.mean([X.mean(axis=0) for X in blocks], axis=0))
    TRY AGAIN ✗ this is the mean of the means: the blocks differ in size
    yours 0.90483, the right one 0.968232
    (three blocks of different sizes)
    """
    rng = stream(11, "means")

    def some(sizes, d, shift=0.0):
        X = [shift + k + rng.standard_normal((n, d)) for k, n in enumerate(sizes)]
        return {"blocks": Blocks(X)}

    same(
        f,
        mean_of,
        {
            "three blocks of different sizes": some((20, 60, 30), 3),
            "one column": some((5, 50), 1),
            "one block": some((7,), 2),
            "blocks of one row": some((1, 1, 1, 1), 2),
            "far from zero": some((10, 300, 20), 2, shift=1e6),
        },
        MEANS,
        tolerance=1e-12,
        formula="move(rows / n)",
        names=rates,
        otherwise=shares,
    )
    call(holding_no_more(f), "many rows", blocks=some([1000] * 40, 4)["blocks"])
    return "every row counts the same, whichever block it comes in, and no block is kept"


# ---- a whole fit


def newton(blocks, passes=30, reset=True, last=False):
    """Σ of the blocks, a Newton step, again: beta (d,) and the last information (d, d)."""
    beta = gradient = information = 0.0
    for _ in range(passes):
        if reset:
            gradient = information = 0.0
        for X, y in blocks:
            if last:
                gradient = information = 0.0
            mu = sigmoid(X @ np.broadcast_to(beta, X.shape[1]))
            gradient = gradient + X.T @ (mu - y)
            information = information + X.T @ ((mu * (1 - mu))[:, None] * X)
        step = np.linalg.pinv(information) @ gradient
        beta = beta - np.clip(step, -3, 3)  # some slips would run away
    return beta, information


def roots(information):
    return np.sqrt(np.diag(np.linalg.pinv(information)))


def fitted(blocks, errors=roots, use=slice(None), **how):
    """[beta, standard errors] (2, d) of the blocks in `use`, in another way if asked."""
    beta, information = newton(blocks.blocks[use], **how)
    return np.array([beta, errors(information)])


def slipped(**how):
    return lambda blocks: fitted(blocks, **how)


def averaged(weight):
    """Each block is fitted by itself, and the estimates are averaged."""

    def wrong(blocks):
        filled = [block for block in blocks.blocks if len(block[1])]
        fits = [fitted(Blocks([block])) for block in filled]
        return np.average(fits, axis=0, weights=[weight(len(y)) for _, y in filled])

    return wrong


def without_weights(blocks):
    """The standard errors of (XᵀX)⁻¹."""
    beta, _ = fitted(blocks)
    return np.array([beta, roots(sum(X.T @ X for X, _ in blocks.blocks))])


def stacked(blocks):
    """What stands in the formula of the standard errors, at the estimate of all rows."""
    X = np.concatenate([X for X, _ in blocks])
    beta = newton(blocks)[0]

    def weigh(weights):
        return X.T @ (np.broadcast_to(weights, len(X))[:, None] * X)

    sizes = {"n": len(X), "blocks": len(blocks.blocks)}
    return {"mu": sigmoid(X @ beta), "beta": beta, "weigh": weigh, **sizes}


def at_once(blocks, passes=10):
    """A step after each block, by the information so far."""
    beta = 0.0
    for _ in range(passes):
        information = 0.0
        for X, y in blocks:
            mu = sigmoid(X @ np.broadcast_to(beta, X.shape[1]))
            information = information + X.T @ ((mu * (1 - mu))[:, None] * X)
            beta = beta - np.linalg.pinv(information) @ (X.T @ (mu - y))
    return np.array([beta, roots(information)])


def straight(blocks):
    X, y = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    beta = np.linalg.lstsq(X, y)[0]
    return np.array([beta, beta])


ALONE = "estimates of single blocks, averaged{}: close, and not the estimate of all rows"
FITS = {
    ALONE.format(""): averaged(lambda n: 1),
    ALONE.format(" by their rows"): averaged(lambda n: n),
    "the sums are those of the last block: add to them": slipped(last=True),
    "only the first block is used": slipped(use=slice(1)),
    "least squares for y itself: the link is missing": straight,
    "the standard errors: these are beta over them": lambda blocks: np.array(
        [fitted(blocks)[0], fitted(blocks)[0] / fitted(blocks)[1]]
    ),
    "the last block is missing": slipped(use=slice(-1)),
    "beta moves within a pass: the sums of all blocks come first": at_once,
    "the standard errors: W is missing, this is (XᵀX)⁻¹": without_weights,
    "the standard errors: these are variances, take the root": slipped(
        errors=lambda H: np.diag(np.linalg.pinv(H))
    ),
    "the standard errors: the roots of the matrix, which is still to be inverted": slipped(
        errors=lambda H: np.sqrt(np.diag(H))
    ),
    "the standard errors: the diagonal of the matrix, which is still to be inverted": slipped(
        errors=np.diag
    ),
    "the standard errors: invert the matrix, not the numbers on its diagonal": slipped(
        errors=lambda H: 1 / np.sqrt(np.diag(H))
    ),
    "the standard errors: divided by √n once more, but the sums have grown with n": (
        lambda blocks: fitted(blocks) / [[1], [sum(len(y) for _, y in blocks.blocks) ** 0.5]]
    ),
} | {
    f"this is beta after {k} of the passes: repeat until it settles": slipped(passes=k)
    for k in range(1, 10)
} | {
    f"the sums go on from pass to pass (yours after {k}): begin each pass at zero": slipped(
        passes=k, reset=False
    )
    for k in range(5, 31)
}  # fmt: skip


@verdict
def block_fit(f):
    """Check f(blocks) -> (beta, standard errors), each (d,): logistic regression by blocks.

    `blocks` can be looped over again and again and gives (X, y). Right are the estimate and
    the standard errors of all rows together. No more than a few blocks may be held at once.

    >>> from glmlib import LogisticRegression
    >>> def first(blocks):
    ...     fit = LogisticRegression(*next(iter(blocks))).fit()
    ...     return fit.beta, fit.standard_errors
    >>> checks.block_fit(first).message.splitlines()[0]
    'only the first block is used'
    """
    rng = stream(11, "fits")

    def rows(n, d, steep=1.0):
        X = np.column_stack([np.ones(n), rng.standard_normal((n, d - 1))])
        p = sigmoid(X @ (steep * np.array([-0.3, 0.8, -0.5, 0.4])[:d]))
        return X, (rng.random(n) < p).astype(float)

    def cut(X, y, *sizes):
        at = np.cumsum(sizes)
        return {"blocks": Blocks(zip(np.split(X, at), np.split(y, at), strict=True))}

    X, y = rows(120, 3)
    order = np.argsort(y, kind="stable")
    whole = rng.integers(-2, 3, (60, 1)), rng.integers(0, 2, 60)
    some = {
        "three blocks": cut(X, y, 50, 25),
        "one block": cut(*rows(60, 2)),
        "steep probabilities": cut(*rows(300, 2, steep=4.0), 100, 100),
        "a block of one row": cut(*rows(80, 2), 40, 1),
        "a block without rows": cut(*rows(80, 2), 40, 0),
        "blocks in which y is all 0 or all 1": cut(X[order], y[order], 20, 20, 60),
        "whole numbers": cut(*whole, 30),
    }
    try:
        same(
            f,
            fitted,
            some,
            FITS,
            tolerance=1e-6,
            parts=("beta", "the standard errors"),
            formula=("", "sqrt(diag(inv(weigh(mu * (1 - mu)))))"),
            names=stacked,
        )
    except Stop as stop:
        if "LinAlgError" in str(stop):
            try_again(
                "your coefficients grow without end until the matrix has no inverse: look at "
                "the sign of the step, and at where the sums begin"
            )
        raise
    call(holding_no_more(f), "many rows", blocks=cut(*rows(40_000, 4), *[1000] * 39)["blocks"])
    return "the estimate and the standard errors of all rows, and no block is kept"
