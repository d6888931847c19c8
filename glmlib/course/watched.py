"""Whether a person is there: what runs in a test or on a server is the same each time."""

import sys


def watched():
    """Whether somebody looks on while this cell runs: editors name the cell they run.

    >>> watched()
    False
    """
    if "IPython" not in sys.modules:
        return False
    kernel = getattr(sys.modules["IPython"].get_ipython(), "kernel", None)
    parent = kernel.get_parent() if kernel is not None else {}
    return "cellId" in (parent or {}).get("metadata", {})
