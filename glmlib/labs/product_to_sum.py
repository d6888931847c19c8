"""From product to sum of logs: why the log, and why the minus sign?

Left, the density of the newest observations; in the middle, their product, or the sum of
their logarithms, as observations join; right, the same as a function of one coefficient.
"""

import numpy as np

from .. import plots
from .descent import number
from .live import Control, Frame, Lab, choice, grid, log_integers, plain

VIEWS = ("product", "sum of logs", "minus the sum")
SMALLEST = float(np.log10(np.nextafter(0, 1)))  # below it a double is exactly 0
NEWEST, DEPTH, BOTTOM = 20, 60, -345.0  # bars on the left; ends of the vertical axes


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

    def compute(state):
        n, value, view = state["n"], state["candidate"], state["view"]
        log = log_density(model, beta, column, value)[:n]
        density = np.exp(log)
        running, sums = np.cumprod(density), np.cumsum(log)
        product, total = float(running[-1]), float(sums[-1])
        dead = int(np.argmax(running == 0)) + 1 if product == 0 else None
        one, all_of_them = products[:, n - 1], totals[:, n - 1]
        best = float(candidates[all_of_them.argmax()])
        if view == "product":
            event = "vanished" if dead else "alive"
        else:
            event = "hill" if view == "sum of logs" else "bowl"
        last = range(max(0, n - 10), n)
        return Frame(
            f"{n:,} observation{'s' if n > 1 else ''}, {name} = {plain(value)}: "
            + tell(view, product, total, dead, one, best),
            event,
            table=(
                ["row", "density", "log density", "running product", "running sum"],
                [[str(i + 1), f"{density[i]:.4f}", f"{log[i]:.4f}", f"{running[i]:.4g}",
                  f"{sums[i]:.3f}"] for i in last],
            ),
            scene=view,
            view=view,
            n=n,
            density=density,
            running=running,
            sums=sums,
            product=product,
            total=total,
            dead=dead,
            candidates=candidates,
            candidate=value,
            products=one,
            totals=all_of_them,
            best=best,
        )  # fmt: skip

    many = log_integers("n", "observations", rows)
    return Lab(
        title="from product to sum of logs",
        describe=f"Three panels. Left, bars: the densities of the newest {NEWEST} "
        f"observations; middle, their running product or sum against 1 to {rows:,} "
        f"observations; right, product or sum against {name} from "
        f"{plain(candidates[0])} to {plain(candidates[-1])}.",
        controls=[
            choice("view", "show", VIEWS),
            Control("n", "observations", many.values[1:], min(10, rows), "integer",
                    many.format),
            grid("candidate", name, candidates, middle),
        ],
        compute=compute,
        draw=lambda fig, frame: draw(fig, frame, rows, deepest, name),
        update=update,
        presets={
            "product of 10": {"view": VIEWS[0], "n": min(10, rows)},
            "product of all": {"view": VIEWS[0], "n": rows},
            "sum of all": {"view": VIEWS[1], "n": rows},
            "turned over": {"view": VIEWS[2], "n": rows},
        },
        code=code,
    )  # fmt: skip


def log_density(model, beta, column, value):
    """log p(yᵢ) of every row (n,), with `value` in the place of one coefficient."""
    beta = beta.copy()
    beta[column] = value
    family, w, y = model.family, model.weights, model.y
    with np.errstate(all="ignore"):
        deviance = family.deviance(y, model.eta(beta), model.link)
        return family.saturated(y, w, 1.0) - w * deviance / 2


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


def draw(fig, frame, rows, deepest, name):
    left, middle, right = axes = [
        fig.add_axes([x, 0.14, width, 0.74])
        for x, width in ((0.06, 0.2), (0.36, 0.26), (0.72, 0.26))
    ]
    left.set(xlim=(-NEWEST, 1), ylim=(0, 1), xlabel=f"the newest {NEWEST}", title="densities")
    left.set_xticks([])
    middle.set(xlim=(0, rows * 1.03), xlabel="observations")
    right.set(xlim=(frame.candidates[0] - 0.05, frame.candidates[-1] + 0.05), xlabel=name)
    if frame.view == "product":
        middle.set(title="running product")
        right.set(title="product")
        for ax in (middle, right):
            ax.set(ylim=(BOTTOM, 10))
            ax.set_yticks([0, -100, -200, -300], ["1", *(f"$10^{{-{e}00}}$" for e in "123")])
            ax.axhspan(BOTTOM, SMALLEST, facecolor="#eeeeee", edgecolor="#949494",
                       hatch="//", linewidth=0)  # fmt: skip
        right.text(0.5, 0.075, "exactly 0", transform=right.transAxes, ha="center",
                   bbox={"color": "white", "pad": 1.5})  # fmt: skip
    else:
        sign = 1 if frame.view == "sum of logs" else -1
        middle.set(ylim=sorted((sign * deepest, -sign * 0.03 * deepest)))
        middle.set(title="running sum of logs" if sign > 0 else "minus the sum")
        right.set(ylim=sorted((-sign * DEPTH, sign * 5)))
        right.set(title="below the highest" if sign > 0 else "above the lowest")
    for ax in axes:
        ax.grid(True, color="#dddddd")
        ax.set_axisbelow(True)
        ax.title.set_size(13)
    look = {"color": plots.VERMILLION, "marker": "s", "linestyle": "none", "clip_on": False}
    return {
        "bars": left.vlines([], [], [], color=plots.BLUE, linewidth=5),
        "running": middle.plot([], [], color=plots.BLUE, linewidth=2.5)[0],
        "here": middle.plot([], [], markersize=9, **look)[0],
        "curve": right.plot([], [], color=plots.BLUE, linewidth=2.5)[0],
        "zeros": right.plot([], [], **look | {"color": plots.BLUE, "marker": "v"})[0],
        "now": right.plot([], [], markersize=9, **look)[0],
    }


def update(artists, frame):
    newest = frame.density[-NEWEST:]
    places = np.arange(len(newest)) - len(newest) + 0.5
    artists["bars"].set_segments(
        [[(x, 0), (x, p)] for x, p in zip(places, newest, strict=True)]
    )
    k = np.arange(1, frame.n + 1)
    if frame.view == "product":
        with np.errstate(divide="ignore"):
            running, curve = np.log10(frame.running), np.log10(frame.products)
        alive = np.isfinite(running)
        artists["running"].set_data(k[alive], running[alive])
        end, now = running[-1], np.log10(frame.product) if frame.product else -np.inf
        dead = ~np.isfinite(curve)
        artists["curve"].set_data(frame.candidates[~dead], curve[~dead])
        artists["zeros"].set_data(frame.candidates[dead], np.full(dead.sum(), BOTTOM))
        end, now, low, high = max(end, BOTTOM), max(now, BOTTOM), BOTTOM, 10
    else:
        sign = 1 if frame.view == "sum of logs" else -1
        artists["running"].set_data(k, sign * frame.sums)
        curve = sign * (frame.totals - frame.totals.max())
        artists["curve"].set_data(frame.candidates, curve)
        artists["zeros"].set_data([], [])
        low, high = sorted((-sign * DEPTH, sign * 5))
        end, now = sign * frame.total, sign * (frame.total - frame.totals.max())
    edge = "v" if now <= low else "^" if now >= high else "s"
    artists["here"].set_marker("v" if frame.view == "product" and end <= BOTTOM else "s")
    artists["here"].set_data([frame.n], [end])
    artists["now"].set_marker(edge)
    artists["now"].set_data([frame.candidate], [np.clip(now, low, high)])
