"""The derivation stepper without a browser: every state of every control."""

import re
from html import unescape
from html.parser import HTMLParser

import numpy as np
import pytest

from glmlib.derivations import DERIVATIONS, evaluate
from glmlib.labs import predict, stepper
from glmlib.labs.stepper import COLUMNS

X = np.column_stack([np.ones(5), np.arange(5.0) - 2])
RESPONSES = {
    "numbers": np.array([1.0, 2.0, 2.5, 4.0, 6.0]),
    "zeros and ones": np.array([0.0, 0.0, 1.0, 0.0, 1.0]),
    "counts": np.array([1.0, 0.0, 2.0, 4.0, 3.0]),
}
POINTS = {
    kind: (X, RESPONSES[derivation.responses], np.array([0.3, 0.7]))
    for kind, derivation in DERIVATIONS.items()
}


class Rows(HTMLParser):
    """The cells of a table, row by row, as text."""

    def __init__(self, text):
        super().__init__()
        self.rows, self.inside = [], False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.inside = True
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        self.inside &= tag not in ("td", "th")

    def handle_data(self, data):
        if self.inside:
            self.rows[-1][-1] += data


def rows(lab):
    return Rows(lab._table.value).rows


def numbers(text):
    return [float(number) for number in re.findall(r"-?\d+\.?\d*(?:e[-+]?\d+)?", text)]


@pytest.mark.parametrize("kind", DERIVATIONS)
def test_the_three_columns_come_from_the_same_step(kind):
    lab, steps = stepper(kind, *POINTS[kind]), evaluate(kind, *POINTS[kind])
    for line, step in enumerate(steps, start=1):
        lab.set(line=line)
        name, algebra, number, code = rows(lab)[-1]
        assert name == str(line) and step.latex in algebra and code == step.code
        wanted = np.ravel(step.value)
        assert np.allclose(numbers(number), wanted, rtol=1e-3, atol=1e-9)
        if line > 1:
            assert rows(lab)[-2][3] == steps[line - 2].code
        assert lab.status == f"Line {line} of {len(steps)}. {step.reason}"


@pytest.mark.parametrize("kind", DERIVATIONS)
def test_the_check_shows_what_the_move_leads_to(kind):
    lab = stepper(kind, *POINTS[kind]).set(check=True)
    for line, step in enumerate(lab.steps, start=1):
        lab.set(line=line)
        if step.move is None:
            assert "A definition" in lab.status
            continue
        name, _, number, code = rows(lab)[-1]
        assert name == "the move" and code == step.move
        assert np.allclose(numbers(number), np.ravel(step.expected), rtol=1e-3, atol=1e-9)
        assert lab.status.endswith("✓ the line agrees.")


def test_a_line_that_does_not_agree_is_said_to():
    lab = stepper("poisson", *POINTS["poisson"]).set(check=True, line=10)
    object.__setattr__(lab.step, "expected", lab.step.expected + 0.01)
    assert lab.status.endswith("✗ the line does not agree.")


@pytest.mark.parametrize("kind", DERIVATIONS)
def test_a_column_can_be_hidden(kind):
    lab = stepper(kind, *POINTS[kind])
    lab.set(line=len(lab.steps))
    whole = rows(lab)
    for place, name in enumerate(COLUMNS, start=1):
        hidden = rows(lab.set(hide=name))
        assert hidden[-1][place] == "hidden: say it first"
        assert hidden[:-1] == whole[:-1]
        assert [c for p, c in enumerate(hidden[-1]) if p != place] == [
            c for p, c in enumerate(whole[-1]) if p != place
        ]
    assert rows(lab.set(hide="nothing")) == whole


def test_buttons_number_and_boxes_move_it():
    lab = stepper("linear", *POINTS["linear"])
    back, further = lab.buttons["Back"], lab.buttons["Next"]
    assert back.disabled and not further.disabled
    further.click()
    assert lab.line == lab._number.value == 2 and not back.disabled
    back.click()
    assert lab.line == 1
    lab._number.value = 14
    assert lab.line == 14 and further.disabled
    lab._hide.value, lab._check.value = "algebra", True
    assert lab.hide == "algebra" and lab.check
    assert "hidden: say it first" in lab._table.value and "✓" in lab._sentence.value


def test_wrong_states_are_refused():
    lab = stepper("linear", *POINTS["linear"])
    with pytest.raises(ValueError, match="from 1 to 14, got 15"):
        lab.set(line=15)
    with pytest.raises(ValueError, match="hide is 'nothing' or one of"):
        lab.set(hide="code")
    assert lab.line == 1


def test_a_gate_can_hold_it():
    lab = stepper("linear", *POINTS["linear"])
    asked = predict("Which?", ["a", "b"], answer="a", lab=lab)
    assert all(button.disabled for button in lab.buttons.values())
    asked.skip()
    assert not lab.buttons["Next"].disabled and lab.buttons["Back"].disabled


@pytest.mark.parametrize("kind", DERIVATIONS)
def test_without_a_kernel_the_whole_derivation_is_there(kind):
    lab = stepper(kind, *POINTS[kind])
    bundle = lab._repr_mimebundle_()
    text = bundle["text/html"]
    assert len(Rows(text).rows) == len(lab.steps) + 1
    assert all(step.latex in unescape(text) for step in lab.steps)
    assert all(line in unescape(text) for line in lab.derivation.given.splitlines())
    assert bundle["text/plain"].startswith("Derivation stepper: from ")
    assert "application/vnd.jupyter.widget-view+json" in bundle
