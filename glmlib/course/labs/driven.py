"""What every lab can be told from code, and one state of it as an ordinary output."""

import functools
import html
import io
from base64 import b64encode

import numpy as np
from PIL import Image


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


class Driven:
    """A lab with `controls`, `presets`, a `state` and a `frame`; `_go(state)` moves it."""

    @alone
    def set(self, **state):
        """Move to a state; controls that are not named stay. Returns the lab."""
        self._go({**self.state, **self.checked(state)})
        return self

    def checked(self, state):
        """The state in the types of the controls; ValueError for what they do not have."""
        for name in state:
            if name not in self.controls:
                raise ValueError(f"no control {name!r}: there are {', '.join(self.controls)}")
        return {name: self.controls[name].check(value) for name, value in state.items()}

    def preset(self, label):
        """Press a preset button."""
        return self.set(**self.presets[label])

    def reset(self):
        """Back to where the lab began."""
        return self.set(**{c.name: c.default for c in self.controls.values()})

    @property
    def status(self):
        return self.frame.status

    @property
    def alt(self):
        return f"{self.describe} {self.status}".strip()

    @alone
    def picture(self, **state):
        """A state as an ordinary output that needs no kernel; the lab stays where it is."""
        frame = self.compute({**self.state, **self.checked(state)}) if state else self.frame
        return Picture(self.figure(frame), f"{self.describe} {frame.status}", frame.status)

    def show(self):
        """Display the lab, as a cell does that ends with it."""
        from IPython.display import display

        display(self)


class Picture:
    """One state of a lab as an ordinary output: a picture with alt text, no controls."""

    def __init__(self, fig, alt, status):
        self.alt, self.status = alt.strip(), status
        fig.canvas.draw()
        pixels = np.asarray(fig.canvas.buffer_rgba())[:, :, :3]
        png = io.BytesIO()  # of few colours, because it is stored
        image = Image.fromarray(np.ascontiguousarray(pixels))
        image.quantize(128, dither=Image.Dither.NONE).save(png, "PNG", optimize=True)
        self.png = png.getvalue()

    def __repr__(self):
        return self.alt

    def _repr_mimebundle_(self, include=None, exclude=None):
        data = b64encode(self.png).decode("ascii")
        alt, status = html.escape(self.alt), html.escape(self.status)
        image = f'<img alt="{alt}" src="data:image/png;base64,{data}">'
        return {"text/html": f"{image}\n<p>{status}</p>", "image/png": data,
                "text/plain": self.alt}  # fmt: skip
