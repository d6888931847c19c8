"""What may go into a model, and the sentence that everything else gets.

The rule: nothing is silently dropped, broadcast, clipped or split, and what has a name is
never taken by its position. Wrong input raises ValueError with what was given, what is
needed and where.
"""

import numbers
import reprlib
import sys
import warnings
from decimal import Decimal

import numpy as np


class ConvergenceWarning(UserWarning):
    """A fit has no finite or unique answer, or did not reach it."""


class DataWarning(UserWarning):
    """The answer exists, but the data deserve a second look."""


# a square of this size, weighted by this size, is still a double
LARGEST = 1e75
BEYOND = "beyond what can be squared in double precision (1e±75): take other units"
BLOCK = 2**18  # numbers that are looked at together: two megabytes, which a cache holds
FOLD = 32  # rows side by side


def slices(n, d=1):
    """Blocks of n rows with d numbers each, as slices."""
    rows = max(BLOCK // d, 1)
    return (slice(i, i + rows) for i in range(0, n, rows))


# ---- from anything to numbers


def array_of(values, what, shape="(n,)"):
    """`values` as an array, of numbers or not; ValueError for masks and for what is none."""
    if hasattr(values, "toarray") or hasattr(values, "todense"):
        raise ValueError(f"{what} is a sparse matrix: pass {what}.toarray()")
    if isinstance(values, np.ma.MaskedArray) or (
        isinstance(values, (list, tuple)) and any(map(is_masked, values))
    ):
        raise ValueError(masked(values, what))
    try:
        array = np.asarray(values)
    except Exception as error:  # whatever an object says when it is asked for an array
        raise ValueError(f"{what} is not a rectangular array of numbers: {error}") from None
    if array.ndim == 0:
        kind = "None" if values is None else f"of type {type(values).__name__}"
        if isinstance(values, np.ndarray):
            kind = "an array of shape ()"
        cure = f": pass list({what})" if hasattr(values, "__next__") else ""
        if isinstance(values, dict) and hasattr(values, "columns"):  # the course's own tables
            cure = f": pass {what}.columns(name, …)"
        raise ValueError(f"{what} is {kind}, but must be an array of shape {shape}{cure}")
    if array.dtype.names:
        fields = ", ".join(array.dtype.names)
        raise ValueError(f"{what} has the fields {fields}: pass pandas.DataFrame({what})")
    return array


@np.errstate(all="ignore")  # a table of half precision overflows where it is only printed
def short(value):
    """The repr of a value, cut where it is long."""
    return reprlib.repr(value)


def is_masked(row):
    """Whether a row of a list is masked, or holds something that is."""
    inside = row if isinstance(row, (list, tuple)) else ()
    return isinstance(row, np.ma.MaskedArray) or any(map(is_masked, inside))


def masked(values, what):
    """The sentence for a masked array, or for a list with one in it."""

    def mask(part):
        inside = isinstance(part, (list, tuple))
        return [mask(p) for p in part] if inside else np.ma.getmaskarray(part).tolist()

    cure = f"drop those rows or fill them, as {what}.filled does"
    try:
        at = np.argwhere(np.array(mask(values), dtype=bool))
    except (ValueError, TypeError):  # rows of different lengths
        return f"{what} is masked: {cure}"
    if not len(at):
        return f"{what} is a masked array without a masked value: pass {what}.data"
    return f"{what} is masked: {len(at)} value(s), the first at {place(at[0])}: {cure}"


def floats(values, what, names=None):
    """`values` as a float64 array; ValueError for missing values, text, dates, complex ones.

    NaN and infinity are numbers here: `finite` refuses them.

    >>> floats([1, 2, True], "y")
    array([1., 2., 1.])
    """
    array = array_of(values, what)
    if array.dtype == np.float64:
        return array
    if array.dtype.kind == "O" and not all(map(is_number, set(map(type, array.flat)))):
        raise ValueError(odd(array, what, names))
    if array.dtype.kind in "mM" and np.isnat(array).any():
        raise ValueError(odd(array.astype(object), what, names))
    if array.dtype.kind not in "biufO":
        kinds = {"U": "text", "S": "text", "c": "complex numbers", "T": "text"}
        kind = kinds.get(array.dtype.kind, f"values of type {array.dtype}")
        raise ValueError(f"{what} must hold real numbers, got {kind}")
    try:
        with np.errstate(over="ignore"):
            array = array.astype(float, order="F")
    except (ValueError, TypeError, OverflowError) as error:
        raise ValueError(f"{what} must hold numbers: {error}") from None
    array.flags.writeable = False  # nobody else has it: `owned` need not copy it again
    return array


def is_number(kind):
    """Whether objects of this type are real numbers; a span of time is none."""
    real = issubclass(kind, (numbers.Real, Decimal, np.bool_))
    return real and not issubclass(kind, np.timedelta64)


def odd(array, what, names):
    """The sentence for an array of objects that holds missing values, or no numbers."""

    def missing(value):
        if isinstance(value, Decimal):
            return not value.is_finite()
        if isinstance(value, (float, np.floating)):
            return not abs(value) < np.inf
        return value is None or type(value).__name__ in ("NAType", "NaTType", "MaskedConstant")

    bad = np.array([missing(v) for v in array.flat]).reshape(array.shape)
    if bad.any():
        first = np.argwhere(bad)[0]
        return unusable("missing, NaN", bad.sum(), array[tuple(first)], what, first, names)
    bad = np.array([not is_number(type(v)) for v in array.flat]).reshape(array.shape)
    first = np.argwhere(bad)[0]
    value = array[tuple(first)]
    return (
        f"{what} must hold numbers, got {short(value)} of {type(value).__name__} "
        f"at {place(first, names)}"
    )


def unusable(kinds, count, value, what, first, names, cure=""):
    """The sentence for values that cannot be used."""
    return (
        f"{what} has {int(count)} value(s) that are {kinds} or infinite, "
        f"the first ({value}) at {place(first, names)}{cure}"
    )


def place(at, names=None):
    """Where a value stands, in words.

    >>> place((3, 1)), place((3, 1), ["intercept", "age"]), place((3,))
    ('row 3, column x1', 'row 3, column age', 'row 3')
    """
    row, *columns = (int(i) for i in at)
    return ", ".join(
        [f"row {row}", *(f"column {names[j] if names else f'x{j}'}" for j in columns)]
    )


def finite(array, what, names=None, cure=""):
    """`array` unchanged; ValueError with the count and the first place of NaN or inf, and
    of numbers whose squares would overflow."""

    def find(is_bad):
        """How many are bad, and the place of the first."""
        count, first = 0, None
        for rows in slices(len(array), array[:1].size):
            bad = is_bad(array[rows])
            if first is None and bad.any():
                first = np.argwhere(bad)[0]
                first[0] += rows.start
            count += np.count_nonzero(bad)
        return count, first

    for rows in slices(len(array), array[:1].size):
        part = array[rows]
        # of NaN both are NaN, and no comparison with it holds
        if not (part.min() >= -LARGEST and part.max() <= LARGEST):
            break
    else:
        return array
    count, first = find(lambda rows: ~np.isfinite(rows))
    if count:
        value = array[tuple(first)]
        raise ValueError(unusable("NaN", count, value, what, first, names, cure))
    _, first = find(lambda rows: np.abs(rows) > LARGEST)
    raise ValueError(f"{what} has {array[tuple(first)]} at {place(first, names)}, {BEYOND}")


def extremes(X):
    """The smallest and the largest value of each column of X, (d,) each; NaN if one is NaN."""
    parts = [(extreme(np.min, X[rows]), extreme(np.max, X[rows])) for rows in slices(*X.shape)]
    lows, highs = zip(*parts, strict=True)
    return np.min(lows, axis=0), np.max(highs, axis=0)


def extreme(f, X):
    """f(X, axis=0), for np.min or np.max: NumPy is slow along an axis of d numbers, and fast
    along FOLD · d."""
    n = len(X) // FOLD * FOLD
    if n:
        top = f(X[:n].reshape(-1, FOLD * X.shape[1]), axis=0)
        X = np.vstack([top.reshape(FOLD, -1), X[n:]])
    return f(X, axis=0)


def not_tiny(sizes, what, place="row {}", names=None):
    """ValueError where a size above 0 is so small that its inverse square overflows."""
    tiny = (sizes > 0) & (sizes < 1 / LARGEST)
    if tiny.any():
        j = int(np.argmax(tiny))
        where = place.format(names[j] if names else j)
        raise ValueError(f"{what} has {sizes[j]} at {where}, {BEYOND}")


# ---- arrays that stay as they are


def owned(array):
    """A read-only float64 array with these values, which nobody else can change.

    `array` itself where neither it nor what it is a view of can be written, a memory map
    opened for reading too; a copy of everything else. Columns of a copy lie together in
    memory, which makes X @ beta and X.T @ r a third faster.
    """
    if array.flags.aligned and frozen(array):
        return array
    copy = np.empty(array.shape, order="F")
    for rows in slices(len(array), 8 * array[:1].size):  # twice as fast as all rows at once
        copy[rows] = array[rows]
    copy.flags.writeable = False
    return copy


def frozen(array):
    """Whether neither an array nor anything that it is a view of can be written."""
    while isinstance(array, np.ndarray):
        if array.flags.writeable:
            return False
        array = array.base
    try:
        return array is None or memoryview(array).readonly
    except TypeError:  # no buffer that could be asked
        return False


# ---- names and labels


def table(X):
    """X itself; a pandas table where X speaks the interchange protocol and nothing else."""
    if hasattr(X, "__array__") or not hasattr(X, "__dataframe__"):
        return X
    from pandas.api.interchange import from_dataframe

    with warnings.catch_warnings():  # pandas means to give it up
        warnings.simplefilter("ignore", DeprecationWarning)
        return from_dataframe(X)


def column_names(X):
    """The names of a table's columns, as text; None for what has no names.

    pandas, polars and all that follow them have `columns`, Arrow has `column_names`.
    """
    if not hasattr(X, "__array__"):
        return None
    names = getattr(X, "column_names", None)
    if names is None or callable(names):
        names = getattr(X, "columns", None)
    return None if names is None or callable(names) else [str(name) for name in names]


def row_labels(values):
    """The index of a pandas object; None for what has none."""
    index = getattr(values, "index", None)
    return index if callable(getattr(index, "equals", None)) else None


def common_index(**given):
    """The index of all that carry one, None when nothing does; ValueError when two differ.

    Rows are not put in order: an index may name a row twice, and most often it differs
    because something went wrong before. What has no index is taken by position.

    >>> common_index(X=[[1.0], [2.0]], y=[1, 2]) is None
    True
    """
    first = common = None
    for what, values in given.items():
        index = row_labels(values)
        if common is None:
            first, common = what, index
        elif index is not None and not (len(index) == len(common) and index.equals(common)):
            raise ValueError(f"{first} and {what} carry different indexes: align them first")
    return common


def positions(given, names, what):
    """Where each of `names` stands among the names `given`; ValueError lists what differs.

    0, 1, 2, … are what pandas calls columns without a name: they stand for their position.
    """
    if given == names or given == [str(j) for j in range(len(names))]:
        return slice(None)
    lacks = [name for name in names if name not in given]
    unknown = [name for name in given if name not in names]
    twice = [name for name in dict.fromkeys(given) if given.count(name) > 1]
    faults = [
        f"lacks {', '.join(lacks)}" if lacks else "",
        f"has {', '.join(unknown)}, unknown to the model" if unknown else "",
        f"has {', '.join(twice)} more than once" if twice else "",
    ]
    if any(faults):
        cure = "; add_intercept makes the intercept" if lacks == ["intercept"] else ""
        raise ValueError(
            f"{what} {' and '.join(filter(None, faults))}: the model has "
            f"{', '.join(names)}{cure}"
        )
    return [given.index(name) for name in names]


# ---- what a model is made of


def matrix(X, what="X"):
    """X as float64 (n, d), its column names (None for an array), its index (or None), and the
    `extremes` of its columns."""
    X = table(X)
    array = array_of(X, what, "(n, d)")
    if array.ndim == 1:
        make = "to_frame()" if hasattr(X, "to_frame") else "reshape(-1, 1)"
        raise ValueError(
            f"{what} is one-dimensional, shape {array.shape}: it needs rows and columns; "
            f"{what}.{make} makes one column of it"
        )
    if array.ndim != 2:
        raise ValueError(f"{what} needs two dimensions (n, d), got shape {array.shape}")
    names = column_names(X)
    array = floats(array, what, names)
    low, high = extremes(array) if array.size else (np.zeros(0), np.zeros(0))
    if not ((low >= -LARGEST) & (high <= LARGEST)).all():
        finite(array, what, names)  # says where
    return array, names, row_labels(X), (low, high)


def design_matrix(X, what="X"):
    """X as a read-only float64 (n, d), its column names, its index (or None) and `extremes`.

    The columns of an array are called x0, x1, …, a first one of ones "intercept". Values
    that cannot change are not copied: see `owned`.
    """
    array, names, index, (low, high) = matrix(X, what)
    if array.shape[0] == 0 or array.shape[1] == 0:
        short = "rows" if array.shape[0] == 0 else "columns"
        raise ValueError(f"{what} has 0 {short}, shape {array.shape}")
    if names is None:
        names = [f"x{j}" for j in range(array.shape[1])]
        if low[0] == high[0] == 1:
            names[0] = "intercept"
    not_tiny(np.maximum(np.abs(low), np.abs(high)), what, "most in column {}", names)
    return owned(array), names, index, (low, high)


def columns_like(X, names, what="X_new"):
    """X as float64 (m, d), its columns in the order of a model with these `names`.

    A table is matched by name, as R does with newdata: another order is put right. An array
    has no names and is taken by position. A model made from an array calls its columns x0,
    x1, … and intercept, and a table for it must have these names.
    Raises ValueError that lists names which are missing or unknown.
    """
    X = table(X)
    given = column_names(X)
    order = slice(None) if given is None else positions(given, names, what)
    array = design_matrix(X, what)[0]
    if array.shape[1] != len(names):
        raise ValueError(f"{what} has {array.shape[1]} columns, the model has {len(names)}")
    return array[:, order]


def vector(values, n, what, per="row of X"):
    """`values` as float64 (n,); a single column (n, 1) is taken as (n,), never broadcast."""
    array = floats(array_of(values, what, f"({n},)"), what)
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
    y = array_of(y, "y", f"({n},)")
    if family.limits[1] is not None:
        if y.ndim == 2 and y.shape[1] == 2:
            raise ValueError(
                "y has two columns: for successes and failures pass the proportions "
                "successes / (successes + failures) as y and the numbers of trials, "
                "successes + failures, as weights"
            )
        if not weighted:
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
    return owned(y)


def labels(y):
    """ValueError where an array y holds values other than 0 and 1 (False and True)."""
    if y.dtype.kind in "biuf" and ((y == 0) | (y == 1)).all():
        return
    try:
        values = np.unique(y.astype(object)).tolist()
        # NaN and inf have a sentence of their own, and so has what cannot be compared
        if any(is_number(type(v)) and not abs(v) < np.inf for v in values):
            return
        wrong = not set(values) <= {0, 1}
    except (TypeError, ValueError, ArithmeticError):
        return
    if wrong:
        shown = ", ".join(short(v) for v in values[:4])
        shown += ", …" if len(values) > 4 else ""
        cure = "for proportions pass the numbers of trials as weights"
        if len(values) == 2:
            cure = f"pass (y == {values[-1]!r})"
        raise ValueError(f"y must be 0 or 1, got {{{shown}}}: {cure}")


def prior_weights(weights, n):
    """Prior weights (n,), ones when None; ValueError when negative, not finite or all 0."""
    if weights is None:
        return np.broadcast_to(1.0, n)  # read-only, and no memory
    weights = finite(vector(weights, n, "weights"), "weights")
    if (weights < 0).any():
        row = int(np.argmax(weights < 0))
        raise ValueError(f"weights must not be negative, got {weights[row]:g} at row {row}")
    not_tiny(weights, "weights")
    if not weights.any():
        raise ValueError("weights are all 0: no observation is left")
    return owned(weights)


def offsets(offset, n):
    """The offset (n,), zeros when None; ValueError names the row where it is not finite."""
    if offset is None:
        return np.broadcast_to(0.0, n)
    cure = ": the logarithm of an exposure needs an exposure above 0"
    return owned(finite(vector(offset, n, "offset"), "offset", cure=cure))


def coefficients(beta, d, what="beta", names=None):
    """A copy of beta as float64 (d,), of any size but of the right shape; d=None is any d.

    A pandas Series is matched by its index with the model's `names`, where these are given.
    """
    d = array_of(beta, what).size if d is None else d
    array, given = vector(beta, d, what, per="column of X").copy(), row_labels(beta)
    if given is None or names is None:
        return array
    return array[positions([str(name) for name in given], names, what)]


def starting(start, d=None, names=None):
    """`coefficients` to start from, which must be finite."""
    start = coefficients(start, d, "start", names)
    if not np.isfinite(start).all():
        raise ValueError(f"start must be finite, got {start}")
    return start


def positive(value, what):
    """A positive finite float; ValueError for bool, text, NaN, infinity, 0 and below.

    >>> positive(np.float32(0.5), "learning_rate")
    0.5
    """
    if isinstance(value, (bool, np.bool_)) or not is_number(type(value)):
        raise ValueError(f"{what} must be a positive number, got {short(value)}")
    try:
        number = float(value)  # first: a float32 cannot be compared with the largest double
    except (OverflowError, ValueError):
        number = np.nan
    if not 0 < number <= sys.float_info.max:
        raise ValueError(f"{what} must be positive and finite, got {short(value)}")
    return number


def whole(value, what):
    """A whole number from 1 to 10⁹; ValueError for anything else.

    >>> whole(np.uint8(200), "iterations")
    200
    """
    whole_kind = isinstance(value, numbers.Integral) and is_number(type(value))
    if isinstance(value, (bool, np.bool_)) or not whole_kind:
        given = short(value)
        raise ValueError(f"{what} must be a whole number of at least 1, got {given}")
    number = int(value)
    if number < 1:
        raise ValueError(f"{what} must be at least 1, got {number}")
    if number > 10**9:
        raise ValueError(f"{what} must be at most 1,000,000,000: nobody waits for more")
    return number


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
    raise TypeError(f"{what} must be one of {', '.join(table)}, got {short(value)}")
