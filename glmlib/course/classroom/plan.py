"""The plan of a lecture, one page for each lesson, from the lesson itself.

    python -m glmlib plan --lessons 06 --text plan.md

Each question of a lesson, when it comes, what the room can say and which belief stands
behind it, and what to move then. The minute is the share of the core path that stands before
the question, of the time that the lesson states; nobody was timed.
"""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from .lessons import HEADING, chosen, folded, lesson, tagged

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
    moves : what is set in its lab, in the order of the lesson.
    """

    minute: int
    screen: str
    text: str
    options: dict
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
        elif (asked := gate(cell["source"])) is not None:
            found.append(
                Question(
                    minute=round(minutes * read / whole),
                    screen=screen,
                    text=words(asked.args[0]),
                    options=options_of(asked.args[1]),
                    moves=moves(asked, cells[place + 1 : place + 1 + BEHIND]),
                )
            )
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


def gate(source):
    """The call of `predict` in a cell, or None."""
    if "predict(" not in source:
        return None
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "predict":
            return node
    return None


def words(node):
    """A text as it is written in a cell; a number that is computed there is left open."""
    if isinstance(node, ast.JoinedStr):
        return "".join(words(part) for part in node.values)
    return str(node.value) if isinstance(node, ast.Constant) else "…"


def options_of(node):
    """{option: belief} of the second argument of `predict`; a list holds no beliefs."""
    if isinstance(node, ast.Dict):
        return {words(k): words(v) for k, v in zip(node.keys, node.values, strict=True)}
    return {words(part): "" for part in getattr(node, "elts", [])}


def moves(asked, cells):
    """What the cells behind a question set in its lab, values that are written there."""
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
        lines += [f"- {say}{': ' * bool(belief)}{belief}" for say, belief in
                  one.options.items()]  # fmt: skip
        if one.moves:
            lines += ["", f"**Then move:** `{'`, `'.join(one.moves)}`."]
        lines.append("")
    return "\n".join(lines)


def arguments(parser):
    """What the command line takes."""
    parser.add_argument("--lessons", nargs="+", metavar="NN", help="such as 04 06; else all")
    parser.add_argument("--text", metavar="PATH", help="where to write it; else on the screen")


def command(options):
    """Write or print the plan; 0."""
    text = "\n".join(page(number) for number in chosen(options.lessons))
    if options.text:
        Path(options.text).write_text(text, encoding="utf-8")
    else:
        print(text)
    return 0
