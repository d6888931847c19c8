"""Where teachers already are: nbgrader, otter, CI, a repository of lessons of their own."""

import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ET
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from glmlib.__main__ import main
from glmlib.course import checks, start
from glmlib.course.classroom import ci, nbgrader, otter, report
from glmlib.course.classroom.handout import solved
from glmlib.course.classroom.lessons import lesson

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "tests" / "fixtures"
PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def runner(folder):
    """A function that runs a module in a folder, and fails where it fails."""

    def run(*command):
        done = subprocess.run(
            [sys.executable, "-m", *command], cwd=folder, env=os.environ | {"PATH": PATH},
            capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr

    return run


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
    run = runner(tmp_path)
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


# ---- otter-grader


def test_a_test_of_otter_gives_the_diagnosis_of_the_check(monkeypatch):
    """Without otter: its decorator, and a kernel in which the exit question is answered."""
    stand_in = SimpleNamespace(test_case=lambda: lambda function: function)
    monkeypatch.setitem(sys.modules, "otter.test_files", stand_in)
    copied, tests = otter.for_otter("06")
    exercises = lesson("06").exercises.values()
    assert [*tests] == [e.id.replace(".", "-") for e in exercises]
    found = {}
    for text in tests.values():
        space = {}
        exec(text, space)
        found[space["name"]] = space
    assert [found[name]["points"] for name in tests] == [e.points for e in exercises]
    found["06-7"]["diagnosis"]({"exit_answer": "d", "checks": checks})
    with pytest.raises(
        AssertionError, match=re.escape(checks.question("06 exit", "a").message)
    ):
        found["06-7"]["diagnosis"]({"exit_answer": "a", "checks": checks})
    asked = [
        c["metadata"]["otter"]["tests"] for c in copied["cells"] if "otter" in c["metadata"]
    ]
    assert asked == [[name] for name in tests]


@pytest.mark.skipif(
    importlib.util.find_spec("otter") is None, reason="needs `pip install otter-grader`"
)
def test_a_run_of_otter(tmp_path):
    """Generate the autograder, run it: who answers all has all points, who nothing, none."""
    run = runner(tmp_path)
    run("glmlib", "handout", ".", "--lessons", "00", "--otter", "--unchecked")
    place = tmp_path / "otter" / "lesson_00"
    run("otter", "generate", "-t", place / "tests", "-o", "autograder.zip")
    empty = place / "00_start_here.ipynb"
    full = tmp_path / "full.ipynb"
    copied = json.loads(empty.read_text(encoding="utf-8"))
    full.write_text(json.dumps(solved(copied, "00")), encoding="utf-8")
    for path, earned in ((empty, 0), (full, 11)):
        run("otter", "run", path, "-a", "autograder.zip")
        results = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
        assert sum(test.get("score", 0) for test in results["tests"]) == earned


# ---- a repository of somebody else's, and what CI runs in it


def theirs():
    """The template as a lesson of that repository, with a check and a lab of its own."""
    lesson = json.loads((FIXTURES / "template_lesson.ipynb").read_text(encoding="utf-8"))
    for cell in lesson["cells"]:
        source = "".join(cell["source"])
        source = source.replace(
            "from template_lab", "from rates import my_checks\nfrom rates.template_lab"
        )
        cell["source"] = source.replace(
            "checks.gradient(gradient, glmlib.PoissonRegression)",
            "my_checks.gradient(gradient)",
        )
        if "line_3 = X_five.T @ (mu - y_five)" in source:  # the gradient of exercise 2
            cell["metadata"]["tags"].append("tells")
    return lesson


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The guide's repository of lessons, and a function that runs lines in a folder of it."""
    root = tmp_path_factory.mktemp("course")
    section = GUIDE.partition("## Lessons in a repository of your own")[2]
    section = section.partition("\n## ")[0]
    block = dict(re.findall(r"```(\w+)\n(.*?)```", section, flags=re.DOTALL))
    (root / "rates").mkdir()
    for name in ("questions_12.py", "template_lab.py"):
        shutil.copy(FIXTURES / name, root / "rates")
    (root / "rates" / "__init__.py").touch()
    (root / "rates" / "my_checks.py").write_text(block["python"], encoding="utf-8")
    (root / "rates" / "12_rate.ipynb").write_text(json.dumps(theirs()), encoding="utf-8")

    # as pip would install it
    project = tomllib.loads(block["toml"])["project"]
    about = root / "rates-1.dist-info"
    about.mkdir()
    points = [
        f"{name} = {value}"
        for name, value in project["entry-points"]["glmlib.lessons"].items()
    ]
    (about / "entry_points.txt").write_text("\n".join(["[glmlib.lessons]", *points]))
    (about / "METADATA").write_text(
        f"Name: {project['name']}\nVersion: {project['version']}\n"
    )
    environment = {k: v for k, v in os.environ.items() if k != "PYTEST_ADDOPTS"} | {
        "PATH": PATH,
        "PYTHONPATH": os.pathsep.join(map(str, (ROOT, root))),
        "GITHUB_STEP_SUMMARY": "summary.md",
    }

    def run(*lines, folder="."):
        # as a server does: it stops at the first line that fails
        return subprocess.run(
            ["bash", "-e", "-c", "\n".join(lines)], cwd=root / folder, env=environment,
            capture_output=True, text=True,
        )  # fmt: skip

    written = run([line for line in block["bash"].splitlines() if "glmlib" in line][0])
    assert written.returncode == 0, written.stdout + written.stderr
    made = run("python -m glmlib handout class --lessons 12 --ci --solved --unchecked")
    assert made.returncode == 0, made.stdout + made.stderr
    assert "12_rate.ipynb: 6 exercises" in made.stdout
    return root, run


def lines_of(folder):
    """[what GitHub Actions runs in a repository, what GitLab CI runs], without packages."""
    (github,) = (folder / ".github" / "workflows").glob("*.yml")
    (job,) = yaml.safe_load(github.read_text(encoding="utf-8"))["jobs"].values()
    (other,) = yaml.safe_load((folder / ".gitlab-ci.yml").read_text(encoding="utf-8")).values()
    found = [step["run"] for step in job["steps"] if "run" in step], other["script"]
    assert all("pip install" in lines[0] and "<" not in "".join(lines) for lines in found)
    return [lines[1:] for lines in found]


@pytest.fixture
def installed(course, monkeypatch):
    """The lessons elsewhere, found from here as well."""
    monkeypatch.syspath_prepend(course[0])
    start.packages.cache_clear()
    yield course[0]
    start.packages.cache_clear()


@pytest.mark.skipif(os.name == "nt", reason="the servers run a Unix shell")
def test_ci_of_lessons_elsewhere(course):
    root, run = course
    lines, same = lines_of(root)
    assert lines == same
    # the template itself is run by nbval, and its copies by test_handouts.py; solutions are
    # marked, and the site is built, below
    assert lines[0] == "pytest --nbval --nbval-current-env rates"
    assert lines[2] == "python -m glmlib mark class/solved"
    assert lines[3] == "python -m glmlib site site --lessons 12"
    done = run(f"{lines[1]} --unchecked")
    assert done.returncode == 0, done.stdout + done.stderr
    given = (root / "class" / "students" / "12_rate.ipynb").read_text(encoding="utf-8")
    assert given.count("my_checks.gradient(gradient)") == 1 and "X_five.T" not in given


@pytest.mark.skipif(os.name == "nt", reason="the servers run a Unix shell")
def test_ci_of_a_student(course):
    """Who answers all is green; who answers wrong is told why, and is red."""
    root, run = course
    github, gitlab = lines_of(root / "class" / "students")
    done = run(*gitlab, folder="class/solved")
    assert done.returncode == 0, done.stdout + done.stderr
    suites = ET.parse(root / "class" / "solved" / "marks.xml").getroot()
    assert [(suite.get("tests"), suite.get("failures")) for suite in suites] == [("6", "0")]

    path = root / "class" / "students" / "12_rate.ipynb"
    copied = json.loads(path.read_text(encoding="utf-8"))
    stub = next(c for c in copied["cells"] if c["id"] == "stub")
    stub["source"] = "gradient = lambda beta, X, y: X.T @ (y - np.exp(X @ beta))"
    path.write_text(json.dumps(copied), encoding="utf-8")
    done = run(*github, folder="class/students")
    assert done.returncode == 1, done.stdout + done.stderr
    page = (path.parent / "summary.md").read_text(encoding="utf-8")
    assert "this is the score" in page and "0 of 4" in page
    assert (path.parent / "marks.csv").read_text(encoding="utf-8").count("\n12_rate,") == 6


@pytest.mark.skipif(importlib.util.find_spec("furo") is None, reason="needs the extra `site`")
def test_the_site_of_lessons_elsewhere(installed, tmp_path, monkeypatch, capsys):
    from glmlib.site import alive, build

    assert main(["site", f"{tmp_path / 'none'}", "--lessons", "99"]) == 1
    assert "there is no lesson 99: choose from 00" in capsys.readouterr().out
    monkeypatch.setattr(alive, "write_lab", lambda *some: "<p></p>")  # on the first page
    folder = build(tmp_path / "site", most=2, paper=False, lessons=["12"])
    page = (folder / "12_rate.html").read_text(encoding="utf-8")
    assert "Estimate one rate" in page and "rates/12_rate.ipynb" in page
    assert {path.name for path in folder.glob("*_*.html")} == {"12_rate.html"}


def test_a_lesson_elsewhere_may_take_the_place_of_ours(installed):
    ours = [path for path in (ROOT / "notebooks").glob("*.ipynb")]
    assert len(start.notebooks()) == len(ours) + 1
    shutil.copy(installed / "rates" / "12_rate.ipynb", installed / "rates" / "04_rate.ipynb")
    try:
        names = [path.name for path in start.notebooks()]
    finally:
        (installed / "rates" / "04_rate.ipynb").unlink()
    assert "04_rate.ipynb" in names and "04_logistic_regression.ipynb" not in names
    assert names == sorted(names) and len(names) == len(ours) + 1


def test_a_page_for_ci_shows_what_a_learner_wrote_and_no_more():
    assert report.plain("a *b* <img>|`x`\nc_d") == (
        "a &#42;b&#42; &#60;img&#62;&#124;&#96;x&#96;<br>c&#95;d"
    )


def test_a_hand_out_of_some_kinds_is_marked_as_such():
    options = SimpleNamespace(kinds=["order", "exit"], points='{"exit": 2}')
    assert shlex.split(ci.marked(["00"], options)) == [
        "00_start_here.ipynb", "--kinds", "order", "exit", "--points", '{"exit": 2}'
    ]  # fmt: skip
