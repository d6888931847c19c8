"""The functions of glmlib that a fit and its summary call, in order of first call.

    python tests/fit_trace.py                    the fit and summary of LogisticRegression
    python tests/fit_trace.py PoissonRegression  those of another model

Each line: how often, the file, the function. The last lines count them: in all; without
`guards/`, which checks what comes in and judges how a fit ended; and on the straight path,
from the model to the solver, to the fit and its summary. Beneath that path lie the entries of
families and links, which its equations call, and what finds the start and sums over rows:
`search`, `start` and `blocks`. A comprehension or a lambda is no function of its own here: it
belongs to the one it stands in. A generator counts each time that it goes on.
"""

import sys
from collections import Counter
from pathlib import Path

import glmlib

ROOT = Path(glmlib.__file__).parent
STRAIGHT = ("models.py", "solvers.py", "fit.py", "summary.py")
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


def fit_and_summary(model):
    """A function that fits a model by its name to made data, and makes its summary."""
    X, y, _ = glmlib.simulate(SIMULATED[model], n=200, d=3, seed=1)
    return lambda: str(getattr(glmlib, model)(X, y).fit().summary())


def straight(calls):
    """Those of the calls that are on the straight path."""
    return {key: count for key, count in calls.items() if key[0] in STRAIGHT}


def main(model="LogisticRegression"):
    calls, changes = trace(fit_and_summary(model))
    for (file, name), count in calls.items():
        print(f"{count:4d}  {file:24s} {name}")
    core = {key: n for key, n in calls.items() if not key[0].startswith("guards/")}
    counted = {"in all": calls, "without guards/": core, "straight path": straight(calls)}
    for title, kept in counted.items():
        print(
            f"{title}: {len(kept)} functions in {len({file for file, _ in kept})} files, "
            f"{sum(kept.values())} calls"
        )
    print(f"the file changes {changes} times")


if __name__ == "__main__":
    main(*sys.argv[1:])
