"""Workflow files for a repository with lessons of your own.

    python -m glmlib ci PACKAGE

writes, into the folder where it is called, what GitHub Actions and GitLab CI run at each push:
the lessons in PACKAGE as tests, their hand-out, its marking, and their web site. The files
for a repository of a student are written by `python -m glmlib handout DIR --ci`.
"""

import shlex
from pathlib import Path

from .lessons import lesson

PLACES = {"github": ".github/workflows/{}.yml", "gitlab": ".gitlab-ci.yml"}


def write(folder, kind, **words):
    """Write the files of a kind, "students" or "lessons", into a folder; their paths.

    Parameters
    ----------
    words : what stands for `<word>` in the files of `workflows/`.
    """
    paths = []
    for service, place in PLACES.items():
        path = Path(__file__).parent / "workflows" / f"{kind}.{service}.yml"
        text = path.read_text(encoding="utf-8")
        for word, value in words.items():
            text = text.replace(f"<{word}>", value)
        paths.append(Path(folder) / place.format("mark" if kind == "students" else kind))
        paths[-1].parent.mkdir(parents=True, exist_ok=True)
        paths[-1].write_text(text, encoding="utf-8")
    return paths


def marked(numbers, options):
    """What stands behind `mark`: the notebooks of a hand-out, and its options."""
    words = [lesson(number).path.name for number in numbers]
    if options.kinds:
        words += ["--kinds", *options.kinds]
    if options.points:
        words += ["--points", options.points]
    return shlex.join(words)


def arguments(parser):
    """What the command line takes."""
    parser.add_argument("package", metavar="PACKAGE", help="the folder with the lessons")


def command(options):
    """Write the files; 0."""
    paths = sorted(Path(options.package).glob("[0-9][0-9]_*.ipynb"))
    if not paths:
        raise ValueError(f"{options.package} has no lesson: they are called NN_name.ipynb")
    lessons = " ".join(path.name[:2] for path in paths)
    for path in write(".", "lessons", package=options.package, lessons=lessons):
        print(path)
    return 0
