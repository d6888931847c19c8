"""The plan of a lecture, one page for each lesson, from the lesson itself.

    python -m glmlib plan --lessons 06 --html plan.html

Each question of a lesson, when it comes, what the room can say and which belief stands
behind it, what was computed, marked by ✓, and what to move then. The minute is the share of
the core path that stands before the question, of the time that the lesson states; nobody was
timed. The file of HTML prints each lesson on a page of its own.
"""

import ast
import json
import re
from dataclasses import dataclass
from pathlib import Path

from ..live import unsealed
from .lessons import HEADING, chosen, folded, lesson, tagged

STORED = re.compile(r'(?s)<script type="application/json">(\{"kind":"gate".*?)</script>')
PAPER = """<style>
@page { margin: 12mm 15mm; }
body { font: 9pt/1.25 system-ui, sans-serif; max-width: 45rem; margin: 1rem auto; }
section + section { break-before: page; }
h1 { font-size: 1.5em; } h2 { font-size: 1.1em; margin: .7em 0 .2em; }
h1, p, ul { margin: .15em 0; } code { font-size: .9em; } div { break-inside: avoid; }
.anchor-link { display: none; }
@media print { body { margin: 0; max-width: none; } }
</style>"""
MINUTES = re.compile(r"\*\*Time:\*\* (\d+) minutes")
BEHIND = 8  # cells behind a question, among which its lab is moved


@dataclass(frozen=True)
class Question:
    """One prediction: when, on which screen, what is asked, answered, and moved.

    Attributes
    ----------
    minute : from the beginning of the lesson.
    screen : the heading above it.
    text : what is asked.
    options : {what the room may say: the belief behind it}.
    answer : the option that was computed.
    moves : what is set in its lab, in the order of the lesson.
    """

    minute: int
    screen: str
    text: str
    options: dict
    answer: str
    moves: tuple


def plan(number):
    """The questions of a lesson, in their order.

    >>> one = plan("06")[0]
    >>> one.screen, len(one.options)
    ('Predict the plot', 3)
    """
    cells, found, screen, read = lesson(number).cells, [], "", 0
    whole, minutes = sum(map(length, cells)), time_of(cells)
    for place, cell in enumerate(cells):
        if cell["cell_type"] == "markdown":
            screen = [screen, *HEADING.findall(cell["source"])][-1]
        elif (asked := gate(cell)) is not None:
            minute = round(minutes * read / whole)
            behind = cells[place + 1 : place + 1 + BEHIND]
            found.append(Question(minute, screen, *asked, moves(cell["source"], behind)))
        read += length(cell)
    return found


def length(cell):
    """The words of a cell that a lecture shows: nothing deeper, no exercise, no fold."""
    text = re.sub(r"(?s)<details>.*?</details>", "", cell["source"])
    shown = cell["cell_type"] == "markdown" or not folded(cell)
    return len(text.split()) if shown and not tagged(cell, "deeper") else 0


def time_of(cells):
    """The minutes that a lesson states for its core path."""
    return int(MINUTES.search(cells[0]["source"])[1])


def gate(cell):
    """(question, {option: belief}, answer) of a prediction as it is stored, or None."""
    pages = ("".join(o.get("data", {}).get("text/html", "")) for o in cell.get("outputs", ()))
    stored = next(filter(None, map(STORED.search, pages)), None)
    if stored is None:
        return None
    data = json.loads(stored[1])
    said = {
        option: unsealed(packed, f"{data['key']} {option}")
        for option, packed in zip(data["options"], data["sealed"], strict=True)
    }
    answer = next(option for option, words in said.items() if words.startswith("✓"))
    # "✓ You predicted “…”, and so it is. Why", "✗ You predicted “…”. Computed: “…”. Why"
    verdicts = f"“{answer}”, and so it is.", f"Computed: “{answer}”."
    beliefs = {
        option: words.partition(verdicts[option != answer])[2].strip()
        for option, words in said.items()
    }
    return data["question"], beliefs, answer


def moves(source, cells):
    """What the cells behind a question set in its lab, values that are written there."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    asked = next(node for node in calls if getattr(node.func, "id", "") == "predict")
    lab = next((k.value for k in asked.keywords if k.arg == "lab"), None)
    found = []
    for cell in cells:
        if cell["cell_type"] == "code" and lab is not None:
            calls = [
                node
                for node in ast.walk(ast.parse(cell["source"]))
                if isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "set"
                and ast.dump(node.func.value) == ast.dump(lab)
            ]
            calls.sort(key=lambda node: (node.lineno, node.col_offset))
            found += [
                ", ".join(map(ast.unparse, call.keywords))
                for call in calls
                if all(isinstance(k.value, ast.Constant) for k in call.keywords)
            ]
    return tuple(dict.fromkeys(filter(None, found)))


def page(number):
    """The plan of a lesson, as Markdown."""
    title = HEADING.findall(lesson(number).cells[0]["source"])[0]
    lines = [f"# {title}", ""]
    for one in plan(number):
        lines += [f"## Minute {one.minute}: {one.screen}", "", f"**Ask:** {one.text}", ""]
        lines += [f"- {'✓ ' * (say == one.answer)}**{say}**{': ' * bool(belief)}{belief}"
                  for say, belief in one.options.items()]  # fmt: skip
        if one.moves:
            lines += ["", f"**Then move:** `{'`, then `'.join(one.moves)}`."]
        lines.append("")
    return "\n".join(lines)


def sheets(numbers):
    """The plans as HTML, a page of paper for each."""
    from .questions import html_of

    parts = [
        "".join(
            f"<div>{html_of(part)}</div>" for part in re.split("(?m)^(?=## )", page(number))
        )
        for number in numbers
    ]
    body = "\n".join(f"<section>{part}</section>" for part in parts)
    head = f'<meta charset="utf-8"><title>Plans</title>{PAPER}'
    return (
        f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>{body}</body></html>\n'
    )


def arguments(parser):
    """What the command line takes."""
    parser.add_argument("--lessons", nargs="+", metavar="NN", help="such as 04 06; else all")
    parser.add_argument("--text", metavar="PATH", help="as Markdown; else on the screen")
    parser.add_argument("--html", metavar="PATH", help="to print, a page for each lesson")


def command(options):
    """Write or print the plan; 0."""
    numbers = chosen(options.lessons)
    text = "\n".join(map(page, numbers))
    if options.html:
        Path(options.html).write_text(sheets(numbers), encoding="utf-8")
    if options.text:
        Path(options.text).write_text(text, encoding="utf-8")
    if not (options.html or options.text):
        print(text)
    return 0
