"""Run a lesson once, stop at each exercise, and judge all submissions there.

`python -m glmlib.course.classroom.station` reads what to do from its input, as JSON, and
writes a line of JSON for each exercise of each submission. At an exercise it forks: the
child keeps the lesson as it stands there and judges one submission after the other, while
the lesson goes on to the next exercise.
"""

import ast
import contextlib
import io
import json
import os
import signal
import sys
import time
import types

from ..checks.errors import explained
from . import confine, submissions
from .judge import failed, judged
from .lessons import lesson

GRACE = 60.0  # seconds beside those of the cells: a check takes 40 of them at most


def main():
    confine.prctl(confine.PARENT_DIES, signal.SIGKILL)
    task = json.load(sys.stdin)
    os.environ["MPLBACKEND"] = "Agg"
    results = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_RDWR), 1)
    tokens = os.pipe()
    os.write(tokens[1], b"." * task["jobs"])
    os.set_blocking(tokens[0], False)
    given = lesson(task["lesson"], task["seed"])
    stops = {given.place[e.solution]: e for e in given.exercises.values()}
    todo = {place: e for place, e in stops.items() if task["todo"].get(e.id)}
    # as in a kernel, whose __main__ has no file either
    sys.modules["__main__"] = types.ModuleType("__main__")
    space = sys.modules["__main__"].__dict__
    space["display"] = lambda *shown, **options: None
    stations = []
    for place, cell in enumerate(given.cells[: max(todo, default=-1) + 1]):
        if place in todo:
            child = os.fork()
            if not child:
                confine.prctl(confine.PARENT_DIES, signal.SIGKILL)
                try:
                    station(given, stops[place], task, space, results, tokens)
                finally:
                    os._exit(0)
            stations.append(child)
        if cell["cell_type"] == "code":
            with contextlib.redirect_stdout(io.StringIO()):
                exec(compile(cell["source"], f"<{cell['id']}>", "exec"), space)
    for child in stations:
        os.waitpid(child, 0)


def station(given, exercise, task, space, results, tokens):
    """Judge all submissions that wait for this exercise, as many at once as have a token."""
    waiting = [s for s in task["submissions"] if s["key"] in task["todo"][exercise.id]]
    check = given.source(exercise.check)
    given_lines = ast.parse(given.source(exercise.stub)).body
    fixed = {ast.dump(node) for node in given_lines if isinstance(node, ast.Expr)}
    confine.prctl(confine.SUBREAPER, 1)
    running = {}
    while waiting or running:
        for child, (key, deadline) in list(running.items()):
            ended, status = os.waitpid(child, os.WNOHANG)
            if not ended and time.monotonic() > deadline:
                confine.end(child, spared=set(running) - {child})
                ended, status = child, 1
            if ended:
                os.write(tokens[1], b".")
                del running[child]
                if status:
                    write(results, key, exercise, failed("your code ended what judges it"))
        if waiting and token(tokens[0]):
            submission = waiting.pop(0)
            seconds = 2 * task["timeout"] + GRACE
            write(results, submission["key"], exercise, {"begun": True})
            child = os.fork()
            if not child:
                code = 1
                try:
                    judge(space, exercise, check, fixed, task, results, submission, given)
                    code = 0
                finally:  # where the judge itself was brought down, the parent says so
                    os._exit(code)
            running[child] = submission["key"], time.monotonic() + seconds
        else:
            time.sleep(0.01)


def judge(space, exercise, check, fixed, task, results, submission, given):
    """Write what the judge says of one exercise of one submission."""
    try:
        helpers, cells = submissions.cells_of(submission["cells"], given, exercise, set(space))
        limits = task["timeout"], task["memory"]
        found = judged(space, exercise, check, cells, fixed, *limits, helpers)
    except MemoryError:
        found = failed("what your code hands over takes all memory")
    except Exception as error:
        words = f"the check could not be run: {explained(error)}"
        found = {"status": "ERROR", "message": words}
    write(results, submission["key"], exercise, found)


def token(place):
    with contextlib.suppress(BlockingIOError):
        return bool(os.read(place, 1))
    return False


def write(results, key, exercise, found):
    """One line; a pipe keeps it in one piece up to 4096 bytes."""
    if "message" in found:  # halves of characters can be in a string, and in no file
        found = found | {"message": found["message"].encode(errors="replace").decode()}
    while True:
        line = json.dumps({"key": key, "exercise": exercise.id, **found}).encode() + b"\n"
        if len(line) <= 4096:
            break
        found = found | {"message": found["message"][: len(found["message"]) // 2]}
    os.write(results, line)


if __name__ == "__main__":
    main()
