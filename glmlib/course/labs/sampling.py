"""The sampling distribution: draw a sample, fit it, repeat. How far does a slope scatter?

Left, the newest sample and its fit; right, a histogram of the slopes, and the last intervals.
"""

from functools import cache

import numpy as np

from ...data import stream
from ...links import sigmoid
from .. import plots
from .engine import Frame, Lab, Panel, choice, dots, integers, line

SAMPLES = (*range(1, 21), 25, 30, 40, 50, 70, 100, 150, 200, 300, 500, 700, 1000)
ROWS = {"linear": (5, 10, 30, 100), "logistic": (10, 20, 40, 100)}
SLOPES, AXES = {"linear": 0.5, "logistic": 1.2}, {"linear": (-1, 2), "logistic": (-1, 5)}
LAST, GRID = 20, np.linspace(-2, 2, 41)


def fits(x, Y, kind):
    """(m, 43) of samples Y (m, n), x rising: slope, its error, η on the grid; NaN without."""
    X, exist, logistic = np.c_[np.ones(len(x)), x], np.ones(len(Y), bool), kind == "logistic"
    if logistic:  # zeros and ones must overlap on x
        (low, high), (first, last) = (
            (Z.argmax(axis=1), len(x) - 1 - Z[:, ::-1].argmax(axis=1)) for Z in (Y, 1 - Y)
        )
        exist = (low < last) & (first < high) & Y.any(axis=1) & ~Y.all(axis=1)
    y, beta, found = Y[exist], np.zeros((exist.sum(), 2)), np.full((len(Y), 43), np.nan)
    squares = (X[:, :, None] * X[:, None]).reshape(len(x), 4)

    def at(beta):
        mu = sigmoid(beta @ X.T) if logistic else beta @ X.T
        W = mu * (1 - mu) if logistic else np.ones_like(mu)
        return mu, (W @ squares).reshape(-1, 2, 2)

    left = np.arange(len(y))  # the samples that still move
    for _ in range(40):
        mu, H = at(beta[left])
        step = np.linalg.solve(H, ((y[left] - mu) @ X)[..., None])[..., 0]
        beta[left] += np.clip(step, -1, 1)
        left = left[np.abs(step).max(axis=1) >= 1e-9]
        if not len(left):
            break
    mu, H = at(beta)
    phi = 1 if logistic else ((y - mu) ** 2).sum(axis=1) / (len(x) - 2)
    errors = np.sqrt(phi * np.linalg.solve(H, [[0.0], [1.0]])[:, 1, 0])
    found[exist] = np.c_[beta[:, 1], errors, beta @ [np.ones(41), GRID]]
    return found


def draws(kind, n, seed):
    """x (n,), a thousand samples Y (1000, n), and the standard error of the slope."""
    x, rng = (2 * np.arange(n) + 1 - n) * 2 / n, stream(seed, f"{kind} samples of {n}")
    eta, size = SLOPES[kind] * x, (SAMPLES[-1], n)
    if kind == "linear":
        return x, eta + rng.standard_normal(size), 1 / np.sqrt(x @ x)
    mu = sigmoid(eta)
    return x, (rng.random(size) < mu) * 1.0, 1 / np.sqrt((mu * (1 - mu)) @ x**2)


def sampling(kind="linear", *, seed=1, code="lab"):
    """A live lab that makes the distribution of a slope, one sample at a time.

    The rows x lie evenly between −2 and 2. A linear y is x/2 plus normal noise with σ = 1, a
    logistic one is 1 with the probability S(1.2 x).

    Parameters
    ----------
    kind : "linear" or "logistic"; the linear lab takes Student's t for its intervals, too.
    seed : of the samples.
    code : the name under which "Copy state" addresses the lab.

    Returns
    -------
    Lab; its frame holds `slopes`, those that exist, `lost`, how many samples have none,
    `formula`, the standard error at the truth, and `held`, how many intervals hold it.

    >>> lab = sampling("linear")
    >>> frame = lab.set(samples=1000, n=5).frame
    >>> bool(abs(frame.slopes.std() / frame.formula - 1) < 0.1), frame.event
    (True, 'too short')
    """
    from scipy.special import stdtrit  # only a lab that is made needs it

    truth, axis, linear = SLOPES[kind], AXES[kind], kind == "linear"
    bins, mean = np.linspace(*axis, 41), (lambda eta: eta) if linear else sigmoid

    @cache
    def drawn(n):
        """x (n,), the thousand samples, their fits, and the standard error at the truth."""
        x, Y, formula = draws(kind, n, seed)
        return x, Y, fits(x, Y, kind), formula

    def compute(samples, n, interval="±1.96"):
        x, Y, found, formula = drawn(n)
        slopes, errors = found[:samples, :2][np.isfinite(found[:samples, 0])].T
        half = errors * (1.96 if interval == "±1.96" else stdtrit(n - 2, 0.975))
        missed, k = np.abs(slopes - truth) > half, len(slopes)
        held, counts = k - int(missed.sum()), np.histogram(slopes, bins)[0]
        lost, outside = samples - k, k - int(counts.sum())
        said = [f"{samples:,} samples of {n} rows" if samples > 1 else f"1 sample of {n} rows"]
        said += [f"{lost} without an estimate"] if lost else []
        said += [f"mean slope {slopes.mean():.3f}, true slope {truth:g}"] if k else []
        said += [f"standard deviation of the slopes {slopes.std(ddof=1):.3f}"] if k > 1 else []
        said += [f"standard error by the formula {formula:.3f}"]
        said += [f"{held:,} of {k:,} intervals ({interval}) hold the truth"]
        said += [f"{outside} slopes lie outside the picture"] if outside else []
        short = held < 0.95 * k - 3 * np.sqrt(0.95 * 0.05 * k)
        rows = [[i, f"{b:.4f}"] for i, b in enumerate(found[:samples, 0], 1)][-LAST:]
        return Frame(
            "; ".join(said) + ".", "too short" if short else "as promised",
            table=(["sample", "slope"], rows),
            scene=max(4, 2 ** int(np.ceil(np.log2(max(1, counts.max()))))),
            x=x, y=Y[samples - 1], fit=mean(found[samples - 1, 2:]), slopes=slopes,
            counts=counts, formula=formula, lost=lost, held=held, missed=missed[-LAST:],
            middle=slopes[-LAST:], half=half[-LAST:],
        )  # fmt: skip

    def points(frame):
        seats, miss = np.arange(1, len(frame.middle) + 1), frame.missed
        low, high = frame.middle - frame.half, frame.middle + frame.half
        return {
            "rows": (frame.x, frame.y),
            "fit": (GRID, frame.fit),
            "slopes": (np.repeat(bins, 2), np.pad(np.repeat(frame.counts, 2), 1)),
            "formula": ([truth - frame.formula, truth + frame.formula], 0.93 * frame.scene),
            "hold": plots.upright(seats[~miss], low[~miss], high[~miss])[::-1],
            "miss": plots.upright(seats[miss], low[miss], high[miss])[::-1],
            "missing": (frame.middle[miss], seats[miss]),
        }

    def picture(frame):
        upright = (truth, (0, frame.scene)), (truth, (0, LAST + 1))
        newest = [
            line("curve", "truth", "truth", (GRID, mean(truth * GRID))),
            line("fit", "now", "newest fit", width=2.5),
            dots("rows", "now", "newest sample", size=7),
        ]
        slopes = [
            line("true slope", "truth", at=upright[0]),
            line("slopes", "estimate", "slopes so far", width=2),
            line("formula", "plain", "± standard error", width=3),
        ]
        last = [
            line("true value", "truth", at=upright[1]),
            line("hold", "estimate", "holds the truth", width=2),
            line("miss", "now", "misses it", width=2.5),
            dots("missing", "now", size=7),
        ]
        above = Panel(axis, (0, frame.scene), slopes, y="samples", tall=1.4)
        below = Panel(axis, (0, LAST + 1), last, "slope", "the last", yticks=[10, 20])
        low, high = (-3, 3) if linear else (-0.1, 1.1)
        return [Panel((-2, 2), (low, high), newest, "x", "y"), (above, below)]

    interval = [choice("interval", "interval", ["±1.96", "Student's t"])] if linear else []
    return Lab(
        title=f"sampling distribution of a {kind} slope",
        question=__doc__.partition("\n")[0],
        describe="Left, the newest sample, y against x from −2 to 2, its fit and the truth. "
        f"Right above, a histogram of the slopes so far, {axis[0]} to {axis[1]}, the truth "
        f"{truth:g} and the standard error to both sides. Right below, the intervals of "
        "the last twenty samples; those that miss the true slope are dashed with squares.",
        controls=[integers("samples", "samples drawn", SAMPLES, 1),
                  integers("n", "rows", ROWS[kind], ROWS[kind][0]), *interval],
        compute=compute, picture=picture, points=points, code=code,
        presets={"one sample": {"samples": 1}, "twenty": {"samples": 20},
                 "a thousand": {"samples": 1000}},
    )  # fmt: skip
