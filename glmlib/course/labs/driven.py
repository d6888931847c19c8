"""What every lab can be told from code, and one state of it as an ordinary output."""

import functools

from ..plots import Picture


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
        alt = f"{self.describe} {frame.status}".strip()
        return Picture(self.figure(frame), alt, frame.status, dpi=100)

    def show(self):
        """Display the lab, as a cell does that ends with it."""
        from IPython.display import display

        display(self)
