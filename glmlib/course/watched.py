"""Whether a person is there: what runs in a test or on a server is the same each time."""

import sys


def running_cell():
    """(cell, run): the ids of the cell that an editor runs now and of this run, or None.

    >>> running_cell() is None
    True
    """
    if "IPython" not in sys.modules:
        return None
    kernel = getattr(sys.modules["IPython"].get_ipython(), "kernel", None)
    parent = (kernel.get_parent() if kernel is not None else None) or {}
    cell = parent.get("metadata", {}).get("cellId")
    return None if cell is None else (cell, parent["header"]["msg_id"])


def watched():
    """Whether somebody looks on while this cell runs: editors name the cell they run.

    >>> watched()
    False
    """
    return running_cell() is not None
