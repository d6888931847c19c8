"""The separation runaway: the loss keeps falling. Why is that bad?

Left, the data and the fitted curve; in the middle, the slope against iterations; right, the
log-likelihood against the slope, which has a top or none.
"""

import warnings
from functools import cache

import numpy as np

from ...guards.inputs import ConvergenceWarning
from ...links import sigmoid
from ...models import LogisticRegression
from .. import plots
from .descent import number
from .live import Frame, Lab, grid, log_integers, toggle
from .paths import Paths, model_gradient

SPREAD = np.array([0.0, 0.3, 0.5, 0.8, 1.0, 1.3, 1.7, 2.2])
GAPS = (-1.5, -1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 1, 1.5, 2, 2.5, 3)
RATE, LAST, RIDGE = 0.1, 100_000, 0.1
LARGEST = 25.0  # the slope axis ends here
SLOPES = np.linspace(0, LARGEST, 201)


def separable(gap):
    """X (16, 2) and y (16,): two classes of eight, `gap` apart; below 0 they overlap.

    They mirror each other, so that the intercept of every fit is 0.

    >>> X, y = separable(2.0)
    >>> float(X[y == 1, 1].min() - X[y == 0, 1].max())
    2.0
    """
    x = gap / 2 + SPREAD
    X = np.column_stack([np.ones(2 * len(x)), np.concatenate([-x[::-1], x])])
    return X, np.repeat([0.0, 1.0], len(x))


def separation(gap=2.0, iteration=10, *, code="lab"):
    """A live lab of logistic regression on classes that a threshold separates.

    Gradient descent at rate 0.1 on the loss, or with the ridge on the loss + 0.05 · slope².

    Parameters
    ----------
    gap : between the classes, −1.5 to 3; at 0 or above no finite estimate exists.
    iteration : where the iteration stands first.
    code : the name under which "Copy state" addresses the lab.

    Returns
    -------
    Lab; its frame holds `slope`, `standard_error`, `loss` and the curve of the slope.

    >>> lab = separation()
    >>> slopes = [lab.set(iteration=k).frame.slope for k in (10, 100, 1000)]
    >>> slopes == sorted(slopes), lab.frame.event
    (True, 'separated')
    """

    @cache
    def run_of(gap, ridge):
        model = LogisticRegression(*separable(gap))
        descend = model_gradient(model)
        pull = np.array([0.0, RIDGE * ridge])
        paths = Paths(lambda B: descend(B) + pull * B, np.zeros(2), LAST)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # the status says it
            fit = model.fit()
        losses = np.array([model.loss(np.array([0.0, slope])) for slope in SLOPES])
        return model, fit, paths, -losses - RIDGE * ridge / 2 * SLOPES**2

    def compute(state, seconds=np.inf):
        gap, wanted, ridge = state["gap"], state["iteration"], state["ridge"]
        model, fit, paths, profile = run_of(gap, ridge)
        done = paths.advance([RATE], until=wanted, seconds=seconds)
        path = paths.path(RATE)
        k = wanted if path.finished else min(wanted, path.known)
        beta = path[k]
        # what a program prints that stops here: √ of the diagonal of H⁻¹
        error = float(np.sqrt(np.linalg.solve(model.hessian(beta), [0.0, 1.0])[1]))
        stored = [i for i in path.curve if i <= wanted]
        slopes = np.array([path.curve[i][1] for i in stored])
        if path.finished and stored[-1] < wanted:
            stored, slopes = [*stored, wanted], np.append(slopes, beta[1])
        if ridge:
            event, words = "ridge", "The ridge gives the loss a minimum"
        elif fit.converged:
            event, words = "finite", f"The classes overlap: the estimate is {fit.beta[1]:.2f}"
        else:
            event, words = "separated", "Separated: no finite estimate, the slope grows on"
        if not done:
            words = f"Computing, now at iteration {k:,}"
        status = (
            f"Gap {gap:g}, iteration {wanted:,}: slope {beta[1]:.2f}, standard error there "
            f"{number(error)}, loss {number(model.loss(beta))}. {words}."
        )
        if beta[1] > LARGEST:
            status += f" The slope lies above the picture, which ends at {LARGEST:g}."
        return Frame(
            status,
            event,
            table=(["iteration", "slope"],
                   [[f"{i:,}", f"{s:.6g}"] for i, s in
                    zip(stored[::-12][::-1], slopes[::-12][::-1], strict=True)]),
            scene=event,
            partial=not done,
            x=model.X[:, 1], y=model.y, slope=float(beta[1]), standard_error=error,
            loss=model.loss(beta), iteration=k, iterations=np.array(stored), slopes=slopes,
            profile=profile, best=SLOPES[np.argmax(profile)],
            height=-model.loss(beta) - RIDGE * ridge / 2 * beta[1] ** 2,
        )  # fmt: skip

    return Lab(
        title="separation",
        describe="Left, 16 outcomes 0 or 1 against x, −4 to 4, with the fitted curve; middle, "
        f"the slope, 0 to {LARGEST:g}, against iterations 0 to {LAST:,}; right, the "
        f"log-likelihood, −12 to 0, against the slope.",
        controls=[
            grid("gap", "gap", GAPS, gap, "{:g}".format),
            log_integers("iteration", "iteration", LAST, iteration),
            toggle("ridge", "ridge"),
        ],
        compute=compute,
        draw=draw,
        points=points,
        presets={
            "separated": {"gap": 2.0, "ridge": False},
            "overlapping": {"gap": -1.0, "ridge": False},
            "100,000 iterations": {"iteration": LAST},
        },
        code=code,
        resumable=True,
    )


def draw(fig, frame):
    left = plots.panel(fig, (0.07, 0.14, 0.25, 0.76), xlim=(-4, 4), ylim=(-0.1, 1.1),
                       xlabel="x", ylabel="outcome, probability")  # fmt: skip
    middle = fig.add_axes((0.395, 0.14, 0.255, 0.76))
    slope = plots.loss_curve(middle, [0], [1.0], (0.1, 1), LAST, linewidth=2.5)["line"]
    middle.set(yscale="linear", ylim=(0, LARGEST), ylabel="slope",
               xticks=[0, 1, 10, 100, 1000, LAST])  # fmt: skip
    right = plots.panel(
        fig, (0.735, 0.14, 0.255, 0.76), xlim=(-0.5, LARGEST), ylim=(-12, 0.6),
        xlabel="slope", ylabel="log-likelihood" + " − ridge" * (frame.event == "ridge"),
    )  # fmt: skip
    if frame.event == "separated":
        right.text(24, -6, "no top:\nit rises for ever", ha="right", va="center")
    else:
        right.text(24, -0.4, "a top: the estimate", ha="right", va="center")
    dot = {"markersize": 9, "markeredgewidth": 2}
    return {
        "zeros": plots.marks(left, "estimate", markerfacecolor="white", **dot),
        "ones": plots.marks(left, "estimate", **dot),
        "profile": plots.line(right, "plain", linewidth=2),
        "top": plots.marks(right, "estimate", markersize=10),
        "curve": plots.line(left, "now"),
        "slope": slope,
        "now": plots.marks(middle, "now", markersize=10),
        "height": plots.marks(right, "now", markersize=10),
    }


def points(frame):
    x = np.linspace(-4, 4, 161)
    top = ([], []) if frame.event == "separated" else (frame.best, frame.profile.max())
    return {
        "zeros": (frame.x[frame.y == 0], 0),
        "ones": (frame.x[frame.y == 1], 1),
        "profile": (SLOPES, frame.profile),
        "top": top,
        "curve": (x, sigmoid(frame.slope * x)),
        "slope": (frame.iterations, frame.slopes),
        "now": (frame.iteration, frame.slope),
        "height": (frame.slope, frame.height),
    }
