"""The derivation stepper's order mode: the lines stand mixed, and the learner sorts them.

The check runs the lines in the learner's order. It names the first that does not follow
from the one above it, with its reason, and never says which one would.
"""

import html
from string import ascii_uppercase

import ipywidgets as widgets
import numpy as np

from . import DERIVATIONS
from .learner import in_order
from .tables import CODE, table, widget_and_text


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
        self._syncing = False
        self._letters = widgets.ToggleButtons(
            options=[(f"line {letter}", letter) for letter in self.lines]
        )
        self._letters.style.button_width = "auto"
        self._letters.observe(lambda change: self._picked(change["new"]), "value")
        self.buttons = {
            name: widgets.Button(description=name)
            for name in ("Up", "Down", "Check the order", "Mix again")
        }
        self.buttons["Up"].on_click(lambda _: self._move(-1))
        self.buttons["Down"].on_click(lambda _: self._move(1))
        self.buttons["Check the order"].on_click(lambda _: self.check())
        self.buttons["Mix again"].on_click(lambda _: self.set(order="".join(self.lines)))
        self._table, self._sentence = widgets.HTMLMath(), widgets.HTML()
        for button in self.buttons.values():
            button.layout.width = "auto"
        row = [self._letters, *self.buttons.values()]
        controls = widgets.HBox(row, layout={"flex_flow": "row wrap"})
        self.box = widgets.VBox([self._table, controls, self._sentence])
        self.box.add_class("glm-order")
        self._show()

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
        self._show()
        return self

    def check(self):
        """Check the order as it stands. Returns the Verdict, which the sentence says."""
        self.verdict = self._judge(self.order)
        self._show()
        return self.verdict

    @property
    def status(self):
        if self.verdict is not None:
            return " ".join(repr(self.verdict).split()) + "."
        place = self.order.index(self.chosen) + 1
        return f"Line {self.chosen} stands at place {place} of {len(self.order)}."

    def lock(self, locked):
        """Close or open the controls to hands; `set` works all the same."""
        for part in (*self.buttons.values(), self._letters):
            part.disabled = locked

    def _judge(self, order):
        (X, y, beta), fixed = self._point
        numbers = [self.lines[letter] for letter in order]
        names = {self.lines[letter]: f"line {letter}" for letter in order}
        names[min(numbers) - 1] = "the line above them all"
        return in_order(self.derivation, numbers, X, y, beta, names=names, **fixed)

    def _picked(self, letter):
        if not self._syncing:
            self.set(chosen=letter)

    def _move(self, by):
        letters = list(self.order)
        here = letters.index(self.chosen)
        letters.insert(max(here + by, 0), letters.pop(here))
        self.set(order="".join(letters))

    def _rows(self):
        for letter in self.order:
            step = self.derivation.steps[self.lines[letter] - 1]
            mark = "▶ " if letter == self.chosen else ""
            code = f"{CODE}{html.escape(step.code)}</code>"
            yield f"{mark}{letter}", [html.escape(rf"$\displaystyle {step.latex}$"), code]

    def _show(self):
        self._syncing = True
        try:
            self._letters.value = self.chosen
        finally:
            self._syncing = False
        self._table.value = table(self._rows(), self._caption(), ("algebra", "NumPy"))
        self._sentence.value = (
            f'<p role="status" style="font-size: 16px">{html.escape(self.status)}</p>'
        )

    def _caption(self):
        first, title = min(self.lines.values()), html.escape(self.derivation.title)
        if first == 1:
            return f"{title}: the lines, mixed."
        above = html.escape(self.derivation.steps[first - 2].code)
        return f"{title}: some lines, mixed. Above them stands {CODE}{above}</code>."

    def _repr_mimebundle_(self, include=None, exclude=None):
        """The controls; a page without a kernel has the mixed lines as a table."""
        text = table(self._rows(), self._caption(), ("algebra", "NumPy"))
        plain = f"Lines to be put in order: {self.derivation.title}."
        return widget_and_text(self.box, text, plain)
