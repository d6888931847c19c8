"""The lessons as a class needs them: what is asked, where it is answered, what tells it.

Everything is read from the notebook: an exercise is a cell tagged `solution`, the heading
above it, the cell in which the learner writes, and the check behind the solution.
"""

import ast
import functools
import json
import re
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from ...data import stream
from ..start import notebooks
from .drawn import DRAWN

# The kinds of exercises of which the cells do not say it: (lesson, cell of the solution).
KINDS = {
    ("05", "ex4-solution"): "trap",
    ("05", "ex5-solution"): "exit",
    ("07", "trap-solution"): "trap",
    ("09", "ex4-solution"): "trap",
    ("09", "ex5-solution"): "empty",
    ("10", "ex3-solution"): "trap",
}
POINTS = {"order": 2, "blanks": 2, "empty": 4, "trap": 1, "written": 3, "exit": 1}
ROUTES = {
    "everything": (),  # all that there are
    "the article only": ("01", "02", "03", "04", "06"),
    "practice": ("01", "04", "05", "06", "08", "09", "10"),
    "the algorithms": ("02", "03", "04", "06", "07", "11"),
}
# Cells outside of an exercise whose code is a right answer to one.
TELLING = {
    "02": ("08d96743",),
    "04": ("gradient-check",),
    "06": ("cell-062",),
    "07": ("compare",),
}
ANSWERS = re.compile(
    r"(?<![\w.])predict\(|\bchecks\.(choice|matching|cards|number)\(|\bchecks\.Ingredient\("
)
GATE = re.compile(r"(?<![\w.])predict\(")
# A fold that says how a prediction ends.
SEEN = re.compile(r"(?s)<details>\s*<summary>What you should have seen</summary>.*?</details>")
HEADING = re.compile(r"(?m)^#+ (.*)$")


@dataclass(frozen=True)
class Exercise:
    """One exercise of a lesson: what a table of marks needs, and the ids of its cells.

    Attributes
    ----------
    id : the lesson and the place in it, such as "06.3".
    names : what the learner hands over, the names that the solution defines.
    text, stub, solution, check : the cell that asks, the one to write in, the solution, and
        the check behind it, whose last line is a `Verdict`.
    """

    id: str
    title: str
    kind: str
    points: int
    names: tuple
    text: str
    stub: str
    solution: str
    check: str


class Lesson:
    """A notebook and its exercises; with a seed given lines and numbers are others.

    Parameters
    ----------
    number : such as "06".
    seed : a whole number from 0 to 2**63 - 1, or None for the lesson as it is.

    Raises ValueError for a number that no lesson has, and for another seed.

    >>> lesson = Lesson("06")
    >>> lesson.exercises["06.3"].title, lesson.exercises["06.3"].points
    ('fill the blanks', 2)
    """

    def __init__(self, number, seed=None):
        paths = {path.name[:2]: path for path in notebooks() if path.name[:2].isdigit()}
        if number not in paths:
            raise ValueError(f"there is no lesson {number}: choose from {', '.join(paths)}")
        if seed is not None and not 0 <= seed < 2**63:
            raise ValueError(f"a seed is a whole number from 0 to 2**63 - 1, not {seed}")
        self.number, self.seed, self.path = number, seed, paths[number]
        text = self.path.read_text(encoding="utf-8")
        self.version = sha256(text.encode()).hexdigest()[:12]
        self.notebook = json.loads(text)
        self.cells = self.notebook["cells"]
        for cell in self.cells:
            cell["source"] = "".join(cell["source"])
        self.place = {cell["id"]: k for k, cell in enumerate(self.cells)}
        self.exercises = {e.id: e for e in self._exercises()}
        if seed is not None:
            for exercise in self.exercises.values():
                if exercise.kind == "order":
                    self._reorder(exercise)
                elif (number, exercise.solution) in DRAWN:
                    self._redraw(exercise)

    def source(self, identity):
        """The source of the cell with this id; ValueError where there is none."""
        if identity not in self.place:
            raise ValueError(
                f"lesson {self.number} has no cell {identity!r}: is this hand-out of another "
                "version of glmlib? Make it again"
            )
        return self.cells[self.place[identity]]["source"]

    def section(self, exercise):
        """The places of the cells from the heading of an exercise to the next heading."""
        first = self.place[exercise.text]
        last = next(
            (
                k
                for k in range(self.place[exercise.solution], len(self.cells))
                if self.cells[k]["cell_type"] == "markdown"
                and HEADING.search(self.cells[k]["source"])
            ),
            len(self.cells),
        )
        return range(first, last)

    def _exercises(self):
        places = [k for k, cell in enumerate(self.cells) if tagged(cell, "solution")]
        for number, place in enumerate(places, 1):
            names = names_of(self.cells[place]["source"])
            heading = next(
                k
                for k in reversed(range(place))
                if self.cells[k]["cell_type"] == "markdown"
                and HEADING.search(self.cells[k]["source"])
            )
            stub = next(
                cell
                for cell in reversed(self.cells[heading:place])
                if cell["cell_type"] == "code" and set(names) & set(names_of(cell["source"]))
            )
            title = HEADING.findall(self.cells[heading]["source"])[-1]
            check = self.cells[place + 1]
            solution = self.cells[place]
            kind = KINDS.get((self.number, solution["id"])) or kind_of(
                title, stub["source"], check["source"], solution["source"]
            )
            yield Exercise(
                id=f"{self.number}.{number}",
                title=re.sub(r"^Exercise \d+: ", "", title),
                kind=kind,
                points=POINTS[kind],
                names=names,
                text=self.cells[heading]["id"],
                stub=stub["id"],
                solution=solution["id"],
                check=check["id"],
            )

    def _reorder(self, exercise):
        """Shuffle the given lines, and number solution and hints accordingly."""
        section = [self.cells[k] for k in self.section(exercise)]
        given, lines = next(
            (cell, value)
            for cell in section
            if cell["cell_type"] == "code"
            for value in lists(cell["source"])
            if all(isinstance(part.value, str) for part in value.elts) and value.elts
        )
        rng = stream(self.seed, f"lines of {exercise.id}")
        order = rng.permutation(len(lines.elts))
        given["source"] = swapped(given["source"], lines.elts, order)
        given["outputs"] = []
        new = {old + 1: k for k, old in enumerate(order.tolist(), 1)}
        for cell in section:
            if cell["id"] == exercise.solution:
                cell["source"] = re.sub(
                    r"\d+", lambda m: str(new[int(m[0])]), cell["source"].rstrip()
                )
            elif cell["cell_type"] == "markdown":
                cell["source"] = re.sub(
                    r"(?<=lines )\d+(, \d+)*",
                    lambda m: re.sub(r"\d+", lambda n: str(new[int(n[0])]), m[0]),
                    cell["source"],
                )

    def _redraw(self, exercise):
        """Draw the data anew; not where a teacher has made another exercise of it."""
        section = [self.cells[k] for k in self.section(exercise)]
        pieces = DRAWN[self.number, exercise.solution]
        if not all(any(old in cell["source"] for cell in section) for old in pieces):
            return
        for cell in section:
            source = cell["source"]
            for old, new in pieces.items():
                source = source.replace(old, new.replace("SEED", str(self.seed)))
            if cell["id"] == exercise.solution:
                source = re.sub('"[^"]*"', lambda m: "f" * ("{" in m[0]) + m[0], source)
                source += '\nprint(*conclusion.values(), sep="\\n")'  # with its numbers
            if source != cell["source"] and cell["cell_type"] == "code":
                cell["outputs"] = []
            cell["source"] = source


def varied(number, seed):
    """The exercises of a lesson that are others with this seed.

    >>> [exercise.id for exercise in varied("06", 2026)]
    ['06.1', '06.6']
    """
    plain, other = (lesson(number, s).cells for s in (None, seed))
    return [
        exercise
        for exercise in lesson(number).exercises.values()
        if any(
            plain[k]["source"] != other[k]["source"] for k in lesson(number).section(exercise)
        )
    ]


@functools.lru_cache(maxsize=32)
def lesson(number, seed=None):
    """The `Lesson`, read once; leave its cells as they are."""
    return Lesson(number, seed)


def chosen(lessons=None, route=None):
    """The numbers of the lessons, of a route, or of all that there are.

    >>> chosen(route="practice")[:3], chosen(lessons=["06"])
    (['01', '04', '05'], ['06'])
    """
    if route is not None and route not in ROUTES:
        raise ValueError(f"there is no route {route!r}: choose from {', '.join(ROUTES)}")
    there = [path.name[:2] for path in notebooks() if path.name[:2].isdigit()]
    wanted = list(lessons or ROUTES.get(route, ()) or there)
    for number in wanted:
        if number not in there:
            raise ValueError(f"there is no lesson {number}: choose from {', '.join(there)}")
    return wanted


def points_of(text):
    """{kind or id: points} from the command line; ValueError where it says something else.

    >>> points_of('{"06.3": 5, "written": 4}')
    {'06.3': 5, 'written': 4}
    """
    try:
        points = dict(json.loads(text or "{}"))
        strange = [name for name in points if name not in POINTS and not is_exercise(name)]
        if strange or not all(points[name] >= 0 for name in points):
            raise ValueError
    except (TypeError, ValueError):
        known = f"kinds, {', '.join(POINTS)}, or ids"
        raise ValueError(
            f'points are for {known}, such as {{"06.3": 5, "written": 4}}, not {text}'
        ) from None
    return points


def is_exercise(identity):
    """Whether an exercise has this id."""
    number = identity.partition(".")[0]
    return number in chosen() and identity in lesson(number).exercises


def kind_of(title, stub, check, solution):
    """The kind of an exercise, from its cells.

    >>> kind_of("Answer the exit question", "answer = None", "check(answer)", "answer = 'a'")
    'exit'
    """
    if "checks.order(" in check:
        return "order"
    if "checks.report(" in check:
        return "written"
    if "trap" in title:
        return "trap"
    if "exit" in title:
        return "exit"
    blank = any(
        isinstance(node, ast.Constant) and node.value is ...
        for node in ast.walk(ast.parse(stub))
    )
    return "blanks" if blank or "def " not in solution else "empty"


def tagged(cell, tag):
    return tag in cell["metadata"].get("tags", [])


def folded(cell):
    return bool(cell["metadata"].get("jupyter", {}).get("source_hidden"))


def names_of(source):
    """The names that a cell defines at its top level; () where Python cannot read it.

    >>> names_of("a, (b, *c) = 1, (2, 3)\\ndef f():\\n    d = 4")
    ('a', 'b', 'c', 'f')
    """
    try:
        statements = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    found = {}
    for node in statements:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found[node.name] = None
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found.update((a.asname or a.name.partition(".")[0], None) for a in node.names)
        else:
            found.update(
                (part.id, None)
                for part in ast.walk(node)
                if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
            )
    return tuple(found)


def lists(source):
    """The lists of constants that a cell assigns to one name."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.List):
            if all(isinstance(part, ast.Constant) for part in node.value.elts):
                yield node.value


def swapped(source, parts, order):
    """The source with part `order[k]` where part k stands.

    >>> import ast
    >>> source = 'lines = ["a", "bb"]  # two'
    >>> swapped(source, ast.parse(source).body[0].value.elts, [1, 0])
    'lines = ["bb", "a"]  # two'
    """
    starts = np.cumsum([0, *(len(line) + 1 for line in source.encode().split(b"\n"))])
    raw = source.encode()  # columns count bytes
    spans = [
        (starts[p.lineno - 1] + p.col_offset, starts[p.end_lineno - 1] + p.end_col_offset)
        for p in parts
    ]
    texts = [raw[a:b] for a, b in spans]
    for (a, b), k in reversed(list(zip(spans, order, strict=True))):
        raw = raw[:a] + texts[k] + raw[b:]
    return raw.decode()
