"""What every stored notebook must be, so that running it proves something.

nbval compares the outputs that are stored with those of a fresh run. It passes a notebook
whose outputs were stripped, and it does not look at pictures. Each rule below closes one
such hole; a rule is a function from a notebook to the list of its problems, and each has a
notebook on which it must find one.
"""

import ast
import base64
import copy
import itertools
import os
import re
import struct
import subprocess
import sys
import warnings
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

import canonical

ROOT = Path(__file__).parents[2]
PATHS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LESSONS = [path for path in PATHS if re.match(r"\d\d_", path.name)]
LONGEST_LINE = 90
LARGEST_PICTURE = 90_000  # at twice the density of a page
FINEST_PICTURE = 200


# --- What the rules look at ------------------------------------------------------------------


def code_cells(notebook):
    return [c for c in notebook.cells if c.cell_type == "code" and c.source.strip()]


def text_cells(notebook):
    return [c for c in notebook.cells if c.cell_type == "markdown"]


def outputs(notebook):
    return [(cell, output) for cell in code_cells(notebook) for output in cell.outputs]


def tags(cell):
    return cell.metadata.get("tags", [])


def first_line(cell):
    return cell.source.strip().splitlines()[0]


def prose_lines(source):
    """Return the lines of a text cell without fenced code and displayed equations."""
    source = re.sub(r"^(```|~~~).*?^\1", "", source, flags=re.DOTALL | re.MULTILINE)
    source = re.sub(r"\$\$.*?\$\$", "", source, flags=re.DOTALL)
    source = re.sub(r"\\begin\{(\w+\*?)\}.*?\\end\{\1\}", "", source, flags=re.DOTALL)
    return source.splitlines()


def all_prose(notebook):
    return [line for cell in text_cells(notebook) for line in prose_lines(cell.source)]


def headings(notebook):
    lines = all_prose(notebook)
    return [len(m.group(1)) for line in lines if (m := re.match(r"(#{1,6})\s", line))]


def anchors(notebook, level="#+"):
    """What a link to a heading says behind its #, of all headings or those of one level."""
    text = "\n".join(all_prose(notebook))
    return [h.strip().replace(" ", "-") for h in re.findall(rf"(?m)^{level} (.*)$", text)]


class Images(HTMLParser):
    """Collects the alt text of every <img> in a piece of HTML."""

    def __init__(self, html):
        super().__init__()
        self.alts = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        if tag == "img":
            self.alts.append((dict(attributes).get("alt") or "").strip())


def warnings_and_error(function, *arguments):
    """Return the warnings that a call gives, and last its error or None."""
    error = None
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            function(*arguments)
        except nbformat.ValidationError as raised:
            error = raised.message
    return [*(str(warning.message) for warning in caught), error]


def plain_python(source):
    """Return a cell's syntax tree, lines of IPython magic left out."""
    lines = [
        "" if line.lstrip().startswith(("%", "!")) else line for line in source.splitlines()
    ]
    return ast.parse("\n".join(lines))


# --- The rules -------------------------------------------------------------------------------


def is_valid(notebook):
    # A copy, because validation mends some faults in place.
    *warned, error = warnings_and_error(nbformat.validate, copy.deepcopy(notebook))
    return [f"not a valid notebook: {fault}"[:200] for fault in [*warned, error] if fault]


def was_executed_from_top_to_bottom(notebook):
    counts = [cell.execution_count for cell in code_cells(notebook)]
    if counts != list(range(1, len(counts) + 1)):
        return [f"execution counts are {counts}, not 1 to {len(counts)}"]
    return []


def stores_only_announced_errors(notebook):
    return [
        f"{output.ename} stored without the tag raises-exception: {first_line(cell)}"
        for cell, output in outputs(notebook)
        if output.output_type == "error" and "raises-exception" not in tags(cell)
    ]


def raises_what_it_announces(notebook):
    return [
        f"tagged raises-exception, but no error is stored: {first_line(cell)}"
        for cell in code_cells(notebook)
        if "raises-exception" in tags(cell)
        and not any(output.output_type == "error" for output in cell.outputs)
    ]


def stores_no_stderr(notebook):
    return [
        f"stderr stored: {output.text[:80]!r}"
        for _, output in outputs(notebook)
        if output.output_type == "stream" and output.name == "stderr"
    ]


def stores_nothing_of_one_run(notebook):
    """No addresses of objects and no folders of the writer's machine."""
    traces = re.compile(
        r"\bat 0x[0-9a-f]{6,}|/(?:home|root|Users|tmp|work|mnt)/\w|[A-Z]:\\Users"
    )
    texts = [
        "\n".join([output.get("text", ""), *output.get("traceback", [])])
        + "".join(v for k, v in output.get("data", {}).items() if k == "text/plain")
        + re.sub(r'"data:[^"]*"', "", output.get("data", {}).get("text/html", ""))
        for _, output in outputs(notebook)
    ]
    return [
        f"differs between runs: {m.group()}" for text in texts if (m := traces.search(text))
    ]


def is_canonical(notebook):
    """No timings, no widget state, no other kernel, no missing or double cell ids."""
    stored, wanted = (canonical.to_text(n) for n in (notebook, canonical.normalise(notebook)))
    if stored == wanted:
        return []
    pairs = zip(stored.splitlines(), wanted.splitlines(), strict=False)
    difference = next((f"{a.strip()} -> {b.strip()}" for a, b in pairs if a != b), "the end")
    return [f"run tests/canonical.py; first difference: {difference[:200]}"]


def has_one_title_and_skips_no_level(notebook):
    levels = headings(notebook)
    problems = []
    if levels.count(1) != 1 or levels[0] != 1:
        problems.append(
            f"the levels of the headings are {levels}: one 1 is needed, at the top"
        )
    for level, following in zip(levels, levels[1:], strict=False):
        if following > level + 1:
            problems.append(f"a heading of level {following} follows one of level {level}")
    return problems


HEAD = ["**Time:** ", "**You will** ", "**You learn** ", "**You need** ", "**Contents**"]


def begins_with_time_and_contents(notebook):
    """All lessons begin alike; the contents name every part, in its order."""
    head = re.split(r"(?m)^## ", "\n".join(all_prose(notebook)))[0]
    lines = head.splitlines()
    found = [part for line in lines for part in HEAD if line.startswith(part)]
    if found != HEAD:
        return [f"the lines before the first part begin with {found}, not with {HEAD}"]
    listed = re.findall(r"\]\(#([^)]*)\)", head.partition("**Contents**")[2])
    parts = anchors(notebook, "##")
    pairs = itertools.zip_longest(listed, parts)
    return [f"the contents list {a}, the part is {b}" for a, b in pairs if a != b]


def has_short_lines(notebook):
    """Tables, displayed equations and lines with a URL or an equation in them are excepted."""
    return [
        f"{len(line)} characters: {line[:60]}…"
        for cell in text_cells(notebook)
        for line in prose_lines(cell.source)
        if len(re.sub(r"\$[^$]*\$", "", line)) > LONGEST_LINE
        and not line.lstrip().startswith("|")
        and "://" not in line
    ]


def asserts_something(notebook):
    nodes = (n for cell in code_cells(notebook) for n in ast.walk(plain_python(cell.source)))
    if not any(isinstance(node, ast.Assert) for node in nodes):
        return ["no cell asserts anything"]
    return []


def describes_every_picture(notebook):
    problems = []
    for cell, output in outputs(notebook):
        data = output.get("data", {})
        alts = Images(data.get("text/html", "")).alts
        pictures = [mime for mime in data if mime.startswith("image/")]
        if pictures and not alts:
            problems.append(
                f"{pictures[0]} without alt text, use show(fig, alt): {first_line(cell)}"
            )
        if "" in alts:
            problems.append(f"<img> without alt text: {first_line(cell)}")
    for cell in text_cells(notebook):
        alts = Images(cell.source).alts + re.findall(r"!\[([^\]]*)\]\(", cell.source)
        if any(not alt.strip() for alt in alts):
            problems.append(f"picture without alt text: {first_line(cell)}")
    return problems


def keeps_pictures_small(notebook):
    problems = []
    for cell, output in outputs(notebook):
        if "image/png" not in output.get("data", {}):
            continue
        png = base64.b64decode(output.data["image/png"])
        if len(png) > LARGEST_PICTURE:
            problems.append(f"a picture of {len(png)} bytes: {first_line(cell)}")
        at = png.find(b"pHYs")
        if at >= 0:
            dots_per_inch = struct.unpack(">I", png[at + 4 : at + 8])[0] * 0.0254
            if dots_per_inch > FINEST_PICTURE + 0.5:
                problems.append(f"a picture of {dots_per_inch:.0f} dpi: {first_line(cell)}")
    return problems


def uses_nothing_that_strict_comparison_cannot_see(notebook):
    """Callbacks of `interact` and captured outputs hide errors; timings differ every time."""
    forbidden = {
        r"\binteract(ive(_output)?|_manual)?\s*\(": "interact",
        r"\bwith\s+[\w.]*Output\s*\(": "with Output()",
        r"^\s*%%?time(it)?\b": "%time",
        r"^\s*%%capture\b": "%%capture",
        r";\s*(#.*)?\Z": "a semicolon at the end",
    }
    return [
        f"{name}: {first_line(cell)}"
        for cell in code_cells(notebook)
        for pattern, name in forbidden.items()
        if re.search(pattern, cell.source, re.MULTILINE)
    ]


def gives_a_reason_where_it_is_not_compared(notebook):
    marker = re.compile(
        r"^\s*#\s*(NBVAL_(IGNORE_OUTPUT|SKIP)|PYTEST_VALIDATE_IGNORE_OUTPUT)\s*$", re.M
    )
    return [
        f"not compared, and the first comment does not say why: {first_line(cell)}"
        for cell in code_cells(notebook)
        if (
            {"nbval-ignore-output", "nbval-skip"} & set(tags(cell))
            or marker.search(cell.source)
        )
        and not re.match(r"#\s*\w+(\s+\S+){2}", first_line(cell))
    ]


def hides_its_solutions(notebook):
    """A folded cell still shows its first line: it must not be the answer."""
    return [
        f"a solution is not folded behind a comment: {first_line(cell)}"
        for cell in code_cells(notebook)
        if "solution" in tags(cell)
        and not (
            cell.metadata.get("jupyter", {}).get("source_hidden")
            and first_line(cell).startswith("#")
        )
    ]


def folds_what_tells_the_answer(notebook):
    """A prediction computes its answer, and so does the check of a number."""
    tells = re.compile(r"(?<![\w.])predict\(|\bchecks\.number\(")
    return [
        f"an open cell tells the answer, fold it: {found[0]} in: {first_line(cell)}"
        for cell in code_cells(notebook)
        if (found := tells.search(cell.source))
        and not cell.metadata.get("jupyter", {}).get("source_hidden")
    ]


def holds_no_key(notebook):
    """What is right stands in `glmlib.course.questions`: a hand-out does not hold it."""
    with_key = re.compile(r"\bchecks\.(choice|matching|cards)\(")
    return [
        f"ask it by checks.question: {found[0]} in: {first_line(cell)}"
        for cell in code_cells(notebook)
        if (found := with_key.search(cell.source))
    ]


def asks_nothing_of_the_learner(notebook):
    """Where an exercise is not solved, the lesson goes on: a verdict is shown."""
    return [
        f"an assertion that a learner has to satisfy: {first_line(cell)}"
        for cell in code_cells(notebook)
        if re.search(r"assert\b.*\b(verdict|passed)\b", cell.source)
        and re.search(r"(?<![\w.])verdict\b", cell.source)
        and "solution" not in tags(cell)
        and "work.tick" not in cell.source
    ]


def passes_its_own_solutions(notebook):
    """The verdict behind a solution, as it is stored and compared with a fresh run."""
    problems, waiting = [], None
    for cell in code_cells(notebook):
        if "solution" in tags(cell):
            waiting = cell
        elif waiting is not None:
            shown = [o.get("data", {}).get("text/plain", "") for o in cell.outputs]
            if not any(text.startswith("The solution: PASS ✓") for text in shown):
                problems.append(f"no PASS behind the solution: {first_line(cell)}")
            waiting = None
    if waiting is not None:
        problems.append("the last solution is not checked")
    return problems


def folds_the_numbers_behind_a_question(notebook):
    """What a cell prints below a question with choices, up to the next heading, answers it."""
    problems, asked = [], False
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            asked &= not cell.source.startswith("#")
        elif "checks.question(" in cell.source:
            asked = True
        elif asked and any(output.get("name") == "stdout" for output in cell.outputs):
            problems.append(f"printed openly below a question: {first_line(cell)}")
    return problems


def folds_what_is_deeper(notebook):
    """Code of this tag is folded behind a comment, and so is what stands below a heading."""
    problems = []
    for cell in notebook.cells:
        folded = cell.metadata.get("jp-MarkdownHeadingCollapsed", False)
        heading = cell.cell_type == "markdown" and cell.source.startswith("#")
        deeper = "deeper" in tags(cell)
        if folded != (deeper and heading):
            problems.append(f"folded {folded}, deeper {deeper}: {first_line(cell)}")
        if cell.cell_type == "markdown" and deeper and "*Deeper" not in cell.source:
            problems.append(f"not said to be deeper: {first_line(cell)}")
        if cell.cell_type == "code" and deeper:
            hidden = cell.metadata.get("jupyter", {}).get("source_hidden")
            if not (hidden and first_line(cell).startswith("#")):
                problems.append(f"deeper, and not folded behind a comment: {first_line(cell)}")
    return problems


def links_to_its_own_headings(notebook):
    places = anchors(notebook)
    return [
        f"no heading answers to the link #{anchor}"
        for anchor in re.findall(r"\]\(#([^)]*)\)", "\n".join(all_prose(notebook)))
        if anchor not in places
    ]


def links_to_lessons_that_exist(notebook):
    names = {path.name for path in PATHS}
    links = re.findall(r"\]\(([^)#:]*\.ipynb)", "\n".join(all_prose(notebook)))
    return [f"there is no {link}" for link in links if link not in names]


def passes_ruff(notebook):
    problems = []
    for command in (["check", "--output-format=concise"], ["format", "--check"]):
        run = subprocess.run(
            [
                sys.executable,
                "-m",
                "ruff",
                *command,
                "--stdin-filename",
                "notebooks/n.ipynb",
                "-",
            ],
            input=canonical.to_text(notebook),
            capture_output=True,
            text=True,
            encoding="utf-8",
            cwd=ROOT,
        )
        if run.returncode:
            problems.append(f"ruff {command[0]}: {(run.stdout + run.stderr)[:300]}")
    return problems


RULES = [
    is_valid,
    was_executed_from_top_to_bottom,
    stores_only_announced_errors,
    raises_what_it_announces,
    stores_no_stderr,
    stores_nothing_of_one_run,
    is_canonical,
    has_one_title_and_skips_no_level,
    begins_with_time_and_contents,
    has_short_lines,
    asserts_something,
    describes_every_picture,
    keeps_pictures_small,
    uses_nothing_that_strict_comparison_cannot_see,
    gives_a_reason_where_it_is_not_compared,
    hides_its_solutions,
    folds_what_tells_the_answer,
    holds_no_key,
    asks_nothing_of_the_learner,
    passes_its_own_solutions,
    folds_the_numbers_behind_a_question,
    folds_what_is_deeper,
    links_to_its_own_headings,
    links_to_lessons_that_exist,
    passes_ruff,
]
OF_LESSONS = [begins_with_time_and_contents]


CHECKED = [
    pytest.param(path, rule, id=f"{path.stem}-{rule.__name__}")
    for path in PATHS
    for rule in RULES
    if path in LESSONS or rule not in OF_LESSONS
]


@pytest.mark.parametrize(("path", "rule"), CHECKED)
def test_notebook(path, rule):
    assert rule(canonical.from_text(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_file_is_written_in_the_canonical_way(path):
    text = path.read_text(encoding="utf-8")
    assert text == canonical.to_text(canonical.from_text(text))


# --- Every rule can fail ---------------------------------------------------------------------

PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E"
    "rkJggg=="
)


def good():
    """Return a notebook with which no rule finds fault."""
    picture = {
        "image/png": PIXEL,
        "text/html": f'<img alt="One grey dot." src="data:image/png;base64,{PIXEL}">',
        "text/plain": "One grey dot.",
    }
    begin = "\n\n".join([*(f"{part}words." for part in HEAD[:-1]), HEAD[-1]])
    begin += "\n\n1. [Part](#Part)"
    long_equation = "$$\n" + " + ".join(["x"] * 60) + "\n$$"
    table = "|" + "|".join(["cell"] * 30) + "|"
    cells = [
        new_markdown_cell(f"# Title\n\n{begin}\n\n{long_equation}\n\n{table}", id="title"),
        new_markdown_cell("## Part\n\n```\n# no heading\n```\n\n### Detail", id="part"),
        new_code_cell(
            "assert 1 + 1 == 2\nprint(2)",
            id="sum",
            execution_count=1,
            outputs=[new_output("stream", text="2\n")],
        ),
        new_code_cell(
            "# The date changes every day.\nimport datetime\n\nprint(datetime.date.today())",
            id="date",
            execution_count=2,
            metadata={"tags": ["nbval-ignore-output"]},
            outputs=[new_output("stream", text="2024-01-01\n")],
        ),
        new_code_cell(
            "show(fig)  # noqa: F821",
            id="picture",
            execution_count=3,
            outputs=[new_output("display_data", data=picture)],
        ),
        new_code_cell(
            "1 / 0",
            id="error",
            execution_count=4,
            metadata={"tags": ["raises-exception"]},
            outputs=[
                new_output("error", ename="ZeroDivisionError", evalue="x", traceback=["x"])
            ],
        ),
    ]
    return new_notebook(cells=cells, metadata=copy.deepcopy(canonical.METADATA))


def png(dots_per_inch=90, size=100):
    """Return a PNG's first bytes, as far as the rules read them."""
    chunk = struct.pack(">II", round(dots_per_inch / 0.0254), 0)
    return base64.b64encode(b"\x89PNG" + b"pHYs" + chunk + bytes(size)).decode()


def spoil(position, **changes):
    """Return a function that sets attributes of one cell of a notebook."""

    def apply(notebook):
        for name, value in changes.items():
            notebook.cells[position][name] = nbformat.from_dict(value)

    return apply


def spoil_data(**changes):
    """Return a function that changes the picture's output; None removes a form of it."""

    def apply(notebook):
        data = notebook.cells[4].outputs[0].data
        for mime, value in changes.items():
            data.pop(mime) if value is None else data.update({mime: value})

    return apply


def stream(text, name="stdout"):
    return [{"output_type": "stream", "name": name, "text": text}]


SOLUTION = {"tags": ["solution"], "jupyter": {"source_hidden": True}}
BAD = [
    (is_valid, spoil(2, outputs=[{"output_type": "unheard of"}])),
    (is_valid, spoil(2, id="title")),
    (is_valid, lambda n: n.cells[2].pop("id")),
    (was_executed_from_top_to_bottom, spoil(2, execution_count=None, outputs=[])),
    (was_executed_from_top_to_bottom, spoil(2, execution_count=5)),
    (stores_only_announced_errors, spoil(5, metadata={})),
    (raises_what_it_announces, spoil(5, outputs=[])),
    (stores_no_stderr, spoil(2, outputs=stream("Warning", "stderr"))),
    (stores_nothing_of_one_run, spoil(2, outputs=stream("<object at 0x7f12ab34cd56>"))),
    (stores_nothing_of_one_run, spoil(2, outputs=stream("File /home/ann/glm.py"))),
    (is_canonical, spoil(2, metadata={"execution": {"iopub.execute_input": "12:00"}})),
    (is_canonical, spoil(2, id="title")),
    (is_canonical, lambda n: n.cells[2].pop("id")),
    (is_canonical, lambda n: n.metadata.update(widgets={"state": {}})),
    (is_canonical, lambda n: n.metadata.kernelspec.update(name="my-own")),
    (is_canonical, lambda n: n.metadata.language_info.update(version="3.11.7")),
    (is_canonical, spoil_data(**{canonical.WIDGET_VIEW: {"model_id": "1"}})),
    (has_one_title_and_skips_no_level, spoil(1, source="# A second title")),
    (has_one_title_and_skips_no_level, spoil(1, source="#### Too deep")),
    (has_one_title_and_skips_no_level, spoil(0, source="No title")),
    (begins_with_time_and_contents, spoil(0, source="# Title\n\n**Contents**")),
    (begins_with_time_and_contents, spoil(1, source="## Another part")),
    (begins_with_time_and_contents, spoil(1, source="## Part\n\n## Part two")),
    (has_short_lines, spoil(0, source="# Title\n\n" + "word " * 30)),
    (asserts_something, spoil(2, source="# assert 1 + 1 == 2\nprint('assert')")),
    (describes_every_picture, spoil_data(**{"text/html": None})),
    (describes_every_picture, spoil_data(**{"text/html": '<img alt=" " src="a.png">'})),
    (describes_every_picture, spoil_data(**{"text/html": '<img src="a.png">'})),
    (describes_every_picture, spoil(1, source="## Part\n\n![](a.png)")),
    (describes_every_picture, spoil(1, source='## Part\n\n<img src="a.png">')),
    (keeps_pictures_small, spoil_data(**{"image/png": png(dots_per_inch=288)})),
    (keeps_pictures_small, spoil_data(**{"image/png": png(size=95_000)})),
    (uses_nothing_that_strict_comparison_cannot_see, spoil(2, source="interact(f, x=(0, 1))")),
    (
        uses_nothing_that_strict_comparison_cannot_see,
        spoil(2, source="widgets.interactive(f)"),
    ),
    (
        uses_nothing_that_strict_comparison_cannot_see,
        spoil(2, source="with widgets.Output():\n    pass"),
    ),
    (uses_nothing_that_strict_comparison_cannot_see, spoil(2, source="a = 1\n%timeit a")),
    (uses_nothing_that_strict_comparison_cannot_see, spoil(2, source="plot(1);")),
    (uses_nothing_that_strict_comparison_cannot_see, spoil(2, source="plot(1);  # why")),
    (
        gives_a_reason_where_it_is_not_compared,
        spoil(2, metadata={"tags": ["nbval-ignore-output"]}),
    ),
    (gives_a_reason_where_it_is_not_compared, spoil(2, source="# NBVAL_IGNORE_OUTPUT\nf()")),
    (gives_a_reason_where_it_is_not_compared, spoil(2, source="# NBVAL_SKIP\nf()")),
    (hides_its_solutions, spoil(2, metadata=SOLUTION)),
    (
        hides_its_solutions,
        spoil(2, source="# Why.\nassert 1", metadata={"tags": ["solution"]}),
    ),
    (folds_what_tells_the_answer, spoil(2, source="assert 1\npredict('Which?', f, lab)")),
    (folds_what_tells_the_answer, spoil(2, source="assert checks.number(my, 2)")),
    (holds_no_key, spoil(2, source="assert checks.choice(my, 'b', {})")),
    (
        asks_nothing_of_the_learner,
        spoil(2, source="verdict = checks.fit(f)\nassert verdict.passed\nverdict"),
    ),
    (passes_its_own_solutions, spoil(2, metadata=SOLUTION)),
    (passes_its_own_solutions, spoil(4, metadata=SOLUTION)),
    (folds_the_numbers_behind_a_question, spoil(2, source="checks.question('01 trap', a)")),
    (folds_what_is_deeper, spoil(1, metadata={"tags": ["deeper"]})),
    (folds_what_is_deeper, spoil(1, metadata={"jp-MarkdownHeadingCollapsed": True})),
    (
        folds_what_is_deeper,
        spoil(1, metadata={"tags": ["deeper"], "jp-MarkdownHeadingCollapsed": True}),
    ),
    (folds_what_is_deeper, spoil(2, metadata={"tags": ["deeper"]})),
    (links_to_its_own_headings, spoil(1, source="## Part\n\n[Go](#Nowhere)")),
    (links_to_lessons_that_exist, spoil(1, source="## Part\n\n[Go](99_nowhere.ipynb)")),
    (passes_ruff, spoil(2, source="import os")),
    (passes_ruff, spoil(2, source="print( 2 )")),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rule_finds_no_fault_with_a_good_notebook(rule):
    assert rule(good()) == []


@pytest.mark.parametrize(
    ("rule", "change"), BAD, ids=lambda value: getattr(value, "__name__", "")
)
def test_rule_finds_the_fault(rule, change):
    notebook = good()
    change(notebook)
    assert len(rule(notebook)) > 0


def test_every_rule_has_a_notebook_on_which_it_fails():
    assert {rule for rule, _ in BAD} == set(RULES)


# --- The canonical form ----------------------------------------------------------------------

LIVE = """
import ipywidgets as widgets
import matplotlib.pyplot as plt
from IPython.display import display

from glmlib.course.plots import show

fig, ax = plt.subplots(figsize=(3, 2))
ax.plot([1, 2, 3])
show(fig, "A line.")
display(widgets.IntSlider())
""".strip()


def executed(folder):
    cells = [
        new_markdown_cell("# Title"),
        new_code_cell(LIVE),
        new_code_cell("import os\n\nprint(os.path.basename(os.getcwd()))"),
        new_code_cell("print(os.environ['OPENBLAS_NUM_THREADS'])"),
    ]
    notebook = new_notebook(cells=cells)
    for cell in notebook.cells:
        cell.pop("id")
    return canonical.execute(notebook, folder)


def test_two_runs_give_the_same_bytes_and_leave_no_widget(tmp_path):
    first, second = (canonical.to_text(executed(tmp_path)) for _ in range(2))
    assert first == second
    assert "widget-view" not in first
    notebook = canonical.from_text(first)
    assert [cell.id for cell in notebook.cells] == ["cell-01", "cell-02", "cell-03", "cell-04"]
    assert describes_every_picture(notebook) == []
    assert "IntSlider" in notebook.cells[1].outputs[1].data["text/plain"]
    assert [cell.outputs[0].text for cell in notebook.cells[2:]] == [
        f"{tmp_path.name}\n",
        "1\n",
    ]


def test_check_tells_a_stale_number_from_a_fresh_one(tmp_path, capsys):
    path = tmp_path / "lesson.ipynb"
    notebook = new_notebook(
        cells=[new_markdown_cell("# Title"), new_code_cell("print(6 * 7)")]
    )
    path.write_text(canonical.to_text(notebook), encoding="utf-8")
    assert canonical.main([str(path)]) == 0
    assert canonical.main(["--check", str(path)]) == 0
    path.write_text(path.read_text(encoding="utf-8").replace('"42', '"43'), encoding="utf-8")
    assert canonical.main(["--check", str(path)]) == 1
    assert '"42' in capsys.readouterr().out


def test_canonical_form_keeps_what_a_lesson_means():
    metadata = {
        "tags": ["solution"],
        "jupyter": {"source_hidden": True},
        "slideshow": {"slide_type": "slide"},
    }
    notebook = good()
    notebook.cells[2].metadata = nbformat.from_dict(
        metadata | {"collapsed": True, "trusted": True}
    )
    assert canonical.normalise(notebook).cells[2].metadata == metadata


def test_a_traceback_names_files_without_their_folders():
    notebook = good()
    notebook.cells[5].outputs[0].traceback = [
        "File \x1b[32m~/course/glmlib/models.py:31\x1b[39m, in fit",
        "File \x1b[32m/opt/venv/lib/python3.11/site-packages/numpy/_core.py:5\x1b[39m",
    ]
    assert canonical.normalise(notebook).cells[5].outputs[0].traceback == [
        "File \x1b[32mmodels.py:31\x1b[39m, in fit",
        "File \x1b[32m_core.py:5\x1b[39m",
    ]


@pytest.fixture(scope="module")
def nbval_report(tmp_path_factory):
    """Return what `pytest` says about a notebook, and about it with one thing changed."""
    folder = tmp_path_factory.mktemp("stored")
    stored = canonical.to_text(executed(folder))
    data = canonical.from_text(stored).cells[1].outputs[0].data["image/png"]
    changes = {
        "unchanged": ("", ""),
        "other_pixels": (data.strip(), PIXEL),
        "other_alt": ('alt=\\"A line.', 'alt=\\"A curve.'),
        "other_number": ('"1\\n"', '"2\\n"'),
    }
    for name, (old, new) in changes.items():
        assert old in stored
        (folder / f"{name}.ipynb").write_text(stored.replace(old, new), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rA", "-p", "no:cacheprovider"]
        + [f"--config-file={ROOT / 'pyproject.toml'}", f"--rootdir={folder}", str(folder)],
        capture_output=True,
        text=True,
        cwd=folder,
        env={name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"},
    )
    return set(re.findall(r"^(?:FAILED|ERROR) (\w+)\.ipynb::(Cell \d)", run.stdout, re.M)), run


def test_strict_comparison_sees_numbers_and_alt_text_but_not_pixels(nbval_report):
    failed, run = nbval_report
    assert failed == {("other_alt", "Cell 0"), ("other_number", "Cell 2")}, run.stdout
    assert "10 passed" in run.stdout
