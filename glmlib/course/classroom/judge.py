"""Judge one exercise of one learner: the check runs here, the learner's code elsewhere.

This process holds the lesson and never executes what a learner wrote. It forks a second
one, confined, which does. What the check calls is a stand-in: arguments go over, a value
comes back. So a check that was edited, a name that was redefined, a NumPy that was changed
or a PASS that was printed stay in the other process.
"""

import ast
import linecache
import os
import re
import signal
import socket
import sys
import tempfile
import time
import types

from .. import checks
from ..checks import limit, links
from ..checks.limit import BUDGET, SECONDS
from . import confine, learner
from .wire import Channel, Gone, Judge, Remote

WORDS = 3000  # characters of a diagnosis at most


def judged(space, exercise, check, cells, fixed, timeout, memory, helpers=()):
    """{"status", "message"} of one exercise.

    Parameters
    ----------
    space : the names of the lesson, as it stands before the solution.
    check : source of the cell behind the solution.
    cells, helpers : [(place, source)] of the learner's; of what helpers define, names that
        the lesson has stay the lesson's.
    fixed : dumps of the statements that the lesson has given in these cells.
    timeout, memory : seconds for a cell and for the check, MB.
    """
    work = {"cells": plain(cells), "helpers": plain(helpers), "fixed": fixed}
    if not cells:
        return {"status": "NOT YET", "message": "the cell of this exercise is missing"}
    confine.prctl(confine.SUBREAPER, 1)
    mine, theirs = socket.socketpair()
    with tempfile.TemporaryDirectory(prefix="glmlib-") as folder:
        child = os.fork()
        if not child:
            mine.close()
            run_learner(theirs, space, folder, timeout, memory)
        theirs.close()
        room = confine.size_now() + (memory + 2000) * 1_000_000
        confine.limit(confine.resource.RLIMIT_AS, room)
        try:
            return answered(Judge(Channel(mine)), space, exercise, check, work, timeout)
        except Gone:
            return failed("your code ended the process that runs it, or took all its memory")
        except TimeoutError:
            return failed(f"still running after {timeout:g} seconds, so it was stopped")
        finally:
            mine.close()
            confine.end(child)


def failed(message):
    return {"status": "TRY AGAIN", "message": message}


def run_learner(theirs, space, folder, timeout, memory):
    """The child, which never returns: a child of its own has nothing open but the channel.

    Two, for it is the next child that gets process numbers of its own.
    """
    try:
        confine.prctl(confine.PARENT_DIES, signal.SIGKILL)
        confine.unshare()
        inner = os.fork()
        if inner:
            theirs.close()
            os.waitpid(inner, 0)
            return
        place = theirs.detach()
        null = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(null, number)
        os.dup2(place, 3)
        os.closerange(4, 65536)
        confine.confine(folder, memory, 2 * timeout + 30)
        learner.serve(socket.socket(fileno=3), space)
    finally:
        os._exit(0)


def answered(judge, space, exercise, check, work, timeout):
    """Have the learner's cells executed, take what they define, and run the check."""
    until = time.monotonic() + timeout
    stopped = judge.get("run", *work.values(), until=until)
    hulls = hulls_of([*work["helpers"], *work["cells"]])
    for name in exercise.names:
        value = judge.get("name", name, until=until)
        if isinstance(value, Remote) and name in hulls:
            value.__wrapped__ = hulls[name]
        space[name] = value
    # twice as long as in a notebook: others are judged at the same time
    limit.SECONDS, limit.BUDGET = 2 * SECONDS, 2 * BUDGET
    for name in ("warning_of", "overflow_in"):
        setattr(links, name, beside(judge, links, name))
    result = last_value(check, space)
    if not isinstance(result, checks.Verdict):
        raise TypeError(f"the check of {exercise.id} gives no verdict: {result!r}")
    if stopped and not result.passed:
        return failed(f"your cell stopped: {stopped}"[:WORDS])
    return {"status": result.status, "message": result.message[:WORDS]}


def beside(judge, module, name):
    """A helper of the checks that looks at what the learner's code does inside."""
    here = getattr(module, name)

    def helper(f, *arguments):
        if not isinstance(f, Remote):
            return here(f, *arguments)
        return judge.get("beside", module.__name__, name, (f, *arguments))

    return helper


def last_value(source, space):
    """Execute a cell of the lesson; the value of its last line."""
    *body, last = ast.parse(source).body
    exec(compile(ast.Module(body, []), "<check>", "exec"), space)
    return eval(compile(ast.Expression(last.value), "<check>", "eval"), space)


def plain(cells):
    """Without the lines that are commands to a notebook: they begin with % or !."""
    return [(place, re.sub(r"(?m)^[ \t]*[%!].*$", "", source)) for place, source in cells]


def hulls_of(cells):
    """{name: a function with the learner's code that nobody calls}.

    Checks look at the code of a function, for blanks that are left or for an inverse. Such
    a function is made of what was compiled, without executing a line of it.
    """
    found, known = {}, {"__name__": "learner"}
    for place, source in cells:
        linecache.cache[place] = (len(source), None, source.splitlines(True), place)
        try:
            tree = ast.parse(source)
            code = compile(tree, place, "exec")
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        parts = [part for part in code.co_consts if isinstance(part, types.CodeType)]
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                name, line, kind = node.name, node.lineno, node.name
                line = min([line, *(d.lineno for d in node.decorator_list)])
            elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
                name, line, kind = getattr(node.targets[0], "id", ""), node.lineno, "<lambda>"
            elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Name):
                if node.value.id in found:
                    found[getattr(node.targets[0], "id", "")] = found[node.value.id]
                continue
            else:
                imported(node, known)
                continue
            for part in parts:
                if part.co_name == kind and part.co_firstlineno == line:
                    known[name] = found[name] = types.FunctionType(part, known, name)
    return found


def imported(node, known):
    """What an import statement names, if it is loaded already: none is executed."""
    if isinstance(node, ast.ImportFrom) and not node.level and node.module in sys.modules:
        for alias in node.names:
            value = getattr(sys.modules[node.module], alias.name, None)
            if node.module.partition(".")[0] in ("numpy", "scipy") and value is not None:
                known[alias.asname or alias.name] = value
