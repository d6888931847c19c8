"""The predict gate: say what will happen, lock it in, then move.

A prediction that is written down before the picture moves is remembered; one that is only
read about is not. The verdict compares it with what the computer finds, at the moment of
locking in: no answer is stored in the notebook.
"""

import html

import ipywidgets as widgets

from .tables import widget_and_text


class Prediction:
    """A question with options that keeps a lab's controls locked until it is answered.

    Attributes
    ----------
    chosen : the option locked in, or None.
    verdict : the sentence shown after locking in, "" before it and after Skip.
    open : whether the lab's controls may be moved.

    `lock_in(option)` and `skip()` are what the buttons do. A lab can always be driven from
    code by `lab.set`: the gate is for hands.
    """

    def __init__(self, question, options, answer, lab=None, because=False):
        options = list(options)
        if len(options) < 2 or len(set(options)) < len(options):
            raise ValueError(f"a prediction needs two different options or more: {options}")
        if not callable(answer) and answer not in options:
            raise ValueError(f"answer is one of the options or computes one, got {answer!r}")
        self.question, self.options, self.lab = question, options, lab
        self._answer = answer
        self.chosen, self.verdict, self.open = None, "", False
        asked = f"<p><strong>Predict, then move.</strong> {html.escape(question)}</p>"
        self._radio = widgets.RadioButtons(
            options=options, value=None, layout={"width": "auto"}
        )
        self._why = widgets.Text(placeholder="your reason in one line", description="because")
        self._lock = widgets.Button(description="Lock in")
        self._skip = widgets.Button(description="Skip")
        self._shown = widgets.HTML()
        self._lock.on_click(lambda _: self._radio.value and self.lock_in(self._radio.value))
        self._skip.on_click(lambda _: self.skip())
        self._parts = [self._radio, self._why, self._lock, self._skip]
        buttons = widgets.HBox([self._lock, self._skip])
        why = [self._why] if because else []
        self.box = widgets.VBox([widgets.HTML(asked), self._radio, *why, buttons, self._shown])
        self.box.add_class("glm-predict")
        if lab is not None:
            lab.lock(True)

    def lock_in(self, option):
        """Choose an option, compute the answer, compare, open the controls."""
        if option not in self.options:
            raise ValueError(f"the options are {self.options}, got {option!r}")
        answer = self._answer() if callable(self._answer) else self._answer
        if answer not in self.options:
            raise ValueError(f"the computed answer {answer!r} is none of {self.options}")
        self.chosen = option
        if option == answer:
            self.verdict = f"✓ You predicted “{option}”, and so it is."
        else:
            self.verdict = f"✗ You predicted “{option}”. Computed: “{answer}”. Find out why."
        self._unlock(self.verdict)

    def skip(self):
        """Open the controls without a prediction."""
        self._unlock("Skipped.")

    def _unlock(self, sentence):
        self.open = True
        self._shown.value = f'<p role="status">{html.escape(sentence)}</p>'
        for part in self._parts:
            part.disabled = True
        if self.lab is not None:
            self.lab.lock(False)

    def _repr_mimebundle_(self, include=None, exclude=None):
        items = "".join(f"<li>{html.escape(str(option))}</li>" for option in self.options)
        return widget_and_text(
            self.box,
            f"<p>{html.escape(self.question)}</p><ul>{items}</ul>",
            f"{self.question} {' / '.join(map(str, self.options))}",
        )


def predict(question, options, answer, lab=None, because=False):
    """Ask for a prediction before a lab may be moved by hand; *Skip* is always possible.

    Parameters
    ----------
    question : str
    options : two or more different strings.
    answer : one of them, or better a function without arguments that computes which.
    lab : the Lab whose controls wait for the answer, or None.
    because : whether to ask for one line of reasons.

    Returns
    -------
    Prediction; a cell that ends with it shows it.

    Raises ValueError when there are no two different options, or the answer is none of them.

    >>> asked = predict("Is 2**10 more than 1000?", ["yes", "no"],
    ...                 answer=lambda: "yes" if 2**10 > 1000 else "no")
    >>> asked.lock_in("no")
    >>> asked.verdict
    '✗ You predicted “no”. Computed: “yes”. Find out why.'
    """
    return Prediction(question, options, answer, lab, because)
