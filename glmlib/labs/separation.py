"""The separation runaway: the loss keeps falling. Why is that bad?

Left, the data and the fitted curve; in the middle, the slope against iterations; right, the
log-likelihood against the slope, which has a top or none.
"""

import warnings

import numpy as np

from .. import plots
from ..inputs import ConvergenceWarning
from ..links import sigmoid
from ..models import LogisticRegression
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
    known = {}

    def run_of(gap, ridge):
        if (gap, ridge) not in known:
            model = LogisticRegression(*separable(gap))
            descend = model_gradient(model)
            pull = np.array([0.0, RIDGE if ridge else 0.0])
            paths = Paths(lambda B: descend(B) + pull * B, np.zeros(2), LAST)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ConvergenceWarning)  # the status says it
                fit = model.fit()
            profile = -np.array([model.loss(np.array([0.0, slope])) for slope in SLOPES])
            profile = profile - (RIDGE / 2 * SLOPES**2 if ridge else 0.0)
            known[gap, ridge] = model, fit, paths, profile
        return known[gap, ridge]

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
            profile=profile,
            height=-model.loss(beta) - (RIDGE / 2 * beta[1] ** 2 if ridge else 0.0),
        )  # fmt: skip

    return Lab(
        title="separation",
        describe="Left, 16 outcomes 0 or 1 against x, −4 to 4, with the fitted curve; middle, "
        f"the slope, 0 to {LARGEST:g}, against iterations 0 to {LAST:,}; right, the "
        f"log-likelihood, −12 to 0, against the slope.",
        controls=[
            grid("gap", "gap", GAPS, 2.0, "{:g}".format).starting_at(gap),
            log_integers("iteration", "iteration", LAST, iteration),
            toggle("ridge", "ridge"),
        ],
        compute=compute,
        draw=draw,
        update=update,
        presets={
            "separated": {"gap": 2.0, "ridge": False},
            "overlapping": {"gap": -1.0, "ridge": False},
            "100,000 iterations": {"iteration": LAST},
        },
        code=code,
        resumable=True,
    )


def draw(fig, frame):
    left = fig.add_axes([0.07, 0.14, 0.25, 0.76])
    middle = fig.add_axes([0.395, 0.14, 0.255, 0.76])
    right = fig.add_axes([0.735, 0.14, 0.255, 0.76])
    left.set(xlim=(-4, 4), ylim=(-0.1, 1.1), xlabel="x", ylabel="outcome, probability")
    plots.loss_curve(middle, [0], [1.0], (0.1, 1), LAST)["line"].remove()
    middle.set_yscale("linear")
    middle.set(ylim=(0, LARGEST), ylabel="slope")
    middle.set_xticks([0, 1, 10, 100, 1000, LAST], ["0", "1", "10", "100", "1k", "100k"])
    right.set(xlim=(-0.5, LARGEST), ylim=(-12, 0.6), xlabel="slope")
    right.set_ylabel("log-likelihood" + (" − ridge" if frame.event == "ridge" else ""))
    if frame.event == "separated":
        right.text(24, -6, "no top:\nit rises for ever", ha="right", va="center")
    else:
        right.text(24, -0.4, "a top: the estimate", ha="right", va="center")
    for ax in (left, right):
        ax.grid(True, color="#dddddd")
        ax.set_axisbelow(True)
    look = {"color": plots.VERMILLION, "linestyle": "none", "marker": "s", "markersize": 10}
    dot = {"color": plots.BLUE, "markersize": 9, "markeredgewidth": 2}
    return {
        "zeros": left.plot([], [], "o", markerfacecolor="white", **dot)[0],
        "ones": left.plot([], [], "o", **dot)[0],
        "profile": right.plot([], [], color=plots.INK, linewidth=2)[0],
        "top": right.plot([], [], "o", color=plots.BLUE, markersize=10)[0],
        "curve": left.plot([], [], "--", color=plots.VERMILLION, linewidth=2.5)[0],
        "slope": middle.plot([], [], "--", color=plots.VERMILLION, linewidth=2.5)[0],
        "now": middle.plot([], [], clip_on=False, **look)[0],
        "height": right.plot([], [], clip_on=False, **look)[0],
    }


def update(artists, frame):
    for name, value in (("zeros", 0), ("ones", 1)):
        x = frame.x[frame.y == value]
        artists[name].set_data(x, np.full(len(x), value))
    artists["profile"].set_data(SLOPES, frame.profile)
    top = slice(0) if frame.event == "separated" else [int(np.argmax(frame.profile))]
    artists["top"].set_data(SLOPES[top], frame.profile[top])
    x = np.linspace(-4, 4, 161)
    artists["curve"].set_data(x, sigmoid(frame.slope * x))
    artists["slope"].set_data(frame.iterations, frame.slopes)
    outside = frame.slope > LARGEST
    place = min(frame.slope, LARGEST)
    artists["now"].set_data([frame.iteration], [place])
    artists["height"].set_data([place], [frame.height])
    artists["now"].set_marker("^" if outside else "s")
    artists["height"].set_marker(">" if outside else "s")
