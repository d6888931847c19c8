"""The lessons with a Python that runs in the browser: JupyterLite.

    python -m glmlib site DIR --lite

puts notebooks into DIR/lite that need no kernel elsewhere. The server of the pages has
glmlib and the front end; Pyodide, which is Python with NumPy and the others in WebAssembly,
comes from its own address when a lesson is opened, and stays in the browser's cache.
"""

import json
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import glmlib

ROOT = Path(glmlib.__file__).parents[1]
KERNEL = "@jupyterlite/pyodide-kernel-extension:kernel"
NEEDS = 'pip install "glmlib[lite]" brings what it needs, on Python 3.12 or newer'
APPS = ["notebooks", "tree"]  # one lesson on a page; the way from one to another
WIDGETS = ("anywidget", "ipywidgets")  # of each the kernel takes the version of the front end


def write_lite(folder, paths, pyodide=None, wheels=()):
    """Write what runs the notebooks `paths` in the browser into `folder`.

    A lock tells the kernel which packages `import glmlib` needs: no cell installs anything.

    Parameters
    ----------
    pyodide : the address of another Pyodide than that of the kernel, with a file
        `pyodide-lock.json`.
    wheels : paths of packages that it does not have.

    Raises ValueError where glmlib was not installed from a clone, or without the extra `lite`.
    """
    if not (ROOT / "pyproject.toml").exists():
        raise ValueError("JupyterLite takes glmlib from a clone: pip install -e . in one")
    lock = {
        "enabled": True,
        "wheels": ["wheels"],
        "specs": ["glmlib", *(f"{name}=={version(name)}" for name in WIDGETS)],
    }
    page = {"appName": "glmlib"}
    if pyodide:
        lock["pyodide_lock_url"] = f"{pyodide}/pyodide-lock.json"
        page["litePluginSettings"] = {KERNEL: {"pyodideUrl": f"{pyodide}/pyodide.mjs"}}
    build = {"contents": ["lessons"], "apps": APPS, "no_sourcemaps": True}
    build["output_dir"] = str(Path(folder).resolve())
    settings = {
        "jupyter_lite_config.json": {"LiteBuildConfig": build, "PyodideLockAddon": lock},
        "jupyter-lite.json": {"jupyter-lite-schema-version": 0, "jupyter-config-data": page},
    }
    with TemporaryDirectory() as temporary:
        work = Path(temporary)
        run("pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", work / "wheels", ROOT)
        for kind, files in {"lessons": paths, "wheels": wheels}.items():
            (work / kind).mkdir(exist_ok=True)
            for file in files:
                shutil.copy(file, work / kind)
        for name, given in settings.items():
            (work / name).write_text(json.dumps(given), "utf-8")
        run("jupyterlite_core", "build", cwd=work)
        if not (Path(folder) / "static" / "pyodide-lock").exists():
            raise ValueError(f"no list of packages was made: {NEEDS}")


def run(*command, cwd=None):
    """A module of this Python with its arguments; ValueError with the end of what it said."""
    done = subprocess.run(
        [sys.executable, "-m", *map(str, command)], cwd=cwd, capture_output=True, text=True
    )
    if done.returncode:
        said = (done.stderr + done.stdout)[-1000:]
        raise ValueError(f"{command[0]} failed: {NEEDS}\n{said}")
