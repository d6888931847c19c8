"""Checks of second differences and of a gradient descent."""

import numpy as np

from .formula import one_change
from .verdicts import (
    Stop,
    apart,
    as_array,
    call,
    described,
    numbers,
    reshaped,
    run,
    try_again,
    verdict,
)


@verdict
def curvatures(f):
    """Check f(function, beta) -> (d,), second derivatives ∂²/∂βⱼ², where they are known.

    The differences must be central: on every coordinate f is asked to the left and to the
    right of beta.

    >>> def second(f, beta, h=1e-4):
    ...     around = [f(beta + e) + f(beta - e) for e in h * np.eye(len(beta))]
    ...     return (np.array(around) - 2 * f(beta)) / h**2
    >>> checks.curvatures(second)
    PASS ✓ your curvatures agree with the second derivatives of five functions
    """
    for name, (function, slope, curvature) in FUNCTIONS.items():
        for beta in np.array([0.7, -1.3, 2.1]), np.array([-0.9]), np.array([2.0, -3.0]):
            asked = []

            def noted(b, function=function, asked=asked, beta=beta):
                b = np.asarray(b, dtype=float)
                if b.shape == beta.shape and len(asked) < 1000:
                    asked.append(b - beta)
                return function(b)

            found = call(lambda b, noted=noted: run(f, "", noted, b), beta=beta)
            found, right = reshaped(found, beta.shape), curvature(beta)
            where = f"{name} at beta = {numbers(beta)}"
            if found.shape != beta.shape:
                words = "one number for each entry of beta is asked for"
                try_again(f"shape {found.shape} instead of {beta.shape}: {words}", where)
            steps = np.reshape(asked, (-1, len(beta)))
            if not np.allclose(found, right, rtol=1e-3, atol=1e-3):
                one, other = apart(found, right, 7)
                words = why_curvatures(found, right, steps, function, beta, slope(beta))
                try_again(f"{words}\nyours {one}, by calculus {other}", where)
            low, high = steps.min(axis=0, initial=0), steps.max(axis=0, initial=0)
            if not ((low < 0) & (high > 0)).all():
                try_again(
                    "right to a few digits, and to one side: central differences take\n"
                    "f(β + h) and f(β − h), and their error falls like h² and not like h",
                    where,
                )
    return "your curvatures agree with the second derivatives of five functions"


def why_curvatures(found, right, steps, function, beta, slope):
    """Why second differences are wrong; steps (k, d) are where f was asked, from beta."""
    h, value = np.abs(steps[steps != 0]).min(initial=np.inf), function(beta)
    if not np.isfinite(found).all():
        return "not finite: is h zero?"
    if not len(steps):
        return "the function is never asked for a value near beta"

    def near(other):
        return np.allclose(found, other, rtol=1e-3, atol=1e-3 * np.abs(other).max())

    for words, other in {
        "this is the slope, the first derivative: add the two expansions": slope,
        "f(β) is taken off once: the two points bring it twice": right + value / h**2,
        "f(β) is not taken off": right + 2 * value / h**2,
        "f(β) is added: subtract it": right + 4 * value / h**2,
        "the sign: the points beside β, less twice the one in the middle": -right,
    }.items():
        if near(other):
            return words
    if right.any():
        for words, factor in {
            "divided by h, not by h²": h,
            "divided by 2h: what is left in the sum is h² f''": h / 2,
            "divided by 2h²: the two halves of h² f'' make a whole": 1 / 2,
            "divided by (2h)²: what is left in the sum is h² f''": 1 / 4,
            "not divided by h²": h**2,
            "multiplied by h²: brackets, / (h * h)": h**2 * h**2,
        }.items():
            if np.allclose(found, factor * right, rtol=0.01):
                return words
        ratio = found[right != 0] / right[right != 0]
        if len(ratio) > 1 and ratio[0] and np.allclose(ratio, ratio[0], rtol=1e-3):
            return f"it is {ratio[0]:.4g} times the right one: a constant factor"
    if len(right) > 1 and np.allclose(found, right.sum(), rtol=1e-3):
        return "all entries move at once: move one entry of beta at a time"
    if h < 1e-5:
        return f"rounding: with a step of {h:.0e} the digits of f cancel; take a larger h"
    if h < 1:
        sides = [
            [function(beta + sign * h * e) for e in np.eye(len(beta))] for sign in (1, -1)
        ]
        values = {"right": sides[0], "left": sides[1], "middle": value, "h": h}
        words = one_change(
            "(right + left - 2 * middle) / h ** 2",
            [values],
            lambda some: np.allclose(found, some[0], rtol=1e-3, atol=1e-6),
        )
        if words:
            return words
    if len(found) > 1 and np.ptp(found) == 0:
        return "all entries are the same: move each entry of beta in its turn"
    off = np.abs(found - right) > 1e-3 * (1 + np.abs(right))
    if off.sum() < len(off):
        return f"entry {off.argmax()} is off, counted from 0, and others are right"
    return "the ratio is not constant: look at the three points"


def counting(b):
    return np.arange(1, len(b) + 1)


def everywhere(b, value):
    return np.full(len(b), value)


FUNCTIONS = {  # a function, its slopes, its curvatures
    "Σ j βⱼ³": (
        lambda b: counting(b) @ b**3,
        lambda b: 3 * counting(b) * b**2,
        lambda b: 6 * counting(b) * b,
    ),
    "Σ βⱼ²": (lambda b: float(b @ b), lambda b: 2 * b, lambda b: everywhere(b, 2.0)),
    "Σ e^βⱼ": (lambda b: np.exp(b).sum(), np.exp, np.exp),
    "sin Σ βⱼ": (
        lambda b: np.sin(b.sum()),
        lambda b: everywhere(b, np.cos(b.sum())),
        lambda b: everywhere(b, -np.sin(b.sum())),
    ),
    "3 Σ βⱼ": (
        lambda b: 3.0 * b.sum(),
        lambda b: everywhere(b, 3.0),
        lambda b: everywhere(b, 0.0),
    ),
}


@verdict
def descent(f):
    """Check f(model, start, learning_rate, tolerance, iterations) -> (beta (d,), converged).

    It has to stop as soon as no |∇ⱼ| exceeds the tolerance, and to say so; or after
    `iterations` steps, and to say that it did not converge. On half of the bowls the loss,
    or beta, hardly moves long before the gradient is small.

    >>> def descend(model, beta, learning_rate, tolerance, iterations):
    ...     for _ in range(iterations):
    ...         gradient = model.gradient(beta)
    ...         if np.abs(gradient).max() <= tolerance:
    ...             return beta, True
    ...         beta = beta - learning_rate * gradient
    ...     return beta, False
    >>> checks.descent(descend)
    PASS ✓ your descent stops when the gradient is small, and says when it is not
    """
    for where, curvature, start, rate, iterations, converges in BOWLS:
        bowl, begin = Bowl(curvature, 20 * iterations + 100), np.array(start)
        try:
            value = run(f, where, bowl, begin, rate, TOLERANCE, iterations)
        except Stop:
            if bowl.calls > bowl.most:
                try_again(
                    f"{bowl.most:,} gradients and still going: the loop never ends when the "
                    f"gradient does not become small, {iterations} steps are allowed",
                    where,
                )
            raise
        if not isinstance(value, tuple | list) or len(value) != 2:
            try_again(
                f"return two things, beta and whether it converged: {described(value)}", where
            )
        if not np.array_equal(begin, start):
            try_again("your function changes start in place: β − α∇ is a new array", where)
        beta, converged = (reshaped(as_array(part, where), s) for part, s in zip(
            value, (begin.shape, ()), strict=True))  # fmt: skip
        if beta.size == 1 < converged.size:
            try_again("return beta first, then whether it converged", where)
        if converged.shape != () or converged not in (0, 1):
            try_again(
                f"whether it converged is True or False, this is {described(value[1])}", where
            )
        converged = bool(converged)
        if beta.shape != begin.shape:
            try_again(f"beta has shape {beta.shape} instead of {begin.shape}", where)
        if not np.isfinite(beta).all() and converges:
            try_again(f"beta is {numbers(beta)}: look at the sign of the step", where)
        largest = np.abs(bowl.slope(beta)).max()
        small, step = largest <= 1.000001 * TOLERANCE, np.abs(rate * bowl.slope(beta)).max()
        if not small and not converges:
            if converged:
                try_again(
                    f"you say converged, but the largest |gradient| is {largest:.2g}, the "
                    f"tolerance {TOLERANCE:g}, after all the steps allowed",
                    where,
                )
            off = np.abs(bowl.iterate(begin, rate, iterations) - beta).max()
            if not off <= 1e-6 * (1 + np.abs(beta).max()):
                try_again(
                    f"{iterations} steps are allowed, and beta is not the iterate after that "
                    f"many: {numbers(beta)}",
                    where,
                )
        elif not small:
            if bowl.loss(beta) > bowl.loss(begin):
                try_again("the loss is higher than at the start: look at the sign", where)
            if np.array_equal(beta, start) and abs(bowl.slope(beta).sum()) < 1e-9:
                try_again(
                    "you stop at the start: the entries of its gradient cancel in their sum; "
                    "look at the size of each",
                    where,
                )
            if np.array_equal(beta, start) and (bowl.slope(beta) == 0).any():
                try_again(
                    "you stop at the start: one entry of its gradient is 0, another is not; "
                    "look at the size of each",
                    where,
                )
            if np.array_equal(beta, start):
                try_again(
                    "you stop at the start: its gradient has negative entries, and a negative "
                    "number is below every tolerance; compare sizes",
                    where,
                )
            change = abs(bowl.loss(beta - rate * bowl.slope(beta)) - bowl.loss(beta))
            try_again(
                f"you stop too early: the largest |gradient| is {largest:.2g}, the tolerance "
                f"{TOLERANCE:g};\na small change of the loss ({change:.1g} a step) or of beta "
                f"({step:.1g} a step) is no reason to stop",
                where,
            )
        elif not converged:
            try_again("the gradient is small, and you say that it did not converge", where)
        elif bowl.calls > 100 + 2.5 * bowl.steps(begin, rate):
            try_again(
                f"you go on after the gradient is small: {bowl.calls:,} gradients, about "
                f"{bowl.steps(begin, rate):,} are enough",
                where,
            )
    return "your descent stops when the gradient is small, and says when it is not"


TOLERANCE = 1e-6
BOWLS = [  # where, curvatures, start, learning rate, iterations, whether it converges
    ("in a round bowl", (1.0, 2.0, 4.0), (1.0, -2.0, 3.0), 0.3, 1_000, True),
    ("from the other side", (1.0, 2.0), (-5.0, -4.0), 0.3, 1_000, True),
    ("in a long valley", (1e-3, 1.0), (2.0, 1.0), 1.0, 100_000, True),
    ("with a small rate", (1.0, 2.0), (3.0, -1.0), 1e-3, 100_000, True),
    ("where the gradient is (1, −1)", (1.0, 1.0), (1.5, -0.5), 0.3, 1_000, True),
    ("where one entry of the gradient is 0", (1.0, 2.0), (0.5, 2.0), 0.3, 1_000, True),
    ("from the minimum itself", (1.0, 2.0), (0.5, 0.5), 0.3, 1_000, True),
    ("with few iterations", (1e-2, 1.0), (2.0, 1.0), 0.5, 20, False),
    ("with a rate above the limit", (1.0, 4.0), (2.0, 1.0), 0.55, 200, False),
]


class Bowl:
    """A loss ½ Σ λⱼ (βⱼ − ½)² on a high floor; it counts the gradients that are asked for."""

    def __init__(self, curvature, most):
        self.curvature, self.most, self.calls = np.array(curvature), most, 0

    def slope(self, beta):
        return self.curvature * (np.asarray(beta, dtype=float) - 0.5)

    def gradient(self, beta):
        self.calls += 1
        if self.calls > self.most:
            raise RuntimeError("endless")
        return self.slope(beta)

    def loss(self, beta):
        return 1000 + float(self.curvature @ (np.asarray(beta, dtype=float) - 0.5) ** 2) / 2

    def iterate(self, start, rate, k):
        return 0.5 + (1 - rate * self.curvature) ** k * (start - 0.5)

    def steps(self, start, rate):
        """The iterations after which no |∇ⱼ| exceeds the tolerance."""
        size = np.maximum(np.abs(self.slope(start)), TOLERANCE) / TOLERANCE
        return int(np.ceil((np.log(size) / -np.log(np.abs(1 - rate * self.curvature))).max()))
