"""What slides and paper share: a stored cell as HTML.

Markdown and code are turned into HTML by nbconvert, as `jupyter nbconvert --to html` does,
and formulas are set here, so that a page needs no script for them.
"""

import html
import json
import re
from base64 import b64decode
from hashlib import sha256
from pathlib import Path

from .formulas import formula, typeset

SKIPPED = re.compile(  # headings under which a class or a reader works alone
    r"Check what you know|Answer three questions|Do the exercises|Exercise \d"
    r"|Answer the exit question|Read further|Look up the notation"
)
LAB = re.compile(r"Live lab")
VERDICT = re.compile(r"(The solution: )?(PASS|NOT YET|TRY AGAIN)\b")
KIND = re.compile(r'<script type="application/json">\{"kind":"(\w+)"')
# The script that revives questions stands in the first such output of a lesson.
REVIVES = re.compile(r"(?s)^<style>.*?</script>\n(?=<div class=\"glm-live\")")
# A formula in HTML, or code, in which a dollar is a dollar.
MATH = re.compile(r"(?s)<(pre|code)\b.*?</\1>|\$\$(.+?)\$\$|\$([^$]+)\$")
PICTURE = re.compile(r'<img ([^>]*?)src="data:image/png;base64,([^"]+)"')
# Names and signs in code have the colour of all text: they were a third of a page's elements.
UNCOLOURED = re.compile(r'<span class="[npwo]">([^<]*)</span>')
WHOLE = (("```", "```"), ("$$", "$$"), ("<details", "</details>"))


def read(path):
    """The cells of a notebook, their sources and outputs joined to text."""
    cells = json.loads(Path(path).read_text(encoding="utf-8"))["cells"]
    for cell in cells:
        cell["source"] = "".join(cell["source"])
        cell["tags"] = cell["metadata"].get("tags", [])
        cell["folded"] = cell["metadata"].get("jupyter", {}).get("source_hidden", False)
        for output in cell.get("outputs", []):
            output["text"] = "".join(output.get("text", ""))
            data = output.setdefault("data", {})
            output["data"] = {mime: "".join(data[mime]) for mime in data}
    return cells


def blocks(source):
    """Markdown in pieces: a paragraph, a list, a table, a fold, fenced code, an equation.

    >>> blocks("# One\\n\\nTwo\\nthree.\\n\\n<details>\\n\\nfour\\n\\n</details>")
    ['# One', 'Two\\nthree.', '<details>\\n\\nfour\\n\\n</details>']
    """
    found, inside = [[]], None
    for line in source.splitlines():
        if inside is None:
            opens = next((end for start, end in WHOLE if line.startswith(start)), None)
            if not line.strip() or opens:
                found.append([])
            if opens and not (opens in line[2:] or line == opens and found[-1]):
                inside = opens
            found[-1].append(line)
        else:
            found[-1].append(line)
            if inside in line:
                inside = None
                found.append([])
    return [text for lines in found if (text := "\n".join(lines).strip("\n"))]


def text(source):
    """Markdown as HTML.

    >>> text("A *word*")
    '<p>A <em>word</em></p>'
    """
    from nbconvert.filters.markdown_mistune import markdown2html_mistune

    page = re.sub(r'<a class="anchor-link".*?</a>', "", markdown2html_mistune(source))
    return MATH.sub(as_formula, page).strip()


def as_formula(found):
    code, display, inline = found.groups()
    if code:
        return found[0]
    return formula(html.unescape(display or inline).strip(), bool(display))


def code(source):
    """Python as HTML with colours."""
    from nbconvert.filters import Highlight2HTML

    return UNCOLOURED.sub(r"\1", Highlight2HTML(pygments_lexer="python")(source))


def filed(page, folder, address):
    """HTML whose pictures are files of the folder, each once, which the page has there."""
    Path(folder).mkdir(parents=True, exist_ok=True)

    def to_file(found):
        raw = b64decode(found[2])
        name = f"{sha256(raw).hexdigest()[:16]}.png"
        Path(folder, name).write_bytes(raw)
        wide, high = (int.from_bytes(raw[at : at + 4]) for at in (16, 20))
        given = re.search(r'width="(\d+)"', found[1])
        size = f'height="{round(high * (int(given[1]) if given else wide) / wide)}"'
        size += "" if given else f' width="{wide}"'
        return f'<img {found[1]}{size} loading="lazy" src="{address}/{name}"'

    return PICTURE.sub(to_file, page)


def shown(output):
    """A stored output as HTML; a question is still, until `live.js` revives it."""
    data = output["data"]
    if "text/html" in data:
        return typeset(REVIVES.sub("", data["text/html"]))
    if "text/markdown" in data:
        return text(data["text/markdown"])
    return f"<pre>{html.escape(output['text'] or data.get('text/plain', '')).rstrip()}</pre>"


def kind(output):
    """ "gate", "steps", "order", "choices", "lab", "fold", "picture", "verdict" or ""."""
    data = output["data"].get("text/html", "")
    if found := KIND.search(data):
        return found[1]
    if LAB.match(output["data"].get("text/plain", "")):
        return "lab"
    if VERDICT.match(output["text"] or output["data"].get("text/plain", "")):
        return "verdict"
    if data.startswith("<details><summary>"):
        return "fold"
    return "picture" if data.startswith("<img") else ""
