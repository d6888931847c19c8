"""The fit lab: what do learning rate and number of iterations do to the estimates?

Left, the coefficients; beside them the loss above its minimum, the way of each coefficient,
or the curve over the data; below, the rate among all rates. The numbers are those of
`descent.py`.
"""

from dataclasses import replace

import numpy as np

from ... import data
from .. import plots
from ..kinds import MODELS
from .descent import Descent
from .driven import alone
from .engine import SLICE, Lab, Panel, band, choice, dots, line, plain, text, toggle, view
from .panels import chosen, short

MANY = 400  # points in the picture of the data; of more rows it shows every second, third …


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
    FitLab, a Lab whose `pin()` keeps the run at this rate beside those at others, and whose
    `choose(family=…, mean=…)` makes other data or the mean of the loss. `descent` holds what
    it computes with.

    Raises ValueError for `truth` or `start` of the wrong length, for a gradient of the wrong
    shape, and for data too large to be drawn while somebody waits.

    >>> import glmlib
    >>> X, y, beta = glmlib.simulate("logistic", n=200, d=2, seed=1)
    >>> lab = fit_lab(glmlib.LogisticRegression(X, y), truth=beta, iterations=2000)
    >>> lab.set(iteration=1000).frame.event
    'converged'
    >>> fit_lab("poisson").choose(n=300).descent.model.X.shape
    (300, 10)
    """
    choices = {} if gradient else {"mean": False}
    if isinstance(model, str):
        if model not in MODELS:
            raise ValueError(f"there is no model {model!r}: choose from {', '.join(MODELS)}")
        choices |= {"family": model, "n": 1000, "noise": 1.0, "seed": 123}

    def make(mean=False, family=None, n=None, noise=None, seed=None):
        if family is None:
            return Descent(model, truth, start, gradient, iterations, mean)
        X, y, beta = data.simulate(family, n, 10, seed, noise)
        return Descent(MODELS[family](X, y), beta, start, gradient, iterations, mean)

    descent = make(**choices)
    return FitLab(
        title="learning rate and iterations",
        question=__doc__.partition("\n")[0],
        code=code,
        play="iteration",
        pin=["learning_rate"],
        make=make,
        choices=choices,
        marks=marks or {},
        descent=descent,
        **opened(descent, marks or {}, learning_rate, iteration),
        settings=settings(choices),
    )


class FitLab(Lab):
    """The fit lab, whose paths are computed together before its frames are."""

    def __init__(self, *, make, choices, marks, descent, **parts):
        self._make, self.choices, self._marks, self.descent = make, choices, marks, descent
        super().__init__(**parts)

    @alone
    def choose(self, **choices):
        """Make other data or another loss, and with them other paths. Returns the lab."""
        for name in choices:
            if name not in self.choices:
                has = ", ".join(self.choices) or "none"
                raise ValueError(f"this lab has no choice {name!r}: it has {has}")
        choices = self.choices | choices
        shown, descent = settings(choices), self._make(**choices)
        parts = opened(descent, self._marks, None, self.iteration)
        self.choices, self.descent = choices, descent
        made = ", ".join(f"{name}={value!r}" for name, value in choices.items())
        self.code = f"{self.code.partition('.')[0]}.choose({made})"
        with self.hold_sync():
            self.pinned = {}
            self._open(**parts, settings=shown)
            self.set(**{c.name: c.default for c in parts["controls"] if c.slides})
        return self

    def _rates(self):
        """The rates whose paths are computed before somebody goes there.

        Of large data and a learner's gradient they are those of the buttons, and the present.
        """
        rates = self.controls["learning_rate"].values
        if self.descent.own_gradient or self.descent.model.X.size > 100_000:
            known = [*self.presets.values(), self.state, self.pinned]
            kept = {state.get("learning_rate") for state in known}
            rates = [r for r in rates if r in kept | {self.controls["learning_rate"].default}]
        return list(rates)

    def _found(self, wanted, stop):
        waiting = self.frame.partial or not self.descent.ahead(self._rates(), SLICE)
        return super()._found([] if waiting else wanted, stop)

    def stops(self, *most):
        rates = {*self._rates(), self.state["learning_rate"]}
        return [replace(c, values=tuple(v for v in c.values if v in rates))
                if c.name == "learning_rate" else c for c in super().stops(*most)]  # fmt: skip

    def table(self, controls):
        self.descent.ahead(self._rates())
        return super().table(controls)


def settings(choices):
    """The controls of what can be chosen, each at its present value."""
    all_of_them = {
        "family": ("family", list(MODELS)),
        "n": ("rows", [100, 300, 1000, 3000, 10_000]),
        "noise": ("noise of the linear model", [0.3, 1.0, 3.0]),
        "seed": ("sample", sorted({*range(123, 128), choices.get("seed", 123)})),
    }
    found = [choice(name, *all_of_them[name], choices[name])
             for name in all_of_them if name in choices]  # fmt: skip
    if "mean" in choices:
        found.append(toggle("mean", "the mean of the loss, not its sum", choices["mean"]))
    return found


def opened(descent, marks, learning_rate, iteration):
    """What a Lab is given of these paths, and where it stands first."""
    presets = descent.presets()
    if learning_rate is None:
        learning_rate = presets["just right"]["learning_rate"]
    low, high = descent.limits
    if descent.truth is not None:
        left = f"Scatterplot of true against estimated coefficients, {low:.2g} to {high:.2g}"
    else:
        left = "Estimated coefficients with the intervals of the maximum-likelihood estimates"
    views = {"loss": "the loss above its minimum on a log axis",
             "coefficients": "each coefficient"}  # fmt: skip
    beside = f"{' or '.join(views.values())} against iterations 0 to {descent.iterations:,}"
    if descent.predictor is not None:
        views["data"], beside = "", f"{beside}, or the data with the curve of the means"
    return {
        "controls": [
            descent.control.starting_at(learning_rate),
            descent.steps.starting_at(min(iteration, descent.iterations)),
            view("beside", "beside it", list(views)),
        ],
        "compute": lambda learning_rate, iteration, seconds: descent.compute(
            {"learning_rate": learning_rate, "iteration": iteration}, seconds
        ),
        "picture": picture(descent, marks),
        "points": lambda frame: points(descent, frame),
        "presets": presets,
        "describe": f"{left}; beside it {beside}; below, the rate on an axis with its "
        f"stability limit {descent.limit:.3g}.",
    }


def picture(descent, marks):
    across = [loss_panel(descent), traces_panel(descent)]
    if descent.predictor is not None:
        across.append(data_panel(descent))
    return [coefficients_panel(descent), *across], rates_panel(descent, marks)


def estimates(descent, x):
    """The maximum-likelihood estimates at x, as marks: bars and circles."""
    if not descent.finite:
        return []
    middle, half, label = descent.place(descent.fit.beta), None, "maximum likelihood"
    if descent.errors is not None:
        half = 1.96 * (1 if descent.truth is None else descent.errors)
        label += " ± 1.96 SE"
    circles = dots("estimates", "estimate", label, (x, middle), hollow=True, size=16)
    if half is None:
        return [circles]
    ends = plots.upright(x, middle - half, middle + half)
    return [line("intervals", "estimate", at=ends, width=2), circles]


def coefficients_panel(descent):
    now, truth = dots("now", "now", "gradient descent", size=9), descent.truth
    if truth is None:
        units = descent.errors is not None and "distance in standard errors"
        names = {j: str(name)[:10] for j, name in enumerate(descent.model.names)}
        return Panel((-0.6, len(names) - 0.4), descent.limits,
                     [*estimates(descent, descent.x), now], "coefficient",
                     units or "estimate", xticks=names)  # fmt: skip
    marks = [
        line("diagonal", "truth", at=(descent.limits, descent.limits), width=1.5),
        *estimates(descent, truth),
        now,
        dots("truth", "truth", "truth", (truth, truth), size=6),  # seen in the middle of all
    ]
    return Panel(descent.limits, descent.limits, marks, "true coefficient", "estimate")


def loss_panel(descent):
    (floor, top), last = descent.excess_limits, descent.iterations
    marks = [
        line("curve", "now", width=2.5),
        dots("here", "now", size=12),
        text("event", plate=True),
    ]
    return Panel((-0.15, 1.3 * last), (floor, top), marks, "iteration",
                 "loss − minimum", "", "from 0", "log", view="loss")  # fmt: skip


def traces_panel(descent):
    """Each coefficient against the iteration, at the height that it has in the scatterplot."""
    end, marks = np.full(len(descent.start), descent.iterations), []
    if descent.finite:
        goal = descent.place(descent.fit.beta)
        marks.append(dots("goals", "estimate", at=(end, goal), hollow=True, size=16))
    marks += [line("traces", "now", dash="-", width=1.5), dots("ends", "now", size=9)]
    if descent.truth is not None:
        marks.append(dots("true ends", "truth", at=(end, descent.truth), size=6))
    return Panel((-0.15, 1.3 * descent.iterations), descent.limits, marks, "iteration",
                 coefficients_panel(descent).y, xscale="from 0",
                 view="coefficients")  # fmt: skip


def data_panel(descent):
    model, x = descent.model, descent.model.X[:, descent.predictor]
    some = slice(None, None, -(-len(x) // MANY))
    of = "" if some.step == 1 else f", {len(x[some])} of {len(x):,} rows"
    marks = [dots("rows", "plain", at=(x[some], model.y[some]), faint=True, size=8)]
    means = []
    if descent.truth is not None:
        means.append(descent.fitted(descent.truth))
        marks.append(line("true curve", "truth", at=(descent.across, means[-1]), width=2.5))
    if descent.finite:
        means.append(descent.fitted(descent.fit.beta))
        marks.append(line("best curve", "estimate", at=(descent.across, means[-1]), width=2))
    marks.append(line("fitted", "now", width=3))
    return Panel(plots.span(x), plots.span(model.y, *means), marks,
                 f"{model.names[descent.predictor]}{of}", "y", view="data")  # fmt: skip


def rates_panel(descent, marks):
    low, high = descent.control.values[0], descent.control.values[-1]
    shown, inside = [], {label: rate for label, rate in marks.items() if low <= rate <= high}
    roles = {"slow": "quiet", "good": "passed", "bounces": "now", "diverges": "now"}
    for name, start, stop in descent.regions:
        start, stop = max(start, low), min(stop, high)
        if start < stop:
            # what diverges is drawn twice: it is darker
            width = (start, high) if name == "bounces" else (start, stop)
            words = text(f"{name}, in words", name, ((start, stop), (0.74, 0.74)))
            shown += [band(name, roles[name], at=(width, None)), words]
    shown += [line(label, "truth", at=(rate, (0, 0.4)), width=2)
              for label, rate in inside.items()]  # fmt: skip
    shown += [
        line("limit", "plain", at=(descent.limit, (0, 1)), width=3),
        line("rate line", "now", dash="-", width=2.5),
        dots("rate", "now", size=12),
    ]
    # a mark has its name among the ticks, in the place of powers of ten that are near
    ticks = {v: short(v, "log") for v in chosen(low, high, "log")
             if all(abs(np.log10(v / rate)) > 0.3 for rate in inside.values())}  # fmt: skip
    ticks |= {rate: label for label, rate in inside.items()}
    return Panel((low, high), (0, 1), shown, xscale="log", xticks=dict(sorted(ticks.items())),
                 title=f"learning rate, its limit 2/λmax = {plain(descent.limit)}",
                 yticks=[], tall=0.33)  # fmt: skip


def points(descent, frame):
    floor = descent.excess_limits[0]
    nowhere = np.nan if frame.gone else 0.0
    place, iteration = frame.place + nowhere, frame.iteration + nowhere
    found = {
        "now": (descent.x, place),
        "curve": (frame.curve_iterations, frame.curve_excess),
        "here": (iteration, np.maximum(frame.excess, floor)),
        "event": ((0, descent.iterations), 8 * floor, [frame.banner]),
        "traces": frame.traces,
        "ends": (iteration, place),
        "rate": (frame.rate, 0.2),
        "rate line": (frame.rate, (0, 0.4)),
    }  # fmt: skip
    return (
        found
        if descent.predictor is None
        else found | {"fitted": (descent.across, frame.fitted + nowhere)}
    )
