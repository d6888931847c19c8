"""Judge a learner's line, and a learner's order of lines, by the numbers they give."""

import ast
import linecache
from dataclasses import replace

import numpy as np

from ..checks.answers import line_numbers
from ..checks.slips import SHAPES, by_ratio, generic
from ..checks.verdicts import (
    Stop,
    apart,
    as_array,
    explained,
    holds_blank,
    not_yet,
    numbers,
    reshaped,
    timed,
    try_again,
    verdict,
)
from . import evaluate, run

FOLLOWS = "every line follows from the one above it"


def random_point(derivation, n, d, seed):
    """X (n, d), y (n,), beta (d,) with coefficients and responses that a model can have.

    No coefficient is near zero, where many a wrong line would be right.

    >>> from glmlib.course.steps import DERIVATIONS
    >>> random_point(DERIVATIONS["logistic"], 4, 2, seed=1)[1].tolist()
    [1, 0, 1, 0]
    """
    rng = np.random.default_rng([seed, n, d])
    X, beta = rng.standard_normal((n, d)), rng.uniform(0.3, 0.8, d) * rng.choice([-1, 1], d)
    y = {
        "numbers": lambda: X @ beta + rng.standard_normal(n),
        "zeros and ones": lambda: rng.permutation(np.arange(n) + seed) % 2,
        "counts": lambda: rng.poisson(2.0, n) + 2 * seed,
    }[derivation.responses]()
    return X, y, beta


@verdict
def filled(derivation, line, code, X, y, beta, **fixed):
    """Check a learner's NumPy for one line, on the given rows and on random ones.

    Parameters
    ----------
    derivation : a Derivation.
    line : its number, from 1.
    code : "name = expression", or the expression alone.
    X (n, d), y (n,), beta (d,), fixed : as in `evaluate`.

    Returns a Verdict: a right line may be written in any way, but not as a line before it.

    >>> from glmlib.course.steps import DERIVATIONS
    >>> at = np.eye(2), np.array([1.0, 3.0]), np.array([0.5, 0.5])
    >>> filled(DERIVATIONS["linear"], 9, "gradient = X.T @ (y - mu)", *at)
    TRY AGAIN ✗ it is minus the right one: look at the sign
    (yours [0.5, 2.5], the line says [-0.5, -2.5])
    """
    step = derivation.steps[line - 1]
    earlier = derivation.given.splitlines() + [s.code for s in derivation.steps[: line - 1]]
    tree = expression(code, step.name)
    others = [random_point(derivation, n, d, seed=3) for n, d in ((5, 2), (8, 3))]
    for point in [(X, y, beta), *others]:
        X, y, beta = (np.array(array, dtype=float) for array in point)
        known = {"X": X, "y": y, "beta": beta, **fixed}
        right = np.asarray(run([*earlier, step.code], known)[step.name], dtype=float)
        compare(value_of(tree, run(earlier, known)), right, *X.shape)
    if isinstance(tree, ast.Name) or f"{step.name} = {ast.unparse(tree)}" in map(
        normal, earlier
    ):
        try_again("the numbers are right, but that line is already given")
    return "the same numbers as the line, on your rows and on random ones"


def normal(code):
    return ast.unparse(ast.parse(code))


def expression(code, name):
    """The tree of what stands right of "name ="; a sentence for what is no such line."""
    code = code.strip() if isinstance(code, str) else ""
    if not code:
        not_yet("write the line first")
    if len(code) > 1000:
        try_again("one short line is needed")
    try:
        tree = ast.parse(code)
    except SyntaxError as error:
        if "..." in code or "____" in code:
            not_yet("write the line first")
        try_again(f"Python cannot read it: {error.msg}")
    except (ValueError, RecursionError, MemoryError):
        try_again("Python cannot read it")
    if holds_blank(tree):
        not_yet("write the line first")
    body = tree.body
    if len(body) != 1:
        try_again("one line is needed")
    if isinstance(body[0], ast.Expr):
        return body[0].value
    if not isinstance(body[0], ast.Assign):
        try_again(f"a line such as `{name} = …` is needed")
    if [ast.unparse(target) for target in body[0].targets] != [name]:
        try_again(f"give it the name `{name}`")
    return body[0].value


def value_of(tree, names):
    """What the expression gives, as an array; an exception becomes a sentence."""
    source = ast.unparse(tree)
    linecache.cache["<your line>"] = (len(source), None, [source], "<your line>")

    def evaluated():
        with np.errstate(all="ignore"):
            return eval(compile(source, "<your line>", "eval"), names)

    try:
        value = timed(evaluated)
    except Stop:
        raise
    except (Exception, SystemExit) as error:
        try_again(f"your line raised {explained(error)}")
    return as_array(value)


def compare(found, right, n, d):
    """Stop unless the two are the same; name the slip if it is known."""
    found = reshaped(found, right.shape)
    one, other = apart(found, right)
    shown = f"yours {one}, the line says {other}"
    if found.shape != right.shape:
        words = [words for words, some in SHAPES.items() if found.shape in some(n, d)]
        why = f": {words[0]}" if words else ""
        try_again(f"shape {right.shape} is asked for, yours is {found.shape}{why}")
    size = np.abs(right).max() or 1.0
    if np.allclose(found, right, rtol=1e-8, atol=1e-8 * size):
        return
    if not np.isfinite(found).all():
        try_again("not finite: an overflow, a division by zero, or the log of zero", shown)
    minus = "it is minus the right one: look at the sign"
    slip = by_ratio(found.ravel(), right.ravel(), n, minus) if right.any() else ""
    slip = slip or generic(found, right)
    unknown = slip == "not the right value"
    try_again("not the numbers of the line" if unknown else slip, shown)


@verdict
def in_order(derivation, order, X, y, beta, names=None, **fixed):
    """Check whether each line follows from the one above it, by its numbers.

    Parameters
    ----------
    derivation : a Derivation.
    order : the numbers of neighbouring lines, from 1, in the learner's order; the lines
        before all of them stand above.
    X (n, d), y (n,), beta (d,), fixed : as in `evaluate`.
    names : what to call the lines, {number: name}; "line 3" unless told.

    Returns a Verdict. It names the first line that cannot stand where it does, and why. An
    order in which every line follows passes, whether it is that of the lesson or not.

    >>> from glmlib.course.steps import DERIVATIONS
    >>> at = np.eye(2), np.array([1.0, 3.0]), np.array([0.5, 0.5])
    >>> in_order(DERIVATIONS["linear"], [1, 2, 3], *at)
    PASS ✓ every line follows from the one above it
    >>> in_order(DERIVATIONS["linear"], [2, 1, 3], *at).message
    'line 2 cannot come first. “Multiply: the observations are independent.” needs a line to \
start from'
    """
    order = line_numbers(order, derivation.steps)
    for place, line in enumerate(order):
        above = [*range(1, min(order)), *order[:place]]
        why = why_not(derivation, above, line, X, y, beta, names or {}, **fixed)
        if why:
            try_again(why)
    return FOLLOWS


def why_not(derivation, above, line, X, y, beta, names, **fixed):
    """Why a line cannot stand below those `above` it, numbers in their order; "" if it can."""
    step, last = derivation.steps[line - 1], above[-1] if above else 0
    here = f"{names.get(line, f'line {line}')} cannot "
    here += f"follow {names.get(last, f'line {last}')}" if last else "come first"
    lines = tuple(derivation.steps[k - 1] for k in [*above, line])
    before = "before" in str(step.move)
    if before and not last:
        return f"{here}. “{step.reason}” needs a line to start from"
    try:
        found = evaluate(replace(derivation, steps=lines), X, y, beta, **fixed)[-1]
    except (NameError, KeyError) as error:
        missing = error.name if isinstance(error, NameError) else error.args[0]
        return f"{here}. It needs `{missing}`, which no line above has computed"
    except Exception:
        return f"{here}. “{step.reason}” cannot be done with the lines above it"
    if not found.agrees:
        return (
            f"{here}. “{step.reason}” leads from there to {numbers(found.expected)}, and "
            f"the line says {numbers(found.value)}"
        )
    if before and last != line - 1:
        return f"{here}. The numbers agree, but “{step.reason}” refers to another line"
    return ""
