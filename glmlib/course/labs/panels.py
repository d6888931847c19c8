"""A picture as data: panels with axes, and marks with roles, drawn elsewhere.

`engine.js` draws it in the browser, `paper.py` by Matplotlib. Both look a mark's role up: its
colour, its marker and its kind of line are those of `plots.ROLES`.
"""

from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np

UNITS = 10_000  # an axis has so many places, more than a screen has pixels
LINEAR = 0.4 / 0.9  # the room of 0 to 1 on an axis "from 0", in decades
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Mark:
    """One thing in a panel; `at` is where it stands, None when the lab's `points` say it."""

    kind: str
    name: str
    role: str
    label: str = ""
    at: tuple | None = None
    look: dict = field(default_factory=dict)


def line(name, role, label="", at=None, **look):
    """A line through points (x, y), with a gap where one is NaN; (x, y, to) ends at x = to.

    Looks: width in pixels, dash "-", "--", ":" or "-.", marker and its size, faint.
    """
    return Mark("line", name, role, label, at, look)


def dots(name, role, label="", at=None, **look):
    """Marks at points (x, y) or, each as large as its area says, (x, y, area).

    One outside the axes is an arrow at the edge. Looks: size, hollow, marker, faint.
    """
    return Mark("dots", name, role, label, at, look)


def band(name, role, label="", at=None, **look):
    """An area between two x and two y; None in their place is the whole axis. Looks: hatch."""
    return Mark("band", name, role, label, at, look)


def pinned(mark):
    """A mark as the pinned run has it."""
    label = f"{mark.label}, pinned" if mark.label else ""
    return replace(mark, role="quiet", label=label, look=mark.look | {"hollow": True})


def text(name, words="", at=None, **look):
    """Words at a point, or those of (x, y, [words]); left out where they are wider than two x.

    Looks: anchor "start", "middle" or "end"; plate, a ground of their own.
    """
    return Mark("text", name, "plain", words, at, look)


@dataclass(frozen=True)
class Panel:
    """Axes with marks.

    A picture is one, a list of them side by side, or a tuple of them one above another.

    Attributes
    ----------
    xlim, ylim : (low, high); the axis runs down where low is above high.
    marks : drawn in this order.
    x, y, title : what is written at the axes and above.
    xscale, yscale : "", "log", or "from 0", a log axis on which 0 has a place.
    xticks, yticks : numbers, or {number: words}; None chooses.
    wide, tall : beside and above other panels.
    bare : whether it goes without frame and grid.
    square : whether it is not wider than high, so that angles are seen as they are.
    view : the value of a control of kind "view" at which it is seen; "" is always.
    """

    xlim: tuple
    ylim: tuple
    marks: list
    x: str = ""
    y: str = ""
    title: str = ""
    xscale: str = ""
    yscale: str = ""
    xticks: object = None
    yticks: object = None
    wide: float = 1
    tall: float = 1
    bare: bool = False
    square: bool = False
    view: str = ""

    def ticks(self, side):
        """{number: words} of one axis."""
        given = getattr(self, f"{side}ticks")
        limits, scale = getattr(self, f"{side}lim"), getattr(self, f"{side}scale")
        if isinstance(given, dict):
            return given
        given = chosen(*sorted(limits), scale) if given is None else given
        return {value: short(value, scale) for value in given}

    def ends(self, mark, at):
        """The corners (x, y) of a band, or the points of another mark as they are."""
        if mark.kind != "band":
            return at
        return tuple(
            limits if side is None else side
            for side, limits in zip(at, (self.xlim, self.ylim), strict=True)
        )


def leaves(picture):
    """The panels of a picture, in reading order."""
    if isinstance(picture, Panel):
        return [picture]
    return [panel for part in picture for panel in leaves(part)]


def seen(picture, view):
    """The picture without the panels of other views.

    >>> loss, paths = (Panel((0, 1), (0, 1), [], view=view) for view in ("loss", "paths"))
    >>> seen(([loss, paths], Panel((0, 1), (0, 1), [])), "loss")[0] == [loss]
    True
    """
    if isinstance(picture, Panel):
        return picture
    parts = [seen(part, view) for part in picture]
    return type(picture)(p for p in parts if leaves(p) and leaves(p)[0].view in ("", view))


def legends(picture):
    """One list of labelled marks for each panel, each label once.

    When only one of the lists has any, it is the legend of the whole picture.
    """
    seen, found = set(), []
    for panel in leaves(picture):
        new = [m for m in panel.marks if m.kind != "text" and m.label and m.label not in seen]
        seen |= {m.label for m in new}
        found.append(new)
    return found


def chosen(low, high, scale):
    """About five round numbers from low to high; on a log axis powers of ten."""
    if not scale:
        raw = (high - low) / 5
        size = 10.0 ** np.floor(np.log10(raw))
        step = next(s for s in size * np.array([1, 2, 5, 10]) if s >= raw * (1 - 1e-9))
        first, last = np.ceil(low / step - 1e-9), np.floor(high / step + 1e-9)
        return [float(f"{k * step:.6g}") + 0.0 for k in np.arange(first, last + 1)]  # no −0
    first = int(np.ceil(np.log10(low) - 1e-9)) if scale == "log" else 0
    last = int(np.floor(np.log10(high) + 1e-9))
    powers = [10.0**e for e in range(first, last + 1, max(1, -(-(last - first) // 6)))]
    return powers if scale == "log" else [0.0, *powers]


def short(value, scale=""):
    """A tick's words: 0.25, 1,000, 10⁻⁶; on an axis from 0, of iterations, 10k.

    >>> short(0.25), short(-1000), short(1e-6, "log"), short(1e5, "from 0")
    ('0.25', '−1,000', '10⁻⁶', '100k')
    """
    if scale == "from 0" and value >= 1000:
        return f"{value / 1e6:g}M" if value >= 1e6 else f"{value / 1000:g}k"
    if scale == "log" and value > 0 and not 1e-3 <= value < 1e5:
        return "10" + f"{np.log10(value):.0f}".translate(RAISED)
    return f"{value:,.10g}".replace("-", "−")


def straight(values, scale):
    """The values on an axis that is straight: their logarithms, if it is one of logs."""
    values = np.asarray(values, dtype=float)
    if not scale:
        return values
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log10(np.where(values > 0, values, np.where(np.isnan(values), np.nan, 0)))
    if scale == "log":
        return logs
    return np.where(values > 1, LINEAR + logs, LINEAR * values)


@cache
def ends(limits, scale):
    """Both limits on an axis that is straight: asked for each mark of each frame."""
    return straight(limits, scale).tolist()


def units(values, limits, scale=""):
    """Places on an axis, 0 to UNITS from its first limit to its second; None for a NaN.

    >>> units([0, 5, 20, np.nan], (0, 10)), units([1, 10], (1, 100), "log")
    ([0, 5000, 20000, None], [0, 5000])
    """
    low, high = ends(tuple(limits), scale)
    with np.errstate(invalid="ignore", over="ignore"):
        share = (straight(np.atleast_1d(values), scale) - low) / (high - low)
        places = np.rint(UNITS * share)
    places = np.minimum(np.maximum(places, -4 * UNITS), 5 * UNITS)
    nowhere = np.isnan(places)
    if not nowhere.any():
        return places.astype(int).tolist()
    found = np.where(nowhere, 0, places).astype(int).tolist()
    for gap in np.flatnonzero(nowhere):
        found[gap] = None
    return found


def placed(panel, mark, at):
    """Where a mark is in the units of its panel: lists of x and y, and what there is more.

    That is how many points of a line are drawn, or the areas of dots.

    >>> panel = Panel((0, 10), (0, 1), [])
    >>> placed(panel, dots("d", "now"), ([1, 2], 0.5))
    [[1000, 2000], [5000, 5000]]
    """
    x, y, *more = (np.ravel(v) for v in panel.ends(mark, at))
    if len(x) != len(y):
        x, y = np.broadcast_arrays(x, y)
    found = [units(x, panel.xlim, panel.xscale), units(y, panel.ylim, panel.yscale)]
    if more and mark.kind == "line":
        return [*found, [int(np.searchsorted(x, more[0][0], "right"))]]
    if more and mark.kind == "text":
        return [*found, more[0].tolist()]
    return [*found, np.rint(np.nan_to_num(more[0])).astype(int).tolist()] if more else found


def described(picture):
    """The picture as JSON: what stands still, and the looks of what moves."""
    groups = legends(picture)
    one = sum(map(bool, groups)) == 1
    rest = iter(groups)

    def part(node):
        if isinstance(node, list | tuple):
            return {"row" if isinstance(node, list) else "column": [part(n) for n in node],
                    "wide": max(p.wide for p in leaves(node)) if isinstance(node, tuple)
                    else 1, "tall": max(p.tall for p in leaves(node))}  # fmt: skip
        mine = {mark.name for mark in next(rest)}
        axes = {
            side: [[*units(v, getattr(node, f"{side}lim"), getattr(node, f"{side}scale")), w]
                   for v, w in node.ticks(side).items()]
            for side in "xy"
        }  # fmt: skip
        marks = [
            {"kind": m.kind, "name": m.name, "role": m.role, "label": m.label, **m.look,
             "key": m.name in mine, "at": m.at and placed(node, m, m.at)}
            for m in node.marks
        ]  # fmt: skip
        return {"x": node.x, "y": node.y, "title": node.title, "wide": node.wide,
                "tall": node.tall, "bare": node.bare, "square": node.square, "ticks": axes,
                "view": node.view, "marks": marks}  # fmt: skip

    return {"legend": "one" if one else "each", "tree": part(picture)}
