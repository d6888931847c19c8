"""Exam questions: each answer once more from the numbers in the text, by school arithmetic."""

import functools
import math
import re
import statistics

import pytest

from glmlib.course import exam

SEEDS = range(500)
question = functools.cache(exam.question)


def cloglog(eta):
    return 1 - math.exp(-math.exp(eta))


def mean(text, a, b, x):
    inverse = {"logit": lambda e: 1 / (1 + math.exp(-e)), "log": math.exp, "cloglog": cloglog}
    return inverse[re.search("the (\\w+) link", text)[1]](a + b * x)


def slope(text, *numbers):
    return statistics.linear_regression(numbers[:5], numbers[5:]).slope


def limit(text, a, b, c, d):
    root = math.sqrt((a - d) ** 2 + 4 * b * c)
    return 2 / ((a + d + root) / 2)


def odds(text, ratio, p):
    q = ratio * p / (1 - p)
    return q / (1 + q) / p


def dispersion(text, *numbers):
    groups = numbers[:3], numbers[3:]
    return (
        sum((y - statistics.mean(g)) ** 2 / statistics.mean(g) for g in groups for y in g) / 4
    )


def interval(text, n0, n1, a, b, percent):
    error = math.sqrt(1 / a + 1 / b + 1 / (n0 - a) + 1 / (n1 - b))
    z = statistics.NormalDist().inv_cdf(0.5 + percent / 200)
    return (b / (n1 - b)) / (a / (n0 - a)) * math.exp(-z * error)


def hovering(text, n, h, batch, rate):
    variance = 0.0
    for _ in range(3000):
        variance = (1 - rate * h) ** 2 * variance + rate**2 * h / batch
    return math.sqrt(variance * n * h)


AGAIN = {  # (text, the numbers in it) -> the answer
    "mean": mean,
    "least squares": slope,
    "limit": limit,
    "gradient": lambda text, *v: sum(
        (0.5 - y) * x for x, y in zip(v[:4], v[4:8], strict=True)
    ),
    "odds": odds,
    "offset": lambda text, a, b, x, hours: hours * math.exp(a + b * x),
    "newton step": lambda text, n, ones, zero: (ones - n / 2) / (n / 4),
    "overdispersion": dispersion,
    "interval": interval,
    "log score": lambda text, *v: (
        -2 * sum(math.log(p if y else 1 - p) for p, y in zip(v[:4], v[4:], strict=True))
    ),
    "hovering": hovering,
}


def numbers(text):
    found = re.findall(r"(?<![\w.])−?\d+(?:\.\d+)?", text.replace("n − p", ""))
    return [float(number.replace("−", "-")) for number in found]


@pytest.mark.parametrize("name", exam.QUESTIONS)
def test_the_answer_follows_from_the_text(name):
    for seed in SEEDS:
        q = question(name, seed)
        again = AGAIN[name](q.text, *numbers(q.text))
        assert q.answer == pytest.approx(again, rel=1e-9), q.text


@pytest.mark.parametrize("name", exam.QUESTIONS)
def test_a_slip_is_named_and_the_answer_passes(name):
    for seed in SEEDS:
        q = question(name, seed)
        assert q.check(q.answer).passed
        assert q.check(float(f"{q.answer:.3g}")).passed
        for words, value in q.slips.items():
            verdict = q.check(value)
            assert (verdict.status, verdict.message) == ("TRY AGAIN", words)
            assert exam.shown(value) in q.key()
        assert exam.shown(q.answer) in q.key()
        assert "none of the usual slips" in q.check(17 * q.answer + 1000).message
    assert q.check(...).status == "NOT YET"
    assert q.check("two").status == "TRY AGAIN"


@pytest.mark.parametrize("name", exam.QUESTIONS)
def test_versions_differ_and_come_back(name):
    versions = [question(name, seed) for seed in SEEDS]
    assert len({q.text for q in versions}) >= 30
    assert versions[:25] == [exam.question(name, seed) for seed in SEEDS[:25]]


@pytest.mark.parametrize("name", exam.QUESTIONS)
def test_no_version_is_degenerate(name):
    for seed in SEEDS:
        q = question(name, seed)
        # not 0 but for rounding, and no mean that any number near 1 would hit
        assert min(abs(v) for v in [q.answer, *q.slips.values()]) > 1e-6, q
        assert abs(q.answer - 1) > 0.03, q
        for slip in q.slips.values():
            assert abs(slip - q.answer) > 0.02 * abs(q.answer), q
        assert "grow" not in q.key() or q.answer > 1


def test_an_answer_may_be_written_as_students_write():
    for name in exam.QUESTIONS:
        for seed in range(20):
            q = question(name, seed)
            four = f"{q.answer:.4g}"
            assert q.check(four).passed
            assert q.check(four.replace(".", ",")).passed
            assert q.check(four.replace("-", "\N{MINUS SIGN}")).passed
            assert q.check(f" {four} ").passed
    q = exam.Question("q", "01", "", -5.5, "", {})
    for answer in ("-5.5", "−5,5", "-11/2", "−11/2", -5.5, [-5.5]):
        assert q.check(answer).passed, answer
    for answer in ("5.5", "-55", "-5,55,5", float("nan"), "−", True):
        assert q.check(answer).status == "TRY AGAIN", answer


def test_a_paper_has_one_question_from_each_lesson():
    paper = exam.paper(1)
    assert [q.lesson for q in paper.questions] == [f"{k:02d}" for k in range(1, 12)]
    assert [q.lesson for q in exam.paper(1, ["04", "06"]).questions] == ["04", "06"]
    assert "four significant figures" in paper.markdown()
    text, key = paper.markdown(), paper.markdown(key=True)
    for number, q in enumerate(paper.questions, 1):
        assert f"{number}. {q.text}" in text
        assert f"{number}. {q.key()}" in key
        assert exam.shown(q.answer) not in re.findall(r"−?\d+(?:\.\d+)?", q.text)
    with pytest.raises(ValueError, match="choose from mean"):
        exam.question("moon", 1)
    with pytest.raises(ValueError, match="'01' to '11'"):
        exam.paper(1, ["99"])
