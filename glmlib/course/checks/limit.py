"""A time limit for a learner's code that leaves the notebook's kernel alive.

A second thread waits. When the time is over it asks the interpreter to raise `Late` in the
thread that runs the learner's code, again and again until that code has ended. A bare
`except` that catches it is left too: `Late` raises itself once more at the next line, which
stands in the handler and no longer in the `try`. No signal and no process is needed, so
that it works on Linux, macOS and Windows. What it does not reach: one call into C that does
not come back, such as `time.sleep(1e9)`, before it returns, and a loop with a bare `except`
inside another; there the kernel's own *Interrupt* or *Restart* helps. Where Python has no
threads, in a browser say, there is no limit.
"""

import contextlib
import ctypes
import sys
import threading
import time

SECONDS = 5.0  # one call
BUDGET = 20.0  # all calls of one check


class Late(BaseException):
    """Raised in code that has run for too long; no `except Exception` catches it."""

    def __init__(self):
        super().__init__()
        frame, frames = sys._getframe(1), []
        while frame is not None and frame.f_code is not within.__code__:
            frames.append(frame)
            frame = frame.f_back
        if frame is not None and frames:
            for one in frames:
                one.f_trace = again
            sys.settrace(lambda *arguments: None)


def again(frame, event, argument):
    """Traces the lines of code that is late, and ends it at the next one."""
    if event == "line":
        raise Late
    return again


def within(seconds, f):
    """What f() returns, or Late after so many seconds.

    >>> within(1.0, lambda: 2 + 3)
    5
    """
    here, tracing, gone = threading.get_ident(), sys.gettrace(), []
    # locks, whose methods are C code: a Late cannot come in the middle of one
    go, stop = threading.Lock(), threading.Lock()  # held until f begins, until it has ended
    go.acquire()
    stop.acquire()

    def watch():
        wait = seconds
        go.acquire()
        while not stop.acquire(timeout=wait):
            ask(here, Late)
            wait = 0.05
        gone.append(True)

    try:
        threading.Thread(target=watch, daemon=True).start()
    except RuntimeError:  # no threads
        return f()
    value, error = None, None
    try:
        go.release()  # no Late comes before, outside of this try
        value = f()
    except BaseException as raised:
        error = raised
    while True:  # a last Late can come until the watcher has ended
        try:
            if stop.locked() and not gone:
                stop.release()
            while not gone:
                time.sleep(1e-5)
            for _ in range(10):  # a Late that was asked for and not raised yet comes here
                pass
            break
        except Late as late:
            error = late
    if isinstance(error, Late):
        sys.settrace(tracing)
    if error is not None:
        raise error
    return value


def ask(thread, error):
    """Let a thread raise this error soon."""
    with contextlib.suppress(AttributeError):  # not CPython
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(thread), ctypes.py_object(error)
        )
