"""The checks of a whole analysis: the list of steps, the report; and the births.

Their exercises stand in tests/exercises/lesson_10.py.
"""

import numpy as np
import pytest

import glmlib
from glmlib.course import checks
from glmlib.course.checks.analysis import area, numbers_of, stands_for


@pytest.fixture
def steps():
    return checks.Checklist(["look", "fit", "assess"])


# ---- the list of steps


def test_a_step_is_ticked_by_facts_that_hold(steps):
    assert steps.tick(1, {"189 rows": np.bool_(True), "none is missing": True}).passed
    assert repr(steps) == "✓ 1 look: 189 rows; none is missing\n… 2 fit\n… 3 assess"
    assert not steps.done
    for number in (2, 3):
        steps.tick(number, {"so it is": True})
    assert steps.done


def test_many_facts_are_broken_between_words(steps):
    facts = {f"fact number {k}": True for k in range(20)}
    shown = repr(steps.tick(1, facts)).splitlines()
    assert len(shown) > 3 and max(map(len, shown)) < 90
    assert " ".join(" ".join(shown).split()).endswith("; ".join(facts))


def test_one_false_fact_keeps_a_step_open_or_opens_it_again(steps):
    verdict = steps.tick(1, {"189 rows": True, "none is missing": False, "no text": False})
    assert verdict.status == "TRY AGAIN"
    assert verdict.message.endswith("not true: none is missing; no text")
    steps.tick(2, {"a fit": True})
    assert not steps.tick(2, {"a fit": False}) and "✓" not in repr(steps)


@pytest.mark.parametrize("fact", ["yes", 1, None, np.array([True, True]), np.float64(1)])
def test_a_word_is_no_evidence(steps, fact):
    verdict = steps.tick(1, {"it looks fine": fact})
    assert verdict.status == "TRY AGAIN" and "True or False" in verdict.message
    assert not steps.evidence


def test_no_evidence_and_no_such_step(steps):
    assert steps.tick(1, {}).status == "NOT YET"
    assert "numbered 1 to 3" in steps.tick(4, {"a": True}).message
    assert not steps.evidence


def test_the_table_for_a_notebook_escapes_what_it_shows(steps):
    steps.tick(1, {"p < 0.05 & more": True})
    shown = steps._repr_html_()
    assert "p &lt; 0.05 &amp; more" in shown and shown.count("<tr>") == 4
    assert shown.count("✓") == 1 and shown.count('scope="row"') == 3


# ---- the report

RUBRIC = {
    "who": checks.Ingredient(numbers={"the number of women": 189}),
    "effect": checks.Ingredient(
        numbers={"the odds ratio": 2.7943, "an end of the interval": (1.291, 1.3096)},
        slips={1.0276: "the coefficient", 2.0219: "the crude odds ratio"},
        words={"the word odds": ("odds", "log-odds")},
        never={"as likely": "not as likely"},
    ),
}
GOOD = {"who": "Of 189 women.", "effect": "The odds are 2.8 times as large (1.3 to 6.0)."}


def test_a_good_report_passes():
    assert checks.report(GOOD, RUBRIC).passed
    assert checks.report(GOOD | {"effect": "Odds ratio 2.79, from 1.31."}, RUBRIC).passed


@pytest.mark.parametrize(
    ("part", "text", "words"),
    [
        ("who", "Of 190 women.", "number of women is missing"),
        ("who", "Of many women.", "it has no figures"),
        ("effect", "The odds are 1.03 times as large (1.3).", "the coefficient"),
        ("effect", "The odds are 2.02 times as large (1.3).", "crude"),
        (
            "effect",
            "The odds are 3 times as large (1.3).",
            "needs at least two figures",
        ),
        ("effect", "The odds are 4 times as large (1.3).", "odds ratio is missing"),
        ("effect", "The odds are 2.8 times as large.", "an end of the interval is missing"),
    ],
)
def test_what_is_missing_or_wrong_is_verdicts(part, text, words):
    verdict = checks.report(GOOD | {part: text}, RUBRIC)
    assert verdict.status == "TRY AGAIN" and words in verdict.message, verdict
    assert "2.7943" not in verdict.message and "1.291" not in verdict.message


def test_one_number_does_not_stand_for_two():
    rubric = {"forecast": checks.Ingredient(numbers={"with": 1.2019, "without": 1.2255})}
    for text in ("1.2 against 1.2", "1.2", "1.20 against 1.2"):
        verdict = checks.report({"forecast": text}, rubric)
        assert "one figure more: this is with and without" in verdict.message
    assert checks.report({"forecast": "1.20 against 1.23"}, rubric).passed
    assert "without is missing" in checks.report({"forecast": "1.20"}, rubric).message


def test_the_words_are_the_learner_s_to_judge():
    good = GOOD | {"effect": "Smoking causes 2.8 times as much, in odds (1.3)."}
    verdict = checks.report(good, RUBRIC)
    assert verdict.passed and "effect: does it say the word odds?" in verdict.message
    assert "does it keep to this: not as likely?" in verdict.message
    for ticks, status, words in (
        ({"effect": [True, True]}, "PASS", "2 of 2 points"),
        ({"effect": (True, np.bool_(True))}, "PASS", "2 of 2 points"),
        ({"effect": [True, False]}, "TRY AGAIN", "not as likely"),
        ({"effect": [True]}, "NOT YET", "answer 2 questions"),
        ({"effect": [True, ...]}, "NOT YET", "answer 2 questions"),
        ({}, "NOT YET", "answer 2 questions"),
        ({"effect": ["yes", "yes"]}, "TRY AGAIN", "True or False"),
        ([True, True], "TRY AGAIN", "a dict of ticks"),
        ({"who": [True]}, "TRY AGAIN", "a dict of ticks"),
    ):
        verdict = checks.report(good, RUBRIC, ticks)
        assert verdict.status == status and words in verdict.message, verdict
    # numbers come first, whatever is ticked
    assert not checks.report(GOOD | {"who": "190"}, RUBRIC, {"effect": [True, True]}).passed


@pytest.mark.parametrize("blank", ["", "  ", None, ...])
def test_a_blank_sentence_is_not_yet_one(blank):
    assert checks.report(GOOD | {"effect": blank}, RUBRIC).status == "NOT YET"


def test_the_sentences_are_those_of_the_rubric():
    for sentences in ("189", {"who": "189"}, GOOD | {"more": "."}):
        assert "a sentence for each of" in checks.report(sentences, RUBRIC).message


@pytest.mark.parametrize(
    ("written", "value", "right"),
    [
        ("2.8", 2.79, True), ("2.79", 2.794, True), ("2.7", 2.79, False),
        ("2.80", 2.794, False), ("189", 189, True), ("190", 189, False),
        ("31 %", 0.3122, True), ("31%", 0.3122, True), ("0.31", 0.3122, True),
        ("3", 2.79, False), ("3", 3, True), ("-0.52", -0.516, True),
        ("0.52", -0.516, False), ("1,890", 1890, True), ("0.05", 0.051, False),
        ("2,8", 2.79, True), ("179 % higher", 2.794, True), ("179 %", 2.794, False),
    ],
)  # fmt: skip
def test_rounding(written, value, right):
    assert stands_for(written, value) == right


def test_numbers_are_read_as_they_stand():
    assert numbers_of("PSI2 had 1.3–6.0, x1.5, 5.") == ["1.3", "6.0", "5"]


# ---- the measure of a leak


def test_the_area_is_the_share_of_pairs():
    y = np.array([0, 0, 1, 1])
    assert area(np.array([1.0, 2.0, 3.0, 4.0]), y) == 1
    assert area(np.array([4.0, 3.0, 2.0, 1.0]), y) == 0
    assert area(np.array([1.0, 2.0, 2.0, 4.0]), y) == 7 / 8
    assert area(np.ones(4), y) == 1 / 2 and np.isnan(area(np.ones(2), y[:2]))


# ---- the births


def test_the_packaged_births_are_those_of_the_reference_fit():
    births = glmlib.load("birthwt")
    levels = np.column_stack([births["race"] == level for level in ("black", "other")])
    X = np.column_stack(
        [births.columns("age", "lwt"), levels, births.columns("smoke", "ht", "ui")]
    )
    fit = glmlib.LogisticRegression(glmlib.add_intercept(X.astype(float)), births["low"]).fit()
    stored = """0.43724021895201467 -0.018255996456834607 -0.016285030089889221
        1.2806405884207927 0.90188006494599822 1.0275705665914468 1.8576169243343643
        0.89538677639458579"""
    assert np.allclose(
        fit.beta, [float(number) for number in stored.split()], rtol=1e-10
    )  # sixty digits, rounded
    assert fit.deviance == pytest.approx(203.9480639467445, rel=1e-12)
    assert ((births["bwt"] < 2500) == births["low"]).all()
