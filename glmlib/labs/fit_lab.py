"""The fit lab: what do learning rate and number of iterations do to the estimates?

Left, the coefficients; right, the loss above its minimum; below, the rate among all rates.
The numbers come from `descent.py`; this file draws them.
"""

import numpy as np

from .. import plots
from .descent import Descent
from .live import Lab, log_integers


def fit_lab(
    model,
    truth=None,
    start=None,
    *,
    gradient=None,
    iterations=None,
    learning_rate=None,
    iteration=10,
    marks=None,
    code="lab",
):
    """A live lab of gradient descent on `model`, controlled by rate and iteration.

    Parameters
    ----------
    model : a GLM: a learner's own data, or simulated ones.
    truth : (d,) true coefficients; None for data whose truth nobody knows.
    start : (d,) where the descent starts; None is zero.
    gradient : a learner's own function, beta (d,) -> (d,), in the place of the model's.
    iterations : the last iteration; None is 100,000, fewer for large data.
    learning_rate, iteration : where the controls stand first; None is "just right".
    marks : {label: rate}, rates with a line of their own on the rate axis.
    code : the name under which "Copy state" addresses the lab.

    Returns
    -------
    Lab, with `set(learning_rate=…, iteration=…)`, `status`, `frame`, `picture()`.

    Raises ValueError for `truth` or `start` of the wrong length, for a gradient of the wrong
    shape, and for data too large to be drawn while somebody waits.

    >>> import glmlib
    >>> X, y, beta = glmlib.simulate("logistic", n=200, d=3, seed=1)
    >>> lab = fit_lab(glmlib.LogisticRegression(X, y), truth=beta)
    >>> lab.set(iteration=1000).frame.event
    'converged'
    """
    descent = Descent(model, truth, start, gradient, iterations)
    presets = descent.presets()
    first = presets["just right"]["learning_rate"] if learning_rate is None else learning_rate
    rates = descent.control.starting_at(first)
    steps = log_integers("iteration", "iteration", descent.iterations)
    lab = Lab(
        title="learning rate and iterations",
        describe=_describe(descent),
        controls=[rates, steps.starting_at(min(iteration, descent.iterations))],
        compute=descent.compute,
        draw=lambda fig, frame: _draw(fig, descent, marks),
        update=lambda artists, frame: _update(artists, frame, descent),
        presets=presets,
        code=code,
        resumable=True,
        idle=descent.idle,
    )
    lab.descent = descent
    return lab


def _describe(descent):
    low, high = descent.limits
    if descent.truth is not None:
        left = f"Scatterplot of true against estimated coefficients, {low:.2g} to {high:.2g}"
    else:
        left = "Estimated coefficients with the intervals of the maximum-likelihood estimates"
    return (
        f"{left}; beside it the loss above its minimum on a log axis against iterations 0 "
        f"to {descent.iterations:,}; below, the rate on an axis with its stability limit "
        f"{descent.limit:.3g}."
    )


def _draw(fig, descent, marks):
    """Everything that stands still, and the artists that will move."""
    left = fig.add_axes([0.09, 0.375, 0.38, 0.525])
    right = fig.add_axes([0.56, 0.375, 0.41, 0.525])
    rates = fig.add_axes([0.09, 0.085, 0.88, 0.08])
    fit, limits = descent.fit, descent.limits
    d = len(descent.start)
    if descent.truth is not None:
        estimate = fit.beta if descent.finite else np.full(d, np.nan)
        plots.coefficient_scatter(left, descent.truth, estimate, descent.errors, limits)
    else:
        in_errors = descent.errors is not None
        plots.coefficient_strip(
            left,
            descent.model.names,
            descent.place(fit.beta) if descent.finite else np.full(d, np.nan),
            np.full(d, 1.96) if in_errors else None,
            limits,
            ylabel="distance in standard errors" if in_errors else "estimate",
        )
    left.yaxis.set_label_coords(-0.165, 0.5)
    plots.rate_axis(
        rates,
        descent.regions,
        descent.limit,
        descent.control.values[0],
        descent.control.values[-1],
        marks,
    )
    line = plots.loss_curve(right, [0], [1.0], descent.excess_limits, descent.iterations)
    look = {"color": plots.VERMILLION, "linestyle": "none"}
    name = "gradient descent"
    artists = {
        "now": left.plot([], [], marker="s", markersize=6, label=name, **look)[0],
        "above": left.plot([], [], marker="^", markersize=9, clip_on=False, **look)[0],
        "below": left.plot([], [], marker="v", markersize=9, clip_on=False, **look)[0],
        "curve": line["line"],
        "here": right.plot([], [], marker="s", markersize=9, clip_on=False, **look)[0],
        "rate line": rates.axvline(descent.limit, color=plots.VERMILLION, linewidth=2),
        "rate": rates.plot([], [], marker="s", markersize=11, zorder=5, **look)[0],
        "banner": right.text(
            0.04,
            0.07,
            "",
            transform=right.transAxes,
            color="white",
            bbox={"boxstyle": "round,pad=0.35", "color": plots.VERMILLION},
            zorder=10,
        ),
    }
    handles, labels = left.get_legend_handles_labels()
    fig.legend(
        handles, labels, loc="upper left", bbox_to_anchor=(0.075, 1.0), ncols=3, frameon=False,
        handletextpad=0.3, columnspacing=1.5,
    )  # fmt: skip
    return artists


def _update(artists, frame, descent):
    """The frame's numbers into the artists."""
    low, high = descent.limits
    x = descent.x
    gone = frame.event == "diverged"
    place = frame.place
    inside = (place >= low) & (place <= high) & (not gone)
    artists["now"].set_data(x[inside], place[inside])
    up, down = (place > high) & (not gone), (place < low) & (not gone)
    artists["above"].set_data(x[up], np.full(up.sum(), high))
    artists["below"].set_data(x[down], np.full(down.sum(), low))
    artists["curve"].set_data(frame.curve_iterations, frame.curve_excess)
    floor, top = descent.excess_limits
    if gone:
        artists["here"].set_data([], [])
    else:
        artists["here"].set_marker("^" if frame.excess > top else "s")
        artists["here"].set_data([frame.iteration], [np.clip(frame.excess, floor, top)])
    artists["rate"].set_data([frame.rate], [0.5])
    artists["rate line"].set_xdata([frame.rate, frame.rate])
    artists["banner"].set_text(frame.banner)
    artists["banner"].set_visible(bool(frame.banner))
