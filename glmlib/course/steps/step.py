"""What a derivation is made of: steps, each as algebra, as code and as a move."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Step:
    """One line of a derivation; `evaluate` fills in `value` and `expected`.

    Attributes
    ----------
    latex : the algebra, as the lesson displays it.
    reason : why it follows from the line before.
    code : "name = expression", in NumPy and with the same symbols.
    move : what the line must equal, in the names of earlier lines; `before` is the line
        before, `derivative(name, by)` the central differences of a line by beta or eta.
        None for a definition, which the lines after it test.
    value, expected : what `code` and `move` give on data.

    >>> step = Step(r"\\text{loss} = -\\ell", "Change the sign.", "loss = -log_likelihood")
    >>> step.name, step.move
    ('loss', 'before')
    """

    latex: str
    reason: str
    code: str
    move: str | None = "before"
    value: object = None
    expected: object = None

    @property
    def name(self):
        """The name that the line of NumPy gives to its value."""
        return self.code.partition(" = ")[0]

    @property
    def agrees(self):
        """Whether the numbers of this line are those that the line before leads to."""
        if self.expected is None:
            return True
        if not np.isfinite(self.expected).all():
            return False
        # central differences are right to about ten digits, algebra to all but rounding
        rtol = 1e-6 if "derivative" in self.move else 1e-10
        size = np.abs(self.expected).max() or 1.0
        try:
            return np.allclose(self.value, self.expected, rtol=rtol, atol=rtol * size)
        except ValueError:  # of other shapes
            return False


@dataclass(frozen=True)
class Derivation:
    """A list of steps, and the lines of code that stand before the first of them.

    Attributes
    ----------
    title : "from … to …".
    lesson : its number, such as "02".
    given : lines of code, one name or more a line; X, y, beta, n, d and np are known.
    steps : a tuple of Step.
    responses : what y may be: "numbers", "zeros and ones" or "counts".
    columns : the fewest columns of X that it speaks of.
    """

    title: str
    lesson: str
    given: str
    steps: tuple
    responses: str = "numbers"
    columns: int = 1
