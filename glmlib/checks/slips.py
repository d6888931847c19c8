"""What a wrong answer looks like: its size and its shape beside the right one."""

import numpy as np

from .verdicts import call, numbers, try_again

SIZES = {  # yours / right, for n rows
    "": lambda n: 1,
    "it is 1/N of the right one: a mean over the rows, the sum is asked": lambda n: 1 / n,
    "it is N times the right one: sum over the rows once only": lambda n: n,
    "it is twice the right one: a factor 2, look for the ½": lambda n: 2,
    "it is half the right one: a factor ½ too many": lambda n: 1 / 2,
    "it is 2/N of the right one: a mean over the rows, and a lost ½": lambda n: 2 / n,
}

SHAPES = {  # what stands where another shape is asked, for n rows and d columns
    "a single number, nothing is left of the rest": lambda n, d: [()],
    "flatten it, and keep y and beta one-dimensional": lambda n, d: [(d, 1), (1, d)],
    "one number for each row, the sum over the rows is missing": lambda n, d: [(n,)],
    "one row for each row of X, the sum is missing": lambda n, d: [(n, d), (d, n)],
    "a column (n, 1) met an array (n,), or X @ X.T stands for X.T @ X": lambda n, d: [(n, n)],
    "one number for each column, as a gradient has": lambda n, d: [(d,)],
    "one number for each pair of columns, as a Hessian has": lambda n, d: [(d, d)],
    "a number inside an array": lambda n, d: [(1,), (1, 1)],
}


def by_ratio(yours, right, n, minus):
    """The words for a constant ratio of yours to right; "" when it is not constant."""
    used = np.abs(right) > 1e-6 * np.abs(right).max()
    ratio = yours[used] / right[used]
    for sign, words in ((1, ""), (-1, minus)):
        for more, size in SIZES.items():
            if near(ratio, sign * size(n)):
                return "; ".join(filter(None, [words, more]))
    if near(ratio, ratio[0]) and ratio[0] and len(ratio) > 1:
        return f"it is {ratio[0]:.4g} times the right one: a constant factor"
    return ""


def near(values, value):
    """Whether all are equal, within the error of finite differences."""
    return np.allclose(values, value, rtol=1e-4, atol=0)


def of_shape(value, shape, case):
    """`value`, when it has this shape and is finite."""
    if value.shape != shape:
        n, d = case.X.shape
        words = [words for words, some in SHAPES.items() if value.shape in some(n, d)]
        why = f": {words[0]}" if words else ""
        try_again(f"shape {value.shape} instead of {shape}{why}", case.where)
    if not np.isfinite(value).all():
        try_again(
            f"your function returns {numbers(value)}: log of zero, 0/0 or an overflow",
            f"{case.where}, beta = {numbers(case.betas[0])}",
        )
    return value


def same(f, right, cases, slips, tolerance=1e-8):
    """Stop unless f gives what `right` gives, and say which slip explains the difference.

    Parameters
    ----------
    f : the learner's function.
    right : the function it must agree with, of the same arguments.
    cases : {where: {argument: value}}; the words say what is special about the inputs.
    slips : {diagnosis: a function that is wrong in this way}; the first that fits is told.
    tolerance : relative, to the largest number of the right answer.
    """
    for where, given in cases.items():
        asked = np.asarray(right(**given), dtype=float)
        found = call(f, where, **given)
        if found.shape != asked.shape:
            try_again(f"shape {asked.shape} is asked, yours is {found.shape}", where)
        size = tolerance * (np.abs(asked).max() or 1.0)
        if np.allclose(found, asked, rtol=0, atol=size):
            continue
        words = "not the right value"
        if not np.isfinite(found).all():
            words = "not finite: an overflow, a division by zero, or the log of zero"
        for slip, wrong in slips.items():
            other = np.asarray(wrong(**given), dtype=float)
            if np.allclose(other, asked, rtol=0, atol=size):
                continue  # on these inputs the slip does no harm
            if np.allclose(found, other, rtol=1e-6, atol=size, equal_nan=True):
                words = slip
                break
        j = int(np.nan_to_num(np.abs(found - asked), nan=np.inf).argmax())
        yours, due = found.ravel()[j], asked.ravel()[j]
        # as many digits as tell them apart
        digits = next((k for k in (6, 9, 12) if f"{yours:.{k}g}" != f"{due:.{k}g}"), 17)
        if digits > 6 and words == "not the right value":
            words = "right to six digits, not to more: single precision, or a rounded constant"
        try_again(f"{words}\nyours {yours:.{digits}g}, the right one {due:.{digits}g}", where)
