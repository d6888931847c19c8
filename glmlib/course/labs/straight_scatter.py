"""A straight scatter can lie: estimates correlate with the truth at 0.99. Done?

Left, true against estimated slopes; right, the correlation r and the slope of the line
through the dots while one of four mistakes grows.
"""

from functools import cache

import numpy as np

from ...data import article_data, simulate, stream
from ...links import sigmoid
from ...models import GLM, LinearRegression, LogisticRegression
from ...solvers import gradient_descent
from .. import plots
from .engine import Frame, Lab, Panel, choice, dots, integers, line

ROWS = (1000, 2000, 4000, 8000, 16000)
# what each mistake is at the amounts 0, 1, 2, 3
CAUSES = {
    "stopped early": (None, 200, 100, 50),
    "other link": ("logit", "probit", "cloglog", "identity"),
    "left out": (0.0, 1.0, 2.0, 3.0),
    "no intercept": (0.0, 1.0, 2.0, 3.0),
}
WORDS = {  # without the mistake, with it
    "stopped early": ("Run to the end", "Stopped at iteration {}"),
    "other link": ("Fitted with the link of the data", "Fitted with the {} link"),
    "left out": ("Nothing left out", "Left out a cause of strength {:g}"),
    "no intercept": ("With a column of ones", "No column of ones, true intercept {:g}"),
}
LIMITS = (-2.2, 1.5)


def straight_scatter(cause="stopped early", amount=0, n=4000, *, seed=123, code="lab"):
    """A live lab of four wrong logistic fits whose estimates still lie on a straight line.

    Parameters
    ----------
    cause : "stopped early", "other link", "left out" or "no intercept".
    amount : 0 (a right fit) to 3.
    n : rows, 1,000 to 16,000, simulated from the listing's true coefficients.
    seed : of the simulation.
    code : the name under which "Copy state" addresses the lab.

    Returns
    -------
    Lab; its frame holds `correlation`, `factor` (the slope of the line through the dots)
    and `distance`, the root mean square error in standard errors of the right fit.

    >>> lab = straight_scatter("other link")
    >>> frame = lab.set(amount=3).frame
    >>> frame.correlation > 0.99, frame.factor < 0.2
    (True, True)
    """
    beta = article_data("logistic")[2]
    truth = beta[1:]

    def slopes(cause, amount, n):
        """The estimated slopes (9,) of the fit with this mistake."""
        value = CAUSES[cause][amount]
        X, y, _ = simulate("logistic", n=n, d=len(beta), seed=seed, beta=beta)
        if cause == "stopped early" and value is not None:
            # a rate of 0.1 on the mean loss, far below its limit
            path = gradient_descent(LogisticRegression(X, y), None, 0.1 / n, value)
            return path.betas[-1][1:]
        if cause == "other link" and value == "identity":
            return LinearRegression(X, y).fit().beta[1:]
        if cause == "other link":
            return GLM(X, y, "binomial", value).fit().beta[1:]
        if cause in ("left out", "no intercept") and value:
            z = stream(seed, "z").standard_normal(n)
            shift = value * z if cause == "left out" else value - beta[0]
            family = LogisticRegression(X, y).family
            y = family.sample(stream(seed, "y"), sigmoid(X @ beta + shift), 1.0)
        if cause == "no intercept" and value:
            return LogisticRegression(X[:, 1:], y).fit().beta
        return LogisticRegression(X, y).fit().beta[1:]

    @cache
    def series(cause, n):
        """Estimates (4, 9) at the four amounts, and the right fit's standard errors."""
        X, y, _ = simulate("logistic", n=n, d=len(beta), seed=seed, beta=beta)
        errors = LogisticRegression(X, y).fit().standard_errors[1:]
        return np.array([slopes(cause, a, n) for a in range(4)]), errors

    def compute(cause, amount, n):
        estimates, errors = series(cause, n)
        correlations = np.array([np.corrcoef(truth, b)[0, 1] for b in estimates])
        lines = np.array([np.polyfit(truth, b, 1) for b in estimates])
        root = np.sqrt(((estimates[amount] - truth) ** 2).mean())
        distance = float(root / errors.mean())
        value = CAUSES[cause][amount]
        words = WORDS[cause][amount > 0].format(value)
        return Frame(
            f"{words}, {n:,} rows: correlation {correlations[amount]:.4f}, slope "
            f"{lines[amount, 0]:.2f}, error {distance:.1f} standard errors.",
            "right" if amount == 0 else "wrong",
            table=(["true slope", "estimate"],
                   [[f"{b:.6g}", f"{v:.6g}"] for b, v in
                    zip(truth, estimates[amount], strict=True)]),
            scene=cause,
            truth=truth, estimate=estimates[amount], half=1.96 * errors,
            line=lines[amount], amount=amount, correlation=float(correlations[amount]),
            factor=float(lines[amount, 0]), distance=distance,
            correlations=correlations, factors=lines[:, 0],
        )  # fmt: skip

    return Lab(
        title="a straight scatter can lie",
        question=__doc__.partition("\n")[0],
        describe="Left, a scatterplot of nine true against estimated slopes, −2.2 to 1.5, "
        "with the diagonal and the line through the dots; right, the correlation and the "
        "line's slope, 0 to 1.1, against the amount of the mistake, 0 to 3.",
        controls=[
            choice("cause", "mistake", list(CAUSES), cause),
            integers("amount", "amount", range(4), amount),
            integers("n", "rows", ROWS, n),
        ],
        compute=compute,
        picture=picture,
        points=points,
        presets={"right fit": {"amount": 0}, "worst": {"amount": 3}},
        code=code,
    )


def picture(frame):
    left = [
        line("diagonal", "truth", "truth", (LIMITS, LIMITS)),
        line("line", "now", "line through the dots"),
        line("bars", "estimate", width=2.5),
        dots("dots", "estimate", "estimate ± 1.96 SE", hollow=True),
    ]
    right = [
        line("correlations", "truth", "correlation r", marker="D"),
        line("factors", "estimate", "slope of the line", marker="o"),
        dots("r", "now", size=14),
        dots("factor", "now", size=14),
    ]
    return [
        Panel(LIMITS, LIMITS, left, "true slope", "estimate"),
        Panel((-0.2, 3.2), (0, 1.12), right, "amount", title=frame.scene, xticks=range(4)),
    ]


def points(frame):
    low, high = frame.estimate - frame.half, frame.estimate + frame.half
    return {
        "dots": (frame.truth, frame.estimate),
        "bars": plots.upright(frame.truth, low, high),
        "line": (LIMITS, np.polyval(frame.line, LIMITS)),
        "correlations": (range(4), frame.correlations),
        "factors": (range(4), frame.factors),
        "r": (frame.amount, frame.correlation),
        "factor": (frame.amount, frame.factor),
    }
