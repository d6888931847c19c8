"""A hand-out as nbgrader wants its source: where to answer, what is graded, and the points.

    python -m glmlib handout DIR --nbgrader
    cd DIR && nbgrader generate_assignment lesson_06

nbgrader collects and grades in its own way: it runs the check in the student's kernel, where
a student's code can change it. `python -m glmlib mark submitted` marks the same files
without that.
"""

import json

from .handout import IMPORT, METADATA, handout, quoted
from .lessons import lesson

CONFIG = """# What `generate_assignment` puts where a solution was: nothing that stops a run.
c = get_config()
c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE"}
"""


def for_nbgrader(number, seed=None, kinds=None, points=None):
    """The source of an assignment: a dict, like `handout`, with the solutions in regions.

    >>> cells = for_nbgrader("06", kinds={"exit"})["cells"]
    >>> [c["metadata"]["nbgrader"]["grade_id"] for c in cells if "nbgrader" in c["metadata"]]
    ['06-7', '06-7-check']
    """
    given, cells = lesson(number, seed), []
    copied = handout(number, seed, kinds, points=points)
    for cell in copied["cells"]:
        cells.append(cell)
        mark = cell["metadata"].get("glmlib")
        if mark is None:
            continue
        exercise = given.exercises[mark["exercise"]]
        identity = exercise.id.replace(".", "-")
        cell["source"] += (
            f"\n\n### BEGIN SOLUTION\n{given.source(exercise.solution)}\n### END SOLUTION"
        )
        cell["metadata"]["nbgrader"] = about(identity, solution=True)
        arguments = [number, exercise.check, *([seed] if seed is not None else [])]
        check = f"verdict = hidden({', '.join(map(quoted, arguments))})"
        cells.append({
            "cell_type": "code",
            "id": f"graded-{identity}",
            "metadata": {"nbgrader": about(identity + "-check", points=mark["points"])},
            "source": f"{IMPORT}{check}\nassert verdict.passed, verdict.message",
            "outputs": [],
            "execution_count": None,
        })  # fmt: skip
    return copied | {"cells": cells, "metadata": METADATA | copied["metadata"]}


def about(identity, solution=False, points=None):
    """nbgrader's metadata of the cell to answer in, or of the one that is graded."""
    found = {
        "schema_version": 3,
        "grade_id": identity,
        "solution": solution,
        "grade": not solution,
        "locked": not solution,
        "task": False,
    }
    return found if points is None else found | {"points": points}


def write(folder, number, source):
    """`source/lesson_06/…` in the folder of a course, and its configuration."""
    place = folder / "source" / f"lesson_{number}"
    place.mkdir(parents=True, exist_ok=True)
    text = json.dumps(source, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    (place / lesson(number).path.name).write_text(text, encoding="utf-8")
    (folder / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
