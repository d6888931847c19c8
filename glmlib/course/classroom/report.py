"""What came of marking: a table, pages, counts of mistakes, and JUnit XML.

Everything that a learner wrote is escaped: names of files and diagnoses hold it.
"""

import csv
import html
import os
import re
import xml.etree.ElementTree as ET
from collections import Counter, defaultdict
from pathlib import Path

STYLE = """<style>
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem;
       padding: 0 1rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { border-bottom: 1px solid #8888; padding: .3rem .6rem; text-align: left;
         vertical-align: top; }
td.number, th.number { text-align: right; }
.why { white-space: pre-wrap; }
</style>"""
SIGNS = {"PASS": "✓", "TRY AGAIN": "✗", "NOT YET": "…", "ERROR": "?"}
WORDS = {
    "PASS": "passed",
    "TRY AGAIN": "not right",
    "NOT YET": "not answered",
    "ERROR": "error",
}


def worth(exercise, points):
    """The points of an exercise: by its id, else by its kind, else the package's."""
    return points.get(exercise.id, points.get(exercise.kind, exercise.points))


def rows(submissions, points=None):
    """A dict for each exercise of each submission, in their order."""
    for submission in submissions:
        for identity, exercise in submission.exercises.items():
            status, message = submission.verdicts.get(identity, ("ERROR", "not judged"))
            full = worth(exercise, points or {})
            yield {
                "student": submission.name,
                "exercise": identity,
                "title": exercise.title,
                "kind": exercise.kind,
                "points": full,
                "earned": full * (status == "PASS"),
                "passed": status == "PASS",
                "status": status,
                "attempts": submission.attempts.get(identity, ""),
                "seed": "" if submission.seed is None else submission.seed,
                "diagnosis": message,
            }
        if submission.problem:
            row = dict.fromkeys(COLUMNS, "")
            yield row | {"student": submission.name, "points": 0, "earned": 0, "passed": False,
                         "status": "ERROR", "diagnosis": submission.problem}  # fmt: skip


COLUMNS = (
    *("student", "exercise", "title", "kind", "points", "earned", "passed", "status"),
    *("attempts", "seed", "diagnosis"),
)


def mistakes(submissions):
    """[(exercise, what was wrong, students)] of the class, the most frequent first.

    What is wrong is the first line of a diagnosis: the lines below it hold the numbers.
    """
    found = defaultdict(list)
    for row in rows(submissions):
        if row["status"] == "TRY AGAIN":
            found[row["exercise"], row["diagnosis"].partition("\n")[0]].append(row["student"])
    return sorted(
        ((identity, words, who) for (identity, words), who in found.items()),
        key=lambda one: (-len(one[2]), one[0], one[1]),
    )


def remarks(submissions):
    """Lines on what was not handed in, what cannot be read, and other versions."""
    there = Counter((os.path.dirname(s.name), s.lesson) for s in submissions if s.lesson)
    missing = []
    if set(there.values()) == {1}:  # a folder for each student
        folders, lessons = (sorted(set(part)) for part in zip(*there, strict=True))
        missing = [f"{f} {n}" for f in folders for n in lessons if (f, n) not in there]
    old = [s.name for s in submissions if s.outdated]
    said = {"Not handed in": missing, "Of another version of its lesson": old}
    lines = [f"{words}: {', '.join(which)}." for words, which in said.items() if which]
    return lines + [f"Not readable: {s.name}, {s.problem}." for s in submissions if s.problem]


def summary(submissions, points=None):
    """How many passed, what is missing, and the most frequent mistake."""
    all_rows = [row for row in rows(submissions, points) if row["exercise"]]
    passed = sum(row["passed"] for row in all_rows)
    many = f"{len(submissions)} notebook{'s' * (len(submissions) != 1)}"
    lines = [f"{many}, {passed} of {len(all_rows)} exercises passed."]
    lines += remarks(submissions)
    for identity, words, who in mistakes(submissions)[:1]:
        often = f"{len(who)} time{'s' * (len(who) != 1)}"
        lines.append(f"Most frequent mistake, {often}: {identity}, {words}")
    return "\n".join(lines)


def write(submissions, points, options):
    """All that the options name."""
    if options.csv:
        table(Path(options.csv), rows(submissions, points))
    if options.html:
        Path(options.html).write_text(class_page(submissions, points), encoding="utf-8")
    if options.junit:
        Path(options.junit).write_text(junit(submissions), encoding="utf-8")
    if options.markdown:
        Path(options.markdown).write_text(markdown(submissions, points), encoding="utf-8")
    if options.pages:
        for submission in submissions:
            path = Path(options.pages) / f"{submission.name}.html"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(student_page(submission, points), encoding="utf-8")


def table(path, lines):
    """The marks as CSV; no cell is one that a spreadsheet would compute.

    It begins with the mark by which a spreadsheet knows UTF-8, and so an umlaut.
    """
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for row in lines:
            writer.writerow({
                name: f"'{value}" if str(value)[:1] in tuple("=+-@\t\r") else value
                for name, value in row.items()
            })  # fmt: skip


def page(title, body):
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(title)}</title>{STYLE}</head>\n"
        f"<body><h1>{html.escape(title)}</h1>\n{body}\n</body></html>\n"
    )


def grid(head, lines):
    """A table; a number stands at the right, and what starts a line is its heading."""
    above = "".join(f'<th scope="col">{html.escape(str(name))}</th>' for name in head)
    body = []
    for first, *others in lines:
        cells = "".join(
            f'<td class="{"number" if isinstance(value, int | float) else "why"}">'
            f"{html.escape(str(value))}</td>"
            for value in others
        )
        body.append(f'<tr><th scope="row">{html.escape(str(first))}</th>{cells}</tr>')
    rows_of_it = "\n".join(body)
    return (
        f'<div class="wide"><table><thead><tr>{above}</tr></thead>\n'
        f"<tbody>{rows_of_it}</tbody></table></div>"
    )


def class_page(submissions, points):
    """The teacher's page: a table for each lesson, then the mistakes of the class."""
    parts = []
    for number in sorted({s.lesson for s in submissions if s.lesson}):
        group = [s for s in submissions if s.lesson == number]
        exercises = group[0].exercises
        lines = []
        for submission in group:
            marks = [row for row in rows([submission], points)]
            lines.append([
                submission.name,
                *(SIGNS[row["status"]] for row in marks),
                sum(row["earned"] for row in marks),
            ])  # fmt: skip
        full = sum(worth(e, points) for e in exercises.values())
        shares = [
            f"{sum(s.verdicts.get(i, ('',))[0] == 'PASS' for s in group)} of {len(group)}"
            for i in exercises
        ]
        parts.append(f"<h2>Lesson {number}</h2>")
        head = ["student", *(f"{i} {e.title}" for i, e in exercises.items()), f"of {full}"]
        parts.append(grid(head, [*lines, ["passed", *shares, ""]]))
    parts.append("<p>✓ passed, ✗ not right, … not answered, ? not judged.</p>")
    parts += [f"<p>{html.escape(line)}</p>" for line in remarks(submissions)]
    parts.append("<h2>Which mistakes were made</h2>")
    lines = [[i, words, len(who), ", ".join(who)] for i, words, who in mistakes(submissions)]
    head = ["exercise", "what was wrong", "times", "by"]
    parts.append(grid(head, lines) if lines else "<p>None.</p>")
    return page("Marks of the class", "\n".join(parts))


def student_page(submission, points):
    """What a student reads: each exercise, and what the check says of it."""
    if submission.problem:
        return page(submission.name, f"<p>{html.escape(submission.problem)}</p>")
    marks = list(rows([submission], points))
    earned, full = (sum(row[name] for row in marks) for name in ("earned", "points"))
    lines = [
        [f"{row['exercise']} {row['title']}", WORDS[row["status"]],
         f"{row['earned']} of {row['points']}", row["diagnosis"]]
        for row in marks
    ]  # fmt: skip
    body = f"<p>{earned} of {full} points.</p>\n"
    return page(
        f"Lesson {submission.lesson}: {submission.name}",
        body + grid(["exercise", "", "points", "what the check says"], lines),
    )


def markdown(submissions, points):
    """The same for the page of a run in CI, as Markdown."""
    head = ["exercise", "", "points", "what the check says"]
    parts = []
    for submission in submissions:
        parts += [f"## {plain(submission.name)}", ""]
        if submission.problem:
            parts += [plain(submission.problem), ""]
            continue
        lines = [head, ["---"] * len(head)]
        for row in rows([submission], points):
            cells = [f"{row['exercise']} {row['title']}", SIGNS[row["status"]],
                     f"{row['earned']} of {row['points']}", row["diagnosis"]]  # fmt: skip
            lines.append([plain(cell) for cell in cells])
        parts += [f"| {' | '.join(line)} |" for line in lines] + [""]
    return "\n".join(parts)


def plain(text):
    """Text that no Markdown reads as anything else, in one line."""
    meant = re.sub(r"[^\w\s.,;:()'…-]|_", lambda found: f"&#{ord(found[0])};", text)
    return "<br>".join(meant.splitlines())


def junit(submissions):
    """JUnit XML: a suite for each notebook, a case for each exercise."""
    suites = ET.Element("testsuites")
    for submission in submissions:
        marks = list(rows([submission]))
        failures = sum(not row["passed"] for row in marks)
        counted = {"tests": str(len(marks)), "failures": str(failures), "errors": "0"}
        suite = ET.SubElement(suites, "testsuite", name=clean(submission.name), **counted)
        for row in marks:
            name = clean(f"{row['exercise']} {row['title']}".strip() or "notebook")
            case = ET.SubElement(suite, "testcase", classname=clean(row["student"]), name=name)
            if not row["passed"]:
                words = clean(row["diagnosis"])
                first = words.partition("\n")[0]
                ET.SubElement(case, "failure", type=row["status"], message=first).text = words
    ET.indent(suites)
    return ET.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def clean(text):
    """Without the characters that XML cannot hold."""
    return re.sub("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "�", text)
