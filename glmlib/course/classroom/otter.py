"""A hand-out as otter-grader wants it: each exercise has a file with its test, and its points.

    python -m glmlib handout DIR --otter
    cd DIR/otter/lesson_06 && otter check 06_poisson_regression.ipynb

`otter generate` makes the zip of an autograder from the same folder. A test is the check of
the package, right behind the cell of the exercise, and a student reads its diagnosis. Like
nbgrader, otter runs it in the kernel of the student, where code of a student can change
it; `python -m glmlib mark` marks the same files without that.
"""

import json

from .handout import IMPORT, handout, quoted
from .lessons import lesson

TEST = """from otter.test_files import test_case

OK_FORMAT = False
name = {name}
points = {points}


@test_case()
def diagnosis(env):
    exec({ask}, env)
    assert env["verdict"].passed, env["verdict"].message
"""


def for_otter(number, seed=None, kinds=None, points=None):
    """(the copy for students, {name of an exercise: its test}).

    >>> copy, tests = for_otter("06", kinds={"exit"})
    >>> [c["metadata"]["otter"] for c in copy["cells"] if "otter" in c["metadata"]], [*tests]
    ([{'tests': ['06-7']}], ['06-7'])
    """
    given, tests = lesson(number, seed), {}
    copied = handout(number, seed, kinds, points=points)
    for cell in copied["cells"]:
        if mark := cell["metadata"].get("glmlib"):
            name = mark["exercise"].replace(".", "-")
            check = given.exercises[mark["exercise"]].check
            arguments = [number, check, *([seed] if seed is not None else [])]
            ask = f"{IMPORT}verdict = hidden({', '.join(map(quoted, arguments))})"
            tests[name] = TEST.format(
                name=quoted(name), points=mark["points"], ask=quoted(ask)
            )
            cell["metadata"]["otter"] = {"tests": [name]}
    return copied, tests


def write(folder, number, copied, tests):
    """`otter/lesson_06/…` in the folder of a hand-out."""
    place = folder / "otter" / f"lesson_{number}"
    (place / "tests").mkdir(parents=True, exist_ok=True)
    text = json.dumps(copied, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    (place / lesson(number).path.name).write_text(text, encoding="utf-8")
    for name, test in tests.items():
        (place / "tests" / f"{name}.py").write_text(test, encoding="utf-8")
