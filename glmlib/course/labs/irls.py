"""IRLS is weighted least squares: how can one least-squares routine fit every GLM?

Left, the working responses of the present coefficients and the line of weighted least
squares through them; right, the data and the same lines bent back through the link.
"""

from functools import cache

import numpy as np

from ...beyond import Gamma, Probit
from ...data import add_intercept, stream
from ...families import Binomial, Poisson
from ...links import Log, Logit
from ...models import GLM
from .engine import Frame, Lab, Panel, choice, dots, grid, integers, line, plain

ROWS, STEPS, REACH = 40, 8, 8.0  # rows, the last step, the height of the left picture
KINDS = {  # family, link, true coefficients
    "logistic": (Binomial(), Logit(), (0.3, 1.2)),
    "probit": (Binomial(), Probit(), (0.2, 0.8)),
    "Poisson": (Poisson(), Log(), (0.6, 0.6)),
    "Gamma": (Gamma(), Log(), (0.6, 0.6)),
}
SETTLED = 1e-6  # standard errors


def irls(kind="logistic", start=0.0, step=0, *, seed=10, code="lab"):
    """A live lab of iteratively reweighted least squares on one column.

    At β each row has the working response z = η + (y − μ) g'(μ) and the weight
    W = 1/(V g'²); least squares with these gives the next β. No step is halved.

    Parameters
    ----------
    kind : "logistic", "probit", "Poisson" or "Gamma" (with log link).
    start : the slope at step 0, from −3 to 5; the intercept begins at 0.
    step : how many steps have been made, 0 to 8.
    seed : of the forty rows.
    code : the name under which "Copy state" addresses the lab.

    Returns
    -------
    Lab; its frame holds `beta` (2,), `following` (2,), `eta`, `mu`, `z`, `W` (40,) and
    `distance`, how many standard errors `beta` is from the estimate.

    >>> lab = irls(step=6)
    >>> lab.frame.event, lab.set(start=5.0).frame.event
    ('settled', 'lost')
    """

    @cache
    def model_of(kind):
        family, link, truth = KINDS[kind]
        x = np.sort(stream(seed, "x").uniform(-2, 2, ROWS))
        X = add_intercept(x[:, None])
        y = family.sample(stream(seed, kind), link.inverse(X @ truth), 0.2)
        model = GLM(X, y, family, link)
        return model, model.fit()

    @cache
    def path(kind, start):
        """β, η, μ, z and W of every step, as far as they are finite."""
        model, _ = model_of(kind)
        beta, found = np.array([0.0, start]), []
        with np.errstate(all="ignore"):
            while len(found) <= STEPS + 1:
                eta, W = model.X @ beta, model.working_weights(model.X @ beta)
                mu = model.link.inverse(eta)
                z, root = eta + (model.y - mu) / model.link.derivative(eta), np.sqrt(W)
                used = W > 0
                found.append((beta, eta, mu, np.where(used, z, 0.0), W))
                if not np.isfinite(z[used]).all() or (W > 1e-14 * W.max()).sum() < 2:
                    break  # one row alone determines no line
                beta = np.linalg.lstsq(root[:, None] * model.X, root * found[-1][3])[0]
        return found

    def compute(step, kind, start):
        model, fit = model_of(kind)
        steps = path(kind, start)
        lost = step > len(steps) - 2
        beta, eta, mu, z, W = steps[min(step, len(steps) - 1)]
        following = beta if lost else steps[step + 1][0]
        distance = float(np.abs((beta - fit.beta) / fit.standard_errors).max())
        outside = int((np.abs(z) > REACH).sum())
        where = f"{kind[0].upper()}{kind[1:]}, start {start:g}, step {step}: "
        loss = model.loss(beta)
        if lost:
            event = "lost"
            words = f"lost at step {len(steps) - 1}: beyond what a double can hold"
        elif distance < SETTLED:
            event, words = "settled", f"settled, intercept {beta[0]:.4f}, slope {beta[1]:.4f}"
        else:
            rises = model.loss(following) > loss
            event = "rising" if rises else "moving"
            words = (
                f"slope {beta[1]:.4g}, {plain(distance)} standard errors from the estimate. "
                f"The line through the working responses has slope {following[1]:.4g}"
            )
            words += ": the loss will rise" if rises else ""
        if not lost:
            heaviest = np.sort(W)[::-1].cumsum()
            half = int((heaviest < heaviest[-1] / 2).sum()) + 1
            words += f". {half} of {ROWS} rows carry half of the weight"
        if outside:
            words += f". Outside the picture: {outside} working response{'s' * (outside > 1)}"
        return Frame(
            f"{where}{words}.",
            event,
            table=(["x", "y", "eta", "mu", "W", "z"],
                   [[f"{v:.3g}" for v in row]
                    for row in zip(model.X[:, 1], model.y, eta, mu, W, z, strict=True)]),
            scene=kind,
            model=model, best=fit.beta, beta=beta, following=following, eta=eta, mu=mu, z=z,
            W=W, distance=distance, outside=outside, lost=lost,
        )  # fmt: skip

    return Lab(
        title="IRLS is weighted least squares",
        question=__doc__.partition("\n")[0],
        describe=f"Two panels over x from −2 to 2. Left, working responses of {ROWS} rows, "
        f"−{REACH:g} to {REACH:g}, the area of a mark is its weight, with the present line "
        "dashed, the line of weighted least squares dash-dotted and the maximum likelihood "
        "line solid; right, the data and the same three lines bent back through the link.",
        controls=[
            integers("step", "step", range(STEPS + 1), step),
            choice("kind", "model", list(KINDS), kind),
            grid("start", "start slope", np.arange(-3, 5.5, 0.5), start),
        ],
        compute=compute,
        picture=picture,
        points=points,
        presets={
            "the start": {"step": 0, "start": 0.0},
            "settled": {"step": 6, "start": 0.0},
            "too far out": {"step": 2, "start": 4.0},
        },
        code=code,
    )


def picture(frame):
    x, y = frame.model.X[:, 1], frame.model.y
    top = max(1.08, 1.1 * y.max()) if y.max() > 1 else 1.08
    names = ("maximum likelihood", "now", "weighted least squares")

    def lines(name, labels=("", "", "")):
        return [
            line(f"{name} best", "estimate", labels[0], width=5, faint=True),
            line(f"{name} now", "now", labels[1]),
            line(f"{name} next", "plain", labels[2], dash="-."),
        ]

    return [
        Panel((-2.1, 2.1), (-REACH, REACH), [*lines("eta", names), dots("z", "now")], "x",
              "η and z", "working responses"),
        Panel((-2.1, 2.1), (-0.08, top), [dots("rows", "quiet", at=(x, y), size=8),
              *lines("mu")], "x", "μ and y", "data"),
    ]  # fmt: skip


def points(frame):
    x = np.linspace(-2.1, 2.1, 60)
    areas = (5 + 395 * frame.W / max(frame.W.max(), 1e-300)) / 0.75**2
    places = {"z": (frame.model.X[:, 1], frame.z, areas)}
    for name, beta in (("now", frame.beta), ("next", frame.following), ("best", frame.best)):
        eta = np.clip(beta[0] + beta[1] * x, -1e6, 1e6)
        with np.errstate(over="ignore"):
            mu = frame.model.link.inverse(eta)
        places[f"eta {name}"] = x, eta
        places[f"mu {name}"] = x, np.minimum(mu, 1e6)
    return places
