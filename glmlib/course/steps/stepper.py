"""The derivation stepper: how does this line follow from the one before, and is it true?

Algebra, numbers and NumPy stand side by side. All three come from the same `Step`: the
number is what the NumPy line gives on the learner's rows, and the check compares it with
what the move leads to. Mathematics is typeset, so this lab is a table and not a picture.
"""

import html
from dataclasses import replace

import ipywidgets as widgets
import numpy as np

from . import DERIVATIONS, evaluate
from .learner import filled
from .line_order import LineOrder
from .tables import CODE, table, widget_and_text
from .whats_new import marked_algebra, marked_code, underlined

COLUMNS = ("algebra", "numbers", "NumPy")


def shown(step):
    """The value of a step as text, four figures; a zero but for rounding is written as 0."""
    value = np.asarray(step.value, dtype=float)
    if step.expected is not None:
        value = np.where((np.asarray(step.expected) == 0) & (np.abs(value) < 1e-9), 0, value)
    text = np.array2string(value, formatter={"float_kind": "{:.4g}".format}, separator=", ")
    return html.escape(" ".join(text.split()))


def cells(step, before=None):
    """Algebra, numbers and NumPy of one step as HTML; what `before` has not is underlined."""
    before = before or step
    numbers = shown(step)
    return {
        "algebra": html.escape(rf"$\displaystyle {marked_algebra(before.latex, step.latex)}$"),
        "numbers": numbers if numbers == shown(before) else underlined(numbers),
        "NumPy": f"{CODE}{marked_code(before.code, step.code)}</code>",
    }


class Stepper:
    """A derivation that is walked line by line. Displaying it shows it; `set` drives it.

    Attributes
    ----------
    steps : the evaluated steps.
    blanks : {line: the learner's code, "" until it is right}: lines asked from the learner.
    line : the line shown, from 1; the one before stands above it.
    hide : "nothing", "algebra", "numbers" or "NumPy": what the learner says first.
    check : whether the line is compared with what its move leads to.
    status : the sentence under the table, made from the same steps.
    """

    def __init__(self, derivation, X, y, beta, blanks=(), **fixed):
        self.derivation = DERIVATIONS[derivation]
        self.steps = evaluate(self.derivation, X, y, beta, **fixed)
        self.blanks = dict.fromkeys(map(self._checked, blanks), "")
        self._point, self._verdicts = ((X, y, beta), fixed), {}
        self.line, self.hide, self.check = 1, "nothing", False
        self._syncing, self._blank_of = False, None
        self._number = widgets.BoundedIntText(1, 1, len(self.steps), description="line")
        self._number.layout.width = "150px"
        self._hide = widgets.ToggleButtons(
            options=[(f"hide {name}", name) for name in ("nothing", *COLUMNS)]
        )
        self._hide.style.button_width = "auto"
        self._check = widgets.Checkbox(False, description="check with numbers", indent=False)
        self.buttons = {name: widgets.Button(description=name) for name in ("Back", "Next")}
        self.buttons["Back"].on_click(lambda _: self.set(line=self.line - 1))
        self.buttons["Next"].on_click(lambda _: self.set(line=self.line + 1))
        for part, name in (
            (self._number, "line"),
            (self._hide, "hide"),
            (self._check, "check"),
        ):
            part.observe(lambda change, name=name: self._moved({name: change["new"]}), "value")
        # it answers to Enter, and when the focus leaves it
        self._code = widgets.Text(description="NumPy", continuous_update=False)
        self._code.layout.width = "640px"
        self._code.observe(lambda change: self._typed(change["new"]), "value")
        self._reveal = widgets.Button(description="Show the line")
        self._reveal.on_click(lambda _: self.reveal())
        self._blank = widgets.HBox([self._code, self._reveal])
        self._table, self._sentence = widgets.HTMLMath(), widgets.HTML()
        row = [*self.buttons.values(), self._number, self._hide, self._check]
        self.box = widgets.VBox(
            [
                widgets.HBox(row, layout={"flex_flow": "row wrap"}),
                self._table,
                self._blank,
                self._sentence,
            ]
        ).add_class("glm-stepper")
        self.set()

    def set(self, line=None, hide=None, check=None):
        """Move to a state; what is not named stays. Returns the stepper.

        Raises ValueError for a line that is not there or a column that cannot be hidden.
        """
        line = self._checked(self.line if line is None else line)
        hide = self.hide if hide is None else hide
        if hide not in ("nothing", *COLUMNS):
            raise ValueError(f"hide is 'nothing' or one of {list(COLUMNS)}, got {hide!r}")
        self.line, self.hide = line, hide
        self.check = self.check if check is None else bool(check)
        self._show()
        return self

    def answer(self, code):
        """Fill the blank of the line shown. Returns the Verdict, which the sentence says.

        Raises ValueError for a line that is not a blank.
        """
        if self.line not in self.blanks:
            raise ValueError(f"the blanks are lines {list(self.blanks)}, not {self.line}")
        (X, y, beta), fixed = self._point
        verdict = filled(self.derivation, self.line, code, X, y, beta, **fixed)
        self._verdicts[self.line] = verdict
        if verdict.passed:
            self.blanks[self.line] = code
        self._show()
        return verdict

    def reveal(self):
        """Show the line as the derivation has it; by hand only after an attempt."""
        self.answer(self.step.code)

    def _checked(self, line):
        if line not in range(1, len(self.steps) + 1):
            raise ValueError(
                f"line is a whole number from 1 to {len(self.steps)}, got {line!r}"
            )
        return int(line)

    @property
    def step(self):
        """The step of the line shown."""
        return self.steps[self.line - 1]

    @property
    def status(self):
        words = f"Line {self.line} of {len(self.steps)}. {self.step.reason}"
        if self.line in self._verdicts:
            words += " " + " ".join(repr(self._verdicts[self.line]).split())
            words += "" if words.endswith(")") else "."
        if not self.check:
            return words
        if self.step.move is None:
            return f"{words} A definition: the lines after it test it."
        how = (
            "Central differences lead" if "derivative" in self.step.move else "The move leads"
        )
        if self.step.agrees:
            return f"{words} {how} to the same numbers: ✓ the line agrees."
        return f"{words} {how} to other numbers: ✗ the line does not agree."

    def lock(self, locked):
        """Close or open the controls to hands; `set` works all the same."""
        parts = (self._number, self._hide, self._check, self._code, self._reveal)
        for part in (*self.buttons.values(), *parts):
            part.disabled = locked
        if not locked:
            self._ends()

    def _moved(self, change):
        if not self._syncing:
            self.set(**change)

    def _typed(self, code):
        if not self._syncing and code.strip():
            self.answer(code)

    def _ends(self):
        self.buttons["Back"].disabled = self.line == 1
        self.buttons["Next"].disabled = self.line == len(self.steps)
        self._reveal.disabled = self.line not in self._verdicts

    def _show(self):
        self._syncing = True
        try:
            self._number.value, self._hide.value = self.line, self.hide
            self._check.value = self.check
            if self._blank_of != self.line:
                self._code.value, self._blank_of = self.blanks.get(self.line, ""), self.line
        finally:
            self._syncing = False
        self._code.placeholder = f"{self.step.name} = …"
        self._blank.layout.display = "flex" if self.line in self.blanks else "none"
        self._ends()
        rows = self._rows(range(max(self.line - 1, 1), self.line + 1))
        if self.hide != "nothing":
            rows[-1][1][COLUMNS.index(self.hide)] = "<em>hidden: say it first</em>"
        if self.check and self.step.move is not None:
            moved = shown(replace(self.step, value=self.step.expected))
            rows.append(
                ("the move", ["", moved, f"{CODE}{html.escape(self.step.move)}</code>"])
            )
        self._table.value = self._as_table(rows)
        self._sentence.value = (
            f'<p role="status" style="font-size: 16px">{html.escape(self.status)}</p>'
        )

    def _rows(self, lines):
        """(name, cells) of these lines; of a blank the learner's own code is shown."""
        rows = []
        for line in lines:
            row = cells(self.steps[line - 1], self.steps[line - 2] if rows else None)
            if line in self.blanks:
                own, name = self.blanks[line], self.steps[line - 1].name
                text = f"{CODE}{html.escape(own or f'{name} = …')}</code>"
                row["NumPy"] = text if own else f"{text} <em>yours to write</em>"
            rows.append((str(line), list(row.values())))
        return rows

    def _as_table(self, rows):
        given = {line.partition(" = ")[0]: line for line in self.derivation.given.splitlines()}
        _, fixed = self._point
        given |= {name: f"{name} = {value}" for name, value in fixed.items() if name in given}
        given = html.escape("; ".join(given.values()))
        caption = f"{html.escape(self.derivation.title)}; given {CODE}{given}</code>. "
        return table(rows, caption + "Underlined: new since the line above.", COLUMNS)

    def _repr_mimebundle_(self, include=None, exclude=None):
        """The controls; a page without a kernel has the whole derivation as a table."""
        text = self._as_table(self._rows(range(1, len(self.steps) + 1)))
        return widget_and_text(self.box, text, f"Derivation stepper: {self.derivation.title}.")


def stepper(derivation, X, y, beta, *, order=False, blanks=(), seed=0, **fixed):
    """A lab that walks through a derivation: algebra, numbers and NumPy in lockstep.

    Parameters
    ----------
    derivation : a name in `glmlib.course.steps.DERIVATIONS`, such as "linear".
    X (n, d), y (n,), beta (d,) : the rows and the point at which the lines are evaluated.
    order : True, or the numbers of neighbouring lines, to have them mixed and sorted by
        the learner; `seed` mixes.
    blanks : numbers of the lines whose NumPy the learner writes.
    fixed : values of names such as sigma.

    Returns a Stepper, or a LineOrder. Raises KeyError for another derivation, ValueError for
    lines that are not there.

    >>> lab = stepper("linear", np.eye(2), np.array([3.0, 1.0]), np.array([1.0, 1.0]))
    >>> lab.set(line=6, check=True).step.code, float(lab.step.value)
    ('loss = np.sum((y - mu) ** 2) / 2', 2.0)
    >>> lab.status.endswith("The move leads to the same numbers: ✓ the line agrees.")
    True
    """
    if order:
        lines = None if order is True else order
        return LineOrder(derivation, X, y, beta, lines, seed, **fixed)
    return Stepper(derivation, X, y, beta, blanks, **fixed)
