"""Two errors: the dots are off the diagonal. Run longer, or collect more data?

Left, true against estimated coefficients; right, the distance that iterations remove and
the distance that only data remove.
"""

from types import SimpleNamespace

import numpy as np

from .. import plots
from ..data import simulate
from ..models import LinearRegression, LogisticRegression, PoissonRegression
from ..solvers import stability_limit
from .descent import number
from .live import Control, Frame, Lab, log_integers, plain
from .paths import Paths, model_gradient

MODELS = {
    "linear": LinearRegression,
    "logistic": LogisticRegression,
    "poisson": PoissonRegression,
}
ROWS = (250, 500, 1000, 2000, 4000, 8000, 16000)
LAST = 100_000


def two_errors(kind="logistic", truth=None, *, samples=20, code="lab"):
    """A live lab that tells the optimisation error from the sampling error.

    Every run descends the mean loss from zero at one rate, a tenth of the stability limit
    or less, so that the number of rows does not change the speed.

    Parameters
    ----------
    kind : "linear", "logistic" or "poisson"
    truth : (d,) true coefficients; None is a draw of ten.
    samples : how many samples the slider visits; more rows are added to the same sample.
    code : the name under which "Copy state" addresses the lab.

    Returns
    -------
    Lab; its frame holds `optimisation` = the largest distance from the iterate to the
    maximum-likelihood estimate, `sampling` = from there to the truth, `total`, `error`.

    >>> lab = two_errors("linear")
    >>> early = lab.set(iteration=3).frame.optimisation
    >>> early > 1e6 * lab.set(iteration=1000).frame.optimisation
    True
    """
    truth = simulate(kind, n=10, d=10)[2] if truth is None else np.asarray(truth, dtype=float)
    d, known = len(truth), {}

    def sample_of(sample, n):
        """The first n rows of a sample, its estimate and its path, computed once."""
        if (sample, n) not in known:
            X, y, _ = simulate(kind, n=n, d=d, seed=sample, beta=truth)
            model = MODELS[kind](X, y)
            paths = Paths(model_gradient(model), np.zeros(d), LAST)
            known[sample, n] = SimpleNamespace(fit=model.fit(), paths=paths)
        return known[sample, n]

    pilot = sample_of(1, 1000).fit
    # one figure of a tenth of the limit on the mean loss, rounded down
    tenth = 100 * stability_limit(pilot.model, pilot.beta)
    size = 10.0 ** np.floor(np.log10(tenth))
    rate = float(f"{np.floor(tenth / size) * size:.0e}")
    spread = 3.5 * sample_of(1, ROWS[0]).fit.standard_errors.max()
    limits = plots.span(truth, [truth.min() - spread, truth.max() + spread], margin=0)

    def compute(state, seconds=np.inf):
        n, wanted = state["n"], state["iteration"]
        here = sample_of(state["sample"], n)
        fit, sum_rate = here.fit, rate / n
        done = here.paths.advance([sum_rate], until=wanted, seconds=seconds)
        path = here.paths.path(sum_rate)
        k = wanted if path.finished else min(wanted, path.known)
        beta = path[k]
        stored = [i for i in here.paths.curve if i in path.curve]
        iterates = np.array([path.curve[i] for i in stored])
        optimisation = float(np.abs(beta - fit.beta).max())
        sampling = float(np.abs(fit.beta - truth).max())
        total, error = float(np.abs(beta - truth).max()), float(fit.standard_errors.mean())
        outside = int(((beta < limits[0]) | (beta > limits[1])).sum())
        # the digits of less are rounding, and differ between computers
        far = number(optimisation) if optimisation >= 1e-9 else "less than 1e-9"
        if optimisation > sampling / 10:
            event, words = "iterate", "Iterations still help"
        else:
            event, words = "collect", "Only more rows help now"
        if not done:
            event, words = "computing", f"Computing, now at iteration {k:,}"
        rows = zip(fit.model.names, truth, fit.beta, fit.standard_errors, beta, strict=True)
        return Frame(
            f"{n:,} rows, iteration {wanted:,}: {far} from the estimate, "
            f"which is {number(sampling)} from the truth; mean standard error "
            f"{number(error)}. {words}."
            + (f" {outside} of {d} estimates lie outside the picture." if outside else ""),
            event,
            table=(["coefficient", "truth", "estimate", "standard error", "now"],
                   [[row[0], *(f"{v:.6g}" for v in row[1:])] for row in rows]),
            scene="two errors",
            partial=not done,
            beta=beta,
            estimate=fit.beta,
            standard_errors=fit.standard_errors,
            optimisation=optimisation,
            sampling=sampling,
            total=total,
            error=error,
            outside=outside,
            iteration=k,
            iterations=np.array([*stored, LAST] if path.finished else stored),
            curve=_held(np.abs(iterates - fit.beta).max(axis=1), path.finished),
            truth_curve=_held(np.abs(iterates - truth).max(axis=1), path.finished),
        )  # fmt: skip

    def draw(fig, frame):
        left = fig.add_axes([0.09, 0.13, 0.38, 0.75])
        right = fig.add_axes([0.58, 0.13, 0.4, 0.75])
        fixed = plots.coefficient_scatter(
            left, truth, frame.estimate, frame.standard_errors, limits
        )
        _, (lower, upper), (bars,) = fixed["bars"]
        curve = plots.loss_curve(right, [0], [1.0], (1e-9, 10), LAST, label="to the estimate")
        right.set_ylabel("largest distance")
        level = right.axhline(
            frame.error, color=plots.BLUE, linewidth=2, label="standard error"
        )
        look = {"color": plots.VERMILLION, "linestyle": "none", "marker": "s"}
        artists = {
            "bars": bars,
            "lower": lower,
            "upper": upper,
            "estimate": fixed["estimate"],
            "level": level,
            "now": left.plot([], [], markersize=6, label="now", **look)[0],
            "above": left.plot([], [], **look | {"marker": "^", "markersize": 9})[0],
            "below": left.plot([], [], **look | {"marker": "v", "markersize": 9})[0],
            "curve": curve["line"],
            "truth": right.plot([], [], ":", color=plots.INK, linewidth=3,
                                label="to the truth")[0],
            "here": right.plot([], [], markersize=10, clip_on=False, **look)[0],
        }  # fmt: skip
        handles, labels = left.get_legend_handles_labels()
        fig.legend(handles, labels, loc="upper left", bbox_to_anchor=(0.07, 1.0), ncols=3,
                   frameon=False, handletextpad=0.3, columnspacing=1.5)  # fmt: skip
        right.legend(loc="lower left", framealpha=1, edgecolor="white", fontsize=12)
        return artists

    def update(artists, frame):
        low, high = limits
        half = 1.96 * frame.standard_errors
        bottom, top = frame.estimate - half, frame.estimate + half
        ends = np.stack([np.column_stack([truth, y]) for y in (bottom, top)], axis=1)
        artists["bars"].set_segments(ends)
        artists["lower"].set_data(truth, bottom)
        artists["upper"].set_data(truth, top)
        artists["estimate"].set_data(truth, frame.estimate)
        artists["level"].set_ydata([frame.error, frame.error])
        up, down = frame.beta > high, frame.beta < low
        artists["now"].set_data(truth[~up & ~down], frame.beta[~up & ~down])
        artists["above"].set_data(truth[up], np.full(up.sum(), high))
        artists["below"].set_data(truth[down], np.full(down.sum(), low))
        artists["curve"].set_data(frame.iterations, np.clip(frame.curve, 1e-9, 10))
        artists["truth"].set_data(frame.iterations, frame.truth_curve)
        artists["here"].set_data([frame.iteration], [np.clip(frame.optimisation, 1e-9, 10)])

    return Lab(
        title="optimisation error and sampling error",
        describe=f"Left, a scatterplot of true against estimated coefficients, "
        f"{limits[0]:.2g} to {limits[1]:.2g}; right, distances on a log axis against "
        f"iterations 0 to {LAST:,} of the mean loss at rate {plain(rate)}.",
        controls=[
            log_integers("iteration", "iteration", LAST, 10),
            Control("n", "rows", ROWS, 1000, "integer", "{:,}".format),
            Control("sample", "sample", tuple(range(1, samples + 1)), 2, "integer"),
        ],
        compute=compute,
        draw=draw,
        update=update,
        presets={
            "10 iterations": {"iteration": 10},
            "100,000 iterations": {"iteration": LAST},
            "16 times the rows": {"n": 16000},
        },
        code=code,
        resumable=True,
    )


def _held(distance, finished):
    """A curve that stays where it ended, once nothing changes any more."""
    return np.append(distance, distance[-1]) if finished else distance
