"""Which distribution? Ask each family for data of its own, and compare them with yours.

Three panels: the share of zeros, the largest value and the variance, of 200 data sets that the
fitted model simulates, and of the data.
"""

from functools import cache

import numpy as np

from .. import plots
from ..data import add_intercept, load, stream
from ..diagnostics import maximum_likelihood_theta
from ..models import GLM, PoissonRegression
from .live import Frame, Lab, choice, plain

DRAWS = 200
FAMILIES = ("normal", "Gamma", "Poisson", "negative binomial")
SUMMARIES = {
    "zeros": ("share of zeros", lambda y: (y == 0).mean(axis=-1)),
    "largest": ("largest value", lambda y: y.max(axis=-1)),
    "variance": ("variance", lambda y: y.var(axis=-1)),
}


def packaged():
    """Horse kicks, alpha particles and weights of newborns: name -> (X, y)."""
    kicks, particles, births = (
        load(name) for name in ("horsekick", "rutherford_geiger", "birthwt")
    )
    alpha = np.repeat(particles["alpha"], particles["freq"].astype(int))
    X = add_intercept(births.columns("lwt", "smoke"))
    return {
        "horse kicks": (np.ones((len(kicks), 1)), kicks["deaths"]),
        "alpha particles": (np.ones((len(alpha), 1)), alpha),
        "birth weights": (X, births["bwt"]),
    }


def impossible(family, y):
    """Why y cannot come from this family; "" when it can."""
    if family != "normal" and (y < 0).any():
        return f"a value of {y.min():g} lies below its support"
    if family == "Gamma" and (y == 0).any():
        return f"{int((y == 0).sum())} values are 0, and a Gamma value never is"
    if family in ("Poisson", "negative binomial") and (y % 1 != 0).any():
        return "not all values are whole, and a count is"
    return ""


def fit_family(family, X, y):
    """The fit of a family with the link that keeps its means possible, or None if θ is ∞."""
    if family == "negative binomial":
        model = PoissonRegression(X, y)
        rest = model.fit().mu
        return maximum_likelihood_theta(model) if ((y - rest) ** 2 - y).sum() > 0 else None
    name = {"normal": "gaussian"}.get(family, family.lower())
    return GLM(X, y, name, "identity" if family == "normal" else "log").fit()


def predictive(data=None, name=None, family="Poisson", *, seed=18, code="lab"):
    """A live lab of data simulated from a fitted family, beside the data.

    Parameters
    ----------
    data : {name: (X, y)}, two to four data sets; None takes three packaged ones.
    name : the data set that is shown first; None is the first.
    family : "normal" (identity link), "Gamma", "Poisson" or "negative binomial" (log link).
    seed : of the 200 simulated data sets.
    code : the name under which "Copy state" addresses the lab.

    Returns
    -------
    Lab; its frame holds `observed` (3,) and `simulated` (3, 200): zeros, largest, variance;
    `log_score`, the log-likelihood a row at the estimate; and `why`, the reason when the
    family cannot have made these data at all. A summary fits when it lies in the middle 95 %.
    Source: Gelman, Meng & Stern, Posterior predictive assessment, Stat. Sinica 6 (1996).

    >>> lab = predictive()
    >>> lab.frame.event, lab.set(family="Gamma").frame.event
    ('fits', 'impossible')
    """
    data = packaged() if data is None else data
    data = {key: (np.asarray(X, float), np.asarray(y, float)) for key, (X, y) in data.items()}
    names = list(data)

    @cache
    def results(name, family):
        """Why it is impossible, the log score, the simulated summaries (3, 200)."""
        X, y = data[name]
        why = impossible(family, y)
        fit = None if why else fit_family(family, X, y)
        if fit is None:
            why = why or "the values vary no more than Poisson counts: θ is infinite"
            return why, None, np.full((3, DRAWS), np.nan)
        rng, model = stream(seed, f"{name} {family}"), fit.model
        mu = np.tile(fit.mu, (DRAWS, 1))
        draws = model.family.sample(rng, mu, fit.dispersion)
        values = np.array([summary(draws) for _, summary in SUMMARIES.values()])
        return "", fit.log_likelihood / len(y), np.sort(values, axis=1)

    def compute(state):
        name, family = state["name"], state["family"]
        y = data[name][1]
        why, score, simulated = results(name, family)
        observed = np.array([summary(y) for _, summary in SUMMARIES.values()])
        low, high = np.quantile(simulated, [0.025, 0.975], axis=1)
        inside = (low - 1e-9 <= observed) & (observed <= high + 1e-9)
        start = f"{name}, {family}: "
        if why:
            status = f"{start}impossible, {why}."
        else:
            parts = [
                f"{what} {plain(seen)} ({plain(a)} to {plain(b)})"
                for (what, _), seen, a, b in zip(
                    SUMMARIES.values(), observed, low, high, strict=True
                )
            ]
            wrong = [what for what, right in zip(SUMMARIES, inside, strict=True) if not right]
            end = f"Misses: {', '.join(wrong)}." if wrong else "All three fit."
            status = (
                f"{start}{'; '.join(parts)}. In brackets 95 % of {DRAWS} simulated data sets. "
                f"Log-likelihood a row {score:.3f}. {end}"
            )
        return Frame(
            status,
            "impossible" if why else "fits" if inside.all() else "misses",
            table=(["summary", "data", "simulated, 2.5 %", "97.5 %"],
                   [[what, f"{observed[k]:.4g}", *("none" if why else f"{v:.4g}"
                     for v in (low[k], high[k]))]
                    for k, (what, _) in enumerate(SUMMARIES.values())]),
            scene=name,
            observed=observed, simulated=simulated, log_score=score, why=why,
            limits=[limits(name, k) for k in range(3)],
        )  # fmt: skip

    @cache
    def limits(name, k):
        """The ends of an axis: what the families can do, and the data."""
        every = [results(name, family)[2][k] for family in FAMILIES]
        seen = list(SUMMARIES.values())[k][1](data[name][1])
        return plots.span(*(values[1:-1] for values in every), np.array([seen]), margin=0.1)

    return Lab(
        title="which distribution",
        describe="Three panels: share of zeros, largest value and variance of 200 simulated "
        "data sets, in increasing order, against the share of simulations, 0 to 1; a dotted "
        "line marks the data.",
        controls=[
            choice("name", "data", names, name or names[0]),
            choice("family", "family", list(FAMILIES), family),
        ],
        compute=compute,
        draw=draw,
        points=points,
        presets={
            "one rate": {"family": "Poisson"},
            "rates that differ": {"family": "negative binomial"},
        },
        code=code,
    )


def draw(fig, frame):
    artists = {}
    for k, (key, (what, _)) in enumerate(SUMMARIES.items()):
        ax = plots.panel(fig, (0.07 + 0.32 * k, 0.15, 0.27, 0.68), xlim=frame.limits[k],
                         ylim=(-0.02, 1.02), title=what)  # fmt: skip
        ax.locator_params(axis="x", nbins=4)
        if k == 0:
            ax.set_ylabel("share of simulations")
        artists[key] = plots.marks(ax, "now", "200 simulated", markersize=3)
        artists[f"{key} data"] = plots.line(ax, "truth", "data", linewidth=3)
    plots.legend(fig, "upper center", handles=[artists["zeros"], artists["zeros data"]],
                 ncols=2, frameon=False, markerscale=2,
                 bbox_to_anchor=(0.5, 1.02))  # fmt: skip
    return artists


def points(frame):
    share = (np.arange(DRAWS) + 0.5) / DRAWS
    there = np.isfinite(frame.simulated[0])
    return {
        key: (frame.simulated[k][there], share[there]) for k, key in enumerate(SUMMARIES)
    } | {f"{key} data": (frame.observed[k], [0, 1]) for k, key in enumerate(SUMMARIES)}
