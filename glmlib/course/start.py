"""A student's own copy of the lessons, which no update of the course overwrites.

    python -m glmlib start DIR

copies the notebooks into DIR, and the settings for a lecture. The same line later brings what
is new in the course: a lesson that is as it was copied becomes the new one, one that the
student has changed stays.
"""

import json
from functools import cache
from hashlib import sha256
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

LECTURE = "lecture.py"  # JupyterLab with nothing but the lesson, beside the notebooks
# What each file was when it was copied: one that still is that has not been worked in.
RECORD = ".glmlib-copied.json"
KEPT = "kept, because you have worked in it"
LATER = "kept, and there is a newer one (to get it, rename yours and start again)"


def arguments(parser):
    """What the command line takes."""
    parser.add_argument("folder", metavar="DIR", help="made if it does not exist")


def command(options):
    """Copy, and say what was done; 0."""
    folder = Path(options.folder).expanduser()
    for what, names in copy_lessons(folder).items():
        if names:
            print(f"{what}: {', '.join(names)}")
    print(f"Open {folder / '00_start_here.ipynb'} in JupyterLab.")
    print(f"For a lecture, in large letters: jupyter lab --config {folder / LECTURE}")
    print(f"How far you are: python -m glmlib progress {folder}")
    return 0


def copy_lessons(folder):
    """Copy the notebooks into `folder`; {what was done: the names of the notebooks}.

    Raises ValueError where there is no notebook to copy, or `folder` is their own.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     first, again = copy_lessons(folder), copy_lessons(folder)
    >>> first["new"][0], again["new"], len(again["as before"]) == len(first["new"])
    ('00_start_here.ipynb', [], True)
    """
    folder, lessons = Path(folder), notebooks()
    if folder.resolve() == lessons[0].parent.resolve():
        raise ValueError(f"{folder} is where the lessons come from: name another folder")
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"{folder} is a file: name a folder")
    folder.mkdir(parents=True, exist_ok=True)
    copied = recorded(folder / RECORD)
    done = {"new": [], "brought up to date": [], "as before": [], KEPT: [], LATER: []}
    settings = lessons[0].with_name(LECTURE)
    for lesson in [*lessons, settings] if settings.exists() else lessons:
        name, theirs = lesson.name, folder / lesson.name
        content = lesson.read_bytes()
        now = sha256(content).hexdigest()
        found = sha256(theirs.read_bytes()).hexdigest() if theirs.exists() else None
        if found == now:
            done["as before"].append(name)
        elif found is None or found == copied.get(name):
            theirs.write_bytes(content)
            done["new" if found is None else "brought up to date"].append(name)
        else:
            done[KEPT if copied.get(name) == now else LATER].append(name)
            continue
        copied[name] = now
    (folder / RECORD).write_text(json.dumps(copied, indent=1) + "\n", encoding="utf-8")
    return done


def recorded(path):
    """What each notebook was when it was copied; nothing where the record is not readable,
    so that every notebook that differs counts as worked in."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def notebooks():
    """The paths of the course's notebooks: beside the package in a clone, else installed.

    A package of somebody else's adds lessons, or puts its own in the place of ours: those of
    the same number.
    """
    found = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
    if not found:
        try:
            files = metadata.files("glmlib") or []
        except metadata.PackageNotFoundError:
            files = []
        installed = (Path(f.locate()) for f in files if f.name.endswith(".ipynb"))
        found = sorted(path for path in installed if path.exists())
    if not found:
        raise ValueError(
            "the lessons are not beside the package: run this in a clone of the repository"
        )
    theirs = {
        path.name[:2]: path
        for folder in packages().values()
        for path in folder.glob("[0-9][0-9]_*.ipynb")
    }
    ours = [path for path in found if path.name[:2] not in theirs]
    return sorted([*ours, *theirs.values()], key=lambda path: path.name)


@cache
def packages():
    """{name: folder} of the installed packages that say to have lessons."""
    names = {point.value for point in metadata.entry_points(group="glmlib.lessons")}
    found = {name: find_spec(name) for name in names}
    return {
        name: Path(spec.submodule_search_locations[0]) for name, spec in found.items() if spec
    }
