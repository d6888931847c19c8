"""Log link or log the data? Two straight lines in logs, and two different slopes.

Left, counts with the truth and both fits; in the middle, the log of the mean beside the mean
of the logs, for ten bins of x; right, the slopes that the two methods estimate.
"""

import numpy as np

from .. import plots
from ..data import add_intercept, stream
from ..models import LinearRegression, PoissonRegression
from .live import Frame, Lab, choice, grid

ROWS, BINS = 1000, 10
X_LINE = np.linspace(-3.2, 3.2, 129)
# method -> what is added to a count, whether rows without an event are left out
METHODS = {"log(y + 1)": (1.0, False), "log(y + 1/2)": (0.5, False), "drop zeros": (0.0, True)}


def clocks(seed, name, rows, most):
    """The times (rows, K) at which events come, one on average in a unit of time.

    The events before time μ are a Poisson count of mean μ. A larger μ lets the same clocks
    run on, so that the same draws serve every mean up to `most`.
    """
    waits = stream(seed, name).exponential(size=(rows, int(most + 8 * np.sqrt(most) + 20)))
    return waits.cumsum(axis=1)


def counts(clocks, mu):
    """The Poisson counts (rows,) of means mu (rows,)."""
    return (clocks < mu[:, None]).sum(axis=1).astype(float)


def log_the_mean(intercept=-0.25, slope=0.8, method="log(y + 1)", *, seed=6, code="lab"):
    """A live lab of Poisson regression beside a straight line through logged counts.

    Parameters
    ----------
    intercept, slope : of the true log mean, −1 to 3 and −1 to 1.
    method : "log(y + 1)", "log(y + 1/2)" or "drop zeros": how zeros get a logarithm.
    seed : of the thousand rows; the same draws serve every intercept and slope.
    code : the name under which "Copy state" addresses the lab.

    Returns
    -------
    Lab; its frame holds `zeros`, `poisson` and `logged` (beta of the two fits), `log_mean`
    and `mean_log` (10,), and `gap`, their average difference over the bins.

    >>> frame = log_the_mean().frame
    >>> bool(frame.logged[1] < 0.4), bool(frame.poisson[1] > 0.75)
    (True, True)
    """
    x = stream(seed, "x").standard_normal(ROWS)
    X = add_intercept(x[:, None])
    events = clocks(seed, "y", ROWS, np.exp(3 + np.abs(x).max()))
    bins = np.array_split(np.argsort(x), BINS)
    middles = np.array([x[rows].mean() for rows in bins])

    def compute(state):
        b0, b1 = state["intercept"], state["slope"]
        added, dropped = METHODS[state["method"]]
        y = counts(events, np.exp(b0 + b1 * x))
        kept = y > 0 if dropped else np.full(ROWS, True)
        poisson = PoissonRegression(X, y).fit()
        logged = LinearRegression(X[kept], np.log(y[kept] + added)).fit()
        parts = [y[rows][kept[rows]] + added for rows in bins]
        log_mean = np.array([np.log(part.mean()) if len(part) else np.nan for part in parts])
        mean_log = np.array([np.log(part).mean() if len(part) else np.nan for part in parts])
        spread = np.array([part.var() / part.mean() ** 2 if len(part) else np.nan
                           for part in parts])  # fmt: skip
        gap, half = float(np.nanmean(log_mean - mean_log)), float(np.nanmean(spread) / 2)
        half_widths = 1.96 * np.array([poisson.standard_errors[1], logged.standard_errors[1]])
        off = abs(logged.beta[1] - b1) > half_widths[1]
        zeros = float((y == 0).mean())
        return Frame(
            f"True intercept {b0:g}, slope {b1:g}: {zeros:.1%} zeros. Poisson, log link: "
            f"slope {poisson.beta[1]:.2f} ± {half_widths[0]:.2f}. Line through logs, "
            f"{state['method']}: {logged.beta[1]:.2f} ± {half_widths[1]:.2f}"
            + (", which misses the truth" if off else "")
            + f". In a bin the log of the mean lies {gap:.2f} above the mean of the logs; "
            f"half the relative variance is {half:.2f}.",
            "misses" if off else "covers",
            table=(
                ["x", "log of the mean", "mean of the logs"],
                [[f"{m:.2f}", f"{a:.3f}" if np.isfinite(a) else "none",
                  f"{b:.3f}" if np.isfinite(b) else "none"]
                 for m, a, b in zip(middles, log_mean, mean_log, strict=True)],
            ),
            scene="log the mean",
            x=x, y=y, middles=middles, truth=np.array([b0, b1]), poisson=poisson.beta,
            logged=logged.beta, half_widths=half_widths, added=added, zeros=zeros,
            log_mean=log_mean, mean_log=mean_log, gap=gap, half=half,
        )  # fmt: skip

    return Lab(
        title="log link or log the data",
        describe="Three panels. Left, counts, 0 to 1000, against x, -3 to 3, with the true "
        "mean and two fitted curves; middle, the log of the mean and the mean of the logs in "
        "ten bins of x; right, the true slope and the two estimates with ±1.96 standard "
        "errors, -1.2 to 1.2.",
        controls=[
            grid("intercept", "intercept", np.arange(-1, 3.1, 0.25), intercept, "{:g}".format),
            grid("slope", "slope", np.arange(-5, 6) / 5, slope, "{:g}".format),
            choice("method", "line through", list(METHODS), method),
        ],
        compute=compute,
        draw=draw,
        update=update,
        presets={
            "many zeros": {"intercept": -0.25, "slope": 0.8},
            "some zeros": {"intercept": 1.0, "slope": 0.8},
            "hardly any": {"intercept": 3.0, "slope": 0.8},
        },
        code=code,
    )


def draw(fig, frame):
    left = fig.add_axes([0.06, 0.14, 0.37, 0.72])
    middle = fig.add_axes([0.51, 0.14, 0.25, 0.72])
    right = fig.add_axes([0.845, 0.14, 0.145, 0.72])
    left.set_yscale("symlog", linthresh=1, linscale=0.5)
    left.set(xlim=(-3.4, 3.4), ylim=(-0.4, 1200), xlabel="x", title="counts")
    left.set_yticks([0, 1, 10, 100, 1000], ["0", "1", "10", "100", "1000"])
    left.minorticks_off()
    middle.set(xlim=(-2.2, 2.2), ylim=(-1, 7), xlabel="x, ten bins", title="in logs")
    right.set(xlim=(-0.6, 2.6), ylim=(-1.2, 1.2), title="slope")
    right.set_xticks([0, 1, 2], ["truth", "log\nlink", "log\ndata"])
    for ax in (left, middle, right):
        ax.grid(True, color="#dddddd")
        ax.set_axisbelow(True)
        ax.title.set_size(13)
    truth = {"color": plots.INK, "linestyle": ":", "linewidth": 3}
    poisson = {"color": plots.BLUE, "linewidth": 2.5}
    logged = {"color": plots.VERMILLION, "linestyle": "--", "linewidth": 2.5}
    circle = {"color": plots.BLUE, "marker": "o", "linestyle": "none", "markersize": 8}
    square = {"color": plots.VERMILLION, "marker": "s", "linestyle": "none", "markersize": 8}
    artists = {
        "counts": left.plot([], [], ".", color="#949494", markersize=4)[0],
        "truth": left.plot([], [], label="true mean", **truth)[0],
        "poisson": left.plot([], [], label="Poisson, log link", **poisson)[0],
        "logged": left.plot([], [], label="line through logs", **logged)[0],
        "gaps": middle.plot([], [], color=plots.INK, linewidth=2)[0],
        "log mean": middle.plot([], [], label="log of the mean", **circle)[0],
        "mean log": middle.plot([], [], label="mean of the logs", **square)[0],
        "bars": right.plot([], [], color=plots.INK, linewidth=2)[0],
        "diamond": right.plot([], [], "D", color=plots.INK, markersize=8)[0],
        "circle": right.plot([], [], **circle)[0],
        "square": right.plot([], [], **square)[0],
    }
    for ax in (left, middle):
        ax.legend(loc="upper left", framealpha=1, edgecolor="white", fontsize=12,
                  handlelength=1.6, borderpad=0.2)  # fmt: skip
    return artists


def update(artists, frame):
    artists["counts"].set_data(frame.x, frame.y)
    artists["truth"].set_data(X_LINE, np.exp(frame.truth @ [np.ones(129), X_LINE]))
    artists["poisson"].set_data(X_LINE, np.exp(frame.poisson @ [np.ones(129), X_LINE]))
    bent = np.exp(frame.logged @ [np.ones(129), X_LINE]) - frame.added
    artists["logged"].set_data(X_LINE, bent)
    artists["log mean"].set_data(frame.middles, frame.log_mean)
    artists["mean log"].set_data(frame.middles, frame.mean_log)
    blank = np.full(BINS, np.nan)
    artists["gaps"].set_data(
        np.repeat(frame.middles, 3),
        np.column_stack([frame.log_mean, frame.mean_log, blank]).ravel(),
    )
    slopes = np.array([frame.poisson[1], frame.logged[1]])
    low, high = slopes - frame.half_widths, slopes + frame.half_widths
    artists["bars"].set_data([1, 1, np.nan, 2, 2], [low[0], high[0], np.nan, low[1], high[1]])
    artists["diamond"].set_data([0], [frame.truth[1]])
    artists["circle"].set_data([1], slopes[:1])
    artists["square"].set_data([2], slopes[1:])
