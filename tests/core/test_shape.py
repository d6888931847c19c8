"""What keeps the library small enough to read: its size, its layers, what it loads.

The five modules that a student reads are `links`, `families`, `models`, `solvers`, `fit`. All
that is not in `glmlib/course` or `glmlib/site` is called the core here.
"""

import ast
import io
import tokenize
from pathlib import Path

import numpy as np
import pytest

import fit_trace
from test_imports import python

ROOT = Path(__file__).parents[2]
STEPS = ("links", "families", "models", "solvers", "fit")
CORE = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted((ROOT / "glmlib").rglob("*.py"))
    # neither the command line nor the web site is what anybody reads
    if not {"course", "site"} & set(path.relative_to(ROOT).parts)
    and path.name != "__main__.py"
}


def read(path):
    return path.read_text(encoding="utf-8")


# ---- how much there is to read


def counted(source):
    """The numbers of lines of code, and of docstrings and comments that stand alone."""
    docstrings = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            if ast.get_docstring(node) is not None:
                string = node.body[0]
                docstrings |= set(range(string.lineno, string.end_lineno + 1))
    code, comments = set(), set()
    layout = {tokenize.NEWLINE, tokenize.NL, tokenize.INDENT, tokenize.DEDENT}
    layout |= {tokenize.ENDMARKER}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        lines = set(range(token.start[0], token.end[0] + 1))
        if token.type == tokenize.COMMENT:
            comments |= lines
        elif token.type not in layout:
            code |= lines - docstrings
    return len(code), len(docstrings | comments - code)


def test_the_count_knows_code_from_words():
    source = '''"""One line."""

# a comment
def f(x):
    """Two
    lines."""
    text = """not a
    docstring"""
    return (x,  # beside code
            text)
'''
    assert counted(source) == (5, 4)


@pytest.fixture
def totals():
    counts = [counted(read(ROOT / "glmlib" / f"{name}.py")) for name in STEPS]
    return [sum(column) for column in zip(*counts, strict=True)]


def test_the_five_modules_are_read_in_half_an_hour(totals):
    assert totals[0] <= 600


def test_the_five_modules_explain_themselves(totals):
    code, words = totals
    assert words >= 0.6 * code


@pytest.mark.parametrize("model", fit_trace.SIMULATED)
def test_from_fit_to_summary_it_is_thirty_functions_in_four_files(model):
    calls, _ = fit_trace.trace(fit_trace.fit_and_summary(model))
    path = fit_trace.straight(calls)
    assert {file for file, _ in path} == set(fit_trace.STRAIGHT)
    assert 15 < len(path) <= 30, list(path)


# ---- which way it is imported


def imported(source, name, package=False, known=CORE):
    """The modules of glmlib that a module imports, at any depth of its functions."""
    here = name.split(".") if package else name.split(".")[:-1]
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = here[: len(here) - node.level + 1] if node.level else []
            base = ".".join([*above, *(node.module.split(".") if node.module else [])])
            # `from . import solvers` is the module, `from .solvers import Path` its name
            found |= {
                f"{base}.{alias.name}" if f"{base}.{alias.name}" in known else base
                for alias in node.names
            }
    return {module for module in found if module.partition(".")[0] == "glmlib"} - {name}


GRAPH = {
    name: imported(read(path), name, path.name == "__init__.py") for name, path in CORE.items()
}


def circle(graph):
    """A list of modules, each importing the next and the last the first; or None."""
    done = set()

    def visit(name, path):
        if name in path:
            return path[path.index(name) :]
        if name not in done:
            for other in sorted(graph.get(name, ())):
                if found := visit(other, [*path, name]):
                    return found
            done.add(name)

    return next((found for name in sorted(graph) if (found := visit(name, []))), None)


def test_nothing_below_the_course_imports_it():
    assert {
        name for name, others in GRAPH.items() if any("course" in other for other in others)
    } == set()


def test_no_modules_import_each_other_in_a_circle():
    assert circle(GRAPH) is None


def test_an_import_inside_a_function_is_seen_and_a_circle_found():
    def inside(line):
        return imported(f"def f():\n    {line}\n", "glmlib.inference.theta")

    assert inside("from ..fit import Fit") == {"glmlib.fit"}
    assert inside("from .. import fit") == {"glmlib.fit"}
    assert inside("from ..course import labs") == {"glmlib.course"}
    assert inside("import glmlib.course.labs.engine") == {"glmlib.course.labs.engine"}
    assert inside("import numpy") == set()
    assert GRAPH["glmlib"] >= {"glmlib.fit", "glmlib.models", "glmlib.data"}
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": set()}) == ["b", "c"]
    assert circle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) is None


def test_importing_glmlib_loads_the_core_alone():
    code = "import sys, glmlib; print(*(m for m in sys.modules if m.startswith('glmlib')))"
    loaded = set(python(code).split())
    assert loaded <= set(CORE) and loaded >= {f"glmlib.{name}" for name in STEPS}


def test_importing_glmlib_takes_half_as_long_again_as_numpy_at_most():
    """The least of several fresh processes, in the time of the processor."""
    code = "import time; t = time.process_time(); import {}; print(time.process_time() - t)"
    least = {"numpy": np.inf, "glmlib": np.inf}
    for _ in range(5):  # a busy machine gets another chance
        for _ in range(4):
            for name in least:
                least[name] = min(least[name], float(python(code.format(name))))
        if least["glmlib"] <= 1.5 * least["numpy"]:
            return
    pytest.fail(f"{least}")


# ---- how it is written


def asked_for_its_name(source):
    """The lines that compare the name of a family or a link with a string."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Compare)
        and any(isinstance(part, ast.Constant) and part.value for part in ast.walk(node))
        for side in [node.left, *node.comparators]
        if isinstance(side, ast.Attribute)
        and side.attr == "name"
        and any(word in ast.unparse(side.value) for word in ("family", "link"))
    ]


def test_a_family_says_what_it_is_by_its_fields():
    """Code that asks for the name leaves out the family that somebody adds."""
    found = {name: asked_for_its_name(read(path)) for name, path in CORE.items()}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_a_question_for_the_name_is_seen():
    assert asked_for_its_name('if model.family.name in ("poisson", "gamma"):\n    pass') == [1]
    assert asked_for_its_name('a = "log" == link.name') == [1]
    assert asked_for_its_name("a = column.name == 'x'; b = family.counts") == []


def tolerances_without_a_name(source):
    """The lines with a tiny or a huge number that no NAME = … and no default explains."""
    tree = ast.parse(source)
    named = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and all(
            isinstance(name, ast.Name) and name.id.isupper()
            for target in node.targets
            for name in (target.elts if isinstance(target, ast.Tuple) else [target])
        ):
            named |= set(ast.walk(node.value))
        elif isinstance(node, ast.arguments):
            for default in [*node.defaults, *node.kw_defaults]:
                named |= set(ast.walk(default)) if default else set()
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, float)
        if (0 < abs(node.value) < 1e-3 or abs(node.value) >= 1e6) and node not in named
    ]


def test_each_tolerance_has_a_name():
    found = {name: tolerances_without_a_name(read(path)) for name, path in CORE.items()}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_a_number_without_a_name_is_seen():
    assert tolerances_without_a_name("if step < 1e-10:\n    pass") == [1]
    assert tolerances_without_a_name("tiny = 1e-10") == [1]
    assert tolerances_without_a_name("TINY, HUGE = 1e-10, 10 * 1e300\nx = 0.5 + 12.0") == []
    assert tolerances_without_a_name("def f(x, tolerance=1e-8): return 1e12") == [1]
