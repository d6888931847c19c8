"""Slides from the lessons as they are committed; they need no network, and the labs move.

A rule makes them, so that no lesson says it cell by cell. Each heading of the core path begins
a slide, and so does what the room is asked, a lab, a derivation to walk. Of a paragraph the
first sentence stands there and those with bold words; the whole is in the speaker's notes
(key S). Equations, tables and numbers come one press of Space after another. Exercises, what
is deeper, and all that answers a prediction stay away. `slides.js` breaks what is too tall.
"""

import ast
import html
import re
import shutil
from importlib.resources import files
from pathlib import Path

from ..course import live
from . import cells as stored
from .formulas import copy_katex

HERE = Path(__file__).parent
ALONE = ("asks", "moves")  # kinds of slides that hold nothing else
LONGEST = 16  # lines of code that a room reads
FEW = 2  # printed lines that are said, not shown
APART = re.compile(r"\$[^$]*\$|\*\*.+?\*\*|`[^`]*`|\[[^]]*\]\([^)]*\)", re.DOTALL)
HEADING = re.compile(r"(#+) (.*)")
AWAY = re.compile(r"\*\*(Time|You need|Contents|Next)\b|\[← |\*Deeper\.\*|\d+\. \[.*\]\(#")
NOT_PROSE = re.compile(r"\s*([-*>|<!]|\d+\.) |```|\$\$|\||<|!\[")
LIST = re.compile(r"(- |\d+\. )")
# The rules for reveal's arrows, which are not shown: labs call their sliders `controls`, too.
ARROWS = r"[^{}]*\.controls[^{}]*\{[^{}]*\}"
LINK = re.compile(r"</?a\b[^>]*>")
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="static/reveal.css">
<link rel="stylesheet" href="{shared}/katex/katex.min.css">
<link rel="stylesheet" href="static/slides.css">
{live}
{head}
<script src="static/reveal.js"></script>
<script src="static/notes.js"></script>
</head>
<body data-jp-theme-light="true">
<div class="reveal"><div class="slides">
{slides}
</div></div>
<script src="static/slides.js"></script>
</body>
</html>
"""


class Slide:
    """One slide before it is known what fits: its heading, its parts, the words to say."""

    def __init__(self, heading="", kind=""):
        self.heading, self.kind, self.part = heading, kind, ""
        self.parts, self.notes, self.comes = [], [], ""

    def add(self, part, comes=False, joins=False, leads=False):
        """A part, or more of the last one; from the first that `comes` on, each waits for a
        press of Space."""
        if joins and self.parts:
            self.parts[-1] = self.parts[-1].removesuffix("</div>") + f"{part}</div>"
            return
        if comes and self.parts:
            self.comes = "fragment"
        names = f"{self.comes} {'lead' if leads else ''}".strip()
        self.parts.append(f'<div class="{names}">{part}</div>')

    def __str__(self):
        notes = f'<aside class="notes">{"".join(self.notes)}</aside>' if self.notes else ""
        head = f"<header>{self.part}{self.heading}</header>"
        return f'<section class="{self.kind}">{head}{"".join(self.parts)}{notes}</section>'


def sentences(paragraph):
    """The sentences of a paragraph; what stands in formulas, bold or code is not cut.

    >>> sentences("One $a. B$ is. **Two. Really.** Three.")
    ['One $a. B$ is.', '**Two. Really.**', 'Three.']
    """
    kept = APART.findall(paragraph)
    masked = APART.sub(lambda found: "\2" if found[0][-3] in ".?!" else "\1", paragraph)
    parts = re.split(r"(?<=[.?!\2])\s+", masked.strip())
    return [re.sub("[\1\2]", lambda _: kept.pop(0), part) for part in parts]


def gist(paragraph):
    """The first sentence of a paragraph, and each with bold words.

    >>> gist("Two lines run here. They differ. **Which is better?** Decide by eye.")
    'Two lines run here. **Which is better?**'
    """
    first, *others = sentences(paragraph)
    return " ".join([first, *(one for one in others if "**" in one)])


def slides(path, labs=None):
    """The slides of a lesson, in their order; `labs` as in `write_slides`."""
    found, heading, skipped, walks = [Slide("", "title")], "", 0, False
    for cell in stored.read(path):
        if cell["cell_type"] == "code":
            if not skipped or walks and "steps" in map(stored.kind, cell["outputs"]):
                add_code(found, cell, heading, (labs or {}).get(cell["id"]))
            continue
        for block in stored.blocks(cell["source"]):
            if match := HEADING.match(block):
                level, title = len(match[1]), match[2]
                if level <= skipped:
                    skipped = 0
                if not skipped and (stored.SKIPPED.match(title) or away(cell)):
                    skipped, walks = level, "deeper" in cell["tags"]
                heading = LINK.sub("", stored.text(block))
                if level == 1:
                    found[-1].heading = heading
                elif not skipped:
                    found.append(Slide(heading))
            elif not skipped:
                add_text(found, block, heading)
    return joined([slide for slide in found if slide.parts])


def away(cell):
    """Whether a heading and all below it is not for the room."""
    slideshow = cell["metadata"].get("slideshow", {})
    return "deeper" in cell["tags"] or slideshow.get("slide_type") == "skip"


def joined(found):
    """No slide for one sentence alone: it stands above what it leads to, or is said there."""
    kept = found[:1]
    for slide in found[1:]:
        before = kept[-1]
        if before.kind or len(before.parts) > 1 or "lead" not in before.parts[0]:
            kept.append(slide)
            continue
        slide.notes = before.notes + slide.notes
        below = slide.heading[:3] > before.heading[:3]
        if slide.kind != "moves" and (below or slide.heading == before.heading):
            slide.parts = before.parts + slide.parts
            slide.part = re.sub(r"h\d[^>]*>", "p>", before.heading) if below else before.part
        else:
            slide.notes = before.parts + slide.notes
        kept[-1] = slide
    return kept


def add_text(found, block, heading):
    if AWAY.match(block):
        return
    last, prose = found[-1], not NOT_PROSE.match(block)
    if block.startswith("<details"):  # it answers what stands above it
        found.append(Slide(heading))
    elif last.kind in ALONE and prose:  # how to move it: that is said, not read
        last.notes.append(said(block))
    else:
        words = gist(block) if prose else block
        part = LINK.sub("", stored.text(words))
        here(found, heading).add(part, block.startswith("$$"), LIST.match(block), prose)
        if words != block:
            found[-1].notes.append(said(block))


def said(block):
    """A paragraph for the speaker's window, which sets no formulas."""
    return f"<p>{html.escape(block)}</p>"


def add_code(found, cell, heading, lab):
    kinds = [stored.kind(output) for output in cell["outputs"]]
    if not (cell["folded"] or {"lab", "steps", "order", "choices"} & set(kinds)):
        if code := what_it_does(cell):
            here(found, heading).add(stored.code(code))
    for output, kind in zip(cell["outputs"], kinds, strict=True):
        if kind == "gate":
            found.append(Slide(heading, "asks"))
            found[-1].add(stored.shown(output))
        elif kind in ("lab", "steps"):
            found.append(Slide("" if kind == "lab" else heading, "moves"))
            found[-1].add(lab or stored.shown(output))
        elif kind == "" and "deeper" in cell["tags"] and output["text"].count("\n") <= FEW:
            found[-1].notes.append(stored.shown(output))
        elif kind in ("picture", ""):
            here(found, heading).add(stored.shown(output), comes=True)


def what_it_does(cell):
    """The code of a cell without what it checks and prints; "" where nothing is left to read.

    >>> what_it_does({"source": "mu = X @ b\\nassert mu > 0\\nprint(mu)", "outputs": [0]})
    'mu = X @ b'
    """
    lines = cell["source"].splitlines()
    for node in reversed(ast.parse(cell["source"]).body):
        call = getattr(getattr(node, "value", None), "func", None)
        if isinstance(node, ast.Assert | ast.Import | ast.ImportFrom) or (
            getattr(call, "id", "") == "print"
        ):
            del lines[node.lineno - 1 : node.end_lineno]
    code = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    leads_on = cell["outputs"] or "def " in code
    return code if leads_on and len(code.splitlines()) <= LONGEST else ""


def here(found, heading):
    """The last slide, or a new one behind a question or a lab."""
    if found[-1].kind in ALONE:
        found.append(Slide(heading))
    return found[-1]


def write_slides(notebooks, directory, labs=None, head="", shared=None):
    """Write the slides of each lesson, and once what they load.

    Parameters
    ----------
    notebooks : paths of lessons.
    directory : where `NAME.html` goes for each, and the folder `static`.
    labs : {path of a lesson: {id of a cell: HTML of the lab that moves there}}; a lab that
        is not in it is its stored picture.
    head : HTML that the labs need in the head of a page.
    shared : (folder, its address from the slides), where pictures and the fonts of formulas
        go; `static`, if nobody shares them.

    Returns the paths. Raises ModuleNotFoundError without the extra `site`, and OSError when
    nothing can be written.
    """
    static = Path(directory) / "static"
    static.mkdir(parents=True, exist_ok=True)
    reveal = files("sphinx_revealjs") / "_static" / "revealjs"
    for source in (
        reveal / "dist" / "reveal.js",
        reveal / "plugin" / "notes" / "notes.js",
        HERE / "slides.js",
        HERE / "slides.css",
    ):
        shutil.copy(source, static)
    style = (reveal / "dist" / "reveal.css").read_text(encoding="utf-8")
    style = re.sub(ARROWS, "", style)
    (static / "reveal.css").write_text(style, encoding="utf-8")
    folder, address = shared or (static, "static")
    copy_katex(folder / "katex")
    written = []
    for path in map(Path, notebooks):
        title = html.escape(stored.read(path)[0]["source"].splitlines()[0].lstrip("# "))
        page = PAGE.format(
            title=title,
            shared=address,
            live=live.script(),
            head=head,
            slides="\n".join(map(str, slides(path, (labs or {}).get(path)))),
        )
        written.append(Path(directory) / f"{path.stem}.html")
        page = stored.filed(page, folder / "pictures", f"{address}/pictures")
        written[-1].write_text(page, encoding="utf-8")
    return written
