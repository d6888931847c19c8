"""Mini-batches: how near to the estimate of all rows does a step from a few of them lead?

Left, true against estimated coefficients; right, the distance of the iterate to the estimate
of all rows, in standard errors: what another sample of as many rows would move it by.
"""

from functools import lru_cache

import numpy as np

from ...data import stream
from ...links import sigmoid
from ...models import LogisticRegression
from .. import plots
from .engine import Frame, Lab, Panel, dots, integers, line, log_grid, log_integers, plain

LAST = 3000
BATCHES = (1, 4, 16, 64, 256)
HALF = 100  # iterations after which a decreasing rate has come down to a half
LOW, HIGH = 0.1, 100.0  # of the distances that are shown


def rates(first, decreasing):
    """The learning rates (LAST + 1,) of a run."""
    return first / (1 + np.arange(LAST + 1) / HALF) if decreasing else np.full(LAST + 1, first)


def walk(X, y, batch, rates, seeds):
    """The iterates (k, s, d) of a run for each of s seeds, from zero, at k learning rates."""
    streams = [stream(seed, "batches") for seed in seeds]
    beta, path = np.zeros((len(seeds), X.shape[1])), []
    for some in np.split(rates, range(100, len(rates), 100)):
        rows = np.stack([rng.integers(len(y), size=(100, batch)) for rng in streams], axis=1)
        for Z, outcomes, rate in zip(X[rows], y[rows], some, strict=False):  # Z (s, b, d)
            path.append(beta)
            residuals = sigmoid((Z @ beta[:, :, None])[:, :, 0]) - outcomes
            beta = beta - rate / batch * (residuals[:, None] @ Z)[:, 0]
    return np.array(path)


def distance(away, hessian):
    """√(eᵀHe / d) of errors e (..., d): the root of their mean square in standard errors."""
    return np.sqrt(np.sum(away @ hessian * away, axis=-1) / len(hessian))


def floor(hessian, n, batch, rate):
    """The distance at which a constant rate hovers: a mean over the eigenvectors of H."""
    h = np.linalg.eigvalsh(hessian) / n
    return np.sqrt(np.mean(n / batch * rate * h / (2 - rate * h)))


def mini_batch(
    X, y, truth, batch=4, learning_rate=0.3, *, decreasing=False, seed=11, code="lab"
):
    """A live lab of logistic regression by batches: batch, learning rate, iteration.

    Every iteration draws `batch` rows, each row as likely as any other and perhaps twice,
    and goes against the mean of their gradients. The run starts at zero.

    Parameters
    ----------
    X (n, d), y (n,) of zeros and ones, truth (d,) : the rows, and the beta that made them.
    batch : rows of an iteration, 1 to 256.
    learning_rate : of the mean gradient, 0.01 to 3.
    decreasing : whether the rate falls, to α / (1 + k / 100) in iteration k.
    seed : of the rows that are drawn.
    code : the name under which "Copy state" addresses the lab.

    Returns
    -------
    Lab; its frame holds `beta` and `distance`, `distances` (k + 1,) of the iterations so
    far, `curve`, what theory says of them, and `level`, the root of the mean square of the
    distances in the last half of the whole run. A distance is √(eᵀHe / d), e = β − β̂: the
    root of the mean square of the error along the eigenvectors of H, in standard errors.

    Raises ValueError for shapes that do not match, and what LogisticRegression raises.

    >>> X, y, truth = simulate("logistic", n=4000, d=3, seed=1)
    >>> lab = mini_batch(X, y, truth, learning_rate=0.3)
    >>> lab.set(iteration=0).frame.event, lab.set(iteration=3000).frame.event
    ('on its way', 'hovers')
    """
    model = LogisticRegression(X, y)
    X, y, truth = model.X, model.y, np.asarray(truth, dtype=float)
    n, d = X.shape
    if truth.shape != (d,):
        raise ValueError(f"truth needs shape ({d},), got {truth.shape}")
    fit = model.fit()
    hessian = model.hessian(fit.beta)
    iterations = np.arange(LAST + 1)

    @lru_cache(maxsize=40)
    def run(batch, rate):
        """The iterates (LAST + 1, d) and their distances."""
        path = walk(X, y, batch, rates(rate, decreasing), [seed])[:, 0]
        return path, distance(path - fit.beta, hessian)

    def theory(batch, rate):
        """Where a constant rate hovers; how far a fit of the drawn rows would be."""
        if decreasing:
            return np.sqrt(n / batch / np.maximum(iterations, 1))
        return np.full(LAST + 1, floor(hessian, n, batch, rate))

    def compute(batch, learning_rate, iteration):
        rate, k = learning_rate, iteration
        path, distances = run(batch, rate)
        curve = theory(batch, rate)
        third, fourth = (np.mean(q**2) for q in np.split(distances[LAST // 2 + 1 :], 2))
        level, settled = float(np.sqrt((third + fourth) / 2)), third < 2 * fourth
        arrived = settled and bool((distances[: k + 1] <= 1.5 * level).any())
        if decreasing:
            event = "falls"
            words = f"The rate is now {plain(rate / (1 + k / HALF))}."
            if k:
                words += (
                    f" A fit of all rows drawn so far would be about {plain(curve[k])} off."
                )
        elif arrived:
            event = "hovers"
            words = f"It hovers: at {plain(level)} in the last half of the run; near the "
            words += f"estimate, theory says {plain(curve[k])}."
        else:
            event, words = "on its way", "It is still on its way."
            if not settled:
                words += f" So it is after {LAST:,} iterations."
        rows = zip(model.names, truth, fit.beta, fit.standard_errors, path[k], strict=True)
        return Frame(
            f"Batches of {batch}, learning rate {plain(rate)}, iteration {k:,}, rows drawn "
            f"{k * batch:,}: {plain(float(distances[k]))} standard errors from the estimate "
            f"of all rows. {words}",
            event,
            table=(["coefficient", "truth", "all rows", "standard error", "now"],
                   [[row[0], *(f"{v:.4g}" for v in row[1:])] for row in rows]),
            beta=path[k], estimate=fit.beta, standard_errors=fit.standard_errors, truth=truth,
            iteration=k, distance=float(distances[k]), distances=distances[: k + 1],
            curve=curve, level=level, whole=distances,
        )  # fmt: skip

    half = 1.96 * fit.standard_errors
    limits = plots.span(truth, fit.beta - half, fit.beta + half, [0.0], margin=0.12)

    left = [
        line("diagonal", "truth", at=(limits, limits), width=2),
        dots("true", "truth", "truth", (truth, truth), size=7),
        line("bars", "estimate", width=2.5, marker="_", size=11),
        dots("estimate", "estimate", "all rows ± 1.96 SE", hollow=True),
        dots("now", "now", "now", size=8),
    ]
    right = [
        line("one", "estimate", "1 standard error", ((0, LAST), 1), width=2),
        line("path", "now", "this run", dash="-", width=1.3),
        line("theory", "truth", "drawn rows" if decreasing else "theory"),
        dots("here", "now", size=14),
    ]
    picture = [
        Panel(limits, limits, left, "true coefficient", "estimate"),
        Panel((-0.02 * LAST, 1.02 * LAST), (LOW, HIGH), right, "iteration",
              "standard errors from all rows", yscale="log"),
    ]  # fmt: skip

    falling = "A decreasing" if decreasing else "A constant"
    return Lab(
        title="mini-batches" + (" with a decreasing rate" if decreasing else ""),
        question=__doc__.partition("\n")[0],
        describe=f"{falling} learning rate. Left, a scatterplot of true against estimated "
        f"coefficients, {limits[0]:.2g} to {limits[1]:.2g}: the estimates of all {n:,} rows "
        "with bars of 1.96 standard errors, and the iterate. Right, the distance of the "
        "iterate to the estimate of all rows in standard errors, 0.1 to 100 on a log axis, "
        f"against the iteration, 0 to {LAST:,}, and what theory says.",
        controls=[
            integers("batch", "batch", BATCHES, batch),
            log_grid("learning_rate", "learning rate", 0.01, 3, learning_rate),
            log_integers("iteration", "iteration", LAST, 300),
        ],
        compute=compute,
        picture=picture,
        points=points,
        presets={
            "the whole run": {"iteration": LAST},
            "one row at a time": {"batch": 1, "iteration": LAST},
        },
        code=code,
    )


def points(frame):
    half = 1.96 * frame.standard_errors
    drawn = np.arange(0, len(frame.curve), 5)  # as many as a screen can show
    return {
        "bars": plots.upright(frame.truth, frame.estimate - half, frame.estimate + half),
        "estimate": (frame.truth, frame.estimate),
        "now": (frame.truth, frame.beta),
        "path": (drawn, frame.whole[drawn], frame.iteration),
        "theory": (drawn, frame.curve[drawn]),
        "here": (frame.iteration, frame.distance),
    }
