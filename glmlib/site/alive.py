"""Every lab of a committed notebook moves on a page: its table is made when the page is.

The lesson is not run again. Of the statements above a lab those are run which the lab depends
on, five to thirty of two hundred; what they print and draw nobody sees. The lab must then say
what stands under its stored picture, so that a statement too few is an error.
"""

import ast
import contextlib
import dis
import html
import io
import os
import re
import shutil
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from types import CodeType, SimpleNamespace

from ..course.labs.engine import HERE as ENGINE
from ..course.labs.engine import MOST, Lab
from .cells import kind, read

HERE = Path(__file__).parent
PROCESSES = 2
SCRIPT, STYLE = "glmlib_labs.js", "glmlib_labs.css"
# What binds its names whatever happens, so that earlier values of them are not needed.
IMPORTS = (ast.Import, ast.ImportFrom)
BINDING = (*IMPORTS, ast.Assign, ast.AnnAssign, ast.FunctionDef, ast.ClassDef)
DRAWS = {"print", "plots", "plt", "show", "sns"}  # calls that change none of their arguments
AT_ONCE = ("<listcomp>", "<dictcomp>", "<setcomp>", "<genexpr>")


@contextlib.contextmanager
def workers():
    """Processes that compute in one thread each, and open no window."""
    before = dict(os.environ)
    os.environ.update(OPENBLAS_NUM_THREADS="1", MPLBACKEND="agg")
    try:
        with ProcessPoolExecutor(PROCESSES, get_context("spawn")) as pool:
            yield pool
    finally:
        os.environ.clear()
        os.environ.update(before)


def write_engine(static):
    """Write the one script and the one style of all labs, of which each page needs a tag."""
    static = Path(static)
    static.mkdir(parents=True, exist_ok=True)
    (static / SCRIPT).write_text(script(), encoding="utf-8")
    shutil.copy(ENGINE / "engine.css", static / STYLE)


def write_labs(notebooks, static, pool, most=MOST):
    """Write a script for each lab of notebooks, with its table, into the folder `static`.

    A page loads it from beside the script of `write_engine`, when the lab comes near the view.

    Parameters
    ----------
    notebooks : Paths of executed notebooks.
    static : the folder, which is there.
    pool : the `workers` that make the tables, while the caller goes on.
    most : how many states a table has; of long sliders it keeps every second stop.

    Returns
    -------
    {Path: {id of a cell: HTML}}, the stored picture, whose place the lab takes; and a future
    for each table, whose `result()` raises ValueError when its lab does not say what stands
    in the notebook.
    """
    found, tables = {}, []
    for path in map(Path, notebooks):
        found[path] = {}
        for cell, picture, source in labs_of(path):
            name = f"{path.stem}_{cell}"
            found[path][cell] = place(name, picture)
            task = name, source, picture, Path(static), most
            tables.append(pool.submit(write_table, *task))
    return found, tables


def script():
    """The engine of all labs, and what brings their tables."""
    engine = (ENGINE / "engine.js").read_text("utf-8").replace("export default", "return")
    loader = (HERE / "alive.js").read_text("utf-8")
    return f"(() => {{\nconst {{ revive }} = (() => {{\n{engine}\n}})();\n{loader}}})();\n"


def write_table(name, source, picture, static, most):
    """The script of one lab, from the statements that make it."""
    write_script(name, made(name, source, picture), static, most)


def write_lab(name, lab, static, most=MOST):
    """Write the script of a lab that is at hand. Returns the HTML whose place it takes."""
    write_script(name, lab, Path(static), most)
    return place(name, lab.picture()._repr_mimebundle_()["text/html"])


def write_script(name, lab, static, most=MOST):
    text = f'glmLab("{name}", {lab.stored(most)});\n'
    (static / f"{name}.js").write_text(text, encoding="utf-8")


def place(name, picture):
    return f'<div class="glm-lab" data-lab="{name}">{picture}</div>'


def made(name, source, picture):
    """The lab that the statements make; ValueError where it is not that of the picture."""
    from IPython.display import display

    *before, last = ast.parse(source).body
    names = {"display": display, "__name__": "lesson"}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(ast.Module(before, []), name, "exec"), names)
        value = getattr(last, "value", None)
        lab = value and eval(compile(ast.Expression(value), name, "eval"), names)
    if not isinstance(lab, Lab):
        raise ValueError(f"{name} shows a lab, but does not end with it")
    if f'alt="{html.escape(lab.alt)}"' not in picture:
        raise ValueError(f"{name} stores another picture than that of “{lab.status}”")
    return lab


# ---- the statements that a lab depends on


def labs_of(path):
    """(id of the cell, its stored picture, the code that makes its lab) of each lab shown."""
    above, found = [], []
    for cell in read(path):
        if cell["cell_type"] == "code":
            above += map(effects, ast.parse(plain(cell["source"])).body)
            for output in cell["outputs"]:
                if kind(output) == "lab":
                    shown = output["data"]["text/html"]
                    picture = re.search(r"<img .*", shown, re.DOTALL)[0]
                    found.append((cell["id"], picture, slice_of(above)))
    return found


def plain(source):
    """A cell as Python, without the magic of IPython."""
    from IPython.core.inputtransformer2 import TransformerManager

    return TransformerManager().transform_cell(source)


def effects(node):
    """A statement with the names that it uses, binds, changes in place, and uses `later`,
    in functions which it makes."""
    uses, binds, later = set(), set(), set()

    def read(code, at_once):
        for step in dis.get_instructions(code):
            if step.opname in ("LOAD_NAME", "LOAD_GLOBAL"):
                (uses if at_once else later).add(step.argval)
            elif step.opname in ("STORE_NAME", "STORE_GLOBAL", "DELETE_NAME"):
                binds.add(step.argval)
        for inner in code.co_consts:
            if isinstance(inner, CodeType):
                read(inner, at_once and inner.co_name in AT_ONCE)

    read(compile(ast.Module([node], []), "lesson", "exec"), True)
    changes = {name for part in ast.walk(node) for name in changed(part)} & uses
    return SimpleNamespace(node=node, uses=uses, binds=binds, changes=changes, later=later)


def changed(node):
    """What may be changed in place: `x[0] = …`, `x.y = …`, `x.method(…)`, `function(x)`."""
    if isinstance(node, ast.Attribute | ast.Subscript):
        return [] if isinstance(node.ctx, ast.Load) else [root(node)]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return [root(node.func)]
    if isinstance(node, ast.Expr) and isinstance(call := node.value, ast.Call):
        if root(call.func) not in DRAWS:
            return map(root, [*call.args, *(word.value for word in call.keywords)])
    return []


def root(node):
    """The x of x.y[0]; None where no name stands there."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
        node = node.value
    return getattr(node, "id", None)


def slice_of(statements):
    """The code that the last of the statements depends on, and that statement."""
    modules = {
        name for one in statements if isinstance(one.node, IMPORTS)
        for name in one.binds
    }  # fmt: skip
    # forwards: what calls of a name may look up, in the functions that it holds
    calls, known = [], {}
    for one in statements:
        calls.append(known)
        gone = one.binds if isinstance(one.node, BINDING) else ()
        held = one.later | (one.uses & set(known))
        known = {name: names for name, names in known.items() if name not in gone}
        for name in (one.binds | one.changes) - modules if held else ():
            known[name] = known.get(name, set()) | held
    # backwards: what binds or changes a name that is needed below it
    *above, last = zip(statements, calls, strict=True)
    kept, needed = [last[0].node], reached(last[0].uses, last[1])
    for one, known in reversed(above):
        if isinstance(one.node, ast.Assert) or needed.isdisjoint(
            one.binds | one.changes - modules
        ):
            continue
        kept.append(one.node)
        if isinstance(one.node, BINDING):
            needed -= one.binds
        needed |= reached(one.uses | one.later, known)
    return ast.unparse(ast.Module(kept[::-1], []))


def reached(names, calls):
    """The names, and all that calls of them may look up."""
    found, new = set(), set(names)
    while new:
        found |= new
        new = {name for one in new for name in calls.get(one, ())} - found
    return found
