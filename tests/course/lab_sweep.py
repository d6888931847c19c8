"""What every lab on the engine must bear: each control through its range, in all parts."""

import json
from types import SimpleNamespace

import numpy as np


def sweep(lab):
    """Move every control through its values, of the long ones through thirty.

    No exception, no NaN in a sentence, a sentence for each value, a picture that changes, and
    marks that stand where the frame has its numbers; of a view another picture of the same
    numbers. Then the presets and Reset, after which the picture is the first one.
    """
    first = seen(lab.reset())
    drawn = []
    for control in lab.controls.values():
        lab.reset()
        values = control.values[:: 1 + len(control.values) // 30]
        sentences, pictures = set(), set()
        for value in values:
            drawn.append(look(lab, {control.name: value}))
            sentences.add(lab.frame.status)
            pictures.add(seen(lab) if control.kind != "view" else lab.picture().png)
        assert len(pictures) > 1
        assert len(sentences) == (1 if control.kind == "view" else len(values))
    for label, state in lab.presets.items():
        drawn.append(look(lab, state))
        assert lab.frame.status, label
    wrong = misplaced(drawn)
    assert not wrong, f"marks stand where the frame has no such number: {wrong}"
    assert lab.reset().state == {c.name: c.default for c in lab.controls.values()}
    assert seen(lab) == first


def seen(lab):
    """All that a picture shows."""
    words = ("at", "say", "event", "head", "column")
    return json.dumps({k: v for k, v in lab.shown.items() if not k.startswith(words)})


def drawn(lab, name):
    """Where a mark is drawn: its x (m,) and y (m,), in the numbers of its axes."""
    _, mark, at = lab.drawn(lab.frame)[name]
    x, y, *more = np.atleast_1d(*at)
    places = np.array(np.broadcast_arrays(x, y), dtype=float)
    return places[:, places[0] <= more[0]] if more and mark.kind == "line" else places


def visit(lab, drawn):
    """The ends and the middle of each control, and the presets: `drawn(lab, frame)` asserts
    that the artists show the frame."""
    for control in lab.controls.values():
        lab.reset()
        for place in (0, len(control.values) // 2, -1):
            look(lab, {control.name: control.values[place]})
            drawn(lab, lab.frame)
    for state in lab.presets.values():
        look(lab, state)
        drawn(lab, lab.frame)


def look(lab, state):
    """Move there: (the numbers that the frame and the state hold, {mark: its x and y})."""
    frame = lab.set(**state).frame
    assert "nan" not in frame.status and "inf" not in frame.status.split()
    assert frame.event and not frame.partial and frame.table[1]
    assert lab.alt.endswith(frame.status) and len(lab.alt) > 150
    return np.sort(numbers([*vars(frame).values(), *lab.state.values()])), marks(lab, frame)


def marks(lab, frame):
    """{(mark, "x" or "y"): its coordinates within the axes}, of single marks that move."""
    return {
        (name, axis): inside(coordinates, limits)
        for name, (panel, mark, at) in lab.drawn(frame).items()
        if mark.kind == "dots" and mark.at is None
        for axis, coordinates, limits in zip(
            "xy", np.broadcast_arrays(*np.atleast_1d(*at))[:2], (panel.xlim, panel.ylim),
            strict=True,
        )
    }  # fmt: skip


def inside(coordinates, limits):
    """The finite ones within the axes; those outside are arrows at the edge."""
    values = np.ravel(np.asarray(coordinates, dtype=float))
    return values[(values >= min(limits)) & (values <= max(limits))]


def numbers(value):
    """All numbers in a value, in the lists, arrays and namespaces in it."""
    if isinstance(value, bool | int | float | np.number):
        return [float(value)]
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
        return np.ravel(value).astype(float).tolist()
    if isinstance(value, SimpleNamespace):
        value = vars(value)
    if isinstance(value, dict):
        value = value.values()
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        return []
    return [number for part in value for number in numbers(part)]


def misplaced(drawn):
    """{(mark, axis): a number that no frame holds}, over (numbers, marks) of some states.

    A mark may also stand still, as an axis does, or on a whole number: a seat, a place.
    """
    found = {}
    for key in drawn[0][1]:
        places = [(known, marks[key]) for known, marks in drawn if key in marks]
        still = all(np.array_equal(marks, places[0][1]) for _, marks in places)
        for known, marks in [] if still else places:
            at = np.clip(np.searchsorted(known, marks), 1, max(len(known) - 1, 1))
            near = np.minimum(np.abs(known[at - 1] - marks), np.abs(known[at] - marks))
            wrong = (near > 1e-9 * np.maximum(1, np.abs(marks))) & (marks != np.round(marks))
            if wrong.any():
                found[key] = float(marks[wrong][0])
    return found
