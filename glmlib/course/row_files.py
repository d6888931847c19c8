"""Rows that wait in a file until somebody asks for them."""

import numpy as np


def read_rows(path):
    """X (n, d) and y (n,) from one .npy file whose first column is y.

    A process that is to call it gets its name and the path, and reads the rows itself:
    `functools.partial(read_rows, path)` can be pickled.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.save(f"{folder}/rows.npy", [[1.0, 2.0, 3.0], [0.0, 4.0, 5.0]])
    ...     X, y = read_rows(f"{folder}/rows.npy")
    >>> X.tolist(), y.tolist()
    ([[2.0, 3.0], [4.0, 5.0]], [1.0, 0.0])
    """
    table = np.load(path)
    return table[:, 1:], table[:, 0]
