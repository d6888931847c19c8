"""Marking: a small class with twelve hostile notebooks; what the judge says is the check's.

`python tests/course/simulated_class.py DIR` is the whole class, over all lessons.
"""

import argparse
import csv
import io
import json
import os
import socket
import xml.etree.ElementTree as ET
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import glmlib
import simulated_class
from glmlib.course import checks, record
from glmlib.course.classroom import (
    confine,
    judge,
    lessons,
    mark,
    report,
    station,
    submissions,
    wire,
)
from glmlib.course.classroom.handout import handout, with_answer
from glmlib.course.classroom.lessons import lesson

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="marking needs fork")


# ---- the class


@pytest.fixture(scope="module")
def marked(tmp_path_factory):
    """(folder, truth, marks, what was said) of three honest and twelve hostile notebooks."""
    folder = tmp_path_factory.mktemp("marked")
    truth = simulated_class.hand_in(folder / "class", 3, ["00"], seed=2, where="00")
    before = {path: path.read_bytes() for path in (folder / "class").iterdir()}
    options = {"--html": "class.html", "--junit": "marks.xml", "--pages": "pages"}
    named = [str(folder / part) if part in options.values() else part
             for pair in options.items() for part in pair]  # fmt: skip
    marks, said = simulated_class.marked(folder / "class", *named, "--timeout", "4")
    assert {path: path.read_bytes() for path in (folder / "class").iterdir()} == before
    return folder, truth, marks, said


def test_the_marks_of_a_class_are_the_truth(marked):
    _, truth, marks, said = marked
    assert marks == truth
    assert said.startswith("15 notebooks, ")
    honest = [right for name in truth if "student" in name for right in truth[name].values()]
    assert set(honest) == {True, False}


def test_the_tables_and_pages_say_it(marked):
    folder, truth, _, _ = marked
    with (folder / "marks.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    unread = [row for row in rows if not row["exercise"]]
    assert [row["diagnosis"] for row in unread] == ["this is not a notebook: no JSON"]
    page = (folder / "class.html").read_text(encoding="utf-8")
    for row in rows:
        assert row["student"] in page
        if row["status"] == "TRY AGAIN":
            assert report.html.escape(row["diagnosis"].splitlines()[0]) in page
    assert len(list((folder / "pages").glob("*.html"))) == len(truth)
    assert "still running after 4 seconds" in (
        folder / "pages" / "hostile, an endless loop.html"
    ).read_text(encoding="utf-8")
    tree = ET.parse(folder / "marks.xml").getroot()
    assert len(tree.findall(".//testcase")) == len(rows)
    assert len(tree.findall(".//failure")) == sum(row["passed"] == "False" for row in rows)
    assert not (folder / "marks.csv.part").exists()


# ---- the judge says what the check says


def by_the_judge(exercise, check, source, **names):
    """What is said of a cell; in a child, because a judge is thrown away after its work."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        found = {"status": "ERROR"}
        try:
            space = {"np": np, "glmlib": glmlib, "checks": checks, **names}
            found = judge.judged(space, exercise, check, [("cell", source)], set(), 6, 1000)
        finally:
            os.write(write, json.dumps(found).encode())
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as file:
        said = json.load(file)
    os.waitpid(child, 0)
    return said


ANSWERS = {  # where the check and the code call each other: (exercise, ways of answering)
    "a gradient that is wrong": ("00.2", ["solution"]),
    "a model that counts its gradients": ("03.4", ["wrong['no end'][0]", "solution"]),
    "a family that is watched": ("07.3", ["solution"]),
    "a loss that is called": ("07.4", ["solution"]),
    "three functions of the check's": ("10.2", ["solution"]),
    "rows that are held": ("11.2", ["solution"]),
    "an overflow that is silenced": ("04.3", ["solution"]),
    "an argument changed in place": ("03.4", ["wrong['in place'][0]"]),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_what_the_judge_says_is_what_the_check_says(case):
    identity, ways = ANSWERS[case]
    number = identity[:2]
    given = lesson(number)
    exercise, one = given.exercises[identity], simulated_class.registered(given)[identity]
    names = {}
    for place in given.section(exercise):
        cell = given.cells[place]
        if cell["cell_type"] == "code" and place < given.place[exercise.solution]:
            if "lines = [" in cell["source"]:
                exec(cell["source"].partition("for number")[0], names)
    names.pop("__builtins__", None)
    for way in ways:
        answer, _ = simulated_class.answers(one)[way]
        source = simulated_class.cell_of(exercise, answer, given, (number, one.name, way))
        assert "import exercises" not in source
        verdict = one.check(answer)
        source = "import numpy as np\nimport glmlib\n" + source
        found = by_the_judge(exercise, given.source(exercise.check), source, **names)
        assert found == {"status": verdict.status, "message": verdict.message}


HELD = """
import numpy as np

def column_means(blocks):
    return np.concatenate([X for X in blocks]).mean(axis=0)
"""
SILENCED = """
import numpy as np

def stable_sigmoid(eta):
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-np.asarray(eta, dtype=float)))
"""
INVERSE = """
from numpy.linalg import inv

def helper(X):
    return inv(X.T @ X)

def fit_linear(X, y):
    return helper(X) @ X.T @ y
"""
UPHILL = """
import numpy as np

def fit_by_blocks(blocks):
    beta = 0.0
    for _ in range(15):
        gradient, H = 0.0, 0.0
        for X, y in blocks:
            mu = 1 / (1 + np.exp(-(X * beta).sum(axis=1)))
            gradient = gradient + X.T @ (mu - y)
            H = H + X.T @ ((mu * (1 - mu))[:, None] * X)
        beta = beta + np.linalg.solve(H, gradient)
    return beta, np.sqrt(np.diag(np.linalg.inv(H)))
"""
BLANK = "def linear_gradient(beta, X, y):\n    return X.T @ (... - y)\n"
GRADIENT = "checks.gradient(linear_gradient, glmlib.LinearRegression)"
CODE = {  # what a check sees only in the code itself, or in its process
    HELD: ("checks.running_mean(column_means)", "TRY AGAIN", "MB at once"),
    SILENCED: ("checks.sigmoid(stable_sigmoid)", "TRY AGAIN", "exp"),
    # after an end of the rows, an error
    UPHILL: ("checks.block_fit(fit_by_blocks)", "TRY AGAIN", "grow without end"),
    INVERSE: (
        "checks.fit(fit_linear, glmlib.LinearRegression)", "TRY AGAIN", "it comes from `inv`"
    ),
    BLANK: (GRADIENT, "NOT YET", "fill in the blanks"),
    "def linear_gradient(beta, X, y):\n    return X @ y": (GRADIENT, "TRY AGAIN", "shapes"),
    "def linear_gradient(:": (GRADIENT, "TRY AGAIN", "Python cannot read line 1"),
    "import os\nos._exit(1)": (GRADIENT, "TRY AGAIN", "your code ended the process"),
    "%timeit 1\nlinear_gradient = 3": (GRADIENT, "TRY AGAIN", "without calling it"),
}  # fmt: skip


def by_this_check(check, source):
    """What the judge says of a cell, by a check of one function."""
    name = check.partition("(")[2].rstrip(")").partition(",")[0]
    exercise = SimpleNamespace(id="00.0", names=(name,))
    return by_the_judge(exercise, check, source, **{name: None})


@pytest.mark.parametrize("source", CODE, ids=lambda source: source.strip()[:25])
def test_what_a_check_sees_inside_of_the_code(source):
    check, status, words = CODE[source]
    found = by_this_check(check, source)
    assert (found["status"], words in found["message"]) == (status, True), found


def test_nothing_of_the_learners_runs_in_the_judge():
    """The code sees another process than the judge's, which it can neither end nor write."""
    source = f"""
import os

def linear_gradient(beta, X, y):
    for number in ({os.getpid()}, os.getppid(), 1):
        try:
            os.kill(number, 9)
        except OSError:
            pass
    try:
        open({str(Path(__file__).parent / "written")!r}, "w")
    except OSError as error:
        raise ValueError(f"{{type(error).__name__}} {{os.getpid()}}")
"""
    found = by_this_check(GRADIENT, source)
    holds = confine.holds()
    if holds["nothing written outside of its folder"]:
        assert "PermissionError" in found["message"]
    if holds["own process numbers and no network"]:
        assert found["message"].splitlines()[0].endswith(" 1")
    assert not Path(__file__).with_name("written").exists()


# ---- messages


@pytest.mark.parametrize("value", [
    None, ..., NotImplemented, True, 3, -0.5, 1 + 2j, "é", [1, [2]], (1, "a"), {"x": (None,)},
    {1, 2}, np.float32(0.5), np.bool_(True), np.arange(6).reshape(2, 3), np.array(2.0),
    np.array([None, "x"], dtype=object), np.zeros((0, 3)),
])  # fmt: skip
def test_a_value_comes_back_as_it_was(value):
    back = wire.decode(json.loads(json.dumps(wire.encode(value, None))), None)
    assert type(back) is type(value)
    if isinstance(value, np.ndarray):
        assert np.array_equal(back, value) and back.dtype == value.dtype
    else:
        assert back == value


@pytest.mark.parametrize("message", [
    {"array": ["|O8", [1], "AAAA"]}, {"array": ["<f8", [9], "AAAA"]}, {"special": "os"},
    {"eval": "1"}, {"set": [[1]]}, {"array": 3}, {"dict": [[{"dict": []}, 1]]}, {},
])  # fmt: skip
def test_what_is_no_message_is_refused(message):
    with pytest.raises(wire.Gone):
        wire.decode(message, None)


@pytest.mark.parametrize("reply", [
    b"{}", b"[1]", b"\xff", b'{"to": 1}', b'{"to": 1, "raised": 3}',
    b'{"to": 1, "value": 1, "changed": {"9": 1}}',
    b'{"to": 1, "value": 1, "changed": {"0": {}}}',
    b'{"to": 1, "raised": {"kind": "x", "bases": 3}}', b'{"to": 1, "warnings": 3}',
])  # fmt: skip
def test_a_reply_that_is_none_ends_the_talk(reply):
    mine, theirs = socket.socketpair()
    with mine, theirs:
        wire.Channel(theirs).send(reply)
        theirs.shutdown(socket.SHUT_WR)
        with pytest.raises(wire.Gone):
            wire.Judge(wire.Channel(mine)).call(0, (np.zeros(2),), {})


@pytest.mark.parametrize(("what", "arguments"), [
    ("attribute", ["__globals__"]), ("attribute", ["gi_frame"]), ("__class__", []),
    ("__init__", []), ("__len__", []),
])  # fmt: skip
def test_the_judge_gives_no_way_into_its_process(what, arguments):
    judge_ = wire.Judge(wire.Channel(socket.socketpair()[0]))
    kept = judge_.keep(x for x in [1]), judge_.keep(lambda: None), judge_.keep(checks.gradient)
    for of in kept:
        with pytest.raises((AttributeError, wire.Gone, TypeError)):
            judge_.look({"what": what, "of": of, "arguments": arguments, "options": {}})


def test_a_long_diagnosis_is_one_line_of_a_pipe():
    read, write = os.pipe()
    station.write(
        write, "key", lesson("00").exercises["00.1"], {"message": "\x00😀\ud800" * 3000}
    )
    line = os.read(read, 10_000)
    assert len(line) <= 4096 and line.endswith(b"\n")
    assert json.loads(line)["message"].encode().startswith("\x00😀?\x00".encode())


def test_a_size_that_is_too_large_is_refused():
    mine, theirs = socket.socketpair()
    theirs.sendall((10**12).to_bytes(8, "big"))
    with pytest.raises(wire.Gone):
        wire.Channel(mine).receive()
    with pytest.raises(TimeoutError):
        theirs.sendall(b"\0\0")
        wire.Channel(mine).receive(until=0)
    mine.close()
    theirs.close()


# ---- which cells are the learner's


def cells(*pairs):
    return [list(pair) for pair in pairs]


def test_only_answers_and_new_cells_are_the_learners():
    given = lesson("00")
    order, gradient, *_ = given.exercises.values()
    handed = cells(
        (gradient.check, "edited = 1"),
        ("new", "def helper():\n    return np.pi"),
        (gradient.stub, "def linear_gradient(beta, X, y):\n    return helper()"),
        ("below", "linear_gradient = 4"),
        ("other", given.source(gradient.check)),
        (order.stub, "order = [3]"),
    )
    helpers, found = submissions.cells_of(handed, given, gradient, {"np"})
    assert [source for _, source in found] == [handed[k][1] for k in (1, 2, 3)]
    _, last = submissions.cells_of(handed, given, order, {"np"})
    assert last[-1][1] == "order = [3]" and helpers == []


def test_an_answer_in_a_copy_of_the_cell_counts():
    """Who copies a cell in an editor copies what its metadata say."""
    given = lesson("00")
    stub = given.exercises["00.1"].stub
    handed = cells(
        (stub, given.source(stub)), (stub, "order = [3]"), (stub, given.source(stub))
    )
    _, found = submissions.cells_of(handed, given, given.exercises["00.1"], {"np"})
    assert [source for _, source in found] == [given.source(stub), "order = [3]"]


def test_a_helper_is_found_where_it_stands():
    given = lesson("00")
    order, gradient, *_ = given.exercises.values()
    handed = cells(
        (order.stub, "def gap(u, v):\n    return u - v\n\norder = [3]"),
        (gradient.stub, "def linear_gradient(beta, X, y):\n    return X.T @ gap(1, y)"),
    )
    (helper,), (found,) = submissions.cells_of(handed, given, gradient, {"np"})
    assert (helper[1], found[1]) == (handed[0][1], handed[1][1])


@pytest.mark.parametrize("metadata", [
    {"glmlib": {"exercise": "00.1"}}, {"nbgrader": {"grade_id": "00-1", "solution": True}},
])  # fmt: skip
def test_a_cell_is_known_by_what_its_metadata_say(metadata):
    cell = {"cell_type": "code", "source": "order = []", "metadata": metadata}
    *_, ((identity, _),) = submissions.read(json.dumps({"cells": [cell], "metadata": {
        "glmlib": {"lesson": "00"}
    }}))  # fmt: skip
    assert identity == lesson("00").exercises["00.1"].stub


def test_lost_ids_do_not_lose_the_answers():
    given, copied = lesson("00"), handout("00")
    handed = [["", c["source"]] for c in copied["cells"] if c["cell_type"] == "code"]
    handed.append(["", "order = [3]"])
    number, *_, read = submissions.read(json.dumps({"cells": [
        {"cell_type": "code", "source": [source]} for _, source in handed
    ]}))  # fmt: skip
    assert number == "00"
    _, found = submissions.cells_of(read, given, given.exercises["00.1"], {"np"})
    assert "order = [3]" in [source for _, source in found]


@pytest.mark.parametrize(("seed", "expected"), [
    (7, 7), (0, 0), (-1, None), (10**30, None), (True, None), (1.5, None), ("7", None),
    ([], None),
])  # fmt: skip
def test_a_seed_is_a_whole_number_or_none(seed, expected):
    mark_ = {"glmlib": {"lesson": "00", "seed": seed}}
    number, found, *_ = submissions.read(json.dumps({"cells": [], "metadata": mark_}))
    assert (number, found) == ("00", expected)
    assert lesson(number, found).exercises


@pytest.mark.parametrize(("text", "words"), [
    ("{", "no JSON"), ("[" * 100_000, "no JSON"), ("{}", "it has no cells"), ("3", "no cells"),
    ('{"cells": [{"cell_type": "code"}]}', "no cells"),
    ('{"cells": [{"cell_type": "code", "source": "1"}]}', "of no lesson"),
])  # fmt: skip
def test_what_is_no_notebook_of_a_lesson(text, words):
    with pytest.raises(submissions.Unreadable, match=words):
        submissions.read(text)


# ---- the command


def slope(seed):
    """What the spring of lesson 00 says with this seed, to two places."""
    names = {"np": np, "glmlib": glmlib}
    exec(lesson("00", seed).source("say-data"), names)
    x, y = names["kilograms"], names["centimetres"]
    return f"{x @ y / (x @ x):.2f}"


def test_a_copy_is_marked_by_its_own_seed(tmp_path):
    """Two have the copy of seed 1; the second hands in the number of seed 2."""
    for name, of in (("ada", 1), ("bo", 2)):
        copied = handout("00", 1, {"written"})
        (cell,) = (cell for cell in copied["cells"] if "glmlib" in cell["metadata"])
        answer = f"conclusion = {{'slope': '{slope(of)} cm'}}\nticks = {{'slope': [True] * 2}}"
        cell["source"] = with_answer(cell["source"], answer, ("conclusion", "ticks"))
        (tmp_path / f"{name}.ipynb").write_text(json.dumps(copied))
    done = mark.mark([tmp_path], kinds=("written",))
    rows = [(row["student"], row["seed"], row["status"]) for row in report.rows(done)]
    assert rows == [("ada", 1, "PASS"), ("bo", 1, "TRY AGAIN")]


def test_attempts_stand_in_the_table_where_they_are_known(tmp_path, monkeypatch):
    given = lesson("00")
    first, second, *_ = given.exercises.values()
    for name in ("ada/one", "bo/one", "bo/two"):
        path = tmp_path / f"{name}.ipynb"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(handout("00")))
    for folder in ("ada", "bo"):
        for exercise, right in ((first, False), (first, True), (second, False)):
            notebook = tmp_path / folder / given.path.name
            record.note(notebook, given.source(exercise.check), right)
    monkeypatch.setattr(mark, "judged", lambda group, options: [])
    ada, *both = mark.mark([tmp_path])
    assert [row["attempts"] for row in report.rows([ada])] == [2, 1, "", ""]
    assert {row["attempts"] for row in report.rows(both)} == {""}
    (tmp_path / "ada" / record.PASSED).unlink()
    os.mkfifo(tmp_path / "ada" / record.PASSED)
    assert mark.contents(tmp_path / "ada" / "one.ipynb")[-1] == {}


def test_an_interrupted_run_goes_on(tmp_path, monkeypatch):
    for name in ("one", "two"):
        (tmp_path / f"{name}.ipynb").write_text(json.dumps(handout("00")))
    asked = []

    def interrupted(group, options):
        for submission in group:
            for identity in submission.exercises:
                if identity not in submission.verdicts:
                    asked.append((submission.name, identity))
                    yield submission, identity, ("PASS", "fine")
                    if len(asked) == 3:
                        raise KeyboardInterrupt

    monkeypatch.setattr(mark, "judged", interrupted)
    journal = tmp_path / "marks.csv.part"
    with pytest.raises(KeyboardInterrupt):
        mark.mark([tmp_path], journal=journal)
    told = []
    done = mark.mark([tmp_path], journal=journal, told=lambda *now: told.append(now))
    assert len(asked) == 8 and len(set(asked)) == 8
    assert told[0] == (4, 8) and told[-1] == (8, 8)
    assert all(len(submission.verdicts) == 4 for submission in done)
    changed = json.dumps(handout("00")).replace("order = []", "order = [1]")
    (tmp_path / "one.ipynb").write_text(changed)
    mark.mark([tmp_path], journal=journal)
    assert {name for name, _ in asked[8:]} == {"one"}


def test_names_are_what_the_paths_do_not_share(tmp_path):
    for student in ("ada", "bo"):
        (tmp_path / student).mkdir()
        (tmp_path / student / "06.ipynb").write_text("{}")
    found = mark.named(mark.found([tmp_path]))
    assert [name for _, name in found] == ["ada/06", "bo/06"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="there is no notebook to mark"):
        mark.found([tmp_path / "empty"])


def submission(name="ada", **verdicts):
    found = {f"00.{k}": ("NOT YET", "write it") for k in range(1, 5)} | verdicts
    return mark.Submission(name, "00", verdicts=found)


def test_what_is_missing_old_or_unreadable_is_said():
    version = lesson("00").version
    group = [mark.Submission("ada/00", "00", version=version), mark.Submission("ada/01", "01"),
             mark.Submission("bo/00", "00", version="of <before>")]  # fmt: skip
    assert report.remarks(group[:2]) == []
    said = ["Not handed in: bo 01.", "Of another version of its lesson: bo/00."]
    assert report.remarks(group) == said
    assert all(line in report.class_page(group, {}) for line in said)
    flat = [
        mark.Submission("ada", "00"),
        mark.Submission("bo", "00"),
        mark.Submission("b", "01"),
    ]
    assert report.remarks(flat) == []
    assert report.remarks([mark.Submission("ada", problem="no <text>")]) == [
        "Not readable: ada, no <text>."
    ]


def test_the_mistakes_of_a_class_are_counted():
    wrong = {"00.2": ("TRY AGAIN", "the sign\nyours 3, the right one 4")}
    other = {"00.2": ("TRY AGAIN", "the sign\nyours 5, the right one 6")}
    group = [submission("ada", **wrong), submission("bo", **other), submission("cy")]
    assert report.mistakes(group) == [("00.2", "the sign", ["ada", "bo"])]
    assert report.summary(group).endswith("Most frequent mistake, 2 times: 00.2, the sign")


def test_what_learners_write_stays_text(tmp_path):
    evil = "=cmd|' /C calc'!A0 <script>alert(1)</script> ]]> \x00"
    one = submission("=1+1", **{"00.2": ("TRY AGAIN", evil)})
    report.table(tmp_path / "t.csv", report.rows([one]))
    with (tmp_path / "t.csv").open(newline="", encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            assert row["student"] == "'=1+1" and not row["diagnosis"].startswith("=")
    for page in (report.class_page([one], {}), report.student_page(one, {})):
        assert "<script>" not in page and "&lt;script&gt;" in page
    ET.fromstring(report.junit([one]).encode())


def test_points_of_a_kind_and_of_one():
    one = submission(**{"00.1": ("PASS", ""), "00.2": ("PASS", "")})
    rows = list(report.rows([one], {"order": 7, "00.2": 5}))
    assert [(row["points"], row["earned"]) for row in rows] == [(7, 7), (5, 5), (4, 0), (3, 0)]


@pytest.mark.parametrize(("statuses", "code"), [
    (["PASS"] * 4, 0), (["PASS", "NOT YET", "PASS", "PASS"], 1), (["ERROR"] * 4, 2),
])  # fmt: skip
def test_the_exit_code(statuses, code, monkeypatch, tmp_path):
    verdicts = {f"00.{k}": (status, "x") for k, status in enumerate(statuses, 1)}
    one = mark.Submission("ada", "00", verdicts=verdicts)
    monkeypatch.setattr(mark, "mark", lambda *given: [one])
    parser = argparse.ArgumentParser()
    mark.arguments(parser)
    table = tmp_path / "new folder" / "m.csv"
    assert mark.command(parser.parse_args(["x", "--csv", str(table)])) == code
    assert table.read_text(encoding="utf-8").startswith("\ufeffstudent,")


@pytest.mark.parametrize("text", [
    "{", "3", '{"riddle": 1}', '{"06.99": 1}', '{"06": 1}', '{"order": "5"}', '{"order": -1}',
])  # fmt: skip
def test_points_that_are_none(text):
    with pytest.raises(ValueError, match="points are for kinds"):
        lessons.points_of(text)


@pytest.mark.parametrize(("terminal", "expected"), [
    (True, f"\r{'░' * 30} 1 of 40 exercises\r{'█' * 30} 40 of 40 exercises\n"),
    (False, "40 of 40 exercises\n"),
])  # fmt: skip
def test_the_bar(terminal, expected, monkeypatch):
    screen = io.StringIO()
    screen.isatty = lambda: terminal
    monkeypatch.setattr("sys.stderr", screen)
    for done in (1, 40):
        mark.told(done, 40)
    assert screen.getvalue() == expected
