"""Runs every lesson in JupyterLite in Chromium: python tests/site/lite.py PYODIDE

PYODIDE is a folder with a release of Pyodide, of the version that the kernel of JupyterLite
asks for, which a server of this machine hands out: nothing else is asked. `--wheel FILE` adds
a package that the release does not have, `--lessons 03 04` takes those alone. All cells are
run; an error, or a lab that does not move afterwards, is told, and so is each cell that says
something else than in the stored notebook. It takes half a minute for each lesson.
"""

import argparse
import functools
import http.server
import json
import sys
import tempfile
import threading
from pathlib import Path

from playwright.sync_api import sync_playwright

from glmlib.course.classroom.lessons import chosen
from glmlib.course.start import notebooks
from glmlib.site.lite import write_lite
from glmlib.site.pages import LITE
from glmlib.site.paper import chromium

READY = """() => { const panel = window.jupyterapp?.shell.currentWidget;
    const { session } = panel?.sessionContext ?? {};
    return panel?.context?.isReady && session?.kernel?.status === 'idle'; }"""
RUN = """() => { window.ran = false;
    jupyterapp.commands.execute('notebook:run-all-cells').then(() => { ran = true; }); }"""
OUTPUTS = """() => Object.fromEntries(jupyterapp.shell.currentWidget.content.widgets
    .filter(cell => cell.model.type === 'code')
    .map(cell => [cell.model.id, cell.model.outputs.toJSON()]))"""
MOVE = """async () => { const rest = ms => new Promise(resolve => setTimeout(resolve, ms));
    for (const button of document.querySelectorAll('.glm-gate button'))
        if (button.textContent === 'Skip') button.click();  // a lab may wait for an answer
    await rest(3000);
    const found = [];
    for (const lab of document.querySelectorAll('.glm-instrument')) {
        const slider = lab.querySelector('input[type=range]:not(:disabled)');
        const said = lab.querySelector('[role=status]');
        if (!slider || !said) continue;
        const before = said.textContent;
        slider.value = Number(slider.value) === Number(slider.max) ? slider.min : slider.max;
        slider.dispatchEvent(new Event('input'));
        await rest(3000);
        found.push(said.textContent !== before);
    }
    return found; }"""  # of each lab, whether it says something else


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def text(outputs):
    """What the outputs of a cell say."""
    parts = [o.get("text") or o.get("data", {}).get("text/plain", "") for o in outputs]
    return list(dict.fromkeys("".join(part).strip() for part in parts if part))


def run(browser, address, path):
    """Run a notebook; the number of errors and of labs that do not move."""
    page, elsewhere = browser.new_page(viewport={"width": 1280, "height": 800}), set()
    page.on("request", lambda request: elsewhere.add(request.url))
    page.goto(f"{address}/{LITE}/notebooks/index.html?path={path.name}")
    page.wait_for_function(READY, timeout=120_000)
    page.evaluate(RUN)
    page.wait_for_function("() => window.ran", timeout=900_000)
    found, faults = page.evaluate(OUTPUTS), []
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            now = found[cell["id"]]
            faults += [
                f"{cell['id']}: {o['ename']}" for o in now if o["output_type"] == "error"
            ]
            if text(now) != text(cell["outputs"]):
                print(f"   {cell['id']} says", *text(now), sep="\n      ")
    moved = page.evaluate(MOVE)
    faults += ["a lab does not move"] * moved.count(False)
    faults += [url for url in elsewhere if not url.startswith((address, "data:", "blob:"))]
    print(path.name, faults or f"ran to its end, {len(moved)} labs move", flush=True)
    page.close()
    return len(faults)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pyodide", type=Path)
    parser.add_argument("--wheel", action="append", default=[])
    parser.add_argument("--lessons", nargs="+")
    options = parser.parse_args()
    wanted = chosen(options.lessons)
    paths = [path for path in notebooks() if path.name[:2] in wanted]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        Path(folder, "pyodide").symlink_to(options.pyodide.resolve())
        handler = functools.partial(Quiet, directory=folder)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        lite = Path(folder, LITE)
        write_lite(lite, paths, f"{address}/pyodide", options.wheel)
        settings = json.loads((lite / "jupyter-lite.json").read_text("utf-8"))
        settings["jupyter-config-data"]["exposeAppInBrowser"] = True
        (lite / "jupyter-lite.json").write_text(json.dumps(settings), "utf-8")
        size = sum(file.stat().st_size for file in lite.rglob("*") if file.is_file())
        print(f"JupyterLite of {len(paths)} lessons: {size / 2**20:.0f} MB")
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        return min(1, sum(run(browser, address, path) for path in paths))


if __name__ == "__main__":
    sys.exit(main())
