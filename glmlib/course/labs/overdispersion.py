"""Mean and variance: are my standard errors too small?

Left, the variance of the counts against their mean, in groups of one sample, with what three
models say of it; right, the intervals of one slope in a hundred samples.
"""

from functools import cache

import numpy as np

from ...data import add_intercept, stream
from .. import plots
from .engine import Frame, Lab, Panel, choice, dots, grid, integers, line

SAMPLES, GROUPS, TRUTH = 100, 8, np.array([1.0, 0.5])
ROWS = (50, 100, 200, 400)
EXTRA = (0, 0.1, 0.25, 0.5, 1, 2)
MODELS = ("Poisson", "quasi", "negative binomial")
MEANS = np.geomspace(0.5, 20, 40)


def fits(X, Y, theta=np.inf):
    """The estimates (m, d) of m samples Y (m, n) of counts at once, and their errors (m, d).

    Newton with the log link and V(μ) = μ + μ²/θ, θ a number or (m, 1); H is the expected one.
    """
    beta = np.zeros((len(Y), X.shape[1]))
    beta[:, 0] = np.log(Y.mean(axis=1))
    for _ in range(50):
        mu = np.exp(beta @ X.T)
        weight = 1 / (1 + mu / theta)
        H = np.einsum("mn,ni,nj->mij", mu * weight, X, X, optimize=True)
        step = np.linalg.solve(H, ((Y - mu) * weight @ X)[..., None])[..., 0]
        beta = beta + step
        if np.abs(step).max() < 1e-9:
            break
    variance = np.diagonal(np.linalg.solve(H, np.eye(X.shape[1])[None]), axis1=1, axis2=2)
    return beta, np.sqrt(variance)


def theta_by_moments(Y, mu):
    """θ (m, 1) that makes Σ(y − μ)² what V(μ) = μ + μ²/θ says; very large where that is ∞."""
    excess = ((Y - mu) ** 2 - mu).sum(axis=1) / (mu**2).sum(axis=1)
    return 1 / np.maximum(excess, 1e-9)[:, None]


def overdispersion(extra=1.0, n=200, model="Poisson", *, seed=15, code="lab"):
    """A live lab of counts that vary more than Poisson counts, and of their intervals.

    y ~ Poisson(μ g), log μ = 1 + x/2, where g has mean 1 and variance `extra` = 1/θ. The same
    draws serve every state: a larger n adds rows.

    Parameters
    ----------
    extra : the variance of g, 0 to 2; 0 leaves Poisson counts.
    n : rows of a sample, 50 to 400.
    model : "Poisson", "quasi" or "negative binomial" makes the intervals.
    seed : of the hundred samples.
    code : the name under which "Copy state" addresses the lab.

    Returns
    -------
    Lab; its frame holds `covered` (how many of the 100 intervals hold the true slope),
    `slopes` and `errors` (100,), `phi` = χ²/(n − d) and `theta` of the first sample, `means`
    and `variances` of its groups (8,).

    >>> lab = overdispersion(extra=1.0)
    >>> lab.frame.covered < 80, lab.set(model="quasi").frame.covered > 85
    (True, True)
    """
    X = add_intercept(stream(seed, "x").uniform(-2, 2, ROWS[-1])[:, None])
    draws = [stream(seed, name).random((ROWS[-1], SAMPLES)).T for name in ("g", "y")]

    @cache
    def samples(extra):
        """The counts (100, 400): quantiles of the same uniform draws for every `extra`."""
        from scipy.special import gammaincinv
        from scipy.stats import poisson

        rates = np.exp(X @ TRUTH)
        if extra > 0:
            rates = rates * gammaincinv(1 / extra, draws[0]) * extra
        return poisson.ppf(draws[1], rates)

    @cache
    def results(extra, n):
        """For each model the slopes and errors (100,); μ, φ and θ of the first sample."""
        rows, Y = X[:n], samples(extra)[:, :n]
        beta, errors = fits(rows, Y)
        mu = np.exp(beta @ rows.T)
        phi = ((Y - mu) ** 2 / mu).sum(axis=1) / (n - 2)
        other = beta
        for _ in range(3):
            theta = theta_by_moments(Y, np.exp(other @ rows.T))
            other, wider = fits(rows, Y, theta)
        slopes = (beta[:, 1], beta[:, 1], other[:, 1])
        widths = (errors[:, 1], errors[:, 1] * np.sqrt(phi), wider[:, 1])
        return slopes, widths, mu[0], phi[0], theta[0, 0]

    def compute(extra, n, model):
        which = MODELS.index(model)
        slopes, widths, mu, phi, theta = results(extra, n)
        groups = np.array_split(np.argsort(mu), GROUPS)
        y = samples(extra)[0]
        misses = [np.abs(s - TRUTH[1]) > 1.96 * w for s, w in zip(slopes, widths, strict=True)]
        covered = [SAMPLES - int(miss.sum()) for miss in misses]
        mean, spread = widths[which].mean(), slopes[which].std(ddof=1)
        # 89 or less comes by chance in one of seventy pictures, at 95 % a true interval
        event = "too short" if covered[which] < 90 else "honest"
        return Frame(
            f"Extra variation {extra:g}, {n} rows, {MODELS[which]}: {covered[which]} of "
            f"{SAMPLES} intervals of 95 % hold the true slope. Standard error {mean:.3f} on "
            f"average; the estimates scatter by {spread:.3f}. In the first sample χ²/(n − d) "
            f"is {phi:.2f}, and 1 is Poisson. In this design the intervals are {event}.",
            event,
            table=(["model", "hold the truth", "mean standard error", "scatter"],
                   [[name, covered[k], f"{widths[k].mean():.4f}",
                     f"{slopes[k].std(ddof=1):.4f}"] for k, name in enumerate(MODELS)]),
            covered=covered[which], slopes=slopes[which], errors=widths[which],
            missed=misses[which], phi=phi, theta=theta,
            means=np.array([mu[rows].mean() for rows in groups]),
            variances=np.array([((y[rows] - mu[rows]) ** 2).mean() for rows in groups]),
        )  # fmt: skip

    return Lab(
        title="mean and variance",
        question=__doc__.partition("\n")[0],
        describe="Two panels. Left, variance, 0.2 to 5000, against mean, 0.5 to 20, both on "
        "log axes, of eight groups of one sample, with lines of Poisson, quasi-Poisson and "
        "negative binomial. Right, the slope, −0.3 to 1.5, of a hundred samples with bars of "
        "±1.96 standard errors; those that miss the true slope 0.5 are dashed with squares.",
        controls=[
            grid("extra", "extra variation", EXTRA, extra, "{:g}".format),
            integers("n", "rows", ROWS, n),
            choice("model", "model", list(MODELS), model),
        ],
        compute=compute,
        picture=picture(),
        points=points,
        presets={
            "Poisson counts": {"extra": 0.0},
            "rates that differ": {"extra": 1.0},
            "repaired": {"extra": 1.0, "model": "quasi"},
        },
        code=code,
    )


def picture():
    left = [
        line("Poisson", "truth", "Poisson μ"),
        line("quasi", "now", "quasi φμ"),
        line("negative", "estimate", "neg. binomial μ + μ²/θ"),
        dots("groups", "estimate", "rows in eight groups"),
    ]
    right = [
        line("true slope", "truth", at=((0, SAMPLES + 1), TRUTH[1])),
        line("hold", "estimate", "holds the truth", width=2),
        line("miss", "now", "misses it", width=2.5),
        dots("missing", "now", size=7),
    ]
    return [
        Panel((0.5, 20), (0.2, 5000), left, "mean", title="variance in one sample",
              xscale="log", yscale="log", xticks=[0.5, 1, 2, 5, 10, 20],
              yticks=[1, 10, 100, 1000]),
        Panel((0, SAMPLES + 1), (-0.3, 1.5), right, "sample", wide=1.1,
              title="a hundred intervals of the slope"),
    ]  # fmt: skip


def points(frame):
    place, half = np.arange(1, SAMPLES + 1), 1.96 * frame.errors
    low, high, miss = frame.slopes - half, frame.slopes + half, frame.missed
    return {
        "Poisson": (MEANS, MEANS),
        "quasi": (MEANS, frame.phi * MEANS),
        "negative": (MEANS, MEANS + MEANS**2 / frame.theta),
        "groups": (frame.means, frame.variances),
        "hold": plots.upright(place[~miss], low[~miss], high[~miss]),
        "miss": plots.upright(place[miss], low[miss], high[miss]),
        "missing": (place[miss], frame.slopes[miss]),
    }
