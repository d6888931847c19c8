"""The engine of the labs: numbers by Python, a picture described as data, one script for all.

A lab is five things, and one file:

    controls    a list: grid, integers, log_grid, log_integers, choice, toggle
    compute     one keyword for each control -> Frame, pure: all numbers, the sentence, the
                event's name
    picture     panels and their marks (`panels.py`): what is drawn, each in its role
    points      frame -> {name of a mark: (x, y)}, where it is now, in the axes' own numbers
    presets     {"too big": {"learning_rate": 0.03}, …}, a button each

`engine.js` draws it, in a notebook and in a saved page. It holds frames by state. What it
lacks it asks of the kernel, and while nothing moves it asks for what may be wanted next; a
saved page carries a table of all states instead. `paper.py` draws the stored picture.
"""

import html
import itertools
import json
import math
import threading
import time
import zlib
from base64 import b64encode
from dataclasses import replace
from pathlib import Path

import anywidget
import ipywidgets as widgets
import traitlets

from ..steps.tables import widget_and_text
from ..watched import running_cell
from .controls import (  # noqa: F401
    Frame,
    choice,
    grid,
    integers,
    log_grid,
    log_integers,
    plain,
    toggle,
)
from .driven import Driven, alone
from .panels import (  # noqa: F401
    Panel,
    band,
    described,
    dots,
    leaves,
    line,
    placed,
    text,
)

HERE = Path(__file__).parent
SLICE = 0.03  # seconds for which frames are computed ahead, before the kernel answers again
MOST = 4000  # states of a saved page
SHOWN = {}  # cell of a notebook -> (its last run, the labs that this run shows)


class Place(traitlets.TraitType):
    """A control as a trait of its lab: other widgets can observe, link and drive it."""

    def __init__(self, control):
        super().__init__(control.default)
        self.control = control

    def validate(self, lab, value):
        try:
            return self.control.check(value)
        except (TypeError, ValueError) as error:
            raise traitlets.TraitError(str(error)) from None


class Lab(Driven, anywidget.AnyWidget):
    """A live lab. Displaying it shows it; `set`, or a control's own trait, drives it.

    Parameters
    ----------
    title : str
    controls : at most three of `grid`, `integers`, `log_grid`, `log_integers`, `choice`,
        `toggle`; each is a trait of the lab, under its own name.
    compute : one keyword for each control -> Frame.
    picture : a Panel, a list of panels side by side, a tuple of them one above another; or
        frame -> such, for axes that change: it is called once for each `frame.scene`.
    points : frame -> {name of a mark: (x, y)}; numbers will do for x or y.
    presets : {label: the part of the state that it sets}, a button each.
    describe : what the picture shows, type and axes; with the status it is the alt text.
    question : what the lab answers; it stands above it when it fills the screen.
    size : inches of the picture on paper, at 100 dots per inch.
    code : the name under which "Copy state" addresses the lab.

    Attributes
    ----------
    state, frame : the present one, a dict and what `compute` made of it.
    status : the sentence.

    Raises ValueError for more than three controls, and whatever `compute` raises.

    >>> lab = Lab(title="a square", controls=[integers("x", "x", range(5), 2)],
    ...           compute=lambda x: Frame(f"{x} times {x} is {x * x}.", square=x * x),
    ...           picture=Panel((0, 5), (0, 20), [dots("here", "now")]),
    ...           points=lambda frame: {"here": (2, frame.square)})
    >>> lab.set(x=4).status, lab.x
    ('4 times 4 is 16.', 4)
    """

    _esm = HERE / "engine.js"
    _css = HERE / "engine.css"
    scene = traitlets.Dict().tag(sync=True)  # what never changes
    shown = traitlets.Dict().tag(sync=True)  # the frame of the state, or what went wrong
    locked = traitlets.Bool(False).tag(sync=True)

    def __new__(cls, *args, controls, **kwargs):
        if not 1 <= len(controls) <= 3:
            raise ValueError(f"a lab has one to three controls, got {len(controls)}")
        traits = {c.name: Place(c).tag(sync=True) for c in controls}
        if taken := [name for name in traits if hasattr(cls, name)]:
            raise ValueError(
                f"a lab has a {taken[0]!r} of its own: name the control otherwise"
            )
        return super().__new__(type(cls.__name__, (cls,), traits))

    def __init__(
        self,
        *,
        title,
        controls,
        compute,
        picture,
        points=lambda frame: {},
        presets=None,
        describe="",
        question="",
        size=(9.6, 4.4),
        code="lab",
    ):
        self.title, self.describe, self.presets = title, describe, dict(presets or {})
        self.controls = {control.name: control for control in controls}
        self.points, self._compute, self._size = points, compute, size
        self._panels = picture if callable(picture) else lambda frame: picture
        self._scenes, self._moving, self._lock = {}, False, threading.RLock()
        super().__init__()
        self.scene = {
            "title": title, "question": question, "code": code, "describe": describe,
            "aspect": size[0] / size[1], "presets": self.presets,
            "controls": list(map(_moved_by_hand, controls)),
        }  # fmt: skip
        self.box = widgets.VBox([self])  # where a prediction puts its notice
        self.observe(self._moved, list(self.controls))
        self.on_msg(self._wanted)
        self.reset()

    # ---- driving it

    @property
    def state(self):
        return {name: getattr(self, name) for name in self.controls}

    def compute(self, state):
        """The Frame of a state, a dict with a value for each control; the lab stays."""
        return self._compute(**state)

    def lock(self, locked):
        """Close or open all controls to hands; `set` works all the same."""
        self.locked = locked

    @alone
    def _go(self, state):
        """Compute and show a state; an error is seen under the picture and in the cell."""
        try:
            frame = self.compute(state)
            shown = self._parts(frame)
        except Exception as error:
            words = f"The lab could not compute this: {error}"
            self.shown = {"at": list(state.values()), "error": words}
            raise
        self.frame, self._moving = frame, True
        try:
            with self.hold_sync():
                for name, value in state.items():
                    setattr(self, name, value)
                self.shown = {"at": list(state.values()), **shown}
        finally:
            self._moving = False

    @alone
    def _moved(self, change):
        """A trait was set: by a hand in the browser, by another widget, by code."""
        state = self.state
        here = self.shown.get("at") == list(state.values()) and "error" not in self.shown
        if not self._moving and not here:
            self._go(state)

    @alone
    def _wanted(self, lab, message, buffers):
        """Frames for states that may be visited next: as many as fit into a slice."""
        stop, found, tried = time.perf_counter() + SLICE, [], 0
        for values in message["want"]:
            tried += 1
            try:
                state = dict(zip(self.controls, values, strict=True))
                found.append((values, self._parts(self.compute(state))))
            except Exception:
                pass  # it is said when somebody goes there
            if time.perf_counter() > stop:
                break
        pool, rows = pooled(parts for _, parts in found)
        known = [[values, row] for (values, _), row in zip(found, rows, strict=True)]
        self.send({"tried": tried, "pool": pool, "known": known})

    # ---- the description of a frame

    def panels(self, frame):
        """The panels of a frame, and their number among those met so far."""
        scene = repr(frame.scene)
        if scene not in self._scenes:
            picture = self._panels(frame)
            names = [mark.name for panel in leaves(picture) for mark in panel.marks]
            if twice := {name for name in names if names.count(name) > 1}:
                raise ValueError(f"two marks are called {min(twice)!r}: each has its own name")
            number = {"number": len(self._scenes)}
            self._scenes[scene] = picture, described(picture) | number
        return self._scenes[scene]

    def drawn(self, frame):
        """{name of a mark: (its panel, the mark, (x, y))} of a frame."""
        moving = self.points(frame)
        return {
            mark.name: (panel, mark, moving[mark.name] if mark.at is None else mark.at)
            for panel in leaves(self.panels(frame)[0])
            for mark in panel.marks
        }

    def _parts(self, frame):
        """All that the browser needs to show a frame, in parts that frames may share."""
        parts = {"say": frame.status, "event": frame.event, "panels": self.panels(frame)[1]}
        if frame.table is not None:
            head, rows = frame.table
            parts["head"] = list(map(str, head))
            for i, column in enumerate(zip(*rows, strict=True)):
                parts[f"column {i}"] = list(map(str, column))
        for name, (panel, mark, at) in self.drawn(frame).items():
            if mark.at is None:
                for side, places in zip(("x", "y", "more"), placed(panel, mark, at)):  # noqa: B905
                    parts[f"{side} {name}"] = places
        return parts

    # ---- without a kernel

    def stops(self):
        """The controls with as many stops as a page can hold: of long sliders every second.

        The ends, the defaults, those of the presets and the present state are kept.
        """
        kept = [{c.name: c.default for c in self.controls.values()}, self.state]
        kept += self.presets.values()
        controls = dict(self.controls)
        while math.prod(len(c.values) for c in controls.values()) > MOST:
            name, long = max(controls.items(), key=lambda item: len(item[1].values))
            stay = {state.get(name) for state in kept} | {long.values[-1]}
            few = tuple(v for i, v in enumerate(long.values) if i % 2 == 0 or v in stay)
            controls[name] = replace(long, values=few)
        here = {name: sorted({*c.values, self.state[name]}) for name, c in controls.items()
                if c.kind in ("number", "integer")}  # fmt: skip
        return [replace(c, values=tuple(here.get(n, c.values))) for n, c in controls.items()]

    def table(self, controls):
        """Every state of the stops, in order, as compressed text in base64."""
        stops = itertools.product(*(c.values for c in controls))
        states = (dict(zip(self.controls, values, strict=True)) for values in stops)
        pool, rows = pooled(self._parts(self.compute(state)) for state in states)
        known = json.dumps({"pool": pool, "rows": rows}, separators=(",", ":"))
        return b64encode(zlib.compress(known.encode(), 9)).decode("ascii")

    def script(self):
        """The lab as HTML that moves by itself: style, script and table."""
        controls = self.stops()
        scene = {**self.scene, "controls": list(map(_moved_by_hand, controls))}
        known = {"scene": scene, "state": self.state, "shown": self.shown}
        numbers = json.dumps(known, separators=(",", ":")).replace("<", "\\u003c")
        module = (HERE / "engine.js").read_text("utf-8").replace("export default", "return")
        return (
            f"<style>\n{(HERE / 'engine.css').read_text('utf-8')}</style>\n"
            f'<div class="glm-instrument"></div>\n<script>\n((here) => {{\n'
            f"const lab = (function () {{\n{module}\n}})();\n"
            f'lab.revive(here, {numbers}, "{self.table(controls)}");\n'
            "})(document.currentScript.previousElementSibling);\n</script>"
        )

    def to_html(self, path):
        """Write one HTML file that shows this lab and moves without kernel and network.

        Returns the Path. Raises OSError when the file cannot be written.
        """
        path = Path(path)
        page = PAGE.format(title=html.escape(self.title), body=self.script(),
                           picture=self._html())  # fmt: skip
        path.write_text(page, encoding="utf-8")
        return path

    def figure(self, frame=None):
        """The picture of a frame, the present one by default, as a Matplotlib figure."""
        from .paper import draw

        frame = self.frame if frame is None else frame
        points = {name: at for name, (_, _, at) in self.drawn(frame).items()}
        return draw(self.panels(frame)[0], points, self._size)

    # ---- showing it

    def _html(self):
        return self.picture()._repr_mimebundle_()["text/html"]

    def _repr_mimebundle_(self, include=None, exclude=None, **kwargs):
        """The view, the picture with alt text, and a fixed sentence.

        Where somebody looks on, the picture is an output of its own, which the view hides:
        it is what remains when the notebook is opened again without its kernel.
        """
        bundle, words = self.picture()._repr_mimebundle_(), f"Live lab: {self.title}."
        cell = running_cell()
        if cell is None:
            return bundle | widget_and_text(self.box, bundle["text/html"], words)
        from IPython.display import publish_display_data

        self._let_go(*cell)
        publish_display_data({"text/html": STORED.format(bundle["text/html"]),
                              "text/plain": words})  # fmt: skip
        return widget_and_text(self.box, "", words)

    def _let_go(self, cell, run):
        """The labs that an earlier run of this cell made are closed: nobody sees them."""
        before = SHOWN.pop(cell, (run, []))
        kept = before[1] if before[0] == run else []
        elsewhere = [lab for _, labs in SHOWN.values() for lab in labs]
        for lab in before[1]:
            if lab not in [*kept, *elsewhere, self]:
                lab.close()
        SHOWN[cell] = run, [*kept, self]

    def close(self):
        """Let go of the lab here and in the browser; whatever shows it stays empty."""
        if "box" in vars(self):  # it was made to the end
            for part in (self.box, self.box.layout, self.layout):
                part.close()
        super().close()


def _moved_by_hand(control):
    """What the browser needs to know of a control."""
    c = control
    return {"name": c.name, "label": c.label, "values": c.values, "kind": c.kind,
            "default": c.default, "words": [c.format(v) for v in c.values]}  # fmt: skip


def pooled(frames):
    """Dicts of parts as ([JSON text of a key and a part], [the places of each frame's])."""
    pool, rows = {}, []
    for parts in frames:
        packed = (json.dumps(part, separators=(",", ":")) for part in parts.items())
        rows.append([pool.setdefault(part, len(pool)) for part in packed])
    return list(pool), rows


# JupyterLab says "model not found" below it, when there is no kernel; the picture is there.
STORED = """<style>
.jp-OutputArea-child:has(.glm-stored) + .jp-OutputArea-child:not(:has(.glm-instrument)) {{
display: none; }}</style>
<div class="glm-stored">{}
<p><small>The picture as it was stored. Run this cell, and it moves.</small></p></div>"""

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Lab: {title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ margin: 0 auto; max-width: 1600px; padding: 0 1em; font-family: sans-serif; }}
h1 {{ font-size: 1.2em; margin: 0.4em 0; }}
@media (prefers-color-scheme: dark) {{ body {{ background: #111; color: #eee; }} }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
<noscript>{picture}</noscript>
{body}
</main>
</body>
</html>
"""
