"""The predict gate: say what will happen, lock it in, then move.

A prediction that is written down before the picture moves is remembered; one that is only
read about is not. The verdict compares it with what the computer finds, at the moment of
locking in. A page without a kernel compares as well: there the sentences were computed when
the page was made, and are stored sealed, which hides them from a glance and not from a
programmer (`live.py`).

What a person locks in is kept in the file `.glmlib-predictions.json` beside the notebook, so
that it outlives the kernel: the option, what was computed, the reason, and nothing else.
"""

import html
import json
from collections.abc import Mapping

from . import live
from .record import PREDICTIONS, kept
from .watched import watched

REASON = "Your reason was: “{}”"
SKIPPED = "Skipped."
# What a lab says as long as it waits, with the way to the question.
WAITS = (
    '<p role="note">The controls wait for your prediction: <a href="#predict-{}" '
    'style="color: inherit; text-decoration: underline">go to the question</a>, then '
    "<em>Lock in</em> or <em>Skip</em>.</p>"
)


class Prediction:
    """A question with options that keeps a lab's controls locked until it is answered.

    Attributes
    ----------
    options : {option: what is said to whoever locks it in}.
    chosen : the option locked in, or None.
    because : the reason in one line, "" without one.
    verdict : what is shown after locking in, "" before it and after Skip.
    open : whether the lab's controls may be moved.

    `lock_in(option)`, `skip()` and `ask_again()` are what the buttons do; only the buttons
    keep what they did. A lab can always be driven from code by `lab.set`: the gate is for
    hands.
    """

    def __init__(self, question, options, answer, lab=None):
        if len(options) < 2 or len(set(options)) < len(options):
            raise ValueError(
                f"a prediction needs two different options or more: {list(options)}"
            )
        if not callable(answer) and answer not in options:
            raise ValueError(f"answer is one of the options or computes one, got {answer!r}")
        if not isinstance(options, Mapping):
            options = dict.fromkeys(options, "")
        self.question, self.options, self.lab = question, dict(options), lab
        self._answer, self.because = answer, ""
        self.key = live.key_of(question, *options)
        self._data = {"kind": "gate", "key": self.key, "question": question}
        self._data |= {"options": list(options), "reason": REASON, "skipped": SKIPPED}
        self.view = live.View(self._by_hand, data=self._data)
        self.ask_again()
        self._keeps = watched()  # a test or a server asks afresh, and leaves no file
        if self._keeps:
            self._recall()

    # ---- what the buttons do

    def lock_in(self, option):
        """Choose an option, compute the answer, compare, open the controls."""
        if option not in self.options:
            raise ValueError(f"the options are {list(self.options)}, got {option!r}")
        self._compare(option, self.answer())

    def answer(self):
        """The option that is computed, now."""
        answer = self._answer() if callable(self._answer) else self._answer
        if answer not in self.options:
            raise ValueError(f"the computed answer {answer!r} is none of {list(self.options)}")
        return answer

    def _compare(self, option, answer):
        self.chosen, self._computed = option, answer
        self.verdict = self._said(option, answer)
        if self.because:
            self.verdict += f" {REASON.format(self.because)}"
        self._tell(self.verdict)

    def _said(self, option, answer):
        """The verdict on an option, without the reason."""
        if option == answer:
            said, more = f"✓ You predicted “{option}”, and so it is.", ""
        else:
            said = f"✗ You predicted “{option}”. Computed: “{answer}”."
            more = "Find out why."
        return f"{said} {self.options[option] or more}".rstrip()

    def skip(self):
        """Open the controls without a prediction."""
        self._tell(SKIPPED)

    def ask_again(self):
        """Back to the question, with the controls closed."""
        self.chosen, self.verdict = None, ""
        self._tell("", open=False)

    def _tell(self, said, open=True):
        self.open = open
        self.view.tell(open=open, chosen=self.chosen, said=said, because=self.because)
        if self.lab is not None:
            self.lab.lock(not open, WAITS.format(self.key))

    # ---- by hand: what was done is kept

    def _by_hand(self, message):
        if message["do"] == "lock in":
            self.because = message["because"].strip()
            self.lock_in(message["chosen"])
            self._keep({"chosen": self.chosen, "computed": self._computed,
                        "because": self.because})  # fmt: skip
        elif message["do"] == "skip":
            self.skip()
            self._keep({"chosen": None})
        else:
            self.ask_again()
            self._keep(None)

    def _keep(self, what):
        """Write it into the file; a folder that cannot be written just does not keep it."""
        if not self._keeps:
            return
        all_kept = kept()
        all_kept.pop(self.key, None)
        if what is not None:
            all_kept[self.key] = what
        try:
            PREDICTIONS.write_text(json.dumps(all_kept, indent=1) + "\n", encoding="utf-8")
        except OSError:
            pass

    def _recall(self):
        """Show what was locked in or skipped before, in this kernel or in an earlier one."""
        before = kept().get(self.key)
        if not isinstance(before, dict):
            return
        chosen, computed = before.get("chosen"), before.get("computed")
        if chosen is None:
            self.skip()
        elif {str(chosen), str(computed)} <= set(self.options):
            self.because = str(before.get("because", ""))
            self._compare(chosen, computed)

    # ---- showing it

    def script(self):
        """The question as HTML that is alive without a kernel; the answer is computed now."""
        answer = self.answer()
        said = {option: self._said(option, answer) for option in self.options}
        longest = max(len(words.encode()) for words in said.values())
        hidden = [live.sealed(words, f"{self.key} {o}", longest) for o, words in said.items()]
        items = "".join(f"<li>{html.escape(str(option))}</li>" for option in self.options)
        text = f'<p id="predict-{self.key}">{html.escape(self.question)}</p><ul>{items}</ul>'
        return live.part(self._data | {"sealed": hidden}, text, now=self.view.now)

    def to_html(self, path):
        """Write one page with the question and the lab that waits for it. Returns the Path.

        It needs neither kernel nor network. Raises OSError when it cannot be written.
        """
        parts = [self] if self.lab is None else [self, self.lab]
        return live.write_page(path, self.question, *(part.script() for part in parts))

    def _repr_mimebundle_(self, include=None, exclude=None):
        plain = f"{self.question} {' / '.join(map(str, self.options))}"
        return live.shown(self.view, self.script(), plain)


def predict(question, options, answer, lab=None):
    """Ask for a prediction before a lab may be moved by hand; *Skip* is always possible.

    It asks for a reason in one line too, and shows it again beside the result.

    Parameters
    ----------
    question : str
    options : {option: a sentence for whoever locks it in}, two or more: on the belief that
        stands behind it. A list of options says nothing more than what was computed.
    answer : one of them, or better a function without arguments that computes which.
    lab : the Lab whose controls wait for the answer, or None.

    Returns
    -------
    Prediction; a cell that ends with it shows it.

    Raises ValueError when there are no two different options, or the answer is none of them.

    >>> options = {"yes": "It is 1024.", "no": "Is that ten times two? Double ten times."}
    >>> asked = predict("Is 2**10 more than 1000?", options,
    ...                 answer=lambda: "yes" if 2**10 > 1000 else "no")
    >>> asked.lock_in("no")
    >>> asked.verdict
    '✗ You predicted “no”. Computed: “yes”. Is that ten times two? Double ten times.'
    """
    return Prediction(question, options, answer, lab)
