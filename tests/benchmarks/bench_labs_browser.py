"""Every Matplotlib lab in JupyterLab and headless Chromium. Run by name:

    python tests/benchmarks/bench_labs_browser.py [words of the lab's name]

Prints for each lab, over 60 moves of its longest slider by keyboard: the time from the key
press (the time stamp of the browser's event) to the message that leaves for the kernel, to
the answer's arrival, and to the moment after the frame with the new picture was painted;
then how long after the last move of a drag the last picture is shown, and whether a
frame was ever painted without its picture. The exit status is 0 when all targets are met.
"""

import os
import statistics
import sys
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).parents[1] / folder) for folder in ("browser", "course")]
import labs  # noqa: E402
from conftest import (  # noqa: E402, F401
    LabDriver,
    chromium,
    jupyterlab,
    notebook,
    open_notebook,
)
from test_labs_browser import LABS  # noqa: E402

MOVES, DRAGS = 60, 12
PAINTED, SETTLED = 70, 120  # ms: at the 95th percentile, and the median of the drags
RESULTS = []

WATCH = """() => {
    window.watch?.abort();  // the page is kept from lab to lab
    window.watch = new AbortController();
    const all = { capture: true, signal: watch.signal };
    window.times = []; window.blank = 0; window.moved = 0; window.shown = 0;
    const picture = document.querySelector('.glm-picture');
    let sent = null, answered = null, start = null;
    const { kernel } = jupyterapp.shell.currentWidget.sessionContext.session;
    kernel.anyMessage.connect((_, { msg, direction }) => {
        if (msg.header.msg_type !== 'comm_msg' || start === null) return;
        if (direction === 'send') sent ??= performance.now();
        else if (msg.content.data.state?.turn !== undefined) answered ??= performance.now();
    });
    const after = done => requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = done;
        port2.postMessage(0);
    });
    new MutationObserver(() => {
        requestAnimationFrame(() => { if (!picture.complete) blank += 1; });
        after(() => { shown = performance.now(); });
    }).observe(picture, { attributes: true, attributeFilter: ['data-turn'] });
    addEventListener('pointermove', event => { moved = event.timeStamp; }, all);
    addEventListener('mousemove', event => { moved = event.timeStamp; }, all);
    addEventListener('keydown', event => {
        const before = picture.dataset.turn;
        [sent, answered, start] = [null, null, event.timeStamp];
        const look = () => after(() => {
            const now = performance.now();
            if (picture.dataset.turn === before && now - start < 3000) return look();
            times.push([sent - start, answered - start, now - start]);
            start = null;
        });
        look();
    }, all); }"""


def high(times):
    """The 95th percentile."""
    return sorted(times)[int(0.95 * (len(times) - 1))]


# the twin of the fit lab is no lab of the lessons, and computes ahead for ten seconds
WANTED = [n for n, cell in LABS.items() if "fit_lab_matplotlib" not in cell]


@pytest.mark.parametrize("name", [n for n in WANTED if os.environ.get("LAB", "") in n])
def test_moves(name, open_notebook):  # noqa: F811
    lab = labs.made(LABS[name])
    sliders = [c for c in lab.controls.values() if c.kind in ("number", "integer")]
    if not sliders:
        pytest.skip("this lab has no slider")
    page = open_notebook(LABS[name])
    screen = LabDriver(page)
    control = max(sliders, key=lambda c: len(c.values))
    page.wait_for_timeout(1000)
    screen.settle()
    page.evaluate(WATCH)
    steps = min(10, len(control.values) - 1)
    keys = (["ArrowRight"] * steps + ["ArrowLeft"] * steps) * MOVES
    screen.slider(control.label).focus()
    page.keyboard.press("End")  # so that Home moves
    page.wait_for_function("times.length > 0")
    page.keyboard.press("Home")
    page.wait_for_function("times.length > 1")
    screen.settle()
    page.evaluate("times.splice(0)")
    for j, key in enumerate(keys[:MOVES]):
        page.keyboard.press(key)
        page.wait_for_function("n => times.length > n", arg=j, polling=5)
        screen.settle()
    sent, answered, painted = zip(*page.evaluate("times"), strict=True)
    settled = []
    for j in range(DRAGS):
        screen.drag(control.label, -200 if j % 2 else 200)
        page.wait_for_timeout(700)
        settled.append(page.evaluate("shown - moved"))
    blank = page.evaluate("blank")
    met = high(painted) <= PAINTED and statistics.median(settled) <= SETTLED and not blank
    RESULTS.append(met)
    print(f"\r{name:22} sent {statistics.median(sent):5.1f}  answered "
          f"{statistics.median(answered):5.1f}  painted {statistics.median(painted):5.1f}, "
          f"95 % {high(painted):5.1f} ms  drag settled {statistics.median(settled):5.1f} ms  "
          f"{'met' if met else 'MISSED'}", flush=True)  # fmt: skip


def test_verdict():
    assert all(RESULTS), f"{RESULTS.count(False)} labs missed the targets"


if __name__ == "__main__":
    os.environ["LAB"] = " ".join(sys.argv[1:])
    options = ["-s", "-q", "-p", "no:cacheprovider", "--tb=short", __file__]
    raise SystemExit(pytest.main(options))
