"""What Sphinx does not do by itself: formulas by KaTeX, deeper sections in a fold."""

import re
from functools import cached_property
from hashlib import sha256

from docutils import nodes
from sphinx.transforms import SphinxTransform
from sphinx.util.docstrings import prepare_docstring

from .cells import UNCOLOURED
from .formulas import formula

DEEPER = '<div class="glm-deeper"></div>'  # stands below a heading whose section is folded


class Fold(SphinxTransform):
    """What stands below the heading of a deeper section goes into a fold."""

    default_priority = 999

    def apply(self, **kwargs):
        for mark in list(self.document.findall(nodes.raw)):
            if mark.astext().strip() != DEEPER:
                continue
            section = mark.parent
            at = section.index(mark)
            open_ = '<details class="deeper"><summary>Open this section</summary>'
            section[at] = nodes.raw("", open_, format="html")
            section.append(nodes.raw("", "</details>", format="html"))


class Leaf(SphinxTransform):
    """A section without another inside is known to the style: see site.css."""

    default_priority = 998

    def apply(self, **kwargs):
        for section in self.document.findall(nodes.section):
            if not any(isinstance(child, nodes.section) for child in section):
                section["classes"].append("leaf")


def set_inline(self, node):
    self.body.append(formula(node.astext()))
    raise nodes.SkipNode


def set_displayed(self, node):
    self.body.append(f'<div class="math">{formula(node.astext(), True)}</div>')
    raise nodes.SkipNode


def plain(app, what, name, thing, options, lines):
    """A docstring as it is meant: |x| is an absolute value and not a substitution; what
    stands behind `name :` is a description, where napoleon expects a type; and a paragraph
    behind the parameters, which two empty lines end there, belongs to the text."""
    text = "\n".join(lines).replace("|", r"\|")
    text = re.sub(r"\n\n(?=\S)", "\n\n\n", text)
    lines[:] = re.sub(r"^(\w[\w, ]*) : ", r"\1\n    ", text, flags=re.MULTILINE).split("\n")


def whole(app, what, name, thing, options, lines):
    """Of a property napoleon takes what stands before a colon for its type; it is text."""
    if isinstance(thing, property | cached_property):
        lines[:] = prepare_docstring(thing.__doc__.replace("|", r"\|"))


MENDED = (  # what the theme leaves without the name or the level that a screen reader tells
    ('<aside class="sidebar-drawer"', '<aside class="sidebar-drawer" aria-label="The course"'),
    ('<aside class="toc-drawer', '<aside aria-label="This page" class="toc-drawer'),
    ('role="heading">', 'role="heading" aria-level="2">'),
    (' aria-label="Toggle hidden content"', ""),  # hides the words that stand there
    ('<th class="head"><p></p></th>', "<td></td>"),
    ('<div id="search-results">', '<h1>Search</h1><div id="search-results">'),
)


SHEET = re.compile(r'\s*<link rel="stylesheet"[^>]*href="_static/([^"?]+)[^>]*>')


def mend(app, error):
    """Mend each page that was written, and give all of them one style, not eight."""
    pages = {path: path.read_text("utf-8") for path in app.outdir.glob("*.html")}
    styles = dict.fromkeys(name for page in pages.values() for name in SHEET.findall(page))
    style = "\n".join((app.outdir / "_static" / name).read_text("utf-8") for name in styles)
    style = style.replace("url(fonts/", "url(katex/fonts/")
    name = f"_static/style.css?v={sha256(style.encode()).hexdigest()[:8]}"
    (app.outdir / "_static" / "style.css").write_text(style, "utf-8")
    link = f'<link rel="stylesheet" href="{name}">\n</head>'
    for path, page in pages.items():
        for before, after in MENDED:
            page = page.replace(before, after)
        page = UNCOLOURED.sub(r"\1", SHEET.sub("", page)).replace("</head>", link, 1)
        path.write_text(page, "utf-8")


def setup(app):
    app.connect("build-finished", mend, priority=900)  # the theme has then its dark colours
    app.connect("autodoc-process-docstring", plain, priority=400)  # before napoleon
    app.connect("autodoc-process-docstring", whole, priority=600)  # behind it
    app.add_html_math_renderer("katex", (set_inline, None), (set_displayed, None))
    app.add_transform(Fold)
    app.add_transform(Leaf)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
