"""The functions of glmlib that a fit and its summary call, in order of first call.

    python tests/fit_trace.py                    the fit and summary of LogisticRegression
    python tests/fit_trace.py PoissonRegression  those of another model

Each line: how often, the file, the function. `guards/` checks what comes in and judges how
a fit ended; the last lines count with it and without it. A comprehension or a lambda is no
function of its own here: it belongs to the one it stands in. A generator counts each time
that it goes on.
"""

import sys
from collections import Counter
from pathlib import Path

import glmlib

ROOT = Path(glmlib.__file__).parent
SIMULATED = {
    "LinearRegression": "linear",
    "LogisticRegression": "logistic",
    "PoissonRegression": "poisson",
}


def trace(function):
    """{(file, function): calls}, in order of first call, and how often the file changes."""
    calls, files = Counter(), []

    def look(frame, event, argument):
        code = frame.f_code
        path = Path(code.co_filename)
        if event == "call" and path.is_relative_to(ROOT) and not code.co_name.startswith("<"):
            file = path.relative_to(ROOT).as_posix()
            calls[file, code.co_qualname] += 1
            files.append(file)

    sys.setprofile(look)
    try:
        function()
    finally:
        sys.setprofile(None)
    return calls, sum(a != b for a, b in zip(files, files[1:], strict=False))


def main(model="LogisticRegression"):
    X, y, _ = glmlib.simulate(SIMULATED[model], n=200, d=3, seed=1)
    calls, changes = trace(lambda: str(getattr(glmlib, model)(X, y).fit().summary()))
    for (file, name), count in calls.items():
        print(f"{count:4d}  {file:24s} {name}")
    core = {key: n for key, n in calls.items() if not key[0].startswith("guards/")}
    for title, kept in (("in all", calls), ("without guards/", core)):
        print(
            f"{title}: {len(kept)} functions in {len({file for file, _ in kept})} files, "
            f"{sum(kept.values())} calls"
        )
    print(f"the file changes {changes} times")


if __name__ == "__main__":
    main(*sys.argv[1:])
