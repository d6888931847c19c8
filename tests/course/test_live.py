"""What is alive without a kernel, before a browser sees it: what is stored, and how."""

import json
import re
from pathlib import Path

import pytest

import canonical
from glmlib.course import checks, live, predict

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("[0-9][0-9]_*.ipynb"))
REASONS = {"a": "it is the mean", "b": "it is the odds"}


def data(page):
    return json.loads(re.search(r'(?s)json">(.*)</script></div>', page)[1])


def said(page, i=0):
    """{option: what is said to it} of a question on a page."""
    known = data(page)
    part = known["asked"][i]
    return {
        option: live.unsealed(packed, f"{known['key']} {i} {j}")
        for j, (option, packed) in enumerate(zip(part["options"], part["sealed"], strict=True))
    }


def test_a_question_with_choices_is_a_form_until_it_passes():
    page = checks.choice(None, "c", REASONS)._repr_html_().replace(live.script(), "")
    assert "<pre>NOT YET … choose an answer first</pre>" in page
    assert said(page) == {o: repr(checks.choice(o, "c", REASONS)) for o in "abc"}
    assert not any(words in page for words in ("mean", "PASS", "TRY AGAIN"))
    wrong = checks.choice("A", "c", REASONS)._repr_html_()
    assert "<pre>TRY AGAIN ✗ it is the mean</pre>" in wrong
    assert checks.choice("c", "c", REASONS)._repr_html_() is None
    assert checks.number(3, right=4)._repr_html_() is None


def test_a_form_for_several_things_tells_the_right_one_by_no_order():
    right = {"deaths": "Poisson", "errors": "normal"}
    reasons = {"deaths": {"normal": "whole"}, "errors": {"poisson": "not whole"}}
    page = checks.matching({"deaths": None, "errors": None}, right, reasons)._repr_html_()
    assert [part["options"] for part in data(page)["asked"]] == [["normal", "Poisson"]] * 2
    assert said(page)["normal"] == "TRY AGAIN ✗ deaths: whole"
    assert said(page)["Poisson"].startswith("PASS")
    assert said(page, 1)["Poisson"] == "TRY AGAIN ✗ errors: not whole"
    assert data(page)["asked"][1]["missing"] == "NOT YET … errors: choose an answer first"
    assert data(page)["praise"] == "PASS ✓ all 2, each for a reason"


def test_a_form_does_not_change_what_a_verdict_is():
    assert checks.choice("a", "c", REASONS) == checks.Verdict("TRY AGAIN", "it is the mean")


def test_the_script_stands_once_where_nobody_looks_on(monkeypatch):
    monkeypatch.setattr(live, "ON_THE_PAGE", [])
    pages = [predict("?", ["a", "b"], "a")._repr_mimebundle_()["text/html"] for _ in range(3)]
    assert [page.count("window.glmLive ??=") for page in pages] == [1, 0, 0]
    monkeypatch.setattr(live, "running_cell", lambda: ("cell", "run"))
    assert "window.glmLive ??=" in live.once("")


@pytest.mark.parametrize("words", ["", "✓ “so it is”", "a" * 200, "\n ∇"])
def test_what_is_sealed_can_be_opened(words):
    packed = live.sealed(words, "key", 50)
    assert live.unsealed(packed, "key") == words and words[:4] not in packed or not words
    assert live.unsealed(live.sealed(words, "key 1"), "key 1") == words
    assert words == "" or live.sealed(words, "key 1") != live.sealed(words, "key 2")


def test_markup_in_a_question_cannot_end_the_data():
    question = "Is </script><b>this</b> text?"
    page = predict(question, ["a", "b"], "a").script()
    assert page.count("</script>") == 2 and data(page)["question"] == question


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_lesson_stores_one_script_and_little_else(path):
    notebook = canonical.from_text(path.read_text(encoding="utf-8"))
    texts = [
        output.get("data", {}).get("text/html", "")
        for cell in notebook.cells
        for output in cell.get("outputs", [])
    ]
    alive = [text for text in texts if "glm-live" in text]
    assert [text.count("window.glmLive ??=") for text in alive] == [1] + [0] * (len(alive) - 1)
    assert alive[0].startswith(live.script()), "run tests/canonical.py for all lessons"
    assert max(len(text.replace(live.script(), "").encode()) for text in alive) < 20_000
