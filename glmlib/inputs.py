"""What may go into a model, and the sentence that everything else gets.

The rule: nothing is silently dropped, broadcast, clipped or split. Wrong input raises
ValueError with what was given, what is needed and where.
"""

import numbers
import sys

import numpy as np


class ConvergenceWarning(UserWarning):
    """A fit has no finite or unique answer, or did not reach it."""


class DataWarning(UserWarning):
    """The answer exists, but the data deserve a second look."""


# a square of this size, weighted by this size, is still a double
LARGEST = 1e75
BEYOND = "beyond what can be squared in double precision (1e±75): take other units"


def floats(values, what):
    """`values` as a float64 array; ValueError for text, complex or masked values.

    >>> floats([1, 2, True], "y")
    array([1., 2., 1.])
    """
    if isinstance(values, np.ma.MaskedArray):
        raise ValueError(f"{what} is a masked array: fill it or drop the masked rows first")
    if hasattr(values, "toarray"):
        raise ValueError(f"{what} is a sparse matrix: pass {what}.toarray()")
    try:
        array = np.asarray(values)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{what} is not a rectangular array of numbers: {error}") from None
    if array.dtype == object:
        bad = next((v for v in array.flat if isinstance(v, (str, bytes, complex))), None)
        if bad is not None:
            raise ValueError(f"{what} must hold numbers, got {bad!r} of {type(bad).__name__}")
    elif array.dtype.kind not in "biuf":
        kinds = {"U": "text", "S": "text", "c": "complex numbers", "T": "text"}
        kind = kinds.get(array.dtype.kind, f"values of type {array.dtype}")
        raise ValueError(f"{what} must hold real numbers, got {kind}")
    try:
        with np.errstate(over="ignore"):
            return array.astype(float)
    except (ValueError, TypeError, OverflowError) as error:
        raise ValueError(f"{what} must hold numbers: {error}") from None


def finite(array, what, names=None):
    """`array` unchanged; ValueError with the count and the first place of NaN or inf, and
    of numbers whose squares would overflow."""

    def first(bad):
        place = tuple(int(i) for i in np.argwhere(bad)[0])
        where = f"row {place[0]}"
        if len(place) == 2:
            where += f", column {names[place[1]] if names else place[1]}"
        return f"{array[place]}", where

    bad = ~np.isfinite(array)
    if bad.any():
        value, where = first(bad)
        raise ValueError(
            f"{what} has {int(bad.sum())} value(s) that are NaN or infinite, "
            f"the first ({value}) at {where}"
        )
    if (np.abs(array) > LARGEST).any():
        value, where = first(np.abs(array) > LARGEST)
        raise ValueError(f"{what} has {value} at {where}, {BEYOND}")
    return array


def not_tiny(sizes, what, place="row {}", names=None):
    """ValueError where a size above 0 is so small that its inverse square overflows."""
    tiny = (sizes > 0) & (sizes < 1 / LARGEST)
    if tiny.any():
        j = int(np.argmax(tiny))
        where = place.format(names[j] if names else j)
        raise ValueError(f"{what} has {sizes[j]} at {where}, {BEYOND}")


def design_matrix(X, what="X"):
    """X as float64 (n, d), with its column names and its index (None without pandas)."""
    names = [str(c) for c in X.columns] if hasattr(X, "columns") else None
    index = X.index if hasattr(X, "columns") and hasattr(X, "index") else None
    array = floats(X, what)
    if array.ndim == 1:
        raise ValueError(
            f"{what} is one-dimensional, shape {array.shape}: it needs rows and columns; "
            f"{what}.reshape(-1, 1) makes one column of it"
        )
    if array.ndim != 2:
        raise ValueError(f"{what} needs two dimensions (n, d), got shape {array.shape}")
    if array.shape[0] == 0 or array.shape[1] == 0:
        short = "rows" if array.shape[0] == 0 else "columns"
        raise ValueError(f"{what} has 0 {short}, shape {array.shape}")
    if names is None:
        constant = np.ptp(array, axis=0) == 0 if np.isfinite(array).all() else [False]
        ones = bool(constant[0]) and array[0, 0] == 1
        names = [f"x{j}" for j in range(array.shape[1])]
        if ones:
            names[0] = "intercept"
    # column by column in memory, which makes X @ beta and X.T @ r a third faster
    array = np.asfortranarray(finite(array, what, names))
    not_tiny(np.abs(array).max(axis=0), what, "most in column {}", names)
    return array, names, index


def vector(values, n, what, per="row of X"):
    """`values` as float64 (n,); a single column (n, 1) is taken as (n,), never broadcast."""
    array = floats(values, what)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1:
        raise ValueError(f"{what} needs shape ({n},), got {array.shape}: never broadcast")
    if len(array) != n:
        raise ValueError(
            f"{what} has {len(array)} values, but {n} are needed: one for each {per}"
        )
    return array


def response(y, n, family, weighted):
    """y as float64 (n,) in the family's support; ValueError names the first row outside."""
    if family.name == "binomial" and not weighted:
        labels(y)
    y = finite(vector(y, n, "y"), "y")
    low, high = family.support
    outside = (y < low) | (y > high) | (family.open_support & (y == low))
    if outside.any():
        row = int(np.argmax(outside))
        need = f"{low:g} < y" if family.open_support else f"y between {low:g} and {high:g}"
        if family.counts:
            need = "counts, y ≥ 0"
        raise ValueError(
            f"y[{row}] = {y[row]:g}: the {family.name} family needs {need} "
            f"({int(outside.sum())} value(s) outside)"
        )
    return y


def labels(y):
    """ValueError unless y holds only 0 and 1 (False and True)."""
    if isinstance(y, np.ma.MaskedArray):
        return
    try:
        values = np.unique(np.asarray(y).astype(object)).tolist()
        # NaN and inf have a sentence of their own
        if any(isinstance(v, float) and not np.isfinite(v) for v in values):
            return
        wrong = not set(values) <= {0, 1}
    except (TypeError, ValueError):
        return
    if wrong:
        shown = ", ".join(repr(v) for v in values[:4]) + (", …" if len(values) > 4 else "")
        cure = "for proportions pass the numbers of trials as weights"
        if len(values) == 2:
            cure = f"pass (y == {values[-1]!r})"
        raise ValueError(f"y must be 0 or 1, got {{{shown}}}: {cure}")


def prior_weights(weights, n):
    """Prior weights (n,), ones when None; ValueError when negative, not finite or all 0."""
    if weights is None:
        return np.ones(n)
    weights = finite(vector(weights, n, "weights"), "weights")
    if (weights < 0).any():
        row = int(np.argmax(weights < 0))
        raise ValueError(f"weights must not be negative, got {weights[row]:g} at row {row}")
    not_tiny(weights, "weights")
    if not weights.any():
        raise ValueError("weights are all 0: no observation is left")
    return weights


def offsets(offset, n):
    """The offset (n,), zeros when None; ValueError names the row where it is not finite."""
    if offset is None:
        return np.zeros(n)
    offset = vector(offset, n, "offset")
    bad = ~np.isfinite(offset)
    if bad.any():
        row = int(np.argmax(bad))
        raise ValueError(
            f"offset is {offset[row]} at row {row}: it must be finite; "
            "the logarithm of an exposure needs an exposure above 0"
        )
    return finite(offset, "offset")


def coefficients(beta, d, what="beta"):
    """beta as float64 (d,), of any size but of the right shape."""
    return vector(beta, d, what, per="column of X")


def positive(value, what):
    """A positive finite float; ValueError for bool, text, NaN, infinity, 0 and below."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Real):
        raise ValueError(f"{what} must be a positive number, got {value!r}")
    if not 0 < value <= sys.float_info.max or float(value) == 0:
        raise ValueError(f"{what} must be positive and finite, got {value}")
    return float(value)


def whole(value, what):
    """A whole number from 1 to 10⁹; ValueError for anything else."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Integral):
        raise ValueError(f"{what} must be a whole number of at least 1, got {value!r}")
    if value < 1:
        raise ValueError(f"{what} must be at least 1, got {value}")
    if value > 10**9:
        raise ValueError(f"{what} must be at most 1,000,000,000: nobody waits for more")
    return int(value)


def entry(value, table, kind, what):
    """A family or link given as an object or by name; the error lists what there is."""
    if isinstance(value, kind):
        return value
    if isinstance(value, str):
        make = table.get(value.lower())
        if make is None:
            raise ValueError(f"there is no {what} {value!r}: choose from {', '.join(table)}")
        if value.lower() == "negative binomial":
            raise ValueError("the negative binomial needs theta: NegativeBinomial(theta)")
        return make()
    if callable(value):
        raise TypeError(f"{what} is a function: call it, as in {what}={value.__name__}()")
    raise TypeError(f"{what} must be one of {', '.join(table)}, got {value!r}")
