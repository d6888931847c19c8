"""A notebook that a learner hands in: which lesson it is, and which cells are the learner's.

A cell of the lesson is known by its id, or by its source where an editor has changed the
ids. Only a cell in which an exercise is answered, and cells that the lesson does not have,
are the learner's; what else was edited does not count.
"""

import ast
import builtins
import json

from .lessons import lesson, names_of


class Unreadable(ValueError):
    """A file that is no notebook of a lesson; the message says what it is."""


def read(text):
    """(number of the lesson, seed, version, [[id, source], …] of code cells) of a notebook.

    The seed and the version are those of the hand-out; None and "" where it says none.
    Raises Unreadable.

    >>> read("[1, 2")
    Traceback (most recent call last):
    glmlib.course.classroom.submissions.Unreadable: this is not a notebook: no JSON
    """
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError):
        raise Unreadable("this is not a notebook: no JSON") from None
    try:
        cells = [
            [identified(cell), "".join(cell["source"])]
            for cell in notebook["cells"]
            if cell["cell_type"] == "code"
        ]
        mark = notebook.get("metadata", {}).get("glmlib", {})
        number, seed, version = mark.get("lesson"), mark.get("seed"), mark.get("version", "")
    except (TypeError, KeyError, AttributeError, IndexError):
        raise Unreadable("this is not a notebook: it has no cells") from None
    if type(seed) is not int or not 0 <= seed < 2**63:
        seed = None
    return (number if known(number) else guessed(cells)), seed, str(version), cells


def identified(cell):
    """The id of a cell; of one that has lost it, what the hand-out or nbgrader says it is."""
    metadata = cell.get("metadata", {})
    exercise = metadata.get("glmlib", {}).get("exercise")
    exercise = exercise or metadata.get("nbgrader", {}).get("grade_id", "").replace("-", ".")
    number = exercise.partition(".")[0]
    if known(number) and exercise in lesson(number).exercises:
        return lesson(number).exercises[exercise].stub
    return str(cell.get("id", ""))


def known(number):
    try:
        lesson(number)
    except (ValueError, TypeError):
        return False
    return True


def guessed(cells):
    """The lesson that has most of these cells, for a copy that does not say which it is."""
    from ..start import notebooks

    best = {}
    for path in notebooks():
        if path.name[:2].isdigit():
            given = lesson(path.name[:2])
            sources = {cell["source"].strip() for cell in given.cells}
            best[path.name[:2]] = sum(source.strip() in sources for _, source in cells)
    number = max(best, key=best.get)
    if not best[number]:
        raise Unreadable("this is a notebook, and it is of no lesson")
    return number


def cells_of(cells, given, exercise, names):
    """(helpers, cells), each [(place, source)], to execute for an exercise.

    `names` are those that the lesson has; a helper is a cell of the learner's elsewhere that
    defines what is used here and is defined nowhere.
    """
    own = learners(cells, given)
    mine = of_exercise(own, exercise)
    have = names | set(dir(builtins)) | {n for p in mine for n in names_of(own[p][1])}
    wanted, helpers = {n for p in mine for n in used_in(own[p][1])} - have, []
    while wanted:
        found = [
            place
            for place, (_, source) in enumerate(own)
            if place not in [*mine, *helpers] and wanted & set(names_of(source))
        ]
        if not found:
            break
        helpers += found
        have |= {n for place in found for n in names_of(own[place][1])}
        wanted = {n for place in found for n in used_in(own[place][1])} - have
    return [
        [(f"<{exercise.id}, cell {place}>", own[place][1]) for place in places]
        for places in (sorted(helpers), mine)
    ]


def of_exercise(own, exercise):
    """The places of the cells that answer an exercise: its own, and new ones around it."""
    stubs = [stub for stub, _ in own]
    if exercise.stub not in stubs:  # it was deleted, or has lost its id
        return [
            place
            for place, (stub, source) in enumerate(own)
            if not stub and set(exercise.names) & set(names_of(source))
        ]
    first = last = stubs.index(exercise.stub)
    while first and not stubs[first - 1]:
        first -= 1
    while last + 1 < len(own) and not stubs[last + 1]:
        last += 1
    return [*range(first, last + 1)]


def learners(cells, given):
    """[(id of the exercise's cell or None, source)] of the cells that are the learner's."""
    stubs = {e.stub for e in given.exercises.values()}
    by_source = {cell["source"].strip() for cell in given.cells} | {""}
    taken, own = set(), []
    for identity, source in cells:
        if identity in stubs - taken:
            taken.add(identity)
            own.append((identity, source))
        elif identity in given.place.keys() - stubs:
            continue
        elif source.strip() not in by_source and not is_ours(source):
            own.append((None, source))  # new, or a copy of the cell of an exercise
    return own


def is_ours(source):
    """Whether a cell of a hand-out asks the package for one of the lesson."""
    return source.startswith("from glmlib.course import hidden")


def used_in(source):
    """The names that a cell reads."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    return {
        n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)
    }
