"""A lesson without its solutions runs from top to bottom, and no page answers its questions.

Each lesson is executed once, as a hand-out: without the cells of the solutions, so that
every exercise is left as its stub. Behind each prediction a cell is put in that tells what
the prediction is, where its lab stands and what is computed.
"""

import copy
import json
import re
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell

import canonical

FOLDER = Path(__file__).parents[2] / "notebooks"
LESSONS = sorted(FOLDER.glob("[0-9][0-9]_*.ipynb"))
GATE = re.compile(r"(?<![\w.])predict\(")
BEHIND = 8  # so many cells behind a prediction do not tell its answer
TELL = """
import json as _json

_gate, _states, _stands = Out[max(Out)], [], None
if hasattr(_gate.lab, "compute"):
    _stands, _compute = dict(_gate.lab.state), _gate.lab.compute

    def _told(state, *rest):
        _states.append({**_stands, **state})
        return _compute(state, *rest)

    _gate.lab.compute = _told
_answer = _gate.answer()
if _stands is not None:
    _gate.lab.compute = _compute
_GATES = [*globals().get("_GATES", []), _gate]
_facts = [_gate.question, _gate.options, _answer, _stands, _states]
print("GATE " + _json.dumps(_facts, default=str))
"""
LATER = """
for _gate in globals().get("_GATES", []):
    print("LATER " + _gate.answer())
"""  # a learner may run all cells and lock in afterwards


def handout(notebook):
    """The notebook without solutions, with a cell behind each prediction that tells it."""
    notebook = copy.deepcopy(notebook)
    cells = []
    for cell in notebook.cells:
        if "solution" in cell.metadata.get("tags", []):
            continue
        cells.append(cell)
        if cell.cell_type == "code" and GATE.search(cell.source):
            cells.append(new_code_cell(TELL))
    notebook.cells = [*cells, new_code_cell(LATER)]
    return notebook


def told(notebook, word):
    """What the inserted cells printed behind a word."""
    texts = [o.text for c in notebook.cells for o in c.get("outputs", []) if "text" in o]
    return [
        line[len(word) + 1 :]
        for t in texts
        for line in t.splitlines()
        if line[: len(word)] == word
    ]


@pytest.fixture(scope="module", params=LESSONS, ids=lambda path: path.stem)
def lesson(request):
    """(the stored notebook, the executed hand-out); executing stops at the first error."""
    stored = canonical.from_text(request.param.read_text(encoding="utf-8"))
    return stored, canonical.execute(handout(stored), FOLDER)


def test_an_unsolved_lesson_runs_to_its_end(lesson):
    stored, executed = lesson
    solutions = sum("solution" in c.metadata.get("tags", []) for c in stored.cells)
    verdicts = [
        o.data["text/plain"]
        for c in executed.cells
        for o in c.get("outputs", [])
        if re.match("NOT YET|TRY AGAIN|PASS", o.get("data", {}).get("text/plain", ""))
    ]
    assert sum(text.startswith("NOT YET") for text in verdicts) >= 2 * solutions > 0


def test_each_option_of_a_prediction_has_a_sentence_of_its_own(lesson):
    _, executed = lesson
    for question, options, answer, *_ in map(json.loads, told(executed, "GATE")):
        assert answer in options and "?" in question or "…" in question
        sentences = list(options.values())
        assert len(set(sentences)) == len(sentences), question
        assert all(len(sentence.split()) >= 6 for sentence in sentences), question


def test_no_lab_stands_where_its_prediction_asks(lesson):
    _, executed = lesson
    for question, _, _, stands, states in map(json.loads, told(executed, "GATE")):
        if states:
            assert any(state != stands for state in states), question
            assert states[-1] != stands, question


def test_who_runs_all_cells_first_gets_the_same_answers(lesson):
    _, executed = lesson
    at_the_place = [json.loads(text)[2] for text in told(executed, "GATE")]
    assert told(executed, "LATER") == at_the_place


# ---- what stands behind a prediction


def given_away(notebook):
    """What of the cells behind each prediction is open and says how it ends."""
    problems = []
    for place, cell in enumerate(notebook.cells):
        if cell.cell_type != "code" or not GATE.search(cell.source):
            continue
        names = re.findall(r"(?m)^def (\w+)\(", cell.source)
        options = re.findall(r'(?m)^ {8}"([^"]+)": "', cell.source)
        assert len(options) >= 2, cell.id
        for behind in notebook.cells[place + 1 : place + 1 + BEHIND]:
            if behind.cell_type != "code" or GATE.search(behind.source):
                continue
            hidden = behind.metadata.get("jupyter", {}).get("source_hidden")
            asserts = [s for s in behind.source.splitlines() if "assert" in s]
            tells = [s for s in asserts if any(name in s for name in [*names, *options])]
            if tells and not hidden:
                problems.append(f"{cell.id}: an open assertion in {behind.id}")
            states = re.search(r"\b(?!ax)\w*\.(set|picture|preset)\((?!x|y)", behind.source)
            for output in behind.outputs:
                html = output.get("data", {}).get("text/html", "")
                if (states or tells) and not html.startswith("<details>"):
                    problems.append(f"{cell.id}: an open output of {behind.id}")
                if any(
                    re.search(rf"\b{re.escape(o)}\b", output.get("text", ""))
                    for o in options
                    if len(o) > 12
                ):
                    problems.append(f"{cell.id}: an option in the output of {behind.id}")
    return problems


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_nothing_behind_a_prediction_gives_it_away(path):
    assert given_away(canonical.from_text(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda cell: cell.metadata.pop("jupyter"), "an open assertion"),
        (
            lambda cell: cell.outputs[0].data.update({"text/html": "<p>gone</p>"}),
            "open output",
        ),
    ],
)
def test_what_gives_a_prediction_away_is_found(change, words):
    notebook = canonical.from_text(LESSONS[3].read_text(encoding="utf-8"))
    assert given_away(notebook) == []
    (cell,) = [c for c in notebook.cells if c.id == "cell-057"]  # it drives the fit lab
    change(cell)
    assert any(words in problem for problem in given_away(notebook))


def test_a_cell_that_needs_a_solution_stops_the_hand_out():
    notebook = canonical.from_text(LESSONS[5].read_text(encoding="utf-8"))
    place = next(k for k, c in enumerate(notebook.cells) if c.id == "ex2-pass")
    notebook.cells = [
        *(c for c in notebook.cells[:place] if c.cell_type == "code"),
        new_code_cell("assert checks.risk_ratio(risk_ratio).passed"),
    ]
    with pytest.raises(Exception, match="AssertionError"):
        canonical.execute(handout(notebook), FOLDER)
    canonical.execute(notebook, FOLDER)  # with its solutions it runs
