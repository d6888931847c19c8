"""Where teachers already are: nbgrader, and lessons in a repository of somebody else's."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from glmlib.course.classroom import nbgrader
from glmlib.course.classroom.handout import solved
from glmlib.course.classroom.lessons import lesson

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "tests" / "fixtures"
PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


# ---- nbgrader


def test_every_exercise_is_answered_in_one_cell_and_graded_in_the_next():
    cells = nbgrader.for_nbgrader("06")["cells"]
    marks = [(k, c["metadata"]["nbgrader"]) for k, c in enumerate(cells)
             if "nbgrader" in c["metadata"]]  # fmt: skip
    exercises = [*lesson("06").exercises.values()]
    assert len(marks) == 2 * len(exercises)
    for exercise, (place, answer), (behind, check) in zip(
        exercises, marks[::2], marks[1::2], strict=True
    ):
        assert behind == place + 1 and check["grade"] and check["locked"]
        assert answer["solution"] and not answer["grade"] and "points" not in answer
        assert check["points"] == exercise.points
        assert answer["grade_id"] == exercise.id.replace(".", "-")
        region = cells[place]["source"].split("### BEGIN SOLUTION\n")[1]
        assert region.removesuffix("\n### END SOLUTION") == lesson("06").source(
            exercise.solution
        )
    ids = [mark["grade_id"] for _, mark in marks]
    assert len(set(ids)) == len(ids) and all(re.fullmatch(r"[\w-]+", i) for i in ids)
    assert len({cell["id"] for cell in cells}) == len(cells)


@pytest.mark.skipif(
    importlib.util.find_spec("nbgrader") is None, reason="needs `pip install nbgrader`"
)
def test_a_round_trip_through_nbgrader(tmp_path):
    """Generate, release, autograde, export: one student who answers all, and one nothing."""

    def run(*command):
        done = subprocess.run(
            [sys.executable, "-m", *command], cwd=tmp_path, env=os.environ | {"PATH": PATH},
            capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr

    run("glmlib", "handout", ".", "--lessons", "00", "--nbgrader", "--unchecked")
    run("nbgrader", "generate_assignment", "lesson_00")
    released = tmp_path / "release" / "lesson_00" / "00_start_here.ipynb"
    copied = json.loads(released.read_text(encoding="utf-8"))
    for cell in copied["cells"]:
        cell["source"] = "".join(cell["source"])
    assert not any("BEGIN SOLUTION" in cell["source"] for cell in copied["cells"])
    for student, notebook in (("ada", copied), ("bo", solved(copied, "00"))):
        place = tmp_path / "submitted" / student / "lesson_00"
        place.mkdir(parents=True)
        (place / released.name).write_text(json.dumps(notebook), encoding="utf-8")
    run("nbgrader", "autograde", "lesson_00")
    run("nbgrader", "export")
    text = (tmp_path / "grades.csv").read_text(encoding="utf-8")
    rows = [line.split(",") for line in text.splitlines()]
    score, student = rows[0].index("score"), rows[0].index("student_id")
    assert {row[student]: float(row[score]) for row in rows[1:]} == {"ada": 0, "bo": 11}


# ---- a repository of somebody else's


@pytest.mark.skipif(os.name == "nt", reason="the guide's commands are for a Unix shell")
def test_the_commands_for_lessons_elsewhere(tmp_path):
    """The guide's lines hand out and mark the template, as a lesson of another repository."""
    (tmp_path / "lessons").mkdir()
    shutil.copy(FIXTURES / "template_lesson.ipynb", tmp_path / "lessons" / "12_rate.ipynb")
    section = GUIDE.partition("## Lessons in a repository of your own")[2].partition("\n## ")[
        0
    ]
    lines = re.findall(r"```bash\n(.*?)```", section, flags=re.DOTALL)[0].splitlines()
    assert sum("nbval" in line for line in lines) == 1
    # copies are run in test_handouts.py, and nbval collects the template itself
    lines = [line.replace("handout class", "handout class --unchecked")
             for line in lines if "nbval" not in line]  # fmt: skip
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(sys.executable)
    environment = os.environ | {
        "PATH": PATH,
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(FIXTURES))),
    }

    done = subprocess.run(
        ["sh", "-ec", "\n".join(lines)], cwd=tmp_path, env=environment,
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "12_rate.ipynb: 6 exercises" in done.stdout
    assert "1 notebook, 0 of 6 exercises passed." in done.stdout
    copied = (tmp_path / "class" / "students" / "12_rate.ipynb").read_text(encoding="utf-8")
    assert '"solution"' not in copied and "*Exercise 12.6, 1 point.*" in copied
