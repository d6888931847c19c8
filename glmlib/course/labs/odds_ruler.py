"""The odds ruler: if e^β is 3, is the event three times as likely?

Left, probability, odds and log-odds on three rulers with one scale: the same β is the same
arrow everywhere, and reads differently. Right, 1,000 people and the change of probability.
"""

import numpy as np

from ...links import sigmoid
from .. import plots
from .descent import number
from .engine import Frame, Lab, Panel, choice, dots, grid, line, plain, text

PEOPLE, ROW = 1000, 40
RATIOS = (0.1, 0.15, 0.2, 0.25, 0.33, 0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 7, 10)
BASELINES = (0.01, 0.02, 0.03, 0.05, 0.07, *np.round(np.arange(0.1, 0.96, 0.05), 2))
LOW, HIGH = -7.3, 5.6  # the rulers' ends, in log-odds
TICKS = {  # probability: what the three rulers say there, in words
    0.001: ("1 in 1,000", "", "very rare"),
    0.01: ("1 in 100", "1 to 99", "rare"),
    0.1: ("1 in 10", "1 to 9", "seldom"),
    0.5: ("1 in 2", "1 to 1", "even"),
    0.9: ("9 in 10", "9 to 1", "often"),
    0.99: ("99 in 100", "99 to 1", "almost always"),
}
RULERS = {"log-odds": 0.0, "odds": 1.0, "probability": 2.0}


def logit(p):
    return np.log(p / (1 - p))


def compute(p0, odds_ratio, say):
    ratio = odds_ratio
    beta, eta0 = np.log(ratio), logit(p0)
    eta1 = eta0 + beta
    p1 = float(sigmoid(np.array(eta1)))
    before, after = round(PEOPLE * p0), round(PEOPLE * p1)
    risk_ratio = p1 / p0
    # e^β is read as a risk ratio: how wrong is that, in either direction?
    wrong = max(ratio / risk_ratio, risk_ratio / ratio)
    event = "none" if ratio == 1 else "near" if wrong < 1.1 else "apart"
    if say == "words":
        status = (
            f"Of 1,000 people {before} have the event. With one unit more of x it is {after}: "
            f"{plain(risk_ratio)} times as many, while the odds are {plain(ratio)} times as "
            "large."
        )
    else:
        status = (
            f"Probability {plain(p0)} to {plain(p1)}, odds {plain(p0 / (1 - p0))} to "
            f"{plain(p1 / (1 - p1))}, log-odds {eta0:.2f} to {eta1:.2f}: odds ratio "
            f"{plain(ratio)}, risk ratio {plain(risk_ratio)}, difference {p1 - p0:.3f}, "
            f"never more than |β|/4 = {number(abs(beta) / 4)}."
        )
    rows = [
        ("probability", p0, p1, risk_ratio),
        ("odds", p0 / (1 - p0), p1 / (1 - p1), ratio),
        ("log-odds", eta0, eta1, ""),
    ]
    return Frame(
        status,
        event,
        table=(["ruler", "before", "after", "ratio"],
               [[name, *(f"{v:.6g}" if v != "" else "" for v in row)] for name, *row in rows]),
        scene=say,
        p0=p0, p1=p1, eta0=float(eta0), eta1=float(eta1), beta=float(beta),
        risk_ratio=float(risk_ratio), difference=p1 - p0, bound=abs(float(beta)) / 4,
        before=before, after=after,
    )  # fmt: skip


def picture(frame):
    words = [
        text(f"{p:g} {height}", said[i], (logit(p), height - (0.5 if low else 0.24)))
        for p, said in said_at(frame.scene).items()
        for i, height in enumerate((2.0, 1.0, 0.0))
        for low in [frame.scene == "words" and p in (0.01, 0.9)]
    ]
    heights, ps = np.array(list(RULERS.values())), np.array([logit(p) for p in TICKS])
    x, y = np.meshgrid(ps, heights)
    rulers = [
        line("rulers", "plain", at=plots.upright(heights, LOW, HIGH)[::-1], width=2),
        line("notches", "plain", at=plots.upright(x.ravel(), y.ravel() - 0.06,
                                                  y.ravel() + 0.06), width=2),
        *words,
    ]  # fmt: skip
    for name in RULERS:
        label = ("before", "one unit of x more") if name == "odds" else ("", "")
        rulers += [
            line(f"{name} arrow", "now", dash="-", width=5),
            dots(f"{name} before", "estimate", label[0], size=15),
            dots(f"{name} up", "now", label[1], size=17, marker=">"),
            dots(f"{name} down", "now", size=17, marker="<"),
            dots(f"{name} after", "now", size=14),
        ]
    people = [
        dots("all", "quiet", at=seats(0, PEOPLE), size=3),
        *(dots(name, role, size=5, marker="s", **look) for name, role, look in (
            ("people", "estimate", {}), ("more", "now", {}), ("fewer", "now", {"hollow": True})
        )),
    ]  # fmt: skip
    change = [line("zero", "plain", at=((0, 0), (-1, 1)), width=1),
              line("bound", "truth"), line("change", "now", dash="-", width=12)]  # fmt: skip
    return [
        Panel((LOW, HIGH), (-0.6, 2.6), rulers, xticks=[], wide=1.6, bare=True,
              yticks={height: name for name, height in RULERS.items()}),
        (Panel((-1, ROW), (PEOPLE // ROW, -1), people, title="1,000 people", xticks=[],
               yticks=[], tall=3, bare=True),
         Panel((-0.7, 0.7), (-1, 1), change, "change of probability", xticks=[-0.5, 0, 0.5],
               yticks=[])),
    ]  # fmt: skip


def said_at(scene):
    """{probability: what the three rulers say there}."""
    if scene == "words":
        return TICKS
    return {
        p: (f"{p:g}", plain(round(p / (1 - p), 3)), f"{logit(p):.1f}".replace("-", "−"))
        for p in TICKS
    }


def seats(first, last):
    """Where the people first, first + 1, … last − 1 are drawn."""
    i = np.arange(first, last)
    return i % ROW, i // ROW


def points(frame):
    both, bound = min(frame.before, frame.after), frame.bound
    places = {
        "people": seats(0, both),
        "more": seats(both, frame.after),
        "fewer": seats(both, frame.before),
        "bound": plots.upright([-bound, bound], -1, 1),
        "change": ([0, frame.difference], 0),
    }
    for name, height in RULERS.items():
        places[f"{name} arrow"] = [frame.eta0, frame.eta1], height
        places[f"{name} before"] = frame.eta0, height
        there, nowhere = (frame.eta1, height), ([], [])
        places[f"{name} up"] = there if frame.beta > 0 else nowhere
        places[f"{name} down"] = there if frame.beta < 0 else nowhere
        places[f"{name} after"] = nowhere if frame.beta else there
    return places


def odds_ruler(p0=0.3, odds_ratio=3.0, *, code="lab"):
    """A live lab of what an odds ratio e^β does to a probability.

    Adding β to the log-odds multiplies the odds by e^β; the probability moves from p₀ to
    S(logit p₀ + β), by |β|/4 at most.

    Parameters
    ----------
    p0 : the probability before, 0.01 to 0.95.
    odds_ratio : e^β, 0.1 to 10.
    code : the name under which "Copy state" addresses the lab.

    Returns
    -------
    Lab; its frame holds `p0`, `p1`, `risk_ratio`, `difference` and `bound` = |β|/4.

    >>> lab = odds_ruler()
    >>> [round(lab.set(p0=p0).frame.risk_ratio, 2) for p0 in (0.01, 0.3, 0.8)]
    [2.94, 1.88, 1.15]
    """
    return Lab(
        title="odds ruler",
        question=__doc__.partition("\n")[0],
        describe="Left, three aligned rulers: log-odds −7 to 7, odds and probability 0.001 to "
        "0.999, each with the same arrow from before to after; right, an array of 1,000 "
        "people and the change of probability, −0.7 to 0.7, with its bound.",
        controls=[
            grid("p0", "baseline p", BASELINES, p0),
            grid("odds_ratio", "odds ratio", RATIOS, odds_ratio),
            choice("say", "say it in", ["numbers", "words"]),
        ],
        compute=compute,
        picture=picture,
        points=points,
        presets={"rare": {"p0": 0.01}, "one in two": {"p0": 0.5}, "frequent": {"p0": 0.8}},
        code=code,
    )
