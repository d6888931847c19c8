"""The engine of the labs: numbers by Python, a picture described as data, one script for all.

A lab is five things, and one file:

    controls    a list: grid, integers, log_grid, log_integers, choice, toggle, view
    compute     one keyword for each control -> Frame, pure: all numbers, the sentence, the
                event's name
    picture     panels and their marks (`panels.py`): what is drawn, each in its role
    points      frame -> {name of a mark: (x, y)}, where it is now, in the axes' own numbers
    presets     {"too big": {"learning_rate": 0.03}, …}, a button each

`engine.js` draws it, in a notebook and in a saved page. It holds frames by state. What it
lacks it asks of the kernel, which goes on to send what may be wanted next; a saved page
carries a table of all states instead. `paper.py` draws the stored picture.
"""

import asyncio
import html
import inspect
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
    view,
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
    seen,
    text,
)
from .table import table

HERE = Path(__file__).parent
SLICE = 0.03  # seconds for which frames are computed ahead, before they are sent
CALM = 4  # the kernel rests up to so many times as long as a slice took; at first, as long
HURRY = 0.05  # seconds that a hand waits for a frame, before it gets an early one
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
        `toggle`, `view`; each is a trait of the lab, under its own name.
    compute : one keyword for each control but a view -> Frame. Where that takes long, with a
        keyword `seconds`: after so many it returns what it has, a `partial` frame, and is
        called again.
    picture : a Panel, a list of panels side by side, a tuple of them one above another; or
        frame -> such, for axes that change: it is called once for each `frame.scene`.
    points : frame -> {name of a mark: (x, y)}; numbers will do for x or y.
    presets : {label: the part of the state that it sets}, a button each.
    play : name of the slider along which a button plays.
    pin : names of controls whose present values a button pins: a second run is drawn with
        them, which follows the other controls.
    settings : controls behind a fold, which need Python: they call `choose`.
    describe : what the picture shows, type and axes; with the status it is the alt text.
    question : what the lab answers; it stands above it when it fills the screen.
    size : inches of the picture on paper, at 100 dots per inch.
    code : the name under which "Copy state" addresses the lab.

    Attributes
    ----------
    state, frame : the present one, a dict and what `compute` made of it.
    status : the sentence.
    pinned : {name: value} of a second run; {} is none.

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
    pinned = traitlets.Dict().tag(sync=True)
    locked = traitlets.Bool(False).tag(sync=True)
    waits = traitlets.Unicode().tag(sync=True)  # the notice of a question that locks it

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
        play="",
        pin=(),
        settings=(),
    ):
        self.title, self.question, self.code, self._size = title, question, code, size
        self._play, self._pin = play, list(pin)
        self._moving, self._patience, self._lock = False, math.inf, threading.RLock()
        super().__init__()
        self._open(controls, compute, picture, points, presets, describe, settings)
        self.box = widgets.VBox([self])
        self.observe(self._moved, list(self.controls))
        self.on_msg(self._asked)
        self.reset()

    def _open(self, controls, compute, picture, points, presets, describe, settings=()):
        """What the lab shows, from its beginning; the names of its controls stay."""
        self.controls = {control.name: control for control in controls}
        for name, control in self.controls.items():
            self.traits()[name].control = control
        self.points, self._compute = points, compute
        self.describe, self.presets = describe, dict(presets or {})
        self._hurries = "seconds" in inspect.signature(compute).parameters
        self._panels = picture if callable(picture) else lambda frame: picture
        self._scenes, self._last = {}, {}
        self.scene = {
            "title": self.title, "question": self.question, "code": self.code,
            "describe": describe, "aspect": self._size[0] / self._size[1],
            "presets": self.presets, "play": self._play, "pin": self._pin,
            "controls": list(map(_moved_by_hand, controls)),
            "settings": list(map(_moved_by_hand, settings)),
        }  # fmt: skip

    # ---- driving it

    @property
    def state(self):
        return {name: getattr(self, name) for name in self.controls}

    def compute(self, state, seconds=math.inf):
        """The Frame of a state, a dict; controls not in it are as they are. The lab stays."""
        state = {**self.state, **state}
        numbers = {c.name: state[c.name] for c in numeric(self.controls.values())}
        hurry = {"seconds": seconds} if self._hurries else {}
        frame = self._compute(**numbers, **hurry)
        frame.state = state
        return frame

    def lock(self, locked, waits=""):
        """Close or open all controls to hands; `set` works all the same.

        `waits` is the HTML that says why they are closed, and leads to the question.
        """
        self.locked, self.waits = locked, waits if locked else ""

    def pin(self, **values):
        """Draw a second run with these values, or the present ones, of what can be pinned."""
        values = values or {name: self.state[name] for name in self._pin}
        self.pinned = self.checked(values)
        return self

    def unpin(self):
        self.pinned = {}
        return self

    @alone
    def _go(self, state, seconds=math.inf):
        """Compute and show a state; an error is seen under the picture and in the cell."""
        try:
            frame = self.compute(state, seconds)
            shown = self._parts(frame)
        except Exception as error:
            self._failed(state, error)
            raise
        self.frame, self._moving = frame, True
        try:
            with self.hold_sync():
                for name, value in state.items():
                    setattr(self, name, value)
                self.shown = {"at": list(state.values()), **shown}
        finally:
            self._moving = False

    def _failed(self, state, error):
        words = f"The lab could not compute this: {error}"
        self.shown = {"at": list(state.values()), "error": words}

    @alone
    def _moved(self, change):
        """A trait was set: by a hand in the browser, by another widget, by code."""
        state = self.state
        here = self.shown.get("at") == list(state.values()) and "error" not in self.shown
        if not self._moving and not here:
            self._go(state, self._patience)

    @alone
    def set_state(self, sync_data):
        """A hand moved it, in the browser: that waits for an early frame at most."""
        self._patience = HURRY
        try:
            super().set_state(sync_data)
        finally:
            self._patience = math.inf

    @alone
    def _asked(self, lab, message, buffers):
        """The browser wants frames, or other data."""
        if "choose" in message:
            try:
                self.choose(**message["choose"])
            except Exception as error:
                self._failed(self.state, error)
                raise
        else:
            self._turn = message["turn"]
            self._ahead(self._turn, message["want"])

    @alone
    def _ahead(self, turn, wanted, slices=1):
        """Frames for states that may be visited next, as many as fit into a slice; then more.

        Each message to the kernel makes JupyterLab lay out its tool bar twice, in 6 ms that a
        moving hand waits. So the kernel goes on by itself, where a loop runs in its thread.
        """
        if turn != self._turn or self.comm is None:
            return  # others are wanted now, or the lab was let go
        began = time.perf_counter()
        if self.frame.partial:
            self._go(self.state, HURRY)
        tried, found = self._found(wanted, began + SLICE)
        left = wanted[tried:]
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # then the browser asks again
            loop = None
        more = loop is not None and bool(left or self.frame.partial)
        known, frames = [values for values, _ in found], [parts for _, parts in found]
        self.send({"turn": turn, "tried": tried, "more": more, "known": known,
                   "table": table(frames)})  # fmt: skip
        if more:
            pause = min(slices, CALM) * (time.perf_counter() - began)
            loop.call_later(pause, self._ahead, turn, left, slices + 1)

    def _found(self, wanted, stop):
        """How many wanted states were tried until `stop`, and (values, parts) of them."""
        found, tried = [], 0
        for values in wanted:
            tried += 1
            try:
                state = dict(zip(self.controls, values, strict=True))
                frame = self.compute(state, 0)
                if not frame.partial:
                    found.append((values, self._parts(frame)))
            except Exception:
                pass  # it is said when somebody goes there
            if time.perf_counter() > stop:
                break
        return tried, found

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
        if frame.partial:
            parts["partial"] = True
        if frame.table is not None:
            head, rows = frame.table
            parts["head"] = list(map(str, head))
            for i, column in enumerate(zip(*rows, strict=True)):
                parts[f"column {i}"] = list(map(str, column))
        for name, (panel, mark, at) in self.drawn(frame).items():
            if mark.at is None:
                parts |= self._placed(name, panel, mark, at)
        return parts

    def _placed(self, name, panel, mark, at):
        """Where a mark is, in parts; they are found once while it stays there."""
        where, before, parts = self._last.get(name, (None, (), {}))
        if where is not panel or any(a is not b for a, b in zip(at, before)):  # noqa: B905
            third = "words" if mark.kind == "text" else "more"
            sides = zip(("x", "y", third), placed(panel, mark, at))  # noqa: B905
            parts = {f"{side} {name}": places for side, places in sides}
            self._last[name] = panel, at, parts
        return parts

    # ---- without a kernel

    def stops(self, most=MOST):
        """The controls with at most so many states together: of long sliders every second.

        The ends, the defaults, those of the presets, the present state and the pinned values
        are kept.
        """
        here = [self.state, self.state | self.pinned]
        kept = [{c.name: c.default for c in self.controls.values()}, *here]
        kept += self.presets.values()
        controls = dict(self.controls)
        sliders = [name for name, c in controls.items() if c.slides]
        while sliders and math.prod(len(c.values) for c in numeric(controls.values())) > most:
            long = max(map(controls.get, sliders), key=lambda c: len(c.values))
            stay = {state.get(long.name) for state in kept} | {long.values[-1]}
            few = tuple(v for i, v in enumerate(long.values) if i % 2 == 0 or v in stay)
            if few == long.values:  # not one is left that could go
                break
            controls[long.name] = replace(long, values=few)
        for name, c in controls.items():
            if c.slides:
                values = {*c.values, *(state[name] for state in here)}
                controls[name] = replace(c, values=tuple(sorted(values)))
        return list(controls.values())

    def table(self, controls):
        """Every state of the stops, in order, as compressed text in base64."""
        names, values = zip(*((c.name, c.values) for c in numeric(controls)), strict=True)
        states = (dict(zip(names, stop, strict=True)) for stop in itertools.product(*values))
        known = table(self._parts(self.compute(state)) for state in states)
        known = json.dumps(known, separators=(",", ":"), ensure_ascii=False)
        # level 9 would take four times as long, for 2 % less
        return b64encode(zlib.compress(known.encode(), 7)).decode("ascii")

    def stored(self, most=MOST):
        """What `revive` of engine.js is given: the present state, and the table."""
        controls = self.stops(most)
        scene = {**self.scene, "controls": list(map(_moved_by_hand, controls))}
        known = {"scene": scene, "state": self.state, "shown": self.shown,
                 "pinned": self.pinned, "waits": self.waits}  # fmt: skip
        numbers = json.dumps(known, separators=(",", ":")).replace("<", "\\u003c")
        return f'{numbers}, "{self.table(controls)}"'

    def script(self):
        """The lab as HTML that moves by itself: style, script and table."""
        module = (HERE / "engine.js").read_text("utf-8").replace("export default", "return")
        return (
            f"<style>\n{(HERE / 'engine.css').read_text('utf-8')}</style>\n"
            f'<div class="glm-instrument"></div>\n<script>\n((here) => {{\n'
            f"const lab = (function () {{\n{module}\n}})();\n"
            f"lab.revive(here, {self.stored()});\n"
            "})(document.currentScript.previousElementSibling);\n</script>"
        )

    def to_html(self, path):
        """Write one HTML file that shows this lab and moves without kernel and network.

        Returns the Path. Raises OSError when the file cannot be written.
        """
        path = Path(path)
        title, question = map(html.escape, (self.title, self.scene["question"]))
        page = PAGE.format(title=title, question=question, body=self.script(),
                           picture=self._html())  # fmt: skip
        path.write_text(page, encoding="utf-8")
        return path

    def figure(self, frame=None):
        """The picture of a frame, the present one by default, as a Matplotlib figure."""
        from .paper import draw

        frame = self.frame if frame is None else frame
        views = [v for n, v in frame.state.items() if self.controls[n].kind == "view"]
        picture = seen(self.panels(frame)[0], *views) if views else self.panels(frame)[0]
        other = self.compute({**frame.state, **self.pinned}) if self.pinned else None
        same = other is not None and repr(other.scene) == repr(frame.scene)  # axes
        then = self._places(other) if same else None
        return draw(picture, self._places(frame), self._size, then)

    def _places(self, frame):
        return {name: at for name, (_, _, at) in self.drawn(frame).items()}

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


def numeric(controls):
    """The controls that numbers depend on: all but those of views."""
    return [c for c in controls if c.kind != "view"]


def _moved_by_hand(control):
    """What the browser needs to know of a control."""
    c = control
    return {"name": c.name, "label": c.label, "values": c.values, "kind": c.kind,
            "default": c.default, "words": [c.format(v) for v in c.values]}  # fmt: skip


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
body {{ margin: 0; padding: 0 1em; font-family: sans-serif; }}
h1 {{ font-size: 1.2em; margin: 0.4em 0; }}
.glm-instrument:not(:fullscreen) > .question {{ display: none; }}
@media screen and (prefers-color-scheme: dark) {{ body {{ background: #111; color: #eee; }} }}
</style>
</head>
<body>
<main>
<h1>{question}</h1>
<noscript>{picture}</noscript>
{body}
</main>
</body>
</html>
"""
