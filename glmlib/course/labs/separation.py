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
from .descent import number
from .engine import Frame, Lab, Panel, dots, grid, line, log_integers, text, toggle
from .paths import Paths

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

    steps = log_integers("iteration", "iteration", LAST, iteration)

    @cache
    def paths_of(gaps):
        """The slopes for all gaps, without the ridge and with it, at each iteration.

        One run for all takes little longer than a run for one.
        """
        x = np.array(gaps)[:, None] / 2 + SPREAD
        ridge = np.array([[0.0], [RIDGE]])

        def gradient(B):  # of the slopes alone: the intercepts stay 0
            slopes = B.reshape(2, len(gaps), 1)
            pull = (2 * x / (1 + np.exp(slopes * x))).sum(axis=2)  # each class gives half
            return (ridge * slopes[:, :, 0] - pull).reshape(B.shape)

        paths = Paths(gradient, np.zeros(2 * len(gaps)), LAST, steps.values)
        paths.advance([RATE])
        return paths

    @cache
    def run_of(gap, ridge):
        model = LogisticRegression(*separable(gap))
        gaps = GAPS if gap in GAPS else (gap,)  # typed
        paths, column = paths_of(gaps), ridge * len(gaps) + gaps.index(gap)
        path, every = paths.path(RATE), paths.keep
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # the status says it
            fit = model.fit()
        losses = np.array([model.loss(np.array([0.0, slope])) for slope in SLOPES])
        course = np.array([path[k][column] for k in every.tolist()])
        profile = -losses - RIDGE * ridge / 2 * SLOPES**2
        return model, fit, lambda k: path[k][column], (every, course), profile

    def compute(gap, iteration, ridge):
        model, fit, slope_at, (every, course), profile = run_of(gap, ridge)
        beta, k = np.array([0.0, slope_at(iteration)]), iteration
        at = np.searchsorted(every, k)
        if every[at] != k:  # typed, between two stops
            every, course = np.insert(every, at, k), np.insert(course, at, beta[1])
        # what a program prints that stops here: √ of the diagonal of H⁻¹
        error = float(np.sqrt(np.linalg.solve(model.hessian(beta), [0.0, 1.0])[1]))
        stored, slopes = every[every <= k], course[every <= k]
        if ridge:
            event, words = "ridge", "The ridge gives the loss a minimum"
        elif fit.converged:
            event, words = "finite", f"The classes overlap: the estimate is {fit.beta[1]:.2f}"
        else:
            event, words = "separated", "Separated: no finite estimate, the slope grows on"
        status = (
            f"Gap {gap:g}, iteration {k:,}: slope {beta[1]:.2f}, standard error there "
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
            x=model.X[:, 1], y=model.y, slope=float(beta[1]), standard_error=error,
            loss=model.loss(beta), iteration=k, iterations=stored, slopes=slopes, every=every,
            course=course, profile=profile, best=SLOPES[np.argmax(profile)],
            height=-model.loss(beta) - RIDGE * ridge / 2 * beta[1] ** 2,
        )  # fmt: skip

    return Lab(
        title="separation",
        question=__doc__.partition("\n")[0],
        describe="Left, 16 outcomes 0 or 1 against x, −4 to 4, with the fitted curve; middle, "
        f"the slope, 0 to {LARGEST:g}, against iterations 0 to {LAST:,}; right, the "
        f"log-likelihood, −12 to 0, against the slope.",
        controls=[
            grid("gap", "gap", GAPS, gap, "{:g}".format),
            steps,
            toggle("ridge", "ridge"),
        ],
        compute=compute,
        picture=picture,
        points=points,
        presets={
            "separated": {"gap": 2.0, "ridge": False},
            "overlapping": {"gap": -1.0, "ridge": False},
            "100,000 iterations": {"iteration": LAST},
        },
        code=code,
    )


def picture(frame):
    data = [
        dots("zeros", "estimate", "y = 0", hollow=True, size=12),
        dots("ones", "estimate", "y = 1", size=12),
        line("curve", "now", "fitted curve"),
    ]
    there = (16, -6) if frame.event == "separated" else (16, -10)
    words = "no top:\nit rises for ever"
    words = words if frame.event == "separated" else "a top: the estimate"
    heights = [
        line("profile", "plain"),
        dots("top", "estimate", size=14),
        dots("height", "now", size=14),
        text("word", words, there, plate=True),
    ]
    slope = [line("slope", "now"), dots("now", "now", size=14)]
    return [
        Panel((-4, 4), (-0.1, 1.1), data, "x", "outcome, probability"),
        Panel((-0.15, 1.3 * LAST), (0, LARGEST), slope, "iteration", "slope",
              xscale="from 0"),
        Panel((-0.5, LARGEST), (-12, 0.6), heights, "slope",
              "log-likelihood" + " − ridge" * (frame.event == "ridge")),
    ]  # fmt: skip


def points(frame):
    x = np.linspace(-4, 4, 161)
    top = ([], []) if frame.event == "separated" else (frame.best, frame.profile.max())
    return {
        "zeros": (frame.x[frame.y == 0], 0),
        "ones": (frame.x[frame.y == 1], 1),
        "profile": (SLOPES, frame.profile),
        "top": top,
        "curve": (x, sigmoid(frame.slope * x)),
        "slope": (frame.every, frame.course, frame.iteration),
        "now": (frame.iteration, frame.slope),
        "height": (frame.slope, frame.height),
    }
