"""The right formula as text, and every formula that is one change away from it, with words."""

import ast
import functools
from itertools import combinations

import numpy as np

ONE_FOR_ALL = ("sum", "mean", "median", "max", "prod", "std")  # many numbers to one
EACH = ("log", "log10", "log2", "log1p", "exp", "sqrt", "sigmoid")
OF_A_MATRIX = ("diag", "norms", "sums", "column", "eigenvalues")
INVERSES = ("inv", "entrywise")
GROUPS = ONE_FOR_ALL, EACH, OF_A_MATRIX, INVERSES


def inverted(A):
    """The inverse of a matrix; NaN does not reach LAPACK, which prints a complaint."""
    return np.linalg.pinv(A) if np.isfinite(A).all() else np.full_like(A, np.nan)


FUNCTIONS = {name: getattr(np, name) for name in (*ONE_FOR_ALL, *EACH[:-1], "abs")} | {
    "sigmoid": lambda eta: np.exp(-np.logaddexp(0, -np.asarray(eta))),
    "softplus": lambda eta: np.logaddexp(0, eta),
    "inv": inverted,
    "diag": np.diag,
    "norms": lambda A: np.linalg.norm(A, axis=1),
    "sums": lambda A: A.sum(axis=1),
    "column": lambda A: A[:, 0],
    "eigenvalues": lambda A: np.linalg.eigvalsh(A)[::-1],
    "entrywise": lambda A: 1 / A,
}
OTHER_WAY = {  # an operator: the ones that may stand in its place, in words of its right side
    ast.Add: {ast.Sub: "the sign of {right}", ast.Mult: "{right} is multiplied, not added"},
    ast.Sub: {ast.Add: "the sign of {right}", ast.Mult: "{right} is multiplied, not taken off",
              ast.Div: "divided by {right}, which is to be taken off"},
    ast.Mult: {ast.Div: "divided by {right}, not multiplied",
               ast.Add: "{right} is added, not multiplied"},
    ast.Div: {ast.Mult: "multiplied by {right}, not divided",
              ast.Sub: "{right} is taken off, not divided by"},
}  # fmt: skip
INSTEAD = ("{} ** 2", "sqrt({})", "1 / {}", "log({})", "exp({})", "mean({})")
AROUND = {  # what may have been done to a part of the formula
    "-({})": "the sign of {}",
    "({}) ** 2": "{} is squared",
    "sqrt({})": "the root of {} is taken",
    "1 / ({})": "one over {}: upside down",
    "abs({})": "{} has lost its sign",
    "log({})": "the logarithm of {} is taken",
    "exp({})": "the exponential of {} is taken",
    "({}) / 2": "{} is halved",
    "2 * ({})": "{} is doubled",
    "({}) - 1": "{} less 1",
    "({}) + 1": "{} and 1 more",
    "({}) * (1 - ({}))": "{} is multiplied by 1 less itself",
    "mean({})": "the mean of {}",
    "sum({})": "the sum of {}",
}


SAID = {
    "diag": "the diagonal",
    "norms": "the norm of each row",
    "sums": "the sum of each row",
    "column": "the first column",
    "eigenvalues": "the eigenvalues",
    "inv": "the inverse",
    "entrywise": "one over each entry",
}


def said(function):
    return SAID.get(function, function)


def shown(node):
    """A short part as it is written, a long one by what it holds: no formula is given away.

    >>> shown(parsed("y - mu")), shown(parsed("sum(y - 2 * mu)")), shown(parsed("move(rows)"))
    ('`y - mu`', 'the part with y, mu', 'the part with rows')
    """
    calls = [n.func.id for n in ast.walk(node) if isinstance(n, ast.Call)]
    leaves = [
        n
        for n in ast.walk(node)
        if isinstance(n, ast.Constant) or (isinstance(n, ast.Name) and n.id not in calls)
    ]
    if len(leaves) < 3 and set(calls) <= set(FUNCTIONS) - set(SAID):
        return f"`{ast.unparse(node)}`"
    held = dict.fromkeys(n.id for n in leaves if isinstance(n, ast.Name))
    return f"the part with {', '.join(held)}"


def name_of(text):
    return ast.Name(text, ast.Load())


def parsed(text):
    return ast.parse(text, mode="eval").body


def itself(node, names):
    """(words, what stands in its place) for the changes of this part as a whole."""
    for name in names:
        if ast.unparse(node) != name:
            yield f"{name} stands where {shown(node)} belongs", name_of(name)
    if isinstance(node, ast.BinOp):
        yield from of_operator(node)
    if isinstance(node, ast.Call) and len(node.args) == 1:
        name, inside = node.func.id, node.args[0]
        yield f"{said(name)} is missing", inside
        for group in GROUPS:
            for other in group if name in group else ():
                if other != name:
                    words = f"{said(other)} stands where {said(name)} belongs"
                    yield words, called(other, inside)
        if isinstance(inside, ast.Call) and len(inside.args) == 1:
            for other in OF_A_MATRIX if inside.func.id in OF_A_MATRIX else ():
                words = f"{said(other)} stands where {name} of {said(inside.func.id)} belongs"
                yield words, called(other, inside.args[0])
    if isinstance(node, ast.Constant):
        for other in (node.value - 1, node.value + 1):
            yield f"{other} stands where {node.value} belongs", ast.Constant(other)
        return
    text = ast.unparse(node)
    for name in names:
        yield f"{shown(node)} is multiplied by {name}", parsed(f"({text}) * {name}")
        yield f"{shown(node)} is divided by {name}", parsed(f"({text}) / {name}")
    for pattern, words in AROUND.items():
        yield words.format(shown(node)), parsed(pattern.format(text, text))
    if isinstance(node, ast.Name):
        for other in ("1", "2", *names):
            for pattern in INSTEAD if other not in ("1", "2") else ("{}",):
                new = pattern.format(other)
                yield f"`{new}` stands where {text} belongs", parsed(new)


def of_operator(node):
    """The changes of an operation: without a side, with another sign, the other way round."""
    left, right = shown(node.left), shown(node.right)
    if isinstance(node.op, ast.Pow):
        for power in (1, 2, 3, 4, 0.5):
            changed = ast.BinOp(node.left, node.op, ast.Constant(power))
            yield f"{left} has the power {power}", changed
        return
    yield f"{right} is missing", node.left
    yield (
        f"{left} is missing",
        {
            ast.Sub: ast.UnaryOp(ast.USub(), node.right),
            ast.Div: ast.BinOp(ast.Constant(1), ast.Div(), node.right),
        }.get(type(node.op), node.right),
    )
    one = isinstance(node.left, ast.Constant)
    for other, words in () if one else OTHER_WAY.get(type(node.op), {}).items():
        yield words.format(right=right), ast.BinOp(node.left, other(), node.right)
    if isinstance(node.op, ast.Sub | ast.Div):
        turned = ast.BinOp(node.right, node.op, node.left)
        yield f"{shown(node)} the other way round", turned


def called(name, inside):
    return ast.Call(name_of(name), [inside], [])


def changes(node, names):
    """(words, the whole with one change) for every change in a part of it or in all of it."""
    for field in ("left", "right", "operand"):
        if hasattr(node, field) and not (
            field == "right" and isinstance(getattr(node, "op", None), ast.Pow)
        ):
            for words, part in changes(getattr(node, field), names):
                parts = {f: getattr(node, f) for f in node._fields} | {field: part}
                yield words, type(node)(**parts)
    for k, inside in enumerate(getattr(node, "args", [])):
        for words, part in changes(inside, names):
            arguments = [*node.args[:k], part, *node.args[k + 1 :]]
            yield words, ast.Call(node.func, arguments, [])
    yield from itself(node, names)


def renamed(tree, new):
    """The tree with other names: {name: the text that stands everywhere in its place}."""

    class Renamed(ast.NodeTransformer):
        def visit_Name(self, node):
            return parsed(new[node.id]) if node.id in new else node

    return Renamed().visit(parsed(ast.unparse(tree)))


def throughout(tree, names):
    """(words, the whole) where a name is another one wherever it stands."""
    used = [name for name in names if name in ast.unparse(tree)]
    for one, other in combinations(names, 2):
        if one in used or other in used:
            yield f"{one} and {other} are exchanged", renamed(tree, {one: other, other: one})
    for name in used:
        for other in names:
            for pattern in ("{}", "mean({})", "{} * " + name):
                new = pattern.format(other)
                if new != name:
                    yield f"`{new}` stands where {name} belongs", renamed(tree, {name: new})
        for pattern, words in AROUND.items():
            yield words.format(name), renamed(tree, {name: f"({pattern.format(name, name)})"})


@functools.cache
def near(formula, names):
    """[(words, code)] of all formulas that are one change away, the smallest change first."""
    tree, found = parsed(formula), {}
    for words, new in (*changes(tree, names), *throughout(tree, names)):
        found.setdefault(ast.unparse(new), words)
    whole = ast.unparse(tree)
    found.pop(whole, None)
    return [
        (found[text], compile(text, "<formula>", "eval"))
        for text in sorted(found, key=lambda text: abs(len(text) - len(whole)))
    ]


def one_change(formula, cases, fits):
    """The words for the one change of the formula that explains an answer; "" for none.

    Parameters
    ----------
    formula : text, with the names of `cases` and the functions above.
    cases : a list of {name: value}.
    fits : whether a list, one value for each case, is what the learner has.

    >>> cases = [{"a": 2.0, "b": 3.0}, {"a": 1.0, "b": 5.0}]
    >>> one_change("a - b", cases, lambda values: np.allclose(values, [5.0, 6.0]))
    'the sign of `b`'
    """
    cases = [
        {k: v if callable(v) else np.asarray(v, dtype=float) for k, v in case.items()}
        for case in cases
    ]
    names = tuple(name for name, value in cases[0].items() if not callable(value))
    with np.errstate(all="ignore"):
        minus = ""
        for words, code in near(formula, names):
            try:
                values = [
                    np.asarray(eval(code, {"__builtins__": {}}, FUNCTIONS | case), dtype=float)
                    for case in cases
                ]
                if fits(values):
                    return words
                if not minus and fits([-value for value in values]):
                    minus = f"{words}, and the sign of all"
            except (ArithmeticError, LookupError, TypeError, ValueError):
                continue  # this change makes no formula for these shapes
    return minus
