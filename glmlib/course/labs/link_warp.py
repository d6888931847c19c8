"""The link warp: what does a link do to a straight line, and to the spread around it?

Left, the line η against x; in the middle, the inverse link that bends it; right, the mean μ
against x with the distribution of y at three places. One cursor runs through all three.
"""

import numpy as np

from ... import families
from ...beyond import Gamma
from ...links import LINKS
from .. import plots
from .descent import number
from .engine import Frame, Lab, Panel, band, choice, dots, grid, line

PLACES = np.array([-2.0, 0.0, 2.0])  # x of the three dots; the last one is the cursor
X_LINE, ETA_LINE = np.linspace(-2.2, 3.1, 107), np.linspace(-7.5, 7.5, 301)
WIDTH = 0.9  # of the widest slice, in units of x

SHARES = families.Binomial(), "a share of 10", 10, 1.0, np.arange(11) / 10, (-0.2, 1.2)
# link -> family, y in words, weights, φ, the y of a slice, the limits of μ in the picture;
# the y of a density go with the mean
CASES = {
    "identity": (families.Gaussian(), "normal", 1, 1.0, np.linspace(-4, 4, 161), (-7.5, 7.5)),
    "log": (families.Poisson(), "Poisson", 1, 1.0, np.arange(13.0), (-2.0, 12.9)),
    "logit": SHARES,
    "probit": SHARES,
    "cloglog": SHARES,
    "inverse": (Gamma(), "gamma", 1, 0.2, np.linspace(0.01, 3.5, 315), (-1.0, 6.3)),
}
STEP = {  # what one more unit of x does, in the words of each link
    "identity": lambda b: f"adds {b:g} to the mean",
    "log": lambda b: f"multiplies the mean by {np.exp(b):.3g}",
    "logit": lambda b: f"multiplies the odds by {np.exp(b):.3g}",
    "probit": lambda b: f"moves the normal quantile of the mean by {b:g}",
    "cloglog": lambda b: f"multiplies −log(1 − mean) by {np.exp(b):.3g}",
    "inverse": lambda b: f"adds {b:g} to 1 / mean",
}


def link_warp(link="identity", intercept=0.5, slope=1.0, *, code="lab"):
    """A live lab of the line η = β₀ + β₁x, bent by a link into the mean μ = g⁻¹(η).

    Parameters
    ----------
    link : "identity", "log", "logit", "probit", "cloglog" or "inverse": where it begins.
    intercept, slope : where their controls begin.
    code : the name under which "Copy state" addresses the lab.

    Returns
    -------
    Lab; its frame holds `eta`, `mu` and `spread` (the standard deviation of y) at the
    three `PLACES`, NaN where there is no mean, and `bend`, the largest second difference of
    the line η drawn in the left panel.

    y is normal with standard deviation 1, Poisson, the share of 10 trials, or gamma.

    >>> lab = link_warp()
    >>> lab.set(link="log", intercept=0.0, slope=1.0).frame.mu.round(3)
    array([0.135, 1.   , 7.389])
    """
    return Lab(
        title="what a link does to a line",
        question=__doc__.partition("\n")[0],
        describe="Three panels. Left, the line eta against x, -2 to 3; middle, the mean mu "
        "against eta, -7.5 to 7.5, by the inverse link; right, the mean against x with the "
        "distribution of y at x = -2, 0 and 2. Means that cannot exist are hatched.",
        controls=[
            choice("link", "link", list(CASES), link),
            grid("intercept", "intercept", np.arange(-3, 3.1, 0.25), intercept, "{:g}".format),
            grid("slope", "slope", np.arange(-2, 2.1, 0.25), slope, "{:g}".format),
        ],
        compute=compute,
        picture=picture,
        points=points,
        presets={
            "a probability": {"link": "logit", "intercept": 0.0, "slope": 1.0},
            "a count": {"link": "log", "intercept": 0.5, "slope": 0.75},
            "no mean there": {"link": "inverse", "intercept": 1.0, "slope": -1.0},
        },
        code=code,
    )


def mean(link, eta):
    """g⁻¹(η), NaN where the link has none: 1/η for η ≤ 0."""
    legal = eta > 0 if link == "inverse" else np.full(eta.shape, True)
    return np.where(legal, LINKS[link]().inverse(np.where(legal, eta, 1.0)), np.nan)


def compute(link, intercept, slope):
    b0, b1 = intercept, slope
    family, _, weights, phi, around, limits = CASES[link]
    line = b0 + b1 * X_LINE
    eta = b0 + b1 * PLACES
    mu, there = mean(link, eta), ~np.isnan(mean(link, eta))
    spread = np.sqrt(phi * family.variance(mu) / weights)
    slices = []
    for place, middle in zip(PLACES[there], mu[there], strict=True):
        y = {"identity": middle + around, "inverse": middle * around}.get(link, around)
        with np.errstate(all="ignore"):
            density = np.exp(family.log_density(y, middle + 0 * y, weights, phi))
        inside = (y > limits[0]) & (y < limits[1])
        reach = WIDTH * density[inside] / max(density.max(), 1e-300)
        slices.append(np.stack([np.full(reach.shape, place), y[inside], place + reach]))
    outside = int(((mu > limits[1]) | (mu < limits[0])).sum())
    event = "inside" if there.all() else "no mean"
    return Frame(
        sentence(link, b0, b1, eta, mu, spread, outside),
        event,
        table=(
            ["x", "eta", "mu", "standard deviation of y"],
            [[f"{x:g}", f"{e:g}", *(number(v) if np.isfinite(v) else "none" for v in rest)]
             for x, e, *rest in zip(PLACES, eta, mu, spread, strict=True)],
        ),
        scene=link, link=link, limits=limits, line=line, curve=mean(link, line), eta=eta,
        mu=mu, bend=float(np.abs(np.diff(line, 2)).max()), spread=spread, slices=slices,
        outside=outside,
    )  # fmt: skip


def sentence(link, b0, b1, eta, mu, spread, outside):
    """The status: where the line is, where the mean is, and what a step of x does."""

    def listed(values):
        return ", ".join(number(v) if np.isfinite(v) else "none" for v in values)

    words = (
        f"Link {link}, eta = {b0:g} {'-' if b1 < 0 else '+'} {abs(b1):g} x. "
        f"At x = -2, 0, 2: eta {', '.join(f'{e:g}' for e in eta)}; mean {listed(mu)}. "
        f"y is {CASES[link][1]}, its standard deviation {listed(spread)}. "
        f"One more x {STEP[link](b1)}."
    )
    if np.isnan(mu).any():
        words += " Where eta is not above 0 there is no mean."
    if outside:
        words += f" Outside the picture: {outside} of 3 means."
    return words


def picture(frame):
    low, high = LINKS[frame.link]().domain
    bottom, top = frame.limits
    left, middle, right = [], [], []
    if frame.link == "inverse":
        left.append(band("no eta", "quiet", at=(None, (-7.5, 0)), hatch=True))
        middle.append(band("no mean", "quiet", at=((-7.5, 0), None), hatch=True))
    for name, marks in (("middle", middle), ("right", right)):
        if np.isfinite(low):
            marks.append(band(f"{name} below", "quiet", at=(None, (bottom, low)), hatch=True))
        if np.isfinite(high):
            marks.append(band(f"{name} above", "quiet", at=(None, (high, top)), hatch=True))
    wide = frame.link in ("identity", "inverse")  # a density, not single values
    left.append(line("line", "plain"))
    middle.append(line("link", "plain", at=(ETA_LINE, mean(frame.link, ETA_LINE))))
    right += [line("slices", "estimate", **({"faint": True} if wide else {"width": 5})),
              line("mean", "plain")]  # fmt: skip
    for name, marks in (("left", left), ("middle", middle), ("right", right)):
        marks += [line(f"{name} guide", "now", width=2), dots(f"{name} dots", "now")]
    across = tuple(X_LINE[[0, -1]])
    return [
        Panel(across, (-7.5, 7.5), left, "x", "η", "the line η", xticks=[-2, 0, 2]),
        Panel((-7.5, 7.5), frame.limits, middle, "η", "μ", f"the {frame.link} link, inverted"),
        Panel(across, frame.limits, right, "x", "μ", f"y is {CASES[frame.link][1]}",
              xticks=[-2, 0, 2]),
    ]  # fmt: skip


def points(frame):
    low, high = frame.limits
    eta, mu, x = frame.eta[-1], np.clip(frame.mu[-1], low, high), PLACES[-1]
    x0, y, x1 = np.concatenate(frame.slices, axis=1) if frame.slices else np.empty((3, 0))
    across, ends = plots.upright(y, x0, x1)
    return {
        "line": (X_LINE, frame.line),
        "mean": (X_LINE, frame.curve),
        "slices": (ends, across),
        "left guide": ([x, x, 3.1], [-7.5, eta, eta]),
        "middle guide": ([eta, eta, 7.5], [low, mu, mu]),
        "right guide": ([-2.2, x], [mu, mu]),
        "left dots": (PLACES, frame.eta),
        "middle dots": (frame.eta, frame.mu),
        "right dots": (PLACES, frame.mu),
    }
