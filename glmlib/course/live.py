"""What asks and what is walked is alive with a kernel, and on a page without one.

With a kernel a `View` shows it, an anywidget. Without one an output holds the same as HTML:
what a reader without scripts sees, such as the question and its options; and all that
`live.js` needs as JSON. The script itself stands once on a page, in its first such output:
`jupyter nbconvert --to html` of a stored notebook gives living questions and derivations.

What a prediction says is computed when the output is made, and sealed. That hides it from a
glance at the source, and from a search in it. It hides nothing from a programmer: the page
can open it, so everybody can.
"""

import html
import json
import re
from base64 import b64decode, b64encode
from hashlib import sha256
from pathlib import Path

import anywidget
import traitlets

from .steps.tables import widget_and_text
from .watched import running_cell

HERE = Path(__file__).parent
ON_THE_PAGE = []  # whether an output of this kernel has the script already
# Where there is no kernel, JupyterLab says "model not found" below it; else the view stands
# there. One of the two is seen.
KEPT = """<style>
.jp-OutputArea-child:has(.glm-kept) + .jp-OutputArea-child:not(:has(.glm-live)),
.jp-OutputArea-child:has(.glm-kept):has(+ .jp-OutputArea-child .glm-live) {{ display: none; }}
</style>
<div class="glm-kept">{}</div>"""


class View(anywidget.AnyWidget):
    """A gate, a stepper or mixed lines in the browser, with a kernel.

    `heard(message)` is called with what a hand asks for, `moved(state)` with where it moves.
    """

    _esm, _css = HERE / "live.js", HERE / "live.css"
    data = traitlets.Dict().tag(sync=True)  # what never changes
    table = traitlets.Unicode().tag(sync=True)  # the table that is walked
    state = traitlets.Dict().tag(sync=True)  # where hands and code have moved it
    now = traitlets.Dict().tag(sync=True)  # what was said since
    locked = traitlets.Bool(False).tag(sync=True)
    waits = traitlets.Unicode().tag(sync=True)  # the notice of a question that holds it

    def __init__(self, heard, moved=None, **parts):
        super().__init__(**parts)
        self.on_msg(lambda _, message, buffers: heard(message))
        if moved is not None:
            self.observe(lambda change: moved(change["new"]), "state")

    def tell(self, **now):
        """Say something new; the browser hears it even if it is the same again."""
        self.now = {**now, "turn": self.now.get("turn", 0) + 1}

    def lock(self, locked, waits=""):
        self.locked, self.waits = locked, waits if locked else ""


def key_of(*parts):
    """A short name of what is asked; another question has another one."""
    return sha256(json.dumps(parts).encode()).hexdigest()[:16]


def number_of(text):
    """The hash of Fowler, Noll and Vo, 32 bits; `live.js` has the same."""
    found = 2166136261
    for byte in text.encode():
        found = (found ^ byte) * 16777619 % 2**32
    return found


def mixed(raw, key):
    """Bytes, each changed by the next of a random sequence that starts from the key."""
    state = number_of(key)
    for byte in raw:
        state = (state * 1664525 + 1013904223) % 2**32
        yield byte ^ state >> 24


def sealed(words, key, length=0):
    """Words as text that cannot be read at a glance; as long as `length` characters would be.

    >>> sealed("to the left", "a question")
    '/cSLI5ZPX/LMNrI='
    >>> unsealed(sealed("to the left", "a question"), "a question")
    'to the left'
    """
    raw = words.encode()
    return b64encode(bytes(mixed(raw + b" " * (length - len(raw)), key))).decode()


def unsealed(packed, key):
    """What was sealed; `live.js` has the same."""
    return bytes(mixed(b64decode(packed), key)).decode().rstrip()


def script():
    """Style and script, once for a page; it revives all that stands on it, and what comes."""
    code = (HERE / "live.js").read_text("utf-8").replace("export default", "return")
    code = re.sub(r"(^|\s)//.*", "", code, flags=re.MULTILINE)
    code = re.sub(r" (=>|=+|[?|&]{2}) ", r"\1", re.sub(r"\s+", " ", code)).strip()
    style = re.sub(r"/\*.*?\*/", "", (HERE / "live.css").read_text("utf-8"))
    style = re.sub(r"\s*([{};])\s*|(?<=[:,])\s+", r"\1", style)
    return (
        f"<style>{style}</style>\n<script>window.glmLive ??= (() => {{ {code} }})().revive;"
        "</script>\n"
    )


def part(data, text, state=None, now=None, waits=""):
    """The part of a page that comes alive: `text` for whoever has no scripts, and the data."""
    data = {**data, "state": state or {}, "now": now or {}, "waits": waits}
    packed = json.dumps(data, separators=(",", ":"), ensure_ascii=False)
    packed = packed.replace("<", "\\u003c")
    return (
        f'<div class="glm-live" data-key="{data["key"]}">{text}'
        f'<script type="application/json">{packed}</script></div>'
        "<script>window.glmLive?.()</script>"
    )


def once(text):
    """The part with the script before it, if it is the first of the page.

    What somebody has made at the screen is looked at one output at a time: each has it.
    """
    if running_cell() is None and ON_THE_PAGE:
        return text
    ON_THE_PAGE.append(True)
    return script() + text


def shown(view, text, plain):
    """The parts of an output: the view, and what it is without a kernel.

    Where somebody looks on, the latter is an output of its own, of which the view takes the
    place: it is what remains when the notebook is opened again without its kernel.
    """
    text = once(text)
    if running_cell() is None:
        return widget_and_text(view, text, plain)
    from IPython.display import publish_display_data

    publish_display_data({"text/html": KEPT.format(text), "text/plain": plain})
    return widget_and_text(view, "", plain)


def write_page(path, title, *parts):
    """Write one HTML file with these parts; it needs neither kernel nor network."""
    from .labs.engine import PAGE

    body = script() + "\n".join(parts)
    title = html.escape(title)
    page = PAGE.format(title=title, question=title, body=body, picture="")
    path = Path(path)
    path.write_text(page, encoding="utf-8")
    return path
