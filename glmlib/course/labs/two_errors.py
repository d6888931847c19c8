"""Two errors: the dots are off the diagonal. Run longer, or collect more data?

Left, true against estimated coefficients; right, the distance that iterations remove and
the distance that only data remove.
"""

from functools import cache

import numpy as np

from ...data import simulate
from ...solvers import stability_limit
from .. import plots
from ..kinds import MODELS
from .descent import number
from .engine import Frame, Lab, Panel, dots, integers, line, log_integers, plain
from .paths import Paths, model_gradient

ROWS = (250, 500, 1000, 2000, 4000, 8000, 16000)
LAST = 100_000
DISTANCES = (1e-9, 10)  # of the picture


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
    d = len(truth)

    def fit_of(sample, n):
        """The fit of the first n rows of a sample."""
        X, y, _ = simulate(kind, n=n, d=d, seed=sample, beta=truth)
        return MODELS[kind](X, y).fit()

    steps = log_integers("iteration", "iteration", LAST, 10)
    pilot = fit_of(1, 1000)
    # one figure of a tenth of the limit on the mean loss, rounded down
    tenth = 100 * stability_limit(pilot.model, pilot.beta)
    size = 10.0 ** np.floor(np.log10(tenth))
    rate = float(f"{np.floor(tenth / size) * size:.0e}")
    spread = 3.5 * fit_of(1, ROWS[0]).standard_errors.max()
    limits = plots.span(truth, [truth.min() - spread, truth.max() + spread], margin=0)

    @cache
    def run_of(sample, n):
        """The fit, the path, and its curves: iterations, distances to estimate and truth."""
        fit = fit_of(sample, n)
        paths = Paths(model_gradient(fit.model), np.zeros(d), LAST, steps.values)
        paths.advance([rate / n])
        path = paths.path(rate / n)
        stored = [i for i in paths.curve if i in path.curve]
        iterates = np.array([path.curve[i] for i in stored])
        curves = [np.abs(iterates - end).max(axis=1) for end in (fit.beta, truth)]
        if path.finished:  # nothing changes any more
            stored, curves = [*stored, LAST], [np.append(c, c[-1]) for c in curves]
        return fit, path, np.array(stored), *(np.clip(c, *DISTANCES) for c in curves)

    def compute(iteration, n, sample):
        k = iteration
        fit, path, iterations, curve, truth_curve = run_of(sample, n)
        beta = path[k]
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
        rows = zip(fit.model.names, truth, fit.beta, fit.standard_errors, beta, strict=True)
        return Frame(
            f"{n:,} rows, iteration {k:,}: {far} from the estimate, "
            f"which is {number(sampling)} from the truth; mean standard error "
            f"{number(error)}. {words}."
            + (f" {outside} of {d} estimates lie outside the picture." if outside else ""),
            event,
            table=(["coefficient", "truth", "estimate", "standard error", "now"],
                   [[row[0], *(f"{v:.4g}" for v in row[1:])] for row in rows]),
            beta=beta, estimate=fit.beta, outside=outside, iteration=k,
            standard_errors=fit.standard_errors, optimisation=optimisation,
            sampling=sampling, total=total, error=error, truth=truth,
            iterations=iterations, curve=curve, truth_curve=truth_curve,
        )  # fmt: skip

    left = [
        line("diagonal", "truth", at=(limits, limits), width=2),
        dots("true", "truth", "truth", (truth, truth), size=7),
        line("bars", "estimate", width=2.5, marker="_", size=11),
        dots("estimate", "estimate", "maximum likelihood ± 1.96 SE", hollow=True),
        dots("now", "now", "now", size=8),
    ]
    right = [
        line("level", "estimate", "standard error", width=2.5),
        line("curve", "now", "to the estimate", width=2.5),
        line("truth", "truth", "to the truth", width=4),
        dots("here", "now", size=14),
    ]
    picture = [
        Panel(limits, limits, left, "true coefficient", "estimate"),
        Panel((-0.15, 1.3 * LAST), DISTANCES, right, "iteration", "largest distance",
              xscale="from 0", yscale="log"),
    ]  # fmt: skip

    return Lab(
        title="optimisation error and sampling error",
        question=__doc__.partition("\n")[0],
        describe=f"Left, a scatterplot of true against estimated coefficients, "
        f"{limits[0]:.2g} to {limits[1]:.2g}; right, distances on a log axis against "
        f"iterations 0 to {LAST:,} of the mean loss at rate {plain(rate)}.",
        controls=[
            steps,
            integers("n", "rows", ROWS, 1000),
            integers("sample", "sample", range(1, samples + 1), 2),
        ],
        compute=compute,
        picture=picture,
        points=points,
        presets={
            "10 iterations": {"iteration": 10},
            "100,000 iterations": {"iteration": LAST},
            "16 times the rows": {"n": 16000},
        },
        code=code,
    )


def points(frame):
    half = 1.96 * frame.standard_errors
    return {
        "bars": plots.upright(frame.truth, frame.estimate - half, frame.estimate + half),
        "estimate": (frame.truth, frame.estimate),
        "level": ([0, 1.3 * LAST], frame.error),
        "now": (frame.truth, frame.beta),
        "curve": (frame.iterations, frame.curve),
        "truth": (frame.iterations, frame.truth_curve),
        "here": (frame.iteration, np.clip(frame.optimisation, *DISTANCES)),
    }
