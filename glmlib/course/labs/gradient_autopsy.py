"""The gradient autopsy: is this gradient the gradient of this loss?

Left, the formula's entries against central differences of the loss, with the slope of the
line through them; right, how far the two are apart for every step h.
"""

from functools import cache

import numpy as np

from ...numerical import numerical_gradient
from ..checks.slips import by_ratio
from .descent import number
from .engine import Frame, Lab, Panel, choice, dots, line, log_grid, plain, text

STEPS = [float(f"{m}e-{e}") for e in range(13, 0, -1) for m in (1, 3)][:-1]
PRESETS = {"too large": 0.1, "just right": 1e-5, "too small": 1e-13}
FORMULAS = {
    "right": lambda m, beta: m.gradient(beta),
    "wrong sign": lambda m, beta: -m.gradient(beta),
    "mean": lambda m, beta: m.gradient(beta) / len(m.y),
    "lost ½": lambda m, beta: 2 * m.gradient(beta),
    "no x": lambda m, beta: np.full(len(beta), (m.mu(beta) - m.y).sum()),
    "no link": lambda m, beta: m.X.T @ (m.eta(beta) - m.y),
}
OTHERWISE = {
    "no x": "x is missing: the same number everywhere",
    "no link": "eta stands where mu belongs",
}


def least(gap):
    """The gap in words; below 1e-9 its digits are rounding and differ between computers."""
    return f"{number(gap)} times" if gap >= 1e-9 else "less than a billionth of"


def gradient_autopsy(
    model, start=None, *, gradient=None, wrong_sign="the listing's", code="lab"
):
    """A live lab that holds a formula for the gradient of `model` against its loss.

    Parameters
    ----------
    model : a GLM
    start : (d,), one of the points where it is tested; None is one half everywhere.
    gradient : a learner's own beta (d,) -> (d,), which joins the formulas as "yours".
    wrong_sign : what the formula with the wrong sign is called.
    code : the name under which "Copy state" addresses the lab.

    Returns
    -------
    Lab; its frame holds `differences`, `formula`, `slope`, `curve` and `gap`.

    >>> X, y, beta = glmlib.simulate("poisson", n=100, d=3, seed=1)
    >>> lab = gradient_autopsy(glmlib.PoissonRegression(X, y))
    >>> round(lab.set(formula="the listing's").frame.slope, 6)
    -1.0
    """
    d = model.X.shape[1]
    start = np.full(d, 0.5) if start is None else np.asarray(start, dtype=float)
    places = {"the start": start, "zero": np.zeros(d), "the minimum": model.fit().beta}
    formulas = {
        wrong_sign if name == "wrong sign" else name: f for name, f in FORMULAS.items()
    }
    if model.link.name == "identity":
        del formulas["no link"]  # there it is right
    if gradient is not None:
        formulas["yours"] = lambda m, beta: np.asarray(gradient(beta.copy()), dtype=float)
    unit = max(np.abs(model.gradient(places[name])).max() for name in ("the start", "zero"))

    @cache
    def differences(point, step):
        return numerical_gradient(model.loss, places[point], step)

    def compute(formula, step, point):
        beta, name = places[point], formula
        formula = formulas[name](model, beta)
        if formula.shape != (d,):
            raise ValueError(f"gradient(beta) has shape {formula.shape}, beta has ({d},)")
        right = differences(point, step)
        curve = np.array([np.abs(differences(point, h) - formula).max() / unit
                          for h in STEPS])  # fmt: skip
        flat = np.abs(right).max() < 1e-6 * unit
        slope = 0.0 if flat else float(right @ formula / (right @ right))
        event, words = diagnosis(name, step, formula, right, model.gradient(beta))
        gap = float(np.abs(right - formula).max() / unit)
        rows = zip(model.names, formula, right, strict=True)
        return Frame(
            f"Formula “{name}” at {point}, step {plain(step)}: "
            + ("" if flat else f"slope {slope:z.3f}, ")
            + f"largest gap {least(gap)} the gradient's size. {words}.",
            event,
            table=(
                ["coefficient", "formula", "differences"],
                [[which, f"{f:.6g}", f"{r:.6g}"] for which, f, r in rows],
            ),
            differences=right / unit, formula=formula / unit, slope=slope, curve=curve,
            gap=gap, step=step,
        )  # fmt: skip

    def diagnosis(name, step, formula, right, exact):
        """The event in one word, and the sentence: from the ratio of the two gradients."""
        if np.abs(exact).max() < 1e-6 * unit and np.abs(formula).max() < 1e-6 * unit:
            return "blind", "The gradient is 0 here, and so is every multiple: no test at all"
        off = np.abs(right - exact).max()
        if off > 1e-5 * unit:
            size = "large" if step > 1e-6 else "small"
            return "coarse", f"The step is too {size}: the differences themselves are off"
        if np.abs(formula - right).max() <= 1e-4 * unit:
            return "agrees", "They agree: this is the gradient of this loss"
        minus = "minus the gradient, which is the score, so that descent would climb"
        words = by_ratio(formula, exact, len(model.y), minus)
        if words:
            return "sign" if "score" in words else "factor", f"The ratio is constant: {words}"
        words = OTHERWISE.get(name, "look at the residual and at the sum")
        return "wrong", f"The ratio is not constant: {words}"

    return Lab(
        title="gradient autopsy",
        question=__doc__.partition("\n")[0],
        describe="Left, a scatterplot of the formula's entries against central differences of "
        "the loss, with the diagonal; right, their gap against the step h, both on log axes, "
        "h from 1e-13 to 0.1.",
        controls=[
            choice("formula", "formula", list(formulas)),
            log_grid("step", "step h", STEPS[0], STEPS[-1], 1e-5),
            choice("point", "at", list(places)),
        ],
        compute=compute,
        picture=picture(),
        points=points,
        presets={name: {"step": step} for name, step in PRESETS.items()},
        code=code,
    )


def picture():
    left = [
        line("diagonal", "truth", "the loss's own gradient", ([-2.2, 2.2], [-2.2, 2.2])),
        line("line", "now", "line through the entries", width=2.5),
        dots("dots", "now", size=9),
    ]
    right = [
        line("curve", "now", width=2.5),
        dots("here", "now", size=14),
        text("left", "left: rounding", (2e-13, 3e-13), anchor="start"),
        text("right", "right: curvature", (0.1, 3e-13), anchor="end"),
    ]
    return [
        Panel((-1.15, 1.15), (-2.2, 2.2), left, "central differences", "formula",
              "slope 1 is asked"),
        Panel((5e-14, 0.2), (1e-13, 10), right, "step h", "gap", "gap between the two", "log",
              "log", xticks=[1e-12, 1e-9, 1e-6, 1e-3]),
    ]  # fmt: skip


def points(frame):
    ends = np.array([-1.15, 1.15])
    return {
        "dots": (frame.differences, frame.formula),
        "line": (ends, frame.slope * ends),
        "curve": (STEPS, np.clip(frame.curve, 1e-13, 10)),
        "here": (frame.step, np.clip(frame.gap, 1e-13, 10)),
    }
