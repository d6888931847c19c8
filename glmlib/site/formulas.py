r"""Formulas as HTML and MathML, made when the site is built: a page needs no script for them.

KaTeX stands beside this file, because no package brings its script, its style and its fonts
together; V8, which runs the script, comes with `mini-racer`.
"""

import html
import json
import re
import shutil
from functools import cache
from pathlib import Path

KATEX = Path(__file__).parent / "katex"
INLINE = re.compile(r"\$(\\displaystyle [^$]+)\$")
# What a browser needs not, and only a script that copies a formula would read.
SPARED = re.compile(r'(?s) xmlns="[^"]*"|</?semantics>|<annotation.*?</annotation>')
# What a question or a derivation is made from.
DATA = re.compile(r'(?s)(?<=<script type="application/json">).*?(?=</script>)')


@cache
def engine():
    """V8 with KaTeX in it."""
    from py_mini_racer import MiniRacer

    engine = MiniRacer()
    engine.eval((KATEX / "katex.min.js").read_text("utf-8"))
    return engine


@cache
def formula(latex, display=False):
    r"""The HTML of a formula, with its MathML for screen readers.

    Raises ValueError where KaTeX cannot read it.

    >>> "<msup><mi>μ</mi><mn>2</mn></msup>" in formula(r"\mu^2")
    True
    """
    call = f"katex.renderToString({json.dumps(latex)}, {{displayMode: {json.dumps(display)}}})"
    try:
        return SPARED.sub("", engine().eval(call))
    except Exception as error:  # the engine has its own, which a caller should not know
        raise ValueError(f"KaTeX cannot read {latex}: {error}") from error


def typeset(text):
    r"""HTML in which each `$\displaystyle …$` of derivations is set, in its JSON, too.

    >>> typeset(r"<td>$\displaystyle 1 &lt; 2$</td>")[:21]
    '<td><span class="kate'
    """

    def in_data(found):
        data = inside(json.loads(found[0]))
        packed = json.dumps(data, separators=(",", ":"), ensure_ascii=False)
        return packed.replace("</", "<\\/").replace("<!", "\\u003c!")

    def inside(part):
        if isinstance(part, dict):
            return {name: inside(value) for name, value in part.items()}
        if isinstance(part, list):
            return [inside(value) for value in part]
        return in_text(part) if isinstance(part, str) else part

    def in_text(part):
        return INLINE.sub(lambda found: formula(html.unescape(found[1])), part)

    return in_text(DATA.sub(in_data, text))


def copy_katex(directory):
    """Put the style of formulas, their fonts and the licence into a directory."""
    shutil.copytree(
        KATEX, directory, ignore=shutil.ignore_patterns("*.js"), dirs_exist_ok=True
    )
