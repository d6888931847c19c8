"""Counts or rates: does the big city have more risk, or more people?

Left, counts against people; in the middle, the same as rates; right, what the model says of
a city, and the coefficient of log people.
"""

import numpy as np

from ...data import stream
from ...models import PoissonRegression
from .engine import Frame, Lab, Panel, choice, dots, grid, line
from .log_the_mean import clocks, counts

PLACES, RATE, NEW = 30, 0.004, 100_000  # of each kind, events a person, people of a new city
RATIOS = (1, 2, 3, 5, 10, 20, 30)
RISKS = (0.5, 0.7, 1, 1.5, 2)
PRESETS = {"more people": (10, 1.0), "more risk": (1, 2.0), "both": (10, 2.0)}
WAYS = {
    "ignored": ("Exposure ignored", "count", "No coefficient of log people"),
    "offset": ("Log people as an offset", "rate",
               "The coefficient of log people is 1 by definition"),
    "free": ("Log people as a free covariate", "count at equal exposure",
             "The coefficient of log people is {:.2f} ({:.2f} to {:.2f})"),
}  # fmt: skip


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

    def compute(ratio, way, risk):
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
        words, what, known = WAYS[way]
        times = f"{ratio:g} times" if ratio > 1 else "once"
        return Frame(
            f"A city has {times} the people of a village. Counts: {means[0]:.1f} a "
            f"village, {means[1]:.1f} a city; per 1000 people {totals[0]:.2f} and "
            f"{totals[1]:.2f}. {words}: a city multiplies the {what} by {effect[0]:.2f} "
            f"({effect[1]:.2f} to {effect[2]:.2f}); the true rate ratio is {risk:g}. "
            f"{known.format(*coefficient)}. A new city of {NEW:,} people: "
            f"{predicted:,.0f} events expected, truly {1000 * RATE * risk * NEW / 1000:,.0f}.",
            "covers" if covers else "misses",
            table=(
                ["place", "people", "count", "per 1000"],
                [[("village", "city")[int(c)], f"{t:,.0f}", f"{k:.0f}", f"{r:.2f}"]
                 for c, t, k, r in zip(city, people, y, rates, strict=True)],
            ),
            city=city, people=people, y=y, rates=rates, effect=effect, risk=risk,
            coefficient=coefficient, beta=fit.beta, power=power, predicted=predicted,
            free=way == "free",
        )  # fmt: skip

    return Lab(
        title="counts or rates",
        question=__doc__.partition("\n")[0],
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
        picture=picture(),
        points=points,
        presets={
            name: {"ratio": ratio, "risk": risk} for name, (ratio, risk) in PRESETS.items()
        },
        code=code,
    )


def picture():
    people = {"x": "people", "xlim": (800, 4e5), "xscale": "log",
              "xticks": {1e3: "1,000", 1e4: "10,000", 1e5: "100,000"}}  # fmt: skip

    def marks(name):
        kinds = (("village", "estimate"), ("city", "now"))
        return [dots(f"{kind} {name}", role, kind, size=7) for kind, role in kinds] + [
            line(f"{kind} {name} line", role) for kind, role in kinds
        ]

    effect = [dots("truth", "truth", size=12), line("effect bar", "estimate"),
              dots("effect", "estimate", size=12)]  # fmt: skip
    power = [line("one", "truth", at=((-1, 1), 1)), line("power bar", "estimate"),
             dots("power", "estimate", size=12)]  # fmt: skip
    return [
        Panel(ylim=(0.8, 4000), yscale="log", yticks=[1, 10, 100, 1000], title="counts",
              marks=marks("counts"), **people),
        Panel(ylim=(0, 16), title="per 1000 people", marks=marks("rates"), **people),
        Panel((-1, 1), (0.3, 100), effect, title="a city multiplies by", xticks=[], wide=0.4,
              yscale="log", yticks=[0.5, 1, 2, 10, 50]),
        Panel((-1, 1), (-0.1, 1.5), power, title="coefficient, log people", xticks=[],
              yticks=[0, 0.5, 1, 1.5], wide=0.4),
    ]  # fmt: skip


def points(frame):
    # an exposure that is ignored has no coefficient: no mark stands for one
    coefficient = frame.coefficient if frame.power else np.full(3, np.nan)
    places = {
        "truth": (-0.4, frame.risk),
        "effect": (0.4, frame.effect[0]),
        "effect bar": (0.4, frame.effect[1:]),
        "power": (0, coefficient[0]),
        "power bar": (0, coefficient[1:]),
    }
    for kind, name in enumerate(("village", "city")):
        here = frame.city == kind
        people = frame.people[here]
        line = np.geomspace(people.min(), people.max(), 30)
        mean = np.exp(frame.beta[0] + kind * frame.beta[1]) * line**frame.power
        places[f"{name} counts"] = people, frame.y[here]
        places[f"{name} counts line"] = line, mean
        places[f"{name} rates"] = people, frame.rates[here]
        places[f"{name} rates line"] = line, 1000 * mean / line
    return places
