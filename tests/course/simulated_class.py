"""A class of learners, made of the registered right and wrong answers, by a seed.

    python tests/course/simulated_class.py DIR

writes the notebooks into DIR/class, marks them by the command, and compares with the truth.
Forty hand in answers; twelve hand in what should not be: code that never ends, that takes
all memory, that forges its verdict.
"""

import argparse
import ast
import csv
import inspect
import json
import random
import re
import subprocess
import sys
import textwrap
import time
import types
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1])]
import exercises  # noqa: E402
from glmlib.course.classroom.handout import handout, with_answer  # noqa: E402
from glmlib.course.classroom.lessons import Lesson, names_of  # noqa: E402


def registered(lesson):
    """{id of an exercise: the registered one} of a lesson, matched by the solution."""
    found, left = {}, list(exercises.of(lesson.number).values())
    for exercise in lesson.exercises.values():
        for one in left:
            if solves(one, exercise, lesson) and one.kind == exercise.kind:
                found[exercise.id] = one
                left.remove(one)
                break
    assert not left and len(found) == len(lesson.exercises), (lesson.number, left)
    return found


def solves(one, exercise, lesson):
    """Whether the registered solution is that of the exercise."""
    solution = one.solution
    if not isinstance(solution, tuple):
        solution = (solution,)
    texts = [
        inspect.getsource(part) if isinstance(part, types.FunctionType) else repr(part)
        for part in solution
    ]
    statements = ast.parse(lesson.source(exercise.solution)).body
    there = {ast.dump(node) for node in statements}
    there |= {ast.dump(node.value) for node in statements if isinstance(node, ast.Assign)}
    return all(
        {ast.dump(node), ast.dump(getattr(node, "value", node))} & there
        for text in texts
        for node in ast.parse(textwrap.dedent(text)).body
    )


def cell_of(exercise, answer, lesson, where):
    """The source of a cell that hands over this answer.

    Code is written out where it stands by itself, and imported from `exercises`, by `where`,
    where it is made by other code.
    """
    if exercise.kind == "written":
        names, values = exercise.names[:1], [answer]
    else:
        names = exercise.names
        values = answer if isinstance(answer, tuple) and len(names) > 1 else [answer]
    lines = []
    try:
        for name, value in zip(names, values, strict=True):
            if getattr(value, "__name__", name) in set(names) - {name}:
                raise LookupError(name)  # two that are exchanged
        for name, value in zip(names, values, strict=True):
            lines.append(written(name, value, lesson))
    except LookupError:
        lesson_number, exercise_name, way = where
        source = f"{exercise_name!r}].{way}"
        targets = ", ".join(names)
        return f"import exercises\n\n{targets} = exercises.of({lesson_number!r})[{source}"
    return "\n\n\n".join(lines) + "\n"


def written(name, value, lesson):
    """`name = value` as code; LookupError where it cannot stand by itself."""
    if not callable(value):
        text = repr(value).replace("Ellipsis", "...")
        try:
            ast.parse(text)
        except SyntaxError:
            raise LookupError(name) from None
        if "<" in text or "array(" in text:
            raise LookupError(name)
        return f"{name} = {text}"
    if not isinstance(value, types.FunctionType):
        return part(name, value)
    own = {n for e in lesson.exercises.values() for n in e.names}
    have = {n for cell in lesson.cells if cell["cell_type"] == "code"
            for n in names_of(cell["source"])} - own  # fmt: skip
    parts, todo = {}, [value]
    while todo:
        f = todo.pop()
        for used in globals_of(f):
            thing = f.__globals__[used]
            if used in parts or thing is value:
                continue
            if used in have and not isinstance(thing, types.FunctionType):
                continue
            parts[used] = part(used, thing)
            if parts[used].startswith("def "):
                todo.append(thing)
    source = code_of(value)
    if name in parts:  # the answer is made of the solution
        parts = {
            k: re.sub(rf"(?<![\w.]){name}\b", f"right_{name}", text)
            for k, text in parts.items()
        }
        source = re.sub(rf"(?<![\w.]){name}\b", f"right_{name}", source)
    if source.startswith("lambda"):
        source = f"{name} = {source}"
    elif value.__name__ != name or f"right_{name}" in source:
        source += f"\n\n\n{name} = {ast.parse(source).body[0].name}"
    return "\n\n\n".join([*reversed(parts.values()), source])


def part(name, thing):
    """Another name that an answer uses, as code."""
    if isinstance(thing, types.ModuleType):
        return f"import {thing.__name__} as {name}"
    place = getattr(thing, "__module__", "") or ""
    if place.startswith(("glmlib", "numpy", "scipy", "statsmodels")):
        if hasattr(thing, "__name__"):
            return f"from {place} import {thing.__name__} as {name}"
    if isinstance(thing, types.FunctionType):
        return code_of(thing)
    raise LookupError(name)


ALIKE = ("co_names", "co_varnames", "co_consts")  # the bytes of code hold places in the source


def globals_of(f):
    codes, found = [f.__code__], set()
    while codes:
        code = codes.pop()
        found |= set(code.co_names)
        codes += [c for c in code.co_consts if isinstance(c, types.CodeType)]
    return sorted(found & set(f.__globals__))


def code_of(f):
    """The source of a function without a closure; LookupError for another."""
    if (
        not isinstance(f, types.FunctionType)
        or f.__closure__
        or f.__defaults__
        and f.__name__ == "<lambda>"
    ):
        raise LookupError(f)
    try:
        text = textwrap.dedent(inspect.getsource(f))
    except (OSError, TypeError):
        raise LookupError(f) from None
    if f.__name__ != "<lambda>":
        try:
            node = ast.parse(text).body[0]
        except SyntaxError:
            raise LookupError(f) from None
        if not isinstance(node, ast.FunctionDef) or node.name != f.__name__:
            raise LookupError(f)
        return text.rstrip()
    lines = Path(f.__code__.co_filename).read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(lines)):
        if isinstance(node, ast.Lambda) and node.lineno == f.__code__.co_firstlineno:
            text = ast.unparse(node)
            code = eval(compile(text, "", "eval"), {}).__code__
            if all(getattr(code, n) == getattr(f.__code__, n) for n in ALIKE):
                return text
    raise LookupError(f)


# ---- the class


def answers(one):
    """{way: (answer, whether it is right)} of a registered exercise."""
    wrong = {f"wrong[{name!r}][0]": (answer, False) for name, (answer, _) in one.wrong.items()}
    right = {f"right[{name!r}]": (answer, True) for name, answer in one.right.items()}
    return {"solution": (one.solution, True), **right, **wrong}


def filled(number, chosen):
    """A hand-out with these cells, {id of an exercise: source of the answer}."""
    copied, lesson = handout(number), Lesson(number)
    for cell in copied["cells"]:
        identity = cell["metadata"].get("glmlib", {}).get("exercise")
        if identity in chosen:
            names = lesson.exercises[identity].names
            cell["source"] = with_answer(cell["source"], chosen[identity], names)
    return copied


def honest(number, rng):
    """(notebook, truth) of somebody who answers some exercises right, and some wrong."""
    lesson, chosen, truth = Lesson(number), {}, {}
    for identity, one in registered(lesson).items():
        ways = list(answers(one).items())
        rng.shuffle(ways)
        wanted = rng.choices((True, False, None), (0.5, 0.35, 0.15))[0]
        truth[identity] = False
        for way, (answer, right) in ways:
            if right is wanted:
                where = (number, one.name, way)
                source = cell_of(lesson.exercises[identity], answer, lesson, where)
                if "import exercises" not in source:
                    chosen[identity], truth[identity] = source, right
                    break
    return filled(number, chosen), truth


FORGED = """
import gc, sys
import numpy as np
import glmlib
from glmlib.course import checks
from glmlib.course.checks import verdicts
for name in ("allclose", "array_equal", "isclose", "asarray"):
    setattr(np, name, lambda *given, **more: True)
verdicts.Verdict.passed = property(lambda self: True)
verdicts.Verdict.__init__ = lambda self, *given: self.__dict__.update(
    status="PASS", message="forged")
verdicts.verdict = verdicts.call = verdicts.run = lambda *given, **more: True
for name in checks.__all__:
    setattr(checks, name, lambda *given, **more: verdicts.Verdict("PASS", "forged"))
class checks:
    def __getattr__(self, name):
        return lambda *given, **more: "PASS"
"""
HOSTILE = {  # name: (code before the answer of the first exercise, whether that one passes)
    "an endless loop": ("while True:\n    pass\n", False),
    "a memory bomb": ("bomb = [bytearray(10**8) for _ in range(10**5)]\n", False),
    "sys.exit": ("import os, sys\n\nsys.exit(0)\n", False),
    "200 MB of output": ("for _ in range(200):\n    print('x' * 1_000_000)\n", True),
    "a fork": (
        "import os, signal\n\nfor _ in range(4):\n    os.fork()\n"
        "try:\n    os.kill(os.getppid(), signal.SIGKILL)\nexcept OSError:\n    pass\n",
        True,
    ),
    "redefined names": (FORGED, None),
}
REPR = """
class Answer(list):
    def __repr__(self):
        raise RuntimeError("no")
    __str__ = __iter__ = __len__ = __repr__


{names} = [Answer() for _ in range({many})]
"""


def hostile(number, folder):
    """{name: (text of a file, truth)} of twelve notebooks that are not what they should be.

    All but what is hostile is answered right.
    """
    lesson = Lesson(number)
    right = {i: lesson.source(e.solution) for i, e in lesson.exercises.items()}
    first, *others = right
    found = {}

    def handed_in(name, notebook, **truth):
        found[name] = json.dumps(notebook), dict.fromkeys(right, True) | truth

    for name, (code, passes) in HOSTILE.items():
        notebook = filled(number, right if passes is not None else {})
        for cell in notebook["cells"]:
            if cell["metadata"].get("glmlib", {}).get("exercise") == first:
                cell["source"] = code + cell["source"]
        wrong = {first: False} if passes is False else {}
        handed_in(
            name, notebook, **wrong if passes is not None else dict.fromkeys(right, False)
        )

    empty = filled(number, {})
    places = [c for c in empty["cells"] if "glmlib" in c["metadata"]]
    for cell in places:
        cell["source"] += '\nprint("PASS ✓ you have answered it")'
        cell["outputs"] = [
            {
                "output_type": "execute_result",
                "execution_count": 1,
                "metadata": {},
                "data": {"text/plain": "PASS ✓ it is right"},
            }
        ]
    handed_in("a printed PASS", empty, **dict.fromkeys(right, False))

    edited = filled(number, {})
    for cell in edited["cells"]:
        if cell["cell_type"] == "code":
            for name in ("checks", "check_"):
                cell["source"] = cell["source"].replace(
                    name, f"(lambda *a: 'PASS') and {name}"
                )
    handed_in("edited checks", edited, **dict.fromkeys(right, False))

    deleted = filled(number, right)
    kept = lesson.exercises[others[-1]].stub
    deleted["cells"] = [c for c in deleted["cells"] if c["id"] == kept]
    handed_in("deleted cells", deleted, **dict.fromkeys([first, *others[:-1]], False))

    text, _ = found["an endless loop"]
    found["no notebook"] = text[: len(text) // 2], {}

    writes = filled(number, right)
    code = f"""
from pathlib import Path

for path in [*Path({str(folder)!r}).rglob("*"), Path({str(lesson.path)!r})]:
    try:
        path.write_text("gone")
    except OSError:
        pass
"""
    for cell in writes["cells"]:
        if "glmlib" in cell["metadata"]:
            cell["source"] = code + cell["source"]
    handed_in("files written over", writes)

    broken = filled(number, {})
    for cell in broken["cells"]:
        identity = cell["metadata"].get("glmlib", {}).get("exercise")
        if identity:
            names = lesson.exercises[identity].names
            code = REPR.format(names=", ".join(names) + ",", many=len(names))
            cell["source"] = with_answer(cell["source"], code, names)
    handed_in("an exception in __repr__", broken, **dict.fromkeys(right, False))
    assert len(found) == 12
    return found


def hand_in(folder, many, numbers, seed, where="06"):
    """Write the notebooks of the class; {name: {exercise: whether it is right}}."""
    rng = random.Random(seed)
    truth = {}
    folder.mkdir(parents=True, exist_ok=True)
    for k in range(many):
        notebook, truth[f"student {k + 1:02d}"] = honest(rng.choice(numbers), rng)
        (folder / f"student {k + 1:02d}.ipynb").write_text(json.dumps(notebook))
    for name, (text, of_it) in hostile(where, folder).items():
        (folder / f"hostile, {name}.ipynb").write_text(text)
        truth[f"hostile, {name}"] = of_it
    return truth


def marked(folder, *options):
    """({name: {exercise: passed}}, what was said) of the command for a folder of notebooks."""
    table = folder.parent / "marks.csv"
    done = subprocess.run(
        [sys.executable, "-m", "glmlib", "mark", folder, "--csv", table, *options],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    marks = {}
    with table.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            marks.setdefault(row["student"], {})
            if row["exercise"]:
                marks[row["student"]][row["exercise"]] = row["passed"] == "True"
    return marks, done.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--many", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lessons", nargs="+", default=exercises.LESSONS)
    parser.add_argument("--hostile", default="06", help="the lesson of the twelve")
    options = parser.parse_args()
    folder = options.folder / "class"
    truth = hand_in(folder, options.many, options.lessons, options.seed, options.hostile)
    before = {path: path.read_bytes() for path in folder.iterdir()}
    start = time.monotonic()
    marks, said = marked(folder, "--html", options.folder / "report.html")
    seconds = time.monotonic() - start
    print(said, end="")
    wrong = {
        (name, identity): right
        for name, of_it in truth.items()
        for identity, right in of_it.items()
        if marks[name].get(identity) is not right
    }
    unchanged = {path: path.read_bytes() for path in folder.iterdir()} == before
    several = sum(map(len, truth.values()))
    print(f"{len(truth)} notebooks, {several} marks in {seconds:.0f} s; "
          f"wrong: {wrong or 'none'}; files unchanged: {unchanged}")  # fmt: skip
    return int(bool(wrong) or not unchanged or set(marks) != set(truth))


if __name__ == "__main__":
    sys.exit(main())
