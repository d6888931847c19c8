"""How far you are: exercises that passed, predictions that you made, and what comes next.

    python -m glmlib progress [DIR]

reads what was noted in DIR, the folder of your notebooks. An exercise passes when you run
its check in an editor and it says PASS; a stored solution does not count.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from .classroom.lessons import chosen, lesson
from .record import kept, name_of, passed

GATE = re.compile(r'"kind\\":\\"gate\\",\\"key\\":\\"(\w+)')  # a question, as it is stored


def arguments(parser):
    """What the command line takes."""
    parser.add_argument("folder", metavar="DIR", nargs="?", default=".", help="default: here")


def command(options):
    """Print the table; 0."""
    print(progress(Path(options.folder).expanduser()))
    return 0


@dataclass(frozen=True)
class Row:
    """One lesson, by the name of its notebook: what passed, and the next exercise or ""."""

    lesson: str
    passed: int
    exercises: int
    predicted: int
    predictions: int
    next: str


class Progress(list):
    """A `Row` for each lesson; it shows itself as a table."""

    def __repr__(self):
        head = ("lesson", "passed", "predicted", "next exercise")
        lines = [head] + [
            (
                row.lesson,
                f"{row.passed} of {row.exercises}",
                f"{row.predicted} of {row.predictions}",
                row.next or "✓",
            )
            for row in self
        ]
        wide = [max(map(len, column)) for column in zip(*lines, strict=True)]
        return "\n".join(
            f"{a:{wide[0]}}  {b:>{wide[1]}}  {c:>{wide[2]}}  {d}" for a, b, c, d in lines
        )


def progress(folder="."):
    """How far the course is, from what was noted in the folder of the notebooks.

    Parameters
    ----------
    folder : of the notebooks; by itself the one where the kernel runs.

    Returns
    -------
    Progress, a list of rows that shows itself as a table.

    Raises ValueError when there is no such folder, or no lessons.

    >>> progress()[4]
    Row(lesson='04_logistic_regression', passed=0, exercises=7, predicted=0, predictions=4,
        next='1: order the lines of a loss for counts')
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise ValueError(f"there is no folder {folder}")
    noted = passed(folder)
    made = {
        key
        for key, what in kept(folder).items()
        if isinstance(what, dict) and what.get("chosen")
    }
    return Progress(row(lesson(number), noted, made) for number in chosen())


def row(lesson, noted, made):
    """The `Row` of a lesson, from the names that were noted and the predictions made."""
    asked = lesson.exercises.values()
    open = [
        f"{number}: {exercise.title}"
        for number, exercise in enumerate(asked, 1)
        if name_of(lesson, exercise) not in noted
    ]
    gates = set(GATE.findall(lesson.path.read_text(encoding="utf-8")))
    return Row(
        lesson.path.stem,
        len(asked) - len(open),
        len(asked),
        len(gates & made),
        len(gates),
        open[0] if open else "",
    )
