"""The derivation stepper: how does this line follow from the one before, and is it true?

Algebra, numbers and NumPy stand side by side. All three come from the same `Step`: the
number is what the NumPy line gives on the learner's rows, and the check compares it with
what the move leads to. Mathematics is typeset, so this lab is a table and not a picture.
"""

import html
from dataclasses import replace

import ipywidgets as widgets
import numpy as np

from ..derivations import DERIVATIONS, evaluate

COLUMNS = ("algebra", "numbers", "NumPy")
CELL = 'style="text-align: left; padding: 6px 8px; border-bottom: 1px solid #ccc"'
CODE = '<code style="font-size: 13px; padding: 0; background: none">'


def shown(step):
    """The value of a step as text, four figures; a zero but for rounding is written as 0."""
    value = np.asarray(step.value, dtype=float)
    if step.expected is not None:
        value = np.where((np.asarray(step.expected) == 0) & (np.abs(value) < 1e-9), 0, value)
    text = np.array2string(value, formatter={"float_kind": "{:.4g}".format}, separator=", ")
    return " ".join(text.split())


def cells(step):
    """Algebra, numbers and NumPy of one step, as pieces of HTML."""
    return {
        "algebra": html.escape(rf"$\displaystyle {step.latex}$"),
        "numbers": html.escape(shown(step)),
        "NumPy": f"{CODE}{html.escape(step.code)}</code>",
    }


def table(rows, derivation):
    """An HTML table with header cells; rows are (name, cells in the order of COLUMNS)."""
    given = "; ".join(derivation.given.splitlines())
    head = "".join(f'<th scope="col" {CELL}>{name}</th>' for name in ("line", *COLUMNS))
    body = "".join(
        f'<tr><th scope="row" {CELL}>{name}</th>'
        + "".join(f"<td {CELL}>{cell}</td>" for cell in row)
        + "</tr>"
        for name, row in rows
    )
    return (
        '<table style="border-collapse: collapse; font-size: 15px; width: 100%; '
        'table-layout: auto">'
        f'<caption style="text-align: left">{html.escape(derivation.title)}; given '
        f"{CODE}{html.escape(given)}</code></caption>"
        f"<tr>{head}</tr>{body}</table>"
    )


class Stepper:
    """A derivation that is walked line by line. Displaying it shows it; `set` drives it.

    Attributes
    ----------
    steps : the evaluated steps.
    line : the line shown, from 1; the one before stands above it.
    hide : "nothing", "algebra", "numbers" or "NumPy": what the learner says first.
    check : whether the line is compared with what its move leads to.
    status : the sentence under the table, made from the same steps.
    """

    def __init__(self, derivation, X, y, beta, **fixed):
        self.derivation = DERIVATIONS[derivation]
        self.steps = evaluate(self.derivation, X, y, beta, **fixed)
        self.line, self.hide, self.check = 1, "nothing", False
        self._syncing = False
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
        self._table, self._sentence = widgets.HTMLMath(), widgets.HTML()
        row = [*self.buttons.values(), self._number, self._hide, self._check]
        self.box = widgets.VBox(
            [
                widgets.HBox(row, layout={"flex_flow": "row wrap"}),
                self._table,
                self._sentence,
            ]
        ).add_class("glm-stepper")
        self.set()

    def set(self, line=None, hide=None, check=None):
        """Move to a state; what is not named stays. Returns the stepper.

        Raises ValueError for a line that is not there or a column that cannot be hidden.
        """
        line = self.line if line is None else line
        hide = self.hide if hide is None else hide
        if line not in range(1, len(self.steps) + 1):
            raise ValueError(
                f"line is a whole number from 1 to {len(self.steps)}, got {line!r}"
            )
        if hide not in ("nothing", *COLUMNS):
            raise ValueError(f"hide is 'nothing' or one of {list(COLUMNS)}, got {hide!r}")
        self.line, self.hide = int(line), hide
        self.check = self.check if check is None else bool(check)
        self._show()
        return self

    @property
    def step(self):
        """The step of the line shown."""
        return self.steps[self.line - 1]

    @property
    def status(self):
        words = f"Line {self.line} of {len(self.steps)}. {self.step.reason}"
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
        for part in (*self.buttons.values(), self._number, self._hide, self._check):
            part.disabled = locked
        if not locked:
            self._ends()

    def _moved(self, change):
        if not self._syncing:
            self.set(**change)

    def _ends(self):
        self.buttons["Back"].disabled = self.line == 1
        self.buttons["Next"].disabled = self.line == len(self.steps)

    def _show(self):
        self._syncing = True
        try:
            self._number.value, self._hide.value = self.line, self.hide
            self._check.value = self.check
        finally:
            self._syncing = False
        self._ends()
        first = max(self.line - 1, 1)
        rows = [[str(n), cells(self.steps[n - 1])] for n in range(first, self.line + 1)]
        if self.hide != "nothing":
            rows[-1][1][self.hide] = "<em>hidden: say it first</em>"
        rows = [(name, list(row.values())) for name, row in rows]
        if self.check and self.step.move is not None:
            moved = shown(replace(self.step, value=self.step.expected))
            code = f"{CODE}{html.escape(self.step.move)}</code>"
            rows.append(("the move", ["", html.escape(moved), code]))
        self._table.value = table(rows, self.derivation)
        self._sentence.value = (
            f'<p role="status" style="font-size: 16px">{html.escape(self.status)}</p>'
        )

    def _repr_mimebundle_(self, include=None, exclude=None):
        """The controls; a page without a kernel has the whole derivation as a table."""
        rows = [(n, list(cells(s).values())) for n, s in enumerate(self.steps, start=1)]
        view = self.box._repr_mimebundle_()
        view = view[0] if isinstance(view, tuple) else view
        kind = "application/vnd.jupyter.widget-view+json"
        return {
            kind: view[kind],
            "text/html": table(rows, self.derivation),
            "text/plain": f"Derivation stepper: {self.derivation.title}.",
        }


def stepper(derivation, X, y, beta, **fixed):
    """A lab that walks through a derivation: algebra, numbers and NumPy in lockstep.

    Parameters
    ----------
    derivation : a name in `glmlib.derivations.DERIVATIONS`, such as "linear".
    X (n, d), y (n,), beta (d,) : the rows and the point at which the lines are evaluated.
    fixed : values of names such as sigma.

    Returns a Stepper. Raises KeyError for another derivation.

    >>> lab = stepper("linear", np.eye(2), np.array([3.0, 1.0]), np.array([1.0, 1.0]))
    >>> lab.set(line=6, check=True).step.code, float(lab.step.value)
    ('loss = np.sum((y - mu) ** 2) / 2', 2.0)
    >>> lab.status.endswith("The move leads to the same numbers: ✓ the line agrees.")
    True
    """
    return Stepper(derivation, X, y, beta, **fixed)
