"""The predict gate: what it says, keeps and hides, and how a lab leads to it."""

import json
import re
import sys
from base64 import b64decode

import pytest

from glmlib import simulate
from glmlib.course import fit_lab, predict, stepper
from glmlib.course.labs.engine import Frame, Lab, Panel, grid
from glmlib.course.live import unsealed
from glmlib.course.record import PREDICTIONS

gate = sys.modules["glmlib.course.predict"]  # the name in the package is the function
OPTIONS = ["left", "right"]


@pytest.fixture
def somebody(tmp_path, monkeypatch):
    """A person at a notebook in a folder of its own; without it nothing is kept."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(gate, "watched", lambda: True)
    return tmp_path / PREDICTIONS


def lab():
    return Lab(
        title="small",
        controls=[grid("x", "x", [1, 2, 3], 1)],
        compute=lambda x: Frame(f"x is {x:g}."),
        picture=Panel((0, 4), (0, 1), []),
        size=(2, 1),
    )


def press(asked, button, **more):
    """What the browser sends when a hand presses a button."""
    asked.view._handle_custom_msg({"do": button, **more}, [])


def lock_in(asked, option, because=""):
    press(asked, "lock in", chosen=option, because=because)


def notice(waiting):
    """What a lab, or a stepper, says while it waits."""
    return getattr(waiting, "view", waiting).waits


def fails():
    raise AssertionError("this may not be computed")


@pytest.mark.parametrize("make", [lab, lambda: fit_lab("poisson"), lambda: stepper(
    "poisson", *simulate("poisson", n=20, d=2, seed=1))])  # fmt: skip
def test_what_waits_says_so_and_leads_to_the_question(make):
    waiting = make()
    asked = predict("Where?", OPTIONS, "right", lab=waiting)
    assert "wait for your prediction" in notice(waiting)
    (link,) = re.findall(r'href="#([^"]+)"', notice(waiting))
    assert f'id="{link}"' in asked.script()
    lock_in(asked, "right")
    assert notice(waiting) == ""
    press(asked, "ask again")
    assert "wait for your prediction" in notice(waiting)
    press(asked, "skip")
    assert notice(waiting) == ""
    # the cell of the question is run again: one notice, that of the new question
    again = predict("Where now?", OPTIONS, "right", lab=waiting)
    assert notice(waiting).count("href") == 1
    assert again.key in notice(waiting) and again.key != asked.key


def test_what_was_locked_in_outlives_the_kernel(somebody):
    lock_in(predict("Where?", OPTIONS, "right"), "left", "I guess")
    waiting = lab()
    again = predict("Where?", OPTIONS, fails, lab=waiting)
    assert again.open and again.chosen == "left" and again.because == "I guess"
    said = "✗ You predicted “left”. Computed: “right”. Find out why."
    assert again.verdict == f"{said} Your reason was: “I guess”" == again.view.now["said"]
    assert not waiting.locked and notice(waiting) == ""


def test_each_option_has_its_own_sentence_and_the_reason_is_shown_again():
    options = {"left": "A breeze blows from there.", "right": "It is downhill."}
    for option, other in (("left", "right"), ("right", "left")):
        asked = predict("Where?", options, "right")
        lock_in(asked, option, "  <b>I</b> saw it ")
        assert options[option] in asked.verdict and options[other] not in asked.verdict
        assert "Find out why" not in asked.verdict
        assert asked.verdict.endswith("Your reason was: “<b>I</b> saw it”")
    without = predict("Where?", options, "right")
    lock_in(without, "left")
    assert "reason" not in without.verdict


def test_a_skip_is_kept_and_can_be_taken_back(somebody):
    press(predict("Where?", OPTIONS, "right"), "skip")
    again = predict("Where?", OPTIONS, "right")
    assert again.open and again.chosen is None and "Skipped" in again.view.now["said"]
    press(again, "ask again")
    assert not again.open and json.loads(somebody.read_text()) == {}
    afresh = predict("Where?", OPTIONS, "right")
    assert not afresh.open and afresh.view.now["said"] == ""


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
    key = predict("Where?", OPTIONS, "right").key
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


# ---- on a page without a kernel


def data(asked):
    """What a page has of it."""
    return json.loads(re.search(r'(?s)json">(.*)</script></div>', asked.script())[1])


def test_a_page_says_what_the_kernel_says_and_shows_it_to_nobody():
    options = {"left": "A breeze blows from there.", "right": "It is downhill."}
    asked = predict("Where?", options, lambda: "right")
    page, sealed = asked.script(), data(asked)["sealed"]
    for option, packed in zip(options, sealed, strict=True):
        asked.lock_in(option)
        assert unsealed(packed, f"{asked.key} {option}") == asked.verdict
    readable = page + "".join(map(decoded, re.findall(r"[A-Za-z0-9+/=]{12,}", page)))
    for words in ("breeze", "downhill", "Computed", "✓", "✗", "so it is", "b'right'"):
        assert words not in readable
    assert len({len(packed) for packed in sealed}) == 1  # the length tells nothing


def decoded(text):
    try:
        return b64decode(text).decode("utf-8", "replace")
    except ValueError:
        return ""


def test_a_page_keeps_what_was_locked_in_before():
    asked = predict("Where?", OPTIONS, "right")
    assert data(asked)["now"]["open"] is False
    asked.lock_in("left")
    assert data(asked)["now"]["said"] == asked.verdict


def test_nothing_is_computed_before_it_is_shown():
    predict("Where?", OPTIONS, fails)
    with pytest.raises(AssertionError):
        predict("Where?", OPTIONS, fails).script()


def test_git_ignores_the_file():
    from pathlib import Path

    lines = (Path(__file__).parents[2] / ".gitignore").read_text().splitlines()
    assert any(Path(PREDICTIONS).match(line) for line in lines)
