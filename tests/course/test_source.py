"""The library's code in the lessons: what is shown is the file, what is quoted is shown."""

import ast
import html
import re
from pathlib import Path

import nbformat
import pytest

import fit_trace
import glmlib
import reading_time
from glmlib.course.source import FOLDED, source, without_docstrings

ROOT = Path(__file__).parents[2]
PATHS = sorted((ROOT / "notebooks").glob("*.ipynb"))
QUOTE = re.compile(r"\bline\s+(\d+)\s+\(`([^`]+)`", re.IGNORECASE)
SHOWN = re.compile(r"glmlib/\w+\.py[\w/., ]*: ")


def quotes(cells):
    """(number, quoted code, that line of the code shown last above it or None)."""
    lines, found = {}, []
    for cell in cells:
        if cell.cell_type == "code":
            texts = [o.get("data", {}).get("text/plain", "") for o in cell.outputs]
            for text in filter(SHOWN.match, texts):
                rows = re.findall(r"(?m)^ ?(\d+)(?:  (.*))?$", text)
                lines = {int(number): line for number, line in rows}
        if cell.cell_type == "markdown":
            for number, code in QUOTE.findall(cell.source):
                found.append((int(number), " ".join(code.split()), lines.get(int(number))))
    return found


@pytest.fixture(scope="module")
def all_quotes():
    return {path.stem: quotes(nbformat.read(path, as_version=4).cells) for path in PATHS}


def test_a_quoted_line_is_the_line_with_this_number(all_quotes, subtests):
    for lesson, found in all_quotes.items():
        for number, code, line in found:
            with subtests.test(lesson, number=number, code=code):
                assert line is not None and code in line


def test_three_lessons_open_the_library(all_quotes):
    assert {"01", "03", "07"} <= {lesson[:2] for lesson, found in all_quotes.items() if found}


def test_a_quote_with_another_number_is_noticed():
    shown = nbformat.v4.new_output(
        "execute_result", data={"text/plain": repr(source(glmlib.GLM.eta, docstring=False))}
    )
    cells = [
        nbformat.v4.new_code_cell("source(…)", outputs=[shown]),
        nbformat.v4.new_markdown_cell("Line 4 (`self.X @ beta`), line\n3 (`self.X @ beta`)"),
    ]
    right, wrong = quotes(cells)
    assert right[1] in right[2] and wrong[1] not in wrong[2]


THINGS = [glmlib.GLM, glmlib.Poisson, glmlib.Log, glmlib.newton, glmlib.GLM.hessian]


@pytest.mark.parametrize("thing", THINGS, ids=lambda thing: thing.__qualname__)
def test_the_code_is_in_the_file_that_is_named(thing):
    shown = source(thing)
    assert len(shown.files) == 1
    file = (ROOT / shown.files[0]).read_text(encoding="utf-8").splitlines()
    bare = [line.strip() for line in file]
    start = bare.index(shown.lines[0].strip())
    while bare[start : start + len(shown.lines)] != [line.strip() for line in shown.lines]:
        start = bare.index(shown.lines[0].strip(), start + 1)


@pytest.mark.parametrize("thing", THINGS, ids=lambda thing: thing.__qualname__)
def test_without_docstrings_it_is_the_same_program(thing):
    def program(code):
        tree = ast.parse(code)
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node):
                del node.body[0]
        return ast.dump(tree)

    code = str(source(thing))
    assert '"""' in code and '"""' not in without_docstrings(code)
    assert program(without_docstrings(code)) == program(code)


@pytest.mark.parametrize("thing", THINGS, ids=lambda thing: thing.__qualname__)
def test_the_page_shows_each_line_under_its_number_and_copies_none(thing):
    shown = source(thing)
    page = re.search(r"(?s)<pre[^>]*>(.*)</pre>", shown._repr_html_())[1]
    copied = re.sub(r'<span style="user-select:none[^>]*>[^<]*</span>', "", page)
    assert html.unescape(re.sub(r"<[^>]*>", "", copied)) == str(shown)
    numbers = [int(k) for k in re.findall(r"user-select:none[^>]*> *(\d+) ", page)]
    assert numbers == list(range(1, len(shown.lines) + 1))
    for line in page.split("\n"):
        assert line.count("<span") == line.count("</span>")
    assert "keyword-color" in page


def test_what_is_long_is_folded_and_says_how_long_it_is():
    long, short = source(glmlib.newton), source(glmlib.GLM.eta)
    assert len(long.lines) > FOLDED >= len(short.lines)
    assert f"({len(long.lines)} lines)" in long._repr_html_()
    assert "<details>" in long._repr_html_() and "<details open>" in short._repr_html_()


def test_what_has_no_python_source_is_refused():
    with pytest.raises(TypeError):
        source(len)


# ---- what the README and the commands say of the library


@pytest.mark.parametrize("path", ["README.md", "notebooks/00_start_here.ipynb"])
def test_the_minutes_that_are_told_are_those_that_are_counted(path):
    text = (ROOT / path).read_text(encoding="utf-8")
    if path.endswith(".ipynb"):
        cells = nbformat.reads(text, as_version=4).cells
        text = "\n".join(cell.source for cell in cells)
    told = re.findall(r"take\s+about (\d+) minutes", text)
    assert told == [str(reading_time.minutes())]
    order = [text.index(f"`{name}.py`") for name in reading_time.ORDER]
    assert order == sorted(order)


def test_a_trace_finds_the_methods_that_a_call_runs():
    model = glmlib.LogisticRegression([[1.0], [1.0]], [1, 0])
    found, changes = fit_trace.trace(lambda: model.mu([0.0]))
    assert found["models.py", "GLM.mu"] == 1
    assert found["models.py", "GLM.eta"] == 1
    assert found["links.py", "sigmoid"] == 1
    assert changes == 2  # to guards/inputs.py, which reads the list, and on to links.py
