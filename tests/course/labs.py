"""The labs of the course, found by their files: nobody enters one by hand.

A lab is a function in a file of `glmlib/course/labs/` with an example `>>> lab = name(…)` in
its docstring. The tests and the browser begin with the lab of that example.
"""

import ast
import doctest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import glmlib
import glmlib.course.labs
from glmlib.course.kinds import MODELS

FOLDER = Path(glmlib.course.labs.__file__).parent
PREPARE = "import numpy as np\nimport glmlib\nfrom glmlib import *\n"


def examples(function):
    """The lines of a function's examples as far as the one that makes `lab`; or []."""
    found = doctest.DocTestParser().get_examples(ast.get_docstring(function) or "")
    lines = [example.source for example in found]
    for count, line in enumerate(lines, start=1):
        if line.startswith(f"lab = {function.name}("):
            return lines[:count]
    return []


def found(folder=FOLDER):
    """{name of the lab: a notebook's cell that makes it and ends with it}."""
    return {
        node.name: f"{PREPARE}from glmlib.course.labs.{path.stem} import {node.name}\n\n"
        f"{''.join(examples(node))}lab\n"
        for path in sorted(folder.glob("*.py"))
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and examples(node)
    }


def without_an_example(folder=FOLDER):
    """The files that make a Lab, and show in no docstring how."""
    return [
        path.name
        for path in sorted(folder.glob("*.py"))
        if path.stem != "engine"
        and any(
            isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Lab"
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        )
        and f"labs.{path.stem} import" not in "".join(found(folder).values())
    ]


def made(cell):
    """The lab that a cell makes, in this process."""
    names = {}
    exec(cell, names)
    return names["lab"]


def of_the_article(kind):
    """A fit lab on the data the project started from, all rates arrived."""
    X, y, beta, start = glmlib.article_data(kind)
    lab = glmlib.course.fit_lab(MODELS[kind](X, y), truth=beta, start=start)
    assert lab.descent.ahead(lab.controls["learning_rate"].values)
    return lab


def ask(lab, wanted):
    """The browser asks for frames, in a thread of its own: Playwright leaves a loop here."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lab._asked, lab, {"want": wanted, "turn": 1}, []).result()
