"""Mark notebooks that learners hand in: which exercises pass, and which mistake was made.

    python -m glmlib mark FILES… --csv marks.csv --html report.html

A lesson runs once, from the package. At each exercise the learner's cell is executed in a
confined process of its own, and the check of the package judges what it hands over, in
another. The table of marks, the pages and the counts of mistakes are in `report`.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from ..record import PASSED, attempts, name_of
from . import confine, report
from .lessons import POINTS, lesson, points_of
from .submissions import Unreadable, read

TIMEOUT, MEMORY = 20.0, 1000
LARGEST = 500_000_000  # bytes of a file


@dataclass
class Submission:
    """One notebook, and what came of it.

    Attributes
    ----------
    name : what the tables call it, the path without what all paths share.
    lesson, seed, version : of the hand-out; lesson is None for a file that cannot be read,
        version is "" where it is not known.
    cells : [[id, source], …] of its code cells.
    problem : why it cannot be read, or "".
    attempts : {id of an exercise: answers that a check judged until one passed}, as the file
        beside the notebook has it; {} where that is not known.
    kinds : of the exercises that are marked; () for all.
    verdicts : {id of an exercise: (status, message)}.
    """

    name: str
    lesson: str | None = None
    seed: int | None = None
    version: str = ""
    cells: list = field(default_factory=list)
    problem: str = ""
    attempts: dict = field(default_factory=dict)
    kinds: tuple = ()
    verdicts: dict = field(default_factory=dict)

    @property
    def exercises(self):
        """{id: Exercise} of its lesson, of the kinds that are marked."""
        if not self.lesson:
            return {}
        there = lesson(self.lesson, self.seed).exercises
        return {i: e for i, e in there.items() if not self.kinds or e.kind in self.kinds}

    @property
    def key(self):
        """Changes when the cells, the lesson or its seed do."""
        version = lesson(self.lesson).version if self.lesson else ""
        text = json.dumps([self.name, self.cells, version, self.seed])
        return sha256(text.encode()).hexdigest()[:16]

    @property
    def outdated(self):
        """Whether its lesson was another one when it was handed out."""
        return self.version not in ("", self.lesson and lesson(self.lesson).version)


def mark(
    files, kinds=(), seed=None, timeout=TIMEOUT, memory=MEMORY, jobs=None, journal=None,
    told=None,
):  # fmt: skip
    """Mark notebooks; a `Submission` for each, in their order.

    Parameters
    ----------
    files : paths of notebooks, or of folders with notebooks.
    kinds, seed : those of the hand-out; without a seed each notebook says which it is.
    timeout, memory : for the cells of one exercise, in seconds and MB; a check of the package
        may take 40 seconds more.
    jobs : how many to judge at once, by default one for each processor.
    journal : path of a file that keeps what was judged, so that a later call goes on.
    told : a function of (done, all), called after each exercise.

    Raises ValueError where no notebook is found, OSError where there is no `fork`.
    """
    needs_fork()
    paths = found(files)
    submissions = [read_apart(path, name) for path, name in named(paths)]
    places = [(path.parent, s.lesson) for path, s in zip(paths, submissions, strict=True)]
    for submission, place in zip(submissions, places, strict=True):
        if places.count(place) > 1:  # whose attempts they are is not known
            submission.attempts = {}
        submission.kinds = tuple(kinds or ())
        submission.seed = submission.seed if seed is None else seed
    known = recalled(journal)
    for submission in submissions:
        for identity in submission.exercises:
            if (submission.key, identity) in known:
                submission.verdicts[identity] = known[submission.key, identity]
    groups = {}
    for submission in submissions:
        if set(submission.exercises) - set(submission.verdicts):
            groups.setdefault((submission.lesson, submission.seed), []).append(submission)
    total = sum(len(submission.exercises) for submission in submissions)
    options = {"timeout": timeout, "memory": memory, "jobs": jobs or os.cpu_count() or 1}
    for group in groups.values():
        for submission, identity, verdict in judged(group, options):
            submission.verdicts[identity] = verdict
            if journal:
                line = [submission.key, identity, *verdict]
                with open(journal, "a", encoding="utf-8") as file:
                    file.write(json.dumps(line) + "\n")
            if told:
                told(sum(len(s.verdicts) for s in submissions), total)
    return submissions


def needs_fork():
    """Raise OSError where a process cannot be forked."""
    if not hasattr(os, "fork"):
        raise OSError("marking needs Linux or macOS: on Windows run it in WSL or a container")


def judged(group, options):
    """(submission, exercise, (status, message)) of submissions of one lesson, as they come."""
    todo = {
        (s.key, identity): s for s in group for identity in s.exercises
        if identity not in s.verdicts
    }  # fmt: skip
    while todo:
        before, begun = len(todo), set()
        for line in station(group, todo, options):
            at = line["key"], line["exercise"]
            if "begun" in line:
                begun.add(at)
            elif at in todo:
                yield todo.pop(at), at[1], (line["status"], line["message"])
        lost = sorted(begun & set(todo))  # it ended in the middle of these
        for at in lost:
            yield todo.pop(at), at[1], ("TRY AGAIN", "your code ended what judges it")
        if len(todo) == before:
            for at in list(todo):
                yield todo.pop(at), at[1], ("ERROR", "the lesson could not be run")


def station(group, todo, options):
    """The lines that a process of `station` writes."""
    wanted = {}
    for key, identity in todo:
        wanted.setdefault(identity, []).append(key)
    task = {
        "lesson": group[0].lesson,
        "seed": group[0].seed,
        "submissions": [{"key": s.key, "cells": s.cells} for s in group],
        "todo": wanted,
        **options,
    }
    # threads of BLAS would not outlive a fork
    threads = dict.fromkeys(
        ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"
    )
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as said:
        given.write(json.dumps(task).encode())
        given.seek(0)
        process = subprocess.Popen(
            [sys.executable, "-m", f"{__package__}.station"],
            stdin=given,
            stdout=subprocess.PIPE,
            stderr=said,
            env=os.environ | threads | {"MPLBACKEND": "Agg"},
            start_new_session=True,
        )
        try:
            for line in process.stdout:
                with contextlib.suppress(ValueError):
                    yield json.loads(line)
        finally:
            if process.poll() is None:
                with contextlib.suppress(OSError):
                    os.killpg(process.pid, 15)
            process.stdout.close()
            if process.wait():
                said.seek(0)
                print(said.read().decode(errors="replace")[-2000:], file=sys.stderr)


# ---- read what was handed in


def found(files):
    """The paths of notebooks among files and in folders, in their order."""
    paths = []
    for file in map(Path, files):
        inside = sorted(file.rglob("*.ipynb")) if file.is_dir() else [file]
        paths += [path for path in inside if ".ipynb_checkpoints" not in path.parts]
    if not paths:
        raise ValueError("there is no notebook to mark: name files, or a folder with some")
    return list(dict.fromkeys(paths))


def named(paths):
    """(path, name) with what the paths do not share."""
    whole = [Path(os.path.abspath(path)).with_suffix("") for path in paths]
    base = Path(os.path.commonpath([path.parent for path in whole]))
    names = (str(one.relative_to(base)).encode(errors="replace").decode() for one in whole)
    return list(zip(paths, names, strict=True))


def read_apart(path, name):
    """A `Submission`, read in a process that may take a few GB and a minute at most."""
    with tempfile.TemporaryFile() as answer:
        child = os.fork()
        if not child:
            try:
                confine.limit(confine.resource.RLIMIT_AS, confine.size_now() + 4_000_000_000)
                confine.limit(confine.resource.RLIMIT_CPU, 60)
                answer.write(json.dumps(contents(path)).encode())
                answer.flush()
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        answer.seek(0)
        try:
            found = json.loads(answer.read())
        except ValueError:
            return Submission(
                name, problem="this file cannot be read: it takes too much memory"
            )
    return Submission(name, *found)


def contents(path):
    """[lesson, seed, version, cells, problem, attempts] of a file."""
    try:
        if path.exists() and not path.is_file():
            raise Unreadable("this is not a file")
        if path.stat().st_size > LARGEST:
            raise Unreadable("this file is too large: clear the outputs and save it")
        number, *rest = read(path.read_text(encoding="utf-8-sig"))
        return [number, *rest, "", attempted(path.parent, lesson(number))]
    except Unreadable as error:
        return [None, None, "", [], str(error)]
    except UnicodeDecodeError:
        return [None, None, "", [], "this is not a notebook: it is not text"]
    except (OSError, MemoryError) as error:
        return [None, None, "", [], f"this file cannot be read: {type(error).__name__}"]


def attempted(folder, given):
    """{id of an exercise: attempts} by the file that an editor keeps beside a notebook."""
    if not (folder / PASSED).is_file():  # whoever handed in what never ends waits for it
        return {}
    noted = attempts(folder)
    tried = {e.id: noted[name_of(given, e)] for e in given.exercises.values()}
    return {identity: times for identity, times in tried.items() if times}


def recalled(journal):
    """{(key of a submission, exercise): verdict} of an earlier run; {} without one."""
    known = {}
    if journal and Path(journal).exists():
        for line in Path(journal).read_text(encoding="utf-8").splitlines():
            with contextlib.suppress(ValueError):
                key, identity, status, message = json.loads(line)
                known[key, identity] = status, message
    return known


# ---- the command


def arguments(parser):
    """What the command line takes."""
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help="notebooks, or folders of them"
    )
    parser.add_argument("--csv", metavar="PATH", help="table: exercise, points, passed, why")
    parser.add_argument("--html", metavar="PATH", help="the class: marks, and which mistakes")
    parser.add_argument("--pages", metavar="DIR", help="one page for each student")
    parser.add_argument("--junit", metavar="PATH", help="JUnit XML, for a CI server")
    parser.add_argument("--markdown", metavar="PATH", help="the pages as one, for a CI server")
    parser.add_argument("--kinds", nargs="+", choices=POINTS, metavar="KIND",
                        help="those of the hand-out, where they were chosen")  # fmt: skip
    parser.add_argument("--seed", type=int, help="of the hand-out; else what each one says")
    parser.add_argument(
        "--points", metavar="JSON", help='such as \'{"06.3": 5, "written": 4}\''
    )
    parser.add_argument("--timeout", type=float, default=TIMEOUT, metavar="SECONDS",
                        help="for the cells of one exercise (%(default)g)")  # fmt: skip
    parser.add_argument("--memory", type=int, default=MEMORY, metavar="MB",
                        help="for the cells of one exercise (%(default)d)")  # fmt: skip
    parser.add_argument("--jobs", type=int, help="at once; by default one for each processor")


def command(options):
    """0 when all exercises pass, 1 when some do not, 2 when a file could not be marked."""
    needs_fork()
    points = points_of(options.points)
    for path in (options.csv, options.html, options.junit):
        if path:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
    missing = [words for words, there in confine.holds().items() if not there]
    if missing:
        print(f"Not on this system: {', '.join(missing)}.", file=sys.stderr)
    journal = options.csv and f"{options.csv}.part"
    submissions = mark(
        options.files, options.kinds, options.seed, options.timeout, options.memory,
        options.jobs, journal, told,
    )  # fmt: skip
    report.write(submissions, points, options)
    if journal and Path(journal).exists():
        Path(journal).unlink()
    print(report.summary(submissions, points))
    if any(s.problem or "ERROR" in dict(s.verdicts.values()) for s in submissions):
        return 2
    return int(
        not all(status == "PASS" for s in submissions for status, _ in s.verdicts.values())
    )


def told(done, whole):
    """A bar at a terminal; elsewhere a line at each tenth."""
    if sys.stderr.isatty():
        bar, end = "█" * (30 * done // whole), "\n" * (done == whole)
        print(f"\r{bar:░<30} {done} of {whole} exercises", end=end, file=sys.stderr)
        sys.stderr.flush()
    elif done * 10 // whole > (done - 1) * 10 // whole:
        print(f"{done} of {whole} exercises", file=sys.stderr)
