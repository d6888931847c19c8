"""The controls of a lab moved by a hand, and what is then seen beside what Python computes.

Where a value stands on an axis is asked of Matplotlib, which knows nothing of `panels.py`.
"""

import itertools
import re
from types import SimpleNamespace

import numpy as np

from glmlib.course.labs.panels import leaves
from glmlib.course.labs.panels import seen as in_view

# Move one control to one stop, as a hand does.
MOVE = """([control, place]) => {
    const node = document.querySelectorAll('.glm-instrument .control')[control];
    const slider = node.querySelector('input[type=range]');
    if (slider) { slider.value = place; slider.dispatchEvent(new Event('input')); }
    else if (node.querySelector('input')) {
        const box = node.querySelector('input');
        if (box.checked !== Boolean(place)) box.click();
    } else node.querySelectorAll('button')[place].click(); }"""
READ = """() => { const root = document.querySelector('.glm-instrument');
    return { said: root.querySelector('[role=status]').textContent,
        code: root.querySelector('code').textContent,
        panels: [...root.querySelectorAll('.panel > svg')].map(svg => ({
            box: svg.dataset.box.split(' ').map(Number),
            marks: Object.fromEntries([...svg.querySelectorAll('.mark')].map(mark =>
                [mark.dataset.name, [...mark.querySelectorAll('path')].map(p =>
                    p.getAttribute('d'))])) })) }; }"""
# All of these moves one after the other, and what was drawn after each.
WALK = f"""async moves => {{ const seen = [];
    for (const move of moves) {{
        ({MOVE})(move);
        while (!document.querySelector('.glm-instrument [aria-busy=false]'))
            await new Promise(requestAnimationFrame);
        seen.push(({READ})());
    }}
    return seen; }}"""
CORNER = {  # where the path of a marker begins, seen from its middle, in radii
    "o": (-1, 0), "s": (-1, -1), "D": (0, -1), ".": (-0.5, 0), "_": (-1, 0),
    "X": (-1, -1), ">": (1, 0), "<": (-1, 0), "^": (0, -1), "v": (0, 1),
}  # fmt: skip
MARKER = {"truth": "D", "estimate": "o", "now": "s", "plain": ".", "quiet": "o"}


class Paper:
    """Where Matplotlib puts a number on the axes of a panel, as a share of the axes."""

    def __init__(self, lab):
        self.lab, self.known = lab, {}

    def shares(self, frame):
        """{mark: (panel's number, mark, x (m,), y (m,))} of all that a frame shows."""
        view = [frame.state[c.name] for c in self.lab.controls.values() if c.kind == "view"]
        scene = repr((frame.scene, view))
        if scene not in self.known:
            axes = self.lab.figure(frame).axes
            self.known[scene] = [ax.transScale + ax.transLimits for ax in axes]
        visible = leaves(in_view(self.lab.panels(frame)[0], *view or [""]))
        numbers = {id(panel): i for i, panel in enumerate(visible)}
        for name, (panel, mark, at) in self.lab.drawn(frame).items():
            if id(panel) not in numbers:
                continue
            number = numbers[id(panel)]
            x, y, *more = np.atleast_1d(*panel.ends(mark, at))
            x, y = np.broadcast_arrays(x, y)
            if more and mark.kind == "line":  # it is drawn as far as now
                x, y = x[x <= more[0]], y[x <= more[0]]
            with np.errstate(all="ignore"):
                places = np.column_stack([x, y]).clip(-1e300, 1e300)
                share = self.known[scene][number].transform(places)
            yield name, number, mark, np.where(np.isnan(places), np.nan, share)


def compare(seen, lab, paper, frame=None):
    """Assert that a page shows a frame, the present one of the lab; how many points."""
    frame = lab.frame if frame is None else frame
    assert seen["said"] == frame.status
    points = 0
    for name, number, mark, shares in paper.shares(frame):
        if mark.kind in ("text", "band"):
            continue
        panel = seen["panels"][number]
        left, top, right, bottom = panel["box"]
        paths = panel["marks"][name]
        whole = ~np.isnan(shares).any(axis=1)
        clean = np.nan_to_num(shares[whole], posinf=9.0, neginf=-9.0)
        middles = np.clip(clean, -4, 5) * [right - left, top - bottom] + [left, bottom]
        if mark.kind == "line" and mark.look.get("dash") != "":
            drawn = numbers_of(re.findall(r"[ML]([-\d.]+) ([-\d.]+)", paths[0] or ""))
            assert drawn.shape == middles.shape, name
            assert np.abs(drawn - middles).max(initial=0) < 1.0, name
            points += len(drawn)
        elif mark.kind == "dots":
            drawn = numbers_of(re.findall(r"M([-\d.]+) ([-\d.]+)", paths[0] or ""))
            if len(lab.drawn(frame)[name][2]) == 3:  # each has a size of its own
                assert len(drawn) == len(middles), name
                continue
            # the dots of a cloud are those of a pen: their paths begin in the middle
            r = 0 if "h0" in (paths[0] or "") else mark.look.get("size", 10) / 2
            own = mark.look.get("marker", MARKER[mark.role])
            if own == "":  # seen only as an arrow
                out = ((clean < -1e-4) | (clean > 1.0001)).any(axis=1)
                clean, middles = clean[out], middles[out]
            assert len(drawn) == len(middles), name
            for here, (u, v), (x, y) in zip(drawn, clean, middles, strict=True):
                beyond = ">" if u > 1.0001 else "<" if u < -1e-4 else ""
                beyond = beyond or ("v" if v < -1e-4 else "^" if v > 1.0001 else "")
                a, b = np.array(CORNER[beyond or own]) * (max(1.35 * r, 5) if beyond else r)
                x, y = np.clip(x, left, right), np.clip(y, top, bottom)
                assert abs(here - [x + a, y + b]).max() < 1.0, (name, here, x, y)
            points += len(drawn)
    return points


def numbers_of(pairs):
    return np.array(pairs, dtype=float).reshape(-1, 2)


def walk(page, lab, controls, most=None, pairs=True):
    """Every control through its stops, at `most` so many, and the ends of every two."""
    paper, points, said = Paper(lab), 0, set()

    def go(moves):
        nonlocal points
        for (i, place), seen in zip(moves, page.evaluate(WALK, moves), strict=True):
            state = eval(seen["code"], {lab.code: SimpleNamespace(set=dict)})
            assert state[controls[i].name] == controls[i].values[place]
            points += compare(seen, lab, paper, lab.compute(state))
            said.add(seen["said"])

    ends, stops = [len(control.values) - 1 for control in controls], 0
    for i, end in enumerate(ends):
        page.get_by_role("button", name="Reset", exact=True).click()
        places = np.linspace(0, end, min(most or end + 1, end + 1)).round().astype(int)
        go([[i, place] for place in places.tolist()])
        if controls[i].kind != "view":  # another view of the same numbers says the same
            stops += len(places) - 1
    for i, j in itertools.combinations(range(len(ends)), 2) if pairs else ():
        go([move for a in (0, ends[i]) for b in (0, ends[j]) for move in ([i, a], [j, b])])
    assert points > (100 if pairs else 20) and len(said) >= stops
