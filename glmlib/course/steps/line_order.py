"""The derivation stepper's order mode: the lines stand mixed, and the learner sorts them.

The check runs the lines in the learner's order. It names the first that does not follow
from the one above it, with its reason, and never says which one would.
"""

import html
from string import ascii_uppercase

import numpy as np

from .. import live
from ..checks.verdicts import Verdict
from . import DERIVATIONS
from .learner import FOLLOWS, in_order, why_not
from .tables import code, table

PLACE = "Line {} stands at place {} of {}."
MOST = 500  # beginnings of an order that are judged for a page without a kernel
TOO_MANY = "Checking so many lines takes Python: run this cell in Jupyter."


def said(verdict):
    """A verdict as a sentence, "" for none."""
    return "" if verdict is None else " ".join(repr(verdict).split()) + "."


class LineOrder:
    """Lines of a derivation to be put in order. Displaying it shows it; `set` drives it.

    Attributes
    ----------
    lines : {letter: number of the line}; the letters stand in the mixed order.
    order : the letters as they stand now, such as "BAC".
    chosen : the letter that *Up* and *Down* move.
    verdict : what the last check said, or None.
    status : the sentence under the table.
    """

    def __init__(self, derivation, X, y, beta, lines=None, seed=0, **fixed):
        self.derivation = DERIVATIONS[derivation]
        self._point = (X, y, beta), fixed
        count = len(self.derivation.steps)
        wanted = sorted(range(1, count + 1) if lines is None else lines)
        in_a_row = wanted == list(range(wanted[0], wanted[-1] + 1)) if wanted else False
        if not in_a_row or not 2 <= len(wanted) <= 26 or wanted[0] < 1 or wanted[-1] > count:
            raise ValueError(f"2 to 26 neighbouring lines of 1 to {count}, got {wanted}")
        rng = np.random.default_rng(seed)
        for _ in range(100):
            mixed = rng.permutation(wanted).tolist()
            self.lines = dict(zip(ascii_uppercase, mixed, strict=False))
            if not self._judge("".join(self.lines)):
                break
        else:
            raise ValueError(f"any order of the lines {wanted} is right")
        self.order, self.chosen, self.verdict = "".join(self.lines), "A", None
        key = live.key_of(derivation, *self._rows())
        self._data = {"kind": "order", "key": key, "letters": self.order}
        self._data |= {"place": PLACE, "many": TOO_MANY}
        self.view = live.View(self._asked, self._moved, data=self._data, table=self._table())
        self.set()

    def set(self, order=None, chosen=None):
        """Put the lines in an order such as "BAC", and choose one. Returns the lab.

        Raises ValueError when these are not all letters once, or not a letter.
        """
        order, chosen = order or self.order, chosen or self.chosen
        if sorted(order) != sorted(self.lines):
            raise ValueError(f"order has each of {''.join(self.lines)} once, got {order!r}")
        if chosen not in self.lines:
            raise ValueError(f"chosen is one of {''.join(self.lines)}, got {chosen!r}")
        if order != self.order:
            self.verdict = None
        self.order, self.chosen = order, chosen
        self.view.state = {"order": order, "chosen": chosen}
        self._tell()
        return self

    def check(self):
        """Check the order as it stands. Returns the Verdict, which the sentence says."""
        self.verdict = self._judge(self.order)
        self._tell()
        return self.verdict

    @property
    def status(self):
        place = self.order.index(self.chosen) + 1
        return said(self.verdict) or PLACE.format(self.chosen, place, len(self.order))

    def lock(self, locked, waits=""):
        """Close or open the controls to hands; `set` works all the same."""
        self.view.lock(locked, waits)

    def _judge(self, order):
        (X, y, beta), fixed = self._point
        numbers = [self.lines[letter] for letter in order]
        return in_order(self.derivation, numbers, X, y, beta, names=self._names(), **fixed)

    def _names(self):
        names = {number: f"line {letter}" for letter, number in self.lines.items()}
        return names | {min(names) - 1: "the line above them all"}

    def _moved(self, state):
        if state != {"order": self.order, "chosen": self.chosen}:
            self.set(**state)

    def _asked(self, message):
        self.check()

    def _tell(self):
        self.view.tell(said=said(self.verdict))

    def _judged(self):
        """{beginning of an order: why its last letter cannot stand there}, or None."""
        (X, y, beta), fixed = self._point
        names, first = self._names(), min(self.lines.values())
        found, right = {}, [""]
        for start in right:  # it grows
            above = [*range(1, first), *(self.lines[letter] for letter in start)]
            for letter in sorted(set(self.lines) - set(start)):
                line = self.lines[letter]
                with np.errstate(all="ignore"):
                    why = why_not(self.derivation, above, line, X, y, beta, names, **fixed)
                if why:
                    found[start + letter] = why
                else:
                    right.append(start + letter)
            if len(found) + len(right) > MOST:
                return None
        return found

    def script(self):
        """The lines as HTML that is put in order, and judged, without a kernel."""
        data, judged = dict(self._data), self._judged()
        if judged is not None:
            data |= {"sealed": {}, "praise": said(Verdict("PASS", FOLLOWS))}
            for start, why in judged.items():
                words, name = said(Verdict("TRY AGAIN", why)), f"{data['key']} {start}"
                data["sealed"][live.number_of(name)] = live.sealed(words, name)
        view = self.view
        return live.part(data, self._table(), view.state, view.now, view.waits)

    # ---- what is shown

    def _rows(self):
        """The lines in the mixed order."""
        for letter, number in self.lines.items():
            step = self.derivation.steps[number - 1]
            algebra = html.escape(rf"$\displaystyle {step.latex}$")
            yield letter, [algebra, code(step.code)]

    def _table(self):
        first, title = min(self.lines.values()), html.escape(self.derivation.title)
        caption = f"{title}: the lines, mixed."
        if first > 1:
            above = code(self.derivation.steps[first - 2].code)
            caption = f"{title}: some lines, mixed. Above them stands {above}."
        return table(self._rows(), caption, ("algebra", "NumPy"))

    def _repr_mimebundle_(self, include=None, exclude=None):
        """The controls; a reader without scripts has the mixed lines as a table."""
        plain = f"Lines to be put in order: {self.derivation.title}."
        return live.shown(self.view, self.script(), plain)
