"""What a learner has done, kept beside the notebooks: exercises passed, predictions made.

A cell that a person runs in an editor (`watched.py`) ends with the check of an exercise. Until
it has passed, each answer that it judges is one more line of the file `.glmlib-passed.txt` in
the folder of the notebook. No line is ever changed: two notebooks at once lose nothing, and
what cannot be read is skipped. A folder that cannot be written keeps nothing, and no check
fails because of it.
"""

import ast
import json
from collections import Counter
from pathlib import Path

TRIED = " ✗"  # behind the name of an exercise whose answer was not right
PASSED = Path(".glmlib-passed.txt")
PREDICTIONS = Path(".glmlib-predictions.json")  # the kernel runs in the folder of its notebook


def note(notebook, source, right=True):
    """Write down the exercise of this notebook whose check is the last line of the cell."""
    from .classroom.lessons import lesson

    this = lesson(notebook.name[:2])
    found = [
        name_of(this, exercise)
        for exercise in this.exercises.values()
        if last_line(this.source(exercise.check)) == last_line(source)
    ]
    new = set(found) - passed(notebook.parent)
    if new:
        with (notebook.parent / PASSED).open("a", encoding="utf-8") as file:
            # half a line may stand before
            file.write("".join(f"\n{name}{'' if right else TRIED}" for name in new))


def name_of(lesson, exercise):
    """What the file calls an exercise: its number may change, the id of its cell does not."""
    return f"{lesson.number} {exercise.check}"


def last_line(source):
    """The last statement of a cell, however it is written.

    >>> last_line("f = 1\\ncheck( f )  # mine") == last_line("check(f)")
    True
    """
    return ast.dump(ast.parse(source).body[-1])


def passed(folder):
    """The names of the exercises that passed in this folder; none where there is no record."""
    return set(lines(folder))


def attempts(folder):
    """Counter of the answers that were judged, by the name of the exercise."""
    return Counter(line.removesuffix(TRIED) for line in lines(folder) if line)


def lines(folder):
    try:
        text = (Path(folder) / PASSED).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return text.splitlines()


def kept(folder="."):
    """What was locked in beside this notebook, by question; {} where nothing can be read."""
    try:
        found = json.loads((Path(folder) / PREDICTIONS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
