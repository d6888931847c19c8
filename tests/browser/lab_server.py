"""A private JupyterLab, for the tests and for nothing else."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@contextmanager
def served(root, *options):
    """(address, folder of its notebooks): a private JupyterLab that leaves no trace."""
    folders = {name: root / name for name in ("notebooks", "config", "data", "runtime")}
    settings = root / "settings" / "@jupyterlab" / "apputils-extension"
    for folder in (*folders.values(), settings):
        folder.mkdir(parents=True, exist_ok=True)
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
        *options,
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
