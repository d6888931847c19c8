"""Race of three: gradient descent, stochastic gradient descent, Newton; counted in what?

Left, the loss above its minimum against what was spent; right, the same iterates on the
contours of the loss. Milliseconds differ from computer to computer; multiplications do not.
"""

from functools import cache

import numpy as np

from ...data import stream
from ...links import sigmoid
from ...models import LogisticRegression
from .. import plots
from .contours import contour_lines, near
from .engine import Frame, Lab, Panel, choice, grid, integers, line, plain

ROWS, TRUTH = 200, (0.8, 0.5)
LAST = {"descent": 100, "Newton": 12}  # steps
PASSES = 15  # through the data, of stochastic descent
AWAY = np.array([0.96, -0.28])  # where the start lies, seen from the minimum
UNITS = {"steps": (0.5, 1e4), "passes": (5e-3, 1e3), "multiplications": (1, 1e6)}
FLOOR = 1e-12  # a gap below it is rounding
NEAR, SIX = 1.0, 1e-6  # standard errors: as good as the data allow, and six digits
LOOKS = {"descent": "now", "SGD": "plain", "Newton": "estimate"}


def race(distance=2.0, batch=10, unit="steps", *, seed=13, code="lab"):
    """A live lab of three ways to one minimum, a logistic regression with two columns.

    An iteration costs, in multiplications: gradient descent 2nd, stochastic descent 2bd on
    a batch of b rows, Newton 2nd + nd² + d³/3. Descent goes at the best constant rate;
    the rate of stochastic descent falls as 1/(1 + passes). No step is halved.

    Parameters
    ----------
    distance : of the start from the minimum, 0.5 to 8.
    batch : rows of a step of stochastic descent, 1 to 200.
    unit : "steps", "passes" through the data, or "multiplications".
    seed : of the 200 rows and of their order in the batches.
    code : the name under which "Copy state" addresses the lab.

    Returns
    -------
    Lab; its frame holds `paths`, `spent` and `gaps`, a dict by racer: the iterates less the
    minimum, the amount of `unit` after each, the loss above its minimum; and `near`, `six`,
    the amount after which a racer stays within 1 and 10⁻⁶ standard errors, or None.

    >>> lab = race(distance=2.0)
    >>> lab.frame.event, lab.set(distance=6.0).frame.event
    ('Newton', 'diverged')
    """
    x = stream(seed, "X").standard_normal((ROWS, 2))
    X = np.column_stack([x[:, 0], 0.7 * x[:, 0] + 0.7 * x[:, 1]])
    y = (stream(seed, "y").random(ROWS) < sigmoid(X @ TRUTH)).astype(float)
    model = LogisticRegression(X, y)
    fit = model.fit()
    hessian, least = model.hessian(fit.beta), model.loss(fit.beta)
    best = 2 / np.linalg.eigvalsh(hessian)[[0, -1]].sum()

    def descent(beta, batch):
        for _ in range(LAST["descent"]):
            beta = beta - best * (X.T @ (sigmoid(X @ beta) - y))
            yield beta

    def stochastic(beta, batch):
        rng = stream(seed, "batches")
        for k in range(PASSES):
            rate = ROWS * best / 4 / (1 + k) / batch
            order = rng.permutation(ROWS)
            shuffled, answers = X[order], y[order]
            for i in range(0, ROWS, batch):
                Z = shuffled[i : i + batch]
                mu = 1 / (1 + np.exp(-(Z @ beta)))
                beta = beta - rate * ((mu - answers[i : i + batch]) @ Z)
                yield beta

    def newton(beta, batch):
        for _ in range(LAST["Newton"]):
            H = model.hessian(beta)
            if not np.isfinite(H).all() or np.linalg.cond(H) > 1e14:
                return
            beta = beta - np.linalg.solve(H, model.gradient(beta))
            yield beta

    racers = {"descent": descent, "SGD": stochastic, "Newton": newton}

    @cache
    def run(name, distance, batch):
        """Of one racer: iterates less the minimum, their numbers, losses above it, errors."""
        path = fit.beta + distance * AWAY
        path = np.array([path, *racers[name](path, batch)])
        k = np.arange(len(path))
        if name == "SGD" and len(path) > 600:  # all of the first, then ever fewer
            k = np.unique(np.geomspace(1, len(path), 400).astype(int)) - 1
        eta = path[k] @ X.T
        gaps = (np.logaddexp(0, eta) - y * eta).sum(axis=1) - least
        away = path - fit.beta
        errors = np.sqrt(np.maximum(np.einsum("ki,ij,kj->k", away, hessian, away), 0))
        return away[k], k, gaps, errors

    d = X.shape[1]

    def price(batch):
        """What one step costs: {racer: {unit: amount}}."""
        return {
            "descent": {"steps": 1, "passes": 1, "multiplications": 2 * ROWS * d},
            "SGD": {"steps": 1, "passes": batch / ROWS, "multiplications": 2 * batch * d},
            "Newton": {"steps": 1, "passes": 1,
                       "multiplications": 2 * ROWS * d + ROWS * d**2 + d**3 / 3},
        }  # fmt: skip

    def compute(distance, batch, unit):
        runs = {name: run(name, distance, batch if name == "SGD" else None) for name in racers}
        prices = price(batch)
        reach = 3.0 if distance <= 2 else 9.0
        lost = bool(runs["Newton"][3][-1] > runs["Newton"][3][0])
        near, six, words, rows = {}, {}, {}, []
        for name, (_, _, gaps, errors) in runs.items():
            cost = prices[name][unit]
            near[name], six[name] = (arrives(errors, error, cost) for error in (NEAR, SIX))
            words[name] = " and ".join("never" if v is None else plain(v)
                                       for v in (near[name], six[name]))  # fmt: skip
            rows.append(
                [name, len(errors) - 1, *words[name].split(" and "), f"{gaps[-1]:.2g}"]
            )
        if lost:
            words["Newton"] = "diverged"
        first = min((v, name) for name, v in near.items() if v is not None)[1]
        return Frame(
            f"From distance {distance:g}, batches of {batch}, in {unit}, to come within "
            f"{NEAR:g} and {SIX:.6f} standard errors of the estimate: gradient descent "
            f"{words['descent']}; stochastic descent {words['SGD']}; Newton "
            f"{words['Newton']}.",
            "diverged" if lost else first,
            table=(["racer", "steps made", f"{unit} to 1", f"{unit} to 0.000001", "gap"],
                   rows),
            scene=(unit, reach),
            reach=reach,
            unit=unit, model=model, best=fit.beta, near=near, six=six, lost=lost,
            paths={name: r[0] for name, r in runs.items()},
            gaps={name: r[2] for name, r in runs.items()},
            spent={name: r[1] * prices[name][unit] for name, r in runs.items()},
        )  # fmt: skip

    return Lab(
        title="race of descent, SGD and Newton",
        question=__doc__.partition("\n")[0],
        describe="Left, the loss above its minimum, 1e-12 to 1e4, against what was spent, "
        "both on log axes, gradient descent dashed, stochastic descent thin, Newton solid "
        "with circles; right, contours of the loss around its minimum, both coefficients from "
        "-3 to 3, for a far start -9 to 9, with the same iterates.",
        controls=[
            grid("distance", "start distance", [0.5, 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8], distance),
            integers("batch", "batch", [1, 2, 5, 10, 20, 50, 100, 200], batch),
            choice("unit", "counted in", list(UNITS), unit),
        ],
        compute=compute,
        picture=picture,
        points=points,
        presets={
            "near": {"distance": 1.0},
            "too far for Newton": {"distance": 6.0},
            "small batches": {"batch": 1, "unit": "passes"},
        },
        code=code,
    )


def arrives(errors, error, cost):
    """What is spent when the last error above `error` is behind; None where none is."""
    k = int(np.flatnonzero(~(errors <= error))[-1]) + 1 if (~(errors <= error)).any() else 0
    return None if k == len(errors) else k * cost


def picture(frame):
    reach = (-frame.reach, frame.reach)
    shares = (np.arange(1, 9) / 9) ** 2
    rings, _ = contour_lines(frame.model, frame.best, frame.reach, shares)
    names = {"descent": "gradient descent", "SGD": "stochastic descent", "Newton": "Newton"}
    left, right = [], [line("contours", "quiet", at=plots.strung(rings), width=1)]
    for name, role in LOOKS.items():
        look = {"width": 1.3} if name == "SGD" else {}
        look |= {"marker": "o", "size": 9} if name == "Newton" else {}
        left.append(line(f"{name} gap", role, names[name], **look))
        right.append(line(f"{name} path", role, **look))
    return [
        Panel(UNITS[frame.unit], (FLOOR, 1e4), left, frame.unit, "loss above its minimum",
              "what it costs", "log", "log", yticks=[1e-12, 1e-8, 1e-4, 1, 1e4], wide=1.5),
        Panel(reach, reach, right, "β₁ from the minimum", "β₂ from the minimum",
              "where it goes", square=True),
    ]  # fmt: skip


def points(frame):
    low = UNITS[frame.unit][0]
    places = {}
    for name in LOOKS:
        # the start has cost nothing: it stands at the left edge of the log axis
        spent, gap = np.maximum(frame.spent[name], low), np.clip(frame.gaps[name], FLOOR, 1e9)
        places[f"{name} gap"] = spent, gap
        places[f"{name} path"] = near(frame.paths[name], frame.reach)
    return places
