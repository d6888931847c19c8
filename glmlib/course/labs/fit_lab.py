"""The fit lab: what do learning rate and number of iterations do to the estimates?

Left, the coefficients; right, the loss above its minimum; below, the rate among all rates.
The numbers come from `descent.py`. They are sent once, as one track for each rate, and then
`fit_lab.js` moves them in the browser: with no work for the kernel, and in a saved page with
no kernel at all. The picture that stays where no script runs is drawn here by Matplotlib.
"""

import asyncio
import html
import json
import math
import threading
from base64 import b64encode
from pathlib import Path

import anywidget
import ipywidgets as widgets
import matplotlib.style
import numpy as np
import traitlets
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from ... import data
from .. import plots
from ..kinds import MODELS
from ..steps.tables import widget_and_text
from ..watched import watched
from .descent import Descent
from .driven import Driven, alone

HERE = Path(__file__).parent
SIZE = (9.6, 4.4)  # inches of the picture on paper
SLOTS = 30  # more than a grid of four decades has rates
OPTIONS = {
    "family": list(MODELS),
    "n": [100, 300, 1000, 3000, 10_000],
    "noise": [0.3, 1.0, 3.0],
    "mean": [False, True],
}


def fit_lab(
    model,
    truth=None,
    start=None,
    *,
    gradient=None,
    iterations=None,
    learning_rate=None,
    iteration=10,
    marks=None,
    code="lab",
):
    """A live lab of gradient descent on `model`, controlled by rate and iteration.

    Parameters
    ----------
    model : a GLM: a learner's own data, or simulated ones. Or "linear", "logistic",
        "poisson": then family, rows, noise and sample are chosen in the lab.
    truth : (d,) true coefficients; None for data whose truth nobody knows.
    start : (d,) where the descent starts; None is zero.
    gradient : a learner's own function, beta (d,) -> (d,), in the place of the model's.
    iterations : the last iteration; None is 100,000, fewer for large data.
    learning_rate, iteration : where the controls stand first; None is "just right".
    marks : {label: rate}, rates with a line of their own on the rate axis.
    code : the name under which "Copy state" addresses the lab.

    Returns
    -------
    FitLab, with `set(learning_rate=…, iteration=…)`, `choose(family=…, …)`, `status`,
    `frame`, `picture()` and `to_html(path)`.

    Raises ValueError for `truth` or `start` of the wrong length, for a gradient of the wrong
    shape, and for data too large to be drawn while somebody waits.

    >>> import glmlib
    >>> X, y, beta = glmlib.simulate("logistic", n=200, d=3, seed=1)
    >>> lab = fit_lab(glmlib.LogisticRegression(X, y), truth=beta)
    >>> lab.set(iteration=1000).frame.event
    'converged'
    >>> fit_lab("poisson").choose(n=300).descent.model.X.shape
    (300, 10)
    """
    return FitLab(
        model, truth, start, gradient, iterations, learning_rate, iteration, marks, code
    )


TRACKS = [f"track{j}" for j in range(SLOTS)]
Tracks = type(
    "Tracks",
    (anywidget.AnyWidget,),
    {name: traitlets.Bytes(b"").tag(sync=True) for name in TRACKS},
)


class Instrument(Tracks):
    """What the browser knows: the scene, one track of bytes for each rate, the state."""

    _esm = HERE / "fit_lab.js"
    _css = HERE / "fit_lab.css"
    scene = traitlets.Dict({}).tag(sync=True)
    state = traitlets.Dict({}).tag(sync=True)
    extra = traitlets.Bytes(b"").tag(sync=True)  # the track of a rate between the grid's
    exact = traitlets.Dict({}).tag(sync=True)  # the state that the sentence is about
    status = traitlets.Unicode("").tag(sync=True)
    failed = traitlets.Bool(False).tag(sync=True)
    locked = traitlets.Bool(False).tag(sync=True)
    turn = traitlets.Int(0).tag(sync=True)


class FitLab(Driven):
    """The instrument: a lab whose picture is moved by the browser itself.

    `choose(family=…, n=…, noise=…, mean=…, seed=…)` makes other data and other paths, as
    far as the lab has such choices; `to_html(path)` writes a page that moves by itself.
    """

    title = "learning rate and iterations"

    def __init__(
        self, model, truth, start, gradient, iterations, learning_rate, iteration, marks, code
    ):
        self.choices = {}
        if isinstance(model, str):
            if model not in MODELS:
                raise ValueError(
                    f"there is no model {model!r}: choose from {', '.join(MODELS)}"
                )
            self.choices = {"family": model, "n": 1000, "noise": 1.0, "seed": 123}
        if gradient is None:
            self.choices["mean"] = False
        self._given = model, truth, start, gradient, iterations
        self._marks, self._code, self._work, self._by_hand = marks, code, 0, None
        self._lock = threading.RLock()
        self.screen = Instrument()
        self.box = widgets.VBox([self.screen])  # where a prediction puts its notice
        self.screen.on_msg(self._asked)
        self._take(self._descent(), learning_rate, iteration)

    def _descent(self):
        model, truth, start, gradient, iterations = self._given
        if isinstance(model, str):
            c = self.choices
            X, y, truth = data.simulate(c["family"], c["n"], 10, c["seed"], c["noise"])
            model = MODELS[c["family"]](X, y)
        mean = self.choices.get("mean", False)
        return Descent(model, truth, start, gradient, iterations, mean)

    @alone
    def choose(self, **choices):
        """Make other data or another loss, and with them other paths. Returns the lab."""
        for name, value in choices.items():
            if name not in self.choices:
                has = ", ".join(self.choices) or "none"
                raise ValueError(f"this lab has no choice {name!r}: it has {has}")
            if name in OPTIONS and value not in OPTIONS[name]:
                raise ValueError(f"{name} is one of {OPTIONS[name]}, got {value!r}")
        before = self.choices
        self.choices = {**before, **choices}
        try:
            descent = self._descent()
        except Exception:
            self.choices = before
            raise
        with self.screen.hold_sync():
            self._take(descent, None, self.state["iteration"])
        if running():
            self._work_ahead()
        return self

    def lock(self, locked):
        """Close or open all controls to hands; `set` works all the same."""
        self.screen.locked = locked

    # ---- what the browser gets

    def _take(self, descent, learning_rate, iteration):
        """These paths, from the first state."""
        self.descent, self.presets = descent, descent.presets()
        if learning_rate is None:
            learning_rate = self.presets["just right"]["learning_rate"]
        rates = descent.control.starting_at(learning_rate)
        steps = descent.steps.starting_at(min(iteration, descent.iterations))
        self.controls = {control.name: control for control in (rates, steps)}
        self.describe = _describe(descent)
        self._open()
        self._go({name: control.default for name, control in self.controls.items()})

    def compute(self, state, seconds=np.inf):
        """The Frame of a state; with `seconds` of what is computed by then."""
        return self.descent.compute(state, seconds)

    @alone
    def _go(self, state, seconds=np.inf):
        """Compute and send a state. With `seconds`, send it early and go on later."""
        try:
            frame = self.compute(state, seconds)
        except Exception as error:  # seen under the picture and in the cell
            with self.screen.hold_sync():
                self._failed(error)
            raise
        self.state, self.frame = state, frame
        self._send()
        if frame.partial:  # go on when the kernel is idle, unless a newer state came
            asyncio.get_running_loop().call_later(0.005, self._go_on, state)

    @alone
    def _go_on(self, state):
        if self.state is state:
            self._go(state, 0.03)

    def _failed(self, error):
        self.screen.status = f"The lab could not compute this: {error}"
        self.screen.failed = True
        self.screen.turn += 1

    def _open(self):
        """A new scene, and no track yet."""
        self.screen.scene = _scene(self)
        self.screen.extra = b""
        self._sent = set()
        for name in TRACKS:
            setattr(self.screen, name, b"")

    def _send(self):
        screen, frame, rate = self.screen, self.frame, self.state["learning_rate"]
        with screen.hold_sync():
            self._send_track(rate)
            if self.state is not self._by_hand:  # the browser is there already, or farther
                screen.state = {**self.state, "turn": screen.turn}
            screen.exact = {
                **self.state,
                "partial": frame.partial,
                "place": [float(f"{value:.9g}") for value in frame.place],
                "excess": float(f"{frame.excess:.9g}") if np.isfinite(frame.excess) else None,
                "event": frame.event,
                "banner": frame.banner,
            }
            screen.status, screen.failed = frame.status, False
            screen.turn += 1

    def _send_track(self, rate):
        """Send the path at one rate as far as it goes, unless the browser has all of it."""
        if rate in self._sent:
            return
        rates = self.controls["learning_rate"].values
        name = TRACKS[rates.index(rate)] if rate in rates else "extra"
        setattr(self.screen, name, self.descent.track(rate))
        if self.descent.arrived(rate):
            self._sent = {r for r in self._sent if r in rates} | {rate}

    @alone
    def _asked(self, screen, message, buffers):
        """The browser rests in a state, wants a rate that it does not have, or other data."""
        if "choose" in message:
            try:
                self.choose(**message["choose"])
            except Exception as error:
                with screen.hold_sync():
                    self._failed(error)
                raise
        else:
            self._by_hand = {**self.state, **self.checked(message["state"])}
            self._go(self._by_hand, seconds=0.08 if running() else np.inf)

    def _work_ahead(self):
        """Compute all rates in slices between which the kernel answers, and send them."""
        self._work += 1
        work, descent = self._work, self.descent
        rates = self._all_rates()

        def slice_():
            with self._lock:
                if work != self._work:
                    return  # other data were chosen
                done = descent.ahead(rates, 0.04)
                with self.screen.hold_sync():
                    for rate in rates:
                        if rate not in self._sent and descent.arrived(rate):
                            self._send_track(rate)
            if not done:
                asyncio.get_running_loop().call_later(0.001, slice_)

        asyncio.get_running_loop().call_later(0.05, slice_)

    def _all_rates(self):
        """The rates of the grid, of which large data and a learner's gradient get fewer."""
        rates = self.controls["learning_rate"].values
        if self.descent.own_gradient or self.descent.model.X.size > 100_000:
            kept = {r for state in self.presets.values() for r in state.values()}
            rates = [r for r in rates if r in kept or r == self.state["learning_rate"]]
        return list(rates)

    # ---- showing it

    def figure(self, frame=None):
        """The picture of a frame, the present one by default, as a Matplotlib figure."""
        fig = Figure(figsize=SIZE, dpi=100)
        FigureCanvasAgg(fig)
        with matplotlib.style.context("default"), matplotlib.rc_context({"font.size": 12}):
            artists = _draw(fig, self.descent, self._marks)
        _update(artists, self.frame if frame is None else frame, self.descent)
        return fig

    def _repr_mimebundle_(self, include=None, exclude=None):
        """View, picture with alt text and a fixed sentence in one output.

        Where nobody watches, as in `nbconvert --execute`, the HTML holds the lab itself,
        and moves in a page without a kernel.
        """
        bundle = self.picture()._repr_mimebundle_()
        if watched():
            self._work_ahead()
            del bundle["image/png"]  # it is in the HTML, and need not be sent twice
        else:
            bundle["text/html"] += self._script()
        plain = f"Live lab: {self.title}."
        return bundle | widget_and_text(self.box, bundle["text/html"], plain)

    def _script(self):
        """Style, module and numbers, behind the picture which they replace."""
        rates = self._all_rates()
        self.descent.ahead(rates)
        tracks = [b64encode(self.descent.track(rate)).decode("ascii") for rate in rates]
        known = {
            "scene": {
                **_scene(self),
                "rates": rates,
                "words": [self.controls["learning_rate"].format(rate) for rate in rates],
                "choices": {},
            },
            "state": self.state,
            "tracks": tracks,
        }
        module = (HERE / "fit_lab.js").read_text(encoding="utf-8")
        module = module.replace("export default", "return")
        numbers = json.dumps(known, separators=(",", ":")).replace("<", "\\u003c")
        style = (HERE / "fit_lab.css").read_text(encoding="utf-8")
        return (
            f'\n<style class="glm-fit">\n{style}</style>\n<script class="glm-fit">\n'
            f"(function (here) {{\nconst lab = (function () {{\n{module}\n}})();\n"
            f"lab.revive(here, {numbers});\n}})(document.currentScript);\n</script>"
        )

    def to_html(self, path):
        """Write one HTML file that shows this lab and moves without kernel and network.

        Returns the Path. Raises OSError when the file cannot be written.
        """
        path = Path(path)
        body = self.picture()._repr_mimebundle_()["text/html"] + self._script()
        page = PAGE.format(title=html.escape(self.title), body=body)
        path.write_text(page, encoding="utf-8")
        return path


def running():
    """Whether an event loop runs: then there is a kernel, and somebody may be watching."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Fit lab: {title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ margin: 1em auto; max-width: 1100px; padding: 0 1em; font-family: sans-serif; }}
@media (prefers-color-scheme: dark) {{
  :root {{ --jp-layout-color0: #111; --jp-content-font-color0: #eee; }}
  body {{ background: #111; color: #eee; }}
}}
</style>
</head>
<body>
<main>
<h1>Gradient descent: {title}</h1>
{body}
</main>
</body>
</html>
"""


def _scene(lab):
    """All that stands still in the picture, as numbers and words."""
    descent = lab.descent
    estimate = descent.fit.beta if descent.finite else None
    in_errors = descent.truth is None and descent.errors is not None
    bars = None if descent.errors is None else 1.96 * descent.errors
    if descent.truth is not None:
        error = "truth"
    elif not descent.finite:
        error = "size"
    else:
        error = "errors" if in_errors else "away"

    def numbers(values):
        return None if values is None else [float(f"{v:.9g}") for v in values]

    rates = lab.controls["learning_rate"]
    top = math.isfinite(descent.least)
    return {
        "describe": lab.describe,
        "code": lab._code,
        "names": [str(name) for name in descent.model.names],
        "x": numbers(descent.x),
        "truth": numbers(descent.truth),
        "estimate": numbers(estimate),
        "errors": numbers(descent.errors),
        "middle": numbers(None if estimate is None else descent.place(estimate)),
        "bars": numbers(np.full(len(descent.x), 1.96) if in_errors else bars),
        "in_errors": in_errors,
        "error": error,
        "limits": list(descent.limits),
        "excess": list(descent.excess_limits),
        "least": descent.least if top else 0.0,
        "limit": descent.limit,
        "regions": descent.regions,
        "marks": lab._marks or {},
        "rates": list(rates.values),
        "words": [rates.format(rate) for rate in rates.values],
        "steps": list(descent.steps.values),
        "presets": {label: state["learning_rate"] for label, state in lab.presets.items()},
        "first": {control.name: control.default for control in lab.controls.values()},
        "choices": lab.choices,
        "options": OPTIONS,
    }


def _describe(descent):
    low, high = descent.limits
    if descent.truth is not None:
        left = f"Scatterplot of true against estimated coefficients, {low:.2g} to {high:.2g}"
    else:
        left = "Estimated coefficients with the intervals of the maximum-likelihood estimates"
    return (
        f"{left}; beside it the loss above its minimum on a log axis against iterations 0 "
        f"to {descent.iterations:,}; below, the rate on an axis with its stability limit "
        f"{descent.limit:.3g}."
    )


def _draw(fig, descent, marks):
    """Everything that stands still, and the artists that will move."""
    left = fig.add_axes([0.09, 0.375, 0.38, 0.525])
    right = fig.add_axes([0.56, 0.375, 0.41, 0.525])
    rates = fig.add_axes([0.09, 0.085, 0.88, 0.08])
    fit, limits = descent.fit, descent.limits
    d = len(descent.start)
    if descent.truth is not None:
        estimate = fit.beta if descent.finite else np.full(d, np.nan)
        plots.coefficient_scatter(left, descent.truth, estimate, descent.errors, limits)
    else:
        in_errors = descent.errors is not None
        plots.coefficient_strip(
            left,
            descent.model.names,
            descent.place(fit.beta) if descent.finite else np.full(d, np.nan),
            np.full(d, 1.96) if in_errors else None,
            limits,
            ylabel="distance in standard errors" if in_errors else "estimate",
        )
    left.yaxis.set_label_coords(-0.165, 0.5)
    plots.rate_axis(
        rates,
        descent.regions,
        descent.limit,
        descent.control.values[0],
        descent.control.values[-1],
        marks,
    )
    line = plots.loss_curve(right, [0], [1.0], descent.excess_limits, descent.iterations)
    look = {"color": plots.VERMILLION, "linestyle": "none"}
    name = "gradient descent"
    artists = {
        "now": left.plot([], [], marker="s", markersize=6, label=name, **look)[0],
        "above": left.plot([], [], marker="^", markersize=9, clip_on=False, **look)[0],
        "below": left.plot([], [], marker="v", markersize=9, clip_on=False, **look)[0],
        "curve": line["line"],
        "here": right.plot([], [], marker="s", markersize=9, clip_on=False, **look)[0],
        "rate line": rates.axvline(descent.limit, color=plots.VERMILLION, linewidth=2),
        "rate": rates.plot([], [], marker="s", markersize=11, zorder=5, **look)[0],
        "banner": right.text(
            0.04,
            0.07,
            "",
            transform=right.transAxes,
            color="white",
            bbox={"boxstyle": "round,pad=0.35", "color": plots.VERMILLION},
            zorder=10,
        ),
    }
    handles, labels = left.get_legend_handles_labels()
    fig.legend(
        handles, labels, loc="upper left", bbox_to_anchor=(0.075, 1.0), ncols=3, frameon=False,
        handletextpad=0.3, columnspacing=1.5,
    )  # fmt: skip
    return artists


def _update(artists, frame, descent):
    """The frame's numbers into the artists."""
    low, high = descent.limits
    x = descent.x
    gone = frame.gone
    place = frame.place
    inside = (place >= low) & (place <= high) & (not gone)
    artists["now"].set_data(x[inside], place[inside])
    up, down = (place > high) & (not gone), (place < low) & (not gone)
    artists["above"].set_data(x[up], np.full(up.sum(), high))
    artists["below"].set_data(x[down], np.full(down.sum(), low))
    artists["curve"].set_data(frame.curve_iterations, frame.curve_excess)
    floor, top = descent.excess_limits
    if gone:
        artists["here"].set_data([], [])
    else:
        artists["here"].set_marker("^" if frame.excess > top else "s")
        artists["here"].set_data([frame.iteration], [np.clip(frame.excess, floor, top)])
    artists["rate"].set_data([frame.rate], [0.5])
    artists["rate line"].set_xdata([frame.rate, frame.rate])
    artists["banner"].set_text(frame.banner)
    artists["banner"].set_visible(bool(frame.banner))
