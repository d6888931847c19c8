"""One JupyterLab and one Chromium for the whole run, and a driver for the labs in them."""

import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from base64 import b64decode
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


def unavailable(reason):
    """Skip with the reason; fail where the browser is required."""
    if os.environ.get("GLMLIB_REQUIRE_BROWSER") == "1":
        pytest.fail(f"GLMLIB_REQUIRE_BROWSER is set, but {reason}", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def jupyterlab(tmp_path_factory):
    """(address, folder of its notebooks): a private server that leaves no trace."""
    root = tmp_path_factory.mktemp("jupyterlab")
    folders = {name: root / name for name in ("notebooks", "config", "data", "runtime")}
    settings = root / "settings" / "@jupyterlab" / "apputils-extension"
    for folder in (*folders.values(), settings):
        folder.mkdir(parents=True)
    quiet = {"fetchNews": "false", "checkForUpdates": False}
    (settings / "notification.jupyterlab-settings").write_text(json.dumps(quiet))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "JUPYTER_CONFIG_DIR": str(folders["config"]),
        "JUPYTER_DATA_DIR": str(folders["data"]),
        "JUPYTER_RUNTIME_DIR": str(folders["runtime"]),
        "JUPYTERLAB_WORKSPACES_DIR": str(root / "workspaces"),
        "JUPYTERLAB_SETTINGS_DIR": str(root / "settings"),
        "PYTHONPATH": str(ROOT),
        "OPENBLAS_NUM_THREADS": "1",
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += [f"--port={port}", "--IdentityProvider.token=", "--ServerApp.port_retries=0"]
    command += [
        "--LabApp.expose_app_in_browser=True",
        f"--notebook-dir={folders['notebooks']}",
    ]
    log = (root / "server.log").open("w")
    server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            if server.poll() is not None:
                break
            try:
                urllib.request.urlopen(f"{address}/api/status", timeout=1).close()
                break
            except OSError:
                time.sleep(0.25)
        else:
            server.terminate()
        if server.poll() is not None:
            pytest.fail(f"JupyterLab did not start:\n{(root / 'server.log').read_text()}")
        yield address, folders["notebooks"]
    finally:
        server.terminate()
        server.wait(timeout=20)
        log.close()


@pytest.fixture(scope="session")
def chromium():
    """One headless Chromium."""
    if CHROMIUM is None:
        unavailable("Chromium is not installed (Debian: apt install chromium)")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        unavailable("playwright is not installed (pip install glmlib[test])")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def open_notebook(chromium, jupyterlab):
    """A function: name and cells -> a page on which the notebook has run."""
    import nbformat

    address, folder = jupyterlab
    pages = []

    def open_(name, *cells, outputs=None):
        """With `outputs` the first cell has them already, and nothing is run."""
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        )
        notebook.cells[0].outputs = outputs or []
        nbformat.write(notebook, folder / name)
        while pages:  # one at a time: a page in the background is drawn late or not at all
            pages.pop().close()
        page = chromium.new_page(viewport={"width": 1280, "height": 720})
        pages.append(page)
        page.goto(f"{address}/lab/tree/{name}?reset")
        page.wait_for_function(
            """cells => { const panel = window.jupyterapp?.shell.currentWidget;
            return panel?.content?.widgets?.length === cells && panel.context?.isReady
                && panel.sessionContext?.session?.kernel?.status === 'idle'; }""",
            arg=len(cells),
            timeout=90_000,
        )
        if outputs is None:
            page.evaluate("() => { jupyterapp.commands.execute('notebook:run-all-cells'); }")
        return page

    yield open_
    for page in pages:
        page.close()


class LabDriver:
    """One lab on a page, as a learner has it: controls with names, a picture, a sentence."""

    def __init__(self, page):
        self.page = page
        self.box = page.locator(".glm-lab")
        self.picture = self.box.get_by_role("img")
        self.sentence = self.box.get_by_role("status")
        self.sentence.wait_for(timeout=60_000)
        page.wait_for_function("document.querySelector('.glm-picture').dataset.turn > 0")

    @property
    def status(self):
        return self.sentence.inner_text()

    @property
    def turn(self):
        """How many pictures have been shown so far."""
        return int(self.picture.get_attribute("data-turn"))

    @property
    def code(self):
        """The line of Python that reproduces the state."""
        return self.box.locator("code").inner_text()

    def pixels(self):
        """The pixels (height, width, 4) that are on the screen."""
        width, height, data = self.page.evaluate(
            """() => { const image = document.querySelector('.glm-picture');
            const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
            const context = canvas.getContext('2d'); context.drawImage(image, 0, 0);
            const data = context.getImageData(0, 0, canvas.width, canvas.height).data;
            let text = '';
            for (let i = 0; i < data.length; i += 32768)
                text += String.fromCharCode(...data.subarray(i, i + 32768));
            return [canvas.width, canvas.height, btoa(text)]; }"""
        )
        return np.frombuffer(b64decode(data), np.uint8).reshape(height, width, 4)

    def choice(self, label, option):
        return self.box.get_by_role("group", name=label).get_by_role("button", name=option)

    def checkbox(self, label):
        return self.box.get_by_role("checkbox", name=label)

    def drag(self, label, pixels):
        """Take the slider's handle with the mouse and move it, in five steps."""
        handle = self.slider(label).bounding_box()
        x, y = handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        for part in range(1, 6):
            self.page.mouse.move(x + pixels * part / 5, y)
        self.page.mouse.up()

    def slider(self, label):
        return self.box.get_by_role("slider", name=label, exact=True)

    def number(self, label):
        return self.box.get_by_role("spinbutton", name=f"{label}, number", exact=True)

    def button(self, label):
        return self.box.get_by_role("button", name=label, exact=True)

    def after(self, action):
        """Do something and wait for the next picture; the milliseconds that it took."""
        before, start = self.turn, time.perf_counter()
        action()
        self.page.wait_for_function(
            "before => +document.querySelector('.glm-picture').dataset.turn > before",
            arg=before,
            polling="raf",
        )
        return 1000 * (time.perf_counter() - start)

    def settle(self):
        """Wait until nothing is being computed and no picture has come for a while."""
        quiet = 0
        while quiet < 3:
            before = self.turn
            self.page.wait_for_timeout(80)
            still = self.turn == before and self.picture.get_attribute("aria-busy") == "false"
            quiet = quiet + 1 if still else 0

    def latencies(self, label, presses=12):
        """Milliseconds from key press to changed picture: (median, 95th percentile)."""
        self.slider(label).focus()
        times = [
            self.after(
                lambda j=j: self.page.keyboard.press(f"Arrow{('Left', 'Right')[j % 2]}")
            )
            for j in range(presses)
        ]
        return statistics.median(times), sorted(times)[int(0.95 * len(times))]


@pytest.fixture(scope="session")
def lab_driver():
    return LabDriver
