"""The picture of a lab on paper: the described panels by Matplotlib."""

import textwrap

import matplotlib.style
import numpy as np
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from .. import plots
from ..marks import Marks
from .panels import Panel, leaves, legends, pinned

LETTER, LINE = 0.092, 0.2  # inches that a letter of 12 points takes, and a line of them
ROLES = plots.ROLES | {"quiet": {"color": plots.GREY, "marker": "o", "linestyle": "-"}}
POINTS = 0.75  # a pixel of the screen in points
TIPS = {">": 9, "<": 8}  # as marks of their own, not as what stands for a point outside


def draw(picture, points, size=(9.6, 4.4), then=None):
    """A figure of the described panels, each mark where `points`, a dict by name, has it.

    `then` are the points of a pinned run: its marks of role "now" stand behind the others.
    """
    fig = Figure(figsize=size, dpi=100)
    FigureCanvasAgg(fig)
    groups = legends(picture)
    one = sum(map(bool, groups)) == 1
    with matplotlib.style.context("default"), rc_context({"font.size": 12}):
        room = (0, 0, size[0], size[1] - (0.3 if one else 0))
        drawn = {}
        for (panel, place), labelled in zip(divided(picture, room), groups, strict=True):
            axes(fig, panel, place, points, [] if one else labelled, drawn, then)
        if one:
            handles = [h for group in groups for m in group for h in drawn[m.name]]
            plots.legend(fig, "upper center", handles=handles, ncols=5, frameon=False,
                         borderaxespad=0.1, columnspacing=1.2)  # fmt: skip
    return fig


def divided(picture, room):
    """Each panel with its place (left, bottom, width, height), in inches."""
    if isinstance(picture, Panel):
        return [(picture, room)]
    side = isinstance(picture, list)
    shares = [max((p.wide if side else p.tall) for p in leaves(part)) for part in picture]
    ends = np.concatenate([[0], np.cumsum(shares) / sum(shares)])
    left, bottom, width, height = room
    found = []
    for part, a, b in zip(picture, ends, ends[1:], strict=False):
        if side:
            place = (left + a * width, bottom, (b - a) * width, height)
        else:
            place = (left, bottom + (1 - b) * height, width, (b - a) * height)
        found += divided(part, place)
    return found


def axes(fig, panel, place, points, labelled, drawn, then=None):
    """One panel into its place: room for the words around it, then its marks."""
    (left, bottom, width, height), (across, up) = place, fig.get_size_inches()
    words = [str(w) for w in panel.ticks("y").values()]
    before = 0.17 + LETTER * max(map(len, words), default=0) + (0.28 if panel.y else 0)
    ends = [len(str(w).split("\n")[0]) for w in panel.ticks("x").values()] or [0]
    before = max(before, 0.08 + LETTER * ends[0] / 2)
    after = 0.08 + LETTER * ends[-1] / 2
    rows = max((str(w).count("\n") + 1 for w in panel.ticks("x").values()), default=0)
    below = 0.1 + LINE * rows + (0.24 if panel.x else 0)
    title = textwrap.fill(panel.title, max(int((width - before) / LETTER), 12))
    columns, lines = packed([m.label for m in labelled], width)
    above = 0.1 + LINE * (title.count("\n") + 1 if title else 0) + 0.24 * lines
    ax = fig.add_axes((
        (left + before) / across, (bottom + below) / up,
        (width - before - after) / across, (height - below - above) / up,
    ))  # fmt: skip
    for side in "xy":
        scale, ticks = getattr(panel, f"{side}scale"), panel.ticks(side)
        settings = {"linthresh": 1, "linscale": 0.4} if scale == "from 0" else {}
        getattr(ax, f"set_{side}scale")(
            {"from 0": "symlog"}.get(scale, scale or "linear"), **settings
        )
        getattr(ax, f"set_{side}lim")(getattr(panel, f"{side}lim"))
        getattr(ax, f"set_{side}ticks")(list(ticks), list(ticks.values()))
    thinned(ax, width - before - after)
    ax.minorticks_off()
    ax.set_box_aspect(1 if panel.square else None)
    ax.set(xlabel=panel.x, ylabel=panel.y)
    ax.set_title(title, fontsize=12, pad=5 + 17 * lines)
    ax.set_axisbelow(True)
    if not panel.bare:
        ax.grid(True, color="#dddddd")
    else:
        ax.spines[:].set_visible(False)
        ax.tick_params(length=0)
    for mark in panel.marks:
        at = panel.ends(mark, points.get(mark.name) if mark.at is None else mark.at)
        drawn[mark.name] = [DRAW[mark.kind](ax, mark, at)]
        if then and mark.at is None and mark.role == "now":
            behind = DRAW[mark.kind](ax, pinned(mark), panel.ends(mark, then[mark.name]))
            behind.set_zorder(1.5)
            drawn[mark.name].append(behind)
    if labelled:
        plots.legend(ax, "lower left", handles=[h for m in labelled for h in drawn[m.name]],
                     ncols=columns, frameon=False, bbox_to_anchor=(-0.02, 1.0),
                     borderaxespad=0, handlelength=1.5, columnspacing=1,
                     handletextpad=0.4)  # fmt: skip


def packed(labels, width):
    """The columns and the lines that a legend of these labels takes in `width` inches."""
    for columns in range(len(labels), 1, -1):
        lines = -(-len(labels) // columns)
        wide = [max(map(len, labels[i : i + lines])) for i in range(0, len(labels), lines)]
        if sum(0.42 + LETTER * letters for letters in wide) < width:
            return columns, lines
    return 1, len(labels)


def thinned(ax, width):
    """Leave out the words at ticks of x that would run into each other."""
    free, words = -np.inf, []
    for tick, label in zip(ax.get_xticks(), ax.get_xticklabels(), strict=True):
        middle = width * (ax.transScale + ax.transLimits).transform((tick, 1))[0]
        half = LETTER * max(map(len, label.get_text().split("\n"))) / 2
        words.append(label.get_text() if middle - half > free else "")
        free = middle + half + 0.05 if words[-1] else free
    ax.set_xticklabels(words)


def style(mark):
    """What Matplotlib calls the look of a mark's role and its own."""
    role, look = ROLES[mark.role], mark.look
    marker = look.get("marker", role["marker"] if mark.kind == "dots" else "")
    return {
        "color": role["color"], "label": mark.label or None,
        "marker": TIPS.get(marker, marker),
        "markersize": POINTS * look.get("size", 10), "alpha": 0.5 if "faint" in look else None,
        "markeredgewidth": 1.5 if "hollow" in look else 1,
        "markerfacecolor": "white" if "hollow" in look else role["color"],
    }  # fmt: skip


def _line(ax, mark, at):
    x, y, *to = np.atleast_1d(*at)
    x, y = np.broadcast_arrays(x, y)
    if to:
        x, y = x[: (shown := np.searchsorted(x, to[0][0], "right"))], y[:shown]
    dash = mark.look.get("dash", ROLES[mark.role]["linestyle"])
    width = POINTS * mark.look.get("width", 3)
    look = {"solid_capstyle": "butt"} if width > 4 else {}
    return ax.plot(x, y, linestyle=dash, linewidth=width, **style(mark), **look)[0]


def _dots(ax, mark, at):
    x, y, *area = np.broadcast_arrays(*np.atleast_1d(*at))
    if not area:
        return ax.add_line(Marks(x, y, linestyle="none", **style(mark)))
    color = ROLES[mark.role]["color"]
    return ax.scatter(x, y, s=POINTS**2 * area[0], color=color, edgecolor=plots.INK, alpha=0.6)


def _band(ax, mark, at):
    (x0, x1), (y0, y1) = at
    color = ROLES[mark.role]["color"]
    look = {"facecolor": "#eeeeee", "edgecolor": "#949494", "hatch": "//"}
    look = look if "hatch" in mark.look else {"color": color, "alpha": 0.15}
    ax.fill_between([x0, x1], y0, y1, linewidth=0, zorder=0.5, **look)
    return Patch(linewidth=0, label=mark.label, **look)


def _text(ax, mark, at):
    anchor = {"start": "left", "middle": "center", "end": "right"}
    x, y, *words = (np.ravel(v) for v in at)
    words = words[0][0] if words else mark.label
    if len(x) == 2:  # only where there is room for it
        (left, _), (right, _) = ax.transData.transform(np.column_stack([x, [0.5, 0.5]]))
        words = words if LETTER * len(words) < (right - left) / ax.figure.dpi else ""
        x = ax.transData.inverted().transform([[(left + right) / 2, 0]])[0]
    plate = {"facecolor": "white", "edgecolor": "none", "pad": 1}
    return ax.text(
        x[0], y[0], words, ha=anchor[mark.look.get("anchor", "middle")], va="center",
        color=plots.INK, clip_on=False, bbox=plate if "plate" in mark.look else None,
    )  # fmt: skip


DRAW = {"line": _line, "dots": _dots, "band": _band, "text": _text}
