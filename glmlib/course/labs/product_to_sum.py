"""From product to sum of logs: why the log, and why the minus sign?

Left, the density of the newest observations; in the middle, their product, or the sum of
their logarithms, as observations join; right, the same as a function of one coefficient.
"""

import numpy as np

from .. import plots
from .controls import choice, grid, integers, log_integers, plain
from .descent import number
from .engine import Frame, Lab, Panel, band, dots, line, text
from .panels import RAISED

SMALLEST = float(np.log10(np.nextafter(0, 1)))  # below it a double is exactly 0
NEWEST, DEPTH, BOTTOM = 20, 60, -345.0  # bars on the left; ends of the vertical axes
VIEWS = {  # sign, limits of the right panel, titles of the middle and the right one
    "product": (1, (BOTTOM, 10), "running product", "product"),
    "sum of logs": (1, (-DEPTH, 5), "running sum of logs", "below the highest"),
    "minus the sum": (-1, (-5, DEPTH), "minus the sum", "above the lowest"),
}


def product_to_sum(model, beta, column=0, *, code="lab"):
    """A live lab of the likelihood of `model`, observation by observation.

    Parameters
    ----------
    model : a GLM; the dispersion is taken as 1.
    beta : (d,), the coefficients; one of them is moved.
    column : which one.
    code : the name under which "Copy state" addresses the lab.

    Returns
    -------
    Lab; its frame holds `density` (n,), `product` and `total` (the sum of the logarithms),
    `dead`, the factor from which the product is exactly 0, or None, and `candidates` with
    the `products` and `totals` that belong to them.

    Raises ValueError for `beta` of another length than X has columns.

    >>> import glmlib
    >>> X, y, beta, _ = glmlib.article_data("linear")
    >>> lab = product_to_sum(glmlib.LinearRegression(X, y), beta)
    >>> frame = lab.set(n=1000, candidate=beta[0]).frame
    >>> frame.product, frame.dead, round(frame.total, 2)
    (0.0, 519, -1427.59)
    """
    beta = np.asarray(beta, dtype=float)
    if beta.shape != (model.X.shape[1],):
        raise ValueError(f"beta needs shape ({model.X.shape[1]},), got {beta.shape}")
    rows, name = len(model.y), model.names[column]
    middle = round(float(beta[column]), 2)
    candidates = np.round(middle + np.arange(-20, 21) / 20, 2)
    logs = np.array([log_density(model, beta, column, value) for value in candidates])
    products, totals = np.cumprod(np.exp(logs), axis=1), np.cumsum(logs, axis=1)
    deepest = float(np.floor(totals[:, -1].min() / 100) * 100)

    def compute(view, n, candidate):
        value = candidate
        log = log_density(model, beta, column, value)
        density = np.exp(log)
        running, sums = np.cumprod(density), np.cumsum(log)
        product, total = float(running[n - 1]), float(sums[n - 1])
        dead = int(np.argmax(running == 0)) + 1 if product == 0 else None
        one, all_of_them = products[:, n - 1], totals[:, n - 1]
        best = float(candidates[all_of_them.argmax()])
        if view == "product":
            event = "vanished" if dead else "alive"
        else:
            event = "hill" if view == "sum of logs" else "bowl"
        last = range(max(0, n - 4), n)
        frame = Frame(
            f"{n:,} observation{'s' if n > 1 else ''}, {name} = {plain(value)}: "
            + tell(view, product, total, dead, one, best),
            event,
            table=(
                ["row", "density", "log density", "running product", "running sum"],
                [[str(i + 1), f"{density[i]:.3f}", f"{log[i]:.3f}", f"{running[i]:.3g}",
                  f"{sums[i]:.2f}"] for i in last],
            ),
            scene=view, view=view, n=n, density=density[:n], running=running, sums=sums,
            product=product, total=total, dead=dead, candidates=candidates, candidate=value,
            products=one, totals=all_of_them, best=best,
        )  # fmt: skip
        frame.heights = heights(frame)
        return frame

    many = log_integers("n", "observations", rows)
    return Lab(
        title="from product to sum of logs",
        question=__doc__.partition("\n")[0],
        describe=f"Three panels. Left, bars: the densities of the newest {NEWEST} "
        f"observations; middle, their running product or sum against 1 to {rows:,} "
        f"observations; right, product or sum against {name} from "
        f"{plain(candidates[0])} to {plain(candidates[-1])}.",
        controls=[
            choice("view", "show", list(VIEWS)),
            integers("n", "observations", many.values[1:], min(10, rows)),
            grid("candidate", name, candidates, middle),
        ],
        compute=compute,
        picture=lambda frame: picture(frame, rows, deepest, name),
        points=points,
        presets={
            "product of 10": {"view": "product", "n": min(10, rows)},
            "product of all": {"view": "product", "n": rows},
            "sum of all": {"view": "sum of logs", "n": rows},
            "turned over": {"view": "minus the sum", "n": rows},
        },
        code=code,
    )


def log_density(model, beta, column, value):
    """log p(yᵢ) of every row (n,), with `value` in the place of one coefficient."""
    beta = beta.copy()
    beta[column] = value
    with np.errstate(all="ignore"):
        return model.family.log_density(model.y, model.mu(beta), model.weights, 1.0)


def tell(view, product, total, dead, products, best):
    """The second half of the status sentence."""
    if view == "product":
        words = f"the product is {product:.3g}"
        if dead:
            words = f"the product is exactly 0 from factor {dead:,} on"
        zeros = int((products == 0).sum())
        if zeros == len(products):
            return f"{words}. It is 0 for all {zeros} candidates: none is the best."
        if zeros:
            return f"{words}. It is 0 for {zeros} of {len(products)} candidates."
        return f"{words}, largest at {plain(best)}."
    if view == "sum of logs":
        return (
            f"the sum of the logarithms is {number(total)}, largest at {plain(best)}: a hill."
        )
    return f"minus the sum is {number(-total)}, smallest at {plain(best)}: a bowl."


def picture(frame, rows, deepest, name):
    sign, heights, running, over = VIEWS[frame.view]
    middle, right = (
        [line("running", "estimate"), dots("here", "now", size=12)],
        [
            line("curve", "estimate"),
            dots("zeros", "estimate", size=6),
            dots("now", "now", size=12),
        ],
    )
    down = {"ylim": tuple(sorted((sign * deepest, -sign * 0.03 * deepest)))}, {"ylim": heights}
    if frame.view == "product":
        ticks = {0: "1"} | {-e: "10" + f"-{e}".translate(RAISED) for e in (100, 200, 300)}
        down = ({"ylim": heights, "yticks": ticks},) * 2
        nothing = [band(f"{side} nothing", "quiet", at=(None, (BOTTOM, SMALLEST)), hatch=True)
                   for side in ("middle", "right")]  # fmt: skip
        words = text("zero", "exactly 0", (frame.candidates.mean(), BOTTOM + 12), plate=True)
        middle, right = [nothing[0], *middle], [nothing[1], *right, words]
    ends = tuple(frame.candidates[[0, -1]] + [-0.05, 0.05])
    return [
        Panel((-NEWEST, 1), (0, 1), [line("bars", "estimate", width=7)],
              f"the newest {NEWEST}", title="densities", xticks=[], wide=0.8),
        Panel((0, rows * 1.03), marks=middle, x="observations", title=running, **down[0]),
        Panel(ends, marks=right, x=name, title=over, **down[1]),
    ]  # fmt: skip


def heights(frame):
    """Where the running value, the curve and the value at the candidate are drawn."""
    if frame.view == "product":
        with np.errstate(divide="ignore"):  # a product of 0 becomes an arrow at the bottom
            return [np.log10(v) for v in (frame.running, frame.products, frame.product)]
    highest, sign = frame.totals.max(), VIEWS[frame.view][0]
    return sign * frame.sums, sign * (frame.totals - highest), sign * (frame.total - highest)


def points(frame):
    newest = frame.density[-NEWEST:]
    places = np.arange(len(newest)) - len(newest) + 0.5
    (running, curve, now), k = frame.heights, np.arange(1, len(frame.sums) + 1)
    alive, seen = np.isfinite(running), np.isfinite(curve)
    return {
        "bars": plots.upright(places, 0, newest),
        "running": (k[alive], running[alive], frame.n),
        "here": (frame.n, running[frame.n - 1]),
        "curve": (frame.candidates[seen], curve[seen]),
        "zeros": (frame.candidates[~seen], curve[~seen]),
        "now": (frame.candidate, now),
    }
