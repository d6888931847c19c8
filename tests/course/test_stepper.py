"""The derivation stepper without a browser: every state of every control."""

import json
import re
from html import unescape
from html.parser import HTMLParser
from itertools import permutations

import numpy as np
import pytest

from glmlib.course import stepper
from glmlib.course.live import number_of, unsealed
from glmlib.course.steps import DERIVATIONS, evaluate
from glmlib.course.steps.learner import filled, in_order
from glmlib.course.steps.stepper import COLUMNS
from glmlib.course.steps.whats_new import marked_algebra, marked_code, pieces

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


def plain(text):
    """Algebra without its marks."""
    begin, found = "{\\color{#0173b2}{\\underline{", text
    while begin in found:
        start = end = found.index(begin) + len(begin)
        depth = 3
        while depth:
            depth += {"{": 1, "}": -1}.get(found[end], 0)
            end += 1
        assert found[end - 3 : end] == "}}}"
        found = found.replace(found[start - len(begin) : end], found[start : end - 3], 1)
    return found


def rows(lab):
    return Rows(lab.view.table).rows


def numbers(text):
    return [float(number) for number in re.findall(r"-?\d+\.?\d*(?:e[-+]?\d+)?", text)]


def move_by_hand(lab, **state):
    """What the browser sends when a hand moves it."""
    lab.view.set_state({"state": {**lab.view.state, **state}})


def press(lab, **message):
    lab.view._handle_custom_msg(message, [])


def page(lab):
    """What a page without a kernel has of it."""
    return json.loads(re.search(r'(?s)json">(.*)</script></div>', lab.script())[1])


@pytest.mark.parametrize("kind", DERIVATIONS)
def test_the_three_columns_come_from_the_same_step(kind):
    lab, steps = stepper(kind, *POINTS[kind]), evaluate(kind, *POINTS[kind])
    head, *lines = rows(lab)
    assert head == ["line", *COLUMNS] and len(lines) == len(steps) == len(page(lab)["lines"])
    for line, (step, row, known) in enumerate(
        zip(steps, lines, page(lab)["lines"], strict=True), start=1
    ):
        name, algebra, number, code = row
        assert name == str(line) and step.latex in plain(algebra) and code == step.code
        assert step.latex in known.get("plain", algebra)  # without what is new
        wanted = np.ravel(step.value)
        assert np.allclose(numbers(number), wanted, rtol=1e-3, atol=1e-9)
        said = lab.set(line=line).status
        assert said == f"Line {line} of {len(steps)}. {step.reason}"
        assert said == page(lab)["says"].format(line, len(steps), known["reason"])


@pytest.mark.parametrize("kind", DERIVATIONS)
def test_the_check_shows_what_the_move_leads_to(kind):
    lab = stepper(kind, *POINTS[kind]).set(check=True)
    data = page(lab)
    for line, (step, known) in enumerate(zip(lab.steps, data["lines"], strict=True), start=1):
        lab.set(line=line)
        assert lab.status == f"{lab._says(line)} {data['checks'][known['checked']]}"
        if step.move is None:
            assert "A definition" in lab.status and "move" not in known
            continue
        number, code = (unescape(re.sub("<[^>]*>", "", cell)) for cell in known["move"])
        assert code == step.move
        assert np.allclose(numbers(number), np.ravel(step.expected), rtol=1e-3, atol=1e-9)
        assert lab.status.endswith("✓ the line agrees.")


def test_a_line_that_does_not_agree_is_verdicts_to():
    lab = stepper("poisson", *POINTS["poisson"]).set(check=True, line=10)
    object.__setattr__(lab.step, "expected", lab.step.expected + 0.01)
    assert lab.status.endswith("✗ the line does not agree.")
    object.__setattr__(lab.step, "expected", np.zeros(7))  # of another shape
    assert lab.status.endswith("✗ the line does not agree.")


def test_hands_and_code_move_it():
    lab = stepper("linear", *POINTS["linear"])
    move_by_hand(lab, line=14, hide="algebra", check=True)
    assert (lab.line, lab.hide, lab.check) == (14, "algebra", True)
    assert "✓" in lab.status and lab.step is lab.steps[-1]
    lab.set(line=2)
    assert lab.view.state == {"line": 2, "hide": "algebra", "check": True}


def test_a_fixed_value_stands_among_what_is_given():
    lab = stepper("linear", *POINTS["linear"], sigma=2.0)
    text = re.sub("<[^>]*>", "", lab.view.table)
    assert "given sigma = 2.0; eta = X @ beta" in text
    assert "sigma = 0.5" not in text


def test_wrong_states_are_refused():
    lab = stepper("linear", *POINTS["linear"])
    with pytest.raises(ValueError, match="from 1 to 14, got 15"):
        lab.set(line=15)
    with pytest.raises(ValueError, match="hide is 'nothing' or one of"):
        lab.set(hide="code")
    assert lab.line == lab.view.state["line"] == 1


@pytest.mark.parametrize("kind", DERIVATIONS)
def test_without_scripts_the_whole_derivation_is_there(kind):
    lab = stepper(kind, *POINTS[kind])
    bundle = lab._repr_mimebundle_()
    text = lab.script().partition("<script")[0]
    assert text.endswith(lab.view.table) and text in bundle["text/html"]
    algebra = plain(unescape(text))
    assert all(step.latex in algebra for step in lab.steps)
    assert all(line in algebra for line in lab.derivation.given.splitlines())
    assert bundle["text/plain"].startswith("Derivation stepper: from ")
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert len(lab.script()) < 30_000  # it is stored


# ---- what is new is marked


@pytest.mark.parametrize("kind", DERIVATIONS)
def test_marks_change_no_symbol_and_keep_braces_balanced(kind):
    steps = DERIVATIONS[kind].steps
    for before, step in zip(steps, steps[1:], strict=False):
        algebra = marked_algebra(before.latex, step.latex)
        assert plain(algebra) == step.latex == "".join(pieces(step.latex))
        depth = 0
        for brace in re.findall(r"(?<!\\)[{}]", algebra):
            depth += 1 if brace == "{" else -1
            assert depth >= 0
        assert depth == 0
        for inside in re.findall(r"\\underline\{(.*?)\}\}\}", algebra):
            assert not re.search(r"\\(left|right)\b", inside)
        code = marked_code(before.code, step.code)
        assert unescape(re.sub("<[^>]*>", "", code)) == step.code
        for mark in marks_of(algebra) + re.findall("<u [^>]*>(.*?)</u>", code):
            assert mark.count("(") == mark.count(")"), mark
            assert mark.count("[") == mark.count("]"), mark


def marks_of(algebra):
    r"""What is underlined in marked LaTeX.

    >>> marks_of(marked_algebra("a", "a + b"))
    ['+ b']
    """
    found = []
    for part in algebra.split(r"{\underline{")[1:]:
        depth = [1 + part[:k].count("{") - part[:k].count("}") for k in range(len(part) + 1)]
        found.append(part[: depth.index(0) - 1])
    return found


def test_only_what_is_new_is_marked():
    blue = "{\\color{#0173b2}{\\underline{%s}}}"
    assert marked_algebra(r"\mu = \eta", r"\mu = \eta") == r"\mu = \eta"
    assert marked_algebra(r"= \mu_i x", r"= \mu_j x") == "= " + blue % r"\mu_j" + " x"
    assert marked_algebra("a", r"\left( b \right)") == r"\left( " + blue % "b" + r" \right)"
    assert marked_algebra("f", "f(x + y)") == "f(" + blue % "x + y" + ")"
    assert marked_algebra("f", "f g(x)") == "f " + blue % "g(x)"
    begin = r"\begin{cases} a \end{cases}"
    assert pieces(rf"p = {begin}^2 x'") == ["p", " ", "=", " ", rf"{begin}^2", " ", "x'"]
    assert marked_code("a = b < c", "a = b < d") == "a = b &lt; <u>d</u>"


def test_a_line_is_marked_in_all_three_columns():
    lines = stepper("linear", *POINTS["linear"]).view.table.split("<tr>")[1:]
    assert "<u>" not in lines[1] and "underline" not in lines[1]
    assert lines[6].count("<u>") >= 2 and r"\underline" in lines[6]  # value and formula change
    cells = rows(stepper("linear", *POINTS["linear"]))
    assert f"<u>{cells[6][2]}</u>" in lines[6]
    assert f"<td>{cells[7][2]}</td>" in lines[7]  # written anew: the number stays


# ---- blanks


def test_a_blank_is_asked_and_filled():
    lab = stepper("linear", *POINTS["linear"], blanks=(6, 9))
    stored = unescape(lab.script())
    for line in (6, 9):
        step = lab.set(line=line).step
        assert step.code not in stored
        assert rows(lab)[line][3] == f"{step.name} = … yours to write"
        assert page(lab)["lines"][line - 1]["blank"] == f"{step.name} = …"
    assert "takes Python" in page(lab)["typed"]
    press(lab, do="answer", code="gradient = X.T @ (y - mu)")
    assert "TRY AGAIN ✗ it is minus the right one" in lab.status
    assert lab.view.now["verdicts"][9] in lab.status and lab.view.now["own"] == {}
    turn = lab.view.now["turn"]
    press(lab, do="answer", code="gradient = X.T @ (y - mu)")  # the same again is heard too
    assert lab.view.now["turn"] == turn + 1
    press(lab, do="answer", code="gradient = (mu - y) @ X")
    assert "PASS ✓" in lab.status
    assert lab.view.now["own"] == {9: "gradient = (mu - y) @ X"}
    lab.set(line=6)
    lab.answer("")
    press(lab, do="reveal")
    assert lab.view.now["own"][6] == lab.step.code and "PASS ✓" in lab.status
    with pytest.raises(ValueError, match="the blanks are lines"):
        lab.set(line=5).answer("a = 1")
    with pytest.raises(ValueError, match="from 1 to 14"):
        stepper("linear", *POINTS["linear"], blanks=(15,))


ANSWERS = [  # (derivation, line, code, what the verdict says)
    ("linear", 9, "", "NOT YET … write the line"),
    ("linear", 9, "gradient = ...", "NOT YET … write the line"),
    ("linear", 9, "gradient = X.T @ (mu - y", "Python cannot read it"),
    ("linear", 9, "a = 1; gradient = 2", "one line is needed"),
    ("linear", 9, "import os", "a line such as `gradient = …`"),
    ("linear", 9, "score = X.T @ (mu - y)", "give it the name `gradient`"),
    ("linear", 9, "X.T @ (y - mu)", "minus the right one"),
    ("linear", 9, "X.T @ (mu - y) / n", "1/N of the right one"),
    ("linear", 9, "2 * X.T @ (mu - y)", "twice the right one"),
    ("linear", 9, "X * (mu - y)[:, None]", "the sum is missing"),
    ("linear", 9, "X.T @ (mu - z)", "NameError: name 'z' is not defined"),
    ("linear", 9, "X @ (mu - y)", "ValueError"),
    ("linear", 9, "'words'", "numbers are needed"),
    ("linear", 9, "np.log(X.T @ (mu - y) * 0)", "log of zero"),
    ("linear", 9, "gradient", "that line is already given"),
    ("linear", 9, "np.array([np.sum((mu-y) * X[:, j]) for j in range(d)])", "already given"),
    ("linear", 9, "gradient = np.einsum('ij,i->j', X, mu - y)", "PASS"),
    ("linear", 9, "-(y - X @ beta) @ X", "PASS"),
    ("linear", 13, "R.T @ R @ beta_hat + 1", "off by the same number"),
    ("linear", 13, "X.T @ y", "PASS"),
    ("logistic", 4, "odds = np.exp(eta)", "PASS"),
    ("logistic", 4, "mu / (1 + mu)", "not the numbers of the line"),
    ("logistic", 10, "slope = np.exp(-eta) / (1 + np.exp(-eta)) ** 2", "already given"),
    ("logistic", 10, "slope = mu - mu**2", "PASS"),
]


@pytest.mark.parametrize(("kind", "line", "code", "says"), ANSWERS)
def test_a_learner_s_line_gets_its_verdict(kind, line, code, says):
    said = filled(DERIVATIONS[kind], line, code, *POINTS[kind])
    assert says in repr(said) and said.passed == (says == "PASS")


@pytest.mark.parametrize("kind", DERIVATIONS)
def test_every_line_could_be_a_blank(kind):
    """The line itself passes, unless it repeats one; minus the line never does."""
    derivation = DERIVATIONS[kind]
    for line, step in enumerate(derivation.steps, start=1):
        given = filled(derivation, line, step.code, *POINTS[kind])
        assert given.passed or "already given" in given.message, step.code
        minus = step.code.replace(" = ", " = -(", 1) + ")"
        same = np.allclose(step_value(kind, line), 0, atol=1e-9)
        assert same or not filled(derivation, line, minus, *POINTS[kind]).passed


def step_value(kind, line):
    return evaluate(kind, *POINTS[kind])[line - 1].value


# ---- order


def test_the_lines_are_mixed_by_the_seed_and_sorted_by_hand():
    lab = stepper("linear", *POINTS["linear"], order=range(3, 8))
    again = stepper("linear", *POINTS["linear"], order=range(3, 8))
    other = stepper("linear", *POINTS["linear"], order=range(3, 8), seed=1)
    assert lab.lines == again.lines != other.lines and sorted(lab.lines.values()) == [
        *range(3, 8)
    ]
    assert [row[0] for row in rows(lab)[1:]] == list("ABCDE")
    assert not lab.check().passed and lab.status.startswith("TRY AGAIN ✗ line ")
    move_by_hand(lab, order="BACDE")
    assert lab.order == "BACDE" and lab.status == "Line A stands at place 2 of 5."
    assert lab.verdict is None and lab.view.now["said"] == ""
    move_by_hand(lab, chosen="E")
    assert lab.status == "Line E stands at place 5 of 5."
    right = "".join(sorted(lab.lines, key=lab.lines.get))
    move_by_hand(lab, order=right)
    press(lab, do="check")
    assert lab.verdict.passed and lab.status.startswith("PASS ✓ every line follows")
    assert lab.view.now["said"] == lab.status


@pytest.mark.parametrize(
    ("kind", "lines"), [("linear", range(3, 8)), ("poisson", range(7, 11))]
)
def test_no_wrong_order_passes_and_no_message_gives_the_right_one(kind, lines):
    lab, right = stepper(kind, *POINTS[kind], order=lines), list(lines)
    known = page(lab)

    def without_a_kernel(order):
        for place in range(1, len(order) + 1):
            name = f"{known['key']} {order[:place]}"
            if packed := known["sealed"].get(str(number_of(name))):
                return unsealed(packed, name)
        return known["praise"]

    for order in permutations(lab.lines):
        said = lab.set(order="".join(order)).check()
        assert without_a_kernel("".join(order)) == lab.status
        numbers = [lab.lines[letter] for letter in order]
        assert said.passed == (numbers == right)
        if not said.passed:
            wrong = re.match(r"line ([A-Z]) cannot (come first|follow )", said.message)[1]
            place = order.index(wrong)
            assert numbers[:place] == right[:place] != numbers  # all before it follow
            assert set(re.findall(r"line ([A-Z])\b", said.message)) <= set(order[: place + 1])


def test_an_order_is_judged_by_what_the_lines_say():
    def says(kind, order):
        return repr(in_order(DERIVATIONS[kind], order, *POINTS[kind]))

    assert "line 2 cannot come first. “Multiply" in says("linear", [2, 1])
    assert "needs a line to start from" in says("linear", [2, 1])
    assert "It needs `loss`, which no line above has" in says("linear", [5, 8, 6, 7])
    assert "leads from there to" in says("linear", [1, 3, 2])
    assert "numbers agree, but “The second fraction" in says("logistic", [8, 10, 9])
    # the probability and its mean do not need each other
    assert "PASS" in says("poisson", [1, 4, 5, 2, 3, 6])


def test_wrong_orders_are_refused():
    at = POINTS["linear"]
    for lines in ([3], [3, 5], [0, 1], [14, 15]):
        with pytest.raises(ValueError, match="neighbouring lines of 1 to 14"):
            stepper("linear", *at, order=lines)
    with pytest.raises(ValueError, match="2 to 26"):
        stepper("logistic", *POINTS["logistic"], order=True)
    with pytest.raises(ValueError, match="any order of the lines"):
        stepper("poisson rates", *POINTS["poisson rates"], order=(2, 3))
    lab = stepper("linear", *at, order=(1, 2, 3))
    with pytest.raises(ValueError, match="each of ABC once"):
        lab.set(order="AB")
    with pytest.raises(ValueError, match="one of ABC"):
        lab.set(chosen="D")


def test_mixed_lines_have_a_page_without_a_kernel():
    lab = stepper("linear", *POINTS["linear"], order=range(3, 8))
    bundle = lab._repr_mimebundle_()
    assert bundle["text/plain"].startswith("Lines to be put in order: from the Normal")
    assert lab.view.table in bundle["text/html"] and len(rows(lab)) == 6
    many = stepper("linear", *POINTS["linear"], order=True)  # too many orders to judge
    assert "takes Python" in page(many)["many"] and "sealed" not in page(many)
