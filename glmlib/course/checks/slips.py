"""What a wrong answer looks like: its size and its shape beside the right one."""

import contextlib
from itertools import combinations

import numpy as np

from .formula import one_change
from .verdicts import Stop, apart, call, numbers, reshaped, try_again

SIZES = {  # yours / right, for n rows
    "": lambda n: 1,
    "it is 1/N of the right one: a mean over the rows, the sum is asked for": lambda n: 1 / n,
    "it is N times the right one: sum over the rows once only": lambda n: n,
    "it is twice the right one: a factor 2, look for the ½": lambda n: 2,
    "it is half the right one: an extra factor ½": lambda n: 1 / 2,
    "it is 2/N of the right one: a mean over the rows, and a lost ½": lambda n: 2 / n,
}

SHAPES = {  # what was returned where another shape is right, for n rows and d columns
    "a single number: everything was added up": lambda n, d: [()],
    "flatten it, and keep y and beta one-dimensional": lambda n, d: [(d, 1), (1, d)],
    "one number for each row, the sum over the rows is missing": lambda n, d: [(n,)],
    "one row for each row of X, the sum is missing": lambda n, d: [(n, d), (d, n)],
    "a column (n, 1) met an array (n,), or X @ X.T stands for X.T @ X": lambda n, d: [(n, n)],
    "one number for each column, as a gradient has": lambda n, d: [(d,)],
    "one number for each pair of columns, as a Hessian has": lambda n, d: [(d, d)],
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
    """`value`, when it has this shape, or is a column (n, 1) of it, and is finite."""
    value = reshaped(value, shape)
    if value.shape != shape:
        n, d = case.X.shape
        words = [words for words, some in SHAPES.items() if value.shape in some(n, d)]
        if shape == (d, d) and value.shape in ((d, 1), (1, d), (d, n), (n, d)):
            words = ["X stands on one side only"]
        why = f": {words[0]}" if words else ""
        try_again(f"shape {value.shape} instead of {shape}{why}", case.where)
    if not np.isfinite(value).all():
        try_again(
            f"your function returns {numbers(value)}: log of zero, 0/0 or an overflow",
            f"{case.where}, beta = {numbers(case.betas[0])}",
        )
    return value


def same(
    f, right, cases, slips, tolerance=1e-8, parts=(), formula="", names=dict, otherwise=None
):
    """Stop unless f gives what `right` gives, and say which slip explains the difference.

    Parameters
    ----------
    f : the learner's function.
    right : the function it must agree with, of the same arguments.
    cases : {where: {argument: value}}; the words say what is special about the inputs.
    slips : {diagnosis: a function that is wrong in this way}; the first that fits is told.
    tolerance : relative, to the largest number of the right answer, or of each part.
    parts : what the rows of the right answer are called, such as ("z", "W"); then a slip is
        looked for in each row by itself.
    formula : the right answer as text, as several texts, or one for each part: an answer
        that is one change away from it is told so.
    names : of the arguments -> {name: value} of what stands in the formula.
    otherwise : (answer, arguments) -> words, asked when nothing above explains an answer.
    """

    def changed(row):
        texts = formula[row] if parts and formula else formula
        for text in (texts,) if isinstance(texts, str) else texts:
            words = text and by_formula(f, right, cases, text, names, row, tolerance)
            if words:
                return words
        return ""

    for where, given in cases.items():
        asked = np.asarray(right(**given), dtype=float)
        found = reshaped(call(f, where, **given), asked.shape)
        if found.shape != asked.shape:
            more = f", {' and '.join(parts)}" if parts else diagonal(found, asked)
            try_again(f"shape {asked.shape} is asked for{more}, yours is {found.shape}", where)
        axis = tuple(range(1, asked.ndim)) if parts else None
        largest = np.abs(asked).max(axis=axis, keepdims=True)
        # single precision is a form and no mistake, but where more digits are the task
        single = tolerance >= 1e-8 and np.array_equal(found, np.float32(found))
        size = np.where(largest > 0, largest, 1.0) * max(tolerance, 1e-5 * single)
        size = np.broadcast_to(size, asked.shape)
        if close(found, asked, size):
            continue
        rows = range(len(asked)) if parts else [...]
        off = [row for row in rows if not close(found[row], asked[row], size[row])]
        said = {row: "" for row in off}
        for slip, wrong in slips.items():
            other = np.asarray(wrong(**given), dtype=float)
            if other.shape not in (asked.shape, ()):
                continue
            for row in off if other.shape else [...]:
                if row in said and said[row] or close(other[row], asked[row], size[row]):
                    continue  # on these inputs the slip does no harm
                if np.allclose(found[row], other[row], rtol=1e-6, atol=size.max(),
                               equal_nan=True):  # fmt: skip
                    said[row] = slip
        wrong = np.nan_to_num(np.abs(found - asked) / size, nan=np.inf)
        j = int(wrong.argmax())
        one, other = apart(found.ravel()[j], asked.ravel()[j], 6)
        words = "; ".join(dict.fromkeys(said[row] for row in off if said[row]))
        if parts and close(found[::-1], asked, size):
            words = f"{' and '.join(parts)} are swapped: return them in this order"
        elif parts and not all(said.values()):
            row = next(row for row in off if not said[row])
            words = known(found[row], asked[row]) or changed(row)
            words = f"{parts[row]}: {words or generic(found[row], asked[row])}"
        elif not words:
            if asked.size == 1 and np.isfinite(found):  # one tells little: take all cases
                found, asked = singles(f, right, cases) or (found, asked)
            words = known(found, asked) or changed(...) or probed(f, right, given, where)
            words = words or (otherwise(found, **given) if otherwise else "")
            words = words or generic(found, asked)
        try_again(f"{words}\nyours {one}, the right one {other}", where)


def by_formula(f, right, cases, formula, names, row, tolerance):
    """Which one change of a formula gives the learner's answers in all cases, in words."""
    answers, values = [], []
    for where, given in cases.items():
        with contextlib.suppress(Stop):
            asked = np.asarray(right(**given), dtype=float)
            found = reshaped(call(f, where, **given), asked.shape)
            if found.shape == asked.shape and np.isfinite(found).all():
                answers.append(found[row])
                values.append(names(**given))
    if sum(map(np.size, answers)) < 2:
        return ""

    def fits(found):
        return all(
            np.allclose(one, other, rtol=max(1e-6, tolerance), atol=1e-9 * np.abs(one).max())
            for one, other in zip(answers, found, strict=True)
        )

    return one_change(formula, values, fits)


def probed(f, right, given, where):
    """What an answer depends on in another way than the right one does, "" if unknown.

    One argument, or two, are made a tenth and a fifth larger: an answer that stays the same
    does not use them, and where both answers are powers of them, the powers can be told.
    """

    def varies(value):
        value = np.asarray(value)
        return value.dtype.kind == "f" and bool(np.any(value % 1))

    names = [name for name, value in given.items() if varies(value)]
    for some in [*((name,) for name in names), *combinations(names, 2)]:
        pairs = []
        for more in (1.0, 1.1, 1.2):
            grown = given | {name: more * given[name] for name in some}
            with contextlib.suppress(Stop, ValueError, KeyError):
                pairs.append([call(f, where, **grown).ravel(), np.ravel(right(**grown))])
        if len(pairs) < 3 or not np.isfinite(pairs).all():
            continue
        now, tenth, fifth = np.array(pairs)
        what = " and ".join(some)
        stays, moves = (np.allclose(now[k], fifth[k], rtol=1e-9) for k in (0, 1))
        if stays and not moves:
            return f"your answer does not change with {what}"
        with np.errstate(all="ignore"):
            power = np.log(tenth / now) / np.log(1.1), np.log(fifth / now) / np.log(1.2)
        pure = np.isfinite(power).all() and np.ptp(power, axis=(0, 2)).max() < 1e-6
        if pure and abs(power[0][0, 0] - power[0][1, 0]) > 1e-6:
            yours, due = (f"{2**p:.3g} times as large" for p in power[0][:, 0])
            return f"with {what} twice as large, yours is {yours}, the right one {due}"
    return ""


def singles(f, right, cases):
    """The learner's and the right answers where both are one number, or nothing if few are."""
    pairs = [(call(f, where, **given), right(**given)) for where, given in cases.items()]
    pairs = [pair for pair in pairs if np.size(pair[0]) == np.size(pair[1]) == 1]
    flat = np.array([[np.ravel(one)[0] for one in pair] for pair in pairs], dtype=float)
    return tuple(flat.T) if len(flat) > 2 else ()


def close(found, asked, size):
    """Whether all are equal within `size`."""
    with np.errstate(invalid="ignore"):
        return bool((np.abs(found - asked) <= size).all())


def diagonal(found, asked):
    """What to say when a matrix with nothing beside its diagonal stands for a vector."""
    d = asked.shape[:1]
    if asked.ndim == 1 and found.shape == 2 * d and d != (1,):
        if not found[~np.eye(*d, dtype=bool)].any():
            return " (np.diag makes a matrix of a vector, and a vector of a matrix)"
        return ", one number for each and not one for each pair"
    return ""


TURNED = {  # what may have been done to the right number
    "the sign: it is minus the right one": lambda v: -v,
    "the sign is lost: it is the absolute value of the right one": lambda v: np.abs(v),
    "it is twice the right one": lambda v: 2 * v,
    "it is half the right one": lambda v: v / 2,
    "upside down: it is one over the right one": lambda v: 1 / v,
    "it is the square of the right one": lambda v: v**2,
    "it is the square root of the right one": lambda v: np.sqrt(v),
    "it is the logarithm of the right one": lambda v: np.log(v),
    "it is the exponential of the right one": lambda v: np.exp(v),
    "it is one minus the right one": lambda v: 1 - v,
}


UNKNOWN = "not the right value"


def generic(found, asked):
    """What is wrong with an answer that no slip explains; in the end only how much is.

    >>> generic(np.array([4.0, 1.0]), np.array([1.0, 4.0]))
    'the right numbers in another order'
    >>> generic(np.array([1.0, -2.0, 3.0]), np.array([1.0, 2.0, 3.0]))
    'entry 1 alone is off, counted from 0: the sign: it is minus the right one'
    >>> generic(np.array([1.0, 2.0, 5.0]), np.array([1.0, 7.0, 8.0]))
    'only the first of 3 is right: what is special about the others?'
    """
    words = known(found, asked)
    right = (np.abs(found - asked) <= 1e-6 * (np.abs(asked).max() or 1.0)).ravel()
    if not words and np.isin(asked, (0, 1)).all() and not np.isin(found, (0, 1)).all():
        return "True or False is asked for each, and yours are other numbers"
    if not words and right.any():
        off = np.flatnonzero(~right)
        which = f"{right.sum()} of {right.size} numbers are right"
        if len(off) == 1:
            which = f"entry {off[0]} alone is off, counted from 0"
        elif right.tolist() == [True, *[False] * (right.size - 1)]:
            which = f"only the first of {right.size} is right"
        rest = known(found.ravel()[off], asked.ravel()[off])
        return f"{which}: {rest or 'what is special about the others?'}"
    return words or UNKNOWN


RATIOS = {  # yours over the right one
    np.log10(np.e): "the logarithm has the base 10",
    np.log(10): "10 stands where e belongs, or the logarithm of 10 is missing",
    np.log2(np.e): "the logarithm has the base 2",
    np.log(2): "2 stands where e belongs",
    100: "in per cent",
    1 / 100: "one hundredth of the right one: per cent of per cent",
    1.96: "the 1.96 of an interval is in it",
    1 / 1.96: "divided by the 1.96 of an interval",
}


def known(found, asked):
    """What was done to the right answer, as far as the numbers alone tell; else "".

    >>> known(np.array(0.25), np.array(4.0))
    'upside down: it is one over the right one'
    >>> known(np.array([1.23, 0.46]), np.array([1.2345, 0.4567]))
    'rounded to 2 digits after the point: round nothing before the end'
    >>> known(np.array([10.0, 20.0]), np.array([0.1, 0.2]))
    'it is 100 times the right one: in per cent'
    """
    if np.isnan(found).any():
        return (
            "not a number (NaN): the root or the logarithm of a negative number, 0/0, or ∞ − ∞"
        )
    if not np.isfinite(found).all():
        return "not finite: an overflow, a division by zero, or the log of zero"
    size = 1e-6 * (np.abs(asked).max() or 1.0)
    for places in range(6):
        if found.any() and np.allclose(found, np.round(asked, places), rtol=0, atol=1e-12):
            return f"rounded to {places} digits after the point: round nothing before the end"
    if np.abs(found - asked).max() <= 1000 * size:
        digits = max(3, round(-np.log10(np.abs(found - asked).max() / (1e6 * size) + 1e-99)))
        return (
            f"right to about {digits} digits, not to more: a rounded constant, too few "
            "iterations, or single precision"
        )
    if not found.any():
        return "it is 0: is anything computed yet?"
    with np.errstate(all="ignore"):
        for words, turned in TURNED.items():
            if np.allclose(found, turned(asked), rtol=1e-6, atol=0):
                return words
        if found.size > 1:
            if np.allclose(
                np.sort(found.ravel()), np.sort(asked.ravel()), rtol=1e-6, atol=size
            ):
                return "the right numbers in another order"
        used = np.abs(asked) > size
        ratio = (found[used] / asked[used]) if used.any() else np.array([0.0])
        if near(ratio, ratio[0]) and np.allclose(
            found, ratio[0] * asked, rtol=1e-4, atol=size
        ):
            why = [words for value, words in RATIOS.items() if near(ratio, value)]
            if why or found.size > 1:
                times = f"it is {ratio[0]:.4g} times the right one"
                return f"{times}: {why[0] if why else 'a constant factor'}"
        if found.size > 1 and np.ptp(found) < size < np.ptp(asked):
            return "all numbers are the same: each has its own"
        gap = (found - asked).ravel()
        if found.size > 1 and np.allclose(gap, gap[0], rtol=1e-6, atol=size):
            return "off by the same number everywhere: something was added or left out"
    return ""
