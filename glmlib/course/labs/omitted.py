"""One omitted variable, three families: an independent cause is left out. What moves?

Three scatterplots of true against estimated slopes, with the line through them: linear,
logistic and Poisson regression of the same linear predictor.
"""

from functools import cache

import numpy as np

from ...data import stream
from ...models import LinearRegression, LogisticRegression, PoissonRegression
from .. import plots
from .engine import Frame, Lab, Panel, dots, grid, integers, line

MODELS = (LinearRegression, LogisticRegression, PoissonRegression)
NAMES = ("linear", "logistic", "Poisson")
TRUTH = np.array([-0.8, -0.6, -0.4, -0.2, 0.2, 0.4, 0.6, 0.8])  # the intercept is 0
STRENGTHS = tuple(np.arange(0, 2.01, 0.25))
ROWS = (500, 1000, 2000, 4000, 8000, 16000)
LIMITS = (-1.3, 1.3)
PRESETS = {"nothing left out": 0.0, "γ = 1": 1.0, "γ = 2": 2.0}


def rule_of_thumb(gamma):
    """By what a logistic slope shrinks: 1/√(1 + c²γ²) with c = 16√3/(15π).

    Source: Zeger, Liang & Albert, Models for longitudinal data (1988), Biometrics 44.

    >>> round(rule_of_thumb(2.0), 2)
    0.65
    """
    c = 16 * np.sqrt(3) / (15 * np.pi)
    return float(1 / np.sqrt(1 + (c * gamma) ** 2))


def omitted(gamma=0.0, n=4000, sample=1, *, samples=20, code="lab"):
    """A live lab of a cause z, independent of X, that is left out of three models.

    η = Xβ + γz makes y; the models are fitted on X alone. The draws of X, z and y stay the
    same while γ moves, and more rows are added to the same sample.

    Parameters
    ----------
    gamma : the strength of z, 0 to 2; z is standard normal.
    n : rows, 500 to 16,000.
    sample, samples : where the third slider stands, and how many it visits.
    code : the name under which "Copy state" addresses the lab.

    Returns
    -------
    Lab; its frame holds, for the three models, `estimates` and `standard_errors` (3, 8),
    `factors` (3,) = the slope of the line through the dots, `dispersions`, `intercepts`.

    >>> lab = omitted()
    >>> linear, logistic, poisson = lab.set(gamma=2.0).frame.factors
    >>> bool(logistic < 0.75 < linear), bool(lab.frame.intercepts[2] > 1)
    (True, True)
    """

    @cache
    def draws_of(sample):
        """X and z of the most rows, the same at every strength; models share a frozen X."""
        of_X, of_z = (stream(sample, f"omitted {name}") for name in ("X", "z"))
        X = np.ones((ROWS[-1], 1 + len(TRUTH)), order="F")
        X[:, 1:] = of_X.standard_normal((ROWS[-1], len(TRUTH)))
        X.flags.writeable = False
        return X, of_z.standard_normal(ROWS[-1])

    def fits_of(gamma, n, sample):
        """The three fits without z."""
        X, z = (draw[:n] for draw in draws_of(sample))
        eta = X[:, 1:] @ TRUTH + gamma * z
        for name, Model in zip(NAMES, MODELS, strict=True):
            family = Model(X[:2], [0.0, 1.0]).family
            mu = family.canonical_link.inverse(eta)
            y = family.sample(stream(sample, f"omitted y {name}"), mu, 1.0)
            yield Model(X, y).fit()

    @cache
    def numbers_of(gamma, n, sample):
        """β̂, standard errors and χ²/df of the three fits, which are let go."""
        found = [(fit.beta, fit.standard_errors, fit.pearson_chi2 / fit.df_residual)
                 for fit in fits_of(gamma, n, sample)]  # fmt: skip
        return tuple(map(np.array, zip(*found, strict=True)))

    def compute(gamma, n, sample):
        betas, errors, dispersions = numbers_of(gamma, n, sample)
        estimates, errors, intercepts = betas[:, 1:], errors[:, 1:], betas[:, 0]
        factors = estimates @ TRUTH / (TRUTH @ TRUTH)
        missed = (np.abs(estimates - TRUTH) > 1.96 * errors).sum(axis=1)
        outside = int((np.abs(estimates) > LIMITS[1]).sum())
        status = (
            f"Strength {gamma:g}, {n:,} rows. Estimate over truth: linear {factors[0]:.2f}, "
            f"logistic {factors[1]:.2f} (rule of thumb {rule_of_thumb(gamma):.2f}), Poisson "
            f"{factors[2]:.2f}. Linear noise {np.sqrt(dispersions[0]):.2f}; Poisson intercept "
            f"{intercepts[2]:z.2f}, χ²/df {dispersions[2]:.1f}. Intervals that miss the "
            f"truth: {missed[0]}, {missed[1]} and {missed[2]} of {len(TRUTH)}."
        )
        if outside:
            status += f" {outside} estimates lie outside the picture."
        return Frame(
            status,
            "shrunk" if factors[1] < 0.9 else "same",
            table=(["true slope", *NAMES],
                   [[f"{b:g}", *(f"{v:.4g}" for v in estimates[:, j])]
                    for j, b in enumerate(TRUTH)]),
            estimates=estimates, standard_errors=errors, factors=factors,
            intercepts=intercepts, dispersions=dispersions, missed=missed, outside=outside,
        )  # fmt: skip

    return Lab(
        title="one omitted variable, three families",
        question=__doc__.partition("\n")[0],
        describe="Three scatterplots of true against estimated slopes, both axes −1.3 to 1.3, "
        "for linear, logistic and Poisson regression, with the diagonal, ±1.96 standard "
        "errors and the line through the dots.",
        controls=[
            grid("gamma", "strength γ", STRENGTHS, gamma, "{:g}".format),
            integers("n", "rows", ROWS, n),
            integers("sample", "sample", range(1, samples + 1), sample),
        ],
        compute=compute,
        picture=picture(),
        points=points,
        presets={name: {"gamma": gamma} for name, gamma in PRESETS.items()},
        code=code,
    )


def picture():
    ticks = [-1, -0.5, 0, 0.5, 1]
    return [
        Panel(LIMITS, LIMITS, [
            line(f"{name} truth", "truth", "truth", (LIMITS, LIMITS)),
            line(f"{name} line", "now", "line through the estimates"),
            line(f"{name} bars", "estimate", width=2.5),
            dots(name, "estimate", "estimate ± 1.96 SE", hollow=True),
        ], "true slope", "" if j else "estimate", name, xticks=ticks, yticks=ticks)
        for j, name in enumerate(NAMES)
    ]  # fmt: skip


def points(frame):
    places = {}
    for name, estimate, error, factor in zip(
        NAMES, frame.estimates, frame.standard_errors, frame.factors, strict=True
    ):
        low, high = estimate - 1.96 * error, estimate + 1.96 * error
        places[name] = TRUTH, estimate
        places[f"{name} bars"] = plots.upright(TRUTH, low, high)
        places[f"{name} line"] = LIMITS, factor * np.array(LIMITS)
    return places
