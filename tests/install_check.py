"""What a student and a packager do, in new environments; it takes a quarter of an hour.

    python tests/install_check.py --newest              the versions that pip chooses
    python tests/install_check.py --lowest              those that pyproject.toml declares
    python tests/install_check.py --lowest --python python3.13 tests/core

builds the sdist, and the wheel from the sdist. In an empty folder it installs the wheel,
starts a course, answers something, starts it again, runs every lesson and writes each as a
page and as slides. Then the sdist runs its own tests: all, or those that are named.
"""

import argparse
import os
import re
import subprocess
import sys
import tarfile
import time
import tomllib
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
SHOWN = ("numpy", "scipy", "pandas", "matplotlib", "statsmodels", "jupyterlab", "nbconvert")
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def run(what, *command, cwd):
    """Run it and say how long it took; SystemExit with the end of what it said if it fails."""
    begin = time.monotonic()
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [*map(str, command)],
        cwd=cwd,
        env=environment | ONE_THREAD,
        capture_output=True,
        text=True,
    )
    print(f"{time.monotonic() - begin:5.0f} s  {what}", flush=True)
    if done.returncode:
        sys.exit(f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return done.stdout


def lowest():
    """The lowest version of each package that pyproject.toml names, as pip wants it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = [project["dependencies"], *project["optional-dependencies"].values()]
    bound = re.compile(r"(\[\w+\])?>=([\w.]+).*")  # a constraint has no extra
    return [bound.sub(r"==\2", line) for line in chain(*named) if ">=" in line]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    versions = parser.add_mutually_exclusive_group(required=True)
    versions.add_argument("--lowest", action="store_true")
    versions.add_argument("--newest", action="store_true")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("tests", nargs=argparse.REMAINDER, help="what pytest is given")
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        check(options, Path(folder))


def check(options, folder):
    venv = folder / "venv"
    run("an environment", options.python, "-m", "venv", venv, cwd=folder)
    python = venv / ("Scripts" if os.name == "nt" else "bin") / "python"
    pip = (python, "-m", "pip", "-q")

    run("the builder", *pip, "install", "hatchling>=1.27", cwd=folder)
    run("the sdist", python, "-m", "hatchling", "build", "-t", "sdist", "-d", folder, cwd=ROOT)
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    source = folder / archive.name.removesuffix(".tar.gz")
    run("the wheel", *pip, "wheel", "--no-deps", "-w", folder, source, cwd=folder)
    (wheel,) = folder.glob("*.whl")
    bounds = folder / "bounds.txt"
    bounds.write_text("\n".join(lowest() if options.lowest else []))
    run("the wheel installed", *pip, "install", "-c", bounds, f"{wheel}[test]", cwd=folder)
    found = run("versions", *pip, "freeze", cwd=folder)
    print(python_version(python), *[v for v in found.split() if v.split("==")[0] in SHOWN])

    empty = folder / "empty"
    empty.mkdir()
    start = (python, "-m", "glmlib", "start", "my-course")
    run("start my-course", *start, cwd=empty)
    course = empty / "my-course"
    lessons = sorted(course.glob("*.ipynb"))
    with (course / "00_start_here.ipynb").open("a") as answered:
        answered.write("\n")  # to git and to us it is another file
    kept = (course / "00_start_here.ipynb").read_bytes()
    (course / "04_logistic_regression.ipynb").unlink()
    said = run("start it again", *start, cwd=empty)
    assert "kept, because you have worked in it: 00_start_here.ipynb\n" in said, said
    assert "new: 04_logistic_regression.ipynb\n" in said, said
    assert (course / "00_start_here.ipynb").read_bytes() == kept
    assert (course / "lecture.py").exists()
    said = run("progress", python, "-m", "glmlib", "progress", "my-course", cwd=empty)
    assert "04_logistic_regression" in said, said
    convert = (python, "-m", "nbconvert", "--log-level=ERROR", "--output-dir", "out")
    for lesson in lessons:
        run(lesson.name, *convert, "--to", "notebook", "--execute", lesson, cwd=empty)
    for kind in ("html", "slides"):
        run(kind, *convert, "--to", kind, *lessons, cwd=empty)
    print(
        run("the sdist's own tests", python, "-m", "pytest", "-q", *options.tests, cwd=source)
    )


def python_version(python):
    return run("Python", python, "--version", cwd=ROOT).strip()


if __name__ == "__main__":
    main()
