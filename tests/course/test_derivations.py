"""Every step of every derivation follows from the one before, and is what the lesson shows.

The lines are evaluated at random points and compared with what their moves lead to. A change
of one sign in any line must be noticed. The algebra must be the lesson's own, and the lesson
must display no algebra that is not a step.
"""

import ast
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import canonical
from glmlib.course.steps import DERIVATIONS, Step, evaluate
from glmlib.course.steps.learner import random_point

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
LESSONS = {path.name[:2]: path for path in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))}
SIZES = [(1, 1), (5, 2), (8, 3)]

# Displayed in a lesson, and no step: {equation: why}.
DEFINITIONS = {
    "01": {
        r"0 < \mu < 1": "the range of a share: a set and not an equation",
    },
    "02": {
        r"\hat\sigma^2 = \frac{1}{n - d} \sum_{i=1}^{n} (y_i - \hat\mu_i)^2": "an estimator: "
        "that it is right on average is shown by two thousand samples",
    },
    "03": {
        r"\approx \frac{\log 10}{\alpha \, \lambda_{\min}}": "an approximation for small "
        "rates, and not an equality",
        r"\nabla(\beta) \approx \nabla(\hat\beta) + H(\hat\beta) \, (\beta - \hat\beta) "
        r"= H(\hat\beta) \, (\beta - \hat\beta)": "an approximation near the minimum, which "
        "the lesson checks on two data sets",
    },
    "04": {
        r"\frac{\log 10}{\alpha \, \lambda_{\min}} \quad \text{iterations}": "the "
        "approximation of lesson 03, which the lesson compares with a run",
    },
    "05": {
        r"S(\eta) \approx \Phi(c\,\eta)": "an approximation, whose largest error the lesson "
        "computes",
        r"\operatorname{E}\,\Phi(c\eta + c\gamma z) = P(w \leq c\eta + c\gamma z) "
        r"= P(w - c\gamma z \leq c\eta)": "the same event in other words: the step after it "
        "compares its two ends",
        r"\approx S\!\left( \frac{\eta}{\sqrt{1 + c^2\gamma^2}} \right)": "the approximation "
        "once more, back from normal to sigmoid",
    },
}
# What may stand between the steps of one displayed equation.
BETWEEN = (
    r"\\text\{or\}|\\text\{and\}|\\text\{with factor\}|"
    r"\\Longrightarrow|\\Rightarrow|\\Longleftrightarrow|\\qquad|\\quad|\\;|,|"
    r"\\text\{for all \} j \\text\{ at once:\}|"
    r"\\text\{the best constant rate is\}"
)


def point(kind, n, d, seed):
    return random_point(DERIVATIONS[kind], n, d, seed)


def points(kind):
    sizes = [(n, d) for n, d in SIZES if d >= DERIVATIONS[kind].columns]
    return [point(kind, n, d, seed) for n, d in sizes for seed in (1, 2)]


def disagreeing(derivation, kind, where=None, **fixed):
    """The positions of the steps whose numbers are not those that the line before leads to."""
    found = set()
    for X, y, beta in where or points(kind):
        with np.errstate(all="ignore"):
            steps = evaluate(derivation, X, y, beta, **fixed)
        found |= {index for index, step in enumerate(steps) if not step.agrees}
    return sorted(found)


# Lines that give the same number everywhere, and lines of one row that do.
CONSTANT = {
    "orthogonal = X.T @ (y - X @ beta_hat)",
    "variance = np.ones(n)",
    "balance = np.sum(np.exp(beta_0) - y)",
    "gap = np.log(np.mean(t)) - np.mean(np.log(t))",
}


def stripped(text):
    return re.sub(r"\s+", "", text)


def displayed(lesson):
    """All equations that a lesson displays."""
    notebook = canonical.from_text(LESSONS[lesson].read_text(encoding="utf-8"))
    text = "\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")
    assert not re.search(r"\\\[|\\begin\{(equation|align|gather)", text), "display by $$"
    return re.findall(r"\$\$(.*?)\$\$", text, re.DOTALL)


def steps_of(lesson):
    return [s for d in DERIVATIONS.values() if d.lesson == lesson for s in d.steps]


# ---- the numbers


@pytest.mark.parametrize("kind", DERIVATIONS)
def test_each_line_follows_from_the_one_before(kind):
    assert disagreeing(DERIVATIONS[kind], kind) == []


def test_sigma_may_be_any():
    for sigma in (0.3, 1.0, 2.5):
        assert disagreeing(DERIVATIONS["linear"], "linear", sigma=sigma) == []


@pytest.mark.parametrize("kind", DERIVATIONS)
def test_the_points_vary_and_so_do_the_lines(kind):
    """At a point where all is 0 or 1 any two lines would agree."""
    some = points(kind)
    assert len({beta.tobytes() for _, _, beta in some}) == len(some)
    assert all(np.abs(beta).min() >= 0.3 for _, _, beta in some)
    for first, second in zip(some[::2], some[1::2], strict=True):
        one, other = (evaluate(kind, *at) for at in (first, second))
        same = [
            a.code
            for a, b in zip(one, other, strict=True)
            if np.allclose(a.value, b.value, atol=0)
        ]
        assert set(same) <= CONSTANT


@pytest.mark.parametrize("kind", DERIVATIONS)
def test_only_definitions_are_compared_with_nothing(kind):
    steps = DERIVATIONS[kind].steps
    free = [index for index, step in enumerate(steps) if step.move is None]
    assert len(free) <= 3 and len(free) < len(steps)
    for step in steps:
        assert (
            isinstance(step, Step) and step.name.isidentifier() and step.reason.endswith(".")
        )


@pytest.mark.parametrize("kind", ["logistic", "poisson rates"])
def test_what_is_said_to_be_positive_is(kind):
    """The last lines: a convex direction, and Jensen's inequality."""
    for at in points(kind):
        assert evaluate(kind, *at)[-1].value >= -1e-12


# ---- a change of one sign


def sign_changes(code):
    """Every line that differs from this one in a single + or −."""
    signs = (ast.Add, ast.Sub, ast.UAdd, ast.USub)
    other = dict(zip(signs, (ast.Sub, ast.Add, ast.USub, ast.UAdd), strict=True))
    count = sum(
        isinstance(getattr(node, "op", None), signs) for node in ast.walk(ast.parse(code))
    )
    for chosen in range(count):
        tree = ast.parse(code)
        nodes = [n for n in ast.walk(tree) if isinstance(getattr(n, "op", None), signs)]
        nodes[chosen].op = other[type(nodes[chosen].op)]()
        yield ast.unparse(tree)


MUTANTS = [
    (kind, index, part, mutant)
    for kind, derivation in DERIVATIONS.items()
    for index, step in enumerate(derivation.steps)
    for part in ("code", "move")
    for mutant in sign_changes(getattr(step, part) or "0")
]
# Changes after which the line says the same: (kind, line) -> why.
EQUIVALENT = {
    ("cause left out", f"weight @ {line}"): "z and minus z have the same distribution"
    for line in ("(eta - gamma * z[:, None])", "np.exp(eta - gamma * z[:, None])")
} | {
    (
        "cause left out",
        "weight @ Phi(c * eta - c * gamma * z[:, None])",
    ): "z and minus z have the same distribution",
    ("parts", "np.sum(weight * (mu[:, None] - z) ** 2, axis=1) - mu ** 2"): "z and minus z "
    "have the same distribution",
}


@pytest.mark.parametrize(("kind", "index", "part", "mutant"), MUTANTS)
def test_a_change_of_one_sign_is_noticed(kind, index, part, mutant):
    derivation = DERIVATIONS[kind]
    steps = list(derivation.steps)
    steps[index] = replace(steps[index], **{part: mutant})
    changed = replace(derivation, steps=tuple(steps))
    found = disagreeing(changed, kind, where=[point(kind, 5, 2, 1)])
    if (kind, mutant) in EQUIVALENT:
        assert found == []
    else:
        assert found, f"{mutant} passes as {derivation.steps[index].code}"


@pytest.mark.parametrize("kind", DERIVATIONS)
def test_a_change_of_sign_before_the_first_line_is_noticed(kind):
    derivation = DERIVATIONS[kind]
    for mutant in sign_changes(derivation.given):
        found = disagreeing(replace(derivation, given=mutant), kind, [point(kind, 5, 2, 1)])
        assert found, mutant


def test_the_mutants_are_all_changes_of_sign():
    assert sorted(sign_changes("a = -b + (c - d)")) == [
        "a = +b + (c - d)",
        "a = -b + (c + d)",
        "a = -b - (c - d)",
    ]
    lines = [step.code for d in DERIVATIONS.values() for step in d.steps]
    signs = sum(len(re.findall(r"(?<!e)[-+]", line)) for line in lines)
    assert signs == sum(part == "code" for _, _, part, _ in MUTANTS) > 60
    assert all(len(reason.split()) > 3 for reason in EQUIVALENT.values())


# ---- the lesson shows the steps, and nothing else


@pytest.mark.parametrize("kind", DERIVATIONS)
def test_the_algebra_of_every_step_is_the_lesson_s_own(kind):
    equations = [stripped(equation) for equation in displayed(DERIVATIONS[kind].lesson)]
    for step in DERIVATIONS[kind].steps:
        assert any(stripped(step.latex) in e for e in equations), step.latex


def left_over(equation, lesson):
    """What of a displayed equation is neither a step nor a definition."""
    known = [step.latex for step in steps_of(lesson)] + list(DEFINITIONS.get(lesson, ()))
    rest = stripped(equation)
    for latex in sorted(map(stripped, known), key=len, reverse=True):
        rest = rest.replace(latex, "\n")
    return re.sub(stripped(BETWEEN), "", rest).strip()


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_displayed_equation_is_a_step(lesson):
    unknown = [rest for e in displayed(lesson) if (rest := left_over(e, lesson))]
    assert not unknown, f"no Step of lesson {lesson} and not in DEFINITIONS: {unknown}"


def test_the_lessons_are_read():
    assert {d.lesson for d in DERIVATIONS.values()} <= set(LESSONS)
    assert all(len(displayed(f"{k:02}")) >= 5 for k in range(7))


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_changed_sign_in_the_lesson_is_noticed(lesson):
    """One sign of one displayed equation at a time."""
    other = {"+": "-", "-": "+", r"\pm": r"\mp"}
    for equation in displayed(lesson):
        for match in re.finditer(r"[-+]|\\pm", equation):
            changed = equation[: match.start()] + other[match[0]] + equation[match.end() :]
            assert left_over(changed, lesson), changed


def test_the_definitions_are_few_displayed_and_reasoned():
    for lesson, some in DEFINITIONS.items():
        equations = [stripped(equation) for equation in displayed(lesson)]
        assert len(some) <= 3
        for latex, reason in some.items():
            assert any(stripped(latex) in e for e in equations) and len(reason.split()) > 5
