"""What a learner finds in a notebook: stubs, given lines, checks, and folded solutions."""

import ast
import functools
import json
import linecache
from pathlib import Path

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
USED = set()  # (lesson, number of the cell) of each solution that an exercise has read


@functools.cache
def code_cells(lesson):
    """The code cells of a lesson, "02" say: {number: (its tags, its statements)}."""
    (path,) = NOTEBOOKS.glob(f"{lesson}_*.ipynb")
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return {
        number: (cell["metadata"].get("tags", []), ast.parse("".join(cell["source"])).body)
        for number, cell in enumerate(cells)
        if cell["cell_type"] == "code"
    }


def definition(lesson, name):
    """The first function or variable called `name` in the notebook of a lesson."""
    for _, statements in code_cells(lesson).values():
        for node in statements:
            if name in names_of(node):
                return run(lesson, name, node)
    raise LookupError(f"{name} is not in the notebook of lesson {lesson}")


def solution(lesson, *names, place=0, **given):
    """What the folded solution cell defines: one value for one name, a tuple for more.

    `given` are the names that the solution finds in the notebook and not in its own cell;
    where several solutions have the same name, `place` counts them from 0.
    """
    found = [
        (number, {name: node for node in statements for name in names_of(node)})
        for number, (tags, statements) in code_cells(lesson).items()
        if "solution" in tags
    ]
    cells = [(number, nodes) for number, nodes in found if set(names) <= set(nodes)]
    if place >= len(cells):
        raise LookupError(f"no solution cell of lesson {lesson} defines {', '.join(names)}")
    number, nodes = cells[place]
    USED.add((lesson, number))
    values = tuple(run(lesson, name, nodes[name], **given) for name in names)
    return values if len(values) > 1 else values[0]


def names_of(node):
    """The names that a statement defines."""
    return [getattr(node, "name", "")] + [
        getattr(target, "id", "") for target in getattr(node, "targets", [])
    ]


def replace(statement, names):
    """The import statement, of these names alone."""
    if isinstance(statement, ast.Import):
        return ast.Import(names)
    return ast.ImportFrom(statement.module, names, statement.level)


def run(lesson, name, node, **given):
    """The value of `name` after a statement, with the notebook's own imports and `given`."""
    wanted = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} - set(given)
    space = {**given}
    for _, statements in code_cells(lesson).values():
        for other in statements:
            if isinstance(other, ast.Import | ast.ImportFrom):
                bound = [a for a in other.names if (a.asname or a.name) in wanted]
                if bound:
                    exec(ast.unparse(replace(other, bound)), space)
    source = ast.unparse(node)
    place = f"<{name} in lesson {lesson}, line {node.lineno}>"
    # so that a traceback, and a test that reads a solution, find its lines
    linecache.cache[place] = (len(source), None, source.splitlines(keepends=True), place)
    exec(compile(source, place, "exec"), space)
    return space[name]
