"""The stability boundary: why does one rate converge, and why did more data break it?

Left, the factor 1 − αλ that one step puts on the error along each eigenvector of the
Hessian; right, the loss; below, the rate on an axis with its limit 2/λmax.
"""

from functools import cache
from types import SimpleNamespace

import numpy as np

from .. import plots
from .controls import choice, integers, log_grid, plain
from .descent import number
from .engine import Frame, Lab, Panel, band, dots, line, text
from .judge import Judge
from .paths import Paths, model_gradient

LAST = 1000  # iterations


def stability(
    Model, X, y, start=None, *, learning_rate=1e-5, rows=None, marks=None, code="lab"
):
    """A live lab of the limit of the learning rate, for the first n rows of X and y.

    Parameters
    ----------
    Model : a model class, such as `PoissonRegression`.
    X, y : (n, d), (n,): all the rows there are; the lab takes the first of them.
    start : (d,), zeros when None.
    learning_rate : where the rate stands first.
    rows : numbers of rows that the slider visits; None is seven of them, up to all.
    marks : {label: rate}, rates with a line of their own on the rate axis.
    code : the name under which "Copy state" addresses the lab.

    Returns
    -------
    Lab; its frame holds `factors` (d,), `limit`, `share` = rate/limit and the loss curve.

    >>> X, y, beta = glmlib.simulate("linear", n=2000, d=3, seed=1)
    >>> lab = stability(glmlib.LinearRegression, X, y, learning_rate=0.002)
    >>> [lab.set(n=n).frame.event for n in (500, 2000)]
    ['converged', 'diverged']
    """
    N, d = X.shape
    rows = rows or [n for n in (N // 40, N // 20, N // 10, N // 4, N // 2, N) if n > 5 * d]
    start = np.zeros(d) if start is None else np.asarray(start, dtype=float)

    @cache
    def model_of(n):
        """Everything about the first n rows, computed once."""
        model = Model(X[:n], y[:n])
        fit = model.fit()
        beta, hessian = fit.beta, model.hessian(fit.beta)
        return SimpleNamespace(
            model=model,
            least=model.loss(beta),
            eigenvalues=np.linalg.eigvalsh(hessian),
            judge=Judge(model),
            paths=Paths(model_gradient(model), start, LAST),
        )

    largest, smallest = (2 / model_of(n).eigenvalues[-1] for n in (rows[0], rows[-1]))
    low, high = 10.0 ** np.floor(np.log10(smallest) - 0.5), 10 * rows[0] * largest

    all_of_them = model_of(rows[-1])
    away = all_of_them.model.loss(start) - all_of_them.least
    floor = max(1e-10, 1e-12 * abs(all_of_them.least))
    excess_limits = (floor, 100 * away if np.isfinite(away) and away > floor else 1.0)

    def compute(learning_rate, n, loss):
        rate, mean = learning_rate, loss == "mean"
        here = model_of(n)
        # The mean has a gradient n times smaller: a step as with the sum at rate/n.
        eigenvalues = here.eigenvalues / n if mean else here.eigenvalues
        sum_rate = rate / n if mean else rate
        limit = float(2 / eigenvalues[-1])
        here.paths.advance([sum_rate])
        path = here.paths.path(sum_rate)
        event = here.judge.event(path, LAST)
        words = here.judge.words(event, path, LAST)
        words = "never settles" if event == "bounces" else words
        factors = 1 - rate * eigenvalues
        outside = int((factors < -2.2).sum())
        iterations = [i for i in here.paths.curve.tolist() if i in path.curve]
        if path.settled is not None:
            iterations = here.paths.curve.tolist()
        excess = np.array([here.model.loss(path[i]) for i in iterations]) - here.least
        finite = np.isfinite(excess)
        status = (
            f"{n:,} rows, {'mean' if mean else 'sum'} loss, limit {number(limit)}: the rate "
            f"{plain(rate)} is {rate / limit:.2f} of it, steepest direction times "
            f"{number(factors[-1])} in each step, {words}."
        )
        if outside:
            status += f" {outside} of {d} factors lie below the picture."
        return Frame(
            status,
            event,
            table=(["direction", "eigenvalue", "factor 1 − αλ"],
                   [[j + 1, f"{v:.6g}", f"{f:.6g}"]
                    for j, (v, f) in enumerate(zip(eigenvalues, factors, strict=True))]),
            rate=rate, limit=limit, share=rate / limit,
            best=float(2 / (eigenvalues[-1] + eigenvalues[0])), factors=factors,
            iterations=np.array(iterations)[finite],
            excess=np.maximum(excess[finite], floor),
        )  # fmt: skip

    left = [
        band("stable", "passed", at=(None, (-1, 1))),
        line("nought", "plain", at=((0.4, d + 0.6), 0), width=1),
        text("below", "below −1 it turns and grows", (0.6, -1.35), anchor="start"),
        line("bars", "now", dash="-", width=18 if d < 13 else 8),
        dots("ends", "now", marker="", size=11),  # seen only as arrows
    ]
    right = [line("curve", "now", width=2.5), dots("end", "now", size=12)]
    rates = [
        band("good", "passed"),
        *(line(label, "truth", label, (rate, (0, 1)), width=2)
          for label, rate in (marks or {}).items()),
        line("limit", "plain", "limit 2/λmax"),
        line("rate line", "now", dash="-", width=2.5),
        dots("rate", "now", size=14),
    ]  # fmt: skip
    picture = (
        [Panel((0.4, d + 0.6), (-2.2, 1.3), left, "eigenvector, steepest last",
               "factor 1 − αλ", xticks=range(1, d + 1)),
         Panel((-0.15, 1.3 * LAST), excess_limits, right, "iteration",
               "loss above its minimum", xscale="from 0", yscale="log")],
        Panel((low, high), (0, 1), rates, "learning rate", xscale="log", yticks=[], tall=0.3),
    )  # fmt: skip

    return Lab(
        title="stability boundary",
        question=__doc__.partition("\n")[0],
        describe=f"Left, bars of the factor 1 − αλ, −2.2 to 1.3, for {d} eigenvectors; right, "
        f"the loss above its minimum on a log axis against iterations 0 to {LAST:,}; below, "
        "the rate on an axis with its stability limit.",
        controls=[
            log_grid("learning_rate", "learning rate", low, high, learning_rate),
            integers("n", "rows", rows, rows[-3:][0]),
            choice("loss", "loss", ["sum", "mean"]),
        ],
        compute=compute,
        picture=picture,
        points=points,
        presets={f"{n:,} rows": {"n": n} for n in rows[-3:]},
        code=code,
    )


def points(frame):
    place = np.arange(1, len(frame.factors) + 1)
    return {
        "bars": plots.upright(place, 0, np.maximum(frame.factors, -2.2)),
        "ends": (place, frame.factors),  # seen only as arrows
        "curve": (frame.iterations, frame.excess),
        "end": (frame.iterations[-1:], frame.excess[-1:]),  # seen even if it is the start
        "limit": (frame.limit, [0, 1]),
        "good": ((frame.best / 10, frame.limit), None),
        "rate": (frame.rate, 0.5),
        "rate line": (frame.rate, [0, 1]),
    }
