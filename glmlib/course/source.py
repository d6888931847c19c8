"""The library's own lines in a lesson, read from the file when the notebook runs."""

import ast
import html
import inspect
import textwrap
from itertools import groupby
from pathlib import Path

import glmlib

FOLDED = 40  # lines: what is longer opens on a click
COLOURS = {  # the editor's own in JupyterLab, so that they suit a dark theme as well
    "Keyword": "var(--jp-mirror-editor-keyword-color, #008000)",
    "Comment": "var(--jp-mirror-editor-comment-color, #35686b)",
    "Literal": "var(--jp-mirror-editor-string-color, #ba2121)",
}


# A page of Jupyter sets <pre> in the letters of the text.
CODE = (
    "overflow-x:auto;font-family:var(--jp-code-font-family,monospace);"
    "font-size:var(--jp-code-font-size,13px)"
)


class source:
    """The code of one function, method or class, or of several below each other.

    Parameters
    ----------
    *things : what `inspect.getsource` takes, all from glmlib.
    docstring : False leaves the docstrings out.

    A notebook shows it with numbered lines; copied, they come without their numbers.
    `lines` holds them, `str` joins them, `files` says where in glmlib they stand.
    More than 40 lines are folded. Raises TypeError for what has no Python source.

    >>> source(glmlib.GLM.gradient, docstring=False)
    glmlib/models.py: GLM.gradient
     1  @quiet
     2  def gradient(self, beta):
     3      m = self.observed
     4      eta = m.eta(beta)
     5      mu = m.link.inverse(eta)
     6      return m.X.T @ (m.weights * m.slope_over_variance(eta, mu) * (mu - m.y))
    """

    def __init__(self, *things, docstring=True):
        codes = [textwrap.dedent(inspect.getsource(thing)).rstrip() for thing in things]
        if not docstring:
            codes = [without_docstrings(code) for code in codes]
        self.lines = "\n\n".join(codes).splitlines()
        root = Path(glmlib.__file__).parents[1]
        places = [Path(inspect.getsourcefile(inspect.unwrap(thing))) for thing in things]
        self.files = list(dict.fromkeys(p.relative_to(root).as_posix() for p in places))
        names = ", ".join(thing.__qualname__ for thing in things)
        self.title = f"{', '.join(self.files)}: {names}"

    def __str__(self):
        return "\n".join(self.lines)

    def __repr__(self):
        rows = [f"{k:2d}  {line}".rstrip() for k, line in enumerate(self.lines, start=1)]
        return "\n".join([self.title, *rows])

    def _repr_html_(self):
        number = '<span style="user-select:none;opacity:.7">{:3d}  </span>'
        rows = [number.format(k) + line for k, line in enumerate(coloured(str(self)), start=1)]
        long = len(rows) > FOLDED
        title = f"{self.title} ({len(rows)} lines)" if long else self.title
        return (
            f"<details{'' if long else ' open'}><summary><code>{html.escape(title)}</code>"
            f'</summary><pre tabindex="0" style="{CODE}">{chr(10).join(rows)}</pre>'
            "</details>"
        )


def without_docstrings(code):
    """The code without the docstrings of its functions and classes.

    >>> print(without_docstrings('def f(x):\\n    "Twice x."\\n    return 2 * x'))
    def f(x):
        return 2 * x
    """
    cut = set()
    for node in ast.walk(ast.parse(code)):
        holds = isinstance(node, ast.FunctionDef | ast.ClassDef)
        if holds and len(node.body) > 1 and ast.get_docstring(node) is not None:
            cut |= set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    lines = enumerate(code.splitlines(), start=1)
    return "\n".join(line for k, line in lines if k not in cut)


def coloured(code):
    """The lines of the code as HTML; keywords, comments and literals have a colour."""
    from pygments import lex
    from pygments.lexers import PythonLexer

    def colour(token):
        return next((c for name, c in COLOURS.items() if name in token[0][:1]), None)

    text = ""
    for hue, tokens in groupby(lex(code, PythonLexer(stripnl=False, ensurenl=False)), colour):
        lines = html.escape("".join(value for _, value in tokens), quote=False).split("\n")
        if hue:  # no span goes over the end of a line
            lines = [line and f'<span style="color:{hue}">{line}</span>' for line in lines]
        text += "\n".join(lines)
    return text.split("\n")
