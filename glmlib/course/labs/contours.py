"""The path on the contours: why does descent zig-zag, and what do scale and correlation do?

Left, the loss of two coefficients as contours around its minimum, the eigenvectors of the
Hessian, the ellipse of its quadratic form, and the path; right, the loss along the path.
"""

from functools import cache
from types import SimpleNamespace

import numpy as np
from contourpy import contour_generator

from ...data import stream
from ...families import Binomial, Gaussian
from ...models import LinearRegression, LogisticRegression
from .. import plots
from .descent import number
from .engine import Frame, Lab, Panel, dots, grid, line, log_grid, plain
from .paths import Paths, model_gradient

LAST = 60  # iterations
EDGE = 3.0  # the picture reaches so far from the minimum
FAR = 9  # and a path so many times as far: four widths of the picture on each side
SHARES = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.01, 1.05, 1.1, 1.2)
CORRELATIONS = (0, 0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99)
HEIGHTS = (np.arange(1, 11) / 10) ** 2  # of the contours: a bowl grows with the square
ELLIPSE = 1  # the one among them at whose height the ellipse is drawn
MODELS = {
    "linear": (LinearRegression, Gaussian()),
    "logistic": (LogisticRegression, Binomial()),
}


def contours(kind="linear", start=(-2.4, 1.6), *, n=200, seed=12, code="lab"):
    """A live lab of gradient descent in the plane of two coefficients.

    The columns have correlation ρ, and the second is measured in units that make its numbers
    `scale` times as large; y stays the same when the units change.

    Parameters
    ----------
    kind : "linear" or "logistic"
    start : (2,), as seen from the minimum.
    n, seed : rows, and the seed of their streams.
    code : the name under which "Copy state" addresses the lab.

    Returns
    -------
    Lab; its frame holds `condition` = λmax/λmin, `path` (61, 2), `turns` and `excess`.

    >>> lab = contours()
    >>> lab.set(rho=0.0, scale=1.0).frame.condition < 2 < lab.set(rho=0.95).frame.condition
    True
    """
    Model, family = MODELS[kind]
    columns = stream(seed, "X").standard_normal((n, 2))

    @cache
    def surface_of(rho, scale):
        """The model at a correlation and a scale, its minimum and the surface around it."""
        second = rho * columns[:, 0] + np.sqrt(1 - rho**2) * columns[:, 1]
        mu = family.canonical_link.inverse(columns[:, 0] - second)
        y = family.sample(stream(seed, "y"), mu, 1.0)
        model = Model(np.column_stack([columns[:, 0], scale * second]), y)
        beta = model.fit().beta
        values, vectors = np.linalg.eigh(model.hessian(beta))
        rings, heights = contour_lines(model, beta, EDGE, HEIGHTS)
        height = heights[ELLIPSE]
        # the places b with bᵀ H b / 2 = height
        angle = np.linspace(0, 2 * np.pi, 121)
        circle = np.stack([np.cos(angle), np.sin(angle)])
        ellipse = (vectors @ (np.sqrt(2 * height / values)[:, None] * circle)).T
        least = model.loss(beta)
        rise = losses(model, beta + ellipse) - least
        return SimpleNamespace(
            model=model, beta=beta, least=least, values=values, vectors=vectors, rings=rings,
            ellipse=ellipse, off=float(np.abs(rise / height - 1).max()),
            paths=Paths(model_gradient(model), beta + start, LAST, range(LAST + 1)),
        )  # fmt: skip

    def compute(share, rho, scale):
        here = surface_of(rho, scale)
        limit = float(2 / here.values[-1])
        rate = share * limit
        here.paths.advance([*(limit * other for other in SHARES), rate])
        iterates = here.paths.path(rate)
        path = np.array([iterates[k] for k in range(LAST + 1)])
        excess = losses(here.model, path) - here.least
        steps = np.diff(path, axis=0)
        turns = int(((steps[1:] * steps[:-1]).sum(axis=1) < 0).sum())
        condition = float(here.values[-1] / here.values[0])
        gap, size = excess[-1], excess[0]
        if share > 1 and gap > 1e-6 * size:
            event, words = "unstable", "above the limit it never settles"
        elif gap <= 1e-6 * size:
            event = "arrived"
            words = f"it got there after {turns} turns" if turns else "it went straight there"
        elif turns > 4:
            event, words = "zig-zag", f"a zig-zag of {turns} turns, then along the valley"
        else:
            event, words = "creeping", "it creeps along the valley"
        # the digits of less are rounding, and differ between computers
        far = f"{number(gap)} above" if gap >= 1e-9 * size else "hardly above"
        varies = f"is up to {here.off:.0%} off"
        outside = int((np.abs(path - here.beta) > EDGE).any(axis=1).sum())
        status = (
            f"Correlation {plain(rho)}, scale {plain(scale)}: condition "
            f"number {number(condition)}. At {plain(share)} of the limit the loss is "
            f"{far} its minimum after {LAST} iterations: {words}. Along the ellipse of "
            f"the Hessian the loss {'stays the same' if here.off < 1e-6 else varies}."
        )
        if outside:
            status += f" {outside} of {LAST + 1} iterates lie outside the picture."
        return Frame(
            status,
            event,
            table=(["iteration", "beta 1", "beta 2", "loss above minimum"],
                   [[k, f"{path[k, 0]:.4g}", f"{path[k, 1]:.4g}", f"{excess[k]:.4g}"]
                    for k in (*range(5), *range(5, LAST + 1, 5))]),
            path=path - here.beta, excess=excess, condition=condition, turns=turns, rate=rate,
            outside=outside, surface=here,
        )  # fmt: skip

    return Lab(
        title="path on the contours",
        question=__doc__.partition("\n")[0],
        describe=f"Left, contours of the loss, both coefficients from −{EDGE:g} to {EDGE:g} "
        "around the minimum, with the eigenvectors, solid the flat and dotted the steep one, "
        "the ellipse of the Hessian and the path; right, the loss above its minimum against "
        f"iterations 0 to {LAST}.",
        controls=[
            grid("share", "rate / limit", SHARES, 0.9),
            grid("rho", "correlation", CORRELATIONS, 0.9),
            log_grid("scale", "scale", 1, 20, 2.0),
        ],
        compute=compute,
        picture=picture(),
        points=points,
        presets={
            "round valley": {"share": 0.5, "rho": 0.0, "scale": 1.0},
            "correlated": {"share": 0.9, "rho": 0.95, "scale": 1.0},
            "badly scaled": {"share": 0.9, "rho": 0.0, "scale": 10.0},
            "too big": {"share": 1.05},
        },
        code=code,
    )


def losses(model, B):
    """The loss at many coefficient vectors: B (m, 2) -> (m,)."""
    return model.family.loss(model.y, B @ model.X.T, model.link).sum(axis=1)


def contour_lines(model, beta, edge, shares):
    """Lines of equal loss within `edge` of beta, at shares of the highest; those heights."""
    side = np.linspace(-edge, edge, 61)
    places = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    excess = losses(model, beta + places).reshape(len(side), len(side)) - model.loss(beta)
    find = contour_generator(side, side, excess)
    heights = shares * excess.max()
    return [line for height in heights for line in find.lines(height)], heights


def near(path, edge):
    """A path (k, 2) from the minimum as x and y, to where it is too far away for `units`.

    It is cut on its line, which keeps its direction; what comes after is NaN.
    """
    far = FAR * edge
    beyond = np.abs(path).max(axis=1) > far
    if not beyond[1:].any():
        return path.T
    k = 1 + int(np.argmax(beyond[1:]))
    step = path[k] - path[k - 1]
    with np.errstate(divide="ignore"):
        share = ((np.copysign(far, step) - path[k - 1]) / step).min()
    cut = np.full(path.shape, np.nan)
    cut[:k], cut[k] = path[:k], path[k - 1] + share * step
    return cut.T


def picture():
    around = (-EDGE, EDGE)
    left = [
        line("contours", "quiet", width=1),
        line("ellipse", "plain", "ellipse", width=2.5),
        line("flat", "estimate", "flattest", width=2),
        line("steep", "estimate", "steepest", width=2, dash=":"),
        dots("minimum", "estimate", at=(0, 0), size=12, hollow=True),
        line("path", "now", marker="s", size=6, width=2.4, dash="-"),
    ]
    return [
        Panel(around, around, left, "β₁ from the minimum", "β₂ from the minimum",
              square=True),
        Panel((-0.15, 1.3 * LAST), (1e-8, 1e6), [line("curve", "now", width=2.5)], "iteration",
              "loss above its minimum", xscale="from 0", yscale="log",
              xticks=[0, 1, 10, LAST]),
    ]  # fmt: skip


def points(frame):
    flat, steep = (np.outer(v, [-2 * EDGE, 2 * EDGE]) for v in frame.surface.vectors.T)
    return {
        "contours": plots.strung(frame.surface.rings),
        "ellipse": frame.surface.ellipse.T,
        "flat": flat,
        "steep": steep,
        "path": near(frame.path, EDGE),
        "curve": (np.arange(len(frame.excess)), np.clip(frame.excess, 1e-8, 1e6)),
    }
