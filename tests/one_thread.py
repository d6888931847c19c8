"""What a run needs to print the stored numbers; `canonical.py` takes it without pytest."""

import os

# More threads add in another order, and then the last digits of a sum differ.
ONE_THREAD = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}


def prepare():
    """Pin the threads, and build Matplotlib's font cache before a kernel has to.

    Building it takes seconds once per machine and writes a notice to stderr, which would
    then stand in the output of the first cell that draws.
    """
    os.environ.update(ONE_THREAD)
    import matplotlib.font_manager  # noqa: F401
