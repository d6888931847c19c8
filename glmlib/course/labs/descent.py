"""What the fit lab shows: gradient descent on a model at any rate and iteration, in numbers.

No drawing here. `Descent.compute(state)` is pure: the same state gives the same frame.
"""

import json
import time
import warnings
import zlib

import numpy as np

from ...guards.ending import SETTLED
from ...guards.inputs import ConvergenceWarning
from .controls import Frame, log_grid, log_integers, plain
from .judge import Judge, from_minimum
from .paths import BLOCK, Paths, model_gradient, one_by_one

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
        self._unit = hessian / self.share
        self.least = self.loss(self.fit.beta)
        self.control = log_grid(
            "learning_rate",
            "learning rate",
            self.limit / 1000,
            self.limit * 10,
            extra=[self.limit],
        )
        self.steps = log_integers("iteration", "iteration", self.iterations)
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
        self._curves = {}
        self._limits()

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
        from ..plots import span

        start_excess = self.loss(self.start) - self.least
        usual = [start_excess] if np.isfinite(start_excess) and start_excess > 0 else [1.0]
        usual += [b - self.least for b in self._bounces if b - self.least < 1e6 * usual[0]]
        floor = max(1e-10, 1e-12 * abs(self.least))
        self.excess_limits = (floor, max(30 * max(usual), 1e3 * floor))
        estimate = self.fit.beta if self.finite else None
        if self.truth is not None:
            edges = [] if self.errors is None else [1.96 * self.errors, -1.96 * self.errors]
            bars = [estimate + edge for edge in edges] if self.finite else []
            self.limits = span(self.truth, estimate, *bars, margin=0.2)
        elif self.errors is not None:
            low, high = span([-1.96, 1.96], self.place(self.start))
            self.limits = (max(low, -15.0), min(high, 15.0))
        else:
            far = []
            if not self.finite:  # the estimates walk away: leave room for a thousand steps
                rate = self.presets()["just right"]["learning_rate"]
                self.paths.advance([rate], until=min(1000, self.iterations))
                far = self.paths.path(rate).last
            self.limits = span(estimate, self.start, far, [-1.0, 1.0], margin=0.2)

    def place(self, beta):
        """Where a coefficient is drawn, (d,): itself, or without a truth its distance from
        the maximum-likelihood estimate in standard errors."""
        if self.truth is None and self.errors is not None:
            return (beta - self.fit.beta) / self.errors
        return beta

    # ---- one frame

    # ---- one whole path, for a picture that is drawn elsewhere

    def arrived(self, rate):
        """Whether nothing more will be seen to happen at this rate."""
        path = self.paths.path(rate)
        over = path.finished or path.known >= self.iterations
        if over or not self.finite:
            return over
        step = path.last - self.fit.beta
        return from_minimum(step, self._unit, self.fit.dispersion) <= SETTLED / 10

    def ahead(self, rates, seconds=np.inf):
        """Advance `rates` together until they have arrived; True when all have."""
        stop = time.perf_counter() + seconds
        while waiting := [rate for rate in rates if not self.arrived(rate)]:
            if time.perf_counter() > stop:
                return False
            known = min(self.paths.path(rate).known for rate in waiting)
            self.paths.advance(waiting, min(known + 4 * BLOCK, self.iterations))
        return True

    def track(self, rate):
        """The path at one rate as compressed bytes: JSON, then losses and coefficients.

        It holds the iterates at the stops of the iteration slider. Between two stops a path
        is so straight that a line across the gap is right to half a pixel; a path that jumps
        from side to side (`strands` = 2) is such a line for even and another for odd
        iterations. Where that is not so, the gap is `rough`, and nobody may stop in it.
        """
        path, iterations = self.paths.path(rate), self.iterations
        arrived = self.arrived(rate)
        last = path.known if path.diverged is None else path.diverged
        if path.settled is not None:  # one point or two: nothing new will be drawn
            last = min(path.settled[0] + 2, iterations) if path.orbit() <= 2 else iterations
        swings = any(
            (np.abs(path[k] - path[k - 2]) < np.abs(path[k] - path[k - 1])).any()
            for k in (2, 3, 5, 10, 30, 100)
            if k < last
        )
        strands = 2 if swings else 1
        stops = {k + j for k in self.steps.values for j in range(strands)} | {last}
        knots = sorted(k for k in stops if k <= last)
        if last < iterations and strands == 2 and last > 0:
            knots = sorted({*knots, last - 1})
        betas = np.array([path[k] for k in knots])
        largest = 1e38  # a loss may overflow where beta does not yet
        places = np.clip([self.place(beta) for beta in betas], -largest, largest)
        excess = np.array([self.loss(beta) for beta in betas]) - self.least
        excess = np.nan_to_num(excess, nan=largest, posinf=largest).clip(None, largest)
        phrases, which = [], []
        for k in knots:
            event, what = self._event(path, k)
            phrase = event, what, self._advice(event, what, rate)
            if phrase not in phrases:
                phrases.append(phrase)
            which.append(phrases.index(phrase))
        rough = self._rough(np.array(knots), places, strands)
        kept = self._needed(np.array(knots), places, excess, which, strands, rough)
        knots, which = np.array(knots)[kept], np.array(which)[kept]
        places, excess = places[kept], excess[kept]
        head = {
            "rate": rate,
            "text": plain(rate),
            "done": bool(arrived),
            "known": int(iterations if arrived else path.known),
            "diverged": path.diverged,
            "strands": strands,
            "gaps": np.diff(knots, prepend=0).tolist(),
            "turns": [i for i in range(len(which)) if i == 0 or which[i] != which[i - 1]],
            "says": [w for i, w in enumerate(which.tolist()) if i == 0 or w != which[i - 1]],
            "phrases": phrases,
            "rough": rough,
        }
        text = json.dumps(head, ensure_ascii=True, separators=(",", ":")).encode()
        bits = np.column_stack([excess, places]).astype("<f4").view("<u4")
        # of a coefficient the five digits that a screen can show: 32 bits without the last 8
        bits[:, 1:] = (bits[:, 1:] + 128) & 0xFFFFFF00
        # What changes from knot to knot, all first bytes before all second ones: it is
        # little, so that half the bytes are left when it is compressed.
        steps = np.diff(bits, axis=0, prepend=np.uint32(0)).T
        planes = np.ascontiguousarray(steps).astype("<u4").view(np.uint8).reshape(-1, 4).T
        return zlib.compress(len(text).to_bytes(4, "little") + text + planes.tobytes(), 9)

    def _needed(self, knots, places, excess, which, strands, rough):
        """The knots that a line between their neighbours does not give to five digits."""
        rough = set(rough)
        span = self.limits[1] - self.limits[0]
        rows = np.column_stack([places / span, np.log(np.maximum(excess, 1e-300))])
        kept = []
        for strand in range(strands):
            mine = np.flatnonzero(knots % strands == strand)
            kept += mine[:1].tolist()
            for before, here, after in zip(mine, mine[1:], mine[2:], strict=False):
                last = kept[-1]
                part = (knots[here] - knots[last]) / (knots[after] - knots[last])
                line = rows[last] + part * (rows[after] - rows[last])
                same = which[last] == which[here] == which[after]
                same = same and not rough & {int(knots[before]), int(knots[here])}
                if not (same and np.max(np.abs(line - rows[here])) < 1e-5):
                    kept.append(int(here))
            kept += mine[max(1, len(mine) - 1) :].tolist()
        return sorted(kept)

    def _rough(self, knots, places, strands):
        """The knots after which the path is not straight enough to be drawn by a line."""
        low, high = self.limits
        shown = np.clip(places, low, high) / (high - low)
        rough = set()
        for strand in range(strands):
            mine = np.flatnonzero(knots % strands == strand)
            for before, here, after in zip(mine, mine[1:], mine[2:], strict=False):
                part = (knots[here] - knots[before]) / (knots[after] - knots[before])
                line = shown[before] + part * (shown[after] - shown[before])
                # leaving a knot out makes the error of a line four times as large
                if np.max(np.abs(line - shown[here])) > 4 * 0.0007:
                    rough |= {int(knots[before]), int(knots[here])}
        return sorted(rough)

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
        curve_iterations, curve_excess = self._curve(path, done)
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
            curve_iterations=curve_iterations,
            curve_excess=curve_excess,
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
        event = self.judge.event(path, k)
        return event, self.judge.words(event, path, k)

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
        """The loss above its minimum at some 300 iterations, as far as they are known."""
        key = path.rate, path.known
        if key not in self._curves:
            stored = self.paths.curve[self.paths.curve <= path.known]
            iterates = [path.curve[k] for k in stored.tolist()]
            if path.settled is not None:
                later = [k for k in self.paths.curve.tolist() if k > path.known]
                stored = np.array([*stored.tolist(), *later])
                iterates += [path[k] for k in later]
            excess = np.array([self.loss(beta) for beta in iterates]) - self.least
            drawn = np.isfinite(excess)
            curve = stored[drawn], np.maximum(excess[drawn], self.excess_limits[0])
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
