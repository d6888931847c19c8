"""Counts or rates: does the big city have more risk, or more people?

Left, counts against people; in the middle, the same as rates; right, what the model says of
a city, and the coefficient of log people.
"""

import numpy as np

from .. import plots
from ..data import stream
from ..models import PoissonRegression
from .live import Frame, Lab, choice, grid
from .log_the_mean import clocks, counts

PLACES, RATE, NEW = 30, 0.004, 100_000  # of each kind, events a person, people of a new city
RATIOS = (1, 2, 3, 5, 10, 20, 30)
RISKS = (0.5, 0.7, 1, 1.5, 2)
WAYS = {
    "ignored": ("Exposure ignored", "count"),
    "offset": ("Log people as an offset", "rate"),
    "free": ("Log people as a free covariate", "count at equal exposure"),
}


def exposure(ratio=10, way="ignored", risk=1.0, *, seed=16, code="lab"):
    """A live lab of events in villages and cities: counts, rates and the offset.

    Parameters
    ----------
    ratio : how many times the people of a village a city has, 1 to 30.
    way : "ignored", "offset" or "free": what the model does with log people.
    risk : the true rate of a city over that of a village, 0.5 to 2.
    seed : of the thirty villages and thirty cities; the same draws serve every state.
    code : the name under which "Copy state" addresses the lab.

    Returns
    -------
    Lab; its frame holds `effect` (estimate, low, high: what a city multiplies by),
    `coefficient` (estimate, low, high: of log people) and `predicted`, the events expected
    in a new city of 100,000 people.

    >>> lab = exposure(ratio=10, risk=1.0)
    >>> bool(lab.frame.effect[1] > 9), bool(lab.set(way="offset").frame.effect[2] < 1.2)
    (True, True)
    """
    sizes = 1000 * 10 ** stream(seed, "people").random(2 * PLACES)
    city = np.repeat([0.0, 1.0], PLACES)
    events = clocks(seed, "events", 2 * PLACES, RATE * 10_000 * RATIOS[-1] * RISKS[-1])
    X = np.column_stack([np.ones(2 * PLACES), city])

    def compute(state):
        ratio, way, risk = state["ratio"], state["way"], state["risk"]
        people = sizes * ratio**city
        y = counts(events, RATE * people * risk**city)
        log_people = np.log(people)
        if way == "free":
            fit = PoissonRegression(np.column_stack([X, log_people]), y).fit()
        else:
            fit = PoissonRegression(X, y, offset=log_people * (way == "offset")).fit()
        intervals = fit.confidence_interval()
        effect = np.exp(np.array([fit.beta[1], *intervals[1]]))
        power = {"ignored": 0.0, "offset": 1.0, "free": fit.beta[-1]}[way]
        coefficient = np.array([power, *(intervals[2] if way == "free" else (power, power))])
        predicted = float(np.exp(fit.beta[0] + fit.beta[1] + power * np.log(NEW)))
        rates = 1000 * y / people
        means = [y[city == kind].mean() for kind in (0, 1)]
        totals = [1000 * y[city == kind].sum() / people[city == kind].sum() for kind in (0, 1)]
        covers = effect[1] <= risk <= effect[2]
        words, what = WAYS[way]
        times = f"{ratio:g} times" if ratio > 1 else "once"
        known = {
            "ignored": "No coefficient of log people. ",
            "offset": "The coefficient of log people is 1 by definition. ",
            "free": f"The coefficient of log people is {power:.2f} "
            f"({coefficient[1]:.2f} to {coefficient[2]:.2f}). ",
        }[way]
        return Frame(
            f"A city has {times} the people of a village. Counts: {means[0]:.1f} a "
            f"village, {means[1]:.1f} a city; per 1000 people {totals[0]:.2f} and "
            f"{totals[1]:.2f}. {words}: a city multiplies the {what} by {effect[0]:.2f} "
            f"({effect[1]:.2f} to {effect[2]:.2f}); the true rate ratio is {risk:g}. {known}"
            f"A new city of {NEW:,} people: {predicted:,.0f} events expected, "
            f"truly {1000 * RATE * risk * NEW / 1000:,.0f}.",
            "covers" if covers else "misses",
            table=(
                ["place", "people", "count", "per 1000"],
                [[("village", "city")[int(c)], f"{t:,.0f}", f"{k:.0f}", f"{r:.2f}"]
                 for c, t, k, r in zip(city, people, y, rates, strict=True)],
            ),
            scene="exposure",
            city=city, people=people, y=y, rates=rates, effect=effect, risk=risk,
            coefficient=coefficient, beta=fit.beta, power=power, predicted=predicted,
            free=way == "free",
        )  # fmt: skip

    return Lab(
        title="counts or rates",
        describe="Three panels. Left, counts, 1 to 4000, against people, 1000 to 400,000, "
        "both on log axes, of thirty villages and thirty cities with fitted lines; middle, "
        "events per 1000 people, 0 to 16, against people; right, what a city multiplies by, "
        "0.3 to 100 on a log axis, with the truth, and the coefficient of log people, with 1 "
        "marked.",
        controls=[
            grid("ratio", "city / village", RATIOS, ratio, "{:g} times".format),
            choice("way", "log people", list(WAYS), way),
            grid("risk", "rate ratio", RISKS, risk, "{:g}".format),
        ],
        compute=compute,
        draw=draw,
        update=update,
        presets={
            "more people": {"ratio": 10, "risk": 1.0},
            "more risk": {"ratio": 1, "risk": 2.0},
            "both": {"ratio": 10, "risk": 2.0},
        },
        code=code,
    )


def draw(fig, frame):
    left = fig.add_axes([0.075, 0.15, 0.3, 0.71])
    middle = fig.add_axes([0.435, 0.15, 0.26, 0.71])
    effect = fig.add_axes([0.77, 0.15, 0.07, 0.71])
    power = fig.add_axes([0.91, 0.15, 0.07, 0.71])
    left.set(xscale="log", yscale="log", xlim=(800, 4e5), ylim=(0.8, 4000), title="counts")
    left.set_yticks([1, 10, 100, 1000], ["1", "10", "100", "1000"])
    middle.set(xscale="log", xlim=(800, 4e5), ylim=(0, 16), title="per 1000 people")
    for ax in (left, middle):
        ax.set_xlabel("people")
        ax.set_xticks([1e3, 1e4, 1e5], ["1,000", "10,000", "100,000"])
        ax.minorticks_off()
    effect.set(yscale="log", xlim=(-1, 1), ylim=(0.3, 100), title="a city\nmultiplies by")
    effect.set_yticks([0.5, 1, 2, 10, 50], ["0.5", "1", "2", "10", "50"])
    effect.minorticks_off()
    power.set(xlim=(-1, 1), ylim=(-0.1, 1.5), title="coefficient,\nlog people")
    power.set_yticks([0, 0.5, 1, 1.5])
    power.axhline(1, color=plots.INK, linestyle=":", linewidth=2)
    for ax in (left, middle, effect, power):
        ax.grid(True, color="#dddddd")
        ax.set_axisbelow(True)
        ax.title.set_size(12)
    for ax in (effect, power):
        ax.set_xticks([])
    circle = {"color": plots.BLUE, "marker": "o", "linestyle": "none", "markersize": 5}
    square = {"color": plots.VERMILLION, "marker": "s", "linestyle": "none", "markersize": 5}
    solid = {"color": plots.BLUE, "linewidth": 2.5}
    dashed = {"color": plots.VERMILLION, "linestyle": "--", "linewidth": 2.5}
    mark = {"color": plots.BLUE, "marker": "o", "linestyle": "none", "markersize": 9}
    artists = {}
    for ax, name in ((left, "counts"), (middle, "rates")):
        artists[f"village {name}"] = ax.plot([], [], label="village", **circle)[0]
        artists[f"city {name}"] = ax.plot([], [], label="city", **square)[0]
        artists[f"village {name} line"] = ax.plot([], [], **solid)[0]
        artists[f"city {name} line"] = ax.plot([], [], **dashed)[0]
    left.legend(
        loc="upper left", framealpha=1, edgecolor="white", fontsize=12, markerscale=1.5
    )
    artists["truth"] = effect.plot([], [], "D:", color=plots.INK, markersize=9)[0]
    artists["effect bar"] = effect.plot([], [], color=plots.BLUE, linewidth=2.5)[0]
    artists["effect"] = effect.plot([], [], **mark)[0]
    artists["power bar"] = power.plot([], [], color=plots.BLUE, linewidth=2.5)[0]
    artists["power"] = power.plot([], [], **mark)[0]
    return artists


def update(artists, frame):
    for kind, name in enumerate(("village", "city")):
        here = frame.city == kind
        people = frame.people[here]
        ends = np.array([people.min(), people.max()])
        line = np.exp(frame.beta[0] + kind * frame.beta[1]) * ends**frame.power
        ends, line = np.geomspace(*ends, 30), np.geomspace(*line, 30)
        artists[f"{name} counts"].set_data(people, frame.y[here])
        artists[f"{name} counts line"].set_data(ends, line)
        artists[f"{name} rates"].set_data(people, frame.rates[here])
        artists[f"{name} rates line"].set_data(ends, 1000 * line / ends)
    artists["truth"].set_data([-0.4], [frame.risk])
    artists["effect"].set_data([0.4], frame.effect[:1])
    artists["effect bar"].set_data([0.4, 0.4], frame.effect[1:])
    artists["power"].set_data([0], frame.coefficient[:1])
    artists["power bar"].set_data([0, 0], frame.coefficient[1:])
