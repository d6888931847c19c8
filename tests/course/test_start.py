"""`python -m glmlib start DIR`: a student's own copy, which is never overwritten."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

import glmlib.course.start as start
from glmlib.course.start import KEPT, LATER

ROOT = Path(__file__).parents[2]
LESSONS = [*sorted((ROOT / "notebooks").glob("*.ipynb")), ROOT / "notebooks" / start.LECTURE]
NAMES = [path.name for path in LESSONS]


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course of three lessons that the test may change."""
    folder = tmp_path / "course"
    folder.mkdir()
    for k in range(3):
        (folder / f"0{k}.ipynb").write_text(f"lesson {k}")
    monkeypatch.setattr(start, "notebooks", lambda: sorted(folder.glob("*.ipynb")))
    return folder


def run(*arguments):
    command = [sys.executable, "-m", "glmlib", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    return done.returncode, done.stdout + done.stderr


def test_the_command_copies_every_notebook_and_says_so(tmp_path):
    code, said = run("start", tmp_path / "a" / "b")
    assert code == 0 and f"new: {', '.join(NAMES)}\n" in said
    assert f"Open {tmp_path / 'a' / 'b' / '00_start_here.ipynb'}" in said
    for lesson in LESSONS:
        assert (tmp_path / "a" / "b" / lesson.name).read_bytes() == lesson.read_bytes()
    code, said = run("start", tmp_path / "a" / "b")
    assert code == 0 and f"as before: {', '.join(NAMES)}\n" in said and "new:" not in said


def test_nothing_that_the_student_wrote_is_overwritten(course, tmp_path):
    mine = tmp_path / "mine"
    assert start.copy_lessons(mine)["new"] == ["00.ipynb", "01.ipynb", "02.ipynb"]
    (mine / "00.ipynb").write_text("my answer to 0")
    (mine / "notes.ipynb").write_text("my own notebook")
    # the course goes on: 0 and 1 change, 3 is new
    for k in (0, 1, 3):
        (course / f"0{k}.ipynb").write_text(f"lesson {k}, second edition")
    done = start.copy_lessons(mine)
    assert done == {
        "new": ["03.ipynb"],
        "brought up to date": ["01.ipynb"],
        "as before": ["02.ipynb"],
        KEPT: [],
        LATER: ["00.ipynb"],
    }
    texts = {path.name: path.read_text() for path in mine.glob("*.ipynb")}
    assert texts == {
        "00.ipynb": "my answer to 0",
        "01.ipynb": "lesson 1, second edition",
        "02.ipynb": "lesson 2",
        "03.ipynb": "lesson 3, second edition",
        "notes.ipynb": "my own notebook",
    }
    # still kept the third time, and after the advice was followed both are there
    assert start.copy_lessons(mine)[LATER] == ["00.ipynb"]
    (mine / "00.ipynb").rename(mine / "00 mine.ipynb")
    assert start.copy_lessons(mine)["new"] == ["00.ipynb"]
    assert (mine / "00 mine.ipynb").read_text() == "my answer to 0"


def test_a_lesson_worked_in_is_told_from_one_that_is_also_out_of_date(course, tmp_path):
    mine = tmp_path / "mine"
    start.copy_lessons(mine)
    (mine / "02.ipynb").write_text("my answer")
    assert start.copy_lessons(mine)[KEPT] == ["02.ipynb"]


@pytest.mark.parametrize("record", [None, "", "{", "[1]", '{"01.ipynb": 3}'])
def test_without_its_record_nothing_that_differs_is_overwritten(course, tmp_path, record):
    mine = tmp_path / "mine"
    start.copy_lessons(mine)
    (mine / "01.ipynb").write_text("changed by somebody")
    if record is None:
        (mine / start.RECORD).unlink()
    else:
        (mine / start.RECORD).write_text(record)
    done = start.copy_lessons(mine)
    assert done[LATER] == ["01.ipynb"] and done["as before"] == ["00.ipynb", "02.ipynb"]
    assert (mine / "01.ipynb").read_text() == "changed by somebody"


def test_a_folder_with_a_notebook_of_the_same_name_keeps_it(course, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "00.ipynb").write_text("from a download of last year")
    done = start.copy_lessons(tmp_path / "mine")
    assert done[LATER] == ["00.ipynb"] and done["new"] == ["01.ipynb", "02.ipynb"]


def test_what_cannot_be_done_is_one_sentence(tmp_path):
    code, said = run("start", ROOT / "notebooks")
    assert code == 1 and "is where the lessons come from: name another folder" in said
    (tmp_path / "file").write_text("")
    code, said = run("start", tmp_path / "file")
    assert code == 1 and said.strip() == f"{tmp_path / 'file'} is a file: name a folder"
    code, said = run("start", tmp_path / "file" / "below")
    assert code == 1 and len(said.splitlines()) == 1 and "Traceback" not in said
    for arguments in ((), ("start",), ("begin", tmp_path)):
        code, said = run(*arguments)
        assert code == 2 and "usage: python -m glmlib" in said and "Traceback" not in said


def test_the_lessons_travel_in_the_wheel(tmp_path):
    """Without a clone the command takes the notebooks that were installed with the package."""
    source, prefix, mine = (tmp_path / name for name in ("source", "prefix", "mine"))
    for part in ("glmlib", "notebooks", "pyproject.toml", "README.md", "LICENSE"):
        copy(ROOT / part, source / part)
    pip = [sys.executable, "-m", "pip", "-q"]
    made = subprocess.run(
        [*pip, "wheel", "--no-deps", "-w", tmp_path, source], capture_output=True, text=True
    )
    if made.returncode and "No matching distribution found for hatchling" in made.stderr:
        pytest.skip("pip finds no hatchling to build with: there is no network")
    assert made.returncode == 0, made.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as inside:
        carried = {Path(n).name for n in inside.namelist() if "/notebooks/" in n}
    assert carried == set(NAMES)
    # --ignore-installed: pip would remove the copy that runs this test before it adds another
    install = [*pip, "install", "--no-deps", "--ignore-installed", "--prefix", prefix, wheel]
    subprocess.run(install, check=True)
    site = sysconfig.get_path("purelib", "posix_prefix", {"base": str(prefix)})
    done = subprocess.run(
        [sys.executable, "-m", "glmlib", "start", mine],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": site},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert {path.name for path in mine.iterdir()} == {*NAMES, start.RECORD}
    assert json.loads((mine / start.RECORD).read_text()).keys() == set(NAMES)


def copy(source, target):
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        target.parent.mkdir(exist_ok=True)
        shutil.copy(source, target)


def test_the_readme_and_lesson_00_name_the_command():
    for path in (ROOT / "README.md", ROOT / "notebooks" / "00_start_here.ipynb"):
        assert "-m glmlib start " in path.read_text(encoding="utf-8"), path.name
