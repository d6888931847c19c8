"""The stability boundary: why does one rate converge, and why did more data break it?

Left, the factor 1 − αλ that one step puts on the error along each eigenvector of the
Hessian; right, the loss; below, the rate on an axis with its limit 2/λmax.
"""

from functools import cache
from types import SimpleNamespace

import numpy as np

from .. import plots
from .descent import number
from .judge import Judge
from .live import Frame, Lab, choice, integers, log_grid, plain
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

    def compute(state, seconds=np.inf):
        rate, n, mean = state["learning_rate"], state["n"], state["loss"] == "mean"
        here = model_of(n)
        # The mean has a gradient n times smaller: a step as with the sum at rate/n.
        eigenvalues = here.eigenvalues / n if mean else here.eigenvalues
        sum_rate = rate / n if mean else rate
        limit = float(2 / eigenvalues[-1])
        done = here.paths.advance([sum_rate], seconds=seconds)
        path = here.paths.path(sum_rate)
        k = LAST if path.finished else min(LAST, path.known)
        event = here.judge.event(path, k) if done else "computing"
        words = here.judge.words(event, path, k) if done else event
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
            partial=not done, rate=rate, limit=limit, share=rate / limit,
            best=float(2 / (eigenvalues[-1] + eigenvalues[0])), factors=factors,
            iterations=np.array(iterations)[finite],
            excess=np.maximum(excess[finite], floor),
        )  # fmt: skip

    def draw(fig, frame):
        left = plots.panel(
            fig, (0.09, 0.425, 0.38, 0.505), xlim=(0.4, d + 0.6), ylim=(-2.2, 1.3),
            xlabel="eigenvector, steepest last", ylabel="factor 1 − αλ",
            xticks=range(1, d + 1))  # fmt: skip
        left.grid(False)
        left.axhspan(-1, 1, color="#cfe6d8", linewidth=0)
        left.axhline(0, color=plots.INK, linewidth=1)
        left.text(0.6, -1.05, "below −1 it turns and grows", va="top", color=plots.INK)
        right = fig.add_axes((0.56, 0.425, 0.41, 0.505))
        # as plots.rate_axis, but the limit moves with the rows
        rates = plots.panel(
            fig, (0.09, 0.085, 0.88, 0.08), xscale="log", xlim=(low, high), ylim=(0, 1),
            yticks=[], facecolor="#eeeeee")  # fmt: skip
        rates.grid(False)
        rates.set_ylabel("learning\nrate", rotation=0, ha="right", va="center")
        above = {"textcoords": "offset points", "ha": "center", "color": plots.INK}
        for label, rate in (marks or {}).items():
            rates.axvline(rate, color=plots.INK, linewidth=1.5, linestyle=":")
            rates.annotate(label, (rate, 1), xytext=(0, 19), **above)
        limit = rates.annotate("limit 2/λmax", (frame.limit, 1), xytext=(0, 3), **above)
        return {
            "bars": plots.line(left, "now", linestyle="-", linewidth=14 if d < 13 else 6,
                               solid_capstyle="butt"),
            "ends": plots.marks(left, "now", marker="", markersize=8),
            "curve": plots.loss_curve(right, [0], [1.0], excess_limits, LAST)["line"],
            "end": plots.marks(right, "now", markersize=9),
            "good": rates.axvspan(low, high, color="#cfe6d8", linewidth=0),
            "limit": plots.line(rates, "plain", linewidth=2),
            "name": limit,
            "rate": plots.marks(rates, "now", markersize=11),
            "rate line": plots.line(rates, "now", linestyle="-", linewidth=2),
        }  # fmt: skip

    return Lab(
        title="stability boundary",
        describe=f"Left, bars of the factor 1 − αλ, −2.2 to 1.3, for {d} eigenvectors; right, "
        f"the loss above its minimum on a log axis against iterations 0 to {LAST:,}; below, "
        "the rate on an axis with its stability limit.",
        controls=[
            log_grid("learning_rate", "learning rate", low, high, learning_rate),
            integers("n", "rows", rows, rows[-3:][0]),
            choice("loss", "loss", ["sum", "mean"]),
        ],
        compute=compute,
        draw=draw,
        points=points,
        update=update,
        presets={f"{n:,} rows": {"n": n} for n in rows[-3:]},
        code=code,
        resumable=True,
    )


def points(frame):
    place = np.arange(1, len(frame.factors) + 1)
    return {
        "bars": plots.upright(place, 0, np.maximum(frame.factors, -2.2)),
        "ends": (place, frame.factors),  # seen only as arrows
        "curve": (frame.iterations, frame.excess),
        "end": (frame.iterations[-1:], frame.excess[-1:]),  # seen even if it is the start
        "limit": (frame.limit, [0, 1]),
        "rate": (frame.rate, 0.5),
        "rate line": (frame.rate, [0, 1]),
    }


def update(artists, frame):
    low = frame.best / 10
    artists["good"].set(x=low, width=frame.limit - low)
    artists["name"].xy = (frame.limit, 1)
