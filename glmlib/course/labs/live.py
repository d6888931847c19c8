"""The engine of the live labs: a picture that follows at most three controls.

A lab is five things, and one file:

    controls    a list: grid, integers, log_grid, log_integers, choice, toggle
    compute     state -> Frame, pure: all numbers, the status sentence, the event's name
    draw        (fig, frame) -> {name: artist}: what stands still, and empty moving artists
    points      frame -> {name: (x, y)}: where each moving artist is now
    presets     {"too big": {"learning_rate": 0.03}, …}, a button each

`plots.panel`, `plots.line` and `plots.marks` make the axes and the artists in the colours
of the course.

The figure persists. Its static part is kept as a background; at each move only the moving
artists are drawn on top, and the pixels are sent as a PNG. `draw` is called once for each
`frame.scene`, of which the last few are kept. Numbers stand in the status sentence under
the picture and not in it: text is the dearest artist.
"""

import asyncio
import functools
import html
import io
import struct
import threading
import zlib
from base64 import b64encode
from pathlib import Path

import anywidget
import ipywidgets as widgets
import matplotlib.style
import numpy as np
import traitlets
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from PIL import Image

from ..steps.tables import widget_and_text
from .controls import (  # noqa: F401
    Control,
    Frame,
    choice,
    grid,
    integers,
    log_grid,
    log_integers,
    plain,
    toggle,
)

HERE = Path(__file__).parent
# Jupyter's server holds back what does not fill a TCP segment until the last message is
# acknowledged, which takes 25 to 40 ms. On one machine a segment has 65,483 bytes, more than
# a picture: filled up, it leaves at once. Decoders stop at the end of the PNG.
SEGMENT = 70_000
SCENES = 6  # static parts that a lab keeps, 3 MB each


# ---- pixels


def move(artist, data):
    """Give a line its points (x, y), or a collection of lines its segments."""
    if isinstance(artist, LineCollection):
        artist.set_segments(data)
    else:
        artist.set_data(*np.broadcast_arrays(*np.atleast_1d(*data)))


def encode_png(rgba, level=1):
    """Pixels (height, width, 4) as the bytes of a PNG without transparency.

    Rows are not filtered and barely compressed: it is the fastest PNG, not the smallest.
    """
    height, width = rgba.shape[:2]
    rows = np.zeros((height, 1 + 3 * width), dtype=np.uint8)
    for channel in range(3):  # four times as fast as all three at once
        rows[:, 1 + channel :: 3] = rgba[:, :, channel]

    def chunk(kind, data):
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(rows.tobytes(), level)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", pixels)
        + chunk(b"IEND", b"")
    )


class Picture:
    """One state of a lab as an ordinary output: a picture with alt text, no controls."""

    def __init__(self, png, alt, status):
        self.png, self.alt, self.status = png, alt, status

    def __repr__(self):
        return self.alt

    def _repr_mimebundle_(self, include=None, exclude=None):
        data = b64encode(self.png).decode("ascii")
        alt, status = html.escape(self.alt), html.escape(self.status)
        image = f'<img alt="{alt}" src="data:image/png;base64,{data}">'
        return {
            "text/html": f"{image}\n<p>{status}</p>",
            "image/png": data,
            "text/plain": self.alt,
        }


class Screen(anywidget.AnyWidget):
    """The picture, its alt text, the status sentence and the names, in the browser."""

    _esm = HERE / "live.js"
    _css = HERE / "live.css"
    png = traitlets.Bytes(b"").tag(sync=True)
    size = traitlets.Tuple((0, 0)).tag(sync=True)
    alt = traitlets.Unicode("").tag(sync=True)
    status = traitlets.Unicode("").tag(sync=True)
    busy = traitlets.Bool(False).tag(sync=True)
    failed = traitlets.Bool(False).tag(sync=True)
    code = traitlets.Unicode("").tag(sync=True)
    names = traitlets.List([]).tag(sync=True)
    turn = traitlets.Int(0).tag(sync=True)
    local = traitlets.Bool(False).tag(sync=True)  # whether browser and kernel share a machine


def alone(method):
    """The method with the lab to itself.

    JupyterLab lets the callbacks of widgets run in a thread beside that of the cells (a
    subshell), so that a hand, a cell and what is computed ahead may move a lab at once.
    """

    @functools.wraps(method)
    def waiting(self, *args, **kwargs):
        with self._lock:
            return method(self, *args, **kwargs)

    return waiting


class Lab:
    """A live lab. Displaying it shows it; `set` drives it from code.

    Parameters
    ----------
    title : str
    controls : at most three of `grid`, `integers`, `log_grid`, `log_integers`, `choice`,
        `toggle`.
    compute : state (a dict, one entry a control) -> Frame.
    draw : (fig, frame) -> {name: artist}, the moving artists.
    points : frame -> {name: (x, y)}; numbers will do for x or y, and a collection takes its
        segments. An artist that is not named stays where it is.
    update : (artists, frame), for what `points` cannot say, such as another colour.
    presets : {label: the part of the state that it sets}, a button each.
    describe : what the picture shows, type and axes; with the status it is the alt text.
    size : inches, at 100 dots per inch.
    code : the name under which "Copy state" addresses the lab.
    resumable : whether `compute(state, seconds)` may return early with `partial=True`.
    idle : seconds -> True when nothing is left to be computed ahead, or None.

    Raises ValueError for more than three controls, and whatever `compute` raises.
    """

    def __init__(
        self,
        *,
        title,
        controls,
        compute,
        draw,
        points=lambda frame: {},
        update=lambda artists, frame: None,
        presets=None,
        describe="",
        size=(9.6, 4.4),
        code="lab",
        resumable=False,
        idle=None,
    ):
        if not 1 <= len(controls) <= 3:
            raise ValueError(f"a lab has one to three controls, got {len(controls)}")
        self.title, self.compute, self.describe = title, compute, describe
        self.controls = {control.name: control for control in controls}
        self.presets = dict(presets or {})
        self._draw, self._points, self._update, self._code = draw, points, update, code
        self._resumable, self._idle = resumable, idle
        self._lock = threading.RLock()
        self._syncing = False
        self._size, self._scenes = size, []
        self._build_widgets()
        self._go({control.name: control.default for control in controls})

    # ---- driving it from code

    @alone
    def set(self, **state):
        """Move to a state; controls that are not named stay. Returns the lab."""
        for name in state:
            if name not in self.controls:
                raise ValueError(f"no control {name!r}: there are {', '.join(self.controls)}")
        checked = {name: self.controls[name].check(value) for name, value in state.items()}
        self._go({**self.state, **checked})
        return self

    def preset(self, label):
        """Press a preset button."""
        return self.set(**self.presets[label])

    def reset(self):
        """Back to where the lab began."""
        return self.set(**{c.name: c.default for c in self.controls.values()})

    def lock(self, locked):
        """Close or open all controls to hands; `set` works all the same."""
        parts = [part for parts in self._moving.values() for part in parts]
        for part in [*parts, *self.buttons.values()]:
            part.disabled = locked

    @property
    def status(self):
        return self.frame.status

    @property
    def alt(self):
        return f"{self.describe} {self.status}".strip()

    def pixels(self):
        """The picture as an array (height, width, 4) of bytes."""
        return np.asarray(self._canvas.buffer_rgba())

    @alone
    def picture(self, **state):
        """A state as an ordinary output that needs no kernel; the lab stays where it is."""
        back = self.state
        self.set(**state)
        png = io.BytesIO()  # small, because it is stored; the moving pictures are fast instead
        image = Image.fromarray(self.pixels()[:, :, :3])
        image.quantize(128, dither=Image.Dither.NONE).save(png, "PNG", optimize=True)
        picture = Picture(png.getvalue(), self.alt, self.status)
        if state:
            self.set(**back)
        return picture

    # ---- one move

    @alone
    def _go(self, state, seconds=None):
        """Compute, draw and send a state. With `seconds`, draw early and go on later."""
        try:
            if seconds is not None and self._resumable:
                frame = self.compute(state, seconds)
            else:
                frame = self.compute(state)
            self._paint(frame)
        except Exception as error:
            # Seen under the picture and in the cell's output: never swallowed.
            self.screen.status = f"The lab could not compute this: {error}"
            self.screen.failed = True
            self.screen.turn += 1
            raise
        self.state, self.frame = state, frame
        self._send()
        if frame.partial:  # go on when the kernel is idle, unless a newer state came
            asyncio.get_running_loop().call_later(0.005, self._go_on, state)

    @alone
    def _go_on(self, state):
        if self.state is state:
            self._go(state, 0.03)

    def _paint(self, frame):
        known = [scene for scene in self._scenes if scene[0] == frame.scene]
        scene = known[0] if known else (frame.scene, *self._drawn(frame))
        # the last few are kept: to come back to one is then as cheap as to stay
        self._scenes = [scene, *(old for old in self._scenes if old is not scene)][:SCENES]
        _, self.fig, self._artists, self._background = scene
        self._canvas = self.fig.canvas
        for name, data in self._points(frame).items():
            move(self._artists[name], data)
        self._update(self._artists, frame)
        self._canvas.restore_region(self._background)
        for artist in self._artists.values():
            self.fig.draw_artist(artist)

    def _drawn(self, frame):
        """The figure, its moving artists, and the pixels of all that stands still."""
        fig = Figure(figsize=self._size, dpi=100)
        canvas = FigureCanvasAgg(fig)
        with matplotlib.style.context("default"), matplotlib.rc_context({"font.size": 12}):
            artists = self._draw(fig, frame)
        for artist in artists.values():
            artist.set_animated(True)
        canvas.draw()
        return fig, artists, canvas.copy_from_bbox(fig.bbox)

    def _send(self):
        screen, arguments = self.screen, ", ".join(f"{k}={v!r}" for k, v in self.state.items())
        with screen.hold_sync():
            png = encode_png(self.pixels())
            screen.png = png.ljust(SEGMENT, b"\0") if screen.local else png
            screen.alt, screen.status, screen.failed = self.alt, self.status, False
            screen.busy = self.frame.partial
            screen.code = f"{self._code}.set({arguments})"
            screen.names = [
                [c.name, c.label, c.format(self.state[c.name])] for c in self.controls.values()
            ]
            screen.turn += 1
        self._follow()
        if self._data.value:
            self._table.value = table_html(self.frame.table)

    # ---- widgets

    def _build_widgets(self):
        self.screen = Screen(size=tuple(int(side * 100) for side in self._size))
        self._moving = {}
        rows = [self._control_row(control) for control in self.controls.values()]
        buttons = [self._button(label, lambda label=label: self.presets[label])
                   for label in self.presets]  # fmt: skip
        defaults = {c.name: c.default for c in self.controls.values()}
        self._data = widgets.ToggleButton(False, description="Show data")
        self._data.observe(lambda change: self._show_table(), "value")
        self._table = widgets.HTML()
        buttons += [self._button("Reset", lambda: defaults), self._data]
        self.buttons = {button.description: button for button in buttons}
        top = widgets.HBox(buttons).add_class("glm-row")
        self.box = widgets.VBox([top, *rows, self.screen, self._table]).add_class("glm-lab")
        self.screen.on_msg(self._arrow)

    def _button(self, label, state):
        button = widgets.Button(description=label)
        button.on_click(lambda _: self._moved(state()))
        return button

    def _control_row(self, control):
        """The widgets of one control, in a row; `_moving` remembers how to set them."""
        name = control.name
        if control.kind == "toggle":
            parts = [widgets.Checkbox(control.default, description=control.label)]
        elif control.kind == "choice":
            parts = [widgets.ToggleButtons(
                options=control.values, value=control.default, description=control.label
            )]  # fmt: skip
        else:
            slider = widgets.IntSlider(
                control.nearest(control.default), 0, len(control.values) - 1,
                description=control.label, readout=False,
            )  # fmt: skip
            kind = (
                widgets.BoundedIntText
                if control.kind == "integer"
                else widgets.BoundedFloatText
            )
            low, high = control.values[0], control.values[-1]
            box = kind(value=control.default, min=low, max=high)
            box.layout.width = "110px"
            if control.kind == "number":
                box.add_class(f"glm-grid-{name}")
            slider.observe(lambda c: self._moved({name: control.values[c["new"]]}), "value")
            parts = [slider, box]
        shown = parts[-1]
        shown.observe(lambda c: self._moved({name: control.check(c["new"])}), "value")
        self._moving[name] = parts
        for part in parts:
            part.add_class(f"glm-{name}")
        return widgets.HBox(parts).add_class("glm-row")

    @alone
    def _moved(self, changes):
        """A widget was moved by hand, or by its own trait."""
        if not self._syncing:
            self._go({**self.state, **changes}, seconds=0.08 if running() else None)

    @alone
    def _arrow(self, screen, message, buffers):
        """An arrow key in the number box of a grid: to the next value of the grid."""
        control = self.controls[message["control"]]
        now = self.state[control.name]
        beyond = [v for v in control.values if (v - now) * message["move"] > 0]
        if beyond:
            self._moved({control.name: beyond[0] if message["move"] > 0 else beyond[-1]})

    def _follow(self):
        """Let the widgets show the state, without moving it again."""
        self._syncing = True
        try:
            for name, parts in self._moving.items():
                value = self.state[name]
                if len(parts) == 2:
                    parts[0].value = self.controls[name].nearest(value)
                parts[-1].value = value
        finally:
            self._syncing = False

    def _show_table(self):
        self._table.value = table_html(self.frame.table) if self._data.value else ""

    # ---- showing it

    def _repr_mimebundle_(self, include=None, exclude=None):
        """View, picture with alt text and a fixed sentence in one output.

        With a kernel the view is taken; a page without one falls back to the picture.
        """
        if self._idle is not None and running():
            self._work_ahead()
        bundle = self.picture()._repr_mimebundle_()
        words = f"Live lab: {self.title}."
        return bundle | widget_and_text(self.box, bundle["text/html"], words)

    def show(self):
        """Display the lab, as a cell does that ends with it."""
        from IPython.display import display

        display(self)

    def _work_ahead(self):
        """Compute what may be asked for next, in slices between which the kernel answers."""
        idle, self._idle = self._idle, None

        def work():
            with self._lock:
                done = idle(0.03)
            if not done:
                asyncio.get_running_loop().call_later(0.02, work)

        asyncio.get_running_loop().call_later(0.2, work)


def running():
    """Whether an event loop runs: then there is a kernel, and somebody may be watching."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def table_html(table):
    """Column names and rows as an HTML table with header cells."""
    if table is None:
        return ""
    head, rows = table
    cells = "".join(f'<th scope="col">{html.escape(str(name))}</th>' for name in head)
    lines = [f"<tr>{cells}</tr>"]
    for row in rows:
        first, *rest = (html.escape(str(value)) for value in row)
        cells = "".join(f"<td>{value}</td>" for value in rest)
        lines.append(f'<tr><th scope="row">{first}</th>{cells}</tr>')
    return f"<table>{''.join(lines)}</table>"
