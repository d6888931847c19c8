"""The predict gate: say what will happen, lock it in, then move.

A prediction that is written down before the picture moves is remembered; one that is only
read about is not. The verdict compares it with what the computer finds, at the moment of
locking in: no answer is stored in the notebook.

What a person locks in is kept in the file `.glmlib-predictions.json` beside the notebook, so
that it outlives the kernel: the option, what was computed, the reason, and nothing else.
"""

import html
import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import ipywidgets as widgets

from .steps.tables import widget_and_text
from .watched import watched

FILE = Path(".glmlib-predictions.json")  # the kernel runs in the folder of its notebook
# the size of the page's own text, which grows in presentation mode as that does
STYLE = """<style>.glm-predict, .glm-waits { --jp-widgets-font-size:
var(--jp-content-font-size1, 14px); font-size: var(--jp-content-font-size1, 14px); }</style>"""


class Prediction:
    """A question with options that keeps a lab's controls locked until it is answered.

    Attributes
    ----------
    options : {option: what is said to whoever locks it in}.
    chosen : the option locked in, or None.
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
        self._answer = answer
        self.chosen, self.verdict, self.open = None, "", False
        self._key = sha256(json.dumps([question, *options]).encode()).hexdigest()[:16]
        self._build_widgets()
        if lab is not None:
            lab.lock(True)
            others = [
                part for part in lab.box.children if "glm-waits" not in part._dom_classes
            ]
            lab.box.children = (self._waits, *others)
        self._keeps = watched()  # a test or a server asks afresh, and leaves no file
        if self._keeps:
            self._recall()

    def _build_widgets(self):
        asked = (
            f'{STYLE}<p id="predict-{self._key}" tabindex="-1"><strong>Predict, then move.'
            f"</strong> {html.escape(self.question)}</p>"
        )
        self._radio = widgets.RadioButtons(
            options=list(self.options), value=None, layout={"width": "auto"}
        )
        self._why = widgets.Text(placeholder="your reason in one line", description="because")
        self._lock = widgets.Button(description="Lock in")
        self._skip = widgets.Button(description="Skip")
        self._again = widgets.Button(description="Ask again", disabled=True)
        self._shown = widgets.HTML()
        self._lock.on_click(lambda _: self._locked_in_by_hand())
        self._skip.on_click(lambda _: self._skipped_by_hand())
        self._again.on_click(lambda _: self._asked_again_by_hand())
        self._parts = [self._radio, self._why, self._lock, self._skip]
        buttons = widgets.HBox([self._lock, self._skip, self._again])
        self.box = widgets.VBox(
            [widgets.HTML(asked), self._radio, self._why, buttons, self._shown]
        )
        self.box.add_class("glm-predict")
        self._waits = widgets.HTML(self._waiting()).add_class("glm-waits")

    def _waiting(self):
        """What the lab says as long as it waits, with the way to the question."""
        return (
            '<p role="note">The controls wait for your prediction: '
            f'<a href="#predict-{self._key}">go to the question</a>, then <em>Lock in</em> '
            "or <em>Skip</em>.</p>"
        )

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
        if option == answer:
            said = [f"✓ You predicted “{option}”, and so it is."]
        else:
            said = [f"✗ You predicted “{option}”. Computed: “{answer}”."]
        said.append(self.options[option] or ("" if option == answer else "Find out why."))
        if self._why.value.strip():
            said.append(f"Your reason was: “{self._why.value.strip()}”")
        self.verdict = " ".join(filter(None, said))
        self._unlock(self.verdict)

    def skip(self):
        """Open the controls without a prediction."""
        self._unlock("Skipped.")

    def ask_again(self):
        """Back to the question, with the controls closed."""
        self.chosen, self.verdict, self._radio.value = None, "", None
        self._unlock("", open=False)

    def _unlock(self, sentence, open=True):
        self.open = open
        self._say(sentence)
        for part in self._parts:
            part.disabled = open
        self._again.disabled = not open
        self._waits.value = "" if open else self._waiting()
        if self.lab is not None:
            self.lab.lock(not open)

    def _say(self, sentence):
        self._shown.value = f'<p role="status">{html.escape(sentence)}</p>'

    # ---- by hand: what was done is kept

    def _locked_in_by_hand(self):
        if self._radio.value is None:
            self._say("Choose one of the options first, then lock it in. Or press Skip.")
            return
        self.lock_in(self._radio.value)
        self._keep(
            {"chosen": self.chosen, "computed": self._computed, "because": self._why.value}
        )

    def _skipped_by_hand(self):
        self.skip()
        self._keep({"chosen": None})

    def _asked_again_by_hand(self):
        self.ask_again()
        self._keep(None)

    def _keep(self, what):
        """Write it into the file; a folder that cannot be written just does not keep it."""
        if not self._keeps:
            return
        all_kept = kept()
        all_kept.pop(self._key, None)
        if what is not None:
            all_kept[self._key] = what
        try:
            FILE.write_text(json.dumps(all_kept, indent=1) + "\n", encoding="utf-8")
        except OSError:
            pass

    def _recall(self):
        """Show what was locked in or skipped before, in this kernel or in an earlier one."""
        before = kept().get(self._key)
        if not isinstance(before, dict):
            return
        chosen, computed = before.get("chosen"), before.get("computed")
        if chosen is None:
            self.skip()
        elif {str(chosen), str(computed)} <= set(self.options):
            self._radio.value, self._why.value = chosen, str(before.get("because", ""))
            self._compare(chosen, computed)

    def _repr_mimebundle_(self, include=None, exclude=None):
        items = "".join(f"<li>{html.escape(str(option))}</li>" for option in self.options)
        return widget_and_text(
            self.box,
            f"<p>{html.escape(self.question)}</p><ul>{items}</ul>",
            f"{self.question} {' / '.join(map(str, self.options))}",
        )


def kept():
    """What was locked in beside this notebook, by question; {} where nothing can be read."""
    try:
        found = json.loads(FILE.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


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
