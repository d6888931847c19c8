"""What passed is noted beside the notebooks, and `progress` tells it; nothing else writes."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest

from glmlib.course import progress
from glmlib.course.checks import Verdict
from glmlib.course.classroom.lessons import chosen, lesson
from glmlib.course.record import PASSED, PREDICTIONS, attempts, name_of, note
from later import later

manager = later("jupyter_client.manager")
watched = sys.modules["glmlib.course.watched"]  # in the package the name is the function
LESSON = lesson("04")
EXERCISES = list(LESSON.exercises.values())
PASS = Verdict("PASS", "it is right")


@pytest.fixture
def somebody(tmp_path, monkeypatch):
    """A person at a notebook of lesson 04; what they run is handed to `ran`."""
    monkeypatch.setattr(watched, "watched", lambda: True)
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "04_logistic_regression.ipynb"))
    return tmp_path


def ran(exercise, value=PASS):
    source = f"# mine\n{LESSON.source(exercise.check)}"
    info = SimpleNamespace(raw_cell=source)
    watched.ran(SimpleNamespace(result=value, info=info))


def row(folder):
    return progress(folder)[4]


def test_what_passes_is_noted_once_and_told_with_the_next_exercise(somebody):
    assert (row(somebody).passed, row(somebody).next[:3]) == (0, "1: ")
    for exercise in (EXERCISES[0], EXERCISES[2], EXERCISES[0]):
        ran(exercise)
    assert row(somebody).passed == 2
    assert row(somebody).next == f"2: {EXERCISES[1].title}"
    assert len((somebody / PASSED).read_text().split("\n")) == 1 + 2
    for exercise in EXERCISES:
        ran(exercise)
    assert (row(somebody).passed, row(somebody).next) == (len(EXERCISES), "")
    lines = repr(progress(somebody)).splitlines()
    assert len(lines) == 1 + len(chosen()) and lines[5].split()[1:4] == ["7", "of", "7"]
    assert sum(other.passed for other in progress(somebody)) == len(EXERCISES)


def test_answers_are_counted_until_one_is_right(somebody):
    wrong, empty = Verdict("TRY AGAIN", "the sign"), Verdict("NOT YET", "")
    for value in (empty, wrong, wrong, empty, PASS, wrong, PASS):
        ran(EXERCISES[0], value)
    ran(EXERCISES[1], wrong)
    first, second = (name_of(LESSON, exercise) for exercise in EXERCISES[:2])
    assert attempts(somebody) == {first: 3, second: 1}
    assert row(somebody).passed == 1 and row(somebody).next[:3] == "2: "


def test_only_a_check_of_this_lesson_is_noted(somebody):
    for value in (Verdict("NOT YET", ""), None, SimpleNamespace(status=np.zeros(2))):
        ran(EXERCISES[0], value)
    for source in ("%magic", "", "checks.loss(fragile_loss, glmlib.LogisticRegression)"):
        watched.ran(SimpleNamespace(result=PASS, info=SimpleNamespace(raw_cell=source)))
    assert not list(somebody.iterdir())


@pytest.mark.parametrize("name", ["mine.ipynb", "99_lost.ipynb", ""])
def test_another_notebook_notes_nothing(somebody, monkeypatch, name):
    monkeypatch.setenv("JPY_SESSION_NAME", name and str(somebody / name))
    ran(EXERCISES[0])
    monkeypatch.delenv("JPY_SESSION_NAME")
    ran(EXERCISES[0])
    assert not list(somebody.iterdir())


def test_without_a_person_and_after_a_solution_nothing_is_noted(somebody, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(watched, "CELLS", [LESSON.source(EXERCISES[0].solution), "the check"])
        ran(EXERCISES[0])
    monkeypatch.setattr(watched, "watched", lambda: False)
    ran(EXERCISES[0])
    assert not list(somebody.iterdir())


@pytest.mark.parametrize("before", [b"", b"\xff\x00{\n", b"04 exercise-ord"])
def test_a_damaged_file_loses_nothing_but_the_damage(somebody, before):
    (somebody / PASSED).write_bytes(before)
    ran(EXERCISES[0])
    assert row(somebody).passed == 1
    assert (somebody / PASSED).read_bytes().startswith(before)


def test_where_nothing_can_be_written_nothing_happens(somebody):
    (somebody / PASSED).mkdir()  # even root cannot write into a folder
    ran(EXERCISES[0])
    assert row(somebody).passed == 0


def test_two_notebooks_at_once_lose_nothing(tmp_path):
    others = [lesson(number) for number in chosen()]
    cells = [
        (tmp_path / other.path.name, other.source(exercise.check))
        for other in others
        for exercise in other.exercises.values()
    ]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(note, *zip(*cells, strict=True)))
    assert all((row.passed, row.next) == (row.exercises, "") for row in progress(tmp_path))


def test_predictions_are_counted_and_those_skipped_are_not(tmp_path):
    gates = sys.modules["glmlib.course.progress"].GATE
    keys = sorted(set(gates.findall(LESSON.path.read_text(encoding="utf-8"))))
    made = dict.fromkeys(keys[:3], {"chosen": "left", "computed": "left", "because": ""})
    made |= {keys[3]: {"chosen": None}, "another": made[keys[0]], "broken": 3}
    (tmp_path / PREDICTIONS).write_text(json.dumps(made))
    assert (row(tmp_path).predicted, row(tmp_path).predictions) == (3, 4)


def test_the_command_prints_the_table_or_one_sentence(somebody):
    ran(EXERCISES[0])
    command = [sys.executable, "-m", "glmlib", "progress"]
    done = subprocess.run([*command, somebody], capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout == f"{progress(somebody)}\n"
    done = subprocess.run([*command, somebody / "lost"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, f"there is no folder {somebody / 'lost'}\n")


def test_a_reader_that_has_seen_enough_is_no_error(tmp_path):
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "glmlib", "progress", tmp_path]
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE)
    os.close(write)
    assert (done.returncode, done.stderr) == (1, b"")


def test_a_kernel_notes_what_an_editor_runs(tmp_path):
    """The lesson's own cells; nbval and a server run them without the name of a cell."""
    exercise = EXERCISES[3]
    notebook = tmp_path / LESSON.path.name
    kernels = manager.KernelManager(kernel_name="python3")
    kernels.start_kernel(
        cwd=str(tmp_path), env={**os.environ, "JPY_SESSION_NAME": str(notebook)}
    )
    client = kernels.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)

        def run(source, cell="some-cell"):
            message = client.session.msg(
                "execute_request",
                {"code": source, "silent": False, "store_history": True},
                metadata={"cellId": cell} if cell else {},
            )
            client.shell_channel.send(message)
            reply = client.get_shell_msg(timeout=60)
            while reply["parent_header"]["msg_id"] != message["header"]["msg_id"]:
                reply = client.get_shell_msg(timeout=60)  # of a second wait_for_ready
            assert reply["content"]["status"] == "ok", reply["content"]
            return (tmp_path / PASSED).exists()

        check, solution = LESSON.source(exercise.check), LESSON.source(exercise.solution)
        run("import numpy as np, glmlib\nfrom glmlib.course import checks")
        assert not run(LESSON.source(exercise.stub)) and not run(check)
        assert not run(solution) and not run(check)  # it stands behind the solution
        answer = solution.partition("\n")[2]
        assert not run(answer) and not run(check, cell=None)
        assert run(check)
    finally:
        client.stop_channels()
        kernels.shutdown_kernel(now=True)
    assert row(tmp_path).passed == 1 and row(tmp_path).next[0] == "1"
