"""The derivation stepper: how does this line follow from the one before, and is it true?

Algebra, numbers and NumPy stand side by side. All three come from the same `Step`: the
number is what the NumPy line gives on the learner's rows, and the check compares it with
what the move leads to. Mathematics is typeset, so this lab is a table and not a picture.
"""

import html
from dataclasses import replace

import numpy as np

from .. import live
from . import DERIVATIONS, evaluate
from .learner import filled
from .line_order import LineOrder
from .tables import code, table
from .whats_new import marked_algebra, marked_code, underlined

COLUMNS = ("algebra", "numbers", "NumPy")
SAYS = "Line {} of {}. {}"
TYPED = "Writing this line takes Python: run this cell in Jupyter."


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
        "NumPy": f"<code>{marked_code(before.code, step.code)}</code>",
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
        self._table = self._as_table()
        self._data = self._lines()
        self.view = live.View(self._asked, self._moved, data=self._data, table=self._table)
        self._tell()
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
        self.view.state = {"line": line, "hide": hide, "check": self.check}
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
        self._tell()
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
        words = [self._says(self.line), self._verdict(self.line)]
        words += [self._checks(self.step)] if self.check else []
        return " ".join(filter(None, words))

    def _says(self, line):
        return SAYS.format(line, len(self.steps), self.steps[line - 1].reason)

    def _verdict(self, line):
        if line not in self._verdicts:
            return ""
        words = " ".join(repr(self._verdicts[line]).split())
        return words if words.endswith(")") else f"{words}."

    @staticmethod
    def _checks(step):
        if step.move is None:
            return "A definition: the lines after it test it."
        how = "Central differences lead" if "derivative" in step.move else "The move leads"
        if step.agrees:
            return f"{how} to the same numbers: ✓ the line agrees."
        return f"{how} to other numbers: ✗ the line does not agree."

    def lock(self, locked, waits=""):
        """Close or open the controls to hands; `set` works all the same."""
        self.view.lock(locked, waits)

    def _moved(self, state):
        if state != {"line": self.line, "hide": self.hide, "check": self.check}:
            self.set(**state)

    def _asked(self, message):
        self.reveal() if message["do"] == "reveal" else self.answer(message["code"])

    def _tell(self):
        """What the learner's own lines are, and what was said to them."""
        own = {line: code for line, code in self.blanks.items() if code}
        self.view.tell(own=own, verdicts={k: self._verdict(k) for k in self._verdicts})

    # ---- what is shown

    def _as_table(self):
        """The whole derivation; of a blank only the name."""
        rows, before = [], None
        for line, step in enumerate(self.steps, start=1):
            row, before = cells(step, before), step
            if line in self.blanks:
                row["NumPy"] = f"{code(f'{step.name} = …')} <em>yours to write</em>"
            rows.append((str(line), list(row.values())))
        given = {line.partition(" = ")[0]: line for line in self.derivation.given.splitlines()}
        _, fixed = self._point
        given |= {name: f"{name} = {value}" for name, value in fixed.items() if name in given}
        given = code("; ".join(given.values()))
        caption = f"{html.escape(self.derivation.title)}; given {given}. "
        return table(rows, caption + "Underlined: new since the line above.", COLUMNS)

    def _lines(self):
        """What a line says and checks, and its algebra without the marks of what is new."""
        lines, checks = [], sorted({self._checks(step) for step in self.steps})
        for line, step in enumerate(self.steps, start=1):
            checked = checks.index(self._checks(step))
            lines.append({"reason": step.reason, "checked": checked})
            plain = rf"$\displaystyle {step.latex}$"
            if html.escape(plain) not in self._table:
                lines[-1]["plain"] = plain
            if step.move is not None:
                moved = shown(replace(step, value=step.expected))
                lines[-1]["move"] = [moved, code(step.move)]
            if line in self.blanks:
                lines[-1]["blank"] = f"{step.name} = …"
        hides = ["nothing", *COLUMNS]
        return {"kind": "steps", "key": live.key_of(self._table, lines), "lines": lines,
                "checks": checks, "hides": hides, "says": SAYS, "typed": TYPED}  # fmt: skip

    def script(self):
        """The derivation as HTML that is walked without a kernel."""
        view = self.view
        return live.part(self._data, self._table, view.state, view.now, view.waits)

    def _repr_mimebundle_(self, include=None, exclude=None):
        """The controls; a reader without scripts has the whole derivation as a table."""
        plain = f"Derivation stepper: {self.derivation.title}."
        return live.shown(self.view, self.script(), plain)


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
