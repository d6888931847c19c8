"""What the fit lab shows: gradient descent on a model at any rate and iteration, in numbers.

No drawing here. `Descent.compute(state)` is pure: the same state gives the same frame.
"""

import warnings

import numpy as np

from ...guards.inputs import ConvergenceWarning
from .. import plots
from .controls import Frame, log_grid, log_integers, plain
from .judge import Judge
from .paths import Paths, model_gradient, one_by_one

CURVE = 41  # points of the curve over the data
LARGEST = 2_000_000  # numbers in X that an iteration can go through while somebody waits


def iterations_for(model, own_gradient):
    """100,000, or the power of ten whose path is computed in about two seconds."""
    n, d = model.X.shape
    if n * d > LARGEST:
        raise ValueError(
            f"X has {n:,} rows and {d} columns, too many for a live picture: "
            f"pass at most {LARGEST:,} numbers, for example X[::{-(-n * d // LARGEST)}]"
        )
    affordable = 10 ** int(np.log10(2e9 / (n * d)))
    return min(affordable, 10_000 if own_gradient else 100_000)


class Descent:
    """Gradient descent on `model` from `start`, at every rate of a grid and any between.

    Parameters
    ----------
    model : a GLM
    truth : (d,) the true coefficients, or None where nobody knows them.
    start : (d,), zeros when None.
    gradient : a learner's own gradient(beta (d,)) -> (d,); None is the model's.
    iterations : the last one; None is 100,000, fewer for large data or an own gradient.
    mean : whether the loss is the mean over the rows and not their sum. The minimum stays
        where it is, and every rate means n times less.

    Attributes
    ----------
    fit : the maximum-likelihood fit; `limit` : 2/λmax there; `best` : 2/(λmax + λmin).
    control : the grid of learning rates; `steps` : that of the iterations.
    regions : [(name, from, to), …] on the axis of rates.
    predictor : the one column of X that is not constant, if there is one only and at most
        one other; `across` (CURVE,) are places along it, `fitted(beta)` the means there.
    """

    def __init__(
        self, model, truth=None, start=None, gradient=None, iterations=None, mean=False
    ):
        self.model, d = model, model.X.shape[1]
        self.share = 1 / len(model.y) if mean else 1.0
        self.truth = None if truth is None else _vector(truth, d, "truth")
        self.start = np.zeros(d) if start is None else _vector(start, d, "start")
        self.own_gradient = gradient is not None
        self.iterations = iterations or iterations_for(model, self.own_gradient)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # the status says it
            self.fit = model.fit()
        self.finite = bool(self.fit.converged)
        self.errors = np.asarray(self.fit.standard_errors, float) if self.finite else None
        if self.finite and not np.all(self.errors > 1e-9 * np.abs(self.fit.beta)):
            self.errors = None  # of a perfect linear fit nothing but rounding is left
        self.judge = Judge(model, gradient, self.share)
        hessian = self.share * model.hessian(self.fit.beta if self.finite else self.start)
        if self.finite:
            self.limit, self.best = self.judge.limits
        else:
            eigenvalues = np.linalg.eigvalsh(hessian)
            self.limit = float(2 / eigenvalues[-1])
            self.best = float(2 / (eigenvalues[-1] + max(eigenvalues[0], 0)))
        self.least = self.loss(self.fit.beta)
        self.control = log_grid(
            "learning_rate",
            "learning rate",
            self.limit / 1000,
            self.limit * 10,
            extra=[self.limit],
        )
        self.steps = log_integers("iteration", "iteration", self.iterations, pairs=True)
        near = np.array(self.steps.values)[:, None] + [-2, -1, 0, 1]  # for the events
        keep = near[(near >= 0) & (near <= self.iterations)]
        gradient_of_model = model_gradient(model, self.share)
        rows = one_by_one(gradient, d) if self.own_gradient else gradient_of_model
        self.paths = Paths(rows, self.start, self.iterations, keep)
        own = self.own_gradient
        probe = Paths(gradient_of_model, self.start, self.iterations) if own else self.paths
        self.regions = self._regions(probe)
        # where the coefficients are drawn: at their true values, or side by side
        self.x = np.arange(d, dtype=float) if self.truth is None else self.truth
        self._curves, self._events, self._losses = {}, {}, {}
        self._limits()
        self._one_predictor()

    def loss(self, beta):
        """The model's loss, or its mean over the rows."""
        return self.share * self.model.loss(beta)

    # ---- the rate axis

    def _regions(self, paths):
        """Where the model's own gradient descends slowly, well, bounces, and diverges."""
        rates = self.control.values
        above = [rate for rate in rates if rate > self.limit * (1 + 1e-9)]
        n, d = self.model.X.shape
        paths.advance(above, until=min(self.iterations, max(200, int(1e8 / (n * d)))))
        wild = [rate for rate in above if paths.path(rate).diverged is not None]
        self.diverges = min(wild) if wild else None
        self._bounces = [
            self.loss(paths.path(rate).last) for rate in above if rate not in wild
        ]
        top = rates[-1]
        if wild:
            below = max(rate for rate in rates if rate < self.diverges)
            edge = float(np.sqrt(below * self.diverges)) if below > self.limit else self.limit
        else:
            edge = top
        return [
            ("slow", rates[0], self.best / 10),
            ("good", self.best / 10, self.limit),
            ("bounces", self.limit, edge),
            ("diverges", edge, top),
        ]

    def presets(self):
        """The four rates worth a button."""
        rates = np.array(self.control.values)
        below = rates[rates <= self.best]
        big = rates[rates >= 2 * self.limit][0] if self.diverges is None else self.diverges
        small = rates[self.control.nearest(self.limit / 100)]
        wanted = {
            "too small": small,
            "just right": below[-1],
            "at the limit": self.limit,
            "too big": big,
        }
        return {label: {"learning_rate": float(rate)} for label, rate in wanted.items()}

    # ---- what does not move: the limits of the axes

    def _limits(self):
        start_excess = self.loss(self.start) - self.least
        usual = [start_excess] if np.isfinite(start_excess) and start_excess > 0 else [1.0]
        usual += [b - self.least for b in self._bounces if b - self.least < 1e6 * usual[0]]
        floor = max(1e-10, 1e-12 * abs(self.least))
        self.excess_limits = (floor, max(30 * max(usual), 1e3 * floor))
        estimate = self.fit.beta if self.finite else None
        if self.truth is not None:
            edges = [] if self.errors is None else [1.96 * self.errors, -1.96 * self.errors]
            bars = [estimate + edge for edge in edges] if self.finite else []
            self.limits = plots.span(self.truth, estimate, *bars, margin=0.2)
        elif self.errors is not None:
            low, high = plots.span([-1.96, 1.96], self.place(self.start))
            self.limits = (max(low, -15.0), min(high, 15.0))
        else:
            far = []
            if not self.finite:  # the estimates walk away: leave room for a thousand steps
                rate = self.presets()["just right"]["learning_rate"]
                self.paths.advance([rate], until=min(1000, self.iterations))
                far = self.paths.path(rate).last
            self.limits = plots.span(estimate, self.start, far, [-1.0, 1.0], margin=0.2)

    def _one_predictor(self):
        """Where it has one predictor, the model is a curve over the points."""
        X = self.model.X
        columns = [j for j, column in enumerate(X.T) if np.ptp(column) > 0]
        alone = len(columns) == 1 and X.shape[1] <= 2 and not np.any(self.model.offset)
        self.predictor = columns[0] if alone else None
        if alone:
            x = X[:, self.predictor]
            self.across = np.linspace(x.min(), x.max(), CURVE)
            self._grid = np.repeat(X[:1], CURVE, axis=0)
            self._grid[:, self.predictor] = self.across

    @np.errstate(all="ignore")
    def fitted(self, beta):
        """The mean along the one predictor, (CURVE,)."""
        return self.model.link.inverse(self._grid @ beta)

    def place(self, beta):
        """Where a coefficient is drawn, (d,): itself, or without a truth its distance from
        the maximum-likelihood estimate in standard errors."""
        if self.truth is None and self.errors is not None:
            return (beta - self.fit.beta) / self.errors
        return beta

    # ---- one frame

    def ahead(self, rates, seconds=np.inf):
        """Compute the paths at `rates` together, to their ends; True when all are done."""
        return self.paths.advance(rates, seconds=seconds)

    def compute(self, state, seconds=np.inf):
        """The frame at state["learning_rate"] and state["iteration"].

        When `seconds` are over it shows the furthest iterate there is, with `partial=True`.
        """
        rate, wanted = state["learning_rate"], state["iteration"]
        done = self.paths.advance([rate], seconds=seconds)
        path = self.paths.path(rate)
        k = wanted if path.finished else min(wanted, path.known)
        beta = path[k]
        event, what = self._event(path, k)
        gone = path.diverged is not None and k >= path.diverged
        place, (low, high) = self.place(beta), self.limits
        outside = 0 if gone else int(((place < low) | (place > high)).sum())
        loss = np.nan if gone else self.loss(beta)
        error = np.nan if gone else self._error(beta)
        curve = self._curve(path, done)
        status = f"Rate {plain(rate)}, iteration {wanted:,}: "
        if k < wanted:
            status += f"computing, now at iteration {k:,}."
            event = "computing"
        elif gone:
            status += f"{what}."
        else:
            status += f"{self._error_words(beta, error)}, loss {number(loss)}, {what}."
        status += self._advice(event, what, rate)
        if outside:
            status += f" {outside} of {len(beta)} estimates lie outside the picture."
        return Frame(
            status,
            event,
            table=self._table(beta),
            scene="fit",
            partial=not done,
            rate=rate,
            iteration=k,
            beta=beta,
            place=place,
            loss=loss,
            excess=loss - self.least,
            error=error,
            outside=outside,
            gone=gone,
            banner=what if event in ("diverged", "bounces") else "",
            **curve,
            **({} if self.predictor is None else {"fitted": self.fitted(beta)}),
        )

    def distance(self, beta):
        """The largest distance from the maximum-likelihood estimate in standard errors."""
        if not self.finite:
            return np.inf
        unit = self.errors
        if unit is None:
            unit = np.maximum(np.abs(self.fit.beta), 1.0) / 10
        return float(np.max(np.abs(beta - self.fit.beta) / unit))

    def _error(self, beta):
        if self.truth is not None:
            return float(np.max(np.abs(beta - self.truth)))
        return self.distance(beta)

    def _error_words(self, beta, error):
        if self.truth is not None:
            return f"largest error {number(error)}"
        if not self.finite:
            return f"largest coefficient {number(np.max(np.abs(beta)))}"
        if self.errors is None:
            return f"farthest coefficient {number(np.max(np.abs(beta - self.fit.beta)))} away"
        return f"farthest coefficient {number(error)} standard errors from the maximum"

    def _event(self, path, k):
        """The event's name and its words at iteration k."""
        if path.settled is None:
            event = self.judge.event(path, k)
            return event, self.judge.words(event, path, k)
        first, points = path.settled  # it has all been judged in the second round
        k = k if k < first + points else first + points + (k - first) % points
        if (path.rate, k) not in self._events:
            event = self.judge.event(path, k)
            self._events[path.rate, k] = event, self.judge.words(event, path, k)
        return self._events[path.rate, k]

    def _advice(self, event, what, rate):
        if self.fit.path.event == "separated":
            return " No finite maximum-likelihood estimate exists."
        if not self.finite:
            return " Newton's method has not found the maximum either."
        below, rises = rate <= self.limit, event == "diverged" or what == "the loss rises"
        if self.own_gradient and below and (rises or event == "stuck"):
            return " The rate is below the limit: look at the gradient."
        if not rises and event != "bounces":
            return ""
        if below:  # the curvature changes with beta: it is larger where this path began
            return f" The limit {plain(self.limit)} holds near the minimum only."
        return f" The rate is above the limit {plain(self.limit)}."

    def _curve(self, path, done):
        """A whole path, as far as it is known: its loss above the minimum at some 300
        iterations, and the lines of its coefficients through the stops."""
        key = path.rate, path.known
        if key not in self._curves:
            ends = self.iterations if path.settled is not None else path.known
            stored = self.paths.curve[self.paths.curve <= ends]
            losses = self._losses.setdefault(path.rate, [])  # those that are known already
            losses += [self.loss(path[k]) for k in stored[len(losses) :].tolist()]
            excess = np.array(losses) - self.least
            drawn = np.isfinite(excess)
            stops = np.array([k for k in self.steps.values if k <= ends])
            curve = {
                "curve_iterations": stored[drawn],
                "curve_excess": np.maximum(excess[drawn], self.excess_limits[0]),
                "traces": traces(stops, np.array([self.place(path[k]) for k in stops])),
            }
            if not done:
                return curve  # soon longer
            self._curves[key] = curve
        return self._curves[key]

    def _table(self, beta):
        columns = [self.model.names, self.truth, self.fit.beta if self.finite else None]
        columns += [self.errors, beta]
        heads = ["coefficient", "truth", "maximum likelihood", "standard error", "now"]
        kept = [(h, c) for h, c in zip(heads, columns, strict=True) if c is not None]
        rows = zip(*(c for _, c in kept), strict=True)
        return [h for h, _ in kept], [[str(r[0]), *(f"{v:.6g}" for v in r[1:])] for r in rows]


def traces(stops, places):
    """The lines of d coefficients, places (m, d) at stops (m,), as one line with gaps (x, y).

    Coefficients that jump from side to side have one line for the even stops, one for the
    odd ones.

    >>> traces(np.array([1, 2, 3]), np.array([[1.0], [1.5], [2.0]]))[1]
    array([1. , 1.5, 2. , nan])
    >>> traces(np.array([1, 2, 3]), np.array([[1.0], [-1.0], [1.0]]))[0]
    array([ 2., nan,  1.,  3., nan])
    """
    even = [stops % 2 == 0, stops % 2 == 1]
    with np.errstate(all="ignore"):
        ways = [np.abs(np.diff(places[part], axis=0)).sum() for part in even]
        swings = np.abs(np.diff(places, axis=0)).sum() > sum(ways)
    parts = even if swings else [stops >= 0]
    lines = [np.column_stack([stops[part], place[part]]) for place in places.T
             for part in parts]  # fmt: skip
    return plots.strung(lines)


def number(value):
    """A loss or an error as the status says it: 364.11, 0.18, 0.0000031, 1.2e+12.

    >>> number(364.1149), number(0.1781), number(3.14e-6)
    ('364.11', '0.18', '0.0000031')
    """
    size = abs(value)
    if size >= 1e9 or 0 < size < 1e-9 or not np.isfinite(value):
        return f"{value:.1e}"
    if size >= 10:
        return f"{value:,.2f}"
    return np.format_float_positional(value, precision=2, fractional=False, trim="-")


def _vector(values, d, what):
    vector = np.asarray(values, dtype=float)
    if vector.shape != (d,) or not np.isfinite(vector).all():
        raise ValueError(f"{what} must be {d} finite numbers, got shape {vector.shape}")
    return vector
