"""Which distribution? Ask each family for data of its own, and compare them with yours.

Three panels: the share of zeros, the largest value and the variance, of 200 data sets that the
fitted model simulates, and of the data. The sentence walks the three questions of the lesson,
support, spread and mechanism, up to the first that the family does not pass.
"""

import warnings
from functools import cache
from itertools import product

import numpy as np

from ...data import add_intercept, load, stream
from ...families import FAMILIES as glm_families
from ...guards.inputs import ConvergenceWarning
from ...inference.theta import maximum_likelihood_theta
from ...models import GLM
from .. import plots
from .engine import Frame, Lab, Panel, choice, dots, line, plain

DRAWS = 200
FAMILIES = ("normal", "Gamma", "Poisson", "negative binomial")
LINKS = ("log", "identity", "inverse")
SUMMARIES = {
    "zeros": ("share of zeros", lambda y: (y == 0).mean(axis=-1)),
    "largest": ("largest value", lambda y: y.max(axis=-1)),
    "variance": ("variance", lambda y: y.var(axis=-1)),
}


def packaged():
    """Weights of newborns, horse kicks and alpha particles: name -> (X, y)."""
    kicks, particles, births = (
        load(name) for name in ("horsekick", "rutherford_geiger", "birthwt")
    )
    alpha = np.repeat(particles["alpha"], particles["freq"].astype(int))
    X = add_intercept(births.columns("lwt", "smoke"))
    return {
        "birth weights": (X, births["bwt"]),
        "horse kicks": (np.ones((len(kicks), 1)), kicks["deaths"]),
        "alpha particles": (np.ones((len(alpha), 1)), alpha),
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


def fit_family(family, link, X, y):
    """The fit with a link, or else with the first that has one, and ""; or None and why."""
    start = {"normal": "gaussian", "negative binomial": "poisson"}.get(family, family.lower())
    for name in dict.fromkeys((link, *LINKS)):
        if name not in glm_families[start]().links:
            continue
        model = GLM(X, y, start, name)
        with warnings.catch_warnings():  # the sentence says that a link does not fit
            warnings.simplefilter("ignore", ConvergenceWarning)
            fit = model.fit()
            if family == "negative binomial" and fit.converged:
                fit = maximum_likelihood_theta(model)
                if fit.model.family.theta is None:
                    return None, "no finite θ is likelier than Poisson counts: θ is infinite"
        if fit.converged:
            return fit, ""
    return None, "no link leads to a finite fit"


def inside(seen, draws, doubt=0.05):
    """Whether seen (k,) is in the middle 1 − doubt of draws (k, m); the range, (2, k)."""
    ends = np.quantile(draws, [doubt / 2, 1 - doubt / 2], axis=1)
    return (ends[0] - 1e-9 <= seen) & (seen <= ends[1] + 1e-9), ends


def spread(fit, y):
    """The mean of (y − μ)² / V(μ) where μ is small, middling and large, (k, m), y (m, n).

    k = 1 where there is but one μ. A row whose V(μ) underflows to 0 has no distance.
    """
    third = np.digitize(fit.mu, np.quantile(fit.mu, [1 / 3, 2 / 3]))
    square, V = (y - fit.mu) ** 2, fit.model.family.variance(fit.mu)
    square = np.divide(square, V, out=np.zeros_like(square), where=V > 0)
    return np.array([square[:, third == k].mean(axis=1) for k in np.unique(third)])


def follows(fit, y, draws):
    """Whether the spread of y (n,) is that of the draws (m, n), in about 95 % of true fits."""
    simulated = spread(fit, draws)
    doubt = 0.05 / len(simulated)  # k comparisons must hold at once
    return bool(inside(spread(fit, y[None])[:, 0], simulated, doubt)[0].all())


def predictive(data=None, name=None, family="Poisson", link="log", *, seed=18, code="lab"):
    """A live lab of data simulated from a fitted family, beside the data.

    Parameters
    ----------
    data : {name: (X, y)}, two to four data sets; None takes three packaged ones.
    name : the data set that is shown first; None is the first.
    family : "normal", "Gamma", "Poisson" or "negative binomial".
    link : "log", "identity" or "inverse"; where the family or the data do not allow it, the
        first of the three that they allow takes its place, and the sentence says so.
    seed : of the 200 simulated data sets.
    code : the name under which "Copy state" addresses the lab.

    Returns
    -------
    Lab; its frame holds `observed` (3,) and `simulated` (3, 200): zeros, largest, variance;
    `log_score`, the log-likelihood a row at the estimate; `why`, the reason when the family
    cannot have made these data at all; `link`, the one in use; and `path`, {question: passed}
    up to the first that failed. Support asks for the possible values; spread, whether the
    mean of (y − μ)² / V(μ) is as in the simulations where μ is small, middling and large;
    mechanism, whether all summaries fit. One fits that lies in the middle 95 %.
    Source: Gelman, Meng & Stern, Posterior predictive assessment, Stat. Sinica 6 (1996).

    >>> lab = predictive()
    >>> lab.frame.event, lab.frame.path
    ('misses', {'support': True, 'spread': False})
    >>> lab.set(family="Gamma", link="inverse").frame.path
    {'support': True, 'spread': True, 'mechanism': True}
    """
    data = packaged() if data is None else data
    data = {key: (np.asarray(X, float), np.asarray(y, float)) for key, (X, y) in data.items()}
    names = list(data)

    @cache
    def results(name, family, link):
        """Why it is impossible, the path, the link, the log score, the summaries (3, 200)."""
        X, y = data[name]
        why = impossible(family, y)
        path = {"support": not why}
        fit, why = (None, why) if why else fit_family(family, link, X, y)
        if fit is None:
            path = path | ({"spread": False} if path["support"] else {})
            return why, path, link, None, np.full((3, DRAWS), np.nan)
        rng, model = stream(seed, f"{name} {family}"), fit.model
        mu = np.tile(fit.mu, (DRAWS, 1))
        draws = model.family.sample(rng, mu, fit.dispersion)
        values = np.array([summary(draws) for _, summary in SUMMARIES.values()])
        path["spread"] = follows(fit, y, draws)
        score = fit.log_likelihood / len(y)
        return "", path, model.link.name, score, np.sort(values, axis=1)

    def compute(name, family, link):
        wanted = link
        y = data[name][1]
        why, path, link, score, simulated = results(name, family, link)
        observed = np.array([summary(y) for _, summary in SUMMARIES.values()])
        right, (low, high) = inside(observed, simulated)
        if all(path.values()):
            path = path | {"mechanism": bool(right.all())}
        asked = "" if link == wanted else f" ({wanted} cannot be fitted)"
        start = f"{name}, {family}, {link} link{asked}: "
        walked = ", ".join(f"{step} {'✓' if passed else '✗'}" for step, passed in path.items())
        if why:
            status = f"{start}impossible, {why}. Path: {walked}."
        else:
            parts = [
                f"{what} {plain(seen)} ({plain(a)} to {plain(b)})"
                for (what, _), seen, a, b in zip(
                    SUMMARIES.values(), observed, low, high, strict=True
                )
            ]
            wrong = [what for what, fits in zip(SUMMARIES, right, strict=True) if not fits]
            end = f"Misses: {', '.join(wrong)}." if wrong else "All three fit."
            status = (
                f"{start}{'; '.join(parts)}. In brackets 95 % of {DRAWS} simulated data sets. "
                f"Log-likelihood a row {score:.3f}. {end} Path: {walked}."
            )
        return Frame(
            status,
            "impossible" if why else "fits" if right.all() else "misses",
            table=(["summary", "data", "simulated, 2.5 %", "97.5 %"],
                   [[what, f"{observed[k]:.4g}", *("none" if why else f"{v:.4g}"
                     for v in (low[k], high[k]))]
                    for k, (what, _) in enumerate(SUMMARIES.values())]),
            scene=name,
            observed=observed, simulated=simulated, log_score=score, why=why,
            link=link, path=path, limits=[limits(name, k) for k in range(3)],
        )  # fmt: skip

    @cache
    def limits(name, k):
        """The ends of an axis: what the families can do, and the data."""
        every = [results(name, *pair)[-1][k] for pair in product(FAMILIES, LINKS)]
        seen = list(SUMMARIES.values())[k][1](data[name][1])
        return plots.span(*(values[1:-1] for values in every), np.array([seen]), margin=0.1)

    return Lab(
        title="which distribution",
        question=__doc__.partition("\n")[0],
        describe="Three panels: share of zeros, largest value and variance of 200 simulated "
        "data sets, in increasing order, against the share of simulations, 0 to 1; a dotted "
        "line marks the data.",
        controls=[
            choice("name", "data", names, name or names[0]),
            choice("family", "family", list(FAMILIES), family),
            choice("link", "link", list(LINKS), link),
        ],
        compute=compute,
        picture=picture,
        points=points,
        presets={
            "one rate": {"family": "Poisson"},
            "rates that differ": {"family": "negative binomial"},
        },
        code=code,
    )


def picture(frame):
    return [
        Panel(frame.limits[k], (-0.02, 1.02), [
            dots(key, "now", "200 simulated", size=4),
            line(f"{key} data", "truth", "data", width=4),
        ], y="" if k else "share of simulations", title=what)
        for k, (key, (what, _)) in enumerate(SUMMARIES.items())
    ]  # fmt: skip


def points(frame):
    share = (np.arange(DRAWS) + 0.5) / DRAWS
    there = np.isfinite(frame.simulated[0])
    return {
        key: (frame.simulated[k][there], share[there]) for k, key in enumerate(SUMMARIES)
    } | {f"{key} data": (frame.observed[k], [0, 1]) for k, key in enumerate(SUMMARIES)}
