"""What a lab has apart from its picture: the controls, and the frame of one state."""

from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np

ROUND = (10, 13, 16, 20, 25, 30, 40, 50, 60, 80)  # alike far apart on a log axis


class Frame(SimpleNamespace):
    """What a lab shows in one state.

    Attributes
    ----------
    status : the sentence under the picture, made from the same numbers.
    event : one word for tests and verdicts, such as "converged" or "diverged".
    table : (column names, rows) behind the button "Show data", or None.
    scene : anything that tells one description of the panels from another.
    partial : whether it is early, and numbers are still being computed.
    state : that for which a lab computed it.
    Every other keyword is a number or an array that `points` draws.
    """

    def __init__(self, status, event="", table=None, scene=None, partial=False, **numbers):
        super().__init__(
            status=status, event=event, table=table, scene=scene, partial=partial, **numbers
        )


@dataclass(frozen=True)
class Control:
    """One control: where it may stand, where it stands first, how its value reads.

    A slider moves along `values`; the number box beside it takes any number between the
    first and the last of them. `kind` is "number", "integer", "choice", "toggle" or "view".
    """

    name: str
    label: str
    values: tuple
    default: object
    kind: str = "number"
    format: object = str

    def __post_init__(self):
        object.__setattr__(self, "default", self.check(self.default))  # it is frozen

    @property
    def slides(self):
        return self.kind in ("number", "integer")

    def check(self, value):
        """The value in the control's own type; ValueError when it is out of bounds."""
        if not self.slides:
            if value not in self.values:
                raise ValueError(f"{self.name} is one of {list(self.values)}, got {value!r}")
            return value
        low, high = self.values[0], self.values[-1]
        if not low <= value <= high or (self.kind == "integer" and value != int(value)):
            whole = "a whole number " if self.kind == "integer" else ""
            raise ValueError(f"{self.name} is {whole}from {low:g} to {high:g}, got {value!r}")
        return int(value) if self.kind == "integer" else float(value)

    def starting_at(self, default):
        """The same slider with another first value, which joins its own."""
        return replace(self, default=default, values=tuple(sorted({*self.values, default})))

    def nearest(self, value):
        """The index of the grid value nearest to `value`."""
        if self.slides:
            return int(np.argmin(np.abs(np.array(self.values, dtype=float) - value)))
        return self.values.index(value)


def plain(value):
    """A number as people write it, three figures: 0.0143, 0.0000015, 1,200.

    >>> plain(1.5e-6), plain(0.01428), plain(1200.0)
    ('0.0000015', '0.0143', '1,200')
    """
    if value and abs(value) < 1e-7 or abs(value) >= 1e15:
        return f"{value:.3g}"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return np.format_float_positional(value, precision=3, fractional=False, trim="-")


def grid(name, label, values, default, format=plain):
    """A control that moves along the given increasing numbers."""
    return Control(name, label, tuple(float(v) for v in values), default, "number", format)


def log_grid(name, label, low, high, default=None, extra=(), format=plain):
    """Round numbers, six a decade, from `low` to `high`; `extra` numbers join the grid.

    >>> log_grid("rate", "rate", 0.01, 0.1).values
    (0.01, 0.015, 0.02, 0.03, 0.05, 0.07, 0.1)
    """
    decades = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    # float("3e-5") is the double nearest to 0.00003; 3 * 10.0**-5 need not be
    round_numbers = [float(f"{m}e{e}") for e in decades for m in (1, 1.5, 2, 3, 5, 7)]
    inside = {v for v in round_numbers if low * (1 - 1e-9) <= v <= high * (1 + 1e-9)}
    values = tuple(sorted(inside | set(extra)))
    return Control(name, label, values, values[0] if default is None else default, "number",
                   format)  # fmt: skip


def integers(name, label, values, default, format="{:,}".format):
    """A control that moves along the given increasing whole numbers."""
    return Control(name, label, tuple(values), default, "integer", format)


def log_integers(name, label, last, default=0, format="{:,}".format, pairs=False):
    """The integers 0, 1, 2, … to `last`, thinning out to about twenty a decade.

    With `pairs` they are ten round ones, each with its neighbour: what jumps at each step
    from side to side is seen to do so.

    >>> log_integers("k", "k", 10_000, pairs=True).values[-9:]
    (4000, 4001, 5000, 5001, 6000, 6001, 8000, 8001, 10000)
    """
    if pairs:
        round_ones = (m * 10**e for e in range(int(np.log10(last)) + 1) for m in ROUND)
        some = {*range(21), *(k + j for k in round_ones for j in (0, 1))}
    else:
        decades = np.log10(max(last, 1))
        some = np.logspace(0, decades, int(20 * decades) + 1).round()
        some = {int(float(f"{v:.2g}")) for v in some}
    values = {0, last} | {k for k in some if k <= last}
    return Control(name, label, tuple(sorted(values)), default, "integer", format)


def choice(name, label, options, default=None):
    """Two to four named options, as buttons."""
    default = options[0] if default is None else default
    return Control(name, label, tuple(options), default, "choice")


def view(name, label, options):
    """Which panels are seen: those of this `view`, and those of none. No number changes."""
    return Control(name, label, tuple(options), options[0], "view")


def toggle(name, label, default=False):
    """A check box."""
    return Control(name, label, (False, True), default, "toggle")
