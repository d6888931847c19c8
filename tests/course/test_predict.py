"""The predict gate: what it says without a choice, what it keeps, how a lab leads to it."""

import json
import re
import sys

import pytest

from glmlib import simulate
from glmlib.course import fit_lab, predict, stepper
from glmlib.course.labs.engine import Frame, Lab, Panel, grid

gate = sys.modules["glmlib.course.predict"]  # the name in the package is the function
OPTIONS = ["left", "right"]


@pytest.fixture
def somebody(tmp_path, monkeypatch):
    """A person at a notebook in a folder of its own; without it nothing is kept."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(gate, "watched", lambda: True)
    return tmp_path / gate.FILE


def lab():
    return Lab(
        title="small",
        controls=[grid("x", "x", [1, 2, 3], 1)],
        compute=lambda x: Frame(f"x is {x:g}."),
        picture=Panel((0, 4), (0, 1), []),
        size=(2, 1),
    )


def lock_in(asked, option, because=""):
    asked._radio.value, asked._why.value = option, because
    asked._lock.click()


def fails():
    raise AssertionError("this may not be computed")


def test_lock_in_without_a_choice_says_what_is_missing():
    waiting = lab()
    asked = predict("Where?", OPTIONS, "right", lab=waiting)
    asked._lock.click()
    assert "Choose one of the options first" in asked._shown.value
    assert not asked.open and asked.chosen is None and waiting.locked
    lock_in(asked, "left")
    assert "Choose" not in asked._shown.value and asked.verdict in asked._shown.value


@pytest.mark.parametrize("make", [lab, lambda: fit_lab("poisson")])
def test_a_lab_that_waits_says_so_and_leads_to_the_question(make):
    waiting = make()
    before = waiting.box.children
    asked = predict("Where?", OPTIONS, "right", lab=waiting)
    notice, *rest = waiting.box.children
    assert tuple(rest) == before and "wait for your prediction" in notice.value
    (link,) = re.findall(r'href="#([^"]+)"', notice.value)
    assert f'id="{link}"' in asked.box.children[0].value
    lock_in(asked, "right")
    assert notice.value == ""
    asked._again.click()
    assert "wait for your prediction" in notice.value
    asked._skip.click()
    assert notice.value == ""
    # the cell of the question is run again: one notice, that of the new question
    again = predict("Where now?", OPTIONS, "right", lab=waiting)
    assert len(waiting.box.children) == len(before) + 1
    assert again._key in waiting.box.children[0].value and again._key != asked._key


def test_a_stepper_waits_too():
    X, y, beta = simulate("poisson", n=20, d=2, seed=1)
    walk = stepper("poisson", X, y, beta)
    asked = predict("Where?", OPTIONS, "right", lab=walk)
    assert "wait for your prediction" in walk.box.children[0].value
    asked.skip()
    assert walk.box.children[0].value == ""


def test_what_was_locked_in_outlives_the_kernel(somebody):
    lock_in(predict("Where?", OPTIONS, "right"), "left", "I guess")
    waiting = lab()
    again = predict("Where?", OPTIONS, fails, lab=waiting)
    assert again.open and again.chosen == again._radio.value == "left"
    assert again.verdict == (
        "✗ You predicted “left”. Computed: “right”. Find out why. Your reason was: “I guess”"
    )
    assert again.verdict in again._shown.value and again._why.value == "I guess"
    assert not waiting.locked and waiting.box.children[0].value == ""
    assert again._lock.disabled and again._radio.disabled and not again._again.disabled


def test_each_option_has_its_own_sentence_and_the_reason_is_shown_again():
    options = {"left": "The wind blows from there.", "right": "It is downhill."}
    for option, other in (("left", "right"), ("right", "left")):
        asked = predict("Where?", options, "right")
        lock_in(asked, option, "  <b>I</b> saw it ")
        assert options[option] in asked.verdict and options[other] not in asked.verdict
        assert "Find out why" not in asked.verdict
        assert asked.verdict.endswith("Your reason was: “<b>I</b> saw it”")
        assert "&lt;b&gt;I" in asked._shown.value
    without = predict("Where?", options, "right")
    lock_in(without, "left")
    assert "reason" not in without.verdict


def test_a_skip_is_kept_and_can_be_taken_back(somebody):
    predict("Where?", OPTIONS, "right")._skip.click()
    again = predict("Where?", OPTIONS, "right")
    assert again.open and again.chosen is None and "Skipped" in again._shown.value
    again._again.click()
    assert not again.open and json.loads(somebody.read_text()) == {}
    afresh = predict("Where?", OPTIONS, "right")
    assert not afresh.open and afresh._shown.value == ""


def test_each_question_is_kept_by_its_words_and_options(somebody):
    lock_in(predict("Where?", OPTIONS, "right"), "right")
    lock_in(predict("When?", OPTIONS, "right"), "left")
    assert predict("Where?", OPTIONS, "right").chosen == "right"
    assert predict("When?", OPTIONS, "right").chosen == "left"
    # a question that was changed is another one
    assert not predict("Where then?", OPTIONS, "right").open
    assert not predict("Where?", [*OPTIONS, "up"], "right").open


def test_nothing_but_the_prediction_is_written(somebody):
    lock_in(predict("Where?", OPTIONS, "right"), "left", "I guess")
    (entry,) = json.loads(somebody.read_text()).values()
    assert entry == {"chosen": "left", "computed": "right", "because": "I guess"}


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "3", '{"KEY": 3}', '{"KEY": {"chosen": "up", "computed": 1}}',
                '{"KEY": {"chosen": "left"}}', '{"KEY": {"chosen": ["left"]}}']
)  # fmt: skip
def test_a_damaged_file_is_no_answer(somebody, content):
    key = predict("Where?", OPTIONS, "right")._key
    somebody.write_text(content.replace("KEY", key))
    asked = predict("Where?", OPTIONS, "right")
    assert not asked.open and asked.chosen is None
    lock_in(asked, "right")
    assert predict("Where?", OPTIONS, "right").chosen == "right"


def test_a_folder_that_cannot_be_written_is_no_error(somebody, monkeypatch):
    somebody.mkdir()  # a folder of that name: reading and writing fail
    asked = predict("Where?", OPTIONS, "right")
    lock_in(asked, "right")
    assert asked.open and asked.verdict.startswith("✓")


def test_where_nobody_looks_on_nothing_is_read_and_nothing_written(somebody, monkeypatch):
    lock_in(predict("Where?", OPTIONS, "right"), "left")
    before = somebody.read_text()
    monkeypatch.setattr(gate, "watched", lambda: False)
    asked = predict("Where?", OPTIONS, "right")
    assert not asked.open
    lock_in(asked, "right")
    assert somebody.read_text() == before


def test_code_that_answers_keeps_nothing(somebody):
    predict("Where?", OPTIONS, "right").lock_in("left")
    predict("When?", OPTIONS, "right").skip()
    assert not somebody.exists()


def test_git_ignores_the_file():
    from pathlib import Path

    lines = (Path(__file__).parents[2] / ".gitignore").read_text().splitlines()
    assert any(Path(gate.FILE).match(line) for line in lines)
