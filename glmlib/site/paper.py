"""The course on paper: one PDF of the lessons as they are committed, printed by Chromium.

Pictures stand in the place of labs. Hints, solutions and whatever else is folded stand at the
end, under a number that is told where they belong; code that only draws or checks is left out.
Chromium counts no page in a link: the contents are printed when the course has told on which
page each heading lies, and both are put together.
"""

import html
import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import unquote

import numpy as np

from ..course import live
from . import cells as stored
from .formulas import DATA, copy_katex

HERE = Path(__file__).parent
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
PATIENCE = 300  # seconds for one print
DETAILS = re.compile(r"(?s)<details[^>]*>\s*<summary>(.*?)</summary>(.*)</details>")
NOT_HERE = re.compile(r"\[(← |All lessons)|\*\*Contents\*\*|1\. \[.*\]\(#")
END = (1, "answers", "Answers, hints and solutions")
HEADING = re.compile(r'<h(\d) id="([^"]*)">(.*?)</h\d>')
LINK = re.compile(r'<a href="(?:(\d\d)_\w+\.ipynb)?(?:#([^"]*))?">(.*?)</a>', re.DOTALL)
ELSEWHERE = re.compile(r'<a href="(?!https?:|#)[^"]*">(.*?)</a>', re.DOTALL)
SCRIPT = re.compile(r"(?s)<script.*?</script>")
MATHML = re.compile(r'(?s)<span class="katex-mathml">.*?</math></span>')  # for those who hear
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>glmlib: generalized linear models by building them</title>
<link rel="stylesheet" href="katex.min.css">
<link rel="stylesheet" href="paper.css">
</head>
<body class="{part}">
{text}
<script src="paper.js"></script>
</body>
</html>
"""
COVER = """<h1>glmlib</h1>
<p>Learn generalized linear models by building them</p>
<p>The lessons on paper. Pictures stand in the place of labs, and answers, hints and solutions
at the end. Code that only draws or checks is in the notebooks, where all of it runs.</p>
<nav><h2>Contents</h2>
{}
</nav>
"""
THERE = "https://page.invalid/"  # where the contents lead, until both parts are one document


class Lesson:
    """A lesson as HTML, and what answers it apart.

    Attributes
    ----------
    number, body : such as "06"; HTML.
    headings : (level, id, title) of each.
    answers : (number, summary, HTML) of each.
    """

    def __init__(self, path):
        self.number, self.headings, self.answers, self.said = Path(path).name[:2], [], [], []
        for cell in stored.read(path):
            if cell["cell_type"] == "markdown":
                self.write(cell["source"])
            else:
                self.run(cell)
        self.body = "\n".join(self.said)

    def write(self, source):
        for block in stored.blocks(source):
            if NOT_HERE.match(block):
                continue
            text = self.placed(stored.text(block))
            if folded := DETAILS.search(text):
                self.answer(*folded.groups())
            else:
                self.said.append(text)

    def run(self, cell):
        outputs = [(stored.kind(output), output) for output in cell["outputs"]]
        if "solution" in cell["tags"]:
            return self.answer("Solution", stored.code(cell["source"]))
        alone = {"lab", "steps", "order", "gate", "choices"} & {kind for kind, _ in outputs}
        if not (cell["folded"] or alone):
            self.said.append(stored.code(cell["source"]))
        for kind, output in outputs:
            text = self.placed(stored.shown(output))
            if kind == "fold":
                self.answer(*DETAILS.search(text).groups())
            elif kind in ("gate", "choices"):
                data = json.loads(DATA.search(text)[0])
                self.said.append(question(data))
                if kind == "gate":
                    self.answer("The answer", f"<p>{html.escape(right(data))}</p>")
            elif kind != "verdict":
                self.said.append(SCRIPT.sub("", text))

    def answer(self, summary, text):
        """Put it to the end, and say here where that is."""
        number = f"{self.number}.{len(self.answers) + 1}"
        self.answers.append((number, summary, text))
        self.said.append(
            f'<p class="fold">{summary} <a href="#answer-{number}">→ {number}</a></p>'
        )

    def placed(self, text):
        """Headings and links of a lesson, with its number: the course is one document."""
        text = LINK.sub(
            lambda m: f'<a href="#{m[1] or self.number}-{name_of(m[2] or "")}">{m[3]}</a>',
            text,
        )
        return HEADING.sub(self.heading, ELSEWHERE.sub(r"\1", text))

    def heading(self, match):
        """A heading that links to itself: so the PDF has its place by name."""
        level, name, title = match.groups()
        name = f"{self.number}-{'' if level == '1' else name_of(name)}"
        self.headings.append((int(level), name, title))
        return f'<h{level} id="{name}"><a href="#{name}">{title}</a></h{level}>'


def name_of(fragment):
    """An id as Chromium names a place in a PDF: without what an address would escape."""
    return re.sub(r"[^\w-]", "", unquote(html.unescape(fragment)))


def question(data):
    """What is asked, with its options; "" where the text above asks it."""
    asked = data.get("asked") or [{"name": data["question"], "options": data["options"]}]
    lines = [
        f"<p>{html.escape(one['name'])} <em>{html.escape(' / '.join(one['options']))}</em></p>"
        for one in asked
        if one.get("name")
    ]
    return f'<div class="asked">{"".join(lines)}</div>' if lines else ""


def right(data):
    """The option that was computed, and why."""
    for option, sealed in zip(data["options"], data["sealed"], strict=True):
        said = live.unsealed(sealed, f"{data['key']} {option}")
        if said.startswith("✓"):
            return f"{option}. {said.partition('so it is.')[2].strip()}"
    raise ValueError(f"no option answers {data['question']!r}")


def course(lessons):
    """The lessons as HTML, and behind them what answers them."""
    answers = [
        f"<h2>{lesson.headings[0][2]}</h2>"
        + "".join(
            f'<div class="answer"><h3 id="answer-{number}">{number} {summary}</h3>{text}</div>'
            for number, summary, text in lesson.answers
        )
        for lesson in lessons
    ]
    title = f'<h1 id="{END[1]}"><a href="#{END[1]}">{END[2]}</a></h1>'
    sections = [*(lesson.body for lesson in lessons), title + "".join(answers)]
    return "\n".join(f"<section>{section}</section>" for section in sections)


def contents(headings, pages):
    """The cover, and each heading with its page."""
    return COVER.format(
        "\n".join(
            f'<p class="level{level}"><a href="{THERE}{name}">{title}</a> {pages[name]}</p>'
            for level, name, title in headings
        )
    )


def chromium():
    """The command that prints.

    Raises FileNotFoundError where there is none.
    """
    for name in filter(None, [os.environ.get("CHROMIUM"), *CHROMIUM]):
        if found := shutil.which(name):
            return found
    raise FileNotFoundError(
        "the PDF is printed by Chromium, which is not here: install it, or name it in the "
        "environment variable CHROMIUM"
    )


def prepare(text, folder, part):
    """Write a page with all that it loads into a folder; its path."""
    for name in ("paper.css", "paper.js"):
        shutil.copy(HERE / name, folder)
    copy_katex(Path(folder))
    path = Path(folder) / f"{part}.html"
    path.write_text(PAGE.format(text=MATHML.sub("", text), part=part), encoding="utf-8")
    return path


def printed(page):
    """The PDF of a page, printed by Chromium."""
    path = page.with_suffix(".pdf")
    command = [chromium(), "--headless", "--disable-gpu", "--no-pdf-header-footer"]
    command += ["--disable-pdf-tagging", "--virtual-time-budget=600000"]
    command += ["--no-sandbox"] if getattr(os, "geteuid", lambda: 1)() == 0 else []
    done = subprocess.run(
        [*command, f"--print-to-pdf={path}", page.as_uri()],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    if done.returncode or not path.exists():
        raise OSError(f"Chromium could not print the course: {done.stderr[-500:]}")
    return path


def write_pdf(notebooks, path):
    """Print the lessons, in their order, into one PDF.

    Parameters
    ----------
    notebooks : paths of lessons.
    path : of the PDF.

    Returns the path. Raises FileNotFoundError where Chromium is missing, ModuleNotFoundError
    without the extra `site`, and OSError when nothing can be written.
    """
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import ArrayObject, NameObject

    lessons = [Lesson(notebook) for notebook in notebooks]
    headings = [h for lesson in lessons for h in lesson.headings if h[0] < 3] + [END]
    with tempfile.TemporaryDirectory() as folder:
        body = PdfReader(printed(prepare(course(lessons), folder, "course")))
        place = {page.indirect_reference.idnum: k for k, page in enumerate(body.pages, 1)}
        pages = {
            name.lstrip("/"): place[to.page.idnum]
            for name, to in body.named_destinations.items()
        }
        front = printed(prepare(contents(headings, pages), folder, "contents"))
        whole = PdfWriter()
        whole.append(front)
        before = len(whole.pages)
        whole.append(body)
        for sheet in whole.pages[:before]:
            for link in map(lambda one: one.get_object(), sheet.get("/Annots", ())):
                name = link.pop("/A")["/URI"].removeprefix(THERE)
                to = whole.pages[before + pages[name] - 1].indirect_reference
                link[NameObject("/Dest")] = ArrayObject([to, NameObject("/Fit")])
        above = None
        for level, name, title in headings:
            title = html.unescape(re.sub(r"<[^>]*>", "", title))
            parent = above if level > 1 else None
            made = whole.add_outline_item(
                title=title, page_number=before + pages[name] - 1, parent=parent
            )
            above = above if level > 1 else made
        for picture in pictures(whole):
            palette(picture)
        whole.write(path)
    return Path(path)


def pictures(document):
    """The pictures of a PDF that is being written."""
    for page in document.pages:
        for part in page["/Resources"].get("/XObject", {}).values():
            if part.get_object()["/Subtype"] == "/Image":
                yield part.get_object()


def palette(picture):
    """Store a picture by numbers of its few colours: half of what Chromium makes of it."""
    from pypdf.generic import ArrayObject, ByteStringObject, NameObject, NumberObject

    pixels = np.frombuffer(picture.get_data(), np.uint8)
    if picture["/ColorSpace"][0] == "/Indexed" or len(pixels) % 3:
        return
    red, green, blue = pixels.reshape(-1, 3).T.astype(np.uint32)
    pixels = red << 16 | green << 8 | blue
    colours = np.unique(pixels)
    if len(colours) <= 256:
        known = ByteStringObject(b"".join(int(c).to_bytes(3) for c in colours))
        space = [NameObject("/Indexed"), picture["/ColorSpace"],
                 NumberObject(len(colours) - 1), known]  # fmt: skip
        picture[NameObject("/ColorSpace")] = ArrayObject(space)
        picture.set_data(np.searchsorted(colours, pixels).astype(np.uint8).tobytes())
