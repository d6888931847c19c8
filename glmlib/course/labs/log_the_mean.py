"""Log link or log the data? Two straight lines in logs, and two different slopes.

Left, counts with the truth and both fits; in the middle, the log of the mean beside the mean
of the logs, for ten bins of x; right, the slopes that the two methods estimate.
"""

import numpy as np

from ...data import add_intercept, stream
from ...models import LinearRegression, PoissonRegression
from .. import plots
from .engine import Frame, Lab, Panel, choice, dots, grid, line

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

    >>> lab = log_the_mean()
    >>> bool(lab.frame.logged[1] < 0.4), bool(lab.frame.poisson[1] > 0.75)
    (True, True)
    """
    x = stream(seed, "x").standard_normal(ROWS)
    X = add_intercept(x[:, None])
    events = clocks(seed, "y", ROWS, np.exp(3 + np.abs(x).max()))
    bins = np.array_split(np.argsort(x), BINS)
    middles = np.array([x[rows].mean() for rows in bins])

    def compute(intercept, slope, method):
        b0, b1 = intercept, slope
        added, dropped = METHODS[method]
        y = counts(events, np.exp(b0 + b1 * x))
        kept = y > 0 if dropped else np.full(ROWS, True)
        poisson = PoissonRegression(X, y).fit()
        logged = LinearRegression(X[kept], np.log(y[kept] + added)).fit()
        parts = [y[rows][kept[rows]] + added for rows in bins]
        log_mean, mean_log, spread = np.array(
            [[np.log(part.mean()), np.log(part).mean(), part.var() / part.mean() ** 2]
             if len(part) else [np.nan] * 3 for part in parts]
        ).T  # fmt: skip
        gap, half = float(np.nanmean(log_mean - mean_log)), float(np.nanmean(spread) / 2)
        half_widths = 1.96 * np.array([poisson.standard_errors[1], logged.standard_errors[1]])
        off = abs(logged.beta[1] - b1) > half_widths[1]
        zeros = float((y == 0).mean())
        return Frame(
            f"True intercept {b0:g}, slope {b1:g}: {zeros:.1%} zeros. Poisson, log link: "
            f"slope {poisson.beta[1]:.2f} ± {half_widths[0]:.2f}. Line through logs, "
            f"{method}: {logged.beta[1]:.2f} ± {half_widths[1]:.2f}"
            + (", which misses the truth" if off else "")
            + f". In a bin the log of the mean lies {gap:.2f} above the mean of the logs; "
            f"half the relative variance is {half:.2f}.",
            "misses" if off else "covers",
            table=(
                ["x", "log of the mean", "mean of the logs"],
                [[f"{m:.2f}", *(f"{v:.3f}" if np.isfinite(v) else "none" for v in pair)]
                 for m, *pair in zip(middles, log_mean, mean_log, strict=True)],
            ),
            x=x, y=y, middles=middles, truth=np.array([b0, b1]), poisson=poisson.beta,
            logged=logged.beta, half_widths=half_widths, added=added, zeros=zeros,
            log_mean=log_mean, mean_log=mean_log, gap=gap, half=half,
        )  # fmt: skip

    return Lab(
        title="log link or log the data",
        question=__doc__.partition("\n")[0],
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
        picture=picture(),
        points=points,
        presets={
            "many zeros": {"intercept": -0.25, "slope": 0.8},
            "some zeros": {"intercept": 1.0, "slope": 0.8},
            "hardly any": {"intercept": 3.0, "slope": 0.8},
        },
        code=code,
    )


def picture():
    left = [
        dots("counts", "quiet", size=4),
        line("truth", "truth", "true mean", width=4),
        line("poisson", "estimate", "Poisson, log link"),
        line("logged", "now", "line through logs"),
    ]
    middle = [
        line("gaps", "plain", width=2.5),
        dots("log mean", "estimate", "log of the mean"),
        dots("mean log", "now", "mean of the logs"),
    ]
    right = [
        line("bars", "plain", width=2.5),
        dots("diamond", "truth"),
        dots("circle", "estimate"),
        dots("square", "now"),
    ]
    return [
        Panel((-3.4, 3.4), (-0.4, 1200), left, "x", title="counts", yscale="from 0", wide=1.5,
              yticks={0: "0", 1: "1", 10: "10", 100: "100", 1000: "1,000"}),
        Panel((-2.2, 2.2), (-1, 7), middle, "x, ten bins", title="in logs"),
        Panel((-0.6, 2.6), (-1.2, 1.2), right, title="slope", wide=0.65,
              xticks={0: "truth", 1: "log\nlink", 2: "log\ndata"}),
    ]  # fmt: skip


def points(frame):
    def mean(beta):
        return np.exp(beta[0] + beta[1] * X_LINE)

    slopes, half = np.array([frame.poisson[1], frame.logged[1]]), frame.half_widths
    return {
        "counts": (frame.x, frame.y),
        "truth": (X_LINE, mean(frame.truth)),
        "poisson": (X_LINE, mean(frame.poisson)),
        "logged": (X_LINE, mean(frame.logged) - frame.added),
        "log mean": (frame.middles, frame.log_mean),
        "mean log": (frame.middles, frame.mean_log),
        "gaps": plots.upright(frame.middles, frame.log_mean, frame.mean_log),
        "bars": plots.upright([1, 2], slopes - half, slopes + half),
        "diamond": (0, frame.truth[1]),
        "circle": (1, slopes[0]),
        "square": (2, slopes[1]),
    }
