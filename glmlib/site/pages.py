"""The pages as Sphinx reads them: the notebooks made ready, a start page, the reference."""

import html
import json
import os
import re
import shutil
from importlib import metadata
from inspect import getmodule
from pathlib import Path

import glmlib

from ..course.live import script
from .alive import write_engine
from .cells import REVIVES, filed
from .extension import DEEPER
from .formulas import copy_katex, formula, typeset
from .slides import write_slides

HERE = Path(__file__).parent
LINK = re.compile(r"\[([^]]+)\]\((?:\.\./)?([\w.-]+\.(?:ipynb|md))((?:#[^)]*)?)\)")
SUMMARY = re.compile(r"<summary>.*?</summary>", re.DOTALL)
LABS = (  # what a slide needs for them
    '<link rel="stylesheet" href="../_static/labs/glmlib_labs.css">'
    '<script defer src="../_static/labs/glmlib_labs.js"></script>'
)
PDF = "glmlib.pdf"
LITE = "lite"
KEYS = """\
## Without a mouse, or by ear

All of it works by keys. The first press of Tab offers *Skip to content*; Enter takes you past
the menus. A lesson begins with its contents: Enter on a line leads there. Enter opens what is
folded, a hint or a solution. In a prediction the arrow keys choose; *Lock in* opens the lab
that waits for it. The arrow keys move a slider by one stop, Home and End to its ends, and the
box beside it takes a number. *Next* walks a derivation line by line, and the link *Next* at
the end of the page leads to the next lesson.

A screen reader tells each slider with its name, its value and its range. The sentence under a
picture is said at each move, and is part of the picture's description; *Show data* holds the
numbers as a table. Formulas come as MathML, and headings go down without a jump. Where your
system asks for less motion, nothing glides.
"""
LINE = (
    "python3 -m venv .venv && .venv/bin/pip install -e . && "
    ".venv/bin/jupyter lab --allow-root {}/{}"
)


def repository():
    """The address of the repository without a slash at its end, or "" where none is set.

    One place says it: GLMLIB_REPOSITORY, else `Repository` in `[project.urls]`.
    """
    given = os.environ.get("GLMLIB_REPOSITORY")
    if given is None:
        urls = metadata.metadata("glmlib").get_all("Project-URL") or []
        given = dict(url.split(", ", 1) for url in urls).get("Repository", "")
    return given.rstrip("/").removesuffix(".git")


def slug(heading):
    """The name of a heading in a link, as JupyterLab has it.

    >>> slug("Ask whether 30 % means 30 %")
    'Ask-whether-30-%-means-30-%'
    """
    return heading.replace(" ", "-")


READ = ("links", "families", "models", "solvers", "fit", "beyond", "data", "streams")


def place(module):
    """Where a module comes in the reference: the five that are read first, then the others."""
    name = module.__name__.removeprefix("glmlib.")
    return (READ.index(name) if name in READ else len(READ), name)


def numbered(paths):
    """Those of the notebooks that are lessons."""
    return [path for path in paths if path.name[:2].isdigit()]


def write_sources(folder, paths, labs, first, paper, lite, whole):
    """Write all that Sphinx reads into `folder`: pages, slides, the reference.

    Parameters
    ----------
    paths, labs : of notebooks, and the places of their labs as `write_labs` has them.
    first : the HTML whose place the lab of the start page takes.
    paper, lite, whole : whether there is a PDF, whether there is a JupyterLite, and whether
        these are all lessons.
    """
    static, copies = folder / "_static", folder / "extra" / "notebooks"
    copies.mkdir(parents=True)
    copy_katex(static / "katex")
    write_engine(static / "labs")
    shutil.copy(HERE / "icon.svg", folder)
    for name in ("site.css", "site.js", "progress.css", "progress.js"):
        shutil.copy(HERE / name, static)
    style, code = re.fullmatch(
        r"<style>(.*)</style>\s*<script>(.*)</script>\s*", script(), re.DOTALL
    ).groups()
    (static / "live.js").write_text(f"{code}\nglmLive();\n", "utf-8")
    with (static / "site.css").open("a", encoding="utf-8") as file:
        file.write(style)
    (folder / "extra" / ".nojekyll").touch()
    lessons = {path: json.loads(path.read_text("utf-8")) for path in paths}
    slides = folder / "extra" / "slides"
    write_slides(numbered(paths), slides, labs, LABS, (static, "../_static"))
    guide = Path(glmlib.__file__).parents[1] / "CONTRIBUTING.md"
    more = whole and guide.exists()
    if more:
        shutil.copy(guide, folder)
    there = {path.name for path in lessons} | ({guide.name} if more else set())
    for path, notebook in lessons.items():
        taken = json.dumps(for_elsewhere(once(notebook)), indent=1)
        (copies / path.name).write_text(taken, "utf-8")
        made = json.dumps(page(path, notebook, labs[path], static, there, lite))
        (folder / path.name).write_text(made, "utf-8")
    (folder / "reference.rst").write_text(reference(), "utf-8")
    start = start_page(lessons, alive(first, static), more, paper)
    (folder / "index.md").write_text(start, "utf-8")


def page(path, notebook, labs, static, there, lite):
    """A notebook as it stands on the site; a link to what is not `there` is its words."""
    cells = notebook["cells"]

    def kept(found):
        words, name, heading = found.groups()
        return f"[{words}]({name}{heading})" if name in there else words

    for cell in cells:
        text, about = "".join(cell["source"]), cell["metadata"]
        if cell["cell_type"] == "markdown":
            text = LINK.sub(kept, text)
            if about.get("jp-MarkdownHeadingCollapsed"):
                heading, _, rest = text.partition("\n")
                text = f"{heading}\n\n{DEEPER}\n\n{rest}"
            cell["source"] = SUMMARY.sub(summary, text)
            continue
        if about.get("jupyter", {}).get("source_hidden"):
            about["tags"] = [*about.get("tags", []), "hide-input"]
            first = text.partition("\n")[0]
            words = first[1:].strip() if first.startswith("#") else "The code of this cell."
            about["mystnb"] = {"code_prompt_show": words, "code_prompt_hide": words}
        for output in cell["outputs"]:
            if "text/html" in output.get("data", {}):
                shown = labs.get(cell["id"]) or "".join(output["data"]["text/html"])
                output["data"] = {"text/html": alive(shown, static)}
    title, _, rest = "".join(cells[0]["source"]).partition("\n")
    cells[0]["source"] = f"{title}\n\n{how_to_run(path.name, path.parent.name, lite)}\n{rest}"
    return notebook


def summary(found):
    """The head of a fold is HTML, in which nobody else sets a formula."""
    return re.sub(r"\$([^$]+)\$", lambda math: formula(html.unescape(math[1])), found[0])


def alive(shown, static):
    """The HTML of an output: script and pictures in files, formulas set."""
    shown = REVIVES.sub("", shown).replace("<script>window.glmLive?.()</script>", "")
    shown = shown.replace('<th scope="col"></th>', "<td></td>")
    return typeset(filed(shown, static / "pictures", "_static/pictures"))


def how_to_run(name, folder="notebooks", lite=False):
    """What stands below the title: the notebook itself, and where it runs."""
    address, line, slides = repository(), LINE.format(folder, name), ""
    if name[:2].isdigit():
        slides = f'\n<a href="slides/{name.replace(".ipynb", ".html")}">Slides</a>'
    if address:
        line = f"git clone {address} && cd {address.rpartition('/')[2]} && {line}"
    need = "" if address else ", in a clone of the repository"
    places = ", or\n".join(
        f'<a href="{link}">{where}</a> ({tested})'
        for link, where, tested in elsewhere(name, folder, address, lite)
    )
    places = f"\n<p>Or without installing anything: open it\n{places}.</p>" if places else ""
    return f"""<div class="glm-run">
<a href="notebooks/{name}" download>Download the notebook</a>{slides}
<details><summary>Run it</summary>
<p>Paste this line into a terminal{need}. It needs Python 3.11 or newer, and was tested on
Linux:</p>
<pre tabindex="0" role="group"
aria-label="The line"><code>{html.escape(line)}</code></pre>{places}
</details></div>
"""


def elsewhere(name, folder, address, lite):
    """(link, where, what was tested) of each place that runs a notebook as it is."""
    if lite and name[:2].isdigit():
        yield (
            f"{LITE}/notebooks/index.html?path={name}",
            "in JupyterLite",
            "Python in this browser, which loads it first and keeps what you write; every "
            "lesson was run so in Chromium; these pages must come from a server",
        )
    if address.startswith("https://github.com/"):
        at = address.removeprefix("https://github.com/")
        yield (
            f"https://colab.research.google.com/github/{at}/blob/gh-pages/notebooks/{name}",
            "in Colab",
            "its first cell installs glmlib; the cell was tested in a bare environment, Colab "
            "itself was not tried",
        )
        yield (
            f"https://mybinder.org/v2/gh/{at}/HEAD?labpath={folder}%2F{name}",
            "in Binder",
            "from <code>environment.yml</code>, of which repo2docker makes a recipe; Binder "
            "itself was not tried",
        )


def once(notebook):
    """The notebook with each picture once: where HTML holds it, nothing reads its PNG, but
    the conversion to LaTeX."""
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            if "text/html" in (data := output.get("data", {})):
                data.pop("image/png", None)
    return notebook


def for_elsewhere(notebook):
    """The notebook for another machine: its first cell installs glmlib where it is missing."""
    address = repository()
    if not address:
        return notebook
    cell = {
        "cell_type": "code",
        "execution_count": None,
        "id": "install-glmlib",
        "metadata": {"jupyter": {"source_hidden": True}},
        "outputs": [],
        "source": f"""\
# Where glmlib is missing, as in Colab, this installs it. Elsewhere it does nothing.
from importlib.util import find_spec

if not find_spec("glmlib"):
    %pip install --quiet git+{address}""",
    }
    return {**notebook, "cells": [cell, *notebook["cells"]]}


def start_page(lessons, lab, more, paper):
    """The first page: what this is, the fit lab, and the lessons."""
    rows = [row(path.stem, notebook) for path, notebook in lessons.items()]
    first = next(iter(lessons)).stem
    stems = [path.stem for path in numbered(lessons)]
    others = [path.stem for path in lessons if path.stem not in stems]
    printed = f'<a href="{PDF}">All of it on paper</a>, with the answers at the end (a PDF).'
    printed = f"<p>{printed}</p>" if paper else ""
    return f"""# Learn generalized linear models by building them

Move the learning rate, and watch the estimates walk to the true coefficients.
[Begin with the first lesson]({first}.ipynb).

```{{raw}} html
<div class="glm-first">{lab}</div>
```

## The lessons

{"".join(filter(None, rows))}
{printed}

{KEYS}
{toctree("Lessons", stems)}
{toctree("More", [*others, "reference", *(["CONTRIBUTING"] if more else [])])}
"""


def start_lab():
    """The lab on the first screen."""
    from ..course import fit_lab

    X, y, beta = glmlib.simulate("poisson", n=200, d=4, seed=1)
    return fit_lab(glmlib.PoissonRegression(X, y), truth=beta)


def toctree(caption, names):
    lines = "\n".join(names)
    return f"```{{toctree}}\n:caption: {caption}\n:hidden:\n:maxdepth: 1\n\n{lines}\n```\n"


def row(stem, notebook):
    """One line on a lesson, in its own words; None for another notebook."""
    text = "".join(notebook["cells"][0]["source"])
    time = re.search(r"\*\*Time:\*\* (\d+ minutes)", text)
    aim = re.search(r"\*\*You will\*\* (.*?)\n\n", text, re.DOTALL)
    title = text.partition("\n")[0].removeprefix("# ")
    if not (time and aim):
        return None
    return f"- **[{title}]({stem}.ipynb)**, {time[1]}: {' '.join(aim[1].split())}\n"


def reference():
    """The public names, by the module that defines them."""
    modules = {}
    for name in glmlib.__all__:
        thing = getattr(glmlib, name)
        kind = "function" if not isinstance(thing, type) else "class"
        if kind == "class" and issubclass(thing, Exception):
            kind = "exception"
        members = "\n   :members:" if kind == "class" else ""
        modules.setdefault(getmodule(thing), []).append(
            f".. auto{kind}:: glmlib.{name}{members}\n"
        )
    parts = []
    for module, entries in sorted(modules.items(), key=lambda item: place(item[0])):
        head = module.__doc__.partition("\n")[0].rstrip(".")
        parts += [head, "-" * len(head), "", *entries]
    return "\n".join(["Reference", "=========", "", *parts])
