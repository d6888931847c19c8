"""A lesson without its solutions runs from top to bottom, and no page answers its questions.

Each lesson is executed once, as the hand-out that students get, with a seed, in which every
exercise is left as its stub. Behind each prediction a cell is put in that tells what
the prediction is, where its lab stands and what is computed.
"""

import json
import re
from base64 import b64decode
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell

import canonical
from glmlib.course import questions
from glmlib.course.classroom.handout import handout, of_exercises, verdicts
from glmlib.course.classroom.lessons import lesson as given
from glmlib.course.live import unsealed

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
_said = {option: _gate._said(option, _answer) for option in _gate.options}
_facts = [_gate.question, _gate.options, _answer, _stands, _states, _said]
print("GATE " + _json.dumps(_facts, default=str))
"""
LATER = """
for _gate in globals().get("_GATES", []):
    print("LATER " + _gate.answer())
"""  # a learner may run all cells and lock in afterwards


def gates(notebook):
    """The cells that ask for a prediction; a hand-out has no more of them than their ids."""
    lesson = given(notebook.cells[0].source[2:4])
    return [
        cell
        for cell in notebook.cells
        if cell.cell_type == "code"
        and cell.id in lesson.place
        and GATE.search(lesson.source(cell.id))
    ]


def telling(number):
    """The copy for students, with a cell behind each prediction that tells it."""
    notebook, cells = nbformat.from_dict(handout(number, seed=2026)), []
    for cell in notebook.cells:
        cells.append(cell)
        if cell.cell_type == "code" and GATE.search(given(number).source(cell.id)):
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
    return stored, canonical.execute(telling(request.param.name[:2]), FOLDER)


def test_an_unsolved_lesson_runs_to_its_end(lesson):
    _, executed = lesson
    number = executed.cells[0].source[2:4]
    said = of_exercises(given(number), verdicts(executed))
    assert said.keys() == given(number).exercises.keys()
    assert all(text.startswith("NOT YET") for text in said.values())


def test_a_verdict_of_the_learner_is_not_called_that_of_the_solution(lesson):
    labelled = [
        [c for c in notebook.cells if "The solution: " in str(c.get("outputs", ""))]
        for notebook in lesson
    ]
    solutions = sum("solution" in c.metadata.get("tags", []) for c in lesson[0].cells)
    assert list(map(len, labelled)) == [solutions, 0]


def test_each_option_of_a_prediction_has_a_sentence_of_its_own(lesson):
    _, executed = lesson
    for question, options, answer, *_ in map(json.loads, told(executed, "GATE")):
        assert answer in options and "?" in question or "…" in question
        sentences = list(options.values())
        assert len(set(sentences)) == len(sentences), question
        assert all(len(sentence.split()) >= 6 for sentence in sentences), question


def test_no_lab_stands_where_its_prediction_asks(lesson):
    _, executed = lesson
    for question, _, _, stands, states, _ in map(json.loads, told(executed, "GATE")):
        if states:
            assert any(state != stands for state in states), question
            assert states[-1] != stands, question


def test_who_runs_all_cells_first_gets_the_same_answers(lesson):
    _, executed = lesson
    at_the_place = [json.loads(text)[2] for text in told(executed, "GATE")]
    assert told(executed, "LATER") == at_the_place


def test_a_page_without_a_kernel_says_the_same_and_stores_it_sealed(lesson):
    facts = [json.loads(text) for text in told(lesson[1], "GATE")]
    for notebook in lesson:
        pages = [o.data["text/html"] for c in gates(notebook) for o in c.outputs]
        for page, (_, options, *_, said) in zip(pages, facts, strict=True):
            data = json.loads(re.search(r'(?s)json">(.*)</script></div>', page)[1])
            assert data["options"] == list(options)
            for option, packed in zip(options, data["sealed"], strict=True):
                assert unsealed(packed, f"{data['key']} {option}") == said[option]
            part = page.partition('<div class="glm-live"')[2]
            readable = part + "".join(map(decoded, re.findall(r"[\w+/=]{12,}", part)))
            for sentence in options.values():
                assert sentence not in readable and sentence[:20] not in readable
            assert "Computed" not in readable and "so it is" not in readable


def decoded(text):
    try:
        return b64decode(text).decode("utf-8", "replace")
    except ValueError:
        return ""


def asked(number):
    """{name: (right, reasons)} of the questions of a lesson."""
    if not find_spec(f"glmlib.course.questions.lesson_{number}"):
        return {}
    module = import_module(f"glmlib.course.questions.lesson_{number}")
    return {name: value for name, value in vars(module).items() if isinstance(value, tuple)}


def words(value):
    """All sentences in the values of a dict, and of the dicts in it."""
    return [value] if isinstance(value, str) else [w for v in value.values() for w in words(v)]


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_no_hand_out_holds_the_key_of_its_questions(path):
    number = path.name[:2]
    cells = [c["source"] for c in handout(number)["cells"]]
    text = " ".join("\n".join(cells).replace('"\n', "").split())
    for name, (_, reasons) in asked(number).items():
        assert f'checks.question("{number} {name}", ' in path.read_text("utf-8").replace(
            "\\", ""
        )
        assert not [w for w in words(reasons) if w in text], name


def test_a_question_that_nobody_asked_is_an_error():
    with pytest.raises(LookupError, match="there is no question '02 riddle'"):
        questions.of("02 riddle")
    with pytest.raises(LookupError, match="there is no question '99 trap'"):
        questions.of("99 trap")


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
    notebook = telling("05")
    place = next(k for k, c in enumerate(notebook.cells) if c.id == "ex2-stub")
    needs = new_code_cell("assert checks.coefficient(coefficient).passed")
    notebook.cells = [c for c in notebook.cells[: place + 1] if c.cell_type == "code"]
    canonical.execute(notebook, FOLDER)
    notebook.cells.append(needs)
    with pytest.raises(Exception, match="AssertionError"):
        canonical.execute(notebook, FOLDER)
