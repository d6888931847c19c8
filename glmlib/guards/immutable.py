"""Objects that do not change once they are made, through an alias of their arrays either."""

import numpy as np


def read_only(array):
    """The array itself, which nobody can write to any more."""
    array.setflags(write=False)
    return array


def same_functions(one, other):
    """Whether two entries of a table were written by the same lines: none was exchanged."""
    pairs = zip(vars(one).values(), vars(other).values(), strict=True)
    return all(getattr(a, "__code__", 0) is getattr(b, "__code__", 0) for a, b in pairs)


class Immutable:
    """A class whose attributes are set once, by `vars(self).update(…)` when it is made.

    >>> model = PoissonRegression(np.ones((2, 1)), [1, 2])
    >>> model.y = np.array([3.0, 4.0])
    Traceback (most recent call last):
    AttributeError: PoissonRegression does not change once it is made: make another one
    """

    def __setattr__(self, name, value):
        kind = type(self).__name__
        raise AttributeError(f"{kind} does not change once it is made: make another one")

    __delattr__ = __setattr__

    def __setstate__(self, state):
        """Copied or unpickled: NumPy forgets that an array was read-only."""
        vars(self).update(state)
        for value in state.values():
            if isinstance(value, np.ndarray):
                read_only(value)
