"""Copies of the lessons for a class: what students get tells no answer.

    python -m glmlib handout DIR

writes `DIR/students` and `DIR/teachers`. In the copies for students each exercise says its
number and its points, solutions are gone, and code that holds an answer is called from the
package: `hidden("06", "say-rubric")` runs that cell of the lesson in the notebook, and a fold
that says how a prediction ends is shown by such a call. Both
copies are run before they are handed out: without answers each check says NOT YET, with
the stored solutions each says PASS.
"""

import ast
import copy
import json
import re
from pathlib import Path

from .lessons import (
    ANSWERS,
    GATE,
    POINTS,
    ROUTES,
    SEEN,
    TELLING,
    chosen,
    folded,
    lesson,
    names_of,
    points_of,
    tagged,
    varied,
)

IMPORT = "from glmlib.course import hidden\n\n"
METADATA = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {"name": "python", "pygments_lexer": "ipython3"},
}


def handout(number, seed=None, kinds=None, outputs=False, points=None):
    """The copy of a lesson for students, as a notebook of the format 4.5: a dict.

    Parameters
    ----------
    number : of the lesson, such as "06".
    seed : another one draws other numbers and puts given lines into another order, see
        `varied`; None leaves them.
    kinds : of the exercises that are asked, such as {"order", "exit"}; None takes all.
    outputs : whether the stored outputs stay. Those that tell an answer never do.
    points : {id or kind: points}, for others than the package's.

    >>> copy = handout("06")
    >>> [cell["source"] for cell in copy["cells"] if cell["id"] == "say-rubric"]
    ['from glmlib.course import hidden\\n\\nhidden("06", "say-rubric")']
    """
    given = lesson(number, seed)
    asked = selected(given, kinds)
    dropped, told = told_in(given, asked)
    by_text = {e.text: e for e in asked}
    by_stub = {e.stub: e for e in asked}
    cells = []
    for place, original in enumerate(given.cells):
        if place in dropped:
            continue
        cell = copy.deepcopy(original)
        if cell["cell_type"] == "code":
            if place in told:
                cell["source"] = call_of(number, cell["id"], seed)
            if not outputs or place in told and told[place]:
                cell["outputs"], cell["execution_count"] = [], None
        if cell["id"] in by_text:
            cell["source"] = announced(cell["source"], by_text[cell["id"]], points)
        if cell["id"] in by_stub:
            cell["metadata"]["glmlib"] = about(by_stub[cell["id"]], points)
        cells += without_folds(cell, call_of(number, cell["id"], seed))
    return notebook(given, cells)


def call_of(number, identity, seed):
    """The code that runs or shows a cell of the lesson from the package."""
    arguments = [number, identity, *([seed] if seed is not None else [])]
    return IMPORT + f"hidden({', '.join(map(quoted, arguments))})"


def without_folds(cell, call):
    """The cell; a fold that says how a prediction ends becomes a cell that shows it."""
    if cell["cell_type"] != "markdown" or not SEEN.search(cell["source"]):
        return [cell]
    shows = {
        "cell_type": "code",
        "id": cell["id"],
        "metadata": {},
        "source": call,
        "outputs": [],
        "execution_count": None,
    }
    rest = SEEN.sub("", cell["source"]).strip()
    if not rest:
        return [shows]
    both = [cell | {"id": f"{cell['id']}-text", "source": rest}, shows]
    return both[::-1] if SEEN.match(cell["source"]) else both


def for_teachers(number, seed=None, kinds=None, points=None):
    """The copy of a lesson for teachers: all of it, with the numbers and the points."""
    given = lesson(number, seed)
    cells = copy.deepcopy(given.cells)
    for exercise in selected(given, kinds):
        text = cells[given.place[exercise.text]]
        text["source"] = announced(text["source"], exercise, points)
        cells[given.place[exercise.stub]]["metadata"]["glmlib"] = about(exercise, points)
    return notebook(given, cells)


def solved(copied, number, seed=None):
    """A copy for students with the stored solutions in the cells of the exercises.

    >>> cells = solved(handout("06"), "06")["cells"]
    >>> print(next(cell["source"] for cell in cells if cell["id"] == "exit-stub"))
    # The solution. Unfold it after an attempt.
    exit_answer = "d"
    <BLANKLINE>
    checks.question("06 exit", exit_answer)
    """
    given, filled = lesson(number, seed), copy.deepcopy(copied)
    exercises = {e.stub: e for e in given.exercises.values()}
    for cell in filled["cells"]:
        if "glmlib" in cell["metadata"]:
            exercise = exercises[cell["id"]]
            cell["source"] = with_answer(
                cell["source"], given.source(exercise.solution), exercise.names
            )
    return filled


def with_answer(stub, answer, names):
    """The source of a stub with the answer in the place of what it answers."""
    lines = stub.splitlines()
    mine = [
        node for node in ast.parse(stub).body if set(names) & set(names_of(ast.unparse(node)))
    ]
    for node in reversed(mine):
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
        lines[first - 1 : node.end_lineno] = [answer] if node is mine[0] else []
    return "\n".join(lines)


def selected(given, kinds):
    """The exercises of these kinds."""
    strange = set(kinds or ()) - set(POINTS)
    if strange:
        raise ValueError(f"there is no kind of exercise {', '.join(map(repr, strange))}")
    return [e for e in given.exercises.values() if not kinds or e.kind in kinds]


def told_in(given, asked):
    """(places of the cells that students do not get, {place of a cell whose code they do not
    see: whether its output tells as well})."""
    dropped, told = set(), {}
    for exercise in given.exercises.values():
        solution = given.place[exercise.solution]
        dropped |= {solution, solution + 1}
        for place in given.section(exercise):
            cell = given.cells[place]
            not_asked = place < solution and exercise not in asked
            resolves = place > solution and exercise.kind in ("trap", "exit")
            if cell["cell_type"] == "markdown":
                if not_asked or resolves:
                    dropped.add(place)
            elif folded(cell):
                told[place] = resolves
            elif not_asked and (cell["id"] == exercise.stub or not names_of(cell["source"])):
                dropped.add(place)
    for place, cell in enumerate(given.cells):
        if cell["cell_type"] == "code" and (
            (folded(cell) and ANSWERS.search(cell["source"]))
            or cell["id"] in TELLING.get(given.number, ())
            or tagged(cell, "tells")
        ):
            told.setdefault(place, bool(GATE.search(cell["source"])))  # its output is sealed
    return dropped, told


def announced(source, exercise, points):
    """The text of an exercise with its number and its points below the heading."""
    full = about(exercise, points)["points"]
    line = f"*Exercise {exercise.id}, {full} point{'s' * (full != 1)}.*"
    heading = list(re.finditer(r"(?m)^#+ .*$", source))[-1].end()
    return f"{source[:heading]}\n\n{line}{source[heading:]}"


def about(exercise, points):
    """What the metadata of the cell of an exercise says."""
    from .report import worth

    return {
        "exercise": exercise.id,
        "title": exercise.title,
        "points": worth(exercise, points or {}),
    }


def notebook(given, cells):
    mark = {"lesson": given.number, "version": given.version}
    if given.seed is not None:
        mark["seed"] = given.seed
    return {
        "cells": cells,
        "metadata": METADATA | {"glmlib": mark},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def quoted(value):
    return json.dumps(value)


# ---- run them


def verdicts(executed):
    """[what each check has said] in the outputs of a notebook, in its order."""
    found = []
    for cell in executed["cells"]:
        for output in cell.get("outputs", []):
            text = "".join(output.get("data", {}).get("text/plain", ""))
            text = text.removeprefix("The solution: ")
            if re.match("PASS|TRY AGAIN|NOT YET", text):
                found.append((cell["id"], text))
    return found


def executed(copied, folder):
    """The notebook after a run in a fresh kernel; a cell that raises ends it."""
    import nbformat
    from nbclient import NotebookClient

    # nbformat wants sources of one piece, and outputs as the format says
    node = nbformat.from_dict(json.loads(json.dumps(copied)))
    for cell in node.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    NotebookClient(
        node,
        kernel_name="python3",
        timeout=600,
        resources={"metadata": {"path": str(folder)}},
        extra_arguments=["--log-level=ERROR"],
    ).execute()
    return node


def checked(copied, number, seed, folder):
    """Run a copy for students without answers and with the stored ones.

    Raises ValueError where a check does not say what it should.
    """
    exercises = {
        cell["metadata"]["glmlib"]["exercise"]
        for cell in copied["cells"]
        if "glmlib" in cell["metadata"]
    }
    for one, expected in ((copied, "NOT YET"), (solved(copied, number, seed), "PASS")):
        said = of_exercises(lesson(number, seed), verdicts(executed(one, folder)))
        wrong = {i: text for i, text in said.items() if not text.startswith(expected)}
        if wrong or set(said) != exercises:
            raise ValueError(
                f"lesson {number} is not handed out: {expected} is expected of {exercises}, "
                f"this was said: {wrong or said}"
            )


def of_exercises(given, said):
    """{id of an exercise: the last verdict in its section}."""
    found = {}
    for exercise in given.exercises.values():
        inside = {given.cells[place]["id"] for place in given.section(exercise)}
        texts = [text for identity, text in said if identity in inside]
        if texts:
            found[exercise.id] = texts[-1]
    return found


# ---- the command


def arguments(parser):
    """What the command line takes."""
    parser.add_argument("folder", metavar="DIR", help="made if it does not exist")
    parser.add_argument("--lessons", nargs="+", metavar="NN", help="such as 04 06")
    parser.add_argument("--route", choices=ROUTES, help="the lessons of a route")
    parser.add_argument("--kinds", nargs="+", choices=POINTS, help="of exercises; else all")
    parser.add_argument(
        "--seed", type=int, help="other numbers, and given lines in another order"
    )
    parser.add_argument("--outputs", action="store_true", help="keep the stored outputs")
    parser.add_argument(
        "--points", metavar="JSON", help='such as \'{"06.3": 5, "written": 4}\''
    )
    parser.add_argument(
        "--nbgrader", action="store_true", help="the source of assignments, too"
    )
    parser.add_argument("--otter", action="store_true", help="for otter-grader, too")
    parser.add_argument(
        "--ci", action="store_true", help="workflow files that mark what students push"
    )
    parser.add_argument(
        "--solved", action="store_true", help="copies with the solutions, to try `mark` on"
    )
    parser.add_argument("--unchecked", action="store_true", help="do not run the copies")


def command(options):
    """Write the copies; 0."""
    from . import ci, nbgrader, otter

    points = points_of(options.points)
    students, teachers, answered = (
        Path(options.folder) / name for name in ("students", "teachers", "solved")
    )
    for folder in (students, teachers, *[answered] * options.solved):
        folder.mkdir(parents=True, exist_ok=True)
    numbers = chosen(options.lessons, options.route)
    for number in numbers:
        copied = handout(number, options.seed, options.kinds, options.outputs, points)
        if not options.unchecked:
            checked(copied, number, options.seed, students)
        name = lesson(number).path.name
        full = for_teachers(number, options.seed, options.kinds, points)
        copies = {students: copied, teachers: full}
        if options.solved:
            copies[answered] = solved(copied, number, options.seed)
        for folder, one in copies.items():
            text = json.dumps(one, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
            (folder / name).write_text(text, encoding="utf-8")
        if options.nbgrader:
            source = nbgrader.for_nbgrader(number, options.seed, options.kinds, points)
            nbgrader.write(Path(options.folder), number, source)
        if options.otter:
            parts = otter.for_otter(number, options.seed, options.kinds, points)
            otter.write(Path(options.folder), number, *parts)
        asked = [c["metadata"]["glmlib"]["exercise"] for c in copied["cells"]
                 if "glmlib" in c["metadata"]]  # fmt: skip
        others = [e.id for e in varied(number, options.seed) if e.id in asked]
        by_seed = f", with this seed others are {', '.join(others)}" if others else ""
        print(f"{name}: {len(asked)} exercise{'s' * (len(asked) != 1)}{by_seed}")
    if options.ci:
        ci.write(students, "students", files=ci.marked(numbers, options))
    print(f"Give away {students}, keep {teachers}.")
    return 0
