"""Pictures: pure functions from an axes and numbers to artists, and one way to show a figure.

Matplotlib is imported inside the functions, so that importing this module costs nothing.
"""

import base64
import html
import io

DENSITY = 2  # pixels of a stored picture for one of the page: crisp on fine screens
COLOURS = 32  # so many make it no larger than a plain one of half the density


class Picture:
    """A figure as an ordinary output: a PNG with alt text, in the forms viewers ask for.

    `png` holds the bytes. `words` are shown below the picture.
    """

    def __init__(self, fig, alt, words="", dpi=96, **how):
        from PIL import Image

        plain, few = io.BytesIO(), io.BytesIO()
        fig.savefig(plain, format="png", dpi=DENSITY * dpi, **how)
        image = Image.open(plain).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        image.save(few, "PNG", optimize=True)
        self.png, self.width = few.getvalue(), image.width // DENSITY
        self.alt, self.words = alt, words

    def __repr__(self):
        return self.alt

    def _repr_mimebundle_(self, include=None, exclude=None):
        data = base64.b64encode(self.png).decode("ascii")
        image = (
            f'<img alt="{html.escape(self.alt)}" width="{self.width}" '
            f'src="data:image/png;base64,{data}">'
        )
        below = f"\n<p>{html.escape(self.words)}</p>" if self.words else ""
        return {"text/html": image + below, "image/png": data, "text/plain": self.alt}


def show(fig, alt):
    """Display a finished figure together with its alt text, and close it.

    JupyterLab and nbconvert lose the alt text of a plain `image/png`. One output therefore
    carries an HTML `<img alt=…>`, the PNG for print, and the sentence itself.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
        From pyplot or made directly; drawn at 192 dots per inch or less, for 96.
    alt : str
        The type of the plot, its axes with their ranges, and the point it makes.

    Raises
    ------
    ValueError
        If `alt` is empty: a picture without words shuts a blind reader out.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> fig = Figure(figsize=(2, 1))
    >>> _ = fig.subplots().plot([0, 1], [0, 1])
    >>> show(fig, "A line from (0, 0) to (1, 1).")
    A line from (0, 0) to (1, 1).
    """
    import matplotlib.pyplot as plt
    from IPython.display import display

    alt = " ".join(alt.split())
    if not alt:
        raise ValueError("alt is empty: say what the figure shows in a sentence or two")
    display(Picture(fig, alt, dpi=min(fig.dpi, 96), bbox_inches="tight"))
    plt.close(fig)


# ---- the pictures of the course: each thing has one colour, one marker, one kind of line

INK, BLUE, VERMILLION, GREEN, GREY = "#222222", "#0173b2", "#d55e00", "#029e73", "#767676"
TRUTH = {"color": INK, "marker": "D", "linestyle": ":"}
ESTIMATE = {"color": BLUE, "marker": "o", "linestyle": "-"}
ITERATE = {"color": VERMILLION, "marker": "s", "linestyle": "--"}
PASSED = {"color": GREEN, "marker": "$✓$", "linestyle": "-"}
BARS = {"fmt": "none", "ecolor": BLUE, "elinewidth": 2, "capsize": 4}
RING = {
    "color": BLUE,
    "marker": "o",
    "linestyle": "none",
    "markersize": 8,
    "markerfacecolor": "white",
    "markeredgewidth": 2,
}
ROLES = {
    "truth": TRUTH,
    "estimate": ESTIMATE,
    "now": ITERATE,
    "passed": PASSED,
    "plain": {"color": INK, "marker": ".", "linestyle": "-"},
}


def upright(x, low, high):
    """The points of upright strokes at x (m,) from low (m,) to high (m,), for one `line`.

    >>> upright([1, 2], [0, 0], [5, 6])
    (array([ 1.,  1., nan,  2.,  2., nan]), array([ 0.,  5., nan,  0.,  6., nan]))
    """
    import numpy as np

    x, low, high = np.broadcast_arrays(np.asarray(x, dtype=float), low, high)
    gap = np.full(x.shape, np.nan)
    return np.column_stack([x, x, gap]).ravel(), np.column_stack([low, high, gap]).ravel()


def strung(lines):
    """Many lines, each (k, 2), as the points of one line with gaps: (x, y).

    >>> strung([np.zeros((2, 2)), np.ones((1, 2))])[0]
    array([ 0.,  0., nan,  1., nan])
    """
    import numpy as np

    gap = np.full((1, 2), np.nan)
    return tuple(np.concatenate([part for line in lines for part in (line, gap)]).T)


def legend(where, loc="upper left", **more):
    """The legend of an axes, or of a whole figure without a frame: labels of 12 points."""
    look = {"framealpha": 1, "edgecolor": "white", "fontsize": 12}
    where.legend(loc=loc, **look | more)


def span(*values, margin=0.08):
    """The limits that show all finite numbers in `values`, with a margin on both sides.

    >>> span([0.0, 1.0], [2.0], margin=0.5)
    (-1.0, 3.0)
    """
    import numpy as np

    numbers = np.concatenate([np.ravel(v) for v in values if v is not None])
    numbers = numbers[np.isfinite(numbers)]
    low, high = (numbers.min(), numbers.max()) if len(numbers) else (-1.0, 1.0)
    extra = margin * (high - low) if high > low else max(abs(high), 1.0) * margin
    return float(low - extra), float(high + extra)


def coefficient_scatter(ax, truth, estimate, standard_errors=None, limits=None):
    """True against estimated coefficients: a perfect estimate lies on the diagonal.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    truth, estimate : (d,)
    standard_errors : (d,) or None; bars of ±1.96 of them contain the truth 19 times in 20.
    limits : (low, high) of both axes; None shows everything.

    Returns
    -------
    dict with the artists "diagonal", "truth", "estimate" and, with errors, "bars".

    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> sorted(coefficient_scatter(ax, [0.0, 1.0], [0.1, 0.8], [0.1, 0.1]))
    ['bars', 'diagonal', 'estimate', 'truth']
    """
    import numpy as np

    truth, estimate = np.asarray(truth, float), np.asarray(estimate, float)
    half = None if standard_errors is None else 1.96 * np.asarray(standard_errors, float)
    if limits is None:
        edges = [] if half is None else [estimate - half, estimate + half]
        limits = span(truth, estimate, *edges)
    artists = {}
    ends = np.array(limits)
    artists["diagonal"] = ax.plot(ends, ends, color=INK, linestyle=":", linewidth=1.5)[0]
    if half is not None:
        artists["bars"] = ax.errorbar(truth, estimate, half, **BARS)
    artists["truth"] = ax.plot(
        truth, truth, color=INK, marker="D", linestyle="none", markersize=5, label="truth"
    )[0]
    artists["estimate"] = ax.plot(
        truth,
        estimate,
        **RING,
        label="maximum likelihood" + (" ± 1.96 SE" if half is not None else ""),
    )[0]
    ax.set(xlim=limits, ylim=limits, xlabel="true coefficient", ylabel="estimate")
    ax.grid(True, color="#dddddd")
    ax.set_axisbelow(True)
    return artists


def coefficient_strip(ax, names, estimate, half=None, limits=None, ylabel="estimate"):
    """One place for each named coefficient, with its interval estimate ± half.

    For data whose true coefficients nobody knows. `estimate` and `half` are (d,). Returns
    the artists "estimate" and, with `half`, "bars".

    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> sorted(coefficient_strip(ax, ["a", "b"], [0.0, 1.5], [1.0, 1.5]))
    ['bars', 'estimate']
    """
    import numpy as np

    estimate = np.asarray(estimate, float)
    width = np.zeros(len(estimate)) if half is None else np.asarray(half, float)
    place = np.arange(len(names))
    artists = {}
    if half is not None:
        artists["bars"] = ax.errorbar(place, estimate, width, **BARS)
    label = "maximum likelihood" + (" ± 1.96 SE" if half is not None else "")
    artists["estimate"] = ax.plot(
        place,
        estimate,
        **RING,
        label=label if np.isfinite(estimate).any() else None,
    )[0]
    limits = span(estimate - width, estimate + width) if limits is None else limits
    ax.set(ylim=limits, ylabel=ylabel)
    ax.set_xlim(-0.6, len(names) - 0.4)
    some = place[:: max(1, -(-len(names) // 10))]
    tilted = max(len(str(names[j])) for j in some) * len(some) > 40
    ax.set_xticks(some, [str(names[j]) for j in some])
    ax.tick_params(axis="x", labelrotation=30 if tilted else 0)
    if tilted:
        for label in ax.get_xticklabels():
            label.set(horizontalalignment="right", rotation_mode="anchor")
    ax.grid(True, color="#dddddd")
    ax.set_axisbelow(True)
    return artists


def loss_curve(ax, iterations, excess, limits=None, last=None, **style):
    """The loss above its minimum (m,) against the iteration (m,), both on log axes.

    Iteration 0 has a place of its own, left of 1. Values at or below the lower limit are
    drawn on it: there the loss agrees with its minimum to the last digits of a double.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    iterations, excess : (m,)
    limits : (low, high) of the vertical axis; None shows all that is positive.
    last : the right end of the horizontal axis; None is the last iteration.
    style : of the line; by default that of an iterate, vermillion and dashed.

    Returns
    -------
    dict with the artist "line".

    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> list(loss_curve(ax, [0, 1, 2], [1.0, 0.1, 0.01]))
    ['line']
    """
    import numpy as np
    from matplotlib.ticker import FuncFormatter, NullLocator

    iterations, excess = np.asarray(iterations), np.asarray(excess, float)
    last = int(iterations.max()) if last is None else last
    if limits is None:
        positive = excess[(excess > 0) & np.isfinite(excess)]
        limits = (positive.min() / 2, positive.max() * 2) if len(positive) else (0.1, 10)
    ax.set_xscale("symlog", linthresh=1, linscale=0.4)
    ax.set_yscale("log")
    ax.set(xlim=(-0.15, max(last, 1) * 1.3), ylim=limits)
    ticks = [0] + [10**e for e in range(int(np.log10(max(last, 1))) + 1)]
    ax.set_xticks(ticks)
    short = {1000: "1k", 10_000: "10k", 100_000: "100k", 1_000_000: "1M"}
    ax.xaxis.set_major_formatter(FuncFormatter(lambda k, _: short.get(k, f"{int(k)}")))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set(xlabel="iteration", ylabel="loss above its minimum")
    ax.grid(True, color="#dddddd")
    ax.set_axisbelow(True)
    look = {"color": VERMILLION, "linestyle": "--", "linewidth": 2} | style
    return {"line": ax.plot(iterations, np.maximum(excess, limits[0]), **look)[0]}
