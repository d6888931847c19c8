"""What an exception in a learner's code is in words: the line, the product, both shapes."""

import ast
import linecache
import re
from textwrap import fill, shorten

import numpy as np

ADVICE = {  # part of what Python or NumPy says: what to do
    "converted to Python scalar": "a function of `math`, or float(), takes one number: use "
    "np.log, np.exp and so on, which work on arrays",
    "truth value of an array": "`if` needs one True or False and gets one for each entry: "
    "np.where chooses entry by entry",
    "positional argument": "look at the arguments that the function should take",
    "Singular matrix": "this matrix has no inverse",
    "maximum recursion depth": "the function calls itself without end",
    "Infs or NaNs": "your numbers already include infinities or NaN",
}


def explained(error):
    """An exception's name and what it says, in lines that can be read.

    >>> explained(ZeroDivisionError("division by zero"))
    'ZeroDivisionError: division by zero'
    >>> explained(TypeError("unhashable: <Track object at 0x7fa958bd6450>"))
    'TypeError: unhashable: <Track object>'
    """
    try:
        words = re.sub(" at 0x[0-9a-fA-F]+", "", " ".join(str(error).split()))
    except Exception:  # it cannot say what it is
        words = ""
    name = type(error).__name__
    product = mismatched(error) if isinstance(error, ValueError) else ""
    if product:
        return lines(f"{name}: {product}")
    advice = [more for part, more in ADVICE.items() if part in words]
    words = shorten(words, 400, placeholder=" …")  # between words
    text = "; ".join(filter(None, [words, *advice]))
    return lines(f"{name}: {text}" if text else name)


def lines(text):
    """A text that is too long for one line in several, broken between words."""
    return text if len(text) < 130 else fill(text, 90, break_on_hyphens=False)


def mismatched(error):
    """For arrays that do not fit: the product and both shapes, as far as they are known.

    >>> X, mu = np.ones((4, 3)), np.ones(4)
    >>> try:
    ...     X @ mu
    ... except ValueError as error:
    ...     mismatched(error)
    'in `X @ mu` the shapes (4, 3) and (4,) do not fit'
    """
    words = str(error)
    if not any(part in words for part in ("mismatch", "not aligned", "broadcast together")):
        return ""
    for frame, position in reversed(list(places(error))):
        expression = source_at(frame.f_code, position)
        operands = factors(expression)
        try:
            values = [eval(ast.unparse(o), frame.f_globals, frame.f_locals) for o in operands]
            shapes = [np.shape(value) for value in values]
        except Exception:
            continue
        if len(shapes) == 2:
            shown = ast.unparse(ast.parse(expression, mode="eval"))
            what = f"in `{shown}`" if len(shown) < 60 else "in a product of yours"
            return f"{what} the shapes {shapes[0]} and {shapes[1]} do not fit"
    if "(size " in words:
        one, other = words.split("(size ")[1].rstrip(")").split(" is different from ")
        return (
            "the two factors of a product do not fit, one has the size "
            f"{one} where the other has {other}"
        )
    return words


def places(error):
    """(frame, (line, end line, column, end column)) for each step of the traceback."""
    step = error.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        position = list(code.co_positions())[step.tb_lasti // 2]
        yield step.tb_frame, position
        step = step.tb_next


def source_at(code, position):
    """The text of the expression at a position, "" where its source is not known."""
    line, end, start, stop = position
    if None in position:
        return ""
    lines = [linecache.getline(code.co_filename, k) for k in range(line, end + 1)]
    if not all(lines):
        return ""
    raw = [text.encode() for text in lines]  # columns count bytes
    raw[-1] = raw[-1][:stop]
    raw[0] = raw[0][start:]
    return b"".join(raw).decode().strip()


def factors(expression):
    """The two operands of an expression such as `X @ mu` or `np.dot(X, mu)`; else []."""
    try:
        node = ast.parse(expression, mode="eval").body
    except SyntaxError:
        return []
    if isinstance(node, ast.BinOp):
        return [node.left, node.right]
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if name in ("dot", "matmul", "inner") and len(node.args) == 2:
            return node.args
        if name in ("dot", "inner") and len(node.args) == 1:
            return [node.func.value, *node.args]
    return []
