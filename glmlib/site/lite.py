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
    own = {"pyodideUrl": f"{pyodide}/pyodide.mjs"} if pyodide else {}
    with TemporaryDirectory() as temporary:
        work = Path(temporary)
        run("pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", work / "wheels", ROOT)
        (work / "lessons").mkdir()
        for path in paths:
            shutil.copy(path, work / "lessons")
        for wheel in wheels:
            shutil.copy(wheel, work / "wheels")
        build = {
            "LiteBuildConfig": {
                "contents": ["lessons"],
                "output_dir": str(Path(folder).resolve()),
                "apps": [
                    "notebooks",
                    "tree",
                ],  # one lesson on a page, and the way from one to another
                "no_sourcemaps": True,
            },
            "PyodideLockAddon": {
                "enabled": True,
                "wheels": ["wheels"],
                "specs": ["glmlib", *(f"{name}=={version(name)}" for name in WIDGETS)],
            },
        }
        if pyodide:
            build["PyodideLockAddon"]["pyodide_lock_url"] = f"{pyodide}/pyodide-lock.json"
        page = {"appName": "glmlib", "litePluginSettings": {KERNEL: own}}
        write(work / "jupyter_lite_config.json", build)
        write(work / "jupyter-lite.json",
              {"jupyter-lite-schema-version": 0, "jupyter-config-data": page})  # fmt: skip
        run("jupyterlite_core", "build", cwd=work)
        if not (Path(folder) / "static" / "pyodide-lock").exists():
            raise ValueError(f"no list of packages was made: {NEEDS}")


def write(path, settings):
    path.write_text(json.dumps(settings), "utf-8")


def run(*command, cwd=None):
    """A module of this Python with its arguments; ValueError with the end of what it said."""
    done = subprocess.run(
        [sys.executable, "-m", *map(str, command)], cwd=cwd, capture_output=True, text=True
    )
    if done.returncode:
        said = (done.stderr + done.stdout)[-1000:]
        raise ValueError(f"{command[0]} failed: {NEEDS}\n{said}")
