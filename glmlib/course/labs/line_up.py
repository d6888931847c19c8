"""A line-up of residuals: is this plot bad, or is it just how a GLM looks?

Twenty panels: one shows the residuals of the data, nineteen those of data simulated from the
fitted model, each with a fit of its own. Who finds the data has seen something.
"""

from functools import cache

import numpy as np

from ...data import add_intercept, stream
from ...models import PoissonRegression
from .. import plots
from .engine import Frame, Lab, Panel, choice, dots, integers, line, text

PANELS, ACROSS, ROWS = 20, 5, 150
KINDS = ("response", "deviance", "quantile")
DEFECTS = ("none", "curve", "dispersion", "link")


def true_counts(defect, x, seed):
    """Counts (n,) that the model log μ = β₀ + β₁x describes, or does not."""
    rng = stream(seed, f"line-up {defect}")
    mu = {
        "none": np.exp(0.3 + 0.6 * x),
        "curve": np.exp(1.2 + 0.6 * x - 0.7 * x**2),
        "dispersion": np.exp(0.3 + 0.6 * x) * rng.gamma(0.7, 1 / 0.7, len(x)),
        "link": 4.2 + 2.6 * x,
    }[defect]
    return rng.poisson(mu).astype(float)


def bend(x, r):
    """How far a parabola in x bends in each row of r (m, n), in standard errors, (m,)."""
    Q, R = np.linalg.qr(np.column_stack([np.ones(len(x)), x, x**2]))
    part = r @ Q
    rest = np.sqrt(((r**2).sum(axis=1) - (part**2).sum(axis=1)) / (len(x) - 3))
    return part[:, 2] / rest * np.sign(R[2, 2])


def line_up(kind="deviance", defect="none", guess=0, *, seed=16, code="lab"):
    """A live lab of twenty residual plots, one of the data and nineteen of simulated data.

    150 counts are fitted by a Poisson regression on one column x, which ranges from −1.5 to
    1.5; the axes of all panels are the same.

    Parameters
    ----------
    kind : of the residuals: "response", "deviance" or "quantile".
    defect : what is wrong with the model: "none", "curve" (x² is left out), "dispersion"
        (the rates vary) or "link" (the mean is a straight line).
    guess : the panel, 1 to 20, that the data are said to be in; 0 is no guess yet.
    seed : of the data and of all that is simulated.
    code : the name under which "Copy state" addresses the lab.

    Returns
    -------
    Lab; its frame holds `place` (the panel of the data, 1 to 20), `residuals` (20, 150),
    `bends` and `spreads` (20,), and `rejected`, the panels in which a test of normality says
    no. Source: Buja et al., Statistical inference for exploratory data analysis and model
    diagnostics, Phil. Trans. R. Soc. A 367 (2009).

    >>> lab = line_up(defect="dispersion")
    >>> int(np.argmax(lab.frame.spreads)) + 1 == lab.frame.place
    True
    """
    x = np.linspace(-1.5, 1.5, ROWS)
    X = add_intercept(x[:, None])

    @cache
    def fitted(defect):
        """The fits in the order of the panels, and the panel of the data, from 1."""
        data = PoissonRegression(X, true_counts(defect, x, seed)).fit()
        rng = stream(seed, f"line-up panels {defect}")
        place = int(rng.integers(PANELS))
        fits = [PoissonRegression(X, rng.poisson(data.mu)).fit() for _ in range(PANELS - 1)]
        return [*fits[:place], data, *fits[place:]], place + 1

    @cache
    def panels(kind, defect):
        """Residuals (20, 150), their bends, and p-values of a test of normality (20,)."""
        from scipy.stats import shapiro

        r = np.array([fit.residuals(kind, seed=k) for k, fit in enumerate(fitted(defect)[0])])
        return r, bend(x, r), np.array([shapiro(row).pvalue for row in r])

    def compute(kind, defect, guess):
        r, bends, p_values = panels(kind, defect)
        place = fitted(defect)[1]
        spreads = r.std(axis=1)
        rejected = int((p_values < 0.05).sum())
        found = guess == place
        ranks = [int((values >= values[place - 1]).sum()) for values in (abs(bends), spreads)]
        said = "Which panel shows the data?"
        if found:
            said = (
                f"You say panel {guess}: found. Chance finds the data once in twenty. Their "
                f"bend is number {ranks[0]} of {PANELS} in size, their spread number "
                f"{ranks[1]}."
            )
        elif guess:  # a miss gives nothing away: the slider passes through other panels
            said = f"You say panel {guess}: no, it is simulated. Look again."
        return Frame(
            f"Residuals: {kind}, defect: {defect}. {PANELS - 1} of the {PANELS} panels are "
            f"simulated from the fitted model. A test of normality rejects {rejected} of "
            f"the {PANELS}. {said}",
            "found" if found else "missed" if guess else "asked",
            table=(["panel", "bend", "spread"],
                   [[k + 1, f"{bends[k]:.2f}", f"{spreads[k]:.3f}"] for k in range(PANELS)]),
            place=place, guess=guess, residuals=r, bends=bends, spreads=spreads, x=x,
            rejected=rejected, p_values=p_values, ranks=ranks, dots=spots(x, r),
        )  # fmt: skip

    return Lab(
        title="line-up of residuals",
        question=__doc__.partition("\n")[0],
        describe="Twenty small scatterplots in four rows of five, numbered from the top left: "
        "residuals against x, −1.5 to 1.5, on the same axes, with a line at 0. A dashed frame "
        "marks the guess, a dotted one the data, once they are found.",
        controls=[
            choice("kind", "residuals", list(KINDS), kind),
            choice("defect", "defect", list(DEFECTS), defect),
            integers("guess", "your panel", range(PANELS + 1), guess),
        ],
        compute=compute,
        picture=picture(),
        points=points,
        presets={
            "a true model": {"kind": "deviance", "defect": "none", "guess": 0},
            "rates that differ": {"kind": "quantile", "defect": "dispersion", "guess": 0},
            "a curve": {"kind": "quantile", "defect": "curve", "guess": 0},
        },
        code=code,
    )  # fmt: skip


def cell(panel):
    """Left and lower corner of a panel, from 1 at the top left; a cell is 1 wide and high."""
    row, column = divmod(np.asarray(panel) - 1, ACROSS)
    return column, PANELS // ACROSS - 1 - row


def picture():
    down, across = PANELS // ACROSS, np.arange(ACROSS + 1)
    up = np.arange(down + 1)
    sides = plots.upright(across, 0, down), plots.upright(up, 0, ACROSS)[::-1]
    marks = [
        line("walls", "quiet", at=tuple(np.concatenate(sides, axis=1)), width=1),
        line("zero", "plain", width=1.5),
        dots("dots", "estimate", size=5),
        line("data", "truth", width=5),
        line("guess", "now", width=4),
    ]
    for panel in range(1, PANELS + 1):
        left, low = cell(panel)
        marks.append(
            text(f"{panel}", f"{panel}", (left + 0.04, low + 0.86), plate=True, anchor="start")
        )
    return Panel((-0.02, ACROSS + 0.02), (-0.02, down + 0.02), marks, xticks=[], yticks=[],
                 bare=True)  # fmt: skip


def frame_around(panel, margin):
    """The points of a frame around a panel; none for panel 0."""
    if not panel:
        return [], []
    (left, low), a, b = cell(panel), margin, 1 - margin
    return left + np.array([a, b, b, a, a]), low + np.array([a, a, b, b, a])


def spots(x, residuals):
    """The places of all dots in the cells of their panels."""
    low, high = plots.span(residuals)
    left, floor = (side[:, None] for side in cell(np.arange(1, PANELS + 1)))
    across, up = left + 0.5 + 0.3 * x, floor + (residuals - low) / (high - low)
    return across.ravel(), up.ravel()


def points(frame):
    low, high = plots.span(frame.residuals)
    left, floor = (side[:, None] for side in cell(np.arange(1, PANELS + 1)))
    zero = floor - low / (high - low) + np.zeros(3)
    return {
        "dots": frame.dots,
        "zero": ((left + np.array([0.05, 0.95, np.nan])).ravel(), zero.ravel()),
        "data": frame_around(frame.place * (frame.guess == frame.place), 0.05),
        "guess": frame_around(frame.guess, 0.02),
    }
