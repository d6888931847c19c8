"""Every number in the prose of a lesson is computed in the lesson.

A number in a text cell is backed when the same notebook prints it, asserts it or computes
with it: an output or a literal in a code cell that rounds to it. What is no claim is left
out before: labels (line 12, lesson 04, exercise 1), years, references, durations, single
digits. The rest of the exceptions stands in `EXCEPTIONS`, each with its reason.
"""

import ast
import math
import re
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

PATHS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))

# notebook number -> {number as written: why no cell computes it}
EXCEPTIONS = {}

NUMBER = re.compile(
    r"(?<![\w.^])(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)"
    r"(?:\s*\\?(?P<percent>%))?"
)
POWER = re.compile(r"(?<![\w.])10\^\{?([-−]?\d+)\}?")
LABEL = (
    r"\b(?:lines?|lessons?|exercises?|steps?|hints?|answers?|questions?|repairs?|rows?|"
    r"chapters?|sections?|equations?|figures?|parts?|coefficient|labs?|vol\.?|pp?\.?|"
    r"R|NB|Wampler)\s*\d+(?:\.\d+)*(?:(?:\s*[-–]\s*|\s*,\s*|,?\s+(?:and|to|or)\s+)\d+)*"
)
DROP = [  # what is no claim, in this order
    (r"(?ms)^(```|~~~).*?^\1", " "),
    (r"(?m)^#{1,6} .*$", " "),  # a heading
    (r"(?m)^\*\*Time:\*\* .*$", " "),  # how long a lesson takes
    (r"``.*?``|`[^`]*`", " "),  # code
    (r"<https?://[^>]*>|https?://\S+", " "),
    (r"(?s)<summary>.*?</summary>", " "),
    (r"<[^>]*>", " "),
    (r"\d+\. (?=\[)", " "),  # the number of an item that shares its line
    (r"\[(?:← )?\d\d\b", "["),  # a link named by the number of a lesson
    (r"!?\[([^\]]*)\]\([^)]*\)", r"\1"),
    (r"\\(?:t|d)?frac\s*(\d)\s*(\d)", r" "),  # ½ and the like, in a formula
    (r"\\begin\{\w+\*?\}(?:\{[^}]*\})?|\\end\{\w+\*?\}", " "),
    (r"(?m)^\s*\d+\.\s", " "),  # the number of an item
    (r"(?i)" + LABEL, " "),
    (r"(?i)\b\d+ (?:minutes|hours|h|min)\b", " "),
    (r"\b1[5-9]\d\d\b|\b20\d\d\b(?!\s+(?:rows|samples|data|times))", " "),  # a year
    (r"\b\d+(?:st|nd|rd|th)\b", " "),
    (r"\d+\s*×\s*\d+", " "),
    (r"[_^]\{?[-−]?\d\}?", " "),  # an index or a power
]
REFERENCES = re.compile(r"(?i)\b(?:further|read on|sources|references)\b")


def claims(text):
    """The numbers that a text claims: [(as written, lowest, highest)] of what backs them.

    A power of ten is an order of magnitude.

    >>> text = "At rate 0.015 it needs 2,686 iterations, see line 12; about $10^{3}$."
    >>> [written for written, low, high in claims(text)]
    ['10^{3}', '0.015', '2,686']
    """
    text = without_references(text)
    found = []
    for match in POWER.finditer(text):
        value = float("1e" + match[1].replace("−", "-"))
        found.append((match[0], value / math.sqrt(10), value * math.sqrt(10)))
    text = POWER.sub(" ", text)
    for pattern, instead in DROP:
        text = re.sub(pattern, instead, text)
    for match in NUMBER.finditer(text):
        digits = match["digits"].replace(",", "")
        value, half = float(digits), 0.5 * 10.0 ** -len(digits.partition(".")[2])
        # any output holds some single digit: finding it there would prove nothing
        if value >= 10 or "." in digits or match["percent"]:
            found.append(
                (match["digits"] + (match["percent"] or ""), value - half, value + half)
            )
    return found


def without_references(text):
    """The text without the items of a list below a heading such as "Read further"."""
    kept, reading = [], False
    for line in text.splitlines():
        if re.match(r"#{1,6} |\*\*", line):
            reading = bool(REFERENCES.search(line))
        if not reading:
            kept.append(line)
    return "\n".join(kept)


def computed(notebook):
    """The numbers that the code cells print or hold as literals."""
    values = []
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        values += [
            abs(float(node.value))
            for node in ast.walk(ast.parse(re.sub(r"(?m)^\s*[%!].*$", "", cell.source)))
            if isinstance(node, ast.Constant) and type(node.value) in (int, float)
        ]
        for output in cell.outputs:
            data = output.get("data", {})
            shown = [output.get("text", ""), data.get("text/plain", "")]
            html = re.sub(r"(?s)<(style|script)\b.*?</\1>", "", data.get("text/html", ""))
            shown.append(re.sub(r"<[^>]*>", " ", html))
            for text in shown:
                text = "".join(text)
                for match in re.findall(r"\d[\d,]*\.?\d*(?:[eE][-+]?\d+)?|\.\d+", text):
                    values.append(as_number(match))
    return [value for value in values if math.isfinite(value)]


def as_number(text):
    try:
        return float(text.replace(",", "").rstrip("."))
    except ValueError:
        return math.nan


def backed(written, low, high, values):
    """Whether a computed number rounds to this one; a percentage may be a fraction."""
    low, high = low - 1e-9 * abs(low), high + 1e-9 * abs(high)
    shares = (share for v in values for share in (100 * v, 100 - 100 * v))
    candidates = [*values, *(shares if written.endswith("%") else ())]
    return any(low <= value <= high for value in candidates)


def unbacked(notebook, exceptions=()):
    """[(cell number, number as written)] for the numbers that nothing backs."""
    values = computed(notebook)
    return [
        (index, written)
        for index, cell in enumerate(notebook.cells)
        if cell.cell_type == "markdown"
        for written, low, high in claims(cell.source)
        if written not in exceptions and not backed(written, low, high, values)
    ]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_number_in_prose_is_computed(path):
    notebook = nbformat.read(path, as_version=4)
    found = unbacked(notebook, EXCEPTIONS.get(path.name[:2], {}))
    words = "\n".join(f"cell {index}: {written}" for index, written in found)
    assert not found, f"no cell prints or asserts these numbers of the text:\n{words}"


def test_the_exceptions_are_few_and_reasoned():
    for exceptions in EXCEPTIONS.values():
        assert len(exceptions) <= 5
        assert all(len(reason.split()) > 3 for reason in exceptions.values())


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_changed_number_is_noticed(path):
    """Of the numbers with three digits, changed by a third, chance backs one in five."""
    notebook = nbformat.read(path, as_version=4)
    values = computed(notebook)
    changed = [
        backed("", 1.37 * (low + high) / 2 - half, 1.37 * (low + high) / 2 + half, values)
        for cell in notebook.cells
        if cell.cell_type == "markdown"
        for written, low, high in claims(cell.source)
        if (half := (high - low) / 2) < 0.005 * high
    ]
    assert sum(changed) <= len(changed) / 5


def lesson(text, source="", printed=""):
    code = new_code_cell(source)
    if printed:
        code.outputs = [new_output("stream", text=printed)]
    return new_notebook(cells=[new_markdown_cell(text), code])


@pytest.mark.parametrize(
    ("text", "source", "printed", "missing"),
    [
        ("It needs 2,686 iterations.", "", "settled after 2686 iterations", []),
        ("It needs 2,686 iterations.", "assert path.iterations == 2_686", "", []),
        ("It needs 2,686 iterations.", "", "settled after 2868 iterations", ["2,686"]),
        ("The ratio is 1.09.", "", "1.0904", []),
        ("The ratio is 1.09.", "", "1.0963", ["1.09"]),
        ("The loss is −12.5.", "", "loss -12.48", []),
        ("About 40 % of them.", "", "share 0.401", []),
        ("About 60 % of them.", "", "share 0.401", []),
        ("About 45 % of them.", "", "share 0.401", ["45%"]),
        (r"At $\alpha = 0.015$ it bounces.", "learning_rate = 0.015", "", []),
        (r"At $\alpha = 0.015$ it bounces.", "learning_rate = 0.15", "", ["0.015"]),
        ("A condition number of $10^{12}$.", "", "1.4e+12", []),
        ("A condition number of $10^{12}$.", "", "1.4e+10", ["10^{12}"]),
        ("See line 12, lesson 04 and Exercise 17 of 1875, 30 minutes.", "", "", []),
        ("## The 77 rows\n\n`beta[44]` and <b id='x55'>bold</b>", "", "", []),
        ("10. [Go](#go) 11. [On](https://example.org/99)", "", "", []),
        ("[← 11](11_more.ipynb) · [13 →](13_less.ipynb)", "", "", []),
        ("| a | 38.5 |", "", "", ["38.5"]),
        ("## Read further\n\n- A book, 370 pages\n\n## Next\n\nNow 371.", "", "", ["371"]),
        ("The table says 23.", "", "<td>23</td>", []),
    ],
)  # fmt: skip
def test_what_backs_a_number(text, source, printed, missing):
    assert [written for _, written in unbacked(lesson(text, source, printed))] == missing
