"""Marks that are never lost: a point outside the axes is an arrow at their edge."""

import numpy as np
from matplotlib.lines import Line2D


class Marks(Line2D):
    """A Line2D whose points outside the axes are drawn as arrows at the edge.

    The data stay what they are; only the drawing is moved.

    >>> from matplotlib.figure import Figure
    >>> ax = Figure().subplots()
    >>> far = ax.add_line(Marks([0.5, 9.0], [0.5, 0.5], marker="s", linestyle="none"))
    >>> [(marker, rows.tolist()) for marker, rows in far.groups()]
    [('s', [True, False]), ('>', [False, True])]
    """

    def __init__(self, *data, clip_on=False, **look):
        super().__init__(*data, clip_on=clip_on, **look)

    def groups(self):
        """(marker, which points (m,)) for those inside, and for those beyond each edge."""
        x, y = self.get_data()
        left, right = sorted(self.axes.get_xlim())
        low, high = sorted(self.axes.get_ylim())
        beyond = {"<": x < left, ">": x > right, "v": y < low, "^": y > high}
        inside = ~np.any(list(beyond.values()), axis=0)
        return [(m, w) for m, w in {self.get_marker(): inside, **beyond}.items() if w.any()]

    def draw(self, renderer):
        (x, y), marker, size = self.get_data(), self.get_marker(), self.get_markersize()
        groups = self.groups()
        if [shape for shape, _ in groups] == [marker]:  # all inside: as any line
            return super().draw(renderer)
        xlim, ylim = sorted(self.axes.get_xlim()), sorted(self.axes.get_ylim())
        for shape, which in groups:
            self.set_marker(shape)
            self.set_markersize(size if shape == marker else 1.35 * size)
            self.set_data(np.clip(x[which], *xlim), np.clip(y[which], *ylim))
            super().draw(renderer)
        self.set(data=(x, y), marker=marker, markersize=size)
