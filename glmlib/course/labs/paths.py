"""Gradient descent at many learning rates at once, for pictures that may jump anywhere.

All rates advance together as one matrix B (rates, d), so that an iteration costs two
matrix products however many rates there are. Work is done in blocks of 64 iterations:

* a path in which an old iterate comes back, bit for bit, has settled: on one point (a fixed
  point) or on several (it bounces for ever), and every later iterate is known;
* a path that overflows has diverged, and its iteration is known;
* both drop out of the matrix.

Only the last iterate of each block is kept, and those that the loss curve needs. Any other
iterate is computed again from the block before it, at most 63 steps.
"""

import time

import numpy as np

BLOCK = 64


def curve_iterations(last, per_decade=40):
    """The iterations at which a loss curve is drawn: all of the first, then ever fewer.

    Each is followed by its neighbour, so that a path that bounces is seen to bounce.

    >>> curve_iterations(1000, per_decade=2)
    array([   0,    1,    2,    3,    7,    8,   19,   20,   51,   52,  138,
            139,  372,  373, 1000])
    """
    decades = np.log10(max(last, 1))
    some = np.logspace(0, decades, int(per_decade * decades) + 2).astype(int)
    some = np.concatenate([[0], some, some + 1])
    return np.unique(some[some <= last])


def model_gradient(model, share=1.0):
    """The gradient of a GLM for many coefficient vectors: B (rates, d) -> (rates, d).

    The lines are those of `GLM.gradient`, with one row for each vector; `share` = 1/n makes
    it the gradient of the mean loss.
    """
    X, XT = model.X if share == 1 else share * model.X, np.ascontiguousarray(model.X.T)
    inverse, y, w, offset = model.link.inverse, model.y, model.weights, model.offset
    if model.canonical and np.all(w == 1) and not np.any(offset):  # so that a third is spared
        return lambda B: (inverse(B @ XT) - y) @ X

    def gradient(B):
        eta = B @ XT + offset
        mu = inverse(eta)
        return (w * model.slope_over_variance(eta, mu) * (mu - y)) @ X

    return gradient


def one_by_one(gradient, d):
    """A learner's gradient(beta (d,)) -> (d,), called for each row of B (rates, d)."""

    def rows(B):
        G = [np.asarray(gradient(beta.copy()), dtype=float) for beta in B]
        for g in G:
            if g.shape != (d,):
                raise ValueError(
                    f"gradient(beta) returned shape {g.shape}, but beta has shape ({d},)"
                )
        return np.array(G)

    return rows


class RatePath:
    """The iterates of gradient descent at one learning rate; `path[k]` for any k so far.

    Attributes
    ----------
    known : the last iteration computed.
    diverged : the iteration at which the iterate stopped being finite, or None.
    settled : (iteration, number of points): from there on the same points repeat, bit for
        bit. One point is a fixed point. None as long as they do not.
    curve : {iteration: beta (d,)}, the iterates that the loss curve needs.
    """

    def __init__(self, step, start, rate, curve):
        self.rate, self.known, self.diverged, self.settled = rate, 0, None, None
        self._step, self._curve = step, curve
        self._ends = [start]  # the iterate at 0, 64, 128, …
        self._tail = None  # all iterates of the last block, once it is the last
        self._anchor = 0, start  # (iteration, iterate)
        self._again = None, None  # the block last computed again
        self.curve = {0: start}

    @property
    def finished(self):
        return self.diverged is not None or self.settled is not None

    @property
    def last(self):
        return self._ends[-1]

    def take(self, block):
        """Append the iterates of one block, (BLOCK + 1, d), the first being `last`."""
        first, ends = self.known, len(block)
        finite = np.isfinite(block).all(axis=1)
        if not finite.all():
            ends = int(np.argmin(finite))
            self.diverged = first + ends
        else:
            # Brent's search for a cycle: does an old iterate, the anchor, come back?
            back = np.flatnonzero((block[1:] == self._anchor[1]).all(axis=1))
            if len(back):
                anchor = self._anchor[0]
                self.settled = (anchor, first + 1 + int(back[0]) - anchor)
            elif first + BLOCK >= 1.2 * self._anchor[0]:
                self._anchor = first + BLOCK, block[-1].copy()
        low, high = np.searchsorted(self._curve, [first + 1, first + ends])
        for k in self._curve[low:high]:
            self.curve[int(k)] = block[k - first].copy()
        self.known = first + ends - 1
        if self.finished:
            self._tail = block[:ends].copy()
        else:
            self._ends.append(block[-1].copy())

    def __getitem__(self, k):
        """The iterate at k, (d,). After a divergence it is the last finite one."""
        if self.diverged is not None:
            k = min(k, self.diverged - 1)
        if self.settled is not None:
            first, points = self.settled
            k = k if k < first else first + (k - first) % points
        elif k > self.known:
            raise IndexError(f"iteration {k} is not computed yet, only {self.known}")
        if k in self.curve:
            return self.curve[k]
        block, steps = divmod(k, BLOCK)
        return self.block(block)[steps]

    def block(self, number):
        """The iterates from 64 · number on, (at most 65, d), computed again if need be."""
        if self._tail is not None and number == len(self._ends) - 1:
            return self._tail
        if self._again[0] != number:
            iterates = [self._ends[number][None]]
            for _ in range(BLOCK):
                iterates.append(self._step(iterates[-1], self.rate))
            self._again = number, np.concatenate(iterates)
        return self._again[1]

    def period(self, k):
        """After how many iterations all repeats, as far as iteration k tells; else 0."""
        if self.settled is None:
            return 0
        first, points = self.settled  # it may have begun before the search found it
        known = k >= first or k >= points and np.array_equal(self[k], self[k - points])
        return points if known else 0

    def orbit(self, tolerance=1e-9):
        """Among how many points a settled path jumps, as far as an eye could see.

        Bit for bit there may be more: the last digits of a double have a life of their own.
        """
        first, points = self.settled
        window = self.block(first // BLOCK)
        near = tolerance * np.max(np.abs(window))
        for period in range(1, min(points, len(window) // 2)):
            if np.max(np.abs(window[period:] - window[:-period])) <= near:
                return period
        return points


class Paths:
    """Gradient descent from `start` (d,) at any learning rate, computed once and kept.

    `gradient` maps B (rates, d) to (rates, d): `model_gradient` or `one_by_one`. The
    iterates at the iterations `keep` are stored, beside those of the loss curve.

    >>> paths = Paths(lambda B: 2 * B, start=np.array([1.0]), iterations=1000)
    >>> paths.advance([0.25, 1.0, 1.5])
    True
    >>> paths.path(0.25)[1], paths.path(1.0).settled, paths.path(1.5).diverged
    (array([0.5]), (0, 2), 1024)
    """

    def __init__(self, gradient, start, iterations, keep=()):
        self.gradient, self.iterations = gradient, iterations
        self.start = np.array(start, dtype=float)
        self.curve = curve_iterations(iterations)
        self.keep = np.union1d(self.curve, np.asarray(keep, dtype=int))
        self._paths = {}

    def path(self, rate):
        """The path at one learning rate, as far as it has been computed."""
        if rate not in self._paths:
            self._paths[rate] = RatePath(self._step, self.start, rate, self.keep)
        return self._paths[rate]

    def _step(self, B, rates):
        with np.errstate(all="ignore"):  # an overflow is an event here, not an accident
            return B - rates * self.gradient(B)

    def unfinished(self, rates, until=None):
        """Those paths among `rates` that do not reach iteration `until` yet."""
        until = self.iterations if until is None else until
        paths = [self.path(rate) for rate in dict.fromkeys(rates)]
        return [path for path in paths if not path.finished and path.known < until]

    def advance(self, rates, until=None, seconds=np.inf):
        """Advance all `rates` together to iteration `until`; True when nothing is left.

        Stops early when `seconds` have passed: call again to go on. The paths that lag
        behind go first, so that paths begun at different times join.
        """
        stop = time.perf_counter() + seconds
        while unfinished := self.unfinished(rates, until):
            if time.perf_counter() > stop:
                return False
            known = min(path.known for path in unfinished)
            group = [path for path in unfinished if path.known == known]
            alpha = np.array([path.rate for path in group])[:, None]
            block = np.empty((BLOCK + 1, len(group), len(self.start)))
            block[0] = [path.last for path in group]
            with np.errstate(all="ignore"):
                for k in range(BLOCK):
                    block[k + 1] = block[k] - alpha * self.gradient(block[k])
            for j, path in enumerate(group):
                path.take(block[:, j])
        return True
