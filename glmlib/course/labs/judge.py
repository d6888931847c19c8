"""How gradient descent stands at an iteration, as the labs say it.

The event is the library's: `model.fit("gradient descent", …)` from the same start, at the
same rate, with so many iterations. The labs only say it in fewer words.
"""

from functools import cached_property

import numpy as np

from ...blocks import look, standard_errors_away
from ...guards.descent import descended, rate_limits
from ...guards.ending import SETTLED
from ...guards.separation import separating_direction
from ...solvers import newton

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
WORDS = {
    "start": "at the start",
    "converged": "converged",
    "stuck": "stands still away from the maximum",
}


class Judge:
    """The one judge of a `RatePath`, who looks for the minimum of a model only once.

    Parameters
    ----------
    model : a GLM
    gradient : beta (d,) -> (d,), a learner's own; None is the model's.
    share : what the loss is multiplied by: 1/n where it is a mean.
    """

    def __init__(self, model, gradient=None, share=1.0):
        self.model, self.share = model, share
        self._gradient = model.gradient if gradient is None else gradient

    @cached_property
    def _minimum(self):
        return newton(self.model)

    @cached_property
    def _direction(self):
        if self._minimum.converged:
            return None  # it was asked there
        return separating_direction(self.model)

    @cached_property
    def limits(self):
        """2/λmax and 2/(λmax + λmin) at the minimum of this loss."""
        limit, best = rate_limits(self.model, self._minimum)
        return limit / self.share, best / self.share

    @np.errstate(all="ignore")
    def event(self, path, k):
        """ "start", or the `event` of the library's `Path` after k iterations."""
        if path.diverged is not None and k >= path.diverged:
            return "diverged"
        if k == 0:
            point = look(self.model, self.model.from_beta(path[0]))
            near = standard_errors_away(self.model, point, point.step) <= SETTLED
            return "converged" if near else "start"
        return descended(
            self.model,
            k,
            path.__getitem__,
            path.rate * self.share,
            self._gradient,
            path.period(k),
            False,
            newton=lambda model: self._minimum,
            direction=lambda model, point: self._direction,
        )[0]

    @np.errstate(all="ignore")
    def words(self, event, path, k):
        """What happens, to the end of a sentence: "still descending"."""
        if event == "diverged" and path.diverged is not None and k >= path.diverged:
            return f"diverged at iteration {path.diverged:,}"
        if event == "bounces" and path.period(k):
            points = path.orbit()
            many = NUMBERS[points] if points < len(NUMBERS) else str(points)
            return f"bounces for ever between {many} points"
        if event == "bounces":
            step, before = path[k] - path[k - 1], path[max(k - 1, 0)] - path[max(k - 2, 0)]
            if step @ before >= 0:
                return "does not settle"
            farther = np.linalg.norm(step) > 1.01 * np.linalg.norm(before)
            return "the loss rises" if farther else "bouncing between two points"
        if event in WORDS:
            return WORDS[event]
        loss, before = self.model.loss(path[k]), self.model.loss(path[k - 1])
        if loss > before + 1e-12 * (1 + abs(before)):
            return "the loss rises"
        return "the loss is above its start" if event == "diverged" else "still descending"
